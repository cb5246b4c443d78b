"""The watches as a person sees them: what each asks, what it last said, and what it can never hear."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

import scrapers.sites
from db import count_queries, queries
from db.engine import reading
from db.sql import ALERT
from tracker.backtest import Said
from tracker.config import Config
from tracker.core.errors import ConfigError
from tracker.core.gpus import Catalogue, match
from tracker.core.metrics import METRICS
from tracker.core.models import Condition, Gpu
from tracker.core.rules import Alert, Change, Event, Rule, Scope, Watch, summarise
from tracker.output import near
from tracker.past import known_past
from tracker.pipeline import Tracker


def named(tracker: Tracker, name: str) -> Watch:
    """One watch by name; raises ConfigError for a name that is not configured."""
    for watch in tracker.watches:
        if watch.name == name:
            return watch
    raise ConfigError(f"there is no watch {name!r}{near(name, [watch.name for watch in tracker.watches])}")


def watches(tracker: Tracker, config: Config) -> list[dict[str, Any]]:
    """One flat row a watch: what it asks, how much on offer it asks about, when it last spoke, and what is odd."""
    with reading(tracker.engine) as conn:
        newest = select(ALERT.c.watch, func.max(ALERT.c.created_at, type_=ALERT.c.created_at.type)).group_by(
            ALERT.c.watch
        )
        last = {row[0]: row[1] for row in conn.execute(newest)}
        offers = {
            watch.name: count_queries.count_on_offer(conn, wanted=watch.wanted, catalogue=tracker.catalogue)
            for watch in tracker.watches
        }
    return [
        {
            "watch": watch.name,
            "when": " · ".join(watch.asks),
            "cards": len(watch.wanted.variants(tracker.catalogue)),
            "on_offer": offers[watch.name],
            "last_alert": last[watch.name].isoformat(timespec="seconds") if watch.name in last else None,
            "notify": " ".join(watch.notify),
            "message": "; ".join(puzzles(watch, config, tracker.catalogue)),
        }
        for watch in tracker.watches
    ]


# --- what one says ------------------------------------------------------------------------------------------------


def as_it_stands(tracker: Tracker, conn: Connection, watch: Watch, *, now: datetime) -> list[dict[str, Any]]:
    """Everything on offer that answers a watch now, best first, as flat rows."""
    offers = queries.on_offer(conn, wanted=watch.wanted, catalogue=tracker.catalogue)
    pairs = [(watch, Change(event=Event.NEW, offer=offer)) for offer in offers]
    past = known_past(conn, pairs, tracker.scene(now))
    alerts = summarise(pairs, occasion="try", at=now, past=past)
    return [row for alert in alerts for change in alert.changes for row in [_row(alert, change, now, None)]]


def rows_of(said: Iterable[Said]) -> list[dict[str, Any]]:
    """What a watch would have said as flat rows, one an alert, with its best offer."""
    return [_row(one.alert, one.alert.changes[0], one.at, one.outcome) for one in said]


def _row(alert: Alert, change: Change, at: datetime, outcome: str | None) -> dict[str, Any]:
    offer = change.offer
    value = METRICS[alert.watch.metric].of(offer, alert.watch.basis)
    return {
        "at": at.isoformat(timespec="seconds"),
        "kind": alert.kind.value,
        "occasion": alert.occasion,
        "count": len(alert.changes),
        "variant": offer.variant,
        "gpu": offer.gpu,
        "condition": offer.condition,
        "unit_usd": None if offer.unit_usd is None else float(offer.unit_usd),
        "value": None if value is None else float(round(value, 4)),
        "unit": METRICS[alert.watch.metric].unit,
        "reasons": "; ".join(reason.said for reason in change.reasons),
        "doubts": "; ".join(change.doubts),
        "outcome": outcome,
        "listing_id": offer.listing_id,
        "title": offer.title,
        "url": offer.url,
    }


def columns_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """One alert as the columns people read."""
    many = f"{row['count']} at once, best: " if row["kind"] == "summary" and row["count"] > 1 and row["outcome"] else ""
    doubts = f" (unverified: {row['doubts']})" if row["doubts"] else ""
    ended = {} if row["outcome"] is None else {"then": row["outcome"]}
    price = "" if row["unit_usd"] is None else f"{row['unit_usd']:,.2f}"
    return {
        **({} if row["outcome"] is None else {"at": row["at"][:16].replace("T", " ")}),
        "card": row["variant"] or row["gpu"],
        "USD each": price,
        "reason": f"{many}{row['reasons'] or 'as asked for'}{doubts}",
        **ended,
        "listing": row["listing_id"],
        "title": " ".join(row["title"].split()),
        "link": row["url"],
    }


# --- what one can never hear --------------------------------------------------------------------------------------


def puzzles(watch: Watch, config: Config, catalogue: Catalogue) -> Iterator[str]:
    """What keeps a watch, or a part of it, from ever speaking."""
    yield from _of_cards(watch, catalogue)
    yield from _of_places(watch, config)
    cards = watch.wanted.variants(catalogue)
    if cards and watch.below is not None:
        yield from _of_metric(watch, cards)
    if watch.lowest is not None and watch.lowest_of is Scope.GROUP and METRICS[watch.metric].more_is_better:
        yield f"nothing is the lowest in {watch.metric}, where more is better: choose another metric"


def _of_cards(watch: Watch, catalogue: Catalogue) -> Iterator[str]:
    known = [*catalogue.by_id, *catalogue.by_family]
    unknown = [glob for glob in watch.wanted.gpus if not match(catalogue, glob)]
    for glob in unknown:
        yield f"no card is called {glob!r}{near(glob, known)}"
    if len(unknown) < len(watch.wanted.gpus) and not watch.wanted.variants(catalogue):
        yield "none of these cards is all that the filters ask for"


def _of_places(watch: Watch, config: Config) -> Iterator[str]:
    wanted = watch.wanted
    for name in wanted.sources:
        if name not in config.sources and not name.startswith(("import:", "ingest:")):
            yield f"no source is called {name!r}{near(name, config.sources)}"
    for site in wanted.sites:
        if site not in scrapers.sites.names():
            yield f"no site is called {site!r}{near(site, scrapers.sites.names())}"
    for country in wanted.countries:
        if not (len(country) == 2 and country.isalpha()):
            yield f"{country!r} is no country: write two letters, such as US (ISO 3166)"
    if wanted.conditions == (Condition.FOR_PARTS,):
        yield "what is sold for parts is never an offer"


def _of_metric(watch: Watch, cards: list[Gpu]) -> Iterator[str]:
    """Whether the value can be reached at any price; a card given away is the best that can be."""
    metric = METRICS[watch.metric]
    lines = [line for gpu in cards if (line := metric.line(gpu, watch.basis)) is not None]
    if not lines and metric.line(None, watch.basis) is None:
        yield f"{metric.name} is known for none of these cards"
    elif lines and watch.below is not None and not any(_reaches(intercept, watch) for _, intercept in lines):
        yield f"{Rule.BELOW} is out of reach: even for nothing, the best of these cards has {_best(lines, watch)}"


def _reaches(value: float, watch: Watch) -> bool:
    limit = float(watch.below or 0)
    return value > limit if METRICS[watch.metric].more_is_better else value < limit


def _best(lines: list[tuple[float, float]], watch: Watch) -> str:
    metric = METRICS[watch.metric]
    values = [intercept for _, intercept in lines]
    return f"{max(values) if metric.more_is_better else min(values):,.2f} {metric.unit}"
