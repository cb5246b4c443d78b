"""Whether a product can be had, by what the page says beside it and by whether one can press its buttons."""

from collections.abc import Iterator
from dataclasses import dataclass

from scrapers.platforms.visible.heart import Heart
from scrapers.platforms.visible.layout import Box
from scrapers.platforms.visible.marks import Mark
from scrapers.platforms.visible.words import Stock, asks, asks_to_notify, sells, stock_in

_LONGEST = 140
_BEFORE, _BEHIND = -160, 260  # texts around the title among which its stock is told
_ASIDE = Mark.RELATED | Mark.CHROME | Mark.HIDDEN | Mark.REVIEW | Mark.OPEN | Mark.VARIANT | Mark.DESCRIPTION
_BUTTONS = frozenset({"button", "a", "input"})
_PRESSED = frozenset({"submit", "button", "image"})
_DEAD = frozenset({"disabled", "inactive", "isdisabled", "btndisabled", "soldout", "outofstock", "unavailable"})
_FAR = 60  # texts by which a word must be nearer than a button to beat it


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What a page shows of the stock: the surest word, whether it is said outright, and the buttons one can press."""

    stock: Stock | None
    outright: bool = False
    buyable: bool = False


@dataclass(frozen=True, slots=True)
class _Clue:
    stock: Stock
    outright: bool
    distance: int


def shelf_of(heart: Heart, price: Box | None = None) -> Shelf:
    """Read the stock off the page around the product's title, and around its price where one is known."""
    pressable = [distance for alive, distance in _buttons(heart, price) if alive]
    buyable = bool(pressable)
    clues = sorted(_clues(heart, price), key=lambda clue: (not clue.outright, clue.distance))
    out = next((clue for clue in clues if clue.stock is Stock.OUT), None)
    if out is None:
        stock = clues[0].stock if clues else Stock.IN if buyable else None
        return Shelf(stock=stock, outright=bool(clues) and clues[0].outright, buyable=buyable)
    if buyable and not (out.outright and out.distance + _FAR < min(pressable)):
        return Shelf(stock=Stock.IN, buyable=True)
    others = [clue for clue in clues if clue.stock is not Stock.OUT and clue.outright >= out.outright]
    if others and others[0].distance < out.distance:
        return Shelf(stock=others[0].stock, outright=others[0].outright, buyable=buyable)
    return Shelf(stock=Stock.OUT, outright=out.outright)


def _buttons(heart: Heart, price: Box | None) -> Iterator[tuple[bool, int]]:
    """For each button that buys the product: whether it can be pressed, and how far from the title it is."""
    layout = heart.layout
    for box in layout.boxes:
        if box.tag not in _BUTTONS:
            continue
        attributes = box.node.attributes
        if box.tag == "input":
            if (attributes.get("type") or "").lower() not in _PRESSED:
                continue
            text = attributes.get("value") or attributes.get("alt") or attributes.get("title") or ""
        else:
            # Some buttons hold every word they may ever say; the first is the one shown.
            text = layout.texts[box.first].text if box.last > box.first else ""
            text = text or attributes.get("aria-label") or attributes.get("title") or ""
        if not (sells(text) or asks(text)) or (box.tag == "a" and len(text) < 4):
            continue
        marks = heart.marks_of(box)
        if marks & (Mark.RELATED | Mark.CHROME | Mark.REVIEW):
            continue
        distance = _distance(heart, box, price)
        if distance is None:
            continue
        dead = "disabled" in attributes or box.words & _DEAD or attributes.get("aria-disabled") == "true"
        yield not dead, distance


def _clues(heart: Heart, price: Box | None) -> Iterator[_Clue]:
    """Every short text around the product that says something of the stock."""
    layout = heart.layout
    last: Box | None = None
    for text in layout.texts:
        box = text.box
        distance = _distance(heart, box, price)
        if distance is None or box is last or len(text.text) > _LONGEST:
            continue
        last = box
        said = layout.text_of(box) if layout.size(box) <= _LONGEST else text.text
        stock = stock_in(said)
        if stock is None or (stock is Stock.IN and sells(said)) or (stock is Stock.OUT and _is_alternative(heart, box)):
            continue
        marks = heart.marks_of(box)
        notifies = asks_to_notify(said)
        if marks & _ASIDE or (marks & Mark.LINK and not notifies) or (distance >= _BEHIND and not marks & Mark.STOCK):
            continue
        yield _Clue(stock, outright=bool(marks & Mark.STOCK) and not notifies, distance=distance)


def _distance(heart: Heart, box: Box, price: Box | None) -> int | None:
    """How many texts lie between a box and the product's title or price, None for a box too far away."""
    from_title = heart.distance(box)
    if from_title is not None and not _BEFORE <= from_title <= _BEHIND:
        return None
    from_price = abs(box.first - price.first) if price is not None else _BEHIND
    return min(from_price, _BEHIND if from_title is None else abs(from_title))


def _is_alternative(heart: Heart, box: Box) -> bool:
    """Whether a word stands in a button beside another that sells: one of the two is hidden, who knows which."""
    outer: Box | None = box
    for _ in range(4):
        if outer is None:
            return False
        if outer.tag in _BUTTONS:
            return any(sells(text.text) for text in heart.layout.texts[outer.first : outer.last])
        outer = outer.parent
    return False
