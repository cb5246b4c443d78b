"""What the words around one amount in a text say of it."""

import re
from collections.abc import Iterator

from scrapers.platforms.visible.amounts import SIGN_BEFORE, SIGN_BEHIND, read
from scrapers.platforms.visible.marks import Mark
from scrapers.platforms.visible.words import follows, leads
from tracker.core.models import Money
from tracker.core.money import Price

_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?")
# A plus or minus right in front of an amount, and no percent sign behind: a saving, or what a choice adds.
_CHANGE = re.compile(r"(?:^|[\s(:])[-+−–]\s?[^\d\s%(]{0,4}\s?$")
_DIGIT = re.compile(r"\d")
_PERCENT = re.compile(r"\s*%")
# The kinds of words that lead to an amount, and what they say of it.
_LEADS = (
    ("aside", Mark.OTHER),
    ("was", Mark.OLD),
    ("regular", Mark.MAYBE_OLD),
    ("now", Mark.CURRENT),
    ("price", Mark.LABELLED),
)
_AGAINST = Mark.OTHER | Mark.OLD | Mark.CHANGE


def shows(text: str, money: Money) -> bool:
    """Whether an amount stands somewhere in a text."""
    return any(_places(text, money))


def is_signed(text: str, price: Price) -> bool:
    """Whether a currency stands beside the amount that a text was read as."""
    places = list(_places(text, price))
    if not places:  # written in a way of its own, such as 2.4万
        return bool(price.currency)
    return any(SIGN_BEFORE.search(before) or SIGN_BEHIND.match(behind) for before, behind in places)


def said_of(text: str, price: Price) -> Mark:
    """What the words around an amount say that it is; where it stands twice, what makes it the likelier price."""
    said = [_said(before, behind) for before, behind in _places(text.lower(), price)]
    return min(said, key=lambda marks: (marks & _AGAINST).bit_count(), default=Mark.NONE)


def _said(before: str, behind: str) -> Mark:
    """What the words say that stand between an amount and its neighbours."""
    marks = Mark.CHANGE if _CHANGE.search(before) and not _PERCENT.match(behind) else Mark.NONE
    leading, trailing, more = _DIGIT.split(before)[-1], *_between(behind)
    for kind, mark in _LEADS:
        if leads(kind, leading):
            marks |= mark
    # In `1.259,10 € you save 10 %` the word leads to the second number.
    if follows("aside", SIGN_BEHIND.sub("", trailing, count=1)) and not (more and leads("aside", trailing)):
        marks |= Mark.OTHER
    return marks


def _between(behind: str) -> tuple[str, bool]:
    """The text up to the next number, and whether there is one."""
    found = _DIGIT.search(behind)
    return (behind[: found.start()], True) if found else (behind, False)


def _places(text: str, price: Price | Money) -> Iterator[tuple[str, str]]:
    """What stands in front of an amount and behind it, wherever it stands in a text."""
    for found in _NUMBER.finditer(text):
        alone = read(found[0], price.currency)
        if alone and alone.amount == price.amount:
            yield text[: found.start()], text[found.end() :]
