"""The main job once, offline: two days of recorded pages in place of the network."""

import sys
from datetime import timedelta
from importlib.resources import files
from urllib.parse import urlsplit

from db.engine import reading
from scrapers.base import Page, Request
from scrapers.crawl import Fetch, crawl
from tracker import delivery, pipeline
from tracker.assemble import Home, Stop, opened, stop
from tracker.columns import legend, offer_columns, people_read, shown_in
from tracker.core.errors import StoreError
from tracker.core.metrics import METRICS
from tracker.core.wanted import Wanted
from tracker.greeting import greet
from tracker.output import Format, emit
from tracker.pipeline import Tracker, now_utc
from tracker.report import ranked

PAGES = {"api.ebay.com": "ebay.json", "refurb.example": "shop.json", "cards.example": "product.html"}
"""The recorded page that answers for each host."""

DAYS = {"day1": timedelta(days=1), "day2": timedelta(0)}
"""The recordings in order, each with how long ago it plays."""


def show(home: Home) -> None:
    """Visit the recorded sources on two days, say what the watches raised, and print the report."""
    try:
        home.path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {home.path} cannot be made: {error.strerror}") from error
    for old in home.path.glob("tracker.db*"):
        old.unlink()
    home.config_file.write_text(files(__name__).joinpath("tracker.toml").read_text(encoding="utf-8"), encoding="utf-8")
    config = home.config()
    with opened(home, config) as tracker:
        greet(tracker, now=now_utc())
        for day, ago in DAYS.items():
            _say(f"\n--- {'yesterday' if ago else 'today'}: visiting {len(config.sources)} sources (recorded pages)")
            for name in config.sources:
                _say(str(_visit(tracker, stop(config, name), day, ago)))
            delivery.deliver(tracker)
        shown = shown_in(config.buyer.currency, tracker.rates.usd_per_unit)
        _say(f"\n--- tracker report --metric usd_per_gb\n{legend(METRICS['usd_per_gb'], shown)}")
        with reading(tracker.engine) as conn:
            rows = ranked(
                conn, metric="usd_per_gb", wanted=Wanted(), top=12, now=now_utc(), catalogue=tracker.catalogue
            )
        emit(rows, Format.TABLE, people=people_read(rows, offer_columns, "usd_per_gb", shown))
    _say(
        f"\nLook around: tracker --home {home.path} report --metric usd_per_gbps, … rejected, … sources, … history mi50"
    )


def _visit(tracker: Tracker, planned: Stop, day: str, ago: timedelta) -> pipeline.Visited:
    at = now_utc() - ago
    harvest = crawl(planned.scraper, planned.source, recorded(planned, day))
    return pipeline.keep(
        tracker, planned.source, harvest, walk=planned.scraper.walk, every=planned.every, started_at=at, now=at
    )


def recorded(planned: Stop, day: str) -> Fetch:
    """A fetch that answers every request with the recorded page of its host."""

    def fetch(request: Request) -> Page:
        name = PAGES[urlsplit(request.url).netloc]
        text = files(__name__).joinpath("pages", day, name).read_text(encoding="utf-8")
        return Page(url=request.url, text=text, source=planned.source)

    return fetch


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
