"""What every page is made from: the tracker, its configuration, the time, and baselines that are remembered a while."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from db.engine import reading
from tracker import market
from tracker.config import Config
from tracker.core.errors import StoreError
from tracker.core.market import Refusal
from tracker.core.models import ConditionClass
from tracker.pipeline import Tracker, now_utc
from tracker.vitals import Vitals

log = logging.getLogger("tracker")

FRESH = timedelta(minutes=5)
"""A baseline this old is still shown, and worked out anew meanwhile."""

PATIENCE_S = 1.5
"""How long a page waits for baselines that were never worked out."""

NOT_YET: market.Worths = {one: Refusal(steps=("being worked out: look again in a moment",)) for one in ConditionClass}


class Worths:
    """What variants are worth, worked out once and remembered: over a big market that takes longer than a page may.

    One thread works; what is stale is answered at once and renewed behind.
    """

    def __init__(self, work_out: Callable[[str], market.Worths], now: Callable[[], datetime] = now_utc) -> None:
        self._work_out = work_out
        self._now = now
        self._known: dict[str, tuple[datetime, market.Worths]] = {}
        self._under_way: dict[str, Future[None]] = {}
        self._lock = threading.Lock()
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="worths")

    def of(self, variants: Collection[str]) -> Mapping[str, market.Worths]:
        """What variants are worth; those that take too long are said to be under way."""
        now = self._now()
        with self._lock:
            stale = {name for name in variants if name not in self._known or now - self._known[name][0] > FRESH}
            for name in sorted(stale - self._under_way.keys()):
                self._under_way[name] = self._worker.submit(self._learn, name)
            needed = [self._under_way[name] for name in stale - self._known.keys()]
        wait(needed, timeout=PATIENCE_S)
        return {name: self._known[name][1] if name in self._known else NOT_YET for name in variants}

    def _learn(self, variant: str) -> None:
        try:
            self._known[variant] = (self._now(), self._work_out(variant))
        except StoreError as error:
            log.warning("what %s is worth is not known: %s", variant, error)
        finally:
            with self._lock:
                self._under_way.pop(variant, None)

    def close(self) -> None:
        """Work out nothing any more."""
        self._worker.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything the pages are made from."""

    tracker: Tracker
    config: Config
    now: Callable[[], datetime] = now_utc
    vitals: Vitals = field(default_factory=lambda: Vitals(ticks=False))
    worths: Worths = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "worths", Worths(self._work_out, self.now))

    def _work_out(self, variant: str) -> market.Worths:
        with reading(self.tracker.engine) as conn:
            return market.worths(conn, variant, country=self.tracker.costs.country, now=self.now())
