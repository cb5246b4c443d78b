"""Writes about listings, as verbs; each runs inside the caller's transaction and is told what time it is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Executable, bindparam, case, delete, exists, func, select, update

from db import marks
from db.points import write_out, write_out_today
from db.rows import Bill, Digest, Row, digest_of, is_on_offer, priced_of, row_of, rows_of
from db.sql import LISTING, PAGE_MEMORY, PRESENCE, PRICE, SOURCE, chunks, contend, enter, one_of, upsert
from db.stored import Stored, stored
from tracker.core.gpus import Catalogue
from tracker.core.lifecycle import End
from tracker.core.models import Offer, Rejected
from tracker.core.offers import GONE
from tracker.core.rules import Change, Event

KEPT = timedelta(days=2)
"""How long what a page said is kept; it is believed for a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What one visit changed: `changes` for the watches, `variants` whose offers are others now, the rest to count."""

    changes: tuple[Change, ...]
    variants: frozenset[str]
    offers: int
    rejected: int
    new: int
    changed: int
    ended: int


_THESE = (LISTING.c.site == bindparam("site"), one_of(LISTING.c.site_id, "site_ids"))

_BEFORE = select(
    LISTING.c.site_id,
    LISTING.c.variant,
    LISTING.c.condition,
    LISTING.c.quantity,
    LISTING.c.price,
    LISTING.c.currency,
    LISTING.c.shipping,
    LISTING.c.unit_usd,
    LISTING.c.on_offer,
    LISTING.c.rejected,
    LISTING.c.first_seen_at,
    LISTING.c.priced_at,
    LISTING.c.another_since,
    LISTING.c.ended_at,
).where(*_THESE)
"""What a change is told by."""

_IDS = select(LISTING.c.site_id, LISTING.c.id).where(*_THESE)


def record(
    tx: Connection,
    outcomes: Iterable[Offer | Rejected],
    *,
    source: str,
    source_id: int,
    missed_since: datetime | None,
    how: End = End.MISSED,
    bill: Bill,
    catalogue: Catalogue,
    now: datetime,
    digests: Mapping[str, int] = MappingProxyType({}),
    digest: Digest = digest_of,
    held: Collection[str] = (),
    found: Mapping[str, Stored] | None = None,
) -> Recorded:
    """Store what a visit saw: new and changed listings, prices that are over, presence, and what has ended.

    Listings this source has not shown since `missed_since` end, unless another source still shows them; None ends
    nothing, and `how` is what to say of their end. Of a group that is shown whole, everything else ends at once.
    `digests` stand for what a search shows of listings of which more is known, `digest` may know those of the others
    already, `held` are the ids that were shown too and of which nothing is believed. `found` is what is stored of all
    that is shown, where that has been looked up.
    """
    shown = {outcome.raw.site_id: outcome for outcome in outcomes}
    site = next((outcome.raw.site for outcome in shown.values()), "")
    if found is None:
        found = stored(tx, source_id, site, shown, now=now)
    for site_id in [site_id for site_id, old in found.items() if old.later]:
        shown.pop(site_id, None)  # a page saved long ago tells nothing about today
    rows = {
        site_id: row_of(outcome, bill, digest)
        for site_id, outcome in shown.items()
        if site_id not in found or _differs(found[site_id], outcome, digest)
    }
    for site_id in rows.keys() & digests.keys():
        rows[site_id]["digest"] = digests[site_id]
    before = _rows(tx, _BEFORE, site, rows.keys() & found.keys())
    for site_id, row in rows.items():
        row |= {**_since(before.get(site_id), row, now), "ended_how": _said(shown[site_id])}
        if site_id not in before:
            row["source_id"] = source_id
    new = [row for site_id, row in rows.items() if site_id not in before]
    enter(tx, LISTING, new)
    entered = _entered(tx, site, rows.keys() - found.keys())
    ids = {site_id: old.listing_id for site_id, old in found.items()} | entered
    _write_out(tx, before, rows, ids, now)
    _rewrite(tx, [_changeable(row) | {"at_id": ids[site_id]} for site_id, row in rows.items() if site_id in before])
    spoken = marks.settle(tx, site, rows.keys())
    moved = [row for site_id, row in rows.items() if _moved(before.get(site_id), row)]
    enter(tx, PRESENCE, _presence(source_id, entered.values(), now))
    _note_presence(tx, source_id, [ids[site_id] for site_id in shown.keys() - entered.keys()], now)
    offers = sum(isinstance(outcome, Offer) for outcome in shown.values())
    gone = [] if missed_since is None else _end_missing(tx, source_id, missed_since, how, now)
    gone += _end_rest(tx, site, shown.values(), held, now)
    touched = (*(row["variant"] for row in rows.values()), *(row["variant"] for row in before.values()), *gone)
    changes = tuple(
        Change(
            event=event,
            offer=priced_of(row, listing_id=ids[site_id], source=source, last_seen_at=now, catalogue=catalogue),
            was_usd=before[site_id]["unit_usd"] if event is Event.PRICE else None,
        )
        for site_id, row in rows.items()
        if (event := _event(before.get(site_id), row))
    )
    return Recorded(
        changes=marks.weighed(tx, changes) if spoken else changes,
        offers=offers,
        rejected=len(shown) - offers,
        new=len(new),
        changed=sum(row["site_id"] in before for row in moved),
        ended=len(gone),
        variants=frozenset(filter(None, touched)),
    )


def _rows(tx: Connection, asked: Executable, site: str, site_ids: Collection[str]) -> dict[str, Row]:
    """What the database holds of some listings of a site, by their id there."""
    found: dict[str, Row] = {}
    for chunk in chunks(list(site_ids)):
        rows = rows_of(tx.execute(asked, {"site": site, "site_ids": chunk}))
        found |= {row["site_id"]: row for row in rows}
    return found


def _entered(tx: Connection, site: str, site_ids: Collection[str]) -> dict[str, int]:
    """The numbers that listings were given here, by their id on the site."""
    return {
        site_id: listing_id
        for chunk in chunks(list(site_ids))
        for site_id, listing_id in tx.execute(_IDS, {"site": site, "site_ids": chunk}).all()
    }


_SEEN = (
    update(PRESENCE)
    .where(PRESENCE.c.source_id == bindparam("source"), one_of(PRESENCE.c.listing_id, "ids"))
    .values(seen_at=bindparam("now"))
)


_SHOWN = select(PRESENCE.c.listing_id).where(
    PRESENCE.c.source_id == bindparam("source"), one_of(PRESENCE.c.listing_id, "ids")
)


def _note_presence(tx: Connection, source_id: int, ids: Sequence[int], now: datetime) -> None:
    """Note that a source shows listings now: in one statement, if it has shown all of them before."""
    for chunk in chunks(ids):
        asked = {"source": source_id, "ids": chunk}
        if tx.execute(_SEEN, {**asked, "now": now}).rowcount < len(chunk):
            shown = set(tx.execute(_SHOWN, asked).scalars())
            lacking = [one for one in chunk if one not in shown]
            contend(tx, LISTING, lacking)
            upsert(tx, PRESENCE, _presence(source_id, lacking, now), key=("source_id", "listing_id"))


def _presence(source_id: int, ids: Iterable[int], now: datetime) -> list[Row]:
    return [{"source_id": source_id, "listing_id": listing_id, "seen_at": now} for listing_id in ids]


def see_again(tx: Connection, source_id: int, site: str, site_ids: Collection[str], *, now: datetime) -> None:
    """Note that listings on pages that have not changed are still shown; one that has ended stays ended."""
    for chunk in chunks(list(site_ids)):
        still = (LISTING.c.site == site, LISTING.c.site_id.in_(chunk), LISTING.c.ended_at.is_(None))
        _note_presence(tx, source_id, list(tx.execute(select(LISTING.c.id).where(*still)).scalars()), now)


def unsee(tx: Connection, source_id: int, site: str, site_ids: Collection[str], *, at: datetime) -> None:
    """Take back that a source showed listings after a time, where they are still priced as they were then."""
    for chunk in chunks(list(site_ids)):
        as_then = select(LISTING.c.id).where(
            LISTING.c.site == site,
            LISTING.c.site_id.in_(chunk),
            func.coalesce(LISTING.c.priced_at, LISTING.c.first_seen_at) <= at,
        )
        shown = (PRESENCE.c.source_id == source_id, PRESENCE.c.seen_at > at, PRESENCE.c.listing_id.in_(as_then))
        tx.execute(update(PRESENCE).where(*shown).values(seen_at=at))


def remember_pages(tx: Connection, source_id: int, mode: str, pages: Mapping[str, str], *, now: datetime) -> None:
    """Keep what pages said, by address, in the transaction that stores their listings."""
    rows = [
        {"source_id": source_id, "mode": mode, "url": url, "remembered": said, "read_at": now}
        for url, said in pages.items()
    ]
    upsert(tx, PAGE_MEMORY, rows, key=("source_id", "mode", "url"))
    tx.execute(delete(PAGE_MEMORY).where(PAGE_MEMORY.c.source_id == source_id, PAGE_MEMORY.c.read_at < now - KEPT))


def _differs(old: Stored, outcome: Offer | Rejected, digest: Digest) -> bool:
    """Whether a known listing has anything to write but that it was seen."""
    return old.ended or old.digest != digest(outcome) or old.on_offer != is_on_offer(outcome)


_FOR_GOOD = frozenset({"site", "site_id", "first_seen_at"})


def _changeable(row: Row) -> Row:
    """A row without what it keeps for good: written again, it would cost pages of the index of site and id."""
    return {name: value for name, value in row.items() if name not in _FOR_GOOD}


def _rewrite(tx: Connection, rows: Sequence[Row]) -> None:
    if rows:
        tx.execute(_update_of(tuple(rows[0])), list(rows))


@cache
def _update_of(columns: tuple[str, ...]) -> Executable:
    values: Row = {name: bindparam(name) for name in columns if name != "at_id"}
    return update(LISTING).where(LISTING.c.id == bindparam("at_id")).values(values)


def _moved(old: Mapping[str, Any] | None, row: Row) -> bool:
    """Whether an offer has a price to note: its first, or another price, currency, shipping or availability."""
    if row["rejected"] is not None:
        return False
    return old is None or any(old[name] != row[name] for name in _ASKED)


_ASKED = ("price", "currency", "shipping", "on_offer")


def _since(old: Mapping[str, Any] | None, row: Row, now: datetime) -> Row:
    """When a listing was first seen, and since when it is what its row says."""
    if old is None:
        return {"first_seen_at": now, "priced_at": None, "ended_at": None, "another_since": None}
    return {
        "first_seen_at": old["first_seen_at"],
        "priced_at": now if _is_over(old, row) else old["priced_at"],
        "ended_at": None,
        "another_since": now if _is_another(old, row) else old["another_since"],
    }


def _is_another(old: Mapping[str, Any], row: Row) -> bool:
    """Whether a listing sells something else now, whatever it costs."""
    return any(old[name] != row[name] for name in _THE_THING)


def _is_over(old: Mapping[str, Any], row: Row) -> bool:
    """Whether what a listing's row said of its price is no longer so."""
    return bool(old["rejected"] or row["rejected"] or old["ended_at"] or _moved(old, row))


def _write_out(
    tx: Connection, before: Mapping[str, Row], rows: Mapping[str, Row], ids: Mapping[str, int], now: datetime
) -> None:
    """Write down the prices that are over, before their rows say something else."""
    over = [site_id for site_id, old in before.items() if not old["rejected"] and _is_over(old, rows[site_id])]
    write_out(tx, [ids[site_id] for site_id in over])
    at_once = [
        _price_point(ids[site_id], rows[site_id], now)
        for site_id in over
        if rows[site_id]["rejected"] is None and now in (before[site_id][name] for name in _INSTANTS)
    ]
    upsert(tx, PRICE, at_once, key=("listing_id", "at"))


_INSTANTS = ("first_seen_at", "priced_at", "ended_at")
"""When a row's own price points begin: one that begins at the same instant as the next is the next one's."""


def _event(old: Mapping[str, Any] | None, row: Row) -> Event | None:
    """What happened to a listing, for somebody who wants to buy; None for nothing, and for what cannot be bought."""
    if not row["on_offer"]:
        return None
    if old is None or old["rejected"] is not None or _is_another(old, row):
        return Event.NEW
    if not old["on_offer"]:
        return Event.BACK
    return Event.PRICE if _moved(old, row) else None


_THE_THING = ("variant", "condition", "quantity")
"""A listing that changes one of these sells something else now, whatever it costs."""


def _price_point(listing_id: int, row: Row, now: datetime) -> Row:
    return {
        "listing_id": listing_id,
        "at": now,
        "price": row["price"],
        "currency": row["currency"],
        "shipping": row["shipping"],
        "unit_usd": row["unit_usd"],
        "available": row["on_offer"],
    }


def _said(outcome: Offer | Rejected) -> str:
    """How an outcome says that its listing cannot be bought, "" for one that can."""
    if isinstance(outcome, Rejected) or outcome.available:
        return ""
    return End.PROBED if outcome.raw.availability == GONE else End.SAID


def end_probed(
    tx: Connection, source_id: int, site: str, site_ids: Collection[str], *, now: datetime
) -> list[str | None]:
    """End listings that their site, asked for each of them, has no more; returns their variants."""
    if not site_ids:
        return []
    mine = select(LISTING.c.id).where(LISTING.c.site == site, LISTING.c.site_id.in_(site_ids))
    ids = list(tx.execute(mine.where(LISTING.c.ended_at.is_(None))).scalars())
    tx.execute(delete(PRESENCE).where(PRESENCE.c.listing_id.in_(ids), PRESENCE.c.source_id == source_id))
    return _end(tx, LISTING.c.id.in_(ids), End.PROBED, now)


def _end_missing(tx: Connection, source_id: int, missed_since: datetime, how: End, now: datetime) -> list[str | None]:
    """Forget what this source no longer shows, end the listings that no other source shows; returns their variants."""
    missed = select(PRESENCE.c.listing_id).where(PRESENCE.c.source_id == source_id, PRESENCE.c.seen_at < missed_since)
    gone = list(tx.execute(missed).scalars())
    ended: list[str | None] = []
    for chunk in chunks(gone):
        tx.execute(delete(PRESENCE).where(PRESENCE.c.source_id == source_id, PRESENCE.c.listing_id.in_(chunk)))
        unseen = LISTING.c.id.in_(chunk) & ~exists().where(PRESENCE.c.listing_id == LISTING.c.id)
        ended += _end(tx, unseen, how, now)
    return ended


def _end_rest(
    tx: Connection, site: str, shown: Iterable[Offer | Rejected], held: Collection[str], now: datetime
) -> list[str | None]:
    """End what is left of groups that are shown whole, whichever source showed it; returns their variants.

    A page that was saved before the rest was seen last says nothing about it.
    """
    raws = [outcome.raw for outcome in shown if outcome.raw.whole_group]
    kept = {raw.site_id for raw in raws}.union(held)
    ended: list[str | None] = []
    for chunk in chunks(list({raw.group_id for raw in raws if raw.group_id})):
        members = select(LISTING.c.id, LISTING.c.site_id).where(
            LISTING.c.site == site,
            LISTING.c.group_id.in_(chunk),
            LISTING.c.group_id != "",
            LISTING.c.ended_at.is_(None),
            ~exists().where(PRESENCE.c.listing_id == LISTING.c.id, PRESENCE.c.seen_at > now),
        )
        gone = [row.id for row in tx.execute(members) if row.site_id not in kept]
        for rest in chunks(gone):
            tx.execute(delete(PRESENCE).where(PRESENCE.c.listing_id.in_(rest)))
            ended += _end(tx, LISTING.c.id.in_(rest), End.MISSED, now)
    return ended


def _end(tx: Connection, these: ColumnElement[bool], how: End, now: datetime) -> list[str | None]:
    """End listings that have not ended yet; what the site said of their end stays. Returns their variants."""
    standing = LISTING.c.ended_at.is_(None)
    sold_out = select(LISTING.c.id).where(these, ~LISTING.c.on_offer, standing)
    write_out_today(tx, tx.execute(sold_out).scalars().all())  # or their rows would say they could be bought
    known = case((LISTING.c.ended_how == "", how.value), else_=LISTING.c.ended_how)
    ending = update(LISTING).where(these, standing).values(on_offer=False, ended_at=now, ended_how=known)
    return list(tx.execute(ending.returning(LISTING.c.variant)).scalars())


def end_forgotten(tx: Connection, *, before: datetime, now: datetime) -> frozenset[str]:
    """End what nobody looks after: listings of imports and of sources off the schedule, not shown for long.

    Returns their variants.
    """
    idle = (
        select(PRESENCE.c.source_id).join(SOURCE).where(SOURCE.c.next_visit_at.is_(None), PRESENCE.c.seen_at < before)
    )
    ended: list[str | None] = []
    for source_id in tx.execute(idle.distinct()).scalars().all():
        ended += _end_missing(tx, source_id, before, End.AGED, now)
    return frozenset(filter(None, ended))


def reprice(tx: Connection, rows: Sequence[Row]) -> int:
    """Give listings (`at_id`) another landed price, from now on; returns how many."""
    write_out_today(tx, [row["at_id"] for row in rows])
    _rewrite(tx, rows)
    return len(rows)


def rewrite(tx: Connection, rows: Iterable[tuple[int, Row]]) -> None:
    """Give listings another reading of what they printed; no history is written, nothing is news."""
    for listing_id, row in rows:
        tx.execute(update(LISTING).where(LISTING.c.id == listing_id).values(row))
