"""What cards and listings asked, day by day: own daily prices beside imported series; pandas does the calendar."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isnan
from typing import Any

from sqlalchemy import Connection

from db import queries, summaries
from db.references import references
from db.summaries import DAY, Day
from tracker.chart import Line
from tracker.core.gpus import Catalogue, match
from tracker.core.market import ANY
from tracker.one_listing import one_listing
from tracker.output import near

Row = Mapping[str, Any]

PRICES = ("min", "p10", "median", "p90")


def history(
    conn: Connection, *, name: str, since: date, today: date, catalogue: Catalogue, condition: str = ANY
) -> list[dict[str, Any]]:
    """The prices of a card (glob) or of one listing, a flat row a day, from a day up to today.

    `condition` is a class of conditions, or `any`. Raises ConfigError where nothing goes by that name.
    """
    variants = [gpu.id for gpu in match(catalogue, name)]
    if variants:
        own = _by_day(summaries.days(conn, variants, since=since, condition=condition), condition, since, today)
        return own + [row for variant in variants for row in _referred(conn, variant, condition, since)]
    hint = near(name, [*catalogue.by_id, *catalogue.by_family])
    found = one_listing(conn, name, unknown=f"{name!r} is neither a card (tracker gpus) nor a listing{hint}")
    return _of_listing(found, queries.prices_of(conn, found["id"]), since, today)


def _by_day(prices: list[Day], condition: str, since: date, today: date) -> list[dict[str, Any]]:
    """One row for every day of every variant: a day without a row is like the last one before it."""
    if not prices:
        return []
    import pandas as pd

    frame = pd.DataFrame(prices, columns=list(DAY))
    frame["day"] = pd.to_datetime(frame["day"])
    gone = float("inf")  # having no price is a value of its own, or filling would bridge the gap
    noted = frame.set_index(["day", "variant"]).astype("float64").fillna(gone).unstack("variant")
    days = pd.date_range(noted.index[0], max(pd.Timestamp(today), noted.index[-1]), freq="D")
    standing = noted.reindex(days).ffill().loc[pd.Timestamp(since) :].stack("variant", future_stack=True)
    every = (
        pd.DataFrame(standing).dropna(subset=["n"]).replace(gone, float("nan")).reset_index(names=["day", "variant"])
    )
    return [
        {
            "day": day,
            "variant": variant,
            "condition": condition,
            "source": "",
            "offers": int(n),
            **{f"{name}_usd": _dollars(cents) for name, cents in zip(PRICES, amounts, strict=True)},
        }
        for day, variant, n, *amounts in zip(
            every["day"].dt.strftime("%Y-%m-%d"),
            *(every[column] for column in DAY if column != "day"),
            strict=True,
        )
    ]


def _dollars(cents: float) -> float | None:
    return None if isnan(cents) else cents / 100


def _referred(conn: Connection, variant: str, condition: str, since: date) -> list[dict[str, Any]]:
    """The days of imported series; they are left as they are, with their gaps."""
    return [
        {
            "day": row["day"],
            "variant": variant,
            "condition": row["condition"],
            "source": row["source"],
            "offers": None,
            **dict.fromkeys(f"{price}_usd" for price in PRICES),
            "median_usd": row["usd_cents"] / 100,
        }
        for row in references(conn, variant)
        if row["day"] >= since.isoformat() and condition in (ANY, row["condition"])
    ]


def _of_listing(listing: Row, points: Sequence[Row], since: date, today: date) -> list[dict[str, Any]]:
    """What one listing asked as each day ended; a day on which it was gone has no price."""
    if not points:
        return []
    import pandas as pd

    last = {point["at"].date(): point for point in points}
    days = pd.date_range(min(last), max(today, max(last)), freq="D")
    noted = pd.Series({pd.Timestamp(day): point for day, point in last.items()})
    standing = zip((day.date() for day in days), noted.reindex(days).ffill(), strict=True)
    return [
        {
            "day": day.isoformat(),
            "listing": listing["id"],
            "price": _float(point["price"]) if point["available"] else None,
            "currency": point["currency"],
            "unit_usd": _float(point["unit_usd"]) if point["available"] else None,
            "on_offer": bool(point["available"]),
        }
        for day, point in standing
        if day >= since
    ]


def _float(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


# --- as lines -----------------------------------------------------------------------------------------------------


def lines(rows: Sequence[Row]) -> list[Line]:
    """The series of a history, each as a line to be drawn."""
    named: dict[str, list[Row]] = {}
    for row in rows:
        named.setdefault(_name(row), []).append(row)
    return [
        Line(
            name=name,
            days=[datetime.fromisoformat(row["day"]).date() for row in series],
            middle=[row.get("median_usd", row.get("unit_usd")) for row in series],
            low=[row.get("p10_usd") for row in series],
            high=[row.get("p90_usd") for row in series],
        )
        for name, series in named.items()
    ]


def _name(row: Row) -> str:
    if "listing" in row:
        return f"listing {row['listing']}"
    return f"{row['variant']}, {row['condition']} ({row['source'] or 'on offer'})"
