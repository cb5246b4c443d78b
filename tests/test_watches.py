"""Watches through the whole walk: pages come in, the database remembers, alerts come out."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import SQLModel

from db import channels, count_queries, keeping, queries, rollups, sql, told
from db.engine import reading, writing
from db.tables import Instant
from scrapers.base import Mode, Source, Walk
from scrapers.crawl import Crawl
from tests.conftest import NOON, raw
from tracker import pipeline
from tracker.core.errors import Blocked, Unreachable
from tracker.core.models import Condition, RawListing
from tracker.core.rules import EVER, Risk, Scope, Watch
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.greeting import greet
from tracker.pipeline import Tracker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MakeTracker = Callable[..., Tracker]
SILENT = Watch(name="w", wanted=Wanted(gpus=("rtx-3090",)), notify=("console",))


class Market:
    """A market that is visited again and again; what a visit raises is the sentences of its alerts."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker

    def shows(
        self, *listings: RawListing, at: datetime, source: str = "barn", mode: Mode = Mode.FULL, error: Any = None
    ) -> list[str]:
        before = len(self.alerts())
        pipeline.keep(
            self.tracker,
            Source(name=source, site=listings[0].site if listings else "barn", mode=mode),
            Crawl(listings=listings, pages=1, complete=error is None, error=error),
            walk=Walk.CATALOGUE,
            every=HOUR,
            started_at=at,
            now=at,
        )
        return [_said(alert) for alert in self.alerts()[before:]]

    def alerts(self) -> list[dict[str, Any]]:
        with reading(self.tracker.engine) as conn:
            rows = conn.execute(select(sql.ALERT).order_by(sql.ALERT.c.id)).mappings()
            return [json.loads(row["payload"]) for row in rows if row["watch"]]


def _said(alert: dict[str, Any]) -> str:
    offer = alert["offers"][0]
    sure = " (unverified)" if offer["unverified"] else ""
    why = "; ".join(reason["said"] for reason in offer["reasons"])
    return f"{alert['kind']} {offer['site_id']}: {why}{sure}"


def card(site_id: str = "1", price: str = "700", **fields: Any) -> RawListing:
    usual: dict[str, Any] = {"title": "RTX 3090 24GB", "condition": "Used", "shipping": "0.00", "seller": f"s{site_id}"}
    return raw(site_id, price=price, **{**usual, **fields})


@pytest.fixture
def market(make_tracker: MakeTracker) -> Callable[..., Market]:
    """Builds a market with one watch, its first visits behind it."""

    def build(*watches: Watch, **watch: Any) -> Market:
        return Market(make_tracker(watches=watches or (replace(SILENT, **watch),)))

    return build


BuildMarket = Callable[..., Market]


def daily(market: Market, prices: Iterable[str], *, start: datetime = NOON, **fields: Any) -> list[list[str]]:
    """One visit a day with the listing at these prices."""
    return [market.shows(card(price=price, **fields), at=start + day * DAY) for day, price in enumerate(prices)]


def test_a_slow_slide_is_a_drop(market: BuildMarket) -> None:
    said = daily(market(drop=Decimal("0.1")), [str(700 - 12 * day) for day in range(9)])
    assert [len(day) for day in said] == [0, 0, 0, 0, 0, 0, 1, 0, 0]
    assert said[6] == ["deal 1: down 10.3 % from 700.00 USD, what it asked on 2026-05-01"]


def test_a_slip_of_one_visit_is_neither_a_low_nor_a_change(market: BuildMarket) -> None:
    prices = ["700", "700", "70", *["700"] * 7, "650", "649"]
    low = market(lowest=EVER, lowest_of=Scope.LISTING, back=True)
    said = daily(low, prices)
    assert [len(day) for day in said[3:]] == [0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert said[10] == ["deal 1: the lowest ever seen, in 10 days of this listing: before, 700.00 USD on 2026-05-01"]


AHEAD = {"next_visit_at", "next_sweep_at", "listed_at", "ends_at"}
"""What may be later than now: what is planned, and what sites say."""


def test_nothing_stays_in_a_future_that_never_came(market: BuildMarket) -> None:
    fast = market(any_change=Decimal("0.03"), back=True, cool_down=DAY)
    fast.shows(card(price="700"), card("2"), at=NOON)
    for hours, price in ((1, "690"), (2, "600"), (3, "500"), (4, "400")):
        fast.shows(card(price=price), at=NOON + 30 * DAY + hours * HOUR)
    fast.shows(at=NOON + 30 * DAY + 5 * HOUR, error=Unreachable("no answer", site="barn"))
    now = NOON + DAY
    with writing(fast.tracker.engine) as tx:
        channels.know(tx, "hook", "of its settings")
        channels.pause(tx, "hook", until=NOON + 31 * DAY, error="busy")
        tx.execute(update(sql.DELIVERY).values(claimed_until=NOON + 30 * DAY))
        keeping.note_tidied(tx, now=NOON + 30 * DAY)
        assert keeping.back_to_now(tx, now=now) > 0
        assert keeping.back_to_now(tx, now=now) == 0
        instants = [
            column
            for table in SQLModel.metadata.sorted_tables
            for column in table.columns
            if isinstance(column.type, Instant) and column.name not in AHEAD
        ]
        late = {
            f"{one.table}.{one.name}": tx.execute(select(func.max(one, type_=one.type))).scalar() for one in instants
        }
        assert {name: at for name, at in late.items() if at is not None and at > now} == {}
        assert all(last.fitted_at <= now for last in told.told(tx, [1]).values())
        assert tx.execute(select(func.max(rollups.DAILY.c.day))).scalar_one() <= now.date().isoformat()
        assert keeping.tidied_at(tx) == now
    assert fast.shows(card(price="300"), at=now + 2 * DAY), "it speaks again"


def test_a_visit_that_failed_confirms_no_slip(market: BuildMarket) -> None:
    low = market(lowest=EVER, lowest_of=Scope.LISTING)
    daily(low, ["700", "700", "30"])
    low.shows(at=NOON + 2 * DAY + HOUR, error=Unreachable("no answer", site="barn"))
    low.shows(card(price="700"), at=NOON + 2 * DAY + 2 * HOUR)
    [said] = low.shows(card(price="600"), at=NOON + 9 * DAY)
    assert said.startswith("deal 1: the lowest ever seen, in 9 days of this listing: before, 700.00 USD")


def test_the_lowest_of_a_card_is_told_over_all_sources_and_cleaned(market: BuildMarket) -> None:
    low = market(lowest=30 * DAY)
    for day in range(9):
        at = NOON + day * DAY
        low.shows(card("1", "700"), card("2", "70" if day == 4 else "720"), at=at)
        low.shows(card("3", "690", site="mill"), card("4", "500", condition="New", site="mill"), at=at, source="mill")
    assert {alert["kind"] for alert in low.alerts()} == {"summary"}, "nothing is the lowest of less than a week"
    at = NOON + 9 * DAY
    assert low.shows(card("1", "690"), card("2", "720"), at=at) == [], "as low as the other source"
    [said] = low.shows(card("1", "650"), card("2", "720"), at=at + HOUR)
    assert said == "deal 1: the lowest in 9 days of rtx-3090-24gb, used: before, 690.00 USD on 2026-05-01"
    [alone] = low.shows(card("1", "650"), card("2", "400"), at=at + 2 * HOUR)
    assert alone.endswith("(unverified)")
    assert low.shows(card("1", "600"), card("2", "720"), at=at + 3 * HOUR) == [], "400 was near enough to be a price"


@pytest.mark.parametrize("scope", [Scope.VARIANT, Scope.GROUP])
def test_a_low_outlives_its_single_prices(market: BuildMarket, scope: Scope) -> None:
    low = market(lowest=EVER, lowest_of=scope, metric="usd")
    for day, other in ((0, "400"), (1, "400"), (2, "720"), (5, "30"), (6, "720"), (400, "720")):
        low.shows(card("1", "700"), card("2", other), at=NOON + day * DAY)
    for day in (401, 402):
        low.shows(card("1", "700"), at=NOON + day * DAY)
    keeping.forget_prices(low.tracker.engine, before=NOON + 500 * DAY)
    assert low.shows(card("1", "450"), at=NOON + 503 * DAY) == [], "it asked 400 once, and 30 by a slip"
    [said] = low.shows(card("1", "390"), at=NOON + 510 * DAY)
    assert said.startswith("deal 1: the lowest ever seen, in 510 days of ")
    assert said.endswith(": before, 400.00 USD on 2026-05-01")


@pytest.mark.parametrize("forgotten", [False, True])
def test_a_price_is_no_slip_because_its_visits_are_forgotten(market: BuildMarket, forgotten: bool) -> None:
    low = market(lowest=EVER, lowest_of=Scope.LISTING)
    daily(low, ["700", *["300"] * 3, "700"])
    if forgotten:
        keeping.forget_visits(low.tracker.engine, before=NOON + 50 * DAY)
    assert low.shows(card(price="360"), at=NOON + 60 * DAY) == []


def test_the_lowest_of_a_group_is_by_the_metric(market: BuildMarket) -> None:
    group = Wanted(gpus=("rtx-3090", "tesla-p40", "p40"))
    low = market(wanted=group, lowest=EVER, lowest_of=Scope.GROUP)
    for day in range(9):
        low.shows(card("1", "700"), card("2", "200", title="NVIDIA Tesla P40 24GB"), at=NOON + day * DAY)
    at = NOON + 9 * DAY
    assert low.shows(card("1", "300"), card("2", "200", title="NVIDIA Tesla P40 24GB"), at=at) == []
    [said] = low.shows(card("1", "190"), card("2", "200", title="NVIDIA Tesla P40 24GB"), at=at + HOUR)
    assert "of all that w asks for: before, 8.33 USD/GB" in said


def test_flicker_around_a_threshold_is_silence(market: BuildMarket) -> None:
    flicker = market(below=Decimal(700), metric="usd")
    said = daily(flicker, ["705", *["699", "701"] * 10])
    assert [len(day) for day in said] == [0, 1, *[0] * 19]


def test_what_has_not_answered_for_a_week_is_news_again(market: BuildMarket) -> None:
    said = daily(market(below=Decimal(700), metric="usd"), ["705", "690", *["710"] * 7, "695", "650"])
    assert [len(day) for day in said] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1]


def test_what_waits_and_has_ended_waits_no_longer(market: BuildMarket) -> None:
    cool = market(below=Decimal(700), metric="usd", any_change=Decimal("0.03"), cool_down=2 * DAY)
    cool.shows(card(price="750"), card("2", "900"), at=NOON)
    cool.shows(card(price="650"), card("2", "900"), at=NOON + HOUR)
    cool.shows(card(price="600"), card("2", "900"), at=NOON + 2 * HOUR)
    with reading(cool.tracker.engine) as conn:
        assert [one.listing_id for one in told.held(conn)] == [1]
        if conn.dialect.name == "sqlite":
            asked = (
                select(sql.TOLD.c.watch).where(sql.TOLD.c.held).compile(conn, compile_kwargs={"literal_binds": True})
            )
            [plan] = conn.execute(text(f"EXPLAIN QUERY PLAN {asked}")).mappings()
            assert "told_held" in plan["detail"], "what was told of a million listings is not read to find the few"
    for hours in (3, 4, 72):
        cool.shows(card("2", "900"), at=NOON + hours * HOUR)
    with reading(cool.tracker.engine) as conn:
        assert told.held(conn) == []


COUNTED = [
    Wanted(),
    Wanted(gpus=("rtx-3090",), conditions=(Condition.USED,)),
    Wanted(gpus=("rtx-3080*",)),
    Wanted(sort=Sort.UNIFIED),
    Wanted(sort=Sort.ALL, modded=Modded.NO),
    Wanted(min_vram_gb=20),
    Wanted(max_outlay_usd=Decimal(705), sources=("barn",)),
    Wanted(says=("RTX",), without=("broken",)),
    Wanted(says=("RT",)),
]


@pytest.mark.parametrize("wanted", COUNTED, ids=str)
def test_what_is_on_offer_is_counted_as_it_is_listed(market: BuildMarket, wanted: Wanted) -> None:
    here = market(below=Decimal(1))
    here.shows(
        card("1"),
        card("2", "710", condition="New"),
        card("3", "300", title="RTX 3080"),  # of 10 GB or 12 GB
        card("4", "500", title="RTX 3090 24GB broken fan"),
        card("5", "5000", title="Mac Studio M2 Ultra"),
        card("6", title="Mac Studio M2 Ultra 192GB"),
        at=NOON,
    )
    catalogue = here.tracker.catalogue
    with reading(here.tracker.engine) as conn:
        listed = queries.on_offer(conn, wanted=wanted, catalogue=catalogue)
        assert count_queries.count_on_offer(conn, wanted=wanted, catalogue=catalogue) == len(listed)


def test_a_cool_down_holds_back_and_says_it_later(market: BuildMarket) -> None:
    cool = market(below=Decimal(700), metric="usd", cool_down=2 * DAY)
    assert daily(cool, ["705", "690"])[1] != []
    at = NOON + DAY
    assert cool.shows(card(price="600"), at=at + HOUR) == []
    assert cool.shows(card(price="600"), at=at + 47 * HOUR) == []
    assert cool.shows(card(price="600"), at=at + 49 * HOUR) == ["deal 1: 600.00 USD, below 700.00"]
    assert cool.shows(card(price="600"), at=at + 99 * HOUR) == []


HELD_BACK: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "back": ({"back": True}, ["705", "690", "gone", "695"], "back in stock"),
    "its lowest": ({"lowest": EVER, "lowest_of": Scope.LISTING}, ["720"] * 16 + ["690", "650"], "before, 690.00 USD"),
    "the card's lowest": ({"lowest": EVER}, ["720"] * 16 + ["690", "650"], "before, 690.00 USD"),
    "the group's lowest": (
        {"lowest": EVER, "lowest_of": Scope.GROUP, "metric": "usd"},
        ["720"] * 16 + ["690", "650"],
        "before, 690.00 USD",
    ),
    "a drop": ({"drop": Decimal("0.04"), "drop_days": 30}, ["720", "690", "655"], "down"),
}


@pytest.mark.parametrize("name", HELD_BACK)
def test_whatever_a_cool_down_holds_back_is_said_after_it(market: BuildMarket, name: str) -> None:
    rule, prices, said = HELD_BACK[name]
    asks: dict[str, Any] = {"below": Decimal(700), "metric": "usd", "cool_down": 2 * DAY, **rule}
    cool = market(**asks)
    at, heard = NOON, []
    for price in prices:
        at += 12 * HOUR
        gone = {"availability": "OutOfStock"} if price == "gone" else {}
        heard.append(cool.shows(card("0", "900"), card(price="690" if gone else price, **gone), at=at))
    assert heard[-1] == [], "the cool-down is not over"
    last = prices[-1]
    after = [cool.shows(card("0", "900"), card(price=last), at=at + hours * HOUR) for hours in (1, 72, 144)]
    assert [len(each) for each in after] == [0, 1, 0]
    assert said in after[1][0]


def test_a_relisted_card_is_not_new(market: BuildMarket) -> None:
    new = market(new=True, below=Decimal(710), metric="usd")
    new.shows(card("0", "900"), at=NOON)
    [first] = new.shows(card("0", "900"), card("1", "700", seller="pat"), at=NOON + HOUR)
    assert first == "deal 1: 700.00 USD, below 710.00; new at barn"
    again = card("8", "695", seller="pat", title="RTX 3090 24GB tested")
    assert new.shows(card("0", "900"), again, at=NOON + 2 * HOUR) == []
    assert new.shows(card("0", "900"), again, at=NOON + 3 * HOUR) == []
    other = card("9", "695", seller="kim")
    assert new.shows(card("0", "900"), again, other, at=NOON + 4 * HOUR) == [
        "deal 9: 695.00 USD, below 710.00; new at barn"
    ]
    second = card("10", "690", seller="kim")
    assert len(new.shows(card("0", "900"), again, other, second, at=NOON + 5 * HOUR)) == 1, "both are there: two cards"
    cheaper = card("11", "650", seller="pat")
    [fell] = new.shows(card("0", "900"), other, second, cheaper, at=NOON + 6 * HOUR)
    assert fell == "deal 11: 650.00 USD, below 710.00", "the same card for less is told as that"


PARTS: dict[str, dict[str, Any]] = {
    "a sweep": {"mode": Mode.SWEEP},
    "half a walk": {"error": Unreachable("no answer", site="barn")},
    "another source": {"source": "mill"},
}


@pytest.mark.parametrize("part", PARTS)
def test_what_a_part_does_not_show_is_not_gone(market: BuildMarket, part: str) -> None:
    cheap = market(new=True, below=Decimal(400), metric="usd")
    standing, second = card("50", "300", seller="pat"), card("51", "300", seller="pat")
    for hour in range(2):
        for source in ("barn", "mill"):
            cheap.shows(card("0", "900"), at=NOON + hour * HOUR, source=source)
    cheap.shows(card("0", "900"), standing, at=NOON + 2 * HOUR)
    said = cheap.shows(second, at=NOON + 3 * HOUR, **PARTS[part])
    assert said == [f"deal 51: 300.00 USD, below 400.00; new at {PARTS[part].get('source', 'barn')}"]


def test_a_failed_visit_and_its_recovery_are_silent(market: BuildMarket) -> None:
    every = market(any_change=Decimal("0.01"), back=True, new=True, drop=Decimal("0.1"))
    every.shows(card(), card("2"), at=NOON)
    blocked = Blocked("a challenge page", site="barn")
    assert every.shows(at=NOON + HOUR, error=blocked) == []
    assert every.shows(card(price="0.00"), card("2"), at=NOON + 2 * HOUR) == []
    assert every.shows(card(), card("2"), at=NOON + 3 * HOUR) in ([], ["deal 1: new at barn"])


def test_an_auction_speaks_once_as_its_end_comes_near(market: BuildMarket) -> None:
    auctions = market(below=Decimal(20), auction_ends=2 * HOUR)
    ends = (NOON + 10 * HOUR).isoformat()

    def lot(bid: str) -> RawListing:
        return card("1", bid, bids="3", ends_at=ends)

    other = card("2", "900")
    said = [auctions.shows(lot("200"), other, at=NOON + hour * HOUR) for hour in range(9)]
    assert said[:8] == [[]] * 8
    assert said[8] == ["deal 1: the auction ends in 2 h, the bid is 8.33 USD/GB, below 20.00"]
    assert auctions.shows(lot("250"), other, at=NOON + 9 * HOUR) == []
    assert auctions.shows(card("3", "900", site="mill"), at=NOON + 9 * HOUR, source="mill") == []


def test_what_is_too_cheap_is_hidden_marked_or_all_there_is(market: BuildMarket) -> None:
    watches = [replace(SILENT, name=risk.value, below=Decimal(40), risk=risk) for risk in Risk]
    several = market(*watches)
    fair = [card(str(number), str(700 + number)) for number in range(2, 9)]
    several.shows(*fair, at=NOON)
    before = len(several.alerts())
    several.shows(*fair, card("1", "200"), card("9", "690"), at=NOON + HOUR)
    told = {(alert["watch"], alert["offers"][0]["site_id"]) for alert in several.alerts()[before:]}
    assert told == {("hide", "9"), ("mark", "1"), ("mark", "9"), ("only", "1")}
    [marked] = [alert for alert in several.alerts() if alert["watch"] == "only"]
    assert [sign["name"] for sign in marked["offers"][0]["signs"]] == ["too_cheap"]
    assert marked["offers"][0]["baseline"]["sellers"] == 8


def test_under_the_market_needs_a_market(market: BuildMarket) -> None:
    under = market(under_market=Decimal("0.2"))
    few = [card(str(number), "700") for number in range(2, 5)]
    under.shows(*few, at=NOON)
    assert under.shows(*few, card("1", "500"), at=NOON + HOUR) == []
    many = [card(str(number), "700") for number in range(2, 9)]
    [said] = under.shows(*many, card("1", "499"), at=NOON + 2 * HOUR)
    assert said.startswith("deal 1: 28.7 % under the market of 700.00 USD (same condition, all regions: 8 sellers")


def test_a_watch_that_waits_answers_at_first_with_all_it_asks_about(market: BuildMarket) -> None:
    waiting = market(new=True)
    assert waiting.shows(card("1"), card("2"), at=NOON) == ["summary 1: "]
    assert waiting.shows(card("1"), card("2"), card("3"), at=NOON + HOUR) == ["deal 3: new at barn"]


def test_words_the_listing_must_hold_are_looked_for_in_all_it_prints(market: BuildMarket) -> None:
    near = market(wanted=replace(SILENT.wanted, says=("10115", "local pickup")), new=True)
    near.shows(card("0"), at=NOON)
    shown = [
        card("1", attributes={"location": "10115 Berlin"}),
        card("2", description="Local pickup only"),
        card("3", description="item 101155"),
    ]
    said = near.shows(card("0"), *shown, at=NOON + HOUR)
    assert [one.partition(":")[0] for one in said] == ["deal 1", "deal 2"]


def test_watches_of_a_greeting_keep_their_sources(market: BuildMarket) -> None:
    both = market(replace(SILENT, below=Decimal(40), wanted=replace(SILENT.wanted, sources=("mill",))))
    both.shows(card("1", site="barn"), at=NOON)
    both.shows(card("1", site="barn"), card("2", site="barn"), at=NOON + HOUR, source="mill")
    before = len(both.alerts())
    greet(both.tracker, now=NOON + 2 * HOUR)
    [greeting] = both.alerts()[before:]
    assert greeting["count"] == 2
