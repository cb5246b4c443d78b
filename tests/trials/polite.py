"""500 pages over 20 hosts in real time: every host's pause is kept, hosts run side by side, robots.txt is obeyed."""

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

from scrapers.base import Page, Request, Scraper, Source, Walk
from scrapers.crawl import Crawl, crawl
from scrapers.fetch import Fetcher
from tests.scrapers.local import Clock, Reply, Server, Visit, fetching, scraper
from tracker.core.errors import Blocked
from tracker.core.models import RawListing

HOSTS = 20
PAGES = 25
DELAY_S = 0.2
CRAWL_DELAYS_S = {3: 0.3, 7: 0.4}  # what some hosts' robots.txt asks for on top
SLACK = 1.10
TICK_S = 0.002  # two readings of the clock may be this far apart


class Wall(Clock):
    """Real time in place of the tests' own."""

    def __call__(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """How one host was treated; `pause_s` is what it asked for, `closest_s` the least there was."""

    name: str
    pause_s: float
    pages: int
    listings: int
    least_s: float
    took_s: float
    closest_s: float
    forbidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The whole run: what each host saw, and how long it took."""

    hosts: tuple[Host, ...]
    took_s: float

    @property
    def least_s(self) -> float:
        """The slowest host's polite minimum."""
        return max(host.least_s for host in self.hosts)

    @property
    def faults(self) -> list[str]:
        """What should not have been, one line each."""
        found = [f"{host.name} was asked again after {host.closest_s:.3f} s" for host in self.hosts if _hurried(host)]
        found += [
            f"{host.name} was asked for {host.forbidden} forbidden pages" for host in self.hosts if host.forbidden
        ]
        found += [f"{host.name} gave {host.listings} listings" for host in self.hosts if host.listings != host.pages]
        if self.took_s > SLACK * self.least_s:
            found.append(f"{self.took_s:.2f} s is more than {SLACK:g} × {self.least_s:.2f} s")
        return found


def _hurried(host: Host) -> bool:
    return host.closest_s < host.pause_s - TICK_S


def run(*, hosts: int, pages: int, delay_s: float, crawl_delays_s: dict[int, float]) -> Outcome:
    """Walk every host's pages, all hosts at once, and say how it went."""
    names = [f"shop{number}.example" for number in range(hosts)]
    asked_s = {name: max(delay_s, crawl_delays_s.get(number, 0.0)) for number, name in enumerate(names)}
    clock = Wall()
    with Server({f"/{number}": card_page for number in range(pages)}, clock) as server:
        server.answers |= {f"{name}/robots.txt": rules(asked_s[name]) for name in names}
        with fetching(server, clock) as fetcher, ThreadPoolExecutor(hosts) as pool:
            began = time.monotonic()
            crawls = list(pool.map(lambda name: _walk(fetcher, name, pages, delay_s), names))
            took_s = time.monotonic() - began
    visits: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in server.visits:
        visits[visit.host].append(visit)
    rows = zip(names, crawls, strict=True)
    return Outcome(took_s=took_s, hosts=tuple(_host(name, asked_s[name], done, visits[name]) for name, done in rows))


def _walk(fetcher: Fetcher, name: str, pages: int, delay_s: float) -> Crawl:
    source = Source(name=name, site="cardbarn", options={"host": name, "pages": str(pages)})
    reader = reader_at(delay_s)
    fetch = fetcher.of(reader, source)
    done = crawl(reader, source, fetch)
    try:
        fetch(Request(url=f"https://{name}/private/cards"))
    except Blocked:
        return done
    raise AssertionError(f"{name} was asked for what its robots.txt forbids")


def reader_at(delay_s: float) -> Scraper:
    return scraper(
        start=lambda source: [Request(url=f"https://{source.options['host']}/0")],
        parse=_parse,
        follow=_follow,
        walk=Walk.CATALOGUE,
        robots=True,
        delay_s=delay_s,
    )


def _parse(page: Page) -> Iterator[RawListing]:
    yield RawListing(site="cardbarn", site_id=page.url, title=f"Card of {page.url}", url=page.url)


def _follow(page: Page) -> Iterator[Request]:
    root, _, number = page.url.rpartition("/")
    if int(number) + 1 < int(page.source.options["pages"]):
        yield Request(url=f"{root}/{int(number) + 1}")


def card_page(visit: Visit) -> Reply:
    return Reply(f"<p>Page {visit.path} of {visit.host}, with one card on it, well kept and tested.</p>".encode())


def rules(pause_s: float) -> Reply:
    text = f"User-agent: *\nDisallow: /private\nCrawl-delay: {pause_s}\n"
    return Reply(text.encode(), headers={"Content-Type": "text/plain"})


def _host(name: str, pause_s: float, done: Crawl, visits: list[Visit]) -> Host:
    times = [visit.at for visit in visits]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return Host(
        name=name,
        pause_s=pause_s,
        pages=done.pages,
        listings=len(done.listings),
        least_s=pause_s * (len(times) - 1),
        took_s=times[-1] - times[0],
        closest_s=min(gaps),
        forbidden=sum(visit.path.startswith("/private") for visit in visits),
    )


def main() -> int:
    """Print what each host saw; 1 where something was not as polite, or not as quick, as it must be."""
    outcome = run(hosts=HOSTS, pages=PAGES, delay_s=DELAY_S, crawl_delays_s=CRAWL_DELAYS_S)
    print(f"{'host':<16}{'pages':>6}{'pause s':>9}{'closest s':>11}{'least s':>9}{'took s':>8}{'forbidden':>11}")
    for host in outcome.hosts:
        print(
            f"{host.name:<16}{host.pages:>6}{host.pause_s:>9.2f}{host.closest_s:>11.3f}"
            f"{host.least_s:>9.2f}{host.took_s:>8.2f}{host.forbidden:>11}"
        )
    pages = sum(host.pages for host in outcome.hosts)
    ratio = outcome.took_s / outcome.least_s
    print(f"{pages} pages of {len(outcome.hosts)} hosts in {outcome.took_s:.2f} s;", end=" ")
    print(f"the slowest host's polite minimum is {outcome.least_s:.2f} s: {ratio:.3f} × (at most {SLACK:g})")
    for fault in outcome.faults:
        print(f"FAULT: {fault}")
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
