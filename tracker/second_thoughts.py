"""What is stored, read again: by today's rules (`reidentify`), and at today's rates and costs (`reprice`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection

from db import count_queries, notes, queries, rollups, store
from db.engine import committed, reading
from db.rows import Row, cents, raw_of, row_of
from tracker.core.gpus import Catalogue
from tracker.core.landed import ESTIMATED, Asked, charges_of, land, needs_of
from tracker.core.models import Money
from tracker.core.money import Flag
from tracker.core.offers import understand
from tracker.pipeline import PRICED_BY, Tracker, now_utc


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """A listing that today's rules read otherwise: what was made of it, and what is now."""

    listing_id: int
    title: str
    was: str
    now: str


def reidentify(
    tracker: Tracker, *, dry_run: bool, batch: int = 2000, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Reread]:
    """Run today's rules over everything stored and show the differences; nothing of it is news.

    `tell` hears how far it is.
    """
    with reading(tracker.engine) as conn:
        every = count_queries.counts(conn)["listings"]
    last: int | None = 0
    done = 0
    while last is not None:
        last, read, differing = committed(tracker.engine, partial(_read_again, tracker, last, batch, dry_run))
        done += read
        tell(f"reading {done:,} of {every:,} listings")
        yield from (_reread(old, new) for old, new in differing)
    if not dry_run:
        committed(tracker.engine, lambda tx: rollups.rebuild(tx, day=now_utc().date()))


def _read_again(
    tracker: Tracker, after: int, batch: int, dry_run: bool, tx: Connection
) -> tuple[int | None, int, list[tuple[Row, Row]]]:
    """Read some listings again in the transaction that writes them: nobody changes them in between.

    Returns the last one read (None at the end), how many were, and those that read otherwise now.
    """
    rows = queries.listings_after(tx, after, limit=batch)
    again = [(row, row_of(understand(raw_of(row), identify=tracker.identify), tracker.bill)) for row in rows]
    differing = [(old, new) for old, new in again if old["digest"] != new["digest"] and _reading(old) != _reading(new)]
    if not dry_run:
        store.rewrite(tx, ((old["id"], _kept_state(old, new)) for old, new in differing))
    return (rows[-1]["id"] if rows else None), len(rows), differing


def _reread(old: Row, new: Row) -> Reread:
    return Reread(listing_id=old["id"], title=old["title"], was=_reading(old), now=_reading(new))


def _reading(row: Row) -> str:
    """What a row says is sold, in a few words."""
    if row["rejected"]:
        return f"rejected: {row['rejected']}"
    lot = f" ×{row['quantity']}" if row["quantity"] > 1 else ""
    return f"{row['variant'] or row['gpu']}{lot} {row['condition']}"


def _kept_state(old: Row, new: Row) -> dict[str, Any]:
    """Another reading does not bring an ended listing back."""
    return {**new, "on_offer": new["on_offer"] and old["ended_at"] is None}


def reprice(tracker: Tracker, *, batch: int = 2000) -> int:
    """Give every listing the landed price that today's rates and costs make of its printed one, if they changed."""
    with reading(tracker.engine) as conn:
        if queries.noted(conn, PRICED_BY) == tracker.basis:
            return 0
    changed = last = 0
    variants: set[str] = set()
    while (done := committed(tracker.engine, partial(_repriced_after, tracker, last, batch))) is not None:
        last, moved = done
        changed += len(moved)
        variants.update(row["variant"] for row in moved if row["variant"])

    def noted(tx: Connection) -> None:
        rollups.update(tx, variants, now_utc().date())
        notes.note(tx, PRICED_BY, tracker.basis)

    committed(tracker.engine, noted)
    return changed


def _repriced_after(tracker: Tracker, last: int, batch: int, tx: Connection) -> tuple[int, list[Row]] | None:
    """Reprice the listings next after one; returns the last of them and the rows that moved, None at the end."""
    rows = queries.listings_after(tx, last, limit=batch)
    if not rows:
        return None
    priced = ((row, _repriced(tracker, row)) for row in rows if row["rejected"] is None)
    moved = [(row, again) for row, again in priced if any(row[name] != again[name] for name in _LANDED)]
    store.reprice(tx, [again for _, again in moved])
    return rows[-1]["id"], [row for row, _ in moved]


_LANDED = ("rate", "landed_usd", "unit_usd", "flags")


def _repriced(tracker: Tracker, row: Row) -> Row:
    flags = tuple(flag for flag in row["flags"].split() if flag != ESTIMATED)
    landed = land(asked_by(row, tracker.catalogue), tracker.rates, tracker.costs)
    return {
        "at_id": row["id"],
        "rate": landed.rate,
        "landed_usd": cents(landed.landed_usd),
        "unit_usd": cents(landed.unit_usd),
        "flags": " ".join((*flags, *([ESTIMATED] if landed.estimated else []))),
    }


def asked_by(row: Row, catalogue: Catalogue) -> Asked:
    """What a stored listing asks."""
    flags = tuple(row["flags"].split())
    return Asked(
        price=Money(amount=row["price"], currency=row["currency"]),
        shipping=row["shipping"],
        quantity=row["quantity"],
        each=Flag.EACH in flags,
        country=row["country"],
        needs=needs_of(row["gpu"], row["variant"], catalogue),
        flags=flags,
        charges=charges_of(raw_of(row)),
    )
