"""What pages remember and how they take turns."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest

from tests.conftest import NOON
from tracker.core.errors import StoreError
from tracker.core.market import Refusal
from tracker.core.models import ConditionClass
from tracker.market import Worths as Known
from tracker.web.pages import plan
from tracker.web.problems import Busy
from tracker.web.site import FRESH, NOT_YET, Worths


def said(text: str) -> Known:
    return {one: Refusal(steps=(text,)) for one in ConditionClass}


class Days:
    """Time that passes when told."""

    now = NOON

    def __call__(self) -> object:
        return self.now


@pytest.fixture
def kept() -> Callable[..., Worths]:
    def made(work_out: Callable[[str], Known], clock: Days | None = None) -> Worths:
        return Worths(work_out, clock or Days())  # type: ignore[arg-type]

    return made


def test_what_a_card_is_worth_is_worked_out_once(kept: Callable[..., Worths]) -> None:
    asked: list[str] = []

    def work_out(variant: str) -> Known:
        asked.append(variant)
        return said(variant)

    worths = kept(work_out)
    assert worths.of(["a", "b"]) == {"a": said("a"), "b": said("b")}
    assert worths.of(["b"]) == {"b": said("b")}
    assert sorted(asked) == ["a", "b"]
    worths.close()


def test_what_is_stale_is_shown_and_worked_out_anew(kept: Callable[..., Worths]) -> None:
    clock, renewed = Days(), Event()
    answers = iter(("old", "new"))

    def work_out(variant: str) -> Known:
        found = next(answers)
        if found == "new":
            renewed.set()
        return said(found)

    worths = kept(work_out, clock)
    assert worths.of(["a"]) == {"a": said("old")}
    worths._worker.submit(int).result()  # what was under way is done, to its last line
    clock.now = NOON + FRESH + timedelta(seconds=1)
    assert worths.of(["a"])["a"] in (said("old"), said("new"))
    assert renewed.wait(5)
    worths._worker.submit(int).result()
    assert worths.of(["a"]) == {"a": said("new")}
    worths.close()


def test_what_takes_too_long_is_said_to_be_under_way(
    kept: Callable[..., Worths], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.web.site.PATIENCE_S", 0.01)
    go_on = Event()
    worths = kept(lambda variant: go_on.wait(5) and said(variant))
    assert worths.of(["a"]) == {"a": NOT_YET}
    go_on.set()
    worths.close()


def test_a_database_that_fails_leaves_it_open(kept: Callable[..., Worths]) -> None:
    def fail(variant: str) -> Known:
        raise StoreError("gone")

    worths = kept(fail)
    assert worths.of(["a"]) == {"a": NOT_YET}
    worths.close()


def test_plans_are_searched_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "PATIENCE_S", 0.01)
    with plan.in_turn(), plan.in_turn(), pytest.raises(Busy), plan.in_turn():
        pass
    with plan.in_turn():
        pass
