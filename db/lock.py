"""One daemon a database file: a lock beside it that the kernel frees, however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from tracker.core.errors import StoreError


def file_of(url: str) -> Path | None:
    """The file behind a database URL; None for a server's database and for one in memory."""
    read = make_url(url)
    if not read.drivername.startswith("sqlite") or read.database in (None, "", ":memory:"):
        return None
    return Path(read.database)


@contextmanager
def alone(url: str, *, who: str) -> Iterator[None]:
    """Hold the lock of a SQLite file; raises StoreError naming the process that has it. Servers look after themselves.

    `who` is written into the lock's file for the one who finds it taken.
    """
    file = file_of(url)
    if file is None:
        yield
        return
    lock = file.with_name(f"{file.name}.lock")
    try:
        held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"the lock {lock} cannot be opened: {error.strerror}") from error
    try:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            said = os.read(held, 200).decode(errors="replace").strip() or "another process"
            raise StoreError(f"{said} is at work on {file}: stop it first, or use another --home") from error
        os.ftruncate(held, 0)
        os.write(held, f"{who} (pid {os.getpid()})\n".encode())
        yield
    finally:
        os.close(held)
