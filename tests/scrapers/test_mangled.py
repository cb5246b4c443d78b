"""Whatever a site sends, a parser answers with listings or a SourceError, and soon."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

import scrapers.sites
from scrapers.base import Page, Request
from scrapers.crawl import crawl, read
from scrapers.fetch import Fetcher
from tests.scrapers import recordings
from tests.scrapers.local import Clock
from tests.scrapers.recordings import Recording
from tracker.core.errors import ParseError, SourceError
from tracker.core.models import RawListing

ODD: tuple[Any, ...] = (None, 7, -0.5, True, "", "https://[", "\x00\ud800", [], [7], {}, [[]], {"@value": {}}, [None])


@pytest.fixture(params=scrapers.sites.names())
def recording(request: pytest.FixtureRequest) -> Recording:
    return Recording(request.param, "normal")


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    return recordings.vcr_config()


@pytest.fixture
def vcr_cassette_dir(recording: Recording) -> str:
    return str(recording.cassette.parent)


@pytest.fixture
def default_cassette_name(recording: Recording) -> str:
    return recording.case


@pytest.fixture
def pages(recording: Recording, vcr: object) -> list[Page]:
    """The pages of a site's normal recording."""
    clock, kept = Clock(), []
    source, scraper = recording.source, recording.scraper
    with Fetcher(secrets=recordings.replay_secrets(scraper), sleep=clock.sleep, monotonic=clock) as fetcher:
        fetch = fetcher.of(scraper, source)

        def keep(request: Request) -> Page:
            kept.append(fetch(request))
            return kept[-1]

        crawl(scraper, source, keep)
    return kept


def values_of(text: str) -> list[tuple[int, int]]:
    """Where JSON values lie in a page, be it JSON itself or JSON-LD."""
    starts = [text.find("{")] if "{" in text and not text.startswith("<") else []
    mark = 0
    while (mark := text.find('ld+json">', mark) + 1) > 0:
        starts.append(text.index("{", mark))
    decoder = json.JSONDecoder()
    return [(start, decoder.raw_decode(text, start)[1]) for start in starts]


def mangled(value: Any) -> Iterator[Callable[[Any], Any]]:
    """For every place in a value: a function that puts something else there, and gives the whole back."""

    def put(path: tuple[Any, ...]) -> Callable[[Any], Any]:
        def changed(odd: Any) -> Any:
            whole = json.loads(json.dumps(value))
            inner = whole
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = odd
            return whole

        return changed

    def walk(node: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        steps = node.items() if isinstance(node, dict) else enumerate(node[:1]) if isinstance(node, list) else ()
        for step, inner in steps:
            yield (*path, step)
            yield from walk(inner, (*path, step))

    return (put(path) for path in walk(value, ()))


@pytest.mark.vcr
def test_any_value_may_be_anything(recording: Recording, pages: list[Page]) -> None:
    page = pages[0]
    tried = 0
    for start, end in values_of(page.text):
        for place in mangled(json.loads(page.text[start:end])):
            for odd in ODD:
                text = page.text[:start] + json.dumps(place(odd)) + page.text[end:]
                with suppress(SourceError):
                    changed = replace(page, text=text)
                    list(read(recording.scraper, changed))
                    list(recording.scraper.follow(changed))
                tried += 1
    assert tried > 100 or not values_of(page.text)


@pytest.mark.vcr
def test_cut_scrambled_and_deep_pages_are_survived(recording: Recording, pages: list[Page]) -> None:
    text = pages[0].text
    step = max(1, len(text) // 60)
    variants = [text[:cut] for cut in range(0, len(text), step)]
    variants += [text.encode("utf-16").decode("latin-1"), text.replace('"', "'"), text[::-1], "\x00" * 1000]
    variants += [
        "[" * 100_000,
        '{"a":' * 100_000,
        "<div>" * 20_000,
        '<script type="application/ld+json">' + "[" * 100_000,
    ]
    for variant in variants:
        with suppress(SourceError):
            list(read(recording.scraper, replace(pages[0], text=variant)))


def showing(listings: list[RawListing], _: Page) -> list[RawListing]:
    """A parser that finds the same on every page."""
    return listings


@pytest.mark.vcr
def test_a_mandatory_field_that_vanishes_is_noticed(recording: Recording, pages: list[Page]) -> None:
    """Whatever the parser reads a mandatory field from, without it the page is unreadable."""
    scraper = recording.scraper
    for name in scraper.mandatory:
        without: Any = {name: ""}
        listings = [replace(listing, **without) for listing in scraper.parse(pages[0])]
        with pytest.raises(ParseError, match=f"has a {name}"):
            list(read(replace(scraper, parse=partial(showing, listings)), pages[0]))
