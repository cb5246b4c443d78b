"""Any product page: every way of reading it tried, and their answers held against one another.

What a page tells other programs (JSON-LD, microdata, RDFa, its head, its scripts' data) is believed first, and the
sight of the page checks it. Where a page tells programs nothing, the product is read off its sight alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

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

FIELDS = ("title", "price", "availability", "condition", "sku", "gtin", "brand")

# Where a page tells programs what it sells, the surest first.
_READERS: tuple[tuple[str, Callable[[Page], list[Node]]], ...] = (
    ("json-ld", from_jsonld),
    ("microdata", from_microdata),
    ("rdfa", from_rdfa),
    ("opengraph", from_meta),
)
_STATE, _CSS = "state", "css"
_UNBUYABLE = frozenset({"OutOfStock", "SoldOut", "Discontinued"})
_WORDS = _UNBUYABLE | {
    "InStock", "PreOrder", "PreSale", "BackOrder", "LimitedAvailability", "InStoreOnly", "OnlineOnly", "MadeToOrder",
    "Reserved",
}  # fmt: skip
_GTINS = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "ean", "isbn", "upc", "mpn", "sku", "productID")
# What templates leave in place of a value.
_NOISE = re.compile(r"[{}$<>]|^(?:null|none|undefined|n/?a|-)$", re.IGNORECASE)
_TITLE_TAGS = ('meta[property="og:title"]', 'meta[name="og:title"]', 'meta[name="twitter:title"]')
_SPLIT_TITLE = re.compile(r"\s[|–—·»:-]\s|[｜|]")
_LONGEST_TITLE, _LONGEST_WORD = 500, 80
# Among how many products a page's own must stand out: how much must speak for it, and by how much more.
_MANY, _LIKE, _CLOSE = 3, 0.6, 0.15
_MOST = 200
_REMEDY = 'if you see one there, its source may say where it is: price = ".now", a CSS selector'


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a page says of its product, as a listing, and what is not a listing's: the amount and the reader.

    `price` is the amount believed, None where none is, and then the listing's is "". `method` names the reader that
    gave it, or else the product, "" where there is none. `node` is the product as the page tells it to programs, None
    where it does not.
    """

    listing: RawListing
    price: Decimal | None
    method: str
    node: Node | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Evidence:
    """All that speaks on a page: what it calls itself, what it tells programs by reader, and what it shows.

    `place` is the currency of its country, as far as it can be told.
    """

    page: Page
    titles: Sequence[str]
    nodes: Mapping[str, Node]
    place: str
    heart: Heart
    tags: Sequence[Tag]
    shelf: Shelf
    labels: Mapping[str, str]


def read_product(page: Page, css: Mapping[str, str] | None = None) -> Reading:
    """Read a page's product; `css` says where to look for a field (`.now`, `meta.price@content`) before all else.

    Raises ParseError where nothing is there.
    """
    chosen = {name: _selected(page, name, field) for name, field in (css or {}).items() if field}
    evidence = _gather(page)
    stock = _stock(evidence)
    verdict = _price(evidence, sold_out=stock in _UNBUYABLE)
    reading = _reading(evidence, verdict, stock)
    return _corrected(reading, chosen, evidence.place) if chosen else reading


# --- what speaks --------------------------------------------------------------------------------------------------


def _gather(page: Page) -> _Evidence:
    called = _titles(page)
    nodes = {method: node for method, reader in _READERS if (node := _main(page, reader(page), called))}
    titles = [name for node in nodes.values() if (name := names_of(node)[0])] + called
    place = likely_currency_of(page)
    heart = heart_of(lay_out(page), titles)
    tags = tags_of(heart, place)
    best = best_of(tags)
    return _Evidence(
        page=page,
        titles=titles,
        nodes=nodes,
        place=place,
        heart=heart,
        tags=tags,
        shelf=shelf_of(heart, best.box if best else None),
        labels=labelled(heart),
    )


def _titles(page: Page) -> list[str]:
    """What the page calls itself: the title it gives to others, its own title."""
    said = [(node.attributes.get("content") or "") for tag in _TITLE_TAGS if (node := page.tree.css_first(tag))]
    if title := page.tree.css_first("title"):
        said.append(title.text())
    return [" ".join(text.split()) for text in said if text.strip()]


def _main(page: Page, products: Sequence[Node], titles: Sequence[str]) -> Node | None:
    """The product a page is about, among all that one reader finds: named like the page, at its address, or alone.

    None on a page that is about several: there is no telling which of them is meant.
    """
    known = products[:_MOST]
    worths = [_worth(page, product, titles) - 0.01 * place for place, product in enumerate(known)]
    if not worths:
        return None
    most = max(worths)
    rivals = {names_of(product)[0] for product, worth in zip(known, worths, strict=True) if worth > most - _CLOSE}
    if len(known) >= _MANY and (most < _LIKE or len(rivals) >= _MANY):
        return None
    return known[worths.index(most)]


def _worth(page: Page, product: Node, titles: Sequence[str]) -> float:
    """How much speaks for a product: its name, its address, a price."""
    name, url = names_of(product)
    path = pick.split(page.url).path.rstrip("/")
    here = bool(path and url and pick.split(url).path.rstrip("/") == path)
    alike = max((likeness(name, title) + 0.3 * share(name, title) for title in titles), default=0.0)
    return alike + here + 0.2 * any(quote.price for quote in quotes_of(product))


# --- what is believed ---------------------------------------------------------------------------------------------


def _stock(evidence: _Evidence) -> str:
    """Schema.org's word for the stock: as stated, unless the page says outright that it cannot be bought."""
    stated = next((word for node in evidence.nodes.values() for word in _stated_stock(node)), "")
    shelf = evidence.shelf
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


def _price(evidence: _Evidence, *, sold_out: bool) -> Verdict | None:
    """The price to believe; the data of the page's scripts is asked only where nothing else tells one."""
    claims = [claim for method, node in evidence.nodes.items() for claim in _claims(method, node, evidence.place)]
    verdict = settle(claims, evidence.tags, default=evidence.place, sold_out=sold_out)
    if verdict or claims or not evidence.tags:
        return verdict
    nodes = from_state(evidence.page, evidence.titles)
    claims = [claim for node in nodes for claim in _claims(_STATE, node, evidence.place)]
    return settle(claims, evidence.tags, default=evidence.place, sold_out=sold_out)


def _claims(method: str, node: Node, place: str) -> Iterator[Claim]:
    for quote in quotes_of(node):
        if quote.price:
            currency = iso(quote.currency, place)
            yield Claim(method=method, printed=quote.price, currency=currency, high=quote.high)


def _reading(evidence: _Evidence, verdict: Verdict | None, stock: str) -> Reading:
    """The product with what each reader is the first to say."""
    page, nodes = evidence.page, evidence.nodes
    listings = [listing_of(page, node) for node in nodes.values()] or [listing_of(page, {"@type": "Product"})]
    method = verdict.method if verdict else next(iter(nodes), "")
    if not method and stock in _UNBUYABLE:
        method = PATTERNS
    amount = verdict.price.amount if verdict else None
    said = {name: _first_said(listings, name) or evidence.labels.get(name, "") for name in ("brand", "sku")}
    code = _gtin(listings) or evidence.labels.get("gtin", "")
    listing = replace(
        listings[0],
        site_id=identity_of(page, listings[0].url),
        title=_title(evidence, listings[0]),
        price="" if amount is None else f"{amount:f}",
        currency=_currency(evidence, verdict) if verdict else "",
        # Words such as "in stock" on a page without a product speak of something else.
        availability=stock if method else "",
        condition=listings[0].condition or (evidence.labels.get("condition", "") if method else ""),
        attributes={**listings[0].attributes, **pick.stated(**said, gtin=code)},
    )
    return Reading(listing=listing, price=amount, method=method, node=next(iter(nodes.values()), None))


def _title(evidence: _Evidence, first: RawListing) -> str:
    """The name told to programs, the headline, or what the page is called in front of the shop's name."""
    anchors = evidence.heart.anchors
    if first.title and not (anchors and next(iter(evidence.nodes)) == "opengraph"):
        return first.title
    if anchors:
        return evidence.heart.layout.text_of(anchors[0])[:_LONGEST_TITLE]
    return max(_SPLIT_TITLE.split(evidence.titles[0]), key=len).strip()[:_LONGEST_TITLE] if evidence.titles else ""


def _currency(evidence: _Evidence, verdict: Verdict) -> str:
    """The currency of a price: as stated, unless the sign beside the same amount cannot mean it; else the place's."""
    tag = verdict.tag
    if tag is not None and tag.signed:
        shown = read_price(tag.text, currency=verdict.price.currency or evidence.place)
        if isinstance(shown, Price) and shown.currency:
            return shown.currency
    return verdict.price.currency or currency_of(evidence.page)


def _first_said(listings: Sequence[RawListing], name: str) -> str:
    """The first value that is one; some shops put its label into it."""
    values = (listing.attributes.get(name, "").rpartition(": ")[2] for listing in listings)
    return next((value for value in values if value and len(value) < _LONGEST_WORD and not _NOISE.search(value)), "")


def _gtin(listings: Sequence[RawListing]) -> str:
    codes = (gtin(listing.attributes.get(name, "")) for listing in listings for name in _GTINS)
    return next(filter(None, codes), "")


# --- what the user says -------------------------------------------------------------------------------------------


def _selected(page: Page, name: str, field: str) -> str:
    """What a field (written as in `fields.py`) gives for the page."""
    markup = Markup(page)
    if found := fill(field, lambda selector: markup.text(markup.root, selector)):
        return found
    raise page.unreadable(f"no {name} at {field!r}")


def _corrected(reading: Reading, chosen: Mapping[str, str], place: str) -> Reading:
    """A reading with the fields that the user's own selectors gave."""
    listing = reading.listing
    attributes = {name: chosen[name] for name in ("brand", "sku") if name in chosen}
    attributes |= pick.stated(gtin=gtin(chosen.get("gtin", "")))
    listing = replace(
        listing,
        title=chosen.get("title", listing.title),
        availability=chosen.get("availability", listing.availability),
        condition=chosen.get("condition", listing.condition),
        attributes={**listing.attributes, **attributes},
    )
    if "price" not in chosen:
        return replace(reading, listing=listing, method=reading.method or _CSS)
    currency = iso(chosen.get("currency", ""), place) or place
    found = read_price(chosen["price"], currency=currency)
    amount, currency = (found.amount, found.currency) if isinstance(found, Price) else (None, currency)
    listing = replace(listing, price=chosen["price"], currency=currency)
    return replace(reading, listing=listing, price=amount, method=_CSS)


# --- the platform -------------------------------------------------------------------------------------------------


def product(site: str) -> Scraper:
    """The scraper of any one product page, named by its source."""

    def start(source: Source) -> Iterator[Request]:
        yield Request(url=source.options["url"])

    selectors = {name: f"where the {name} is, if it is read wrongly: a CSS selector" for name in FIELDS}
    return Scraper(
        site=site,
        start=start,
        parse=parse,
        walk=Walk.CATALOGUE,
        options={"url": "address of the product page", **selectors},
        required=("url",),
        every=timedelta(hours=6),
        mandatory=("site_id", "title"),
    )


def parse(page: Page) -> Iterator[RawListing]:
    """The page's product, each of its variants where it lists them.

    Raises ParseError where there is none, and where what can be bought has no price to believe, or one in no currency.
    """
    css = {name: page.source.options[name] for name in FIELDS if page.source.options.get(name)}
    reading = read_product(page, css)
    if not reading.listing.title or not reading.method:
        raise page.unreadable("no product on the page")
    listings = [reading.listing]
    if reading.node is not None and not css and pick.rows(reading.node, "hasVariant"):
        listings = list(listings_of(page, reading.node))
    if not listings:
        raise page.unreadable("no product on the page: its variants have no name")
    if not any(one.price for one in listings) and any(one.availability not in _UNBUYABLE for one in listings):
        raise page.unreadable(f"no price to believe on the page; {_REMEDY}")
    own = page.source.currency
    listings = [replace(one, currency=own) if one.price and not one.currency else one for one in listings]
    if any(listing.price and not listing.currency for listing in listings):
        raise page.unreadable('a price, and nothing that says its currency; its source may: currency = "EUR"')
    return iter(listings)
