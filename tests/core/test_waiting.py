"""Buy now or wait: how often, how long, and where prices go; by hand, and on recorded series."""

import json
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.market import Refusal
from tracker.core.waiting import Chance, Stretch, Trend, advice, chance, trend

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def stood(since: float, until: float | None, usd: int = 600, voice: str = "", *, found: bool = False) -> Stretch:
    """An offer that stood from some days ago to some days ago; without a name, the seller is named by it."""
    return Stretch(
        voice=voice or f"{since} {until}",
        since=NOW - since * DAY,
        until=None if until is None else NOW - until * DAY,
        unit_usd=Decimal(usd),
        found=found,
    )


LONG_AGO = stood(200, None, 900, "shop", found=True)

CAME = [
    ("none", [], 0, 0, None),
    ("one, gone after three days", [stood(20, 17)], 1, 0, 3),
    ("one still there", [stood(20, None)], 1, 1, None),
    ("too dear", [stood(20, 17, 601)], 0, 0, None),
    ("before the window", [stood(95, 91)], 0, 0, None),
    ("three, by the middle one", [stood(50, 49), stood(40, 38), stood(30, 20)], 3, 0, 2),
    # 2 of 3 are left after a day, of these half after four: the median is the fourth day, not the second
    ("one that still stands lasts at least so long", [stood(50, 49), stood(40, 36), stood(5, None)], 3, 1, 4),
    ("relisted the next day", [stood(50, 49, 600, "pat"), stood(48, 40, 590, "pat")], 1, 0, 10),
    ("relisted a week later", [stood(50, 49, 600, "pat"), stood(42, 40, 590, "pat")], 2, 0, 1),
    ("two of one seller at once", [stood(50, 40, 600, "pat"), stood(49, 45, 590, "pat")], 1, 0, 10),
    ("there before anybody looked", [stood(50, 49, found=True)], 0, 0, None),
    ("found, and still there", [stood(50, None, found=True)], 0, 1, None),
]


@pytest.mark.parametrize(
    ("stretches", "appeared", "standing", "lasted"), [row[1:] for row in CAME], ids=[row[0] for row in CAME]
)
def test_how_often_and_how_long(stretches: list[Stretch], appeared: int, standing: int, lasted: float | None) -> None:
    odds = chance([LONG_AGO, *stretches], at_most_usd=Decimal(600), now=NOW)
    assert isinstance(odds, Chance)
    assert (odds.appeared, odds.standing) == (appeared, standing)
    assert odds.lasted == (None if lasted is None else lasted * DAY)
    assert odds.watched == 90 * DAY
    assert odds.every == (90 * DAY / appeared if appeared else None)


def test_a_short_watch_says_how_short() -> None:
    odds = chance([stood(10, None, 900), stood(5, 4)], at_most_usd=Decimal(600), now=NOW)
    assert isinstance(odds, Chance)
    assert odds.watched == 10 * DAY


@pytest.mark.parametrize("stretches", [[], [stood(0.5, None)]])
def test_before_the_first_day_nothing_is_said(stretches: list[Stretch]) -> None:
    assert isinstance(chance(stretches, at_most_usd=Decimal(600), now=NOW), Refusal)


def weekly(*prices: float) -> list[tuple[str, datetime, Decimal]]:
    """Prices of as many weeks, the last one this week's."""
    return [
        ("shop", NOW - (len(prices) - place) * 7 * DAY + 3 * DAY, Decimal(str(usd))) for place, usd in enumerate(prices)
    ]


def test_a_steady_fall_is_found_exactly() -> None:
    going = trend(weekly(*(1000 * 0.98**week for week in range(12))), now=NOW)
    assert isinstance(going, Trend)
    assert going.per_month == pytest.approx(0.98 ** (30 / 7) - 1)
    assert going.low == pytest.approx(going.per_month)
    assert (going.direction, going.weeks) == ("falling", 12)


def test_one_wild_week_changes_little() -> None:
    going = trend(weekly(*(1000 * 0.98**week for week in range(11)), 9000), now=NOW)
    assert isinstance(going, Trend)
    assert going.direction == "falling"


def test_one_seller_with_many_listings_is_one() -> None:
    flood = [("flood", at, Decimal(2000)) for _, at, _ in weekly(1000, 1000) for _ in range(50)]
    quiet = [(voice, at, usd) for voice in "abc" for _, at, usd in weekly(*[1000] * 10)]
    going = trend([*quiet, *flood], now=NOW)
    assert isinstance(going, Trend)
    assert going.per_month == going.low == going.high == 0


def test_five_weeks_are_too_few() -> None:
    refusal = trend(weekly(1000, 990, 980, 970, 960), now=NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "prices in 5 of the last 12 weeks, 6 are needed"


def test_the_interval_holds_the_true_trend_as_often_as_it_says() -> None:
    draw = random.Random(11)  # noqa: S311
    hits = 0
    for _ in range(300):
        going = trend(weekly(*(1000 * 0.99**week * draw.lognormvariate(0, 0.05) for week in range(13))), now=NOW)
        assert isinstance(going, Trend)
        hits += going.low <= 0.99 ** (30 / 7) - 1 <= going.high
    assert 0.87 <= hits / 300 <= 0.98


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 95), st.integers(1, 5000)), max_size=60), st.randoms()
)
def test_a_trend_lies_in_its_interval_in_whatever_order(
    said: list[tuple[str, int, int]], shuffler: random.Random
) -> None:
    prices = [(voice, NOW - days * DAY, Decimal(usd)) for voice, days, usd in said]
    going = trend(prices, now=NOW)
    shuffler.shuffle(prices)
    assert trend(prices, now=NOW) == going
    assert isinstance(going, Refusal) or going.low <= going.per_month <= going.high


ADVICE = [
    ("too early", None, Refusal(steps=("watched for less than a day",)), 0, "too early to say"),
    ("never", None, (0, 0), 0, "is a wish"),
    ("falling and there", 590, (5, 1), -0.05, "no hurry"),
    ("rising and there", 590, (5, 1), 0.05, "rising: buy"),
    ("steady and there", 590, (5, 1), 0, "when you need it"),
    ("there, and rare", 590, (1, 1), 0, "buy when you need it, and no other came in 90 days"),
    ("falling and not there", 700, (5, 0), -0.05, "wait, prices are falling: one comes every 18 days"),
    ("rising and not there", 700, (5, 0), 0.05, "do not wait for long"),
    ("nothing on offer at all", None, (5, 0), 0, "wait, if you can: one comes every 18 days"),
]


@pytest.mark.parametrize(("now_usd", "came", "slope", "said"), [row[1:] for row in ADVICE], ids=[r[0] for r in ADVICE])
def test_advice(now_usd: int | None, came: tuple[int, int] | Refusal, slope: float, said: str) -> None:
    odds: Chance | Refusal = (
        came
        if isinstance(came, Refusal)
        else Chance(at_most_usd=Decimal(600), watched=90 * DAY, appeared=came[0], standing=came[1], lasted=None)
    )
    going = Trend(per_month=slope, low=slope - 0.01, high=slope + 0.01, weeks=12)
    assert said in advice(None if now_usd is None else Decimal(now_usd), odds, going)


# --- recorded series ----------------------------------------------------------------------------------------------


def recorded(corpus: Path, name: str) -> list[tuple[str, datetime, Decimal]]:
    prices = json.loads((corpus / "history" / f"amazon_usd_NVIDIA_{name}.json").read_text())["prices"]
    return [("amazon", datetime.fromisoformat(at).replace(tzinfo=UTC), Decimal(str(usd))) for at, usd in prices.items()]


KNOWN = [
    ("GeForce_RTX_4090", "2023-01-15", "falling"),  # the first months after its launch
    ("GeForce_RTX_4090", "2024-11-30", "rising"),  # the model was running out
    ("GeForce_RTX_5080", "2025-07-15", "falling"),  # from scalpers' prices towards the list price
    ("Tesla_P4", "2019-06-10", None),  # a price every two months
    ("GeForce_RTX_4090", "2022-11-01", None),  # two weeks old
    ("GeForce_RTX_5080", "2024-01-01", None),  # not born yet
]


@pytest.mark.parametrize(("name", "day", "direction"), KNOWN)
def test_trends_of_recorded_series(corpus: Path, name: str, day: str, direction: str | None) -> None:
    going = trend(recorded(corpus, name), now=datetime.fromisoformat(day).replace(tzinfo=UTC))
    assert (None if isinstance(going, Refusal) else going.direction) == direction
