"""Every rule by itself: when it speaks, when it does not, and with which numbers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import NOON, priced
from tests.core.test_risk import DATED, LIKE
from tracker.core.market import Refusal
from tracker.core.models import Priced
from tracker.core.rules import EVER, Change, Event, Low, Past, Point, Reason, Rule, Scope, Stood, Watch, evaluate
from tracker.core.rules.past import NO_PAST, lowest
from tracker.core.wanted import Wanted

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SILENT = Watch(name="w", wanted=Wanted(), again=Decimal("0.05"))


def asked(ago: timedelta, usd: str, **fields: Any) -> Point:
    """What the listing asked from so long ago on."""
    at = {
        "at": NOON - ago,
        "unit_usd": Decimal(usd),
        "price": Decimal(usd),
        "currency": "USD",
        "shipping": Decimal(0),
    }
    return Point(**{**at, **fields})


def reasons(
    watch: Mapping[str, Any], offer: Priced, *, past: Past = NO_PAST, event: Event = Event.PRICE, **change: Any
) -> dict[Rule, Reason]:
    """Why a watch with some settings speaks of an offer, by rule."""
    changes = [Change(event=event, offer=offer, **change)]
    alerts = evaluate([replace(SILENT, **watch)], changes, past={offer.listing_id: past})
    return {reason.rule: reason for alert in alerts for reason in alert.changes[0].reasons}


# --- below, for every metric ----------------------------------------------------------------------------------------

BELOW = [
    ("usd_per_gb", "30", "719", True),
    ("usd_per_gb", "30", "720", False),
    ("usd", "700", "699.99", True),
    ("usd_per_gbps", "0.75", "700", True),
    ("usd_per_gbps", "0.74", "700", False),
    ("gb_per_watt", "0.06", "700", True),
    ("gb_per_watt", "0.07", "700", False),
    ("usd_per_tok_s", "14", "700", True),
    ("usd_per_year", "300", "700", True),
    ("usd_per_fp16_tflops", "1", "700", False),
]


@pytest.mark.parametrize(("metric", "value", "unit_usd", "speaks"), BELOW)
def test_below(metric: str, value: str, unit_usd: str, speaks: bool) -> None:
    found = reasons({"metric": metric, "below": Decimal(value)}, priced(unit_usd=unit_usd))
    assert (Rule.BELOW in found) is speaks
    if speaks:
        assert found[Rule.BELOW].threshold == Decimal(value)


# --- under the market -----------------------------------------------------------------------------------------------

UNDER = [
    ("a fifth under it", LIKE, "576", True, ""),
    ("not quite", LIKE, "577", False, ""),
    ("no baseline, no word", Refusal(steps=("used: 3 sellers, 5 are needed",)), "100", False, ""),
    ("nobody asked", None, "100", False, ""),
    ("by a reference price, said so", DATED, "100", True, "is no market price of today"),
]


@pytest.mark.parametrize(
    ("worth", "unit_usd", "speaks", "doubt"), [row[1:] for row in UNDER], ids=[row[0] for row in UNDER]
)
def test_under_market(worth: Any, unit_usd: str, speaks: bool, doubt: str) -> None:
    found = reasons({"under_market": Decimal("0.2")}, priced(unit_usd=unit_usd), past=Past(worth=worth))
    assert (Rule.UNDER_MARKET in found) is speaks
    if speaks:
        reason = found[Rule.UNDER_MARKET]
        assert reason.past == worth.usd
        assert worth.label in reason.said
        assert doubt in reason.doubt


# --- the listing's own past -----------------------------------------------------------------------------------------

SLOW = [asked(day * DAY, str(700 + 12 * day)) for day in range(10, 0, -1)]
GLITCH = [asked(9 * DAY, "700"), asked(8 * DAY, "7000", once=True), asked(6 * DAY, "700")]

DROPS: list[tuple[str, list[Point], Priced, bool]] = [
    ("at once", [asked(20 * DAY, "800")], priced(unit_usd="720"), True),
    ("a little less than asked for", [asked(20 * DAY, "800")], priced(unit_usd="721"), False),
    ("a slow slide of 1.5 % a day", SLOW, priced(unit_usd="700"), True),
    ("younger than the span: against its first price", [asked(2 * DAY, "800")], priced(unit_usd="700"), True),
    ("older falls are history", [asked(20 * DAY, "800"), asked(9 * DAY, "720")], priced(unit_usd="719"), False),
    ("a slip of the keyboard before is no price", GLITCH, priced(unit_usd="699"), False),
    ("nothing is known", [], priced(unit_usd="1"), False),
    ("sold out in between is still its price", [asked(9 * DAY, "800", available=False)], priced(unit_usd="700"), True),
    (
        "shipping stated only now is no rise",
        [asked(20 * DAY, "800", shipping=None)],
        priced(unit_usd="720", shipping=Decimal(90)),
        True,
    ),
    (
        "what moves from the price to the shipping is no drop",
        [asked(20 * DAY, "800", shipping=Decimal(0))],
        priced(unit_usd="720", shipping=Decimal(80)),
        False,
    ),
    (
        "another rate of the day is no drop",
        [asked(20 * DAY, "900", price=Decimal(700), currency="EUR")],
        priced(unit_usd="750", price=Decimal(700), currency="EUR"),
        False,
    ),
    (
        "another currency is compared in USD",
        [asked(20 * DAY, "900", price=Decimal(800), currency="EUR")],
        priced(unit_usd="750"),
        True,
    ),
]


@pytest.mark.parametrize(("own", "offer", "speaks"), [row[1:] for row in DROPS], ids=[row[0] for row in DROPS])
def test_drop(own: list[Point], offer: Priced, speaks: bool) -> None:
    found = reasons({"drop": Decimal("0.1")}, offer, past=Past(own=tuple(own)))
    assert (Rule.DROP in found) is speaks


def test_a_drop_says_from_where_and_doubts_a_half() -> None:
    own = (asked(20 * DAY, "800"),)
    [reason] = reasons({"drop": Decimal("0.1")}, priced(unit_usd="700"), past=Past(own=own)).values()
    assert reason.said == "down 12.5 % from 800.00 USD, what it asked on 2026-04-11"
    assert (reason.past, reason.past_at, reason.doubt) == (Decimal(800), NOON - 20 * DAY, "")
    [reason] = reasons({"drop": Decimal("0.1")}, priced(unit_usd="399"), past=Past(own=own)).values()
    assert "less than half" in reason.doubt


CHANGES: list[tuple[str, list[Point], str, bool]] = [
    ("down", [asked(8 * DAY, "700")], "690", True),
    ("up", [asked(8 * DAY, "700")], "710", True),
    ("a tenth of a percent is flicker", [asked(8 * DAY, "700")], "699.30", False),
    ("small steps add up", [asked(day * DAY, str(700 + day)) for day in range(8, 0, -1)], "700", False),
    ("more of them, too", [asked(day * DAY, str(700 + 2 * day)) for day in range(8, 0, -1)], "700", True),
]


@pytest.mark.parametrize(("own", "unit_usd", "speaks"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES])
def test_any_change(own: list[Point], unit_usd: str, speaks: bool) -> None:
    found = reasons({"any_change": Decimal("0.01")}, priced(unit_usd=unit_usd), past=Past(own=tuple(own)))
    assert (Rule.ANY_CHANGE in found) is speaks


# --- the lowest -----------------------------------------------------------------------------------------------------


def low(value: str, *, watched: timedelta = 60 * DAY) -> Past:
    return Past(lows={"w": Low(value=Decimal(value), at=NOON - 20 * DAY, watched_since=NOON - watched)})


LOWEST: list[tuple[str, Past, str, bool, str]] = [
    ("lower than ever", low("700"), "690", True, ""),
    ("by a flicker", low("700"), "694", False, ""),
    ("as low as before", low("700"), "700", False, ""),
    ("alone: sent, and marked", low("700"), "500", True, "no other price is near it"),
    ("not watched for long enough", low("700", watched=6 * DAY), "500", False, ""),
    ("nothing to compare with", Past(), "1", False, ""),
]


@pytest.mark.parametrize(
    ("past", "unit_usd", "speaks", "doubt"), [row[1:] for row in LOWEST], ids=[row[0] for row in LOWEST]
)
def test_lowest(past: Past, unit_usd: str, speaks: bool, doubt: str) -> None:
    found = reasons({"lowest": 30 * DAY}, priced(unit_usd=unit_usd), past=past)
    assert (Rule.LOWEST in found) is speaks
    if speaks:
        assert doubt in found[Rule.LOWEST].doubt


def test_the_lowest_says_among_what_and_since_when() -> None:
    [ever] = reasons({"lowest": EVER}, priced(unit_usd="690"), past=low("700")).values()
    assert ever.said == ("the lowest ever seen, in 60 days of rtx-3090-24gb, used: before, 700.00 USD on 2026-04-11")
    group = {"lowest": 30 * DAY, "lowest_of": Scope.GROUP}
    [best] = reasons(group, priced(unit_usd="690"), past=low("30")).values()
    assert (best.value, best.unit) == (Decimal("28.75"), "USD/GB")


OWN_LOWS: list[tuple[str, list[Point], bool]] = [
    ("below all of its own", [asked(40 * DAY, "720"), asked(20 * DAY, "700")], True),
    ("it asked less before", [asked(40 * DAY, "720"), asked(20 * DAY, "640"), asked(3 * DAY, "700")], False),
    ("it asked less too long ago", [asked(90 * DAY, "600"), asked(40 * DAY, "720")], True),
    ("but in part of the span", [asked(90 * DAY, "600"), asked(29 * DAY, "720")], False),
    (
        "a glitch that one visit saw does not count",
        [asked(40 * DAY, "720"), asked(20 * DAY, "70", once=True), asked(19 * DAY, "700")],
        True,
    ),
    (
        "a real low of one visit does",
        [asked(40 * DAY, "720"), asked(20 * DAY, "600", once=True), asked(9 * DAY, "700")],
        False,
    ),
]


@pytest.mark.parametrize(("own", "speaks"), [row[1:] for row in OWN_LOWS], ids=[row[0] for row in OWN_LOWS])
def test_the_lowest_of_a_listing(own: list[Point], speaks: bool) -> None:
    watch = {"lowest": 30 * DAY, "lowest_of": Scope.LISTING}
    assert bool(reasons(watch, priced(unit_usd="650"), past=Past(own=tuple(own)))) is speaks


def stood(value: str, **fields: Any) -> Stood:
    usual: dict[str, Any] = {
        "listing_id": 9,
        "value": Decimal(value),
        "unit_usd": Decimal(value),
        "at": NOON - 10 * DAY,
    }
    return Stood(**{**usual, **fields})


LOWS: list[tuple[str, list[Stood], str | None]] = [
    ("the lowest of several", [stood("700"), stood("650"), stood("800")], "650"),
    ("it was over before the span", [stood("600", until=NOON - 31 * DAY), stood("700")], "700"),
    ("it lasted into the span", [stood("600", at=NOON - 90 * DAY, until=NOON - 29 * DAY), stood("700")], "600"),
    (
        "a glitch between dear prices",
        [stood("70", once=True, before=Decimal(700), after=Decimal(700)), stood("650")],
        "650",
    ),
    ("two visits saw it", [stood("70", before=Decimal(700), after=Decimal(700)), stood("650")], "70"),
    ("one visit saw it, but it was near", [stood("500", once=True, before=Decimal(700)), stood("650")], "500"),
    ("far below what others asked then", [stood("70", median_usd=Decimal(700)), stood("650")], "650"),
    ("cheap, but so were others then", [stood("110", median_usd=Decimal(140)), stood("300")], "110"),
    ("gone at once, like a bargain", [stood("500", once=True, median_usd=Decimal(700)), stood("650")], "500"),
    ("nothing believable", [stood("70", median_usd=Decimal(700))], None),
]


@pytest.mark.parametrize(("prices", "found"), [row[1:] for row in LOWS], ids=[row[0] for row in LOWS])
def test_past_lows_are_cleaned_of_glitches(prices: list[Stood], found: str | None) -> None:
    best = lowest(prices, since=NOON - 30 * DAY, watched_since=NOON - 90 * DAY)
    assert (best and best.value) == (None if found is None else Decimal(found))


# --- events ---------------------------------------------------------------------------------------------------------

AUCTION = priced(unit_usd="300", auction=True, ends_at=NOON + HOUR)

EVENTS: list[tuple[str, dict[str, Any], Priced, dict[str, Any], set[Rule]]] = [
    ("new", {"new": True}, priced(), {"event": Event.NEW}, {Rule.NEW}),
    ("a price is nothing new", {"new": True}, priced(), {"event": Event.PRICE}, set()),
    ("a relisted card is not new", {"new": True}, priced(), {"event": Event.NEW, "relists": 7}, set()),
    ("back in stock", {"back": True}, priced(), {"event": Event.BACK}, {Rule.BACK}),
    ("new is not back", {"back": True}, priced(), {"event": Event.NEW}, set()),
    ("a price that nobody can convert is new", {"new": True}, priced(unit_usd=None), {"event": Event.NEW}, {Rule.NEW}),
    ("no bid is a price", {"below": Decimal(20), "new": True}, AUCTION, {"event": Event.NEW}, set()),
    (
        "an auction about to end",
        {"below": Decimal(20), "auction_ends": 2 * HOUR},
        AUCTION,
        {"event": Event.ENDING},
        {Rule.AUCTION_ENDS},
    ),
    ("its bid is too high", {"below": Decimal(12), "auction_ends": 2 * HOUR}, AUCTION, {"event": Event.ENDING}, set()),
    ("it ends later", {"below": Decimal(20), "auction_ends": HOUR / 2}, AUCTION, {"event": Event.ENDING}, set()),
    (
        "it is over",
        {"below": Decimal(20), "auction_ends": 2 * HOUR},
        AUCTION,
        {"event": Event.ENDING, "noticed_at": NOON + HOUR},
        set(),
    ),
    ("several reasons", {"below": Decimal(30), "new": True}, priced(), {"event": Event.NEW}, {Rule.BELOW, Rule.NEW}),
]


@pytest.mark.parametrize(
    ("watch", "offer", "change", "rules"), [row[1:] for row in EVENTS], ids=[row[0] for row in EVENTS]
)
def test_what_happens(watch: dict[str, Any], offer: Priced, change: dict[str, Any], rules: set[Rule]) -> None:
    assert set(reasons(watch, offer, **change)) == rules


def test_an_old_bid_is_doubted() -> None:
    watch = {"below": Decimal(20), "auction_ends": 2 * HOUR}
    [reason] = reasons(watch, AUCTION, event=Event.ENDING, noticed_at=NOON + HOUR / 4 * 3).values()
    assert reason.said == "the auction ends in 15 min, the bid is 12.50 USD/GB, below 20.00"
    assert reason.doubt == "the bid is of 45 min ago"
