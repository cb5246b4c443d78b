"""Real recorded eBay answers, imported by the command a user would type."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran

LISTINGS = 722  # distinct item ids among the 800 items, counted by a one-line script over the files
SHIPPING_NOT_STATED = 119  # of these


@pytest.fixture
def imported(tracker_command: Callable[..., Ran], corpus: Path) -> Callable[..., Ran]:
    files = sorted((corpus / "pages" / "ebay_browse_api").glob("*.json"))
    ran = tracker_command("import", "ebay", *files)
    assert ran.code == 0
    assert f"10 pages, {LISTINGS} listings" in ran.out
    return tracker_command


def test_every_listing_is_an_offer_or_a_rejection_with_its_reason(imported: Callable[..., Ran], tmp_path: Path) -> None:
    from sqlalchemy import create_engine, select

    from db.sql import LISTING

    engine = create_engine(f"sqlite:///{tmp_path / 'home' / 'tracker.db'}")
    with engine.connect() as conn:
        rows = [dict(row) for row in conn.execute(select(LISTING)).mappings()]
    engine.dispose()
    assert len(rows) == LISTINGS
    assert all(row["reason"] for row in rows)
    assert all(row["rejected"] or row["gpu"] for row in rows)
    printed = [json.loads(row["raw"]) for row in rows]
    assert sum("shipping" not in raw for raw in printed) == SHIPPING_NOT_STATED
    for row, raw in zip(rows, printed, strict=True):
        assert raw["price"]
        assert raw["currency"] in {"USD", "CAD", "GBP", "AUD"}  # as the seller set it, before eBay converted it
        assert raw["condition"]
        assert row["feedback_percent"] is not None
        assert row["feedback_count"] is not None
        assert len(row["country"]) == 2
        assert row["url"].startswith("https://www.ebay.")
        if row["rejected"] is None:
            assert (row["shipping"] is None) == ("shipping" not in raw)
    assert 300 < sum(row["best_offer"] for row in rows) < 400


def test_the_report_ranks_real_cards(imported: Callable[..., Ran]) -> None:
    rows = json.loads(imported("report", "--metric", "usd_per_gb", "--top", "40", "--format", "json").out)
    wrong = ("shroud", "fan kit", "cable", "bracket", "backplate", "for parts", "cooler")
    for row in rows:
        assert not any(word in row["title"].lower().replace(f"no {word}", "") for word in wrong), row["title"]
        assert row["usd_per_gb"] > 2, row["title"]
        assert row["quantity"] > 1 or "lot of" not in row["title"].lower(), row["title"]
