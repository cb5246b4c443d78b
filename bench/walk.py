"""Identify, store and evaluate on one core, per listing, against identification alone: its words, not its prices.

First every listing is new, the most there can be to store. Then, as on the invented market, every listing is seen
`POLLS` times: once new, then known, at another price in `CHANGE` of the cases.
"""

import statistics
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from bench.market_data import CHANGE, LISTING, PER_VISIT, POLLS, Market, listing
from bench.measure import RUNS, median_s, say
from db import sources, store
from db.engine import writing
from db.rows import raw_of
from tracker.assemble import Home, opened
from tracker.core.models import RawListing
from tracker.core.offers import understand
from tracker.core.rules import Index, Watch, evaluate
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker

LISTINGS = 800
FIRST = 5_000_000
"""Numbers that no other benchmark prints in a title: a word read before is read in no time."""

SHARE = 0.25


def main() -> None:
    """Print both times."""
    turns = iter(range(4 * RUNS))
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder, opened(Home(path=Path(folder))) as tracker:
        for what, polls in (("a new listing", 1), (f"a listing seen {POLLS} times", POLLS)):
            both = [
                (_alone(tracker, _polls(next(turns), polls)), _walked(tracker, _polls(next(turns), polls)))
                for _ in range(RUNS)
            ]
            alone, walked = (statistics.median(times) / LISTINGS / polls for times in zip(*both, strict=True))
            beside = f"identification alone {alone * 1e6:.0f} µs, {alone / walked:.2f} ×"
            whole = f"identify, store, evaluate {what}"
            say(whole, f"{walked * 1e6:.0f} µs", f"≥ {SHARE} ×", met=alone / walked >= SHARE, peer=beside)


def _polls(turn: int, times: int) -> list[list[RawListing]]:
    """The same listings poll by poll; no other turn has them."""
    dice = Random(turn)  # noqa: S311 (the same polls at every run)
    polls = [_listings(turn)]
    for _ in range(1, times):
        polls.append([_dearer(raw) if dice.random() < CHANGE else raw for raw in polls[-1]])
    return polls


def _dearer(raw: RawListing) -> RawListing:
    return replace(raw, price=f"{Decimal(raw.price) + 1:.2f}")


def _listings(turn: int) -> list[RawListing]:
    """What a site prints that nobody has seen before."""
    made = Market(folder=Path(), listings=LISTINGS, on_offer=LISTINGS)
    numbers = range(FIRST + turn * LISTINGS, FIRST + (turn + 1) * LISTINGS)
    rows = (dict(zip(LISTING, listing(number, made, 0, Decimal("1.1")), strict=True)) for number in numbers)
    return [raw_of(row | {"site": f"site{turn}"}) for row in rows]


def _alone(tracker: Tracker, polls: list[list[RawListing]]) -> float:
    """From what is printed to what is sold, and no further."""
    return median_s(lambda: [tracker.identify(raw) for poll in polls for raw in poll], runs=1)


def _walked(tracker: Tracker, polls: list[list[RawListing]]) -> float:
    def walk() -> None:
        for poll in polls:
            for start in range(0, LISTINGS, PER_VISIT):
                _visit(tracker, poll[start : start + PER_VISIT])

    return median_s(walk, runs=1)


def _visit(tracker: Tracker, shown: list[RawListing]) -> None:
    site = shown[0].site
    outcomes = [understand(raw, identify=tracker.identify) for raw in shown]
    with writing(tracker.engine) as tx:
        recorded = store.record(
            tx,
            outcomes,
            source=site,
            source_id=sources.know_source(tx, site, site),
            missed_since=None,
            bill=tracker.bill,
            catalogue=tracker.catalogue,
            now=datetime.now(UTC),
        )
        list(evaluate(WATCHES, recorded.changes))


WATCHES = Index(
    Watch(name=name, wanted=Wanted(gpus=(glob,)), metric="usd_per_gb", below=Decimal(8), notify=())
    for name, glob in (("cheap gigabytes", "*"), ("4090s", "rtx-4090*"), ("modded", "*-modded"))
)


if __name__ == "__main__":
    main()
