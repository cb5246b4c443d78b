"""Metrics against figures worked out by hand."""

from decimal import Decimal

import pytest

from tests.conftest import priced
from tracker.core.gpus import Catalogue
from tracker.core.metrics import METRICS

BY_HAND = [
    ("usd", "rtx-3090-24gb", "720", "720"),
    ("usd_per_gb", "rtx-3090-24gb", "720", "30"),
    ("usd_per_gbps", "rtx-3090-24gb", "936", "1"),
    ("usd_per_gb", "rtx-4090-48gb-modded", "2400", "50"),
    ("usd_per_gbps", "rtx-4090-48gb-modded", "2016", "2"),
    ("usd_per_gb", "arc-pro-b60-dual-48gb", "1200", "25"),
    ("usd_per_gbps", "arc-pro-b60-dual-48gb", "1824", "2"),  # 2 × 456 GB/s on the board
]


@pytest.mark.parametrize(("metric", "variant", "unit_usd", "value"), BY_HAND)
def test_by_hand(known: Catalogue, metric: str, variant: str, unit_usd: str, value: str) -> None:
    offer = priced(unit_usd=unit_usd, variant=variant, spec=known.by_id[variant])
    assert METRICS[metric].of(offer) == Decimal(value)


@pytest.mark.parametrize("metric", METRICS)
def test_no_price_in_usd_no_value(metric: str) -> None:
    assert METRICS[metric].of(priced(unit_usd=None)) is None


@pytest.mark.parametrize("metric", sorted(METRICS.keys() - {"usd"}))
def test_no_spec_no_value(metric: str) -> None:
    assert METRICS[metric].of(priced(variant=None, spec=None)) is None


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_explains_itself(metric: str) -> None:
    assert METRICS[metric].help.endswith(".")
    assert METRICS[metric].unit
