"""Ranked offers and price history; the only importer of pandas."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from db import queries, summaries
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


TREND = timedelta(days=30)
"""How far back a trend looks."""


def by_gpu(
    conn: Connection, *, metric: str, wanted: Wanted, basis: Basis = DEFAULTS, catalogue: Catalogue, now: datetime
) -> list[dict[str, Any]]:
    """Every wanted variant that is on offer as a flat row, best first by its best listing.

    Prices are USD per card. `trend` is the change of the median since 30 days ago as a fraction (0.05: five percent
    up), null without daily prices from before; `sparkline` its course. `value` is the best listing's metric; variants
    that have none come last.
    """
    found = {row.variant: row for row in summaries.summary(conn, wanted=wanted, catalogue=catalogue)}
    best = queries.cheapest_of_each(conn, found, wanted=wanted)
    medians = _medians(conn, found, now)
    links = queries.links(conn, [listing_id for _, listing_id in best.values()])
    rows = []
    for variant, (unit_usd, listing_id) in best.items():
        one, gpu, course = found[variant], catalogue.by_id[variant], medians.get(variant, [])
        title, url = links[listing_id]
        value = METRICS[metric].formula(unit_usd, gpu, basis)
        rows.append(
            {
                "gpu": gpu.family,
                "variant": variant,
                "offers": one.offers,
                "min_usd": float(one.min_usd),
                "p10_usd": float(one.p10_usd),
                "median_usd": float(one.median_usd),
                "trend": round(course[-1] / course[0] - 1, 4) if len(course) > 1 else None,
                "sparkline": sparkline(course),
                "value": None if value is None else float(round(value, 4)),
                "unit_usd": float(unit_usd),
                "title": title,
                "url": url,
                "listing_id": listing_id,
            }
        )
    sign = -1 if METRICS[metric].more_is_better else 1
    return sorted(rows, key=lambda row: (row["value"] is None, sign * (row["value"] or 0), row["variant"]))


def _medians(conn: Connection, variants: Collection[str], now: datetime) -> dict[str, list[int]]:
    """The median in cents on each day of the trend, by variant: one stands until the next is noted."""
    first = now.date() - TREND
    span = [(first + timedelta(days=day)).isoformat() for day in range(TREND.days + 1)]
    noted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for variant, day, _, _, _, median_cents, _ in summaries.days(conn, variants, since=first):
        if median_cents is not None:
            noted[variant][max(day, span[0])] = median_cents
    return {variant: list(_standing(medians, span)) for variant, medians in noted.items()}


def _standing(noted: Mapping[str, int], span: Iterable[str]) -> Iterator[int]:
    last = None
    for day in span:
        last = noted.get(day, last)
        if last is not None:
            yield last


BARS = "▁▂▃▄▅▆▇█"


def sparkline(course: Sequence[float], width: int = 10) -> str:
    """A course of numbers as a row of bars from its lowest to its highest; "" for fewer than two."""
    if len(course) < 2:
        return ""
    low, high = min(course), max(course)
    shown = [course[place * (len(course) - 1) // (width - 1)] for place in range(width)]
    step = (high - low) / (len(BARS) - 1) or 1
    return "".join(BARS[round((number - low) / step)] for number in shown)


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
