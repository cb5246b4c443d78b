"""The same card offered again under another number, by the same seller: known by what it says and costs."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from tracker.core.models import Priced

SAME_WORDS = 0.75
"""Share of the words of two titles that both have, from which they are titles of the same thing."""

SAME_PRICE = Decimal("0.8")
"""A card that comes again for less than this share of its price, or for more than its inverse, is another matter."""

_WORD = re.compile(r"\w+")


def stands_in_for(offer: Priced, source_id: int, gone: Iterable[Mapping[str, Any]]) -> int | None:
    """The number of the listing that an offer has taken the place of, the likest by its words; None for a new one.

    `gone` are rows of listings of the same site that are not shown any more. Without a seller's name the source must
    be the same.
    """
    alike = [
        (_shared(offer.title, row["title"]), row["id"])
        for row in gone
        if row["id"] != offer.listing_id
        and row["seller"] == offer.seller
        and (offer.seller or row["source_id"] == source_id)
        and (row["variant"], row["condition"], row["quantity"]) == (offer.variant, offer.condition, offer.quantity)
        and _near(offer.unit_usd, row["unit_usd"])
    ]
    likest = max(alike, default=(0.0, 0))
    return likest[1] if likest[0] >= SAME_WORDS else None


def _near(one: Decimal | None, other: Decimal | None) -> bool:
    return bool(one and other) and SAME_PRICE <= (one or 0) / (other or 1) <= 1 / SAME_PRICE


def _shared(one: str, other: str) -> float:
    words, others = (set(_WORD.findall(title.casefold())) for title in (one, other))
    return len(words & others) / len(words | others) if words or others else 0.0
