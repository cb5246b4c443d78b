"""What becomes of a visit that is not believed: nothing false is stored, ended or alerted, and nothing true is lost."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from db import past, queries, source_queries
from db.engine import reading
from scrapers.base import Mode, Source, Walk
from scrapers.crawl import Crawl
from tests.conftest import NOON, Ran, raw
from tests.shop import SHOP, Shop, configure
from tracker import pipeline
from tracker.assemble import Home, opened
from tracker.core.errors import Blocked, ParseError, SourceError, Unreachable
from tracker.core.health import Field, Outcome
from tracker.core.models import Condition, RawListing
from tracker.core.offers import Identify
from tracker.core.rules import Watch
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker, Visited
from tracker.standing import accept_held

HOURS = timedelta(hours=6)
BARN = Source(name="barn", site="barn")
CHEAP = Watch(name="cheap", wanted=Wanted(), metric="usd_per_gb", below=Decimal(20), notify=("console",))
USED = replace(CHEAP, name="used", wanted=Wanted(conditions=(Condition.USED,)))
CARDS = ("RTX 3090 24GB", "RTX 4090 24GB", "Tesla P40 24GB", "RTX A6000 48GB", "Instinct MI50 32GB")


def shelf(number: int = 10, price: int = 700, **fields: Any) -> list[RawListing]:
    """A shop's shelf of different cards, each a little dearer than the one before."""
    plain: dict[str, Any] = {"condition": "used", "seller": "pat", **fields}
    return [raw(str(one), CARDS[one % 5], str(price + 10 * one), **plain) for one in range(number)]


@dataclass
class Life:
    """One source visited again and again, every six hours."""

    tracker: Tracker
    source: Source = BARN
    walk: Walk = Walk.CATALOGUE
    at: datetime = NOON
    seen: list[Visited] = field(default_factory=list)

    def visit(
        self,
        listings: Iterable[RawListing] = (),
        *,
        error: SourceError | None = None,
        complete: bool = True,
        every: timedelta = HOURS,
        mode: Mode = Mode.FULL,
        **extra: Any,
    ) -> Visited:
        self.at += every
        found = tuple(listings)
        complete = complete and error is None and self.walk is Walk.CATALOGUE and mode is Mode.FULL
        harvest = Crawl(listings=found, pages=2, complete=complete, error=error)
        source = replace(self.source, mode=mode)
        times: dict[str, Any] = {"every": every, "started_at": self.at, "now": self.at}
        visited = pipeline.keep(self.tracker, source, harvest, walk=self.walk, **times, **extra)
        self.seen.append(visited)
        return visited

    def prices(self) -> dict[str, Decimal | None]:
        with reading(self.tracker.engine) as conn:
            return {row["site_id"]: row["price"] for row in queries.listings_after(conn, 0, limit=999)}

    def currencies(self) -> Counter[str]:
        with reading(self.tracker.engine) as conn:
            return Counter(row["currency"] for row in queries.listings_after(conn, 0, limit=999))

    def ended(self) -> list[str]:
        with reading(self.tracker.engine) as conn:
            return [row["site_id"] for row in queries.listings_after(conn, 0, limit=999) if row["ended_at"]]

    def alerts(self, kind: str = "deal") -> list[Any]:
        with reading(self.tracker.engine) as conn:
            rows = queries.deliveries(conn, states=("owed",), limit=999)
        return [row["payload"] for row in reversed(rows) if row["kind"] == kind]

    def row(self) -> Any:
        with reading(self.tracker.engine) as conn:
            return source_queries.sources(conn)["barn"]


@pytest.fixture
def life(make_tracker: Callable[..., Tracker]) -> Life:
    return Life(make_tracker(watches=(CHEAP,)))


def settled(life: Life, listings: Sequence[RawListing] | None = None, visits: int = 4) -> Life:
    """The source as it usually is."""
    for _ in range(visits):
        assert life.visit(shelf() if listings is None else listings).judgement.outcome is Outcome.OK
    return life


def with_prices(listings: Iterable[RawListing], factor: float) -> list[RawListing]:
    return [replace(one, price=str(float(one.price) * factor)) for one in listings]


EURO = [replace(one, currency="EUR") for one in shelf()]
CONVERTED = [replace(one, currency="EUR", price=f"{float(one.price) / 1.1:.2f}") for one in shelf()]

DOUBTED: dict[str, tuple[list[RawListing], str, bool]] = {
    "every price times 100": (with_prices(shelf(), 100), "100 times", True),
    "every price a hundredth": (with_prices(shelf(), 0.01), "0.01 times", True),
    "every price a third": (with_prices(shelf(), 0.33), "0.33 times", False),
    "the same amounts in another currency": (EURO, "the amounts as they were", True),
    "converted amounts in another currency": (CONVERTED, "other amounts", False),
    "prices that cannot be read": ([replace(one, price="ask") for one in shelf()], "have a price", True),
    "half of it": (shelf(5), "5 listings on 2 pages, usually 10", False),
    "nothing": ([], "no listing at all, where 10 were on offer", True),
    "no condition": (shelf(condition=""), "another condition", False),
    "no seller": (shelf(seller=""), "another seller", False),
    "titles of something else": (
        [replace(one, title="RTX 5090 32GB") for one in shelf()],
        "another variant",
        False,
    ),
    "no cards any more": ([replace(one, title="Garden chair, oak") for one in shelf()], "another variant", False),
}


@pytest.mark.parametrize("name", DOUBTED)
def test_what_is_not_believed_changes_nothing(life: Life, name: str) -> None:
    shown, why, _ = DOUBTED[name]
    before = settled(life).prices()
    visited = life.visit(shown)
    assert visited.judgement.outcome is Outcome.SUSPICIOUS
    assert why in visited.judgement.message
    assert (visited.ended, visited.changed, visited.alerts) == (0, 0, 0)
    assert life.prices() == before
    assert life.alerts() == []
    assert life.visit(shelf()).judgement.outcome is Outcome.OK, "back to what it was"
    assert life.prices() == before
    assert [one["occasion"] for one in life.alerts("source")] == ["broken", "works again"]


@pytest.mark.parametrize("name", DOUBTED)
def test_it_is_believed_when_more_visits_agree_unless_repeating_proves_nothing(life: Life, name: str) -> None:
    shown, _, stubborn = DOUBTED[name]
    settled(life)
    outcomes = [life.visit(shown).judgement.outcome for _ in range(5)]
    suspicious = [Outcome.SUSPICIOUS] * 5
    assert outcomes == suspicious if stubborn else outcomes == [*suspicious[:2], Outcome.OK, Outcome.OK, Outcome.OK]


def test_a_visit_that_disagrees_begins_anew(life: Life) -> None:
    settled(life, shelf(20))
    pictures = [shelf(10), shelf(10), shelf(4), shelf(4), shelf(4)]
    outcomes = [life.visit(one).judgement.outcome for one in pictures]
    assert outcomes == [*[Outcome.SUSPICIOUS] * 4, Outcome.OK]


def test_quick_visits_that_agree_are_not_enough(life: Life) -> None:
    settled(life)
    quick = [life.visit(shelf(5), every=timedelta(minutes=15)).judgement.outcome for _ in range(9)]
    assert set(quick) == {Outcome.SUSPICIOUS}


def test_a_doubted_price_holds_back_what_is_new_until_it_is_believed(life: Life) -> None:
    settled(life)
    cheaper = with_prices(shelf(), 0.4)
    found = [*cheaper, raw("99", "RTX 3090 24GB", "300")]
    assert [life.visit(found).alerts for _ in range(2)] == [0, 0]
    assert "99" not in life.prices()
    assert life.visit(found).alerts >= 1, "what was held back is told when it is believed"
    assert life.prices()["99"] == 300


def test_a_seller_who_empties_a_warehouse_is_news(life: Life) -> None:
    settled(life)
    dumped = [raw(f"d{one}", "RTX 3090 24GB", "300", seller="sam", condition="used") for one in range(20)]
    visited = life.visit([*shelf(), *dumped])
    assert visited.judgement.outcome is Outcome.SUSPICIOUS
    assert (visited.new, visited.alerts) == (20, 20)
    for alert in life.alerts():
        [said] = alert["offers"][0]["doubts"]
        assert said.startswith("source under review: 30 listings on 2 pages, usually 10")


def test_a_watch_that_asks_for_what_is_doubted_is_held_back_and_nothing_is_lost(
    make_tracker: Callable[..., Tracker],
) -> None:
    life = settled(Life(make_tracker(watches=(CHEAP, USED))))
    shown = [*shelf(condition="new"), raw("99", "RTX 3090 24GB", "300", condition="new")]
    assert life.visit(shown).alerts == 1, "one watch does not ask for a condition"
    right = [*shelf(), raw("99", "RTX 3090 24GB", "300", condition="used")]
    life.visit(right)
    assert [one["watch"] for one in life.alerts()] == ["cheap", "used"]


def test_what_was_held_back_from_a_watch_is_told_when_it_is_believed(make_tracker: Callable[..., Tracker]) -> None:
    new = replace(CHEAP, name="new", wanted=Wanted(conditions=(Condition.NEW,)))
    life = settled(Life(make_tracker(watches=(CHEAP, new))))
    shown = [*shelf(condition="new"), raw("99", "RTX 3090 24GB", "300", condition="new")]
    told = []
    for _ in range(3):
        life.visit(shown)
        told.append([one["watch"] for one in life.alerts() if one["offers"][0]["site_id"] == "99"])
    assert told == [["cheap"], ["cheap"], ["cheap", "new"]]


def test_what_was_held_back_from_a_watch_is_told_when_the_doubt_passes(make_tracker: Callable[..., Tracker]) -> None:
    life = settled(Life(make_tracker(watches=(USED,))))
    first, *rest = shelf()
    fallen, found = replace(first, price="310"), raw("99", "RTX 3090 24GB", "300", condition="used")
    doubted = [replace(one, condition="new") for one in rest]
    assert life.visit([*doubted, fallen, found]).judgement.outcome is Outcome.SUSPICIOUS
    assert life.visit(doubted[:4]).judgement.outcome is Outcome.SUSPICIOUS, "another doubt, and it begins anew"
    assert life.alerts() == []
    for _ in range(2):
        life.visit([*rest, fallen, found])
        told = [(one["occasion"], one["offers"][0]["site_id"]) for one in life.alerts()]
        assert sorted(told) == [("new", "99"), ("price", "0")]


def test_a_long_review_says_nothing_twice(make_tracker: Callable[..., Tracker]) -> None:
    life = settled(Life(make_tracker(watches=(replace(CHEAP, new=True),))), shelf(20))
    found = raw("99", "RTX 3090 24GB", "300", condition="used", seller="pat")
    for few in (10, 3) * 5:
        visited = life.visit([*shelf(few), found], every=timedelta(days=1))
        assert visited.judgement.outcome is Outcome.SUSPICIOUS
    assert len(life.alerts()) == 1
    assert life.visit([*shelf(20), found]).judgement.outcome is Outcome.OK
    assert len(life.alerts()) == 1


def test_an_emptiness_is_believed_where_the_canary_answers(life: Life) -> None:
    settled(life)
    assert life.visit([], canary=False).judgement.outcome is Outcome.SUSPICIOUS
    assert life.visit([], canary=True).judgement.outcome is Outcome.EMPTY
    assert life.visit([]).judgement.outcome is Outcome.EMPTY, "it was empty before"
    assert sorted(life.ended()) == sorted(str(one) for one in range(10))


def test_what_comes_after_an_emptiness_is_news(life: Life) -> None:
    settled(life)
    for _ in range(2):
        life.visit([], canary=True)
    assert len(life.ended()) == 10
    life.visit([*shelf(), raw("99", "RTX 3090 24GB", "300")])
    assert [one["occasion"] for one in life.alerts()] == ["new"]
    assert len(life.alerts("summary")) == 1


def test_a_window_that_is_empty_now_and_then_is_believed(make_tracker: Callable[..., Tracker]) -> None:
    life = Life(make_tracker(), walk=Walk.WINDOW)
    outcomes = [life.visit(listings).judgement.outcome for listings in (shelf(3), [], shelf(2), [], [])]
    assert outcomes == [Outcome.OK, Outcome.EMPTY, Outcome.OK, Outcome.EMPTY, Outcome.EMPTY]
    life = settled(Life(make_tracker(), walk=Walk.WINDOW, source=Source(name="yard", site="yard")))
    assert life.visit([]).judgement.outcome is Outcome.SUSPICIOUS, "it was never empty"


def test_an_ordinary_day_raises_no_doubt(life: Life) -> None:
    settled(life)
    fewer, dearer = shelf(8), [replace(shelf()[0], price="250"), *shelf()[1:]]
    sale = with_prices(shelf(), 0.8)
    for listings in (fewer, shelf(14), dearer, sale, shelf()):
        assert life.visit(listings).judgement.outcome is Outcome.OK


@pytest.mark.parametrize(
    "edited",
    [
        raw("0", "RTX 3090 for parts, broken", "700", condition="for parts"),
        raw("0", "RTX 3090 24GB", "7000", condition="used", seller="pat"),
        raw("0", "RTX 3090 24GB", "700", currency="EUR", condition="used", seller="pat"),
    ],
    ids=["is sold for parts now", "costs ten times as much", "costs euros"],
)
def test_one_edited_listing_is_no_witness_against_the_page(life: Life, edited: RawListing) -> None:
    settled(life, shelf(1))
    fresh = [replace(one, site_id=f"n{one.site_id}") for one in shelf()]
    visited = life.visit([edited, *fresh])
    assert (visited.judgement.outcome, visited.new) == (Outcome.OK, 10), visited.judgement.message


def test_the_only_card_of_a_source_speaks_for_its_page(life: Life) -> None:
    settled(life, shelf(1))
    visited = life.visit(with_prices(shelf(1), 0.01))
    assert (visited.judgement.outcome, visited.alerts) == (Outcome.SUSPICIOUS, 0)


def test_half_a_walk_that_fails_still_holds_back_wrong_prices(life: Life) -> None:
    before = settled(life).prices()
    visited = life.visit(with_prices(shelf(5), 0.01), error=Unreachable("answers 500"))
    assert (visited.judgement.outcome, visited.alerts) == (Outcome.UNREACHABLE, 0)
    assert life.prices() == before


def test_two_sources_that_show_the_same_listings_in_their_own_currency_are_no_doubt(
    make_tracker: Callable[..., Tracker],
) -> None:
    tracker = make_tracker()
    one, other = Life(tracker), Life(tracker, source=Source(name="barn-de", site="barn"))
    for _ in range(3):
        assert one.visit(shelf()).judgement.outcome is Outcome.OK
        other.at = one.at + timedelta(hours=1)
        assert other.visit(CONVERTED, every=timedelta(0)).judgement.outcome is Outcome.OK


def test_what_is_held_of_a_group_shown_whole_is_not_taken_for_gone(life: Life) -> None:
    thread = [replace(one, group_id="thread", whole_group=True) for one in shelf()]
    settled(life, thread)
    new = replace(thread[0], site_id="n", title="RTX 3090 24GB", condition="used")
    visited = life.visit([replace(one, condition="") for one in thread[:9]] + [thread[9], new])
    assert (visited.judgement.outcome, visited.new, visited.ended) == (Outcome.SUSPICIOUS, 1, 0)
    assert life.ended() == []


# --- another reading ------------------------------------------------------------------------------------------------

CHAIRS = [replace(one, title="Garden chair, oak") for one in shelf()]
UNSAID = shelf(condition="")
Reader = Callable[[Tracker], Identify]


def as_p40s(tracker: Tracker) -> Identify:
    return lambda one: tracker.identify(replace(one, title="Tesla P40 24GB"))


def as_used(tracker: Tracker) -> Identify:
    return lambda one: replace(tracker.identify(one), condition=Condition.USED)


@pytest.mark.parametrize(
    ("misread", "shown"),
    [(as_p40s, shelf()), (as_p40s, CHAIRS), (as_used, UNSAID)],
    ids=["other cards", "no cards", "no condition"],
)
def test_what_we_read_otherwise_ourselves_is_no_doubt_of_the_page(
    life: Life, misread: Reader, shown: list[RawListing]
) -> None:
    reads_better, life.tracker = life.tracker, replace(life.tracker, identify=misread(life.tracker))
    for mode in (Mode.SWEEP, Mode.FULL) * 4:
        life.visit(shown, mode=mode)
    life.tracker = reads_better
    later = [life.visit(shown, mode=mode).judgement for mode in (Mode.FULL, Mode.SWEEP) * 2]
    assert [(one.outcome, one.message) for one in later] == [(Outcome.OK, "")] * 4


def test_a_page_that_changed_while_we_read_otherwise_is_doubted_still(life: Life) -> None:
    reads_better, life.tracker = life.tracker, replace(life.tracker, identify=as_p40s(life.tracker))
    settled(life)
    life.tracker = reads_better
    other = life.visit([replace(one, title="RTX 5090 32GB") for one in shelf()]).judgement
    assert "another variant" in other.message
    assert "5 listings on 2 pages, usually 10" in life.visit(shelf(5)).judgement.message
    assert life.visit(shelf()).judgement.outcome is Outcome.OK


# --- the owner ----------------------------------------------------------------------------------------------------


def test_the_owner_is_told_once_when_it_breaks_and_once_when_it_works_again(life: Life) -> None:
    settled(life)
    for _ in range(3):
        life.visit(error=Blocked("403"))
    assert [(one["occasion"], one["state"]) for one in life.alerts("source")] == [("broken", "blocked")]
    for _ in range(2):
        life.visit(shelf())
    assert [one["occasion"] for one in life.alerts("source")] == ["broken", "works again"]
    life.visit(error=ParseError("no list"))
    assert [one["occasion"] for one in life.alerts("source")] == ["broken", "works again", "broken"]


def test_a_hiccup_is_not_worth_a_word(life: Life) -> None:
    settled(life)
    for _ in range(3):
        for _ in range(2):
            life.visit(error=Unreachable("no answer"), every=timedelta(minutes=5))
        life.visit(shelf(), every=timedelta(minutes=5))
    assert life.alerts("source") == []
    for _ in range(3):
        life.visit(error=Unreachable("no answer"), every=timedelta(minutes=5))
    assert len(life.alerts("source")) == 1


def test_a_sweep_that_works_mends_no_full_walk_that_does_not(life: Life) -> None:
    settled(life)
    life.visit(error=ParseError("no list"))
    life.visit(shelf(), mode=Mode.SWEEP)
    assert (life.row()["state"], life.row()["failures"]) == (Outcome.CHANGED, 1)
    life.visit(error=ParseError("no list"))
    life.visit(shelf(), mode=Mode.SWEEP)
    assert len(life.alerts("source")) == 1
    life.visit(shelf())
    assert (life.row()["state"], life.row()["failures"]) == (Outcome.OK, 0)
    assert [one["occasion"] for one in life.alerts("source")] == ["broken", "works again"]


def test_what_the_owner_is_told_says_what_to_do(life: Life) -> None:
    from alerts.message import compose

    settled(life)
    life.visit(with_prices(shelf(), 100))
    message = compose(life.alerts("source")[0])
    assert message.subject == "[sources] barn is under review"
    assert "tracker sources review barn" in message.text
    life.visit(shelf())
    assert compose(life.alerts("source")[1]).subject == "[sources] barn works again"


# --- by hand ------------------------------------------------------------------------------------------------------


def test_a_person_looks_at_what_is_held_and_accepts_it(
    home: Home, shop: Shop, tracker_command: Callable[..., Ran]
) -> None:
    configure(home, shop, "[owner]\nnotify = []\n")
    for _ in range(2):
        assert tracker_command("--home", home.path, "scrape", "barn").code == 0
    nothing = tracker_command("--home", home.path, "sources", "review", "barn")
    assert (nothing.code, nothing.out) == (1, "")
    assert "not under review" in nothing.err

    shop.shows(*((title, str(float(price) / 100), there) for title, price, there in SHOP))
    assert tracker_command("--home", home.path, "scrape", "barn").code == 1
    [row] = json.loads(tracker_command("--home", home.path, "sources", "--format", "json").out)
    assert (row["state"], row["on_offer"]) == ("suspicious", 2)
    held = tracker_command("--home", home.path, "sources", "review", "barn").out
    assert "0.01 times" in held
    assert "700.00 USD" in held
    rows = json.loads(tracker_command("--home", home.path, "sources", "review", "barn", "--format", "json").out)
    assert {(one["believed"], one["shown"]) for one in rows} >= {("700.00 USD", "7.0 USD")}

    accepted = tracker_command("--home", home.path, "sources", "accept", "barn")
    assert accepted.code == 0
    assert "accepted by hand" in accepted.out
    assert "[cheap]" in accepted.out, "what was held back is told now"
    assert tracker_command("--home", home.path, "scrape", "barn").code == 0, "from now on that is usual"
    with opened(home) as tracker, reading(tracker.engine) as conn:
        assert past.held(conn, "barn") == []
    assert tracker_command("--home", home.path, "sources", "accept", "nobody").code == 2


def test_all_that_is_held_is_accepted_however_much_it_is(life: Life) -> None:
    settled(life, shelf(250), visits=1)
    euros = [replace(one, currency="EUR") for one in shelf(250)]
    assert life.visit(euros).judgement.outcome is Outcome.SUSPICIOUS
    [accepted] = accept_held(life.tracker, "barn")
    assert accepted.changed == 250
    assert (life.visit(euros).judgement.outcome, life.currencies()) == (Outcome.OK, {"EUR": 250})


@pytest.mark.parametrize("later", ["a quick sweep", "a walk that fails"])
def test_what_was_shown_again_since_is_accepted_too(life: Life, later: str) -> None:
    settled(life)
    life.visit(EURO)
    again: dict[str, Any] = {"mode": Mode.SWEEP} if later == "a quick sweep" else {"error": Unreachable("500")}
    life.visit(EURO if "error" in again else shelf(), **again)
    [accepted] = accept_held(life.tracker, "barn")
    assert (accepted.changed, life.currencies()) == (10, {"EUR": 10})
    assert life.visit(EURO).judgement.outcome is Outcome.OK


def test_a_newer_word_stands_against_what_is_accepted(life: Life) -> None:
    settled(life)
    life.visit(EURO)
    other = Life(life.tracker, source=Source(name="barn-us", site="barn"), at=life.at)
    other.visit(shelf(1))
    cheaper = [replace(shelf()[1], price="650"), *shelf()[2:]]
    life.visit(cheaper, mode=Mode.SWEEP)
    [accepted] = accept_held(life.tracker, "barn")
    assert (accepted.changed, life.currencies()) == (8, {"USD": 2, "EUR": 8})
    assert (life.prices()["0"], life.prices()["1"]) == (Decimal(700), Decimal(650))


def test_sources_shows_how_they_fare(home: Home, shop: Shop, tracker_command: Callable[..., Ran]) -> None:
    configure(home, shop)
    tracker_command("--home", home.path, "scrape", "barn")
    [row] = json.loads(tracker_command("--home", home.path, "sources", "--format", "json").out)
    assert (row["state"], row["grade"], row["identified"]) == ("ok", "A", 0.75)
    shop.answers("", status=404)
    for _ in range(3):
        tracker_command("--home", home.path, "scrape", "barn")
    shown = tracker_command("--home", home.path, "sources", "--why").out
    assert "3 of the last 4 visits went wrong" in shown


# --- the canary ---------------------------------------------------------------------------------------------------

PAGE = '<h1>Cards</h1><ul>{0}</ul><p class="note">Every card is tested in our own machines before we ship it.</p>'
CARD = '<li class="c" data-id="{0}"><a href="/c/{0}">RTX 3090 24GB</a> <b>$700</b></li>'
EMPTY_PAGE = '<h1>Cards</h1><p class="none">Nothing was found for your search, we are sorry.</p>'
CONFIG = """
[fetch]
allow_private = true
delay_s = 0
[sources.barn]
site = "pages"
url = "{url}/mi50"
canary = "{url}/anything"
currency = "USD"
item = "li.c"
title = "a"
link = "a"
price = "b"
id = "@data-id"
empty = ".none"
complete = true
"""


@pytest.mark.parametrize(("canary", "state"), [(PAGE.format(CARD.format(9)), "empty"), (EMPTY_PAGE, "suspicious")])
def test_the_canary_is_asked_only_when_there_is_nothing(
    home: Home, httpserver: HTTPServer, tracker_command: Callable[..., Ran], canary: str, state: str
) -> None:
    home.config_file.write_text(CONFIG.format(url=httpserver.url_for("").rstrip("/")))
    httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    httpserver.expect_oneshot_request("/mi50").respond_with_data(PAGE.format(CARD.format(1)), content_type="text/html")
    tracker_command("--home", home.path, "scrape", "barn")
    assert [request.path for request, _ in httpserver.log if request.path != "/robots.txt"] == ["/mi50"]
    httpserver.expect_request("/mi50").respond_with_data(EMPTY_PAGE, content_type="text/html")
    httpserver.expect_request("/anything").respond_with_data(canary, content_type="text/html")
    tracker_command("--home", home.path, "scrape", "barn")
    assert httpserver.log[-1][0].path == "/anything"
    [row] = json.loads(tracker_command("--home", home.path, "sources", "--format", "json").out)
    assert row["state"] == state


def test_a_canary_that_no_option_can_take_is_a_mistake(home: Home, tracker_command: Callable[..., Ran]) -> None:
    home.config_file.write_text('[sources.s]\nsite = "shopify"\nurl = "https://s.example"\ncanary = "rtx 3060"\n')
    ran = tracker_command("--home", home.path, "config")
    assert (ran.code, ran.out) == (2, "")
    assert "can have no canary" in ran.err


def test_what_an_items_own_page_says_is_no_change_of_how_its_search_is_read(life: Life) -> None:
    """A search leaves the memory open, the item's page tells it: the next search that leaves it open is no change."""
    found = [raw(str(one), "RTX 3080", str(400 + one), condition="used") for one in range(6)]
    told = [replace(one, attributes={"Memory Size": "10 GB"}) for one in found]
    life.visit(told, summaries={one.site_id: one for one in found})
    settled(life, found)
    others = [raw(f"n{one}", "RTX 3080", "450") for one in range(6)]
    doubted = life.visit([*found, *others]).judgement.doubts
    assert {doubt.field for doubt in doubted} == {Field.CONDITION}
    with reading(life.tracker.engine) as conn:
        source_id = source_queries.sources(conn)["barn"]["id"]
        assert all(one.read == 6 for one in past.believed(conn, source_id, "full")), "what is usual stays known"
