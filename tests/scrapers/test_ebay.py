"""What eBay is asked for, what its answers mean, and ten real answers."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scrapers.base import Mode, Page, Request, Source
from scrapers.crawl import read
from scrapers.platforms.ebay_api import mistakes
from scrapers.saved import saved
from scrapers.sites.ebay import SCRAPER
from tests.scrapers.invented.ebay import AUCTION, MODDED, VARIATION, answer, item, money, refused
from tracker.core.errors import Blocked, ParseError, RateLimited, SourceError, Unreachable
from tracker.core.models import RawListing

SOURCE = Source(name="cards", site="ebay", options={"query": "rtx 3090 24gb"})


def asked(source: Source) -> Request:
    (request,) = SCRAPER.start(source)
    return request


def query_of(request: Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}


def options(**changes: str) -> Source:
    return replace(SOURCE, options={**SOURCE.options, **changes})


def page(body: Any, *, source: Source = SOURCE, url: str = "") -> Page:
    text = body if isinstance(body, str) else json.dumps(body)
    return Page(url=url or asked(source).url, text=text, source=source)


def one(**changes: Any) -> RawListing:
    (listing,) = read(SCRAPER, page([item(1, "RTX 3090", "700.00") | changes]))
    return listing


def test_a_search_asks_for_graphics_cards_newest_first() -> None:
    request = asked(SOURCE)
    assert request.url.startswith("https://api.ebay.com/buy/browse/v1/item_summary/search?q=rtx+3090+24gb&")
    assert query_of(request) == {
        "q": "rtx 3090 24gb",
        "category_ids": "27386",
        "sort": "newlyListed",
        "limit": "200",
        "offset": "0",
    }


@pytest.mark.parametrize(
    ("given", "name", "value"),
    [
        ({"category": "175673"}, "category_ids", "175673"),
        ({"limit": "50"}, "limit", "50"),
        ({"limit": "5000"}, "limit", "200"),
        ({"limit": "many"}, "limit", "200"),
        ({"min_price": "100", "max_price": "900"}, "filter", "price:[100..900],priceCurrency:USD"),
        ({"max_price": "900", "marketplace": "EBAY_GB"}, "filter", "price:[..900],priceCurrency:GBP"),
        ({"min_price": "100"}, "filter", "price:[100],priceCurrency:USD"),
        (
            {"conditions": "used, for_parts,1500"},
            "filter",
            "conditionIds:{2750|2990|3000|3010|4000|5000|6000|7000|1500}",
        ),
        ({"auctions": "true"}, "filter", "buyingOptions:{FIXED_PRICE|AUCTION}"),
        ({"filter": "itemLocationCountry:CN"}, "filter", "itemLocationCountry:CN"),
        (
            {"auctions": "yes", "filter": "sellers:{barn}"},
            "filter",
            "buyingOptions:{FIXED_PRICE|AUCTION},sellers:{barn}",
        ),
    ],
)
def test_options_become_the_apis_words(given: dict[str, str], name: str, value: str) -> None:
    assert query_of(asked(options(**given)))[name] == value


@pytest.mark.parametrize(
    ("country", "postcode", "marketplace", "context"),
    [
        ("", "", "EBAY_US", None),
        ("US", "19406", "EBAY_US", "contextualLocation=country%3DUS%2Czip%3D19406"),
        ("de", "", "EBAY_DE", "contextualLocation=country%3DDE"),
        ("GB", "SW1A 1AA", "EBAY_GB", "contextualLocation=country%3DGB%2Czip%3DSW1A%201AA"),
        ("CZ", "", "EBAY_US", "contextualLocation=country%3DCZ"),
    ],
)
def test_the_buyer_is_told_so_that_shipping_is_theirs(
    country: str, postcode: str, marketplace: str, context: str | None
) -> None:
    request = asked(replace(SOURCE, country=country, postcode=postcode))
    assert request.headers["X-EBAY-C-MARKETPLACE-ID"] == marketplace
    assert request.headers.get("X-EBAY-C-ENDUSERCTX") == context


def test_a_source_may_name_another_marketplace_than_the_buyers() -> None:
    request = asked(replace(options(marketplace="EBAY_IT"), country="DE"))
    assert request.headers["X-EBAY-C-MARKETPLACE-ID"] == "EBAY_IT"


@pytest.mark.parametrize(
    ("total", "offset", "onward"),
    [(199, 0, None), (200, 0, None), (201, 0, "200"), (450, 200, "400"), (50_000, 9600, "9800"), (50_000, 9800, None)],
)
def test_pages_are_asked_for_to_the_end_of_the_search_or_of_what_the_api_shows(
    total: int, offset: int, onward: str | None
) -> None:
    url = asked(SOURCE).url.replace("offset=0", f"offset={offset}")
    current = page(answer([MODDED], total, offset), url=url)
    assert [query_of(request)["offset"] for request in SCRAPER.follow(current)] == ([onward] if onward else [])
    assert SCRAPER.capped(current) is (total > 10_000)


def test_the_next_page_is_asked_for_in_the_same_words() -> None:
    source = replace(options(conditions="used"), country="US")
    (onward,) = SCRAPER.follow(page(answer([MODDED], 300), source=source))
    assert onward.headers == asked(source).headers
    assert query_of(onward) == query_of(asked(source)) | {"offset": "200"}


def test_a_sweep_takes_the_first_page_only() -> None:
    sweep = replace(SOURCE, mode=Mode.SWEEP)
    assert list(SCRAPER.follow(page(answer([MODDED], 300), source=sweep))) == []


@pytest.mark.parametrize(
    "body", [[MODDED, VARIATION], answer([MODDED, VARIATION], 2), {"itemSummaries": [MODDED, VARIATION]}]
)
def test_whole_answers_and_bare_arrays_are_read_alike(body: Any) -> None:
    assert [listing.site_id for listing in read(SCRAPER, page(body))] == [
        "v1|350000000001|0",
        "v1|350000000002|615000000001",
    ]
    assert list(SCRAPER.follow(page(body, url="file:cards.json"))) == []


@pytest.mark.parametrize("body", [answer([], 0), [], answer([], 0) | {"warnings": [{"errorId": 11508}]}])
def test_a_search_without_finds_is_an_empty_list(body: Any) -> None:
    assert list(read(SCRAPER, page(body))) == []


@pytest.mark.parametrize(
    ("body", "error", "says"),
    [
        (refused(2001, "Too many requests"), RateLimited, "eBay says 2001: Too many requests"),
        (refused(1001, "Invalid access token"), Blocked, "eBay says 1001"),
        (refused(12023, "Too large to return"), ParseError, "eBay says 12023: Too large to return"),
        (refused(12000, "A problem inside eBay"), Unreachable, "eBay says 12000"),
        (
            answer([MODDED], 1) | {"warnings": [{"errorId": 12002, "message": "The filter is invalid"}]},
            ParseError,
            "eBay did not search as asked: 12002: The filter is invalid",
        ),
        ({"items": []}, ParseError, "neither a search answer"),
        (answer([], 30), ParseError, "neither a search answer"),
        ({"total": "many"}, ParseError, "neither a search answer"),
        ("Pardon", ParseError, "not JSON"),
        ("<html><body>Pardon</body></html>", ParseError, "no 'li.s-card' in '.srp-results'"),
        ('"cards"', ParseError, "neither a search answer"),
        ("null", ParseError, "neither a search answer"),
        ([{"title": "RTX 3090"}], ParseError, "has 'buyingOptions'"),
        ([{name: value for name, value in MODDED.items() if name != "itemId"}], ParseError, "has a site_id"),
        ([{name: value for name, value in MODDED.items() if name != "price"}], ParseError, "has 'price.value'"),
        ([{name: value for name, value in MODDED.items() if name != "title"}], ParseError, "has a title"),
        ([{name: value for name, value in MODDED.items() if name != "itemWebUrl"}], ParseError, "has a url"),
        ([{name: value for name, value in MODDED.items() if name != "condition"}], ParseError, "has a condition"),
    ],
)
def test_what_is_no_search_answer_is_named(body: Any, error: type[SourceError], says: str) -> None:
    with pytest.raises(SourceError) as caught:
        list(read(SCRAPER, page(body)))
    assert type(caught.value) is error
    assert says in str(caught.value)


def test_odd_shapes_are_quietly_empty() -> None:
    odd: dict[str, Any] = dict.fromkeys(MODDED, 7) | {
        "itemId": "v1|1|0",
        "title": "RTX 3090",
        "price": [],
        "seller": None,
    }
    first, second = read(SCRAPER, page([odd, MODDED, "not an item", None]))
    assert (first.price, first.seller, first.shipping, first.url, first.best_offer) == ("", "", "", "", False)
    assert second.price == "2890.00"


@pytest.mark.parametrize(
    ("shipping", "expected"),
    [
        (None, ("", "")),
        ([], ("", "")),
        ([{"shippingCostType": "CALCULATED"}], ("", "")),
        ([{"shippingCostType": "CALCULATED", "shippingCost": money("12.30")}], ("12.30", "USD")),
        ([{"shippingCost": money("0.00")}], ("0.00", "USD")),
        ([{"shippingCost": money("99.00")}, {"shippingCost": money("100.00")}], ("99.00", "USD")),
        ([{"shippingCost": money("call")}, {"shippingCost": money("5.00")}], ("5.00", "USD")),
    ],
)
def test_shipping_is_the_cheapest_stated_and_never_made_up(shipping: Any, expected: tuple[str, str]) -> None:
    listing = one(shippingOptions=shipping)
    assert (listing.shipping, listing.shipping_currency) == expected


def converted(value: str, original: str, currency: str) -> dict[str, str]:
    return money(value) | {"convertedFromValue": original, "convertedFromCurrency": currency}


def test_prices_are_the_sellers_not_the_visitors() -> None:
    cost = [{"shippingCost": converted("61.70", "94.05", "AUD")}]
    listing = one(price=converted("1357.89", "2069.95", "AUD"), shippingOptions=cost)
    assert (listing.price, listing.currency) == ("2069.95", "AUD")
    assert (listing.shipping, listing.shipping_currency) == ("94.05", "AUD")


def test_price_and_shipping_never_speak_two_currencies() -> None:
    listing = one(price=converted("1357.89", "2069.95", "AUD"), shippingOptions=[{"shippingCost": money("0.00")}])
    assert (listing.price, listing.currency, listing.shipping) == ("1357.89", "USD", "0.00")


def test_an_auction_shows_its_bid_and_end() -> None:
    (listing,) = read(SCRAPER, page([AUCTION]))
    assert (listing.price, listing.bids, listing.ends_at) == ("87.00", "7", "2025-11-20T19:30:00.000Z")


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "https://www.ebay.com/itm/350000000001"),
        ({"itemId": "v1|350000000001|77"}, "https://www.ebay.com/itm/350000000001?var=77"),
        ({"itemWebUrl": "https://www.ebay.de/itm/350000000001?hash=x"}, "https://www.ebay.de/itm/350000000001"),
        ({"itemWebUrl": "http://www.ebay.co.uk/itm/1", "legacyItemId": ""}, "https://www.ebay.co.uk/itm/350000000001"),
    ],
)
def test_addresses_carry_no_tracking(given: dict[str, str], url: str) -> None:
    assert one(**given).url == url


def test_the_keys_are_asked_for_in_words_that_help() -> None:
    assert SCRAPER.needs is not None
    assert SCRAPER.needs.id_env == "EBAY_CLIENT_ID"
    assert SCRAPER.needs.secret_env == "EBAY_CLIENT_SECRET"
    for word in ("developer.ebay.com", "Production", "deletion"):
        assert word in SCRAPER.needs.help


def test_ten_recorded_answers_are_read_whole(corpus: Path) -> None:
    files = sorted((corpus / "pages" / "ebay_browse_api").glob("*.json"))
    listings = [listing for file in files for listing in read(SCRAPER, saved("ebay", file, file.read_bytes()))]
    distinct = {listing.site_id: listing for listing in listings}
    assert (len(files), len(listings), len(distinct)) == (10, 800, 722)
    for name in ("title", "url", "price", "currency", "condition", "feedback_percent", "feedback_count", "country"):
        assert all(getattr(listing, name) for listing in listings), name
    assert sum(not listing.shipping for listing in distinct.values()) == 119
    assert sum(listing.best_offer for listing in listings) == 391
    assert Counter(bool(listing.group_id) for listing in listings)[True] == 31
    assert {listing.attributes["conditionId"] for listing in listings} == {
        "1000",
        "1500",
        "2000",
        "2010",
        "3000",
        "7000",
    }
    assert Counter(listing.currency for listing in listings) == {"USD": 770, "CAD": 18, "GBP": 8, "AUD": 4}
    assert all(listing.shipping_currency == listing.currency for listing in listings if listing.shipping)
    assert all(listing.url.startswith("https://www.ebay.") and "hash=" not in listing.url for listing in listings)
    assert sum("var=" in listing.url for listing in listings) == sum(
        not listing.site_id.endswith("|0") for listing in listings
    )


def test_a_listing_that_ended_since_the_search_ends_no_walk() -> None:
    url = "https://api.ebay.com/buy/browse/v1/item/get_items_by_item_group?item_group_id=350000000002"
    assert list(read(SCRAPER, page(refused(11002, "The specified item group was not found."), url=url))) == []


def test_a_marketplace_that_is_none_is_told() -> None:
    assert list(mistakes({"marketplace": "EBAY_DE"})) == list(mistakes({})) == []
    assert "EBAY_UK" in next(mistakes({"marketplace": "EBAY_UK"}))
