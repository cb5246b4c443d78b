"""Whatever lies in a page, the product reader answers with a listing or a SourceError, and soon."""

import random
import time
from collections.abc import Iterator

import pytest
from selectolax.lexbor import LexborHTMLParser

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.decode import to_text
from scrapers.sites.product import SCRAPER
from tests.scrapers.invented.product import MICRODATA, PATTERNS, RDFA, SHOWN, STATE, TOLD, ld, page
from tracker.core.errors import SourceError
from tracker.core.models import RawListing

SOURCE = Source(name="card", site="product", options={"url": "https://barn.example/p"})
TEXTS = (page(SHOWN, ld(TOLD)), page(MICRODATA), page(RDFA), page(PATTERNS), page(STATE))
ELEMENTS = "main *, head > *"
SECONDS = 60.0  # of processor time: 10 MB take 2 to 8, and what never ends is told from what is slow


def answered(text: str, url: str = "https://barn.example/p") -> list[RawListing]:
    """The listings of a page, none where it cannot be read."""
    try:
        return list(read(SCRAPER, Page(url=url, text=text, source=SOURCE)))
    except SourceError:
        return []


def without_each_element(text: str) -> Iterator[tuple[str, str]]:
    """A page without one of the elements that tell or show its product, and which one."""
    count = len(LexborHTMLParser(text).css(ELEMENTS))
    for place in range(count):
        tree = LexborHTMLParser(text)
        node = tree.css(ELEMENTS)[place]
        gone = (node.html or "")[:60]
        node.decompose()
        yield tree.html or "", gone


@pytest.mark.parametrize("text", TEXTS, ids=["json-ld", "microdata", "rdfa", "patterns", "state"])
def test_a_page_that_lost_a_part_never_shows_another_price(text: str) -> None:
    (whole,) = answered(text)
    assert whole.price
    for rest, gone in without_each_element(text):
        prices = {listing.price for listing in answered(rest)}
        assert prices <= {whole.price, ""}, gone


def cut(text: str) -> Iterator[str]:
    """A page that ends early, at many places."""
    yield from (text[:end] for end in range(0, len(text), len(text) // 25))


@pytest.mark.parametrize("text", TEXTS, ids=["json-ld", "microdata", "rdfa", "patterns", "state"])
def test_truncated_pages(text: str) -> None:
    for part in cut(text):
        answered(part)


@pytest.mark.parametrize("text", TEXTS, ids=["json-ld", "microdata", "rdfa", "patterns", "state"])
def test_pages_with_random_bytes_in_them(text: str) -> None:
    dice = random.Random(7)  # noqa: S311 - the same mangling every time
    for _ in range(12):
        data = bytearray(text.encode())
        for _ in range(60):
            data[dice.randrange(len(data))] = dice.randrange(256)
        answered(to_text(bytes(data)))


def test_random_bytes_alone() -> None:
    dice = random.Random(8)  # noqa: S311
    for size in (0, 1, 10, 1_000, 200_000):
        answered(to_text(dice.randbytes(size)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\x00" * 1000,
        "<",
        "<html>",
        "<frameset><frame src=a></frameset>",
        "<div>" * 50_000 + "$5",
        "<div class=price>" * 5_000 + "$5" + "</div>" * 5_000,
        "<div itemscope itemtype='http://schema.org/Product'>" * 3_000 + "<b itemprop=price>5</b>",
        "<div itemscope itemprop=offers itemtype='http://schema.org/Product'>" * 3_000,
        '<script type="application/ld+json">' + '{"@graph":' * 20_000,
        '<script type="application/json">' + "[" * 100_000 + "</script>",
        "<script>" + "a={" * 30_000 + "</script>",
        "<meta property='product:price:amount' content='" + "9" * 5_000 + "'><meta property='og:title' content='x'>",
        "<h1>" + "word " * 50_000 + "</h1><p>$5</p>",
        "<p class='" + "price " * 50_000 + "'>$5</p>",
        "<p style='" + "display:" * 50_000 + "'>$5</p>",
        "<a href='http://['>$5</a>" * 1_000,
        "<h1>x</h1>" * 5_000 + "<p class=price>$5</p>" * 5_000,
        "<p>" + "5" * 200_000 + "</p>",
        "<p>" + "$5 " * 100_000 + "</p>",
        "<p>\ud800 $5 \udfff</p>",
    ],
    ids=range(21),
)
def test_hostile_pages(text: str) -> None:
    began = time.process_time()
    answered(text)
    answered(text, url="https://[")
    answered(text, url="")
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    "filler",
    [
        "<li class='card'><a href='/p/{0}'>Card {0}</a><span class='price'>{0},99 €</span></li>",
        "<p>In stock, {0} € off, add to cart</p>",
        "{0},99 € ",
        "<div itemscope itemtype='http://schema.org/Product'><b itemprop='name'>Card {0}</b></div>",
    ],
    ids=["cards", "words", "text", "products"],
)
def test_ten_megabytes(filler: str) -> None:
    text = page(SHOWN + "".join(filler.format(number) for number in range(10_000_000 // len(filler))))
    began = time.process_time()
    answered(text)
    assert time.process_time() - began < SECONDS
