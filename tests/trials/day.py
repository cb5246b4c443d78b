"""24 simulated hours with 30 sources, half of which fail in scripted ways: named rightly, and nothing false or lost.

Time is travelled, not slept: the pages come from a real server on this machine, read by the `pages` site as anybody
would configure it. In the middle of the day the clock jumps three hours ahead, and an hour later back again.
"""

import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from sqlalchemy import select

from db import queries, source_queries, sources, sql
from db.engine import reading, writing
from scrapers.fetch import Fetcher
from tests.scrapers.local import Clock, Reply, Server, fetching
from tests.trials._street import BELOW_USD_PER_GB, WAYS, Shop, Street, stocked
from tracker import pipeline
from tracker.assemble import Home, opened, stop
from tracker.greeting import greet
from tracker.pipeline import Tracker, Visited

SOURCES = 30
START = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK_H = 1 / 12
LEARNED_H = -5
"""The sources are watched this long before the day begins: what is usual must be known."""

JUMP_H, JUMP_AT, JUMP_BACK_AT = 3.0, 12.0, 13.0
TIMEOUT_S = 0.5

_CONFIG = """
[sources.{name}]
site = "pages"
url = "https://{host}/cards"
currency = "USD"
every = "1h"
item = "li.card"
title = ".t"
price = ".price"
link = ".t"
id = "@data-id"
condition = ".state"
next = "a.next"
empty = ".none"
"""
_WATCH = """
[watches.cheap]
metric = "usd_per_gb"
below = {below}
notify = ["console"]
"""


@dataclass(slots=True)
class Line:
    """What became of one source."""

    shop: Shop
    visits: int = 0
    named: Counter[tuple[str, bool]] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)
    alerts: int = 0
    marked: int = 0
    false: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    wrongly_ended: list[str] = field(default_factory=list)
    ended: int = 0

    @property
    def faults(self) -> Iterator[str]:
        """What should not have been, one line each."""
        way = WAYS.get(self.shop.breaks)
        wrong = {name: number for (name, right), number in self.named.items() if not right}
        if wrong:
            yield f"{self.shop.name} ({self.shop.breaks or 'healthy'}): called {wrong}"
        if way and not any(right for (_, right), number in self.named.items()):
            yield f"{self.shop.name}: {self.shop.breaks} was never named"
        expected = ["broken", "works again"] if way and way.told else []
        if self.told != expected:
            yield f"{self.shop.name} ({self.shop.breaks}): the owner heard {self.told}, not {expected}"
        for what, found in (("false", self.false), ("lost", self.lost), ("wrongly ended", self.wrongly_ended)):
            yield from (f"{self.shop.name} ({self.shop.breaks}): {what}: {one}" for one in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The whole trial."""

    lines: tuple[Line, ...]
    took_s: float

    @property
    def faults(self) -> list[str]:
        """What should not have been, one line each."""
        return [fault for line in self.lines for fault in line.faults]


def wall(hour: float) -> datetime:
    """What the machine's clock says at an hour of the day, off for one of them."""
    ahead = JUMP_H if JUMP_AT <= hour < JUMP_BACK_AT else 0.0
    return START + (hour + ahead) * HOUR


def run(*, ways: Mapping[int, str], shops: int = SOURCES, until_h: float = 24.5) -> Day:
    """Live through the day with some shops failing in some ways, by number."""
    began = time.monotonic()
    street = Street([stocked(number, way := ways.get(number, ""), _window(way)) for number in range(shops)])
    lines = {shop.name: Line(shop) for shop in street.shops.values()}
    with _running(street) as (tracker, home, fetchers):
        config = home.config()
        first = round(LEARNED_H / TICK_H)
        for tick in range(first, round(until_h / TICK_H) + 1):
            street.hour = tick * TICK_H + 1e-6
            with time_machine.travel(wall(street.hour), tick=False):
                if tick == first:
                    _schedule(tracker, lines)
                fetchers.clock.now = max(fetchers.clock.now, (street.hour - LEARNED_H) * 3600)
                with reading(tracker.engine) as conn:
                    due = source_queries.due(conn, now=pipeline.now_utc())
                for name in due:
                    planned = stop(config, name)
                    fetch = fetchers.of(lines[name].shop).of(planned.scraper, planned.source)
                    visited = pipeline.visit(tracker, planned.scraper, planned.source, fetch, every=planned.every)
                    assert visited is not None
                    _note(lines[name], visited, street.hour)
        _weigh(tracker, lines, until_h)
    return Day(lines=tuple(lines.values()), took_s=time.monotonic() - began)


def _window(way: str) -> tuple[float, float]:
    return WAYS[way].window if way else (0, 0)


class _Fetchers:
    """One fetcher for all, and a hasty one for the shop that never answers."""

    def __init__(self, patient: Fetcher, hasty: Fetcher, clock: Clock) -> None:
        self.patient, self.hasty, self.clock = patient, hasty, clock

    def of(self, shop: Shop) -> Fetcher:
        return self.hasty if shop.breaks == "timeouts" else self.patient


@contextmanager
def _running(street: Street) -> Iterator[tuple[Tracker, Home, _Fetchers]]:
    """A tracker in a folder of its own, before the street's server."""
    written = "".join(_CONFIG.format(name=shop.name, host=shop.host) for shop in street.shops.values())
    answers: dict[str, Any] = {f"{host}/cards": street for host in street.shops}
    answers |= {f"{host}/robots.txt": Reply(b"", 404) for host in street.shops}
    clock = Clock()
    with (
        tempfile.TemporaryDirectory(prefix="tracker-day-") as folder,
        Server(answers) as server,
        fetching(server, clock) as patient,
        fetching(server, clock, timeout_s=TIMEOUT_S) as hasty,
    ):
        home = Home(path=Path(folder))
        home.config_file.write_text(written + _WATCH.format(below=BELOW_USD_PER_GB), encoding="utf-8")
        with opened(home) as tracker:
            try:
                yield tracker, home, _Fetchers(patient, hasty, clock)
            finally:
                street.silence.set()


def _schedule(tracker: Tracker, lines: Mapping[str, Line]) -> None:
    now = pipeline.now_utc()
    with writing(tracker.engine) as tx:
        for place, name in enumerate(lines):
            sources.schedule(tx, name, "pages", sweeps=False, now=now + place * timedelta(minutes=1))
    greet(tracker, now=now)


def _note(line: Line, visited: Visited, hour: float) -> None:
    """Hold what a visit was called against what the shop really did."""
    line.visits += 1
    outcome, message = visited.judgement.outcome.value, visited.judgement.message
    way = WAYS[line.shop.breaks] if line.shop.is_broken(hour) else None
    if way is None:
        line.named[outcome, outcome == "ok"] += 1
    elif line.shop.breaks == "warehouse emptied" and outcome == "ok":
        line.named[outcome, message == "" or "believed after" in message] += 1
    else:
        line.named[outcome, outcome == way.outcome and bool(re.search(way.said, message))] += 1


def _weigh(tracker: Tracker, lines: Mapping[str, Line], until_h: float) -> None:
    """Hold every alert and every end against what really stood on the shelves."""
    with reading(tracker.engine) as conn:
        alerts = queries.deliveries(conn, states=("owed", "sent", "failed"), limit=100_000)
        rows = [dict(row) for row in conn.execute(select(sql.LISTING)).mappings()]
    told: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for alert in reversed(alerts):
        payload = alert["payload"]
        if alert["kind"] == "source":
            lines[payload["source"]].told.append(payload["occasion"])
            continue
        hour = _hour(alert["created_at"])
        for offer in payload["offers"]:
            line = lines[offer["source"]]
            line.alerts += 1
            line.marked += any("under review" in doubt for doubt in offer["doubts"])
            card = line.shop.shelf_at(hour).get(offer["site_id"].rpartition("/")[2])
            if card is None or not card.is_deal or card.usd != offer["price"]:
                line.false.append(f"{offer['title']} at {offer['price']} {offer['currency']}")
            if (seen := (offer["site_id"], offer["price"])) in told[line.shop.name]:
                line.false.append(f"told again: {offer['title']} at {offer['price']}")
            told[line.shop.name].append(seen)
    _look_for_the_lost(lines, told, until_h)
    by_host = {line.shop.host: line for line in lines.values()}
    for row in rows:
        line = by_host[row["url"].split("/")[2]]
        gone = row["ended_at"] is not None or not row["on_offer"]
        line.ended += gone
        if gone and row["site_id"].rpartition("/")[2] in line.shop.shelf_at(until_h):
            line.wrongly_ended.append(row["title"])


def _look_for_the_lost(lines: Mapping[str, Line], told: Mapping[str, list[tuple[str, float]]], until_h: float) -> None:
    """Note what should have been told: deals that stood long enough for a visit to come by."""
    for line in lines.values():
        known = {(site_id.rpartition("/")[2], price) for site_id, price in told[line.shop.name]}
        for when, what, card in line.shop.events:
            if what != "sold" and when <= until_h - 1.5 and (card.number, card.usd) not in known:
                stood = line.shop.shelf_at(until_h).get(card.number) == card
                line.lost += [f"{card.title} at {card.usd} from {when:.1f} h"] if stood else []


def _hour(at: datetime) -> float:
    """The true hour of an instant of the machine's clock: the later one where the clock ran twice through it."""
    hour = (at - START) / HOUR
    return hour - JUMP_H if JUMP_AT + JUMP_H <= hour < JUMP_BACK_AT + JUMP_H and hour - JUMP_H < JUMP_BACK_AT else hour


ALL_WAYS = {2 * place: way for place, way in enumerate(WAYS)}
"""Every other shop fails."""


def main() -> int:
    """Print what became of every source; 1 where a failure was misnamed, or an alert or an end was false or lost."""
    day = run(ways=ALL_WAYS)
    print(f"{'source':<9}{'fails by':<20}{'called':<36}{'owner heard':<22}{'alerts':>7}{'marked':>7}{'ended':>6}")
    for line in day.lines:
        called = ", ".join(f"{name} {number}" for (name, _), number in line.named.most_common())
        heard = ", ".join(line.told)
        print(
            f"{line.shop.name:<9}{line.shop.breaks:<20}{called:<36}{heard:<22}"
            f"{line.alerts:>7}{line.marked:>7}{line.ended:>6}"
        )
    total = Counter(
        visits=sum(line.visits for line in day.lines),
        alerts=sum(line.alerts for line in day.lines),
        false=sum(len(line.false) for line in day.lines),
        lost=sum(len(line.lost) for line in day.lines),
        wrongly_ended=sum(len(line.wrongly_ended) for line in day.lines),
    )
    print(
        f"{len(day.lines)} sources, {len(ALL_WAYS)} of them failing, {total['visits']} visits in {day.took_s:.0f} s: "
        f"{total['alerts']} alerts, {total['false']} false, {total['lost']} lost, "
        f"{total['wrongly_ended']} listings wrongly ended"
    )
    for fault in day.faults:
        print(f"FAULT: {fault}")
    return 1 if day.faults else 0


if __name__ == "__main__":
    sys.exit(main())
