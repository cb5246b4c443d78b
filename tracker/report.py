"""Ranked offers and price history; the only importer of pandas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db import queries, summaries
from tracker.core.by_gpu import TREND, Standing, rows
from tracker.core.flat import flat_offer
from tracker.core.gpus import Catalogue, match
from tracker.core.metrics import DEFAULTS, METRICS, Basis
from tracker.core.wanted import Wanted

Row = Mapping[str, Any]


def ranked(
    conn: Connection, *, metric: str, wanted: Wanted, top: int = 20, basis: Basis = DEFAULTS, catalogue: Catalogue
) -> list[dict[str, Any]]:
    """The best wanted offers by a metric as flat rows, best first; offers the metric cannot value are left out."""
    offers = queries.cheapest(conn, METRICS[metric], wanted=wanted, basis=basis, top=top, catalogue=catalogue)
    return [flat_offer(offer, basis) for offer in offers]


def by_gpu(
    conn: Connection, *, metric: str, wanted: Wanted, basis: Basis = DEFAULTS, catalogue: Catalogue, now: datetime
) -> list[dict[str, Any]]:
    """Every wanted variant that is on offer as a flat row, best first by its best listing."""
    found = {row.variant: row for row in summaries.summary(conn, wanted=wanted, catalogue=catalogue)}
    best = queries.cheapest_of_each(conn, found, wanted=wanted)
    links = queries.links(conn, [listing_id for _, listing_id in best.values()])
    standing = [
        Standing(
            variant=variant,
            offers=found[variant].offers,
            min_cents=int(found[variant].min_usd * 100),
            p10_cents=int(found[variant].p10_usd * 100),
            median_cents=int(found[variant].median_usd * 100),
            listing_id=listing_id,
            title=links[listing_id][0],
            url=links[listing_id][1],
        )
        for variant, (_, listing_id) in best.items()
    ]
    days = summaries.days(conn, found, since=now.date() - TREND)
    medians = ((variant, day, median_cents) for variant, day, _, _, _, median_cents, _ in days)
    return rows(standing, medians, metric=METRICS[metric], basis=basis, catalogue=catalogue, now=now)


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
