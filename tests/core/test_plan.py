"""Plans: exact against every combination there is, lots and machines as they are sold, and quick on a large market."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise, product
from math import inf
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import priced
from tracker.core.gpus import Catalogue
from tracker.core.models import Gpu, Priced
from tracker.core.plan import Goal, Plan, cents_for, plans
from tracker.core.rig import Load

# --- invented cards -----------------------------------------------------------------------------------------------


def card(name: str, vram_gb: float, bandwidth_gb_s: float | None, tdp_w: int | None, **facts: object) -> Gpu:
    """A card of the family its name begins with."""
    family = name.partition("-")[0]
    values = {"id": name, "family": family, "name": family, "vendor": "v", "bandwidth_gb_s": bandwidth_gb_s}
    return Gpu(**values | {"vram_gb": vram_gb, "tdp_w": tdp_w} | facts)  # type: ignore[arg-type]


ANT, ANT16, BEE, EEL, FOX = CARDS = [
    card("ant-8gb", 8, 200, 100, slots=1),
    card("ant-16gb", 16, 200, 120, slots=2),
    card("bee-16gb", 16, 600, 300, slots=2, bf16=True),
    card("eel-16gb-modded", 16, 400, 150, status="modded"),
    card("fox-64gb", 64, 250, 90, kind="unified"),
]
CARDS += [card("cat-12gb", 12, None, 90, slots=1), card("dog-24gb", 24, 500, None, slots=2, bf16=True)]


def listing(number: int, gpu: Gpu, cents: int, *, quantity: int = 1, each: bool = False, shipping: int = 0) -> Priced:
    """A listing of some cards at so many cents each, and shipping for the whole of it."""
    sent, landed = Decimal(shipping).scaleb(-2), Decimal(cents * quantity + shipping).scaleb(-2)
    return priced(
        number,
        str(landed / quantity),
        gpu=gpu.family,
        variant=gpu.id,
        spec=gpu,
        kind=gpu.kind,
        quantity=quantity,
        price=Decimal(cents if each else cents * quantity).scaleb(-2),
        shipping=sent,
        landed_usd=landed,
        flags=("each",) if each else (),
    )


# --- every combination there is -----------------------------------------------------------------------------------

Vector = tuple[float, ...]
"""Price, memory, bandwidth, watts, whether bf16 is lacking, whether it is a machine; less is better."""


def counts(offer: Priced) -> list[int]:
    """How many cards of a listing may be bought."""
    return [0, *range(1 if "each" in offer.flags else offer.quantity, offer.quantity + 1)]


def allowed(gpus: Sequence[Gpu], bought: Sequence[Gpu], cents: int, goal: Goal) -> bool:
    """Whether cards may stand together in a plan and are within its limits."""
    machines = [gpu for gpu in gpus if gpu.kind == "unified"]
    families = {gpu.family for gpu in bought}
    watts = sum(inf if gpu.tdp_w is None else gpu.tdp_w for gpu in gpus)
    slots = sum(0 if gpu.kind == "unified" else inf if gpu.slots is None else gpu.slots for gpu in gpus)
    return (
        bool(gpus)
        and (not machines or len(gpus) == 1)
        and len(families) <= (2 if goal.mixed else 1)
        and len(gpus) <= goal.max_cards
        and sum(gpu.vram_gb or 0 for gpu in gpus) >= goal.vram_gb
        and (goal.budget_usd is None or cents <= goal.budget_usd * 100)
        and (goal.watts is None or watts <= goal.watts)
        and (goal.slots is None or slots <= goal.slots)
        and all(gpu.bf16 or not goal.bf16 for gpu in gpus)
        and all(gpu.status == "official" or goal.modded for gpu in bought)
    )


def every_way(offers: Sequence[Priced], goal: Goal) -> Iterator[Vector]:
    """What every allowed combination amounts to; the unknown is the worst there is."""
    mine = [range(count + 1) for _, count in goal.own]
    for taken in product(*(counts(offer) for offer in offers), *mine):
        picked = list(zip(offers, taken, strict=False))
        bought = [offer.spec for offer, count in picked for _ in range(count) if offer.spec]
        held = [gpu for (gpu, _), count in zip(goal.own, taken[len(offers) :], strict=True) for _ in range(count)]
        gpus, cents = [*bought, *held], sum(cents_for(offer, count) for offer, count in picked if count)
        if allowed(gpus, bought, cents, goal):
            yield vector(cents, gpus)


def vector(cents: float, gpus: Sequence[Gpu]) -> Vector:
    known = [gpu.board_bandwidth_gb_s for gpu in gpus]
    return (
        cents,
        -sum(gpu.vram_gb or 0 for gpu in gpus),
        inf if None in known else -sum(speed or 0 for speed in known),
        sum(inf if gpu.tdp_w is None else gpu.tdp_w for gpu in gpus),
        not all(gpu.bf16 for gpu in gpus),
        any(gpu.kind == "unified" for gpu in gpus),
    )


def beats(one: Vector, other: Vector) -> bool:
    """Whether one way is nowhere worse than another of its kind."""
    return one != other and one[-1] == other[-1] and all(a <= b for a, b in zip(one, other, strict=True))


def unbeaten(ways: set[Vector]) -> set[Vector]:
    return {way for way in ways if not any(beats(other, way) for other in ways)}


def vectors(found: Sequence[Plan]) -> list[Vector]:
    return [
        vector(int(plan.price_usd * 100), [pick.gpu for pick in plan.picks for _ in range(pick.count)])
        for plan in found
    ]


Row = dict[str, Any]

listings: st.SearchStrategy[Row] = st.builds(
    dict,
    gpu=st.sampled_from(CARDS),
    cents=st.integers(1, 30).map(lambda tens: tens * 1000 + 1),
    quantity=st.sampled_from([1, 1, 1, 1, 2, 3, 4]),
    each=st.booleans(),
    shipping=st.sampled_from([0, 0, 500]),
)
goals = st.builds(
    Goal,
    vram_gb=st.sampled_from([8, 24, 32, 48, 64]),
    budget_usd=st.sampled_from([None, None, Decimal(400), Decimal(900)]),
    watts=st.sampled_from([None, None, 400, 700]),
    slots=st.sampled_from([None, None, 4, 7]),
    bf16=st.sampled_from([False, False, True]),
    modded=st.sampled_from([True, True, False]),
    max_cards=st.sampled_from([1, 3, 4, 8]),
    mixed=st.booleans(),
    own=st.sampled_from([(), (), ((BEE, 2),), ((ANT, 1), (EEL, 1))]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(listings, max_size=7), goals)
def test_exact(rows: list[Row], goal: Goal) -> None:
    offers = [listing(number, **row) for number, row in enumerate(rows, start=1)]
    expected = sorted(unbeaten(set(every_way(offers, goal))))
    found = vectors(plans(offers, goal))
    assert sorted(found) == expected
    assert found == sorted(found, key=lambda one: one[0])


@settings(max_examples=100, deadline=None)
@given(st.lists(listings, max_size=7), goals, st.integers(1, 4))
def test_the_cheapest_few_are_those_of_the_whole_front(rows: list[Row], goal: Goal, top: int) -> None:
    offers = [listing(number, **row) for number, row in enumerate(rows, start=1)]
    whole, few = vectors(plans(offers, goal)), vectors(plans(offers, goal, top=top))
    assert [one[0] for one in few] == [one[0] for one in whole][:top]
    assert set(few) <= set(whole)


def test_exact_among_many_cheap_singles() -> None:
    """A lot that is dearer per card than eight single cards is never needed, one that is cheaper is."""
    offers = [listing(number, ANT, 10_000 + number) for number in range(1, 12)]
    lots = [listing(20, ANT, 10_000, quantity=4), listing(21, ANT, 10_012, quantity=4)]
    found = plans([*offers, *lots], Goal(vram_gb=48))
    assert [plan.price_usd for plan in found] == [Decimal("600.03"), Decimal("700.06"), Decimal("800.10")]
    assert [pick.count for pick in found[0].picks] == [4, 1, 1]


# --- how things are sold ------------------------------------------------------------------------------------------


def cheapest(offers: Sequence[Priced], **goal: object) -> Plan:
    return plans(offers, Goal(**goal))[0]  # type: ignore[arg-type]


def test_a_lot_is_bought_whole() -> None:
    plan = cheapest([listing(1, BEE, 10_000, quantity=4)], vram_gb=32)
    assert (plan.rig.cards, plan.price_usd, plan.rig.vram_gb) == (4, Decimal(400), 64)
    assert plans([listing(1, BEE, 10_000, quantity=4)], Goal(vram_gb=32, max_cards=3)) == []


def test_a_price_for_each_sells_any_number_and_ships_once() -> None:
    plan = cheapest([listing(1, BEE, 10_000, quantity=4, each=True, shipping=2000)], vram_gb=32)
    assert (plan.rig.cards, plan.price_usd) == (2, Decimal(220))


def test_what_it_takes_to_use_a_card_is_paid_for_each() -> None:
    lot = replace(listing(1, BEE, 10_000, quantity=2), unit_usd=Decimal(128))  # 28 USD of adapter and cooler
    assert cheapest([lot], vram_gb=32).price_usd == Decimal(256)
    each = replace(listing(1, BEE, 10_000, quantity=2, each=True), unit_usd=Decimal(128))
    assert cheapest([each], vram_gb=16).price_usd == Decimal(128)


def test_a_listing_is_used_once() -> None:
    assert plans([listing(1, BEE, 10_000)], Goal(vram_gb=32)) == []


def test_a_bid_an_undecided_card_and_a_price_without_a_rate_are_not_bought() -> None:
    good = listing(1, BEE, 10_000)
    no_rate = replace(good, landed_usd=None, unit_usd=None)
    for offer in (replace(good, auction=True), replace(good, spec=None, variant=None), no_rate):
        assert plans([offer], Goal(vram_gb=16)) == []
    assert plans([replace(good, modded=True)], Goal(vram_gb=16, modded=False)) == []


def test_a_machine_stands_alone() -> None:
    offers = [listing(1, FOX, 90_000), listing(2, FOX, 90_000), listing(3, BEE, 5_000)]
    assert plans(offers, Goal(vram_gb=80, mixed=True)) == []
    plan = cheapest(offers, vram_gb=64)
    assert plan.make_up == ("fox-64gb",)
    assert "a whole machine: cards need a computer beside them" in plan.caveats
    assert plan.rig.slots == 0


def test_owned_cards_cost_nothing_and_join_any_family() -> None:
    dear = [listing(number, BEE, 20_000) for number in (1, 2)]
    plan = cheapest([*dear, listing(3, ANT16, 9_000)], vram_gb=48, own=((BEE, 2),))
    assert plan.price_usd == Decimal(90)
    assert plan.make_up == ("ant-16gb", "bee-16gb")
    assert [pick.listing.listing_id if pick.listing else None for pick in plan.picks] == [3, None]
    assert cheapest(dear, vram_gb=32, own=((BEE, 2),)).price_usd == 0


def test_ties_go_to_the_fewest_listings() -> None:
    offers = [listing(1, BEE, 10_000), listing(2, BEE, 10_000), listing(3, BEE, 10_000, quantity=2)]
    assert [pick.listing for pick in cheapest(offers, vram_gb=32).picks] == [offers[2]]
    assert len(plans(offers, Goal(vram_gb=32, max_cards=2))) == 1


RENTS = [
    # price, watts, rent per hour, hours until owning is cheaper at 0.15 USD/kWh
    (20_000, 300, "0.35", Decimal(200) / Decimal("0.305")),
    (20_000, 300, "0.045", None),  # electricity alone costs that
    (20_000, None, "0.35", None),
]


@pytest.mark.parametrize(("cents", "watts", "rent", "hours"), RENTS)
def test_when_owning_beats_renting(cents: int, watts: int | None, rent: str, hours: Decimal | None) -> None:
    offer = listing(1, replace(BEE, tdp_w=watts), cents)
    assert cheapest([offer], vram_gb=16, rent_usd_per_hour=Decimal(rent)).rent_hours == hours


# --- what comes of it ---------------------------------------------------------------------------------------------


def rig(known: Catalogue, variant: str, count: int, load: Load | None = None) -> Plan:
    gpu = known.by_id[variant]
    offers = [listing(number, gpu, 10_000) for number in range(1, count + 1)]
    return cheapest(offers, vram_gb=(gpu.vram_gb or 0) * count, load=load)


def test_totals(known: Catalogue) -> None:
    plan = rig(known, "rtx-3090-24gb", 4, Load(model_gb=40, read_gb=40))
    one = plan.rig
    assert (one.cards, one.vram_gb, one.per_card_gb, one.usable_gb) == (4, 96, (24, 24, 24, 24), 88)
    assert (one.bandwidth_gb_s, one.watts_idle, one.watts_busy, one.slots) == (3744, 108, 1400, 12)
    assert plan.usd_per_gb == Decimal(400) / 96
    assert one.fits
    assert [one.bound_tok_s, one.split_tok_s] == pytest.approx([93.6, 23.4])
    assert one.expected_tok_s == pytest.approx(17.95, abs=0.01)
    assert "measured with cuda" in one.expected_from


def test_a_mixture_of_experts_has_a_bound_and_no_measured_speed(known: Catalogue) -> None:
    one = rig(known, "rtx-3090-24gb", 4, Load(model_gb=63.4, read_gb=2.8)).rig
    assert one.bound_tok_s == pytest.approx(3744 / 2.8)
    assert (one.expected_tok_s, one.expected_from) == (None, "")


def test_no_speed_where_the_model_does_not_fit(known: Catalogue) -> None:
    plan = rig(known, "rtx-3090-24gb", 1, Load(model_gb=40, read_gb=40))
    assert (plan.rig.fits, plan.rig.bound_tok_s, plan.rig.expected_tok_s) == (False, None, None)
    assert "the model does not fit" in plan.caveats


def test_different_cards_share_the_work_by_memory(known: Catalogue) -> None:
    big, small = known.by_id["rtx-4090-48gb-modded"], known.by_id["rtx-3090-24gb"]
    plan = cheapest(
        [listing(1, big, 1), listing(2, small, 1)], vram_gb=72, mixed=True, load=Load(model_gb=36, read_gb=36)
    )
    assert plan.rig.split_tok_s == pytest.approx(1 / (24 / 1008 + 12 / 936))
    assert plan.rig.bound_tok_s == pytest.approx((1008 + 936) / 36)


CAVEATS = [
    ("rtx-4090-24gb", 2, ["no NVLink: the cards talk over PCIe"]),
    ("mi50-32gb", 3, ["gfx906: dropped from ROCm 7", "needs blower shroud", "2, 4 or 8 equal GPUs: 3 split by layers"]),
    ("v100-sxm2-32gb", 2, ["CUDA 13 dropped this generation", "needs sxm2 adapter board", "needs cooler"]),
    ("arc-pro-b60-dual-48gb", 1, ["needs x8/x8 bifurcation"]),
    ("arc-pro-b60-dual-48gb", 3, ["2, 4 or 8 equal GPUs: 6 split by layers"]),
    ("rtx-4090-48gb-modded", 1, ["no warranty from the maker"]),
    ("mac-m1-max-32c-64gb", 1, ["a whole machine", "power unknown"]),
]


@pytest.mark.parametrize(("variant", "count", "said"), CAVEATS)
def test_caveats(known: Catalogue, variant: str, count: int, said: list[str]) -> None:
    caveats = "; ".join(rig(known, variant, count).caveats)
    assert [word for word in said if word not in caveats] == []


NO_CAVEATS = [
    ("rtx-3090-24gb", 2, ["NVLink", "equal GPUs", "needs"]),
    ("rtx-4090-24gb", 1, ["NVLink", "equal GPUs"]),
]


@pytest.mark.parametrize(("variant", "count", "unsaid"), NO_CAVEATS)
def test_no_caveat_without_reason(known: Catalogue, variant: str, count: int, unsaid: list[str]) -> None:
    caveats = "; ".join(rig(known, variant, count).caveats)
    assert [word for word in unsaid if word in caveats] == []


def test_what_a_listing_leaves_open_is_said() -> None:
    offer = replace(listing(1, BEE, 10_000), shipping=None, flags=("from", "ex_vat"))
    assert cheapest([offer], vram_gb=16).caveats[-3:] == (
        "shipping is not stated and not included",
        "the price is the lowest of several",
        "VAT comes on top of the price",
    )


# --- a large market -----------------------------------------------------------------------------------------------


def market(known: Catalogue, size: int) -> list[Priced]:
    """Offers of 500 variants, one in ten a lot of two, four or eight, prices scattered around one per variant."""
    random = Random(7)  # noqa: S311
    gpus = sorted((gpu for gpu in known if gpu.form_factor != "laptop"), key=lambda gpu: -(gpu.vram_gb or 0))[:500]
    usual = {gpu.id: random.uniform(8, 40) * (gpu.vram_gb or 1) for gpu in gpus}
    sizes = random.choices([1, 2, 4, 8], [90, 5, 4, 1], k=size)
    drawn = random.choices(gpus, k=size)
    return [
        listing(number, gpu, round(usual[gpu.id] * random.lognormvariate(4.6, 0.25)), quantity=quantity)
        for number, (gpu, quantity) in enumerate(zip(drawn, sizes, strict=True), start=1)
    ]


def test_quick_on_a_large_market(known: Catalogue) -> None:
    """0.15 to 0.35 s on the machine it was written on; the limit is for what would be tried one by one."""
    offers = market(known, 50_000)
    started = time.process_time()
    found = plans(offers, Goal(vram_gb=96))
    assert time.process_time() - started < 10
    assert len(found) > 100
    assert all(one.price_usd <= other.price_usd for one, other in pairwise(found))
