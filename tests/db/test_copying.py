"""Many rows at once: what COPY writes is what statements write, on a database that has some of them already."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from db import copying, sources
from db.engine import reading, writing
from db.references import REFERENCE
from db.sql import PRESENCE, SOURCE, enter, upsert
from tests.conftest import NOON
from tracker.core.errors import StoreError
from tracker.pipeline import Tracker

MANY = 3 * copying.WORTH_IT

KEY = ("variant", "condition", "source", "day")


def prices(start: int, number: int, price: str) -> list[dict[str, Any]]:
    odd = {0: "tab\there", 1: "line\nend", 2: "back\\slash", 3: '"quoted"', 4: "矿卡", 5: ""}
    return [
        {
            "variant": f"card-{one}",
            "condition": "used",
            "source": odd[one % 6],
            "day": "2026-05-01",
            "price": Decimal(price) + one,
            "currency": "CNY",
            "usd_cents": 2**40 + one,
        }
        for one in range(start, start + number)
    ]


def stored(tracker: Tracker) -> list[dict[str, Any]]:
    with reading(tracker.engine) as conn:
        rows = conn.execute(select(REFERENCE)).mappings()
        return sorted((dict(row) for row in rows), key=lambda row: int(row["variant"].split("-")[1]))


@pytest.mark.parametrize("there", [0, 5, MANY])
def test_rows_that_are_there_take_over_what_is_given(make_tracker: Callable[..., Tracker], there: int) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        enter(tx, REFERENCE, prices(0, there, "1.25"))
        upsert(tx, REFERENCE, prices(0, MANY, "7.75"), key=KEY)
        upsert(tx, REFERENCE, prices(0, MANY, "8.50"), key=KEY)
    assert stored(tracker) == prices(0, MANY, "8.50")


def test_of_a_row_that_comes_twice_the_last_one_counts(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        upsert(tx, REFERENCE, [*prices(0, MANY, "1.00"), *prices(0, MANY, "2.00")], key=KEY)
    assert stored(tracker) == prices(0, MANY, "2.00")


def test_instants_arrive_as_they_are(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    rows = [{"name": f"s{one}", "site": "x", "state": "new", "message": "", "failures": 0} for one in range(MANY)]
    at = NOON + timedelta(milliseconds=123)
    with writing(tracker.engine) as tx:
        enter(tx, SOURCE, [{**row, "next_visit_at": at, "last_ok_at": None} for row in rows])
        found = tx.execute(select(SOURCE.c.next_visit_at, SOURCE.c.last_ok_at).distinct()).all()
        assert [tuple(row) for row in found] == [(at, None)]
        assert sources.know_source(tx, "one more", "x") == MANY + 1


def test_a_row_that_belongs_to_nothing_is_refused(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    rows = [{"source_id": 1, "listing_id": one, "seen_at": NOON} for one in range(MANY)]
    with pytest.raises(StoreError, match="refused"), writing(tracker.engine) as tx:
        upsert(tx, PRESENCE, rows, key=("source_id", "listing_id"))
