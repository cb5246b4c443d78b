"""Tables somebody else made, as CSV or as lines of JSON: one listing a row, columns known by many names.

The columns are RawListing's fields; NAMES holds what else they are called. A column nobody knows becomes an attribute.
One row that cannot be read refuses the whole table, by its number: a table is mended once, not half read for ever.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source
from tracker.core.models import RawListing

# Each field's names, the surest first; compared without case, blanks, dashes and underscores.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": (
        "title",
        "name",
        "subject",
        "product",
        "titel",
        "titre",
        "título",
        "tytuł",
        "标题",
        "商品标题",
        "商品名称",
    ),
    "url": ("url", "link", "href", "address", "producturl", "itemurl", "lien", "enlace", "商品链接", "链接", "网址"),
    "site_id": ("siteid", "id", "itemid", "listingid", "productid", "offerid", "sku", "asin", "商品id", "编号"),
    "price": (
        "price",
        "currentprice",
        "amount",
        "preis",
        "prix",
        "precio",
        "prezzo",
        "cena",
        "价格",
        "当前售价",
        "售价",
    ),
    "currency": ("currency", "pricecurrency", "währung", "devise", "moneda", "valuta", "waluta", "币种", "货币"),
    "shipping": ("shipping", "shippingcost", "shippingprice", "postage", "delivery", "versand", "运费", "邮费"),
    "shipping_currency": ("shippingcurrency",),
    "condition": ("condition", "itemcondition", "zustand", "état", "estado", "condizione", "stan", "成色", "新旧"),
    "description": ("description", "beschreibung", "opis", "描述", "商品描述"),
    "availability": ("availability", "stock", "instock", "available", "status", "verfügbarkeit", "库存"),
    "seller": ("seller", "sellername", "shop", "store", "supplier", "vendor", "verkäufer", "卖家", "卖家昵称", "店铺"),
    "feedback_percent": ("feedbackpercent", "positivefeedback", "好评率"),
    "feedback_count": ("feedbackcount", "feedbackscore", "评价数"),
    "country": ("country", "countrycode", "itemcountry", "shipsfrom", "land", "kraj", "国家"),
    "image": ("image", "imageurl", "picture", "photo", "bild", "图片", "商品主图链接"),
    "listed_at": ("listedat", "listed", "published", "publishedat", "posted"),
    "ends_at": ("endsat", "ends", "endtime"),
    "bids": ("bids", "bidcount"),
    "group_id": ("groupid", "parentid"),
    "best_offer": ("bestoffer", "offers", "negotiable"),
}
_OPTIONS = {"title": "title", "price": "price", "link": "url", "id": "site_id"} | {
    name: name for name in ("condition", "seller", "shipping", "availability", "image", "description", "country")
}
_YES = frozenset({"true", "yes", "y", "1", "ja", "oui", "sí", "si", "tak", "是"})
_COUNTRY = re.compile(r"[A-Za-z]{2}")
_BLANKS = re.compile(r"[\s_-]+")
# Sites that are formats, not places: an id in their tables is the place's own.
_FORMATS = frozenset({"csv", "jsonl"})
_SHOWN_ROWS = 5
_MOST_BAD_ROWS = 100
_LONGEST_TITLE = 500


class BadRow(ValueError):
    """A row that is no listing; the text says why."""


Row = Mapping[str, Any]
Rows = Iterator[tuple[str, Row | BadRow]]
"""Rows, each with what to call it; a row that is none already says so."""


def table(
    site: str, rows: Callable[[Page], Rows], *, keys: tuple[str, ...] = (), columns: tuple[str, ...] = ()
) -> Scraper:
    """The scraper of tables in one format, whose rows `rows` gives; `keys` or `columns` are what each must have."""

    def start(source: Source) -> Iterator[Request]:
        yield Request(url=source.options["url"])

    def parse(page: Page) -> list[RawListing]:
        return listings(page, rows(page))

    return Scraper(
        site=site,
        start=start,
        parse=parse,
        options={"url": "address of the table"}
        | {
            option: f"the column that holds the {field}, where it has a name of its own"
            for option, field in _OPTIONS.items()
        },
        required=("url",),
        every=timedelta(hours=1),
        mandatory=("title", "price"),
        keys=keys,
        columns=columns,
    )


def listing(row: Row, source: Source) -> RawListing:
    """One row as a listing; raises BadRow."""
    places = columns(row, source.options)
    fields: dict[str, Any] = {field: _text(row[name], name) for field, name in places.items() if field != "best_offer"}
    url = fields["url"] = _address(fields.get("url", ""))
    fields["title"] = pick.plain(fields.get("title", ""), limit=_LONGEST_TITLE)
    fields["site_id"] = _identity(fields.get("site_id", ""), url, source)
    if not fields["title"]:
        raise BadRow("has no title")
    if not fields["site_id"] and not url:
        raise BadRow("has neither an id nor a url")
    known = set(places.values())
    attributes = {name: pick.text(value) for name, value in row.items() if name not in known and name != "attributes"}
    if not _COUNTRY.fullmatch(fields.get("country", "")):
        attributes["country"] = fields.pop("country", "")
    if fields.get("price") and not fields.get("currency"):
        fields["currency"] = source.currency
    if fields.get("shipping") and not fields.get("shipping_currency"):
        fields["shipping_currency"] = fields.get("currency", "")
    given = row.get("attributes")
    if isinstance(given, Mapping):
        attributes |= {str(name): pick.text(value) for name, value in given.items()}
    fields["country"] = fields.get("country", "").upper()
    return RawListing(
        site=source.site,
        attributes=pick.stated(**attributes),
        best_offer=_is_yes(row.get(places.get("best_offer", ""))),
        **fields,
    )


def columns(header: Iterable[str], options: Mapping[str, str]) -> dict[str, str]:
    """The column of each field that a header has, as its source names them or by the surest of its usual names."""
    named = tuple((_OPTIONS[option], name) for option, name in options.items() if option in _OPTIONS)
    return dict(_columns(tuple(header), named))


@lru_cache(maxsize=256)
def _columns(header: tuple[str, ...], named: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    plain = {_plain(name): name for name in reversed(header)}
    asked = {**NAMES, **{field: (_plain(name),) for field, name in named}}
    found = ((field, next((name for name in names if name in plain), None)) for field, names in asked.items())
    return tuple((field, plain[name]) for field, name in found if name is not None)


def _plain(name: str) -> str:
    return _BLANKS.sub("", name).lower()


def _is_yes(value: Any) -> bool:
    return value is True or pick.text(value).lower() in _YES


def _text(value: Any, name: str) -> str:
    """What a cell holds; raises BadRow for a list or an object."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "InStock" if value else "OutOfStock"
    if isinstance(value, str | int | Decimal):
        return pick.text(value)
    raise BadRow(f"has a {name} that is neither a text nor a number")


def _address(url: str) -> str:
    """An address one can open; raises BadRow for a text that is none."""
    if url.startswith(("www.", "//")):
        url = f"https://{url.removeprefix('//')}"
    parts = pick.split(url)
    if url and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise BadRow(f"has a url that is no address: {url[:60]!r}")
    return url


def _identity(number: str, url: str, source: Source) -> str:
    """The id as it stands, the place it is from before it where a table may hold several places."""
    host = (pick.split(url).hostname or "").removeprefix("www.")
    return f"{host}/{number}" if number and host and source.site in _FORMATS else number


def listings(page: Page, rows: Rows, listing_of: Callable[[Row, Source], RawListing] = listing) -> list[RawListing]:
    """A table's listings; raises ParseError naming what cannot be read: rows, or a column that its source names."""
    found, bad = [], []
    called = {_plain(name): name for option, name in page.source.options.items() if option in _OPTIONS}
    for name, row in rows:
        try:
            sound = _sound(row)
            found.append(listing_of(sound, page.source))
            called = called and {plain: one for plain, one in called.items() if plain not in map(_plain, sound)}
        except BadRow as error:
            bad.append((name, str(error)))
        if len(bad) == _MOST_BAD_ROWS:
            break
    if bad:
        raise page.unreadable(_told(bad))
    if found and called:
        raise page.unreadable(f"no column is called {' or '.join(called.values())}, as its source says")
    return found


def _sound(row: Row | BadRow) -> Row:
    if isinstance(row, BadRow):
        raise row
    return row


def _told(bad: list[tuple[str, str]]) -> str:
    """The first bad row with what is wrong with it, and some of the others."""
    name, why = bad[0]
    if len(bad) == 1:
        return f"{name} {why}"
    others = ", ".join(other for other, _ in bad[1:_SHOWN_ROWS])
    more = " …" if len(bad) > _SHOWN_ROWS else ""
    count = f"{len(bad)} rows or more" if len(bad) == _MOST_BAD_ROWS else f"{len(bad)} rows"
    return f"{name} {why}; {count} cannot be read, also {others}{more}"
