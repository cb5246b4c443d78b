"""What reading a search page costs: ours, fields included, beside the bare parse and the libraries others use.

    python -m bench.pages [FILE …]

Reads the named eBay search pages (s-card layout), else those of TRACKER_CORPUS, else one of 1.5 MB made here. Every
contender reads title, address, price, condition, image and the lines of every card; medians of the same rounds.
BeautifulSoup and parsel are no dependencies: without them their lines say what to install.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.saved import saved
from scrapers.sites.ebay import SCRAPER
from tests.scrapers.saved import ebay as written

LIMIT_BARE = 2.0
LIMIT_SOUP = 12.0
ROUNDS = 15
SIZE = 1_500_000
CARDS = 60

CARD = ".srp-results > li.s-card"
ONE = (".s-card__title .su-styled-text", ".s-card__subtitle", "img.s-card__image")
MANY = (".s-card__price", ".s-card__attribute-row")


def main() -> None:
    """Print pages per second for each page and contender, and the two ratios that have a limit."""
    for page in pages([Path(name) for name in sys.argv[1:] if Path(name).is_file()]):  # the others name benchmarks
        cards = len(ours(page))
        print(f"{page.url}: {len(page.text) / 1e6:.2f} MB, {cards} listings")
        contenders: dict[str, Callable[[Page], object]] = {"bare parse": bare, "ours": ours}
        for name, module, contender in (("parsel", "parsel", parsel), ("BeautifulSoup + lxml", "bs4", soup)):
            if find_spec(module) and find_spec("lxml"):
                contenders[name] = contender
                assert contender(page) == cards, f"{name} reads other cards than we do"
            else:
                print(f"  {name:22} not measured: pip install {'beautifulsoup4' if module == 'bs4' else module} lxml")
        rounds = timed(page, contenders)
        for name in contenders:
            took = statistics.median(one[name] for one in rounds)
            print(f"  {name:22} {1 / took:8.1f} pages/s  {took * 1000:7.1f} ms  {times(rounds, name):6.1f} × bare")
        print(f"  ours is {times(rounds, 'ours'):.2f} × the bare parse (limit {LIMIT_BARE:g})")
        if "BeautifulSoup + lxml" in contenders:
            faster = times(rounds, "BeautifulSoup + lxml", "ours")
            print(f"  ours is {faster:.1f} × faster than BeautifulSoup + lxml (at least {LIMIT_SOUP:g})")


def pages(files: list[Path]) -> list[Page]:
    """The pages to read, each as if somebody had saved it."""
    if not files and (corpus := os.environ.get("TRACKER_CORPUS")):
        files = sorted(Path(corpus, "pages", "ebay_html").glob("*.html"))
    return [saved("ebay", file, file.read_bytes()) for file in files] or [made()]


def made() -> Page:
    """A page as large as a real one, where a card is mostly tracking data in attributes and drawings of icons."""
    icon = '<svg class="icon" focusable="false"><path fill-rule="evenodd" d="M10 17a7 7 0 1 0 0-14Z"></path></svg>'
    tracking = "&quot;eventAction&quot;:&quot;ACTN&quot;," * 12
    filler = f'<span class="su-icon" data-interactions="{tracking}">{icon}</span>'
    filler *= SIZE // CARDS // len(filler)
    cards = [
        written.card(
            360_000_000_000 + number, f"RTX 4090 48GB number {number}", written.price(f"${2000 + number}.00")
        ).replace('<div class="su-card-container__content">', f'{filler}<div class="su-card-container__content">')
        for number in range(CARDS)
    ]
    text = written.page("rtx 4090 48gb", str(CARDS), *cards)
    return Page(url="made here", text=text, source=Source(name="bench", site="ebay"))


def timed(page: Page, contenders: dict[str, Callable[[Page], object]]) -> list[dict[str, float]]:
    """Seconds of each contender in each round, one after the other: what else runs here then hits all of them."""
    rounds = []
    for _ in range(ROUNDS):
        took = {}
        for name, contender in contenders.items():
            began = time.perf_counter()
            contender(page)
            took[name] = time.perf_counter() - began
        rounds.append(took)
    return rounds


def times(rounds: list[dict[str, float]], name: str, other: str = "bare parse") -> float:
    """How many times longer one contender takes than another: the median over the rounds."""
    return statistics.median(one[name] / one[other] for one in rounds)


def bare(page: Page) -> object:
    """The parse that everything else stands on."""
    return LexborHTMLParser(page.text)


def ours(page: Page) -> list[object]:
    """Every listing with every field, as the walk reads it; the page anew, so that it is parsed anew."""
    return list(read(SCRAPER, Page(url=page.url, text=page.text, source=page.source)))


def parsel(page: Page) -> int:
    """The same cards by parsel."""
    from parsel import Selector

    found = []
    for card in Selector(page.text).css(CARD):
        fields = [card.css(f"{selector} ::text, {selector}::attr(src)").getall() for selector in (*ONE, *MANY)]
        found.append((card.css("a.s-card__link::attr(href)").get(), fields))
    return len(found)


def soup(page: Page) -> int:
    """The same cards by BeautifulSoup on lxml."""
    from bs4 import BeautifulSoup

    found = []
    for card in BeautifulSoup(page.text, "lxml").select(CARD):
        link = card.select_one("a.s-card__link")
        single = [card.select_one(selector) for selector in ONE]
        several = [[node.get_text() for node in card.select(selector)] for selector in MANY]
        found.append(
            (link and link.get("href"), [node and (node.get_text() or node.get("src")) for node in single], several)
        )
    return len(found)


if __name__ == "__main__":
    main()
