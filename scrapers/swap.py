"""The things that a post in a trading community offers, each with its price, and whether they are gone.

A post becomes several offers only where the text says so clearly: a list, a table, or names each with a price.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from scrapers.markup import Line, Shape
from scrapers.pricetags import Tag, agreed, tags

_SOLD = re.compile(r"\b(?:sold(?: out)?|spoken for|no longer available|gone|withdrawn)\b", re.IGNORECASE)
_UNSOLD = re.compile(
    r"\b(?:not|un|if|until|when|once|being|be|gets?|never)[ -]?sold\b|\bsold (?:as|by|with|in|to me|at)\b",
    re.IGNORECASE,
)
_ALL_SOLD = re.compile(
    r"^\W*(?:(?:edit|update)\b\W*)?(?:(?:all|everything|both|it'?s|this|now|is|has|been|are)\b\W*)*"
    r"(?:sold|closed|spoken for|gone|no longer available)\b(?!\s+(?:as|by|with|in|at|separately|together)\b)",
    re.IGNORECASE,
)
_REMOVED = frozenset({"[deleted]", "[removed]"})
_SECTION = re.compile(
    r"^\W*(?P<wanted>wants?|wanted|looking (?:for|to buy)|wtb|iso|buying|in search of|trades?(?: for)?|want to buy)\b"
    r"|^\W*(?:haves?|selling|for sale|fs|wts|available|up for sale|items?(?: for sale)?)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:[\s\-–—•*·|,;:./)>=+~&]|and\b|or\b|\(?\d{1,2}[.)]\s"
    r"|(?:selling|for sale|fs|wts|have|i have|up for sale|item|gpu)\b\s*[:\-]*\s*(?:my |an? |the )?)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:[\s\-–—:|=~(,;@>/+]|\b(?:asking|for|at|price|only|is)\b)+$", re.IGNORECASE)
_PROSE = re.compile(
    r"^(?:to|in|from|within|all|both|total|everything|shipp(?:ing|ed)|prices?|local|firm|sold|obo)\b"
    r"|^(?:or|but|cost|pick ?up|cash|paypal)\b"
    r"|\b(?:i|i'm|i've|i'll|i'd|my|it|it's|is|are|was|were|will|would|paid|bought|looking|please|pm|you|your|we|if|can"
    r"|timestamps?|discount|off|offers?|trades?|bundle of|prefer|need|want|wanted|buyer|take)\b",
    re.IGNORECASE,
)
_NAMED_BY = {
    "name": re.compile(r"item|card|gpu|model|product|hardware|what|part|name|description|component", re.IGNORECASE),
    "price": re.compile(r"price|asking|cost|shipped|usd|cad|eur|\$", re.IGNORECASE),
    "status": re.compile(r"status|sold|availab", re.IGNORECASE),
    "count": re.compile(r"qty|quantity|count|amount|#", re.IGNORECASE),
}
_NUMBER_ALONE = re.compile(r"[~≈]?\d{1,3}(?:,\d{3})+|[~≈]?\d{2,6}(?:\.\d\d)?")
_SENTENCE = re.compile(r"[.;!]\s+|\s\|\s")
_MODEL = re.compile(r"(?=\w*\d)\w*[^\W\d_]\w*|\d{3,}")
_AND = re.compile(r"[,;/+&|]|\band\b|\bor\b", re.IGNORECASE)
_MEMORY = re.compile(r"\b\d+ ?(?:gb|gib|g|tb)\b", re.IGNORECASE)
_LONGEST_NAME = 120  # characters
_LONGEST_LINE = 1_000  # characters a name is looked for in
_SHORT_LINE = 12  # words: a line this short is a name and its price, or neither
_BUNDLE = re.compile(r"^(?:bundle|combo|package|lot|set)\b", re.IGNORECASE)
_COLUMN_NOISE = re.compile(r"\b(?:price|asking|cost|in|usd|cad|eur)\b|[()\[\]$€:]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing a post offers, as printed; `text` is its whole line, `asked` None for what is sold without a price."""

    name: str
    text: str
    asked: Tag | None = None
    sold: bool = False
    count: str = ""

    @property
    def is_model(self) -> bool:
        """Whether the name has a word such as 3090, P40 or 24GB in it."""
        return bool(_MODEL.search(self.name))


def items(lines: Sequence[Line]) -> list[Item]:
    """The things a text offers each with its price, in reading order; those under "wanted" are left out."""
    found: list[Item] = []
    wanted, heading = False, ""
    for line in lines:
        section = _SECTION.match(line.text) if len(line.text.split()) <= 6 else None
        if section and not any(tags(line.text)):
            wanted, heading = section["wanted"] is not None, ""
            continue
        here = [] if wanted else list(_row(line) if line.shape is Shape.ROW else _line(line, heading))
        found += here
        if line.shape is Shape.HEADING and not here:
            heading = _name(line.text) if len(line.text) <= _LONGEST_NAME else ""
        elif here:
            heading = ""
    gone = _gone(lines)
    return [replace(item, sold=item.sold or _is_among(gone, _models(item.name))) for item in found]


def names_several(have: str) -> bool:
    """Whether a title names several models: "RTX 3090, 3080 and a 5800X", but not "RTX 3090, 24GB"."""
    pieces = _AND.split(_MEMORY.sub("", have))
    return sum(bool(_MODEL.search(piece)) for piece in pieces) > 1


def in_title(have: str) -> list[Item]:
    """The things a title offers each with its price."""
    return list(_segments(have, structured=False, sold=False))


def sole_price(lines: Iterable[Line]) -> Tag | None:
    """The one price that a text asks for all it offers; None where there are several, or none."""
    return agreed([tag for line in lines for tag in tags(line.text)])


def is_over(lines: Sequence[Line]) -> bool:
    """Whether a text says that everything is sold, or is struck out, or was taken away."""
    live = [line for line in lines if line.text]
    if not live or " ".join(line.text for line in live).lower() in _REMOVED:
        return bool(lines)
    said = [line.text for line in live if line.live == line.whole and line.shape in (Shape.TEXT, Shape.HEADING)]
    short = [text for text in said if len(text) <= _LONGEST_NAME]
    return any(_ALL_SOLD.match(text) and not _MODEL.search(text) for text in short)


def _line(line: Line, heading: str) -> Iterator[Item]:
    """The items of a line of text; a price without a name belongs to the heading above it."""
    structured = line.shape is Shape.ITEM or len(line.whole[0].split()) <= _SHORT_LINE
    live = list(_segments(line.text, structured=structured, sold=False))
    struck = line.whole != line.live
    if not live and struck:
        live = list(_segments(line.whole[0], structured=structured, sold=True))
    if not live and (line.shape is Shape.ITEM or struck) and _says_sold(line.whole[0]):
        live = list(_without_price(line))
    if not live and heading and (tag := agreed(list(tags(line.text)))):
        live = [_item(heading, line.text, tag, sold=_says_sold(line.text))]
    yield from live


def _segments(text: str, *, structured: bool, sold: bool) -> Iterator[Item]:
    """Names, each with the price behind it, or before it where the text begins with one."""
    found = list(tags(text))
    if found and not _name(text[: found[0].start]):
        ends = [*(tag.start for tag in found[1:]), len(text)]
        behind = [text[tag.end : end] for tag, end in zip(found, ends, strict=True)]
        if re.search(r"[^\W\d_]", _name(behind[0])):
            for tag, name in zip(found, behind, strict=True):
                yield from _priced(_name(name), text, [tag], name, structured, sold)
        return
    item, alternatives, start = "", list[Tag](), 0
    for tag in found:
        between = text[start : tag.start]
        name = _name(_SENTENCE.split(between)[-1] if alternatives else between)
        if alternatives and name and not _is_aside(name):
            yield from _priced(item, text, alternatives, between, structured, sold)
            alternatives = []
        item = item if alternatives else name
        alternatives.append(tag)
        start = tag.end
    if alternatives:
        yield from _priced(item, text, alternatives, text[start:], structured, sold)


def _priced(name: str, text: str, alternatives: list[Tag], behind: str, structured: bool, sold: bool) -> Iterator[Item]:
    if (tag := agreed(alternatives)) and _names_a_thing(name, structured=structured):
        yield _item(name, text, tag, sold=sold or _says_sold(_SENTENCE.split(behind)[0]) or _says_sold(name))


def _item(name: str, text: str, asked: Tag | None, *, sold: bool) -> Item:
    bare = _SOLD.sub("", name).strip(" -–—()[]!*:|")
    return Item(name=bare or name, text=text.strip(), asked=asked, sold=sold)


def _without_price(line: Line) -> Iterator[Item]:
    item = _item(_name(_SOLD.sub("", line.whole[0])), line.whole[0], None, sold=True)
    if item.is_model and _names_a_thing(item.name, structured=True):
        yield item


def _row(line: Line) -> Iterator[Item]:
    """The item of a table's row, its cells told apart by the names of their columns, or by what they hold."""
    role = {name: _column(line.columns, form) for name, form in _NAMED_BY.items()}
    priced = role["price"]
    if priced is None:
        priced = next((number for number, cell in enumerate(line.whole) if any(tags(cell))), None)
    named = role["name"]
    if named is None or named == priced:
        named = next(
            (number for number, cell in enumerate(line.whole) if number != priced and _MODEL.search(cell)), None
        )
    name = _name(_cell(line.whole, named))
    sold = not _cell(line.live, named) or any(_says_sold(cell) for cell in line.whole)
    price = _cell(line.live, priced) or _cell(line.whole, priced)
    asked = _cell_price(price, _cell(line.columns, priced))
    if _names_a_thing(name, structured=True) and (asked or sold):
        count = _cell(line.whole, role["count"])
        item = _item(name, " | ".join(filter(None, line.whole)), asked, sold=sold)
        yield replace(item, count=count if count.isdecimal() else "")


def _cell(cells: Sequence[str], number: int | None) -> str:
    return cells[number] if number is not None and number < len(cells) else ""


def _column(columns: tuple[str, ...], form: re.Pattern[str]) -> int | None:
    return next((number for number, column in enumerate(columns) if form.search(column)), None)


def _cell_price(cell: str, column: str) -> Tag | None:
    """The price in a cell under a column that may say more: "Price (shipped)", "USD each"."""
    found = agreed(list(tags(cell)))
    if found is None and (bare := _NUMBER_ALONE.fullmatch(cell.strip())) and column:
        found = Tag(start=0, end=len(cell), text=bare[0].lstrip("~≈"))
    if found is None or found.terms:
        return found
    said = next(iter(tags(f"$1 {_COLUMN_NOISE.sub(' ', column)}")), None)
    if said is None:
        return found
    each = " each" if said.text.count(" ") and "each" not in found.text else ""
    return replace(found, text=found.text + each, shipping=said.shipping, terms=said.terms)


def _gone(lines: Iterable[Line]) -> dict[str, list[set[str]]]:
    """The models that a line without a price calls sold ("EDIT: 3080 sold"), under one of their words."""
    said = [line.text for line in lines if len(line.text) <= _LONGEST_NAME and _says_sold(line.text)]
    named = [models for text in said if not any(tags(text)) and (models := _models(text))]
    gone: dict[str, list[set[str]]] = {}
    for models in named:
        gone.setdefault(min(models), []).append(models)
    return gone


def _is_among(gone: dict[str, list[set[str]]], models: set[str]) -> bool:
    return any(named <= models for word in models for named in gone.get(word, ()))


def _models(text: str) -> set[str]:
    return {word.lower() for word in _MODEL.findall(text)}


def _says_sold(text: str) -> bool:
    return bool(_SOLD.search(_UNSOLD.sub("", text)))


def _name(text: str) -> str:
    """A piece of text without the bullets, verbs and dashes around a name."""
    bounded = text.strip()[-_LONGEST_LINE:]
    return _TRAILING.sub("", _LEADING.sub("", bounded)).strip()


def _is_aside(name: str) -> bool:
    """Whether what stands between two prices is no name but a remark on the second: "or", "if local", "now"."""
    return (
        len(name) < 3 or not re.search(r"\w{2}", name) or (_PROSE.search(name) is not None and not _MODEL.search(name))
    )


def _names_a_thing(name: str, *, structured: bool) -> bool:
    """Whether a text can be a name: short, no sentence, and outside lists with a model's number in it."""
    if not 2 <= len(name) <= _LONGEST_NAME or _PROSE.search(name) or not re.search(r"[^\W\d_]|\d{3}", name):
        return False
    return bool(_MODEL.search(name)) or (structured and not _BUNDLE.match(name))
