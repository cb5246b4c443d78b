"""Writes about sources, as verbs: the book of them, their schedule, who is at one, and how a visit went."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, bindparam, case, func, insert, literal, or_, select, update

from db.sql import (
    QUOTA,
    SOURCE,
    VISIT,
    upsert,
)


def know_source(tx: Connection, name: str, site: str) -> int:
    """The id of a source, entered in the book first if it is new."""
    known = tx.execute(_NAMED, {"name": name}).first()
    if known is None:
        entered = insert(SOURCE).values(name=name, site=site, state="new", message="", failures=0)
        return int(tx.execute(entered.returning(SOURCE.c.id)).scalar_one())
    if known.site != site:
        tx.execute(update(SOURCE).where(SOURCE.c.id == known.id).values(site=site))
    return int(known.id)


_NAMED = select(SOURCE.c.id, SOURCE.c.site).where(SOURCE.c.name == bindparam("name"))


def schedule(tx: Connection, name: str, site: str, *, sweeps: bool, now: datetime) -> None:
    """Make a source's rhythms run: what was never visited is due now, what no longer sweeps never is."""
    source_id = know_source(tx, name, site)
    tx.execute(
        update(SOURCE)
        .where(SOURCE.c.id == source_id)
        .values(
            next_visit_at=func.coalesce(SOURCE.c.next_visit_at, bindparam("now", now, SOURCE.c.next_visit_at.type)),
            next_sweep_at=func.coalesce(SOURCE.c.next_sweep_at, bindparam("now", now, SOURCE.c.next_sweep_at.type))
            if sweeps
            else None,
        )
    )


def claim(tx: Connection, name: str, *, by: str, now: datetime, until: datetime, due: str | None = None) -> bool:
    """Take a source for one visit by compare-and-swap; False when somebody else is at it, or has been.

    `by` tells this visit from all others. `due` names the rhythm (a column) that must still be due.
    """
    free = or_(SOURCE.c.claimed_until.is_(None), SOURCE.c.claimed_until < now, SOURCE.c.claimed_by == by)
    still = [SOURCE.c[due] <= now] if due else []
    taken = update(SOURCE).where(SOURCE.c.name == name, free, *still).values(claimed_until=until, claimed_by=by)
    return tx.execute(taken).rowcount == 1


def prolong(tx: Connection, name: str, *, by: str, until: datetime) -> bool:
    """Hold a source one is visiting for longer; False when it is somebody else's by now."""
    mine = update(SOURCE).where(SOURCE.c.name == name, SOURCE.c.claimed_by == by)
    return tx.execute(mine.values(claimed_until=until)).rowcount == 1


def release(tx: Connection, name: str, *, by: str, put_off: Mapping[str, datetime] = MappingProxyType({})) -> None:
    """Give a source back without a word about a visit, unless it is somebody else's by now.

    `put_off` are the rhythms (columns) that wait until then before they are due again, if they are on the schedule.
    """
    mine = update(SOURCE).where(SOURCE.c.name == name, SOURCE.c.claimed_by == by)
    waiting = {one: case((SOURCE.c[one].is_not(None), literal(at, SOURCE.c[one].type))) for one, at in put_off.items()}
    tx.execute(mine.values(claimed_until=None, claimed_by=None, **waiting))


def release_of(tx: Connection, is_dead: Callable[[str], bool]) -> list[str]:
    """Give back the sources held by visits of processes that are dead; returns their names."""
    held = select(SOURCE.c.name, SOURCE.c.claimed_by).where(SOURCE.c.claimed_until.is_not(None))
    names = [name for name, by in tx.execute(held).all() if by and is_dead(by)]
    tx.execute(update(SOURCE).where(SOURCE.c.name.in_(names)).values(claimed_until=None, claimed_by=None))
    return names


def unschedule(tx: Connection, *, kept: Collection[str]) -> None:
    """Take sources that are no longer configured off the schedule."""
    gone = SOURCE.c.name.not_in(kept)
    tx.execute(update(SOURCE).where(gone).values(next_visit_at=None, next_sweep_at=None))


def close_visit(tx: Connection, source_id: int, *, visit: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    """Write down one visit, set the source's state, and give the source back."""
    tx.execute(insert(VISIT).values(source_id=source_id, **visit))
    tx.execute(update(SOURCE).where(SOURCE.c.id == source_id).values(claimed_until=None, claimed_by=None, **source))


def spend(tx: Connection, site: str, *, day: str, quota: int) -> bool:
    """Take one call from a site's daily quota; False when none is left."""
    used = tx.execute(select(QUOTA.c.calls).where(QUOTA.c.site == site, QUOTA.c.day == day)).scalar() or 0
    if used >= quota:
        return False
    upsert(tx, QUOTA, [{"site": site, "day": day, "calls": used + 1}], key=("site", "day"))
    return True
