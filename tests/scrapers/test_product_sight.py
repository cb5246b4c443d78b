"""Pages that tell programs nothing, read by what they show, in the manner of shops in forty countries."""

from decimal import Decimal

import pytest

from scrapers.base import Page, Source
from scrapers.platforms.anyproduct import Reading, read_product
from scrapers.platforms.visible.context import said_of
from scrapers.platforms.visible.heart import likeness
from scrapers.platforms.visible.labels import gtin
from scrapers.platforms.visible.layout import lay_out
from scrapers.platforms.visible.marks import Mark, named
from scrapers.platforms.visible.words import Stock, announces_others, asks, sells, stock_in
from tests.scrapers.invented.product import page as shop_page
from tests.scrapers.zoo import PRICELESS, SHOWN, Priceless, Shown
from tracker.core.money import Price, read_price

SOURCE = Source(name="card", site="product")
PROSE = "<p>Some words about the card, its memory and its cooler, and about how it was tested.</p>"


def seen(main: str, *, url: str = "https://barn.example.com/p/1", lang: str = "en", title: str = "RTX 3090") -> Reading:
    """What is read of a shop's page around some markup."""
    text = shop_page(f"<h1>{title}</h1>{main}{PROSE}", lang=lang, title=f"{title} | Speicherhaus")
    return read_product(Page(url=url, text=text, source=SOURCE))


@pytest.mark.parametrize("shown", SHOWN, ids=str)
def test_a_person_would_read_the_same(shown: Shown) -> None:
    reading = seen(shown.main, url=shown.url, lang=shown.lang, title=shown.title)
    assert reading.price == shown.amount
    assert (reading.listing.currency, reading.listing.availability) == (shown.currency, shown.stock)
    assert (reading.listing.title, reading.method) == (shown.title, "patterns")


@pytest.mark.parametrize("priceless", PRICELESS, ids=str)
def test_no_price_is_better_than_anothers(priceless: Priceless) -> None:
    assert seen(priceless.main, title=priceless.title).price is None


@pytest.mark.parametrize(
    ("main", "price"),
    [
        ("<p>$700</p><p>$450</p>", None),
        ("<p class='price'>$700</p><p class='price'>$450</p>", None),
        ("<p class='price'>$700</p><p>$450</p>", "700"),
        ("<p>$450</p><p class='price'>$700</p>", "700"),
        ("<p>$700 <del>$900</del></p>", "700"),
        ("<p><span style='text-decoration: line-through'>$900</span> <span>$700</span></p>", "700"),
        ("<p class='old-price'>$900</p><p class='price'>$700</p>", "700"),
        ("<p class='priceOld'>$900</p><p class='priceNew'>$700</p>", "700"),
        ("<p>Was $900</p><p>Now $700</p>", "700"),
        ("<p class='price'>$700 per card</p><p>lot of 4: $2,600</p>", "700"),
        ("<p class='price'>$700</p><p class='price-per-gb'>$29.17 / GB</p>", "700"),
        ("<p class='price'>$700</p><label><input type=checkbox> NVLink bridge (+$189.00)</label>", "700"),
        ("<p class='price'>$700</p><div style='display: none'><p class='price'>$1</p></div>", "700"),
        ("<p class='price'>$700</p><select><option>used $500</option></select>", "700"),
        ("<script>var price = '$9';</script><p class='price'>$700</p>", "700"),
        ("<p class='price'>700</p>", "700"),
        ("<p>700</p>", None),
        ("<p class='hidden-xs'><b class='price'>$700</b></p>", "700"),
    ],
)
def test_which_amount_is_the_price(main: str, price: str | None) -> None:
    assert seen(main).price == (None if price is None else Decimal(price))


@pytest.mark.parametrize(
    ("main", "stock"),
    [
        ("<button>Add to cart</button>", "InStock"),
        ("<button disabled>Add to cart</button>", ""),
        ("<button disabled>Add to cart</button><p>Sold out</p>", "OutOfStock"),
        ("<button>Add to wishlist</button>", ""),
        ("<input type='submit' value='Buy now'>", "InStock"),
        ("<button aria-label='Add to basket'><svg></svg></button>", "InStock"),
        ("<p class='stock'>Out of stock</p>", "OutOfStock"),
        ("<p>Not available for pickup in your store</p><button>Add to cart</button>", "InStock"),
        ("<div class='swatches'><span>Out of stock</span></div><button>Add to cart</button>", "InStock"),
        ("<a class='add' href='#'><span>Add to cart</span><span class='none'>Sold out</span></a>", "InStock"),
        ("<div class='reviews'><p>It was sold out everywhere else</p></div>", ""),
        ("<button>Pre-order now</button>", "PreOrder"),
        ("<p>Available on backorder</p>", "BackOrder"),
        ("", ""),
    ],
)
def test_whether_it_can_be_had(main: str, stock: str) -> None:
    assert seen(f"<p class='price'>$700</p>{main}").listing.availability == stock


@pytest.mark.parametrize(
    ("url", "lang", "printed", "currency"),
    [
        ("https://shop.example.com/p", "en", "$5", "USD"),
        ("https://shop.example.ca/p", "en", "$5", "CAD"),
        ("https://shop.example.com/en-ca/p", "en", "$5", "CAD"),
        ("https://shop.example.com/au/en/p", "en", "$5", "AUD"),
        ("https://en-sg.shop.example.com/p", "en", "$5", "SGD"),
        ("https://shop.example.com.co/p", "es", "$500", "COP"),
        ("https://shop.example.co/p", "en", "$5", "USD"),
        ("https://shop.example.com/p", "es-MX", "$5", "MXN"),
        ("https://shop.example.se/p", "sv", "5 kr", "SEK"),
        ("https://shop.example.com/p", "nb-NO", "5 kr", "NOK"),
        ("https://shop.example.com/p", "da", "5 kr", "DKK"),
        ("https://shop.example.com/p", "en", "5 kr", ""),
        ("https://shop.example.jp/p", "ja", "¥500", "JPY"),
        ("https://shop.example.com/p", "zh-CN", "¥500", "CNY"),
        ("https://shop.example.com/p", "zh", "¥500", "CNY"),
        ("https://shop.example.in/p", "en", "Rs. 500", "INR"),
        ("https://shop.example.com.pk/p", "en", "Rs 500", "PKR"),
        ("https://shop.example.co.uk/p", "en", "€5", "EUR"),
        ("https://shop.example.de/p", "de", "5 USD", "USD"),
        ("https://shop.example.pl/p", "pl", "500", "PLN"),
    ],
)
def test_a_sign_means_what_it_means_there(url: str, lang: str, printed: str, currency: str) -> None:
    assert seen(f"<p class='price'>{printed}</p>", url=url, lang=lang).listing.currency == currency


def test_a_configured_currency_beats_the_place() -> None:
    source = Source(name="card", site="product", currency="AUD")
    text = shop_page("<h1>RTX 3090</h1><p class='price'>$5</p>")
    assert read_product(Page(url="https://a.ca/p", text=text, source=source)).listing.currency == "AUD"


@pytest.mark.parametrize(
    ("text", "stock"),
    [
        ("Nur noch 2 auf Lager", Stock.IN),
        ("Leider ausverkauft", Stock.OUT),
        ("Derzeit nicht auf Lager", Stock.OUT),
        ("In Ihrer Filiale nicht verfügbar", None),
        ("Plus disponible", Stock.OUT),
        ("Produit disponible", Stock.IN),
        ("Product niet op voorraad", Stock.OUT),
        ("Actualmente no disponible", Stock.OUT),
        ("Não disponível", Stock.OUT),
        ("Produkt chwilowo niedostępny", Stock.OUT),
        ("Není skladem", Stock.OUT),
        ("Nedostupné", Stock.OUT),
        ("Нет в продаже", Stock.OUT),
        ("已售罄", Stock.OUT),
        ("品切れ", Stock.OUT),
        ("Tillfälligt slut", Stock.OUT),
        ("Lanseringen sluter an", None),
        ("Read more about memory", None),
    ],
)
def test_words_for_stock(text: str, stock: Stock | None) -> None:
    assert stock_in(text) is stock


@pytest.mark.parametrize(
    "text", ["Add to cart", "ADD TO BAG", "Buy now", "Kaufen", "+ In den Warenkorb", "立即購買", "Купить"]
)
def test_buttons_that_sell(text: str) -> None:
    assert sells(text)


@pytest.mark.parametrize("text", ["Add to wishlist", "Add to compare", "Ajouter à votre liste", "Buyer protection", ""])
def test_buttons_that_do_not(text: str) -> None:
    assert not sells(text)
    assert not asks(text)


@pytest.mark.parametrize("text", ["You may also like", "Kunden kauften auch", "С этим товаром покупают", "関連商品"])
def test_headings_above_others(text: str) -> None:
    assert announces_others(text)


@pytest.mark.parametrize(
    ("names", "mark"),
    [
        ("old-price", Mark.OLD),
        ("priceOld", Mark.OLD),
        ("golden-prices", Mark.PRICE),
        ("product__price--strikethrough", Mark.STRUCK),
        ("related-products", Mark.RELATED),
        ("d-none", Mark.HIDDEN),
        ("ProductCardstyles__PriceText-l8f8q8-14", Mark.PRICE),
        ("prix-barre", Mark.OLD),
        ("unit_price", Mark.OTHER),
    ],
)
def test_names_say_what_a_box_is(names: str, mark: Mark) -> None:
    assert mark in named({"class": names})[1]


@pytest.mark.parametrize("names", ["d-none d-md-block", "hidden-xs", "golden", "holder", "unit", "shoulder"])
def test_names_that_say_nothing(names: str) -> None:
    assert named({"class": names})[1] is Mark.NONE


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Free shipping over $45", Mark.OTHER),
        ("6,90 € Versandkosten", Mark.OTHER),
        ("UVP 499 €", Mark.OLD),
        ("Now $45", Mark.CURRENT),
        ("Price: $45", Mark.LABELLED),
        ("-$45", Mark.CHANGE),
        ("$45", Mark.NONE),
        ("- 10 % 45 €", Mark.NONE),
    ],
)
def test_words_say_what_an_amount_is(text: str, mark: Mark) -> None:
    amount = next(word for word in ("6.90", "499", "45") if word.replace(".", ",") in text or word in text)
    price = read_price(amount, currency="EUR")
    assert isinstance(price, Price)
    assert said_of(text, price) == mark


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("4710562242089", True),
        ("4710562242088", False),
        ("0000000000000", False),
        ("12345", False),
        ("4006381 333931", True),
    ],
)
def test_gtins_have_a_check_digit(code: str, valid: bool) -> None:
    assert bool(gtin(code)) is valid


def test_titles_are_alike_by_their_words() -> None:
    assert likeness("RTX 3090", "Palit RTX 3090 GamingPro | Shop") == 1
    assert likeness("显卡 3090", "魔改显卡 3090 涡轮") == 1
    assert likeness("", "x") == 0


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>173<sup>34</sup> <span>Lei</span></p>", "173.34 Lei"),
        ("<p>1 249€<sup>95</sup></p>", "1 249.95€"),
        ("<p>1 299,<span class='x'>00</span> zł</p>", "1 299,00 zł"),
        ("<p><b>799</b><span class='cents'>,90€</span></p>", "799,90€"),
        ("<p class='price'>$<b>749</b><i class='price-part'>95</i></p>", "$ 749.95"),
        ("<p>4 cards <b>12</b> left</p>", "4 cards 12 left"),
        ("<p>3 <b>90</b></p>", "3 90"),
    ],
)
def test_prices_in_pieces(markup: str, text: str) -> None:
    layout = lay_out(Page(url="", text=f"<body>{markup}</body>", source=SOURCE))
    assert layout.text_of(layout.boxes[1]) == text
