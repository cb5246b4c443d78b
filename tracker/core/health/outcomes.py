"""What the outcome of a visit means for its source: whether to believe it, and when to come back."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from tracker.core.errors import (
    Blocked,
    FetchError,
    Gone,
    ParseError,
    RateLimited,
    SourceError,
    Suspicious,
    Unconfigured,
)
from tracker.core.health.doubts import Doubt


class Outcome(StrEnum):
    """How a visit went: `ok` and `empty` are healthy, all others leave what was known as it was.

    `failing` is a fault of ours: the traceback is in the log.
    """

    OK = "ok"
    EMPTY = "empty"
    SUSPICIOUS = "suspicious"
    BLOCKED = "blocked"
    LIMITED = "limited"
    UNCONFIGURED = "unconfigured"
    GONE = "gone"
    CHANGED = "changed"
    UNREACHABLE = "unreachable"
    FAILING = "failing"


HEALTHY = frozenset({Outcome.OK, Outcome.EMPTY})

_BY_ERROR: tuple[tuple[type[SourceError], Outcome], ...] = (
    (Blocked, Outcome.BLOCKED),
    (RateLimited, Outcome.LIMITED),
    (Unconfigured, Outcome.UNCONFIGURED),
    (Gone, Outcome.GONE),
    (ParseError, Outcome.CHANGED),
    (Suspicious, Outcome.SUSPICIOUS),
    (FetchError, Outcome.UNREACHABLE),
)

LONGEST_WAIT = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A visit's outcome with the sentence that explains it, whether absences may be believed, and what is doubted."""

    outcome: Outcome
    message: str = ""
    may_end: bool = False
    doubts: tuple[Doubt, ...] = ()

    @property
    def review(self) -> str:
        """What an alert from this visit must say of it; "" where all is believed."""
        return "; ".join(doubt.why for doubt in self.doubts)


def judge(*, listings: int, complete: bool, error: SourceError | None, doubts: tuple[Doubt, ...] = ()) -> Judgement:
    """Say how a visit went; what is doubted is suspected, and ends nothing."""
    if error is not None:
        outcome = next((named for kind, named in _BY_ERROR if isinstance(error, kind)), Outcome.FAILING)
        return Judgement(outcome=outcome, message=str(error), doubts=doubts)
    if doubts:
        message = "; ".join(doubt.why for doubt in doubts)
        return Judgement(outcome=Outcome.SUSPICIOUS, message=message, doubts=doubts)
    if listings:
        return Judgement(outcome=Outcome.OK, may_end=complete)
    return Judgement(outcome=Outcome.EMPTY, message="nothing matches right now", may_end=complete)


def wait(outcome: Outcome, *, failures: int, every: timedelta, retry_after_s: float | None = None) -> timedelta:
    """How long to leave a source alone: 5 min × 2ⁿ for the unreachable, a day for the blocked, else as usual.

    `failures` counts the visits in a row that went wrong, this one included.
    """
    if outcome is Outcome.BLOCKED:
        return LONGEST_WAIT
    if outcome not in (Outcome.UNREACHABLE, Outcome.LIMITED):
        return every
    back_off = min(timedelta(minutes=5 * 2 ** min(failures - 1, 16)), LONGEST_WAIT)
    asked = timedelta(seconds=min(retry_after_s or 0, LONGEST_WAIT.total_seconds()))
    return max(back_off, asked)
