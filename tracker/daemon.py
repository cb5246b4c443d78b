"""The clock: visits what is due, a worker per host, and delivers what is owed; the only importer of apscheduler."""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType

from apscheduler.schedulers.background import BackgroundScheduler

from db import queries
from db.engine import reading
from scrapers.base import Mode
from scrapers.crawl import Fetch
from tracker import delivery, pipeline
from tracker.assemble import Stop
from tracker.config import Config
from tracker.core.errors import StoreError, TrackerError
from tracker.core.health import HEALTHY
from tracker.pipeline import Tracker, Visited, now_utc
from tracker.timetable import put_up, timetable

log = logging.getLogger("tracker")

TICK = timedelta(seconds=5)
WORKERS = 32

FetchOf = Callable[[Stop], Fetch]


class Daemon:
    """One process that visits and delivers until it is told to stop; the schedule itself is in the database."""

    def __init__(self, tracker: Tracker, config: Config, fetch_of: FetchOf) -> None:
        self._tracker = tracker
        self._config = config
        self._fetch_of = fetch_of
        self._stopping = threading.Event()
        self._post = delivery.Post(tracker)
        self._busy_hosts: set[str] = set()
        self._planned: dict[str, Stop] = {}
        self._hosts: dict[str, str] = {}
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="visit")

    def once(self) -> bool:
        """Visit everything due, deliver everything owed, and end; False when a visit went wrong."""
        self._prepare()
        visits: list[Future[Visited | None]] = []
        tried: set[tuple[str, Mode]] = set()
        while started := self._start_due(tried):
            visits += started
            for one in started:
                one.exception()  # waits; what is due at the same host comes in the next round
        self._workers.shutdown()
        self._deliver()
        results = [one.result() for one in visits if one.exception() is None]
        return len(results) == len(visits) and all(
            visited is None or visited.judgement.outcome in HEALTHY for visited in results
        )

    def run(self) -> None:
        """Visit and deliver until SIGTERM or SIGINT; visits under way are finished, what they owe is delivered."""
        self._prepare()
        clock = BackgroundScheduler(timezone="UTC")
        clock.add_job(
            self._start_due,
            "interval",
            seconds=TICK.total_seconds(),
            next_run_time=now_utc(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        clock.add_job(self._post.wake, "interval", seconds=TICK.total_seconds(), coalesce=True, misfire_grace_time=None)
        with self._until_told():
            clock.start()
            self._post.open()
            log.info("watching %d sources for %d watches", len(self._planned), len(self._tracker.watches))
            self._stopping.wait()
            log.info("stopping: visits under way are finished first")
        clock.shutdown()
        self._workers.shutdown(cancel_futures=True)
        self._post.close()
        self._deliver()
        log.info("stopped")

    def _prepare(self) -> None:
        """Put the configured sources on the schedule, and let new watches speak."""
        entries = timetable(self._config)
        self._planned = {name: entry.stop for name, entry in entries.items()}
        self._hosts = {name: entry.host for name, entry in entries.items()}
        put_up(self._tracker, entries)

    def _start_due(self, tried: set[tuple[str, Mode]] | None = None) -> list[Future[Visited | None]]:
        """Start a visit for every due source whose host is idle, but for those already tried."""
        try:
            with reading(self._tracker.engine) as conn:
                due = queries.due(conn, now=now_utc())
        except StoreError as error:
            log.error("%s", error)
            return []
        planned = [self._planned[name].in_mode(Mode(mode)) for name, mode in due.items() if name in self._planned]
        started = []
        for plan in planned:
            host, this = self._hosts[plan.source.name], (plan.source.name, plan.source.mode)
            if self._stopping.is_set() or host in self._busy_hosts or this in (tried or ()):
                continue
            self._busy_hosts.add(host)
            started.append(self._workers.submit(self._visit, plan, host))
            if tried is not None:
                tried.add(this)
        return started

    def _visit(self, planned: Stop, host: str) -> Visited | None:
        try:
            visited = pipeline.visit(
                self._tracker,
                planned.scraper,
                planned.source,
                self._fetch_of(planned),
                every=planned.pause(),
                if_due=True,
            )
        except TrackerError as error:
            log.error("%s: %s", planned.source.name, error)
            raise
        except Exception:
            log.exception("%s crashed", planned.source.name)
            raise
        finally:
            self._busy_hosts.discard(host)
        if visited is not None:
            log.info("%s", visited)
            self._post.wake()
        return visited

    def _deliver(self) -> None:
        try:
            delivered = delivery.deliver(self._tracker)
        except TrackerError as error:
            log.error("delivery: %s", error)
            return
        except Exception:
            log.exception("delivery crashed")
            return
        for refusal in delivered.refusals:
            log.warning("not delivered, %s", refusal)

    @contextmanager
    def _until_told(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT ask for a clean stop; a second one ends the process at once."""
        before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}

        def ask(_signal: int, _frame: FrameType | None) -> None:
            self._stopping.set()
            for one, handler in before.items():
                signal.signal(one, handler)

        for one in before:
            signal.signal(one, ask)
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
