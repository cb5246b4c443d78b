"""Walk one source: start and follow, each URL once, never more pages than a limit."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from scrapers import pick
from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from tracker.core.errors import SourceError
from tracker.core.models import RawListing

Fetch = Callable[[Request], Page]

_TEXTS = tuple(field.name for field in fields(RawListing) if field.type is str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What one walk brought home; `error` is what ended it early, None when it reached the last page.

    `complete` is true only for a catalogue walked to its last page: only then may a missing listing be missed.
    `unnamed` counts entries left out because they carry neither an id nor an address.
    """

    listings: tuple[RawListing, ...]
    pages: int
    complete: bool
    error: SourceError | None = None
    unnamed: int = 0


def crawl(scraper: Scraper, source: Source, fetch: Fetch, *, limit: int = 200) -> Crawl:
    """Fetch and parse a source's pages; a failing page ends the walk and keeps what came before it.

    A page that shows only what was seen before ends its pagination: sites repeat their last page for ever.
    """
    waiting: deque[Request] = deque()
    asked: set[str] = set()
    listings: dict[str, RawListing] = {}
    pages, unnamed, error = 0, 0, None
    whole = scraper.walk is Walk.CATALOGUE and source.mode is Mode.FULL
    try:
        _enqueue(scraper.start(source), waiting, asked)
        while waiting and pages < limit:
            page = fetch(waiting.popleft())
            pages += 1
            shown = list(read(scraper, page))
            found = {listing.site_id: listing for listing in shown if listing.site_id}
            unnamed += sum(not listing.site_id for listing in shown)
            repeated = bool(found) and found.keys() <= listings.keys()
            listings.update(found)
            whole = whole and not repeated and not scraper.capped(page)
            if not repeated:
                _enqueue(scraper.follow(page), waiting, asked)
    except SourceError as failure:
        error = failure
    complete = whole and pages > 0 and error is None and not waiting
    return Crawl(listings=tuple(listings.values()), pages=pages, complete=complete, error=error, unnamed=unnamed)


def read(scraper: Scraper, page: Page) -> Iterator[RawListing]:
    """Yield one page's listings, storable and named by their address where the site gives no id.

    Raises ParseError when every listing lacks a field the site always prints: the site has changed, not the market.
    """
    listings = [_storable(listing) for listing in scraper.parse(page)]
    for name in scraper.mandatory:
        if listings and not any(getattr(listing, name) for listing in listings):
            raise page.unreadable(f"none of {len(listings)} listings has a {name}")
    yield from (listing if listing.site_id else replace(listing, site_id=listing.url) for listing in listings)


def _enqueue(requests: Iterable[Request], waiting: deque[Request], asked: set[str]) -> None:
    for request in requests:
        if request.url not in asked:
            asked.add(request.url)
            waiting.append(request)


def _storable(listing: RawListing) -> RawListing:
    """The listing without the characters that no database takes; nearly always the listing itself."""
    changes: dict[str, Any] = {
        name: pick.mend(text) for name in _TEXTS if not (text := getattr(listing, name)).isprintable()
    }
    attributes = {pick.mend(name): pick.mend(value) for name, value in listing.attributes.items()}
    if attributes != listing.attributes:
        changes["attributes"] = attributes
    return replace(listing, **changes) if changes else listing
