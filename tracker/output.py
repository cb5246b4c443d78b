"""Lists of flat rows as people or programs want them."""

import csv
import difflib
import json
import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from html import escape
from typing import Any, TextIO
from urllib.parse import quote

from tracker.core.errors import ConfigError

Row = Mapping[str, Any]


class Format(StrEnum):
    """How a list is printed: for people, or for programs."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    MD = "md"
    HTML = "html"
    PARQUET = "parquet"


_FOR_PROGRAMS = frozenset({Format.CSV, Format.JSON, Format.PARQUET})


def emit(rows: Sequence[Row], form: Format, *, people: Sequence[Row] | None = None, out: TextIO | None = None) -> None:
    """Print a list of flat rows; `people` are the same rows with the columns people read."""
    out = out or sys.stdout
    _WRITERS[form](rows if people is None or form in _FOR_PROGRAMS else people, out)
    out.flush()  # what is said about it on the other stream comes after it


def _table(rows: Sequence[Row], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    console = Console(file=out, width=None if out.isatty() else WIDE, highlight=False)
    names = [name for name in rows[0] if name != LINK or not console.is_terminal]
    cells = {name: [_said(row[name]) for row in rows] for name in names}
    numbers = {name for name in names if all(map(_is_number, cells[name]))}
    widths = _widths(cells, console.width)
    for spared in SPARED:
        if _excess(widths, console.width) > 0 and spared in names:
            names.remove(spared)
            widths = _widths({name: cells[name] for name in names}, console.width)
    widths = _folded(widths, numbers, console.width)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        right = name in numbers
        table.add_column(name, justify="right" if right else "left", width=widths[name], overflow="fold")
    for place, row in enumerate(rows):
        # A terminal that can follow links follows the title; elsewhere the address stands beside it.
        style = f"link {quote(row[LINK], safe=_URL)}" if console.is_terminal and row.get(LINK) else ""
        texts = []
        for name in names:
            text = Text(cells[name][place], style=style if name == TITLE else "")
            if name == TITLE:
                text.truncate(widths[name], overflow="ellipsis")
            texts.append(text)
        table.add_row(*texts)
    with console.capture() as captured:
        console.print(table)
    out.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _widths(cells: Mapping[str, Sequence[str]], room: int) -> dict[str, int]:
    """How wide each column is: what is short is shown whole, what is long shares the room that is left."""
    from rich.cells import cell_len

    widths = {name: max(map(cell_len, [name, *texts])) for name, texts in cells.items()}
    long = [name for name in widths if name in LONG]
    left = room - sum(width for name, width in widths.items() if name not in long) - GAP * len(widths)
    for place, name in enumerate(sorted(long, key=widths.__getitem__)):
        least = max(len(name), LEAST.get(name, NARROWEST))
        widths[name] = min(widths[name], max(left // (len(long) - place), least))
        left -= widths[name]
    return widths


def _excess(widths: Mapping[str, int], room: int) -> int:
    """How much wider than the line the columns are."""
    return sum(widths.values()) + GAP * (len(widths) - 1) - room


def _folded(widths: Mapping[str, int], numbers: Collection[str], room: int) -> dict[str, int]:
    """The columns made to fit: words are folded, the widest column first, so that every number stays whole."""
    folded = dict(widths)
    words = [name for name in folded if name not in numbers]
    for _ in range(_excess(folded, room)):
        widest = max(words, key=folded.__getitem__, default=None)
        if widest is None or folded[widest] <= FOLDED:
            break
        folded[widest] -= 1
    return folded


SPARED = (
    *("from", "as printed", "country", "slots", "W idle / busy", "by layers", "bound", "usable", "GB/s"),
    *("listed", "seen", "kind", "attempts", "condition", "p10", "30 days", "h to beat rent", "listing"),
)
"""Columns left out, in this order, where the line is too short for all."""

FOLDED = 8
"""Columns that words are never folded below."""

GAP = 2
"""Blanks between two columns."""

NARROWEST = 12
"""Columns that something long is never cut below."""

LEAST = {"what": 28, "detail": 20}
"""The same for columns that need more than that to be read at all."""

WIDE = 1000
"""Columns of a table that goes to a file or a pipe."""

_URL = ":/?&=%#+,;@!~*'()$-._"

TITLE, LINK = "title", "link"

LONG = frozenset({TITLE, LINK, "what", "about", "detail", "message", "found", "advice", "reason", "value"})
"""Columns that give way where the line is too short for all."""


def _is_number(cell: str) -> bool:
    return cell.replace(",", "").replace(".", "").lstrip("~").isdigit()


def _said(value: object) -> str:
    """A value for people: unknown is empty, control characters never reach a terminal."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return "".join(letter if letter.isprintable() else " " for letter in str(value))


def _json(rows: Sequence[Row], out: TextIO) -> None:
    out.write(json.dumps(list(rows), ensure_ascii=False, indent=1, default=str) + "\n")


def _markdown(rows: Sequence[Row], out: TextIO) -> None:
    if not rows:
        return
    lines = [list(rows[0]), ["---"] * len(rows[0]), *([_said(value) for value in row.values()] for row in rows)]
    out.writelines("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |\n" for line in lines)


def _csv(rows: Sequence[Row], out: TextIO) -> None:
    if not rows:
        return
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)


def _html(rows: Sequence[Row], out: TextIO) -> None:
    if not rows:
        return
    head = "".join(f"<th>{escape(name)}</th>" for name in rows[0])
    out.write(f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n")
    out.writelines(
        f"<tr>{''.join(f'<td>{_linked(_said(value))}</td>' for value in row.values())}</tr>\n" for row in rows
    )
    out.write("</tbody>\n</table>\n")


def _linked(text: str) -> str:
    """A cell of a page; only web addresses become links."""
    shown = escape(text)
    is_web = text.startswith(("https://", "http://")) and " " not in text
    return f'<a href="{shown}" rel="noopener nofollow ugc">{shown}</a>' if is_web else shown


def _parquet(rows: Sequence[Row], out: TextIO) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise ConfigError("parquet needs pyarrow: pip install 'gpu-tracker[parquet]'") from error
    if out.isatty():
        raise ConfigError("parquet is no text: send it to a file, as in … --format parquet > offers.parquet")
    parquet.write_table(pa.Table.from_pylist([dict(row) for row in rows]), out.buffer)


def _harmless(value: object) -> object:
    """A cell no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") and value else value


_WRITERS: Mapping[Format, Callable[[Sequence[Row], TextIO], None]] = {
    Format.TABLE: _table,
    Format.CSV: _csv,
    Format.JSON: _json,
    Format.MD: _markdown,
    Format.HTML: _html,
    Format.PARQUET: _parquet,
}


def near(word: str, known: Iterable[str]) -> str:
    """A hint at what was meant by a word nobody knows; the whole choice where it is short."""
    choice = sorted(known)
    if meant := difflib.get_close_matches(word, choice, n=1):
        return f", did you mean {meant[0]!r}?"
    return f"; known: {', '.join(choice)}" if len(choice) <= 20 else ""
