"""Every variant in a few numbers: by the index, by listings, and day by day."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from sqlalchemy import insert

from db import lite, summaries
from db.engine import reading, writing
from db.rollups import DAILY
from tests.conftest import NOON, offer, rejected
from tests.db.test_store import see
from tracker.core.by_gpu import sparkline
from tracker.core.metrics import Basis
from tracker.core.models import Condition, Offer, Rejected
from tracker.core.wanted import Modded, Wanted
from tracker.pipeline import Tracker
from tracker.report import by_gpu

MakeTracker = Callable[..., Tracker]
TODAY = NOON.date()


def market(make_tracker: MakeTracker) -> Tracker:
    """Eleven 3090s from 100 to 1100 USD, one 4090 with 48 GB, and what must not count."""
    tracker = make_tracker()
    cards: list[Offer] = [offer(f"a{price}", str(price)) for price in range(100, 1200, 100)]
    others: list[Offer | Rejected] = [
        offer("b", "1000", variant="rtx-4090-48gb-modded", country="DE"),
        offer("c", "1", available=False),
        offer("d", "1", currency="TWD"),
        offer("e", "1", variant=None),
        rejected("f"),
    ]
    see(tracker, [*cards, *others], at=NOON)
    return tracker


def asked(tracker: Tracker, **filters: Any) -> dict[str, tuple[int, int, int, int]]:
    with reading(tracker.engine) as conn:
        found = summaries.summary(conn, wanted=Wanted(**filters), catalogue=tracker.catalogue)
    return {row.variant: (row.offers, int(row.min_usd), int(row.p10_usd), int(row.median_usd)) for row in found}


THREE, FOUR = {"rtx-3090-24gb": (11, 100, 200, 600)}, {"rtx-4090-48gb-modded": (1, 1000, 1000, 1000)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, THREE | FOUR),
        ({"gpus": ("rtx-3090",)}, THREE),
        ({"min_vram_gb": 30}, FOUR),
        ({"modded": Modded.ONLY}, FOUR),
        ({"conditions": (Condition.USED,)}, THREE | FOUR),
        ({"conditions": (Condition.NEW,)}, {}),
        ({"countries": ("DE",)}, FOUR),
        ({"max_outlay_usd": Decimal(200)}, {"rtx-3090-24gb": (2, 100, 100, 100)}),
    ],
    ids=str,
)
def test_every_variant_in_a_few_numbers(
    make_tracker: MakeTracker, filters: dict[str, Any], expected: dict[str, tuple[int, int, int, int]]
) -> None:
    assert asked(market(make_tracker), **filters) == expected


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_index_alone_answers_the_fast_way(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    with reading(tracker.engine) as conn:
        asked = ((lite._OFFERS, ()), (lite._AT_PLACES, ("rtx-3090-24gb", 5, 6)))
        shown = (lite._ON_OFFER, f"{lite._ON_OFFER} {lite._IN_SIGHT}")
        for (statement, bound), which in product(asked, shown):
            explain = f"EXPLAIN QUERY PLAN {statement.format(which)}"
            plan = " ".join(str(row) for row in conn.exec_driver_sql(explain, bound))
            assert "COVERING INDEX listing_on_offer" in plan
            assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_written_meanwhile_does_not_split_a_summary(make_tracker: MakeTracker) -> None:
    tracker = market(make_tracker)
    with reading(tracker.engine) as conn:
        before = summaries.summary(conn, wanted=Wanted(), catalogue=tracker.catalogue)
        see(tracker, [offer("new", "50")], at=NOON)
        assert summaries.summary(conn, wanted=Wanted(), catalogue=tracker.catalogue) == before
    assert asked(tracker)["rtx-3090-24gb"][0] == 12


def noted(tracker: Tracker, days_ago: int, median_cents: int | None) -> None:
    day = (TODAY - timedelta(days=days_ago)).isoformat()
    row = {"condition": "any", "variant": "rtx-3090-24gb", "day": day, "n": 0 if median_cents is None else 3}
    prices = dict.fromkeys(("min_cents", "p10_cents", "median_cents", "p90_cents"), median_cents)
    with writing(tracker.engine) as tx:
        tx.execute(insert(DAILY), [row | prices])


def test_days_are_led_by_the_last_one_before(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    for days_ago, median_cents in ((50, 1), (40, 2), (3, 3), (1, None)):
        noted(tracker, days_ago, median_cents)
    with reading(tracker.engine) as conn:
        found = summaries.days(conn, ["rtx-3090-24gb", "mi50-32gb"], since=TODAY - timedelta(days=30))
        assert summaries.days(conn, [], since=date(2020, 1, 1)) == []
    assert [(row[1], row[5]) for row in found] == [("2026-03-22", 2), ("2026-04-28", 3), ("2026-04-30", None)]


def test_the_report_by_gpu_has_the_best_listing_and_the_trend(make_tracker: MakeTracker) -> None:
    tracker = market(make_tracker)
    noted(tracker, 40, 50_000)
    noted(tracker, 10, 60_000)
    noted(tracker, 0, 60_000)

    def rows(metric: str) -> list[dict[str, Any]]:
        with reading(tracker.engine) as conn:
            return by_gpu(conn, metric=metric, wanted=Wanted(), catalogue=tracker.catalogue, now=NOON)

    three, four = rows("usd_per_gb")
    assert (three["variant"], three["offers"], three["value"], three["unit_usd"]) == ("rtx-3090-24gb", 11, 4.1667, 100)
    assert (three["url"], three["title"]) == ("https://barn.example/a100", "RTX 3090 24GB")
    assert (three["trend"], three["sparkline"]) == (0.2, "▁▁▁▁▁▁████")
    assert (four["variant"], four["trend"], four["sparkline"]) == ("rtx-4090-48gb-modded", None, "")

    assert [row["variant"] for row in rows("gb_per_watt")] == ["rtx-4090-48gb-modded", "rtx-3090-24gb"]


def test_a_variant_the_metric_cannot_value_comes_last(make_tracker: MakeTracker) -> None:
    tracker = market(make_tracker)
    basis = Basis(model_gb=Decimal(30))  # fits the 48 GB card alone
    with reading(tracker.engine) as conn:
        found = by_gpu(
            conn, metric="usd_per_tok_s", wanted=Wanted(), basis=basis, catalogue=tracker.catalogue, now=NOON
        )
    assert [(row["gpu"], row["value"] is None) for row in found] == [("rtx-4090", False), ("rtx-3090", True)]


def test_a_sparkline_shows_the_course() -> None:
    assert sparkline([]) == sparkline([5]) == ""
    assert sparkline([1, 2], width=2) == "▁█"
    assert sparkline([3, 3, 3], width=3) == "▁▁▁"
    assert sparkline(range(8), width=8) == "▁▂▃▄▅▆▇█"
