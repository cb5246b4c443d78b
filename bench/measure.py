"""How the benchmarks measure and speak: the median of five, ours beside a peer, and the limit.

With TRACKER_BENCH_CLOCK=processor it is processor time that is measured, of this process and those it started: for
machines that have other work to do.
"""

import os
import resource
import statistics
import time
from collections.abc import Callable

RUNS = 5


def now_s() -> float:
    """What the clock shows, in seconds since any moment."""
    if os.environ.get("TRACKER_BENCH_CLOCK") != "processor":
        return time.perf_counter()
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def median_s(run: Callable[[], object], *, runs: int = RUNS) -> float:
    """The median time of one run, in seconds."""
    times = []
    for _ in range(runs):
        began = now_s()
        run()
        times.append(now_s() - began)
    return statistics.median(times)


def say(what: str, ours: str, limit: str, *, met: bool, peer: str = "") -> None:
    """Print one line: what was measured, our figure, the peer's and what follows, what must be, and whether it is."""
    beside = f", {peer}" if peer else ""
    print(f"{what}: ours {ours}{beside} (limit {limit}) {'ok' if met else 'MISSED'}", flush=True)


def ms(seconds: float) -> str:
    """A time in milliseconds, with three digits that count."""
    return f"{seconds * 1000:.3g} ms" if seconds < 1 else f"{seconds:.2f} s"
