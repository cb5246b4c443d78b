"""The report by GPU: what every variant's offers ask, where the median is going, and the best listing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tracker.core.gpus import Catalogue
from tracker.core.metrics import Basis, Metric
from tracker.core.staleness import stale
from tracker.core.wanted import Wanted

TREND = timedelta(days=30)
"""How far back a trend looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one variant's offers ask for one card, in cents of USD, and the cheapest listing among them."""

    variant: str
    offers: int
    min_cents: int
    p10_cents: int
    median_cents: int
    listing_id: int
    title: str
    url: str


def by_spec_alone(wanted: Wanted) -> bool:
    """Whether a filter asks about variants alone, and nothing of the listings themselves."""
    of_specs = ("gpus", "sort", "min_vram_gb", "max_watts", "bf16", "fp8", "nvlink")
    return wanted == Wanted(**{name: getattr(wanted, name) for name in of_specs})


Median = tuple[str, str, int | None]
"""Variant, day (ISO 8601), and the median in cents of USD as the day ended; None where nothing was on offer."""


def rows(
    standing: Iterable[Standing],
    medians: Iterable[Median],
    *,
    metric: Metric,
    basis: Basis,
    catalogue: Catalogue,
    now: datetime,
) -> list[dict[str, Any]]:
    """Variants as flat rows, best first by their best listing; those the metric cannot value come last.

    Prices are USD per card. `trend` is the change of the median since 30 days ago as a fraction (0.05: five percent
    up), null without daily prices from before; `sparkline` its course. `value` is the best listing's metric.
    """
    courses = _courses(medians, now)
    made = [_row(one, courses.get(one.variant, ()), metric, basis, catalogue) for one in standing]
    sign = -1 if metric.more_is_better else 1
    return sorted(made, key=lambda row: (row["value"] is None, sign * (row["value"] or 0), row["variant"]))


def valued(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows the metric has a value for: what it cannot value is no part of a ranking."""
    return [row for row in rows if row["value"] is not None]


def with_staleness(
    rows: Iterable[Mapping[str, Any]], seen: Mapping[int, tuple[datetime, Collection[str]]], now: datetime
) -> list[dict[str, Any]]:
    """Rows with why their listing may not be to be had any more (`stale`); `seen` are `queries.sightings`."""
    return [{**row, "stale": stale(*seen.get(row["listing_id"], (None, ())), now=now)} for row in rows]


def _row(one: Standing, course: Sequence[int], metric: Metric, basis: Basis, catalogue: Catalogue) -> dict[str, Any]:
    gpu = catalogue.by_id[one.variant]
    value = metric.formula(Decimal(one.min_cents).scaleb(-2), gpu, basis)
    return {
        "gpu": gpu.family,
        "variant": one.variant,
        "offers": one.offers,
        "min_usd": one.min_cents / 100,
        "p10_usd": one.p10_cents / 100,
        "median_usd": one.median_cents / 100,
        "trend": round(course[-1] / course[0] - 1, 4) if len(course) > 1 else None,
        "sparkline": sparkline(course),
        "value": None if value is None else float(round(value, 4)),
        "unit_usd": one.min_cents / 100,
        "title": one.title,
        "url": one.url,
        "listing_id": one.listing_id,
    }


def _courses(medians: Iterable[Median], now: datetime) -> dict[str, list[int]]:
    """The median on each day of the trend, by variant: one stands until the next is noted."""
    first = now.date() - TREND
    span = [(first + timedelta(days=day)).isoformat() for day in range(TREND.days + 1)]
    noted: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for variant, day, median_cents in medians:
        if median_cents is not None:
            noted[variant][max(day, span[0])] = median_cents
    return {variant: list(_filled(known, span)) for variant, known in noted.items()}


def _filled(noted: Mapping[str, int], span: Iterable[str]) -> Iterator[int]:
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
