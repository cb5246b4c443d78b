"""The watches: what each asks, and what it would say of the market as it stands."""

from typing import Any

from sqlalchemy import Connection

from db import queries
from db.engine import reading
from tracker.columns import shown_in, with_currency
from tracker.core.flat import flat_offer
from tracker.core.metrics import METRICS
from tracker.core.rules import Watch
from tracker.market import judged
from tracker.report import flat_judgement
from tracker.watching import puzzles
from tracker.web.site import Site

Value = dict[str, Any]

SAID = 10
"""Offers shown for one watch."""


def watches_page(site: Site) -> Value:
    """Every watch with the best offers it looks at: those that answer it now, and how far off the next is."""
    tracker = site.tracker
    shown = shown_in(tracker.currency, tracker.rates.usd_per_unit)
    with reading(tracker.engine) as conn:
        watches = [_watch(conn, site, watch) for watch in tracker.watches]
    return {
        "currency": shown.currency,
        "per_usd": shown.per_usd,
        "watches": [about for about, _ in watches],
        "offers": [with_currency(row, row["metric"], shown) for _, rows in watches for row in rows],
    }


def _watch(conn: Connection, site: Site, watch: Watch) -> tuple[Value, list[Value]]:
    tracker = site.tracker
    metric = METRICS[watch.metric]
    best = queries.cheapest(conn, metric, wanted=watch.wanted, basis=watch.basis, top=SAID, catalogue=tracker.catalogue)
    told = judged(conn, best, country=tracker.costs.country, now=site.now(), worths_of=site.worths.of)
    rows = [
        {
            "watch": watch.name,
            "metric": watch.metric,
            "answers": watch.wants(offer),
            "value": _float(metric.of(offer, watch.basis)),
            "name": offer.spec.name if offer.spec else offer.gpu,
            "status": offer.spec.status if offer.spec else "undecided",
            **flat_offer(offer, watch.basis),
            **flat_judgement(offer, told.get(offer.listing_id)),
        }
        for offer in best
    ]
    about = {
        "watch": watch.name,
        "cards": ", ".join(watch.wanted.gpus),
        "asks": "; ".join(watch.asks),
        "metric": watch.metric,
        "unit": metric.unit,
        "below": None if watch.below is None else float(watch.below),
        "more_is_better": metric.more_is_better,
        "notify": ", ".join(watch.notify),
        "answering": sum(row["answers"] for row in rows),
        "best": rows[0]["value"] if rows else None,
        "message": "; ".join(puzzles(watch, site.config, tracker.catalogue)),
    }
    return about, rows


def _float(amount: object) -> float | None:
    return None if amount is None else round(float(str(amount)), 4)
