"""Every write, as a verb; each runs inside the caller's transaction and is told what time it is."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Table,
    bindparam,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from db.rows import Bill, Row, cents, digest_of, is_on_offer, priced_of, row_of
from db.tables import (
    Alert,
    Delivery,
    Listing,
    Note,
    PageMemory,
    Presence,
    PricePoint,
    Quota,
    Rate,
    Source,
    Told,
    Visit,
    WatchState,
)
from tracker.core.gpus import Catalogue
from tracker.core.models import Offer, Rejected
from tracker.core.money import Rates
from tracker.core.rules import Change, Event, Watch

KEPT = timedelta(days=2)
"""How long what a page said is kept; it is believed for a day."""

CHUNK = 5000
"""Values bound in one statement; SQLite takes 32,766."""


def table(model: type[SQLModel]) -> Table:
    """The Core table behind a SQLModel class."""
    return SQLModel.metadata.tables[str(model.__tablename__)]


LISTING, PRESENCE, PRICE = table(Listing), table(Presence), table(PricePoint)
SOURCE, VISIT, RATE, QUOTA, NOTE = table(Source), table(Visit), table(Rate), table(Quota), table(Note)
PAGE_MEMORY = table(PageMemory)
WATCH, TOLD, ALERT, DELIVERY = table(WatchState), table(Told), table(Alert), table(Delivery)


def _upsert(tx: Connection, target: Table, rows: Sequence[Row], *, key: tuple[str, ...]) -> None:
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


# --- sources and visits -------------------------------------------------------------------------------------------


def know_source(tx: Connection, name: str, site: str) -> int:
    """The id of a source, entered in the book first if it is new."""
    known = tx.execute(select(SOURCE.c.id, SOURCE.c.site).where(SOURCE.c.name == name)).first()
    if known is None:
        entered = insert(SOURCE).values(name=name, site=site, state="new", message="", failures=0)
        return int(tx.execute(entered.returning(SOURCE.c.id)).scalar_one())
    if known.site != site:
        tx.execute(update(SOURCE).where(SOURCE.c.id == known.id).values(site=site))
    return int(known.id)


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


def claim(tx: Connection, name: str, *, now: datetime, until: datetime) -> bool:
    """Take a source for one visit by compare-and-swap; False when somebody else is at it."""
    taken = (
        update(SOURCE)
        .where(SOURCE.c.name == name, or_(SOURCE.c.claimed_until.is_(None), SOURCE.c.claimed_until < now))
        .values(claimed_until=until)
    )
    return tx.execute(taken).rowcount == 1


def prolong(tx: Connection, name: str, *, until: datetime) -> None:
    """Hold a source one is visiting for longer."""
    tx.execute(update(SOURCE).where(SOURCE.c.name == name).values(claimed_until=until))


def release(tx: Connection, name: str) -> None:
    """Give a source back without a word about a visit."""
    tx.execute(update(SOURCE).where(SOURCE.c.name == name).values(claimed_until=None))


def unschedule(tx: Connection, *, kept: Collection[str]) -> None:
    """Take sources that are no longer configured off the schedule."""
    gone = SOURCE.c.name.not_in(kept)
    tx.execute(update(SOURCE).where(gone).values(next_visit_at=None, next_sweep_at=None))


def close_visit(tx: Connection, source_id: int, *, visit: Mapping[str, Any], source: Mapping[str, Any]) -> None:
    """Write down one visit, set the source's state, and give the source back."""
    tx.execute(insert(VISIT).values(source_id=source_id, **visit))
    tx.execute(update(SOURCE).where(SOURCE.c.id == source_id).values(claimed_until=None, **source))


def spend(tx: Connection, site: str, *, day: str, quota: int) -> bool:
    """Take one call from a site's daily quota; False when none is left."""
    used = tx.execute(select(QUOTA.c.calls).where(QUOTA.c.site == site, QUOTA.c.day == day)).scalar() or 0
    if used >= quota:
        return False
    _upsert(tx, QUOTA, [{"site": site, "day": day, "calls": used + 1}], key=("site", "day"))
    return True


def keep_rates(tx: Connection, rates: Rates) -> None:
    """Replace the stored exchange rates."""
    tx.execute(delete(RATE))
    tx.execute(
        insert(RATE),
        [
            {"currency": currency, "usd": usd, "day": rates.day.isoformat()}
            for currency, usd in rates.usd_per_unit.items()
        ],
    )


def note(tx: Connection, name: str, value: str) -> None:
    """Remember one fact about the database itself."""
    _upsert(tx, NOTE, [{"name": name, "value": value}], key=("name",))


# --- listings -----------------------------------------------------------------------------------------------------


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


LAST_SEEN = (
    select(func.max(PRESENCE.c.seen_at, type_=PRESENCE.c.seen_at.type))
    .where(PRESENCE.c.listing_id == LISTING.c.id)
    .scalar_subquery()
)
"""When any source last showed a listing, beside a query on listings."""

_THESE = (LISTING.c.site == bindparam("site"), LISTING.c.site_id.in_(bindparam("site_ids", expanding=True)))

_KNOWN = select(
    LISTING.c.site_id,
    LISTING.c.id,
    LISTING.c.digest,
    LISTING.c.on_offer,
    LISTING.c.ended_at,
    LAST_SEEN.label("seen_at"),
).where(*_THESE)
"""What tells whether listings of a site changed."""

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
    bill: Bill,
    catalogue: Catalogue,
    now: datetime,
    digests: Mapping[str, int] = MappingProxyType({}),
) -> Recorded:
    """Store what a visit saw: new and changed listings, price points, presence, and what has ended.

    Listings this source has not shown since `missed_since` end, unless another source still shows them; None ends
    nothing. `digests` stand for what a search shows of listings of which more is known.
    """
    shown = {outcome.raw.site_id: outcome for outcome in outcomes}
    site = next((outcome.raw.site for outcome in shown.values()), "")
    known = _stored(tx, _KNOWN, site, shown)
    for site_id, old in known.items():
        last = max(filter(None, (old["seen_at"], old["ended_at"])), default=now)
        if last > now:  # a page saved long ago tells nothing about today
            del shown[site_id]
    rows = {
        site_id: row_of(outcome, bill)
        for site_id, outcome in shown.items()
        if site_id not in known or _differs(known[site_id], outcome)
    }
    for site_id in rows.keys() & digests.keys():
        rows[site_id]["digest"] = digests[site_id]
    before = _stored(tx, _BEFORE, site, rows.keys() & known.keys())
    for site_id, row in rows.items():
        row |= {"first_seen_at": before[site_id]["first_seen_at"] if site_id in before else now, "ended_at": None}
    new = [{**row, "source_id": source_id} for site_id, row in rows.items() if site_id not in before]
    if new:
        tx.execute(insert(LISTING), new)
    entered = _stored(tx, _IDS, site, rows.keys() - known.keys())
    ids = {site_id: int(old["id"]) for site_id, old in (known | entered).items()}
    _rewrite(tx, [{**row, "at_id": ids[site_id]} for site_id, row in rows.items() if site_id in before])
    moved = [row for site_id, row in rows.items() if _moved(before.get(site_id), row)]
    _upsert(tx, PRICE, [_price_point(ids[row["site_id"]], row, now) for row in moved], key=("listing_id", "at"))
    _note_presence(tx, source_id, [ids[site_id] for site_id in shown], now)
    offers = sum(isinstance(outcome, Offer) for outcome in shown.values())
    gone = [] if missed_since is None else _end_missing(tx, source_id, missed_since, now)
    touched = (*(row["variant"] for row in rows.values()), *(row["variant"] for row in before.values()), *gone)
    return Recorded(
        changes=tuple(
            Change(
                event=event,
                offer=priced_of(
                    {**row, "id": ids[row["site_id"]], **{name: cents(row[name]) for name in _AMOUNTS}},
                    source=source,
                    last_seen_at=now,
                    catalogue=catalogue,
                ),
                was_usd=before[row["site_id"]]["unit_usd"] if event is Event.PRICE else None,
            )
            for row in rows.values()
            if (event := _event(before.get(row["site_id"]), row))
        ),
        offers=offers,
        rejected=len(shown) - offers,
        new=len(new),
        changed=sum(row["site_id"] in before for row in moved),
        ended=len(gone),
        variants=frozenset(filter(None, touched)),
    )


_AMOUNTS = ("price", "shipping", "landed_usd", "unit_usd")


def _stored(tx: Connection, asked: Executable, site: str, site_ids: Collection[str]) -> dict[str, Row]:
    """What the database holds of some listings of a site, by their id there."""
    return {
        row.site_id: row._asdict()
        for chunk in chunks(list(site_ids))
        for row in tx.execute(asked, {"site": site, "site_ids": chunk}).all()
    }


_SEEN = (
    update(PRESENCE)
    .where(PRESENCE.c.source_id == bindparam("source"), PRESENCE.c.listing_id.in_(bindparam("ids", expanding=True)))
    .values(seen_at=bindparam("now"))
)


def _note_presence(tx: Connection, source_id: int, ids: Sequence[int], now: datetime) -> None:
    """Note that a source shows listings now: in one statement, if it has shown all of them before."""
    for chunk in chunks(ids):
        if tx.execute(_SEEN, {"source": source_id, "ids": chunk, "now": now}).rowcount < len(chunk):
            seen = [{"source_id": source_id, "listing_id": listing_id, "seen_at": now} for listing_id in chunk]
            _upsert(tx, PRESENCE, seen, key=("source_id", "listing_id"))


def see_again(tx: Connection, source_id: int, site: str, site_ids: Collection[str], *, now: datetime) -> None:
    """Note that listings on pages that have not changed are still shown; one that has ended stays ended."""
    for chunk in chunks(list(site_ids)):
        still = (LISTING.c.site == site, LISTING.c.site_id.in_(chunk), LISTING.c.ended_at.is_(None))
        _note_presence(tx, source_id, list(tx.execute(select(LISTING.c.id).where(*still)).scalars()), now)


def remember_pages(tx: Connection, source_id: int, mode: str, pages: Mapping[str, str], *, now: datetime) -> None:
    """Keep what pages said, by address, in the transaction that stores their listings."""
    rows = [
        {"source_id": source_id, "mode": mode, "url": url, "remembered": said, "read_at": now}
        for url, said in pages.items()
    ]
    _upsert(tx, PAGE_MEMORY, rows, key=("source_id", "mode", "url"))
    tx.execute(delete(PAGE_MEMORY).where(PAGE_MEMORY.c.source_id == source_id, PAGE_MEMORY.c.read_at < now - KEPT))


def _differs(old: Mapping[str, Any], outcome: Offer | Rejected) -> bool:
    """Whether a known listing has anything to write but that it was seen."""
    return old["on_offer"] != is_on_offer(outcome) or old["ended_at"] is not None or old["digest"] != digest_of(outcome)


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
    return old is None or any(
        old[name] != value
        for name, value in (
            ("price", cents(row["price"])),
            ("currency", row["currency"]),
            ("shipping", cents(row["shipping"])),
            ("on_offer", row["on_offer"]),
        )
    )


def _event(old: Mapping[str, Any] | None, row: Row) -> Event | None:
    """What happened to a listing, for somebody who wants to buy; None for nothing, and for what cannot be bought."""
    if not row["on_offer"]:
        return None
    if old is None or old["rejected"] is not None or any(old[name] != row[name] for name in _THE_THING):
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


def _end_missing(tx: Connection, source_id: int, missed_since: datetime, now: datetime) -> list[str | None]:
    """Forget what this source no longer shows, end the listings that no other source shows; returns their variants."""
    missed = select(PRESENCE.c.listing_id).where(PRESENCE.c.source_id == source_id, PRESENCE.c.seen_at < missed_since)
    gone = list(tx.execute(missed).scalars())
    ended: list[str | None] = []
    for chunk in chunks(gone):
        tx.execute(delete(PRESENCE).where(PRESENCE.c.source_id == source_id, PRESENCE.c.listing_id.in_(chunk)))
        unseen = LISTING.c.id.in_(chunk) & ~exists().where(PRESENCE.c.listing_id == LISTING.c.id)
        was_offered = select(
            LISTING.c.id,
            bindparam("now", now, PRICE.c.at.type),
            LISTING.c.price,
            LISTING.c.currency,
            LISTING.c.shipping,
            LISTING.c.unit_usd,
            bindparam("no", False),
        ).where(unseen, LISTING.c.on_offer)
        tx.execute(insert(PRICE).from_select(list(PRICE.c.keys()), was_offered))
        ending = update(LISTING).where(unseen, LISTING.c.ended_at.is_(None)).values(on_offer=False, ended_at=now)
        ended += tx.execute(ending.returning(LISTING.c.variant)).scalars()
    return ended


def end_forgotten(tx: Connection, *, before: datetime, now: datetime) -> None:
    """End what nobody looks after: listings of imports and of sources off the schedule, not shown for long."""
    idle = (
        select(PRESENCE.c.source_id).join(SOURCE).where(SOURCE.c.next_visit_at.is_(None), PRESENCE.c.seen_at < before)
    )
    for source_id in tx.execute(idle.distinct()).scalars().all():
        _end_missing(tx, source_id, before, now)


def reprice(tx: Connection, rows: Sequence[Row]) -> int:
    """Give listings (`at_id`) another landed price; returns how many."""
    _rewrite(tx, rows)
    return len(rows)


def rewrite(tx: Connection, rows: Iterable[tuple[int, Row]]) -> None:
    """Give listings another reading of what they printed; no history is written, nothing is news."""
    for listing_id, row in rows:
        tx.execute(update(LISTING).where(LISTING.c.id == listing_id).values(row))


# --- alerts -------------------------------------------------------------------------------------------------------


def know_watch(tx: Connection, watch: Watch, *, now: datetime) -> None:
    """Remember that a watch, as it reads now, has been evaluated over everything on offer."""
    row = {"name": watch.name, "fingerprint": watch.fingerprint, "since": now}
    _upsert(tx, WATCH, [row], key=("name",))


def forget_watches(tx: Connection, *, kept: Collection[str]) -> None:
    """Forget watches that are no longer configured: one that comes back is new."""
    tx.execute(delete(WATCH).where(WATCH.c.name.not_in(kept)))


def forget_told(tx: Connection, watch: str) -> None:
    """Forget what a watch has said: an edited one speaks afresh."""
    tx.execute(delete(TOLD).where(TOLD.c.watch == watch))


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An alert as it is owed: its payload for the messages, the channels, and what it tells of which listing."""

    key: str
    kind: str
    watch: str
    payload: Mapping[str, Any]
    channels: tuple[str, ...]
    told: Mapping[int, Decimal]


def owe(tx: Connection, alerts: Iterable[Owed], *, now: datetime) -> int:
    """Put alerts in the outbox, once each whatever happens; returns how many were new."""
    new = 0
    for alert in alerts:
        if tx.execute(select(ALERT.c.id).where(ALERT.c.key == alert.key)).first():
            continue
        entered = insert(ALERT).values(
            key=alert.key,
            kind=alert.kind,
            watch=alert.watch,
            payload=json.dumps(alert.payload, ensure_ascii=False),
            created_at=now,
        )
        alert_id = tx.execute(entered.returning(ALERT.c.id)).scalar_one()
        owed = {"alert_id": alert_id, "state": "owed", "attempts": 0, "next_try_at": now, "error": ""}
        if alert.channels:
            tx.execute(insert(DELIVERY), [{**owed, "channel": channel} for channel in alert.channels])
        told = [
            {"watch": alert.watch, "listing_id": listing_id, "unit_usd": unit_usd, "at": now}
            for listing_id, unit_usd in alert.told.items()
        ]
        _upsert(tx, TOLD, told, key=("watch", "listing_id"))
        new += 1
    return new


def claim_delivery(tx: Connection, alert_id: int, channel: str, *, now: datetime, until: datetime) -> bool:
    """Take one delivery by compare-and-swap; False when somebody else has it or it is done."""
    taken = (
        update(DELIVERY)
        .where(
            DELIVERY.c.alert_id == alert_id,
            DELIVERY.c.channel == channel,
            DELIVERY.c.state == "owed",
            or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until < now),
        )
        .values(claimed_until=until, attempts=DELIVERY.c.attempts + 1)
    )
    return tx.execute(taken).rowcount == 1


def close_delivery(tx: Connection, alert_id: int, channel: str, *, claimed_until: datetime, **columns: Any) -> None:
    """Write down how an attempt went and give the delivery back; one whose lease another has taken says nothing."""
    mine = (
        DELIVERY.c.alert_id == alert_id,
        DELIVERY.c.channel == channel,
        DELIVERY.c.state == "owed",
        DELIVERY.c.claimed_until == claimed_until,
    )
    tx.execute(update(DELIVERY).where(*mine).values(claimed_until=None, **columns))


def retry_deliveries(tx: Connection, *, now: datetime) -> int:
    """Make everything owed or failed due now, but for what is being sent; returns how many deliveries that is."""
    idle = or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until < now)
    again = update(DELIVERY).where(DELIVERY.c.state != "sent", idle).values(state="owed", next_try_at=now)
    return tx.execute(again).rowcount
