"""`tracker sources`: what stands where, what a page says, and a new site begun."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Ran
from tests.shop import Shop, configure
from tracker.assemble import Home

Command = Callable[..., Ran]

PRODUCT = """<!doctype html><html lang="en"><head><title>MI50</title><script type="application/ld+json">
{"@context": "https://schema.org", "@type": "Product", "name": "Instinct MI50 32GB", "sku": "M50",
 "offers": {"@type": "Offer", "price": "189.00", "priceCurrency": "USD", "availability": "https://schema.org/InStock"}}
</script></head><body><h1>Instinct MI50 32GB</h1></body></html>"""


def test_a_saved_page_is_tried(tracker_command: Command, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PRODUCT)
    row = json.loads(tracker_command("sources", "try", tmp_path / "page.html", "--format", "json").out)
    assert (row["title"], row["price"], row["currency"]) == ("Instinct MI50 32GB", 189, "USD")
    assert (row["availability"], row["sku"], row["gtin"]) == ("InStock", "M50", None)
    assert row["method"]


def test_a_live_page_is_tried(tracker_command: Command, home: Home, shop: Shop) -> None:
    configure(home, shop)
    shop.server.expect_request("/card").respond_with_data(PRODUCT, content_type="text/html")
    row = json.loads(tracker_command("sources", "try", f"{shop.url}/card", "--format", "json").out)
    assert row["price"] == 189


@pytest.mark.parametrize("words", [["no-such-file.html"], ["http://127.0.0.1:1/"], ["x.html", "--css", "title"]])
def test_what_cannot_be_tried_is_said(tracker_command: Command, words: list[str]) -> None:
    ran = tracker_command("sources", "try", *words)
    assert ran.code in (1, 2)
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_a_new_site_is_begun_offline(tracker_command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scrapers" / "sites").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    ran = tracker_command("sources", "new", "kleinmarkt", "https://kleinmarkt.example/gpu", "--offline")
    assert ran.code == 0
    assert len(ran.out.splitlines()) == 3
    assert tracker_command("sources", "new", "Bad Name", "https://x.example/", "--offline").code == 2


def test_a_site_that_cannot_be_is_told_before_its_address_is_asked(
    tracker_command: Command, home: Home, shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scrapers" / "sites").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    configure(home, shop)
    before = len(shop.server.log)
    ran = tracker_command("sources", "new", "Bad-Name", f"{shop.url}/gpus")
    assert ran.code == 2
    assert "no name for a site" in ran.err
    assert "no address" in tracker_command("sources", "new", "shop", "notaurl").err
    assert len(shop.server.log) == before
