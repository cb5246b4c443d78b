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
from tracker.core.health import Outcome, judge, wait

EVERY = timedelta(hours=6)
DAY = timedelta(days=1)

OUTCOMES = [
    (10, True, None, 10, Outcome.OK, True),
    (10, False, None, 10, Outcome.OK, False),
    (0, True, None, 0, Outcome.EMPTY, False),
    (0, True, None, 10, Outcome.SUSPICIOUS, False),
    (3, False, Blocked("robots.txt forbids it"), 10, Outcome.BLOCKED, False),
    (3, False, RateLimited("429"), 10, Outcome.LIMITED, False),
    (0, False, Unreachable("no answer"), 10, Outcome.UNREACHABLE, False),
    (0, False, Gone("404"), 10, Outcome.GONE, False),
    (0, False, ParseError("no .price"), 10, Outcome.CHANGED, False),
    (0, False, Suspicious("every price is 1"), 10, Outcome.SUSPICIOUS, False),
    (0, False, Unconfigured("no keys"), 0, Outcome.UNCONFIGURED, False),
    (0, False, SourceError("crashed"), 0, Outcome.FAILING, False),
]


@pytest.mark.parametrize(("listings", "complete", "error", "before", "outcome", "may_end"), OUTCOMES)
def test_outcomes(
    listings: int, complete: bool, error: SourceError | None, before: int, outcome: Outcome, may_end: bool
) -> None:
    judgement = judge(listings=listings, complete=complete, error=error, on_offer_before=before)
    assert (judgement.outcome, judgement.may_end) == (outcome, may_end)
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
