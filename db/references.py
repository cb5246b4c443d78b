"""Reference prices: what somebody else's series said a variant cost, day by day."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, bindparam, delete, insert, select

from db.rows import Row, rows_of
from db.sql import table
from db.tables import ReferencePrice

REFERENCE = table(ReferencePrice)

_KEY = ("variant", "condition", "source", "day")


def references(conn: Connection, variant: str) -> list[Row]:
    """The reference prices of a variant in all classes of conditions, oldest first."""
    return rows_of(conn.execute(_OF_VARIANT, {"variant": variant}))


_OF_VARIANT = (
    select(REFERENCE).where(REFERENCE.c.variant == bindparam("variant")).order_by(REFERENCE.c.day, REFERENCE.c.source)
)


def keep_references(tx: Connection, rows: Sequence[Row]) -> None:
    """Store reference prices; a day that is known takes over the new price."""
    if rows:
        same = and_(*(REFERENCE.c[name] == bindparam(f"at_{name}") for name in _KEY))
        tx.execute(delete(REFERENCE).where(same), [{f"at_{name}": row[name] for name in _KEY} for row in rows])
        tx.execute(insert(REFERENCE), list(rows))
