"""Daily prices of every variant: kept up to date by each visit in its own transaction, or rebuilt from its history."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Connection, Subquery, delete, func, insert, select, type_coerce, union_all

from db.rows import Row
from db.store import LISTING, PRICE, chunks, table
from db.tables import Daily
from tracker.core.market import ANY, CLASS_OF, ConditionClass
from tracker.core.models import Condition
from tracker.core.spread import spread

DAILY = table(Daily)

CLASSES = tuple(str(name) for name in (ANY, *ConditionClass))

NOTHING: Row = {"n": 0, "min_cents": None, "p10_cents": None, "median_cents": None, "p90_cents": None}

_CLASS = {condition.value: CLASS_OF[condition].value for condition in Condition}
_DAY_MS = timedelta(days=1) // timedelta(milliseconds=1)

BATCH = 10_000


def update(tx: Connection, variants: Collection[str], day: date) -> None:
    """Write what some variants' offers ask now as the prices of a day; to be called after every change, with its day.

    A day before one already written is history that came in late: those variants are rebuilt.
    """
    for chunk in chunks(sorted(variants)):
        last = _last_days(tx, chunk)
        late = [variant for variant in chunk if last.get(variant, "") > day.isoformat()]
        if late:
            _replay(tx, late)
        _write(tx, sorted(set(chunk) - set(late)), last, day.isoformat())


def rebuild(tx: Connection, *, day: date) -> None:
    """Write all daily prices anew: the past from the prices noted, `day` from what is on offer now.

    Needed when listings are read otherwise or land at another price.
    """
    tx.execute(delete(DAILY))
    _replay(tx, None)
    offered = select(LISTING.c.variant).where(*_ON_OFFER, LISTING.c.variant.is_not(None)).distinct()
    update(tx, list(tx.execute(offered).scalars()), day)


def _last_days(tx: Connection, variants: Collection[str]) -> dict[str, str]:
    """The newest day that is written of each variant."""
    newest = select(DAILY.c.variant, func.max(DAILY.c.day)).where(DAILY.c.condition == ANY)
    return {row[0]: row[1] for row in tx.execute(newest.where(DAILY.c.variant.in_(variants)).group_by(DAILY.c.variant))}


_ON_OFFER = (LISTING.c.on_offer, ~LISTING.c.auction, LISTING.c.unit_usd.is_not(None))


def _write(tx: Connection, variants: Collection[str], last: Mapping[str, str], day: str) -> None:
    if not variants:
        return
    cents = type_coerce(LISTING.c.unit_usd, BigInteger)
    asked = select(LISTING.c.variant, LISTING.c.condition, cents).where(*_ON_OFFER, LISTING.c.variant.in_(variants))
    standing: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for variant, condition, price in tx.execute(asked.order_by(LISTING.c.variant, LISTING.c.unit_usd)):
        standing[_CLASS[condition], variant].append(price)
        standing[ANY, variant].append(price)
    # Every class that stands is written on every day of its variant, so the last day knows all that can have gone.
    mine = DAILY.c.condition.in_(CLASSES), DAILY.c.variant.in_(variants)
    before = select(DAILY.c.condition, DAILY.c.variant, DAILY.c.day, DAILY.c.n).where(
        *mine, DAILY.c.day.in_({last[variant] for variant in variants if variant in last})
    )
    gone = {
        (condition, variant)
        for condition, variant, written, n in tx.execute(before)
        if written == last[variant] and (n or written == day) and (condition, variant) not in standing
    }
    tx.execute(delete(DAILY).where(*mine, DAILY.c.day == day))
    rows = [
        *(_row(condition, variant, day, prices) for (condition, variant), prices in standing.items()),
        *(_row(condition, variant, day, ()) for condition, variant in gone),
    ]
    if rows:
        tx.execute(insert(DAILY), rows)


def _row(condition: str, variant: str, day: str, rising: Any) -> Row:
    found = spread(rising)
    return {"condition": condition, "variant": variant, "day": day, **(asdict(found) if found else NOTHING)}


# --- from history -------------------------------------------------------------------------------------------------


def _replay(tx: Connection, variants: Collection[str] | None) -> None:
    """Write the days of variants (None: of all) from the prices noted for their listings."""
    if variants is not None:
        tx.execute(delete(DAILY).where(DAILY.c.condition.in_(CLASSES), DAILY.c.variant.in_(variants)))
    listed = _listed(variants)
    day, cents = type_coerce(PRICE.c.at, BigInteger) // _DAY_MS, type_coerce(PRICE.c.unit_usd, BigInteger)
    points = (
        select(listed.c.variant, day, listed.c.condition, PRICE.c.listing_id, cents, PRICE.c.available)
        .join_from(listed, PRICE, PRICE.c.listing_id == listed.c.id)
        .order_by(listed.c.variant, PRICE.c.at)
        .execution_options(yield_per=BATCH)
    )
    batch: list[Row] = []
    for variant, of_variant in groupby(tx.execute(points), key=lambda point: point[0]):
        batch += _days(variant, of_variant)
        if len(batch) >= BATCH:
            tx.execute(insert(DAILY), batch)
            batch.clear()
    if batch:
        tx.execute(insert(DAILY), batch)


def _listed(variants: Collection[str] | None) -> Subquery:
    """The offers, standing and gone, that have a variant; asked for as the two indexes want it."""
    c = LISTING.c
    wanted = c.variant.is_not(None) if variants is None else c.variant.in_(variants)
    columns = select(c.id, c.variant, c.condition).where(~c.auction, wanted)
    return union_all(columns.where(c.on_offer), columns.where(~c.on_offer, c.rejected.is_(None))).subquery()


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
