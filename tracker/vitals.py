"""What a running process knows of itself: whether its clock ticks, its database can be written, and what it did."""

import threading
import time
from collections.abc import Callable

QUIET_S = 60.0
"""A clock that has not ticked for this many seconds has stopped."""


class Vitals:
    """Signs of life, noted by the daemon and read by its pages and its ping; safe from several threads.

    Seconds are of a clock that nobody sets. `trouble` is why the database cannot be written, "" while it can.
    """

    def __init__(self, *, ticks: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.ticks = ticks
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._ticked_at = monotonic()
        self._trouble = ""
        self._good = self._bad = 0

    def tick(self) -> None:
        """Note that the clock goes."""
        self._ticked_at = self._monotonic()

    @property
    def quiet_s(self) -> float:
        """Seconds since the clock ticked last."""
        return self._monotonic() - self._ticked_at

    @property
    def trouble(self) -> str:
        """Why the database cannot be written; "" while it can."""
        return self._trouble

    def in_trouble(self, why: str) -> bool:
        """Note that the database refused; True for the first of several refusals."""
        with self._lock:
            first, self._trouble = not self._trouble, why
        return first

    def out_of_trouble(self) -> bool:
        """Note that the database took a write; True where it had refused before."""
        with self._lock:
            was, self._trouble = self._trouble, ""
        return bool(was)

    def visited(self, *, good: bool) -> None:
        """Count a visit towards the cycle under way."""
        with self._lock:
            self._good += good
            self._bad += not good

    def close_cycle(self) -> bool:
        """Whether the cycle that ends here was good: the database works, and not every visit of it failed."""
        with self._lock:
            good = not self._trouble and (self._good > 0 or self._bad == 0)
            self._good = self._bad = 0
        return good

    def unwell(self) -> list[str]:
        """What keeps this process from its work, a sentence each."""
        said = []
        if self.ticks and self.quiet_s > QUIET_S:
            said.append(f"the clock has not ticked for {self.quiet_s:.0f} s")
        if self._trouble:
            said.append(self._trouble)
        return said
