"""`tracker sources try`: one page, live or saved, and what would be read from it."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from scrapers.base import Page, Source
from tests.conftest import Ran
from tests.scrapers.invented.product import CASES, SHOWN, TOLD, ld, page
from tests.scrapers.local import Reply
from tracker.core.errors import ConfigError, ParseError
from tracker.trying import try_page

FIELDS = ["title", "price", "currency", "availability", "condition", "sku", "gtin", "brand", "method"]
TEXT = page(SHOWN, ld(TOLD))


def tried(case: str) -> dict[str, object]:
    """What is read of an invented page."""
    reply = CASES[case].answers["/p/rtx-3090"]
    assert isinstance(reply, Reply)
    text = reply.body.decode("cp1251" if case == "charset" else "utf-8")
    url = CASES[case].options["url"]
    return try_page(Page(url=url, text=text, source=Source(name="try", site="product")))


@pytest.mark.parametrize(
    ("case", "method", "price", "currency"),
    [
        ("normal", "json-ld", 729, "EUR"),
        ("graph", "json-ld", 729, "EUR"),
        ("microdata", "microdata", 1199, "PLN"),
        ("rdfa", "rdfa", 149, "USD"),
        ("opengraph", "opengraph", 3495, "SEK"),
        ("state", "patterns", 1849.5, "EUR"),
        ("patterns", "patterns", 399, "EUR"),
        ("charset", "patterns", 38500, "RUB"),
        ("quarrel", "json-ld", None, None),
        ("unavailable", "patterns", None, None),
        ("empty", None, None, None),
    ],
)
def test_a_page_says_what_it_sells_and_how_we_know(
    case: str, method: str | None, price: float | None, currency: str | None
) -> None:
    row = tried(case)
    assert list(row) == FIELDS
    assert (row["method"], row["price"], row["currency"]) == (method, price, currency)


def test_whole_prices_are_whole_numbers() -> None:
    assert isinstance(tried("normal")["price"], int)
    assert isinstance(tried("state")["price"], float)


def test_everything_a_page_says_comes_out() -> None:
    assert tried("normal") == {
        "title": "Palit RTX 3090 GamingPro 24 GB",
        "price": 729,
        "currency": "EUR",
        "availability": "InStock",
        "condition": "UsedCondition",
        "sku": "PAL-3090",
        "gtin": "4710562242089",
        "brand": "Palit",
        "method": "json-ld",
    }


@pytest.mark.parametrize("name", ["page.html", "page.html.gz"])
def test_a_saved_page_is_tried(tracker_command: Callable[..., Ran], tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(gzip.compress(TEXT.encode()) if name.endswith(".gz") else TEXT.encode())
    ran = tracker_command("sources", "try", file, "--url", "https://a.example/p", "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["price"] == 729


def test_selectors_are_tried(tracker_command: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(TEXT, encoding="utf-8")
    words = ("sources", "try", file, "--format", "json")
    row = json.loads(tracker_command(*words, "--css", "price=.tile .price", "--css", "title=h2").out)
    assert (row["title"], row["price"], row["method"]) == ("You may also like", 39.9, "css")
    ran = tracker_command(*words, "--css", "price=.nowhere")
    assert (ran.code, "no price at '.nowhere'" in ran.err) == (1, True)


def test_a_refused_page_is_not_tried(tracker_command: Callable[..., Ran], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("<html><head><title>Just a moment...</title></head><body></body></html>", encoding="utf-8")
    ran = tracker_command("sources", "try", file)
    assert (ran.code, "refused" in ran.err) == (1, True)


@pytest.mark.parametrize(
    "text", ['{"price": 5}', "hello", "<?xml version='1.0'?><feed><title>t</title></feed>", "%PDF-1.7"]
)
def test_what_is_no_page_of_html_is_told(text: str) -> None:
    with pytest.raises(ParseError, match="no page of HTML but"):
        try_page(Page(url="file:x", text=text, source=Source(name="try", site="product")))


def test_a_selector_for_nothing_we_read_is_told() -> None:
    shown = Page(url="file:x", text="<h1>RTX 3090</h1>", source=Source(name="try", site="product"))
    with pytest.raises(ConfigError, match="'colour' is nothing"):
        try_page(shown, {"colour": "h1"})
