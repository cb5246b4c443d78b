"""A new site is three files: written once, sound as they are, and right once the selectors are filled in."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import vcr  # type: ignore[import-untyped]
import yaml  # type: ignore[import-untyped]

import scrapers.sites
from scrapers.base import Page, Source
from scrapers.crawl import read
from tests.scrapers import recordings
from tests.scrapers.invented.pages import BASE, FIRST, hit
from tests.scrapers.record import record
from tests.scrapers.recordings import Recording
from tests.scrapers.test_cassettes import test_what_was_recorded_comes_out_as_written as replay
from tracker.core.errors import ConfigError, ParseError
from tracker.newsite import new_site

ROOT = Path(__file__).parents[1]
LONG = "https://www.kleinmarkt.example/suche?" + "&".join(f"filter{number}=wert-{number}" for number in range(20))
FILLED = {"item": "li.ad", "title": "h2", "price": ".price", "link": "h2 a", "id": "@data-ad", "currency": "EUR"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scrapers" / "sites").mkdir(parents=True)
    return tmp_path


def page(text: str, url: str = BASE, **headers: str) -> Page:
    return Page(url=url, text=text, source=Source(name="new", site="new"), headers=headers)


def fill(site: Path, **selectors: str) -> None:
    """Fill in a generated site file as a person would."""
    text = site.read_text(encoding="utf-8")
    for name, selector in selectors.items():
        assert f'    {name}="",\n' in text
        text = text.replace(f'    {name}="",\n', f"    {name}={json.dumps(selector)},\n")
    site.write_text(text, encoding="utf-8")


def only_sites_of(monkeypatch: pytest.MonkeyPatch, site: Path) -> None:
    """Make the folder of a generated site file the one that sites are loaded from."""
    monkeypatch.setattr(scrapers.sites, "__path__", [str(site.parent)])
    monkeypatch.delitem(sys.modules, f"scrapers.sites.{site.stem}", raising=False)


def tool(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *(str(word) for word in words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_three_files_are_written(checkout: Path) -> None:
    files = new_site(checkout, "kleinmarkt", BASE, page(FIRST.body.decode()))
    assert [str(file.relative_to(checkout)) for file in files] == [
        "scrapers/sites/kleinmarkt.py",
        "cassettes/kleinmarkt/normal.yaml",
        "cassettes/kleinmarkt/normal.json",
    ]
    assert all(file.is_file() for file in files)


def test_the_site_file_is_sound(checkout: Path) -> None:
    for name, url in (("kleinmarkt", BASE), ("long_one", LONG), ("api2", "https://api.example/v1")):
        new_site(checkout, name, url, page("{}", url) if name == "api2" else None)
    sites = checkout / "scrapers" / "sites"
    for words in (("ruff", "check"), ("ruff", "format", "--check"), ("mypy", "--strict", "--follow-imports=silent")):
        ran = tool(*words, *(("--config", ROOT / "pyproject.toml") if words[0] == "ruff" else ()), *sites.glob("*.py"))
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_filled_in_it_passes_the_test_of_every_recording(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site, _, answer = new_site(checkout, "kleinmarkt", BASE, page(FIRST.body.decode()))
    fill(site, **FILLED)
    only_sites_of(monkeypatch, site)
    monkeypatch.setattr(recordings, "CASSETTES", checkout / "cassettes")
    recording = Recording("kleinmarkt", "normal")
    record(recording, recording.source, anew=False)
    assert "kleinmarkt-normal: 2 listings on 1 pages" in capsys.readouterr().out
    listings = json.loads(answer.read_text(encoding="utf-8"))["listings"]
    assert [(listing["site_id"], listing["currency"]) for listing in listings] == [
        ("kleinmarkt.example/501", "EUR"),
        ("kleinmarkt.example/502", "EUR"),
    ]
    assert listings[0]["title"] == "Tesla P40 24 GB, mit Lüfter"
    tape = vcr.VCR(**recordings.vcr_config(), record_mode="none")
    with tape.use_cassette(str(recording.cassette)) as traffic:
        replay(recording, traffic)


def test_unfilled_it_says_what_is_missing(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, *_ = new_site(checkout, "unfilled", BASE, None)
    only_sites_of(monkeypatch, site)
    with pytest.raises(ParseError, match="it needs item, title, price, link"):
        list(read(scrapers.sites.load("unfilled"), page(FIRST.body.decode())))


@pytest.mark.parametrize(
    "text", ["<p>plain</p>", "<p>\x7f \x85 \u2028 \ufeff \ud83d 😀 'q' \"q\" \\ \t: #</p>\n\n", '{"a": 1}']
)
def test_any_page_survives_its_recording(checkout: Path, text: str) -> None:
    _, cassette, _ = new_site(checkout, "odd", BASE, page(text))
    traffic = yaml.safe_load(cassette.read_text(encoding="utf-8"))["interactions"]
    assert [one["request"]["uri"] for one in traffic] == ["https://kleinmarkt.example/robots.txt", BASE]
    assert traffic[1]["response"]["body"]["string"] == text
    kind = "application/json" if text.startswith("{") else "text/html"
    assert traffic[1]["response"]["headers"] == {"content-type": [f"{kind}; charset=utf-8"]}


def test_json_is_told_from_markup(checkout: Path) -> None:
    site, *_ = new_site(checkout, "api", BASE, page(json.dumps({"hits": [hit(7, "Tesla T4", 540)]})))
    assert '    format="json",\n' in site.read_text(encoding="utf-8")


def test_a_page_that_moved_is_kept_where_it_went(checkout: Path) -> None:
    moved = page("<p>", "https://new.example/cards", **{"content-type": "application/xhtml+xml; charset=latin-1"})
    site, cassette, _ = new_site(checkout, "moved", "http://old.example", moved)
    assert 'url="https://new.example/cards"' in site.read_text(encoding="utf-8")
    assert "application/xhtml+xml; charset=utf-8" in cassette.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", ["", "Klein", "klein-markt", "1a", "_a", "a b", "class", "../evil", "a" * 41, "__init__", "a.b"]
)
def test_a_bad_name_writes_nothing(checkout: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="is no name for a site"):
        new_site(checkout, name, BASE, None)
    assert [path for path in checkout.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "kleinmarkt.example",
        "ftp://a.example/",
        "https://",
        "https://[",
        'https://a.example/"',
        "https://a.example/a b",
    ],
)
def test_a_bad_address_writes_nothing(checkout: Path, url: str) -> None:
    with pytest.raises(ConfigError, match="is no address"):
        new_site(checkout, "kleinmarkt", url, None)
    assert [path for path in checkout.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("taken", ["scrapers/sites/taken.py", "cassettes/taken/old.yaml", "scrapers/sites/taken/x.py"])
def test_nothing_is_overwritten(checkout: Path, taken: str) -> None:
    there = checkout / taken
    there.parent.mkdir(parents=True, exist_ok=True)
    there.write_text("mine")
    with pytest.raises(ConfigError, match="is there already"):
        new_site(checkout, "taken", BASE, None)
    assert [path for path in checkout.rglob("*") if path.is_file()] == [there]
    assert there.read_text() == "mine"


def test_it_needs_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no checkout"):
        new_site(tmp_path, "kleinmarkt", BASE, None)
