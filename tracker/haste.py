"""Ending a visit between two pages, when the process is to stop sooner than the visit would."""

import threading

from scrapers.base import Page, Request
from scrapers.crawl import Fetch


class Interrupted(BaseException):
    """A visit was told to end between two pages: nothing of it is kept, and its source stays due."""


class Haste:
    """Whether visits are to end at their next page; while they are not, their pauses are slept as usual."""

    def __init__(self) -> None:
        self._told = threading.Event()

    def make(self) -> None:
        """From here on no visit fetches another page, and none sleeps before one."""
        self._told.set()

    def sleep(self, seconds: float) -> None:
        """Sleep; raises Interrupted when haste is made meanwhile."""
        if self._told.wait(seconds):
            raise Interrupted

    def minding(self, fetch: Fetch) -> Fetch:
        """A fetch that raises Interrupted in place of another page, once haste is made."""

        def fetch_unless_hurried(request: Request) -> Page:
            if self._told.is_set():
                raise Interrupted
            return fetch(request)

        return fetch_unless_hurried
