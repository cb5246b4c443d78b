"""Newegg: search and category pages, made of cards, and product pages, which describe themselves in JSON-LD."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, quote_plus, urlencode

from selectolax.lexbor import LexborNode

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source
from scrapers.platforms import cards, demand, jsonld
from tracker.core.models import RawListing

HOST = "www.newegg.com"
CARD = ".item-cell .item-container"
TITLE = "a.item-title"
PRICE = ".price-current"
PRODUCT_TITLE = "h1.product-title"

_STATE = ".item-open-box-italic"  # holds the condition before a title: "Refurbished", "Open Box"; empty for new ones
_ITEM = re.compile(r"/p/(?:pl/)?([A-Za-z0-9-]{8,30})(?:[/?#]|$)")
_AMOUNT = re.compile(r"^\D{0,6}\d[\d,]*(?:\.\d+)?")
_PAGES = re.compile(r"\b(\d{1,5})\s*/\s*(\d{1,5})\b")
_NOTHING = ("found 0 items", "no results", "did not match", "we have found 0")
_OWN_STOCK = "N82E"  # what Newegg sells itself; other item numbers are its marketplace's


def start(source: Source) -> Iterator[Request]:
    """A search, or the page the source names."""
    search = f"https://{HOST}/p/pl?d="
    yield Request(url=cards.asked_for(source.options["query"], lambda words: search + quote_plus(words)))


def follow(page: Page) -> Iterator[Request]:
    """The next page, while the count above the cards ("2/17") says that there is one."""
    counted = _PAGES.search(cards.words(page.tree.css_first(".list-tool-pagination-text")))
    parts = pick.split(page.url)
    if counted and int(counted[1]) < int(counted[2]) and parts.netloc:
        query = dict(parse_qsl(parts.query)) | {"page": str(int(counted[1]) + 1)}
        yield Request(url=f"https://{parts.netloc}{parts.path}?{urlencode(query)}")


def parse(page: Page) -> Iterable[RawListing]:
    """The results of a search page, or the product of a product page."""
    if heading := page.tree.css_first(PRODUCT_TITLE):
        listings = list(_products(page, cards.words(heading)))
    else:
        listings = [_result(page, card) for card in cards.cards(page, CARD, is_empty=_found_none)]
    demand.fields(page, [listing for listing in listings if listing.availability in ("", "InStock")], "price")
    return demand.fields(page, listings, "availability")


def _found_none(page: Page) -> bool:
    return cards.says(page, ".result-message, .result-message-error, .page-content h1", _NOTHING)


def _result(page: Page, card: LexborNode) -> RawListing:
    link = card.css_first(TITLE)
    if link is None:
        raise page.unreadable(f"no {TITLE!r} in {CARD!r}")
    href = cards.attribute(link, "href")
    number = _ITEM.search(href)
    item = number[1] if number else cards.attribute(card, "id")
    state = cards.words_of(link, _STATE)
    offer = card.css_first(PRICE)
    amount = _AMOUNT.search(cards.words(offer))
    return RawListing(
        site=page.source.site,
        site_id=item,
        title=cards.words(link).removeprefix(state).strip(),
        url=cards.absolute(HOST, href),
        price=amount[0] if amount else "",
        currency="USD",
        shipping=cards.words_of(card, ".price-ship"),
        condition=state,
        attributes=_features(card)
        | pick.stated(
            brand=cards.attribute(card.css_first(".item-brand img"), "title"),
            originalPrice=cards.words_of(card, ".price-was-data"),
            offers=cards.words_of(card, ".price-current-num").strip("()"),
            promotion=cards.words_of(card, ".item-promo"),
        ),
        availability=_stock(card),
        country="US" if item.startswith(_OWN_STOCK) else "",
        image=cards.attribute(card.css_first(".item-img img"), "src"),
    )


def _stock(card: LexborNode) -> str:
    """What the promotion line says of the stock ("OUT OF STOCK"), else the button."""
    promotion = cards.stock(cards.words_of(card, ".item-promo"), unknown="")
    return promotion or cards.stock(cards.words_of(card, ".item-button-area, .item-operate"))


def _features(card: LexborNode) -> dict[str, str]:
    """The short list of facts under a title, each "Name: value"."""
    told = (cards.words(row).partition(":") for row in card.css(".item-features li"))
    return {name.strip(): value.strip() for name, _, value in told if value.strip()}


def _products(page: Page, heading: str) -> Iterator[RawListing]:
    """The product as the page describes it, with the seller and the condition that only its body names."""
    seller = cards.words(page.tree.css_first(".product-seller")).rpartition("Sold by:")[2].strip()
    state = cards.words(page.tree.css_first(f"{PRODUCT_TITLE} {_STATE}"))
    for product in jsonld.parse(page):
        number = _ITEM.search(product.url)
        item = number[1] if number else product.attributes.get("sku", "")
        yield replace(
            product,
            site_id=item or product.site_id,
            title=product.title or heading,
            seller=product.seller or seller,
            condition=product.condition or state,
            country="US" if item.startswith(_OWN_STOCK) else "",
        )


SCRAPER = Scraper(
    site="newegg",
    start=start,
    parse=parse,
    follow=follow,
    options={"query": "what to search for, or the address of a search, category or product page"},
    required=("query",),
    every=timedelta(hours=12),
    delay_s=20.0,
    currency="USD",
    mandatory=("site_id", "title", "url"),
    polling="Newegg answers programs with a human check after few pages: import or ingest what you look at",
    selectors=(CARD, TITLE, PRICE, PRODUCT_TITLE),
    keys=("availability",),
)
