"""The OpenAPI document, and whatever can be asked by it: no answer is a crash."""

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings

from tests.web.conftest import dashboard
from tracker.assemble import Home
from tracker.pipeline import Tracker

TOKEN = "a token for the api's own tests"

EACH = int(os.environ.get("TRACKER_API_EXAMPLES", "10"))
"""Requests of each kind; a long trial asks for more."""


@pytest.fixture(scope="module")
def api(demo_home: Home, demo_tracker: Tracker) -> Iterator[httpx.Client]:
    from pydantic import SecretStr

    with dashboard(demo_tracker, demo_home.config(), ingest_token=SecretStr(TOKEN)) as client:
        yield client


def test_nothing_that_can_be_asked_crashes(api: httpx.Client) -> None:
    schema = schemathesis.openapi.from_url(str(api.base_url.join("/openapi.json")))
    asked: dict[str, set[int]] = {}
    for described in schema.get_all_operations():
        operation: Any = described.ok()  # type: ignore[union-attr]
        asked[f"{operation.method} {operation.path}"] = _answers(operation)
    assert len(asked) > 20
    assert sum(200 in answers for answers in asked.values()) > 10


def _answers(operation: Any) -> set[int]:
    """The status of each answer to requests of one kind; none of them is a crash."""
    answers = set()

    @settings(max_examples=EACH, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        reply = case.call(headers={"Authorization": f"Bearer {TOKEN}"})
        answers.add(reply.status_code)
        assert reply.status_code < 500, f"{case.path} {case.query}: {reply.text}"
        if reply.status_code >= 400 and reply.headers["content-type"][0].startswith("application/json"):
            assert reply.json().keys() == {"error", "detail"}

    ask()
    return answers


def test_every_page_is_described(api: httpx.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    for name in ("map", "plan", "sources", "alerts", "watches", "gpu/{gpu}", "listing/{number}"):
        assert {f"/{name}", f"/{name}.json", f"/{name}.csv"} <= paths.keys()
    assert {"/", "/deals.json", "/deals.csv", "/deals.atom", "/api/ingest/{site}"} <= paths.keys()
    asked = {one["name"] for one in paths["/deals.json"]["get"]["parameters"]}
    assert {"metric", "gpu", "condition", "min_vram", "top"} <= asked
