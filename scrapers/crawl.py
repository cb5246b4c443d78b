"""Walk one source: start and follow, each URL once, never more pages than a limit."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import Any

from scrapers import pick
from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from scrapers.memory import NOT_MODIFIED, Recall, Remembered, memory_of, nothing, reader_of
from tracker.core.errors import SourceError
from tracker.core.models import RawListing

Fetch = Callable[[Request], Page]

Notice = Callable[[Sequence[RawListing]], None]
"""Told of the listings of a page as it comes."""


def unheeded(_: Sequence[RawListing]) -> None:
    """Nobody wants to know."""


_TEXTS = tuple(one.name for one in fields(RawListing) if one.type is str)
_texts_of = attrgetter(*_TEXTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """What one walk brought home; `error` is what ended it early, None when it reached the last page.

    `complete` is true only for a catalogue walked to its last page: only then may a missing listing be missed.
    `unnamed` counts entries left out because they carry neither an id nor an address, `repeats` those that an earlier
    page had shown. `restless` says why the pages may not have shown everything, "" where they have. `seen_again` are
    the ids on pages that the site called unchanged, `remembered` what to keep of the pages read, by address: both hold
    only once `listings` are stored, so they belong into the same transaction.
    """

    listings: tuple[RawListing, ...]
    pages: int
    complete: bool
    error: SourceError | None = None
    unnamed: int = 0
    repeats: int = 0
    restless: str = ""
    seen_again: tuple[str, ...] = ()
    remembered: Mapping[str, Remembered] = field(default_factory=dict)

    @property
    def shown(self) -> int:
        """How many listings the site showed, read now or known from last time."""
        return len(self.listings) + len(self.seen_again)


def crawl(
    scraper: Scraper,
    source: Source,
    fetch: Fetch,
    *,
    limit: int = 200,
    recall: Recall = nothing,
    notice: Notice = unheeded,
) -> Crawl:
    """Fetch and parse a source's pages; a failing page ends the walk and keeps what came before it.

    A page that shows only what was seen before ends its pagination: sites repeat their last page for ever. Pages that
    `recall` knows are asked for on condition; an unchanged one costs no parse, and its listings count as seen. `notice`
    is told of the listings of each page before the next one is asked for.

    A walk whose pages shift under it is not complete: what one page shows twice, another may have left out.
    """
    waiting: deque[Request] = deque()
    asked: set[str] = set()
    listings: dict[str, RawListing] = {}
    again: dict[str, None] = {}
    remembered: dict[str, Remembered] = {}
    pages, unnamed, repeats, restless, error = 0, 0, 0, "", None
    last: tuple[str, ...] = ()
    whole = scraper.walk is Walk.CATALOGUE and source.mode is Mode.FULL
    reader = reader_of(source)
    try:
        _enqueue(scraper.start(source), waiting, asked)
        while waiting and pages < limit:
            request = waiting.popleft()
            known = recall(request.url)
            known = known if known and known.reader == reader else None
            page = fetch(known.conditional(request) if known else request)
            pages += 1
            shown, memory = _look(scraper, page, known, reader)
            notice(shown)
            unnamed += sum(not listing.site_id for listing in shown)
            repeated = bool(memory.site_ids) and listings.keys() | again.keys() >= set(memory.site_ids)
            again_shown = [one.site_id for one in shown if one.site_id in listings and not one.group_id]
            if repeated:
                restless = "its last page repeats what earlier ones showed"
            elif again_shown:
                repeats += len(again_shown)
                restless = restless or ("" if _has_moved_on(last, memory.site_ids, again_shown) else RESHUFFLED)
            last = memory.site_ids
            listings.update((listing.site_id, listing) for listing in shown if listing.site_id)
            again.update(dict.fromkeys(memory.site_ids) if memory is known else {})
            whole = whole and not restless and not memory.capped
            if repeated:
                continue
            if memory is not known:
                memory = replace(memory, onward=tuple(scraper.follow(page)))
                remembered |= {request.url: memory} if memory.can_be_asked_for else {}
            _enqueue(memory.onward, waiting, asked)
    except SourceError as failure:
        error = failure
    return Crawl(
        listings=tuple(listings.values()),
        pages=pages,
        complete=whole and pages > 0 and error is None and not waiting,
        error=error,
        unnamed=unnamed,
        repeats=repeats,
        restless=restless,
        seen_again=tuple(site_id for site_id in again if site_id not in listings),
        remembered=remembered,
    )


RESHUFFLED = "its pages show some listings twice, so they may have left out others"


def _has_moved_on(last: Sequence[str], page: Sequence[str], again: Sequence[str]) -> bool:
    """Whether what a page repeats was only pushed onto it by new listings at the front: nothing is left out then.

    It is the end of the page before and the beginning of this one, in the same order.
    """
    pushed = list(again)
    return list(page[: len(pushed)]) == pushed == list(last[-len(pushed) :])


def _look(scraper: Scraper, page: Page, known: Remembered | None, reader: str) -> tuple[list[RawListing], Remembered]:
    """A page's listings with what to keep of it; none, and what was kept, for a page that is as it was."""
    if known is not None and page.status == NOT_MODIFIED:
        return [], known
    shown = list(read(scraper, page))
    site_ids = tuple(dict.fromkeys(listing.site_id for listing in shown if listing.site_id))
    return shown, replace(memory_of(page, reader), site_ids=site_ids, capped=scraper.capped(page))


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
    if not listing.attributes and "".join(_texts_of(listing)).isprintable():
        return listing
    changes: dict[str, Any] = {
        name: mended
        for name in _TEXTS
        if not (text := getattr(listing, name)).isprintable() and (mended := pick.mend(text)) != text
    }
    attributes = {pick.mend(name): pick.mend(value) for name, value in listing.attributes.items()}
    if attributes != listing.attributes:
        changes["attributes"] = attributes
    return replace(listing, **changes) if changes else listing
