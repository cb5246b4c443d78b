"""eBay, through its Browse API: searches as the buyer sees them, shipping to the buyer included.

Prices come converted into the marketplace's currency; what the seller asks is kept instead. See
https://developer.ebay.com/api-docs/buy/browse/resources/item_summary/methods/search for the fields.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from scrapers import pick
from scrapers.base import Mode, OAuthClient, Page, Request, Scraper, Source, Walk
from tracker.core.errors import Blocked, RateLimited, SourceError
from tracker.core.models import RawListing

API = "https://api.ebay.com/buy/browse/v1/item_summary/search"
GRAPHICS_CARDS = "27386"
LARGEST_PAGE = 200
LAST_OFFSET = 10_000  # the API shows no more of a search than this

# Marketplace by the buyer's country, and the currency its price filter speaks.
MARKETPLACES = {
    "AT": ("EBAY_AT", "EUR"),
    "AU": ("EBAY_AU", "AUD"),
    "BE": ("EBAY_BE", "EUR"),
    "CA": ("EBAY_CA", "CAD"),
    "CH": ("EBAY_CH", "CHF"),
    "DE": ("EBAY_DE", "EUR"),
    "ES": ("EBAY_ES", "EUR"),
    "FR": ("EBAY_FR", "EUR"),
    "GB": ("EBAY_GB", "GBP"),
    "HK": ("EBAY_HK", "HKD"),
    "IE": ("EBAY_IE", "EUR"),
    "IT": ("EBAY_IT", "EUR"),
    "NL": ("EBAY_NL", "EUR"),
    "PL": ("EBAY_PL", "PLN"),
    "SG": ("EBAY_SG", "SGD"),
    "US": ("EBAY_US", "USD"),
}
_CURRENCIES = dict(MARKETPLACES.values())

CONDITION_IDS = {
    "new": "1000|1750",
    "open_box": "1500",
    "refurbished": "2000|2010|2020|2030|2500",
    "used": "2750|3000|4000|5000|6000",
    "for_parts": "7000",
}

# errorId of an answer's first error → what it means for us; the rest cannot be read.
_ERRORS: Mapping[str, type[SourceError]] = {
    "1001": Blocked,
    "1002": Blocked,
    "1003": Blocked,
    "1100": Blocked,
    "2001": RateLimited,
}

_HOW_TO_GET_KEYS = (
    "Join developer.ebay.com, create an application and take the App ID (client id) and Cert ID (client secret) of"
    " its Production keyset; eBay enables that keyset once you answer, or opt out of, its marketplace account"
    " deletion notifications. Put the two into these environment variables"
)


def start(source: Source) -> Iterator[Request]:
    """The first page of a search, newest first: pages then shift by what is new, not at random."""
    query = {
        "q": source.options["query"],
        "category_ids": source.options.get("category", GRAPHICS_CARDS),
        "filter": ",".join(_filters(source)),
        "sort": "newlyListed",
        "limit": str(_page_size(source)),
        "offset": "0",
    }
    yield _request(source, {name: value for name, value in query.items() if value})


def follow(page: Page) -> Iterator[Request]:
    """The next page of a full walk, while the search has one and the API shows it."""
    query = {name: values[-1] for name, values in parse_qs(pick.split(page.url).query).items()}
    if page.source.mode is Mode.SWEEP or not query.get("offset", "").isdigit() or not _items(page):
        return
    onward = int(query["offset"]) + _page_size(page.source)
    if onward < min(_total(page), LAST_OFFSET):
        yield _request(page.source, query | {"offset": str(onward)})


def is_capped(page: Page) -> bool:
    """Whether the search finds more than the API shows."""
    return _total(page) > LAST_OFFSET


def parse(page: Page) -> Iterator[RawListing]:
    """The listings of a whole response, or of a bare array of item summaries."""
    return (_listing(page.source.site, item) for item in _items(page))


def _page_size(source: Source) -> int:
    wish = source.options.get("limit", "")
    return min(max(1, int(wish)), LARGEST_PAGE) if wish.isdecimal() else LARGEST_PAGE


def _marketplace(source: Source) -> str:
    return source.options.get("marketplace") or MARKETPLACES.get(source.country.upper(), MARKETPLACES["US"])[0]


def _request(source: Source, query: Mapping[str, str]) -> Request:
    headers = {"X-EBAY-C-MARKETPLACE-ID": _marketplace(source), "Accept": "application/json"}
    if source.country:
        place = f"country={source.country.upper()}" + (f",zip={source.postcode}" if source.postcode else "")
        headers["X-EBAY-C-ENDUSERCTX"] = f"contextualLocation={quote(place, safe='')}"
    return Request(url=f"{API}?{urlencode(query)}", headers=headers)


def _filters(source: Source) -> Iterator[str]:
    options = source.options
    low, high = options.get("min_price", ""), options.get("max_price", "")
    if low or high:
        yield f"price:[{low}..{high}]" if high else f"price:[{low}]"
        yield f"priceCurrency:{_CURRENCIES.get(_marketplace(source), 'USD')}"
    if conditions := options.get("conditions", ""):
        words = [word.strip().lower() for word in conditions.split(",")]
        yield f"conditionIds:{{{'|'.join(CONDITION_IDS.get(word, word) for word in words)}}}"
    if options.get("auctions", "").lower() in ("true", "yes", "1"):
        yield "buyingOptions:{FIXED_PRICE|AUCTION}"
    if own := options.get("filter", ""):
        yield own


def _total(page: Page) -> int:
    total = pick.text(page.json, "total")
    return int(total) if total.isdecimal() else 0


def _items(page: Page) -> list[Mapping[str, Any]]:
    """The item summaries of a page; an error in their place is raised as what it means."""
    body = page.json
    if isinstance(body, list):
        return pick.rows(body)
    if errors := pick.rows(body, "errors"):
        raise _error(page, errors[0])
    if items := pick.rows(body, "itemSummaries"):
        return items
    query = parse_qs(pick.split(page.url).query)
    offset = query.get("offset", ["0"])[-1]
    if pick.text(body, "total").isdecimal() and _total(page) <= int(offset if offset.isdecimal() else 0):
        return []
    raise page.unreadable("neither a search answer nor a list of item summaries")


def _error(page: Page, error: Mapping[str, Any]) -> SourceError:
    number, message = pick.text(error, "errorId"), pick.text(error, "message")
    kind = _ERRORS.get(number)
    fact = f"eBay says {number}: {message[:200]}"
    return kind(fact, site=page.source.site, url=page.url) if kind else page.unreadable(fact)


def _listing(site: str, item: Mapping[str, Any]) -> RawListing:
    buying = pick.words(item, "buyingOptions")
    is_bid = "AUCTION" in buying and "FIXED_PRICE" not in buying
    price, currency, shipping, shipping_currency = _cost(item, "currentBidPrice" if is_bid else "price")
    bid, bid_currency = _as_set(item, "currentBidPrice")
    return RawListing(
        site=site,
        site_id=pick.text(item, "itemId"),
        title=pick.text(item, "title"),
        url=_address(item),
        price=price,
        currency=currency,
        shipping=shipping,
        shipping_currency=shipping_currency,
        condition=pick.text(item, "condition"),
        description=pick.plain(pick.text(item, "shortDescription")),
        attributes=pick.stated(
            conditionId=pick.text(item, "conditionId"),
            category=_leaf_category(item),
            epid=pick.text(item, "epid"),
            buyingOptions=", ".join(buying),
            marketplace=pick.text(item, "listingMarketplaceId"),
            originalPrice=" ".join(_as_set(pick.at(item, "marketingPrice"), "originalPrice")).strip(),
            currentBid=f"{bid} {bid_currency}" if bid and not is_bid else "",
        ),
        seller=pick.text(item, "seller", "username"),
        feedback_percent=pick.text(item, "seller", "feedbackPercentage"),
        feedback_count=pick.text(item, "seller", "feedbackScore"),
        country=pick.text(item, "itemLocation", "country"),
        image=pick.text(item, "image", "imageUrl"),
        listed_at=pick.text(item, "itemCreationDate") or pick.text(item, "itemOriginDate"),
        ends_at=pick.text(item, "itemEndDate"),
        # Bids are stated only where the price is one: a Buy It Now price beside an auction is an offer like any other.
        bids=pick.text(item, "bidCount") if is_bid else "",
        group_id=_group(item),
        best_offer="BEST_OFFER" in buying,
    )


def _cost(item: Mapping[str, Any], name: str) -> tuple[str, str, str, str]:
    """Price and its currency, shipping and its currency: as the seller set them, where they agree on a currency.

    A foreign price with shipping in the visitor's currency (eBay's own forwarding) is taken as converted instead.
    """
    price, currency = _as_set(item, name)
    option = _cheapest(item)
    shipping, shipping_currency = _as_set(option, "shippingCost")
    if shipping and shipping_currency != currency:
        return *_as_shown(item, name), *_as_shown(option, "shippingCost")
    return price, currency, shipping, shipping_currency


def _as_set(value: Any, name: str) -> tuple[str, str]:
    """Amount and currency before eBay converted them for the visitor."""
    if printed := pick.text(value, name, "convertedFromValue"):
        return printed, pick.text(value, name, "convertedFromCurrency")
    return _as_shown(value, name)


def _as_shown(value: Any, name: str) -> tuple[str, str]:
    return pick.text(value, name, "value"), pick.text(value, name, "currency")


def _cheapest(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The cheapest way to have it sent, empty where none says what it costs."""
    priced = [option for option in pick.rows(item, "shippingOptions") if pick.text(option, "shippingCost", "value")]
    return min(priced, key=lambda option: _size(pick.text(option, "shippingCost", "value")), default={})


def _size(printed: str) -> Decimal:
    try:
        return Decimal(printed)
    except InvalidOperation:
        return Decimal("Infinity")


def _address(item: Mapping[str, Any]) -> str:
    """The item's page on its marketplace, without the tracking that searches add, with the variation if it is one."""
    parts = pick.split(pick.text(item, "itemWebUrl"))
    _, _, named = pick.text(item, "itemId").partition("|")
    legacy, _, variation = named.partition("|")
    number = pick.text(item, "legacyItemId") or legacy
    if parts.scheme not in ("http", "https") or not number:
        return ""
    chosen = f"?var={variation}" if variation not in ("", "0") else ""
    return f"https://{parts.netloc}/itm/{number}{chosen}"


def _group(item: Mapping[str, Any]) -> str:
    query = parse_qs(pick.split(pick.text(item, "itemGroupHref")).query)
    return query.get("item_group_id", [""])[0]


def _leaf_category(item: Mapping[str, Any]) -> str:
    categories = {pick.text(row, "categoryId"): pick.text(row, "categoryName") for row in pick.rows(item, "categories")}
    return next((categories[leaf] for leaf in pick.words(item, "leafCategoryIds") if leaf in categories), "")


SCRAPER = Scraper(
    site="ebay",
    start=start,
    parse=parse,
    follow=follow,
    capped=is_capped,
    walk=Walk.CATALOGUE,
    options={
        "query": 'what to search for, such as "rtx 3090 24gb"',
        "marketplace": "EBAY_US, EBAY_GB, EBAY_DE …; the buyer's country decides where this is left out",
        "category": f"eBay category number; {GRAPHICS_CARDS}, graphics cards, where left out",
        "conditions": "new, open_box, refurbished, used, for_parts, or eBay's own numbers, separated by commas",
        "min_price": "least price, in the marketplace's currency",
        "max_price": "highest price, in the marketplace's currency",
        "auctions": "true to see auctions too, at their current bid",
        "filter": "anything else in eBay's filter language, such as itemLocationCountry:US",
        "limit": f"listings per call, at most {LARGEST_PAGE}",
    },
    required=("query",),
    every=timedelta(hours=6),
    sweep_every=timedelta(minutes=15),
    delay_s=1.0,
    daily_quota=5000,
    needs=OAuthClient(
        token_url="https://api.ebay.com/identity/v1/oauth2/token",  # noqa: S106 - an address, not a password
        scope="https://api.ebay.com/oauth/api_scope",
        id_env="EBAY_CLIENT_ID",
        secret_env="EBAY_CLIENT_SECRET",  # noqa: S106 - the name of a variable
        help=_HOW_TO_GET_KEYS,
    ),
    mandatory=("site_id", "title", "url", "price", "currency", "condition", "country"),
    robots=False,
)
