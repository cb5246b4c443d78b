"""The tables as Core sees them, and the statements every write is built of, in either dialect."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from db.rows import Row
from db.tables import (
    Alert,
    Aside,
    Blocked,
    Delivery,
    Listing,
    Mark,
    Note,
    PageMemory,
    Past,
    Presence,
    PricePoint,
    Quarantine,
    Quota,
    Rate,
    Source,
    Told,
    Visit,
    WatchState,
)

CHUNK = 5000
"""Values bound in one statement; SQLite takes 32,766."""


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a SQLModel class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


LISTING, PRESENCE, PRICE = table(Listing), table(Presence), table(PricePoint)
SOURCE, VISIT, RATE, QUOTA, NOTE = table(Source), table(Visit), table(Rate), table(Quota), table(Note)
PAGE_MEMORY, PAST, QUARANTINE = table(PageMemory), table(Past), table(Quarantine)
WATCH, TOLD, ALERT, DELIVERY = table(WatchState), table(Told), table(Alert), table(Delivery)
MARK, BLOCKED, ASIDE = table(Mark), table(Blocked), table(Aside)

SET_ASIDE = select(ASIDE.c.listing_id)
"""The listings that reports and watches leave out."""

NOT_MARKET = select(ASIDE.c.listing_id).where(ASIDE.c.kind.in_(("wrong", "scam", "blocked")))
"""The listings whose prices say nothing about the market."""


def upsert(tx: Connection, target: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
    """Insert rows; one whose key is there already takes over the other columns given."""
    if rows:
        tx.execute(_upsert_of(tx.dialect.name, target, tuple(rows[0]), key), list(rows))


@cache  # building one takes as long as running it for a hundred rows
def _upsert_of(dialect: str, target: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Executable:
    statement = postgresql.insert(target) if dialect == "postgresql" else sqlite.insert(target)
    taken_over = {name: statement.excluded[name] for name in columns if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=taken_over)


def chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in runs short enough for one statement."""
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


LAST_SEEN = (
    select(func.max(PRESENCE.c.seen_at, type_=PRESENCE.c.seen_at.type))
    .where(PRESENCE.c.listing_id == LISTING.c.id)
    .scalar_subquery()
)
"""When any source last showed a listing, beside a query on listings."""
