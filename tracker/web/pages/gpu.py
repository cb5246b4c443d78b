"""The page of one card: what it is and who says so, what it costs and is worth, and its siblings."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from db import summaries
from db.engine import reading
from db.references import references
from tracker import report
from tracker.columns import shown_in
from tracker.core.gpus import explain, flat
from tracker.core.models import ConditionClass, Gpu
from tracker.core.wanted import Sort, Wanted
from tracker.market import Market, market, market_lines, market_rows
from tracker.output import near
from tracker.web.charts import Series, Step
from tracker.web.pages.deals import row_of
from tracker.web.problems import NoSuch
from tracker.web.site import Site

Value = dict[str, Any]

SHOWN = 30
"""Offers on the page."""

PAST = timedelta(days=180)
"""How far back prices are drawn."""

NO_FACTS = frozenset({"id", "family", "name", "aliases", "caveats", "sources", "needs", "siblings"})
"""What the page says elsewhere than among the specs."""


def gpu_page(site: Site, name: str, currency: str = "") -> Value:
    """One variant in full; raises NoSuch for a name no card has."""
    tracker, now = site.tracker, site.now()
    gpu = tracker.catalogue.by_id.get(name.lower())
    if gpu is None:
        known = tracker.catalogue.variants(name.lower())
        hint = f": it may be {', '.join(one.id for one in known)}" if known else near(name, tracker.catalogue.by_id)
        raise NoSuch(f"no card {name!r} in the spec database{hint}")
    shown = shown_in(currency or tracker.currency, tracker.rates.usd_per_unit)
    everything = Wanted(gpus=(gpu.id,), sort=Sort.ALL)
    with reading(tracker.engine) as conn:
        markets = market(conn, gpu=gpu.id, country=tracker.costs.country, now=now, catalogue=tracker.catalogue)
        found = report.ranked(
            conn,
            metric="usd",
            wanted=everything,
            top=SHOWN,
            basis=tracker.use,
            country=tracker.costs.country,
            now=now,
            catalogue=tracker.catalogue,
            worths_of=site.worths.of,
        )
        history = [*_history(conn, gpu.id, now)]
        referred = _referred(conn, gpu.id)
        siblings = _siblings(conn, site, gpu, now)
    return {
        "gpu": flat(gpu),
        "currency": shown.currency,
        "per_usd": shown.per_usd,
        "offers": [row_of(row, "usd", shown, tracker.catalogue) for row in found],
        "specs": [
            {"fact": fact, "said": said} for fact, said in explain(gpu, tracker.catalogue) if fact not in NO_FACTS
        ],
        "market": [*map(_market, markets, market_rows(markets))],
        "history": history,
        "references": referred,
        "siblings": siblings,
    }


def _market(one: Market, row: Value) -> Value:
    return {**row, "said": market_lines(one)[1:]}


def _history(conn: Connection, variant: str, now: datetime) -> Sequence[Value]:
    """Daily prices in each class of conditions, USD per card; a day without a row is like the last one before it."""
    since = (now - PAST).date()
    rows = []
    for condition in ConditionClass:
        for day in summaries.days(conn, [variant], since=since, condition=condition.value):
            row: Value = dict(zip(summaries.DAY, day, strict=True))
            cents = {name: row[f"{name}_cents"] for name in ("min", "p10", "median", "p90")}
            usd = {f"{name}_usd": None if amount is None else amount / 100 for name, amount in cents.items()}
            rows.append({"day": row["day"], "condition": condition.value, "offers": row["n"], **usd})
    return rows


def _referred(conn: Connection, variant: str) -> list[Value]:
    """What other people's series said, USD per card."""
    return [
        {"day": row["day"], "condition": row["condition"], "source": row["source"], "usd": row["usd_cents"] / 100}
        for row in references(conn, variant)
    ]


def _siblings(conn: Connection, site: Site, gpu: Gpu, now: datetime) -> list[Value]:
    """All variants of the family and of what they are rebuilt from, with what they ask: stock against modded."""
    known = site.tracker.catalogue
    family = {one.id: one for one in known if one.family == gpu.family or one.base == gpu.id or one.id == gpu.base}
    asked = Wanted(gpus=tuple(family), sort=Sort.ALL)
    found = report.by_gpu(conn, metric="usd_per_gb", wanted=asked, basis=site.tracker.use, catalogue=known, now=now)
    standing = {row["variant"]: row for row in found}
    return [
        {
            "variant": one.id,
            "name": one.name,
            "status": one.status,
            "form": one.form_factor,
            "vram_gb": one.vram_gb,
            "bandwidth_gb_s": one.board_bandwidth_gb_s,
            "offers": standing[one.id]["offers"] if one.id in standing else 0,
            "min_usd": standing[one.id]["min_usd"] if one.id in standing else None,
            "median_usd": standing[one.id]["median_usd"] if one.id in standing else None,
            "usd_per_gb": standing[one.id]["value"] if one.id in standing else None,
        }
        for one in sorted(family.values(), key=lambda one: (one.vram_gb or 0, one.id))
    ]


def price_lines(value: Value, now: datetime) -> list[Series]:
    """The history as lines to be drawn, one for each class of conditions, and one for each imported series."""
    per = value["per_usd"]
    classes = dict.fromkeys(row["condition"] for row in value["history"])
    series = [
        Series(
            name=condition,
            steps=[
                Step(
                    at=_day(row["day"]),
                    value=_times(row["median_usd"], per),
                    low=_times(row["p10_usd"], per),
                    high=_times(row["p90_usd"], per),
                )
                for row in value["history"]
                if row["condition"] == condition
            ],
            until=now,
        )
        for condition in classes
    ]
    recent = [row for row in value["references"] if _day(row["day"]) >= now - PAST]
    for source in sorted({row["source"] for row in recent}):
        steps = [Step(at=_day(row["day"]), value=row["usd"] * per) for row in recent if row["source"] == source]
        series.append(Series(name=source, steps=steps, until=steps[-1].at))
    return [one for one in series if any(step.value is not None for step in one.steps)]


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _times(usd: float | None, per: float) -> float | None:
    return None if usd is None else usd * per
