"""Many rows at once into PostgreSQL: by COPY, straight into a table, or beside it where rows may be there already."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

from db.rows import Row

WORTH_IT = 200
"""Rows from which COPY is quicker than statements, with the table it needs beside the one that is written."""

_DIALECT: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def enter(tx: Connection, target: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns and are not there yet."""
    columns = tuple(rows[0])
    _copy(tx, target, target.name, columns, rows)


def upsert(tx: Connection, target: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Insert rows; one whose key is there already, or comes again, takes over the other columns given."""
    columns = tuple(rows[0])
    last = {tuple(row[name] for name in key): row for row in rows}  # one statement may not write a row twice
    beside = f"beside_{target.name}"
    named = _quoted(columns)
    tx.exec_driver_sql(
        f'CREATE TEMPORARY TABLE {beside} ON COMMIT DROP AS SELECT {named} FROM "{target.name}" WITH NO DATA'
    )
    _copy(tx, target, beside, columns, list(last.values()))
    taken_over = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    tx.exec_driver_sql(  # in the order of the key, so that two of these wait for one another, and never both
        f'INSERT INTO "{target.name}" ({named}) SELECT {named} FROM {beside} ORDER BY {_quoted(key)}'
        f" ON CONFLICT ({_quoted(key)}) DO {f'UPDATE SET {taken_over}' if taken_over else 'NOTHING'}"
    )
    tx.exec_driver_sql(f"DROP TABLE {beside}")


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _copy(tx: Connection, target: Table, into: str, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    connection: Any = tx.connection.driver_connection
    binds = _binds_of(target, columns)
    with connection.cursor() as cursor, cursor.copy(f'COPY "{into}" ({_quoted(columns)}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([bind(row[name]) if bind else row[name] for name, bind in binds])


@cache
def _binds_of(target: Table, columns: tuple[str, ...]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    return [(name, target.c[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT)) for name in columns]
