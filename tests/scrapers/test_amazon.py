"""Amazon's cards in the shapes it prints them in, and four real pages."""

from pathlib import Path

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.saved import saved
from scrapers.sites.amazon import SCRAPER
from tests.scrapers.invented.amazon import card, delivery, others, price, product, results, struck
from tests.scrapers.local import Reply
from tracker.core.errors import Blocked, ParseError
from tracker.core.models import RawListing
from tracker.core.money import NoPrice, Price, read_price

SOURCE = Source(name="cards", site="amazon", options={"query": "gpu"})


def page(reply: Reply, url: str = "https://www.amazon.com/s?k=gpu") -> Page:
    return Page(url=url, text=reply.body.decode(), source=SOURCE)


def listings(
    *cards: str, url: str = "file:saved.html", domain: str = "amazon.com", lang: str = "en-us"
) -> list[RawListing]:
    return list(read(SCRAPER, page(results(domain, lang, *cards), url)))


def one(shown: str, *, below: str = "", **where: str) -> RawListing:
    """One card, beside another that has a price."""
    found = listings(
        card("B0CARD0001", "A card", shown, below=below), card("B0OTHER001", "x", price("1", "00", "$")), **where
    )
    return found[0]


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({"query": "rtx 3090"}, "https://www.amazon.com/s?k=rtx+3090"),
        ({"query": "rtx 3090", "marketplace": "amazon.de"}, "https://www.amazon.de/s?k=rtx+3090"),
        ({"query": "https://www.amazon.pl/dp/B0CARD0001"}, "https://www.amazon.pl/dp/B0CARD0001"),
    ],
)
def test_a_search_or_a_page_is_asked_for(options: dict[str, str], url: str) -> None:
    (request,) = SCRAPER.start(Source(name="cards", site="amazon", options=options))
    assert request.url == url


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        (price("1,049", "00", "$"), "$1,049.00"),
        (price("1,049", "00", "$", told=" "), "$1,049.00"),
        (price("1.299", "00", "€", first=False), "1.299,00 €"),
        (price("5\u00a0529", "77", "zł", first=False), "5 529,77 zł"),
        (price("649", "00", "£", told="£649.00") + struck("£799.00"), "£649.00"),
        (struck("$1,499.00") + price("1,049", "00", "$"), "$1,049.00"),
        (struck("$1,499.00"), ""),
        ("", ""),
        ('<span class="a-color-base">No featured offers available</span>', ""),
        (others("$540.00", "7 used offers"), ""),
        ('<span class="a-price a-text-price"><span class="a-offscreen">$0.45</span></span>', ""),
    ],
)
def test_the_price_is_the_one_to_pay_as_printed(shown: str, printed: str) -> None:
    assert one(shown).price == printed


def test_what_others_ask_is_kept_beside_the_price_never_as_the_price() -> None:
    listing = one("", below=others("$540.00", "7 used offers"))
    assert listing.price == ""
    assert listing.attributes["otherOffers"] == "More Buying Choices $540.00 (7 used offers)"


@pytest.mark.parametrize(
    ("text", "shipping"),
    [
        ("FREE delivery Tue, Sep 1", "FREE delivery"),
        ("Or Non-members get FREE delivery Fri, Aug 21", "FREE delivery"),
        ("Or Non-members get FREE delivery Fri, Aug 21 on $35 of items shipped by Amazon", ""),
        ("Join Prime to get FREE delivery Tomorrow", ""),
        ("$12.90 delivery Sep 8 - 11", "$12.90"),
        ("GRATIS Lieferung Di., 1. Sept.", "GRATIS Lieferung"),
        ("5,99 € Lieferung 8. - 11. Sept.", "5,99 €"),
        ("DARMOWA dostawa do sobota, 21 maja", "DARMOWA dostawa"),
        ("DARMOWA dostawa dla członków Prime", ""),
        ("4.6 out of 5 stars", ""),
    ],
)
def test_delivery_is_what_everybody_pays(text: str, shipping: str) -> None:
    assert one(price("99", "00", "$"), below=delivery(text)).shipping == shipping


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Only 2 left in stock - order soon.", "InStock"),
        ("Dostępne sztuki: 2 – zamów teraz.", "InStock"),
        ("Currently unavailable.", "OutOfStock"),
        ("Save 5% more", ""),
    ],
)
def test_the_stock_is_told_by_its_words(text: str, word: str) -> None:
    assert one(price("9", "00", "$"), below=f'<span class="a-color-price">{text}</span>').availability == word


def test_a_product_shown_twice_is_one_listing_with_the_price_that_either_has() -> None:
    advertised = card("B0CARD0001", "A card", "", sponsored=True)
    found = listings(advertised, card("B0CARD0001", "A card", price("99", "00", "$")))
    assert [(listing.site_id, listing.price) for listing in found] == [("amazon.com/B0CARD0001", "$99.00")]


@pytest.mark.parametrize(
    ("where", "domain", "currency"),
    [
        ({"url": "https://www.amazon.de/s?k=gpu", "lang": "en-gb", "domain": "elsewhere"}, "amazon.de", "EUR"),
        ({"domain": "amazon.co.jp", "lang": "en-us"}, "amazon.co.jp", "JPY"),
        ({"domain": "elsewhere", "lang": "pl-pl"}, "amazon.pl", "PLN"),
    ],
)
def test_the_marketplace_is_told_by_address_server_or_language(
    where: dict[str, str], domain: str, currency: str
) -> None:
    listing = one(price("9", "00", "$"), **where)
    assert (listing.url, listing.currency) == (f"https://www.{domain}/dp/B0CARD0001", currency)


def test_a_page_that_does_not_say_whose_it_is_is_asked_about() -> None:
    with pytest.raises(ParseError, match="give its address"):
        listings(card("B0CARD0001", "A card", price("9", "00", "$")), domain="elsewhere", lang="")


def test_a_brand_in_a_heading_of_its_own_is_not_the_title() -> None:
    shown = card("B0CARD0001", "RTX 3090", price("9", "00", "$")).replace(
        '<div data-cy="title-recipe">', '<div data-cy="title-recipe"><h2 class="a-size-mini"><span>ACME</span></h2>'
    )
    assert [listing.title for listing in listings(shown)] == ["RTX 3090"]


@pytest.mark.parametrize("nothing", ["No results for", "Keine Ergebnisse für", "Brak wyników dla"])
def test_an_empty_search_says_so(nothing: str) -> None:
    assert listings(f"<div><span>{nothing} </span><span>h800</span></div>") == []


def test_a_page_without_cards_that_does_not_say_so_is_unreadable() -> None:
    with pytest.raises(ParseError, match="nothing says that the search found none"):
        listings("<div><span>Results</span></div>")


def test_a_product_without_price_must_say_why() -> None:
    with pytest.raises(ParseError, match="neither a price nor a word"):
        list(read(SCRAPER, page(product("RTX 3090"))))
    choices = '<div id="buybox-see-all-buying-choices"><a>See All Buying Options</a></div>'
    (listing,) = read(SCRAPER, page(product("RTX 3090", box=choices)))
    assert (listing.price, listing.attributes["otherOffers"]) == ("", "See All Buying Options")


def test_the_robot_check_is_a_refusal(corpus: Path) -> None:
    file = corpus / "pages" / "amazon_misc" / "amazon.html"
    with pytest.raises(Blocked, match="Amazon robot check"):
        saved("amazon", file, file.read_bytes())


# Counted by grep: result cards of data-component-type="s-search-result"; priced ones by eye over their texts.
@pytest.mark.parametrize(
    ("name", "cards", "priced", "currency", "total"),
    [
        ("listings_COM_1.html", 29, 25, "USD", "28272.34"),
        ("listings_PL_1.html", 25, 24, "PLN", "145575.63"),
        ("amazon_search.html", 22, 22, "USD", "1364.96"),
        ("amazon_product.html", 1, 1, "USD", "35.99"),
    ],
)
def test_real_pages_are_read_whole(corpus: Path, name: str, cards: int, priced: int, currency: str, total: str) -> None:
    file = corpus / "pages" / "amazon" / name
    found = list(read(SCRAPER, saved("amazon", file, file.read_bytes())))
    assert len({listing.site_id for listing in found}) == len(found) == cards
    for field in ("title", "url", "image", "currency"):
        assert all(getattr(listing, field) for listing in found), field
    read_prices = [read_price(listing.price, currency=listing.currency) for listing in found]
    amounts = [one for one in read_prices if isinstance(one, Price)]
    assert len(amounts) == priced
    assert {one.currency for one in amounts} == {currency}
    assert str(sum(one.amount for one in amounts)) == total
    assert all(listing.price == "" for listing, one in zip(found, read_prices, strict=True) if isinstance(one, NoPrice))


def test_a_real_product_page_tells_its_facts(corpus: Path) -> None:
    file = corpus / "pages" / "amazon" / "amazon_product.html"
    (listing,) = read(SCRAPER, saved("amazon", file, file.read_bytes()))
    assert (listing.price, listing.availability, listing.shipping) == ("$35.99", "InStock", "FREE")
    assert listing.seller
    assert listing.description
    assert listing.attributes["Color"] == "black"


def test_ids_differ_between_marketplaces() -> None:
    shown = price("9", "00", "$")
    found = {one(shown, domain=domain, lang="").site_id for domain in ("amazon.com", "amazon.de")}
    assert found == {"amazon.com/B0CARD0001", "amazon.de/B0CARD0001"}
