"""A site that changes is noticed: without what its pages are read by, a page is unreadable, never quietly poorer.

Everything that a scraper declares, or that a source's own options name, is taken out of every recorded page that has
it, and given another name in it. Then the page must not be read, or be read exactly as before (by another way to the
same words).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import vcr  # type: ignore[import-untyped]

import scrapers.sites
from scrapers.base import Page, Request, Scraper, Source
from scrapers.crawl import crawl, read
from scrapers.fetch import Fetcher
from scrapers.platforms.fields import selectors
from scrapers.platforms.paths import steps
from tests.scrapers import recordings
from tests.scrapers.local import Clock
from tests.scrapers.marks import (
    Attribute,
    Column,
    Element,
    Envelope,
    InLetters,
    Key,
    Mark,
    Property,
    Selector,
    Text,
    Together,
)
from tests.scrapers.recordings import CASSETTES, Recording
from tracker.core.errors import ParseError, SourceError, Suspicious

SITES = scrapers.sites.names()


# --- what pages are read by ---------------------------------------------------------------------------------------


def by_options(source: Source) -> Iterator[Mark]:
    """What a `[[pages]]` table says every entry has, all its ways to one field together."""
    options = source.options
    for name in ("item", "title", "price", "link", "id", "data"):
        if found := [_at(selector, options) for selector in selectors(options.get(name, "''"))]:
            yield found[0] if len(found) == 1 else Together(tuple(found))


def _at(selector: str, options: Mapping[str, str]) -> Mark:
    if (options.get("format") == "json" or "data" in options) and selector != options.get("data"):
        return Key(next(str(step) for step in reversed(steps(selector)) if step != "*"))
    css, _, attribute = selector.partition("@")
    return Selector(css) if css else Attribute(attribute)


def by_schema(_source: Source) -> Iterator[Mark]:
    """The words of the vocabularies that a product page may use, whichever way it spells them."""
    yield from map(Key, ("@type", "name", "offers", "price", "lowPrice", "priceCurrency"))
    yield from map(Property, ("name", "offers", "price", "priceCurrency"))
    yield from map(Property, ("og:title", "og:type", "product:price:amount", "product:price:currency"))


def by_goods(source: Source) -> Iterator[Mark]:
    """The prices of a feed of products: what is on sale has two, and nobody can tell that one of them is missing."""
    yield Together((Element("price"), Element("sale_price")))


def by_blocks(source: Source) -> Iterator[Mark]:
    """The blocks of letters from senders that are named: links, each with a title and a price beside it.

    A mailbox of no named senders may hold any other letters, and then a letter without an advert is one of those.
    """
    if source.options.get("senders"):
        yield from (InLetters(mark) for mark in (Selector("a"), Attribute("href"), Text(r"\d[\d.,]*")))


NAMED: Mapping[str, Callable[[Source], Iterator[Mark]]] = {
    "feed": by_goods,
    "pages": by_options,
    "product": by_schema,
    "mail": by_blocks,
}
"""What sites do not declare, for it is their sources and the pages themselves that name what is read."""

DECIDES = {"product": ("title", "price", "currency")}
"""The fields that must not change, of all where none are named.

A product page says most things in several ways, and every reader adds what only it knows: the brand, a number, the
condition, that it is sold out. A page that lost one way of several is like one that never had it, so what must stay is
what is bought and for how much.
"""


def marks_of(source: Source) -> Iterator[Mark]:
    """What the pages of a source are read by."""
    scraper = scrapers.sites.load(source.site)
    yield from map(Selector, scraper.selectors)
    yield from map(Key, scraper.keys)
    yield from map(Element, scraper.elements)
    yield from map(Envelope, scraper.envelopes)
    yield from map(Column, scraper.columns)
    if source.site in NAMED:
        yield from NAMED[source.site](source)


def declared() -> Iterator[tuple[str, Mark]]:
    """Every mark of every site, once."""
    for site in SITES:
        sources = [page.source for page in pages(site)] or [Source(name=site, site=site)]
        yield from dict.fromkeys((site, mark) for source in sources for mark in marks_of(source))


# --- the pages ----------------------------------------------------------------------------------------------------


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


def told(scraper: Scraper, page: Page) -> list[Any]:
    """What a page's listings say, as far as it decides."""
    names = DECIDES.get(scraper.site)
    return [[getattr(one, name) for name in names] if names else one for one in read(scraper, page)]


# --- the tests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("site", "mark"), list(declared()), ids=lambda one: str(one))
def test_what_vanishes_from_a_page_is_noticed(site: str, mark: Mark) -> None:
    scraper = scrapers.sites.load(site)
    having = [page for page in pages(site) if mark in marks_of(page.source) and mark.is_in(page.text)]
    assert having, f"no recorded page of {site} has {mark}: it proves nothing"
    for page in having:
        expected = told(scraper, page)
        for text in (mark.removed(page.text), mark.renamed(page.text)):
            assert text != page.text
            try:
                came_out = told(scraper, replace(page, text=text))
            except (ParseError, Suspicious):
                continue
            assert came_out == expected, f"{page.source.name} at {page.url} is quietly poorer without {mark}"


@pytest.mark.parametrize("site", SITES)
def test_every_site_says_what_it_is_read_by(site: str) -> None:
    assert pages(site), f"no recorded page of {site} has a listing"
    assert any(name == site for name, _ in declared()), f"{site} declares nothing that its pages are read by"


def test_an_offer_in_stock_that_lost_its_price_is_noticed() -> None:
    scraper = scrapers.sites.load("jsonld")
    in_stock = [page for page in pages("jsonld") if "/InStock" in page.text]
    assert in_stock
    for page in in_stock:
        with pytest.raises(ParseError, match="a currency and no price"):
            list(read(scraper, replace(page, text=Key("price").renamed(page.text))))
