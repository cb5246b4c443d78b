"""The rows of a table: cells under a header (CSV), or objects on lines of their own (JSON)."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from io import StringIO
from itertools import zip_longest
from typing import Any

from scrapers.base import Page
from scrapers.platforms.table import BadRow, Row, Rows, columns
from tracker.core.errors import ParseError

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"sep=([^\w\s\"]|\t)\r?\n", re.IGNORECASE)


def csv_rows(page: Page) -> Rows:
    """The rows under a header, numbered as a spreadsheet numbers them; raises ParseError for what is no such table."""
    text = page.text
    if "\x00" in text:
        raise page.unreadable("holds NUL characters: not a text, or UTF-16 without its mark; save it as UTF-8")
    header: list[str] = []
    number = 0
    try:
        delimiter, text = _delimiter(text, page.source.options)
        reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, cells in enumerate(reader, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            if header:
                yield f"row {number}", _under(header, cells)
            else:
                header = [cell.strip() for cell in cells]
                _ensure_columns(page, header)
    except csv.Error as error:
        raise page.unreadable(f"row {number + 1} cannot be read: {error}") from error
    if not header:
        raise page.unreadable("an empty table")


def _delimiter(text: str, options: Mapping[str, str]) -> tuple[str, str]:
    """What stands between the cells, and the text without a line that only says so.

    The delimiter is the one under which the header shows most columns we know.
    """
    if said := _SEPARATOR_LINE.match(text):
        return said[1], text[said.end() :]
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(iter(csv.reader([first], delimiter=delimiter)), [])
        return len(columns(cells, options)), len(cells)

    return max(_DELIMITERS, key=known), text


def _ensure_columns(page: Page, header: list[str]) -> None:
    found = columns(header, page.source.options)
    shown = ", ".join(header[:12])[:200]
    if "title" not in found:
        raise page.unreadable(f"no column is called title: the first row holds {shown}")
    if not found.keys() & {"url", "site_id"}:
        raise page.unreadable(f"no column is called url or id: the first row holds {shown}")


def _under(header: list[str], cells: list[str]) -> Row | BadRow:
    """A row's cells by their column, the first of several by one name; cells beyond the header spoil the row."""
    if any(cell.strip() for cell in cells[len(header) :]):
        return BadRow(f"has {len(cells)} cells where the header has {len(header)}")
    row: dict[str, str] = {}
    for name, cell in zip_longest(header, cells[: len(header)], fillvalue=""):
        if name:
            row.setdefault(name, cell)
    return row


def json_rows(page: Page) -> Rows:
    """The objects of a text with one on each line, or of one JSON list; raises ParseError for what is neither."""
    for name, value in json_values(page):
        yield name, value if isinstance(value, Mapping) else BadRow("is no JSON object")


def json_values(page: Page) -> Iterator[tuple[str, Any]]:
    """Each value of a page that is one JSON list or object, or lines of JSON, with what to call it."""
    try:
        whole = page.json
    except ParseError:
        yield from _lines(page)
        return
    if isinstance(whole, list):
        yield from ((f"entry {number}", value) for number, value in enumerate(whole, start=1))
    else:
        yield "entry 1", whole


def _lines(page: Page) -> Iterator[tuple[str, Any]]:
    empty = True
    for number, line in enumerate(page.text.split("\n"), start=1):
        if not line.strip():
            continue
        empty = False
        try:
            yield f"line {number}", json.loads(line, parse_float=Decimal, parse_constant=lambda _name: None)
        except (ValueError, RecursionError) as error:
            raise page.unreadable(f"line {number} is not JSON: {line.strip()[:40]!r}") from error
    if empty:
        raise page.unreadable("an empty table")
