"""Best Buy: search pages and product pages, open-box offers beside the new ones.

A search page draws its cards while it is scrolled. What was not drawn when the page was saved stands there as an empty
tile: it is read from the strip of advertised products where that shows it too, else it is no listing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import quote_plus

from selectolax.lexbor import LexborNode

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source
from scrapers.platforms import cards, demand
from tracker.core.models import RawListing

HOST = "www.bestbuy.com"
CARD = ".product-list-item[data-product-id]"
TITLE = ".product-title"
LINK = "a.product-list-item-link"
PRICE = '[data-testid="price-block-customer-price"]'
BUTTON = '[data-testid^="plp-add-to-cart-"]'
NEXT = 'a.pagination-arrow[aria-label="Next page"]'
PRODUCT_TITLE = '[data-component-name="ProductHeader"] h1'
PRODUCT_HEAD = '[data-component-name="ProductHeader"]'
PRODUCT_PRICE = '[data-component-name="LargePrice"] [data-testid="price-block-customer-price"]'
PRODUCT_BUTTON = '[data-testid^="pdp-add-to-cart-"]'

_UNDRAWN = '[class*="skeleton"]'
_ADVERTISED = ".info-section a.sku-title"
_OPTION = '[data-testid="more-buying-options-main-value-prop-button"]'
_SKU = re.compile(r"SKU:\s*(\d{5,10})")
_SKU_IN_LINK = re.compile(r"/sku/(\d{5,10})")
_NOTHING = ("no results", "didn't find anything", "0 items", "did not match")


def start(source: Source) -> Iterator[Request]:
    """A search, or the page the source names."""
    search = f"https://{HOST}/site/searchpage.jsp?st="
    yield Request(url=cards.asked_for(source.options["query"], lambda words: search + quote_plus(words)))


def follow(page: Page) -> Iterator[Request]:
    """The page behind the arrow."""
    if href := cards.attribute(page.tree.css_first(NEXT), "href"):
        parts = pick.split(href)
        yield Request(url=f"https://{HOST}{parts.path}?{parts.query}")


def is_capped(page: Page) -> bool:
    """Whether some tiles of the page were never drawn."""
    return page.tree.css_first(f"{CARD} {_UNDRAWN}") is not None


def parse(page: Page) -> Iterable[RawListing]:
    """The drawn results of a search page, each product once, or the product of a product page."""
    if page.tree.css_first(PRODUCT_TITLE):
        return list(_product(page))
    found: dict[str, RawListing] = {}
    drawn: dict[str, RawListing] = {}
    tiles = cards.cards(page, CARD, is_empty=_found_none)
    advertised = {_number(link): link for link in page.tree.css(_ADVERTISED)}
    for tile in tiles:
        number = cards.attribute(tile, "data-product-id")
        if tile.css_first(TITLE) or not tile.css_first(_UNDRAWN):
            found[number] = drawn[number] = _result(page, tile)
        elif number in advertised:
            found.setdefault(number, _advertisement(page, advertised[number]))
    if tiles and not found:
        raise page.unreadable(f"none of {len(tiles)} tiles was drawn when the page was saved: scroll through it first")
    demand.fields(page, drawn.values(), "price", "availability")
    return list(found.values())


def _found_none(page: Page) -> bool:
    return cards.says(page, '.pagination-num-found, [class*="no-results"], h1', _NOTHING)


def _result(page: Page, tile: LexborNode) -> RawListing:
    link = _must(page, tile, LINK)
    return RawListing(
        site=page.source.site,
        site_id=cards.attribute(tile, "data-product-id"),
        title=cards.words(_must(page, tile, TITLE)),
        url=cards.absolute(HOST, cards.attribute(link, "href")),
        price=_price(tile, PRICE),
        currency="USD",
        shipping="FREE" if "FREE" in cards.words_of(tile, '[data-testid^="plp-shipping-messaging"]') else "",
        attributes=pick.stated(
            brand=cards.words_of(tile, ".first-title"),
            originalPrice=_amount(cards.words_of(tile, '[data-testid="price-block-regular-price-message-text"]')),
            otherOffers=cards.words_of(tile, '[data-testid="clickable-body-area-text"]'),
        ),
        availability=cards.stock(cards.words_of(tile, BUTTON)),
        country="US",
        image=cards.attribute(tile.css_first('img[data-testid="product-image"]'), "src"),
    )


def _advertisement(page: Page, link: LexborNode) -> RawListing:
    """A product as the strip shows it: without a word on the stock."""
    price = _price(link.parent, PRICE) if link.parent else ""
    return RawListing(
        site=page.source.site,
        site_id=_number(link),
        title=cards.words(link),
        url=cards.absolute(HOST, cards.attribute(link, "href")),
        price=price,
        currency="USD",
        country="US",
    )


def _number(link: LexborNode) -> str:
    number = _SKU_IN_LINK.search(cards.attribute(link, "href"))
    return number[1] if number else ""


def _product(page: Page) -> Iterator[RawListing]:
    """The product, and an open-box offer of it as a listing of its own."""
    tree = page.tree
    number = _SKU.search(cards.words(tree.css_first(PRODUCT_HEAD), between=" "))
    if number is None:
        raise page.unreadable(f"no SKU in {PRODUCT_HEAD!r}")
    body = tree.css_first("body")
    price = _price(body, PRODUCT_PRICE) if body else ""
    availability = cards.stock(cards.words(tree.css_first(PRODUCT_BUTTON)))
    listing = RawListing(
        site=page.source.site,
        site_id=number[1],
        title=cards.words(tree.css_first(PRODUCT_TITLE)),
        url=page.url if number[1] in page.url else f"https://{HOST}/site/{number[1]}.p?skuId={number[1]}",
        price=price,
        currency="USD",
        attributes=cards.facts(list(row.iter()) for row in tree.css("#key-specs-list li > div")),
        availability=availability,
        seller=cards.attribute(tree.css_first('[data-testid^="seller-details"] img'), "alt"),
        country="US",
        image=cards.attribute(tree.css_first('img[src*="/products/"]'), "src"),
    )
    yield from demand.fields(page, [listing], "price", "availability")
    for option in tree.css(_OPTION):
        if "open-box" in cards.words(option).lower():
            yield replace(
                listing,
                site_id=f"{listing.site_id}/open-box",
                price=cards.words_of(option, '[data-testid="mbo-value-proposition-body"]'),
                condition="Open box",
                availability="InStock",
                group_id=listing.site_id,
            )


def _must(page: Page, node: LexborNode, selector: str) -> LexborNode:
    if found := node.css_first(selector):
        return found
    raise page.unreadable(f"no {selector!r} in {CARD!r}")


def _price(node: LexborNode, selector: str) -> str:
    """The price of a price block, which holds it twice: once for the eye, once for screen readers."""
    block = node.css_first(selector)
    return cards.words(block.css_first("span") or block) if block else ""


def _amount(text: str) -> str:
    """The amount at the end of a text such as "Comp. Value: $69.99"."""
    return text[text.rfind("$") :] if "$" in text else ""


SCRAPER = Scraper(
    site="bestbuy",
    start=start,
    parse=parse,
    follow=follow,
    capped=is_capped,
    options={"query": "what to search for, or the address of a search, category or product page"},
    required=("query",),
    every=timedelta(hours=12),
    delay_s=20.0,
    currency="USD",
    country="US",
    mandatory=("site_id", "title", "url"),
    polling="Best Buy's guard (Akamai) refuses most programs: import pages you saved, or ingest those you look at",
    selectors=(CARD, TITLE, LINK, PRICE, BUTTON, PRODUCT_TITLE, PRODUCT_HEAD, PRODUCT_PRICE, PRODUCT_BUTTON),
)
