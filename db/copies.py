"""The database as a file: copied while it is in use, put back, made smaller. SQLite only: servers have their own."""

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from db.engine import HEAD, MIGRATIONS, reading
from db.lock import file_of
from tracker.core.errors import StoreError

PAGES_AT_ONCE = 2000
"""Pages given back in one transaction: 8 MB of the file, some milliseconds."""

INCREMENTAL = 2  # what PRAGMA auto_vacuum answers where pages can be given back one by one


def sqlite_file(engine: Engine) -> Path:
    """The file of a database; raises StoreError for a server's."""
    file = file_of(engine.url.render_as_string())
    if file is None:
        raise StoreError("this is for SQLite files; a server's database has its own tools: pg_dump and pg_restore")
    return file


def back_up(file: Path, copy: Path, *, force: bool = False) -> int:
    """Copy a database in use, whole as of one moment, and check the copy; returns its size in bytes.

    The copy takes its name only once it is complete. Raises StoreError where it exists and `force` is not given, and
    for a copy that cannot be written or is not sound.
    """
    if copy.exists() and not force:
        raise StoreError(f"{copy} is there already: choose another name, or say --force")
    if copy.exists() and copy.samefile(file):
        raise StoreError(f"{copy} is the database itself")
    partial = copy.with_name(f"{copy.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as source:
            _copy(source, partial)
        check(partial)
        _sync(partial)
        partial.replace(copy)
        _sync(copy.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{copy} cannot be written: {_said(error)}") from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return copy.stat().st_size


def _copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it


def check(file: Path) -> str:
    """The migration a file is at; raises StoreError for one that is no sound database of ours, or a newer one."""
    try:
        with file.open("rb") as opened:
            begins = opened.read(16)
        if begins != b"SQLite format 3\0":
            raise StoreError(f"{file} is no SQLite database")
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "listing", "source"} <= tables:
                raise StoreError(f"{file} is not a database of the tracker")
            (at,) = db.execute("SELECT version_num FROM alembic_version").fetchone() or ("",)
            (sound,) = db.execute("PRAGMA integrity_check(1)").fetchone()
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}") from error
    except sqlite3.Error as error:
        raise StoreError(f"{file} is damaged: {error}") from error
    if sound != "ok":
        raise StoreError(f"{file} is damaged: {sound.splitlines()[-1]}")
    if at not in _known():
        raise StoreError(f"{file} was written by a newer version (migration {at or 'none'}, this one knows {HEAD})")
    return str(at)


def _known() -> set[str]:
    from alembic.config import Config  # 8 MB that a daemon does without
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def put_back(copy: Path, file: Path, *, now: datetime) -> Path | None:
    """Put a copy in the place of a database that nobody uses; returns where the old one is kept, None without one.

    The caller holds the lock. At no moment is there no database: the old one keeps a second name before the new one
    takes the first. Raises StoreError for a copy that is not sound or is the database itself, and where somebody else
    has the old one open.
    """
    if copy.exists() and file.exists() and copy.samefile(file):
        raise StoreError(f"{copy} is the database itself: there is nothing to put back")
    check(copy)
    new = file.with_name(f"{file.name}.restoring")
    kept = file.with_name(f"{file.stem}.before-restore-{now:%Y%m%dT%H%M%S}{file.suffix}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as source:
            _copy(source, new)
        check(new)
        _sync(new)
        there = file.exists()
        if there:
            _settle(file, kept)
            os.link(file, kept)
        new.replace(file)
        _sync(file.parent)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{file} cannot be replaced: {_said(error)}") from error
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)
    return kept if there else None


def _settle(file: Path, kept: Path) -> None:
    """Bring what stands in the log beside a database into its file; raises StoreError while others have it open.

    The log of a damaged one is put away with it.
    """
    logs = {file.with_name(file.name + ending): kept.with_name(kept.name + ending) for ending in ("-wal", "-shm")}
    try:
        with closing(sqlite3.connect(file)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        for log, away in logs.items():
            if log.exists():
                log.replace(away)
    if any(log.exists() for log in logs):  # the last one who closes a sound database takes these away
        raise StoreError(f"{file} is open in another process (`tracker web`?): stop it first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The size of a database in bytes, and how much of it is free; `freed` is what it gave back."""

    size: int
    free: int
    freed: int = 0
    can_give_back: bool = True

    def __str__(self) -> str:
        said = f"{_mb(self.freed)} given back, " if self.freed else ""
        stays = "" if self.can_give_back or not self.free else "; it stays in the file until `tracker tidy --shrink`"
        return f"{said}{_mb(self.size)} in use by the file, {_mb(self.free)} of it free for what comes{stays}"


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def give_back(engine: Engine, *, shrink: bool = False) -> Room:
    """Let a SQLite file give back the room of what was forgotten, a little at a time; `shrink` rewrites it whole.

    A file made before this was thought of only gives back when it is rewritten once, which takes as much room again
    for a moment. A server's database looks after itself.
    """
    if engine.dialect.name != "sqlite":
        return Room(size=0, free=0)
    file = sqlite_file(engine)
    before = _room(engine)
    try:
        with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as db:
            if shrink:
                db.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")
                db.execute("VACUUM")
            while before.can_give_back and db.execute("PRAGMA freelist_count").fetchone()[0]:
                db.execute(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").fetchall()
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StoreError(f"the database cannot be made smaller: {_said(error)}") from error
    after = _room(engine)
    return Room(
        size=after.size, free=after.free, freed=max(before.size - after.size, 0), can_give_back=after.can_give_back
    )


def _room(engine: Engine) -> Room:
    with reading(engine) as conn:
        page_bytes, pages, free, way = (
            int(conn.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
            for name in ("page_size", "page_count", "freelist_count", "auto_vacuum")
        )
    return Room(size=page_bytes * pages, free=page_bytes * free, can_give_back=way == INCREMENTAL)


def _sync(path: Path) -> None:
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _said(error: OSError | sqlite3.Error) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
