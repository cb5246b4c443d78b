"""The thresholds of doubt, one side and the other; what the owner hears; and what a grade is made of."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import NOON
from tracker.core.health import Doubt, Field, Measures, Outcome, Record, Spell, Word, doubts, emptiness, grade, speak
from tracker.core.health.quarantine import HOURS, is_believed

USUAL: dict[str, Any] = {
    "shown": 40,
    "read": 40,
    "pages": 2,
    "cards": 30,
    "priced": 1.0,
    "conditioned": 0.9,
    "sold_by": 1.0,
    "linked": 1.0,
    "identified": 0.75,
    "currencies": {"USD": 1.0},
    "medians": {"rtx-3090-24gb": 70_000, "p40-24gb": 20_000, "rtx-4090-24gb": 180_000},
    "known": 38,
    "asking": 36,
}


def seen(**changes: Any) -> Measures:
    return Measures(**{**USUAL, **changes})


def times(factor: float) -> dict[str, int]:
    return {name: round(cents * factor) for name, cents in USUAL["medians"].items()}


PAST = [seen(shown=shown, read=shown) for shown in (40, 41, 39, 40, 42)]
RESTLESS = [seen(shown=shown, read=shown) for shown in (40, 20, 60, 30, 50)]

SIDES: list[tuple[str, dict[str, Any], Sequence[Measures], str]] = [
    ("as ever", {}, PAST, ""),
    ("just enough", {"shown": 24}, PAST, ""),
    ("too few", {"shown": 23}, PAST, "count"),
    ("too few for one visit before", {"shown": 23}, PAST[:1], "count"),
    ("few where few are usual", {"shown": 1}, [seen(shown=5)] * 5, ""),
    ("few where numbers are restless", {"shown": 23}, RESTLESS, ""),
    ("twice as many", {"shown": 80}, PAST, ""),
    ("more than twice", {"shown": 81}, PAST, "count"),
    ("many, and little is known", {"shown": 81}, PAST[:2], ""),
    ("a sale of one half", {"moved": {"price": 1.0}, "factor": 0.5}, PAST, ""),
    ("less than a half", {"moved": {"price": 1.0}, "factor": 0.49}, PAST, "price"),
    ("more than double", {"moved": {"price": 1.0}, "factor": 2.01}, PAST, "price"),
    ("a minority moved far", {"moved": {"price": 0.49}, "factor": 0.1}, PAST, ""),
    ("two listings moved far", {"asking": 2, "moved": {"price": 1.0}, "factor": 0.3}, PAST, ""),
    ("three listings moved far", {"asking": 3, "moved": {"price": 1.0}, "factor": 0.3}, PAST, "price"),
    ("two listings, a hundredth", {"asking": 2, "moved": {"price": 1.0}, "factor": 0.01}, PAST, ""),
    ("three listings, a hundredth", {"asking": 3, "moved": {"price": 1.0}, "factor": 0.01}, PAST, "price!"),
    ("the only card, a hundredth", {"asking": 1, "cards": 1, "moved": {"price": 1.0}, "factor": 0.01}, PAST, "price!"),
    ("the only card, at a third", {"asking": 1, "cards": 1, "moved": {"price": 1.0}, "factor": 0.3}, PAST, ""),
    ("two listings in another currency", {"asking": 2, "moved": {"currency": 1.0}, "same_numbers": 1.0}, PAST, ""),
    ("three in another currency", {"asking": 3, "moved": {"currency": 1.0}, "same_numbers": 1.0}, PAST, "currency!"),
    ("ten times", {"moved": {"price": 1.0}, "factor": 10.1}, PAST, "price!"),
    ("nobody known, cards at a third", {"known": 0, "asking": 0, "medians": times(0.33)}, PAST, "price"),
    ("nobody known, cards at a hundredth", {"known": 0, "asking": 0, "medians": times(0.01)}, PAST, "price!"),
    ("nobody known, cards at six tenths", {"known": 0, "asking": 0, "medians": times(0.6)}, PAST, ""),
    ("another currency, same amounts", {"moved": {"currency": 1.0}, "same_numbers": 1.0}, PAST, "currency!"),
    ("another currency, other amounts", {"moved": {"currency": 0.5}, "same_numbers": 0.1}, PAST, "currency"),
    ("some in another currency", {"moved": {"currency": 0.49}, "same_numbers": 1.0}, PAST, ""),
    (
        "new ones in a strange currency",
        {"known": 0, "asking": 0, "currencies": {"CZK": 0.6, "USD": 0.4}},
        PAST,
        "currency",
    ),
    (
        "some new ones in a strange currency",
        {"known": 0, "asking": 0, "currencies": {"CZK": 0.5, "USD": 0.5}},
        PAST,
        "",
    ),
    ("conditions gone", {"conditioned": 0.59}, PAST, "condition"),
    ("fewer conditions", {"conditioned": 0.61}, PAST, ""),
    ("other conditions", {"moved": {"condition": 0.51}}, PAST, "condition"),
    ("half the conditions", {"moved": {"condition": 0.5}}, PAST, ""),
    ("prices gone", {"priced": 0.69}, PAST, "price!"),
    ("sellers gone", {"sold_by": 0.0}, PAST, "seller"),
    ("addresses gone", {"linked": 0.0}, PAST, "url"),
    ("cards gone", {"identified": 0.44}, PAST, "recognised"),
    ("other cards", {"moved": {"variant": 0.6}}, PAST, "identity"),
    ("nothing is known yet", {"shown": 1, "priced": 0.0, "currencies": {"CZK": 1.0}}, [], ""),
]


@pytest.mark.parametrize(("changes", "past", "doubted"), [row[1:] for row in SIDES], ids=[row[0] for row in SIDES])
def test_thresholds(changes: dict[str, Any], past: Sequence[Measures], doubted: str) -> None:
    found = doubts(seen(**changes), past)
    assert " ".join(f"{one.field}{'!' * one.stubborn}" for one in found) == doubted
    assert all(one.why for one in found)


def test_a_walk_that_ended_early_is_not_judged_by_its_count() -> None:
    assert doubts(seen(shown=5), PAST, whole=False) == ()


EMPTY: list[tuple[int, bool, bool | None, Sequence[Measures], bool]] = [
    (10, True, None, PAST, True),
    (0, True, None, PAST, False),
    (10, False, None, PAST, True),
    (10, False, None, [*PAST, seen(shown=0)], False),
    (10, False, None, PAST[:2], False),
    (10, True, True, PAST, False),
    (10, True, False, PAST, True),
    (0, False, False, [], True),
    (10, True, None, [seen(shown=0), *PAST], False),
]


@pytest.mark.parametrize(("on_offer", "complete", "canary", "past", "doubted"), EMPTY)
def test_emptiness(on_offer: int, complete: bool, canary: bool | None, past: Sequence[Measures], doubted: bool) -> None:
    found = emptiness(Measures(), past, on_offer_before=on_offer, complete=complete, canary=canary)
    assert (found is not None) is doubted
    assert emptiness(seen(), past, on_offer_before=on_offer, complete=complete, canary=canary) is None


def test_measures_are_kept_whole() -> None:
    kept = seen(moved={"price": 0.5}, factor=0.25).dump()
    assert Measures.load({**kept, "of_another_version": 1}) == seen(moved={"price": 0.5}, factor=0.25)


DOUBT, STUBBORN = Doubt(field=Field.COUNT, why="few"), Doubt(field=Field.PRICE, why="slip", stubborn=True)
BELIEVED = [
    ((DOUBT,), 2, HOURS, True),
    ((DOUBT,), 1, HOURS, False),
    ((DOUBT,), 9, HOURS - timedelta(seconds=1), False),
    ((DOUBT, STUBBORN), 99, timedelta(days=99), False),
]


@pytest.mark.parametrize(("doubted", "agreeing", "after", "believed"), BELIEVED)
def test_when_a_new_picture_is_believed(
    doubted: tuple[Doubt, ...], agreeing: int, after: timedelta, believed: bool
) -> None:
    assert is_believed(doubted, agreeing=agreeing, since=NOON, now=NOON + after) is believed


MINUTE = timedelta(minutes=1)
STORIES: list[tuple[str, list[tuple[int, Outcome, str]], str]] = [
    ("a hiccup", [(0, Outcome.UNREACHABLE, "full"), (5, Outcome.OK, "full")], ""),
    ("the third in a row", [(5 * n, Outcome.UNREACHABLE, "full") for n in range(3)], "--b"),
    ("an hour", [(0, Outcome.LIMITED, "full"), (60, Outcome.LIMITED, "full")], "-b"),
    ("at once", [(0, Outcome.BLOCKED, "full"), (9, Outcome.BLOCKED, "full"), (20, Outcome.OK, "full")], "b-m"),
    ("it gets worse", [(0, Outcome.UNREACHABLE, "full"), (9, Outcome.GONE, "full"), (20, Outcome.GONE, "full")], "-b-"),
    (
        "a sweep mends no walk",
        [(0, Outcome.CHANGED, "full"), (9, Outcome.OK, "sweep"), (20, Outcome.OK, "full")],
        "b-m",
    ),
    ("a sweep gets through", [(0, Outcome.BLOCKED, "full"), (9, Outcome.OK, "sweep")], "bm"),
    ("twice", [(0, Outcome.GONE, "full"), (9, Outcome.OK, "full"), (20, Outcome.GONE, "full")], "bmb"),
]


@pytest.mark.parametrize(("visits", "heard"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_what_the_owner_hears(visits: list[tuple[int, Outcome, str]], heard: str) -> None:
    spell, said = Spell(), ""
    for after, outcome, mode in visits:
        spell, word = speak(spell, outcome, mode=mode, now=NOON + after * MINUTE)
        said += {Word.BROKEN: "b", Word.MENDED: "m", None: "-"}[word]
    assert said.ljust(len(heard), "-") == heard.ljust(len(said), "-")


GRADES: list[tuple[list[str], dict[str, Any], int, str]] = [
    (["ok"] * 20, {}, 1, "A"),
    (["ok"] * 15 + ["unreachable"] * 5, {}, 1, "B"),
    (["ok"] * 10 + ["changed"] * 10, {}, 1, "C"),
    (["ok"] * 20, {"identified": 0.0, "priced": 0.0}, 1, "C"),
    (["ok"] * 20, {}, 19, "C"),
    (["blocked"] * 20, {}, 30, "F"),
    ([], {}, 1, ""),
]


@pytest.mark.parametrize(("outcomes", "changes", "hours_ago", "letter"), GRADES)
def test_grades(outcomes: list[str], changes: dict[str, Any], hours_ago: int, letter: str) -> None:
    read_at = NOON - timedelta(hours=hours_ago)
    record = Record(outcomes=outcomes, measures=seen(**changes), last_ok_at=read_at, every=timedelta(hours=6))
    found = grade(record, now=NOON)
    assert found.letter == letter
    assert bool(found.reasons) is (letter not in ("A", ""))
