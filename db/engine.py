"""Opening the database: one engine per URL, SQLite in WAL mode, migrations applied before first use."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from tracker.core.errors import StoreError

HEAD = "0002"
"""The newest migration; a test holds it against the migration scripts."""

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_S = 30

_SQLITE = {"connect_args": {"timeout": BUSY_TIMEOUT_S}, "max_overflow": 50}


def open_engine(url: str) -> Engine:
    """Connect to the database, make or upgrade its tables; raises StoreError when it cannot be used."""
    try:
        engine = create_engine(url, hide_parameters=True, **_options(url))
    except (SQLAlchemyError, ModuleNotFoundError, ValueError) as error:
        raise StoreError(f"database.url cannot be used: {error}") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_connect)
        event.listen(engine, "begin", _on_begin)
    try:
        _upgrade(engine)
    except (SQLAlchemyError, OSError, sqlite3.Error) as error:
        engine.dispose()
        raise StoreError(
            f"the database {make_url(url).render_as_string()} cannot be opened: {_cause(error)}"
        ) from error
    return engine


def _options(url: str) -> dict[str, Any]:
    return _SQLITE if url.startswith("sqlite") else {"pool_pre_ping": True}


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not where the driver guesses
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    # A reader that turns writer half way fails at once under WAL; a writer says so at the start and waits its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One write transaction: all of it, or on any error nothing; raises StoreError when the database refuses."""
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection
    except SQLAlchemyError as error:
        raise StoreError(f"the database refused: {_cause(error)}") from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the database; raises StoreError when the database refuses."""
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise StoreError(f"the database refused: {_cause(error)}") from error


def version(engine: Engine) -> str | None:
    """The migration the database is at; None for an empty database."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(engine: Engine) -> None:
    at = version(engine)
    if at == HEAD:
        return
    from alembic import command  # 0.1 s that only the first run after an update pays
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if at is not None and at not in known:
        raise StoreError(f"the database was written by a newer version (migration {at}, this one knows {HEAD})")
    if at is not None:
        _back_up(engine, at)
    with engine.connect().execution_options(writes=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def _back_up(engine: Engine, at: str) -> None:
    """Copy a SQLite file beside itself before it is changed; a server's databases have their own backups."""
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    copy = Path(engine.url.database).with_suffix(f".before-{HEAD}-from-{at}.db")
    source, target = sqlite3.connect(engine.url.database), sqlite3.connect(copy)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
