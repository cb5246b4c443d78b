"""Secrets stay where they are: searched for in all that commands, logs, errors and the database say."""

import logging
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alerts.email import Email
from alerts.webhook import Webhook
from tests.alerts.test_channels import MESSAGE
from tests.conftest import Ran
from tests.shop import Shop, configure
from tracker.assemble import Home
from tracker.core.errors import NotifyError
from tracker.masking import MASK, masked

SECRET = "s3cr3t-" + "x1y2z3"

# setting, value, what is shown
MASKED = [
    ("url", f"https://me:{SECRET}@shop.example/feed", f"https://{MASK}@shop.example/feed"),
    ("url", f"https://shop.example/feed?a=1&token={SECRET}&b=2", f"https://shop.example/feed?a=1&token={MASK}&b=2"),
    ("url", f"https://shop.example/feed?api_key={SECRET}", f"https://shop.example/feed?api_key={MASK}"),
    ("url", f"imaps://me%40x:{SECRET}@mail.example", f"imaps://{MASK}@mail.example"),
    ("url", "https://shop.example/feed?q=rtx&sort=price", "https://shop.example/feed?q=rtx&sort=price"),
    ("url", "https://shop.example/@maker/cards?monkey=1", "https://shop.example/@maker/cards?monkey=1"),
    ("api_key", SECRET, MASK),
    ("password", SECRET, MASK),
    ("ingest_token", SECRET, MASK),
    ("password", "", ""),
    ("token_env", "SHOP_TOKEN", "SHOP_TOKEN"),
    ("query", "4090 monkey business", "4090 monkey business"),
    ("keyword", "rtx", "rtx"),
]


@pytest.mark.parametrize(("name", "value", "shown"), MASKED)
def test_masking(name: str, value: str, shown: str) -> None:
    assert masked(name, value) == shown


def everywhere(home: Home, extra: str) -> str:
    return (
        f'{extra}[sources.private]\nsite = "feed"\nurl = "https://me:{SECRET}@shop.example/feed?key={SECRET}"\n'
        f'enabled = false\n[channels.hook]\ntype = "webhook"\nurl = "http://127.0.0.1:9/{SECRET}"\n'
        f'secret = "{SECRET}"\n'
        f'[channels.mail]\ntype = "email"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nusername = "me"\n'
        f'password_file = "{home.path / "password"}"\nsender = "t@x.org"\nto = ["me@x.org"]\n'
        f'[channels.chat]\ntype = "apprise"\nurl_file = "{home.path / "address"}"\n'
    )


def test_nothing_that_is_said_holds_a_secret(
    home: Home,
    shop: Shop,
    tracker_command: Callable[..., Ran],
    caplog: pytest.LogCaptureFixture,
    httpserver: HTTPServer,
) -> None:
    caplog.set_level(logging.DEBUG, logger="tracker")
    (home.path / "password").write_text(f"{SECRET}\n")
    (home.path / "address").write_text(f"ntfy://me:{SECRET}@127.0.0.1:9/{SECRET}\n")
    configure(home, shop, everywhere(home, 'notify = ["hook", "mail", "chat"]\n'))
    said = []
    for words in (
        ["config"],
        ["doctor"],
        ["run", "--once"],
        ["--verbose", "alerts", "retry"],
        ["alerts"],
        ["alerts", "pending", "--format", "json"],
        ["alerts", "channels"],
        ["alerts", "test"],
        ["sources"],
    ):
        ran = tracker_command(*words)
        said += [ran.out, ran.err]
    assert "hook: no answer from 127.0.0.1: ConnectError" in said[-4]
    with sqlite3.connect(home.path / "tracker.db") as db:
        said += list(db.iterdump())
    said.append(caplog.text)
    assert [text for text in said if SECRET in text] == []


WRONG = [
    ('type = "webhook"\nurl = "{secret}"\n', "must be an address that begins with"),
    ('type = "webhook"\nurl = "https://x.example/{secret}"\nwrong = "{secret}"\n', "is not a setting"),
    ('type = "webhook"\nurl = ["{secret}"]\n', "url"),
    ('type = "webhook"\nurl = "http://[{secret}/"\n', "must be an address that begins with"),
    ('type = "webhook"\nurl = "http://{secret}:99999/"\n', "must be an address that begins with"),
    ('type = "apprise"\nurl = "{secret}"\n', "must be an address of apprise's"),
    ('type = "email"\npassword = "{secret}"\n', "must be set"),
    ('type = "email"\npassword_file = "/nowhere/at/all"\nhost="h"\nsender="s"\nto=["t"]\n', "cannot be read"),
]


@pytest.mark.parametrize(("table", "said"), WRONG)
def test_a_mistake_is_said_without_the_secret(
    home: Home, tracker_command: Callable[..., Ran], table: str, said: str
) -> None:
    home.config_file.write_text(f"[channels.it]\n{table.format(secret=SECRET)}")
    ran = tracker_command("config")
    assert ran.code == 2
    assert said in ran.err
    assert SECRET not in ran.err + ran.out


def test_a_secret_from_the_environment_goes_before_a_file(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tracker.config import channels_of

    (tmp_path / "secret").write_text("from the file")
    home.config_file.write_text(
        f'[channels.hook]\ntype = "webhook"\nurl = "https://x.example"\nsecret_file = "{tmp_path / "secret"}"\n'
    )
    before = channels_of(home.config())["hook"]
    monkeypatch.setenv("TRACKER_CHANNELS__HOOK__SECRET", SECRET)
    after = channels_of(home.config())["hook"]
    assert isinstance(before, Webhook)
    assert isinstance(after, Webhook)
    assert before.secret is not None
    assert after.secret is not None
    assert (before.secret.get_secret_value(), after.secret.get_secret_value()) == ("from the file", SECRET)


def test_no_traceback_holds_a_secret() -> None:
    channels = (
        Webhook.model_validate({"url": f"http://127.0.0.1:9/{SECRET}", "secret": SECRET}),
        Email.model_validate(
            {"host": "127.0.0.1", "port": 9, "sender": "t@x.org", "to": ["a@b.c"], "username": "u", "password": SECRET}
        ),
    )
    for channel in channels:
        with pytest.raises(NotifyError) as refusal:
            channel.send(MESSAGE)
        assert SECRET not in "".join(traceback.format_exception(refusal.value))
        assert SECRET not in repr(channel)
        assert SECRET not in str(channel.shown())
