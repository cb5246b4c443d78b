"""The whole walk: a page from a real server, a stored offer, a ranked report, a mail and a webhook that arrive."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from email.message import Message as Mail
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import text

from alerts.message import compose
from db import count_queries, queries, source_queries, sources
from db.engine import reading, writing
from scrapers.base import Page, Request
from scrapers.fetch import Fetcher
from tests.alerts.test_channels import smtp_server
from tests.conftest import Ran
from tests.shop import SHOP, Shop, configure, products
from tracker import delivery, pipeline, second_thoughts
from tracker.assemble import Home, opened, stop
from tracker.core.errors import StoreError
from tracker.core.health import Outcome
from tracker.core.wanted import Wanted
from tracker.greeting import greet
from tracker.pipeline import Tracker, Visited, now_utc
from tracker.report import ranked

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def visits(home: Home) -> Callable[[], Visited]:
    """Visits the configured source as the daemon would, whether due or not."""

    def visit() -> Visited:
        config = home.config()
        with opened(home, config) as tracker, Fetcher(delay_s=0, allow_private=True, sleep=_no_waiting) as fetcher:
            planned = stop(config, "barn")
            fetch = fetcher.of(planned.scraper, planned.source)
            visited = pipeline.visit(tracker, planned.scraper, planned.source, fetch, every=planned.every)
        assert visited is not None
        return visited

    return visit


def _no_waiting(_seconds: float) -> None:
    """Politeness between requests is tested where it is written; here nobody waits."""


def report(home: Home, metric: str = "usd_per_gb") -> list[dict[str, Any]]:
    with opened(home) as tracker, reading(tracker.engine) as conn:
        rows = ranked(conn, metric=metric, wanted=Wanted(), now=now_utc(), catalogue=tracker.catalogue)
    # what its like ask, and how its source stands, are other questions
    beside = ("market_", "stale", "source_")
    return [{name: value for name, value in row.items() if not name.startswith(beside)} for row in rows]


def test_from_the_page_to_the_mail_and_the_webhook(
    home: Home, shop: Shop, visits: Callable[[], Visited], httpserver: HTTPServer
) -> None:
    with smtp_server() as (inbox, email):
        channels = (
            f'notify = ["mail", "hook"]\n[channels.mail]\ntype = "email"\nhost = "127.0.0.1"\nport = {email().port}\n'
            'security = "none"\nsender = "t@x.org"\nto = ["me@x.org"]\n'
            f'[channels.hook]\ntype = "webhook"\nurl = "{httpserver.url_for("/hook")}"\n'
        )
        configure(home, shop, channels)

        first = visits()
        assert (first.offers, first.rejected, first.alerts) == (3, 1, 1)
        assert [row["title"] for row in report(home)] == ["Instinct MI50 32GB", "GeForce RTX 3090 24GB"]

        shop.shows(("Instinct MI50 32GB", "149.00", True), *SHOP[1:3], ("Tesla P40 24GB", "150.00", True))
        second = visits()
        assert (second.new, second.changed, second.alerts) == (0, 2, 2)

        httpserver.expect_request("/hook", method="POST").respond_with_data("taken")
        with opened(home) as tracker:
            assert delivery.deliver(tracker).sent == 6
            assert delivery.deliver(tracker).sent == 0
    posted = [json.loads(request.data) for request, _ in httpserver.log if request.path == "/hook"]
    assert [(alert["kind"], alert["offers"][0]["usd_per_gb"]) for alert in posted] == [
        ("summary", 5.9062),
        ("deal", 4.6562),
        ("deal", 6.25),
    ]
    assert [alert["offers"][0]["event"] for alert in posted[1:]] == ["price", "back"]
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 3
    assert all(isinstance(mail, Mail) and "[cheap]" in mail["Subject"] for mail in inbox.mails)


def test_a_receiver_that_is_down_gets_everything_later_under_the_same_key(
    home: Home, shop: Shop, visits: Callable[[], Visited], httpserver: HTTPServer
) -> None:
    configure(
        home, shop, f'notify = ["hook"]\n[channels.hook]\ntype = "webhook"\nurl = "{httpserver.url_for("/hook")}"\n'
    )
    visits()
    now = now_utc()
    with opened(home) as tracker:
        httpserver.expect_oneshot_request("/hook").respond_with_data("", status=503)
        assert "answered 503" in delivery.deliver(tracker, now=lambda: now).refusals[0]
        assert delivery.deliver(tracker, now=lambda: now + timedelta(seconds=59)) == delivery.Delivered()
        httpserver.expect_oneshot_request("/hook").respond_with_data("taken")
        assert delivery.deliver(tracker, now=lambda: now + timedelta(minutes=2)).sent == 1
    keys = [request.headers["Idempotency-Key"] for request, _ in httpserver.log if request.path == "/hook"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_channel_that_refuses_for_good_is_disabled_and_can_be_retried(
    home: Home, shop: Shop, visits: Callable[[], Visited], tracker_command: Callable[..., Ran], httpserver: HTTPServer
) -> None:
    configure(
        home, shop, f'notify = ["hook"]\n[channels.hook]\ntype = "webhook"\nurl = "{httpserver.url_for("/hook")}"\n'
    )
    visits()
    httpserver.expect_oneshot_request("/hook").respond_with_data("", status=410)
    with opened(home) as tracker:
        delivery.deliver(tracker)
        delivery.deliver(tracker)
        with reading(tracker.engine) as conn:
            assert [row["attempts"] for row in queries.deliveries(conn, states=("owed",), limit=9)] == [1]
    assert "answered 410" in tracker_command("alerts", "pending").out
    assert "disabled" in tracker_command("alerts", "channels").out
    assert "disabled since" in tracker_command("doctor").out
    httpserver.expect_oneshot_request("/hook").respond_with_data("taken")
    explained = tracker_command("explain", "alert:1").out
    assert "\nowed to hook (disabled channel until it is mended)\n" in explained
    assert re.search(r"; raised on .* USD, owed to hook \(disabled channel until it is mended\)\n", explained)
    assert tracker_command("alerts", "retry").out == "1 sent, 0 refused\n"
    explained = tracker_command("explain", "alert:1").out
    assert "sent to hook on 20" in explained
    assert "; told on 20" in explained


def test_what_is_held_says_until_when_and_a_retry_leaves_it_held(
    home: Home, shop: Shop, visits: Callable[[], Visited], tracker_command: Callable[..., Ran]
) -> None:
    configure(home, shop, 'digest = "daily 08:00"\n[buyer]\ntime_zone = "Asia/Kathmandu"\n')
    visits()
    for command in (["alerts"], ["alerts", "pending"]):
        assert re.search(r"digest until 20\S+ 08:00", tracker_command(*command).out)
        [row] = json.loads(tracker_command(*command, "--format", "json").out)
        assert row["held_by"] == "digest"
        assert row["held_until"].endswith("T02:15:00+00:00")
    retried = tracker_command("alerts", "retry")
    assert retried.out == "0 sent, 0 refused\n"
    assert re.search(r"^1 of cheap to console held: digest until 20\S+ 08:00$", retried.err, re.MULTILINE)


def test_a_new_watch_speaks_at_once_and_an_edited_one_again(
    home: Home, shop: Shop, visits: Callable[[], Visited]
) -> None:
    configure(home, shop)
    home.config_file.write_text(home.config_file.read_text().split("[watches")[0])
    assert visits().alerts == 0
    configure(home, shop)
    with opened(home) as tracker:
        assert greet(tracker, now=now_utc()) == 1
        assert greet(tracker, now=now_utc()) == 0
    home.config_file.write_text(home.config_file.read_text().replace("below = 20", "below = 30"))
    with opened(home) as tracker:
        assert greet(tracker, now=now_utc()) == 1


TROUBLE = [
    ("no answer", {"body": "", "status": 503}, Outcome.UNREACHABLE),
    ("gone", {"body": "", "status": 404}, Outcome.GONE),
    ("refused", {"body": "", "status": 403}, Outcome.BLOCKED),
    (
        "HTML in place of JSON",
        {"body": "<html><body><p>Our shop now looks nothing like it did when you were here</p></body></html>"},
        Outcome.CHANGED,
    ),
    ("an empty body", {"body": ""}, Outcome.CHANGED),
    ("a catalogue that is suddenly empty", {"body": '{"products": []}'}, Outcome.SUSPICIOUS),
]


@pytest.mark.parametrize(("answer", "outcome"), [row[1:] for row in TROUBLE], ids=[row[0] for row in TROUBLE])
def test_trouble_is_named_and_ends_nothing(
    home: Home, shop: Shop, visits: Callable[[], Visited], answer: dict[str, Any], outcome: Outcome
) -> None:
    configure(home, shop)
    visits()
    before = report(home)
    shop.answers(**answer)
    assert [visits().judgement.outcome for _ in range(3)] == [outcome] * 3
    assert report(home) == before
    with opened(home) as tracker, reading(tracker.engine) as conn:
        row = source_queries.sources(conn)["barn"]
    assert (row["state"], row["failures"]) == (outcome, 3)
    assert row["message"]
    shop.shows(*SHOP)
    assert visits().judgement.outcome is Outcome.OK


def test_a_listing_ends_when_two_complete_walks_did_not_show_it(
    home: Home, shop: Shop, visits: Callable[[], Visited]
) -> None:
    configure(home, shop)
    visits()
    shop.shows(*SHOP[1:])
    assert [visits().ended for _ in range(3)] == [0, 1, 0]


def test_a_crash_in_one_scraper_is_told_and_ends_nothing(home: Home, shop: Shop) -> None:
    configure(home, shop)
    config = home.config()
    planned = stop(config, "barn")

    def broken(_request: object) -> Any:
        raise ZeroDivisionError

    with opened(home, config) as tracker:
        visited = pipeline.visit(tracker, planned.scraper, planned.source, broken, every=planned.every)
    assert visited is not None
    assert visited.judgement.outcome is Outcome.FAILING


def test_nobody_visits_a_source_that_is_being_visited(home: Home, shop: Shop) -> None:
    configure(home, shop)
    config = home.config()
    planned = stop(config, "barn")
    with opened(home, config) as tracker:
        with writing(tracker.engine) as tx:
            sources.know_source(tx, "barn", "shopify")
            sources.claim(tx, "barn", by="another", now=now_utc(), until=now_utc() + timedelta(hours=1))
        assert pipeline.visit(tracker, planned.scraper, planned.source, _never, every=planned.every) is None


def _never(_request: object) -> Any:
    pytest.fail("fetched although somebody else is at it")


def test_a_visit_whose_source_was_taken_over_stores_nothing(home: Home, shop: Shop) -> None:
    configure(home, shop)
    config = home.config()
    planned = stop(config, "barn")
    with opened(home, config) as tracker, Fetcher(delay_s=0, allow_private=True, sleep=_no_waiting) as fetcher:
        fetch = fetcher.of(planned.scraper, planned.source)
        later = now_utc() + 2 * pipeline.CLAIM

        def fetch_slowly(request: Request) -> Page:
            with writing(tracker.engine) as tx:
                assert sources.claim(tx, "barn", by="another", now=later, until=later + pipeline.CLAIM)
            return fetch(request)

        with pytest.raises(StoreError, match="barn: another process has taken the source over"):
            pipeline.visit(tracker, planned.scraper, planned.source, fetch_slowly, every=planned.every)
        with reading(tracker.engine) as conn:
            assert count_queries.counts(conn)["listings"] == 0
            assert source_queries.source_row(conn, "barn")["claimed_by"] == "another"


def test_a_visit_the_database_does_not_take_is_not_made_again_at_once(home: Home, shop: Shop) -> None:
    configure(home, shop)
    config = home.config()
    planned = stop(config, "barn")
    with opened(home, config) as tracker, Fetcher(delay_s=0, allow_private=True, sleep=_no_waiting) as fetcher:
        with writing(tracker.engine) as tx:
            sources.schedule(tx, "barn", "shopify", sweeps=False, now=now_utc())
            tx.execute(text("ALTER TABLE daily RENAME TO elsewhere"))
        fetch = fetcher.of(planned.scraper, planned.source)
        with pytest.raises(StoreError):
            pipeline.visit(tracker, planned.scraper, planned.source, fetch, every=planned.every)
        with reading(tracker.engine) as conn:
            row = source_queries.source_row(conn, "barn")
        assert row["claimed_until"] is None
        assert row["next_visit_at"] > now_utc() + timedelta(minutes=4)
        assert row["next_sweep_at"] is None, "what is off the schedule stays off it"


def test_a_source_that_is_not_due_any_more_is_left_alone(home: Home, shop: Shop, visits: Callable[[], Visited]) -> None:
    configure(home, shop)
    visits()
    config = home.config()
    planned = stop(config, "barn")
    with opened(home, config) as tracker:
        late = pipeline.visit(tracker, planned.scraper, planned.source, _never, every=planned.every, if_due=True)
    assert late is None


def test_reidentify_shows_and_applies_another_reading(make_tracker: Callable[..., Tracker]) -> None:
    from dataclasses import replace

    from scrapers.base import Source, Walk
    from scrapers.crawl import Crawl
    from tests.conftest import raw
    from tracker.core.models import Kind, Verdict

    tracker = make_tracker()
    harvest = Crawl(
        listings=(raw("1", "RTX 3090 24GB", seller="pat"), raw("2", "RTX 4090 24GB")), pages=1, complete=True
    )
    source = Source(name="barn", site="barn")
    now = now_utc()
    every = timedelta(hours=1)
    pipeline.keep(tracker, source, harvest, walk=Walk.CATALOGUE, every=every, started_at=now, now=now)
    assert list(second_thoughts.reidentify(tracker, dry_run=False)) == []

    def stricter(listing: Any) -> Verdict:
        if "4090" in listing.title:
            return Verdict(kind=Kind.OTHER, reason="4090s are toys")
        return tracker.identify(listing)

    changed = replace(tracker, identify=stricter)
    [seen] = second_thoughts.reidentify(changed, dry_run=True)
    assert (seen.title, seen.now) == ("RTX 4090 24GB", "rejected: other")
    assert len(list(second_thoughts.reidentify(changed, dry_run=False))) == 1
    assert list(second_thoughts.reidentify(changed, dry_run=False)) == []
    with reading(tracker.engine) as conn:
        assert count_queries.counts(conn)["on_offer"] == 1


def test_other_rates_and_costs_reprice_what_is_stored(make_tracker: Callable[..., Tracker]) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from scrapers.base import Source, Walk
    from scrapers.crawl import Crawl
    from tests.conftest import RATES, raw
    from tracker.core.landed import Costs

    tracker = make_tracker()
    listings = (raw("1", "RTX 3090 24GB", "500", currency="EUR"), raw("2", "RTX 3090 24GB", "500", shipping="10"))
    harvest = Crawl(listings=listings, pages=1, complete=True)
    now = now_utc()
    source = Source(name="barn", site="barn")
    pipeline.keep(tracker, source, harvest, walk=Walk.WINDOW, every=None, started_at=now, now=now)

    def prices() -> list[tuple[Decimal | None, str]]:
        with reading(tracker.engine) as conn:
            rows = queries.listings_after(conn, 0, limit=9)
        return [(row["unit_usd"], row["flags"]) for row in rows]

    assert prices() == [(Decimal("550.00"), ""), (Decimal("510.00"), "")]
    second_thoughts.reprice(tracker)
    assert second_thoughts.reprice(tracker) == 0, "nothing has changed"
    dearer = replace(RATES, usd_per_unit={**RATES.usd_per_unit, "EUR": Decimal("1.2")})
    estimating = replace(tracker, rates=dearer, costs=Costs(shipping_usd={"*": Decimal(20)}))
    assert second_thoughts.reprice(estimating) == 1, "the other lands at the same price"
    assert prices() == [(Decimal("620.00"), "shipping-estimated"), (Decimal("510.00"), "")]
    again = pipeline.keep(estimating, source, harvest, walk=Walk.WINDOW, every=None, started_at=now, now=now_utc())
    assert (again.changed, again.alerts) == (0, 0), "the buyer's rules are no news of the market"
    assert second_thoughts.reprice(tracker) == 1
    assert prices() == [(Decimal("550.00"), ""), (Decimal("510.00"), "")]


def test_the_item_itself_is_asked_before_an_alert(make_tracker: Callable[..., Tracker]) -> None:
    from dataclasses import replace as changed
    from decimal import Decimal

    from scrapers.base import Page, Request, Scraper, Source
    from tests.alerts.test_message import WATCH
    from tests.conftest import raw
    from tracker.core.errors import Unreachable
    from tracker.core.models import RawListing

    asked: list[str] = []
    shelf = {"1": "RTX 3090 24GB", "2": "RTX 3090 24GB, tested", "3": "RTX 5090 32GB", "4": "RTX 3090 24GB"}
    prices = {"1": "500", "2": "400", "3": "3000", "4": "450"}

    def fetch(request: Request) -> Page:
        asked.append(request.url)
        if request.url.endswith("4"):
            raise Unreachable("no answer")
        return Page(url=request.url, text="", source=source)

    def detailed(page: Page, listing: RawListing) -> RawListing:
        sold = {"availability": "OutOfStock"} if listing.site_id == "2" else {}
        return changed(listing, **sold)  # type: ignore[arg-type]

    scraper = Scraper(
        site="barn",
        start=lambda _: [Request(url="https://barn.example/")],
        parse=lambda _: [raw(number, title, prices[number]) for number, title in shelf.items()],
        detail=lambda _, listing: Request(url=f"https://barn.example/item/{listing.site_id}"),
        parse_detail=detailed,
    )
    source = Source(name="barn", site="barn")
    tracker = make_tracker(watches=(changed(WATCH, below=Decimal(30)),))
    first = pipeline.visit(tracker, scraper, source, fetch, every=timedelta(hours=1))
    assert first is not None
    assert asked == ["https://barn.example/", *(f"https://barn.example/item/{number}" for number in "124")]
    with reading(tracker.engine) as conn:
        [alert] = queries.deliveries(conn, states=("owed",), limit=9)
    told = [(one["site_id"], one["unverified"]) for one in alert["payload"]["offers"]]
    assert told == [("4", True), ("1", False)], "sold is not told, the unasked is, and called so"
    asked.clear()
    pipeline.visit(tracker, scraper, source, fetch, every=timedelta(hours=1))
    assert asked == ["https://barn.example/"], "what the search still shows as before is not asked again"


@pytest.mark.parametrize(("fails", "asked", "verified"), [(False, 10, 10), (True, 0, 0)])
def test_a_deal_that_was_not_looked_at_says_so(
    make_tracker: Callable[..., Tracker], fails: bool, asked: int, verified: int
) -> None:
    from scrapers.base import Page, Request, Scraper, Source
    from tests.alerts.test_message import WATCH
    from tests.conftest import raw
    from tracker.core.errors import Unreachable

    looked: list[str] = []

    def fetch(request: Request) -> Page:
        if "/item/" in request.url:
            looked.append(request.url)
        if request.url.endswith("page=2"):
            raise Unreachable("no answer")
        return Page(url=request.url, text="", source=source)

    scraper = Scraper(
        site="barn",
        start=lambda _: [Request(url="https://barn.example/")],
        parse=lambda _: [raw(str(number), "RTX 3090 24GB", "400") for number in range(12)],
        follow=lambda _: [Request(url="https://barn.example/?page=2")] if fails else [],
        detail=lambda _, listing: Request(url=f"https://barn.example/item/{listing.site_id}"),
    )
    source = Source(name="barn", site="barn")
    tracker = make_tracker(watches=(WATCH,))
    pipeline.visit(tracker, scraper, source, fetch, every=timedelta(hours=1))
    with reading(tracker.engine) as conn:
        [alert] = queries.deliveries(conn, states=("owed",), limit=9)
    told = [one["unverified"] for one in alert["payload"]["offers"]]
    assert (len(looked), told.count(False), len(told)) == (asked, verified, 12)
    message = compose(alert["payload"])
    assert message.text.count("unverified: the site could not be asked about it") == 12 - verified


@pytest.mark.parametrize(
    ("finds", "told", "on_offer"),
    [
        (set(), [("2", True), ("1", True)], {"1", "2", "3"}),
        ({"3"}, [], {"3"}),
        ({"3", "1"}, [("1", False)], {"1", "3"}),
    ],
    ids=["nothing at all", "what nobody wants", "one of the deals"],
)
def test_a_call_for_items_that_finds_nothing_silences_nothing(
    make_tracker: Callable[..., Tracker], finds: set[str], told: list[tuple[str, bool]], on_offer: set[str]
) -> None:
    from dataclasses import replace
    from decimal import Decimal

    from scrapers.base import Page, Request, Scraper, Source
    from tests.alerts.test_message import WATCH
    from tests.conftest import raw
    from tracker.core.errors import Gone

    def fetch(request: Request) -> Page:
        if "/item/" in request.url and request.url[-1] not in finds:
            raise Gone("404")
        return Page(url=request.url, text="", source=source)

    prices = {"1": "500", "2": "400", "3": "3000"}
    scraper = Scraper(
        site="barn",
        start=lambda _: [Request(url="https://barn.example/")],
        parse=lambda _: [raw(number, "RTX 3090 24GB", price) for number, price in prices.items()],
        detail=lambda _, listing: Request(url=f"https://barn.example/item/{listing.site_id}"),
    )
    source = Source(name="barn", site="barn")
    tracker = make_tracker(watches=(replace(WATCH, below=Decimal(30)),))
    pipeline.visit(tracker, scraper, source, fetch, every=timedelta(hours=1))
    with reading(tracker.engine) as conn:
        alerts = queries.deliveries(conn, states=("owed",), limit=9)
        standing = {row["site_id"] for row in queries.listings_after(conn, 0, limit=9) if row["on_offer"]}
    offers = [(one["site_id"], one["unverified"]) for alert in alerts for one in alert["payload"]["offers"]]
    assert (offers, standing) == (told, on_offer)


def test_a_page_that_has_not_changed_is_not_read_again_and_counts_as_seen(
    home: Home, shop: Shop, visits: Callable[[], Visited]
) -> None:
    from werkzeug import Request, Response

    def answer(request: Request) -> Response:
        if request.headers.get("If-None-Match") == '"v1"':
            return Response(status=304)
        return Response(json.dumps(products(*SHOP)), headers={"ETag": '"v1"'}, content_type="application/json")

    configure(home, shop)
    shop.server.clear_all_handlers()
    shop.server.expect_request("/robots.txt").respond_with_data("", status=404)
    shop.server.expect_request("/products.json").respond_with_handler(answer)
    first, *later = [visits() for _ in range(4)]
    assert [visited.listings for visited in (first, *later)] == [4] * 4
    assert [visited.ended for visited in later] == [0] * 3
    assert [visited.judgement.outcome for visited in later] == [Outcome.OK] * 3
    statuses = [response.status_code for request, response in shop.server.log if request.path == "/products.json"]
    assert statuses == [200, 304, 304, 304]
    assert len(report(home)) == 2


def test_a_source_that_never_gets_through_is_still_news(make_tracker: Callable[..., Tracker]) -> None:
    from scrapers.base import Source, Walk
    from scrapers.crawl import Crawl
    from tests.alerts.test_message import WATCH
    from tests.conftest import raw
    from tracker.core.errors import RateLimited

    tracker = make_tracker(watches=(WATCH,))
    source = Source(name="barn", site="barn")
    alerts = []
    for number in range(4):
        found = tuple(raw(str(one), "RTX 3090 24GB", "300") for one in range(number + 1))
        harvest = Crawl(listings=found, pages=1, complete=False, error=RateLimited("429", site="barn"))
        now = now_utc()
        every = timedelta(hours=1)
        kept = pipeline.keep(tracker, source, harvest, walk=Walk.WINDOW, every=every, started_at=now, now=now)
        alerts.append(kept.alerts)
    assert alerts == [1, 1, 1, 1]


def test_a_channel_that_crashes_holds_back_nobody(home: Home, shop: Shop, visits: Callable[[], Visited]) -> None:
    from alerts.base import Channel, Message

    class Broken(Channel):
        type: str = "broken"

        def send(self, message: Message) -> None:
            raise UnicodeEncodeError("ascii", "ü", 0, 1, "no such letter")

    configure(home, shop, 'notify = ["broken", "console"]\n[channels.broken]\ntype = "console"\n')
    visits()
    with opened(home) as tracker:
        from dataclasses import replace

        delivered = delivery.deliver(replace(tracker, channels={**tracker.channels, "broken": Broken(type="broken")}))
    assert delivered.sent == 1
    assert "crashed" in delivered.refusals[0]


def test_a_watch_edited_back_and_one_restored_speak_again(
    home: Home, shop: Shop, visits: Callable[[], Visited]
) -> None:
    configure(home, shop)
    visits()
    first = home.config_file.read_text()
    said = []
    for words in (first, first.replace("below = 20", "below = 30"), first, first.split("[watches")[0], first):
        home.config_file.write_text(words)
        with opened(home) as tracker:
            said.append(greet(tracker, now=now_utc()))
    assert said == [1, 1, 1, 0, 1]


def test_a_crash_while_storing_is_written_down(make_tracker: Callable[..., Tracker]) -> None:
    from dataclasses import replace

    from scrapers.base import Page, Request, Scraper, Source

    def broken(_listing: Any) -> Any:
        raise ZeroDivisionError

    source = Source(name="barn", site="barn")
    scraper = Scraper(
        site="barn",
        start=lambda _: [Request(url="https://barn.example/")],
        parse=lambda _: [raw_listing()],
    )
    tracker = replace(make_tracker(), identify=broken)
    visited = pipeline.visit(
        tracker,
        scraper,
        source,
        lambda request: Page(url=request.url, text="", source=source),
        every=timedelta(hours=1),
    )
    assert visited is not None
    assert visited.judgement.outcome is Outcome.FAILING
    with reading(tracker.engine) as conn:
        row = source_queries.sources(conn)["barn"]
    assert (row["state"], row["failures"], row["claimed_until"]) == (Outcome.FAILING, 1, None)


def raw_listing() -> Any:
    from tests.conftest import raw

    return raw()
