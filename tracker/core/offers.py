"""From what a site printed to what it means: an Offer with a price, or a Rejected with a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

from tracker.core.models import Condition, Kind, Offer, RawListing, Rejected, Verdict
from tracker.core.money import Flag, NoPrice, Reason, read_price

Identify = Callable[[RawListing], Verdict]

GONE = "Gone"
"""The availability of what its site, asked for the very item, has no more."""

SOLD_OUT = frozenset({"gone", "outofstock", "soldout", "discontinued", "sold", "unavailable", "false"})


def understand(raw: RawListing, *, identify: Identify) -> Offer | Rejected:
    """Say what a listing offers and for how much, or why it cannot be used."""
    verdict = identify(raw)
    if verdict.kind not in (Kind.CARD, Kind.UNIFIED):
        return Rejected(raw=raw, verdict=verdict, reason=verdict.kind, detail=verdict.reason)
    if verdict.gpu is None:
        return Rejected(raw=raw, verdict=verdict, reason="unknown_card", detail=verdict.reason)
    if verdict.condition is Condition.FOR_PARTS:
        return Rejected(raw=raw, verdict=verdict, reason=Kind.PARTS, detail="the seller calls it for parts")
    price = read_price(raw.price, currency=raw.currency)
    if isinstance(price, NoPrice):
        return Rejected(raw=raw, verdict=verdict, reason="no_price", detail=f"price {raw.price!r} {price.detail}")
    if not price.currency:
        return Rejected(raw=raw, verdict=verdict, reason="no_currency", detail=f"no currency in {raw.price!r}")
    return Offer(
        raw=raw,
        verdict=verdict,
        price=price.money,
        shipping=_shipping(raw, price.currency),
        available=not (raw.availability and _plain(raw.availability) in SOLD_OUT) and Flag.SOLD not in price.flags,
        auction=bool(raw.bids),
        flags=(*verdict.flags, *(flag.value for flag in price.flags)),
        listed_at=_instant(raw.listed_at),
        ends_at=_instant(raw.ends_at),
    )


def _plain(word: str) -> str:
    """A schema.org word without its address and punctuation: `https://schema.org/OutOfStock` → `outofstock`."""
    return "".join([letter for letter in word.rpartition("/")[2].lower() if letter.isalpha()])


def _shipping(raw: RawListing, currency: str) -> Decimal | None:
    """Stated shipping in the price's currency; None when not stated, or stated in another currency."""
    if not raw.shipping:
        return None
    cost = read_price(raw.shipping, currency=raw.shipping_currency or currency)
    if isinstance(cost, NoPrice):
        return Decimal(0) if cost.reason in (Reason.FREE, Reason.ZERO) else None
    return cost.amount if cost.currency == currency else None


def _instant(text: str) -> datetime | None:
    """An ISO 8601 instant as printed, UTC where it names no zone; None for anything else."""
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
