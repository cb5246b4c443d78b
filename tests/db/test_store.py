"""The store: change-only history, narrow presence, absence that ends, and an outbox that owes once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import FromClause, func, select

from db import count_queries, delivery_queries, outbox, queries, sources, sql, store
from db.engine import reading, writing
from db.points import points as points_of
from tests.conftest import NOON, offer, rejected
from tracker.core.metrics import DEFAULTS, METRICS
from tracker.core.models import Condition, Offer, Rejected
from tracker.core.rules import Event
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.pipeline import Tracker

HOUR = timedelta(hours=1)
MakeTracker = Callable[..., Tracker]


def see(
    tracker: Tracker,
    outcomes: Sequence[Offer | Rejected],
    *,
    at: datetime,
    source: str = "barn-us",
    missed_since: datetime | None = None,
) -> store.Recorded:
    """One visit that shows these listings."""
    with writing(tracker.engine) as tx:
        source_id = sources.know_source(tx, source, "barn")
        return store.record(
            tx,
            outcomes,
            source=source,
            source_id=source_id,
            missed_since=missed_since,
            bill=tracker.bill,
            catalogue=tracker.catalogue,
            now=at,
        )


def count(tracker: Tracker, table: FromClause) -> int:
    with reading(tracker.engine) as conn:
        return conn.execute(select(func.count()).select_from(table)).scalar_one()


def listing(tracker: Tracker, site_id: str = "1") -> dict[str, object]:
    with reading(tracker.engine) as conn:
        row = conn.execute(select(sql.LISTING).where(sql.LISTING.c.site_id == site_id)).mappings().one()
        return dict(row)


CHANGES = [
    ("first sight", None, offer(), Event.NEW, 1),
    ("nothing new", offer(), offer(), None, 1),
    ("cheaper", offer(price="700"), offer(price="650"), Event.PRICE, 2),
    ("dearer", offer(price="700"), offer(price="750"), Event.PRICE, 2),
    ("another currency", offer(currency="USD"), offer(currency="EUR"), Event.PRICE, 2),
    ("shipping changes", offer(shipping="0"), offer(shipping="15"), Event.PRICE, 2),
    ("shipping no longer stated", offer(shipping="0"), offer(shipping=None), Event.PRICE, 2),
    ("sold out is no news", offer(), offer(available=False), None, 2),
    ("back in stock", offer(available=False), offer(), Event.BACK, 2),
    ("was no offer before", rejected("1"), offer(), Event.NEW, 1),
    ("is no offer any more", offer(), rejected("1"), None, 1),
    ("less than a cent is no change", offer(price="700"), offer(price="700.004"), None, 1),
    ("another card at the same price", offer(variant="rtx-3090-24gb"), offer(variant="mi50-32gb"), Event.NEW, 1),
    ("the seller's score moves", offer(feedback_count="1"), offer(feedback_count="2"), None, 1),
]


@pytest.mark.parametrize(
    ("before", "after", "event", "points"), [row[1:] for row in CHANGES], ids=[r[0] for r in CHANGES]
)
def test_what_a_second_visit_changes(
    make_tracker: MakeTracker, before: Offer | Rejected | None, after: Offer, event: Event | None, points: int
) -> None:
    tracker = make_tracker()
    if before is not None:
        see(tracker, [before], at=NOON)
    recorded = see(tracker, [after], at=NOON + HOUR)
    assert [change.event for change in recorded.changes] == ([event] if event else [])
    assert count(tracker, points_of()) == points


def test_amounts_are_kept_as_printed_with_the_rate_used(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="199.99", currency="EUR", shipping="10", quantity=2)], at=NOON)
    row = listing(tracker)
    assert (row["price"], row["currency"], row["shipping"]) == (Decimal("199.99"), "EUR", Decimal("10.00"))
    assert row["rate"] == Decimal("1.1")
    assert row["landed_usd"] == Decimal("230.99")  # 209.99 × 1.1 = 230.989
    assert row["unit_usd"] == Decimal("115.49")


def test_shipping_not_stated_is_null_not_nothing(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(shipping=None)], at=NOON)
    assert listing(tracker)["shipping"] is None


def test_being_seen_again_touches_presence_alone(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer()], at=NOON)
    before = listing(tracker)
    see(tracker, [offer()], at=NOON + HOUR)
    assert listing(tracker) == before
    with reading(tracker.engine) as conn:
        assert conn.execute(select(sql.PRESENCE.c.seen_at)).scalar_one() == NOON + HOUR


def test_what_is_missing_ends_and_may_come_back(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1"), offer("2")], at=NOON)
    recorded = see(tracker, [offer("2")], at=NOON + 2 * HOUR, missed_since=NOON + HOUR)
    assert recorded.ended == 1
    assert listing(tracker, "1")["ended_at"] == NOON + 2 * HOUR
    assert not listing(tracker, "1")["on_offer"]
    assert count(tracker, points_of()) == 3  # the end is a price point too: not available from then on
    back = see(tracker, [offer("1"), offer("2")], at=NOON + 3 * HOUR)
    assert [change.event for change in back.changes] == [Event.BACK]
    assert listing(tracker, "1")["ended_at"] is None


def test_a_listing_that_another_source_shows_does_not_end(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1")], at=NOON, source="barn-us")
    see(tracker, [offer("1")], at=NOON, source="barn-newest")
    assert see(tracker, [], at=NOON + 2 * HOUR, missed_since=NOON + HOUR).ended == 0
    assert listing(tracker)["on_offer"]


def test_an_ended_reject_seen_again_is_no_longer_ended(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [rejected("1")], at=NOON)
    see(tracker, [], at=NOON + 2 * HOUR, missed_since=NOON + HOUR)
    assert listing(tracker)["ended_at"] is not None
    see(tracker, [rejected("1")], at=NOON + 3 * HOUR)
    assert listing(tracker)["ended_at"] is None


def test_a_page_saved_long_ago_changes_nothing_known_since(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="700")], at=NOON)
    recorded = see(tracker, [offer(price="500")], at=NOON - HOUR)
    assert recorded.changes == ()
    assert listing(tracker)["price"] == Decimal("700.00")


def test_a_page_saved_before_a_listing_ended_does_not_bring_it_back(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer()], at=NOON)
    see(tracker, [], at=NOON + 3 * HOUR, missed_since=NOON + HOUR)
    assert see(tracker, [offer(price="500")], at=NOON + 2 * HOUR).changes == ()
    assert not listing(tracker)["on_offer"]


def test_what_nobody_looks_after_ends(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1")], at=NOON, source="import:barn")
    see(tracker, [offer("2")], at=NOON, source="barn-us")
    with writing(tracker.engine) as tx:
        sources.schedule(tx, "barn-us", "barn", sweeps=False, now=NOON)
        assert store.end_forgotten(tx, before=NOON + HOUR, now=NOON + 2 * HOUR) == {"rtx-3090-24gb"}
    assert not listing(tracker, "1")["on_offer"]
    assert listing(tracker, "2")["on_offer"]
    with writing(tracker.engine) as tx:
        sources.unschedule(tx, kept=[])
        store.end_forgotten(tx, before=NOON + HOUR, now=NOON + 2 * HOUR)
    assert not listing(tracker, "2")["on_offer"]


def test_the_same_listing_twice_in_one_visit_is_one(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    assert see(tracker, [offer(), offer()], at=NOON).new == 1


def test_only_one_may_visit_a_source(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        sources.know_source(tx, "barn-us", "barn")
        assert sources.claim(tx, "barn-us", by="a", now=NOON, until=NOON + HOUR)
        assert sources.claim(tx, "barn-us", by="a", now=NOON, until=NOON + HOUR)  # only its first answer was lost
        assert not sources.claim(tx, "barn-us", by="b", now=NOON + HOUR / 2, until=NOON + HOUR)
        assert sources.claim(tx, "barn-us", by="b", now=NOON + 2 * HOUR, until=NOON + 3 * HOUR)  # the first one died
        assert not sources.prolong(tx, "barn-us", by="a", until=NOON + 9 * HOUR)
        sources.release(tx, "barn-us", by="a")
        assert not sources.claim(tx, "barn-us", by="a", now=NOON + 2.5 * HOUR, until=NOON + 9 * HOUR)


def test_a_quota_is_shared_and_renewed_by_day(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        assert [sources.spend(tx, "ebay", day="2026-05-01", quota=2) for _ in range(3)] == [True, True, False]
        assert sources.spend(tx, "ebay", day="2026-05-02", quota=2)


def owed(key: str = "k1", channels: tuple[str, ...] = ("console",)) -> outbox.Owed:
    return outbox.Owed(key=key, kind="deal", watch="w", payload={"key": key}, channels=channels)


def test_one_event_is_owed_once(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        assert outbox.owe(tx, [owed(), owed(), owed("k2", ())], now=NOON) == 2
        assert outbox.owe(tx, [owed()], now=NOON) == 0
    assert count(tracker, sql.DELIVERY) == 1


def test_a_message_is_taken_by_one_and_again_after_its_lease(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    later, latest = NOON + 2 * HOUR, NOON + 3 * HOUR
    with writing(tracker.engine) as tx:
        outbox.owe(tx, [owed()], now=NOON)
        [row] = delivery_queries.waiting(tx, "console")
        what = ([row["alert_id"]], "console")
        assert outbox.claim_message(tx, *what, "m", now=NOON, until=NOON + HOUR)
        assert not outbox.claim_message(tx, *what, "m", now=NOON, until=NOON + HOUR)
        assert not outbox.claim_message(tx, *what, "another", now=later, until=latest), "it left as m, it stays m"
        assert outbox.claim_message(tx, *what, "m", now=later, until=latest)
        outbox.close_message(tx, *what, claimed_until=NOON + HOUR, state="failed")  # not its lease any more
        outbox.close_message(tx, *what, claimed_until=latest, state="sent", sent_at=NOON)
        assert not outbox.claim_message(tx, *what, "m", now=latest + HOUR, until=latest + 2 * HOUR)
        assert delivery_queries.waiting(tx, "console") == []


def test_a_failed_transaction_leaves_nothing(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()

    def fail_half_way() -> None:
        with writing(tracker.engine) as tx:
            sources.know_source(tx, "barn-us", "barn")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert count(tracker, sql.SOURCE) == 0


def test_the_cheapest_of_each_variant_are_ranked_over_all(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(
        tracker,
        [
            offer("a", "700"),
            offer("b", "650", country="DE"),
            offer("c", "1000", variant="rtx-4090-48gb-modded"),
            offer("d", "600", variant=None),
            offer("e", "100", available=False),
            replace(offer("g", "1"), auction=True),
            rejected("f"),
        ],
        at=NOON,
    )

    def ids(metric: str, top: int = 9, **asked: Any) -> list[str]:
        wanted = Wanted(**asked)
        with reading(tracker.engine) as conn:
            found = queries.cheapest(
                conn, METRICS[metric], wanted=wanted, basis=DEFAULTS, top=top, catalogue=tracker.catalogue
            )
            everything = queries.on_offer(conn, wanted=wanted, catalogue=tracker.catalogue)
        assert {one.site_id for one in found} <= {one.site_id for one in everything}
        return [one.site_id for one in found]

    assert ids("usd_per_gb") == ["c", "b", "a"]
    assert ids("usd_per_gb", top=2) == ["c", "b"]
    assert ids("usd") == ["d", "b", "a", "c"]
    assert ids("gb_per_watt")[0] == "c"
    assert ids("usd_per_gb", countries=("DE",)) == ["b"]
    assert ids("usd_per_gb", modded=Modded.NO) == ["b", "a"]
    assert ids("usd_per_gb", modded=Modded.ONLY) == ["c"]
    assert ids("usd", gpus=("rtx-3090",)) == ["d", "b", "a"]
    assert ids("usd", gpus=("mi50",)) == []
    assert ids("usd", fp8=True) == ["c"]
    assert ids("usd", min_vram_gb=30) == ["c"]
    assert ids("usd", sources=("barn-us",), sites=("barn",), conditions=(Condition.USED,)) == ["d", "b", "a", "c"]
    assert ids("usd", sources=("elsewhere",)) == []
    assert ids("usd", max_outlay_usd=Decimal(660)) == ["d", "b"]
    assert ids("usd", without=("rtx",)) == []
    assert ids("usd", seen_since=NOON) == ["d", "b", "a", "c"]
    assert ids("usd", seen_since=NOON + HOUR) == []
    assert ids("usd", sort=Sort.UNIFIED) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_ranking_reads_the_index_alone(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    with reading(tracker.engine) as conn:
        query = queries._few(Wanted(), 5).where(sql.LISTING.c.variant == "rtx-3090-24gb")
        text = query.compile(conn, compile_kwargs={"literal_binds": True})
        plan = " ".join(str(row) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
    assert "listing_on_offer (variant=?" in plan
    assert "TEMP B-TREE" not in plan


def test_a_currency_without_rate_is_kept_and_not_ranked(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(currency="TWD")], at=NOON)
    assert listing(tracker)["unit_usd"] is None
    with reading(tracker.engine) as conn:
        assert count_queries.counts(conn)["without_rate"] == 1
        asked = {"wanted": Wanted(), "basis": DEFAULTS, "top": 5, "catalogue": tracker.catalogue}
        assert queries.cheapest(conn, METRICS["usd"], **asked) == []  # type: ignore[arg-type]
