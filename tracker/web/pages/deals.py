"""The start page: what is on offer, ranked, with how far each lies from its market."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from db import count_queries
from db.engine import reading
from tracker import report
from tracker.columns import Shown, shown_in, with_currency
from tracker.core.by_gpu import valued
from tracker.core.gpus import Catalogue
from tracker.core.metrics import METRICS, Metric
from tracker.core.models import Condition
from tracker.web.asked import By, Filters
from tracker.web.site import Site

Value = dict[str, Any]


def deals(site: Site, asked: Filters) -> Value:
    """The best offers, or the best cards, by a metric; everything the page shows."""
    tracker, now = site.tracker, site.now()
    wanted, metric = asked.wanted(now), METRICS[asked.metric]
    shown = shown_in(asked.currency or tracker.currency, tracker.rates.usd_per_unit)
    basis = tracker.use if asked.model_gb is None else replace(tracker.use, model_gb=asked.model_gb)
    shared: Value = {"metric": metric.name, "wanted": wanted, "basis": basis, "now": now}
    with reading(tracker.engine) as conn:
        for glob in asked.gpu:
            report.ensure_known(glob, tracker.catalogue)
        report.ensure_seen(conn, asked.site, asked.source)
        if asked.by is By.GPU:
            found = valued(report.by_gpu(conn, **shared, catalogue=tracker.catalogue))[: asked.top]
            count = count_queries.matching_decided
        else:
            country, worths_of = tracker.costs.country, site.worths.of
            found = report.ranked(
                conn, **shared, catalogue=tracker.catalogue, top=asked.top, country=country, worths_of=worths_of
            )
            count = count_queries.matching
        left = count(conn, metric=metric, wanted=wanted, basis=basis, catalogue=tracker.catalogue)
        counts = {**count_queries.counts(conn), **left}
    rows = [row_of(row, metric.name, shown, tracker.catalogue) for row in found]
    return {
        "metric": about(metric),
        "currency": shown.currency,
        "per_usd": shown.per_usd,
        "asked": asked.asked,
        "counts": counts,
        "rows": rows,
        "watch": as_watch(asked, rows),
    }


def about(metric: Metric) -> Value:
    """What a reader must know of a metric."""
    return {
        "name": metric.name,
        "unit": metric.unit,
        "help": metric.help,
        "more_is_better": metric.more_is_better,
    }


def row_of(row: Mapping[str, Any], metric: str, shown: Shown, catalogue: Catalogue) -> Value:
    """One row of the report, with the name people know the card by."""
    gpu = catalogue.by_id.get(row["variant"] or "")
    return {
        "value": row.get("value", row.get(metric)),
        "name": gpu.name if gpu else row["gpu"],
        "status": gpu.status if gpu else "undecided",
        "form": gpu.form_factor if gpu else None,
        "vram_gb": gpu.vram_gb if gpu else row.get("vram_gb"),
        **with_currency(row, metric, shown),
    }


# --- as a form ----------------------------------------------------------------------------------------------------

_IN_SIGHT = frozenset({"table", "metric", "gpu", "min_vram", "modded", "by", "condition"})


def deals_form(asked: Filters) -> Value:
    """What the form of the page needs: its choices, and the way to each filter's absence."""
    return {
        "asked": asked,
        "metrics": [(metric.name, f"{metric.unit}") for metric in METRICS.values()],
        "conditions": [condition.value for condition in Condition],
        "more": bool(asked.asked.keys() - _IN_SIGHT),
        "chosen": [*_chosen(asked)],
    }


def _chosen(asked: Filters) -> Iterator[tuple[str, str]]:
    """Each filter in force in words, with the address without it."""
    for name, said in asked.asked.items():
        if name in ("metric", "by", "top", "table"):
            continue
        if isinstance(said, list):
            for one in said:
                rest = [other for other in said if other != one]
                yield f"{name.replace('_', ' ')}: {one}", asked.query(**{name: rest or None})
        else:
            word = "" if said is True else f": {said}"
            yield f"{name.replace('_', ' ')}{word}", asked.query(**{name: None})


# --- as a watch ---------------------------------------------------------------------------------------------------

_NOT_OF_WATCHES = frozenset({"metric", "by", "max_age", "model_gb", "fits", "currency", "top", "marked", "table"})


def as_watch(asked: Filters, rows: Sequence[Mapping[str, Any]]) -> str:
    """The same question as a watch for tracker.toml: it speaks when something beats the best of today."""
    metric = METRICS[asked.metric]
    best = next((row["value"] for row in rows if row["value"]), None)
    said = {name: getattr(asked, name) for name in asked.asked if name not in _NOT_OF_WATCHES}
    if asked.fits and asked.least_vram_gb:
        said["min_vram"] = round(asked.least_vram_gb, 2)
    lines = [f"{name} = {_toml(value)}" for name, value in said.items()]
    what = "what is best now" if best is not None else "nothing matches now: put your own limit"
    limit = f"below = {_toml(best if best is not None else 1)}  # {metric.unit}, {what}"
    return "\n".join(
        ["[watches.my-watch]", *lines, f"metric = {_toml(metric.name)}", limit, 'notify = ["console"]', ""]
    )


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool | int) else f"{value:.10g}"
