"""eBay's items: auctions, import charges, conditions, variations of one listing, and one item in detail."""

from dataclasses import replace
from typing import Any

import pytest

from scrapers.base import Mode
from scrapers.crawl import read
from scrapers.sites.ebay import CONDITION_IDS, SCRAPER
from tests.scrapers.invented.ebay import AUCTION, BUY_NOW_OR_BID, MODDED, VARIATION, answer, item, money, refused
from tests.scrapers.test_ebay import SOURCE, asked, one, options, page, query_of
from tracker.core.errors import Gone, ParseError, SourceError
from tracker.core.models import RawListing


def test_an_auction_nobody_has_bid_on_is_an_auction_all_the_same() -> None:
    (listing,) = read(SCRAPER, page([{name: value for name, value in AUCTION.items() if name != "bidCount"}]))
    assert (listing.price, listing.bids) == ("87.00", "0")


def test_a_price_to_buy_at_once_beside_an_auction_is_an_offer_like_any_other() -> None:
    (listing,) = read(SCRAPER, page([BUY_NOW_OR_BID]))
    assert (listing.price, listing.bids, listing.attributes["currentBid"]) == ("310.00", "", "120.00 USD")


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([("20.00", "31.50")], ("20.00", "31.50 USD")),
        ([("20.00", "31.50"), ("35.00", None)], ("35.00", None)),
        ([("20.00", "31.50"), ("52.00", None)], ("20.00", "31.50 USD")),
        ([("NaN", "31.50"), ("52.00", None)], ("52.00", None)),
    ],
)
def test_what_is_collected_for_import_is_kept_and_counts_for_the_cheapest_way(
    ways: list[tuple[str, str | None]], expected: tuple[str, str | None]
) -> None:
    printed = [
        {"shippingCost": money(cost)} | ({"importCharges": money(charges)} if charges else {}) for cost, charges in ways
    ]
    listing = one(shippingOptions=printed)
    assert (listing.shipping, listing.attributes.get("importCharges")) == expected


@pytest.mark.parametrize("number", sorted({number for ids in CONDITION_IDS.values() for number in ids.split("|")}))
def test_every_condition_can_be_asked_for_and_is_kept(number: str) -> None:
    assert number in query_of(asked(options(conditions=",".join(CONDITION_IDS))))["filter"]
    assert one(conditionId=number, condition="as eBay calls it").attributes["conditionId"] == number


def test_variations_are_asked_for_where_wanted_once_a_group() -> None:
    twice = page(answer([VARIATION, VARIATION, MODDED], 3), source=options(variations="true"))
    (onward,) = SCRAPER.follow(twice)
    assert onward.url == "https://api.ebay.com/buy/browse/v1/item/get_items_by_item_group?item_group_id=350000000002"
    assert list(SCRAPER.follow(page(answer([VARIATION], 1)))) == []
    sweep = replace(options(variations="true"), mode=Mode.SWEEP)
    assert list(SCRAPER.follow(page(answer([VARIATION], 1), source=sweep))) == []


def test_variations_are_titled_by_what_sets_them_apart() -> None:
    items = [
        item_in_detail(f"v1|350000000002|{number}", asked_price, Memory=memory, Chipset="GV100")
        for number, asked_price, memory in (("61", "165.00", "16 GB"), ("62", "410.00", "32 GB"))
    ]
    small, large = read(SCRAPER, page({"items": items, "commonDescriptions": []}))
    assert (small.title, small.price) == ("Tesla V100 SXM2 module - 16 GB", "165.00")
    assert (large.title, large.price) == ("Tesla V100 SXM2 module - 32 GB", "410.00")
    assert small.url == "https://www.ebay.com/itm/350000000002?var=61"
    assert small.group_id == large.group_id == "350000000002"
    assert (large.attributes["Memory"], large.attributes["Chipset"]) == ("32 GB", "GV100")


def item_in_detail(item_id: str = "v1|350000000002|62", asked_price: str = "399.00", **aspects: str) -> dict[str, Any]:
    """One item as the item call answers."""
    return item(2, "Tesla V100 SXM2 module", asked_price) | {
        "itemId": item_id,
        "itemLocation": {"country": "US"},
        "primaryItemGroup": {"itemGroupId": "350000000002", "itemGroupType": "SELLER_DEFINED_VARIATIONS"},
        "conditionDescription": "Two tiny scratches.",
        "description": "<div>Pulled from a <b>rack</b>.<br>Stress-tested for an hour</div>",
        "localizedAspects": [{"type": "STRING", "name": name, "value": value} for name, value in aspects.items()],
        "estimatedAvailabilities": [
            {
                "estimatedAvailabilityStatus": "LIMITED_STOCK",
                "estimatedAvailableQuantity": 3,
                "estimatedSoldQuantity": 41,
            }
        ],
        "returnTerms": {
            "returnsAccepted": True,
            "returnPeriod": {"value": 30, "unit": "CALENDAR_DAY"},
            "returnShippingCostPayer": "BUYER",
        },
        "shippingOptions": [{"shippingCost": money("12.00"), "importCharges": money("8.00")}],
    }


def known() -> RawListing:
    """A listing as a search showed it, about to raise an alert."""
    shown = {name: value for name, value in item_in_detail(asked_price="410.00").items() if "escription" not in name}
    (listing,) = read(SCRAPER, page([shown | {"shortDescription": "Pulled"}]))
    return listing


def in_detail(body: Any) -> RawListing:
    assert SCRAPER.detail is not None
    request = SCRAPER.detail(replace(SOURCE, country="DE"), known())
    return SCRAPER.parse_detail(page(body, url=request.url), known())


def test_one_item_is_asked_for_in_detail_as_the_same_buyer() -> None:
    assert SCRAPER.detail is not None
    request = SCRAPER.detail(replace(SOURCE, country="DE"), known())
    assert request.url == "https://api.ebay.com/buy/browse/v1/item/v1%7C350000000002%7C62"
    assert request.headers["X-EBAY-C-MARKETPLACE-ID"] == "EBAY_DE"
    assert request.headers["X-EBAY-C-ENDUSERCTX"] == "contextualLocation=country%3DDE"


def test_details_add_description_aspects_returns_and_stock_and_todays_price() -> None:
    listing = in_detail(item_in_detail(Memory="32 GB"))
    assert listing.description == "Two tiny scratches. Pulled from a rack . Stress-tested for an hour"
    assert (listing.price, listing.shipping, listing.availability) == ("399.00", "12.00", "LimitedAvailability")
    assert listing.title == known().title
    told = ("Memory", "returns", "stock", "sold", "importCharges", "conditionDescription", "conditionId")
    assert {name: listing.attributes[name] for name in told} == {
        "Memory": "32 GB",
        "returns": "accepted, 30 calendar day, buyer pays",
        "stock": "3",
        "sold": "41",
        "importCharges": "8.00 USD",
        "conditionDescription": "Two tiny scratches.",
        "conditionId": "3000",
    }


@pytest.mark.parametrize(
    ("change", "name", "value"),
    [
        ({"estimatedAvailabilities": [{"estimatedAvailabilityStatus": "OUT_OF_STOCK"}]}, "availability", "OutOfStock"),
        ({"estimatedAvailabilities": [{"estimatedAvailabilityStatus": "IN_STOCK"}]}, "availability", "InStock"),
        ({"estimatedAvailabilities": None}, "availability", ""),
        ({"description": None, "conditionDescription": None}, "description", "Pulled"),
        ({"description": 7, "localizedAspects": "many", "returnTerms": []}, "description", "Two tiny scratches. 7"),
        ({"shippingOptions": []}, "shipping", "12.00"),
    ],
)
def test_what_the_details_do_not_say_stays_as_it_was(change: dict[str, Any], name: str, value: str) -> None:
    assert getattr(in_detail(item_in_detail() | change), name) == value


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"returnsAccepted": False}, "not accepted"),
        ({"returnsAccepted": True}, "accepted"),
        ({"returnPeriod": {"value": 14}}, None),
    ],
)
def test_returns_are_said_in_words(terms: dict[str, Any], said: str | None) -> None:
    assert in_detail(item_in_detail() | {"returnTerms": terms}).attributes.get("returns") == said


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (refused(11001, "The item was not found"), Gone, "11001"),
        (refused(11006, "The id belongs to a group"), ParseError, "11006"),
        (item_in_detail("v1|999|0"), ParseError, "not the item v1|350000000002|62"),
        (item_in_detail() | {"price": None}, ParseError, "the item has no price"),
        (item_in_detail() | {"condition": None}, ParseError, "the item has no condition"),
        ([], ParseError, "not the item"),
    ],
)
def test_details_of_something_else_are_refused(body: Any, error: type[SourceError], says: str) -> None:
    with pytest.raises(SourceError) as caught:
        in_detail(body)
    assert type(caught.value) is error
    assert says in str(caught.value)
