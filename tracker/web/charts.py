"""Charts as SVG, drawn by the server: shapes get classes and places, the style sheet gives them colour."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10
from typing import Any

from markupsafe import Markup, escape

from tracker.columns import Shown

Scale = Callable[[float], float]

LEFT, RIGHT, TOP, BOTTOM = 54.0, 14.0, 12.0, 30.0
"""Room around a drawing, for its scales."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A price that stood from an instant on, with the band most lay in; a price of None is a gap."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line of a chart, oldest first; what stands last stands until `until`."""

    name: str
    steps: Sequence[Step]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One thing in a scatter; `kind` is a class of style, `front` that nothing beats it."""

    x: float
    y: float
    name: str
    said: str
    href: str
    kind: str = ""
    front: bool = False


def tag(name: str, *inner: object, **attributes: object) -> Markup:
    """An element; attributes are written with `_` for `-` and after a `_` where Python has the word for itself."""
    said = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value != ""
    )
    return Markup(f"<{name}{said}>{''.join(str(escape(one)) for one in inner)}</{name}>")  # noqa: S704 (all escaped)


def _short(value: object) -> object:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else value


def lines(series: Sequence[Series], *, title: str, unit: str, width: float = 720, height: float = 260) -> Markup:
    """Prices over time as steps, each with its band; nothing where there is no price."""
    values = [v for one in series for step in one.steps for v in (step.value, step.low, step.high) if v is not None]
    if not values:
        return Markup()
    first = min(step.at for one in series for step in one.steps)
    last = max(max(one.until for one in series), first + timedelta(hours=1))
    low, high, ticks = _linear(min(values), max(values))
    across = _between(first.timestamp(), last.timestamp(), LEFT, width - RIGHT)
    down = _between(low, high, height - BOTTOM, TOP)
    return _svg(
        title,
        width,
        height,
        *_rows(ticks, down, width, "{:,.0f}".format),
        *_days(first, last, across, height),
        *(
            shape
            for place, one in enumerate(series, start=1)
            for shape in _line(one, across, down, f"s{place % 6}", unit)
        ),
        kind="chart over-time",
    )


def _line(one: Series, across: Scale, down: Scale, style: str, unit: str) -> Iterator[Markup]:
    for run in _runs(one):
        band = [(at, step.low, step.high) for at, step in run if step.low is not None and step.high is not None]
        if len(band) > 1:
            there = [f"{across(at):.1f},{down(low):.1f}" for at, low, _ in _stairs(band)]
            back = [f"{across(at):.1f},{down(high):.1f}" for at, _, high in reversed(list(_stairs(band)))]
            yield tag("path", d=f"M{'L'.join([*there, *back])}Z", class_=f"band {style}")
        way = [(at, step.value) for at, step in run if step.value is not None]
        points = [f"{across(at):.1f},{down(value):.1f}" for at, value in _stairs(way)]
        yield tag("path", d=f"M{'L'.join(points)}", class_=f"line {style}")
    for step in one.steps:
        if step.value is not None and len(one.steps) <= 60:
            said = f"{one.name}, {step.at:%Y-%m-%d}: {step.value:,.2f} {unit}"
            place = {"cx": across(step.at.timestamp()), "cy": down(step.value)}
            yield tag("circle", tag("title", said), **place, r=2.6, class_=f"dot {style}")


def _runs(one: Series) -> Iterator[list[tuple[float, Step]]]:
    """The stretches in which there was a price, each up to when it ended."""
    ends = [step.at for step in one.steps[1:]] + [one.until]
    run: list[tuple[float, Step]] = []
    for step, end in zip(one.steps, ends, strict=True):
        if step.value is None:
            if run:
                yield run
            run = []
        else:
            run = [*run[:-1], (step.at.timestamp(), step), (end.timestamp(), step)]
    if run:
        yield run


def _stairs(points: Sequence[tuple[float, ...]]) -> Iterator[tuple[float, ...]]:
    """The corners of a flight of steps: each height lasts until the next begins."""
    for place, point in enumerate(points):
        if place:
            yield (point[0], *points[place - 1][1:])
        yield point


def of_listing(prices: Sequence[Mapping[str, Any]], now: datetime, shown: Shown) -> Markup:
    """What one listing asked over time, per card; nothing for a price that never moved."""
    if len(prices) < 2:
        return Markup()
    steps = [
        Step(
            at=datetime.fromisoformat(row["at"]),
            value=row["unit_usd"] * shown.per_usd if row["available"] and row["unit_usd"] is not None else None,
        )
        for row in prices
    ]
    line = Series(name="price", steps=steps, until=now)
    return lines([line], title=f"Price per card over time, in {shown.currency}", unit=shown.currency, height=180)


def scatter(dots: Sequence[Dot], *, title: str, across: str, width: float = 620, height: float = 440) -> Markup:
    """Things by two amounts on scales of powers; a line joins those that nothing beats."""
    if not dots:
        return Markup()
    x_low, x_high, x_ticks = _powers([dot.x for dot in dots])
    y_low, y_high, y_ticks = _powers([dot.y for dot in dots])
    place_x = _between(log10(x_low), log10(x_high), LEFT, width - RIGHT)
    place_y = _between(log10(y_low), log10(y_high), height - BOTTOM - 14, TOP)

    def x(value: float) -> float:
        return place_x(log10(value))

    def y(value: float) -> float:
        return place_y(log10(value))

    front = sorted((dot for dot in dots if dot.front), key=lambda dot: (dot.x, dot.y))
    way = [f"{x(dot.x):.1f},{y(dot.y):.1f}" for dot in front]
    return _svg(
        title,
        width,
        height,
        *_rows(y_ticks, y, width, "{:,g}".format),
        *(
            tag("text", f"{tick:,g}", x=x(tick), y=height - BOTTOM + 4, class_="tick", text_anchor="middle")
            for tick in x_ticks
        ),
        tag("text", across, x=(LEFT + width - RIGHT) / 2, y=height - 6, class_="axis", text_anchor="middle"),
        tag("path", d=f"M{'L'.join(way)}", class_="front") if len(way) > 1 else "",
        *(_dot(dot, x(dot.x), y(dot.y)) for dot in sorted(dots, key=lambda dot: dot.front)),
        *_names(front, x, y, width),
        role="group",  # it holds links
    )


def _dot(dot: Dot, x: float, y: float) -> Markup:
    shape = tag(
        "circle", cx=x, cy=y, r=5.5 if dot.front else 3.8, class_=f"point {dot.kind}{' best' if dot.front else ''}"
    )
    return tag(
        "a", tag("title", dot.said), shape, href=dot.href, tabindex="" if dot.front else "-1", aria_label=dot.said
    )


def _names(front: Sequence[Dot], x: Scale, y: Scale, width: float) -> Iterator[Markup]:
    """The names of the front, where there is room for them."""
    taken: list[tuple[float, float, float]] = []
    for dot in front:
        at_x, at_y, long = x(dot.x), y(dot.y), len(dot.name) * 6.2
        left = at_x + 9 + long > width - RIGHT
        start = at_x - 9 - long if left else at_x + 9
        if any(abs(at_y - other) < 13 and start < end and start + long > begin for begin, end, other in taken):
            continue
        taken.append((start, start + long, at_y))
        yield tag(
            "text",
            dot.name,
            x=at_x - 9 if left else at_x + 9,
            y=at_y + 4,
            class_="name",
            text_anchor="end" if left else "",
        )


def spark(values: Sequence[float], *, title: str, width: float = 132, height: float = 30) -> Markup:
    """A course of numbers in the height of a line of text."""
    if len(values) < 2:
        return Markup()
    low, high = min(0.0, *values), max(values) or 1.0
    across, down = _between(0, len(values) - 1, 2, width - 2), _between(low, high, height - 3, 3)
    points = [f"{across(place):.1f},{down(value):.1f}" for place, value in enumerate(values)]
    area = f"M{across(0):.1f},{height:g}L{'L'.join(points)}L{across(len(values) - 1):.1f},{height:g}Z"
    return _svg(
        title,
        width,
        height,
        tag("path", d=area, class_="band s1"),
        tag("path", d=f"M{'L'.join(points)}", class_="line s1"),
        kind="spark",
    )


# --- scales -------------------------------------------------------------------------------------------------------


def _svg(title: str, width: float, height: float, *shapes: object, kind: str = "chart", role: str = "img") -> Markup:
    box = f"0 0 {width:g} {height:g}"
    return tag("svg", tag("title", title), *shapes, viewBox=box, role=role, aria_label=title, class_=kind)


def _between(low: float, high: float, start: float, end: float) -> Scale:
    span = high - low or 1.0
    return lambda value: start + (value - low) / span * (end - start)


def _linear(low: float, high: float) -> tuple[float, float, list[float]]:
    """Round ends around amounts, and four to seven round ticks; from 0 unless that would waste most of the room."""
    low = 0.0 if low < high * 0.6 else low
    rough = (high - low or high or 1.0) / 4
    power = 10 ** floor(log10(rough))
    step = next(power * round_ for round_ in (1, 2, 2.5, 5, 10) if power * round_ >= rough)
    start, end = floor(low / step) * step, ceil(high / step) * step
    count = round((end - start) / step)
    return start, end, [start + step * place for place in range(count + 1)]


def _powers(values: Iterable[float]) -> tuple[float, float, list[float]]:
    """Ends around amounts, and round ticks among them: 1, 2, 5, 10, 20 …"""
    known = list(values)
    low, high = min(known) * 0.85, max(known) * 1.18
    ticks = [round_ * 10.0**power for power in range(floor(log10(low)), ceil(log10(high)) + 1) for round_ in (1, 2, 5)]
    return low, high, [tick for tick in ticks if low <= tick <= high]


def _rows(ticks: Sequence[float], down: Scale, width: float, said: Callable[[float], str]) -> Iterator[Markup]:
    for tick in ticks:
        yield tag("path", d=f"M{LEFT:g},{down(tick):.1f}H{width - RIGHT:g}", class_="grid")
        yield tag("text", said(tick), x=LEFT - 8, y=down(tick) + 4, class_="tick", text_anchor="end")


def _days(first: datetime, last: datetime, across: Scale, height: float) -> Iterator[Markup]:
    """Up to six days along the bottom."""
    days = max((last.date() - first.date()).days, 1)
    step = ceil(days / 5)
    form = "{:%d %b}" if days < 300 else "{:%b %Y}"
    for offset in range(0, days + 1, step):
        day = first + timedelta(days=offset)
        if day > last:
            return
        anchor = (
            "start" if not offset else "end" if across(day.timestamp()) > across(last.timestamp()) - 20 else "middle"
        )
        yield tag("text", form.format(day), x=across(day.timestamp()), y=height - 8, class_="tick", text_anchor=anchor)
