"""`tracker migrate`: a SQLite database arrives whole on PostgreSQL, or not at all."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlmodel import SQLModel

from db import queries, source_queries, sources
from db.engine import open_engine, reading, writing
from db.sql import LISTING, NOTE, SOURCE
from tests.conftest import NOON, Ran, offer, rejected
from tests.db.test_first_release import lay_down
from tests.db.test_store import see
from tracker import moving
from tracker.core.errors import StoreError
from tracker.pipeline import Tracker


@pytest.fixture
def file(tmp_path: Path, make_tracker: Callable[..., Tracker]) -> Path:
    """A SQLite database with a little of everything."""
    engine = open_engine(f"sqlite:///{tmp_path / 'old.db'}")
    tracker = make_tracker(engine=engine)
    see(tracker, [offer("1"), offer("2", "650.50", shipping=None), rejected("3")], at=NOON)
    see(tracker, [offer("1", "690"), offer("4", title='矿卡 "2080 Ti"\t22\\N')], at=NOON, source="elsewhere")
    with writing(engine) as tx:
        sources.claim(tx, "barn-us", by="somebody", now=NOON, until=NOON)
        tx.execute(insert(NOTE), [{"name": "odd", "value": "a\0b"}])
    engine.dispose()
    return tmp_path / "old.db"


ON_SERVER = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@ON_SERVER
def test_everything_arrives(file: Path, database: str, tracker_command: Callable[..., Ran]) -> None:
    ran = tracker_command("migrate", file, "--format", "json")
    assert ran.code == 0, ran.err
    said = {row["table"]: row for row in json.loads(ran.out)}
    assert said.keys() == {table.name for table in SQLModel.metadata.sorted_tables}
    engine, old = open_engine(database), open_engine(f"sqlite:///{file}")
    with reading(engine) as new_conn, reading(old) as old_conn:
        for table in SQLModel.metadata.sorted_tables:
            before = [tuple(row) for row in old_conn.execute(select(table))]
            after = [tuple(row) for row in new_conn.execute(select(table))]
            assert said[table.name]["rows"] == len(before)
            if table not in (SOURCE, NOTE):
                assert sorted(after, key=repr) == sorted(before, key=repr), table.name
        assert source_queries.source_row(new_conn, "barn-us")["claimed_by"] is None
        assert queries.noted(new_conn, "odd") == "ab"
        last = new_conn.execute(select(func.max(LISTING.c.id))).scalar_one()
    assert said["note"]["mended"] == 1
    with writing(engine) as tx:
        assert sources.know_source(tx, "a new one", "barn") == 3
        assert tx.execute(text("SELECT nextval(pg_get_serial_sequence('listing', 'id'))")).scalar() == last + 1
    engine.dispose()
    old.dispose()


@ON_SERVER
def test_a_database_that_holds_something_is_left_alone_unless_told(
    file: Path, database: str, tracker_command: Callable[..., Ran]
) -> None:
    engine = open_engine(database)
    with writing(engine) as tx:
        for number in range(5):
            sources.know_source(tx, f"mine {number}", "barn")
    ran = tracker_command("migrate", file)
    assert (ran.code, ran.err) == (1, "error: the database holds something already: --force replaces it\n")
    assert tracker_command("migrate", file, "--force").code == 0
    with reading(engine) as conn:
        assert source_queries.sources(conn).keys() == {"barn-us", "elsewhere"}
    engine.dispose()


@ON_SERVER
def test_what_does_not_arrive_as_it_left_is_not_kept(
    file: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, told = moving._Sum.add, []

    def forgetful(self: moving._Sum, row: tuple[object, ...]) -> None:
        told.append(row)
        honest(self, row if len(told) > 1 else ("something else",))

    monkeypatch.setattr(moving._Sum, "add", forgetful)
    engine = open_engine(database)
    with pytest.raises(StoreError, match="did not arrive as it left"):
        moving.move(file, engine, replace=False)
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(SOURCE)).scalar() == 0
    engine.dispose()


@ON_SERVER
def test_a_database_of_the_first_release_is_brought_up_to_date_on_the_way(
    tmp_path: Path, database: str, tracker_command: Callable[..., Ran]
) -> None:
    kept = lay_down(tmp_path / "first.db")
    assert tracker_command("migrate", tmp_path / "first.db").code == 0
    engine = open_engine(database)
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(LISTING)).scalar() == len(kept["listing"][1])
    engine.dispose()


@ON_SERVER
@pytest.mark.parametrize(("name", "said"), [("none.db", "is not there"), ("text.db", "file is not a database")])
def test_what_is_no_database_is_refused(
    tmp_path: Path, database: str, tracker_command: Callable[..., Ran], name: str, said: str
) -> None:
    (tmp_path / "text.db").write_text("this is a letter, and no database at all, however it is called")
    ran = tracker_command("migrate", tmp_path / name)
    assert ran.code == 1
    assert said in ran.err
    assert ran.err.count("\n") == 1


def test_there_must_be_somewhere_to_go(tmp_path: Path, tracker_command: Callable[..., Ran]) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")):
        ran = tracker_command("migrate", tmp_path / "old.db")
    assert (ran.code, ran.err) == (2, "error: database.url names no PostgreSQL database to copy to\n")
