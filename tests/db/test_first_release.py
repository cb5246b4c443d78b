"""A database of the first release, kept as a file, opens today with everything that was in it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import count_queries, queries, source_queries
from db.engine import HEAD, open_engine, reading
from db.sql import TOLD
from tests.conftest import Ran
from tracker.assemble import Home, opened
from tracker.core.wanted import Wanted
from tracker.greeting import greet
from tracker.pipeline import now_utc
from tracker.report import ranked

KEPT = Path(__file__).with_name("first_release.sql")
"""Made once by the first release's own code, from invented pages: never to be edited."""

Rows = list[tuple[Any, ...]]


def lay_down(file: Path) -> dict[str, tuple[list[str], Rows]]:
    """Write the kept database to a file; returns what every table held, with its columns."""
    with closing(sqlite3.connect(file)) as db:
        db.executescript(KEPT.read_text(encoding="utf-8"))
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: held(db, table) for table in tables if table != "alembic_version"}


def held(db: sqlite3.Connection, table: str, columns: list[str] | None = None) -> tuple[list[str], Rows]:
    named = columns or [row[1] for row in db.execute(f'PRAGMA table_info("{table}")')]
    quoted = ", ".join(f'"{name}"' for name in named)
    return named, sorted(db.execute(f'SELECT {quoted} FROM "{table}"').fetchall(), key=repr)


def test_every_row_is_there_after_the_upgrade_and_a_copy_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "tracker.db"
    before = lay_down(file)
    assert [table for table, (_, rows) in before.items() if not rows] == [], "the kept file is to hold some of all"
    open_engine(f"sqlite:///{file}").dispose()
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        for table, (columns, rows) in before.items():
            assert held(db, table, columns) == (columns, rows), table
    copies = list(tmp_path.glob("tracker.before-*.db"))
    assert len(copies) == (HEAD != "0001")
    for copy in copies:
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
            assert {table: held(db, table) for table in before} == before


@pytest.fixture
def upgraded(home: Home) -> Home:
    lay_down(home.path / "tracker.db")
    return home


def test_todays_code_reads_it(upgraded: Home) -> None:
    with opened(upgraded) as tracker, reading(tracker.engine) as conn:
        best = ranked(conn, metric="usd_per_gb", wanted=Wanted(), now=now_utc(), catalogue=tracker.catalogue)
        known = source_queries.sources(conn)
        undelivered = queries.deliveries(conn, states=("owed", "failed"), limit=100)
        counted = count_queries.counts(conn)
        [dropped] = queries.named(conn, "v1|110000110866|0")
        asked = [row["price"] for row in queries.prices_of(conn, dropped["id"])]
    assert {"m40-24gb", "mi50-32gb"} <= {row["variant"] for row in best}
    assert set(known) == {"ebay", "refurb-shop", "r9700", "barn", "import:ebay"}
    assert known["barn"]["state"] == "ok"
    assert {(row["channel"], row["state"]) for row in undelivered} == {("refused", "failed"), ("down", "owed")}
    assert counted["listings"] == 46
    assert asked == [Decimal(720), Decimal(619)], "the price that fell keeps its history"


def test_the_command_line_works_on_it(upgraded: Home, tracker_command: Callable[..., Ran]) -> None:
    for words in (["report", "--by", "gpu"], ["sources"], ["rejected"], ["history", "mi50"], ["alerts", "pending"]):
        ran = tracker_command("--home", upgraded.path, *words)
        assert (ran.code, "Traceback" in ran.err) == (0, False), words


def test_its_watches_are_known_and_keep_what_they_were_told(upgraded: Home) -> None:
    upgraded.config_file.write_text(files("tracker.demo").joinpath("tracker.toml").read_text(encoding="utf-8"))
    with opened(upgraded) as tracker:
        with reading(tracker.engine) as conn:
            before = queries.known_watches(conn), conn.execute(select(TOLD)).all()
        assert set(before[0]) == {watch.name for watch in tracker.watches}
        assert (greet(tracker, now=now_utc()), bool(before[1])) == (0, True)
        with reading(tracker.engine) as conn:
            assert (queries.known_watches(conn), conn.execute(select(TOLD)).all()) == before
        edited = replace(tracker.watches[0], below=Decimal(1), new=True)
        assert edited.fingerprints == (edited.fingerprint,)
