"""Walk one source: start and follow, each URL once, never more pages than a limit."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from tracker.core.errors import SourceError
from tracker.core.models import RawListing

Fetch = Callable[[Request], Page]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What one walk brought home; `error` is what ended it early, None when it reached the last page.

    `complete` is true only for a catalogue walked to its last page: only then may a missing listing be missed.
    """

    listings: tuple[RawListing, ...]
    pages: int
    complete: bool
    error: SourceError | None = None


def crawl(scraper: Scraper, source: Source, fetch: Fetch, *, limit: int = 200) -> Crawl:
    """Fetch and parse a source's pages; a failing page ends the walk and keeps what came before it."""
    waiting = deque(scraper.start(source))
    asked = {request.url for request in waiting}
    listings: dict[str, RawListing] = {}
    pages = 0
    try:
        while waiting and pages < limit:
            page = fetch(waiting.popleft())
            pages += 1
            listings.update((listing.site_id, listing) for listing in scraper.parse(page))
            fresh = [request for request in scraper.follow(page) if request.url not in asked]
            asked.update(request.url for request in fresh)
            waiting.extend(fresh)
    except SourceError as error:
        return Crawl(listings=tuple(listings.values()), pages=pages, complete=False, error=error)
    complete = scraper.walk is Walk.CATALOGUE and source.mode is Mode.FULL and not waiting
    return Crawl(listings=tuple(listings.values()), pages=pages, complete=complete)
