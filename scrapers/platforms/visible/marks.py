"""What a box is, told by its tag and by the words its class, id and data attributes are made of.

Shops name their boxes in English or in their own language, but everywhere after what is in them: `old-price`,
`prix-barre`, `relatedProducts`. Words are compared whole, by `marks.toml`.
"""

import re
import tomllib
from collections.abc import Mapping
from enum import IntFlag, auto
from functools import cache
from itertools import pairwise
from pathlib import Path


class Mark(IntFlag):
    """What a box says it is; one box may be several things."""

    NONE = 0
    PRICE = auto()  # a price
    ITEMPROP = auto()  # a price in schema.org's words
    CURRENT = auto()  # the price to pay now
    OLD = auto()  # a price of before, or of a list
    STRUCK = auto()  # struck out
    MAYBE_OLD = auto()  # "regular", "normal": the old price where another stands beside it
    OTHER = auto()  # an amount of another kind: per unit, per month, for shipping, saved
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
_STRIKING = re.compile(r"line-through", re.IGNORECASE)
_LONGEST_NAME = 300


@cache
def _marks() -> Mapping[str, Mark]:
    """What each word of `marks.toml` says."""
    tables = tomllib.loads(Path(__file__).with_name("marks.toml").read_text(encoding="utf-8"))
    meant: dict[str, Mark] = {}
    for name, words in tables.items():
        for word in words.split():
            meant[word] = meant.get(word, Mark.NONE) | Mark[name.upper()]
    return meant


def words_of(attributes: Mapping[str, str | None]) -> frozenset[str]:
    """The words that a box's names are made of, in lower case, and every two in a row as one."""
    words: set[str] = set()
    for attribute in _NAMED_IN:
        if names := attributes.get(attribute):
            for name in names[:_LONGEST_NAME].split():
                parts = [part.lower() for part in _WORD.findall(name)]
                words.update(parts)
                words.update(map("".join, pairwise(parts)))
                if len(parts) == 3:
                    words.add("".join(parts))
    return frozenset(words)


def marks_of(tag: str, words: frozenset[str], attributes: Mapping[str, str | None]) -> Mark:
    """What a box's own markup says it is."""
    mark = _TAGS.get(tag, Mark.NONE)
    meant = _marks()
    for word in words:
        mark |= meant.get(word, Mark.NONE)
    if "price" in (attributes.get("itemprop") or "").lower().split() or "data-price" in attributes:
        mark |= Mark.PRICE | Mark.ITEMPROP
    style = attributes.get("style") or ""
    if "hidden" in attributes or _HIDING.search(style) or _is_hidden(attributes.get("class") or ""):
        mark |= Mark.HIDDEN
    if _STRIKING.search(style):
        mark |= Mark.STRUCK
    return mark


def _is_hidden(names: str) -> bool:
    """Whether a class list hides its box on every screen."""
    listed = names[:_LONGEST_NAME].lower().split()
    return any(map(_HIDDEN_NAME.fullmatch, listed)) and not any(map(_SHOWN_NAME.match, listed))
