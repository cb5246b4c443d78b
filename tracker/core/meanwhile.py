"""An alert as it stands when it leaves: what was true when it was raised, and what has become of it since."""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]
Now = Mapping[int, Mapping[str, Any]]
"""How listings stand, by number: `on_offer`, `ended_at`, `price`, `currency`, and why one is set `aside`."""


def as_it_stands(payload: Payload, now: Now) -> dict[str, Any] | None:
    """The payload with what became of each offer (`state`, `ended_at`, `price_now`); None where nothing is left to say.

    Offers that were set aside meanwhile are left out. `state` is `on_offer`, `ended`, `repriced`, or null where the
    listing is not known.
    """
    left = [_offer(offer, now.get(offer.get("listing_id", 0))) for offer in payload["offers"]]
    kept = [offer for offer in left if offer is not None]
    if payload["offers"] and not kept:
        return None
    return {**payload, "offers": kept, "count": payload["count"] - (len(left) - len(kept))}


def _offer(offer: Payload, now: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if now is None:
        return {**offer, "state": None, "ended_at": None, "price_now": None}
    if now["aside"]:
        return None
    ended_at = now["ended_at"]
    repriced = now["price"] is not None and (float(now["price"]), now["currency"]) != (
        offer["price"],
        offer["currency"],
    )
    return {
        **offer,
        "state": "ended" if not now["on_offer"] else "repriced" if repriced else "on_offer",
        "ended_at": ended_at.isoformat(timespec="seconds") if ended_at else None,
        "price_now": float(now["price"]) if repriced else None,
    }
