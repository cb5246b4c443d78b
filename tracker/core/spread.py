"""How prices lie at one moment: the few numbers that history keeps of them."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.market import ENOUGH, TOO_CHEAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What stands at one time, in cents: how many, the lowest, the median, and where the middle four fifths lie."""

    n: int
    min_cents: int
    p10_cents: int
    median_cents: int
    p90_cents: int


def spread(rising: Sequence[int]) -> Spread | None:
    """The spread of prices in rising order, None where there are none.

    Quantiles are prices that are asked (nearest rank). What is too cheap beside the median of enough others is no
    price: one slip of a keyboard would be the all-time low.
    """
    if not rising:
        return None
    if len(rising) >= ENOUGH:
        rising = rising[bisect_left(rising, _rank(rising, 50) * TOO_CHEAP) :]
    return Spread(
        n=len(rising),
        min_cents=rising[0],
        p10_cents=_rank(rising, 10),
        median_cents=_rank(rising, 50),
        p90_cents=_rank(rising, 90),
    )


def _rank(rising: Sequence[int], percent: int) -> int:
    return rising[-(-len(rising) * percent // 100) - 1]
