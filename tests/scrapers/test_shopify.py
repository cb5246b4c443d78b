"""Shopify's catalogue in the shapes shops print it in."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.platforms.shopify import shopify
from scrapers.saved import saved
from scrapers.sites.shopify import SCRAPER
from tests.scrapers.invented.shopify import A4000, V100, product, variant
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

SOURCE = Source(name="racks", site="shopify", options={"url": "https://racks.example"}, currency="USD")


def page(*products: Any, url: str = "https://racks.example/products.json?limit=250&page=1", **options: str) -> Page:
    source = replace(SOURCE, options={**SOURCE.options, **options})
    return Page(url=url, text=json.dumps({"products": products}), source=source)


def listings(*products: Any) -> list[RawListing]:
    return list(read(SCRAPER, page(*products)))


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"url": "https://racks.example"}, "https://racks.example/products.json?limit=250&page=1"),
        ({"url": "racks.example"}, "https://racks.example/products.json?limit=250&page=1"),
        ({"url": "https://Racks.Example/?x=1#top"}, "https://racks.example/products.json?limit=250&page=1"),
        (
            {"url": "https://racks.example", "collection": "used gpus"},
            "https://racks.example/collections/used%20gpus/products.json?limit=250&page=1",
        ),
        (
            {"url": "https://racks.example/collections/gpus/"},
            "https://racks.example/collections/gpus/products.json?limit=250&page=1",
        ),
        ({"url": "https://racks.example", "limit": "30"}, "https://racks.example/products.json?limit=30&page=1"),
    ],
)
def test_the_catalogue_is_asked_for(options: dict[str, str], url: str) -> None:
    (request,) = SCRAPER.start(replace(SOURCE, options=options))
    assert request.url == url


@pytest.mark.parametrize(("shown", "onward"), [(2, ["limit=2&page=4"]), (1, []), (0, [])])
def test_a_full_page_leads_to_the_next(shown: int, onward: list[str]) -> None:
    current = page(*[A4000] * shown, url="https://racks.example/products.json?limit=2&page=3", limit="2")
    assert [request.url.partition("?")[2] for request in SCRAPER.follow(current)] == onward


def test_each_variant_is_a_listing_of_its_own() -> None:
    small, large = listings(V100)
    assert small.title == "Tesla V100 SXM2 - 16 GB / Grade B"
    assert small.url == "https://racks.example/products/card-1?variant=41000011"
    assert small.site_id == "racks.example/41000011"
    assert (small.price, small.currency, small.availability) == ("189.00", "USD", "InStock")
    assert (large.price, large.availability) == ("549.00", "OutOfStock")
    assert small.group_id == large.group_id == "racks.example/7000001"
    assert small.attributes["Memory"] == "16 GB"
    assert large.attributes["Memory"] == "32 GB"
    assert small.description == "Pulled from a rack, tested for an hour. 90 days & more"


def test_an_only_variant_goes_by_its_products_name() -> None:
    (listing,) = listings(A4000)
    assert listing.title == "RTX A4000 16GB single slot"
    assert listing.group_id == ""
    assert listing.attributes == {
        "vendor": "NVIDIA",
        "productType": "Graphics card",
        "tags": "gpu, used",
        "sku": "RC-21",
        "originalPrice": "699.00",
    }


def test_a_long_description_is_cut() -> None:
    (listing,) = listings(product(1, "Card", [variant(1, "5.00")], body_html="<p>" + "word " * 100_000 + "</p>"))
    assert len(listing.description) == 2000


def test_odd_shapes_are_quietly_empty() -> None:
    odd = product(
        1, "Card", [variant(1, "5.00", featured_image=[], sku=7) | {"available": "yes"}], tags=None, images={"src": 1}
    )
    listing, _ = listings(odd, A4000, "not a product", {"variants": None, "title": "none"}, {"title": "nothing"})
    assert (listing.availability, listing.image, listing.attributes["sku"]) == ("", "1", "7")


@pytest.mark.parametrize("text", ["<html><body>Enter using password</body></html>", "{}", "[]", '{"products": {}}', ""])
def test_what_is_no_catalogue_cannot_be_read(text: str) -> None:
    with pytest.raises(ParseError):
        list(read(SCRAPER, replace_text(text)))


def replace_text(text: str) -> Page:
    return Page(url="https://racks.example/products.json", text=text, source=SOURCE)


@pytest.mark.parametrize("key", ["title", "handle", "variants"])
def test_a_key_that_vanished_is_noticed(key: str) -> None:
    without = {name: value for name, value in V100.items() if name != key}
    if key == "title":
        without["variants"] = [variant(1, "5.00")]
    with pytest.raises(ParseError):
        listings(without)


def test_a_saved_catalogue_must_say_whose_it_is() -> None:
    data = json.dumps({"products": [A4000]}).encode()
    nobody = Source(name="import", site="shopify")
    with pytest.raises(ParseError, match="whose it is"):
        list(read(SCRAPER, saved("shopify", Path("products.json"), data, source=nobody)))
    known = saved("shopify", Path("products.json"), data, "https://racks.example/products.json", nobody)
    assert [listing.site_id for listing in read(SCRAPER, known)] == ["racks.example/41000021"]


def test_a_shop_of_its_own_needs_no_options() -> None:
    shop = shopify("racks", url="https://racks.example/collections/gpus", currency="EUR")
    source = Source(name="racks", site="racks")
    (request,) = shop.start(source)
    assert request.url == "https://racks.example/collections/gpus/products.json?limit=250&page=1"
    assert shop.required == ()
    found = read(shop, Page(url=request.url, text=json.dumps({"products": [A4000]}), source=source))
    assert [listing.currency for listing in found] == ["EUR"]
