"""The same visits as jobs on PostgreSQL, on any number of machines; the only importer of procrastinate.

The schedule stays a column of ours: a tick, which fires once across all workers, makes jobs of what is due. A job that
is lost is therefore no loss: the next tick makes another. The locks are the library's: one job at a time for a host,
one waiting job for a source and a mode. The claim and the fence around a visit are the store's own, as everywhere.
"""

import asyncio
import hashlib
import logging
import signal
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import psycopg
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy, exceptions
from procrastinate.jobs import DeleteJobCondition, Job, Status
from procrastinate.schema import SchemaManager
from procrastinate.worker import Worker as Engine
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Connection, text

from db import delivery_queries, outbox, source_queries, sources
from db.engine import LIMITS, committed, reading
from scrapers.base import Mode
from scrapers.fetch import Fetcher
from tracker import delivery, pipeline
from tracker.config import ClusterTable, Config
from tracker.core.errors import StoreError, TrackerError
from tracker.pipeline import Tracker, now_utc
from tracker.timetable import Entry, put_up, timetable

log = logging.getLogger("tracker")

T = TypeVar("T")

SCHEMA = "tracker_jobs"
"""Where the library's tables live, beside ours: nothing of value is in them."""

MOST_WAITING, MOST_OF_A_HOST = 1_000, 8
"""Visits that wait as jobs at a time: the library looks through all of them for one whose host is free."""

DESK, MOST_AT_THE_DESK = "desk", 2
VISITS = "visits"

AGAIN = RetryStrategy(max_attempts=5, exponential_wait=2, retry_exceptions=[StoreError])

PAUSE_S = 2
"""Between two attempts to begin on a server that is away."""

LONGEST_REST_S = 120
"""A host that wants to be left alone for longer is left to its sources' own next visits."""


class Worker:
    """One process that takes visits, deliveries and the tick as jobs until it is told to stop."""

    def __init__(self, tracker: Tracker, config: Config, fetcher: Fetcher, *, concurrency: int) -> None:
        self._tracker = tracker
        self._table = config.cluster
        self._fetcher = fetcher
        self._concurrency = concurrency
        self._entries: Mapping[str, Entry] = timetable(config)
        self._desk = MOST_AT_THE_DESK + len(tracker.channels)  # each channel may be slow
        self._threads = ThreadPoolExecutor(concurrency + self._desk + 1, thread_name_prefix="job")
        self._stopping = asyncio.Event()
        self._running: list[Engine] = []
        self._address = _address(tracker.engine.url)
        self._app = _app(self, self._address, config.cluster, most_connections=concurrency + 4)

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; visits under way are finished. Raises StoreError where that cannot begin."""
        _be_quiet()
        _install(self._address)
        put_up(self._tracker, self._entries)
        log.info("working on %d sources, %d at a time", len(self._entries), self._concurrency)
        asyncio.run(self._until_told())
        self._threads.shutdown()
        self._delivered()
        log.info("stopped")

    async def _until_told(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _loop, said: log.warning("%s", said.get("exception") or said["message"]))
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._stop)
        while not self._stopping.is_set():
            try:
                async with self._app.open_async():
                    await self._work()
            except (exceptions.ConnectorException, psycopg.Error) as error:
                log.warning("the database is away: %s", error.__cause__ or error)
            if not self._stopping.is_set():
                await _at_most(PAUSE_S, self._stopping.wait())

    async def _work(self) -> None:
        """Work at the desk and on visits side by side, until told, or until one of them fails."""
        shared: dict[str, Any] = {
            "fetch_job_polling_interval": self._table.poll_s,
            "update_heartbeat_interval": self._table.heartbeat_s,
            "stalled_worker_timeout": self._table.dead_after_s,
            "delete_jobs": DeleteJobCondition.SUCCESSFUL,
            "install_signal_handlers": False,
        }
        desk = Engine(self._app, queues=[DESK], name=DESK, concurrency=self._desk, **shared)
        visits = Engine(self._app, queues=[VISITS], name=VISITS, concurrency=self._concurrency, **shared)
        self._running = [desk, visits]
        runs = [asyncio.create_task(one.run()) for one in self._running]
        await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
        for one in self._running:
            one.stop()
        ended = await asyncio.gather(*runs, return_exceptions=True)
        self._running = []
        for error in ended:
            if isinstance(error, BaseException):
                raise error

    def _stop(self) -> None:
        """Finish what is under way and end; whoever asks a second time is obeyed at once."""
        log.info("stopping: visits under way are finished first")
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(one)
        self._stopping.set()
        for running in self._running:
            running.stop()

    async def aside(self, work: Callable[[], T]) -> T:
        """Do something that waits in a thread; its trouble is said in one line before it is raised."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except TrackerError as error:
            log.error("%s", error)
            raise

    # --- the jobs -------------------------------------------------------------------------------------------------

    async def tick(self) -> None:
        """Make jobs of what is due."""
        jobs = await self.aside(self._due)
        visit, manager = self._app.tasks["visit"], self._app.job_manager
        waiting = [
            visit.configure(lock=f"host {self._entries[name].host}", queueing_lock=key).make_new_job(
                source=name, mode=mode
            )
            for key, (name, mode) in jobs.items()
        ]
        if waiting:
            await manager.batch_defer_jobs_async(waiting)
        await self._defer_delivery()

    def _due(self) -> dict[str, tuple[str, str]]:
        """The visits that are due and no job yet, as many as there is room for, by their queueing lock."""
        with reading(self._tracker.engine) as conn:
            due = source_queries.due(conn, now=now_utc())
            known = set(conn.execute(text(_KNOWN_JOBS)).scalars())
        new: dict[str, tuple[str, str]] = {}
        waiting = Counter(self._entries[name].host for key in known if (name := _source_of(key)) in self._entries)
        for name, mode in due.items():
            key, entry = f"{mode} {name}", self._entries.get(name)
            if entry is None or key in known or waiting[entry.host] >= MOST_OF_A_HOST:
                continue
            if len(known) + len(new) >= MOST_WAITING:
                break
            waiting[entry.host] += 1
            new[key] = (name, mode)
        return new

    async def visit(self, context: JobContext, source: str, mode: str) -> None:
        """Visit a source if it is still due, then keep its host to ourselves for as long as it wants a rest."""
        entry = self._entries.get(source)
        if entry is None:
            log.warning("%s is not in this machine's tracker.toml: all workers need the same", source)
            return
        plan = entry.stop.in_mode(Mode(mode))
        visited = await self.aside(
            partial(
                pipeline.visit,
                self._tracker,
                plan.scraper,
                plan.source,
                self._fetcher.of(plan.scraper, plan.source),
                every=plan.pause(),
                if_due=True,
                by=_holder(context.job.id, context.job.attempts),
            )
        )
        if visited is not None:
            log.info("%s", visited)
            if visited.alerts:
                await self._defer_delivery()
        await asyncio.sleep(min(self._fetcher.rest_s(entry.host), LONGEST_REST_S))

    async def deliver(self, channel: str) -> None:
        """Deliver what is owed to a channel."""
        delivered = await self.aside(partial(delivery.through, self._tracker, channel, now=now_utc))
        _say_refusals(delivered)
        if delivered.disabled:
            await self._defer_delivery()  # the others are told of it

    def _delivered(self) -> None:
        _say_refusals(delivery.deliver(self._tracker))

    async def _defer_delivery(self) -> None:
        """Make a job for each channel that anything is owed to: one that is slow or down holds back no other."""
        for channel in await self.aside(self._owed):
            lock = f"deliver {channel}"
            task = self._app.tasks["deliver"].configure(lock=lock, queueing_lock=lock)
            with suppress(exceptions.AlreadyEnqueued):
                await task.defer_async(channel=channel)

    def _owed(self) -> list[str]:
        with reading(self._tracker.engine) as conn:
            return delivery_queries.channels_owed(conn)

    async def rescue(self) -> None:
        """Clear away the jobs of dead workers and give back what they held: the next tick makes new ones."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._table.dead_after_s):
            log.warning("%s: the worker at it died; it is done again", job.task_kwargs.get("source", job.task_name))
            silent_since = now_utc() - timedelta(seconds=self._table.dead_after_s)
            given_back = partial(_given_back, job, silent_since)
            await self.aside(partial(committed, self._tracker.engine, given_back))
            await manager.finish_job_by_id_async(job.id or 0, status=Status.FAILED, delete_job=True)
        await manager.prune_stalled_workers(10 * self._table.dead_after_s)

    async def tidy(self) -> None:
        """Forget the jobs that failed for good a week ago."""
        await self._app.job_manager.delete_old_jobs(nb_hours=7 * 24, include_failed=True)


_KNOWN_JOBS = (
    f"SELECT queueing_lock FROM {SCHEMA}.procrastinate_jobs"
    f" WHERE queue_name = '{VISITS}' AND status IN ('todo', 'doing')"
)


def _app(worker: Worker, address: str, table: ClusterTable, *, most_connections: int) -> App:
    """The library's app with our jobs on it."""
    app = App(connector=PsycopgConnector(conninfo=address, min_size=1, max_size=most_connections))

    @app.task(name="visit", queue=VISITS, pass_context=True, retry=AGAIN)
    async def visit(context: JobContext, source: str, mode: str) -> None:
        await worker.visit(context, source, mode)

    @app.task(name="deliver", queue=DESK)
    async def deliver(channel: str) -> None:
        await worker.deliver(channel)

    def regularly(cron: str, name: str, work: Callable[[], Coroutine[Any, Any, None]], lock: str | None) -> None:
        @app.periodic(cron=cron)
        @app.task(name=name, queue=DESK, queueing_lock=name, lock=lock)
        async def _regular(timestamp: int) -> None:  # noqa: ARG001  (the library tells every one of them)
            await work()

    regularly(f"* * * * * */{table.tick_s}", "tick", worker.tick, "tick")
    regularly(f"* * * * * */{max(1, table.dead_after_s // 3)}", "rescue", worker.rescue, None)
    regularly("30 4 * * *", "tidy", worker.tidy, "tidy")
    return app


def _source_of(key: str | None) -> str:
    """The source that a queueing lock of ours is about."""
    return (key or "").partition(" ")[2]


def _holder(job: int | None, attempts: int) -> str:
    """Who claims a source: another one at every attempt, so that whoever cleans up frees nobody else's claim."""
    return f"job {job}.{attempts}"


def _say_refusals(delivered: delivery.Delivered) -> None:
    for refusal in delivered.refusals:
        log.warning("not delivered, %s", refusal)


def _given_back(job: Job, silent_since: datetime, tx: Connection) -> None:
    """Free what the dead worker of a job had claimed; of deliveries through a channel there is one job at a time."""
    if job.task_name == "visit":
        sources.release(tx, str(job.task_kwargs["source"]), by=_holder(job.id, job.attempts))
    if job.task_name == "deliver":
        claimed_until = silent_since + delivery.LEASE
        outbox.take_back(tx, str(job.task_kwargs["channel"]), claimed_until=claimed_until)


async def _at_most(seconds: float, waiting: Coroutine[Any, Any, object]) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)
    except TimeoutError:
        return


# --- the library's own tables -------------------------------------------------------------------------------------


def _address(url: URL) -> str:
    """The database of an engine as libpq wants it, with the library's tables in front."""
    asked = {name: value for name, value in url.query.items() if isinstance(value, str)}
    options = f"{LIMITS} {asked.pop('options', '')} -c search_path={SCHEMA}"
    words = url.translate_connect_args(username="user", database="dbname")
    return make_conninfo(**{**words, **asked}, options=options, application_name="gpu-tracker worker")


def _install(address: str) -> None:
    """Make the library's tables, or make them anew for another release of it; raises StoreError where that fails.

    They hold nothing that the next tick does not make again.
    """
    script = SchemaManager.get_schema()
    wanted = hashlib.sha256(script.encode()).hexdigest()
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", (SCHEMA,))
            row = connection.execute(
                "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')", (SCHEMA,)
            ).fetchone()
            if row == (wanted,):
                return
            if row != (None,) and _somebody_works(connection):
                raise StoreError("workers of another release of procrastinate are at work: stop them first")
            with connection.transaction():
                if row != (None,):
                    connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
                connection.execute(f"CREATE SCHEMA {SCHEMA}")
                connection.execute(script)
                connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{wanted}'")
    except psycopg.Error as error:
        raise StoreError(f"the tables for jobs cannot be made: {str(error).splitlines()[0]}") from error


def _somebody_works(connection: "psycopg.Connection[tuple[Any, ...]]") -> bool:
    beating = "SELECT 1 FROM procrastinate_workers WHERE last_heartbeat > now() - interval '2 minutes'"
    return connection.execute(beating).fetchone() is not None


def _be_quiet() -> None:
    """Let the libraries speak only when a person asked for every detail: what matters is said by us."""
    if not log.isEnabledFor(logging.DEBUG):
        for name in ("procrastinate", "psycopg.pool", "sqlalchemy.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
