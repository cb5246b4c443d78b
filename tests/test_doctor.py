"""`tracker doctor` names what is wrong, and says what to do about each."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from db import queries
from db.engine import reading
from tests.conftest import Ran
from tests.shop import SHOP, Shop, configure
from tracker.assemble import Home, opened
from tracker.core.health import HEALTHY, Outcome
from tracker.core.health.advice import ADVICE
from tracker.core.wanted import Wanted
from tracker.pipeline import now_utc

Command = Callable[..., Ran]


def findings(tracker_command: Command, home: Home) -> dict[str, dict[str, str]]:
    rows = json.loads(tracker_command("--home", home.path, "doctor", "--format", "json").out)
    return {f"{row['check']} {row['state']}": row for row in rows}


WRONG = [
    ('[buyer]\ncurrency = "RUB"\n', "exchange rates fail", "buyer.currency is 'RUB'"),
    ('[sources.b]\nsite = "shopify"\nurl = "https://b.example"\ncurrency = "RUB"\n', "exchange rates fail", "RUB"),
    ('[web]\ningest_token = "short"\n', "ingest fail", "at least 20 characters"),
    ("[owner]\nnotify = []\n", "owner warn", "nobody is told"),
]


@pytest.mark.parametrize(("setting", "check", "said"), WRONG)
def test_settings_that_cannot_work_do_not_pass(
    tracker_command: Command, home: Home, shop: Shop, setting: str, check: str, said: str
) -> None:
    configure(home, shop, setting)
    assert said in findings(tracker_command, home)[check]["found"]
    assert tracker_command("--home", home.path, "doctor").code == (1 if check.endswith("fail") else 0)


def test_titles_of_cards_nobody_knows_are_listed(tracker_command: Command, home: Home, shop: Shop) -> None:
    configure(home, shop)
    unknown = [(f"GeForce RTX {number} graphics card 16GB", "500.00", True) for number in (9931, 9942, 9953)]
    shop.shows(*SHOP, *unknown)
    tracker_command("--home", home.path, "scrape", "barn")
    found = findings(tracker_command, home)["spec database warn"]
    assert found["found"].startswith("these 3 titles look like cards we do not know: “")
    assert all(title in found["found"] for title, _, _ in unknown)


def test_a_broken_source_comes_with_advice(tracker_command: Command, home: Home, shop: Shop) -> None:
    configure(home, shop)
    tracker_command("--home", home.path, "scrape", "barn")
    shop.answers('{"products": []}')
    tracker_command("--home", home.path, "scrape", "barn")
    found = findings(tracker_command, home)["source barn warn"]
    assert found["found"].startswith("suspicious since ")
    assert "`tracker sources accept barn`" in found["advice"]


def test_a_source_nobody_visits_is_late(tracker_command: Command, home: Home, shop: Shop) -> None:
    configure(home, shop)
    tracker_command("--home", home.path, "scrape", "barn")
    with time_machine.travel(now_utc() + timedelta(days=1)):
        found = findings(tracker_command, home)["source barn warn"]
    assert (found["found"][:9], found["advice"]) == ("last read", "is `tracker run` running?")


def test_every_state_that_is_not_well_has_advice() -> None:
    assert set(ADVICE) == {outcome.value for outcome in set(Outcome) - HEALTHY}


def test_an_offer_says_whether_its_source_is_well(tracker_command: Command, home: Home, shop: Shop) -> None:
    other = f'[sources.again]\nsite = "shopify"\nurl = "{shop.url}"\ncurrency = "USD"\n'
    configure(home, shop, other)

    def standing() -> set[tuple[str, bool]]:
        with opened(home) as tracker, reading(tracker.engine) as conn:
            offers = queries.on_offer(conn, wanted=Wanted(), catalogue=tracker.catalogue)
        assert all(offer.source_ok_at is not None for offer in offers)
        return {(offer.source_state, offer.stale) for offer in offers}

    tracker_command("--home", home.path, "scrape", "barn")
    assert standing() == {("ok", False)}
    shop.answers("", status=404)
    tracker_command("--home", home.path, "scrape", "barn")
    assert standing() == {("gone", True)}
    row = json.loads(tracker_command("--home", home.path, "report", "--format", "json").out)[0]
    assert (row["source_state"], row["stale"]) == ("gone", "source gone")
    shop.shows(*SHOP)
    tracker_command("--home", home.path, "scrape", "again")
    assert standing() == {("ok", False)}, "another source shows them, and is well"
