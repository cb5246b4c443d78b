"""Everything apprise speaks, against a server of our own: what arrives, and what each refusal means."""

import json
import logging
from dataclasses import replace

import pytest
from pytest_httpserver import HTTPServer

from alerts.apprise import Apprise
from tests.alerts.test_channels import MESSAGE
from tracker.core.errors import NotifyError

DEAL = replace(MESSAGE, text=f"{MESSAGE.subject}\n\nmi50: 拆机", link="https://x.example/1", urgent=True)


def ntfy(server: HTTPServer, more: str = "") -> Apprise:
    return Apprise.model_validate({"url": f"ntfy://me:hunter2@{server.host}:{server.port}/my-topic{more}"})


def test_ntfy_sounds_and_opens_the_offer(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_json({})
    ntfy(httpserver).send(DEAL)
    [(request, _)] = httpserver.log
    sent = json.loads(request.data)
    assert (sent["title"], sent["message"]) == (DEAL.subject, "mi50: 拆机")
    assert (request.headers.get("X-Click") or sent.get("click")) == "https://x.example/1"
    assert str(request.headers.get("X-Priority") or sent.get("priority")) in ("high", "4")


def test_what_is_not_urgent_does_not_sound_and_the_address_decides(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/").respond_with_json({})
    ntfy(httpserver).send(replace(DEAL, urgent=False))
    ntfy(httpserver, "?priority=low").send(DEAL)
    sent = [(request.headers, json.loads(request.data)) for request, _ in httpserver.log]
    said = [str(headers.get("X-Priority") or body.get("priority")) for headers, body in sent]
    assert set(said) <= {"None", "default", "3", "low", "2"}


# status → whether the message is final, whether the channel is disabled
ANSWERS = [(500, False, False), (429, False, False), (400, True, False), (401, True, True), (404, True, True)]


@pytest.mark.parametrize(("status", "permanent", "disables"), ANSWERS)
def test_what_a_refusal_means(httpserver: HTTPServer, status: int, permanent: bool, disables: bool) -> None:
    httpserver.expect_request("/").respond_with_data("no", status=status)
    with pytest.raises(NotifyError) as refusal:
        ntfy(httpserver).send(DEAL)
    assert str(refusal.value) == f"ntfy answered {status}"
    assert (refusal.value.permanent, refusal.value.disables) == (permanent, disables)


def test_no_server_is_worth_another_try() -> None:
    with pytest.raises(NotifyError, match="ntfy did not take the message") as refusal:
        Apprise.model_validate({"url": "ntfy://127.0.0.1:9/topic"}).send(DEAL)
    assert not refusal.value.permanent


def test_an_address_apprise_does_not_know_is_said_without_it() -> None:
    with pytest.raises(NotifyError, match="knows no such address") as refusal:
        Apprise.model_validate({"url": "nonsense://hunter2@nowhere"}).send(DEAL)
    assert refusal.value.disables
    assert "hunter2" not in str(refusal.value)


def test_what_apprise_logs_of_addresses_goes_nowhere(
    httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request("/").respond_with_data("no", status=401)
    with pytest.raises(NotifyError):
        ntfy(httpserver).send(DEAL)
    with pytest.raises(NotifyError):
        Apprise.model_validate({"url": "nonsense://hunter2@my-topic"}).send(DEAL)
    printed = capsys.readouterr()
    for said in (caplog.text, printed.out, printed.err):
        assert "hunter2" not in said
        assert "my-topic" not in said
