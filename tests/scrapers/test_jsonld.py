"""JSON-LD as schema.org means it, and as shops write it."""

import json
from pathlib import Path
from typing import Any

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.saved import saved
from scrapers.sites.jsonld import SCRAPER
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

URL = "https://barn.example/p/3090"
SOURCE = Source(name="card", site="jsonld", options={"url": URL}, country="DE", currency="EUR")
OFFER = {"@type": "Offer", "price": "700", "priceCurrency": "USD"}


def listings(*blocks: Any, head: str = "", url: str = URL) -> list[RawListing]:
    texts = [block if isinstance(block, str) else json.dumps(block) for block in blocks]
    scripts = "".join(f"<script type='application/ld+json'>{text}</script>" for text in texts)
    return list(read(SCRAPER, Page(url=url, text=f"<html><head>{head}{scripts}</head></html>", source=SOURCE)))


def card(**changes: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Product", "name": "RTX 3090", "offers": OFFER} | changes


def one(*blocks: Any, **page: str) -> RawListing:
    (listing,) = listings(*blocks, **page)
    return listing


@pytest.mark.parametrize(
    "block",
    [
        card(),
        [card()],
        {"@graph": [{"@type": "WebSite"}, card()]},
        {"@type": "WebPage", "mainEntity": card()},
        {"@type": "ItemPage", "mainEntity": [[card()]]},
        card() | {"@type": "http://schema.org/Product"},
        card() | {"@type": ["Product", "Vehicle"]},
        card() | {"@type": "product"},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": card()}]},
        json.dumps(card()) + ";",
        json.dumps({"@type": "WebSite"}) + "\n" + json.dumps(card()),
        "<!-- " + json.dumps(card()) + " -->",
        "//<![CDATA[\n" + json.dumps(card()) + "\n//]]>",
        json.dumps(card())[:-1] + ",}",
        json.dumps(card(description="one\ntwo")).replace("\\n", "\n"),
        json.dumps(card(description="5'")).replace("5'", "5\\'"),
        json.dumps(card()).replace('"', "&quot;"),
        "\ufeff" + json.dumps(card()),
    ],
)
def test_a_product_is_found_however_it_is_wrapped(block: Any) -> None:
    listing = one(block)
    assert (listing.title, listing.price, listing.currency) == ("RTX 3090", "700", "USD")


def test_a_broken_block_does_not_hide_the_next() -> None:
    assert one("{", "[" * 50_000, card()).title == "RTX 3090"


@pytest.mark.parametrize(
    "blocks",
    [(), ({"@type": "BreadcrumbList"},), ("{",), (card(name=""),), ([[[]]],), ("7",), ({"review": card()},)],
)
def test_no_product_cannot_be_read(blocks: tuple[Any, ...]) -> None:
    with pytest.raises(ParseError, match=r"no schema\.org product"):
        listings(*blocks)


@pytest.mark.parametrize(
    ("offers", "price"),
    [
        (OFFER, "700"),
        ([OFFER], "700"),
        (OFFER | {"price": 700}, "700"),
        (OFFER | {"price": "1.299,00 €"}, "1.299,00 €"),
        ({"@type": "AggregateOffer", "lowPrice": "650", "highPrice": "800"}, "650"),
        ({"@type": "AggregateOffer", "offers": [OFFER]}, "700"),
        ({"@type": "AggregateOffer", "lowPrice": "650", "offers": [OFFER | {"price": None}]}, "650"),
        ({"@type": "Offer", "priceSpecification": {"price": "640"}}, "640"),
        (
            {"@type": "Offer", "priceSpecification": [{"priceType": "ListPrice", "price": "900"}, {"price": "640"}]},
            "640",
        ),
        ([OFFER | {"price": "500", "availability": "OutOfStock"}, OFFER], "700"),
        ([{"@type": "Offer"}, OFFER], "700"),
        (OFFER | {"price": "0"}, ""),
        (OFFER | {"price": "0.00"}, ""),
        (OFFER | {"price": None}, ""),
        (OFFER | {"price": True}, ""),
        (None, ""),
        ("soon", ""),
    ],
)
def test_the_price_is_what_the_buyer_pays_today(offers: Any, price: str) -> None:
    assert one(card(offers=offers)).price == price


def test_a_price_without_currency_is_in_the_sources() -> None:
    assert one(card(offers={"price": "5"})).currency == "EUR"
    assert one(card(offers={})).currency == ""


@pytest.mark.parametrize(
    ("printed", "word"),
    [
        ("https://schema.org/InStock", "InStock"),
        ("http://schema.org/OutOfStock/", "OutOfStock"),
        ("in_stock", "InStock"),
        ("Sold out", "SoldOut"),
        ("schema:PreOrder", "PreOrder"),
        ("two left", "two left"),
        ({"@id": "https://schema.org/SoldOut"}, "SoldOut"),
        (["https://schema.org/InStock"], "InStock"),
        ("", ""),
    ],
)
def test_availability_is_schemas_word(printed: Any, word: str) -> None:
    assert one(card(offers=OFFER | {"availability": printed})).availability == word


@pytest.mark.parametrize(
    ("block", "site_id"),
    [
        (card(sku="A-1"), "barn.example/A-1"),
        (card(offers=OFFER | {"sku": "unseen"}), None),
        (card(sku="N/A"), None),
        (card(), None),
    ],
)
def test_a_product_has_an_id_among_all_shops(block: Any, site_id: str | None) -> None:
    found = one(block).site_id
    if site_id is None:
        assert found == one(card(name="RTX 3090, now with a bracket")).site_id, "an id survives another name"
    else:
        assert found == site_id


@pytest.mark.parametrize(
    ("block", "head", "url"),
    [
        (card(), "", URL),
        (card(), '<link rel="canonical" href="/cards/3090">', "https://barn.example/cards/3090"),
        (card(url="/c/1?memory=24&utm_source=x#specs"), "", "https://barn.example/c/1?memory=24"),
        (card(url="https://barn.example/"), "", URL),
        (card(url="javascript:void(0)"), "", URL),
        (card(url="https://["), "", URL),
    ],
)
def test_the_address_can_be_opened(block: Any, head: str, url: str) -> None:
    assert one(block, head=head).url == url


@pytest.mark.parametrize(
    ("details", "shipping"),
    [
        ({"shippingRate": {"value": "5.90", "currency": "EUR"}}, "5.90"),
        ({"shippingRate": {"value": 0, "currency": "EUR"}}, "0"),
        ({"shippingRate": {"value": "5"}, "shippingDestination": {"addressCountry": "DE"}}, "5"),
        ({"shippingRate": {"value": "5"}, "shippingDestination": {"addressCountry": "FR"}}, ""),
        ({"shippingRate": "free"}, ""),
        (None, ""),
    ],
)
def test_shipping_is_to_the_buyer(details: Any, shipping: str) -> None:
    assert one(card(offers=OFFER | {"shippingDetails": details})).shipping == shipping


def test_words_are_plain_text() -> None:
    listing = one(card(name="RTX&nbsp;3090 &amp; box", description="<p>Good<br>card</p>", brand={"name": ["MSI"]}))
    assert (listing.title, listing.description, listing.attributes["brand"]) == ("RTX 3090 & box", "Good card", "MSI")


def test_the_same_product_said_twice_is_one_listing() -> None:
    assert len(listings(card(sku="A"), card(sku="A"))) == 1


def test_real_product_pages_read_like_their_labels(corpus: Path) -> None:
    folder = corpus / "pages" / "product_pages"
    truth = json.loads((folder / "ground_truth.json").read_text(encoding="utf-8"))
    read_pages, priced, right = 0, 0, 0
    for key, labels in truth.items():
        file = folder / f"{key}.html.gz"
        try:
            first = next(read(SCRAPER, saved("jsonld", file, file.read_bytes(), labels.get("url", ""))))
        except ParseError:
            continue
        read_pages += 1
        if labels.get("price") and first.price:
            priced += 1
            right += float(labels["price"][0]) == float(first.price)
    # 26 of the 68 pages carry JSON-LD products; the three that differ are two CLP prices and a PKR price whose labels
    # lost their thousands, and one page whose label is another variant's.
    assert read_pages >= 26
    assert right >= priced - 3
