"""Reddit's trading subreddits, by their public Atom feeds: the newest hundred posts, one listing a post."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

from scrapers import feeds, pick
from scrapers.base import Page, Request, Scraper, Source
from tracker.core.models import RawListing

LARGEST_PAGE = 100
_PLACE = re.compile(r"\[\s*([A-Za-z]{2,3})\s*(?:-[^\]]{0,40})?\]")
_COUNTRIES = {"USA": "US", "CAN": "CA", "UK": "GB", "AUS": "AU", "NZL": "NZ", "GER": "DE", "EU": ""}


def start(source: Source) -> Iterator[Request]:
    """The newest posts of a subreddit, or of several joined by +."""
    name = source.options["subreddit"].strip().strip("/").removeprefix("r/")
    yield Request(url=f"https://www.reddit.com/r/{quote(name, safe='+')}/new/.rss?limit={LARGEST_PAGE}")


def parse(page: Page) -> Iterator[RawListing]:
    """One listing a post, the post's text as its description."""
    return (_listing(page.source, entry) for entry in feeds.entries(page))


def _listing(source: Source, entry: feeds.Entry) -> RawListing:
    title = pick.plain(entry.title, limit=500)
    return RawListing(
        site=source.site,
        site_id=entry.id,
        title=title,
        url=entry.link,
        currency=source.currency,
        description=pick.plain(entry.content),
        seller=entry.author.removeprefix("/u/"),
        country=country_of(title),
        listed_at=entry.published,
        image=entry.image,
    )


def country_of(title: str) -> str:
    """The country a title names in brackets, `[USA-NY]` or `[EU-DE]`; "" where it names none."""
    for found in _PLACE.finditer(title):
        if found[1] in _COUNTRIES:
            return _COUNTRIES[found[1]]
    return ""


SCRAPER = Scraper(
    site="reddit",
    start=start,
    parse=parse,
    options={"subreddit": "name of a subreddit, such as hardwareswap; several joined by +"},
    required=("subreddit",),
    every=timedelta(minutes=10),
    delay_s=10.0,
    currency="USD",
    mandatory=("site_id", "title", "url", "seller", "listed_at"),
)
