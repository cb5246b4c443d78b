"""Searches on an eBay that sells what we say."""

from typing import Any

from scrapers.base import Mode
from tests.scrapers.case import Case, json_reply

SEARCH = "api.ebay.com/buy/browse/v1/item_summary/search"
TOKEN = "api.ebay.com/identity/v1/oauth2/token"
CATEGORIES = [
    {"categoryId": "27386", "categoryName": "Graphics/Video Cards"},
    {"categoryId": "175673", "categoryName": "Computer Components & Parts"},
]


def money(value: str, currency: str = "USD") -> dict[str, str]:
    """An amount as the API prints it."""
    return {"value": value, "currency": currency}


def item(number: int, title: str, asked: str, condition: str = "3000 Used", **other: Any) -> dict[str, Any]:
    """One item summary, plain unless told otherwise."""
    condition_id, _, condition_name = condition.partition(" ")
    legacy = str(350_000_000_000 + number)
    plain = {
        "itemId": f"v1|{legacy}|0",
        "title": title,
        "leafCategoryIds": ["27386"],
        "categories": CATEGORIES,
        "image": {"imageUrl": f"https://i.ebayimg.com/images/g/card{number}/s-l1600.jpg"},
        "price": money(asked),
        "itemHref": f"https://api.ebay.com/buy/browse/v1/item/v1%7C{legacy}%7C0",
        "seller": {"username": f"seller_{number}", "feedbackPercentage": "99.4", "feedbackScore": 1200 + number},
        "condition": condition_name,
        "conditionId": condition_id,
        "shippingOptions": [{"shippingCostType": "FIXED", "shippingCost": money("0.00")}],
        "buyingOptions": ["FIXED_PRICE"],
        "itemWebUrl": f"https://www.ebay.com/itm/{legacy}?_skw=card&hash=item1:g:card{number}&amdata=enc%3AAQ",
        "itemLocation": {"postalCode": "941**", "country": "US"},
        "adultOnly": False,
        "legacyItemId": legacy,
        "itemCreationDate": f"2025-11-0{number % 9 + 1}T08:00:00.000Z",
        "listingMarketplaceId": "EBAY_US",
    }
    return {name: value for name, value in (plain | other).items() if value is not None}


MODDED = item(
    1,
    "RTX 4090 48GB blower, two-slot, tested 24 h",
    "2890.00",
    "1000 New",
    itemLocation={"country": "CN"},
    buyingOptions=["FIXED_PRICE", "BEST_OFFER"],
)
VARIATION = item(
    2,
    "Tesla V100 SXM2 module, 16 GB or 32 GB",
    "410.00",
    itemId="v1|350000000002|615000000001",
    itemGroupHref="https://api.ebay.com/buy/browse/v1/item/get_items_by_item_group?item_group_id=350000000002",
    itemGroupType="SELLER_DEFINED_VARIATIONS",
    shippingOptions=[{"shippingCostType": "CALCULATED"}],
)
AUCTION = item(
    3,
    "Radeon Instinct MI50 32GB, no reserve",
    "",
    price=None,
    currentBidPrice=money("87.00"),
    bidCount=7,
    itemEndDate="2025-11-20T19:30:00.000Z",
    buyingOptions=["AUCTION"],
)
ABROAD = item(
    4,
    "RTX A6000 48 GB, ex workstation",
    "",
    price=money("3301.10") | {"convertedFromValue": "2600.00", "convertedFromCurrency": "GBP"},
    shippingOptions=[
        {
            "shippingCostType": "FIXED",
            "shippingCost": money("44.44") | {"convertedFromValue": "35.00", "convertedFromCurrency": "GBP"},
        }
    ],
    itemWebUrl="https://www.ebay.co.uk/itm/350000000004?hash=item2",
    itemLocation={"country": "GB"},
    listingMarketplaceId="EBAY_GB",
)
FORWARDED = item(
    5,
    "GeForce RTX 3090 24GB",
    "",
    price=money("700.00") | {"convertedFromValue": "980.00", "convertedFromCurrency": "CAD"},
    shippingOptions=[{"shippingCostType": "FIXED", "shippingCost": money("61.20")}],
    itemLocation={"country": "CA"},
)
CHEAPER_POST = item(
    6,
    "RTX 2080 Ti 22GB turbo",
    "389.99",
    "1500 Open box",
    shippingOptions=[
        {"shippingCostType": "FIXED", "shippingCost": money("45.00")},
        {"shippingCostType": "FIXED", "shippingCost": money("9.50")},
        {"shippingCostType": "CALCULATED"},
    ],
    marketingPrice={"originalPrice": money("450.00"), "discountPercentage": "13"},
)
BROKEN = item(
    7, "RTX 3090 does not light up, for repair", "240.00", "7000 For parts or not working", shippingOptions=None
)
BUY_NOW_OR_BID = item(
    8,
    "Tesla P40 24GB with fan shroud",
    "310.00",
    currentBidPrice=money("120.00"),
    bidCount=0,
    itemEndDate="2025-11-21T10:00:00.000Z",
    buyingOptions=["FIXED_PRICE", "AUCTION"],
)


def answer(items: list[dict[str, Any]], total: int, offset: int = 0, limit: int = 200) -> dict[str, Any]:
    """A search answer with its paging."""
    found = {"href": f"https://{SEARCH}", "total": total, "limit": limit, "offset": offset}
    return found | ({"itemSummaries": items} if items else {})


def first(query: str, *, limit: int = 200, offset: int = 0) -> str:
    """Where a search's page is asked for."""
    return f"{SEARCH}?q={query}&category_ids=27386&sort=newlyListed&limit={limit}&offset={offset}"


def refused(number: int, message: str) -> dict[str, Any]:
    """An error as the API prints it."""
    return {"errors": [{"errorId": number, "domain": "ACCESS", "category": "REQUEST", "message": message}]}


GRANTED = {TOKEN: json_reply({"access_token": "v^1.1#a-token", "expires_in": 7200, "token_type": "Application"})}

CASES = {
    "normal": Case(
        options={"query": "gpu 32gb", "limit": "4"},
        country="US",
        postcode="94103",
        answers=GRANTED
        | {
            first("gpu+32gb", limit=4): json_reply(answer([MODDED, VARIATION, AUCTION, ABROAD], 8, 0, 4)),
            first("gpu+32gb", limit=4, offset=4): json_reply(
                answer([FORWARDED, CHEAPER_POST, BROKEN, BUY_NOW_OR_BID], 8, 4, 4)
            ),
        },
    ),
    "sweep": Case(
        options={"query": "mi50", "limit": "1"},
        mode=Mode.SWEEP,
        answers=GRANTED | {first("mi50", limit=1): json_reply(answer([AUCTION], 30, 0, 1))},
    ),
    "last": Case(
        options={"query": "rtx 3090"},
        country="DE",
        answers=GRANTED | {first("rtx+3090"): json_reply(answer([BROKEN], 1))},
    ),
    "empty": Case(options={"query": "h800 96gb"}, answers=GRANTED | {first("h800+96gb"): json_reply(answer([], 0))}),
    "quota": Case(
        options={"query": "rtx 3090"},
        answers=GRANTED | {SEARCH: json_reply(refused(2001, "The request limit has been reached."), 429)},
    ),
    "keys": Case(
        options={"query": "rtx 3090"},
        answers={TOKEN: json_reply({"error": "invalid_client", "error_description": "authentication failed"}, 401)},
    ),
}
