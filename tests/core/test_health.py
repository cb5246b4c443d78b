"""What the outcome of a visit means, and when to come back."""

from datetime import timedelta

import pytest

from tracker.core.errors import (
    Blocked,
    Gone,
    ParseError,
    RateLimited,
    SourceError,
    Suspicious,
    Unconfigured,
    Unreachable,
)
from tracker.core.health import Doubt, Field, Outcome, judge, wait

EVERY = timedelta(hours=6)
DAY = timedelta(days=1)

DOUBT = Doubt(field=Field.COUNT, why="half of it is missing")

OUTCOMES = [
    (10, True, None, (), Outcome.OK, True),
    (10, False, None, (), Outcome.OK, False),
    (0, True, None, (), Outcome.EMPTY, True),
    (0, False, None, (), Outcome.EMPTY, False),
    (10, True, None, (DOUBT,), Outcome.SUSPICIOUS, False),
    (3, False, Blocked("robots.txt forbids it"), (), Outcome.BLOCKED, False),
    (3, False, Blocked("robots.txt forbids it"), (DOUBT,), Outcome.BLOCKED, False),
    (3, False, RateLimited("429"), (), Outcome.LIMITED, False),
    (0, False, Unreachable("no answer"), (), Outcome.UNREACHABLE, False),
    (0, False, Gone("404"), (), Outcome.GONE, False),
    (0, False, ParseError("no .price"), (), Outcome.CHANGED, False),
    (0, False, Suspicious("every price is 1"), (), Outcome.SUSPICIOUS, False),
    (0, False, Unconfigured("no keys"), (), Outcome.UNCONFIGURED, False),
    (0, False, SourceError("crashed"), (), Outcome.FAILING, False),
]


@pytest.mark.parametrize(("listings", "complete", "error", "doubts", "outcome", "may_end"), OUTCOMES)
def test_outcomes(
    listings: int, complete: bool, error: SourceError | None, doubts: tuple[Doubt, ...], outcome: Outcome, may_end: bool
) -> None:
    judgement = judge(listings=listings, complete=complete, error=error, doubts=doubts)
    assert (judgement.outcome, judgement.may_end, judgement.doubts) == (outcome, may_end, doubts)
    assert judgement.message or outcome is Outcome.OK


WAITS = [
    (Outcome.OK, 0, None, EVERY),
    (Outcome.EMPTY, 0, None, EVERY),
    (Outcome.CHANGED, 3, None, EVERY),
    (Outcome.GONE, 3, None, EVERY),
    (Outcome.BLOCKED, 1, None, DAY),
    (Outcome.UNREACHABLE, 1, None, timedelta(minutes=5)),
    (Outcome.UNREACHABLE, 3, None, timedelta(minutes=20)),
    (Outcome.UNREACHABLE, 500, None, DAY),
    (Outcome.LIMITED, 1, 900.0, timedelta(minutes=15)),
    (Outcome.LIMITED, 1, 0.0, timedelta(minutes=5)),
    (Outcome.LIMITED, 1, 1e17, DAY),
    (Outcome.LIMITED, 1, 1e9, DAY),
    (Outcome.LIMITED, 2, None, timedelta(minutes=10)),
]


@pytest.mark.parametrize(("outcome", "failures", "retry_after_s", "pause"), WAITS)
def test_waits(outcome: Outcome, failures: int, retry_after_s: float | None, pause: timedelta) -> None:
    assert wait(outcome, failures=failures, every=EVERY, retry_after_s=retry_after_s) == pause
