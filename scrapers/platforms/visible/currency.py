"""Where a page sells: its country, and the currency that its bare or ambiguous prices are in.

A page names its country in its address (`.de`, `/en-ca/`, `de.shop.example`), in its language tags, and in what it
tells other programs about itself; a language alone decides only where nearly everybody who writes it pays in one
currency.
"""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult

from scrapers import pick
from scrapers.base import Page
from scrapers.platforms.visible.amounts import shows_money
from tracker.core.money import Price, read_price

_EURO = "AD AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MC ME MT NL PT SI SK SM XK"
# Currencies of one country each, whose code begins their own.
_OWN = """
    AED AMD ARS AUD AZN BDT BGN BHD BRL BYN CAD CLP CNY COP CZK DKK DZD EGP GEL HKD HUF IDR ILS INR IQD IRR ISK JOD JPY
    KES KRW KWD KZT LBP LKR MAD MDL MXN MYR NGN NOK NPR NZD OMR PEN PHP PKR PLN PYG QAR RON RSD RUB SAR SEK SGD THB TND
    TRY TWD UAH UYU UZS VND ZAR
"""
CURRENCY_IN = (
    {code[:2]: code for code in _OWN.split()}
    | dict.fromkeys(_EURO.split(), "EUR")
    | dict.fromkeys(("US", "EC", "SV", "PA", "PR"), "USD")
    | dict.fromkeys(("GB", "UK"), "GBP")
    | dict.fromkeys(("CH", "LI"), "CHF")
)

# Endings of addresses that are countries on paper and brands in use.
_BRANDS = frozenset({"AI", "AM", "AD", "CC", "CO", "FM", "GE", "IO", "LA", "LI", "ME", "MD", "SH", "TV", "TO", "WS"})
# What stands in front of them where they are countries: `.com.co`.
_REGISTRIES = frozenset({"COM", "CO", "NET", "ORG"})
# Languages that nearly everybody who sells in them is paid for in one currency.
_LANGUAGES = {
    "bg": "BGN", "cs": "CZK", "da": "DKK", "et": "EUR", "fi": "EUR", "he": "ILS", "hu": "HUF", "is": "ISK",
    "it": "EUR", "iw": "ILS", "ja": "JPY", "ka": "GEL", "kk": "KZT", "ko": "KRW", "lt": "EUR", "lv": "EUR",
    "nb": "NOK", "nl": "EUR", "no": "NOK", "pl": "PLN", "ro": "RON", "sk": "EUR", "sl": "EUR", "sv": "SEK",
    "th": "THB", "tr": "TRY", "uk": "UAH", "vi": "VND", "id": "IDR", "el": "EUR",
}  # fmt: skip
# Languages that decide between the meanings of a sign without deciding a currency by themselves.
_HINTS = {"de": "EUR", "fr": "EUR", "es": "EUR", "pt": "EUR", "ru": "RUB", "zh": "CNY", "en": "USD"}
_TONGUES = _LANGUAGES.keys() | _HINTS.keys() | {"ar", "ca", "eu", "gl", "hi", "hr", "sr", "sq", "my", "ms", "be", "m"}

_REGIONAL = re.compile(r"(?:^|[^a-z])[a-z]{2,3}(?:-[a-z]{4})?[-_]([a-z]{2})(?![a-z])", re.IGNORECASE)
_PAIRS = (
    ("host", re.compile(r"^(?:www\.)?([a-z]{2})-([a-z]{2})\.", re.IGNORECASE)),
    ("path", re.compile(r"^/([a-z]{2})[-_/]([a-z]{2})(?:/|$)", re.IGNORECASE)),
)
_ALONE = (
    ("host", re.compile(r"^(?:www\.)?([a-z]{2})\.[^.]+\.", re.IGNORECASE)),
    ("path", re.compile(r"^/([a-z]{2})(?:/|$)", re.IGNORECASE)),
)
_LANGUAGE = re.compile(r"^([a-z]{2})(?![a-z])", re.IGNORECASE)
_KANA = re.compile("[\u3041-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_LANGUAGE_TAGS = (
    ('meta[property="og:locale"]', "content"),
    ('meta[name="og:locale"]', "content"),
    ("html", "lang"),
    ("html", "xml:lang"),
    ('meta[http-equiv="content-language" i]', "content"),
    ("body", "lang"),
)
_COUNTRY_TAGS = ('meta[name="geo.region"]', 'meta[name="geo.country"]', 'meta[property="og:country-name"]')
_ADDRESS_TAGS = (('link[rel="canonical"]', "href"), ('meta[property="og:url"]', "content"))


def currency_of(page: Page) -> str:
    """The currency (ISO 4217) of the place where the page sells, "" where the page does not tell."""
    if page.source.currency:
        return page.source.currency
    if country := country_of(page):
        return CURRENCY_IN[country]
    return _LANGUAGES.get(_language(page), "")


def likely_currency_of(page: Page) -> str:
    """The currency that an ambiguous sign most likely means: the place's own, else what its language suggests."""
    return currency_of(page) or _HINTS.get(_language(page), "") or _of_script(page)


def country_of(page: Page) -> str:
    """The country (ISO 3166 alpha-2) that the page names first, the surest sign first; "" where it names none."""
    return next((country for country in _named(page) if country in CURRENCY_IN), "")


def _named(page: Page) -> Iterator[str]:
    addresses = [parts for url in _addresses(page) if (parts := pick.split(url)).hostname]
    for parts in addresses:
        *_, second, ending = f".{parts.hostname}".upper().split(".")
        if ending not in _BRANDS or second in _REGISTRIES:
            yield ending
    for parts in addresses:
        yield from _in_front(parts)
    for tag in _tags(page):
        if found := _REGIONAL.search(tag):
            yield found[1].upper()
    for selector in _COUNTRY_TAGS:
        yield _said(page, selector, "content")[:2].upper()


def _addresses(page: Page) -> list[str]:
    """The page's own address, and those it gives itself where it was saved without."""
    if page.url.startswith(("http://", "https://")):
        return [page.url]
    return [_said(page, selector, name) for selector, name in _ADDRESS_TAGS]


def _in_front(parts: SplitResult) -> Iterator[str]:
    """Countries in the front of an address: `/en-ca/`, `/gb/en/`, `/at/`, `ar-sa.shop.example`."""
    texts = {"host": parts.hostname or "", "path": parts.path}
    for where, pattern in _PAIRS:
        if found := pattern.match(texts[where]):
            first, second = found[1].lower(), found[2].lower()
            yield (first if second in _TONGUES and first not in _TONGUES else second).upper()
    for where, pattern in _ALONE:
        # A lone pair of letters may as well be a language: only those that cannot be are taken.
        if (found := pattern.match(texts[where])) and found[1].lower() not in _TONGUES:
            yield found[1].upper()


def _tags(page: Page) -> Iterator[str]:
    """The page's language tags, the surest first."""
    for selector, name in _LANGUAGE_TAGS:
        if tag := _said(page, selector, name):
            yield tag


def _said(page: Page, selector: str, name: str) -> str:
    node = page.tree.css_first(selector)
    return (node.attributes.get(name) or "").strip() if node else ""


def _language(page: Page) -> str:
    """The page's language (ISO 639), "" where it does not say."""
    return next((found[1].lower() for tag in _tags(page) if (found := _LANGUAGE.match(tag))), "")


def _of_script(page: Page) -> str:
    """What a page without a language tag suggests by its letters."""
    title = page.tree.css_first("title")
    text = title.text() if title else ""
    return "JPY" if _KANA.search(text) else "KRW" if _HANGUL.search(text) else ""


_OTHER_NAMES = {
    "RUR": "RUB",
    "UKP": "GBP",
    "STG": "GBP",
    "RMB": "CNY",
    "NTD": "TWD",
    "NIS": "ILS",
    "YTL": "TRY",
    "CSK": "CZK",
}
_KNOWN = frozenset(CURRENCY_IN.values())
_LONGEST = 16


def iso(printed: str, place: str) -> str:
    """The ISO 4217 code of a currency as a page names it, "" for what is none; a shared sign means the place's."""
    name = printed.strip().upper()
    code = _OTHER_NAMES.get(name, name)
    if code in _KNOWN:
        return code
    one = f"1 {printed.strip()}"
    price = read_price(one, currency=place) if len(one) < _LONGEST and shows_money(one) else None
    return price.currency if isinstance(price, Price) else ""
