"""From what a site printed to an offer, or to a rejection that says why."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.conftest import raw
from tracker.core.models import Condition, Kind, Offer, RawListing, Rejected, Verdict
from tracker.core.offers import understand


def verdict(**fields: object) -> Callable[[RawListing], Verdict]:
    values: dict[str, object] = {"kind": Kind.CARD, "gpu": "rtx-3090", "variant": "rtx-3090-24gb", "reason": "says so"}
    made = Verdict(**{**values, **fields})  # type: ignore[arg-type]
    return lambda _: made


REJECTIONS = [
    ("an accessory", raw(), verdict(kind=Kind.ACCESSORY), "accessory"),
    ("a card we do not know", raw(), verdict(gpu=None, variant=None), "unknown_card"),
    ("for parts by its condition", raw(), verdict(condition=Condition.FOR_PARTS), "parts"),
    ("no price", raw(price=""), verdict(), "no_price"),
    ("a price on request", raw(price="POA"), verdict(), "no_price"),
    ("nothing is never a price", raw(price="0.00"), verdict(), "no_price"),
    ("no currency anywhere", raw(price="700", currency=""), verdict(), "no_currency"),
]


@pytest.mark.parametrize(
    ("listing", "identify", "reason"), [row[1:] for row in REJECTIONS], ids=[r[0] for r in REJECTIONS]
)
def test_rejections(listing: RawListing, identify: Callable[[RawListing], Verdict], reason: str) -> None:
    outcome = understand(listing, identify=identify)
    assert isinstance(outcome, Rejected)
    assert outcome.reason == reason
    assert outcome.detail


SHIPPING = [("0.00", Decimal(0)), ("free", Decimal(0)), ("", None), ("12.50", Decimal("12.50")), ("calculated", None)]


@pytest.mark.parametrize(("printed", "cost"), SHIPPING)
def test_shipping(printed: str, cost: Decimal | None) -> None:
    outcome = understand(raw(shipping=printed), identify=verdict())
    assert isinstance(outcome, Offer)
    assert outcome.shipping == cost


def test_shipping_in_another_currency_is_not_added_up() -> None:
    outcome = understand(raw(shipping="10", shipping_currency="EUR"), identify=verdict())
    assert isinstance(outcome, Offer)
    assert outcome.shipping is None


AVAILABILITY = [
    ("", True),
    ("InStock", True),
    ("https://schema.org/InStock", True),
    ("https://schema.org/OutOfStock", False),
    ("SoldOut", False),
    ("Discontinued", False),
]


@pytest.mark.parametrize(("printed", "available"), AVAILABILITY)
def test_availability(printed: str, available: bool) -> None:
    outcome = understand(raw(availability=printed), identify=verdict())
    assert isinstance(outcome, Offer)
    assert outcome.available is available


def test_instants_are_utc() -> None:
    outcome = understand(raw(listed_at="2026-05-01T12:00:00+02:00", ends_at="not a date"), identify=verdict())
    assert isinstance(outcome, Offer)
    assert outcome.listed_at == datetime(2026, 5, 1, 10, tzinfo=UTC)
    assert outcome.ends_at is None


def test_a_price_with_bids_is_an_auction() -> None:
    outcome = understand(raw(bids="3"), identify=verdict())
    assert isinstance(outcome, Offer)
    assert outcome.auction


def test_what_a_price_says_of_itself_is_kept() -> None:
    outcome = understand(raw(price="US $699.00 to US $899.00"), identify=verdict(flags=("blower",)))
    assert isinstance(outcome, Offer)
    assert (outcome.price.amount, outcome.flags) == (Decimal(699), ("blower", "range"))
