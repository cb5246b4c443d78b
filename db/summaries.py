"""Every variant in a few numbers: how many are on offer and what they ask, read off the index of what is on offer."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, func, select, tuple_, type_coerce

from db import lite
from db.queries import clauses
from db.rollups import DAILY
from db.sql import LISTING, each, one_of
from tracker.core.by_gpu import by_spec_alone
from tracker.core.gpus import Catalogue
from tracker.core.market import ANY
from tracker.core.wanted import Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What one variant's offers ask for one card, in USD: how many they are, the lowest, a tenth and half of them.

    Quantiles are prices that are asked: at least that share of the offers costs no more (nearest rank).
    """

    variant: str
    offers: int
    min_usd: Decimal
    p10_usd: Decimal
    median_usd: Decimal


def summary(conn: Connection, *, wanted: Wanted, catalogue: Catalogue) -> list[Summary]:
    """The summary of every wanted variant that is on offer at a known price, in no particular order."""
    asked = {gpu.id for gpu in wanted.variants(catalogue)}
    if not by_spec_alone(wanted):
        found = _by_listings(conn, wanted)
    elif conn.dialect.name == "sqlite":
        if not conn.in_transaction():
            conn.begin()  # the driver would look at the database anew for every statement
        cursor: Any = conn.connection.cursor()  # of so many small statements most would be SQLAlchemy's work
        found = lite.numbers(cursor)
    else:
        found = _by_aggregates(conn)
    return [
        Summary(variant=variant, offers=offers, min_usd=_usd(low), p10_usd=_usd(p10), median_usd=_usd(median))
        for variant, offers, low, p10, median in found
        if variant in asked
    ]


def _usd(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


_PRICED = (LISTING.c.variant.is_not(None), LISTING.c.unit_usd.is_not(None))
_CENTS = type_coerce(LISTING.c.unit_usd, BigInteger)


def _by_listings(conn: Connection, wanted: Wanted) -> Iterator[lite.Numbers]:
    """Fetch every price, for filters that the index cannot answer."""
    query = select(LISTING.c.variant, _CENTS).where(*clauses(wanted), *_PRICED)
    rows = conn.execute(query.order_by(LISTING.c.variant, LISTING.c.unit_usd))
    for variant, of_variant in groupby(rows, key=itemgetter(0)):
        rising: Sequence[int] = [cents for _, cents in of_variant]
        n = len(rising)
        yield variant, n, rising[0], rising[lite.place(n, lite.P10)], rising[lite.place(n, lite.MEDIAN)]


def _by_aggregates(conn: Connection) -> Iterator[lite.Numbers]:
    """Let the database find the quantiles, where it has a function for it."""
    quantiles = (func.percentile_disc(percent / 100).within_group(_CENTS) for percent in (lite.P10, lite.MEDIAN))
    query = select(LISTING.c.variant, func.count(), func.min(_CENTS), *quantiles).where(*clauses(Wanted()), *_PRICED)
    yield from map(tuple, conn.execute(query.group_by(LISTING.c.variant)))


# --- day by day ---------------------------------------------------------------------------------------------------

Day = tuple[str, str, int, int | None, int | None, int | None, int | None]
"""Variant, day (ISO 8601), offers, and their lowest, p10, median and p90 in cents of USD as the day ended.

The prices are None where nothing was on offer. A day without a row is like the last one before it.
"""

DAY = ("variant", "day", "n", "min_cents", "p10_cents", "median_cents", "p90_cents")
"""The columns of a `Day`."""

_DAY = tuple(DAILY.c[name] for name in DAY)
_CLASS = DAILY.c.condition == bindparam("condition")
_LATER = select(*_DAY).where(_CLASS, one_of(DAILY.c.variant, "variants"), DAILY.c.day > bindparam("since"))
_NAMED = each("variants", DAILY.c.variant.type)
_EARLIER = DAILY.alias("earlier")
_LAST = (
    select(func.max(_EARLIER.c.day))
    .where(_EARLIER.c.condition == bindparam("condition"), _EARLIER.c.variant == _NAMED.c.value)
    .where(_EARLIER.c.day <= bindparam("since"))
    .correlate(_NAMED)
    .scalar_subquery()
)
_FIRST = select(*_DAY).where(_CLASS, tuple_(DAILY.c.variant, DAILY.c.day).in_(select(_NAMED.c.value, _LAST)))


def days(conn: Connection, variants: Collection[str], *, since: date, condition: str = ANY) -> list[Day]:
    """Daily prices of variants in one class, by variant and day; each led by the last row before, if need be."""
    asked = {"variants": list(variants), "since": since.isoformat(), "condition": condition}
    # The rows as the driver gives them: wrapped one by one, tens of thousands take three times as long.
    first, later = (conn.execute(query, asked).cursor for query in (_FIRST, _LATER))
    return sorted([*first.fetchall(), *later.fetchall()])
