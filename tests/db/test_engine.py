"""Opening databases: migrations, backups, and refusals in plain words."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import SQLModel

from db import engine as module
from db.engine import HEAD, MIGRATIONS, open_engine, reading, version
from tests.postgres import Server
from tracker.core.errors import StoreError


def url(path: Path) -> str:
    return f"sqlite:///{path / 'test.db'}"


def test_the_newest_migration_is_the_one_the_code_expects() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_the_migrations_make_the_tables_the_code_uses(tmp_path: Path) -> None:
    engine = open_engine(url(tmp_path))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_an_up_to_date_database_is_opened_as_it_is(tmp_path: Path) -> None:
    open_engine(url(tmp_path)).dispose()
    engine = open_engine(url(tmp_path))
    assert version(engine) == HEAD
    engine.dispose()
    assert [file.name for file in tmp_path.glob("*.db")] == ["test.db"]


def test_an_older_database_is_copied_before_it_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_engine(url(tmp_path)).dispose()
    monkeypatch.setattr(module, "HEAD", "0002-to-come")
    open_engine(url(tmp_path)).dispose()
    [copy] = tmp_path.glob("test.before-*.db")
    kept = sqlite3.connect(copy)
    assert kept.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
    kept.close()


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    open_engine(url(tmp_path)).dispose()
    database = sqlite3.connect(tmp_path / "test.db")
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    with pytest.raises(StoreError, match="newer version"):
        open_engine(url(tmp_path))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test.db").write_text("this is not a database, whatever its name says")
    with pytest.raises(StoreError, match="cannot be opened: file is not a database"):
        open_engine(url(tmp_path))


@pytest.mark.parametrize("bad", ["nonsense", "mysql://nowhere/db", "sqlite:////no/such/folder/test.db"])
def test_a_url_that_leads_nowhere_is_refused(bad: str) -> None:
    with pytest.raises(StoreError):
        open_engine(bad)


@pytest.mark.parametrize(
    "bad",
    [
        "postgresql+psycopg://pat:hush@127.0.0.1:1/db",
        "postgresql+psycopg://pat:hush@127.0.0.1:nine/db",
        "postgresql+psycopg://pat:hush:hush@hush@127.0.0.1:1/db",
        "postgresql+psycopg://pat:hush/127.0.0.1",
        "postgres://pat:hush@127.0.0.1:1/db",
        "mysql://pat:hush@127.0.0.1/db",
        "pat:hush@127.0.0.1/db",
    ],
)
def test_no_refusal_holds_the_password(bad: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_engine(bad)
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_server_gets_the_same_tables(postgresql: str) -> None:
    engine = open_engine(postgresql)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    assert version(engine) == HEAD
    engine.dispose()


def test_many_may_open_an_empty_server_at_once(server: Server) -> None:
    with ThreadPoolExecutor(4) as pool:
        address = server.make("empty")
        for engine in pool.map(open_engine, [address] * 4):
            assert version(engine) == HEAD
            engine.dispose()
    server.drop("empty")


def test_a_server_ends_what_takes_too_long(postgresql: str) -> None:
    engine = open_engine(f"{postgresql}&options=-c%20statement_timeout%3D100ms")
    with pytest.raises(StoreError, match="statement timeout"), reading(engine) as conn:
        conn.execute(text("SELECT pg_sleep(10)"))
    with reading(engine) as conn:
        assert conn.execute(text("SHOW lock_timeout")).scalar() == "30s"
    engine.dispose()
