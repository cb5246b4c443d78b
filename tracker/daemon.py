"""The clock: visits what is due, delivers what is owed, keeps the house; the only importer of apscheduler."""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from signal import SIGHUP
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from db import keeping, source_queries, sources
from db.engine import committed, reading
from tracker import delivery, tidying
from tracker.config import Config
from tracker.core.errors import ConfigError, StoreError, TrackerError
from tracker.ping import ping
from tracker.pipeline import Tracker, now_utc
from tracker.process import Signals, is_dead
from tracker.rounds import FetchOf, Rounds
from tracker.vitals import Vitals

log = logging.getLogger("tracker")

CYCLE = timedelta(minutes=1)
HOUSEKEEPING = timedelta(hours=1)
JUMP = timedelta(seconds=30)
"""A clock that differs by more than this from one that nobody sets was set, or the machine slept."""

FINISH_S = 8.0
"""How long visits under way may take to finish by themselves once the daemon is to stop."""

END_S = 8.0
"""How long they may take after that to come to the end of the page they are at, and what they owe to be delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """What a daemon works with: its settings, what they built, and the pages of a source."""

    config: Config
    tracker: Tracker
    fetch_of: FetchOf


Refit = Callable[[Outfit], Outfit]


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires every so often, and once for all the times it has missed: the library's own goes through each of them."""

    def __init__(self, pause: timedelta) -> None:
        self._pause = pause

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        """The next time after `now`, in step with the one before as long as none was missed."""
        in_step = (previous_fire_time or now) + self._pause
        return in_step if in_step > now else now + self._pause


class Daemon:
    """One process that visits and delivers until it is told to stop; the schedule itself is in the database."""

    def __init__(
        self,
        outfit: Outfit,
        *,
        rounds: Rounds,
        vitals: Vitals,
        refit: Refit,
        tick: timedelta,
    ) -> None:
        self._every = tick
        self._outfit = outfit
        self._rounds = rounds
        self._vitals = vitals
        self._refit = refit
        self._post = delivery.Post(outfit.tracker)
        self._stopping = Event()
        rounds.news = self._wake_post

    def once(self) -> bool:
        """Visit everything due, deliver everything owed, and end; False when a visit went wrong."""
        self._take_over()
        self._take_up()
        visits = self._rounds.all_due()
        self._deliver()
        if not visits:
            log.info("nothing was due%s", self._next_due())
        return all(self._rounds.went_well(visit) for visit in visits)

    def run(self) -> bool:
        """Visit and deliver until told to stop; False when something under way had to be cut off."""
        with Signals() as signals:
            self._take_over()
            self._take_up()
            clock = self._clock()
            clock.start()
            self._post.open()
            try:
                self._watch(signals, clock)
            finally:
                self._stopping.set()
                signals.end_at_once_from_now()
                clock.shutdown(wait=False)
            log.info("stopping: visits under way get %d s to finish", FINISH_S)
            left = self._rounds.end(finish_s=FINISH_S, end_s=END_S / 2)
            if left := [*left, *self._post.close(timeout_s=END_S / 2)]:
                log.warning("stopped without waiting for %s", ", ".join(left))
                return False
            log.info("stopped")
            return True

    def _clock(self) -> BackgroundScheduler:
        """Ticks that come late come once."""
        clock = BackgroundScheduler(timezone="UTC", job_defaults={"coalesce": True, "misfire_grace_time": None})
        at = now_utc()
        for job, every, first in (
            (self._tick, self._every, at),
            (self._wake_post, self._every, at),
            (self._close_cycle, CYCLE, at + CYCLE / 2),
            (self._keep_house, HOUSEKEEPING, at + CYCLE),
        ):
            clock.add_job(job, Every(every), next_run_time=first, max_instances=1)
        return clock

    def _watch(self, signals: Signals, clock: BackgroundScheduler) -> None:
        """Return when told to stop; on the way read the settings anew when told to, and mind the clock."""
        wall, steady = now_utc(), time.monotonic()
        while True:
            told = signals.next(self._every.total_seconds())
            if told is SIGHUP:
                self._reload()
            elif told is not None:
                return
            moved = (now_utc() - wall) - timedelta(seconds=time.monotonic() - steady)
            wall, steady = now_utc(), time.monotonic()
            if abs(moved) > JUMP:
                self._after_jump(moved, clock)

    def _after_jump(self, moved: timedelta, clock: BackgroundScheduler) -> None:
        """Go on from the time it is now: what was planned by the old one is due, or as far off as it was."""
        if moved > timedelta(0):
            log.info("the clock went forward by %s, or this machine slept; ticks that were missed come once", moved)
        else:
            log.warning("the clock went back by %s: what is dated later than now is dated now", -moved)
            try:
                self._mend_dates()
            except StoreError as error:
                self._refused(error)
        for job in clock.get_jobs():
            job.modify(next_run_time=now_utc())

    # --- the settings -------------------------------------------------------------------------------------------------

    def _take_up(self) -> None:
        """Put the configured sources on the schedule, and let new watches speak."""
        tracker, config = self._outfit.tracker, self._outfit.config
        self._mend_dates()
        self._rounds.plan(config, tracker, self._outfit.fetch_of)
        log.info("watching %d sources for %d watches", len(self._rounds.planned), len(tracker.watches))
        if not self._rounds.planned:
            log.warning("there is nothing to visit: `tracker init` writes settings with sources in them")

    def _take_over(self) -> None:
        """Give back what processes hold that have ended; before this one holds anything itself."""
        if given_back := committed(self._outfit.tracker.engine, lambda tx: sources.release_of(tx, is_dead)):
            log.info("taken over from a process that ended: %s", ", ".join(given_back))

    def _reload(self) -> None:
        """Work by the settings as they are now; what cannot be read changes nothing."""
        try:
            self._outfit = self._refit(self._outfit)
            self._take_up()
            self._post.close(timeout_s=0)  # what it is at it brings to its end
            self._post = delivery.Post(self._outfit.tracker)
            self._post.open()
        except ConfigError as error:
            for mistake in error.mistakes:
                log.error("the settings stay as they were: %s", mistake)
        except TrackerError as error:
            log.error("the settings stay as they were: %s", error)
        except Exception:
            log.exception("the settings stay as they were: reading them crashed")
        else:
            log.info("the settings were read again")

    def _mend_dates(self) -> None:
        if mended := committed(self._outfit.tracker.engine, lambda tx: keeping.back_to_now(tx, now=now_utc())):
            log.warning("%d rows were dated later than now: dated now", mended)

    # --- what the clock calls -----------------------------------------------------------------------------------------

    def _tick(self) -> None:
        """Start what is due, if the database takes it."""
        if not self._stopping.is_set() and self._can_write():
            try:
                self._rounds.start_due()
            except StoreError as error:
                self._refused(error)
        self._vitals.tick()

    def _can_write(self) -> bool:
        """Whether the database takes writes; after a refusal it is asked with a small one."""
        if not self._vitals.trouble:
            return True
        try:
            committed(self._outfit.tracker.engine, lambda tx: keeping.try_to_write(tx, now=now_utc()))
        except StoreError as error:
            self._refused(error)
            return False
        if self._vitals.out_of_trouble():
            log.info("the database can be written again")
        return True

    def _refused(self, error: StoreError) -> None:
        if self._vitals.in_trouble(str(error)):
            log.error("%s; visits wait until it can be written", error)

    def _close_cycle(self) -> None:
        url = self._outfit.config.daemon.ping_url.get_secret_value()
        if self._vitals.close_cycle() and url:
            ping(url)

    def _keep_house(self) -> None:
        """Tidy once a day."""
        try:
            tidying.tidy_daily(self._outfit.tracker.engine, self._outfit.config, now=now_utc())
        except StoreError as error:
            self._refused(error)
        except Exception:
            log.exception("tidying crashed")

    # --- delivery -----------------------------------------------------------------------------------------------------

    def _wake_post(self) -> None:
        if not self._vitals.trouble:
            self._post.wake()

    def _deliver(self) -> None:
        try:
            delivered = delivery.deliver(self._outfit.tracker)
        except StoreError as error:
            self._refused(error)
            return
        except TrackerError as error:
            log.error("delivery: %s", error)
            return
        except Exception:
            log.exception("delivery crashed")
            return
        for refusal in delivered.refusals:
            log.warning("not delivered, %s", refusal)

    def _next_due(self) -> str:
        with reading(self._outfit.tracker.engine) as conn:
            at: datetime | None = source_queries.next_due(conn)
        return f"; the next visit is at {at:%Y-%m-%d %H:%M} UTC" if at else ""


def leave(*, cleanly: bool) -> None:
    """End the process at once where a thread would hold it up; its claims are taken over at the next start."""
    if not cleanly:
        logging.shutdown()
        os._exit(0)
