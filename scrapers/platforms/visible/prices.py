"""The price a person would take for the product's: among all amounts on a page, the one that looks most like it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from scrapers.platforms.visible.amounts import BARE, read, shows_money
from scrapers.platforms.visible.context import is_signed, said_of
from scrapers.platforms.visible.heart import Heart
from scrapers.platforms.visible.layout import Box, Layout
from scrapers.platforms.visible.marks import Mark
from scrapers.platforms.visible.words import without
from tracker.core.money import Flag, Price, Reason, read_price

_DIGIT = re.compile(r"\d")
_LONGEST, _SHORT = 90, 20
_MAX_READ = 1_500
# What says of a text that its numbers are no price at all, so that no part of it is one.
_FINAL = frozenset({Reason.RATE, Reason.OLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One price on a page: where it stands, what it says, what its surroundings say of it, and how likely it is meant.

    `signed` tells whether a currency stands beside the number.
    """

    box: Box
    text: str
    price: Price
    marks: Mark
    signed: bool
    score: float


def tags_of(heart: Heart, currency: str) -> list[Tag]:
    """Every price on a page with its score, in reading order; bare numbers count where their box is called a price."""
    return [_tag(heart, box, text, price) for box, text, price in _readings(heart.layout, currency)]


def best_of(tags: Sequence[Tag]) -> Tag | None:
    """The likeliest tag; among equally likely ones the first.

    An amount that stands in several places is the likelier for it: its best tag comes back with a higher score.
    """
    places = Counter(tag.price.amount for tag in tags if tag.score >= _COUNTS)
    best = max(tags, key=lambda tag: tag.score + _support(places[tag.price.amount]), default=None)
    return best and replace(best, score=best.score + _support(places[best.price.amount]))


def _support(places: int) -> float:
    return min(_MOST_SUPPORT, 0.5 * max(0, places - 1))


def _readings(layout: Layout, currency: str) -> Iterator[tuple[Box, str, Price]]:
    """The largest boxes that can be read as one price, from the top down."""
    digits = [0]
    for text in layout.texts:
        digits.append(digits[-1] + bool(_DIGIT.search(text.text)))
    skip_until, tried = 0, 0
    for box in layout.boxes:
        if box.index < skip_until or digits[box.first] == digits[box.last] or layout.size(box) > _LONGEST * 2:
            continue
        said = layout.text_of(box)
        if len(said) > _LONGEST or not _looks_priced(box, said):
            continue
        tried += 1
        if tried > _MAX_READ:
            return
        price = read_price(without("regular", said), currency=currency)
        if isinstance(price, Price):
            if _is_named(box) or is_signed(said, price):
                yield box, said, price
                skip_until = box.end
        elif price.reason in _FINAL:
            skip_until = box.end


def _looks_priced(box: Box, text: str) -> bool:
    if shows_money(text):
        return True
    return _is_named(box) and bool(BARE.search(text))


def _is_named(box: Box) -> bool:
    """Whether a box or the one around it is called a price."""
    return bool(box.marks & Mark.PRICE or (box.parent is not None and box.parent.marks & Mark.PRICE))


def _tag(heart: Heart, box: Box, text: str, price: Price) -> Tag:
    inner = _innermost(heart.layout, box, price)
    marks = heart.marks_of(inner) | said_of(text, price)
    signed = is_signed(text, price)
    score = _of_marks(marks) + _of_place(heart, box) + _of_text(text, price, signed=signed)
    return Tag(box=box, text=text, price=price, marks=marks, signed=signed, score=score)


def _innermost(layout: Layout, box: Box, price: Price) -> Box:
    """The smallest box inside that shows the same amount: its own names speak of this number alone."""
    found = box
    for inner in layout.boxes[box.index + 1 : box.end]:
        if inner.last > inner.first:
            text = layout.text_of(inner)
            if _DIGIT.search(text):
                alone = read(text, price.currency)
                if alone and alone.amount == price.amount:
                    found = inner
    return found


_WEIGHTS = (
    (Mark.PRICE, 3.0),
    (Mark.LABELLED, 1.5),
    (Mark.ITEMPROP, 2.0),
    (Mark.CURRENT, 1.0),
    (Mark.BUY, 1.0),
    (Mark.STRUCK, -6.0),
    (Mark.OLD, -4.0),
    (Mark.MAYBE_OLD, -0.5),
    (Mark.OTHER, -4.0),
    (Mark.CHANGE, -6.0),
    (Mark.RELATED, -6.0),
    (Mark.CHROME, -6.0),
    (Mark.HIDDEN, -3.0),
    (Mark.REVIEW, -4.0),
    (Mark.OPEN, -3.0),
    (Mark.VARIANT, -3.0),
    (Mark.LINK, -4.0),
    (Mark.STOCK, -1.0),
    (Mark.DESCRIPTION, -3.0),
)


def _of_marks(marks: Mark) -> float:
    return sum(weight for mark, weight in _WEIGHTS if mark & marks)


# How far from the title, in texts, and what that is worth.
_NEAR = ((20, 4.0), (40, 3.0), (90, 2.0), (160, 1.0), (260, 0.0), (400, -1.0))
_FAR, _IN_FRONT, _JUST_IN_FRONT, _LOST = -2.0, -2.0, 1.0, -2.0
# From which score on a tag counts for others of its amount, and what they are worth together.
_COUNTS, _MOST_SUPPORT = 2.0, 1.5


def _of_place(heart: Heart, box: Box) -> float:
    distance = heart.distance(box)
    if distance is None:
        return _LOST
    if distance < 0:
        return _JUST_IN_FRONT if distance > -30 else _IN_FRONT
    return next((worth for most, worth in _NEAR if distance <= most), _FAR)


def _of_text(text: str, price: Price, *, signed: bool) -> float:
    score = 2.0 if signed else 0.0
    if len(text) < _SHORT:
        score += 0.5
    if {Flag.SOLD, Flag.APPROXIMATE} & set(price.flags):
        score -= 1.0
    if Flag.FROM in price.flags or Flag.EX_VAT in price.flags:
        score -= 0.5
    return score
