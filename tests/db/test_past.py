"""What is believed of a source's listings, and which of them are what they were."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from db import past, sources
from db.engine import reading, writing
from db.rows import digest_of
from db.stored import stored, unmoved
from scrapers.base import Page, Request, Scraper, Source, Walk
from scrapers.crawl import crawl
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
        found = stored(conn, source_id, "barn", {*now, "new"}, now=NOON + 3 * HOUR)
        assert found.keys() == now.keys()
        assert unmoved(found, digests) == {"1"}
        assert past.facts(conn, found) == {"1": facts_of(stays), "2": facts_of(falls)}
        assert not any(one.later for one in found.values())
        early = stored(conn, source_id, "barn", now.keys(), now=NOON)
        assert {site_id for site_id, one in early.items() if one.later} == now.keys()


def test_a_listing_is_understood_once_while_its_page_is_at_hand_and_trouble_with_it_waits() -> None:
    asked: list[str] = []

    def identify(raw: RawListing) -> Verdict:
        asked.append(raw.title)
        if raw.title == "odd":
            raise ParseError("odd", site="barn", url="")
        return offer().verdict

    source = Source(name="barn", site="barn")
    plain = offer("1").raw
    printed = [
        replace(plain, site_id="2", title="odd"),
        plain,
        replace(plain, site_id="", title="no id", url="https://barn.example/3"),
        replace(plain, site_id="4", title="3090\u200b 24 GB"),
    ]
    scraper = Scraper(
        site="barn", start=lambda _: [Request(url="page")], parse=lambda _: printed, walk=Walk.WINDOW, mandatory=()
    )
    ahead = Ahead(identify)
    walked = crawl(scraper, source, lambda _: Page(url="", text="", source=source), notice=ahead.read)
    at_hand = list(asked)
    assert len(at_hand) == 4
    odd, *rest = walked.listings
    for raw in rest:
        outcome = ahead.outcome(raw)
        assert ahead.digest(outcome) == digest_of(outcome)
        assert ahead.facts(outcome) == facts_of(outcome)
    assert asked == at_hand
    with pytest.raises(ParseError):
        ahead.outcome(odd)
