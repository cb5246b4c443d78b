"""WooCommerce's catalogue in the shapes shops print it in."""

import json
from dataclasses import replace
from typing import Any

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.platforms.woocommerce import woocommerce
from scrapers.sites.woocommerce import SCRAPER
from tests.scrapers.invented.woocommerce import A2, MI50, V100, V100_16, V100_32, prices, product
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

SHOP = "https://silizium-lager.example"
API = f"{SHOP}/wp-json/wc/store/v1/products"
SOURCE = Source(name="lager", site="woocommerce", options={"url": SHOP})


def page(*products: Any, url: str = f"{API}?per_page=100&page=1&orderby=id", **options: str) -> Page:
    source = replace(SOURCE, options={**SOURCE.options, **options})
    return Page(url=url, text=json.dumps(products), source=source)


def listings(*products: Any, url: str = f"{API}?per_page=100&page=1&orderby=id") -> list[RawListing]:
    return list(read(SCRAPER, page(*products, url=url)))


def one(**changes: Any) -> RawListing:
    (listing,) = listings(MI50 | changes)
    return listing


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"url": SHOP}, f"{API}?per_page=100&page=1&orderby=id"),
        ({"url": "Silizium-Lager.example/"}, f"{API}?per_page=100&page=1&orderby=id"),
        ({"url": SHOP, "category": "gpu", "limit": "20"}, f"{API}?per_page=20&page=1&orderby=id&category=gpu"),
        ({"url": SHOP, "search": "mi50 32gb"}, f"{API}?per_page=100&page=1&orderby=id&search=mi50+32gb"),
        ({"url": f"{SHOP}/product-category/used/gpu/"}, f"{API}?per_page=100&page=1&orderby=id&category=gpu"),
        (
            {"url": "https://firm.example/shop/"},
            "https://firm.example/shop/wp-json/wc/store/v1/products?per_page=100&page=1&orderby=id",
        ),
        ({"url": SHOP, "limit": "5000"}, f"{API}?per_page=100&page=1&orderby=id"),
    ],
)
def test_the_catalogue_is_asked_for(options: dict[str, str], url: str) -> None:
    (request,) = SCRAPER.start(replace(SOURCE, options=options))
    assert request.url == url


def test_a_full_page_leads_to_the_next_and_to_the_variations() -> None:
    shown = page(MI50, V100, url=f"{API}?per_page=2&page=3&orderby=id", limit="2")
    assert [request.url.partition("?")[2] for request in SCRAPER.follow(shown)] == [
        "per_page=2&page=4&orderby=id",
        "per_page=2&page=1&orderby=id&type=variation&parent=301",
    ]
    assert list(SCRAPER.follow(page(MI50))) == []
    more = page(V100_16, V100_32, url=f"{API}?per_page=2&page=1&orderby=id&type=variation&parent=301", limit="2")
    assert [request.url.partition("?")[2] for request in SCRAPER.follow(more)] == [
        "per_page=2&page=2&orderby=id&type=variation&parent=301"
    ]


@pytest.mark.parametrize(
    ("minor", "digits", "amount"),
    [
        ("24950", 2, "249.50"),
        ("5", 2, "0.05"),
        ("24950", 0, "24950"),
        ("249500", 3, "249.500"),
        ("", 2, ""),
        ("x", 2, ""),
    ],
)
def test_amounts_come_in_cents(minor: str, digits: int, amount: str) -> None:
    listing, _ = listings(MI50 | {"prices": prices(minor) | {"currency_minor_unit": digits}}, A2)
    assert listing.price == amount


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "InStock"),
        ({"is_in_stock": False}, "OutOfStock"),
        ({"is_on_backorder": True}, "BackOrder"),
    ],
)
def test_the_stock_is_schema_orgs_word(changes: dict[str, bool], word: str) -> None:
    assert one(**changes).availability == word


def test_a_product_tells_its_facts() -> None:
    facts = [{"name": "Zustand", "terms": [{"name": "gebraucht"}, {"name": "geprüft"}]}]
    listing = one(attributes=facts, low_stock_remaining=3)
    assert listing.site_id == "silizium-lager.example/310"
    assert listing.attributes == {
        "Zustand": "gebraucht, geprüft",
        "sku": "SL-310",
        "category": "Grafikkarten & Beschleuniger",
        "tags": "gebraucht",
        "stock": "3",
        "originalPrice": "299.00",
    }


def test_each_variation_is_a_listing_of_its_own() -> None:
    small, large = listings(V100_16, V100_32)
    assert (small.title, small.price, small.availability) == ("Tesla V100 SXM2 – Modul - 16 GB", "179.00", "InStock")
    assert (large.title, large.price, large.availability) == ("Tesla V100 SXM2 – Modul - 32 GB", "529.00", "OutOfStock")
    assert small.group_id == large.group_id == "silizium-lager.example/301"
    assert large.attributes["Speicher"] == "32 GB"


def test_a_walk_takes_variations_from_their_own_call_and_an_import_what_the_product_tells() -> None:
    assert listings(V100) == []
    small, large = listings(V100, url="file:products.json")
    assert [small.site_id, large.site_id] == ["silizium-lager.example/302", "silizium-lager.example/303"]
    assert (small.title, small.price) == ("Tesla V100 SXM2 – Modul - 16 GB", "")
    same = V100 | {"prices": prices("17900", least="17900", most="17900")}
    assert [listing.price for listing in listings(same, url="file:products.json")] == ["179.00", "179.00"]


def test_odd_shapes_are_quietly_empty() -> None:
    odd = product(1, "Card", prices("500")) | {"images": "none", "attributes": 7, "tags": None, "is_in_stock": "yes"}
    listing, _ = listings(odd, MI50, "not a product", None)
    assert (listing.price, listing.availability, listing.image) == ("5.00", "", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"code": "rest_no_route", "message": "No route was found"}', "the shop says 'No route was found'"),
        ("{}", "no list of products"),
        ("<html><body>Welcome</body></html>", "not JSON"),
    ],
)
def test_what_is_no_catalogue_cannot_be_read(text: str, says: str) -> None:
    with pytest.raises(ParseError, match=says):
        list(read(SCRAPER, replace(page(), text=text)))


def test_a_shop_of_its_own_needs_no_options() -> None:
    shop = woocommerce("lager", url=SHOP, category="gpu")
    (request,) = shop.start(Source(name="lager", site="lager"))
    assert request.url == f"{API}?per_page=100&page=1&orderby=id&category=gpu"
    assert shop.required == ()
    assert "url" not in shop.options
