"""The watches: what each asks, and what it would say of the market as it stands."""

from typing import Annotated, Any

from pydantic import Field, field_validator
from sqlalchemy import Connection

from db import queries
from db.engine import reading
from tracker.backtest import backtest, counted, history_since
from tracker.columns import shown_in, with_currency
from tracker.core.flat import flat_offer
from tracker.core.metrics import METRICS
from tracker.core.rules import Watch
from tracker.market import judged
from tracker.output import near
from tracker.report import flat_judgement
from tracker.watching import as_it_stands, puzzles, rows_of
from tracker.web.asked import Asked, Word, age_of
from tracker.web.pages.plan import in_turn
from tracker.web.problems import NoSuch
from tracker.web.site import Site

Value = dict[str, Any]

MOST_ANSWERS = 200
"""Rows of each table on the page of one watch."""

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


class Since(Asked):
    """How far back a watch is tried."""

    since: Annotated[Word, Field(description="how far back it is tried, such as 90d")] = "30d"

    @field_validator("since")
    @classmethod
    def _a_time(cls, text: str) -> str:
        age_of(text)
        return text


def watch_page(site: Site, name: str, asked: Since) -> Value:
    """One watch: all that answers it now, and what it would have said since; raises NoSuch for an unknown one.

    History goes through the same rules that speak every day; nothing is sent.
    """
    tracker, now = site.tracker, site.now()
    watch = next((one for one in tracker.watches if one.name == name), None)
    if watch is None:
        raise NoSuch(f"there is no watch {name!r}{near(name, [one.name for one in tracker.watches])}")
    since = now - age_of(asked.since)
    with in_turn(), reading(tracker.engine) as conn:
        about, _ = _watch(conn, site, watch)
        answering = as_it_stands(tracker, conn, watch, now=now)
        said = backtest(tracker, conn, watch, since=since, now=now)
        known_since = history_since(conn)
    return {
        "watch": about,
        "since": asked.since,
        "counted": counted(said, since=since, known_since=known_since, now=now),
        "answering": answering[:MOST_ANSWERS],
        "said": rows_of(said)[-MOST_ANSWERS:][::-1],
    }


def _float(amount: object) -> float | None:
    return None if amount is None else round(float(str(amount)), 4)
