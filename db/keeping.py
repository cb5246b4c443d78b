"""Keeping house: what is over is forgotten in small transactions, and what a wrong clock dated is dated anew."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, case, delete, exists, literal, select, update
from sqlmodel import SQLModel

from db import rollups, told
from db.engine import committed
from db.notes import note
from db.sql import (
    ALERT,
    ASIDE,
    BLOCKED,
    CHANNEL,
    DELIVERY,
    LISTING,
    MARK,
    NOTE,
    PAGE_MEMORY,
    PAST,
    PRESENCE,
    PRICE,
    QUARANTINE,
    SOURCE,
    VISIT,
    WATCH,
)

BATCH = 1000
"""Rows forgotten in one transaction: others write in between."""

SLACK = timedelta(minutes=1)
WRITTEN = "written at"
TIDIED = "tidied at"


# --- what is over -------------------------------------------------------------------------------------------------


def forget_rejects(engine: Engine, *, before: datetime) -> int:
    """Forget what is no offer and was last shown before a time; returns how many listings."""
    shown = exists().where(PRESENCE.c.listing_id == LISTING.c.id, PRESENCE.c.seen_at >= before)
    return _forget(engine, LISTING, LISTING.c.rejected.is_not(None), LISTING.c.first_seen_at < before, ~shown)


def forget_listings(engine: Engine, *, before: datetime, source: str | None = None) -> int:
    """Forget the listings, of one source or of all, that ended before a time, prices and all; returns how many."""
    asked = [LISTING.c.ended_at < before]
    if source is not None:
        asked.append(LISTING.c.source_id == select(SOURCE.c.id).where(SOURCE.c.name == source).scalar_subquery())
    return _forget(engine, LISTING, *asked, freeze=before)


def forget_prices(engine: Engine, *, before: datetime) -> int:
    """Forget the single prices of listings that ended before a time: their days stay; returns how many listings."""
    ended = select(PRICE.c.listing_id).join(LISTING).where(LISTING.c.ended_at < before).distinct().limit(BATCH)

    def batch(tx: Connection) -> int:
        if ids := list(tx.execute(ended).scalars()):
            rollups.freeze(tx, before=before.date())
            tx.execute(delete(PRICE).where(PRICE.c.listing_id.in_(ids)))
        return len(ids)

    return _all(engine, batch)


def forget_visits(engine: Engine, *, before: datetime) -> int:
    """Forget visits that ended before a time; returns how many."""
    return _forget(engine, VISIT, VISIT.c.ended_at < before)


def forget_alerts(engine: Engine, *, before: datetime) -> int:
    """Forget alerts made before a time, with their deliveries, but for those still owed; returns how many."""
    owed = exists().where(DELIVERY.c.alert_id == ALERT.c.id, DELIVERY.c.state == "owed")
    return _forget(engine, ALERT, ALERT.c.created_at < before, ~owed)


def _forget(engine: Engine, table: Table, *where: Any, freeze: datetime | None = None) -> int:
    """Delete rows of a table and all that hangs on them, a batch a transaction; returns how many."""
    asked = select(table.c.id).where(*where).order_by(table.c.id).limit(BATCH)

    def batch(tx: Connection) -> int:
        if ids := list(tx.execute(asked).scalars()):
            if freeze is not None:
                rollups.freeze(tx, before=freeze.date())
            for column in _hanging_on(table):
                tx.execute(delete(column.table).where(column.in_(ids)))
            tx.execute(delete(table).where(table.c.id.in_(ids)))
        return len(ids)

    return _all(engine, batch)


def _all(engine: Engine, batch: Callable[[Connection], int]) -> int:
    """Commit batch after batch until one finds nothing; returns how many there were in all."""
    return sum(iter(lambda: committed(engine, batch), 0))


def _hanging_on(table: Table) -> Iterator[Column[Any]]:
    """Every column of another table that names a row of this one."""
    for other in SQLModel.metadata.tables.values():
        yield from (key.parent for key in other.foreign_keys if key.column.table is table)


# --- a clock that was wrong ---------------------------------------------------------------------------------------


_DATED = (
    *(PRESENCE.c.seen_at, LISTING.c.first_seen_at, LISTING.c.priced_at, LISTING.c.another_since, LISTING.c.ended_at),
    *(VISIT.c.started_at, VISIT.c.ended_at, SOURCE.c.broken_since, SOURCE.c.told_at),
    *(QUARANTINE.c.since, QUARANTINE.c.at, WATCH.c.since, MARK.c.at, BLOCKED.c.at, ASIDE.c.at),
    *(ALERT.c.created_at, DELIVERY.c.next_try_at, DELIVERY.c.sent_at, CHANNEL.c.disabled_at),
)
"""What is dated now where it is later."""

_WAITS = (CHANNEL.c.paused_until, DELIVERY.c.claimed_until)
"""What is waited for no longer."""

_ALONE = (PRICE.c.at, PAST.c.at, PAGE_MEMORY.c.read_at)
"""What is forgotten: its time is what it is known by."""


def back_to_now(tx: Connection, *, now: datetime) -> int:
    """Date now what a clock that ran ahead has dated later than now; returns how many rows.

    Looks closer only where a source was visited in the future. What such a visit said about absence is not believed,
    and of several prices of those days the last one stands.
    """
    late = SOURCE.c.last_visit_at > now + SLACK
    if tx.execute(select(SOURCE.c.id).where(late).limit(1)).first() is None:
        return 0
    at: Any = literal(now, SOURCE.c.next_visit_at.type)
    mended = 0
    for statement in (
        update(SOURCE)
        .where(late)
        .values(
            last_visit_at=at,
            last_ok_at=None,
            complete_at=None,
            next_visit_at=case((SOURCE.c.next_visit_at.is_not(None), at)),
            next_sweep_at=case((SOURCE.c.next_sweep_at.is_not(None), at)),
            claimed_until=None,
        ),
        *(update(one.table).where(one > now).values({one.name: at}) for one in _DATED),
        *(update(one.table).where(one > now).values({one.name: None}) for one in _WAITS),
        *(delete(one.table).where(one > now) for one in _ALONE),
        delete(rollups.DAILY).where(rollups.DAILY.c.day > now.date().isoformat()),
    ):
        mended += tx.execute(statement).rowcount
    if (last := tidied_at(tx)) is not None and last > now:
        note_tidied(tx, now=now)
    return mended + told.date_back(tx, now=now)


# --- whether it can be written, and when it was tidied ------------------------------------------------------------


def try_to_write(tx: Connection, *, now: datetime) -> None:
    """A write so small that only a database that takes none refuses it."""
    note(tx, WRITTEN, now.isoformat(timespec="seconds"))


def tidied_at(conn: Connection) -> datetime | None:
    """When the database was tidied last; None for never."""
    said = conn.execute(select(NOTE.c.value).where(NOTE.c.name == TIDIED)).scalar()
    return datetime.fromisoformat(said) if said else None


def note_tidied(tx: Connection, *, now: datetime) -> None:
    """Remember that the database was tidied."""
    note(tx, TIDIED, now.isoformat())
