"""Asking a site for single items: what a window no longer shows may be sold, or only no longer among the newest."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import queries
from db.engine import reading
from db.rows import raw_of
from scrapers.base import Mode, Scraper, Source
from scrapers.crawl import Crawl, Fetch
from tracker.core.errors import Gone, ParseError, SourceError
from tracker.core.models import RawListing

log = logging.getLogger("tracker")

MOST = 10
"""Items asked for in one visit."""

UNSEEN = timedelta(days=1)
"""A listing is asked for when no visit has shown it for this long, and then at most once in as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the site said of single items: those it still has, and the ids of those it has no more.

    `digests` are what the listings were last written as: what the search shows of them has not changed by asking.
    """

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
    return Probed(listings=tuple(listings), gone=tuple(gone), digests={row["site_id"]: row["digest"] for row in rows})
