"""Micro Center, a chain of American shops: search pages and product pages, open-box offers beside the new ones."""

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

HOST = "www.microcenter.com"
CARD = "li.product_wrapper"
LINK = ".h2 a[data-id]"
PRICE = '[itemprop="price"]'
STOCK = ".stock"
PRODUCT = "h1 [data-id]"
PRODUCT_PRICE = "#pricing"
PRODUCT_STOCK = ".inventory"

_FACTS = ".spec-values .spec-body"
_OPEN_BOX = re.compile(r"open box.*?(\$[\d,]+(?:\.\d\d)?)", re.IGNORECASE)
_NOTHING = ("no results", "no products", "0 items", "did not match", "couldn't find", "could not find")
_COUNTED = re.compile(r"^0 (?:items|results)|\bof 0 items")


def start(source: Source) -> Iterator[Request]:
    """A search, or the page the source names."""
    search = f"https://{HOST}/search/search_results.aspx?Ntt="
    yield Request(url=cards.asked_for(source.options["query"], lambda words: search + quote_plus(words)))


def follow(page: Page) -> Iterator[Request]:
    """The page that the arrow behind the page numbers leads to."""
    for link in page.tree.css("ul.pages a"):
        if cards.words(link).startswith(">"):
            parts = pick.split(cards.attribute(link, "href"))
            yield Request(url=f"https://{HOST}{parts.path}?{parts.query}")
            return


def parse(page: Page) -> Iterable[RawListing]:
    """The results of a search page, or the product of a product page; open boxes are listings of their own."""
    if product := page.tree.css_first(PRODUCT):
        return demand.fields(page, [_product(page, product)], "availability")
    found = cards.cards(page, CARD, is_empty=_found_none)
    listings = demand.fields(page, (_result(page, card) for card in found), "price", "availability")
    return [one for card, new in zip(found, listings, strict=True) for one in _with_open_box(new, card)]


def _found_none(page: Page) -> bool:
    counted = cards.words(page.tree.css_first("p.status"))
    return bool(_COUNTED.search(counted)) or cards.says(page, "h1, h2, #searchResults p, .noResults", _NOTHING)


def _result(page: Page, card: LexborNode) -> RawListing:
    link = card.css_first(LINK)
    if link is None:
        raise page.unreadable(f"no {LINK!r} in {CARD!r}")
    stock = card.css_first(STOCK)
    said = [cards.words(node) for node in stock.css(".availabilityTrunc, .inventoryCnt, strong")] if stock else []
    return replace(
        _named(page, link),
        title=cards.words(link),
        url=f"https://{HOST}{cards.attribute(link, 'href')}",
        price=_printed(card.css_first(PRICE)),
        attributes=_stated(link)
        | pick.stated(
            sku=cards.words_of(card, "p.sku").removeprefix("SKU:").strip(),
            originalPrice=_printed(card.css_first(".standardDiscount strike")),
        ),
        availability=cards.stock(next(filter(None, said), cards.words(stock))),
        image=cards.attribute(card.css_first("img.SearchResultProductImage"), "src"),
    )


def _product(page: Page, heading: LexborNode) -> RawListing:
    listing = _named(page, heading)
    price = page.tree.css_first(PRODUCT_PRICE)
    if price is None:
        raise page.unreadable(f"no {PRODUCT_PRICE!r} on a product page")
    amount = cards.attribute(price, "content") or cards.words(price)
    return replace(
        listing,
        title=cards.words(heading),
        url=page.url if f"/product/{listing.site_id}" in page.url else f"https://{HOST}/product/{listing.site_id}/",
        price=f"${amount}" if amount[:1].isdigit() else amount,
        attributes=_stated(heading) | cards.facts(row.css("div")[1:3] for row in page.tree.css(_FACTS)),
        availability=cards.stock(cards.words(page.tree.css_first(PRODUCT_STOCK))),
        image=cards.attribute(page.tree.css_first("img.productImageZoom"), "src"),
    )


def _named(page: Page, node: LexborNode) -> RawListing:
    """A listing that has nothing but its id so far."""
    number = cards.attribute(node, "data-id")
    return RawListing(site=page.source.site, site_id=number, title="", url="", currency="USD", country="US")


def _with_open_box(listing: RawListing, card: LexborNode) -> Iterator[RawListing]:
    """The listing, and the cheapest of the same that somebody brought back."""
    yield listing
    if price := _OPEN_BOX.search(cards.words_of(card, ".clearance")[:500]):
        yield replace(
            listing,
            site_id=f"{listing.site_id}/open-box",
            price=price[1],
            condition="Open box",
            availability="InStock",
            group_id=listing.site_id,
        )


def _printed(node: LexborNode | None) -> str:
    """A price without the words that only screen readers get."""
    hidden = cards.words(node.css_first(".sr-only")) if node else ""
    return cards.words(node).removeprefix(hidden).strip()


def _stated(node: LexborNode) -> dict[str, str]:
    return pick.stated(brand=cards.attribute(node, "data-brand"), category=cards.attribute(node, "data-category"))


SCRAPER = Scraper(
    site="microcenter",
    start=start,
    parse=parse,
    follow=follow,
    options={"query": "what to search for, or the address of a search, category or product page"},
    required=("query",),
    every=timedelta(hours=12),
    delay_s=20.0,
    currency="USD",
    country="US",
    mandatory=("site_id", "title", "url", "price"),
    polling="Micro Center's guard (Akamai) refuses most programs: import pages you saved, or ingest those you look at",
    selectors=(CARD, LINK, PRICE, STOCK, PRODUCT, PRODUCT_PRICE, PRODUCT_STOCK),
)
