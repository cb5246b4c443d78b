"""Many hosts at once, in a time of the test's own: pauses kept, robots.txt obeyed, nothing slower than it must be.

tests/trials/polite.py does the same at full size in real time.
"""

import threading
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from scrapers.base import Page, Request, Scraper, Source
from scrapers.crawl import Crawl, crawl
from scrapers.politeness import Ledger, retry_after_s
from tests.scrapers.local import Answer, Clock, Reply, Server, fetching
from tests.trials import polite

HOSTS, PAGES, DELAY_S, SLOW_S = 10, 8, 5.0, 9.0


class OwnTime(Clock):
    """A clock for each thread: it passes while that thread sleeps, as it does for people who wait side by side."""

    def __init__(self) -> None:
        self._own = threading.local()

    def __call__(self) -> float:
        now: float = getattr(self._own, "now", 1_000.0)
        return now

    def sleep(self, seconds: float) -> None:
        self._own.now = self() + seconds


def test_hosts_are_walked_side_by_side_each_at_its_own_pace() -> None:
    clock = OwnTime()
    read_at: defaultdict[str, list[float]] = defaultdict(list)
    names = [f"shop{number}.example" for number in range(HOSTS)]
    pauses = dict.fromkeys(names, DELAY_S) | {names[0]: SLOW_S}
    answers: dict[str, Answer] = {f"{name}/robots.txt": polite.rules(pauses[name]) for name in names}
    answers |= {f"/{number}": polite.card_page for number in range(PAGES)}
    together = threading.Barrier(HOSTS)
    with (
        Server(answers) as server,
        fetching(server, clock) as fetcher,
    ):

        def walk(name: str) -> Crawl:
            together.wait()  # a thread, and so a clock, for each: a pool gives a thread that is done to the next
            built = polite.reader_at(DELAY_S)
            source = Source(name=name, site="cardbarn", options={"host": name, "pages": str(PAGES)})
            fetch = fetcher.of(built, source)

            def timed(request: Request) -> Page:
                page = fetch(request)
                read_at[name].append(clock())
                return page

            return crawl(built, source, timed)

        with ThreadPoolExecutor(HOSTS) as pool:
            crawls = list(pool.map(walk, names))
    assert [(done.pages, done.complete, len(done.listings)) for done in crawls] == [(PAGES, True, PAGES)] * HOSTS
    assert Counter(visit.host for visit in server.visits) == dict.fromkeys(names, PAGES + 1)
    for name, times in read_at.items():
        pause_s = pauses[name]
        assert times[0] - 1_000.0 >= pause_s  # after robots.txt
        assert all(later - earlier >= pause_s - 1e-6 for earlier, later in pairwise(times))
    slowest_s = max(times[-1] - 1_000.0 for times in read_at.values())
    assert PAGES * SLOW_S <= slowest_s <= 1.1 * PAGES * SLOW_S


def test_what_robots_txt_forbids_is_never_asked_for() -> None:
    rules = Reply(b"User-agent: *\nDisallow: /1\nAllow: /\n", headers={"Content-Type": "text/plain"})
    with (
        Server({"/robots.txt": rules, "/0": polite.card_page, "/1": polite.card_page}) as server,
        fetching(server) as fetcher,
    ):
        source = Source(name="a", site="cardbarn", options={"host": "a.example", "pages": "3"})
        built: Scraper = polite.reader_at(0.0)
        result = crawl(built, source, fetcher.of(built, source))
    assert "robots.txt" in str(result.error)
    assert (result.pages, result.complete) == (1, False)
    assert server.paths == ["/robots.txt", "/0"]


def test_a_ledger_counts_each_name_by_the_day() -> None:
    clock = Clock()
    ledger = Ledger(monotonic=clock)
    assert [ledger.spend("a", 2) for _ in range(3)] == [True, True, False]
    assert ledger.spend("b", 1)
    assert not ledger.spend("b", 1)
    clock.now += 24 * 3600
    assert [ledger.spend("a", 2) for _ in range(3)] == [True, True, False]


def test_a_ledger_counts_right_under_many_hands() -> None:
    ledger = Ledger(monotonic=Clock())
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: ledger.spend("a", 300), range(1_000)))
    assert sum(taken) == 300


def test_the_trial_sees_what_is_wrong() -> None:
    good = polite.Host(name="a", pause_s=1.0, pages=2, listings=2, least_s=2.0, took_s=2.1, closest_s=1.0, forbidden=0)
    assert polite.Outcome(hosts=(good,), took_s=2.1).faults == []
    assert len(polite.Outcome(hosts=(good,), took_s=2.3).faults) == 1
    hasty = polite.Host(name="a", pause_s=1.0, pages=2, listings=1, least_s=2.0, took_s=2.1, closest_s=0.9, forbidden=1)
    assert len(polite.Outcome(hosts=(hasty,), took_s=2.1).faults) == 3


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("0", 0.0), ("²", None), ("soon", None), ("9" * 400, 86_400.0), ("1" + "0" * 17, 86_400.0)],
)
def test_a_pause_is_read_and_never_longer_than_a_day(header: str, seconds: float | None) -> None:
    assert retry_after_s(header) == seconds
