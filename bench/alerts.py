"""What watches cost: by matching pairs, not by offers times watches; and how soon an alert is at its webhook."""

import json
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random

from alerts.webhook import Webhook
from bench.market_data import CHANGE, LISTING, Market, listing
from bench.measure import say
from db.rows import raw_of
from scrapers.base import Page, Request, Scraper, Source, Walk
from tracker import delivery, pipeline
from tracker.assemble import Home, opened
from tracker.core.gpus import Gpu, catalogue
from tracker.core.models import Priced, RawListing
from tracker.core.rules import Change, Event, Index, Scope, Watch, answers
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker
from tracker.process import settle

OFFERS, WATCHES = 100_000, 1_000

SLACK = 1.3
"""A doubling may cost this much more than the pairs it adds."""

SHOWN, VISITS = 10_000, 5
P99_S = 1.0

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def main() -> None:
    """Print both."""
    _scaling()
    _latency()


# --- cost by pairs ------------------------------------------------------------------------------------------------


def _scaling() -> None:
    cards = [gpu for gpu in catalogue() if gpu.kind == "card" and gpu.vram_gb]
    traded, never = cards[::2], cards[1::2]
    once, strangers = _offers(traded, OFFERS), _watches(never, WATCHES)
    asked = _watches(traded, WATCHES)
    base, pairs = _cost(asked, once)
    say(
        f"{OFFERS:,} offers against {WATCHES:,} watches",
        f"{base:.2f} s CPU, {pairs:,} pairs of {OFFERS * WATCHES:,} match",
        "≤ 1 µs for each of the product",
        met=base / (OFFERS * WATCHES) < 1e-6,
    )
    doublings = {
        "twice the offers": (asked, once + _offers(traded, OFFERS, first=OFFERS)),
        "twice the watches, all of them matching": ([*asked, *_watches(traded, WATCHES, called="more")], once),
        "twice the watches, the new ones for cards nobody offers": ([*asked, *strangers], once),
    }
    for what, (watches, changes) in doublings.items():
        cost, more = _cost(watches, changes)
        grown = f"{more / pairs:.2f} × the pairs"
        limit = more / pairs * SLACK
        say(what, f"{cost / base:.2f} × the time, {grown}", f"≤ {limit:.2f} ×", met=cost / base <= limit)


def _cost(watches: Sequence[Watch], changes: Sequence[Change]) -> tuple[float, int]:
    """CPU seconds of evaluating all changes, the index built on the way; and how many pairs match."""
    times = []
    for _ in range(3):
        began = time.process_time()
        found = sum(1 for _ in answers(Index(watches), changes))
        times.append(time.process_time() - began)
    assert found
    return statistics.median(times), sum(1 for _ in Index(watches).pairs(changes))


def _offers(cards: Sequence[Gpu], number: int, *, first: int = 0) -> list[Change]:
    dice = Random(first)  # noqa: S311 (the same offers at every run)
    return [_offer(cards[place % len(cards)], place, dice.uniform(50, 5000)) for place in range(first, first + number)]


def _offer(gpu: Gpu, number: int, usd: float) -> Change:
    unit = Decimal(round(usd * 100)).scaleb(-2)
    offer = Priced(
        listing_id=number, site=f"site{number % 9}", site_id=str(number), source=f"source{number % 40}", kind="card",
        gpu=gpu.family, variant=gpu.id, title=gpu.name, url="", condition="used", modded=False, quantity=1, price=unit,
        currency="USD", shipping=Decimal(0), landed_usd=unit, unit_usd=unit, vram_gb=gpu.vram_gb, spec=gpu, seller="",
        feedback_percent=99.0, feedback_count=100, country="US", best_offer=False, auction=False, flags=(),
        first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    return Change(event=Event.PRICE, offer=offer)


def _watches(cards: Sequence[Gpu], number: int, *, called: str = "watch") -> list[Watch]:
    return [
        Watch(
            name=f"{called}-{cards[place % len(cards)].id}-{place}",
            wanted=Wanted(gpus=(cards[place % len(cards)].id,), min_feedback_count=10),
            metric="usd",
            below=Decimal(60 + place % 100),
        )
        for place in range(number)
    ]


# --- the time to a webhook ----------------------------------------------------------------------------------------


def _latency() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
        _receiver() as (url, arrived),
        opened(Home(path=Path(folder))) as bare,
    ):
        channel = Webhook(type="webhook", url=url)  # type: ignore[arg-type]  # pydantic reads the text
        settle()
        tracker = replace(bare, watches=_mixed(), channels={"hook": channel})
        shelf = _shelf()
        _visit(tracker, shelf)
        delivery.deliver(tracker)
        summaries, waits, cpu = len(arrived), [], []
        for turn in range(VISITS):
            shelf = _moved(shelf, turn)
            arrived.clear()
            last_page, began, raised = _visit(tracker, shelf)
            while delivery.deliver(tracker).sent:
                pass
            cpu.append(time.process_time() - began)
            assert len(arrived) == raised, (len(arrived), raised)
            waits += [at - last_page for at in arrived.values()]
    waits.sort()
    p99 = waits[-(-len(waits) * 99 // 100) - 1]
    busy = statistics.median(cpu)
    told = (
        f"{len(waits)} alerts of {VISITS} visits (and {summaries} summaries), median {statistics.median(waits):.2f} s"
    )
    what = f"last page to webhook, {WATCHES:,} watches, {SHOWN:,} offers a visit, {CHANGE:.0%} changed"
    say(what, f"p99 {p99:.2f} s", f"< {P99_S:g} s", met=p99 < P99_S, peer=told)
    what = "CPU from a visit's last page to its last webhook, the receiver's share included"
    say(what, f"{busy:.2f} s", f"< {P99_S:g} s", met=busy < P99_S)


def _visit(tracker: Tracker, shelf: Sequence[RawListing]) -> tuple[float, float, int]:
    """Visit a site of many pages; returns when the last of them came (by clock and CPU), and how many alerts came."""
    pages = [shelf[start : start + 200] for start in range(0, len(shelf), 200)]
    came, cpu = 0.0, 0.0

    def fetch(request: Request) -> Page:
        nonlocal came, cpu
        came, cpu = time.perf_counter(), time.process_time()
        return Page(url=request.url, text="", source=source)

    source = Source(name="bench", site=shelf[0].site)
    scraper = Scraper(
        site=source.site,
        start=lambda _: [Request(url="https://bench.example/0")],
        parse=lambda page: pages[int(page.url.rpartition("/")[2])],
        follow=lambda page: _next(page, len(pages)),
        walk=Walk.CATALOGUE,
    )
    visited = pipeline.visit(tracker, scraper, source, fetch, every=timedelta(hours=1))
    assert visited is not None
    assert visited.listings == len(shelf), visited
    return came, cpu, visited.alerts


def _next(page: Page, pages: int) -> list[Request]:
    number = int(page.url.rpartition("/")[2]) + 1
    return [Request(url=f"https://bench.example/{number}")] if number < pages else []


def _shelf() -> list[RawListing]:
    made = Market(folder=Path(), listings=SHOWN, on_offer=SHOWN)
    rows = (dict(zip(LISTING, listing(number, made, 0, Decimal("1.1")), strict=True)) for number in range(SHOWN))
    return [raw_of(row | {"site": "bench"}) for row in rows]


def _moved(shelf: Sequence[RawListing], turn: int) -> list[RawListing]:
    """The shelf with some prices a fifth lower."""
    dice = Random(turn)  # noqa: S311 (the same moves at every run)
    return [replace(raw, price=f"{Decimal(raw.price) * 4 / 5:.2f}") if dice.random() < CHANGE else raw for raw in shelf]


def _mixed() -> tuple[Watch, ...]:
    """A thousand watches of every kind: most for one card below a price, some by each other rule."""
    cards = [gpu for gpu in catalogue() if gpu.kind == "card" and gpu.vram_gb]
    usual = Watch(name="", wanted=Wanted(), metric="usd_per_gb", notify=("hook",))
    kinds = (
        *[{"below": Decimal(3)}] * 7,
        {"under_market": Decimal("0.25")},
        {"drop": Decimal("0.15")},
        {"lowest": timedelta(days=30), "lowest_of": Scope.VARIANT},
    )
    return tuple(
        replace(usual, name=f"w{number}", wanted=Wanted(gpus=(cards[number % len(cards)].id,)), **kinds[number % 10])
        for number in range(WATCHES)
    )


@contextmanager
def _receiver() -> Iterator[tuple[str, dict[str, float]]]:
    """A webhook receiver on this machine, and when it first got which key."""
    arrived: dict[str, float] = {}

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            arrived.setdefault(body["key"], time.perf_counter())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/", arrived
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()
