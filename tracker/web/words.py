"""How values are said on a page: the unknown is empty, what comes from outside is harmless, only web links lead out."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from tracker.columns import Shown
from tracker.core.metrics import METRICS

LONGEST_TITLE = 160
"""Letters of a title in a list; the listing's own page has all of it."""

_JOINERS = "\u200c\u200d"


def plain(text: object, longest: int = 0) -> str:
    """Text from outside on one line, without what could steer its reader: controls, and marks that turn the direction.

    With `longest`, cut to so many letters.
    """
    shown = "".join(letter if _harmless(letter) else " " for letter in str(text or ""))
    line = " ".join(shown.split())
    return f"{line[: longest - 1]}…" if longest and len(line) > longest else line


def _harmless(letter: str) -> bool:
    return letter in _JOINERS or (unicodedata.category(letter)[0] != "C" and letter not in "\u2028\u2029")


def title(text: object) -> str:
    """A title as it stands in a list."""
    return plain(text, LONGEST_TITLE)


def link(url: object) -> str:
    """An address that may be followed; "" for anything that is no web address."""
    text = str(url or "")
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    fine = (
        parts.scheme in ("http", "https") and parts.hostname and text.isprintable() and not set(text) & set(" \\\"'<>")
    )
    return text if fine else ""


def host(url: object) -> str:
    """Whose address it is, without www."""
    return (urlsplit(link(url)).hostname or "").removeprefix("www.")


def _moment(at: str | datetime) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def age(at: str | datetime | None, now: datetime) -> str:
    """How long ago an instant (ISO 8601, or a datetime) was: 5 min, 3 h, 12 d."""
    if not at:
        return ""
    passed = now - _moment(at)
    if passed < timedelta(0):
        return "in " + _span(-passed)
    return _span(passed)


def _span(passed: timedelta) -> str:
    minutes = int(passed.total_seconds() // 60)
    if minutes < 90:
        return f"{minutes} min" if minutes else "now"
    if minutes < 48 * 60:
        return f"{round(minutes / 60)} h"
    return f"{round(minutes / 60 / 24)} d"


def span(seconds: float) -> str:
    """A length of time: 0.4 s, 12 s, 5 min, 3 h."""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    return _span(timedelta(seconds=seconds))


def instant(at: str | datetime | None) -> str:
    """An instant (ISO 8601, or a datetime) to the minute, in UTC."""
    if not at:
        return ""
    return f"{_moment(at).astimezone(UTC):%Y-%m-%d %H:%M}"


def money(usd: float | None, shown: Shown | None = None) -> str:
    """An amount in US dollars as the reader thinks of it, whole from a hundred on."""
    if usd is None:
        return ""
    amount = usd * shown.per_usd if shown else usd
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.2f}"


def measured(value: float | None, metric: str, shown: Shown) -> str:
    """A metric's value as the reader thinks of it."""
    return shown.of_metric(METRICS[metric], value)


def unit(metric: str, shown: Shown) -> str:
    """A metric's unit in the reader's currency."""
    return METRICS[metric].unit.replace("USD", shown.currency)


def number(value: float | None, places: int = 0) -> str:
    """A number with thousands apart; a whole one without places."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.{places or 2}f}".rstrip("0").rstrip(".")


def figure(value: float | Decimal | None) -> str:
    """A number as it stands in a field of a form."""
    if value is None:
        return ""
    return f"{value:f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))


def distance(of_market: float | None) -> str:
    """How far from its market an offer lies: −18 %, +5 %."""
    if of_market is None:
        return ""
    percent = round((of_market - 1) * 100)
    return "at market" if percent == 0 else f"{percent:+d} %".replace("-", "−")


def leaning(of_market: float | None) -> str:
    """What a distance from the market means to a buyer, as a class of style: good, fair or dear."""
    if of_market is None:
        return "unknown"
    return "good" if of_market <= 0.95 else "dear" if of_market > 1.1 else "fair"


FILTERS: Mapping[str, Any] = {
    one.__name__: one
    for one in (plain, title, link, host, age, span, instant, money, measured, unit, number, figure, distance, leaning)
}
