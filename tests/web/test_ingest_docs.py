"""docs/ingest.md does what it says: its examples are sent, its tables held against the code."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.serving import serving
from tracker.config import Config
from tracker.core.models import RawListing
from tracker.pipeline import Tracker
from tracker.web import ingest, received
from tracker.web.ingest import Intake, ingest_app
from tracker.web.token import Guesses, kept

PAGE = (Path(__file__).parents[2] / "docs" / "ingest.md").read_text(encoding="utf-8")
TOKEN = "a token of the documents"


def blocks(language: str) -> list[str]:
    """The examples in one language."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def column(heading: str) -> list[str]:
    """The first column of the table under a heading, without its quotes."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `?(\w+)`? \|", table, re.MULTILINE)


@pytest.fixture
def send(make_tracker: Callable[..., Tracker]) -> Iterator[Callable[..., dict[str, Any]]]:
    intake = Intake(tracker=make_tracker(), config=Config(), secret=TOKEN)
    with serving(ingest_app(intake)) as url:

        def post(site: str, body: str, kind: str) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind}
            reply = httpx.post(f"{url}/api/ingest/{site}", content=body.encode(), headers=headers)
            assert reply.status_code == 200, reply.text
            told: dict[str, Any] = reply.json()
            return told

        yield post


def test_the_examples_are_taken(send: Callable[..., dict[str, Any]]) -> None:
    listings, page = blocks("json")
    told = send("alibaba", listings, "application/json")
    assert json.dumps(told) in " ".join(PAGE.split())
    assert send("jsonld", page, "application/json")["listings"] == 1
    (table,) = blocks("csv")
    assert send("alibaba", table, "text/csv")["listings"] == 1


def test_every_field_is_in_the_table_and_no_other() -> None:
    assert column("field") == [field.name for field in fields(RawListing) if field.name not in ("site", "whole_group")]
    longest = max(received._LONGEST.values())
    assert f"at most {longest:,} characters" in PAGE
    assert f"at most {received.MOST_LISTINGS:,} at once" in PAGE


def test_every_refusal_is_in_the_table_and_no_other() -> None:
    code = "".join(Path(str(module.__file__)).read_text(encoding="utf-8") for module in (ingest, received))
    refusals = {(status, word) for status, word in re.findall(r'(4\d\d|503), "([a-z_]+)"', code)}
    told = set(re.findall(r"^\| (\d{3}) \| `(\w+)` \|", PAGE, re.MULTILINE))
    assert told == refusals - {("405", "method_not_allowed"), ("404", "not_found")}
    assert f"more than {ingest.MAX_BYTES // 10**6} MB" in PAGE


def test_the_endpoint_is_where_the_page_says() -> None:
    (settings,) = blocks("toml")
    web = Config(**tomllib.loads(settings)).web
    assert (web.host, web.port) == (Config().web.host, Config().web.port)
    assert set(re.findall(r"http://([\w.]+:\d+)", PAGE)) == {f"{web.host}:{web.port}"}
    assert kept(web.ingest_token.get_secret_value())
    assert "After ten wrong ones within ten minutes" in PAGE
    assert (Guesses().most, Guesses().window_s) == (10, 600)


def test_scripts_send_what_the_endpoint_takes() -> None:
    scripts = blocks("js")
    assert len(scripts) == 3
    for script in scripts:
        assert "/api/ingest/" in script
        sent = dict(re.findall(r'"([\w-]+)": ["`]([^"`]+)["`]', script))
        assert sent.keys() == {"Authorization", "Content-Type"}
        assert sent["Authorization"] == "Bearer ${TOKEN}"
        assert received.media_type(sent["Content-Type"])
        allowed = ingest._PREFLIGHT["Access-Control-Allow-Headers"].split(", ")
        assert {name.lower() for name in sent} <= set(allowed)
