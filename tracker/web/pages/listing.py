"""The page of one listing: what it prints, what each word decided, every term of its price, and what that makes."""

import json
from typing import Any

from sqlalchemy import Connection

from db import page_queries, queries
from db.engine import reading
from db.rows import Row, raw_of
from tracker.columns import shown_in
from tracker.core.landed import land
from tracker.core.metrics import METRICS
from tracker.explain import rule_lines
from tracker.market import judged
from tracker.report import flat_judgement, flat_speed
from tracker.second_thoughts import asked_by
from tracker.web.problems import NoSuch
from tracker.web.site import Site

Value = dict[str, Any]


def listing_page(site: Site, number: int, currency: str = "") -> Value:
    """One listing in full, by its number here; raises NoSuch for a number no listing has."""
    tracker = site.tracker
    shown = shown_in(currency or tracker.currency, tracker.rates.usd_per_unit)
    with reading(tracker.engine) as conn:
        row = queries.numbered(conn, number)
        if row is None:
            raise NoSuch(f"there is no listing {number}")
        points = queries.prices_of(conn, number)
        compared = {} if row["rejected"] else _compared(conn, site, number)
        watches = [] if row["rejected"] else [*rule_lines(tracker, conn, row, site.now())][1:]
    verdict = tracker.identify(raw_of(row))
    return {
        "listing": _listing(row) | compared,
        "currency": shown.currency,
        "per_usd": shown.per_usd,
        "words": [{"word": word, "decided": decided} for word, decided in verdict.words],
        "bill": [] if row["rejected"] else _bill(site, row),
        "metrics": [] if row["rejected"] else _metrics(site, row),
        "watches": [{"said": line.strip()} for line in watches],
        "prices": [_point(point) for point in points],
        "printed": json.loads(row["raw"]),
    }


def _listing(row: Row) -> Value:
    """The facts of a listing that pages show, as plain values."""
    names = (
        *("id", "site", "site_id", "url", "title", "kind", "gpu", "variant", "vram_gb", "quantity", "modded", "form"),
        *("condition", "flags", "reason", "rejected", "currency", "on_offer", "seller", "feedback_percent"),
        *("feedback_count", "country", "best_offer", "auction"),
    )
    amounts = ("price", "shipping", "landed_usd", "unit_usd")
    instants = ("listed_at", "ends_at", "first_seen_at", "ended_at")
    return {
        **{name: row[name] for name in names},
        **{name: None if row[name] is None else float(row[name]) for name in amounts},
        **{name: row[name].isoformat(timespec="seconds") if row[name] else None for name in instants},
    }


def _compared(conn: Connection, site: Site, number: int) -> Value:
    """How the offer compares with its like, and when it was last seen."""
    tracker = site.tracker
    (offer,) = page_queries.offers(conn, [number], catalogue=tracker.catalogue)
    told = judged(conn, [offer], country=tracker.costs.country, now=site.now(), worths_of=site.worths.of)
    return {
        "name": offer.spec.name if offer.spec else offer.gpu,
        "status": offer.spec.status if offer.spec else "undecided",
        "needs": "; ".join(offer.spec.needs) if offer.spec else "",
        "source": offer.source,
        "last_seen_at": offer.last_seen_at.isoformat(timespec="seconds"),
        **flat_speed(offer, tracker.use),
        **flat_judgement(offer, told.get(number)),
    }


def _bill(site: Site, row: Row) -> list[Value]:
    """Every term of the price, in USD, up to what a card costs ready to use; nothing without an exchange rate."""
    tracker = site.tracker
    landed = land(asked_by(row, tracker.catalogue), tracker.rates, tracker.costs)
    if landed.landed_usd is None or landed.unit_usd is None:
        return []
    per_card = landed.landed_usd / row["quantity"]
    unstated = row["shipping"] is None and not landed.estimated
    lines = [
        *((term.name, term.usd, term.note) for term in landed.terms),
        *([("shipping", None, "not stated, not included")] if unstated else []),
        ("landed", landed.landed_usd, "for the listing"),
        *([("per card", per_card, f"{row['quantity']} cards")] if row["quantity"] > 1 else []),
        *((term.name, term.usd, term.note) for term in landed.addons),
        ("ready to use", landed.unit_usd, "per card: what everything is ranked by"),
    ]
    return [
        {"term": term, "usd": None if usd is None else round(float(usd), 2), "note": note} for term, usd, note in lines
    ]


def _metrics(site: Site, row: Row) -> list[Value]:
    spec = site.tracker.catalogue.by_id.get(row["variant"] or "")
    if row["unit_usd"] is None:
        return []
    values = {metric: metric.formula(row["unit_usd"], spec, site.tracker.use) for metric in METRICS.values()}
    return [
        {
            "metric": metric.name,
            "value": None if value is None else round(float(value), 4),
            "unit": metric.unit,
            "help": metric.help,
        }
        for metric, value in values.items()
    ]


def _point(point: Row) -> Value:
    return {
        "at": point["at"].isoformat(timespec="seconds"),
        "price": float(point["price"]),
        "currency": point["currency"],
        "shipping": None if point["shipping"] is None else float(point["shipping"]),
        "unit_usd": None if point["unit_usd"] is None else float(point["unit_usd"]),
        "available": bool(point["available"]),
    }
