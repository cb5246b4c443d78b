"""Price lines as a chart in the terminal, or drawn to a file."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tracker.core.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FILES = (".png", ".svg")

READABLE = 14
"""Lines that one chart can hold."""

WIDEST_DAY = 8
"""Columns one day takes at most: a single price is no line across the screen."""

MARGIN = 9
"""Columns left of the chart, for the scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One price over time, oldest first: each day's middle and, where known, the band most lie in; None is a gap."""

    name: str
    days: Sequence[date]
    middle: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]


def in_terminal(line: Line, *, width: int = 80, height: int = 12) -> list[str]:
    """One line as rows of text: `•` the middle, `░` the band, days that share a column as their median."""
    drawn = min(width - MARGIN, len(line.days) * WIDEST_DAY)
    columns = _columns(line, drawn) if line.days else []
    known = [value for column in columns for value in column if value is not None]
    if not known:
        return [line.name, "  no prices"]
    top, bottom = max(known), min(known)
    height = 1 if top == bottom else height
    step = (top - bottom) / (height - 1) if height > 1 else 1.0
    banded = any(value is not None for value in line.low)
    named = f"{line.name}, USD per card" + (": • median, ░ what most ask" if banded else "")
    cells = [[_cell(column, bottom + (level - 0.5) * step, step) for column in columns] for level in range(height)]
    rows = [
        f"{bottom + level * step:>{MARGIN - 2},.0f} ┤{''.join(cells[level])}".rstrip()
        for level in reversed(range(height))
    ]
    first, last = line.days[0].isoformat(), line.days[-1].isoformat()
    return [named, *rows, f"{'':{MARGIN}}{first}{last.rjust(max(drawn - len(first), len(last) + 2))}"]


_Column = tuple[float | None, float | None, float | None]


def _columns(line: Line, wanted: int) -> list[_Column]:
    """Low, middle and high of each column of time; a day fills several where there are fewer days than columns."""
    offsets = [(day - line.days[0]).days for day in line.days]
    span = offsets[-1] + 1
    columns: list[_Column] = []
    for place in range(wanted):
        start = place * span // wanted
        first, end = bisect_left(offsets, start), bisect_left(offsets, max((place + 1) * span // wanted, start + 1))
        low, middle, high = (_mid(part[first:end]) for part in (line.low, line.middle, line.high))
        columns.append((low, middle, high))
    return columns


def _mid(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _cell(column: _Column, floor: float, step: float) -> str:
    low, middle, high = column
    if middle is not None and floor <= middle < floor + step:
        return "•"
    return "░" if low is not None and high is not None and low < floor + step and high >= floor else " "


def to_file(lines: Sequence[Line], file: Path, *, title: str) -> None:
    """Draw lines to a PNG or SVG file; raises ConfigError for another kind of file, or without the drawing library."""
    if file.suffix.lower() not in FILES:
        raise ConfigError(f"{file.name}: charts are drawn to {' or '.join(FILES)} files")
    if len(lines) > READABLE:
        raise ConfigError(f"{len(lines)} lines are too many for one chart: name fewer cards")
    try:
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise ConfigError("drawing to a file needs matplotlib: pip install 'gpu-tracker[plot]'") from error
    figure = Figure(figsize=(10, 5), layout="constrained")
    axes = figure.add_subplot()
    for line, color in zip(lines, _colors(), strict=False):
        _draw(axes, line, color)
    locator = AutoDateLocator()  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.set(title=title, ylabel="USD per card")
    axes.set_ylim(bottom=0)
    axes.grid(visible=True, alpha=0.3)
    if lines:
        axes.legend(loc="best", frameon=False)
    try:
        figure.savefig(file, dpi=120, metadata={"Date": None} if file.suffix.lower() == ".svg" else None)
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}") from error


def _draw(axes: "Axes", line: Line, color: str) -> None:
    nan = float("nan")
    low, middle, high = (
        [nan if value is None else value for value in part] for part in (line.low, line.middle, line.high)
    )
    axes.fill_between(line.days, low, high, color=color, alpha=0.15, linewidth=0)  # type: ignore[arg-type]
    axes.plot(line.days, middle, color=color, label=line.name, linewidth=1.5)  # type: ignore[arg-type]


def _colors() -> Iterator[str]:
    """Colours told apart by everybody (Okabe and Ito 2008), again and again."""
    while True:
        yield from ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
