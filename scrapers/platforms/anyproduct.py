"""Any product page: every way of reading it tried, and their answers held against one another.

What a page tells other programs (JSON-LD, microdata, RDFa, its head, its scripts' data) is believed first, and the
sight of the page checks it. Where a page tells programs nothing, the product is read off its sight alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source, Walk
from scrapers.platforms.fields import fill
from scrapers.platforms.jsonld import from_jsonld
from scrapers.platforms.microdata import from_microdata, from_rdfa
from scrapers.platforms.opengraph import from_meta
from scrapers.platforms.product import Node, identity_of, listing_of, listings_of, names_of, quotes_of
from scrapers.platforms.settle import PATTERNS, Claim, Verdict, settle
from scrapers.platforms.state import from_state
from scrapers.platforms.views import Markup
from scrapers.platforms.visible.currency import currency_of, iso, likely_currency_of
from scrapers.platforms.visible.heart import Heart, heart_of, likeness, share
from scrapers.platforms.visible.labels import gtin, labelled
from scrapers.platforms.visible.layout import lay_out
from scrapers.platforms.visible.prices import Tag, best_of, tags_of
from scrapers.platforms.visible.stock import Shelf, shelf_of
from scrapers.platforms.visible.words import Stock, stock_in
from tracker.core.models import RawListing
from tracker.core.money import Price, read_price

CSS = "css"
FIELDS = ("title", "price", "currency", "availability", "condition", "sku", "gtin", "brand")

_READERS: tuple[tuple[str, Callable[[Page], list[Node]]], ...] = (
    ("json-ld", from_jsonld),
    ("microdata", from_microdata),
    ("rdfa", from_rdfa),
    ("opengraph", from_meta),
)
_UNBUYABLE = frozenset({"OutOfStock", "SoldOut", "Discontinued"})
_WORDS = frozenset({
    "InStock", "OutOfStock", "SoldOut", "PreOrder", "PreSale", "BackOrder", "Discontinued", "LimitedAvailability",
    "InStoreOnly", "OnlineOnly", "MadeToOrder", "Reserved",
})  # fmt: skip
_GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "ean", "isbn", "upc", "mpn", "sku", "productID")
_NOISE = re.compile(r"[{}$<>]|^(?:null|none|undefined|n/?a|-|unbranded|no ?name)$", re.IGNORECASE)
_TITLE_TAGS = ('meta[property="og:title"]', 'meta[name="og:title"]', 'meta[name="twitter:title"]')
_SPLIT_TITLE = re.compile(r"\s[|–—·»:]\s|\s-\s|｜|\|")
# Among how many products a page's own must stand out: how much must speak for it, and by how much more.
_MANY, _LIKE, _CLOSE = 3, 0.6, 0.15
_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page says of its product; `price` is the amount believed, None where none is, `method` the reader.

    `listing` is the same as a site's listing: its price is "" where none is believed. `node` is the product as the
    page tells it to programs, None where it does not.
    """

    listing: RawListing
    price: Decimal | None
    currency: str
    gtin: str
    method: str
    node: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """What a person sees on the page."""

    heart: Heart
    tags: Sequence[Tag]
    shelf: Shelf
    labels: Mapping[str, str]


def read_product(page: Page, css: Mapping[str, str] | None = None) -> Reading:
    """Read a page's product; `css` says where to look for a field (`.now`, `meta.price@content`) before all else.

    Raises ParseError where nothing is there.
    """
    chosen = {name: _selected(page, name, field) for name, field in (css or {}).items() if field}
    titles = _titles(page)
    nodes = {method: node for method, reader in _READERS if (node := _main(page, reader(page), titles))}
    known = [name for node in nodes.values() if (name := names_of(node)[0])] + titles
    place = likely_currency_of(page)
    sight = _look(page, known, place)
    stock = _stock(nodes, sight)
    verdict = _priced(page, nodes, sight, known, sold_out=stock in _UNBUYABLE)
    return _reading(page, nodes, sight, verdict, stock, chosen)


def _selected(page: Page, name: str, field: str) -> str:
    """What a field (written as in `fields.py`) gives for the page."""
    markup = Markup(page)
    if found := fill(field, lambda selector: markup.text(markup.root, selector)):
        return found
    raise page.unreadable(f"no {name} at {field!r}")


def _titles(page: Page) -> list[str]:
    """What the page calls itself: the title it gives to others, its own title, its only headline."""
    said = [(node.attributes.get("content") or "") for tag in _TITLE_TAGS if (node := page.tree.css_first(tag))]
    if title := page.tree.css_first("title"):
        said.append(title.text())
    return [" ".join(text.split()) for text in said if text.strip()]


def _main(page: Page, products: Sequence[Node], titles: Sequence[str]) -> Node | None:
    """The product a page is about, among all that one reader finds: named like the page, at its address, or alone.

    None on a page that is about several: there is no telling which of them is meant.
    """
    ranked = sorted(
        ((_worth(page, product, titles) - 0.01 * place, place) for place, product in enumerate(products[:_MOST])),
        key=lambda pair: -pair[0],
    )
    if not ranked:
        return None
    best = products[ranked[0][1]]
    names = {names_of(products[place])[0] for worth, place in ranked if worth > ranked[0][0] - _CLOSE}
    if len(products) >= _MANY and (ranked[0][0] < _LIKE or len(names) >= _MANY):
        return None
    return best


def _worth(page: Page, product: Node, titles: Sequence[str]) -> float:
    """How much speaks for a product: its name, its address, a price."""
    name, url = names_of(product)
    path = pick.split(page.url).path.rstrip("/")
    here = bool(path and url and pick.split(url).path.rstrip("/") == path)
    alike = max((likeness(name, title) + 0.3 * share(name, title) for title in titles), default=0.0)
    return alike + here + 0.2 * any(quote.price for quote in quotes_of(product))


def _look(page: Page, titles: Sequence[str], place: str) -> _Sight:
    heart = heart_of(lay_out(page), titles)
    tags = tags_of(heart, place)
    best = best_of(tags)
    return _Sight(heart=heart, tags=tags, shelf=shelf_of(heart, best.box if best else None), labels=labelled(heart))


def _stock(nodes: Mapping[str, Node], sight: _Sight) -> str:
    """Schema.org's word for the stock: as stated, unless the page says outright that it cannot be bought."""
    stated = next((word for node in nodes.values() for word in _stated_stock(node) if word), "")
    shelf = sight.shelf
    if stated in _UNBUYABLE:
        return stated
    if shelf.stock is Stock.OUT and not shelf.buyable and (shelf.outright or not stated):
        return Stock.OUT.value
    return stated or (shelf.stock.value if shelf.stock else "")


def _stated_stock(node: Node) -> Iterator[str]:
    for quote in quotes_of(node):
        if quote.availability in _WORDS:
            yield quote.availability
        elif quote.availability and (found := stock_in(quote.availability)):
            yield found.value


def _priced(
    page: Page, nodes: Mapping[str, Node], sight: _Sight, titles: Sequence[str], *, sold_out: bool
) -> Verdict | None:
    place = likely_currency_of(page)
    claims = [claim for method, node in nodes.items() for claim in _claims(method, node, place)]
    verdict = settle(claims, sight.tags, default=place, sold_out=sold_out)
    if verdict is None and not claims:
        data = [claim for node in from_state(page, titles) for claim in _claims("state", node, place)]
        shown = {tag.price.amount for tag in sight.tags}
        verdict = settle(data, sight.tags, default=place, sold_out=sold_out) if data and shown else None
    return verdict


def _claims(method: str, node: Node, place: str) -> Iterator[Claim]:
    for quote in quotes_of(node):
        if quote.price:
            yield Claim(method=method, printed=quote.price, currency=iso(quote.currency, place))


def _reading(
    page: Page,
    nodes: Mapping[str, Node],
    sight: _Sight,
    verdict: Verdict | None,
    stock: str,
    chosen: Mapping[str, str],
) -> Reading:
    first = next(iter(nodes.values()), None)
    listings = [listing_of(page, node) for node in nodes.values()]
    base = listings[0] if listings else listing_of(page, {"@type": "Product"})
    fields = {name: _first_said(listings, name) for name in ("brand", "sku")}
    fields = {name: value or sight.labels.get(name, "") for name, value in fields.items()}
    fields |= {name: chosen[name] for name in ("brand", "sku") if chosen.get(name)}
    number = gtin(chosen.get("gtin", "")) or _gtin(listings) or sight.labels.get("gtin", "")
    amount, currency, printed, method = _money(page, verdict, chosen)
    if not nodes and amount is None and stock not in _UNBUYABLE:
        stock = ""  # words such as "in stock" on a page without a product's price speak of something else
    listing = replace(
        base,
        site_id=identity_of(page, base.url),
        title=chosen.get("title") or base.title or _visible_title(page, sight),
        price=printed,
        currency=currency,
        availability=chosen.get("availability") or stock,
        condition=chosen.get("condition") or base.condition or sight.labels.get("condition", ""),
        attributes={**base.attributes, **pick.stated(**fields, gtin=number)},
    )
    method = method or (next(iter(nodes), "") or (PATTERNS if stock and listing.title else ""))
    return Reading(listing=listing, price=amount, currency=currency, gtin=number, method=method, node=first)


def _money(page: Page, verdict: Verdict | None, chosen: Mapping[str, str]) -> tuple[Decimal | None, str, str, str]:
    """The amount believed, its currency, how a listing prints it, and the reader; None and "" where there is none."""
    place = likely_currency_of(page)
    if text := chosen.get("price"):
        found = read_price(text, currency=iso(chosen.get("currency", ""), place) or place)
        if not isinstance(found, Price):
            return None, iso(chosen.get("currency", ""), place), text, CSS
        return found.amount, iso(chosen.get("currency", ""), place) or found.currency, text, CSS
    if verdict is None:
        return None, "", "", ""
    currency = iso(chosen.get("currency", ""), place) or _currency(page, verdict)
    amount = _rounded(verdict.amount)
    return amount, currency, f"{amount:f}", verdict.method


def _currency(page: Page, verdict: Verdict) -> str:
    """The currency of a price: as stated, unless the sign beside the same amount cannot mean it; else the place's."""
    if verdict.tag is not None and verdict.tag.price.amount == verdict.amount:
        shown = read_price(verdict.tag.text, currency=verdict.currency or likely_currency_of(page))
        if isinstance(shown, Price) and shown.currency and verdict.tag.signed:
            return shown.currency
    return verdict.currency or currency_of(page)


def _rounded(amount: Decimal) -> Decimal:
    """An amount to the cent, without zeros behind it: some shops state what their tax arithmetic left."""
    cents = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    return cents.quantize(Decimal(1)) if cents == cents.to_integral_value() else cents


def _first_said(listings: Sequence[RawListing], name: str) -> str:
    said = (listing.attributes.get(name, "").rpartition(": ")[2] for listing in listings)
    return next((text for text in said if text and len(text) < 80 and not _NOISE.search(text)), "")


def _gtin(listings: Sequence[RawListing]) -> str:
    return next(
        (code for listing in listings for name in _GTINS if (code := gtin(listing.attributes.get(name, "")))), ""
    )


def _visible_title(page: Page, sight: _Sight) -> str:
    """The headline, else what the page is called in front of the shop's name."""
    if anchors := sight.heart.anchors:
        return sight.heart.layout.text_of(anchors[0])[:500]
    titles = _titles(page)
    return max(_SPLIT_TITLE.split(titles[0]), key=len).strip()[:500] if titles else ""


def product(site: str) -> Scraper:
    """The scraper of any one product page, named by its source."""

    def start(source: Source) -> Iterator[Request]:
        yield Request(url=source.options["url"])

    return Scraper(
        site=site,
        start=start,
        parse=parse,
        walk=Walk.CATALOGUE,
        options={"url": "address of the product page"}
        | {
            name: f"where the {name} is, if it is read wrongly: a CSS selector" for name in FIELDS if name != "currency"
        },
        required=("url",),
        every=timedelta(hours=6),
        mandatory=("site_id", "title"),
    )


def parse(page: Page) -> Iterator[RawListing]:
    """The page's product, each of its variants where it lists them; raises ParseError where there is none."""
    css = {name: page.source.options[name] for name in FIELDS if page.source.options.get(name)}
    reading = read_product(page, css)
    if not reading.listing.title or not reading.method:
        raise page.unreadable("no product on the page")
    if reading.node is not None and not css and pick.rows(reading.node, "hasVariant"):
        return listings_of(page, reading.node)
    return iter([reading.listing])
