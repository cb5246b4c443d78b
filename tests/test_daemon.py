"""The daemon as a process of its own: it visits, delivers, and stops cleanly when told."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.conftest import Ran
from tests.shop import Shop, configure
from tracker.assemble import Home


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_it_visits_delivers_and_stops_cleanly(
    home: Home,
    shop: Shop,
    httpserver: HTTPServer,
    stop_signal: signal.Signals,
) -> None:
    received = threading.Event()

    def receive(_request: Request) -> Response:
        received.set()
        return Response("taken")

    configure(
        home, shop, f'notify = ["hook"]\n[channels.hook]\ntype = "webhook"\nurl = "{httpserver.url_for("/hook")}"\n'
    )
    httpserver.expect_request("/hook").respond_with_handler(receive)
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "--home", str(home.path), "run"], stderr=subprocess.PIPE, text=True
    )
    try:
        assert received.wait(30), "no alert arrived"
        process.send_signal(stop_signal)
        _, said = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "barn full ok" in said
    assert "stopped" in said
    assert "Traceback" not in said


def test_once_visits_what_is_due_and_ends(home: Home, shop: Shop, tracker_command: Callable[..., Ran]) -> None:
    configure(home, shop)
    first = tracker_command("--home", home.path, "run", "--once")
    assert first.code == 0
    assert "[cheap] 1 on offer below 20.00 USD/GB" in first.out
    requests = len(shop.server.log)
    assert tracker_command("--home", home.path, "run", "--once").code == 0
    assert len(shop.server.log) == requests, "nothing was due"


def test_once_fails_when_a_visit_does(home: Home, shop: Shop, tracker_command: Callable[..., Ran]) -> None:
    configure(home, shop)
    shop.answers("", status=404)
    assert tracker_command("--home", home.path, "run", "--once").code == 1


def test_sources_without_keys_are_left_alone(
    home: Home, shop: Shop, tracker_command: Callable[..., Ran], caplog: pytest.LogCaptureFixture
) -> None:
    configure(home, shop, '[sources.ebay]\nsite = "ebay"\nquery = "mi50"\n')
    assert tracker_command("--home", home.path, "run", "--once").code == 0
    said = [record.getMessage() for record in caplog.records if "left alone" in record.getMessage()]
    assert len(said) == 1
    assert "EBAY_CLIENT_ID" in said[0]


def test_nothing_to_visit_is_said(tracker_command: Callable[..., Ran], tmp_path: Path) -> None:
    ran = tracker_command("--home", tmp_path / "empty", "run")
    assert (ran.code, ran.out) == (2, "")
    assert "names no source" in ran.err
