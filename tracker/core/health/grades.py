"""A source in one letter, and the reasons for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.health.measures import Measures
from tracker.core.health.outcomes import HEALTHY

LETTERS = ((90, "A"), (75, "B"), (60, "C"), (40, "D"))
"""The least points of each grade; below all of them it is F."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a source has fared: its recent outcomes, the last believed visit (None without one), and its rhythm."""

    outcomes: Sequence[str]
    measures: Measures | None
    last_ok_at: datetime | None
    every: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A letter from A to F ("" before the first visit), and what cost it points."""

    letter: str
    reasons: tuple[str, ...] = ()


def grade(record: Record, *, now: datetime) -> Grade:
    """Judge a source by how often it can be read, how fresh it is, and how much of it is understood."""
    if not record.outcomes:
        return Grade(letter="")
    lost = list(_lost(record, now))
    points = 100 - sum(cost for cost, _ in lost)
    letter = next((letter for least, letter in LETTERS if points >= least), "F")
    return Grade(letter=letter, reasons=tuple(why for _, why in lost))


def _lost(record: Record, now: datetime) -> Iterator[tuple[float, str]]:
    """Points lost out of 100, each with its reason."""
    failed = sum(outcome not in HEALTHY for outcome in record.outcomes)
    if failed:
        yield 60 * failed / len(record.outcomes), f"{failed} of the last {len(record.outcomes)} visits went wrong"
    if record.last_ok_at is None:
        yield 60, "never read"
    elif now - record.last_ok_at > 3 * record.every:
        hours = (now - record.last_ok_at) / timedelta(hours=1)
        yield 30, f"last read {hours:.0f} hours ago, to be read every {record.every / timedelta(hours=1):g}"
    if record.measures is not None and record.measures.read:
        yield from _poor(record.measures)


def _poor(seen: Measures) -> Iterator[tuple[float, str]]:
    """What the listings themselves leave open."""
    if seen.identified < 0.5:
        yield 20 * (0.5 - seen.identified) / 0.5, f"{seen.identified:.0%} of its listings are cards we know"
    for share, least, cost, named in (
        (seen.priced, 0.95, 20, "a price"),
        (seen.linked, 0.95, 10, "an address"),
        (seen.conditioned, 0.5, 10, "a condition"),
    ):
        if share < least:
            yield cost * (least - share) / least, f"{share:.0%} of them state {named}"
