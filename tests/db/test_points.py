"""Price points: written or implied, they are what a log of every change would hold."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy import func, select

from db import queries, sql
from db.engine import reading, writing
from db.store import reprice
from tests.conftest import NOON, offer, rejected
from tests.db.test_store import see
from tracker.core.models import Offer, Rejected
from tracker.pipeline import Tracker

HOUR = timedelta(hours=1)
MakeTracker = Callable[..., Tracker]
Told = tuple[datetime, Decimal, bool]


def told(tracker: Tracker, listing_id: int = 1) -> list[Told]:
    with reading(tracker.engine) as conn:
        return [(row["at"], row["price"], row["available"]) for row in queries.prices_of(conn, listing_id)]


def written(tracker: Tracker) -> int:
    with reading(tracker.engine) as conn:
        return conn.execute(select(func.count()).select_from(sql.PRICE)).scalar_one()


def test_the_first_price_and_the_end_take_no_row_of_their_own(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="700")], at=NOON)
    see(tracker, [], at=NOON + 2 * HOUR, missed_since=NOON + HOUR)
    assert told(tracker) == [(NOON, Decimal(700), True), (NOON + 2 * HOUR, Decimal(700), False)]
    assert written(tracker) == 0


def test_a_second_price_writes_the_first(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="700")], at=NOON)
    see(tracker, [offer(price="650")], at=NOON + HOUR)
    assert told(tracker) == [(NOON, Decimal(700), True), (NOON + HOUR, Decimal(650), True)]
    assert written(tracker) == 1


def test_what_was_sold_out_when_it_ended_was_never_to_be_had(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="700", available=False)], at=NOON)
    see(tracker, [], at=NOON + 2 * HOUR, missed_since=NOON + HOUR)
    assert not any(available for _, _, available in told(tracker))


def test_a_price_keeps_the_rate_it_was_seen_at(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="700", currency="EUR")], at=NOON)
    for unit_usd in ("760", "780"):
        with writing(tracker.engine) as tx:
            reprice(tx, [{"at_id": 1, "unit_usd": Decimal(unit_usd)}])
    with reading(tracker.engine) as conn:
        assert [row["unit_usd"] for row in queries.prices_of(conn, 1)] == [Decimal(770)]
    assert written(tracker) == 1


def test_of_two_prices_at_one_instant_the_later_stands(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    for price in ("700", "650", "600"):
        see(tracker, [offer(price=price)], at=NOON)
    assert told(tracker) == [(NOON, Decimal(600), True)]


def test_points_written_by_the_first_release_stand(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(price="600")], at=NOON)
    old = {"listing_id": 1, "currency": "USD", "shipping": None, "available": True}
    with writing(tracker.engine) as tx:
        prices = [(NOON, Decimal(700)), (NOON + HOUR, Decimal(600))]
        tx.execute(sql.PRICE.insert(), [{**old, "at": at, "price": price, "unit_usd": price} for at, price in prices])
    assert told(tracker) == [(at, price, True) for at, price in prices]
    see(tracker, [offer(price="500")], at=NOON + 2 * HOUR)
    assert told(tracker) == [*((at, price, True) for at, price in prices), (NOON + 2 * HOUR, Decimal(500), True)]


@pytest.mark.parametrize("seed", range(8))
def test_nothing_of_a_log_of_every_change_is_lost(make_tracker: MakeTracker, seed: int) -> None:
    draw = Random(seed)  # noqa: S311
    tracker = make_tracker()
    log: list[Told] = []
    standing: tuple[Decimal, bool] | None = None  # None while it is no offer
    ended = False
    for hour in range(40):
        at = NOON + hour * HOUR
        shown: list[Offer | Rejected] = [
            offer(price="700"),
            offer(price="650"),
            offer(price="700", available=False),
            rejected("1"),
        ]
        one = draw.choice([*shown, None, None])
        if one is None:
            see(tracker, [], at=at, missed_since=at)
            if standing and standing[1] and not ended:
                log.append((at, standing[0], False))
            ended = ended or hour > 0
            standing = (standing[0], False) if standing else None
            continue
        see(tracker, [one], at=at)
        now = None if isinstance(one, Rejected) else (one.price.amount, one.available)
        if now is not None and now != standing:
            log.append((at, *now))
        standing, ended = now, False
    assert _changes(told(tracker)) == _changes(log)


def _changes(points: list[Told]) -> list[Told]:
    """Points that say something new; what a listing asked before it was a reject is told anew when it is none."""
    return [point for number, point in enumerate(points) if number == 0 or point[1:] != points[number - 1][1:]]
