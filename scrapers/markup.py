"""Markup as the lines a reader sees: paragraphs, list items, headings and table rows, struck-out words told apart."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from selectolax.lexbor import LexborHTMLParser, LexborNode

MAX_CHARS = 200_000

_DEEPEST = 5_000  # elements left open; pictures and line breaks count too
_OPENED = re.compile(r"<[a-zA-Z]")
_BLANKS = re.compile(r"\s+")
_MARKS = dict.fromkeys(("del", "s", "strike"), "struck") | dict.fromkeys(("strong", "b"), "bold")
_CELLS = frozenset({"td", "th"})
_ROWS = frozenset({"tr", "table"})
_SILENT = frozenset({"script", "style", "template", "noscript", "head", "title"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    "address", "article", "blockquote", "br", "center", "div", "dd", "dl", "dt", "footer", "header", "hr", "li", "ol",
    "p", "pre", "section", "table", "tbody", "thead", "tr", "ul",
}  # fmt: skip


class Shape(StrEnum):
    """What a line is on the page."""

    TEXT = "text"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: `whole` has every word, `live` those that are not struck out; a row has a text for each cell.

    `columns` are the texts of the table's heading, in the order of the cells.
    """

    shape: Shape
    whole: tuple[str, ...]
    live: tuple[str, ...]
    columns: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What is not struck out, in one piece."""
        return " | ".join(filter(None, self.live))


@dataclass(slots=True)
class _Words:
    """A line in the making."""

    shape: Shape = Shape.TEXT
    cells: list[list[tuple[str, bool]]] = field(default_factory=lambda: [[]])
    all_bold: bool = True
    in_tildes: bool = False
    is_head: bool = False

    @property
    def is_fresh_item(self) -> bool:
        """Whether this is a list item that nothing has been written to."""
        return self.shape is Shape.ITEM and not _joined(text for text, _ in self.cells[0])

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a table's columns, where this row is its heading."""
        return self._whole() if self.is_head and self.shape is Shape.ROW else ()

    def write(self, text: str, *, struck: bool, bold: bool) -> None:
        """Put some text into the current cell."""
        for order, piece in enumerate(text.split("~~")):
            self.in_tildes ^= order > 0
            self.cells[-1].append((piece, struck or self.in_tildes))
        self.all_bold = self.all_bold and (bold or not text.strip())

    def cell(self, tag: str, *, entering: bool) -> None:
        """Begin a cell, or see to it that an empty one counts."""
        if not entering:
            self.cells[-1].append(("", False))
        elif self.cells[-1] and self.shape is Shape.ROW:
            self.cells.append([])
        self.is_head = self.is_head or tag == "th"

    def line(self, columns: tuple[str, ...]) -> Line | None:
        """The finished line, None for one without words and for a table's heading."""
        whole = self._whole()
        if not any(whole) or self.columns:
            return None
        live = tuple(_joined(text for text, struck in cell if not struck) for cell in self.cells)
        shape = Shape.HEADING if self.shape is Shape.TEXT and self.all_bold else self.shape
        return Line(shape=shape, whole=whole, live=live, columns=columns if shape is Shape.ROW else ())

    def _whole(self) -> tuple[str, ...]:
        return tuple(_joined(text for text, _ in cell) for cell in self.cells)


def tree(markup: str, *, max_chars: int = MAX_CHARS) -> LexborNode | None:
    """The body of some HTML, None for what is nested without end: that takes a parser for ever."""
    bounded = markup[:max_chars]
    if len(_OPENED.findall(bounded)) - bounded.count("</") > _DEEPEST:
        return None
    return LexborHTMLParser(bounded).body


def lines(markup: str) -> Iterator[Line]:
    """The lines of some HTML in reading order; words between ~~ are struck out too."""
    root = tree(markup)
    return _lines(root) if root is not None else iter(())


def _lines(root: LexborNode) -> Iterator[Line]:
    words, columns, depth = _Words(), tuple[str, ...](), {"struck": 0, "bold": 0}
    for node, entering in walk(root):
        tag = node.tag or ""
        if tag == "-text":
            words.write(node.text(deep=False) if entering else "", struck=depth["struck"] > 0, bold=depth["bold"] > 0)
        elif mark := _MARKS.get(tag):
            depth[mark] += 1 if entering else -1
        if tag in _CELLS:
            words.cell(tag, entering=entering)
        elif tag in _ROWS or (tag in _BLOCKS and words.shape is not Shape.ROW):
            shape = _shape(tag, entering=entering)
            if shape is Shape.TEXT and words.is_fresh_item:
                continue  # <li><p>: the paragraph is the item
            columns = words.columns or columns
            if (line := words.line(columns)) is not None:
                yield line
            columns = () if tag == "table" else columns
            words = _Words(shape=shape)
    if (line := words.line(columns)) is not None:
        yield line


def walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Every node twice, going in and coming out, without recursion: pages may be nested without end."""
    node: LexborNode | None = root
    while node is not None:
        yield node, True
        if node.tag not in _SILENT and (child := node.child) is not None:
            node = child
            continue
        while node is not None:
            yield node, False
            if node.mem_id == root.mem_id:
                return
            if (onward := node.next) is not None:
                node = onward
                break
            node = node.parent


def _shape(tag: str, *, entering: bool) -> Shape:
    if not entering:
        return Shape.TEXT
    if tag in _HEADINGS:
        return Shape.HEADING
    return {"li": Shape.ITEM, "tr": Shape.ROW}.get(tag, Shape.TEXT)


def _joined(pieces: Iterable[str]) -> str:
    return _BLANKS.sub(" ", "".join(pieces)).strip()
