"""Amazon in its marketplaces: search pages and product pages, most likely saved ones.

The price of a card is what Amazon itself shows as the price to pay; offers "from" other sellers are kept beside it.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import quote_plus

from selectolax.lexbor import LexborNode

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source
from scrapers.platforms import cards, demand
from tracker.core.models import RawListing

CARD = '[data-component-type="s-search-result"]'
TITLE = "h2"
PRICE = ".a-price"
NEXT = "a.s-pagination-next"
PRODUCT_TITLE = "#productTitle"
PRODUCT_ID = "#ASIN"

# The domains, with their currency and country; the languages of pages that say nothing else of where they are from.
_MARKETS = {
    "amazon.com": ("USD", "US", "en-us"),
    "amazon.ca": ("CAD", "CA", "en-ca"),
    "amazon.com.mx": ("MXN", "MX", "es-mx"),
    "amazon.com.br": ("BRL", "BR", "pt-br"),
    "amazon.co.uk": ("GBP", "GB", "en-gb"),
    "amazon.de": ("EUR", "DE", "de-de"),
    "amazon.fr": ("EUR", "FR", "fr-fr"),
    "amazon.it": ("EUR", "IT", "it-it"),
    "amazon.es": ("EUR", "ES", "es-es"),
    "amazon.nl": ("EUR", "NL", "nl-nl"),
    "amazon.com.be": ("EUR", "BE", "fr-be"),
    "amazon.ie": ("EUR", "IE", "en-ie"),
    "amazon.pl": ("PLN", "PL", "pl-pl"),
    "amazon.se": ("SEK", "SE", "sv-se"),
    "amazon.com.tr": ("TRY", "TR", "tr-tr"),
    "amazon.co.jp": ("JPY", "JP", "ja-jp"),
    "amazon.com.au": ("AUD", "AU", "en-au"),
    "amazon.in": ("INR", "IN", "en-in"),
    "amazon.sg": ("SGD", "SG", "en-sg"),
    "amazon.ae": ("AED", "AE", "en-ae"),
}
_BY_LANGUAGE = {language: domain for domain, (_, _, language) in _MARKETS.items()}
_SERVER = re.compile(r"ue_sn\s*=\s*[\"'](?:www\.)?(amazon\.[a-z.]+)[\"']")
_ASIN = re.compile(r"/(?:dp|gp/product|gp/aw/d)/([A-Z0-9]{10})\b")

_NOTHING = (
    "no results for",
    "did not match any products",
    "keine ergebnisse für",
    "aucun résultat pour",
    "nessun risultato per",
    "no hay resultados para",
    "brak wyników dla",
    "geen resultaten voor",
    "inga resultat för",
)
# What delivery costs everybody: what only members get, or only for enough else in the basket, is not said of all.
_DELIVERIES = "span[aria-label], .udm-primary-delivery-message, .udm-secondary-delivery-message"
_FREE_DELIVERY = re.compile(
    r"^(?:Or Non-members get )?("
    r"(?:FREE|GRATIS|Kostenlose|DARMOWA) (?:delivery|shipping|Lieferung|Versand|dostawa|bezorging)"
    r"|Livraison GRATUITE|Consegna GRATUITA|Entrega GRATIS)\b(?!.*(?: Prime\b| on .*of items))",
    re.IGNORECASE,
)
_PAID_DELIVERY = re.compile(
    r"^(?:Or Non-members get )?([^\d]{0,8}\d[\d.,\s]*[^\d\s]{0,3}) ?(?:delivery|shipping|Lieferung|Versand|dostawa)\b"
)

# Where a product page may show the price to pay, the surest first; then the price of a used one.
_PRODUCT_PRICES = (
    "#corePriceDisplay_desktop_feature_div .priceToPay",
    "#corePrice_feature_div .a-price:not(.a-text-price)",
    "#corePrice_desktop .a-price:not(.a-text-price)",
    "#apex_desktop .a-price:not(.a-text-price)",
    "#priceblock_dealprice",
    "#priceblock_ourprice",
    "#price_inside_buybox",
)
_USED_PRICES = ("#usedBuySection .a-color-price", "#usedOnlyBuybox .a-price", "#usedAccordionRow .a-price")
_SOLD_OUT = "#outOfStock, #outOfStockBuyBox_feature_div"
_OTHER_SELLERS = "#buybox-see-all-buying-choices"


def start(source: Source) -> Iterator[Request]:
    """A search on the source's marketplace, or the page it names."""
    host = f"www.{source.options.get('marketplace', 'amazon.com').removeprefix('www.')}"
    yield Request(url=cards.asked_for(source.options["query"], lambda words: f"https://{host}/s?k={quote_plus(words)}"))


def follow(page: Page) -> Iterator[Request]:
    """The next page of a search."""
    if href := cards.attribute(page.tree.css_first(NEXT), "href"):
        parts = pick.split(href)
        yield Request(url=f"https://www.{_domain(page)}{parts.path}?{parts.query}")


def parse(page: Page) -> Iterable[RawListing]:
    """The results of a search page, each product once, or the product of a product page."""
    domain = _domain(page)
    if page.tree.css_first(PRODUCT_TITLE):
        return [_product(page, domain)]
    found: dict[str, RawListing] = {}
    for card in cards.cards(page, CARD, is_empty=_found_none):
        listing = _result(page, domain, card)
        if listing.site_id not in found or not found[listing.site_id].price:
            found[listing.site_id] = listing  # an advertised product comes twice
    return demand.fields(page, found.values(), "price")


def _found_none(page: Page) -> bool:
    return cards.says(page, ".s-main-slot", _NOTHING)


def _domain(page: Page) -> str:
    """The marketplace of a page: by its address, by what it says of itself, or by its language."""
    canonical = cards.attribute(page.tree.css_first('link[rel="canonical"]'), "href")
    for url in (page.url, canonical):
        host = (pick.split(url).hostname or "").removeprefix("www.")
        if host in _MARKETS:
            return host
    server = _SERVER.search(page.text, 0, 200_000)
    if server and server[1] in _MARKETS:
        return server[1]
    language = cards.attribute(page.tree.css_first("html"), "lang").lower()
    if language in _BY_LANGUAGE:
        return _BY_LANGUAGE[language]
    raise page.unreadable("nothing says which Amazon the page is from: give its address")


def _result(page: Page, domain: str, card: LexborNode) -> RawListing:
    currency, country, _ = _MARKETS[domain]
    asin = cards.attribute(card, "data-asin")
    if not asin:
        raise page.unreadable(f"no 'data-asin' in {CARD!r}")
    heading = card.css_first("a h2, h2 a") or card.css_first(TITLE)  # the brand may stand in a heading before it
    if heading is None:
        raise page.unreadable(f"no {TITLE!r} in {CARD!r}")
    price, was = _prices(card)
    return RawListing(
        site=page.source.site,
        site_id=f"{domain}/{asin}",
        title=cards.words(heading),
        url=f"https://www.{domain}/dp/{asin}",
        price=price,
        currency=currency,
        shipping=_delivery(card),
        attributes=pick.stated(asin=asin, originalPrice=was, otherOffers=_other_offers(card)),
        availability=cards.stock(cards.words_of(card, ".a-color-price"), unknown=""),
        country=country,
        image=cards.attribute(card.css_first("img.s-image"), "src"),
    )


def _prices(card: LexborNode) -> tuple[str, str]:
    """The price to pay and the crossed-out one beside it, "" for what is not shown; prices per unit are neither."""
    now, was = "", ""
    for node in card.css(PRICE):
        stated = node.attributes
        if "a-text-price" not in (stated.get("class") or ""):
            now = now or _printed(node)
        elif stated.get("data-a-strike"):
            was = was or _printed(node)
    return now, was


def _printed(price: LexborNode | None) -> str:
    """A price as a reader sees it: whole, as screen readers get it, or pieced together from its spans."""
    if price is None:
        return ""
    return cards.words_of(price, ".a-offscreen") or cards.words_of(price, '[aria-hidden="true"]') or cards.words(price)


def _other_offers(card: LexborNode) -> str:
    """What other sellers ask, such as "More Buying Choices $907.49 (22 used & new offers)"."""
    row = card.css_first('a[href*="/gp/offer-listing/"]')
    for _ in range(3):
        if row is None or "a-row" in cards.attribute(row, "class").split():
            break
        row = row.parent
    return cards.words(row, between=" ")


def _delivery(card: LexborNode) -> str:
    for node in card.css(_DELIVERIES):
        text = cards.words(node)[:300]
        if found := _FREE_DELIVERY.search(text) or _PAID_DELIVERY.search(text):
            return found[1].strip()
    return ""


def _product(page: Page, domain: str) -> RawListing:
    currency, country, _ = _MARKETS[domain]
    tree = page.tree
    asin = cards.attribute(tree.css_first(PRODUCT_ID), "value")
    if not asin:
        raise page.unreadable(f"no {PRODUCT_ID!r} on the page")
    price = _first_price(page, _PRODUCT_PRICES)
    used = "" if price else _first_price(page, _USED_PRICES)
    availability = cards.stock(cards.words(tree.css_first("#availability")))
    if tree.css_first(_SOLD_OUT):
        availability = "OutOfStock"
    if not (price or used or availability == "OutOfStock" or tree.css_first(_OTHER_SELLERS)):
        raise page.unreadable("neither a price nor a word that there is none")
    return RawListing(
        site=page.source.site,
        site_id=f"{domain}/{asin}",
        title=cards.words(tree.css_first(PRODUCT_TITLE)),
        url=f"https://www.{domain}/dp/{asin}",
        price=price or used,
        currency=currency,
        shipping=cards.attribute(tree.css_first("[data-csa-c-delivery-price]"), "data-csa-c-delivery-price"),
        condition="Used" if used else "",
        description=cards.words(tree.css_first("#feature-bullets"))[:2000],
        attributes=cards.facts(row.css("td, th")[:2] for row in tree.css("#productOverview_feature_div tr"))
        | pick.stated(
            asin=asin,
            brand=cards.words(tree.css_first("#bylineInfo")),
            originalPrice=_printed(tree.css_first('#corePriceDisplay_desktop_feature_div [data-a-strike="true"]')),
            otherOffers=cards.words(tree.css_first(_OTHER_SELLERS), between=" "),
        ),
        availability=availability,
        seller=cards.words(tree.css_first("#sellerProfileTriggerId")),
        country=country,
        image=cards.attribute(tree.css_first("#landingImage"), "src"),
    )


def _first_price(page: Page, selectors: Iterable[str]) -> str:
    return next(filter(None, (_printed(page.tree.css_first(selector)) for selector in selectors)), "")


SCRAPER = Scraper(
    site="amazon",
    start=start,
    parse=parse,
    follow=follow,
    options={
        "query": "what to search for, or the address of a search or product page",
        "marketplace": f"{', '.join(_MARKETS)}; the first where left out",
    },
    required=("query",),
    every=timedelta(hours=12),
    delay_s=20.0,
    mandatory=("site_id", "title", "url", "currency"),
    polling="Amazon meets programs with a robot check: import pages you saved, or ingest those you look at",
    selectors=(CARD, TITLE, PRICE, PRODUCT_TITLE, PRODUCT_ID),
)
