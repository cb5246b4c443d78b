"""eBay's items as listings: the summaries a search shows, the items of a group, and one item in detail.

Prices come converted into the marketplace's currency; what the seller asks is kept instead. See
https://developer.ebay.com/api-docs/buy/browse/resources/item/methods/getItem for the fields.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, quote

from scrapers import pick
from scrapers.base import Page, Request, Source
from scrapers.platforms import ebay_api
from tracker.core.models import RawListing

Item = Mapping[str, Any]

_MAX_ASPECTS = 40
_STOCK = {
    "IN_STOCK": "InStock",
    "LIMITED_STOCK": "LimitedAvailability",
    "OUT_OF_STOCK": "OutOfStock",
    "TEMPORARILY_UNAVAILABLE": "OutOfStock",
}


def is_bid(item: Item) -> bool:
    """Whether the only way to buy is to bid."""
    buying = pick.words(item, "buyingOptions")
    return "AUCTION" in buying and "FIXED_PRICE" not in buying


def listing_of(site: str, item: Item) -> RawListing:
    """One item, as a search or an item call prints it; an auction's price is the bid so far."""
    buying = pick.words(item, "buyingOptions")
    bidding = is_bid(item)
    option = _cheapest(item)
    price, currency, shipping, shipping_currency = _cost(item, option, "currentBidPrice" if bidding else "price")
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
            currentBid=f"{bid} {bid_currency}" if bid and not bidding else "",
            importCharges=" ".join(_as_shown(option, "importCharges")).strip(),
            pickup="offered" if pick.rows(item, "pickupOptions") else "",
        ),
        seller=pick.text(item, "seller", "username"),
        feedback_percent=pick.text(item, "seller", "feedbackPercentage"),
        feedback_count=pick.text(item, "seller", "feedbackScore"),
        country=pick.text(item, "itemLocation", "country"),
        image=pick.text(item, "image", "imageUrl"),
        listed_at=pick.text(item, "itemCreationDate") or pick.text(item, "itemOriginDate"),
        ends_at=pick.text(item, "itemEndDate"),
        # Bids are stated only where the price is one: a Buy It Now price beside an auction is an offer like any other.
        bids=(pick.text(item, "bidCount") or "0") if bidding else "",
        group_id=group_of(item),
        best_offer="BEST_OFFER" in buying,
    )


def group_of(item: Item) -> str:
    """The id of the group whose variation an item is, "" for an item of its own."""
    query = parse_qs(pick.split(pick.text(item, "itemGroupHref")).query)
    return query.get("item_group_id", [""])[0] or pick.text(item, "primaryItemGroup", "itemGroupId")


def variations_of(site: str, items: Sequence[Item]) -> Iterator[RawListing]:
    """The items of a group, each titled by what sets it apart: they differ in memory as often as in colour."""
    known = [_aspects(item) for item in items]
    for item, aspects in zip(items, known, strict=True):
        choice = [value for name, value in aspects.items() if any(other.get(name) != value for other in known)]
        listing = _detailed(listing_of(site, item), item)
        yield replace(listing, title=" - ".join([listing.title, *choice])) if listing.title else listing


def detail(source: Source, listing: RawListing) -> Request:
    """The call that tells all about one item."""
    return ebay_api.request(source, f"item/{quote(listing.site_id, safe='')}", {})


def parse_detail(page: Page, listing: RawListing) -> RawListing:
    """A listing with what the item call adds: description, aspects, returns, stock, and today's price.

    Raises Gone for an item that has ended, ParseError for an answer about something else.
    """
    item = ebay_api.answer(page)
    if pick.text(item, "itemId") != listing.site_id:
        raise page.unreadable(f"not the item {listing.site_id}")
    fresh = listing_of(listing.site, item)
    for name in ("title", "price", "currency", "condition"):
        if not getattr(fresh, name):
            raise page.unreadable(f"the item has no {name}")
    today = ("price", "currency", "bids", "ends_at", "best_offer", "feedback_percent", "feedback_count")
    changes: dict[str, Any] = {name: getattr(fresh, name) for name in today}
    if fresh.shipping:
        changes |= {"shipping": fresh.shipping, "shipping_currency": fresh.shipping_currency}
    changes["attributes"] = {**listing.attributes, **fresh.attributes}
    return _detailed(replace(listing, **changes), item)


def _detailed(listing: RawListing, item: Item) -> RawListing:
    """The listing with what only item calls tell; the seller's words on the condition come first."""
    notes = pick.text(item, "conditionDescription")
    text = pick.plain(pick.text(item, "description") or pick.text(item, "shortDescription"))
    stock = next(iter(pick.rows(item, "estimatedAvailabilities")), {})
    status = pick.text(stock, "estimatedAvailabilityStatus")
    told = pick.stated(
        brand=pick.text(item, "brand"),
        mpn=pick.text(item, "mpn"),
        gtin=pick.text(item, "gtin"),
        conditionDescription=notes,
        minimumBid=" ".join(_as_set(item, "minimumPriceToBid")).strip(),
        returns=_returns(item),
        stock=_left(stock),
        sold=pick.text(stock, "estimatedSoldQuantity"),
    )
    return replace(
        listing,
        description=" ".join(filter(None, (notes, text))) or listing.description,
        attributes={**_aspects(item), **listing.attributes, **told},
        availability=_STOCK.get(status, status) or listing.availability,
    )


def _aspects(item: Item) -> dict[str, str]:
    named = {
        pick.text(row, "name"): pick.text(row, "value") for row in pick.rows(item, "localizedAspects")[:_MAX_ASPECTS]
    }
    return {name: value for name, value in named.items() if name and value}


def _returns(item: Item) -> str:
    """How long an item may be returned and who pays for it, "" where that is not stated."""
    terms = pick.at(item, "returnTerms")
    if pick.at(terms, "returnsAccepted") is False:
        return "not accepted"
    if pick.at(terms, "returnsAccepted") is not True:
        return ""
    period = " ".join((pick.text(terms, "returnPeriod", "value"), _words(terms, "returnPeriod", "unit"))).strip()
    payer = _words(terms, "returnShippingCostPayer")
    return ", ".join(filter(None, ("accepted", period, f"{payer} pays" if payer else "")))


def _left(stock: Item) -> str:
    """How many are left: a number, or "more than" one."""
    threshold = pick.text(stock, "availabilityThreshold")
    return pick.text(stock, "estimatedRemainingQuantity") or (
        f"more than {threshold}" if threshold else pick.text(stock, "estimatedAvailableQuantity")
    )


def _words(value: Any, *path: str) -> str:
    """An enumeration's value as words: CALENDAR_DAY is calendar day."""
    return pick.text(value, *path).replace("_", " ").lower()


def _cost(item: Item, option: Item, name: str) -> tuple[str, str, str, str]:
    """Price and its currency, shipping and its currency: as the seller set them, where they agree on a currency.

    A foreign price with shipping in the visitor's currency (eBay's own forwarding) is taken as converted instead.
    """
    price, currency = _as_set(item, name)
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


def _cheapest(item: Item) -> Item:
    """The way to have it sent that costs least with its import charges, empty where none says what it costs."""
    priced = [option for option in pick.rows(item, "shippingOptions") if pick.text(option, "shippingCost", "value")]
    return min(priced, key=_total, default={})


def _total(option: Item) -> Decimal:
    try:
        charges = pick.text(option, "importCharges", "value") or "0"
        total = Decimal(pick.text(option, "shippingCost", "value")) + Decimal(charges)
    except ArithmeticError:
        return Decimal("Infinity")
    return total if total.is_finite() else Decimal("Infinity")


def _address(item: Item) -> str:
    """The item's page on its marketplace, without the tracking that searches add, with the variation if it is one."""
    parts = pick.split(pick.text(item, "itemWebUrl"))
    _, _, named = pick.text(item, "itemId").partition("|")
    legacy, _, variation = named.partition("|")
    number = pick.text(item, "legacyItemId") or legacy
    if parts.scheme not in ("http", "https") or not number:
        return ""
    chosen = f"?var={variation}" if variation not in ("", "0") else ""
    return f"https://{parts.netloc}/itm/{number}{chosen}"


def _leaf_category(item: Item) -> str:
    categories = {pick.text(row, "categoryId"): pick.text(row, "categoryName") for row in pick.rows(item, "categories")}
    return next((categories[leaf] for leaf in pick.words(item, "leafCategoryIds") if leaf in categories), "")
