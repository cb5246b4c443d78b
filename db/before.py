"""What rules ask of the past: the own prices of some listings, the lowest of many, and what went before a listing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Executable,
    Float,
    String,
    Subquery,
    bindparam,
    column,
    func,
    select,
    type_coerce,
    values,
)

from db.points import SINCE, points
from db.rollups import DAILY, frozen
from db.rows import Row, rows_of
from db.sql import LAST_SEEN, LISTING, NOT_MARKET, PRESENCE, VISIT, chunks, one_of
from db.tables import MILLISECOND
from tracker.core.market import CLASS_OF
from tracker.core.models import Condition, ConditionClass, Priced
from tracker.core.rules.past import Point, Stood, enough, point_of, suspects

Line = tuple[float, float]
"""Slope and intercept of a metric over the unit price in USD."""

NEVER = date.min.isoformat()

CANDIDATES = 50
"""Lowest prices looked at; where none of so many is believable, none is said to be."""


def own_prices(conn: Connection, offers: Iterable[Priced]) -> dict[int, tuple[Point, ...]]:
    """What listings asked before they asked what they ask now, oldest first; those that asked nothing are left out."""
    now = {offer.listing_id: point_of(offer) for offer in offers}
    found: defaultdict[int, list[Point]] = defaultdict(list)
    source_of: dict[int, int] = {}
    for chunk in chunks(list(now)):
        point = points(LISTING.c.id.in_(chunk), beside=(LISTING.c.source_id, LISTING.c.another_since)).c
        mine = select(*point).where(of_the_same(point)).order_by(point.listing_id, point.at)
        for row in conn.execute(mine):
            if _before(row.at, now[row.listing_id].at):
                source_of[row.listing_id] = row.source_id
                found[row.listing_id].append(
                    Point(
                        at=row.at,
                        unit_usd=row.unit_usd,
                        price=row.price,
                        currency=row.currency,
                        shipping=row.shipping,
                        available=row.available,
                    )
                )
    return {
        listing_id: _with_visits(conn, mine, now[listing_id], source_of[listing_id])
        for listing_id, mine in found.items()
    }


def of_the_same(point: Any) -> Any:
    """That a price was asked for what the listing sells now."""
    return point.another_since.is_(None) | (point.at >= point.another_since)


def _with_visits(conn: Connection, mine: Sequence[Point], now: Point, source_id: int) -> tuple[Point, ...]:
    """The points, those that may be slips marked where a single visit saw them."""
    doubted = {
        point.at
        for point, until in suspects([*mine, now])
        if _before(point.at, now.at) and seen_once(conn, source_id, point.at, until or now.at)
    }
    return tuple(replace(point, once=True) if point.at in doubted else point for point in mine)


def _before(at: datetime, now: datetime) -> bool:
    """Whether an instant read from the database, which knows milliseconds, lies before one of this visit."""
    return at <= now - MILLISECOND


def seen_once(conn: Connection, source_id: int, at: datetime, until: datetime) -> bool:
    """Whether no full visit of a source that went well lies between two instants, as far as visits are kept."""
    v = VISIT.c
    oldest = select(v.id).where(v.source_id == source_id, v.ended_at <= at).limit(1)
    if conn.execute(oldest).first() is None:  # nobody knows any more who saw it
        return False
    full = (v.source_id == source_id, v.mode == "full", v.outcome == "ok")
    between = select(v.id).where(*full, v.ended_at > at, v.ended_at < until)
    return conn.execute(between.limit(1)).first() is None


# --- the lowest of many -------------------------------------------------------------------------------------------


def lowest_of_each(
    conn: Connection, variants: Collection[str], *, since: datetime, before: datetime
) -> dict[tuple[str, str], list[Stood]]:
    """The lowest prices, in USD per card, of each variant in each class of conditions that stood between two instants.

    Auctions, and what the user called wrong or a scam, are left out.
    """
    found = rows_of(conn.execute(_lowest(), {"variants": list(variants), "since": since, "before": before}))
    medians = _medians(conn, found)
    cells: defaultdict[tuple[str, str], list[Stood]] = defaultdict(list)
    for row in found:
        cell = (row["variant"], _class(row["condition"]))
        cells[cell].append(_as_stood(conn, {**row, "value": row["unit_usd"]}, medians, before))
    for variant, condition, low in _frozen_lows(conn, variants, since=since, before=before):
        cells[variant, condition].append(low)
    return cells


@cache
def _lowest() -> Executable:
    stood = _stood(one_of(LISTING.c.variant, "variants"), list(Condition), bindparam("before"))
    place = func.row_number().over(
        partition_by=(stood.c.variant, stood.c.condition), order_by=(stood.c.unit_usd, stood.c.at, stood.c.listing_id)
    )
    ranked = select(stood, place.label("place")).where(*_asked(stood, bindparam("since"))).subquery("ranked")
    return select(ranked).where(ranked.c.place <= CANDIDATES)


def lowest_of_group(
    conn: Connection, lines: Mapping[str, Line], conditions: Collection[Condition], *, since: datetime, before: datetime
) -> list[Stood]:
    """The lowest prices of some variants together, by a metric's line each; best first."""
    if not lines:
        return []
    stood = _stood(LISTING.c.variant.in_(lines), conditions, before)
    rows = [(variant, slope, intercept) for variant, (slope, intercept) in lines.items()]
    listed = values(column("variant", String), column("slope", Float), column("intercept", Float)).data(rows)
    line = listed.cte("line")
    value = (type_coerce(stood.c.unit_usd, Float) / 100 * line.c.slope + line.c.intercept).label("value")
    query = (
        select(stood, value)
        .join(line, line.c.variant == stood.c.variant)
        .where(*_asked(stood, since))
        .order_by(value, stood.c.at, stood.c.listing_id)
        .limit(CANDIDATES)
    )
    found = [dict(row) for row in conn.execute(query).mappings()]
    medians = _medians(conn, found)
    group = [_as_stood(conn, row, medians, before) for row in found]
    classes = {_class(one) for one in conditions}
    for variant, condition, low in _frozen_lows(conn, lines, since=since, before=before):
        slope, intercept = lines[variant]
        if condition in classes:
            group.append(replace(low, value=_value(float(low.unit_usd) * slope + intercept)))
    return group


def _asked(stood: Subquery, since: datetime | BindParameter[Any]) -> tuple[Any, ...]:
    """What could be bought at a known price at some time since an instant."""
    until = stood.c.until
    return stood.c.available, stood.c.unit_usd.is_not(None), until.is_(None) | (until >= since)


def _stood(
    wanted: ColumnElement[bool], conditions: Collection[Condition], before: datetime | BindParameter[Any]
) -> Subquery:
    """Each price of the wanted listings with how long it stood, and what its listing asked around it."""
    c = LISTING.c
    point = points(
        wanted,
        c.condition.in_([one.value for one in conditions]),
        ~c.auction,
        c.rejected.is_(None),
        c.id.not_in(NOT_MARKET),
        beside=(c.variant, c.condition, c.source_id, c.another_since, SINCE.label("today_since")),
    ).c
    until = func.lead(point.at, type_=point.at.type).over(partition_by=point.listing_id, order_by=point.at)
    around = [
        step(one, type_=one.type).over(partition_by=point.listing_id, order_by=point.at).label(f"{name}{suffix}")
        for step, name in ((func.lag, "was"), (func.lead, "then"))
        for one, suffix in ((point.unit_usd, ""), (point.available, "_available"))
    ]
    return select(*point, until.label("until"), *around).where(point.at < before, of_the_same(point)).subquery("stood")


def _as_stood(conn: Connection, row: Row, medians: Mapping[tuple[str, str, str], Decimal], before: datetime) -> Stood:
    until = row["until"]
    asked = [row[name] if row[f"{name}_available"] else None for name in ("was", "then")]
    found = Stood(
        listing_id=row["listing_id"],
        value=_value(row["value"]),
        unit_usd=row["unit_usd"],
        at=row["at"],
        until=until,
        before=asked[0],
        after=asked[1],
        today=row["at"] == row["today_since"],
        median_usd=medians.get((row["variant"], _class(row["condition"]), row["at"].date().isoformat())),
    )
    if found.believable and not replace(found, once=True).believable:
        return replace(found, once=seen_once(conn, row["source_id"], row["at"], until or before))
    return found


def _value(number: object) -> Decimal:
    return Decimal(str(number)).quantize(Decimal("0.0001"))


def _frozen_lows(
    conn: Connection, variants: Collection[str], *, since: datetime, before: datetime
) -> Iterator[tuple[str, str, Stood]]:
    """The lowest days of each variant and class, of those whose single prices are forgotten."""
    d, last = DAILY.c, min(frozen(conn), before.date() - timedelta(days=1)).isoformat()
    mine: dict[str, Any] = {"partition_by": (d.variant, d.condition), "order_by": d.day}
    classes = [one.value for one in ConditionClass]
    around = (
        func.lead(d.day).over(**mine).label("until"),
        func.lag(d.min_cents).over(**mine).label("was"),
        func.lead(d.min_cents).over(**mine).label("then"),
    )
    days = select(*d, *around).where(d.variant.in_(list(variants)), d.condition.in_(classes)).subquery().c
    stood = (days.day <= last, days.min_cents.is_not(None), days.until.is_(None) | (days.until >= _day(since)))
    place = func.row_number().over(partition_by=(days.variant, days.condition), order_by=(days.min_cents, days.day))
    ranked = select(*days, place.label("place")).where(*stood).subquery()
    for row in conn.execute(select(ranked).where(ranked.c.place <= CANDIDATES)) if last > NEVER else ():
        at, until = _midnight(row.day), _midnight(row.until) if row.until else None
        yield (
            row.variant,
            row.condition,
            Stood(
                listing_id=0,
                value=_usd(row.min_cents),
                unit_usd=_usd(row.min_cents),
                at=at,
                until=until,
                before=None if row.was is None else _usd(row.was),
                after=None if row.then is None else _usd(row.then),
                once=until is not None and until - at <= timedelta(days=1),
                median_usd=_usd(row.median_cents) if enough(row.n) else None,
            ),
        )


def _usd(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _midnight(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00+00:00")


def _class(condition: str) -> str:
    return CLASS_OF[Condition(condition)].value


def _medians(conn: Connection, found: Sequence[Row]) -> dict[tuple[str, str, str], Decimal]:
    """What half of the offers like each of some prices asked on the day it appeared, where there were enough."""
    d, days = DAILY.c, {row["at"].date().isoformat() for row in found}
    if not days:
        return {}
    cells = {(row["variant"], _class(row["condition"])) for row in found}
    written: defaultdict[tuple[str, str], list[tuple[str, int, int | None]]] = defaultdict(list)
    query = select(d.variant, d.condition, d.day, d.n, d.median_cents).where(
        d.variant.in_({variant for variant, _ in cells}), d.condition.in_({one for _, one in cells}), d.day <= max(days)
    )
    for variant, condition, day, n, cents in conn.execute(query.order_by(d.day)):
        written[variant, condition].append((day, n, cents))
    medians: dict[tuple[str, str, str], Decimal] = {}
    for row in found:
        cell, day = (row["variant"], _class(row["condition"])), row["at"].date().isoformat()
        last = next((one for one in reversed(written[cell]) if one[0] <= day), None)
        if last is not None and last[2] is not None and enough(last[1]):
            medians[(*cell, day)] = Decimal(last[2]).scaleb(-2)
    return medians


def watched_since(conn: Connection, variants: Collection[str]) -> dict[tuple[str, str], datetime]:
    """The first day on which a variant was on offer in a class of conditions; those that never were are left out."""
    d = DAILY.c
    first = select(d.variant, d.condition, func.min(d.day)).where(
        d.condition.in_([one.value for one in ConditionClass]), d.variant.in_(list(variants))
    )
    rows = conn.execute(first.group_by(d.variant, d.condition))
    return {(variant, one): _midnight(day) for variant, one, day in rows}


# --- the same card again ------------------------------------------------------------------------------------------

RELISTED = timedelta(days=14)
"""What a seller lists again within this time after the old listing was last seen is the same card."""


_ALIKE = ("id", "seller", "source_id", "variant", "condition", "quantity", "title", "unit_usd")


def gone_before(
    conn: Connection, offers: Sequence[Priced], *, now: datetime, shown_whole: int | None = None
) -> list[Row]:
    """Listings that new ones may stand in for: of the same variants at the same site, gone now but not for long.

    One that has not ended is gone where a source that showed it has now been `shown_whole` (its number) without it.
    """
    c = LISTING.c
    site = offers[0].site if offers else ""
    sellers = {offer.seller for offer in offers}
    variants = {offer.variant for offer in offers if offer.variant}
    theirs = select(PRESENCE.c.listing_id).where(PRESENCE.c.source_id == shown_whole)
    found: list[Row] = []
    for chunk in chunks(sorted(variants)):
        query = select(*(c[name] for name in _ALIKE), c.ended_at, LAST_SEEN.label("seen_at"))
        alike = (c.variant.in_(chunk), ~c.auction, c.rejected.is_(None), c.site == site, c.seller.in_(sellers))
        standing = query.where(*alike, c.on_offer, c.id.in_(theirs))
        gone = query.where(*alike, ~c.on_offer, c.ended_at >= now - RELISTED)
        for each in (gone,) if shown_whole is None else (standing, gone):
            found += [dict(row) for row in conn.execute(each).mappings()]
    return [row for row in found if _gone(row, now)]


def _gone(row: Row, now: datetime) -> bool:
    """Whether a listing is not shown any more, but was not long ago."""
    last = row["ended_at"] or row["seen_at"]
    return last is not None and now - RELISTED <= last and (row["ended_at"] is not None or _before(last, now))
