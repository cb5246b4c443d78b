"""Product pages that tell programs what they sell: each way of telling, and what is believed when they differ."""

import json
from decimal import Decimal
from typing import Any

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.platforms.anyproduct import Reading, read_product
from scrapers.platforms.microdata import from_microdata
from scrapers.platforms.settle import Claim, readings
from scrapers.sites.product import SCRAPER
from tests.scrapers.invented.product import ld
from tests.scrapers.invented.product import page as shop_page
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

URL = "https://barn.example.com/p/3090"
OFFER = {"@type": "Offer", "price": "700", "priceCurrency": "EUR"}


def reading_of(
    main: str = "", head: str = "", *, title: str = "RTX 3090 24GB", lang: str = "en", css: dict[str, str] | None = None
) -> Reading:
    """What is read of a shop's page."""
    text = shop_page(main, head, title=title, lang=lang)
    return read_product(Page(url=URL, text=text, source=Source(name="card", site="product")), css)


def told(main: str = "", **changes: Any) -> Reading:
    """What is read of a page whose JSON-LD says so, around some markup."""
    return reading_of(main, ld(card(**changes)))


def card(**changes: Any) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": "Product", "name": "RTX 3090 24GB", "offers": OFFER} | changes


def listings(head: str, main: str = "", currency: str = "", **options: str) -> list[RawListing]:
    source = Source(name="card", site="product", options={"url": URL, **options}, currency=currency)
    return list(read(SCRAPER, Page(url=URL, text=shop_page(main, head), source=source)))


H1 = "<h1>RTX 3090 24GB</h1>"
BUY = "<button>Add to cart</button>"


# --- which price is believed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "main", "price", "method"),
    [
        ("700", f"{H1}<p class='price'>700,00 €</p>", "700", "json-ld"),
        ("700", H1, "700", "json-ld"),
        ("1.299", f"{H1}<p class='price'>1.299,00 €</p>", "1299", "json-ld"),
        ("1.299", f"{H1}<p class='price'>1,30 €</p>", "1.30", "json-ld"),
        ("12.990", f"{H1}<p class='price'>12,99 €</p>", "12.99", "json-ld"),
        (12.990, H1, "12.99", "json-ld"),
        ("8.2645", f"{H1}<p class='price'>8,26 €</p>", "8.26", "json-ld"),
        ("70000", f"{H1}<p class='price'>Price: 700,00 €</p>{BUY}", "700", "patterns"),
        ("0.70", f"{H1}<p class='price'>Price: 700,00 €</p>{BUY}", "700", "patterns"),
        ("588.24", f"{H1}<p class='price'>Price: 700,00 €</p>{BUY}", "700", "patterns"),
        ("833", f"{H1}<p class='price'>Price: 700,00 €</p>{BUY}", "833", "json-ld"),
        ("900", f"{H1}<p><del>900,00 €</del> <b class='price'>700,00 €</b></p>{BUY}", "700", "patterns"),
        ("650", f"{H1}<p class='price'>Price: 700,00 €</p><p>Members: 650,00 €</p>{BUY}", "650", "json-ld"),
        ("640", f"{H1}<div class='buybox'><p class='price'>Price: 700,00 €</p>{BUY}</div>", None, "json-ld"),
        ("650", f"{H1}<p class='price'>$812.00</p>{BUY}", "650", "json-ld"),
        ("0", f"{H1}<p class='price'>Price: 700,00 €</p>{BUY}", "700", "patterns"),
        ("", H1, None, "json-ld"),
        ("call us", H1, None, "json-ld"),
    ],
)
def test_a_stated_price_is_held_against_the_sight(printed: Any, main: str, price: str | None, method: str) -> None:
    reading = told(main, offers=OFFER | {"price": printed})
    assert reading.price == (None if price is None else Decimal(price))
    assert reading.method == method


def test_an_offer_that_is_shown_beats_a_cheaper_one() -> None:
    offers = [OFFER | {"price": price} for price in ("650", "700")]
    assert told(f"{H1}<p class='price'>700,00 €</p>", offers=offers).price == 700


def test_within_a_stated_range_the_shown_price_is_believed() -> None:
    main = f"{H1}<div class='buybox'><p class='price'>Price: 729,00 €</p>{BUY}</div>"
    offers = {"@type": "AggregateOffer", "lowPrice": "690", "highPrice": "800", "priceCurrency": "EUR"}
    assert told(main, offers=offers).price == 729
    assert told(H1, offers=offers).price == 690


def test_a_price_per_litre_or_for_members_is_not_the_price() -> None:
    rows = [
        {"price": "29.17", "referenceQuantity": {"value": 1}},
        {"price": "650", "validForMemberTier": {"name": "gold"}},
        {"price": "700"},
    ]
    assert told(H1, offers={"@type": "Offer", "priceSpecification": rows, "priceCurrency": "EUR"}).price == 700


@pytest.mark.parametrize(
    ("printed", "currency", "amounts"),
    [
        ("700", "EUR", ["700"]),
        ("700.5", "EUR", ["700.50"]),
        ("1299.000", "EUR", ["1299"]),
        ("1.299", "EUR", ["1299", "1.30"]),
        ("1.299", "KWD", ["1.299"]),
        ("1.299,00 €", "EUR", ["1299"]),
        ("44,99", "EUR", ["44.99"]),
        ("0.00", "EUR", []),
        ("9" * 40, "EUR", []),
        ("soon", "EUR", []),
    ],
)
def test_what_a_stated_price_may_mean(printed: str, currency: str, amounts: list[str]) -> None:
    claim = Claim(method="json-ld", printed=printed, currency=currency)
    assert [money.amount for money in readings(claim, "")] == [Decimal(amount) for amount in amounts]


@pytest.mark.parametrize(
    ("stated", "shown", "currency"),
    [
        ("EUR", "700,00 €", "EUR"),
        ("eur", "700", "EUR"),
        ("€", "700", "EUR"),
        ("RUR", "700 ₽", "RUB"),
        ("TL", "700", "TRY"),
        ("USD", "£700.00", "GBP"),
        ("CAD", "$700.00", "CAD"),
        ("", "$700.00", "USD"),
        ("XYZ", "", ""),
        (None, "", ""),
    ],
)
def test_a_currency_is_its_iso_code(stated: str | None, shown: str, currency: str) -> None:
    offers = {"@type": "Offer", "price": "700", "priceCurrency": stated}
    assert told(f"{H1}<p class='price'>{shown}</p>", offers=offers).listing.currency == currency


# --- which stock is believed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "main", "stock"),
    [
        ("InStock", BUY, "InStock"),
        ("InStock", "", "InStock"),
        ("InStock", "<p class='stock'>Out of stock</p><button disabled>Add to cart</button>", "OutOfStock"),
        ("InStock", f"<p class='stock'>Out of stock</p>{BUY}", "InStock"),
        ("InStock", "<button>Notify me when available</button>", "InStock"),
        ("OutOfStock", BUY, "OutOfStock"),
        ("http://schema.org/Discontinued", BUY, "Discontinued"),
        ("LimitedAvailability", "", "LimitedAvailability"),
        ("in stock", "", "InStock"),
        ("Nicht verfügbar", "", "OutOfStock"),
        ("yes", "", ""),
        (None, "<p class='stock'>Out of stock</p>", "OutOfStock"),
        (None, BUY, "InStock"),
        (None, "", ""),
    ],
)
def test_stated_stock_is_held_against_the_sight(stated: str | None, main: str, stock: str) -> None:
    reading = told(f"{H1}<p class='price'>700,00 €</p>{main}", offers=OFFER | {"availability": stated})
    assert reading.listing.availability == stock


# --- which product is the page's -----------------------------------------------------------------------------------


def test_the_pages_own_product_is_told_from_its_neighbours() -> None:
    blocks = [card(name="Riser cable"), card(name="Fan shroud"), card(offers=OFFER | {"price": "749"})]
    assert reading_of(H1, ld(*blocks)).price == 749


def test_a_product_at_the_pages_address_is_its_own() -> None:
    names = ("RTX 3090 24GB black", "RTX 3090 24GB white", "RTX 3090 24GB red")
    blocks = [card(name=name, url=f"/p/{number}") for number, name in enumerate(names)]
    blocks.append(card(name="RTX 3090 24GB blue", url=URL, offers=OFFER | {"price": "749"}))
    assert reading_of(H1, ld(*blocks)).price == 749


def test_a_list_of_products_is_no_product_page() -> None:
    names = ("Palit RTX 3090", "Zotac RTX 3090", "Gainward RTX 3090")
    cards = "".join(
        f"<li class='card'><a href='/p/{name}'>{name} 24GB graphics card</a><b class='price'>700 €</b></li>"
        for name in names
    )
    with pytest.raises(ParseError, match="no product"):
        listings(ld(*(card(name=name) for name in names)), f"<h1>RTX 3090</h1><ul>{cards}</ul>")


@pytest.mark.parametrize(
    "head", ["", ld({"@type": "Article", "name": "RTX 3090"}), "<meta property='og:title' content='RTX 3090'>"]
)
def test_a_page_without_a_product_cannot_be_read(head: str) -> None:
    with pytest.raises(ParseError, match="no product"):
        listings(head, "<h1>How to undervolt</h1><p>It saves 90 W.</p>")


def test_a_product_without_a_price_is_told_unless_it_is_sold_out() -> None:
    with pytest.raises(ParseError, match=r"no price to believe .* price = "):
        listings(ld(card(offers=None)), H1)
    (listing,) = listings(ld(card(offers={"availability": "SoldOut"})), H1)
    assert (listing.title, listing.price, listing.currency) == ("RTX 3090 24GB", "", "")


def test_a_price_in_no_currency_is_told_unless_its_source_says_one() -> None:
    told = ld(card(offers={"price": "650", "availability": "InStock"}))
    with pytest.raises(ParseError, match='currency = "EUR"'):
        listings(told, H1)
    (listing,) = listings(told, H1, currency="EUR")
    assert (listing.price, listing.currency) == ("650", "EUR")


def test_variants_are_listings_of_their_own() -> None:
    variants = [{"@type": "Product", "sku": size, "name": f"3090 {size}", "offers": OFFER} for size in ("24", "48")]
    group = {"@type": "ProductGroup", "name": "RTX 3090", "hasVariant": variants}
    assert [listing.title for listing in listings(ld(group))] == ["3090 24", "3090 48"]


def test_the_id_outlives_what_the_page_says() -> None:
    ids = {listings(head, H1)[0].site_id for head in (ld(card(sku="A")), ld(card(sku="B", name="RTX 3090")))}
    assert len(ids) == 1


# --- ways of telling ------------------------------------------------------------------------------------------------


MICRODATA = """<div itemscope itemtype="{type}">{outer}<h1 itemprop="name">RTX 3090 24GB</h1>
<div itemprop="offers" itemscope itemtype="http://schema.org/Offer">{offer}</div></div>{beside}"""
PRICE = "<span itemprop='price'>700,00 €</span>"


def marked(
    offer: str = PRICE, *, kind: str = "http://schema.org/Product", outer: str = "", beside: str = ""
) -> Reading:
    """What is read of a page with microdata."""
    return reading_of(MICRODATA.format(type=kind, offer=offer, outer=outer, beside=beside))


@pytest.mark.parametrize(
    "offer",
    [
        PRICE,
        "<meta itemprop='price' content='700.00'>",
        "<span itemprop='price' content='700'>from 650</span>",
        "<b itemprop='price'>700<sup>00</sup></b>",
        "<data itemprop='price' value='700'>seven hundred</data>",
        "<span itemprop='lowPrice'>700</span><span itemprop='highPrice'>800</span>",
        "<div itemprop='priceSpecification' itemscope><meta itemprop='price' content='700'></div>",
        "<span itemprop='http://schema.org/price'>700</span>",
    ],
)
def test_microdata_says_its_price_in_many_ways(offer: str) -> None:
    reading = marked(f"{offer}<meta itemprop='priceCurrency' content='EUR'>")
    assert (reading.price, reading.listing.currency, reading.method) == (Decimal(700), "EUR", "microdata")


def test_microdata_of_parts_is_not_the_products() -> None:
    brand = "<div itemprop='brand' itemscope itemtype='http://schema.org/Brand'><b itemprop='name'>Palit</b></div>"
    crumbs = "<nav itemscope itemtype='http://schema.org/BreadcrumbList'><a itemprop='name'>Cards</a></nav>"
    similar = (
        "<div itemprop='isSimilarTo' itemscope itemtype='http://schema.org/Product'><b itemprop='name'>RTX 3090</b>"
        "<div itemprop='offers' itemscope><b itemprop='price'>1</b></div></div>"
    )
    reading = marked(outer=similar + brand, beside=crumbs)
    assert (reading.listing.title, reading.price) == ("RTX 3090 24GB", Decimal(700))
    assert reading.listing.attributes["brand"] == "Palit"


def test_an_offer_beside_its_only_product_is_its_own() -> None:
    text = (
        "<div itemscope itemtype='http://schema.org/Product'><h1 itemprop='name'>RTX 3090 24GB</h1></div>"
        "<div itemscope itemtype='http://schema.org/Offer'><meta itemprop='price' content='700'></div>"
    )
    page = Page(url=URL, text=text, source=Source(name="card", site="product"))
    (product,) = from_microdata(page)
    assert product["offers"][0]["price"] == ["700"]
    assert from_microdata(Page(url=URL, text=f"{text}{text}", source=page.source))[0].get("offers") is None


def test_properties_without_an_item_are_a_product_if_they_name_one_price() -> None:
    loose = "<meta itemprop='price' content='700'><meta itemprop='priceCurrency' content='EUR'>"
    reading = reading_of(f"{H1}{loose}<b itemprop='price' content='700'></b>")
    assert (reading.price, reading.listing.currency, reading.method) == (Decimal(700), "EUR", "microdata")
    assert reading_of(f"{H1}{loose}<meta itemprop='price' content='650'>").price is None


@pytest.mark.parametrize(
    "block",
    [
        {"@type": "Offer", "itemOffered": {"@type": "Product", "name": "RTX 3090 24GB"}, "price": "700"},
        {"@type": "Book", "name": "RTX 3090 24GB", "offers": OFFER},
        {"@type": "WebPage", "mainEntity": {"@type": "Product", "name": "RTX 3090 24GB", "offers": OFFER}},
    ],
)
def test_other_things_on_offer_are_products_too(block: dict[str, Any]) -> None:
    assert reading_of(H1, ld(block)).price == 700


def test_a_block_with_a_bare_quote_in_it_is_salvaged() -> None:
    text = json.dumps(card(description="for 27X screens", sku="A-1")).replace("27X", '27"')
    reading = reading_of(H1, f'<script type="application/ld+json">{text}</script>')
    assert (reading.price, reading.listing.attributes.get("sku")) == (Decimal(700), None)
    text = json.dumps(
        {"@type": "Product", "name": "RTX 3090 24GB", "sku": "A-1", "description": "27X", "offers": OFFER}
    )
    reading = reading_of(H1, f'<script type="application/ld+json">{text.replace("27X", "27 in" + chr(34))}</script>')
    assert (reading.price, reading.listing.attributes["sku"]) == (Decimal(700), "A-1")


@pytest.mark.parametrize(
    ("tags", "price", "currency"),
    [
        ({"product:price:amount": "700", "product:price:currency": "EUR"}, "700", "EUR"),
        ({"og:price:amount": "1.299,00", "og:price:currency": "EUR"}, "1299", "EUR"),
        (
            {"product:price:amount": "900", "product:sale_price:amount": "700", "product:price:currency": "EUR"},
            "700",
            "EUR",
        ),
        ({"twitter:label1": "Preis", "twitter:data1": "700 €"}, "700", "EUR"),
        ({"twitter:label1": "Colour", "twitter:data1": "700"}, None, ""),
        ({"product:price:amount": "0", "product:price:currency": "EUR"}, None, ""),
    ],
)
def test_what_the_head_says(tags: dict[str, str], price: str | None, currency: str) -> None:
    said = {"og:type": "product", "og:title": "RTX 3090 24GB", **tags}
    head = "".join(f'<meta property="{name}" content="{value}">' for name, value in said.items())
    reading = reading_of(H1, head)
    assert reading.price == (None if price is None else Decimal(price))
    assert (reading.listing.currency, reading.method) == (currency, "opengraph")


@pytest.mark.parametrize(
    "script",
    [
        '<script type="application/json">{data}</script>',
        '<script id="__NEXT_DATA__" type="application/json">{{"props": {{"pageProps": [{data}]}}}}</script>',
        "<script>window.__STATE__ = {data};</script>",
        "<script>var a = 1; const product={data}, other = 7;</script>",
    ],
)
@pytest.mark.parametrize(
    "price",
    [
        {"price": 700},
        {"price": "700.00"},
        {"finalPrice": {"amount": "700", "currency": "EUR"}, "price": {"amount": "900"}},
        {"price": {"current": {"value": 700}}},
    ],
)
def test_the_data_of_scripts_is_believed_where_the_page_shows_it_too(script: str, price: dict[str, Any]) -> None:
    data = json.dumps({"title": "RTX 3090 24GB", **price, "related": [{"title": "Riser cable", "price": 39}]})
    head = script.format(data=data)
    main = f"{H1}<p>The card 700,00 €</p><p>With its bridge 900,00 €</p>"
    assert reading_of(main).price is None
    reading = reading_of(main, head)
    assert (reading.price, reading.method) == (Decimal(700), "state")


@pytest.mark.parametrize("text", ["{", "[" * 50_000, "null", "7", '"x"', "{}" * 1000])
def test_data_that_is_none_is_survived(text: str) -> None:
    assert reading_of(H1, f'<script type="application/json">{text}</script><script>a = {text}</script>').price is None


# --- what the user says ---------------------------------------------------------------------------------------------


def test_selectors_go_before_every_reader() -> None:
    main = f"{H1}<p class='price'>700,00 €</p><p class='x' data-sum='650'>deal</p><i>Used</i>"
    css = {
        "price": ".none | .x@data-sum",
        "condition": "i",
        "sku": "'A-1'",
        "gtin": "'4710562242089'",
        "currency": "'USD'",
    }
    reading = reading_of(main, ld(card()), css=css)
    assert (reading.price, reading.listing.price, reading.method) == (Decimal(650), "650", "css")
    assert (reading.listing.currency, reading.listing.condition) == ("USD", "Used")
    assert (reading.listing.attributes["sku"], reading.listing.attributes["gtin"]) == ("A-1", "4710562242089")


def test_a_selector_that_finds_no_price_gives_none() -> None:
    reading = reading_of(f"{H1}<p class='price'>call us</p>", css={"price": "main .price"})
    assert (reading.price, reading.listing.price) == (None, "call us")


@pytest.mark.parametrize("selector", [".nowhere", "p[", "@data-x"])
def test_a_selector_that_finds_nothing_is_an_error(selector: str) -> None:
    with pytest.raises(ParseError):
        listings("", H1, price=selector)
