"""Channels against real servers: what arrives, and what each refusal means."""

import email.message
import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_httpserver import HTTPServer
from werkzeug import Response

import alerts
from alerts.base import Message
from alerts.email import Email
from alerts.webhook import Webhook
from tracker.core.errors import NotifyError

MESSAGE = Message(
    key="abc123",
    subject="[cheap] mi50-32gb at 4.66 USD/GB",
    text="mi50-32gb: 4.66 USD/GB\n“AMD Instinct MI50 – 拆机”",
    html="<p>mi50-32gb</p>",
    payload={"schema": 1, "key": "abc123", "offers": [{"title": "MI50 拆机"}]},
)


class Inbox:
    """An SMTP server's memory; `refuse` answers a step of the dialogue with a code."""

    def __init__(self, refuse: dict[str, str]) -> None:
        self.refuse = refuse
        self.mails: list[email.message.Message] = []

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content))
        return "250 taken"


@contextmanager
def smtp_server(**refuse: str) -> Iterator[tuple[Inbox, Callable[..., Email]]]:
    """A real SMTP server, and a channel that leads to it."""
    inbox = Inbox(refuse)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()

    def channel(**settings: Any) -> Email:
        basics = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "t@x.org", "to": ["me@x.org"]}
        return Email(**{**basics, **settings})

    try:
        yield inbox, channel
    finally:
        controller.stop()


def test_a_mail_arrives_as_text_and_html() -> None:
    with smtp_server() as (inbox, channel):
        channel(to=["me@x.org", "you@x.org"]).send(MESSAGE)
    [mail] = inbox.mails
    assert mail["Subject"] == MESSAGE.subject
    assert mail["To"] == "me@x.org, you@x.org"
    _, text, html = mail.walk()
    assert "拆机" in bytes(text.get_payload(decode=True)).decode("utf-8")
    assert html.get_content_type() == "text/html"


def test_a_repeat_carries_the_same_message_id() -> None:
    with smtp_server() as (inbox, channel):
        channel().send(MESSAGE)
        channel().send(MESSAGE)
    assert [mail["Message-ID"] for mail in inbox.mails] == ["<abc123@gpu-tracker>"] * 2


REFUSALS = [
    ({"me@x.org": "550 no such user"}, True),
    ({"me@x.org": "451 greylisted, try later"}, False),
    ({"DATA": "552 too large"}, True),
    ({"DATA": "451 disk full"}, False),
]


@pytest.mark.parametrize(("refuse", "permanent"), REFUSALS)
def test_what_a_refused_mail_means(refuse: dict[str, str], permanent: bool) -> None:
    with smtp_server(**refuse) as (_, channel), pytest.raises(NotifyError) as refusal:
        channel().send(MESSAGE)
    assert refusal.value.permanent is permanent


def test_a_login_the_server_does_not_offer_is_refused_without_the_password() -> None:
    with smtp_server() as (_, channel), pytest.raises(NotifyError) as refusal:
        channel(username="me", password="hunter2").send(MESSAGE)
    assert "hunter2" not in str(refusal.value)


def test_starttls_is_not_skipped_where_the_server_has_none() -> None:
    with smtp_server() as (inbox, channel), pytest.raises(NotifyError):
        channel(security="starttls").send(MESSAGE)
    assert inbox.mails == []


def test_no_server_is_worth_another_try() -> None:
    with smtp_server() as (_, channel):
        gone = channel()
    with pytest.raises(NotifyError) as refusal:
        gone.send(MESSAGE)
    assert not refusal.value.permanent


def test_a_webhook_gets_the_facts_and_the_key(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("ok")
    Webhook(url=httpserver.url_for("/hook")).send(MESSAGE)
    request, _ = httpserver.log[0]
    assert request.headers["Idempotency-Key"] == "abc123"
    assert json.loads(request.data) == MESSAGE.payload


def test_a_webhook_is_signed_when_there_is_a_secret(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("ok")
    Webhook.model_validate({"url": httpserver.url_for("/hook"), "secret": "s3cret"}).send(MESSAGE)
    request, _ = httpserver.log[0]
    signed = hmac.new(b"s3cret", request.headers["X-Tracker-Timestamp"].encode() + b"." + request.data, hashlib.sha256)
    assert request.headers["X-Tracker-Signature"] == f"sha256={signed.hexdigest()}"


ANSWERS = [
    (500, {}, (False, False), None),
    (503, {"Retry-After": "120"}, (False, False), 120.0),
    (429, {"Retry-After": "30"}, (False, False), 30.0),
    (429, {"Retry-After": "soon"}, (False, False), None),
    (429, {"Retry-After": "Fri, 01 May 2015 12:00:00 GMT"}, (False, False), 0.0),
    (400, {}, (True, False), None),
    (413, {}, (True, False), None),
    (422, {}, (True, False), None),
    (401, {}, (True, True), None),
    (403, {}, (True, True), None),
    (404, {}, (True, True), None),
    (410, {}, (True, True), None),
    (302, {"Location": "http://elsewhere.example/"}, (False, False), None),
]


@pytest.mark.parametrize(("status", "headers", "final", "retry_after_s"), ANSWERS)
def test_what_a_webhook_answer_means(
    httpserver: HTTPServer, status: int, headers: dict[str, str], final: tuple[bool, bool], retry_after_s: float | None
) -> None:
    httpserver.expect_request("/hook").respond_with_response(Response(status=status, headers=headers))
    with pytest.raises(NotifyError) as refusal:
        Webhook(url=httpserver.url_for("/hook")).send(MESSAGE)
    assert (refusal.value.permanent, refusal.value.disables) == final
    assert refusal.value.retry_after_s == retry_after_s


def test_no_webhook_receiver_is_worth_another_try() -> None:
    with pytest.raises(NotifyError, match=r"no answer from 127\.0\.0\.1") as refusal:
        Webhook(url="http://127.0.0.1:9/hook").send(MESSAGE)
    assert not refusal.value.permanent


def test_the_console_prints(capsys: pytest.CaptureFixture[str]) -> None:
    alerts.load("console")(type="console").send(MESSAGE)
    assert MESSAGE.text in capsys.readouterr().out


def test_every_file_is_a_channel() -> None:
    assert set(alerts.names()) >= {"console", "email", "webhook"}
    for name in alerts.names():
        assert alerts.load(name).model_fields["type"].default == name
