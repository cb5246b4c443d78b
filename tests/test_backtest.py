"""Trying a watch: what it says now, and a replay of history that says what was said."""

import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from time import process_time

import pytest

from db.engine import reading
from tests.conftest import NOON, Ran
from tests.shop import SHOP, Shop, configure
from tests.test_watches import DAY, HOUR, SILENT, Market, card
from tracker.assemble import Home
from tracker.backtest import Said, backtest, counted, history_since
from tracker.core.models import RawListing
from tracker.core.rules import EVER, Risk, Scope
from tracker.pipeline import Tracker

MakeTracker = Callable[..., Tracker]

WATCHES = {
    "below": replace(SILENT, below=Decimal(640), metric="usd"),
    "drop": replace(SILENT, drop=Decimal("0.1"), drop_days=3),
    "listing": replace(SILENT, lowest=EVER, lowest_of=Scope.LISTING),
    "variant": replace(SILENT, lowest=30 * DAY),
    "group": replace(SILENT, lowest=EVER, lowest_of=Scope.GROUP),
    "market": replace(SILENT, under_market=Decimal("0.15")),
    "change": replace(SILENT, any_change=Decimal("0.03"), new=True, back=True),
    "several": replace(SILENT, below=Decimal(640), metric="usd", drop=Decimal("0.05"), new=True, cool_down=DAY),
    "hidden": replace(SILENT, below=Decimal(640), metric="usd", risk=Risk.HIDE, rearm=3 * DAY),
    "auction": replace(SILENT, below=Decimal(20), auction_ends=5 * HOUR),
}


def lively(dice: Random, *, days: int, hours: int) -> list[list[RawListing]]:
    """The shelves of some days, visit by visit: prices that wander, cards that come, sell out and go."""
    asked = {str(number): dice.randint(600, 800) for number in range(8)}
    visits = []
    for step in range(days * 24 // hours):
        for number in asked:
            if dice.random() < 0.3:
                asked[number] = max(int(asked[number] * dice.uniform(0.9, 1.09)), 50)
        if dice.random() < 0.1:
            asked[str(100 + step)] = dice.randint(200, 800)
        visits.append(
            [
                card(number, str(price), availability="OutOfStock" if dice.random() < 0.05 else "")
                for number, price in asked.items()
                if number != "3" or step % 7
            ]
        )
    return visits


def sent(market: Market) -> list[tuple[str, str, tuple[str, ...]]]:
    """What was really said: when, about what, and why."""
    return [
        (alert["created_at"], offer["site_id"], tuple(reason["said"] for reason in offer["reasons"]))
        for alert in market.alerts()
        if alert["kind"] == "deal"
        for offer in alert["offers"]
    ]


def replayed(said: list[Said]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (one.at.isoformat(timespec="seconds"), change.offer.site_id, tuple(reason.said for reason in change.reasons))
        for one in said
        if one.alert.kind == "deal"
        for change in one.alert.changes
    ]


@pytest.mark.parametrize("name", WATCHES)
def test_a_replay_says_what_was_said(make_tracker: MakeTracker, name: str) -> None:
    watch = WATCHES[name]
    market = Market(make_tracker(watches=(watch,)))
    visits = lively(Random(7), days=14, hours=12)  # noqa: S311 (the same market at every run)
    ends = (NOON + 8 * DAY).isoformat()
    for step, shown in enumerate(visits):
        lot = [card("9", "300", bids="2", ends_at=ends)] if step * 12 < 8 * 24 else []
        market.shows(*shown, *lot, at=NOON + step * 12 * HOUR)
    with reading(market.tracker.engine) as conn:
        end = NOON + 14 * DAY
        said = backtest(market.tracker, conn, watch, since=NOON - HOUR, now=end)
    real, again = sorted(sent(market)), sorted(replayed(said))
    assert real, "a market in which nothing is said proves nothing"
    if name == "auction":
        assert [one[1:] for one in again] != []
    else:
        assert again == real


def test_a_replay_knows_relisted_cards_and_looks_at_no_other_sellers(make_tracker: MakeTracker) -> None:
    """Thirty times the cards take some thirty times as long, by the clock of the process."""
    watch = replace(SILENT, new=True)
    market = Market(make_tracker(watches=(watch,)))
    crowd = [card(str(1000 + number)) for number in range(3000)]
    market.shows(card("1"), at=NOON)
    market.shows(card("1"), card("2", seller="pat"), *crowd[:100], at=NOON + HOUR)
    market.shows(card("1"), card("3", seller="pat"), *crowd[:100], at=NOON + 2 * HOUR)
    market.shows(card("1"), card("3", seller="pat"), *crowd[:100], at=NOON + 3 * HOUR)
    market.shows(card("1"), card("3", seller="pat"), *crowd, at=NOON + 4 * HOUR)
    with reading(market.tracker.engine) as conn:
        took = []
        for end in (NOON + 2 * HOUR, NOON + 4 * HOUR):
            began = process_time()
            said = backtest(market.tracker, conn, watch, since=NOON - HOUR, now=end)
            took.append(process_time() - began)
    assert sorted(replayed(said)) == sorted(sent(market))
    assert "3" not in {site_id for _, site_id, _ in replayed(said)}
    assert took[1] < 50 * took[0]


def test_it_says_what_became_of_them(make_tracker: MakeTracker) -> None:
    watch = WATCHES["below"]
    market = Market(make_tracker(watches=(watch,)))
    market.shows(card("0", "900"), at=NOON)
    offers = [card("0", "900"), card("1", "630"), card("2", "630"), card("3", "630"), card("4", "630")]
    market.shows(*offers, at=NOON + HOUR)
    market.shows(offers[0], *offers[2:4], card("4", "600"), at=NOON + 2 * HOUR)
    market.shows(offers[0], *offers[2:4], card("4", "600"), at=NOON + 3 * HOUR)
    market.shows(offers[0], offers[3], card("4", "600"), at=NOON + 49 * HOUR)
    market.shows(offers[0], offers[3], card("4", "600"), at=NOON + 50 * HOUR)
    with reading(market.tracker.engine) as conn:
        said = backtest(market.tracker, conn, watch, since=NOON - DAY, now=NOON + 6 * DAY)
        known_since = history_since(conn)
    became = {one.alert.changes[0].offer.site_id: one.outcome for one in said}
    assert became == {
        "1": "gone within a day",
        "2": "gone after 2 days",
        "3": "still there",
        "4": "fell further, to 600.00 USD",
    }
    for since, now, shown in COUNTED:
        line = counted(said, since=since, known_since=known_since, now=now)
        assert line.startswith(f"4 alerts in {shown}: 1 gone within a day"), line


# asked since, now, and how long and how often that is said to be; the history begins at noon
COUNTED = [
    (NOON - DAY, NOON + 6 * DAY, "6 days"),
    (NOON - 90 * DAY, NOON + 7 * DAY, "7 days, 4.0 a week"),
    (NOON - 90 * DAY, NOON + 5 * HOUR, "5 hours"),
    (NOON, NOON + 14 * DAY, "14 days, 2.0 a week"),
    (NOON + 13 * DAY, NOON + 14 * DAY, "24 hours"),
]


def test_the_command_tries_a_watch(home: Home, shop: Shop, tracker_command: Callable[..., Ran]) -> None:
    configure(home, shop)
    tracker_command("scrape", "barn")
    now = tracker_command("watches", "try", "cheap", "--format", "json")
    assert [(row["variant"], row["reasons"]) for row in json.loads(now.out)] == [
        ("mi50-32gb", "5.91 USD/GB, below 20.00")
    ]
    then = tracker_command("watches", "try", "cheap", "--since", "30d", "--format", "json")
    [summary] = json.loads(then.out)
    assert (summary["kind"], summary["occasion"], summary["outcome"]) == ("summary", "first visit", "still there")
    assert "0 alerts in 0 hours; 1 summaries (there is no more history)" in then.err
    table = tracker_command("watches", "try", "cheap", "--since", "7")
    assert "mi50-32gb" in table.out
    wrong = tracker_command("watches", "try", "chip")
    assert (wrong.code, wrong.err) == (2, "error: there is no watch 'chip', did you mean 'cheap'?\n")
    assert "is no duration" in tracker_command("watches", "try", "cheap", "--since", "soon").err


def test_the_list_says_what_a_watch_can_never_hear(home: Home, tracker_command: Callable[..., Ran]) -> None:
    home.config_file.write_text(
        '[watches.fine]\ngpu = "mi50*"\nbelow = 8\n'
        '[watches.misspelt]\ngpu = "mi5O"\nbelow = 8\n'
        '[watches.lacking]\ngpu = "mi50*"\nfp8 = true\nbelow = 8\n'
        '[watches.reach]\ngpu = "p40"\nmetric = "usd_per_year"\nbelow = 1\n'
        '[watches.watt]\ngpu = "p40"\nmetric = "gb_per_watt"\nbelow = 5\n'
        '[watches.nowhere]\nsource = "ebay-mi50"\nsite = "ebey"\ncountry = "USA"\nnew = true\n'
        '[watches.group]\nmetric = "gb_per_watt"\nlowest = "ever"\nlowest_of = "group"\n'
    )
    ran = tracker_command("watches", "--format", "json")
    found = {row["watch"]: row["message"] for row in json.loads(ran.out)}
    assert found.pop("fine") == ""
    for name, said in {
        "misspelt": "no card is called 'mi5o', did you mean 'mi50'?",
        "lacking": "none of these cards is all that the filters ask for",
        "reach": "below is out of reach: even for nothing, the best of these cards has ",
        "watt": "below is out of reach",
        "nowhere": "no source is called 'ebay-mi50'; known: ",
        "group": "nothing is the lowest in gb_per_watt",
    }.items():
        assert said in found[name], name
    assert "no site is called 'ebey', did you mean 'ebay'?" in found["nowhere"]
    assert "'USA' is no country" in found["nowhere"]
    checked = tracker_command("watches", "check")
    assert (checked.code, len(checked.out.splitlines())) == (1, 6)
    assert "fine" not in checked.out
    assert "usd_per_gb below 8 USD/GB" in tracker_command("watches").out


def test_an_alert_and_its_listing_are_explained_to_the_last_number(
    home: Home, shop: Shop, tracker_command: Callable[..., Ran]
) -> None:
    configure(home, shop)
    tracker_command("scrape", "barn")
    shop.shows(("Instinct MI50 32GB", "149.00", True), *SHOP[1:])
    tracker_command("scrape", "barn")
    said = tracker_command("explain", "alert:2")
    for part in (
        "alert 2 of ",
        "watch cheap: usd_per_gb below 20 USD/GB",
        "  below: 4.66 USD/GB, below 20.00",
        "  worth: not enough to say: ",
        "  according to ",
        "149.00 USD  per card: what everything is ranked by",
        "what it is worth:",
        "what your watches say:\n  cheap: usd_per_gb below 20 USD/GB\n    below: 4.66 USD/GB, below 20.00; told on ",
        "189.00 USD",
    ):
        assert part in said.out, part
    key = said.out.split("key ")[1].split()[0]
    assert tracker_command("explain", key).out == said.out
    missing = tracker_command("explain", "alert:99")
    assert (missing.code, missing.err) == (
        2,
        "error: there is no alert 'alert:99': `tracker alerts` shows their numbers\n",
    )
