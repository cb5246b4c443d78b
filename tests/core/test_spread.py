"""The few numbers kept of a day's prices."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.spread import spread

ROWS = [
    ("one", [700], (1, 700, 700, 700, 700)),
    ("two: the lower is the median", [700, 800], (2, 700, 700, 700, 800)),
    ("three", [700, 800, 900], (3, 700, 700, 800, 900)),
    ("ten", list(range(10, 20)), (10, 10, 10, 14, 18)),
    ("eleven", list(range(10, 21)), (11, 10, 11, 15, 19)),
    ("a slip of the keyboard among five", [7, 700, 710, 720, 730], (4, 700, 700, 710, 730)),
    ("of four nobody knows which is the slip", [7, 700, 710, 720], (4, 7, 7, 700, 720)),
]


@pytest.mark.parametrize(("rising", "numbers"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_by_hand(rising: list[int], numbers: tuple[int, ...]) -> None:
    found = spread(rising)
    assert found is not None
    assert (found.n, found.min_cents, found.p10_cents, found.median_cents, found.p90_cents) == numbers


def test_of_nothing_there_is_none() -> None:
    assert spread([]) is None


@given(st.lists(st.integers(1, 10**9), min_size=1))
def test_the_numbers_are_in_order(prices: list[int]) -> None:
    found = spread(sorted(prices))
    assert found is not None
    assert found.min_cents <= found.p10_cents <= found.median_cents <= found.p90_cents
    assert {found.min_cents, found.p10_cents, found.median_cents, found.p90_cents} <= set(prices)
    assert len(prices) / 2 <= found.n <= len(prices)
