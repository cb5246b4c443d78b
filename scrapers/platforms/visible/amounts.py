"""How to tell at a glance that a text holds an amount of money, and how to put together one that lies in pieces."""

import re
from collections.abc import Iterable
from functools import lru_cache

from tracker.core.money import Price, read_price
from tracker.core.money.currencies import PATTERN

SIGN_BEFORE = re.compile(rf"(?:{PATTERN})[\s:.]*$", re.IGNORECASE)
# A dash in place of the cents (`299.–`) is as good as a sign.
SIGN_BEHIND = re.compile(rf"(?:[.,][-–—]+)?\s*(?:{PATTERN})|[.,][-–—]+(?!\d)", re.IGNORECASE)
BARE = re.compile(r"\d[.,]\d\d(?!\d)|\d[.,](?:-|–)|^\D{0,4}\d[\d .,' ]*\D{0,4}$")
# Names of boxes, and tags, that hold the cents of the number in front of them.
_CENT_NAMES = frozenset({
    "cents", "cent", "centimes", "fraction", "fractional", "decimal", "decimals", "kopecks", "kop", "bani", "gr",
    "minor",
})  # fmt: skip
_DIGITS = re.compile(r"\d+")
_LONGEST_SIGN = 12
_RAISED = frozenset({"sup", "sub", "small"})
_ENDS_IN_DIGIT = re.compile(r"\d[.,]?$")
_CENTS = re.compile(r"([.,]?)(?:\d\d|-{1,2}|–|—)(?=\D|$)")
_PAIR = re.compile(r"\d\d(?!\d)")
_GOES_ON = re.compile(r"[.,]\d")
_UNITS = re.compile(r"(?<=\d)\s?[€£$]$")
_SIGN_AND_UNITS = re.compile(r"[€£$]\s?\d[\d., ]*$")


@lru_cache(maxsize=4096)
def read(text: str, currency: str) -> Price | None:
    """The price in a text, None where it holds none; pages repeat theirs, and each is looked at in several ways."""
    price = read_price(text, currency=currency)
    return price if isinstance(price, Price) else None


def shows_money(text: str) -> bool:
    """Whether a currency stands beside a number of a text."""
    return any(
        SIGN_BEHIND.match(text, run.end())
        or SIGN_BEFORE.search(text[max(0, run.start() - _LONGEST_SIGN) : run.start()])
        for run in _DIGITS.finditer(text)
    )


def joined(pieces: Iterable[tuple[str, str, frozenset[str]]]) -> str:
    """Texts, each with the tag and the names of its box, as one line.

    Two digits that are raised, or named so, are the cents of the number in front of them: `173` and a raised `34`.
    """
    line = ""
    for text, tag, names in pieces:
        if (units := _UNITS.search(line)) and _PAIR.fullmatch(text) and (tag in _RAISED or names & _CENT_NAMES):
            line = f"{line[: units.start()]}.{text}{units[0]}"  # 249€ and a raised 95
        else:
            line += _gap(line, text, tag, names) + text
    return line


def _gap(line: str, text: str, tag: str, names: frozenset[str]) -> str:
    """What to put between a line and the text that follows."""
    if not _ENDS_IN_DIGIT.search(line):
        return " " if line else ""
    cents = _CENTS.match(text)
    if cents and (cents[1] or tag in _RAISED or names & _CENT_NAMES or _is_split(line, text, names)):
        return "" if cents[1] or not line[-1].isdigit() else "."
    if line[-1].isdigit():
        return "" if _GOES_ON.match(text) else " "
    return "" if _PAIR.match(text) else " "


def _is_split(line: str, text: str, names: frozenset[str]) -> bool:
    """Whether a pair of digits in a box called a price goes on where the line has a sign and its units."""
    return "price" in names and bool(_PAIR.fullmatch(text)) and bool(_SIGN_AND_UNITS.search(line))
