"""Best Buy, Micro Center and Newegg: their cards, and real pages read whole."""

from pathlib import Path

import pytest

from scrapers.base import Page, Scraper, Source
from scrapers.crawl import read
from scrapers.saved import saved
from scrapers.sites import bestbuy, microcenter, newegg
from tests.scrapers.invented import bestbuy as bestbuys
from tests.scrapers.invented import microcenter as microcenters
from tests.scrapers.invented import newegg as neweggs
from tests.scrapers.local import Reply
from tracker.core.errors import ParseError
from tracker.core.models import RawListing
from tracker.core.money import Price, read_price

SCRAPERS = (bestbuy.SCRAPER, microcenter.SCRAPER, newegg.SCRAPER)


def page(scraper: Scraper, reply: Reply, url: str = "") -> Page:
    source = Source(name="cards", site=scraper.site, options={"query": "gpu"})
    return Page(url=url or "file:saved.html", text=reply.body.decode(), source=source)


def listings(scraper: Scraper, reply: Reply) -> list[RawListing]:
    return list(read(scraper, page(scraper, reply)))


@pytest.mark.parametrize("scraper", SCRAPERS, ids=lambda scraper: str(scraper.site))
def test_a_page_without_cards_that_does_not_say_so_is_unreadable(scraper: Scraper) -> None:
    with pytest.raises(ParseError, match="nothing says that the search found none"):
        listings(scraper, Reply(b"<html><body><h1>Graphics cards</h1><p>Welcome</p></body></html>"))


@pytest.mark.parametrize("scraper", SCRAPERS, ids=lambda scraper: str(scraper.site))
def test_a_source_may_name_a_page_instead_of_words(scraper: Scraper) -> None:
    for query in ("https://shop.example/cards", "rtx 3090"):
        (request,) = scraper.start(Source(name="cards", site=scraper.site, options={"query": query}))
        assert request.url == query if query.startswith("https") else request.url.endswith("=rtx+3090")


@pytest.mark.parametrize("scraper", SCRAPERS, ids=lambda scraper: str(scraper.site))
def test_why_polling_is_likely_refused_is_said(scraper: Scraper) -> None:
    assert "import" in scraper.polling
    assert "ingest" in scraper.polling


# --- Best Buy


def test_tiles_that_were_not_drawn_are_read_from_the_strip_or_make_the_page_partial() -> None:
    tiles = [bestbuys.RTX_5080, bestbuys.undrawn(6600003), bestbuys.undrawn(6600004)]
    reply = bestbuys.results("1-3 of 3 items", *tiles, strip=bestbuys.STRIP)
    assert [listing.site_id for listing in listings(bestbuy.SCRAPER, reply)] == ["6600001", "6600003"]
    assert bestbuy.SCRAPER.capped(page(bestbuy.SCRAPER, reply))
    assert not bestbuy.SCRAPER.capped(page(bestbuy.SCRAPER, bestbuys.results("1-1 of 1 items", bestbuys.RTX_5080)))


def test_a_tile_advertised_and_drawn_is_one_listing() -> None:
    reply = bestbuys.results("1-1 of 1 items", bestbuys.undrawn(6600001), bestbuys.RTX_5080, strip=bestbuys.STRIP)
    assert [listing.title for listing in listings(bestbuy.SCRAPER, reply)] == ["PNY - RTX 5080 16GB, 3 fans"]


def test_a_product_page_offers_open_boxes_beside_new_ones() -> None:
    new, opened = listings(bestbuy.SCRAPER, bestbuys.product("$1,099.99", "Add to cart"))
    assert (new.price, new.condition, new.seller) == ("$1,099.99", "", "Best Buy")
    assert (opened.price, opened.condition) == ("$934.99 - $1,011.99", "Open box")
    assert opened.site_id == f"{new.site_id}/open-box"
    assert new.attributes == {"GPU Memory Size": "16 gigabytes"}


@pytest.mark.parametrize(
    ("button", "word"), [("Add to cart", "InStock"), ("Sold Out", "SoldOut"), ("Coming Soon", "PreOrder")]
)
def test_the_button_tells_the_stock(button: str, word: str) -> None:
    reply = bestbuys.results("1", bestbuys.tile(6600001, "PNY", "RTX 5080", "$1,099.99", button=button))
    assert [listing.availability for listing in listings(bestbuy.SCRAPER, reply)] == [word]


# --- Micro Center


@pytest.mark.parametrize(
    ("stock", "word"),
    [
        ("25+ IN STOCK", "InStock"),
        ("Usually ships in 5-7 business days.", "InStock"),
        ("SOLD OUT", "SoldOut"),
        ("Buy in store", "Buy in store"),
    ],
)
def test_the_shelf_tells_the_stock(stock: str, word: str) -> None:
    reply = microcenters.results("1 - 1 of 1 items", microcenters.card(1, "PNY", "RTX 5090", "$1.00", stock=stock))
    assert [listing.availability for listing in listings(microcenter.SCRAPER, reply)] == [word]


def test_an_open_box_is_a_listing_of_its_own() -> None:
    reply = microcenters.results("1 - 1 of 1 items", microcenters.RTX_5090)
    new, opened = listings(microcenter.SCRAPER, reply)
    assert (new.price, new.attributes["originalPrice"], new.condition) == ("$2,399.99", "$2,599.99", "")
    assert (opened.price, opened.condition, opened.group_id) == ("$2,111.96", "Open box", new.site_id)


def test_a_product_page_does_not_take_its_neighbours_prices() -> None:
    (listing,) = listings(microcenter.SCRAPER, Reply(microcenters.PRODUCT.format(stock="3 NEW IN STOCK").encode()))
    assert (listing.price, listing.availability) == ("$2399.99", "InStock")
    assert listing.url == "https://www.microcenter.com/product/688001/"
    assert listing.attributes["Memory"] == "32 GB GDDR7"


# --- Newegg


@pytest.mark.parametrize(
    ("price", "promo", "expected"),
    [
        ("1,299.99", "", ("$1,299.99", "InStock")),
        ("1,299.99", "Free game with purchase", ("$1,299.99", "InStock")),
        ("", "OUT OF STOCK", ("", "OutOfStock")),
    ],
)
def test_price_and_stock_of_a_cell(price: str, promo: str, expected: tuple[str, str]) -> None:
    shown = neweggs.cell("N82E16814000001", "RTX 4000 Ada 20GB", price, promo=promo)
    (listing,) = listings(newegg.SCRAPER, neweggs.results("1/1", shown))
    assert (listing.price, listing.availability) == expected


def test_the_condition_before_a_title_is_no_part_of_it() -> None:
    (listing,) = listings(newegg.SCRAPER, neweggs.results("1/1", neweggs.A5000))
    assert (listing.title, listing.condition) == ("RTX A5000 24GB", "Refurbished")
    assert listing.shipping == "$14.99 Shipping"


@pytest.mark.parametrize(
    ("number", "onward"), [("1/2", ["https://www.newegg.com/p/pl?d=gpu&page=2"]), ("2/2", []), ("", [])]
)
def test_the_count_above_the_cells_tells_whether_there_is_more(number: str, onward: list[str]) -> None:
    shown = page(newegg.SCRAPER, neweggs.results(number, neweggs.R9700), "https://www.newegg.com/p/pl?d=gpu")
    assert [request.url for request in newegg.SCRAPER.follow(shown)] == onward


# --- real pages


# Counted by grep: product_wrapper items; drawn titles (4), and of the ten advertised ones the five that fill a tile.
@pytest.mark.parametrize(
    ("scraper", "name", "cards", "total"),
    [
        (microcenter.SCRAPER, "microcenter/microcenter_search.html", 24, "3042.72"),
        (microcenter.SCRAPER, "microcenter/microcenter_product.html", 1, "59.99"),
        (bestbuy.SCRAPER, "bestbuy/bestbuy_search.html", 4 + 5, "559.91"),
        (bestbuy.SCRAPER, "bestbuy/bestbuy_product.html", 2, "110.98"),
        (newegg.SCRAPER, "newegg_misc/newegg.html", 1, "499.99"),
    ],
)
def test_real_pages_are_read_whole(corpus: Path, scraper: Scraper, name: str, cards: int, total: str) -> None:
    file = corpus / "pages" / name
    found = list(read(scraper, saved(scraper.site, file, file.read_bytes())))
    assert len({listing.site_id for listing in found}) == len(found) == cards
    for field in ("title", "price", "url"):
        assert all(getattr(listing, field) for listing in found), field
    assert all(listing.url.startswith(f"https://www.{scraper.site}.com/") for listing in found)
    prices = [read_price(listing.price, currency=listing.currency) for listing in found]
    assert str(sum(one.amount for one in prices if isinstance(one, Price))) == total


def test_real_pages_tell_stock_and_condition(corpus: Path) -> None:
    def read_file(scraper: Scraper, name: str) -> list[RawListing]:
        file = corpus / "pages" / name
        return list(read(scraper, saved(scraper.site, file, file.read_bytes())))

    shelf = read_file(microcenter.SCRAPER, "microcenter/microcenter_search.html")
    assert {listing.availability for listing in shelf} == {"InStock"}
    tiles = read_file(bestbuy.SCRAPER, "bestbuy/bestbuy_search.html")
    assert [listing.availability for listing in tiles].count("InStock") == 4
    _, opened = read_file(bestbuy.SCRAPER, "bestbuy/bestbuy_product.html")
    assert opened.condition == "Open box"
    (monitor,) = read_file(newegg.SCRAPER, "newegg_misc/newegg.html")
    assert (monitor.availability, monitor.seller, monitor.site_id) == ("InStock", "Newegg", "N82E16824026052")
