"""Channels against real servers: what arrives, and what each refusal means."""

import email.message
import hashlib
import hmac
import json
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

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

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.refuse:
            return self.refuse["MAIL"]
        envelope.mail_from = address
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

    def no(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False, message=refuse["LOGIN"])

    login: dict[str, Any] = {"authenticator": no, "auth_require_tls": False} if "LOGIN" in refuse else {}
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **login)
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


# what the server answers → whether the message is final, whether the channel is disabled
REFUSALS = [
    ({"me@x.org": "550 no such user"}, True, True),
    ({"me@x.org": "451 greylisted, try later"}, False, False),
    ({"MAIL": "553 not yours to send from"}, True, True),
    ({"MAIL": "451 later"}, False, False),
    ({"DATA": "552 too large"}, True, False),
    ({"DATA": "451 disk full"}, False, False),
    ({"LOGIN": "535 wrong"}, True, True),
    ({"LOGIN": "454 later"}, False, False),
]


@pytest.mark.parametrize(("refuse", "permanent", "disables"), REFUSALS)
def test_what_a_refused_mail_means(refuse: dict[str, str], permanent: bool, disables: bool) -> None:
    login = {"username": "me", "password": "hunter2"} if "LOGIN" in refuse else {}
    with smtp_server(**refuse) as (_, channel), pytest.raises(NotifyError) as refusal:
        channel(**login).send(MESSAGE)
    assert (refusal.value.permanent, refusal.value.disables) == (permanent, disables)
    assert "hunter2" not in "".join(traceback.format_exception(refusal.value))


def test_one_recipient_refused_does_not_undo_the_others(caplog: pytest.LogCaptureFixture) -> None:
    with smtp_server(**{"gone@x.org": "550 no such user"}) as (inbox, channel):
        channel(to=["me@x.org", "gone@x.org"]).send(MESSAGE)
    assert len(inbox.mails) == 1
    assert "refused 1 of 2 recipients" in caplog.text


def test_a_login_the_server_does_not_offer_is_refused_without_the_password() -> None:
    with smtp_server() as (_, channel), pytest.raises(NotifyError) as refusal:
        channel(username="me", password="hunter2").send(MESSAGE)
    assert str(refusal.value) == "127.0.0.1 does not offer the login"
    assert refusal.value.disables


def test_starttls_is_not_skipped_where_the_server_has_none() -> None:
    with smtp_server() as (inbox, channel), pytest.raises(NotifyError, match="does not offer STARTTLS"):
        channel(security="starttls").send(MESSAGE)
    assert inbox.mails == []


def test_no_server_is_worth_another_try() -> None:
    with smtp_server() as (_, channel):
        gone = channel()
    with pytest.raises(NotifyError) as refusal:
        gone.send(MESSAGE)
    assert not refusal.value.permanent


def test_a_server_lost_amid_the_mail_is_worth_another_try() -> None:
    def drop_amid_data(connection: socket.socket) -> None:
        with connection.makefile("rb") as said:
            connection.sendall(b"220 here\r\n")
            for answer in (b"250 hello", b"250 sender", b"250 recipient", b"354 go on"):
                said.readline()
                connection.sendall(answer + b"\r\n")
            said.readline()

    with talking(drop_amid_data) as port, pytest.raises(NotifyError) as refusal:
        Email(host="127.0.0.1", port=port, security="none", sender="t@x.org", to=["me@x.org"]).send(MESSAGE)
    assert not refusal.value.permanent


@contextmanager
def talking(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    """The port of a server that says to one caller what it likes, and hangs up by a reset."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            talk(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_reset_is_worth_another_try() -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(10)

    with talking(hang_up) as port, pytest.raises(NotifyError, match="Error") as refusal:
        Webhook.model_validate({"url": f"http://127.0.0.1:{port}/hook"}).send(MESSAGE)
    assert not refusal.value.permanent


def test_a_timeout_is_worth_another_try() -> None:
    done = threading.Event()
    with talking(lambda _: done.wait(20)) as port:
        with pytest.raises(NotifyError, match="ReadTimeout") as refusal:
            Webhook.model_validate({"url": f"http://127.0.0.1:{port}/hook", "timeout_s": 0.2}).send(MESSAGE)
        done.set()
    assert not refusal.value.permanent


def test_an_endless_answer_is_not_read(httpserver: HTTPServer) -> None:
    def endless(_request: Request) -> Response:
        return Response((b"x" * 65536 for _ in iter(int, 1)), status=200)

    httpserver.expect_request("/hook").respond_with_handler(endless)
    Webhook.model_validate({"url": httpserver.url_for("/hook")}).send(MESSAGE)


def test_a_webhook_gets_the_facts_and_the_key(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/hook").respond_with_data("ok")
    Webhook.model_validate({"url": httpserver.url_for("/hook")}).send(MESSAGE)
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
        Webhook.model_validate({"url": httpserver.url_for("/hook")}).send(MESSAGE)
    assert (refusal.value.permanent, refusal.value.disables) == final
    assert refusal.value.retry_after_s == retry_after_s


def test_no_webhook_receiver_is_worth_another_try() -> None:
    with pytest.raises(NotifyError, match=r"no answer from 127\.0\.0\.1") as refusal:
        Webhook.model_validate({"url": "http://127.0.0.1:9/hook"}).send(MESSAGE)
    assert not refusal.value.permanent


def test_the_console_prints(capsys: pytest.CaptureFixture[str]) -> None:
    alerts.load("console")(type="console").send(MESSAGE)
    assert MESSAGE.text in capsys.readouterr().out


def test_every_file_is_a_channel() -> None:
    assert set(alerts.names()) >= {"console", "email", "webhook"}
    for name in alerts.names():
        assert alerts.load(name).model_fields["type"].default == name
