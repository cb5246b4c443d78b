"""Past price series that others collected, read from their files and kept as reference prices."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

from db.engine import committed
from db.references import keep_references
from tracker.core.errors import ConfigError
from tracker.core.models import ConditionClass, Kind, Money, RawListing
from tracker.core.money import Rates, usd_cents
from tracker.core.offers import Identify
from tracker.pipeline import Tracker
from tracker.rates import bundled_on

SHAPES = (
    'an object with "gpu_name" and "prices" (instant → price), or a list of objects with "name" and "prices" '
    '(a list of "x", the day, and "y", the price)'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One product's prices by instant, as its file has them; `key` tells it from others, "" where nothing does."""

    name: str
    prices: tuple[tuple[datetime, Decimal], ...]
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one series: the variant it was taken for and its days, or why it was left out."""

    file: str
    series: str
    variant: str | None = None
    days: int = 0
    first: str = ""
    last: str = ""
    left_out: str = ""


def import_series(
    tracker: Tracker,
    files: Iterable[Path],
    *,
    condition: ConditionClass = ConditionClass.NEW,
    currency: str = "",
    source: str = "",
) -> list[Imported]:
    """Read files of past prices and keep them as reference prices, all of them or none; raises ConfigError.

    The currency of a file is what its name says (`amazon_usd_….json`) unless given; its source is the first word of
    its name. Of several series of one variant the median of a day is kept; amounts are converted by that day's rate.
    """
    report: list[Imported] = []
    rows: list[dict[str, Any]] = []
    for file in files:
        by_variant: defaultdict[str, list[Series]] = defaultdict(list)
        for series, variant, left_out in _sorted_out(read_series(file), tracker.identify):
            report.append(_told(file, series, variant, left_out))
            if variant is not None:
                by_variant[variant].append(series)
        shared = {
            "condition": condition.value,
            "source": source or _words(file)[0],
            "currency": currency.upper() or _currency(file, tracker.rates),
        }
        rows += [{**shared, **row} for row in _rows(by_variant, shared["currency"], file)]
    committed(tracker.engine, lambda tx: keep_references(tx, rows))
    return report


def _words(file: Path) -> list[str]:
    return [word for word in re.split(r"[\W_]+", file.stem) if word] or [file.stem]


def _currency(file: Path, rates: Rates) -> str:
    named = {word.upper() for word in _words(file)} & rates.usd_per_unit.keys()
    if len(named) != 1:
        raise ConfigError(f"{file.name}: its name says no currency; give one with --currency")
    return named.pop()


def _rows(by_variant: Mapping[str, Sequence[Series]], currency: str, file: Path) -> Iterator[dict[str, Any]]:
    """One row for each variant and day; raises ConfigError for a day on which the currency had no rate."""
    days = {variant: _by_day(mine) for variant, mine in by_variant.items()}
    rates = {} if currency == "USD" else bundled_on(day for prices in days.values() for day in prices)
    for variant, prices in days.items():
        for day, price in prices.items():
            dollars = rates[day].usd(Money(amount=price, currency=currency)) if rates else price
            if dollars is None:
                raise ConfigError(f"{file.name}: there is no exchange rate for {currency} on {day}")
            yield {"variant": variant, "day": day.isoformat(), "price": price, "usd_cents": usd_cents(dollars)}


def _by_day(many: Iterable[Series]) -> dict[date, Decimal]:
    """The median of all prices of each day."""
    days: defaultdict[date, list[Decimal]] = defaultdict(list)
    for series in many:
        for at, price in series.prices:
            days[at.date()].append(price)
    return {day: median(sorted(prices)) for day, prices in sorted(days.items())}


def _sorted_out(many: Iterable[Series], identify: Identify) -> Iterator[tuple[Series, str | None, str]]:
    """Each series with the variant that its name decides, or why it is left out."""
    seen: set[str] = set()
    for series in many:
        verdict = identify(RawListing(site="", site_id="", url="", title=series.name))
        if series.key and series.key in seen:
            yield series, None, "the same product again"
        elif verdict.kind not in (Kind.CARD, Kind.UNIFIED) or verdict.variant is None:
            yield series, None, verdict.reason or "no card is named"
        elif not series.prices:
            yield series, None, "there are no prices"
        else:
            yield series, verdict.variant, ""
        seen.add(series.key)


def _told(file: Path, series: Series, variant: str | None, left_out: str) -> Imported:
    if variant is None:
        return Imported(file=file.name, series=series.name, left_out=left_out)
    days = sorted({at.date() for at, _ in series.prices})
    return Imported(
        file=file.name,
        series=series.name,
        variant=variant,
        days=len(days),
        first=days[0].isoformat(),
        last=days[-1].isoformat(),
    )


# --- files --------------------------------------------------------------------------------------------------------


def read_series(file: Path) -> list[Series]:
    """The series of a file, in either of two shapes; raises ConfigError for a file that has none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)
        return [_series(one) for one in (content if isinstance(content, list) else [content])]
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise ConfigError(f"{file.name} holds no price series: it should be {SHAPES}") from error


def _series(one: Mapping[str, Any]) -> Series:
    if "gpu_name" in one:
        return Series(name=one["gpu_name"], prices=_prices(one["prices"].items()))
    pairs = ((point["x"], point["y"]) for point in one["prices"])
    return Series(name=one["name"], prices=_prices(pairs), key=str(one.get("id", "")))


def _prices(pairs: Iterable[tuple[str, Any]]) -> tuple[tuple[datetime, Decimal], ...]:
    """Instants with prices; a price of nothing is none."""
    read = ((datetime.fromisoformat(at), Decimal(price)) for at, price in pairs if price is not None)
    return tuple((at, price) for at, price in read if price > 0)
