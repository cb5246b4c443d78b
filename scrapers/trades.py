"""The title of a post in a trading community: what is under [H], whether it is sold for money, and from where."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_MARK = re.compile(r"[\[({]\s*([^\[\](){}]{1,30}?)\s*[\])}]")
_HAVE = frozenset({"h", "have", "haves", "offering"})
_WANT = frozenset({"w", "want", "wants", "wanted"})
_SALE = frozenset({"fs", "fsot", "fs/ft", "fsft", "s", "selling", "sell", "wts", "for sale", "sale"})
_NO_SALE = frozenset(
    {"wtb", "b", "buying", "buy", "iso", "ft", "trading", "trade", "pc", "meta", "giveaway", "question"}
)
_CLOSED = frozenset({"closed", "sold", "all sold", "sold out", "complete", "completed", "withdrawn", "expired"}) | {
    "verkauft", "vendu", "vendido", "venduto", "verkocht", "såld", "solgt", "sprzedane",
}  # fmt: skip
_MONEY = re.compile(
    r"\$(?!\s?\d)|[€£]|\b(?:paypal|pay pal|pp|g&s|goods|cash|money|venmo|zelle|local|bank|crypto|btc|bitcoin|offers?"
    r"|interac|e-?transfer|emt|revolut|wire|usd|eur|cad)\b",
    re.IGNORECASE,
)
_SHOUTED = re.compile(r"(?:^|[^\w-])(?:SOLD|CLOSED)(?!\w)")


# The first word of a place in brackets, and Reddit's words for countries; Europe's sellers write [EU-DE].
_COUNTRIES = {
    "USA": "US", "US": "US", "U.S.": "US", "CONUS": "US", "CAN": "CA", "CANADA": "CA", "UK": "GB", "GB": "GB",
    "GBR": "GB", "AUS": "AU", "AU": "AU", "NZ": "NZ", "NZL": "NZ", "IRL": "IE", "GER": "DE", "DEU": "DE", "FRA": "FR",
    "NLD": "NL", "SWE": "SE", "NOR": "NO", "POL": "PL", "ITA": "IT", "ESP": "ES", "CHE": "CH", "AUT": "AT",
}  # fmt: skip
_EUROPE = "AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LT LU LV MT NL NO PL PT RO SE SI SK"
_PROVINCES = "AB BC MB NB NS ON PEI QC SK YT NWT ALBERTA ONTARIO QUEBEC"
_STATES = (
    "AL AK AZ AR CA CO CT FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR PA RI"
    " SC SD TN TX UT VA VT WA WI WV WY DC"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What a title says: `have` is the text under [H], or the whole title where it has no such mark.

    `sells` is None where the title follows no convention; `sectioned` says whether it has [H] or [W].
    """

    have: str
    want: str = ""
    sells: bool | None = None
    closed: bool = False


def trade(title: str, labels: Iterable[str] = ()) -> Trade:
    """Read a post's title and its flair."""
    marks = [(mark[1].lower(), mark.start(), mark.end()) for mark in _MARK.finditer(title)]
    words = {word for word, _, _ in marks} | {label.strip("[]() ").lower() for label in labels}
    closed = bool(words & _CLOSED) or bool(_SHOUTED.search(title))
    have, want = _section(title, marks, _HAVE), _section(title, marks, _WANT)
    if have is None:
        sells = False if want is not None or words & _NO_SALE else True if words & _SALE else None
        return Trade(have=title if want is None else "", want=want or "", sells=sells, closed=closed)
    for_money = want is None or bool(_MONEY.search(want))
    has_things = bool(re.search(r"\w", _MONEY.sub("", have)))
    return Trade(have=have, want=want or "", sells=for_money and has_things, closed=closed)


def country_of(title: str) -> str:
    """The country a title names in brackets (ISO 3166): [USA-NY], [EU-DE], [Calgary, AB]; "" where it names none."""
    for mark in _MARK.finditer(title):
        if found := _country([word for word in re.split(r"[\s,/–—-]+", mark[1].upper()) if word]):
            return found
    return ""


def _country(words: list[str]) -> str:
    if not words or words[0].lower() in _HAVE | _WANT:
        return ""
    if words[0] in ("EU", "EUR", "EUROPE"):
        nation = _COUNTRIES.get(words[-1], words[-1])
        return nation if nation in _EUROPE.split() or nation == "GB" else ""
    if words[0] == "CA" and words[-1] in _PROVINCES.split():
        return "CA"
    if words[0] in _COUNTRIES:
        return _COUNTRIES[words[0]]
    if len(words) > 1 and words[-1] in _STATES.split():
        return "US"
    return "CA" if words[-1] in _PROVINCES.split() else ""


def _section(title: str, marks: list[tuple[str, int, int]], names: frozenset[str]) -> str | None:
    """The text behind a mark such as [H], up to the next [H] or [W]."""
    for word, _, end in marks:
        if word in names:
            stops = [start for other, start, _ in marks if start >= end and other in _HAVE | _WANT]
            return title[end : min(stops, default=len(title))].strip()
    return None
