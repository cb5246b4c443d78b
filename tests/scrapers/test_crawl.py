"""A walk asks for each address once, ends where it must, and keeps what it has."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import scrapers.sites
from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from scrapers.crawl import Crawl, crawl, read
from tests.scrapers.local import SOURCE, scraper
from tracker.core.errors import ParseError, Unreachable
from tracker.core.models import RawListing

SHOP = "https://shop.example"


def listing(name: str, **changes: Any) -> RawListing:
    return RawListing(
        **{"site": "cardbarn", "site_id": name, "title": f"Card {name}", "url": f"{SHOP}/{name}"} | changes
    )


class Shop:
    """A shop of numbered pages, each given as the ids it shows; a page leads to the next and to the first."""

    def __init__(self, *pages: str) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def fetch(self, request: Request) -> Page:
        self.asked.append(request.url.removeprefix(f"{SHOP}/"))
        number = int(self.asked[-1])
        if number >= len(self.pages):
            raise Unreachable("answers 500", site="cardbarn", url=request.url)
        return Page(url=request.url, text=self.pages[number], source=SOURCE)

    def scraper(self, **changes: Any) -> Scraper:
        plain: dict[str, Any] = {"start": start, "parse": parse, "follow": follow, "walk": Walk.CATALOGUE}
        return scraper(**plain | changes)


def start(_: Source) -> Iterable[Request]:
    return [Request(url=f"{SHOP}/0"), Request(url=f"{SHOP}/0")]


def parse(page: Page) -> Iterator[RawListing]:
    if page.text == "broken":
        raise page.unreadable("no cards")
    return (listing(name) for name in page.text.split())


def follow(page: Page) -> Iterator[Request]:
    number = int(page.url.rpartition("/")[2])
    yield Request(url=f"{SHOP}/0")
    if page.text:
        yield Request(url=f"{SHOP}/{number + 1}")


def walk(shop: Shop, *, mode: Mode = Mode.FULL, limit: int = 200, **changes: Any) -> Crawl:
    return crawl(shop.scraper(**changes), replace(SOURCE, mode=mode), shop.fetch, limit=limit)


def names(result: Crawl) -> str:
    return " ".join(found.site_id for found in result.listings)


def test_a_catalogue_is_walked_to_its_last_page_each_address_once() -> None:
    shop = Shop("a b", "b c", "")
    result = walk(shop)
    assert names(result) == "a b c"
    assert shop.asked == ["0", "1", "2"]
    assert (result.pages, result.complete, result.error) == (3, True, None)


@pytest.mark.parametrize("last", ["broken", None])
def test_a_failing_page_ends_the_walk_and_keeps_what_came_before(last: str | None) -> None:
    shop = Shop("a b", *([last] if last else []))
    result = walk(shop)
    assert names(result) == "a b"
    assert not result.complete
    assert isinstance(result.error, ParseError if last else Unreachable)


def test_no_more_pages_than_the_limit() -> None:
    shop = Shop("a", "b", "c", "d", "")
    result = walk(shop, limit=2)
    assert names(result) == "a b"
    assert (result.pages, result.complete, result.error) == (2, False, None)


def test_a_page_that_repeats_only_known_listings_ends_the_walk_unfinished() -> None:
    shop = Shop("a b", "b a", "b a", "b a")
    result = walk(shop)
    assert shop.asked == ["0", "1"]
    assert not result.complete


@pytest.mark.parametrize(
    ("changes", "mode"),
    [({"walk": Walk.WINDOW}, Mode.FULL), ({}, Mode.SWEEP), ({"capped": lambda _: True}, Mode.FULL)],
)
def test_a_window_a_sweep_and_a_capped_search_are_never_complete(changes: dict[str, Any], mode: Mode) -> None:
    assert not walk(Shop("a", ""), mode=mode, **changes).complete


def test_a_walk_that_asked_for_nothing_says_nothing_about_what_is_missing() -> None:
    assert not walk(Shop("a"), start=lambda _: ()).complete


def test_an_entry_without_id_goes_by_its_address_and_without_either_is_counted_out() -> None:
    entries = [listing("", url=f"{SHOP}/x"), listing("", url=""), listing("", url=""), listing("a")]
    result = walk(Shop("", ""), parse=lambda _: entries)
    assert [found.site_id for found in result.listings] == [f"{SHOP}/x", "a"]
    assert result.unnamed == 2


PAGE = Page(url=f"{SHOP}/0", text="-", source=SOURCE)


def reading(*entries: RawListing, **changes: Any) -> list[RawListing]:
    return list(read(scraper(parse=lambda _: entries, **changes), PAGE))


def test_a_field_that_vanished_from_a_whole_page_means_the_site_changed() -> None:
    with pytest.raises(ParseError, match="none of 2 listings has a price"):
        reading(listing("a"), listing("b"), mandatory=("title", "price"))
    assert len(reading(listing("a", price="5"), listing("b"), mandatory=("title", "price"))) == 2
    assert reading(mandatory=("title", "price")) == []


def test_what_no_database_can_store_is_replaced() -> None:
    (mended,) = reading(listing("a", title="RTX\x00 3090 \ud83d", attributes={"Tags": "new\x00", "Size": "24 GB"}))
    assert mended.title == "RTX\ufffd 3090 \ufffd"
    assert mended.attributes == {"Tags": "new\ufffd", "Size": "24 GB"}
    plain = listing("a", description="two\nlines")
    assert reading(plain) == [plain]


@pytest.mark.parametrize("site", scrapers.sites.names())
def test_every_site_is_whole(site: str) -> None:
    built = scrapers.sites.load(site)
    assert built.site == site
    assert set(built.required) <= set(built.options)
    assert all(meaning for meaning in built.options.values())
    assert built.delay_s >= 1


def test_a_site_without_a_file_is_unknown() -> None:
    with pytest.raises(KeyError):
        scrapers.sites.load("nowhere")


def deep(text: str) -> Callable[[], object]:
    return lambda: Page(url=SHOP, text=text, source=SOURCE).json


@pytest.mark.parametrize("text", ["<html>", "", "{", '{"a": 1}}', "[" * 100_000, "nul", '{"a": ' + "9" * 5000 + "}"])
def test_what_is_not_json_is_a_parse_error(text: str) -> None:
    with pytest.raises(ParseError):
        deep(text)()


def test_json_keeps_the_digits_of_a_price() -> None:
    page = Page(url=SHOP, text='{"price": 1299.90, "none": NaN}', source=SOURCE)
    assert str(page.json["price"]) == "1299.90"
    assert page.json["none"] is None
