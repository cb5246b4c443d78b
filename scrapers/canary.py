"""The canary: something a site always has, asked for when a visit found nothing at all."""

from dataclasses import replace

from scrapers.base import Mode, Scraper, Source
from scrapers.crawl import Fetch, crawl
from tracker.core.errors import SourceError


def canary_options(scraper: Scraper, canary: str) -> dict[str, str]:
    """The option of a site that a canary stands in for; empty where there is none to take it."""
    wanted = ("url",) if canary.startswith(("https://", "http://")) else ("query",)
    return {name: canary for name in wanted if name in scraper.options}


def canary_answers(scraper: Scraper, source: Source, fetch: Fetch) -> bool | None:
    """Whether a source's canary still has results; None where it has none, or where it could not be asked."""
    options = canary_options(scraper, source.canary) if source.canary else {}
    if not options:
        return None
    asked = replace(source, options={**source.options, **options}, mode=Mode.SWEEP)
    try:
        found = crawl(scraper, asked, fetch, limit=1)
    except SourceError:
        return None
    return None if found.error else bool(found.listings)
