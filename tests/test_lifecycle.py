"""New, seen, changed, ended, back: what a listing goes through, over pages that a real server turns."""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from db import queries, sql
from db.engine import reading
from scrapers.base import Page, Request, Scraper, Source, Walk
from tests.conftest import raw
from tests.scrapers.local import Reply, Server, Visit, fetching
from tracker import pipeline
from tracker.core.errors import Blocked, Gone
from tracker.core.health import Outcome
from tracker.core.lifecycle import End, is_sale
from tracker.core.models import RawListing
from tracker.pipeline import Tracker, Visited

SOURCE = Source(name="barn", site="barn")
EVERY = timedelta(hours=6)
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
LONG_PAGE = 4

Shelf = Sequence[str]


class Pages:
    """A shop that shows its shelf in pages; `turn` decides what a page is."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = list(shelf)
        self.turn: Callable[[list[str], int], list[str]] = in_order

    def __call__(self, visit: Visit) -> Reply:
        shown = self.turn(self.shelf, int(visit.path.rpartition("=")[2]))
        body = {"cards": shown, "more": len(shown) == LONG_PAGE}
        return Reply(json.dumps(body).encode(), headers={"Content-Type": "application/json"})


def in_order(shelf: list[str], number: int) -> list[str]:
    return shelf[number * LONG_PAGE : (number + 1) * LONG_PAGE]


def last_again(shelf: list[str], number: int) -> list[str]:
    """Asked for a page beyond the last, some sites show the last one for ever."""
    return in_order(shelf, min(number, len(shelf) // LONG_PAGE - 1))


def shuffled(seed: int) -> Callable[[list[str], int], list[str]]:
    """Ranked anew for every page, as by relevance: some are shown twice, others not at all."""
    dice = random.Random(seed)  # noqa: S311 - an order, not a secret

    def turn(shelf: list[str], number: int) -> list[str]:
        return in_order(dice.sample(shelf, len(shelf)), number)

    return turn


def start(_: Source) -> Iterator[Request]:
    yield Request(url="https://barn.example/cards?page=0")


def parse(page: Page) -> Iterator[RawListing]:
    return (raw(name, "RTX 3090 24GB", str(700 + int(name))) for name in page.json["cards"])


def follow(page: Page) -> Iterator[Request]:
    if page.json["more"]:
        head, _, number = page.url.rpartition("=")
        yield Request(url=f"{head}={int(number) + 1}")


def scraper(**changes: Any) -> Scraper:
    plain: dict[str, Any] = {"start": start, "parse": parse, "follow": follow, "walk": Walk.CATALOGUE}
    return Scraper(site="barn", robots=False, **plain | changes)


class Life:
    """One source visited every six hours through a real server."""

    def __init__(self, tracker: Tracker, server: Server, **changes: Any) -> None:
        self.tracker = tracker
        self.server = server
        self.scraper = scraper(**changes)
        self.at = START

    def visit(self, times: int = 1) -> list[Visited]:
        seen = []
        for _ in range(times):
            self.at += EVERY
            with time_machine.travel(self.at, tick=False), fetching(self.server) as fetcher:
                fetch = fetcher.of(self.scraper, SOURCE)
                visited = pipeline.visit(self.tracker, self.scraper, SOURCE, fetch, every=EVERY)
            assert visited is not None
            seen.append(visited)
        return seen

    def ended(self) -> dict[str, str]:
        with reading(self.tracker.engine) as conn:
            rows = queries.listings_after(conn, 0, limit=99)
        return {row["site_id"]: row["ended_how"] for row in rows if row["ended_at"]}

    def points(self) -> int:
        with reading(self.tracker.engine) as conn:
            return len(conn.execute(sql.PRICE.select()).all())


@pytest.fixture
def shop() -> Pages:
    return Pages([str(number) for number in range(12)])


@pytest.fixture
def life(make_tracker: Callable[..., Tracker], shop: Pages) -> Iterator[Life]:
    with Server({"/cards": shop}) as server:
        yield Life(make_tracker(), server)


def test_a_listing_is_new_then_seen_then_ended_then_back(life: Life, shop: Pages) -> None:
    assert [(one.new, one.changed, one.ended) for one in life.visit(2)] == [(12, 0, 0), (0, 0, 0)]
    shop.shelf.remove("7")
    assert [one.ended for one in life.visit(3)] == [0, 1, 0]
    assert life.ended() == {"7": End.MISSED}
    shop.shelf.append("7")
    [back] = life.visit()
    assert (back.new, life.ended()) == (0, {})


def test_a_last_page_that_repeats_invents_nothing(life: Life, shop: Pages) -> None:
    shop.turn = last_again
    assert [(one.judgement.outcome, one.new) for one in life.visit(4)] == [(Outcome.OK, 12), *[(Outcome.OK, 0)] * 3]
    shop.shelf.remove("11")
    shop.shelf.append("12")
    life.visit(4)
    assert life.ended() == {}, "a walk that never comes to an end proves nobody gone"
    assert life.points() == 0


@pytest.mark.parametrize("seed", range(5))
def test_pages_that_are_shuffled_end_nothing_and_write_no_history(life: Life, shop: Pages, seed: int) -> None:
    life.visit(4)
    shop.turn = shuffled(seed)
    for visited in life.visit(8):
        assert visited.judgement.outcome in (Outcome.OK, Outcome.SUSPICIOUS)
        assert (visited.new, visited.changed, visited.ended, visited.alerts) == (0, 0, 0, 0)
    assert life.ended() == {}
    assert life.points() == 0
    shop.turn = in_order
    assert life.visit(2)[-1].judgement.outcome is Outcome.OK


def test_a_new_listing_that_pushes_the_others_on_leaves_the_walk_complete(life: Life, shop: Pages) -> None:
    """It arrives between two pages: the last of the one is the first of the next, and nothing is missing."""

    def pushed(shelf: list[str], number: int) -> list[str]:
        return in_order(["99", *shelf], number) if number else in_order(shelf, 0)

    shop.shelf.append("12")
    life.visit()
    shop.turn = pushed
    shop.shelf.remove("5")
    assert [one.ended for one in life.visit(2)] == [0, 1]


# --- windows ------------------------------------------------------------------------------------------------------


def test_what_a_window_no_longer_shows_is_asked_for(make_tracker: Callable[..., Tracker], shop: Pages) -> None:
    asked: list[str] = []

    def item(_: Source, listing: RawListing) -> Request:
        asked.append(listing.site_id)
        return Request(url=f"https://barn.example/item?id={listing.site_id}")

    def parse_item(page: Page, listing: RawListing) -> RawListing:
        return replace(listing, **page.json)

    answers = {"0": {}, "1": {"availability": "SoldOut"}, "3": {"price": "650"}}

    def say(visit: Visit) -> Reply:
        name = visit.path.rpartition("=")[2]
        kind = {"Content-Type": "application/json"}
        return Reply(json.dumps(answers[name]).encode(), headers=kind) if name in answers else Reply(b"gone", 404)

    with Server({"/cards": shop, "/item": say}) as server:
        life = Life(make_tracker(), server, walk=Walk.WINDOW, detail=item, parse_detail=parse_item)
        life.visit(3)
        del shop.shelf[:4]
        life.visit(4)
        assert asked == [], "not before a day has gone by"
        life.visit()
        assert asked == ["0", "1", "2", "3"]
        life.visit(4)
        assert asked == ["0", "1", "2", "3"], "and then not for another"
        life.visit(1)
        assert sorted(asked[4:]) == ["0", "3"], "what is sold or gone is not asked for again"
        assert life.ended() == {"2": End.PROBED}
    with reading(life.tracker.engine) as conn:
        rows = {row["site_id"]: row for row in queries.listings_after(conn, 0, limit=99)}
    assert {name for name, row in rows.items() if not row["on_offer"]} == {"1", "2"}
    assert (rows["1"]["ended_how"], rows["3"]["price"]) == (End.SAID, 650)


def ask_for(_: Source, listing: RawListing) -> Request:
    return Request(url=f"https://barn.example/item?id={listing.site_id}")


def found(_: Page, listing: RawListing) -> RawListing:
    return listing


def a_hundredfold(page: Page) -> Iterator[RawListing]:
    return (replace(one, price=f"{one.price}00") for one in parse(page))


STILL_THERE = Reply(b"{}", headers={"Content-Type": "application/json"})


@pytest.mark.parametrize("finds_what_is_shown", [True, False])
def test_a_call_that_finds_nothing_at_all_sells_nothing(
    make_tracker: Callable[..., Tracker], shop: Pages, finds_what_is_shown: bool
) -> None:
    def say(visit: Visit) -> Reply:
        shown = visit.path.rpartition("=")[2] in shop.shelf
        return STILL_THERE if shown and finds_what_is_shown else Reply(b"gone", 404)

    with Server({"/cards": shop, "/item": say}) as server:
        life = Life(make_tracker(), server, walk=Walk.WINDOW, detail=ask_for, parse_detail=found)
        life.visit(3)
        del shop.shelf[:4]
        last = life.visit(6)[-2]
    sold = dict.fromkeys("0123", End.PROBED)
    assert life.ended() == (sold if finds_what_is_shown else {})
    said = "" if finds_what_is_shown else "even what its search shows"
    assert (last.judgement.outcome, said in last.judgement.message) == (Outcome.OK, True)


def test_what_is_asked_for_during_a_review_ends_nothing(make_tracker: Callable[..., Tracker], shop: Pages) -> None:
    def say(visit: Visit) -> Reply:
        return STILL_THERE if visit.path.rpartition("=")[2] in shop.shelf else Reply(b"gone", 404)

    with Server({"/cards": shop, "/item": say}) as server:
        life = Life(make_tracker(), server, walk=Walk.WINDOW, detail=ask_for, parse_detail=found)
        life.visit(4)
        del shop.shelf[:4]
        life.visit(3)
        life.scraper = scraper(walk=Walk.WINDOW, detail=ask_for, parse_detail=found, parse=a_hundredfold)
        assert {one.judgement.outcome for one in life.visit(3)} == {Outcome.SUSPICIOUS}
        assert life.ended() == {}
        life.scraper = scraper(walk=Walk.WINDOW, detail=ask_for, parse_detail=found)
        life.visit()
    assert life.ended() == dict.fromkeys("0123", End.PROBED), "once the source is believed again"


@pytest.mark.parametrize(("refusal", "calls"), [(Blocked, 1), (Gone, 12)])
def test_items_are_asked_for_in_measure(
    make_tracker: Callable[..., Tracker], shop: Pages, refusal: type[Exception], calls: int
) -> None:
    asked: list[str] = []

    def item(_: Source, listing: RawListing) -> Request:
        asked.append(listing.site_id)
        raise refusal("no")

    shop.shelf = [str(number) for number in range(30)]
    with Server({"/cards": shop}) as server:
        life = Life(make_tracker(), server, walk=Walk.WINDOW, detail=item)
        life.visit(3)
        del shop.shelf[:14]
        life.visit(5)
    assert len(asked) == calls


def test_what_no_window_shows_for_two_weeks_grew_old(make_tracker: Callable[..., Tracker], shop: Pages) -> None:
    with Server({"/cards": shop}) as server:
        life = Life(make_tracker(), server, walk=Walk.WINDOW)
        life.visit(2)
        shop.shelf.remove("3")
        life.at += timedelta(days=14)
        life.visit(2)
    assert life.ended() == {"3": End.AGED}


DAY = timedelta(days=1)
SALES = [
    (End.SAID, 300 * DAY, True),
    (End.PROBED, 300 * DAY, True),
    (End.MISSED, 3 * DAY, True),
    (End.MISSED, 30 * DAY, False),
    (End.AGED, 3 * DAY, False),
    ("", 3 * DAY, True),
    ("", 30 * DAY, False),
    ("", None, True),
]


@pytest.mark.parametrize(("how", "lived", "sale"), SALES)
def test_a_sale_is_inferred_only_where_word_or_timing_says_so(how: str, lived: timedelta | None, sale: bool) -> None:
    assert is_sale(how, since=START, until=None if lived is None else START + lived) is sale
