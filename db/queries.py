"""What is asked about offers, listings and alerts; answers are values, in the order they are wanted."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from heapq import nsmallest
from typing import Any

from sqlalchemy import (
    Connection,
    Float,
    Integer,
    Select,
    String,
    and_,
    column,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
    values,
)

from db import marks
from db.points import SINCE, points
from db.rows import Row, priced_of
from db.sql import (
    ALERT,
    DELIVERY,
    LAST_SEEN,
    LISTING,
    NOTE,
    PRESENCE,
    RATE,
    SET_ASIDE,
    SOURCE,
    WATCH,
    chunks,
)
from tracker.core.gpus import Catalogue
from tracker.core.health import HEALTHY
from tracker.core.metrics import Basis, Metric
from tracker.core.models import Priced
from tracker.core.money import Rates
from tracker.core.risk import SCAM_SELLER
from tracker.core.rules import Change, Event
from tracker.core.wanted import Modded, Sort, Wanted

# --- offers -------------------------------------------------------------------------------------------------------


def clauses(wanted: Wanted) -> list[Any]:
    """What a filter asks of the listing itself, as conditions on its table.

    Auctions are left out: the bid so far is no price to rank by. The first two conditions are those of the index.
    """
    c = LISTING.c
    in_sight = [] if wanted.aside else [c.id.not_in(SET_ASIDE)]
    asked: list[Any] = [c.on_offer, ~c.auction, *in_sight]
    if wanted.conditions:
        asked.append(c.condition.in_([condition.value for condition in wanted.conditions]))
    if wanted.sites:
        asked.append(c.site.in_(wanted.sites))
    if wanted.sources:
        shown = select(PRESENCE.c.listing_id).join(SOURCE).where(SOURCE.c.name.in_(wanted.sources))
        asked.append(c.id.in_(shown))
    if wanted.countries:
        asked.append(c.country.in_(wanted.countries))
    if wanted.modded is Modded.NO:
        asked.append(~c.modded)
    if wanted.min_feedback_percent is not None:
        asked.append(c.feedback_percent >= wanted.min_feedback_percent)
    if wanted.min_feedback_count is not None:
        asked.append(c.feedback_count >= wanted.min_feedback_count)
    if wanted.max_outlay_usd is not None:
        asked.append(c.landed_usd <= wanted.max_outlay_usd)
    if wanted.seen_since is not None:
        asked.append(literal(wanted.seen_since, PRESENCE.c.seen_at.type) <= LAST_SEEN)
    return asked + _words(wanted)


def _words(wanted: Wanted) -> list[Any]:
    c = LISTING.c
    said = [text.icontains(word, autoescape=True) for word in wanted.says for text in (c.title, c.raw)]
    return [*([or_(*said)] if said else []), *(~c.title.icontains(word, autoescape=True) for word in wanted.without)]


def cheapest(
    conn: Connection, metric: Metric, *, wanted: Wanted, basis: Basis, top: int, catalogue: Catalogue
) -> list[Priced]:
    """The best `top` wanted offers by a metric, best first; those it cannot value are left out.

    A metric is a straight line over the price within one variant, so the cheapest of each variant, read off the index
    of what is on offer, say which variants can be among the best; a few of each of those are enough to rank.
    """
    lines = {gpu.id: line for gpu in wanted.variants(catalogue) if (line := metric.line(gpu, basis)) is not None}
    best = _in_front(conn, metric, lines, wanted, top)
    ranked = [*_decided(conn, metric, best, wanted, top), *_undecided(conn, metric, wanted, basis, top, catalogue)]
    order = {listing_id: place for place, (_, listing_id) in enumerate(sorted(ranked)[:top])}
    return sorted(offers(conn, LISTING.c.id.in_(order), catalogue=catalogue), key=lambda one: order[one.listing_id])


Line = tuple[float, float]
"""Slope and intercept of a metric over the unit price in USD."""


def _in_front(conn: Connection, metric: Metric, lines: Mapping[str, Line], wanted: Wanted, top: int) -> dict[str, Line]:
    """The variants that any of the best `top` offers can be of: those whose own best is among the best."""
    lowest = cheapest_of_each(conn, lines, wanted=wanted)
    sign = -1 if metric.more_is_better else 1

    def value(variant: str) -> tuple[float, int]:
        (slope, intercept), (unit_usd, listing_id) = lines[variant], lowest[variant]
        return sign * (float(unit_usd) * slope + intercept), listing_id

    return {variant: lines[variant] for variant in nsmallest(top, lowest, key=value)}


def cheapest_of_each(conn: Connection, variants: Iterable[str], *, wanted: Wanted) -> dict[str, tuple[Decimal, int]]:
    """The lowest unit price in USD and its listing, by variant; a variant with no wanted offer is left out."""
    names = [(variant,) for variant in variants]
    if not names:
        return {}
    listed = values(column("variant", String)).data(names).cte("listed")
    first = _few(wanted, 1).where(LISTING.c.variant == listed.c.variant).correlate(listed)
    unit_usd = first.with_only_columns(LISTING.c.unit_usd).scalar_subquery()
    found = conn.execute(select(listed.c.variant, unit_usd, first.scalar_subquery()))
    return {variant: (unit_usd, listing_id) for variant, unit_usd, listing_id in found if listing_id is not None}


def stock(
    conn: Connection, *, most: int, wanted: Wanted, leave_out: Collection[int] = (), catalogue: Catalogue
) -> list[Priced]:
    """The wanted offers that a cheapest set of at most `most` cards of one variant may need, of every variant.

    Where that many single cards are cheaper than an offer, they can take its place. A cent covers what rounding a
    lot's price to each card may hide.
    """
    names = [(gpu.id,) for gpu in wanted.variants(catalogue)]
    if not names:
        return []
    asked = LISTING.c.id.not_in(leave_out)
    listed = values(column("variant", String)).data(names).cte("listed")
    singles = _few(wanted, 1).where(LISTING.c.variant == listed.c.variant, LISTING.c.quantity == 1, asked)
    dearest = singles.correlate(listed).with_only_columns(LISTING.c.unit_usd).offset(most - 1).scalar_subquery()
    cents = func.coalesce(type_coerce(dearest, Integer) + 1, _ANY_PRICE).label("cents")
    highest = select(listed.c.variant, cents).cte("highest")
    near = LISTING.alias("near")
    ids = (
        select(near.c.id)
        .select_from(highest.join(near, near.c.variant == highest.c.variant))
        .where(near.c.on_offer, ~near.c.auction, type_coerce(near.c.unit_usd, Integer) <= highest.c.cents)
    )
    found = offers(conn, LISTING.c.id.in_(ids), asked, *clauses(wanted), catalogue=catalogue)
    return sorted(found, key=lambda one: one.listing_id)


_ANY_PRICE = 2**62


def _decided(
    conn: Connection, metric: Metric, lines: Mapping[str, Line], wanted: Wanted, top: int
) -> list[tuple[float, int]]:
    if not lines:
        return []
    rows = [(variant, slope, intercept) for variant, (slope, intercept) in lines.items()]
    listed = (
        values(column("variant", String), column("slope", Float), column("intercept", Float)).data(rows).cte("listed")
    )
    best = LISTING.alias("best")
    few = _few(wanted, top).where(LISTING.c.variant == listed.c.variant).correlate(listed).scalar_subquery()
    value = type_coerce(best.c.unit_usd, Float) / 100 * listed.c.slope + listed.c.intercept
    sign = -1 if metric.more_is_better else 1
    query = (
        select((sign * value).label("value"), best.c.id)
        .select_from(listed.join(best, best.c.id.in_(few)))
        .order_by("value", best.c.id)
        .limit(top)
    )
    return [(row.value, row.id) for row in conn.execute(query)]


def _undecided(
    conn: Connection, metric: Metric, wanted: Wanted, basis: Basis, top: int, catalogue: Catalogue
) -> list[tuple[float, int]]:
    line, families = metric.line(None, basis), wanted.families(catalogue)
    if line is None or families == ():
        return []
    few = _few(wanted, top).where(LISTING.c.variant.is_(None)).add_columns(LISTING.c.unit_usd)
    if families is not None:
        few = few.where(LISTING.c.gpu.in_(families))
    if wanted.sort is not Sort.ALL:
        few = few.where(LISTING.c.kind == wanted.sort.value)
    return [(float(row.unit_usd) * line[0] + line[1], row.id) for row in conn.execute(few)]


def _few(wanted: Wanted, top: int) -> Select[Any]:
    few = select(LISTING.c.id).where(*clauses(wanted), LISTING.c.unit_usd.is_not(None))
    # in the order of the index: condition stands there before the id
    return few.order_by(LISTING.c.unit_usd, LISTING.c.condition, LISTING.c.id).limit(top)


def offers(conn: Connection, *where: Any, catalogue: Catalogue) -> Iterator[Priced]:
    """Offers by any conditions on the listing table, with when and where they were last seen.

    Where the source that found an offer is not well, another one that shows it and is stands for it.
    """
    query = select(
        LISTING,
        LAST_SEEN.label("last_seen_at"),
        SOURCE.c.name.label("source"),
        SOURCE.c.state.label("source_state"),
        SOURCE.c.last_ok_at.label("source_ok_at"),
    ).join(SOURCE)
    known = marks.swindlers(conn)
    rows = conn.execute(query.where(*where)).mappings().all()
    well = _well(conn, [row["id"] for row in rows if row["source_state"] not in HEALTHY])
    for row in rows:
        flags = f"{row['flags']} {SCAM_SELLER}" if (row["site"], row["seller"]) in known else row["flags"]
        yield priced_of(
            {**row, "flags": flags, **well.get(row["id"], {})},
            listing_id=row["id"],
            source=row["source"],
            last_seen_at=row["last_seen_at"] or row["ended_at"] or row["first_seen_at"],
            catalogue=catalogue,
        )


def _well(conn: Connection, listing_ids: Sequence[int]) -> dict[int, Row]:
    """How the healthiest source stands that shows each of some listings, for those that any healthy one shows."""
    query = (
        select(PRESENCE.c.listing_id, SOURCE.c.state, SOURCE.c.last_ok_at)
        .join(SOURCE, SOURCE.c.id == PRESENCE.c.source_id)
        .where(SOURCE.c.state.in_(HEALTHY))
        .order_by(PRESENCE.c.seen_at)
    )
    return {
        listing_id: {"source_state": state, "source_ok_at": last_ok_at}
        for chunk in chunks(listing_ids)
        for listing_id, state, last_ok_at in conn.execute(query.where(PRESENCE.c.listing_id.in_(chunk)))
    }


def changed_since(conn: Connection, source_id: int, *, since: datetime, catalogue: Catalogue) -> list[Change]:
    """What came up at a source since an instant and is still on offer, as changes of then, auctions left aside."""
    c = LISTING.c
    shown = select(PRESENCE.c.listing_id).where(PRESENCE.c.source_id == source_id)
    late = (c.id.in_(shown), c.on_offer, ~c.auction, or_(since <= SINCE, c.another_since >= since))
    at = {row.id: row for row in conn.execute(select(c.id, SINCE.label("priced_at"), c.another_since).where(*late))}
    found = []
    for offer in offers(conn, *late, catalogue=catalogue):
        new_at = at[offer.listing_id].another_since or offer.first_seen_at
        if new_at >= since:
            found.append(Change(event=Event.NEW, offer=offer, noticed_at=new_at))
        else:
            found.append(Change(event=Event.PRICE, offer=offer, noticed_at=at[offer.listing_id].priced_at))
    return found


def sightings(conn: Connection, listing_ids: Sequence[int]) -> dict[int, tuple[datetime, frozenset[str]]]:
    """When listings were last shown by any source, and the states of the sources that show them, by number."""
    c = PRESENCE.c
    query = select(c.listing_id, c.seen_at, SOURCE.c.state).join(SOURCE, SOURCE.c.id == c.source_id)
    found: dict[int, tuple[datetime, frozenset[str]]] = {}
    for chunk in chunks(listing_ids):
        for listing_id, seen_at, state in conn.execute(query.where(c.listing_id.in_(chunk))):
            last, states = found.get(listing_id, (seen_at, frozenset()))
            found[listing_id] = (max(last, seen_at), states | {state})
    return found


def links(conn: Connection, listing_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """Title and address of listings, by number."""
    query = select(LISTING.c.id, LISTING.c.title, LISTING.c.url)
    return {
        listing_id: (title, url)
        for chunk in chunks(listing_ids)
        for listing_id, title, url in conn.execute(query.where(LISTING.c.id.in_(chunk)))
    }


def on_offer(conn: Connection, *, wanted: Wanted, catalogue: Catalogue) -> list[Priced]:
    """Everything wanted that can be bought now, whether its variant is decided or not, in the order of listings."""
    variants = [gpu.id for gpu in wanted.variants(catalogue)]
    families = wanted.families(catalogue)
    named = LISTING.c.gpu.in_(families) if families is not None else true()
    either = or_(LISTING.c.variant.in_(variants), and_(LISTING.c.variant.is_(None), named))
    found = offers(conn, *clauses(wanted), either, catalogue=catalogue)
    again = replace(wanted, sources=())  # a listing may be shown by several; only the database knows all of them
    return sorted((offer for offer in found if again.wants(offer)), key=lambda one: one.listing_id)


def listings_after(conn: Connection, listing_id: int, *, limit: int) -> list[Row]:
    """Whole listing rows in the order of their ids, from one on: a way to walk through all of them."""
    query = select(LISTING).where(LISTING.c.id > listing_id).order_by(LISTING.c.id).limit(limit)
    return [dict(row) for row in conn.execute(query).mappings()]


def digests(conn: Connection, site: str, site_ids: Collection[str]) -> dict[str, int]:
    """What listings of a site were last written as, by their id there; those that have ended are left out."""
    c = LISTING.c
    known = select(c.site_id, c.digest).where(c.site == site, c.ended_at.is_(None))
    return {
        row.site_id: row.digest
        for chunk in chunks(list(site_ids))
        for row in conn.execute(known.where(c.site_id.in_(chunk)))
    }


def unseen(
    conn: Connection, source: str, *, before: datetime, limit: int, leave_out: Collection[str] = ()
) -> list[Row]:
    """Whole rows of what a source has on offer and no source has shown since an instant, the longest unseen first."""
    mine = PRESENCE.alias("mine")
    query = (
        select(LISTING)
        .join(mine, mine.c.listing_id == LISTING.c.id)
        .join(SOURCE, SOURCE.c.id == mine.c.source_id)
        .where(SOURCE.c.name == source, LISTING.c.on_offer, mine.c.seen_at < before)
        .where(literal(before, mine.c.seen_at.type) > LAST_SEEN)
        .order_by(mine.c.seen_at, LISTING.c.id)
        .limit(limit + len(leave_out))
    )
    rows = [dict(row) for row in conn.execute(query).mappings()]
    return [row for row in rows if row["site_id"] not in leave_out][:limit]


def numbered(conn: Connection, number: int) -> Row | None:
    """The whole row of a listing by its number here."""
    row = conn.execute(select(LISTING).where(LISTING.c.id == number)).mappings().first()
    return None if row is None else dict(row)


SHORTEST_ITEM_NUMBER = 6
"""Characters of an item number that a person may give alone; a shorter one is a listing's number here, or a slip."""


def named(conn: Connection, name: str) -> list[Row]:
    """Whole listing rows that a person may mean: by number here, by id on the site, by address, or by item number."""
    c = LISTING.c
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 18 else -1
    rows = conn.execute(select(LISTING).where(or_(c.id == number, c.site_id == name, c.url == name))).mappings()
    found = [dict(row) for row in rows]
    return [row for row in found if row["id"] == number] or found or _by_item_number(conn, name)


def _by_item_number(conn: Connection, name: str) -> list[Row]:
    """Whole listing rows whose id holds an item number as the site prints it: `v1|NUMBER|0`, `shop.example/NUMBER`."""
    if len(name) < SHORTEST_ITEM_NUMBER or not name.isascii() or not name.isalnum():
        return []
    c = LISTING.c
    held = or_(c.site_id.like(f"%|{name}|%"), c.site_id.like(f"%/{name}"))
    return [dict(row) for row in conn.execute(select(LISTING).where(held).order_by(c.id)).mappings()]


def prices_of(conn: Connection, listing_id: int) -> list[Row]:
    """Every price noted for one listing, oldest first."""
    point = points(LISTING.c.id == listing_id)
    query = select(point).order_by(point.c.at)
    return [dict(row) for row in conn.execute(query).mappings()]


def rates(conn: Connection) -> Rates | None:
    """The stored exchange rates; None where there are none yet."""
    rows = conn.execute(select(RATE)).all()
    if not rows:
        return None
    return Rates(day=date.fromisoformat(rows[0].day), usd_per_unit={row.currency: row.usd for row in rows})


def noted(conn: Connection, name: str) -> str | None:
    """A fact about the database itself; None for one never noted."""
    return conn.execute(select(NOTE.c.value).where(NOTE.c.name == name)).scalar()


# --- alerts -------------------------------------------------------------------------------------------------------


def known_watches(conn: Connection) -> dict[str, str]:
    """The fingerprint of every watch as it was last evaluated over everything."""
    return {row.name: row.fingerprint for row in conn.execute(select(WATCH))}


def alert(conn: Connection, name: str, *, by_number: bool) -> Row | None:
    """One alert with its payload, by its number or its key; None where there is none."""
    if by_number and not (name.isascii() and name.isdigit() and len(name) < 18):
        return None
    mine = ALERT.c.id == int(name) if by_number else ALERT.c.key == name
    row = conn.execute(select(ALERT).where(mine)).mappings().first()
    return None if row is None else {**row, "payload": json.loads(row["payload"])}


def deliveries(conn: Connection, *, states: Collection[str], limit: int) -> list[Row]:
    """Deliveries in some states, newest alert first."""
    query = (
        select(DELIVERY, ALERT.c.key, ALERT.c.kind, ALERT.c.watch, ALERT.c.payload, ALERT.c.created_at)
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(DELIVERY.c.state.in_(states))
        .order_by(DELIVERY.c.alert_id.desc(), DELIVERY.c.channel)
        .limit(limit)
    )
    return [{**row, "payload": json.loads(row["payload"])} for row in conn.execute(query).mappings()]
