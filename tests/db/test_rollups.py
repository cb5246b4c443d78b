"""Daily prices: the same whether kept up visit by visit or rebuilt from history."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import select

from db import rollups
from db.engine import reading, writing
from db.rollups import DAILY
from db.store import reprice
from db.summaries import days
from tests.conftest import NOON, offer, rejected
from tests.db.test_store import see
from tracker.core.models import Condition, Offer, Rejected
from tracker.pipeline import Tracker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = "rtx-3090-24gb"
MAY_1 = NOON.date()
MakeTracker = Callable[..., Tracker]


def visit(
    tracker: Tracker,
    outcomes: Sequence[Offer | Rejected],
    *,
    at: datetime,
    missed_since: datetime | None = None,
    variants: Sequence[str] = (CARD,),
) -> None:
    """One visit and, where it changed anything, its daily prices."""
    recorded = see(tracker, outcomes, at=at, missed_since=missed_since)
    if recorded.new or recorded.changed or recorded.ended:
        with writing(tracker.engine) as tx:
            rollups.update(tx, variants, at.date())


def rows(tracker: Tracker, condition: str = "used", variant: str = CARD) -> list[tuple[object, ...]]:
    """Every day of one class: day, n, min, p10, median, p90."""
    columns = select(*(column for column in DAILY.c if column.name not in ("condition", "variant")))
    with reading(tracker.engine) as conn:
        mine = columns.where(DAILY.c.condition == condition, DAILY.c.variant == variant)
        return [tuple(row) for row in conn.execute(mine.order_by(DAILY.c.day))]


def everything(tracker: Tracker) -> list[tuple[object, ...]]:
    with reading(tracker.engine) as conn:
        return [tuple(row) for row in conn.execute(select(DAILY).order_by(*DAILY.primary_key))]


def test_a_day_is_as_its_last_visit_left_it(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700"), offer("2", "800")], at=NOON)
    assert rows(tracker) == rows(tracker, "any") == [("2026-05-01", 2, 70000, 70000, 70000, 80000)]
    visit(tracker, [offer("1", "650"), offer("3", "900")], at=NOON + HOUR)
    assert rows(tracker) == [("2026-05-01", 3, 65000, 65000, 80000, 90000)]
    visit(tracker, [offer("1", "650", available=False)], at=NOON + 2 * HOUR)
    assert rows(tracker) == [("2026-05-01", 2, 80000, 80000, 80000, 90000)]


def test_a_day_without_a_change_has_no_row_and_is_like_the_one_before(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700")], at=NOON)
    visit(tracker, [offer("1", "700")], at=NOON + DAY)
    visit(tracker, [offer("1", "600")], at=NOON + 5 * DAY)
    assert [row[:3] for row in rows(tracker)] == [("2026-05-01", 1, 70000), ("2026-05-06", 1, 60000)]
    with reading(tracker.engine) as conn:
        later = days(conn, [CARD], since=date(2026, 5, 4), condition="used")
    assert [row[:4] for row in later] == [(CARD, "2026-05-01", 1, 70000), (CARD, "2026-05-06", 1, 60000)]


def test_what_is_gone_leaves_a_row_of_nothing(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700")], at=NOON)
    visit(tracker, [], at=NOON + DAY, missed_since=NOON + HOUR)
    gone = ("2026-05-02", 0, None, None, None, None)
    assert rows(tracker)[1:] == rows(tracker, "any")[1:] == [gone]
    visit(tracker, [in_condition("2", "800", Condition.NEW)], at=NOON + DAY + HOUR)
    assert rows(tracker)[1:] == [gone], "another change on that day leaves it"
    visit(tracker, [in_condition("2", "900", Condition.NEW)], at=NOON + 2 * DAY)
    assert len(rows(tracker)) == 2, "it is gone once"


def test_conditions_are_kept_apart_and_together(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(
        tracker,
        [offer("1", "700"), in_condition("2", "900", Condition.NEW), in_condition("3", "800", Condition.OPEN_BOX)],
        at=NOON,
    )
    assert [rows(tracker, name)[0][1:3] for name in ("used", "new", "renewed", "any")] == [
        (1, 70000),
        (1, 90000),
        (1, 80000),
        (3, 70000),
    ]
    assert rows(tracker, "unknown") == []


def in_condition(site_id: str, price: str, condition: Condition) -> Offer:
    plain = offer(site_id, price)
    return replace(plain, verdict=replace(plain.verdict, condition=condition))


def test_what_has_no_price_takes_no_part(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    bid = replace(offer("3", "1"), auction=True)
    strange: list[Offer | Rejected] = [offer("2", currency="TWD"), bid, offer("4", variant=None), rejected("5")]
    visit(tracker, [offer("1", "700"), *strange], at=NOON)
    assert rows(tracker, "any") == [("2026-05-01", 1, 70000, 70000, 70000, 70000)]


def test_one_slip_of_the_keyboard_is_no_low(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer(str(price), str(price)) for price in (7, 700, 710, 720, 730)], at=NOON)
    assert rows(tracker)[0][1:3] == (4, 70000)


def test_history_that_comes_in_late_is_put_where_it_belongs(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700")], at=NOON)
    visit(tracker, [offer("2", "500")], at=NOON - 30 * DAY)
    assert [row[:3] for row in rows(tracker)] == [("2026-04-01", 1, 50000), ("2026-05-01", 2, 50000)]


@pytest.mark.parametrize("seed", range(6))
def test_rebuilding_gives_what_the_visits_gave(make_tracker: MakeTracker, seed: int) -> None:
    draw = Random(seed)  # noqa: S311
    tracker = make_tracker()
    at, seen_all = NOON, NOON
    for _ in range(60):
        at += draw.choice([HOUR, 5 * HOUR, DAY, 3 * DAY])
        shown = [
            in_condition(
                str(site_id),
                str(draw.choice([600, 650, 700, 750, 20])),
                [Condition.USED, Condition.NEW, Condition.REFURBISHED][site_id % 3],
            )
            for site_id in range(6)
            if draw.random() < 0.3
        ]
        full = draw.random() < 0.4
        visit(tracker, shown, at=at, missed_since=seen_all if full else None)
        seen_all = at if full else seen_all
    kept = everything(tracker)
    assert len({row[2] for row in kept}) > 10
    assert any(row[3] == 0 for row in kept)
    with writing(tracker.engine) as tx:
        rollups.rebuild(tx, day=at.date())
    assert everything(tracker) == kept


def test_what_came_and_went_in_a_day_leaves_a_row_of_nothing(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700"), in_condition("2", "900", Condition.NEW)], at=NOON)
    visit(tracker, [offer("1", "700")], at=NOON + 2 * HOUR, missed_since=NOON + HOUR)
    kept = everything(tracker)
    assert rows(tracker, "new") == [("2026-05-01", 0, None, None, None, None)]
    with writing(tracker.engine) as tx:
        rollups.rebuild(tx, day=MAY_1)
    assert everything(tracker) == kept


def test_rebuilding_follows_another_reading(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700")], at=NOON)
    see(tracker, [in_condition("1", "700", Condition.NEW)], at=NOON + DAY)
    with writing(tracker.engine) as tx:
        rollups.update(tx, [CARD], (NOON + DAY).date())
    assert [row[:2] for row in rows(tracker)] == [("2026-05-01", 1), ("2026-05-02", 0)]
    with writing(tracker.engine) as tx:
        rollups.rebuild(tx, day=(NOON + DAY).date())
    assert rows(tracker) == []
    assert [row[:2] for row in rows(tracker, "new")] == [("2026-05-01", 1)]


def test_another_rate_counts_from_today(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    other = "rtx-3090-48gb"
    visit(tracker, [offer("1", "700"), offer("2", "500", variant=other)], at=NOON, variants=(CARD, other))
    with writing(tracker.engine) as tx:
        reprice(tx, [{"at_id": 1, "unit_usd": Decimal(750)}])
        rollups.rebuild(tx, day=(NOON + 9 * DAY).date())
    assert [row[:3] for row in rows(tracker)] == [("2026-05-01", 1, 70000), ("2026-05-10", 1, 75000)]
    assert len(rows(tracker, variant=other)) == 1


def test_many_variants_are_written_at_once(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    variants = [f"rtx-3090-{number}gb" for number in range(30)]
    visit(tracker, [offer(name, "700", variant=name) for name in variants], at=NOON, variants=variants)
    assert len(everything(tracker)) == 60
