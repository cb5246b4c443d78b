"""What to offer a seller who takes offers."""

from math import floor

LEAST = 0.6
"""No offer below this share of what is asked: it would only be declined."""


def suggested(price: float, *, unit_usd: float | None, p10_usd: float | None) -> float | None:
    """A price to offer for a listing, in its currency: what would make it one of the cheapest tenth of its market.

    `price` is asked for the whole listing, `unit_usd` what one card of it lands at, `p10_usd` the lowest decile of what
    others ask for one. Rounded down to two or three figures; None where nobody knows, where the listing is that cheap
    already, and where so low an offer would only be declined.
    """
    if not unit_usd or not p10_usd:
        return None
    share = p10_usd / unit_usd
    if not LEAST <= share < 1:
        return None
    step = 10.0 ** (len(str(int(price))) - 3) * 5 if price >= 100 else 1.0
    offer = floor(price * share / step) * step
    return offer if 0 < offer < price else None
