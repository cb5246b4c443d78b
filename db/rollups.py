"""Daily prices of every variant: kept up to date by each visit in its own transaction, or rebuilt from its history."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Subquery,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
    union_all,
)

from db.notes import note
from db.points import SINCE, points
from db.rows import Row
from db.sql import LISTING, NOT_MARKET, NOTE, PRICE, chunks, table
from db.tables import Daily
from tracker.core.market import ANY, CLASS_OF
from tracker.core.models import Condition, ConditionClass
from tracker.core.spread import spread

DAILY = table(Daily)

CLASSES = tuple(str(name) for name in (ANY, *ConditionClass))

_CLASS = {condition.value: CLASS_OF[condition].value for condition in Condition}
_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)

BATCH = 10_000

FROZEN = "daily prices stand to"
"""The note that names the last day whose prices cannot be made again."""


def update(tx: Connection, variants: Collection[str], day: date) -> None:
    """Write what some variants' offers ask now as the prices of a day; to be called after every change, with its day.

    A day before one already written is history that came in late: those variants are rebuilt.
    """
    for chunk in chunks(sorted(variants)):
        last = _last_rows(tx, chunk)
        late = [variant for variant, (written, _) in last.items() if written > day.isoformat()]
        if late:
            _replay(tx, late)
        _write(tx, sorted(set(chunk).difference(late)), last, day.isoformat())


def freeze(tx: Connection, *, before: date) -> None:
    """Keep the days up to a date as they are from now on: the single prices they were made of are to be forgotten."""
    if before > frozen(tx):
        note(tx, FROZEN, before.isoformat())


def frozen(tx: Connection) -> date:
    """The last day whose single prices may be forgotten, so that its daily ones stand as they are."""
    said = tx.execute(select(NOTE.c.value).where(NOTE.c.name == FROZEN)).scalar()
    return date.fromisoformat(said) if said else date.min


def rebuild(tx: Connection, *, day: date) -> None:
    """Write all daily prices anew, from the prices noted; to be called when listings are read otherwise.

    What lands at another price now than was noted, by other rates or costs, does so from `day` on.
    """
    _replay(tx, None)
    written = PRICE.alias("written")
    last = (
        select(func.max(written.c.at, type_=PRICE.c.at.type))
        .where(written.c.listing_id == LISTING.c.id, written.c.at >= SINCE)
        .correlate(LISTING)
        .scalar_subquery()
    )
    repriced = and_(
        PRICE.c.listing_id == LISTING.c.id, PRICE.c.at == last, LISTING.c.unit_usd.is_distinct_from(PRICE.c.unit_usd)
    )
    moved = select(LISTING.c.variant).join(PRICE, repriced).where(*_ON_OFFER, LISTING.c.variant.is_not(None)).distinct()
    update(tx, list(tx.execute(moved).scalars()), day)


def anew(tx: Connection, variants: Collection[str], *, day: date) -> None:
    """Write some variants' daily prices anew; to be called when listings begin or cease to count."""
    for chunk in chunks(sorted(variants)):
        _replay(tx, chunk)
    update(tx, variants, day)


# Statements are built once: building one takes longer than running it for the few variants of a visit.
_NAMED: BindParameter[Any] = bindparam("variants", expanding=True)
_NEWEST = (
    select(DAILY.c.variant, func.max(DAILY.c.day).label("day"))
    .where(DAILY.c.condition == ANY, DAILY.c.variant.in_(_NAMED))
    .group_by(DAILY.c.variant)
    .subquery()
)
_LAST = (
    select(DAILY.c.condition, DAILY.c.variant, DAILY.c.day, DAILY.c.n)
    .join(_NEWEST, and_(DAILY.c.variant == _NEWEST.c.variant, DAILY.c.day == _NEWEST.c.day))
    .where(DAILY.c.condition.in_(CLASSES))
)
_BELIEVED = LISTING.c.id.not_in(NOT_MARKET)
_ON_OFFER = (LISTING.c.on_offer, ~LISTING.c.auction, LISTING.c.unit_usd.is_not(None), _BELIEVED)
_ASKED = (
    select(LISTING.c.variant, LISTING.c.condition, type_coerce(LISTING.c.unit_usd, BigInteger))
    .where(*_ON_OFFER, LISTING.c.variant.in_(_NAMED))
    .order_by(LISTING.c.variant, LISTING.c.unit_usd)
)
_FORGET = delete(DAILY).where(
    DAILY.c.condition.in_(CLASSES), DAILY.c.variant.in_(_NAMED), DAILY.c.day == bindparam("on")
)
_ENTER = insert(DAILY)

Last = Mapping[str, tuple[str, dict[str, int]]]
"""The newest day written of each variant, with the number of offers in each class."""


def _last_rows(tx: Connection, variants: Collection[str]) -> Last:
    last: dict[str, tuple[str, dict[str, int]]] = {}
    for condition, variant, day, n in tx.execute(_LAST, {"variants": variants}).all():
        last.setdefault(variant, (day, {}))[1][condition] = n
    return last


def _write(tx: Connection, variants: Collection[str], last: Last, day: str) -> None:
    if not variants:
        return
    standing: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for variant, condition, price in tx.execute(_ASKED, {"variants": variants}).all():
        standing[_CLASS[condition], variant].append(price)
        standing[ANY, variant].append(price)
    # Every class that stands is written on every day of its variant, so the last day knows all that can have gone.
    for variant in variants:
        written, counts = last.get(variant, ("", {}))
        for condition, n in counts.items():
            if n or written == day:
                standing.setdefault((condition, variant), [])
    again = [variant for variant in variants if last.get(variant, ("",))[0] == day]
    if again:
        tx.execute(_FORGET, {"variants": again, "on": day})
    if standing:
        tx.execute(_ENTER, [_row(condition, variant, day, prices) for (condition, variant), prices in standing.items()])


def _row(condition: str, variant: str, day: str, rising: Sequence[int]) -> Row:
    found = spread(rising)
    return {
        "condition": condition,
        "variant": variant,
        "day": day,
        "n": found.n if found else 0,
        "min_cents": found.min_cents if found else None,
        "p10_cents": found.p10_cents if found else None,
        "median_cents": found.median_cents if found else None,
        "p90_cents": found.p90_cents if found else None,
    }


# --- from history -------------------------------------------------------------------------------------------------


def _replay(tx: Connection, variants: Collection[str] | None) -> None:
    """Write the days of variants (None: of all) from the prices noted for their listings, but for frozen days."""
    kept_to = frozen(tx).isoformat()
    these = [] if variants is None else [DAILY.c.condition.in_(CLASSES), DAILY.c.variant.in_(variants)]
    tx.execute(delete(DAILY).where(DAILY.c.day > kept_to, *these))
    point = _listed(variants).c
    day, cents = type_coerce(point.at, BigInteger) // _DAY_MS, type_coerce(point.unit_usd, BigInteger)
    query = (
        select(point.variant, day, point.condition, point.listing_id, cents, point.available)
        .order_by(point.variant, point.at)
        .execution_options(yield_per=BATCH)
    )
    batch: list[Row] = []
    for variant, of_variant in groupby(tx.execute(query), key=itemgetter(0)):
        batch += (row for row in _days(variant, of_variant) if row["day"] > kept_to)
        if len(batch) >= BATCH:
            tx.execute(insert(DAILY), batch)
            batch.clear()
    if batch:
        tx.execute(insert(DAILY), batch)


def _listed(variants: Collection[str] | None) -> Subquery:
    """The price points of offers, standing and gone, that have a variant; asked for as the two indexes want it."""
    c = LISTING.c
    wanted = c.variant.is_not(None) if variants is None else c.variant.in_(variants)
    beside = (c.variant, c.condition)
    standing = points(c.on_offer, ~c.auction, wanted, _BELIEVED, beside=beside)
    gone = points(~c.on_offer, ~c.auction, c.rejected.is_(None), wanted, _BELIEVED, beside=beside)
    return union_all(select(standing), select(gone)).subquery()


def _days(variant: str, points: Iterable[Any]) -> Iterator[Row]:
    """The rows of one variant, from its prices in the order of time."""
    asked: dict[int, int] = {}
    standing: defaultdict[str, list[int]] = defaultdict(list)
    for day, of_day in groupby(points, key=lambda point: point[1]):
        stood = {condition for condition, prices in standing.items() if prices}
        for _, _, condition, listing_id, cents, available in of_day:
            for prices in (standing[_CLASS[condition]], standing[ANY]):
                if listing_id in asked:
                    del prices[bisect_left(prices, asked[listing_id])]
                if available and cents is not None:
                    insort(prices, cents)
            asked.pop(listing_id, None)
            if available and cents is not None:
                asked[listing_id] = cents
                stood |= {_CLASS[condition], ANY}
        named = (date(1970, 1, 1) + timedelta(days=day)).isoformat()
        for condition, prices in standing.items():
            if prices or condition in stood:
                yield _row(condition, variant, named, prices)
