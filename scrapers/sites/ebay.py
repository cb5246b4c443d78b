"""eBay, through its Browse API: searches as the buyer sees them, shipping to the buyer included.

See https://developer.ebay.com/api-docs/buy/browse/resources/item_summary/methods/search. Search pages that somebody
saved (HTML) are read too.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs

from scrapers import pick
from scrapers.base import Mode, OAuthClient, Page, Request, Scraper, Source, Walk
from scrapers.blocks import looks_like_html
from scrapers.platforms import demand, ebay_api, ebay_cards, ebay_items
from scrapers.platforms.paging import page_size
from tracker.core.errors import Gone
from tracker.core.models import RawListing

GRAPHICS_CARDS = "27386"
LARGEST_PAGE = 200
LAST_OFFSET = 10_000  # the API shows no more of a search than this

CONDITION_IDS = {
    "new": "1000|1750",
    "open_box": "1500",
    "refurbished": "2000|2010|2020|2030|2500",
    "used": "2750|2990|3000|3010|4000|5000|6000",
    "for_parts": "7000",
}

_SEARCH = "item_summary/search"
_GROUP = "item/get_items_by_item_group"
_TRUE = ("true", "yes", "1")
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
    yield ebay_api.request(source, _SEARCH, {name: value for name, value in query.items() if value})


def follow(page: Page) -> Iterator[Request]:
    """The next page of a full walk while the API shows one, and the variations of what it shows, where asked for."""
    query = {name: values[-1] for name, values in parse_qs(pick.split(page.url).query).items()}
    if page.source.mode is Mode.SWEEP or not query.get("offset", "").isdigit() or looks_like_html(page.text):
        return
    if not (items := _items(page)):
        return
    onward = int(query["offset"]) + _page_size(page.source)
    if onward < min(_total(page), LAST_OFFSET):
        yield ebay_api.request(page.source, _SEARCH, query | {"offset": str(onward)})
    if page.source.options.get("variations", "").lower() in _TRUE:
        for group in sorted({ebay_items.group_of(item) for item in items} - {""}):
            yield ebay_api.request(page.source, _GROUP, {"item_group_id": group})


def is_capped(page: Page) -> bool:
    """Whether the search finds more than the API, or the saved page, shows."""
    return looks_like_html(page.text) or _total(page) > LAST_OFFSET


def parse(page: Page) -> Iterable[RawListing]:
    """The listings of an answer, of a bare array of item summaries, of a group's items, or of a saved search page."""
    if looks_like_html(page.text):
        return ebay_cards.listings_of(page)
    if f"/{_GROUP}" in page.url:
        return _variations(page)
    if variations := pick.rows(ebay_api.answer(page), "items"):
        return list(ebay_items.variations_of(page.source.site, variations))
    items = _items(page)
    demand.keys(page, items, "buyingOptions", "conditionId", "itemLocation.country", "seller.feedbackScore")
    demand.keys(
        page, [item for item in items if "AUCTION" in pick.words(item, "buyingOptions")], "currentBidPrice.value"
    )
    demand.keys(page, [item for item in items if not ebay_items.is_bid(item)], "price.value", "price.currency")
    return [ebay_items.listing_of(page.source.site, item) for item in items]


def _variations(page: Page) -> list[RawListing]:
    """The variations of one listing, none where it has ended since the search: that ends no walk."""
    try:
        return list(ebay_items.variations_of(page.source.site, pick.rows(ebay_api.answer(page), "items")))
    except Gone:
        return []


def _page_size(source: Source) -> int:
    return page_size(source.options, most=LARGEST_PAGE)


def _filters(source: Source) -> Iterator[str]:
    options = source.options
    low, high = options.get("min_price", ""), options.get("max_price", "")
    if low or high:
        yield f"price:[{low}..{high}]" if high else f"price:[{low}]"
        yield f"priceCurrency:{ebay_api.currency(source)}"
    if conditions := options.get("conditions", ""):
        words = [word.strip().lower() for word in conditions.split(",")]
        yield f"conditionIds:{{{'|'.join(CONDITION_IDS.get(word, word) for word in words)}}}"
    if options.get("auctions", "").lower() in _TRUE:
        yield "buyingOptions:{FIXED_PRICE|AUCTION}"
    if own := options.get("filter", ""):
        yield own


def _total(page: Page) -> int:
    total = pick.text(page.json, "total")
    return int(total) if total.isdecimal() else 0


def _items(page: Page) -> list[ebay_items.Item]:
    """The item summaries of a page; an error in their place is raised as what it means."""
    body = ebay_api.answer(page)
    if isinstance(body, list):
        return pick.rows(body)
    if items := pick.rows(body, "itemSummaries"):
        return items
    query = parse_qs(pick.split(page.url).query)
    offset = query.get("offset", ["0"])[-1]
    if pick.text(body, "total").isdecimal() and _total(page) <= int(offset if offset.isdecimal() else 0):
        return []
    raise page.unreadable("neither a search answer nor a list of item summaries")


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
        "variations": "true to see every variation of a listing that offers a choice, for one more call each",
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
    mandatory=("site_id", "title", "url", "price", "currency", "condition"),
    robots=False,
    detail=ebay_items.detail,
    parse_detail=ebay_items.parse_detail,
    selectors=ebay_cards.SELECTORS,
    keys=(
        "itemSummaries", "itemId", "title", "itemWebUrl", "price", "currentBidPrice", "value", "currency",
        "condition", "conditionId", "buyingOptions", "itemLocation", "country", "seller", "feedbackScore",
    ),
)  # fmt: skip
