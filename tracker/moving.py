"""From one machine to many: a SQLite database copied to PostgreSQL in one transaction, every row compared."""

import hashlib
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Engine, Table, func, select, text, update
from sqlmodel import SQLModel

from db.engine import committed, open_engine
from db.sql import ALERT, LISTING, SOURCE, VISIT
from tracker.core.errors import StoreError

TELLING = (SOURCE, LISTING, VISIT, ALERT)
"""Tables that have rows only where somebody has used the tracker."""

SPAN = 2**64

Cells = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One table as it arrived: its rows, and the sum of their digests, which was the same on both sides."""

    table: str
    rows: int
    checksum: int
    mended: int

    @property
    def row(self) -> dict[str, Any]:
        """The same, flat."""
        return {"table": self.table, "rows": self.rows, "checksum": f"{self.checksum:016x}", "mended": self.mended}


def move(file: Path, engine: Engine, *, replace: bool) -> list[Moved]:
    """Copy a SQLite database to an opened PostgreSQL one; all of it arrives, or nothing does.

    Raises StoreError for a file that is no such database, for a target that holds something already (unless that is
    to be replaced), and when what arrived is not what left. NUL characters, which PostgreSQL cannot hold, are left out
    and counted.
    """
    if not file.is_file():
        raise StoreError(f"{file} is not there")
    open_engine(f"sqlite:///{file}").dispose()  # brings an older one up to date, with a copy beside it
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source:
        source.execute("BEGIN")  # whoever writes meanwhile is not seen

        def moved(tx: Connection) -> list[Moved]:
            if not replace and any(tx.execute(select(func.count()).select_from(one)).scalar() for one in TELLING):
                raise StoreError("the database holds something already: --force replaces it")
            tables = SQLModel.metadata.sorted_tables
            tx.execute(text(f"TRUNCATE {', '.join(one.name for one in tables)} RESTART IDENTITY"))
            arrived = [_moved(tx, source, table) for table in tables]
            tx.execute(update(SOURCE).values(claimed_until=None, claimed_by=None))  # whose claims these were is left
            return arrived

        return committed(engine, moved)


def _moved(tx: Connection, source: sqlite3.Connection, table: Table) -> Moved:
    left, mended = _Sum(), 0
    cursor: Any = tx.connection.driver_connection
    named = ", ".join(f'"{column.name}"' for column in table.c)
    kinds = [_true_or_false if isinstance(column.type, Boolean) else _without_nul for column in table.c]
    with cursor.cursor() as writing, writing.copy(f'COPY "{table.name}" ({named}) FROM STDIN') as copy:
        for cells in source.execute(f'SELECT {named} FROM "{table.name}"'):
            row = tuple(kind(cell) for kind, cell in zip(kinds, cells, strict=True))
            mended += any(isinstance(cell, str) and "\0" in cell for cell in cells)
            left.add(row)
            copy.write_row(row)
    arrived = _Sum()
    with cursor.cursor(name=f"check_{table.name}") as reading:
        reading.itersize = 5_000
        reading.execute(f'SELECT {named} FROM "{table.name}"')
        arrived.add_all(reading)
    if left != arrived:
        raise StoreError(
            f"{table.name} did not arrive as it left: {left.rows} rows, {arrived.rows} there; nothing is kept"
        )
    _count_on(tx, table)
    return Moved(table=table.name, rows=left.rows, checksum=left.total, mended=mended)


@dataclass(slots=True)
class _Sum:
    """Rows counted and their digests added up, in whatever order they come."""

    rows: int = 0
    total: int = 0

    def add(self, row: Cells) -> None:
        digest = hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        self.rows += 1
        self.total = (self.total + int.from_bytes(digest)) % SPAN

    def add_all(self, rows: Iterable[Cells]) -> None:
        for row in rows:
            self.add(tuple(row))


def _true_or_false(cell: Any) -> Any:
    return None if cell is None else bool(cell)


def _without_nul(cell: Any) -> Any:
    return cell.replace("\0", "") if isinstance(cell, str) else cell


def _count_on(tx: Connection, table: Table) -> None:
    """Let numbers given by the database go on after those that came along."""
    if "id" in table.c:
        last = tx.execute(select(func.max(table.c.id))).scalar()
        if last is not None:
            sequence = tx.execute(text("SELECT pg_get_serial_sequence(:table, 'id')"), {"table": table.name}).scalar()
            tx.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})
