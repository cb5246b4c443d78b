"""Asking a real server whether a page changed: what is not read again still counts, and nothing is lost."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from scrapers.crawl import Crawl, crawl
from scrapers.memory import FRESH, Remembered, memory_of, reader_of
from tests.scrapers.local import SOURCE, Reply, Server, Visit, fetching, scraper
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

SHOP = "https://shop.example"
MODIFIED = "Fri, 01 May 2026 10:00:00 GMT"


@dataclass
class Memory:
    """What a database does: it keeps dumped pages by address, and forgets them when they are old."""

    now: datetime = datetime(2026, 5, 1, tzinfo=UTC)
    kept: dict[str, tuple[datetime, str]] = field(default_factory=dict)

    def recall(self, url: str) -> Remembered | None:
        read_at, text = self.kept.get(url, (self.now - FRESH, ""))
        return Remembered.load(text) if self.now - read_at < FRESH else None

    def keep(self, result: Crawl) -> None:
        self.kept |= {url: (self.now, memory.dump()) for url, memory in result.remembered.items()}


class Shop:
    """Numbered pages, each a line of words; a page leads to the next while there is one."""

    def __init__(self, *pages: str, tell: Callable[[str], dict[str, str]]) -> None:
        self.pages = list(pages)
        self.parsed: Counter[str] = Counter()
        self.tell = tell

    def answer(self, visit: Visit) -> Reply:
        number = int(visit.path.strip("/"))
        text = f"{number} of {len(self.pages)}: {self.pages[number]}"
        validators = self.tell(text)
        asked = {visit.headers.get("if-none-match"), visit.headers.get("if-modified-since")} - {None}
        if asked and asked <= set(validators.values()):
            return Reply(b"", 304, validators)
        return Reply(text.encode(), headers={"Content-Type": "text/plain", **validators})

    def scraper(self, **changes: Any) -> Scraper:
        plain: dict[str, Any] = {"start": start, "parse": self.parse, "follow": follow, "walk": Walk.CATALOGUE}
        return scraper(**plain | changes)

    def parse(self, page: Page) -> Iterator[RawListing]:
        self.parsed[page.url.rpartition("/")[2]] += 1
        if "broken" in page.text:
            raise page.unreadable("broken")
        for name in page.text.partition(": ")[2].split():
            yield RawListing(site="cardbarn", site_id=name, title=f"Card {name}", url=f"{SHOP}/card/{name}")


def start(_: Source) -> Iterable[Request]:
    return [Request(url=f"{SHOP}/0")]


def follow(page: Page) -> Iterator[Request]:
    number, _, total = page.text.partition(": ")[0].partition(" of ")
    if int(number) + 1 < int(total):
        yield Request(url=f"{SHOP}/{int(number) + 1}", headers={"X-Page": "next"})


def by_etag(text: str) -> dict[str, str]:
    return {"ETag": f'W/"{hash(text)}"'}


def by_both(text: str) -> dict[str, str]:
    return {"ETag": f'"{hash(text)}"', "Last-Modified": MODIFIED}


def walk(server: Server, shop: Shop, memory: Memory | None, source: Source = SOURCE, **changes: Any) -> Crawl:
    server.answers |= {f"/{number}": shop.answer for number in range(len(shop.pages))}
    built = shop.scraper(**changes)
    with fetching(server) as fetcher:
        fetch = fetcher.of(built, source)
        return crawl(built, source, fetch, recall=memory.recall) if memory else crawl(built, source, fetch)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({}) as server:
        yield server


def names(result: Crawl) -> str:
    return " ".join(listing.site_id for listing in result.listings)


@pytest.mark.parametrize("tell", [by_etag, by_both, lambda _: {"Last-Modified": MODIFIED}])
def test_an_unchanged_site_is_walked_whole_without_parsing_anything(
    server: Server, tell: Callable[[str], dict[str, str]]
) -> None:
    shop, memory = Shop("a b", "c d", "e", tell=tell), Memory()
    first = walk(server, shop, memory)
    memory.keep(first)
    assert (names(first), first.seen_again, first.shown) == ("a b c d e", (), 5)
    second = walk(server, shop, memory)
    assert (names(second), second.seen_again, second.shown) == ("", ("a", "b", "c", "d", "e"), 5)
    assert (second.pages, second.complete, second.error, second.remembered) == (3, True, None, {})
    assert shop.parsed == {"0": 1, "1": 1, "2": 1}
    assert server.paths == ["/0", "/1", "/2"] * 2
    assert [visit.headers.get("x-page") for visit in server.visits[3:]] == [None, "next", "next"]


def test_only_what_changed_is_read_again(server: Server) -> None:
    shop, memory = Shop("a b", "c d", "e", tell=by_etag), Memory()
    memory.keep(walk(server, shop, memory))
    shop.pages[1] = "d x"
    second = walk(server, shop, memory)
    assert (names(second), second.seen_again) == ("d x", ("a", "b", "e"))
    assert list(second.remembered) == [f"{SHOP}/1"]
    memory.keep(second)
    assert walk(server, shop, memory).seen_again == ("a", "b", "d", "x", "e")


def test_a_listing_on_a_changed_page_is_read_not_merely_seen(server: Server) -> None:
    shop, memory = Shop("a b", "c", tell=by_etag), Memory()
    memory.keep(walk(server, shop, memory))
    shop.pages[1] = "b z"
    second = walk(server, shop, memory)
    assert (second.seen_again, names(second), second.shown) == (("a",), "b z", 3)


def test_without_a_memory_or_validators_everything_is_read(server: Server) -> None:
    shop = Shop("a", "b", tell=by_etag)
    for memory in (None, Memory()):
        assert names(walk(server, shop, memory)) == "a b"
    silent, memory = Shop("a", "b", tell=lambda _: {}), Memory()
    memory.keep(walk(server, silent, memory))
    assert memory.kept == {}


def test_a_day_later_everything_is_read_whatever_the_server_says(server: Server) -> None:
    """A server that sends one ETag for ever hides its changes for a day, not for good."""
    shop, memory = Shop("a", "b", tell=lambda _: {"ETag": '"always"'}), Memory()
    memory.keep(walk(server, shop, memory))
    shop.pages[0] = "z"
    assert names(walk(server, shop, memory)) == ""
    memory.now += timedelta(hours=23)
    memory.keep(walk(server, shop, memory))
    memory.now += timedelta(hours=1)
    assert names(walk(server, shop, memory)) == "z b"


@pytest.mark.parametrize(
    "change", [{"currency": "EUR"}, {"options": {"query": "x"}}, {"country": "DE"}, {"mode": Mode.SWEEP}]
)
def test_what_was_read_otherwise_is_read_again(server: Server, change: dict[str, Any]) -> None:
    shop, memory = Shop("a", tell=by_etag), Memory()
    memory.keep(walk(server, shop, memory))
    assert names(walk(server, shop, memory, replace(SOURCE, **change))) == "a"
    assert names(walk(server, shop, memory)) == ""


def test_a_page_that_could_not_be_read_is_not_remembered(server: Server) -> None:
    shop, memory = Shop("a", "broken", tell=by_etag), Memory()
    first = walk(server, shop, memory)
    assert isinstance(first.error, ParseError)
    assert list(first.remembered) == [f"{SHOP}/0"]
    memory.keep(first)
    second = walk(server, shop, memory)
    assert isinstance(second.error, ParseError)
    assert (second.seen_again, second.complete) == (("a",), False)


def test_a_capped_search_stays_capped(server: Server) -> None:
    shop, memory = Shop("a", tell=by_etag), Memory()
    for _ in range(2):
        result = walk(server, shop, memory, capped=lambda _: True)
        memory.keep(result)
        assert not result.complete


def test_pagination_without_end_ends_as_before(server: Server) -> None:
    shop, memory = Shop("a b", "b a", "b a", tell=by_etag), Memory()
    for _ in range(2):
        result = walk(server, shop, memory)
        memory.keep(result)
        assert (result.pages, result.complete, result.shown) == (2, False, 2)


def test_dump_and_load_are_each_others_inverse() -> None:
    onward = (Request(url=f"{SHOP}/1", headers={"X": "ü"}), Request(url=f"{SHOP}/2"))
    memory = Remembered(reader="r", etag='"é"', last_modified="", site_ids=("a", "ü"), onward=onward, capped=True)
    assert Remembered.load(memory.dump()) == memory


@pytest.mark.parametrize("etag", ['"é"', '"a\nb"', "x" * 501])
def test_a_validator_no_header_can_hold_is_not_used(etag: str) -> None:
    assert not memory_of(Page(url=SHOP, text="", source=SOURCE, headers={"etag": etag}), "r").can_be_asked_for


def test_readers_differ_by_site_and_options() -> None:
    other = replace(SOURCE, options={"a": "1", "b": "2"})
    assert reader_of(SOURCE) == reader_of(replace(SOURCE, name="another name"))
    assert reader_of(other) == reader_of(replace(SOURCE, options={"b": "2", "a": "1"}))
    assert len({reader_of(one) for one in (SOURCE, other, replace(SOURCE, site="x"))}) == 3
