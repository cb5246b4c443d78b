"""The start page over a million listings, beside its own question asked bare; its size, and how many a second.

Page and question take turns, the page over one connection and never with an ETag, so that each time all of it is made.
With `wrk` installed, that counts the requests a second.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import httpx

from bench.market_data import Market, market
from bench.measure import ms, say
from db import queries
from db.engine import reading
from tracker.assemble import Home, opened
from tracker.config import Config, WebTable
from tracker.core.metrics import METRICS
from tracker.pipeline import Tracker
from tracker.web.asked import Filters
from tracker.web.serve import serving

TIMES, MOST_BYTES = 3, 150_000

REQUESTS = 60

PORT = 8745


def main(made: Market | None = None) -> None:
    """Print the p95 of page and question, the page's size, and requests a second."""
    made = made or market()
    config = Config(web=WebTable(port=PORT))
    with opened(Home(path=Path(made.folder))) as tracker, serving(tracker, config) as address:
        with httpx.Client(base_url=address, timeout=60) as client:
            for _ in range(6):  # what cards are worth is worked out once, behind the first pages
                client.get("/")
                time.sleep(1)
            asked, pages = [], []
            for _ in range(REQUESTS):
                asked.append(_seconds(lambda: _bare(tracker)))
                pages.append(_seconds(lambda: client.get("/").raise_for_status()))
            size = len(client.get("/", headers={"Accept-Encoding": "identity"}).content)
            packed = int(client.get("/").headers["content-length"])
        bare, page = p95(asked), p95(pages)
        what = f"start page over {made.listings:,} listings, {made.on_offer:,} on offer, p95"
        say(
            what, ms(page), f"≤ {TIMES} ×", met=page <= TIMES * bare, peer=f"bare query {ms(bare)}, {page / bare:.2f} ×"
        )
        say("its size", f"{size:,} bytes", f"< {MOST_BYTES:,}", met=size < MOST_BYTES, peer=f"{packed:,} packed")
        print(f"requests a second: {_rate(address)}", flush=True)


def _bare(tracker: Tracker) -> None:
    """What the page asks the database first, and nothing else."""
    asked = Filters()
    metric, wanted = METRICS[asked.metric], asked.wanted(datetime.now(UTC))
    with reading(tracker.engine) as conn:
        queries.cheapest(conn, metric, wanted=wanted, basis=tracker.use, top=asked.top, catalogue=tracker.catalogue)


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def p95(seconds: list[float]) -> float:
    """The time that nineteen of twenty stay below."""
    return quantiles(seconds, n=20)[-1]


def _rate(address: str) -> str:
    """Requests a second on the start page: by wrk over eight connections, or by one client alone."""
    if wrk := shutil.which("wrk"):
        told = subprocess.run([wrk, "-t1", "-c8", "-d8s", address], capture_output=True, text=True, check=True).stdout
        found = re.search(r"Requests/sec:\s*([\d.]+)", told)
        return f"{found[1] if found else '?'} (wrk, 8 connections)"
    with httpx.Client(timeout=60) as client:
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < 8:
            client.get(address).raise_for_status()
            count += 1
    return f"{count / 8:.1f} (one client, one after the other; wrk is not installed)"


if __name__ == "__main__":
    main()
