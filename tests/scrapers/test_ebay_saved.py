"""eBay's saved search pages: what a card may say, and two real pages read whole."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.saved import saved
from scrapers.sites.ebay import SCRAPER
from tests.conftest import Ran
from tests.scrapers.saved.ebay import FIXED, PAGES, SUBSTITUTES, card, price
from tests.scrapers.saved.ebay import page as written
from tracker.core.errors import ParseError
from tracker.core.models import RawListing
from tracker.core.money import NoPrice, read_price

SOURCE = Source(name="import", site="ebay")


def listings(*cards: str, host: str = "ebay.com", count: str = "1") -> list[RawListing]:
    text = written("cards", count, *cards, host=host)
    return list(read(SCRAPER, Page(url="file:page.html", text=text, source=SOURCE)))


def one(
    *lines: str, host: str = "ebay.com", asked: str = "$100.00", state: str = "Used", seller: str = ""
) -> RawListing:
    (listing,) = listings(
        card(360000000001, "A card", price(asked), *lines, host=host, state=state, seller=seller), host=host
    )
    return listing


@pytest.mark.parametrize(
    ("line", "shipping"),
    [
        ("Free International Shipping", "Free International Shipping"),
        ("Free delivery", "Free delivery"),
        ("Free 3 day shipping", "Free 3 day shipping"),
        ("+$6.93 delivery", "+$6.93 delivery"),
        ("+$12.00 delivery in 2-4 days", "+$12.00 delivery"),
        ("+EUR 10,24 Lieferung", "+EUR 10,24 Lieferung"),
        ("+ ca. EUR 12,96 Versand", "+ ca. EUR 12,96 Versand"),
        ("Kostenloser Versand", "Kostenloser Versand"),
        ("Shipping not specified", ""),
        ("Free returns", ""),
        ("12 watchers", ""),
    ],
)
def test_shipping_is_the_line_that_states_it(line: str, shipping: str) -> None:
    assert one("Buy It Now", line).shipping == shipping


@pytest.mark.parametrize(
    ("line", "country", "location"),
    [
        ("Located in China", "CN", "China"),
        ("Located in United States", "US", "United States"),
        ("aus Großbritannien", "GB", "Großbritannien"),
        ("Located in Lummerland", "", "Lummerland"),
        ("Buy It Now", "", None),
    ],
)
def test_the_place_is_told_by_its_name(line: str, country: str, location: str | None) -> None:
    listing = one(line)
    assert (listing.country, listing.attributes.get("location")) == (country, location)


@pytest.mark.parametrize(
    ("text", "seller", "percent", "count"),
    [
        ("rack_pulls 98.7% positive (1.2K)", "rack_pulls", "98.7", "1200"),
        ("rack_pulls  100% positive (12)", "rack_pulls", "100", "12"),
        ("rack_pulls 99.5% positive (1.1M)", "rack_pulls", "99.5", "1100000"),
        ("rack_pulls 98,7% positiv (2.345)", "rack_pulls", "98.7", "2345"),
        ("Top Rated", "", "", ""),
    ],
)
def test_the_seller_is_told_with_the_feedback(text: str, seller: str, percent: str, count: str) -> None:
    listing = one(seller=text)
    assert (listing.seller, listing.feedback_percent, listing.feedback_count) == (seller, percent, count)


@pytest.mark.parametrize(
    ("host", "currency"),
    [("ebay.com", "USD"), ("ebay.co.uk", "GBP"), ("ebay.de", "EUR"), ("ebay.ca", "CAD"), ("ebay.com.au", "AUD")],
)
def test_a_bare_price_is_in_the_marketplaces_currency(host: str, currency: str) -> None:
    listing = one(host=host)
    assert (listing.currency, listing.url) == (currency, f"https://www.{host}/itm/360000000001")


@pytest.mark.parametrize("line", ["3 bids", "1 bid", "0 bids", "12 Gebote", "1 Gebot"])
def test_an_auction_shows_how_many_bid(line: str) -> None:
    assert one(line).bids == line.partition(" ")[0]


def test_a_saved_item_and_the_apis_are_one_listing() -> None:
    assert one().site_id == "v1|360000000001|0"


def test_what_nobody_searched_for_is_left_out() -> None:
    assert len(listings(FIXED, SUBSTITUTES, FIXED)) == 1
    assert listings(SUBSTITUTES, FIXED, count="0") == []
    assert listings(count="0") == []
    assert listings('<li class="srp-save-null-search">No exact matches</li>', count="") == []


def test_a_saved_page_is_no_whole_search_and_leads_nowhere() -> None:
    page = Page(url="https://www.ebay.com/sch/i.html?_nkw=gpu&offset=0", text=PAGES["com"], source=SOURCE)
    assert SCRAPER.capped(page)
    assert list(SCRAPER.follow(page)) == []


def test_a_card_without_an_item_behind_it_is_unreadable() -> None:
    with pytest.raises(ParseError, match="no item in"):
        listings(FIXED.replace("/itm/", "/p/"))


def test_a_saved_page_is_imported_by_the_command(tracker_command: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "search.html"
    file.write_text(PAGES["com"], encoding="utf-8")
    ran = tracker_command("import", "ebay", file)
    assert ran.code == 0, ran.err
    assert "1 pages, 4 listings" in ran.out


@pytest.mark.parametrize(
    ("name", "cards", "placeholders", "currency", "ranges"),
    # Counted by grep: list items of class s-card (62 each), of which those of /itm/123456 are placeholders (2 each).
    [("search_ebay_com.html", 62, 2, "USD", 14), ("search_ebay_de.html", 62, 2, "EUR", 23)],
)
def test_real_pages_are_read_whole(
    corpus: Path, name: str, cards: int, placeholders: int, currency: str, ranges: int
) -> None:
    file = corpus / "pages" / "ebay_html" / name
    found = list(read(SCRAPER, saved("ebay", file, file.read_bytes())))
    assert len({listing.site_id for listing in found}) == len(found) == cards - placeholders
    for field in ("title", "price", "url", "condition", "country", "image"):
        assert all(getattr(listing, field) for listing in found), field
    prices = [read_price(listing.price, currency=listing.currency) for listing in found]
    assert not any(isinstance(one, NoPrice) for one in prices)
    assert Counter(one.currency for one in prices if not isinstance(one, NoPrice)) == {currency: 60}
    assert sum(bool(listing.group_id) for listing in found) == ranges
    assert not any("Opens in" in listing.title or "New Listing" in listing.title for listing in found)
