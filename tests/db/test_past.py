"""What is believed of a source's listings, and which of them are what they were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from db import past, sources
from db.engine import reading, writing
from db.known import known, unmoved
from db.rows import digest_of
from scrapers.base import Page, Scraper, Source, Walk
from tests.conftest import NOON, offer, rejected
from tests.db.test_store import see
from tracker.ahead import Ahead
from tracker.core.errors import ParseError
from tracker.core.health import facts_of
from tracker.core.models import Offer, RawListing, Rejected, Verdict
from tracker.pipeline import Tracker

HOUR = timedelta(hours=1)


def test_what_is_unmoved_is_told_by_its_digest_and_the_rest_by_its_facts(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    stays, falls, sold = offer("1"), offer("2"), offer("3")
    shared, part = offer("4"), rejected("5")
    see(tracker, [stays, falls, sold, shared, part], at=NOON)
    see(tracker, [stays, falls, shared, part], at=NOON + HOUR, missed_since=NOON + HOUR)
    see(tracker, [shared], at=NOON + 2 * HOUR, source="barn-eu")
    now: dict[str, Offer | Rejected] = {"1": stays, "2": offer("2", "650"), "3": sold, "4": shared, "5": part}
    with writing(tracker.engine) as tx:
        source_id = sources.know_source(tx, "barn-us", "barn")
    with reading(tracker.engine) as conn:
        digests = {site_id: digest_of(outcome) for site_id, outcome in now.items()}
        assert unmoved(known(conn, source_id, "barn", now.keys(), now=NOON + 3 * HOUR), digests) == {"1"}
        assert past.facts(conn, source_id, "barn", now.keys()) == {"1": facts_of(stays), "2": facts_of(falls)}


def test_a_listing_is_understood_once_and_trouble_with_it_waits() -> None:
    asked: list[str] = []

    def identify(raw: RawListing) -> Verdict:
        asked.append(raw.title)
        if raw.title == "odd":
            raise ParseError("odd", site="barn", url="")
        return offer().verdict

    source = Source(name="barn", site="barn")
    plain = offer("1").raw
    odd = replace(plain, site_id="2", title="odd")
    scraper = Scraper(site="barn", start=lambda _: [], parse=lambda _: [odd, plain], walk=Walk.WINDOW)
    ahead = Ahead(identify)
    shown = list(ahead.of(scraper).parse(Page(url="", text="", source=source)))
    assert [ahead.outcome(raw) for raw in shown[1:]] == [ahead.outcome(plain)]
    assert ahead.digest(ahead.outcome(plain)) == digest_of(ahead.outcome(plain))
    assert asked == ["odd", plain.title]
