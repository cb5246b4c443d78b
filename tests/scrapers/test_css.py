"""Pages read by configuration alone: how fields are written, and what is said when a selector finds nothing."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scrapers.base import Mode, Page, Source
from scrapers.crawl import Fetch, crawl, read
from scrapers.platforms import css
from scrapers.platforms.css import mistakes, search
from scrapers.platforms.fields import fill, selectors
from scrapers.platforms.paths import BadPath, find
from scrapers.saved import saved
from scrapers.sites.pages import SCRAPER, sources
from tests.scrapers.invented.pages import API, API_OPTIONS, BASE, FIRST, LAST, NOTHING, OPTIONS, hit
from tracker.core.errors import ParseError
from tracker.core.models import RawListing
from tracker.core.money import Price, read_price


def page(text: bytes | str, url: str = BASE, options: dict[str, str] | None = None, **changes: Any) -> Page:
    source = Source(name="market", site="pages", options=OPTIONS if options is None else options, currency="EUR")
    body = text.decode() if isinstance(text, bytes) else text
    return Page(url=url, text=body, source=replace(source, **changes))


def listings(shown: Page) -> list[RawListing]:
    return list(read(SCRAPER, shown))


def api(*hits: Any, number: int = 0, **options: str) -> Page:
    return page(json.dumps({"hits": hits}), API.replace("{page}", str(number)), API_OPTIONS | options)


# --- paths ---------------------------------------------------------------------------------------------------------

VALUE = {"a": {"b.c": [1, 2], "d": [{"e": "x"}, {"e": "y"}, {}]}, "f": [[7]], "*": 1}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", [VALUE]),
        ("a.d[*].e", ["x", "y"]),
        ("a.d[0].e", ["x"]),
        ("a.d[-2].e", ["y"]),
        ("a.d[3].e", []),
        ("a['b.c'][1]", [2]),
        ('a["b.c"]', [[1, 2]]),
        ("a.*[*].e", ["x", "y"]),
        ("f[0][0]", [7]),
        ("a.d.e", []),
        ("nowhere.at.all", []),
        (" a.d ", [VALUE["a"]["d"]]),  # type: ignore[index]
    ],
)
def test_a_path_leads_to_values(path: str, found: list[Any]) -> None:
    assert find(VALUE, path) == found


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a[", "a[x]", "a]b", "a['b", "a b", "a[0]b"])
def test_a_path_that_cannot_be_read_is_named(path: str) -> None:
    with pytest.raises(BadPath, match="cannot be read from"):
        find(VALUE, path)


# --- fields --------------------------------------------------------------------------------------------------------

SAYS = {".price": "90 €", "id": "7", "slug": "tesla-t4", ".empty": ""}


@pytest.mark.parametrize(
    ("field", "text", "asked"),
    [
        (".price", "90 €", [".price"]),
        (".empty | .price", "90 €", [".empty", ".price"]),
        (".empty | .gone", "", [".empty", ".gone"]),
        ("https://s.example/{slug}-{ id }", "https://s.example/tesla-t4-7", ["slug", "id"]),
        ("https://s.example/{.empty}", "", [".empty"]),
        ("{.empty} | 'on request'", "on request", [".empty"]),
        ("'a {brace}'", "a {brace}", []),
    ],
)
def test_a_field_is_filled(field: str, text: str, asked: list[str]) -> None:
    assert fill(field, lambda selector: SAYS.get(selector, "")) == text
    assert selectors(field) == asked


# --- pages of markup -----------------------------------------------------------------------------------------------


def test_every_field_is_read_and_a_gap_is_none() -> None:
    p40, rtx = listings(page(FIRST.body))
    assert p40 == RawListing(
        site="pages",
        site_id="kleinmarkt.example/501",
        title="Tesla P40 24 GB, mit Lüfter",
        url="https://kleinmarkt.example/a/501",
        price="210 € VB",
        currency="EUR",
        condition="used",
        description="Aus einem Server, läuft.",
        seller="rackratte",
        country="DE",
        image="https://kleinmarkt.example/img/501.webp",
    )
    assert rtx.price == "690 €"
    assert [listing.availability for listing in listings(page(LAST.body, f"{BASE}?seite=2"))] == ["OutOfStock"]


def test_without_an_id_the_address_names_a_listing() -> None:
    without = {name: field for name, field in OPTIONS.items() if name != "id"}
    assert [listing.site_id for listing in listings(page(FIRST.body, options=without))] == [
        "https://kleinmarkt.example/a/501",
        "https://kleinmarkt.example/a/502",
    ]


@pytest.mark.parametrize("name", ["title", "price", "link", "id"])
def test_a_selector_that_finds_nothing_is_named(name: str) -> None:
    with pytest.raises(ParseError, match=f"none of the items at 'li.ad' has a {name} at '.moved'"):
        listings(page(FIRST.body, options=OPTIONS | {name: ".moved"}))


def test_an_item_selector_that_finds_nothing_is_named() -> None:
    without = {name: field for name, field in OPTIONS.items() if name != "empty"}
    with pytest.raises(ParseError, match=r"no item at 'li\.card'; where a search may find nothing, `empty` names"):
        listings(page(FIRST.body, options=without | {"item": "li.card"}))
    with pytest.raises(ParseError, match=r"no item at 'li\.card', and no '\.nothing'"):
        listings(page(FIRST.body, options=OPTIONS | {"item": "li.card"}))


def test_an_empty_search_is_known_by_its_mark() -> None:
    assert listings(page(NOTHING.body)) == []


@pytest.mark.parametrize("name", ["item", "title", "link", "next", "empty", "sold_out", "id"])
def test_a_selector_that_is_none_is_named(name: str) -> None:
    body = NOTHING.body.replace(b"<li ", b"<p ") if name == "empty" else LAST.body
    broken = page(body, options=OPTIONS | {name: "a[[href"})
    with pytest.raises(ParseError, match=r"'a\[\[href' is no CSS selector"):
        listings(broken)


def test_a_first_page_of_several_must_lead_on() -> None:
    with pytest.raises(ParseError, match=r"2 of 3 entries, and no next page at 'a\.onward'"):
        listings(page(FIRST.body, options=OPTIONS | {"next": "a.onward"}))
    assert len(listings(page(LAST.body, f"{BASE}?seite=2"))) == 1


@pytest.mark.parametrize(
    ("href", "onward"),
    [
        ("/suche?seite=2", ["https://kleinmarkt.example/suche?seite=2"]),
        ("https://www.kleinmarkt.example/suche?seite=2", ["https://www.kleinmarkt.example/suche?seite=2"]),
        ("https://elsewhere.example/suche", []),
        ("javascript:next()", []),
        ("http://[", []),
        ("", []),
    ],
)
def test_the_next_page_lies_on_the_same_site(href: str, onward: list[str]) -> None:
    body = FIRST.body.decode().replace("/suche?seite=2", href).replace("3 Treffer", "")
    assert [request.url for request in SCRAPER.follow(page(body))] == onward


def test_a_sweep_stays_on_the_first_page() -> None:
    assert list(SCRAPER.follow(page(FIRST.body, mode=Mode.SWEEP))) == []


def test_a_saved_page_is_read_as_if_it_lay_where_its_source_says() -> None:
    source = page("").source
    shown = saved("pages", Path("suche.html"), FIRST.body, source=source)
    assert [listing.url for listing in listings(shown)] == [
        "https://kleinmarkt.example/a/501",
        "https://kleinmarkt.example/a/502",
    ]


def test_a_page_that_nobody_says_how_to_read_cannot_be() -> None:
    with pytest.raises(ParseError, match="it needs url, item, title, price, link"):
        listings(page(FIRST.body, options={}))


# --- pages of JSON -------------------------------------------------------------------------------------------------


def test_numbers_are_printed_and_stock_is_named() -> None:
    (listing,) = listings(api(hit(7, "Tesla T4 &amp; bracket", 540.10, available=False)))
    assert (listing.title, listing.price) == ("Tesla T4 & bracket", "540.1 EUR")
    assert (listing.url, listing.site_id) == ("https://kartenhaus.example/p/tesla-t4--7", "kartenhaus.example/7")
    assert listing.availability == "OutOfStock"


def test_an_empty_list_is_empty_and_a_missing_one_is_not() -> None:
    assert listings(api()) == []
    with pytest.raises(ParseError, match="no item at 'results'"):
        listings(api(hit(7, "Tesla T4", 540), item="results"))


@pytest.mark.parametrize(
    ("shown", "number", "onward"),
    [(2, 0, ["from=2"]), (2, 48, ["from=50"]), (0, 50, [])],
)
def test_offsets_count_on_until_a_page_is_empty(shown: int, number: int, onward: list[str]) -> None:
    current = api(*[hit(7, "Tesla T4", 540)] * shown, number=number)
    assert [request.url.rpartition("&")[2] for request in SCRAPER.follow(current)] == onward


def test_the_first_number_is_asked_for() -> None:
    assert [request.url for request in SCRAPER.start(api().source)] == [API.replace("{page}", "0")]


def test_a_page_that_a_site_sends_elsewhere_ends_the_count() -> None:
    assert list(SCRAPER.follow(replace(api(hit(7, "Tesla T4", 540)), url="https://kartenhaus.example/"))) == []


def test_a_page_of_json_beyond_the_last_one_still_has_its_list() -> None:
    later = replace(api(number=4), text=json.dumps({"hits": []}))
    assert list(read(SCRAPER, later)) == []
    with pytest.raises(ParseError, match="no item at 'hits'"):
        list(read(SCRAPER, replace(later, text=json.dumps({"results": []}))))


def test_a_page_beyond_the_last_one_is_empty_and_the_first_is_not() -> None:
    numbered = {name: field for name, field in OPTIONS.items() if name not in ("next", "empty")}
    numbered |= {"url": f"{BASE}?q=rtx 3090&seite={{page}}"}
    nothing = page(NOTHING.body, f"{BASE}?q=rtx%203090&seite=4", numbered)
    assert listings(nothing) == []
    assert list(SCRAPER.follow(nothing)) == []
    with pytest.raises(ParseError, match="no item at"):
        listings(page(NOTHING.body, f"{BASE}?q=rtx%203090&seite=1", numbered))
    full = page(FIRST.body, f"{BASE}?q=rtx%203090&seite=4", numbered)
    assert [request.url for request in SCRAPER.follow(full)] == [f"{BASE}?q=rtx 3090&seite=5"]


@pytest.mark.parametrize("text", ["window.__STATE__ = {};", '"x"; {', "", "no JSON at all", "[" * 90_000])
def test_embedded_json_that_cannot_be_read_is_a_parse_error(text: str) -> None:
    options = API_OPTIONS | {"data": "script#state"}
    with pytest.raises(ParseError):
        listings(page(f'<p>x<script id="state">{text}</script>', options=options))


def test_embedded_json_is_read_out_of_an_assignment() -> None:
    state = json.dumps({"hits": [hit(7, "Tesla T4", 540)]})
    shown = page(f'<script id="state">window.__S__ = {state}; go();</script>', options=API_OPTIONS | {"data": "#state"})
    assert [listing.title for listing in listings(shown)] == ["Tesla T4"]


# --- whole walks ---------------------------------------------------------------------------------------------------


def walk(bodies: dict[str, bytes], options: dict[str, str]) -> tuple[int, bool]:
    source = page("", options=options).source
    fetch: Fetch = lambda request: page(bodies[request.url], request.url, options)  # noqa: E731
    result = crawl(SCRAPER, source, fetch)
    return len(result.listings), result.complete


def test_a_walk_is_complete_when_it_can_tell() -> None:
    both = {BASE: FIRST.body, f"{BASE}?seite=2": LAST.body}
    alone = {name: field for name, field in OPTIONS.items() if name != "next"}
    assert walk(both, OPTIONS) == (3, True)
    assert walk(both, alone) == (2, False)
    assert walk(both, alone | {"complete": "true"}) == (2, True)


# --- configuration -------------------------------------------------------------------------------------------------


def test_a_site_of_its_own_needs_no_options() -> None:
    shop = search("market", every=SCRAPER.every, currency="EUR", **OPTIONS)
    assert (shop.required, shop.currency) == ((), "EUR")
    assert shop.options.keys() == SCRAPER.options.keys() - OPTIONS.keys()
    assert len(list(read(shop, page(FIRST.body, options={}, site="market")))) == 2


def test_tables_of_pages_become_sources() -> None:
    kartenhaus = {"url": API, "item": "hits"}
    assert sources([{"url": BASE, "every": "2h"}, kartenhaus, kartenhaus | {"name": "again"}]) == {
        "kleinmarkt.example": {"site": "pages", "url": BASE, "every": "2h"},
        "api.kartenhaus.example": {"site": "pages", **kartenhaus},
        "again": {"site": "pages", **kartenhaus},
    }


@pytest.mark.parametrize(
    ("tables", "said"), [([{"url": BASE}, {"url": BASE}], "give each a name"), ([{"item": "li"}], "needs an url")]
)
def test_tables_without_a_name_of_their_own_are_refused(tables: list[dict[str, str]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        sources(tables)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"item": "li["}, ["item: 'li[' is no CSS selector"]),
        ({"price": ".now | .was["}, ["price: '.was[' is no CSS selector"]),
        ({"link": "https://s.example/{.id}/{@data-x}"}, []),
        ({"format": "xml"}, ["format is 'xml': it may be html or json"]),
        ({"page_first": "one"}, ["page_first is 'one': it must be a number"]),
        ({"data": "script[["}, ["data: 'script[[' is no CSS selector"]),
    ],
)
def test_mistakes_in_selectors_are_told_before_any_visit(change: dict[str, str], said: list[str]) -> None:
    assert list(mistakes(OPTIONS)) == list(mistakes(API_OPTIONS)) == []
    told = [one for one in mistakes(OPTIONS | change) if "cannot be read from" not in one]
    assert told == said


def test_mistakes_in_paths_are_told_too() -> None:
    (said,) = mistakes(API_OPTIONS | {"title": "a..b"})
    assert said == "title: 'a..b' cannot be read from '.b' on"


# --- real pages ----------------------------------------------------------------------------------------------------

TARGET = {
    "url": "https://www.target.com/s?searchTerm=gpu",
    "format": "json",
    "item": "data.search.products",
    "title": "item.product_description.title",
    "price": "price.formatted_current_price",
    "link": "item.enrichment.buy_url",
    "id": "tcin",
    "image": "item.enrichment.image_info.primary_image.url",
    "total": "data.search.search_response.metadata.total_results",
}
XKOM = {
    "url": "https://www.x-kom.pl/g-5/c/345-karty-graficzne.html",
    "item": "#listing-container > div",
    "title": "h3@title",
    "price": "span.sc-6n68ef-3",
    "link": "a:has(h3)",
    "image": "img",
}
MORELE = {
    "url": "https://www.morele.net/kategoria/karty-graficzne-12/",
    "item": ".cat-product",
    "title": ".cat-product-name",
    "price": ".price-new",
    "link": ".cat-product-name a",
    "id": "@data-product-id",
    "image": "img.product-image",
    "next": "link[rel=next]",
}
QUOKA = {
    "url": "https://www.quoka.de/anzeigen/?q=RTX+3060",
    "item": ".article-item",
    "title": ".article-title",
    "price": ".article-price",
    "link": ".article-title a",
    "id": "@data-articleid",
    "description": ".article-description",
    "country": "'DE'",
}


@pytest.mark.parametrize(
    ("file", "options", "currency", "count", "mark"),
    [
        # What each holds was counted in the file by eye, and is counted again by a mark that no selector looks at.
        ("target/target_search.json", TARGET, "USD", 24, '"ProductSummary"'),
        ("xkom/listings.html", XKOM, "PLN", 30, "Dodaj do por"),
        ("morele/listings.html", MORELE, "PLN", 30, "js-open-prime-info-modal"),
        ("quoka/quoka_search_rtx_3060.html", QUOKA, "EUR", 12, '<p class="article-date">'),
    ],
)
def test_real_pages_are_read_whole(
    corpus: Path, file: str, options: dict[str, str], currency: str, count: int, mark: str
) -> None:
    source = Source(name="real", site="pages", options=options, currency=currency)
    path = corpus / "pages" / file
    shown = saved("pages", path, path.read_bytes(), source=source)
    found = listings(shown)
    assert shown.text.count(mark) == len(found) == len({listing.site_id for listing in found}) == count
    for listing in found:
        price = read_price(listing.price, currency=listing.currency)
        assert isinstance(price, Price), listing
        assert price.currency == currency
        assert price.amount >= 5
        assert len(listing.title) > 8
        assert listing.url.startswith("https://www.")
    assert list(mistakes(options)) == []


def test_a_real_next_page_is_found(corpus: Path) -> None:
    path = corpus / "pages" / "morele" / "listings.html"
    source = Source(name="real", site="pages", options=MORELE)
    shown = saved("pages", path, path.read_bytes(), source=source)
    (request,) = SCRAPER.follow(shown)
    assert request.url == "https://www.morele.net/kategoria/karty-graficzne-12/,,,,,,,,0,,,,/2/"


def test_a_real_page_whose_prices_moved_is_unreadable(corpus: Path) -> None:
    path = corpus / "pages" / "quoka" / "quoka_search_rtx_3060.html"
    source = Source(name="real", site="pages", options=QUOKA, currency="EUR")
    body = path.read_bytes().replace(b"article-price", b"article-cost")
    with pytest.raises(ParseError, match=r"none of the items at '.article-item' has a price at '.article-price'"):
        listings(saved("pages", path, body, source=source))


@pytest.mark.parametrize(
    "link",
    ["/p/1", "/p/a-b_c/%20x/", "/", "/../p", "/p/../q", "/.p", "//host/p", "p/1", "/p?utm_x=1&b=2", "/p#top", "/ü", ""],
)
@pytest.mark.parametrize(
    "base", ["https://Barn.example:8443/s/x?page=2", "http://barn.example", "barn.html", "http://[x"]
)
def test_the_short_way_to_an_address_is_the_long_one(link: str, base: str, monkeypatch: pytest.MonkeyPatch) -> None:

    page = Page(url=base, text="", source=Source(name="barn", site="pages"))
    options = {"url": base}
    short = css._absolute(page, options, link)
    monkeypatch.setattr(css, "_PLAIN_LINK", re.compile(r"(?!)"))
    assert short == css._absolute(page, options, link)
