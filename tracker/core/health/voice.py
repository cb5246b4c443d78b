"""When the owner is told of a source: once when it breaks, once when it works again, never of a hiccup."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tracker.core.health.outcomes import HEALTHY, Outcome

PASSING = frozenset({Outcome.UNREACHABLE, Outcome.LIMITED})
"""Trouble that comes and goes by itself: it is told only when it stays."""

PATIENCE, PATIENT_FAILURES = timedelta(hours=1), 3
"""Passing trouble is told after this long, or after so many visits in a row."""

OF_THE_HOST = frozenset({Outcome.UNREACHABLE, Outcome.LIMITED, Outcome.BLOCKED, Outcome.UNCONFIGURED})
"""Trouble of the place, not of what is read there: any visit that gets through ends it."""


class Word(StrEnum):
    """What the owner is told."""

    BROKEN = "broken"
    MENDED = "works again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """The trouble a source is in: what it is, since when, in which mode of visit, how often, and whether it was told.

    `state` is an outcome's name; a source in no trouble has no `since`.
    """

    state: str = ""
    mode: str = ""
    since: datetime | None = None
    failures: int = 0
    told: bool = False


NO_TROUBLE = Spell()


def speak(before: Spell, outcome: Outcome, *, mode: str, now: datetime) -> tuple[Spell, Word | None]:
    """The trouble a source is in after a visit, and what the owner is to be told, if anything.

    Trouble of one rhythm is ended by that rhythm alone: a sweep that works mends no full walk that does not.
    """
    if outcome in HEALTHY:
        if before.since is not None and before.mode != mode and before.state not in OF_THE_HOST:
            return before, None
        return NO_TROUBLE, Word.MENDED if before.told else None
    since = before.since or now
    failures = before.failures + 1
    stays = failures >= PATIENT_FAILURES or now - since >= PATIENCE
    told = before.told or outcome not in PASSING or stays
    first = before.mode if before.since is not None and before.state not in OF_THE_HOST else mode
    spell = Spell(state=outcome.value, mode=first, since=since, failures=failures, told=told)
    return spell, Word.BROKEN if told and not before.told else None
