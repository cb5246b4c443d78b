"""Operations: copies, restoring, tidying, signs of life, what is installed; and the words for a disk that refuses."""

import configparser
import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select

from db import keeping
from db.engine import reading, writing
from db.lock import alone
from db.sql import ALERT, LISTING, PRICE, VISIT, table
from db.tables import Daily
from tests.conftest import Ran
from tests.db.test_first_release import lay_down
from tests.shop import Shop, configure
from tests.web.serving import serving
from tracker.assemble import Home, database, opened
from tracker.core.errors import StoreError
from tracker.ping import ping
from tracker.pipeline import now_utc
from tracker.tidying import tidy
from tracker.vitals import QUIET_S, Vitals
from tracker.web.app import web_app
from tracker.web.site import Site

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"


@pytest.fixture
def kept(home: Home) -> Home:
    """A home with a database of the first release, upgraded."""
    lay_down(home.path / "tracker.db")
    with opened(home):
        return home


def counted(home: Home, *tables: Any) -> list[int]:
    with database(home) as engine, reading(engine) as conn:
        return [int(conn.execute(select(func.count()).select_from(one)).scalar_one()) for one in tables]


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_copy_made_in_use_can_be_put_back(kept: Home, tmp_path: Path, tracker_command: Callable[..., Ran]) -> None:
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(kept.path / "tracker.db")) as user:
        user.execute("BEGIN IMMEDIATE")  # somebody is writing meanwhile
        user.execute("DELETE FROM visit")
        assert tracker_command("--home", kept.path, "backup", copy).code == 0
        user.commit()
    assert [path.name for path in tmp_path.glob("copy.db*")] == ["copy.db"], "one file, nothing beside it"
    again = tracker_command("--home", kept.path, "backup", copy)
    assert (again.code, "is there already" in again.err) == (1, True)
    assert counted(kept, VISIT) == [0]
    ran = tracker_command("--home", kept.path, "restore", copy)
    assert ran.code == 0, ran.err
    assert counted(kept, VISIT) == [11]
    [old] = kept.path.glob("tracker.before-restore-*.db")
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("SELECT count(*) FROM visit").fetchone() == (0,), "what it was before is kept"
    assert tracker_command("--home", kept.path, "backup", copy, "--force").code == 0


def test_nothing_is_put_back_under_a_daemon_or_an_open_file(
    kept: Home, tmp_path: Path, tracker_command: Callable[..., Ran]
) -> None:
    copy = tmp_path / "copy.db"
    tracker_command("--home", kept.path, "backup", copy)
    with alone(f"sqlite:///{kept.path / 'tracker.db'}", who="tracker run"):
        ran = tracker_command("--home", kept.path, "restore", copy)
    assert (ran.code, f"tracker run (pid {os.getpid()})" in ran.err) == (1, True)
    with opened(kept):
        ran = tracker_command("--home", kept.path, "restore", copy)
    assert (ran.code, "is open in another process" in ran.err) == (1, True)


def _text(copy: Path) -> None:
    copy.write_text("no database")


def _foreign(copy: Path) -> None:
    copy.unlink()
    with closing(sqlite3.connect(copy)) as db:
        db.execute("CREATE TABLE songs (title)")


def _newer(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")


def _damaged(copy: Path) -> None:
    whole = bytearray(copy.read_bytes())
    whole[8192:40960] = os.urandom(32768)
    copy.write_bytes(whole)


def _gone(copy: Path) -> None:
    copy.unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_text, "is no SQLite database"),
        (_foreign, "is not a database of the tracker"),
        (_newer, "written by a newer version"),
        (_damaged, "is damaged"),
        (_gone, "cannot be read"),
    ],
)
def test_what_is_no_sound_copy_is_refused(
    kept: Home, tmp_path: Path, tracker_command: Callable[..., Ran], spoil: Callable[[Path], None], said: str
) -> None:
    copy = tmp_path / "copy.db"
    tracker_command("--home", kept.path, "backup", copy)
    spoil(copy)
    ran = tracker_command("--home", kept.path, "restore", copy)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert said in ran.err
    assert counted(kept, VISIT) == [11], "nothing was touched"


@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_a_database_is_no_copy_of_itself(
    kept: Home, tmp_path: Path, tracker_command: Callable[..., Ran], link: Callable[[Path, Path], None] | None
) -> None:
    live = kept.path / "tracker.db"
    copy = tmp_path / "copy.db" if link else live
    if link:
        link(live, copy)
    ran = tracker_command("--home", kept.path, "restore", copy)
    assert (ran.code, ran.err) == (1, f"error: {copy} is the database itself: there is nothing to put back\n")
    assert not list(kept.path.glob("tracker.before-restore-*"))
    assert counted(kept, VISIT) == [11]


def test_a_damaged_database_can_be_replaced(kept: Home, tmp_path: Path, tracker_command: Callable[..., Ran]) -> None:
    copy = tmp_path / "copy.db"
    tracker_command("--home", kept.path, "backup", copy)
    (kept.path / "tracker.db").write_bytes(b"rubbish" * 5000)
    assert tracker_command("--home", kept.path, "backup", tmp_path / "other.db").code == 1
    assert tracker_command("--home", kept.path, "restore", copy).code == 0
    assert counted(kept, VISIT) == [11]


# --- tidying ------------------------------------------------------------------------------------------------------


def test_what_is_over_is_forgotten_and_its_days_stay(kept: Home) -> None:
    with database(kept) as engine:
        with writing(engine) as tx:
            ended_at = now_utc()
            tx.execute(LISTING.update().where(LISTING.c.rejected.is_(None)).values(ended_at=ended_at, on_offer=False))
            tx.exec_driver_sql("DELETE FROM presence")
            days = tx.execute(select(table(Daily))).all()
            prices = tx.execute(select(func.count()).select_from(PRICE)).scalar_one()
        assert prices
        later = now_utc() + timedelta(days=40)
        first = tidy(engine, kept.config(), now=later)
        assert (first.rejects, first.prices, first.alerts) == (10, 0, 0)
        second = tidy(engine, kept.config(), now=later + timedelta(days=360))
        assert (second.visits, second.listings) == (11, 0)
        assert second.prices > 0
        assert second.alerts == 1, "what is still owed stays"
        with reading(engine) as conn:
            assert conn.execute(select(table(Daily))).all() == days
            assert conn.execute(select(func.count()).select_from(PRICE)).scalar_one() == 0
            assert conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
            assert keeping.tidied_at(conn) == later + timedelta(days=360)


def test_days_whose_prices_are_forgotten_are_not_made_again(kept: Home) -> None:
    from db import rollups

    with database(kept) as engine, writing(engine) as tx:
        days = tx.execute(select(table(Daily))).all()
        tx.execute(PRICE.delete())
        tx.execute(LISTING.update().values(priced_at=now_utc() + timedelta(days=1)))
        rollups.freeze(tx, before=date(2100, 1, 1))
        rollups.rebuild(tx, day=now_utc().date())
        frozen = {tuple(row) for row in tx.execute(select(table(Daily)))}
        assert {(row.condition, row.variant, row.day) for row in days} <= {row[:3] for row in frozen}


def test_a_source_may_keep_less(kept: Home, tracker_command: Callable[..., Ran]) -> None:
    kept.config_file.write_text('[sources.ebay]\nsite = "ebay"\nquery = "x"\nkeep = "1d"\n')
    with database(kept) as engine:
        with writing(engine) as tx:
            tx.execute(LISTING.update().values(ended_at=now_utc() - timedelta(days=2), on_offer=False))
        tidied = tidy(engine, kept.config(), now=now_utc())
    assert tidied.listings == 27, "those of ebay, and no others"
    assert counted(kept, LISTING) == [46 - 27]
    ran = tracker_command("--home", kept.path, "tidy", "--shrink")
    assert (ran.code, "in use by the file" in ran.err) == (0, True)


# --- signs of life ------------------------------------------------------------------------------------------------


def test_signs_of_life_over_http(kept: Home) -> None:
    time = [0.0]
    vitals = Vitals(ticks=True, monotonic=lambda: time[0])
    with opened(kept) as tracker:
        site = Site(tracker=tracker, config=kept.config(), vitals=vitals)
        with serving(web_app(site)) as address, httpx.Client(base_url=address) as web:
            assert web.get("/healthz").json() == {"status": "ok"}
            assert web.get("/readyz").json() == {"status": "ok"}
            time[0] += QUIET_S + 1
            vitals.in_trouble("the database refused: database or disk is full")
            asked = web.get("/readyz")
            assert asked.status_code == 503
            assert asked.json()["why"] == [
                "the clock has not ticked for 61 s",
                "the database refused: database or disk is full",
            ]
            assert web.get("/healthz").status_code == 200, "a full disk is no reason to be started anew"
            web.get("/metrics")
            with writing(tracker.engine) as tx:
                tx.exec_driver_sql(
                    "INSERT INTO visit (source_id, mode, started_at, ended_at, outcome, message, pages, listings,"
                    " offers, rejected, new, changed, ended)"
                    " VALUES (1, 'full', 1000, 3500, 'ok', '', 1, 1, 1, 0, 0, 0, 0)"
                )
            shown = web.get("/metrics").text
    numbers = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(shown)
        for sample in family.samples
    }
    assert numbers["tracker_visits_total", "ok"] == 1
    assert (numbers["tracker_visit_seconds_sum",], numbers["tracker_visit_seconds_bucket", "2.5"]) == (2.5, 1)
    assert (numbers["tracker_listings",], numbers["tracker_alerts_owed",]) == (46, 4)
    assert numbers["tracker_database_writable",] == 0
    assert numbers["tracker_next_visit_lag_seconds",] >= 0
    assert numbers["tracker_database_bytes",] > 100_000
    assert numbers["process_resident_memory_bytes",] > 0


def test_a_cycle_is_good_while_not_everything_fails() -> None:
    vitals = Vitals(ticks=True)
    assert vitals.close_cycle(), "nothing was due"
    vitals.visited(good=False)
    assert not vitals.close_cycle()
    vitals.visited(good=False)
    vitals.visited(good=True)
    assert vitals.close_cycle()
    vitals.in_trouble("full")
    assert not vitals.close_cycle()


def test_the_ping_fails_softly_and_says_no_address(httpserver: HTTPServer, caplog: pytest.LogCaptureFixture) -> None:
    httpserver.expect_request("/beat").respond_with_data("ok")
    httpserver.expect_request("/lost").respond_with_data("no", status=404)
    assert ping(httpserver.url_for("/beat"))
    assert not ping(httpserver.url_for("/lost"))
    assert not ping("http://127.0.0.1:1/secret")
    assert "secret" not in caplog.text
    assert "the ping was answered with 404" in caplog.text


def test_the_ping_address_is_a_secret(home: Home, tracker_command: Callable[..., Ran]) -> None:
    home.config_file.write_text('[daemon]\nping_url = "https://beat.example/uuid"\n')
    ran = tracker_command("--home", home.path, "config")
    assert "daemon.ping_url" in ran.out
    assert "uuid" not in ran.out
    home.config_file.write_text('[daemon]\nping_url = "beat.example"\n')
    assert "http://" in tracker_command("--home", home.path, "config").err


# --- a database that refuses --------------------------------------------------------------------------------------


def test_a_full_disk_is_one_line_and_nothing_is_lost(
    home: Home, shop: Shop, tracker_command: Callable[..., Ran], caplog: pytest.LogCaptureFixture
) -> None:
    configure(home, shop)
    assert tracker_command("--home", home.path, "run", "--once").code == 0
    before = counted(home, LISTING, VISIT, ALERT)
    shop.shows(*[(f"GeForce RTX 3090 24GB no. {number}", "500.00", True) for number in range(200)])
    with opened(home, home.config()) as tracker:
        with writing(tracker.engine) as tx:
            tx.exec_driver_sql("UPDATE source SET next_visit_at = 1")
        from scrapers.fetch import Fetcher
        from tracker import pipeline
        from tracker.assemble import stop

        planned = stop(home.config(), "barn")
        with Fetcher(delay_s=0, allow_private=True) as fetcher:
            inner = fetcher.of(planned.scraper, planned.source)

            def fetch(request: Any) -> Any:
                page = inner(request)
                with closing(tracker.engine.raw_connection()) as raw:  # from here on the file may not grow
                    raw.cursor().execute("PRAGMA max_page_count = 1")
                return page

            with pytest.raises(StoreError, match="database or disk is full"):
                pipeline.visit(tracker, planned.scraper, planned.source, fetch, every=planned.every)
    assert counted(home, LISTING, VISIT, ALERT) == before
    assert "Traceback" not in caplog.text
    assert tracker_command("--home", home.path, "scrape", "barn").code == 0, "it goes on once there is room"


# --- what is installed --------------------------------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed here")
def test_the_unit_is_one_and_keeps_to_itself(tmp_path: Path) -> None:
    unit = (DEPLOY / "tracker.service").read_text()
    (tmp_path / "tracker.service").write_text(unit.replace("/opt/tracker/bin/tracker", "/bin/true"))
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / "tracker.service")],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    about_us = [line for line in ran.stderr.splitlines() if "tracker.service" in line]
    assert (ran.returncode, about_us) == (0, [])


def test_the_unit_starts_what_there_is(tracker_command: Callable[..., Ran]) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string((DEPLOY / "tracker.service").read_text())
    command = shlex.split(unit["Service"]["ExecStart"])
    assert tracker_command(*command[1:], "--help").code == 0
    for name, value in (("ProtectSystem", "strict"), ("NoNewPrivileges", "yes"), ("DynamicUser", "yes")):
        assert unit["Service"][name] == value


def instructions(file: Path) -> list[tuple[str, str]]:
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def test_the_image_runs_as_nobody_from_wheels_and_what_it_copies_is_there(tracker_command: Callable[..., Ran]) -> None:
    steps = instructions(DEPLOY / "Containerfile")
    known = {"FROM", "WORKDIR", "RUN", "COPY", "ENV", "VOLUME", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK"}
    assert {word for word, _ in steps} <= known | {"ENTRYPOINT", "CMD"}
    for word, rest in steps:
        if word == "COPY" and "--from" not in rest:
            assert all((ROOT / name).exists() for name in rest.split()[:-1]), rest
        if word == "RUN" and "-r requirements" in rest:
            assert "--only-binary :all: --require-hashes" in rest
    said = dict(steps)
    assert said["USER"] not in ("root", "0")
    assert tracker_command(*json.loads(said["CMD"]), "--help").code == 0


def test_the_compose_file_closes_what_it_can(tracker_command: Callable[..., Ran]) -> None:
    import yaml  # type: ignore[import-untyped]

    [service] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"].values()
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert tracker_command(*service["command"], "--help").code == 0


def blocks(language: str) -> list[str]:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_sensor_for_home_assistant_reads_a_real_answer(kept: Home) -> None:
    import yaml

    [sensor] = [yaml.safe_load(text)["rest"][0] for text in blocks("yaml") if "rest:" in text]
    path = sensor["resource"].removeprefix("http://127.0.0.1:8737")
    with opened(kept) as tracker, serving(web_app(Site(tracker=tracker, config=kept.config()))) as address:
        answer = httpx.get(address + path)
    assert answer.status_code == 200, answer.text
    for one in sensor["sensor"]:
        found: Any = answer.json()
        [expression] = re.findall(r"value_json((?:\.\w+|\[\d+\])+)", one["value_template"])
        for name, place in re.findall(r"\.(\w+)|\[(\d+)\]", expression):
            found = found[name] if name else found[int(place)]
        assert isinstance(found, int | float), one["name"]


def test_a_daemon_without_pages_loads_nothing_it_does_without(home: Home, shop: Shop) -> None:
    configure(home, shop)
    script = (
        "import sys, pathlib; from tracker.assemble import Home; from tracker.running import run_once\n"
        f"run_once(Home(path=pathlib.Path({str(home.path)!r})))\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    with database(home):
        pass  # made before: a migration needs alembic
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.splitlines()[-1].split())
    heavy = {"pandas", "numpy", "apprise", "fastapi", "starlette", "uvicorn", "alembic", "jinja2", "prometheus_client"}
    assert loaded & (heavy | {"matplotlib", "psycopg", "procrastinate"}) == set()
