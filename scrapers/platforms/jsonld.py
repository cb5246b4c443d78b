"""Product pages that describe themselves in schema.org's words as JSON-LD, and only those that do.

`anyproduct.py` reads the same blocks among other things; this platform believes them without a second look.
"""

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source, Walk
from scrapers.platforms.product import PRODUCTS, Node, kinds, listings_of
from tracker.core.models import RawListing

# Where a page's own product may hide; elsewhere lie related products, reviews and bread crumbs.
_WAYS_TO_PRODUCTS = ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "item", "about")
_MAX_NODES = 20_000
# What is a product where somebody offers it.
_SOLD_TOO = frozenset({"book", "vehicle", "car", "motorcycle", "creativework", "softwareapplication", "service"})
_OFFERS = frozenset({"offer", "aggregateoffer"})

_PRODUCT_TYPE = re.compile(r'"@type"\s*:\s*"(?:https?://schema\.org/)?Product"')
_OFFERS_KEY = re.compile(r'"offers"\s*:\s*(?=[{\[])')
_PLAIN_PAIR = re.compile(r'"(?P<name>name|sku|mpn|gtin\d*|url)"\s*:\s*"(?P<value>[^"\\\n]{1,300})"\s*[,}]')

_DECODER = json.JSONDecoder(strict=False, parse_float=Decimal, parse_constant=lambda _name: None)
_WRAPPING = re.compile(r"<!--|-->|(?://|/\*)?\s*<!\[CDATA\[\s*(?:\*/)?|(?://|/\*)?\s*\]\]>\s*(?:\*/)?")
_TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
_STRAY_BACKSLASH = re.compile(r'\\(?!["\\/bfnrtu])')
# What shops do to their JSON, undone one after the other until it reads.
_MENDS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: _WRAPPING.sub("", text),
    lambda text: _TRAILING_COMMA.sub("", text),
    lambda text: _STRAY_BACKSLASH.sub(r"\\\\", text),
    html.unescape,
)


def jsonld(site: str, *, url: str = "", every: timedelta = timedelta(hours=6)) -> Scraper:
    """The scraper of one product page, or of any page a source names where `url` is left out."""

    def start(source: Source) -> Iterator[Request]:
        yield Request(url=url or source.options["url"])

    return Scraper(
        site=site,
        start=start,
        parse=parse,
        walk=Walk.CATALOGUE,
        options={} if url else {"url": "address of the product page"},
        required=() if url else ("url",),
        every=every,
        mandatory=("site_id", "title"),
        keys=("@type", "name"),
    )


def parse(page: Page) -> Iterator[RawListing]:
    """The listings of the page's products, each said once; raises ParseError when there is none.

    Offers in stock that name a currency and no price are unreadable: a shop that withholds the price withholds both.
    """
    listings: dict[str, RawListing] = {}
    products = from_jsonld(page)
    for product in products:
        for listing in listings_of(page, product):
            said_before = listings.get(listing.site_id)
            if said_before is None or not said_before.price:
                listings[listing.site_id] = listing
    if not listings:
        raise page.unreadable("no schema.org product on the page")
    if not any(listing.price for listing in listings.values()) and any(map(_lost_its_price, products)):
        raise page.unreadable("an offer in stock has a currency and no price")
    return iter(listings.values())


def _lost_its_price(product: Node) -> bool:
    return any(
        pick.text(offer, "priceCurrency") and pick.text(offer, "availability").endswith("InStock")
        for offer in pick.rows(product, "offers")
    )


def from_jsonld(page: Page) -> list[Node]:
    """The products in a page's JSON-LD blocks, references between the blocks followed."""
    blocks = [
        block for script in page.tree.css("script") if _is_jsonld(script.attributes) for block in _load(script.text())
    ]
    known: dict[str, Node] = {}
    products = []
    for node in _walk(blocks):
        if isinstance(name := node.get("@id"), str) and len(node) > 1:
            known.setdefault(name, node)
        if product := _product(node):
            products.append(product)
    return [_resolved(product, known) for product in products]


def _product(node: Node) -> Node | None:
    """The product an object is, or the one that an offer by itself offers; None for all else."""
    types = kinds(node)
    if types & PRODUCTS or (types & _SOLD_TOO and "offers" in node):
        return node
    offered = node.get("itemOffered")
    return {**offered, "offers": node} if types & _OFFERS and isinstance(offered, Mapping) else None


def _is_jsonld(attributes: Mapping[str, str | None]) -> bool:
    return "ld+json" in (attributes.get("type") or "").lower()


def _load(text: str) -> list[Any]:
    """The JSON values in one block, mended where shops break it; none where nothing helps."""
    for mend in _MENDS:
        text = mend(text)
        try:
            return list(_values(text))
        except (ValueError, RecursionError):
            continue
    return list(_salvaged(text))


def _salvaged(text: str) -> Iterator[Any]:
    """The product of a block that nothing mends, mostly for a bare quote in its prose: its offers and plain codes."""
    offers = _OFFERS_KEY.search(text) if _PRODUCT_TYPE.search(text) else None
    if offers is None:
        return
    try:
        value, _ = _DECODER.raw_decode(text, offers.end())
    except (ValueError, RecursionError):
        return
    plain = {found["name"]: found["value"] for found in reversed(list(_PLAIN_PAIR.finditer(text[: offers.start()])))}
    yield {"@type": "Product", **plain, "offers": value}


def _values(text: str) -> Iterator[Any]:
    """Every JSON value of a text that holds one, or several one after the other; stray semicolons are skipped."""
    rest = text.strip("; \t\r\n\ufeff")
    while rest:
        value, end = _DECODER.raw_decode(rest)
        yield value
        rest = rest[end:].lstrip("; \t\r\n,")


def _walk(roots: list[Any]) -> Iterator[Node]:
    """Every object where a page's own products may be, in reading order, products themselves not entered."""
    waiting = list(reversed(roots))
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, Mapping):
            yield value
            if not kinds(value) & PRODUCTS:
                waiting.extend(value[way] for way in reversed(_WAYS_TO_PRODUCTS) if way in value)


def _resolved(product: Node, known: Mapping[str, Node]) -> Node:
    """A product whose bare references ({"@id": …}) are replaced by what they refer to."""

    def follow(value: Any) -> Any:
        if isinstance(value, list):
            return [follow(entry) if not isinstance(entry, list) else entry for entry in value]
        if isinstance(value, Mapping) and len(value) == 1 and isinstance(name := value.get("@id"), str):
            return known.get(name, value)
        return value

    return {name: follow(value) for name, value in product.items()}
