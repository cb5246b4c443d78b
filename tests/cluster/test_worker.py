"""Workers as processes of their own on a real PostgreSQL: they visit, deliver, stop, and clean up after others."""

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import func, make_url, select, text, update
from werkzeug import Request, Response

from db import outbox
from db.engine import open_engine, reading, writing
from db.sql import SOURCE, VISIT
from tests.conftest import Ran
from tests.postgres import Server
from tests.shop import SHOP, Shop, configure, products
from tracker import cluster
from tracker.assemble import Home
from tracker.core.errors import StoreError
from tracker.core.flat import flat_notice
from tracker.pipeline import now_utc

CLUSTER = "[cluster]\ntick_s = 1\npoll_s = 0.05\nheartbeat_s = 0.5\ndead_after_s = 2\n"


@contextmanager
def worker(home: Home, address: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tracker", "--home", str(home.path), "worker", *words],
        stderr=subprocess.PIPE,
        text=True,
        env={"TRACKER_DATABASE__URL": address, "PYTHONWARNINGS": "error::SyntaxWarning"},
        cwd=Path(__file__).parents[2],
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


class Mailbox:
    """A webhook on a real server: what arrived, by its key."""

    def __init__(self, server: HTTPServer) -> None:
        self.keys: list[str] = []
        self.arrived = threading.Event()
        self.url = server.url_for("/hook")
        server.expect_request("/hook").respond_with_handler(self.take)

    def take(self, request: Request) -> Response:
        self.keys.append(json.loads(request.data)["key"])
        self.arrived.set()
        return Response("taken")

    @property
    def settings(self) -> str:
        return f'notify = ["hook"]\n[channels.hook]\ntype = "webhook"\nurl = "{self.url}"\n'


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_it_visits_delivers_and_stops_cleanly(
    home: Home, shop: Shop, httpserver: HTTPServer, postgresql: str, stop_signal: signal.Signals
) -> None:
    mailbox = Mailbox(httpserver)
    configure(home, shop, mailbox.settings + CLUSTER)
    with worker(home, postgresql) as process:
        assert mailbox.arrived.wait(60), "no alert arrived"
        process.send_signal(stop_signal)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "barn full ok" in said
    assert "stopped" in said
    assert "Traceback" not in said
    assert len(mailbox.keys) == 1


def test_a_channel_that_answers_nothing_holds_back_no_other(
    home: Home, shop: Shop, httpserver: HTTPServer, postgresql: str
) -> None:
    mailbox = Mailbox(httpserver)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(60)
        slow = f'type = "webhook"\nurl = "http://127.0.0.1:{mute.getsockname()[1]}/"\ntimeout_s = 120\n'
        notify = mailbox.settings.replace('["hook"]', '["hook", "mute"]')
        configure(home, shop, f"{notify}[channels.mute]\n{slow}{CLUSTER}")
        with worker(home, postgresql):
            asked, _ = mute.accept()
            with asked:
                assert mailbox.arrived.wait(60), "the first alert waits for the other channel"
                mailbox.arrived.clear()
                engine = open_engine(postgresql)
                with writing(engine) as tx:
                    notice = flat_notice("another", subject="news", text="more of it", created_at=now_utc())
                    owed = outbox.Owed(key="another", kind="notice", watch="", payload=notice, channels=("hook",))
                    outbox.owe(tx, [owed], now=now_utc())
                engine.dispose()
                assert mailbox.arrived.wait(20), "what came up meanwhile waits for the other channel"
                assert mailbox.keys[-1] == "another"


def test_what_a_killed_worker_was_at_is_done_by_another(
    home: Home, shop: Shop, httpserver: HTTPServer, postgresql: str
) -> None:
    mailbox = Mailbox(httpserver)
    configure(home, shop, mailbox.settings + CLUSTER)
    asked, going_on = threading.Event(), threading.Event()

    def answer_slowly(_request: Request) -> Response:
        asked.set()
        going_on.wait(60)
        return Response(json.dumps(products(*SHOP)), content_type="application/json")

    shop.server.clear_all_handlers()
    shop.server.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_request("/hook").respond_with_handler(mailbox.take)
    shop.server.expect_request("/products.json").respond_with_handler(answer_slowly)
    with worker(home, postgresql) as first:
        assert asked.wait(60)
        first.kill()
    going_on.set()
    with worker(home, postgresql) as second:
        assert mailbox.arrived.wait(60), "nobody did it again"
        second.send_signal(signal.SIGTERM)
        _, said = second.communicate(timeout=30)
    assert "barn: the worker at it died; it is done again" in said
    assert second.returncode == 0
    engine = open_engine(postgresql)
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(VISIT)).scalar() == 1
        assert conn.execute(text("SELECT count(*) FROM tracker_jobs.procrastinate_jobs")).scalar() == 0
    engine.dispose()


def test_a_server_that_restarts_is_survived(
    home: Home, shop: Shop, httpserver: HTTPServer, server: Server, postgresql: str
) -> None:
    mailbox = Mailbox(httpserver)
    configure(home, shop, mailbox.settings + CLUSTER)
    with worker(home, postgresql) as process:
        assert mailbox.arrived.wait(60)
        server.restart("immediate")
        shop.shows(*SHOP, ("GeForce RTX 3090 24GB, the second one", "400.00", True))
        httpserver.expect_request("/hook").respond_with_handler(mailbox.take)
        mailbox.arrived.clear()
        engine = open_engine(postgresql)
        with writing(engine) as tx:
            tx.execute(update(SOURCE).values(next_visit_at=now_utc()))
        engine.dispose()
        assert mailbox.arrived.wait(60), "it did not come back"
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said


def test_jobs_of_another_release_are_made_anew_once_nobody_works_on_them(postgresql: str) -> None:
    address = cluster._address(make_url(postgresql))
    cluster._install(address)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"COMMENT ON SCHEMA {cluster.SCHEMA} IS 'an older one'")
        connection.execute("SELECT procrastinate_register_worker_v1()")
        with pytest.raises(StoreError, match="workers of another release"):
            cluster._install(address)
        connection.execute("DELETE FROM procrastinate_workers")
        cluster._install(address)
        assert connection.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


def test_it_says_what_it_needs(home: Home, shop: Shop, tracker_command: Callable[..., Ran]) -> None:
    configure(home, shop)
    ran = tracker_command("worker")
    assert ran.code == 2
    assert "workers share their jobs on PostgreSQL" in ran.err
