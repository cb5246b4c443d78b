"""A price text → its numbers, each with the currency signs beside it and the words around it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.money.amounts import UNITS
from tracker.core.money.currencies import PATTERN, join_signs

LONGEST = 300  # characters; a longer text is a description, not a price


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of a text: digits, unit and what follows the unit as written, and its surroundings.

    `signs` are those beside it, nearest first, `strays` those beside no number at all. `before` and `after` reach to
    the neighbouring numbers and hold no signs.
    """

    digits: str
    unit: str
    tail: str
    signs: tuple[str, ...]
    strays: tuple[str, ...]
    before: str
    after: str


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-")
_QUOTES = dict.fromkeys(map(ord, "’‘´′ʼ"), "'")
_MARKS = {ord("٬"): ",", ord("،"): ",", ord("٫"): "."}
_LOOKALIKES = _DASHES | _QUOTES | _MARKS
_INVISIBLE = dict.fromkeys([0xAD, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A)])
_RAISED_CENTS = re.compile(r"(?<=\d)[.,]?([⁰¹²³⁴⁵⁶⁷⁸⁹]{2})(?![⁰¹²³⁴⁵⁶⁷⁸⁹])")
_SPLIT_CENTS = re.compile(r"(?<=\d)(?: ([.,]) ?|([.,]) )(?=\d\d(?!\d))")


def clean(text: str) -> str:
    """`text` in one spelling: lower case, ASCII digits, plain spaces, dashes and apostrophes, cents beside their units.

    A line break stays, so that numbers on two lines never become the groups of one. A text over `LONGEST` is left as
    it is: the steps below may take more than linear time.
    """
    text = "\n".join(filter(None, (" ".join(line.split()) for line in text.translate(_INVISIBLE).splitlines())))
    if len(text) > LONGEST:
        return text
    if not text.isascii():
        text = _plain(text)
    return join_signs(_SPLIT_CENTS.sub(lambda found: found[1] or found[2], text.lower()))


def _plain(text: str) -> str:
    """Raised cents as decimals, no footnotes or fractions (½, ①), full-width and foreign digits as ASCII ones."""
    text = _RAISED_CENTS.sub(lambda found: "." + unicodedata.normalize("NFKC", found[1]), text)
    text = "".join(" " if unicodedata.category(char) == "No" else char for char in text)
    text = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)


_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_LATIN = r"a-zà-öø-ÿ\u0100-\u024f\u0370-\u052f"
_TOKEN = re.compile(
    rf"(?P<sign>{PATTERN})"
    r"|(?P<digits>\d{1,3}(?: \d{3})+(?!\d)(?:[.,]\d+)*|(?:(?<![\w.,])[.,]+)?\d+(?:[.,']\d+)*)"
    rf"(?: ?(?P<unit>{_UNIT})(?: ?(?P<thousands>\d)[千천]|(?P<tail>\d{{1,4}}))?\.?(?![\d{_LATIN}]))?"
    r"(?:(?:[.,:] ?--?|/-)(?!\d))?"
)
_GLUED_BEFORE = re.compile(rf"[{_LATIN}#№_]")
_PRICE_WORD = rf"(?!(?:vb|vhb|obo|ono|each|ea|ish|fp|or)(?![{_LATIN}]))"
_GLUED_AFTER = re.compile(rf"{_PRICE_WORD}[{_LATIN}_]")
_ABBREVIATION_AFTER = re.compile(rf"{_PRICE_WORD}[{_LATIN}]{{1,2}}(?![{_LATIN}])")
_BETWEEN_SIGN_AND_NUMBER = " \n:.()"
_BETWEEN_NUMBER_AND_SIGN = " \n"
_SURE_ALONE = re.compile(r"\W|(?:usd|eur|gbp|cad|aud|chf|pln|sek|nok|dkk|cny|jpy|inr|euro|元|円|원)$")


def numbers(text: str) -> list[Number]:
    """The numbers of a cleaned text, in order."""
    tokens = _tokens(text)
    places = [place for place, token in enumerate(tokens) if token["sign"] is None]
    bound = _bind(text, tokens, places)
    used = {place for near in bound for place in near}
    loose = [token["sign"] for place, token in enumerate(tokens) if token["sign"] and place not in used]
    strays = tuple(filter(_SURE_ALONE.match, loose))
    gaps = _gaps(text, tokens)
    return [
        Number(
            digits=tokens[place]["digits"],
            unit=tokens[place]["unit"] or "",
            tail=f"{tokens[place]['thousands']}000" if tokens[place]["thousands"] else tokens[place]["tail"] or "",
            signs=tuple(tokens[sign]["sign"] for sign in near),
            strays=strays,
            before=gaps[order],
            after=gaps[order + 1],
        )
        for order, (place, near) in enumerate(zip(places, bound, strict=True))
    ]


def _tokens(text: str) -> list[re.Match[str]]:
    """The signs and numbers of a text; a number that is part of a name (`24gb`, `rtx4090`, `450w`) is neither."""
    tokens: list[re.Match[str]] = []
    for token in _TOKEN.finditer(text):
        after_sign = bool(tokens) and bool(tokens[-1]["sign"]) and tokens[-1].end() == token.start()
        if token["sign"] or not _is_named(text, token, after_sign=after_sign):
            tokens.append(token)
    return tokens


def _is_named(text: str, token: re.Match[str], *, after_sign: bool) -> bool:
    """Whether letters touch a number that are neither a sign nor a word of prices.

    Page text often runs into the next word (`$1,299.00Free`): after a sign only an abbreviation is feared (`$1.2m`).
    """
    if token["unit"] == "w" and len(re.split("[.,]", token["digits"])[0]) > 2:
        return True  # 450w are watts
    following = _TOKEN.match(text, token.end())
    if following and following["sign"]:
        return False
    if after_sign:
        return _ABBREVIATION_AFTER.match(text, token.end()) is not None
    before = text[: token.start()][-1:]
    return bool(_GLUED_BEFORE.match(before) or _GLUED_AFTER.match(text, token.end()))


def _bind(text: str, tokens: Sequence[re.Match[str]], places: Sequence[int]) -> list[list[int]]:
    """For each number the places of the signs beside it, nearest first; no sign is given twice.

    A sign between two numbers is the second one's where signs stand in front (`€ 5 € 6`), else the first one's.
    """

    def touch(place: int, between: str) -> bool:
        return not text[tokens[place].end() : tokens[place + 1].start()].strip(between)

    leading = bool(places) and places[0] > 0 and touch(places[0] - 1, _BETWEEN_SIGN_AND_NUMBER)
    bound: list[list[int]] = []
    free_from = 0
    for place in places:
        left, right = place, place
        while left > free_from and tokens[left - 1]["sign"] and touch(left - 1, _BETWEEN_SIGN_AND_NUMBER):
            left -= 1
        while right + 1 < len(tokens) and tokens[right + 1]["sign"] and touch(right, _BETWEEN_NUMBER_AND_SIGN):
            right += 1
        if leading and place < right < len(tokens) - 1 and touch(right, _BETWEEN_SIGN_AND_NUMBER):
            right -= 1
        bound.append([*range(place - 1, left - 1, -1), *range(place + 1, right + 1)])
        free_from = right + 1
    return bound


def _gaps(text: str, tokens: Sequence[re.Match[str]]) -> list[str]:
    """The text before, between and after the numbers, without the signs."""
    gaps, start = [""], 0
    for token in tokens:
        gaps[-1] += text[start : token.start()]
        start = token.end()
        if token["sign"] is None:
            gaps.append("")
    gaps[-1] += text[start:]
    return gaps
