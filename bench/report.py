"""`tracker report --by gpu` as a whole process, against pandas over everything: time and memory.

The peer does what one does first: load both tables into frames, then group.
`python -m bench.report pandas FOLDER` runs it alone.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.market_data import Market, market
from bench.measure import RUNS, ms, say

FASTER, MOST_MB = 40, 120


def main(made: Market | None = None) -> None:
    """Print time and peak memory of both."""
    made = made or market()
    ours = run("ours", made)
    peer = run("pandas", made, runs=1)  # takes half a minute, and the same time at every run
    what = f"report by GPU, {made.listings:,} listings, {made.on_offer:,} on offer"
    ratio = peer.seconds / ours.seconds
    beside = f"pandas {ms(peer.seconds)}, 1/{ratio:.0f}"
    say(what, ms(ours.seconds), f"≤ 1/{FASTER}", met=ratio >= FASTER, peer=beside)
    say(
        "its peak memory",
        f"{ours.peak_mb:.0f} MB",
        f"≤ {MOST_MB} MB",
        met=ours.peak_mb <= MOST_MB,
        peer=f"pandas {peer.peak_mb:.0f} MB",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What one process took."""

    seconds: float
    peak_mb: float


def run(side: str, made: Market, *, runs: int = RUNS) -> Ran:
    """The median run of one side as a process of its own."""
    each = sorted((_process(side, made.folder) for _ in range(runs)), key=lambda ran: ran.seconds)
    return each[len(each) // 2]


def _process(side: str, home: Path) -> Ran:
    words = {
        "ours": ["-m", "tracker", "--home", str(home), "report", "--by", "gpu"],
        "pandas": ["-m", "bench.report", "pandas", str(home)],
    }
    # A child's peak counts what its parent held when it began: a small one in between keeps that out.
    told = subprocess.run([sys.executable, "-c", _LAUNCH, *words[side]], capture_output=True, check=True, text=True)
    seconds, peak_kb = told.stdout.split()
    return Ran(seconds=float(seconds), peak_mb=int(peak_kb) / 1024)


_LAUNCH = """
import os, resource, subprocess, sys, time
began = time.perf_counter()
subprocess.run([sys.executable, *sys.argv[1:]], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
took, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
if os.environ.get("TRACKER_BENCH_CLOCK") == "processor":
    took = used.ru_utime + used.ru_stime
print(took, used.ru_maxrss)
"""


def _pandas(home: Path) -> None:
    import sqlite3

    import pandas as pd

    with sqlite3.connect(home / "tracker.db") as db:
        listings = pd.read_sql("SELECT * FROM listing", db)
        points = pd.read_sql("SELECT * FROM price", db)
    offers = listings[(listings["on_offer"] == 1) & (listings["auction"] == 0) & listings["unit_usd"].notna()]
    prices = offers.groupby("variant")["unit_usd"]
    table = prices.agg(["count", "min", "median"]).assign(p10=prices.quantile(0.1))
    best = offers.loc[prices.idxmin(), ["variant", "title", "url"]].set_index("variant")
    dated = points.assign(day=pd.to_datetime(points["at"], unit="ms").dt.floor("D"))
    recent = dated[dated["day"] >= dated["day"].max() - pd.Timedelta(days=30)]
    named = recent.merge(listings[["id", "variant"]], left_on="listing_id", right_on="id")
    daily = named.groupby(["variant", "day"])["unit_usd"].median().groupby("variant")
    print(table.join(best).assign(trend=daily.last() / daily.first() - 1).sort_values("min").to_string())


if __name__ == "__main__":
    if sys.argv[1:2] == ["pandas"]:
        _pandas(Path(sys.argv[2]))
    else:
        main()
