"""What SQLite is asked through its driver alone: where SQLAlchemy's share would be most of the time, or its import is.

Every function takes a cursor of the standard library's driver, on the tables of `tables.py`; amounts are cents of USD.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

Numbers = tuple[str, int, int, int, int]
"""Variant, offers, and the lowest, p10 and median of what they ask for one card."""

P10, MEDIAN = 10, 50

_ON_OFFER = "FROM listing WHERE on_offer = 1 AND auction = 0"
_IN_SIGHT = "AND id NOT IN (SELECT listing_id FROM aside)"
_OFFERS = "SELECT variant, count(*) {} AND variant IS NOT NULL AND unit_usd IS NOT NULL GROUP BY variant"
_LOWEST = "SELECT unit_usd {0} AND variant = ?1 AND unit_usd IS NOT NULL ORDER BY unit_usd LIMIT 1"
_AT_PLACES = f"SELECT ({_LOWEST}), ({_LOWEST} OFFSET ?2), ({_LOWEST} OFFSET ?3)"
_CHEAPEST = (
    f"SELECT id, title, url {_ON_OFFER} {_IN_SIGHT} AND variant = ? AND unit_usd IS NOT NULL"
    " ORDER BY unit_usd, condition, id LIMIT 1"
)
_SHOWN_BY = "SELECT seen_at, state FROM presence JOIN source ON source.id = source_id WHERE listing_id = ?"
_MEDIANS = "SELECT variant, day, median_cents FROM daily WHERE condition = 'any' AND day >= ? ORDER BY variant, day"
_MEDIAN_BEFORE = (
    "SELECT variant, day, median_cents FROM daily WHERE condition = 'any' AND variant = ? AND day < ?"
    " ORDER BY day DESC LIMIT 1"
)


def place(offers: int, percent: int) -> int:
    """Where in rising order a quantile stands, counted from 0: nearest rank, so it is a price that is asked."""
    return -(-offers * percent // 100) - 1


def numbers(cursor: sqlite3.Cursor) -> Iterator[Numbers]:
    """Every variant on offer in a few numbers, by walking the index to each quantile.

    SQLite has no function for quantiles, and its window functions take many times as long.
    """
    shown = _shown(cursor)
    at_places = _AT_PLACES.format(shown)
    for variant, offers in cursor.execute(_OFFERS.format(shown)).fetchall():
        places = (variant, place(offers, P10), place(offers, MEDIAN))
        yield variant, offers, *cursor.execute(at_places, places).fetchone()


def _shown(cursor: sqlite3.Cursor) -> str:
    """What is on offer and not set aside; where nothing is, asking after it would only cost half as much again."""
    some = cursor.execute("SELECT EXISTS (SELECT 1 FROM aside)").fetchone()[0]
    return f"{_ON_OFFER} {_IN_SIGHT}" if some else _ON_OFFER


def cheapest(cursor: sqlite3.Cursor, variant: str) -> tuple[int, str, str]:
    """Number, title and address of a variant's cheapest listing; the variant must be on offer."""
    found: tuple[int, str, str] = cursor.execute(_CHEAPEST, (variant,)).fetchone()
    return found


def sightings(cursor: sqlite3.Cursor, listing_ids: list[int]) -> dict[int, tuple[datetime, frozenset[str]]]:
    """What `queries.sightings` answers."""
    found = {}
    for listing_id in listing_ids:
        shown = cursor.execute(_SHOWN_BY, (listing_id,)).fetchall()
        if shown:
            last = datetime.fromtimestamp(max(seen for seen, _ in shown) / 1000, UTC)
            found[listing_id] = (last, frozenset(state for _, state in shown))
    return found


def medians(cursor: sqlite3.Cursor, variants: list[str], *, since: str) -> list[tuple[str, str, int | None]]:
    """Variant, day and median over all conditions from a day on; led by the last one before, if need be."""
    found = cursor.execute(_MEDIANS, (since,)).fetchall()
    led = {variant for variant, day, _ in found if day == since}
    before = (cursor.execute(_MEDIAN_BEFORE, (variant, since)).fetchone() for variant in variants if variant not in led)
    return [*filter(None, before), *found]


def counts(cursor: sqlite3.Cursor) -> dict[str, int]:
    """What `count_queries.counts` answers."""
    shown = _shown(cursor)
    found = {name: int(cursor.execute(query.format(shown)).fetchone()[0]) for name, query in _COUNTS.items()}
    return {**found, "offers": found["listings"] - found["rejected"]}


def without_rate(cursor: sqlite3.Cursor) -> dict[str, int]:
    """How many offers of each variant have no exchange rate."""
    query = f"SELECT variant, count(*) {_shown(cursor)} AND variant IS NOT NULL AND unit_usd IS NULL GROUP BY variant"
    return dict(cursor.execute(query).fetchall())


_COUNTS = {
    "listings": "SELECT count(*) FROM listing",
    "on_offer": "SELECT count(*) {}",
    "without_rate": "SELECT count(*) {} AND unit_usd IS NULL",
    "rejected": "SELECT count(*) FROM listing WHERE rejected IS NOT NULL",
}


def noted(cursor: sqlite3.Cursor, name: str) -> str | None:
    """A fact about the database itself; None for one never noted."""
    found = cursor.execute("SELECT value FROM note WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def usd_per_unit(cursor: sqlite3.Cursor) -> dict[str, Decimal]:
    """The stored exchange rates, by currency."""
    return {currency: Decimal(usd) for currency, usd in cursor.execute("SELECT currency, usd FROM rate")}
