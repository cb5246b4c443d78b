"""What the daemon costs while nothing is due, with 100 and 1,000 sources: memory beside bare libraries, CPU time."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from tests.trials._market import home_with, market, settings
from tests.trials._process import Look, daemon, look
from tracker.assemble import Home, opened

SOURCES = (100, 1000)
MINUTES = float(os.environ.get("TRACKER_TRIAL_MINUTES", "10"))
LIBRARIES = ("sqlmodel", "httpx", "selectolax", "pydantic_settings", "apscheduler.schedulers.background", "protego")
AIM_MB = 90.0
MOST_CPU = 0.2  # per cent
MOST_MORE_MB = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """One daemon at rest."""

    sources: int
    rss_mb: float
    cpu_percent: float
    threads: int
    handles: int


def bare_mb() -> float:
    """The resident memory of an interpreter that has imported the same libraries, and does nothing, in MB."""
    script = f"import {', '.join(LIBRARIES)}\nprint(open('/proc/self/statm').read().split()[1])"
    pages = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(*, minutes: float) -> list[Idle]:
    """Let daemons visit everything once, then rest; measure the rest."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        port = held.enter_context(market(20, moves_every=10**9))
        found: list[tuple[int, int]] = []
        for number in SOURCES:
            home = home_with(folder / str(number), settings(port, number, every="1d"))
            with opened(Home(path=home)):
                pass  # made before, as at every start but the first
            process = held.enter_context(daemon(home))
            wait_for(home, number)
            found.append((number, process.pid))
        time.sleep(30)
        before = [look(pid) for _, pid in found]
        began = time.monotonic()
        time.sleep(minutes * 60)
        took_s = time.monotonic() - began
        return [_idle(number, was, look(pid), took_s) for (number, pid), was in zip(found, before, strict=True)]


def wait_for(home: Path, visits: int) -> None:
    """Wait until so many visits are written down, at most ten minutes."""
    deadline = time.monotonic() + 600
    while done(home) < visits:
        if time.monotonic() > deadline:
            raise AssertionError(f"{done(home)} of {visits} visits after ten minutes")
        time.sleep(1)


def done(home: Path) -> int:
    """How many visits are written down."""
    try:
        with closing(sqlite3.connect(f"file:{home / 'tracker.db'}?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM visit").fetchone()[0])
    except sqlite3.Error:
        return 0


def _idle(sources: int, was: Look, now: Look, took_s: float) -> Idle:
    return Idle(
        sources=sources,
        rss_mb=now.rss_mb,
        cpu_percent=100 * (now.cpu_s - was.cpu_s) / took_s,
        threads=now.threads,
        handles=now.handles,
    )


def faults(bare: float, found: list[Idle]) -> list[str]:
    """What should not have been, one line each."""
    few, many = found
    held = {
        f"{few.rss_mb:.1f} MB is more than twice the bare {bare:.1f} MB": few.rss_mb > 2 * bare,
        f"{few.cpu_percent:.3f} % of a processor is more than {MOST_CPU:g} %": few.cpu_percent > MOST_CPU,
        f"{many.sources} sources take {many.rss_mb - few.rss_mb:.1f} MB more": many.rss_mb - few.rss_mb > MOST_MORE_MB,
    }
    return [fault for fault, so in held.items() if so]


def main() -> int:
    """Print what rest costs; 1 where it is more than it must be."""
    bare = bare_mb()
    found = run(minutes=MINUTES)
    print(f"bare libraries: {bare:.1f} MB; {MINUTES:g} minutes of rest after a visit to every source")
    print(f"{'sources':>8}{'RSS MB':>9}{'× bare':>8}{'CPU %':>8}{'threads':>9}{'handles':>9}")
    for one in found:
        print(
            f"{one.sources:>8}{one.rss_mb:>9.1f}{one.rss_mb / bare:>8.2f}{one.cpu_percent:>8.3f}"
            f"{one.threads:>9}{one.handles:>9}"
        )
    if found[0].rss_mb > AIM_MB:
        print(f"the aim of {AIM_MB:g} MB is missed by {found[0].rss_mb - AIM_MB:.1f} MB")
    wrong = faults(bare, found)
    for fault in wrong:
        print(f"FAULT: {fault}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
