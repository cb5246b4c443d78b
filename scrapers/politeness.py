"""How we behave towards a host: one request at a time, a pause between two, and its robots.txt obeyed."""

import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from protego import Protego

Clock = Callable[[], float]
Sleep = Callable[[float], None]

ROBOTS_MAX_CHARS = 512_000  # RFC 9309 asks to read at least 500 KiB
ROBOTS_FRESH_S = 24 * 3600.0
_DAY_S = 24 * 3600.0
JITTER = 0.1


class TooLongAWait(Exception):
    """The host is to be left alone for `seconds`, longer than a visit should stand still."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    last_at: float | None = None
    delay_s: float = 0.0
    held_until: float = 0.0


class Hosts:
    """The door of every host: threads queue for their turn, and each turn waits out the pause after the last.

    Waits above `patience_s` seconds raise TooLongAWait. A pause is up to a tenth longer than asked, so that
    several programs started together drift apart.
    """

    def __init__(self, *, sleep: Sleep, monotonic: Clock, patience_s: float) -> None:
        self._sleep = sleep
        self._monotonic = monotonic
        self._patience_s = patience_s
        self._jitter: Callable[[], float] = random.random
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._opening = threading.Lock()

    @contextmanager
    def turn(self, name: str, delay_s: float) -> Iterator[None]:
        """Hold a host for one request, at least `delay_s` seconds after the last one ended."""
        host = self._host(name)
        with host.turn:
            wait = self._wait(host, delay_s)
            if wait > self._patience_s:
                raise TooLongAWait(wait)
            if wait > 0:
                self._sleep(wait)
            try:
                yield
            finally:
                host.last_at, host.delay_s = self._monotonic(), delay_s

    def rest_s(self, name: str) -> float:
        """For how many seconds a host is still to be left alone, as far as it was asked anything here."""
        host = self._host(name)
        with host.turn:
            return max(0.0, self._wait(host, host.delay_s))

    def hold(self, name: str, seconds: float) -> None:
        """Leave a host alone for some seconds, as it asked."""
        host = self._host(name)
        host.held_until = max(host.held_until, self._monotonic() + seconds)

    def _host(self, name: str) -> _Host:
        with self._opening:
            return self._hosts[name]

    def _wait(self, host: _Host, delay_s: float) -> float:
        now = self._monotonic()
        pause = delay_s * (1 + JITTER * self._jitter())
        due = 0.0 if host.last_at is None else host.last_at + pause - now
        return max(due, host.held_until - now)


class Ledger:
    """Counts calls by name, a day at a time, in memory: what stands in where no database counts them."""

    def __init__(self, *, monotonic: Clock) -> None:
        self._monotonic = monotonic
        self._counting = threading.Lock()
        self._spent: Counter[str] = Counter()
        self._day = 0

    def spend(self, name: str, budget: int) -> bool:
        """Take one call from a name's budget of the day; False when none is left."""
        with self._counting:
            today = int(self._monotonic() // _DAY_S)
            if today != self._day:
                self._spent.clear()
                self._day = today
            if self._spent[name] >= budget:
                return False
            self._spent[name] += 1
            return True


class Rules(Protocol):
    """What a host's robots.txt lets us do."""

    def can_fetch(self, url: str, user_agent: str, /) -> bool:
        """Whether an address may be fetched."""

    def crawl_delay(self, user_agent: str, /) -> float | None:
        """The least seconds between two requests, None where it does not say."""


@dataclass(slots=True)
class _Origin:
    reading: threading.Lock = field(default_factory=threading.Lock)
    rules: Rules | None = None
    read_at: float = 0.0


class Robots:
    """The robots.txt of every origin, each read once a day by `fetch`, which gives status and text.

    As RFC 9309 has it: a 4xx means no rules; what `fetch` raises (no answer, 5xx) means the site must wait.
    """

    def __init__(self, *, monotonic: Clock) -> None:
        self._monotonic = monotonic
        self._origins: defaultdict[str, _Origin] = defaultdict(_Origin)
        self._opening = threading.Lock()

    def rules(self, origin: str, fetch: Callable[[str], tuple[int, str]]) -> Rules:
        """The rules of an origin such as "https://shop.example"."""
        with self._opening:
            known = self._origins[origin]
        with known.reading:
            if known.rules is None or self._monotonic() - known.read_at > ROBOTS_FRESH_S:
                status, text = fetch(f"{origin}/robots.txt")
                known.rules = Protego.parse(text[:ROBOTS_MAX_CHARS] if status < 300 else "")
                known.read_at = self._monotonic()
            return known.rules


LONGEST_PAUSE_S = 86_400.0
"""A site that asks for more than a day is asked again after one."""


def retry_after_s(value: str, *, now: datetime | None = None) -> float | None:
    """The seconds a Retry-After header asks for, None where it says nothing we understand.

    The header holds seconds or an HTTP date, which is counted from `now` (the answer's own Date, best of all).
    """
    digits = value.strip()
    if digits.isascii() and digits.isdecimal():
        return min(float(digits), LONGEST_PAUSE_S)
    if (until := http_date(value)) is None:
        return None
    return min(max(0.0, (until - (now or datetime.now(UTC))).total_seconds()), LONGEST_PAUSE_S)


def http_date(value: str) -> datetime | None:
    """The moment an HTTP date names, None where it is none."""
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
