"""An offer and an alert as flat JSON values: what reports print and what webhooks send."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from tracker.core.market import Baseline, Refusal
from tracker.core.metrics import DEFAULTS, METRICS, Basis
from tracker.core.models import Priced
from tracker.core.rules import Alert, Change, Reason, Watch

SCHEMA = 2
"""Version of the webhook's JSON; a change that breaks a receiver raises it."""

MOST_OFFERS = 20
"""Offers spelled out in one message; `count` says how many there are."""


def flat_offer(offer: Priced, basis: Basis = DEFAULTS) -> dict[str, Any]:
    """One offer as a row: money in units of its currency, instants in ISO 8601 UTC, unknown as null."""
    return {
        "gpu": offer.gpu,
        "variant": offer.variant,
        "title": offer.title,
        "site": offer.site,
        "url": offer.url,
        "kind": offer.kind,
        "condition": offer.condition,
        "modded": offer.modded,
        "quantity": offer.quantity,
        "price": _number(offer.price),
        "currency": offer.currency,
        "shipping": _number(offer.shipping),
        "shipping_known": offer.shipping_known,
        "landed_usd": _number(offer.landed_usd),
        "unit_usd": _number(offer.unit_usd),
        "vram_gb": offer.vram_gb,
        "bandwidth_gb_s": offer.spec.board_bandwidth_gb_s if offer.spec else None,
        **{name: _number(metric.of(offer, basis), 4) for name, metric in METRICS.items()},
        "seller": offer.seller,
        "feedback_percent": offer.feedback_percent,
        "feedback_count": offer.feedback_count,
        "country": offer.country,
        "best_offer": offer.best_offer,
        "auction": offer.auction,
        "flags": " ".join(offer.flags),
        "needs": "; ".join(offer.spec.needs) if offer.spec else "",
        "source": offer.source,
        "source_state": offer.source_state,
        "source_read_at": _instant(offer.source_ok_at),
        "listing_id": offer.listing_id,
        "site_id": offer.site_id,
        "listed_at": _instant(offer.listed_at),
        "ends_at": _instant(offer.ends_at),
        "first_seen_at": _instant(offer.first_seen_at),
        "last_seen_at": _instant(offer.last_seen_at),
    }


def flat_alert(alert: Alert, *, created_at: datetime) -> dict[str, Any]:
    """One alert with everything a receiver needs; the offers are the best `MOST_OFFERS` of `count`."""
    return {
        "schema": SCHEMA,
        "key": alert.key,
        "kind": alert.kind.value,
        "occasion": alert.occasion,
        "watch": alert.watch.name,
        "metric": alert.watch.metric,
        "unit": METRICS[alert.watch.metric].unit,
        "below": _number(alert.watch.below, 4),
        "rules": list(alert.watch.asks),
        "created_at": _instant(created_at),
        "count": len(alert.changes),
        "offers": [_flat_change(change, alert.watch) for change in alert.changes[:MOST_OFFERS]],
    }


def flat_notice(key: str, *, subject: str, text: str, created_at: datetime) -> dict[str, Any]:
    """Something to say of the tracker itself, in the form of an alert without offers."""
    return {
        "schema": SCHEMA,
        "key": key,
        "kind": "notice",
        "occasion": "channel disabled",
        "watch": "",
        "subject": subject,
        "text": text,
        "created_at": _instant(created_at),
        "count": 0,
        "offers": [],
    }


def _flat_change(change: Change, watch: Watch) -> dict[str, Any]:
    value = METRICS[watch.metric].of(change.offer, watch.basis)
    return {
        "event": change.event.value,
        "value": _number(value, 4),
        "was_usd": _number(change.was_usd),
        "unverified": bool(change.doubts),
        "doubts": list(change.doubts),
        "reasons": [_flat_reason(reason) for reason in change.reasons],
        "signs": [{"name": sign.name, "said": sign.said} for sign in change.signs],
        "baseline": flat_baseline(change.worth) if isinstance(change.worth, Baseline) else None,
        "no_baseline": change.worth.reason if isinstance(change.worth, Refusal) else None,
        **flat_offer(change.offer, watch.basis),
    }


def _flat_reason(reason: Reason) -> dict[str, Any]:
    return {
        "rule": reason.rule.value,
        "said": reason.said,
        "value": _number(reason.value, 4),
        "threshold": _number(reason.threshold, 4),
        "unit": reason.unit,
        "past": _number(reason.past, 4),
        "past_unit": reason.past_unit,
        "past_at": _instant(reason.past_at),
    }


def flat_baseline(worth: Baseline) -> dict[str, Any]:
    """What one card is worth, in USD, and what the figure rests on."""
    amounts = {name: _number(getattr(worth, name)) for name in ("usd", "low", "high", "p10", "p90")}
    return {**amounts, "sellers": worth.n, "listings": worth.listings, "ended": worth.ended, "basis": worth.label}


def _number(amount: Decimal | None, places: int = 2) -> float | None:
    return None if amount is None else float(round(amount, places))


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
