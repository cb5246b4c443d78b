"""The visits of a daemon: a worker per host, what is due first, and a way to end them all."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from threading import Thread

from db import source_queries
from db.engine import reading
from scrapers.base import Mode
from scrapers.crawl import Fetch
from tracker import pipeline
from tracker.assemble import Stop
from tracker.config import Config
from tracker.core.errors import StoreError, TrackerError
from tracker.core.health import HEALTHY
from tracker.haste import Haste, Interrupted
from tracker.pipeline import Tracker, Visited, now_utc
from tracker.process import claim_name
from tracker.timetable import put_up, timetable
from tracker.vitals import Vitals

log = logging.getLogger("tracker")

WORKERS = 32
"""Visits at once."""

FetchOf = Callable[[Stop], Fetch]
Visit = Future[Visited | None]


class Rounds:
    """Starts the visits that are due, one at a time for each host; `news` is called when one ends."""

    def __init__(self, *, vitals: Vitals, haste: Haste) -> None:
        self.planned: dict[str, Stop] = {}
        self.news: Callable[[], None] = _nothing
        self._vitals = vitals
        self._haste = haste
        self._hosts: dict[str, str] = {}
        self._busy: set[str] = set()
        self._under_way: dict[Visit, str] = {}
        self._stopping = False

    def plan(self, config: Config, tracker: Tracker, fetch_of: FetchOf) -> None:
        """Put the configured sources on the schedule, and let new watches speak."""
        entries = timetable(config)
        put_up(tracker, entries)
        self._tracker, self._fetch_of = tracker, fetch_of
        self.planned = {name: entry.stop for name, entry in entries.items()}
        self._hosts = {name: entry.host for name, entry in entries.items()}

    def start_due(self, tried: set[tuple[str, Mode]] | None = None) -> list[Visit]:
        """Start a visit for every due source whose host is idle, but for those already tried."""
        with reading(self._tracker.engine) as conn:
            due = source_queries.due(conn, now=now_utc())
        planned = [self.planned[name].in_mode(Mode(mode)) for name, mode in due.items() if name in self.planned]
        started = []
        for plan in planned:
            host, this = self._hosts[plan.source.name], (plan.source.name, plan.source.mode)
            if self._stopping or len(self._under_way) >= WORKERS:
                break
            if host in self._busy or this in (tried or ()):
                continue
            self._busy.add(host)
            visit: Visit = Future()
            work = partial(_work, visit, partial(self._visit, plan, host))
            self._under_way[visit] = plan.source.name
            visit.add_done_callback(self._under_way.pop)
            # A thread of its own for each visit: between visits none lies about with its memory.
            Thread(target=work, name=f"visit {plan.source.name}", daemon=True).start()
            started.append(visit)
            if tried is not None:
                tried.add(this)
        return started

    def all_due(self) -> list[Visit]:
        """Visit everything due, once each, and wait for all of it."""
        visits: list[Visit] = []
        tried: set[tuple[str, Mode]] = set()
        while started := self.start_due(tried):
            visits += started
            wait(started)  # what is due at the same host comes in the next round
        return visits

    @staticmethod
    def went_well(visit: Visit) -> bool:
        """Whether a visit that has ended left its source healthy, or somebody else was at it."""
        if visit.exception() is not None:
            return False
        visited = visit.result()
        return visited is None or visited.judgement.outcome in HEALTHY

    def end(self, *, finish_s: float, end_s: float) -> list[str]:
        """Let visits finish for a while, then end them at their next page; returns the sources still being visited."""
        self._stopping = True
        self._wait(finish_s)
        self._haste.make()
        self._wait(end_s)
        return sorted(self._under_way.copy().values())

    def _wait(self, seconds: float) -> None:
        wait(self._under_way.copy(), timeout=seconds)

    def _visit(self, planned: Stop, host: str) -> Visited | None:
        began = time.monotonic()
        tracker, fetch = self._tracker, self._haste.minding(self._fetch_of(planned))
        try:
            visited = pipeline.visit(
                tracker,
                planned.scraper,
                planned.source,
                fetch,
                every=planned.pause(),
                if_due=True,
                by=claim_name(),
            )
        except Interrupted:
            log.info("%s: ended between two pages; it is visited at the next start", planned.source.name)
            return None
        except StoreError as error:
            if self._vitals.in_trouble(str(error)):
                log.error("%s: %s; visits wait until it can be written", planned.source.name, error)
            raise
        except TrackerError as error:
            log.error("%s: %s", planned.source.name, error)
            self._vitals.visited(good=False)
            raise
        except Exception:
            log.exception("%s crashed", planned.source.name)
            self._vitals.visited(good=False)
            raise
        finally:
            self._busy.discard(host)
        if visited is not None:
            facts = {"event": "visit", **visited.facts(), "seconds": round(time.monotonic() - began, 3)}
            log.info("%s", visited, extra={"facts": facts})
            self._vitals.visited(good=visited.judgement.outcome in HEALTHY)
            self.news()
        return visited


def _work(visit: Visit, make: Callable[[], Visited | None]) -> None:
    try:
        visit.set_result(make())
    except BaseException as error:  # noqa: BLE001  (it is told to who asks for the result)
        visit.set_exception(error)


def _nothing() -> None:
    pass
