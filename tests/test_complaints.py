"""What users of trackers like this complain about, each by name: here it does not happen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from db.engine import reading
from scrapers.base import Mode
from tests.conftest import NOON
from tests.test_watches import DAY, HOUR, SILENT, Market, card
from tracker.backtest import backtest
from tracker.core.errors import Blocked
from tracker.core.models import RawListing
from tracker.core.rules import EVER, Scope, Watch
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker

Shelf = tuple[RawListing, ...]
BACK = replace(SILENT, back=True, new=True, any_change=Decimal("0.01"))
BLOCKED = Blocked("a challenge page", site="barn")

FAIR: Shelf = tuple(card(str(number), str(700 + number)) for number in range(2, 9))
SHROUDS: Shelf = tuple(card(str(number), "19", title="RTX 3090 fan shroud, shroud only") for number in range(20, 40))

NINE = "same condition, all regions: 9 sellers, 9 listings, 0 of them ended"

Story = list[tuple[timedelta, Shelf]]

COMPLAINTS: list[tuple[str, Watch, Story, list[list[str]]]] = [
    (
        "silent breakage: zero results",
        BACK,
        [(0 * HOUR, FAIR), (HOUR, ()), (2 * HOUR, ()), (3 * HOUR, FAIR)],
        [[], [], []],
    ),
    (
        "$1,299 read as 1.299",
        replace(SILENT, below=Decimal(100), metric="usd", new=True),
        [(0 * HOUR, FAIR), (HOUR, (*FAIR, card("1", "$1,299"), card("10", "1.299,00 €", currency="")))],
        [["deal 1: new at barn", "deal 10: new at barn"]],
    ),
    (
        "percentage rules that compare only with the previous check, so slow slides never fire",
        replace(SILENT, drop=Decimal("0.1")),
        [(day * DAY, (card("1", str(700 - 10 * day)), card("2", "900"))) for day in range(9)],
        [*[[]] * 6, ["deal 1: down 10 % from 700.00 USD, what it asked on 2026-05-01"], []],
    ),
    (
        "all-time low destroyed by a glitch",
        replace(SILENT, lowest=EVER, lowest_of=Scope.LISTING),
        [(day * DAY, (card("1", price),)) for day, price in enumerate(["700", "7", *["700"] * 8, "640"])],
        [*[[]] * 9, ["deal 1: the lowest ever seen, in 10 days of this listing: before, 700.00 USD on 2026-05-01"]],
    ),
    (
        "0.1 flicker alerts",
        replace(SILENT, any_change=Decimal("0.01"), below=Decimal(700), metric="usd"),
        [(hour * HOUR, (card("1", f"{699.9 + hour % 2 / 5:.2f}"),)) for hour in range(9)],
        [[]] * 8,
    ),
    (
        "alerts again and again for one listing",
        replace(SILENT, below=Decimal(720), metric="usd"),
        [(0 * HOUR, FAIR[1:]), *((day * DAY, (card("1", str(700 - day)), *FAIR[1:])) for day in range(1, 9))],
        [["deal 1: 699.00 USD, below 720.00"], *[[]] * 7],
    ),
    (
        "relisted items seen as new",
        replace(SILENT, new=True),
        [(0 * HOUR, (*FAIR, card("1", seller="pat"))), (HOUR, (*FAIR, card("11", "699", seller="pat")))],
        [[]],
    ),
    (
        "used price shown under a new item",
        replace(SILENT, drop=Decimal("0.1"), lowest=EVER, lowest_of=Scope.LISTING),
        [
            *((day * DAY, (card("1", "900", condition="New"),)) for day in range(9)),
            (9 * DAY, (card("1", "600", condition="Used"),)),
            (10 * DAY, (card("1", "595", condition="Used"),)),
        ],
        [[]] * 10,
    ),
    (
        "accessories poisoning the average",
        replace(SILENT, under_market=Decimal("0.2")),
        [(0 * HOUR, (*FAIR, *SHROUDS)), (HOUR, (*FAIR, *SHROUDS, card("1", "650"), card("10", "560")))],
        [[f"deal 10: 20.5 % under the market of 704.00 USD ({NINE})"]],
    ),
    (
        "no alert by model",
        replace(SILENT, wanted=Wanted(gpus=("rtx-3090",)), new=True),
        [(0 * HOUR, FAIR), (HOUR, (*FAIR, card("1", title="RTX 3090 24GB"), card("10", title="RTX 4090 24GB")))],
        [["deal 1: new at barn"]],
    ),
    (
        "price without shipping",
        replace(SILENT, below=Decimal(700), metric="usd", drop=Decimal("0.1")),
        [(0 * HOUR, (card("1", "800"),)), (HOUR, (card("1", "690", shipping="120.00"),))],
        [[]],
    ),
]


@pytest.mark.parametrize(
    ("watch", "story", "said"), [row[1:] for row in COMPLAINTS], ids=[row[0] for row in COMPLAINTS]
)
def test_a_complaint(make_tracker: Callable[..., Tracker], watch: Watch, story: Story, said: list[list[str]]) -> None:
    market = Market(make_tracker(watches=(watch,)))
    heard = [market.shows(*shelf, at=NOON + after) for after, shelf in story]
    assert heard[1:] == said


def test_a_captcha_page_is_not_in_stock_and_a_failed_crawl_no_price(make_tracker: Callable[..., Tracker]) -> None:
    market = Market(make_tracker(watches=(replace(BACK, drop=Decimal("0.1")),)))
    sold_out = card("1", availability="OutOfStock")
    market.shows(sold_out, *FAIR, at=NOON)
    assert market.shows(at=NOON + HOUR, error=BLOCKED) == [], "a captcha page read as “in stock”"
    assert market.shows(sold_out, *FAIR, at=NOON + 2 * HOUR) == [], "its recovery alerted as a change"
    nothing: Any = [replace(one, price="0.00") for one in FAIR]
    assert market.shows(sold_out, *nothing, at=NOON + 3 * HOUR) == [], "a failed crawl stored as price 0"
    assert market.shows(sold_out, *FAIR, at=NOON + 4 * HOUR) == [], "and its recovery"


def test_no_lowest_across_shops(make_tracker: Callable[..., Tracker]) -> None:
    market = Market(make_tracker(watches=(replace(SILENT, lowest=30 * DAY),)))
    for day in range(9):
        market.shows(card("1", "700"), at=NOON + day * DAY)
        market.shows(card("2", "650", site="mill"), at=NOON + day * DAY, source="mill", mode=Mode.FULL)
    at = NOON + 9 * DAY
    assert market.shows(card("1", "660"), at=at) == [], "another shop has it for less"
    assert market.shows(card("1", "640"), at=at + HOUR) == [
        "deal 1: the lowest in 9 days of rtx-3090-24gb, used: before, 650.00 USD on 2026-05-01"
    ]


def test_thresholds_nobody_can_understand_or_try_out_in_advance(make_tracker: Callable[..., Tracker]) -> None:
    market = Market(make_tracker())
    market.shows(*FAIR, at=NOON)
    market.shows(*FAIR, card("1", "600"), at=NOON + DAY)
    watch = replace(SILENT, below=Decimal(650), metric="usd", under_market=Decimal("0.2"))
    assert watch.asks == ("usd below 650 USD", "20 % under market")
    with reading(market.tracker.engine) as conn:
        [said] = backtest(market.tracker, conn, watch, since=NOON - DAY, now=NOON + 2 * DAY)
    assert [reason.said for reason in said.alert.changes[0].reasons] == ["600.00 USD, below 650.00"]
