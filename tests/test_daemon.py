"""The daemon as a process of its own: it visits, delivers, and stops cleanly when told."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select
from werkzeug import Request, Response

from db import source_queries
from db.engine import reading
from db.sql import VISIT
from scrapers.base import Page
from scrapers.base import Request as Asked
from tests.conftest import Ran
from tests.shop import SHOP, Shop, configure
from tracker.assemble import Home, fetching, opened
from tracker.daemon import Daemon, Outfit
from tracker.haste import Haste
from tracker.pipeline import Tracker, now_utc
from tracker.rounds import Rounds
from tracker.vitals import Vitals

pytestmark = pytest.mark.usefixtures("database")


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
        _, log = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "barn full ok" in log
    assert "stopped" in log
    assert "Traceback" not in log


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


def test_nothing_to_visit_is_said_and_nothing_due(
    tracker_command: Callable[..., Ran], home: Home, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    assert tracker_command("--home", home.path, "run", "--once").code == 0
    assert "there is nothing to visit: `tracker init`" in caplog.text
    configure(home, shop)
    tracker_command("--home", home.path, "run", "--once")
    caplog.clear()
    assert tracker_command("--home", home.path, "run", "--once").code == 0
    assert "nothing was due; the next visit is at 20" in caplog.text


@contextmanager
def running(home: Home, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A daemon of its own, killed at the end if it has not ended."""
    command = [sys.executable, "-u", "-m", "tracker", *words, "--home", str(home.path), "run"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def said(process: subprocess.Popen[str], *words: str) -> list[str]:
    """The lines of the log up to one that holds all the words; fails when the log ends before."""
    assert process.stderr
    lines = []
    for line in process.stderr:
        lines.append(line.rstrip())
        if all(word in line for word in words):
            return lines
    raise AssertionError(f"never said {words}: {lines}")


def test_two_daemons_on_one_file_are_one_too_many(home: Home, shop: Shop, tracker_command: Callable[..., Ran]) -> None:
    configure(home, shop)
    if home.config().database.url:
        pytest.skip("the lock is of a SQLite file; a server is shared")
    with running(home) as first:
        said(first, "watching 1 sources")
        for words in (["run"], ["run", "--once"]):
            second = tracker_command("--home", home.path, *words)
            assert second.code == 1
            assert f"tracker run (pid {first.pid}) is at work on" in second.err
            assert second.err.count("\n") == 1
        first.kill()
        first.wait()
        assert tracker_command("--home", home.path, "run", "--once").code == 0, "the kernel freed the lock"


def test_settings_are_read_again_and_bad_ones_change_nothing(home: Home, shop: Shop) -> None:
    configure(home, shop)
    good = home.config_file.read_text()
    with running(home) as daemon:
        said(daemon, "barn full ok")
        home.config_file.write_text(good + '[sources.shed]\nsite = "nowhere"\n')
        daemon.send_signal(signal.SIGHUP)
        assert "unknown site 'nowhere'" in said(daemon, "the settings stay as they were")[-1]
        shed = f'[sources.shed]\nsite = "shopify"\nurl = "{shop.url}"\ncurrency = "EUR"\n'
        home.config_file.write_text(f"{good}[daemon]\ntick_s = 2\n{shed}")
        daemon.send_signal(signal.SIGHUP)
        said(daemon, "daemon.tick_s has changed: that takes a restart")
        said(daemon, "the settings were read again")
        said(daemon, "shed full ok")
        daemon.send_signal(signal.SIGTERM)
        said(daemon, "stopped")
        assert daemon.wait(20) == 0


@dataclass(frozen=True, slots=True)
class Stuck:
    """A shop that answers no page before it is let go."""

    asked: threading.Event
    go: threading.Event


@pytest.fixture
def stuck(shop: Shop) -> Iterator[Stuck]:
    stuck = Stuck(threading.Event(), threading.Event())

    def wait_for_it(_request: Request) -> Response:
        stuck.asked.set()
        stuck.go.wait(60)
        return Response('{"products": []}', content_type="application/json")

    shop.server.clear_all_handlers()
    shop.server.expect_request("/robots.txt").respond_with_data("", status=404)
    shop.server.expect_request("/products.json").respond_with_handler(wait_for_it)
    yield stuck
    stuck.go.set()


def test_a_second_signal_ends_it_at_once(home: Home, shop: Shop, stuck: Stuck) -> None:
    configure(home, shop)
    with running(home) as daemon:
        assert stuck.asked.wait(20)
        daemon.send_signal(signal.SIGTERM)
        said(daemon, "stopping")
        daemon.send_signal(signal.SIGTERM)
        assert daemon.wait(5) == -signal.SIGTERM


def test_what_a_killed_daemon_held_is_taken_over(home: Home, shop: Shop, stuck: Stuck) -> None:
    configure(home, shop)
    with running(home) as daemon:
        assert stuck.asked.wait(20)
        daemon.kill()
        daemon.wait()
    stuck.go.set()
    shop.shows(*SHOP)
    with running(home) as daemon:
        assert "taken over from a process that ended: barn" in said(daemon, "taken over")[-1]
        said(daemon, "barn full ok")


def test_a_visit_that_takes_long_ends_at_its_next_page(home: Home, shop: Shop, stuck: Stuck) -> None:
    configure(home, shop)
    config, haste = home.config(), Haste()
    with opened(home, config) as tracker, fetching(config, tracker.engine, sleep=haste.sleep) as fetcher:
        rounds = Rounds(vitals=Vitals(ticks=True), haste=haste)
        rounds.plan(config, tracker, lambda stop: fetcher.of(stop.scraper, stop.source))
        assert len(rounds.start_due()) == 1
        assert stuck.asked.wait(20)
        assert rounds.end(finish_s=0, end_s=0) == ["barn"]
        shop.server.clear_all_handlers()
        with reading(tracker.engine) as conn:
            assert source_queries.due(conn, now=now_utc()) == {}, "it is still held"
        stuck.go.set()
        assert rounds.end(finish_s=0, end_s=20) == []


def test_a_pause_before_a_page_ends_with_the_daemon(home: Home, shop: Shop) -> None:
    configure(home, shop)
    config, haste = home.config(), Haste()
    with opened(home, config) as tracker:
        rounds = Rounds(vitals=Vitals(ticks=True), haste=haste)

        def patient(_request: Asked) -> Page:
            haste.sleep(600)
            raise AssertionError("nobody should be fetching now")

        rounds.plan(config, tracker, lambda _stop: patient)
        [visit] = rounds.start_due()
        assert rounds.end(finish_s=0, end_s=20) == []
        assert visit.result() is None
        with reading(tracker.engine) as conn:
            assert source_queries.due(conn, now=now_utc()) == {"barn": "full"}, "given back, and due as before"
            assert conn.execute(select(func.count()).select_from(VISIT)).scalar_one() == 0


def test_a_log_for_programs_has_one_object_a_line(home: Home, shop: Shop) -> None:
    configure(home, shop)
    with running(home, "--log-format", "json") as daemon:
        lines = [json.loads(line) for line in said(daemon, '"event": "visit"')]
    assert all({"time", "level", "message"} <= line.keys() for line in lines)
    visit = lines[-1]
    assert (visit["source"], visit["outcome"], visit["listings"], visit["offers"]) == ("barn", "ok", 4, 3)
    assert visit["seconds"] >= 0


@pytest.mark.parametrize(
    "redirected", ["<&- >&- 2>&-", "<&- 2>&1 >&- | head -1", "2>&1 | true", ">/dev/full 2>/dev/full"]
)
def test_streams_that_are_closed_stop_nothing(home: Home, shop: Shop, redirected: str) -> None:
    configure(home, shop)
    command = f"{sys.executable} -m tracker --home {home.path} run --once; echo $? >{home.path}/code"
    ran = subprocess.run(
        ["/bin/sh", "-c", f"({command}) {redirected}"], capture_output=True, text=True, timeout=60, check=False
    )
    assert "Traceback" not in ran.stdout + ran.stderr
    assert (home.path / "code").read_text() == "0\n"
    with opened(home) as tracker, reading(tracker.engine) as conn:
        assert source_queries.sources(conn)["barn"]["state"] == "ok"


@pytest.mark.parametrize("shift", [timedelta(days=-400), timedelta(days=20)])
def test_a_clock_that_is_set_stops_no_ticks(home: Home, shop: Shop, shift: timedelta) -> None:
    configure(home, shop)
    config, haste, vitals = home.config(), Haste(), Vitals(ticks=True)
    with (
        time_machine.travel(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) as clock,
        opened(home, config) as tracker,
        fetching(config, tracker.engine, sleep=haste.sleep) as fetcher,
    ):
        outfit = Outfit(config=config, tracker=tracker, fetch_of=lambda stop: fetcher.of(stop.scraper, stop.source))
        rounds = Rounds(vitals=vitals, haste=haste)
        tick = timedelta(milliseconds=50)
        daemon = Daemon(outfit, rounds=rounds, vitals=vitals, refit=lambda same: same, tick=tick)
        told: list[int] = []

        def meanwhile() -> None:
            try:
                until(lambda: visits(tracker) == 1)
                clock.shift(shift)
                until(lambda: visits(tracker) == 2)
                told.append(visits(tracker))
            finally:
                if not ended.is_set():
                    os.kill(os.getpid(), signal.SIGTERM)

        other, ended = threading.Thread(target=meanwhile), threading.Event()
        other.start()
        try:
            assert daemon.run()
        finally:
            ended.set()
            other.join()
        assert told == [2], "visited again by the new time, without waiting for the old one"


def visits(tracker: Tracker) -> int:
    with reading(tracker.engine) as conn:
        return int(conn.execute(select(func.count()).select_from(VISIT)).scalar_one())


def until(so: Callable[[], bool]) -> None:
    """Look until something is so, at most half a minute."""
    deadline = time.monotonic() + 30
    pause = threading.Event()
    while not so():
        pause.wait(0.02)
        assert time.monotonic() < deadline, "it never came to be so"
