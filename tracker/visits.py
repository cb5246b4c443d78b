"""Visits a person asks for: a source now, a look without storing, and pages somebody saved."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import scrapers.sites
from scrapers.base import Page, Request, Scraper, Source
from scrapers.crawl import Crawl, Fetch, crawl, read
from scrapers.saved import saved
from tracker import delivery, pipeline
from tracker.assemble import Home, fetching, opened, stop
from tracker.config import Config
from tracker.core.errors import ConfigError, SourceError
from tracker.core.identify import identifier
from tracker.core.models import Offer, RawListing, Rejected
from tracker.core.offers import understand
from tracker.greeting import greet
from tracker.output import near
from tracker.pipeline import Visited, now_utc


def scrape_now(home: Home, names: Sequence[str], tell: Callable[[str], None]) -> Iterator[Visited]:
    """Visit configured sources one after the other, due or not, and deliver what that raised.

    `tell` hears of every page before it is asked for.
    """
    config = home.config()
    planned = [stop(config, name) for name in names]
    with opened(home, config) as tracker, fetching(config, tracker.engine) as fetcher:
        greet(tracker, now=now_utc())
        try:
            for plan in planned:
                fetch = _told(fetcher.of(plan.scraper, plan.source), plan.source.name, tell)
                visited = pipeline.visit(tracker, plan.scraper, plan.source, fetch, every=plan.every)
                if visited is None:
                    raise SourceError("another process is visiting it right now", site=plan.source.name)
                yield visited
        finally:
            delivery.deliver(tracker)


def _told(fetch: Fetch, name: str, tell: Callable[[str], None]) -> Fetch:
    asked = count(1)

    def fetch_and_tell(request: Request) -> Page:
        tell(f"{name}: page {next(asked)}, {request.url}")
        return fetch(request)

    return fetch_and_tell


def look(home: Home, names: Sequence[str]) -> list[dict[str, Any]]:
    """What a visit would store, as flat rows; raises the SourceError that ended a walk."""
    config = home.config()
    identify = identifier(home.catalogue())
    planned = [stop(config, name) for name in names]
    rows = []
    with opened(home, config) as tracker, fetching(config, tracker.engine) as fetcher:
        for plan in planned:
            harvest = crawl(plan.scraper, plan.source, fetcher.of(plan.scraper, plan.source), limit=tracker.max_pages)
            if harvest.error:
                raise harvest.error
            rows += [_glance(understand(raw, identify=identify)) for raw in harvest.listings]
    return rows


def _glance(outcome: Offer | Rejected) -> dict[str, Any]:
    raw, verdict = outcome.raw, outcome.verdict
    return {
        "gpu": verdict.variant or verdict.gpu,
        "quantity": verdict.quantity,
        "condition": verdict.condition.value,
        "price": f"{raw.price} {raw.currency}".strip(),
        "shipping": raw.shipping,
        "rejected": outcome.reason if isinstance(outcome, Rejected) else None,
        "title": raw.title,
        "url": raw.url,
    }


def import_files(home: Home, site: str, files: Iterable[Path], *, at: datetime | None, url: str = "") -> Visited:
    """Read saved pages by a site's parser as if just fetched, all of them or none; raises ConfigError or SourceError.

    `at` is when the pages were saved, if not just now; `url` where they were, which some sites need to be known.
    """
    config = home.config()
    scraper, source = _import_of(config, site)
    listings: dict[str, RawListing] = {}
    pages = 0
    for file in files:
        try:
            page = saved(source.site, file, file.read_bytes(), url, source=source)
            listings.update((listing.site_id, listing) for listing in read(scraper, page) if listing.site_id)
        except OSError as error:
            raise ConfigError(f"{file}: {error.strerror}") from error
        pages += 1
    harvest = Crawl(listings=tuple(listings.values()), pages=pages, complete=False)
    started_at = now_utc()
    with opened(home, config) as tracker:
        greet(tracker, now=started_at)
        visited = pipeline.keep(
            tracker,
            source,
            harvest,
            walk=scraper.walk,
            every=None,
            started_at=started_at,
            now=at or started_at,
        )
        delivery.deliver(tracker)
    return visited


def _import_of(config: Config, name: str) -> tuple[Scraper, Source]:
    """What reads an import: a configured source by name, with its options, or else a site by name."""
    if name in config.sources:
        planned = stop(config, name)
        return planned.scraper, replace(planned.source, name=f"import:{name}")
    try:
        scraper = scrapers.sites.load(name)
    except KeyError:
        raise ConfigError(f"there is no site or source {name!r}{near(name, scrapers.sites.names())}") from None
    buyer = config.buyer
    return scraper, Source(
        name=f"import:{name}",
        site=name,
        country=buyer.country,
        postcode=buyer.postcode,
        currency=scraper.currency,
    )


def page_at(home: Home, place: str, *, url: str = "") -> Page:
    """One page, fetched politely from an address or read from a file; raises SourceError."""
    scraper = scrapers.sites.load("product")
    source = Source(name="try", site="product", options={"url": place})
    if not place.startswith(("http://", "https://")):
        if "://" in place:
            raise SourceError(f"{place}: neither an http or https address nor a file")
        file = Path(place)
        try:
            return saved("page", file, file.read_bytes(), url, source=source)
        except OSError as error:
            raise SourceError(f"{file}: {error.strerror}") from error
    config = home.config()
    with opened(home, config) as tracker, fetching(config, tracker.engine) as fetcher:
        return fetcher.of(scraper, source)(Request(url=place))
