"""What a visit says about its source: how it went, whether its numbers are believed, and who is to be told."""

from tracker.core.health.doubts import DROP, OF_READING, Doubt, Field, doubts, emptiness
from tracker.core.health.grades import Grade, Record, grade
from tracker.core.health.measures import Facts, Measures, facts_of, measure, read_as_today
from tracker.core.health.outcomes import HEALTHY, Judgement, Outcome, judge, wait
from tracker.core.health.quarantine import AGREE, Sifted, is_believed, sift
from tracker.core.health.voice import Spell, Word, speak

__all__ = [
    "AGREE",
    "DROP",
    "HEALTHY",
    "OF_READING",
    "Doubt",
    "Facts",
    "Field",
    "Grade",
    "Judgement",
    "Measures",
    "Outcome",
    "Record",
    "Sifted",
    "Spell",
    "Word",
    "doubts",
    "emptiness",
    "facts_of",
    "grade",
    "is_believed",
    "judge",
    "measure",
    "read_as_today",
    "sift",
    "speak",
    "wait",
]
