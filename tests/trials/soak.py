"""20,000 visits by one daemon against local shops: memory and open handles stay where they were."""

import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.trials._market import home_with, market, settings
from tests.trials._process import Look, daemon, look
from tests.trials.idle import done

VISITS = int(os.environ.get("TRACKER_TRIAL_VISITS", "20000"))
SHOPS = 200
CARDS = 20
MOST_GROWTH = 1.05
PLOT = os.environ.get("TRACKER_TRIAL_PLOT", "")

Sample = tuple[int, Look]


def run(visits: int) -> list[Sample]:
    """Samples of the daemon by visits made."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        port = held.enter_context(market(CARDS, moves_every=20))
        home = home_with(folder, settings(port, SHOPS, every="1s", extra="[daemon]\ntick_s = 0.25\n"))
        process = held.enter_context(daemon(home))
        samples: list[Sample] = []
        while (made := done(home)) < visits:
            if process.poll() is not None:
                raise AssertionError(f"the daemon ended after {made} visits")
            if made:
                samples.append((made, look(process.pid)))
            time.sleep(2)
        return [*samples, (made, look(process.pid))]


def quarter(samples: list[Sample], place: int) -> list[Look]:
    """The looks of one quarter of the visits, 0 to 3."""
    last = samples[-1][0]
    return [one for made, one in samples if place * last / 4 < made <= (place + 1) * last / 4]


def faults(samples: list[Sample]) -> list[str]:
    """What grew, one line each: the last quarter beside the second, the first being for warming up."""
    early, late = quarter(samples, 1), quarter(samples, 3)
    grown_mb = median(one.rss_mb for one in late) / median(one.rss_mb for one in early)
    early_handles, late_handles = (median(one.handles for one in some) for some in (early, late))
    found = []
    if grown_mb > MOST_GROWTH:
        found.append(f"memory grew {grown_mb:.3f} ×")
    if late_handles > MOST_GROWTH * early_handles:
        found.append(f"handles grew from {early_handles:g} to {late_handles:g}")
    return found


def plot(samples: list[Sample], file: Path) -> None:
    """Draw memory and handles over visits."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "tracker"
    from matplotlib import pyplot

    figure, memory = pyplot.subplots(figsize=(8, 3))
    visits = [made for made, _ in samples]
    memory.plot(visits, [one.rss_mb for _, one in samples], color="tab:blue")
    memory.set_xlabel("visits")
    memory.set_ylabel("resident MB", color="tab:blue")
    memory.set_ylim(bottom=0)
    handles = memory.twinx()
    handles.plot(visits, [one.handles for _, one in samples], color="tab:orange")
    handles.set_ylabel("open handles", color="tab:orange")
    handles.set_ylim(bottom=0)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def main() -> int:
    """Print memory and handles by quarter; 1 where they grow."""
    began = time.monotonic()
    samples = run(VISITS)
    took_s = time.monotonic() - began
    cpu_s = samples[-1][1].cpu_s
    made = samples[-1][0]
    print(f"{made} visits of {CARDS} cards each in {took_s:.0f} s, {1000 * cpu_s / made:.1f} ms of CPU time a visit")
    print(f"{'quarter':>8}{'RSS MB':>9}{'handles':>9}{'threads':>9}")
    for place in range(4):
        looks = quarter(samples, place)
        medians = [median(getattr(one, name) for one in looks) for name in ("rss_mb", "handles", "threads")]
        print(f"{place + 1:>8}{medians[0]:>9.1f}{medians[1]:>9g}{medians[2]:>9g}")
    if PLOT:
        plot(samples, Path(PLOT))
    wrong = faults(samples)
    for fault in wrong:
        print(f"FAULT: {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
