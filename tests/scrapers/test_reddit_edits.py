"""What becomes of a post's things when it is edited: each keeps its history, and what vanishes ends at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from db import queries
from db.engine import reading
from scrapers.base import Page, Source, Walk
from scrapers.crawl import Crawl, read
from scrapers.sites.reddit import SCRAPER
from tests.conftest import NOON
from tests.scrapers.invented.reddit import feed, post
from tracker import pipeline
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker, Visited

SOURCE = Source(name="swap", site="reddit", currency="USD")
BOTH = "[USA-NY] [H] RTX 3090 24GB, RTX A4000 16GB [W] PayPal"


def ul(*things: str) -> str:
    return f"<ul>{''.join(f'<li>{thing}</li>' for thing in things)}</ul>"


FIRST, SECOND = "RTX 3090 24GB - $650 shipped", "RTX A4000 16GB - $400 shipped"
FULL = ul(FIRST, SECOND)
A, B, POST = "t3_1zz001#rtx-3090-24gb", "t3_1zz001#rtx-a4000-16gb", "t3_1zz001"
ON = {A: 650, B: 400}

# What is done to a post with both: its title and text then, what is on offer with its price, and how many listings are
# new; a post that prices nothing is one by itself.
EDITS: dict[str, tuple[str, str, dict[str, int], int]] = {
    "nothing": (BOTH, FULL, ON, 0),
    "another order": (BOTH, ul(SECOND, FIRST), ON, 0),
    "another price": (BOTH, FULL.replace("650", "600"), {A: 600, B: 400}, 0),
    "another order and price": (BOTH, ul(SECOND.replace("$400", "$390"), FIRST), {A: 650, B: 390}, 0),
    "one more": (BOTH, ul("Tesla P40 24GB - $200 shipped", FIRST, SECOND), {**ON, f"{POST}#tesla-p40-24gb": 200}, 1),
    "one struck out": (BOTH, ul(f"<del>{FIRST}</del> SOLD", SECOND), {B: 400}, 0),
    "one called sold": (BOTH, ul("RTX 3090 24GB - SOLD", SECOND), {B: 400}, 0),
    "one taken out": (BOTH, ul(SECOND), {B: 400}, 0),
    "one taken out, said in prose": (BOTH, "<p>RTX 3090 24GB: $650 shipped</p>", {A: 650}, 0),
    "emptied to one word": (BOTH, "<p>SOLD</p>", {}, 1),
    "all sold, all still there": (BOTH, f"<p>All sold, thanks!</p>{FULL}", {}, 0),
    "closed in its title": (f"{BOTH} [CLOSED]", FULL, {}, 0),
    "removed": (BOTH, "<p>[removed]</p>", {}, 1),
    "deleted": (BOTH, "<p>[deleted]</p>", {}, 1),
    "no prices any more": (BOTH, "<p>Offers by message only.</p>", {}, 1),
}


@pytest.fixture
def show(make_tracker: Callable[..., Tracker]) -> Callable[..., tuple[Visited, dict[str, int]]]:
    """Shows posts one after the other, an hour apart, and tells what is on offer then."""
    tracker = make_tracker()
    shown = 0

    def show(*posts: str, hours: int | None = None) -> tuple[Visited, dict[str, int]]:
        nonlocal shown
        shown += 1
        now = NOON + timedelta(hours=shown if hours is None else hours)
        page = Page(url="u", text=feed(*posts).body.decode(), source=SOURCE)
        harvest = Crawl(listings=tuple(read(SCRAPER, page)), pages=1, complete=False)
        visited = pipeline.keep(tracker, SOURCE, harvest, walk=Walk.WINDOW, every=None, started_at=now, now=now)
        with reading(tracker.engine) as conn:
            offers = queries.on_offer(conn, wanted=Wanted(), catalogue=tracker.catalogue)
        return visited, {offer.site_id: int(offer.price) for offer in offers}

    return show


@pytest.mark.parametrize(("title", "body", "expected", "new"), EDITS.values(), ids=EDITS)
def test_an_edited_post(
    show: Callable[..., tuple[Visited, dict[str, int]]], title: str, body: str, expected: dict[str, int], new: int
) -> None:
    other = post(2, "[USA-CA] [H] MI50 32GB [W] Cash", "<p>$130 shipped</p>")
    always = {"t3_1zz002": 130}
    assert show(post(1, BOTH, FULL), other)[1] == ON | always
    visited, on_offer = show(post(1, title, body), other)
    assert on_offer == expected | always
    assert visited.new == new
    assert show(post(1, BOTH, FULL), other)[1] == ON | always, "what comes back is on offer again"


def test_a_post_of_one_thing_that_becomes_two(show: Callable[..., tuple[Visited, dict[str, int]]]) -> None:
    assert show(post(1, "[H] RTX 3090 24GB [W] PayPal", "<p>$650 shipped</p>"))[1] == {POST: 650}
    visited, on_offer = show(post(1, "[H] RTX 3090 24GB [W] PayPal", FULL))
    assert (on_offer, visited.ended) == (ON, 1)


def test_things_of_one_name_are_told_apart_by_their_price() -> None:
    def ids(*things: str) -> dict[str, str]:
        page = Page(url="u", text=feed(post(1, BOTH, ul(*things))).body.decode(), source=SOURCE)
        return {row.price: row.site_id for row in read(SCRAPER, page)}

    things = ("RTX 3090 - $650", "RTX 3090 - $600", "RTX A4000 - $1,400")
    expected = {"$600": f"{POST}#rtx-3090", "$650": f"{POST}#rtx-3090#2", "$1,400": f"{POST}#rtx-a4000"}
    assert ids(*things) == ids(*reversed(things)) == expected


def test_a_page_saved_long_ago_ends_nothing(show: Callable[..., tuple[Visited, dict[str, int]]]) -> None:
    show(post(1, BOTH, FULL), hours=9)
    visited, on_offer = show(post(1, BOTH, "<p>SOLD</p>"), hours=3)
    assert (on_offer, visited.ended) == (ON, 0)


def test_a_post_that_is_not_shown_ends_nothing(show: Callable[..., tuple[Visited, dict[str, int]]]) -> None:
    show(post(1, BOTH, FULL))
    assert show(post(2, "[H] MI50 32GB [W] Cash", "<p>$130</p>"))[1] == ON | {"t3_1zz002": 130}


def test_only_the_parts_of_the_very_same_site_end(make_tracker: Callable[..., Tracker]) -> None:
    from tests.conftest import raw

    tracker = make_tracker()
    for number, site in enumerate(("barn", "mill")):
        listing = replace(raw(f"g#{site}"), site=site, group_id="g", whole_group=True)
        harvest = Crawl(listings=(listing,), pages=1, complete=False)
        now = NOON + timedelta(hours=number)
        source = Source(name=site, site=site)
        pipeline.keep(tracker, source, harvest, walk=Walk.WINDOW, every=None, started_at=now, now=now)
    with reading(tracker.engine) as conn:
        offers = queries.on_offer(conn, wanted=Wanted(), catalogue=tracker.catalogue)
    assert {(offer.site, offer.price) for offer in offers} == {("barn", Decimal(700)), ("mill", Decimal(700))}
