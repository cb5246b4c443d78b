"""Asking a site for single items: what a window no longer shows may be sold, or only no longer among the newest."""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import Engine

from db import queries
from db.engine import reading
from db.rows import raw_of
from scrapers.base import Mode, Scraper, Source
from scrapers.crawl import Crawl, Fetch
from tracker.core.errors import Gone, ParseError, SourceError
from tracker.core.health import Judgement
from tracker.core.models import RawListing

log = logging.getLogger("tracker")

MOST = 10
"""Items asked for in one visit."""

UNSEEN = timedelta(days=1)
"""A listing is asked for when no visit has shown it for this long, and then at most once in as long."""


WITNESSES = 2
"""Items on show that may vouch for the site's word on single items, where it says of all others that they are gone."""

BLIND = "asked for single items, the site says that all are gone, even what its search shows: none is taken for sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the site said of single items: those it still has, and the ids of those it has no more.

    `digests` are what the listings were last written as: what the search shows of them has not changed by asking.
    `blind` says why none of it is believed, "" where it is.
    """

    blind: str = ""
    listings: tuple[RawListing, ...] = ()
    gone: tuple[str, ...] = ()
    digests: dict[str, int] = field(default_factory=dict)


def probe(engine: Engine, scraper: Scraper, source: Source, fetch: Fetch, harvest: Crawl, *, now: datetime) -> Probed:
    """Ask for the listings that a source has not shown for longest, where its walks cannot tell that they are gone.

    A site that refuses is asked no more this time; an answer that cannot be read says nothing.
    """
    if scraper.detail is None or source.mode is not Mode.FULL or harvest.error is not None or harvest.complete:
        return Probed()
    shown = {raw.site_id for raw in harvest.listings} | set(harvest.seen_again)
    with reading(engine) as conn:
        rows = queries.unseen(conn, source.name, before=now - UNSEEN, limit=MOST, leave_out=shown)
    listings: list[RawListing] = []
    gone: list[str] = []
    for row in rows:
        raw = raw_of(row)
        try:
            listings.append(scraper.parse_detail(fetch(scraper.detail(source, raw)), raw))
        except Gone:
            gone.append(raw.site_id)
        except ParseError as error:
            log.warning("%s: nothing is known of %s: %s", source.name, raw.site_id, error)
        except SourceError as error:
            log.warning("%s: no more items are asked for: %s", source.name, error)
            break
    if gone and not listings and not finds_any(scraper, source, fetch, harvest.listings):
        return Probed(blind=BLIND)
    return Probed(listings=tuple(listings), gone=tuple(gone), digests={row["site_id"]: row["digest"] for row in rows})


def finds_any(scraper: Scraper, source: Source, fetch: Fetch, shown: Iterable[RawListing]) -> bool:
    """Whether the site, asked for single items that its search shows, still finds one: an address may have moved.

    Of `shown` the first are asked for.
    """
    assert scraper.detail is not None  # noqa: S101 - nobody asks a site that has no such call
    for raw in islice(shown, WITNESSES):
        with suppress(SourceError):
            scraper.parse_detail(fetch(scraper.detail(source, raw)), raw)
            return True
    return False


def weighed(judgement: Judgement, probed: Probed) -> tuple[Judgement, Probed]:
    """A visit's judgement, and what is believed of the site's word on single items: nothing while it is doubted."""
    if judgement.doubts:
        return judgement, Probed()
    return replace(judgement, message=judgement.message or probed.blind), probed
