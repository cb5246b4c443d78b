"""From stored listings to plans as rows: what is read, what is left out and why, and what a person may type."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from db import queries, sources, sql, store
from db.engine import open_engine, reading, writing
from tests.conftest import NOON, RATES, offer, priced
from tracker.core.errors import ConfigError
from tracker.core.gpus import Catalogue
from tracker.core.identify import identifier
from tracker.core.landed import Costs
from tracker.core.llm import library
from tracker.core.models import Condition, Offer
from tracker.core.plan import Goal, plans
from tracker.core.wanted import Sort, Wanted
from tracker.output import Format, emit
from tracker.pipeline import Tracker
from tracker.planning import (
    Planned,
    caveat_lines,
    flat_plan,
    load_of,
    owned,
    plan_columns,
    planned,
    purchases,
    shortlist,
)

MakeTracker = Callable[..., Tracker]


def put(tracker: Tracker, offers: Sequence[Offer], *, at: datetime = NOON) -> None:
    """One visit that shows these offers."""
    with writing(tracker.engine) as tx:
        source_id = sources.know_source(tx, "barn-us", "barn")
        store.record(
            tx,
            offers,
            source="barn-us",
            source_id=source_id,
            missed_since=None,
            bill=tracker.bill,
            catalogue=tracker.catalogue,
            now=at,
        )


def ask(tracker: Tracker, goal: Goal, **how: Any) -> Planned:
    with reading(tracker.engine) as conn:
        return planned(conn, goal, catalogue=tracker.catalogue, **how)


def card(site_id: str, price: str, variant: str | None = "rtx-3090-24gb", **facts: Any) -> Offer:
    return offer(site_id, price, variant=variant, title=f"{variant} number {site_id}", **facts)


MARKET = [
    *(card(str(number), str(700 + number)) for number in range(1, 7)),
    card("lot", "2600", quantity=4),
    card("mi50", "150", "mi50-32gb"),
    card("mi50-lot", "520", "mi50-32gb", quantity=4, shipping=None),
    card("mac", "3300", "mac-m2-ultra-60c-128gb"),
    card("gone", "1", available=False),
    card("undecided", "1", None),
]


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory, known: Catalogue) -> Iterator[Tracker]:
    """A database with a small market, for tests that only read."""
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('market') / 'test.db'}")
    tracker = Tracker(
        engine=engine, catalogue=known, identify=identifier(known), rates=RATES, costs=Costs(), watches=(), channels={}
    )
    put(tracker, MARKET)
    yield tracker
    engine.dispose()


def test_the_front_of_a_small_market(market: Tracker) -> None:
    found = shortlist(ask(market, Goal(vram_gb=96, load=load_of("70b-q4"))).plans)
    rows = [flat_plan(plan) for plan in found]
    assert [(row["price_usd"], row["what"]) for row in rows] == [
        (520, "4 × mi50-32gb"),
        (2600, "4 × rtx-3090-24gb"),
        (3300, "1 × mac-m2-ultra-60c-128gb"),
    ]
    cheapest, pair = rows[0], rows[1]
    assert (cheapest["vram_gb"], cheapest["usable_gb"], cheapest["usd_per_gb"]) == (128, 120, 4.06)
    assert (cheapest["watts_idle"], cheapest["watts_busy"], cheapest["slots"]) == (140, 1200, 8)
    assert "shipping is not stated and not included" in cheapest["caveats"]
    assert next(caveat_lines(rows)) == f"plan 1: {cheapest['caveats']}"
    assert len(list(caveat_lines([{**cheapest, "caveats": ""}, *rows]))) == sum(bool(row["caveats"]) for row in rows)
    assert pair["bound_tok_s"] == pytest.approx(4 * pair["split_tok_s"], abs=0.2)
    assert pair["expected_tok_s"] < pair["split_tok_s"]
    assert pair["links"] == "https://barn.example/lot"


def test_what_to_buy_is_told_listing_by_listing(market: Tracker) -> None:
    [plan] = ask(market, Goal(vram_gb=48, max_cards=2, bf16=True), top=1).plans
    bought = purchases([plan])
    assert [(row["plan"], row["cards"], row["usd"], row["title"]) for row in bought] == [
        (1, 1, 701, "rtx-3090-24gb number 1"),
        (1, 1, 702, "rtx-3090-24gb number 2"),
    ]
    assert [row["condition"] for row in bought] == ["used", "used"]


def test_cards_at_hand_are_shown_as_such(market: Tracker, known: Catalogue) -> None:
    [plan] = ask(market, Goal(vram_gb=48, bf16=True, own=(owned("rtx-3090", known),)), top=1).plans
    assert flat_plan(plan)["what"] == "2 × rtx-3090-24gb (1 at hand)"
    assert [row["condition"] for row in purchases([plan])] == ["used", "at hand"]
    assert plan.price_usd == 701


def test_only_wanted_offers_are_bought(market: Tracker) -> None:
    assert ask(market, Goal(vram_gb=96), wanted=Wanted(gpus=("rtx-3090",))).plans[0].price_usd == 2600
    assert ask(market, Goal(vram_gb=96), wanted=Wanted(sort=Sort.UNIFIED)).plans[0].price_usd == 3300
    assert ask(market, Goal(vram_gb=96), wanted=Wanted(conditions=(Condition.NEW,))).plans == ()


def test_what_is_left_out_makes_room_for_others(market: Tracker) -> None:
    everything = ask(market, Goal(vram_gb=24, max_cards=1), wanted=Wanted(gpus=("rtx-3090",)))
    assert everything.plans[0].price_usd == 701
    first = everything.plans[0].picks[0].listing
    assert first
    fewer = ask(market, Goal(vram_gb=24, max_cards=1), wanted=Wanted(gpus=("rtx-3090",)), leave_out=[first.listing_id])
    assert fewer.plans[0].price_usd == 702


def test_the_stock_is_enough_for_the_same_plans(make_tracker: MakeTracker, known: Catalogue) -> None:
    """Reading only what may be needed finds what reading everything finds."""
    tracker = make_tracker()
    dear = [card(f"d{number}", str(900 + 7 * number)) for number in range(20)]
    lots = [card(f"l{number}", str(880 * number + 13 * number), quantity=number) for number in (2, 3, 4, 8)]
    put(tracker, [*dear, *lots, card("v", "300", "v100-sxm2-32gb"), card("w", "310", "v100-sxm2-16gb")])
    for goal in (Goal(vram_gb=24), Goal(vram_gb=96), Goal(vram_gb=120, max_cards=5), Goal(vram_gb=60, mixed=True)):
        with reading(tracker.engine) as conn:
            some = queries.stock(conn, most=goal.max_cards, wanted=Wanted(), catalogue=known)
            found = queries.offers(conn, sql.LISTING.c.on_offer, catalogue=known)
            every = sorted(found, key=lambda one: one.listing_id)
        assert len(some) <= len(every)
        assert plans(some, goal) == plans(every, goal)
    assert len(some) < len(every)


REASONS = [
    (Goal(vram_gb=96, budget_usd=Decimal(400)), "without a budget the cheapest is 520.00 USD: 4 × mi50-32gb"),
    (Goal(vram_gb=96, watts=250), "without a limit on watts the cheapest is 520.00 USD: 4 × mi50-32gb"),
    (Goal(vram_gb=96, slots=1), "without a limit on slots the cheapest is 520.00 USD: 4 × mi50-32gb"),
    (Goal(vram_gb=160, max_cards=5, bf16=True), "without bf16 the cheapest is 670.00 USD: 5 × mi50-32gb"),
    (
        Goal(vram_gb=56, max_cards=2),
        "with two families mixed the cheapest is 851.00 USD: 1 × mi50-32gb + 1 × rtx-3090-24gb",
    ),
    (Goal(vram_gb=120, max_cards=2), "with 8 cards the cheapest is 520.00 USD: 4 × mi50-32gb"),
]


@pytest.mark.parametrize(("goal", "said"), REASONS)
def test_no_plan_says_which_limit_stands_in_the_way(market: Tracker, goal: Goal, said: str) -> None:
    found = ask(market, goal, wanted=Wanted())
    assert found.plans == ()
    assert said in found.notes


def test_modded_cards_are_offered_where_nothing_else_is(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    put(tracker, [card("m", "2500", "rtx-4090-48gb-modded")])
    found = ask(tracker, Goal(vram_gb=48, modded=False))
    assert found.plans == ()
    assert found.notes[1] == "with modded cards the cheapest is 2,500.00 USD: 1 × rtx-4090-48gb-modded"


def test_cards_of_unknown_power_are_named(market: Tracker) -> None:
    found = ask(market, Goal(vram_gb=96, watts=2000))
    assert found.notes == ("left out, their power being unknown: mac-m2-ultra-60c-128gb",)
    assert all(plan.rig.watts_busy for plan in found.plans)


OWNED = [
    ("2xrtx-3090", "rtx-3090-24gb", 2),
    ("2 × RTX-3090", "rtx-3090-24gb", 2),
    ("rtx-3090-24gb", "rtx-3090-24gb", 1),
    ("4xmi50-32gb", "mi50-32gb", 4),
    ("rtx-4090", "rtx-4090-24gb", 1),  # the official one, where only one is
    ("1xrtx-4090-48gb-modded", "rtx-4090-48gb-modded", 1),
]


@pytest.mark.parametrize(("text", "variant", "count"), OWNED)
def test_cards_at_hand_as_typed(known: Catalogue, text: str, variant: str, count: int) -> None:
    gpu, number = owned(text, known)
    assert (gpu.id, number) == (variant, count)


MISTYPED = [
    ("", "cannot read ''"),
    ("0xrtx-3090", "cannot read"),
    ("two 3090s", "cannot read"),
    ("rtx-3091", "did you mean 'rtx-309"),
    ("2xmi50", "may be mi50-16gb, mi50-32gb: name one of them"),
    ("dgx-spark-128gb", "a machine"),
]


@pytest.mark.parametrize(("text", "said"), MISTYPED)
def test_mistyped_cards_are_told(known: Catalogue, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        owned(text, known)


def test_columns_follow_what_was_asked(market: Tracker) -> None:
    plain = [flat_plan(plan) for plan in ask(market, Goal(vram_gb=96)).plans]
    assert "tok/s" not in plan_columns(plain)[0]
    asked = Goal(vram_gb=96, load=load_of("70b-q4"), rent_usd_per_hour=Decimal("0.5"))
    timed = plan_columns([flat_plan(plan) for plan in ask(market, asked).plans])
    assert {"tok/s", "by layers", "bound", "h to beat rent"} <= timed[0].keys()
    assert len({tuple(row) for row in timed}) == 1
    assert [row["plan"] for row in timed] == [str(number) for number in range(1, len(timed) + 1)]


PAGE = (Path(__file__).parents[1] / "docs" / "plan.md").read_text(encoding="utf-8")

EXAMPLE = {
    "mi50-32gb": (129, 139, 149, 155, 160),
    "rtx-3090-24gb": (640, 655, 660, 690, 700),
    "v100-sxm2-32gb": (420, 430, 440),
    "rtx-4090-48gb-modded": (2690, 2750),
    "rtx-pro-6000-blackwell-max-q-96gb": (7900,),
    "ryzen-ai-max-395-128gb": (1999,),
}
"""The prices made up for the page."""


def test_the_page_shows_what_is_planned(known: Catalogue) -> None:
    offers = [
        priced(100 * place + number, str(price), variant=variant, spec=known.by_id[variant])
        for place, (variant, prices) in enumerate(EXAMPLE.items())
        for number, price in enumerate(prices)
    ]
    found = shortlist(plans(offers, Goal(vram_gb=96, load=load_of("70b-q4"))))
    columns = ("USD", "what", "GB", "usable", "USD/GB", "W idle / busy", "tok/s", "bound")
    printed = StringIO()
    rows = [{name: row[name] for name in columns} for row in plan_columns([flat_plan(plan) for plan in found])]
    emit(rows, Format.MD, out=printed)
    assert printed.getvalue() in PAGE


def test_every_model_is_documented() -> None:
    known = re.search(r"Known are (.*?)\. Sizes", PAGE, re.DOTALL)
    assert known
    assert re.findall(r"[\w-]*\d[\w-]*", known[1]) == list(library().models)


def test_every_field_of_a_plan_is_documented(market: Tracker) -> None:
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert flat_plan(ask(market, Goal(vram_gb=96)).plans[0]).keys() - named == set()
