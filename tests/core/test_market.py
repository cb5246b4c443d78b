"""What a card is worth: which prices count, when nothing is said, and what no offer can change."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracker.core.market import (
    ENOUGH,
    TOO_CHEAP,
    Baseline,
    Basis,
    Comparable,
    Reference,
    Refusal,
    baseline,
    region_of,
    too_cheap,
)
from tracker.core.models import Condition

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def ask(
    usd: float | str,
    voice: str = "",
    *,
    days_ago: float = 0,
    ended: bool = False,
    condition: Condition = Condition.USED,
    country: str = "US",
) -> Comparable:
    """One price; without a name, the seller is named by it."""
    return Comparable(
        voice=voice or f"{condition} {country} {usd} {ended}",
        unit_usd=Decimal(str(usd)),
        at=NOW - days_ago * DAY,
        ended=ended,
        condition=condition,
        country=country,
    )


def many(*prices: float, condition: Condition = Condition.USED, country: str = "US") -> list[Comparable]:
    """Prices of as many sellers."""
    return [
        ask(usd, f"{condition} {country} {place}", condition=condition, country=country)
        for place, usd in enumerate(prices)
    ]


def used(comparables: Sequence[Comparable], reference: Reference | None = None) -> Baseline | Refusal:
    """What a used card is worth to a buyer in the US."""
    return baseline(comparables, condition=Condition.USED, region="US", now=NOW, reference=reference)


def worth(comparables: Sequence[Comparable], reference: Reference | None = None) -> Baseline:
    found = used(comparables, reference)
    assert isinstance(found, Baseline), found
    return found


def refused(comparables: Sequence[Comparable], reference: Reference | None = None) -> Refusal:
    found = used(comparables, reference)
    assert isinstance(found, Refusal), found
    return found


# --- by hand ------------------------------------------------------------------------------------------------------


def test_the_median_with_its_interval() -> None:
    found = worth(many(700, 720, 740, 760, 780, 800, 820))
    assert found.usd == 760
    assert [found.low, found.high] == [720, 800]  # 0.5 ± 0.8225 / √7 of seven: the second and the sixth
    assert [found.p10, found.p90] == [700, 820]
    assert [found.n, found.listings, found.ended] == [7, 7, 0]
    assert found.basis is Basis.HOME


ADDED = [
    ("nothing", [], 760),
    ("one too cheap", [ask(300)], 760),
    ("many too cheap", [ask(usd) for usd in (10, 20, 30, 40)], 760),
    ("one too dear", [ask(5000)], 760),
    ("four who dream", [ask(usd) for usd in (4000, 4100, 4200, 4300)], 760),
    ("nothing asked", [ask(0)], 760),
    ("one that is gone weighs as much as two that stand", [ask(700, "a", ended=True)], 740),
    ("the same still asked", [ask(700, "a"), ask(701, "b")], 740),
    (
        "a seller with three cards at low prices counts once",
        [ask(usd, "a", ended=True) for usd in (700, 701, 702)],
        740,
    ),
    ("long ago", [ask(usd, days_ago=91) for usd in (400, 401, 402, 403)], 760),
    ("two lower ones", [ask(usd) for usd in (600, 601)], 740),
    ("the same, a month and a half ago", [ask(usd, days_ago=45) for usd in (600, 601)], 760),
    ("other conditions", many(400, 410, 420, 430, 440, 450, condition=Condition.NEW), 760),
    ("other regions", many(500, 510, 520, 530, 540, 550, country="CN"), 760),
]


@pytest.mark.parametrize(("added", "usd"), [row[1:] for row in ADDED], ids=[row[0] for row in ADDED])
def test_what_counts(added: list[Comparable], usd: int) -> None:
    assert worth([*many(700, 720, 740, 760, 780, 800, 820), *added]).usd == usd


REFERENCE = Reference(usd=Decimal(650), low=Decimal(600), high=Decimal(700), day=date(2026, 1, 15), source="somebody")

STEPS = [
    ("enough at home", many(700, 710, 720, 730, 740), Basis.HOME, 720),
    (
        "too few at home",
        [*many(700, 710, 720, 730), *many(600, 610, country="CN")],
        Basis.ANYWHERE,
        700,
    ),
    (
        "too few anywhere",
        [*many(700, 710), *many(720, 730, 740, condition=Condition.REFURBISHED, country="DE")],
        Basis.NEIGHBOURS,
        720,
    ),
    (
        "new is no neighbour of used",
        [*many(700, 710), *many(900, 910, 920, condition=Condition.NEW)],
        Basis.REFERENCE,
        650,
    ),
    ("nothing", [], Basis.REFERENCE, 650),
]


@pytest.mark.parametrize(("comparables", "basis", "usd"), [row[1:] for row in STEPS], ids=[row[0] for row in STEPS])
def test_what_it_rests_on(comparables: list[Comparable], basis: Basis, usd: int) -> None:
    found = worth(comparables, REFERENCE)
    assert found.usd == usd
    assert found.basis is basis
    assert found.basis in found.label
    assert len(found.steps) == list(Basis).index(basis), "every step that failed is told"


def test_a_reference_price_is_dated_and_judges_nothing() -> None:
    found = worth([], REFERENCE)
    assert found.label == "reference price of 2026-01-15 (somebody)"
    assert [found.low, found.usd, found.high, found.n] == [600, 650, 700, 0]
    assert not too_cheap(Decimal(1), found)


def test_refusing_says_every_step() -> None:
    assert refused(many(700, 710, 720, 730)).steps == (
        "used, US: 4 sellers, 5 are needed",
        "used, all regions: 4 sellers, 5 are needed",
        "renewed, used, unknown: 4 sellers, 5 are needed",
        "no reference price",
    )
    old = replace(REFERENCE, day=date(2025, 4, 30))
    assert refused([], old).steps[-1] == "the last reference price is of 2025-04-30"


def test_what_is_too_cheap_anywhere_makes_no_baseline_at_home() -> None:
    market = [*many(400, 410, 420, 430), *many(1000, 1010, 1020, 1030, 1040, 1050, country="CN")]
    assert worth(market).usd == worth([*market, ask(390)]).usd == 1020


def test_two_crowds_are_no_baseline() -> None:
    found = refused([*many(700, 710, 720, 730, 740), *many(200, 201, 202, 203, 204, country="CN")], REFERENCE)
    assert found.reason == "used: the prices fall apart: 5 of 10 sellers ask about 720 USD"


def test_a_seller_of_two_kinds_of_thing_agrees_by_a_part() -> None:
    mixed = [ask(usd + place, f"shop {place}") for place in range(9) for usd in (800, 805, 810, 3000)]
    assert worth(mixed).usd == 809


def test_without_a_region_nothing_is_nearer() -> None:
    comparables = [*many(700, 710, 720, 730, 740), *many(500, 510, 520, 530, 540, 550, country="CN")]
    found = baseline(comparables, condition=Condition.USED, region="", now=NOW)
    assert isinstance(found, Baseline)
    assert found.basis is Basis.ANYWHERE
    assert found.usd == 550
    assert found.steps == ()


def test_regions() -> None:
    assert region_of("DE") == region_of("FR") == "EU"
    assert region_of("HK") == region_of("CN")
    assert region_of("US") == "US"
    assert region_of("GB") == "GB"


def test_an_offer_is_judged_by_its_like_only() -> None:
    like = worth(many(700, 710, 720, 730, 740))
    assert too_cheap(Decimal("359.99"), like)
    assert not too_cheap(Decimal(360), like)
    neighbours = worth(many(700, 710, 720, 730, 740, condition=Condition.REFURBISHED))
    assert neighbours.basis is Basis.NEIGHBOURS
    assert not too_cheap(Decimal(10), neighbours)


def test_the_interval_holds_the_true_median_as_often_as_it_says() -> None:
    draw = random.Random(7)  # noqa: S311
    hits = 0
    for _ in range(400):
        found = worth([ask(round(800 * draw.lognormvariate(0, 0.2), 2), f"s{place}") for place in range(15)])
        hits += found.low <= 800 <= found.high
    assert 0.87 <= hits / 400 <= 0.97


def test_five_thousand_comparables_take_milliseconds() -> None:
    draw = random.Random(5)  # noqa: S311
    comparables = [
        ask(
            round(800 * draw.lognormvariate(0, 0.25), 2),
            f"s{place}",
            days_ago=draw.random() * 90,
            ended=draw.random() < 0.7,
        )
        for place in range(5000)
    ]
    times = []
    for _ in range(7):
        start = time.process_time()
        worth(comparables)
        times.append(time.process_time() - start)
    assert min(times) < 0.5, "about 12 ms where this was written; what grows with the square takes seconds"


# --- for all ------------------------------------------------------------------------------------------------------

PRICES = st.one_of(
    st.integers(700, 900),
    st.integers(150, 260),
    st.integers(2500, 3500),
    st.integers(1, 10_000),
)


@st.composite
def asks(draw: st.DrawFn) -> Comparable:
    return Comparable(
        voice=f"seller {draw(st.integers(0, 12))}",
        unit_usd=Decimal(draw(PRICES)),
        at=NOW - draw(st.integers(0, 95)) * DAY,
        ended=draw(st.booleans()),
        condition=draw(st.sampled_from([Condition.USED, Condition.USED, Condition.REFURBISHED, Condition.NEW])),
        country=draw(st.sampled_from(["US", "US", "CN", "DE"])),
    )


@st.composite
def markets(draw: st.DrawFn) -> list[Comparable]:
    """Some that agree, and anything beside them."""
    prices = draw(st.lists(st.integers(700, 900), min_size=ENOUGH, max_size=12))
    home, condition = (
        draw(st.sampled_from(["US", "CN"])),
        draw(st.sampled_from([Condition.USED, Condition.REFURBISHED])),
    )
    return [*many(*prices, country=home, condition=condition), *draw(st.lists(asks(), max_size=15))]


MARKETS = st.lists(asks(), max_size=30) | markets()


@settings(max_examples=200, deadline=None)
@given(markets(), st.data())
def test_what_is_too_cheap_never_moves_a_baseline(market: list[Comparable], data: st.DataObject) -> None:
    """There may be none any more, once as many are too cheap as not; there is never another one."""
    before = used(market)
    assume(isinstance(before, Baseline) and before.judges)
    assert isinstance(before, Baseline)
    share = data.draw(st.decimals(Decimal("0.001"), TOO_CHEAP, places=3))
    extra = replace(data.draw(asks()), unit_usd=before.usd * share)
    assume(too_cheap(extra.unit_usd, before))
    after = used([*market, extra])
    if isinstance(after, Refusal):
        assert "fall apart" in after.reason
    else:
        assert replace(after, steps=()) == replace(before, steps=())


@given(st.lists(st.integers(700, 900), min_size=ENOUGH, max_size=20), st.data())
def test_a_minority_that_is_too_cheap_changes_nothing(prices: list[int], data: st.DataObject) -> None:
    market = many(*prices)
    cheap = data.draw(st.lists(st.integers(1, 349), max_size=len(prices) - 1))
    assert worth([*market, *(ask(usd, f"cheap {place}") for place, usd in enumerate(cheap))]) == worth(market)


@settings(deadline=None)
@given(MARKETS, st.randoms())
def test_the_order_does_not_matter(market: list[Comparable], shuffler: random.Random) -> None:
    again = list(market)
    shuffler.shuffle(again)
    assert used(again) == used(market)


@settings(deadline=None)
@given(MARKETS, st.integers(2, 1000))
def test_in_another_currency_it_is_the_same(market: list[Comparable], rate: int) -> None:
    before, after = used(market), used([replace(one, unit_usd=one.unit_usd * rate) for one in market])
    if isinstance(before, Refusal) or isinstance(after, Refusal):
        assert type(before) is type(after)
        return
    scaled = {name: getattr(before, name) * rate for name in ("usd", "low", "high", "p10", "p90")}
    assert after == replace(before, **scaled)


@settings(deadline=None)
@given(markets().filter(lambda market: isinstance(used(market), Baseline)))
def test_a_baseline_is_a_price_among_prices(market: list[Comparable]) -> None:
    found = worth(market)
    assert found.p10 <= found.usd <= found.p90
    assert found.low <= found.usd <= found.high
    assert {found.usd, found.low, found.high, found.p10, found.p90} <= {one.unit_usd for one in market}
    assert found.usd * TOO_CHEAP <= found.low <= found.high <= found.usd / TOO_CHEAP
    assert found.n >= ENOUGH


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(700, 900), min_size=ENOUGH, max_size=12, unique=True), st.integers(600, 1000))
def test_a_thousand_listings_of_one_seller_count_once(prices: list[int], usd: int) -> None:
    others = many(*prices)
    one = worth([*others, ask(usd, "shop")])
    thousand = worth([*others, *(ask(usd, "shop") for _ in range(1000))])
    assert thousand == replace(one, listings=one.listings + 999)


@given(st.lists(asks(), max_size=60).filter(lambda market: len({one.voice for one in market}) < ENOUGH))
def test_fewer_than_enough_sellers_are_refused(market: list[Comparable]) -> None:
    assert isinstance(used(market), Refusal)


@given(st.lists(st.integers(700, 1300), min_size=ENOUGH, max_size=15))
def test_equal_sellers_give_the_plain_median(prices: list[int]) -> None:
    rising = sorted(prices)
    assume(rising[0] >= rising[-1] / 2)
    assert worth(many(*prices)).usd == rising[(len(rising) - 1) // 2]
    assert worth(many(*prices)).usd <= median(rising)
