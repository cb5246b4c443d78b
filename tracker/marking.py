"""What the user says of listings and sellers, and what becomes of the daily prices by it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from db import marks, rollups
from db.engine import committed, reading
from db.rows import Row
from tracker.core.errors import ConfigError, TrackerError
from tracker.core.marks import MarkKind
from tracker.one_listing import one_listing
from tracker.output import near
from tracker.pipeline import Tracker, now_utc
from tracker.report import ensure_known


def mark(tracker: Tracker, name: str, kind: MarkKind, *, really: str = "") -> Row:
    """Mark one listing, named as `one_listing` takes it; returns its row."""
    now = now_utc()
    if really:
        ensure_known(really, tracker.catalogue)

    def marked(tx: Connection) -> Row:
        listing = one_listing(tx, name)
        marks.mark(tx, listing, kind, really=really, now=now)
        _count_anew(tx, listing)
        return listing

    return committed(tracker.engine, marked)


def unmark(tracker: Tracker, name: str) -> Row:
    """Take the mark of one listing back; raises TrackerError where there is none."""

    def taken_back(tx: Connection) -> Row:
        listing = one_listing(tx, name)
        if not marks.unmark(tx, listing):
            raise TrackerError(f"listing {listing['id']} is not marked; `tracker mark` lists what is")
        _count_anew(tx, listing)
        return listing

    return committed(tracker.engine, taken_back)


def _count_anew(tx: Connection, listing: Row) -> None:
    if listing["variant"]:
        rollups.anew(tx, [listing["variant"]], day=now_utc().date())


def block(tracker: Tracker, seller: str, site: str) -> tuple[int, int]:
    """Leave a seller out of everything, on a site or ("") on all; raises ConfigError for an empty name.

    Returns how many listings that concerns, and how many of them are on offer; a seller may be blocked before any.
    """
    if not seller.strip():
        raise ConfigError("a seller needs a name; where a site names none, mark the listing instead")
    now = now_utc()

    def shut_out(tx: Connection) -> tuple[int, int]:
        rollups.anew(tx, marks.block(tx, seller, site, now=now), day=now.date())
        return marks.concerned(tx, seller, site)

    return committed(tracker.engine, shut_out)


def unblock(tracker: Tracker, seller: str, site: str) -> None:
    """Let a seller in again; raises ConfigError where none was blocked."""

    def let_in(tx: Connection) -> None:
        variants = marks.unblock(tx, seller, site)
        if variants is None:
            where = f" on {site}" if site else " on every site"
            known = {row["seller"] for row in marks.blocks(tx)}
            hint = near(seller, known - {seller}) if known - {seller} else ""
            raise ConfigError(f"{seller!r} is not blocked{where}{hint or '; `tracker block` lists who is'}")
        rollups.anew(tx, variants, day=now_utc().date())

    committed(tracker.engine, let_in)


def marked(tracker: Tracker) -> list[dict[str, Any]]:
    """Every mark as a flat row, newest first."""
    with reading(tracker.engine) as conn:
        rows = marks.marks(conn)
    return [
        {
            "listing": row["listing_id"],
            "site": row["site"],
            "mark": row["kind"],
            "seller": row["seller"],
            "title": row["about"]["title"],
            "really": row["really"] or None,
            "at": row["at"].isoformat(timespec="seconds"),
        }
        for row in rows
    ]


def blocked(tracker: Tracker) -> list[dict[str, Any]]:
    """Every blocked seller as a flat row; the site is None where it is every one."""
    with reading(tracker.engine) as conn:
        rows = marks.blocks(conn)
    return [
        {"seller": row["seller"], "site": row["site"] or None, "at": row["at"].isoformat(timespec="seconds")}
        for row in rows
    ]


def lessons(tracker: Tracker) -> Iterator[dict[str, Any]]:
    """What was marked as read wrongly, oldest first, with what it printed and how it read."""
    with reading(tracker.engine) as conn:
        yield from map(dict, marks.lessons(conn))
