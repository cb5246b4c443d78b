"""Every read, as a question; answers are values, in the order they are wanted."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from heapq import nsmallest
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Float,
    Integer,
    Select,
    String,
    and_,
    case,
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
    PAGE_MEMORY,
    PAST,
    PRESENCE,
    RATE,
    SET_ASIDE,
    SOURCE,
    VISIT,
    WATCH,
    chunks,
)
from tracker.core.gpus import Catalogue
from tracker.core.health import HEALTHY
from tracker.core.metrics import Basis, Metric
from tracker.core.models import Kind, Priced
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


def count_on_offer(conn: Connection, *, wanted: Wanted, catalogue: Catalogue) -> int:
    """How many listings `on_offer` tells of, without building them; words alone take a look at each."""
    if wanted.says or wanted.without:
        return len(on_offer(conn, wanted=wanted, catalogue=catalogue))
    variants = [gpu.id for gpu in wanted.variants(catalogue)]
    either = or_(LISTING.c.variant.in_(variants), _wanted_undecided(wanted, catalogue))
    return int(conn.execute(select(func.count()).select_from(LISTING).where(*clauses(wanted), either)).scalar_one())


def _wanted_undecided(wanted: Wanted, catalogue: Catalogue) -> ColumnElement[bool]:
    """That an offer's variant is undecided, and that it may be one of the wanted."""
    c, families = LISTING.c, wanted.families(catalogue)
    named = c.gpu.in_(families) if families is not None else true()
    kind = {Sort.ALL: true(), Sort.UNIFIED: c.kind == Kind.UNIFIED, Sort.CARD: c.kind != Kind.UNIFIED}[wanted.sort]
    return and_(c.variant.is_(None), named, kind)


def matching(conn: Connection, *, metric: Metric, wanted: Wanted, basis: Basis, catalogue: Catalogue) -> dict[str, int]:
    """How many offers a filter leaves, how many of them have no exchange rate, and how many others no such metric."""
    decided = matching_decided(conn, metric=metric, wanted=wanted, basis=basis, catalogue=catalogue)
    if wanted.families(catalogue) == ():
        return decided
    counted = select(func.count(), func.count(LISTING.c.unit_usd))
    n, priced = conn.execute(counted.where(*clauses(wanted), _wanted_undecided(wanted, catalogue))).one()
    no_value = priced if metric.line(None, basis) is None else 0
    undecided = {"matching": n, "without_rate": n - priced, "without_value": no_value}
    return {name: number + undecided[name] for name, number in decided.items()}


def matching_decided(
    conn: Connection, *, metric: Metric, wanted: Wanted, basis: Basis, catalogue: Catalogue
) -> dict[str, int]:
    """The same of the offers whose variant is decided: what a report by card is about."""
    c = LISTING.c
    has_value = {gpu.id: metric.line(gpu, basis) is not None for gpu in wanted.variants(catalogue)}
    counted = select(c.variant, func.count(), func.count(c.unit_usd)).where(*clauses(wanted), c.variant.is_not(None))
    found = [row for row in conn.execute(counted.group_by(c.variant)).all() if row[0] in has_value]
    return {
        "matching": sum(n for _, n, _ in found),
        "without_rate": sum(n - priced for _, n, priced in found),
        "without_value": sum(priced for variant, _, priced in found if not has_value[variant]),
    }


def counts(conn: Connection) -> Mapping[str, int]:
    """How many listings there are, how many of them are offers, on offer, without a rate, and rejected.

    Auctions are no part of what is on offer. Each number is read off an index: the table itself is wide.
    """
    every = select(func.count()).select_from(LISTING)
    on_offer = every.where(*clauses(Wanted()))
    asked = {
        "listings": every,
        "on_offer": on_offer,
        "without_rate": on_offer.where(LISTING.c.unit_usd.is_(None)),
        "rejected": every.where(LISTING.c.rejected.is_not(None)),
    }
    found = conn.execute(select(*(query.scalar_subquery().label(name) for name, query in asked.items()))).one()
    numbers = {name: int(number) for name, number in zip(asked, found, strict=True)}
    return {**numbers, "offers": numbers["listings"] - numbers["rejected"]}


def rejected(conn: Connection, *, reason: str | None, limit: int) -> list[dict[str, Any]]:
    """The listings that are no offers, newest first, each with its reason and the sentence that explains it."""
    c = LISTING.c
    query = select(
        c.rejected.label("reason"), c.reason.label("detail"), c.kind, c.gpu, c.title, c.site, c.url, c.first_seen_at
    ).where(c.rejected.is_not(None) if reason is None else c.rejected == reason)
    rows = conn.execute(query.order_by(c.first_seen_at.desc(), c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def rejection_counts(conn: Connection) -> dict[str, int]:
    """How many listings were rejected for each reason, most first."""
    query = select(LISTING.c.rejected, func.count()).where(LISTING.c.rejected.is_not(None))
    found = conn.execute(query.group_by(LISTING.c.rejected).order_by(func.count().desc()))
    return {str(reason): int(number) for reason, number in found}


def listings_after(conn: Connection, listing_id: int, *, limit: int) -> list[Row]:
    """Whole listing rows in the order of their ids, from one on: a way to walk through all of them."""
    query = select(LISTING).where(LISTING.c.id > listing_id).order_by(LISTING.c.id).limit(limit)
    return [dict(row) for row in conn.execute(query).mappings()]


def pages_remembered(conn: Connection, source: str, mode: str, *, read_since: datetime) -> dict[str, str]:
    """What a source's pages said when they were last read whole, by address, but for what is older."""
    c = PAGE_MEMORY.c
    query = select(c.url, c.remembered).join(SOURCE, SOURCE.c.id == c.source_id)
    fresh = query.where(SOURCE.c.name == source, c.mode == mode, c.read_at >= read_since)
    return {row.url: row.remembered for row in conn.execute(fresh)}


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


def has_shown(conn: Connection, source_id: int) -> bool:
    """Whether a source has shown a listing, or once went well without any: what it shows from then on is news."""
    healthy = (VISIT.c.source_id == source_id, VISIT.c.outcome.in_([one.value for one in HEALTHY]))
    told = (
        select(PRESENCE.c.listing_id).where(PRESENCE.c.source_id == source_id),
        select(PAST.c.at).where(PAST.c.source_id == source_id),
        select(VISIT.c.id).where(*healthy),
    )
    return any(conn.execute(query.limit(1)).first() is not None for query in told)


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


# --- sources ------------------------------------------------------------------------------------------------------


def sources(conn: Connection) -> dict[str, Row]:
    """Where every known source stands, with its listings on offer, by name."""
    here = (
        select(PRESENCE.c.source_id, func.count().label("listings"))
        .join(LISTING, LISTING.c.id == PRESENCE.c.listing_id)
        .where(LISTING.c.on_offer)
        .group_by(PRESENCE.c.source_id)
        .subquery()
    )
    query = select(SOURCE, func.coalesce(here.c.listings, 0).label("on_offer")).outerjoin(
        here, here.c.source_id == SOURCE.c.id
    )
    return {row["name"]: dict(row) for row in conn.execute(query.order_by(SOURCE.c.name)).mappings()}


def present(conn: Connection, source_id: int) -> int:
    """How many listings on offer a source showed when last seen."""
    query = select(func.count()).select_from(PRESENCE).join(LISTING, LISTING.c.id == PRESENCE.c.listing_id)
    return int(conn.execute(query.where(PRESENCE.c.source_id == source_id, LISTING.c.on_offer)).scalar_one())


def source_row(conn: Connection, name: str) -> Row:
    """Where one known source stands."""
    return dict(conn.execute(select(SOURCE).where(SOURCE.c.name == name)).mappings().one())


def is_kept(conn: Connection, source_id: int, started_at: datetime) -> bool:
    """Whether the visit to a source that began at an instant has been written down."""
    query = select(VISIT.c.id).where(VISIT.c.source_id == source_id, VISIT.c.started_at == started_at)
    return conn.execute(query).first() is not None


def due(conn: Connection, *, now: datetime) -> dict[str, str]:
    """The sources to visit now, with the mode of the visit (a full walk before a sweep), longest waiting first."""
    free = or_(SOURCE.c.claimed_until.is_(None), SOURCE.c.claimed_until < now)
    full = SOURCE.c.next_visit_at <= now
    query = (
        select(SOURCE.c.name, case((full, "full"), else_="sweep"))
        .where(free, or_(full, SOURCE.c.next_sweep_at <= now))
        .order_by(SOURCE.c.next_visit_at)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def next_due(conn: Connection) -> datetime | None:
    """When the next visit of any source is due; None where none ever is."""
    rhythms = select(SOURCE.c.next_visit_at).union_all(select(SOURCE.c.next_sweep_at)).subquery()
    first: datetime | None = conn.execute(select(func.min(rhythms.c[0], type_=SOURCE.c.next_visit_at.type))).scalar()
    return first


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
