"""Identify, store and evaluate on one core, per listing, against identification alone."""

import statistics
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bench.market_data import LISTING, Market, listing
from bench.measure import RUNS, median_s, say
from db import store
from db.engine import writing
from db.rows import raw_of
from tracker.assemble import Home, opened
from tracker.core.models import RawListing
from tracker.core.offers import understand
from tracker.core.rules import Watch, evaluate
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker

LISTINGS = 1_600
PER_VISIT = 160
SHARE = 0.25


def main() -> None:
    """Print both times for a listing; all of them are new, to the database and to any cache."""
    turns = iter(range(2 * RUNS))
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder, opened(Home(path=Path(folder))) as tracker:
        both = [
            (_alone(tracker, _listings(next(turns))), _walked(tracker, _listings(next(turns)))) for _ in range(RUNS)
        ]
    alone, walked = (statistics.median(times) for times in zip(*both, strict=True))
    beside = f"identification alone {alone / LISTINGS * 1e6:.0f} µs, {alone / walked:.2f} ×"
    what = "identify, store, evaluate a new listing"
    say(what, f"{walked / LISTINGS * 1e6:.0f} µs", f"≥ {SHARE} ×", met=alone / walked >= SHARE, peer=beside)


def _listings(turn: int) -> list[RawListing]:
    """What a site prints that nobody has seen before."""
    made = Market(folder=Path(), listings=LISTINGS, on_offer=LISTINGS)
    numbers = range(turn * LISTINGS, (turn + 1) * LISTINGS)
    rows = (dict(zip(LISTING, listing(number, made, 0, Decimal("1.1")), strict=True)) for number in numbers)
    return [raw_of(row | {"site": f"site{turn}"}) for row in rows]


def _alone(tracker: Tracker, raws: list[RawListing]) -> float:
    return median_s(lambda: [tracker.identify(raw) for raw in raws], runs=1)


def _walked(tracker: Tracker, raws: list[RawListing]) -> float:
    site = raws[0].site

    def walk() -> None:
        for start in range(0, LISTINGS, PER_VISIT):
            outcomes = [understand(raw, identify=tracker.identify) for raw in raws[start : start + PER_VISIT]]
            with writing(tracker.engine) as tx:
                recorded = store.record(
                    tx,
                    outcomes,
                    source=site,
                    source_id=store.know_source(tx, site, site),
                    missed_since=None,
                    bill=tracker.bill,
                    catalogue=tracker.catalogue,
                    now=datetime.now(UTC),
                )
                list(evaluate(WATCHES, recorded.changes, told={}))

    return median_s(walk, runs=1)


WATCHES = tuple(
    Watch(name=name, wanted=Wanted(gpus=(glob,)), metric="usd_per_gb", below=Decimal(8), notify=())
    for name, glob in (("cheap gigabytes", "*"), ("4090s", "rtx-4090*"), ("modded", "*-modded"))
)


if __name__ == "__main__":
    main()
