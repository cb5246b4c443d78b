"""Ranked offers and price history; the only importer of pandas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db import queries
from tracker.core.flat import flat_offer
from tracker.core.gpus import Catalogue, match
from tracker.core.metrics import DEFAULTS, METRICS, Basis, Metric
from tracker.core.wanted import Wanted

Row = Mapping[str, Any]


def ranked(
    conn: Connection, *, metric: str, wanted: Wanted, top: int = 20, basis: Basis = DEFAULTS, catalogue: Catalogue
) -> list[dict[str, Any]]:
    """The best wanted offers by a metric as flat rows, best first; offers the metric cannot value are left out."""
    offers = queries.cheapest(conn, METRICS[metric], wanted=wanted, basis=basis, top=top, catalogue=catalogue)
    return [flat_offer(offer, basis) for offer in offers]


def legend(metric: Metric) -> str:
    """What the numbers of a report mean, in one line."""
    return (
        f"{metric.name} ({metric.unit}): {metric.help} Landed price per card; "
        "~ marks shipping that is not stated and not included."
    )


def offer_columns(row: Row, metric: str) -> dict[str, str]:
    """One offer as the columns people read."""
    value, unit_usd = row[metric], row["unit_usd"]
    lot = f" / {row['quantity']}" if row["quantity"] > 1 else ""
    return {
        metric: f"{value:,.2f}",
        "card": row["variant"] or row["gpu"],
        "condition": row["condition"] + (" modded" if row["modded"] else ""),
        "USD each": ("" if row["shipping_known"] else "~") + f"{unit_usd:,.2f}",
        "as printed": f"{row['price']:,.2f} {row['currency']}{lot}",
        "from": row["country"],
        "title": " ".join(row["title"].split()),
        "link": row["url"],
    }


def history(conn: Connection, *, gpu: str, since: datetime, catalogue: Catalogue) -> list[dict[str, Any]]:
    """What a variant's offers asked, day by day: how many were on offer, the lowest and the median, USD per card."""
    import pandas as pd

    points = [
        {"variant": row.id, "listing": listing, "at": at, "unit_usd": unit_usd if available else None}
        for row in match(catalogue, gpu)
        for listing, at, unit_usd, available in queries.price_points(conn, variant=row.id)
    ]
    if not points:
        return []
    frame = pd.DataFrame(points).astype({"unit_usd": "float64"})
    frame["day"] = frame["at"].dt.floor("D")
    last_of_day = frame.sort_values("at").groupby(["variant", "listing", "day"])["unit_usd"].last()
    # A price stands until the next one is noted: fill forward day by day; an ended listing is a gap from then on.
    days = pd.date_range(frame["day"].min(), frame["day"].max(), freq="D")
    gone = float("inf")
    standing = last_of_day.fillna(gone).unstack("day").reindex(columns=days).ffill(axis="columns").replace(gone, None)
    daily = standing.stack().astype("float64").groupby(level=["variant", -1]).agg(["count", "min", "median"])
    return [
        {"day": day.date().isoformat(), "variant": variant, "offers": int(n), "min_usd": low, "median_usd": middle}
        for (variant, day), n, low, middle in daily.itertuples()
        if day >= since
    ]
