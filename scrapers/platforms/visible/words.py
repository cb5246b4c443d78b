"""What a short text says of a product, in the words of `words.toml`."""

import re
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

_LETTER = r"[^\W\d_]"
_LONGEST_BUTTON = 60
_NEXT_TO = 20  # characters between a word and the amount it speaks of
# What stands on buttons beside their words: prices, arrows, plus signs.
_BESIDES = re.compile(r"[\d€$£.,+→>«»|:()!-]+")
_FIRST_WITHOUT_CASE = "\u0590"  # Hebrew, Arabic and the scripts of Asia follow


class Stock(StrEnum):
    """Schema.org's words for what can be told from words and buttons."""

    IN = "InStock"
    OUT = "OutOfStock"
    PREORDER = "PreOrder"
    BACKORDER = "BackOrder"


# What a text may say, the surest first.
_SAID = (
    ("preorder", Stock.PREORDER),
    ("out", Stock.OUT),
    ("notify", Stock.OUT),
    ("backorder", Stock.BACKORDER),
    ("in", Stock.IN),
)


def stock_in(text: str) -> Stock | None:
    """What a short text says of the stock; None where it says nothing, or speaks of a shop round the corner."""
    said = text.lower()
    if _pattern("elsewhere").search(said) and not _pattern("buy").search(said):
        return None
    return next((stock for kind, stock in _SAID if _pattern(kind).search(said)), None)


def asks_to_notify(text: str) -> bool:
    """Whether a text offers to say when the product is back."""
    return bool(_pattern("notify").search(text.lower()))


def sells(text: str) -> bool:
    """Whether a button's text puts the product into a basket or buys it."""
    said = _BESIDES.sub(" ", text.lower()).strip()
    found = _pattern("buy").match(said) if len(said) < _LONGEST_BUTTON else None
    if found is None:
        return False
    # A lone word such as "add" must be all there is: "add to wishlist" sells nothing.
    return found.end() == len(said) or " " in found[0] or max(found[0]) >= _FIRST_WITHOUT_CASE


def asks(text: str) -> bool:
    """Whether a button's text leads to a private seller."""
    return bool(_pattern("ask").search(text.lower()))


def announces_others(text: str) -> bool:
    """Whether a heading stands above other products."""
    return bool(_pattern("other_products").search(text.lower()))


def leads(kind: str, before: str) -> bool:
    """Whether a text in lower case leads to what follows it with a word of a kind."""
    return any(len(before) - found.end() <= _NEXT_TO for found in _pattern(kind).finditer(before))


def follows(kind: str, behind: str) -> bool:
    """Whether a text in lower case goes on with a word of a kind."""
    found = _pattern(kind).search(behind)
    return found is not None and not behind[: found.start()].strip(" \n()")


def without(kind: str, text: str) -> str:
    """A text without the words of a kind."""
    return _pattern(kind, re.IGNORECASE).sub(" ", text).strip()


@cache
def _pattern(kind: str, flags: int = 0) -> re.Pattern[str]:
    """Any words of a kind standing alone, or of its scripts without spaces anywhere."""
    table = _tables()[kind]
    alone = "|".join(word for language, words in table.items() if language != "glued" for word in words)
    glued = [word for words in table.get("glued", {}).values() for word in words]
    return re.compile("|".join([rf"(?<!{_LETTER})(?:{alone})(?!{_LETTER})", *glued]), flags)


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
