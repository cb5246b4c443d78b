"""Watches: what fits, what is news, and one summary where a watch or a source is new."""

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import NOON, priced
from tracker.core.models import Condition, Priced
from tracker.core.rules import AlertKind, AllTold, Change, Event, Index, Rule, Told, Watch, evaluate, summarise
from tracker.core.wanted import Wanted

WATCH = Watch(
    name="cheap",
    wanted=Wanted(gpus=("rtx-3090*",), conditions=(Condition.USED,)),
    metric="usd_per_gb",
    below=Decimal(30),
    notify=("console",),
)


def asking(**fields: Any) -> Watch:
    """The watch with another filter."""
    return replace(WATCH, wanted=replace(WATCH.wanted, **fields))


FITS = [
    ("below the threshold", WATCH, priced(unit_usd="719"), True),
    ("exactly the threshold is not below it", WATCH, priced(unit_usd="720"), False),
    ("another condition", WATCH, priced(condition="new"), False),
    ("the bid so far is no price", WATCH, priced(auction=True), False),
    ("any condition", asking(conditions=()), priced(condition="new"), True),
    ("another card", asking(gpus=("rtx-4090*",)), priced(), False),
    ("by family", asking(gpus=("rtx-3090",)), priced(), True),
    ("by variant", asking(gpus=("rtx-3090-24gb",)), priced(), True),
    ("one of several globs", asking(gpus=("mi50*", "rtx-3090*")), priced(), True),
    ("no rate for the currency", WATCH, priced(unit_usd=None), False),
    ("memory undecided has no price per GB", WATCH, priced(variant=None, spec=None), False),
    (
        "memory undecided has a price",
        replace(WATCH, metric="usd", below=Decimal(800)),
        priced(variant=None, spec=None),
        True,
    ),
]


@pytest.mark.parametrize(("watch", "offer", "fits"), [row[1:] for row in FITS], ids=[row[0] for row in FITS])
def test_what_a_watch_wants(watch: Watch, offer: Priced, fits: bool) -> None:
    assert watch.wants(offer) is fits


NEWS = [
    ("new", Event.NEW, "700", [], True),
    ("back", Event.BACK, "700", [], True),
    ("a price that fits now", Event.PRICE, "700", [], True),
    ("a price that does not", Event.PRICE, "800", [], False),
    ("told already at this price", Event.BACK, "700", [("cheap", 1)], False),
    ("flickers a little lower", Event.PRICE, "690", [("cheap", 1)], False),
    ("falls by a twentieth", Event.PRICE, "665", [("cheap", 1)], True),
    ("slid by small steps since it was told", Event.PRICE, "664", [("cheap", 1)], True),
    ("told by another watch", Event.NEW, "700", [("other", 1)], True),
    ("another listing was told", Event.NEW, "700", [("cheap", 2)], True),
]


@pytest.mark.parametrize(("event", "unit_usd", "told", "news"), [row[1:] for row in NEWS], ids=[row[0] for row in NEWS])
def test_what_is_worth_saying(event: Event, unit_usd: str, told: list[tuple[str, int]], news: bool) -> None:
    last = Told(at=NOON, fitted_at=NOON, unit_usd=Decimal(700))
    known: AllTold = {(name, number, Rule.BELOW): last for name, number in told}
    change = Change(event=event, offer=priced(unit_usd=unit_usd))
    alerts = list(evaluate([WATCH], [change], told=known))
    assert [alert.kind for alert in alerts] == ([AlertKind.DEAL] if news else [])


RISES = [
    ("steady below the threshold, it rises and stays there", "400", "401", False),
    ("above the threshold for long, it is below again", "800", "700", True),
    ("nobody knows what it asked before", None, "700", True),
]


@pytest.mark.parametrize(("was", "unit_usd", "news"), [row[1:] for row in RISES], ids=[row[0] for row in RISES])
def test_what_was_told_long_ago_is_news_only_if_it_has_not_been_true_since(
    was: str | None, unit_usd: str, news: bool
) -> None:
    long_ago = NOON - timedelta(days=10)
    known: AllTold = {("cheap", 1, Rule.BELOW): Told(at=long_ago, fitted_at=long_ago, unit_usd=Decimal(400))}
    change = Change(event=Event.PRICE, offer=priced(unit_usd=unit_usd), was_usd=None if was is None else Decimal(was))
    assert bool(list(evaluate([WATCH], [change], told=known))) is news


def test_the_same_event_has_the_same_key_and_another_price_another() -> None:
    def key(unit_usd: str) -> str:
        return next(evaluate([WATCH], [Change(event=Event.NEW, offer=priced(unit_usd=unit_usd))], told={})).key

    assert key("700") == key("700")
    assert key("700") != key("600")


def test_a_summary_ranks_what_fits_best_first() -> None:
    asked = {1: "700", 2: "600", 3: "900"}
    offers = [Change(event=Event.NEW, offer=priced(number, usd)) for number, usd in asked.items()]
    pairs = Index([WATCH, replace(asking(gpus=("mi50",)), name="none")]).pairs(offers)
    [alert] = summarise(pairs, occasion="new watch", at=NOON)
    assert alert.kind is AlertKind.SUMMARY
    assert [change.offer.listing_id for change in alert.changes] == [2, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterWatch(Watch):
    """The watch of a later release, which can be asked for more."""

    more: bool = False


def test_a_later_release_knows_the_watch_that_asks_no_more() -> None:
    said = {one.name: getattr(WATCH, one.name) for one in fields(WATCH) if one.init}
    assert LaterWatch(**said).fingerprint == WATCH.fingerprint
    assert LaterWatch(**said, more=True).fingerprint != WATCH.fingerprint


def test_another_question_is_another_watch_and_another_channel_is_not() -> None:
    assert replace(WATCH, below=Decimal(31)).fingerprint != WATCH.fingerprint
    assert replace(WATCH, notify=("mail",)).fingerprint == WATCH.fingerprint
