"""What a box is, told by its tag and by the words its class, id and data attributes are made of.

Shops name their boxes in English or in their own language, but everywhere after what is in them: `old-price`,
`prix-barre`, `relatedProducts`. Words are compared whole, by `marks.toml`.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import IntFlag, auto
from functools import cache, lru_cache, reduce
from itertools import pairwise
from operator import or_
from pathlib import Path


class Mark(IntFlag):
    """What a box says it is; one box may be several things."""

    NONE = 0
    PRICE = auto()  # a price
    LABELLED = auto()  # a word for price stands in front of it
    ITEMPROP = auto()  # a price in schema.org's words
    CURRENT = auto()  # the price to pay now
    OLD = auto()  # a price of before, or of a list
    STRUCK = auto()  # struck out
    MAYBE_OLD = auto()  # "regular", "normal": the old price where another stands beside it
    OTHER = auto()  # an amount of another kind: per unit, per month, for shipping, saved
    CHANGE = auto()  # what is taken off, or comes on top
    RELATED = auto()  # other products
    CHROME = auto()  # footer, menus
    HIDDEN = auto()  # not shown
    REVIEW = auto()  # what buyers write
    OPEN = auto()  # shown after a click: dialogs, tooltips, drawers
    VARIANT = auto()  # a choice of sizes, colours, conditions
    LINK = auto()  # leads to another page
    STOCK = auto()  # whether it can be had
    BUY = auto()  # where one buys
    DESCRIPTION = auto()  # the seller's prose


_TAGS = {
    "del": Mark.STRUCK, "s": Mark.STRUCK, "strike": Mark.STRUCK, "footer": Mark.CHROME, "nav": Mark.CHROME,
    "dialog": Mark.OPEN, "button": Mark.BUY,
}  # fmt: skip
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|\d+")
_NAMED_IN = (
    "class",
    "id",
    "itemprop",
    "data-testid",
    "data-test",
    "data-qa",
    "data-role",
    "data-hook",
    "data-component",
)
# Whole names that hide a box; `hidden-xs` and `d-none d-md-block` hide it from small screens only.
_HIDDEN_NAME = re.compile(r"(?:(?:js|is|u|v|x|aok|ng|tw)[-_]?)?(?:hidden|hide|invisible|display-?none|d-none)")
_SHOWN_NAME = re.compile(r"(?:d|md|lg|xl|sm|xs|block|flex|visible)[-:_](?:sm|md|lg|xl|xxl|block|flex|inline|grid)")
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LONGEST_NAMES = 400
_WHOLE = 3  # words of a name that also count as one
_UNNAMED = (frozenset[str](), Mark.NONE)


@cache
def _meanings() -> Mapping[str, Mark]:
    """What each word of `marks.toml` says."""
    tables = tomllib.loads(Path(__file__).with_name("marks.toml").read_text(encoding="utf-8"))
    meant: dict[str, Mark] = {}
    for name, words in tables.items():
        for word in words.split():
            meant[word] = meant.get(word, Mark.NONE) | Mark[name.upper()]
    return meant


def named(attributes: Mapping[str, str | None]) -> tuple[frozenset[str], Mark]:
    """The words that a box's names are made of, every two in a row as one too, and what they say it is."""
    names = " ".join([value for attribute in _NAMED_IN if (value := attributes.get(attribute))])
    return _read(names[:_LONGEST_NAMES]) if names else _UNNAMED


@lru_cache(maxsize=20_000)
def _read(names: str) -> tuple[frozenset[str], Mark]:
    """The words of some names and what they say; the boxes of a page share few names."""
    words: set[str] = set()
    for name in names.split():
        parts = [part.lower() for part in _WORD.findall(name)]
        words.update(parts)
        words.update(map("".join, pairwise(parts)))
        if len(parts) == _WHOLE:
            words.add("".join(parts))
    meant = _meanings()
    mark = reduce(or_, (meant[word] for word in words if word in meant), Mark.NONE)
    return frozenset(words), mark | (Mark.HIDDEN if _is_hidden(names) else Mark.NONE)


def marks_of(tag: str, attributes: Mapping[str, str | None]) -> Mark:
    """What a box's tag and attributes say it is, beside its names."""
    mark = _TAGS.get(tag, Mark.NONE)
    if "data-price" in attributes or "price" in (attributes.get("itemprop") or "").lower().split():
        mark |= Mark.PRICE | Mark.ITEMPROP
    if "hidden" in attributes:
        mark |= Mark.HIDDEN
    if style := attributes.get("style"):
        mark |= Mark.HIDDEN if _HIDING.search(style) else Mark.NONE
        mark |= Mark.STRUCK if "line-through" in style else Mark.NONE
    return mark


def _is_hidden(names: str) -> bool:
    """Whether a box's names hide it on every screen."""
    listed = names.lower().split()
    return any(map(_HIDDEN_NAME.fullmatch, listed)) and not any(map(_SHOWN_NAME.match, listed))
