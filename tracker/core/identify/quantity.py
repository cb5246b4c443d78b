"""How many identical cards one price buys."""

from tracker.core.identify import roles
from tracker.core.identify.reading import Reading, Term
from tracker.core.identify.text import GLUE

_MOST, _MOST_OPENING = 300, 64
_CARD = roles.MODEL | roles.CONTEXT | roles.NOUN | roles.SERIES
_COUNTS = roles.TIMES | roles.PIECES | roles.LOT | roles.COUNT
_COUNTED = roles.NUMBER | roles.COUNT | roles.PIECES | roles.STOCK
_LANES = roles.FORM | roles.NUMBER | roles.UNIT
_SURE_COUNTERS = ("pair", "set", "stk", "styk")
_LINES = roles.CONTEXT | roles.FEATURE


def quantity(reading: Reading) -> int:
    """The number of cards; 1 unless the text says otherwise, and 1 where the price is for each."""
    if reading.roles & roles.EACH:
        return 1
    if reading.roles & _COUNTS:
        for place in reading.places(_COUNTS):
            if (count := _counted(reading, place)) > 1:
                return count
    return _opening_number(reading) if reading.terms[0].roles & roles.NUMBER else 1


def _counted(reading: Reading, place: int) -> int:
    term = reading.terms[place]
    if term.roles & roles.TIMES:
        return _times(reading, place)
    if term.roles & roles.PIECES:
        return 1 if reading.after(place, roles.STOCK, 2) else _sane(term)
    if term.roles & roles.COUNT:
        return _sane(term) if _counts_cards(reading, place) else 1
    return _sane(reading.terms[place + 1]) if reading.after(place, _COUNTED, 1) else 1


def _sane(term: Term) -> int:
    return int(term.value) if term.value.is_integer() and 1 < term.value <= _MOST else 1


def _times(reading: Reading, place: int) -> int:
    """Counts "4x EVGA RTX 3080" and "RTX 3090 x 2"; not "Ventus 3X OC", "3x fans", "PCIe 3.0 x4" nor "iChill X3"."""
    term = reading.terms[place]
    if term.value:
        opens = not _model_before(reading, place) and not reading.before(place, _LINES)
        return _sane(term) if opens and reading.after(place, _CARD, 1) else 1
    if reading.roles & roles.NUMBERED or not reading.after(place, roles.NUMBER) or reading.before(place, _LANES):
        return 1
    count = reading.terms[place + 1]
    if count.text.startswith(GLUE) and reading.before(place, _LINES):
        return 1
    return _sane(count) if _model_before(reading, place) or (place == 0 and reading.after(1, _CARD)) else 1


def _counts_cards(reading: Reading, place: int) -> bool:
    """A counter such as 两张 or "pair" counts wherever it stands, "two" only right before the cards."""
    text = reading.terms[place].text
    if not text[0].isascii() and text[0] > "\u2e7f":
        return True
    if any(sure in text for sure in _SURE_COUNTERS):
        return True
    return reading.after(place, _CARD | roles.NUMBER | roles.PIECES, 1) and not _model_before(reading, place)


def _opening_number(reading: Reading) -> int:
    """A number that opens the text, right before a card: "4 Nvidia Tesla P100"."""
    first = reading.terms[0]
    opens = first.roles & roles.NUMBER and not first.roles & roles.MODEL and reading.gaps[0] == 0
    return _sane(first) if opens and first.value <= _MOST_OPENING and reading.after(0, _CARD) else 1


def _model_before(reading: Reading, place: int) -> bool:
    return bool(reading.models) and reading.models[0] < place
