"""Opening the database: one engine per URL, SQLite in WAL mode, migrations applied before first use."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from tenacity import RetryCallState, Retrying, stop_after_delay, wait_random_exponential

from tracker.core.errors import StoreError

HEAD = "0002"
"""The newest migration; a test holds it against the migration scripts."""

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_S = 30

PATIENCE_S = 60
"""How long a transaction is tried again on a server that restarts, or that is crowded."""

T = TypeVar("T")

_SQLITE = {"connect_args": {"timeout": BUSY_TIMEOUT_S}, "max_overflow": 50}

_POSTGRESQL = {
    "isolation_level": "REPEATABLE READ",  # whoever lost a race is told so, and does it again
    "pool_size": 5,
    "max_overflow": 27,  # as many as the daemon has visits at once
    "pool_timeout": 30,
    "pool_recycle": 1800,
    "pool_pre_ping": True,
}

LIMITS = "-c statement_timeout=5min -c lock_timeout=30s -c idle_in_transaction_session_timeout=5min"
"""What the server ends on its own; `options` in the address come after and win."""

_UPGRADING, _LOSERS = 0x6770752D, 0x6770752E
"""Any two numbers that are ours alone: who holds the lock may change the tables, or have another attempt."""


def open_engine(url: str) -> Engine:
    """Connect to the database, make or upgrade its tables; raises StoreError when it cannot be used."""
    try:
        engine = create_engine(_with_driver(url), hide_parameters=True, **_options(url))
    except ModuleNotFoundError as error:
        raise StoreError(
            f"database.url needs {error.name}, which is not installed: pip install 'gpu-tracker[postgresql]'"
        ) from None
    except SQLAlchemyError as error:
        raise StoreError(f"database.url cannot be used: {_cause(error)}") from None
    except ValueError:  # its message may hold a piece of the password
        raise StoreError("database.url cannot be used: it is no address of a database") from None
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


def _with_driver(url: str) -> URL:
    """The address with the driver we bring, where it names PostgreSQL alone."""
    read = make_url(url)
    if "@" in (read.host or ""):
        raise StoreError("database.url cannot be used: an @ in its password has to be written %40")
    return read.set(drivername="postgresql+psycopg") if read.drivername in ("postgres", "postgresql") else read


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return _SQLITE
    asked = make_url(url).query.get("options", "")
    words = {"connect_timeout": 10, "application_name": "gpu-tracker", "options": f"{LIMITS} {asked}".strip()}
    return {**_POSTGRESQL, "connect_args": words}


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where _on_begin says, not where the driver guesses
    if connection.execute("PRAGMA page_count").fetchone() == (0,):  # a new file: it can give back room bit by bit
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    # A reader that turns writer half way fails at once under WAL; a writer says so at the start and waits its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def committed(engine: Engine, work: Callable[[Connection], T]) -> T:
    """Do `work` in one write transaction and return what it returns; raises StoreError when the database refuses.

    Work that lost a race or its connection is done again from the start, so it must do nothing that rolling back does
    not undo. It may even be done again after it was committed, when only the answer was lost. Losers stand in line, so
    that where many write the same rows somebody always wins.
    """
    attempts = count(1)

    def once() -> T:
        again = next(attempts) > 1
        with (
            engine.connect().execution_options(writes=True) as connection,
            _in_line(connection) if again else nullcontext(),
            connection.begin(),
        ):
            return work(connection)

    try:
        return _patient()(once)
    except SQLAlchemyError as error:
        raise StoreError(f"the database refused: {_cause(error)}") from error


@contextmanager
def _in_line(connection: Connection) -> Iterator[None]:
    """Wait, before a transaction begins and sees anything, until whoever else is at another attempt is done."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(text(f"SELECT pg_advisory_lock({_LOSERS})"))
    connection.commit()  # the lock is the session's
    try:
        yield
    finally:
        if not connection.invalidated:  # else the server has freed it
            connection.execute(text(f"SELECT pg_advisory_unlock({_LOSERS})"))
            connection.commit()


_PASSING = frozenset(
    {
        "40001",  # lost a race: somebody wrote what was read
        "40P01",  # a deadlock
        "55P03",  # waited too long for a lock
        "53300",  # too many connections
        "57P01",  # the server is going down
        "57P02",  # it went down
        "57P03",  # it is not up yet
    }
)
_TWICE = "23505"
"""Two entered the same key: who comes second finds it on another look. Unless it is our own mistake."""

_LOOKS = 5

_RACES = frozenset({"40001", "40P01", _TWICE})


def _may_pass(state: RetryCallState) -> bool:
    error = state.outcome and state.outcome.exception()
    if not isinstance(error, DBAPIError):
        return False
    code = getattr(error.orig, "sqlstate", None)
    if code == _TWICE:
        return state.attempt_number < _LOOKS
    return code in _PASSING or error.connection_invalidated or _is_unreachable(error)


def _rest(state: RetryCallState) -> float:
    """How many seconds to wait before another attempt: a race is run again at once, a server is given time."""
    error = state.outcome and state.outcome.exception()
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    return 0.0 if code in _RACES else _BACKOFF(state)


_BACKOFF = wait_random_exponential(multiplier=0.02, max=2)


def _is_unreachable(error: DBAPIError) -> bool:
    """Whether a server could not be reached at all: then it says no code. SQLite has none to say."""
    return isinstance(error, OperationalError) and getattr(error.orig, "sqlstate", "") is None


def _patient() -> Retrying:
    return Retrying(
        retry=_may_pass,
        stop=stop_after_delay(PATIENCE_S),
        wait=_rest,
        reraise=True,
    )


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
        with _patient()(engine.connect) as connection:
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
    if version(engine) == HEAD:
        return
    from alembic import command  # 0.1 s that only the first run after an update pays
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with _alone(engine):
        at = version(engine)
        if at is not None and at not in known:
            raise StoreError(f"the database was written by a newer version (migration {at}, this one knows {HEAD})")
        if at is not None:
            _back_up(engine, at)
        with engine.connect().execution_options(writes=True) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL statement_timeout = 0"))  # a big table takes as long as it takes
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Let one process at a time change the tables of a server; SQLite knows only one writer anyway."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text(f"SELECT pg_advisory_lock({_UPGRADING})"))
        try:
            yield
        finally:
            connection.execute(text(f"SELECT pg_advisory_unlock({_UPGRADING})"))
            connection.execute(text("RESET lock_timeout"))


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
