"""How to tell at a glance that a text holds an amount of money, and how to put together one that lies in pieces."""

import re
from collections.abc import Iterable

from tracker.core.money.currencies import PATTERN

SIGNED = re.compile(rf"(?:{PATTERN})[\s:.]*\d|\d(?:[.,][-–]+)?\s*(?:{PATTERN})", re.IGNORECASE)
BARE = re.compile(r"\d[.,]\d\d(?!\d)|\d[.,](?:-|–)|^\D{0,4}\d[\d .,' ]*\D{0,4}$")
# An amount that is taken off or comes on top: a plus or minus right in front of it, and no percent sign behind.
TAKEN_OFF = re.compile(r"(?:^|[\s(:])[-+−–]\s?(?P<amount>[^\d\s%(]{0,4}\s?\d[\d.,']*)(?![\d.,']|\s*%)")

# Names of boxes, and tags, that hold the cents of the number in front of them.
_CENT_NAMES = frozenset({
    "cents", "cent", "centimes", "fraction", "fractional", "decimal", "decimals", "kopecks", "kop", "bani", "gr",
    "minor",
})  # fmt: skip
_RAISED = frozenset({"sup", "sub", "small"})
_ENDS_IN_DIGIT = re.compile(r"\d[.,]?$")
_CENTS = re.compile(r"([.,]?)(?:\d\d|-{1,2}|–|—)(?=\D|$)")
_PAIR = re.compile(r"\d\d(?!\d)")
_GOES_ON = re.compile(r"[.,]\d")


def joined(pieces: Iterable[tuple[str, str, frozenset[str]]]) -> str:
    """Texts, each with the tag and the names of its box, as one line.

    Two digits that are raised, or named so, are the cents of the number in front of them: `173` and a raised `34`.
    """
    line = ""
    for text, tag, names in pieces:
        line += _gap(line, text, tag, names) + text
    return line


def _gap(line: str, text: str, tag: str, names: frozenset[str]) -> str:
    """What to put between a line and the text that follows."""
    if not _ENDS_IN_DIGIT.search(line):
        return " " if line else ""
    if (cents := _CENTS.match(text)) and (cents[1] or tag in _RAISED or names & _CENT_NAMES):
        return "" if cents[1] or not line[-1].isdigit() else "."
    if line[-1].isdigit():
        return "" if _GOES_ON.match(text) else " "
    return "" if _PAIR.match(text) else " "
