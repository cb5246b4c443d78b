"""A site that changes is noticed: without what its pages are read by, a page is unreadable, never quietly poorer.

Each selector and each key that a scraper declares is taken out of every recorded page that has it, and given another
name in it. Then the page must not be read, or be read exactly as before (by another way to the same words).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped]
from selectolax.lexbor import LexborHTMLParser

import scrapers.sites
from scrapers.base import Page, Request, Source
from scrapers.blocks import looks_like_html
from scrapers.crawl import crawl, read
from scrapers.fetch import Fetcher
from tests.scrapers import recordings
from tests.scrapers.local import Clock
from tests.scrapers.recordings import CASSETTES, Recording
from tracker.core.errors import ParseError, SourceError, Suspicious

SITES = scrapers.sites.names()


@dataclass(frozen=True)
class Mark:
    """Something a site's pages are read by: a CSS selector or a JSON key."""

    site: str
    name: str
    is_key: bool

    def __str__(self) -> str:
        return f"{self.site}-{self.name}"

    def renamed(self, text: str) -> str:
        """The page with another name for it."""
        if self.is_key:
            return re.sub(rf'"{self.name}"(\s*:)', rf'"{self.name}_v2"\1', text)
        word = re.findall(r"[\w-]+", self.name)[-1]
        end = "" if "^=" in self.name else r"(?![\w-])"
        return re.sub(rf"(?<![\w-]){re.escape(word)}{end}", f"other-{word}", text)

    def removed(self, text: str) -> str:
        """The page without it."""
        if not self.is_key:
            tree = LexborHTMLParser(text)
            for node in tree.css(self.name):
                node.decompose()
            return tree.html or ""
        if looks_like_html(text):
            return self.renamed(text)
        return "\n".join(json.dumps(_without(value, self.name)) for value in _values(text))

    def is_in(self, text: str) -> bool:
        """Whether a page has it."""
        if self.is_key:
            return f'"{self.name}"' in text
        return looks_like_html(text) and LexborHTMLParser(text).css_first(self.name) is not None


def _values(text: str) -> list[Any]:
    """The JSON value of a page, or those on its lines."""
    try:
        return [json.loads(text)]
    except ValueError:
        return [json.loads(line) for line in text.splitlines() if line]


def _without(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, key) for name, inner in value.items() if name != key}
    return [_without(inner, key) for inner in value] if isinstance(value, list) else value


def declared() -> Iterator[Mark]:
    """What all sites declare."""
    for site in SITES:
        scraper = scrapers.sites.load(site)
        yield from (Mark(site, selector, is_key=False) for selector in scraper.selectors)
        yield from (Mark(site, key, is_key=True) for key in scraper.keys)


@cache
def pages(site: str) -> tuple[Page, ...]:
    """The recorded pages of a site that have listings, saved ones too."""
    recorded = [page for one in recordings.found() if one.site == site for page in _fetched(one)]
    source = Source(name="saved", site=site)
    recorded += [
        Page(url=f"file:{file.name}", text=file.read_text(encoding="utf-8"), source=source)
        for file in sorted((CASSETTES / site / "saved").glob("*.html"))
    ]
    return tuple(page for page in recorded if _readable(page))


def _fetched(recording: Recording) -> list[Page]:
    """The pages of one recording, in the order they were asked for."""
    clock, kept = Clock(), list[Page]()
    scraper, source = recording.scraper, recording.source
    tape = vcr.VCR(**recordings.vcr_config(), record_mode="none")
    secrets = recordings.replay_secrets(scraper)
    with (
        tape.use_cassette(str(recording.cassette)),
        Fetcher(secrets=secrets, sleep=clock.sleep, monotonic=clock) as web,
    ):
        fetch = web.of(scraper, source)

        def keep(request: Request) -> Page:
            kept.append(fetch(request))
            return kept[-1]

        crawl(scraper, source, keep)
    return kept


def _readable(page: Page) -> bool:
    try:
        return bool(list(read(scrapers.sites.load(page.source.site), page)))
    except SourceError:
        return False


@pytest.mark.parametrize("mark", list(declared()), ids=str)
def test_what_vanishes_from_a_page_is_noticed(mark: Mark) -> None:
    scraper = scrapers.sites.load(mark.site)
    having = [page for page in pages(mark.site) if mark.is_in(page.text)]
    assert having, f"no recorded page of {mark.site} has {mark.name!r}: it proves nothing"
    for page in having:
        expected = list(read(scraper, page))
        for text in (mark.removed(page.text), mark.renamed(page.text)):
            assert text != page.text
            try:
                came_out = list(read(scraper, replace(page, text=text)))
            except (ParseError, Suspicious):
                continue
            assert came_out == expected, f"{page.url} is quietly poorer without {mark.name!r}"


@pytest.mark.parametrize("site", SITES)
def test_every_site_says_what_it_is_read_by(site: str) -> None:
    scraper = scrapers.sites.load(site)
    if not (scraper.selectors or scraper.keys):
        pytest.skip(f"{site} declares neither selectors nor keys: what it is read by is not proved here")


def test_a_page_that_keeps_its_marks_is_read() -> None:
    assert all(pages(site) for site in SITES if any(mark.site == site for mark in declared()))


def test_an_offer_in_stock_that_lost_its_price_is_noticed() -> None:
    scraper = scrapers.sites.load("jsonld")
    price = Mark("jsonld", "price", is_key=True)
    in_stock = [page for page in pages("jsonld") if "/InStock" in page.text]
    assert in_stock
    for page in in_stock:
        with pytest.raises(ParseError, match="a currency and no price"):
            list(read(scraper, replace(page, text=price.renamed(page.text))))
