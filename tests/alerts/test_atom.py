"""The feed in a file: valid, stable, whole at any moment, and nobody else's file."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from defusedxml import ElementTree

from alerts.atom import ATOM, Atom
from alerts.base import Message
from scrapers import feeds
from scrapers.base import Page, Source
from tests.alerts.test_channels import MESSAGE
from tracker.core.errors import NotifyError


def message(key: str, subject: str = MESSAGE.subject, text: str = MESSAGE.text) -> Message:
    payload = {"created_at": f"2026-05-01T12:00:0{len(key)}+00:00"}
    return replace(MESSAGE, key=key, payload=payload, link="https://x.example/1", subject=subject, text=text)


def entries(file: Path) -> list[str | None]:
    feed = ElementTree.fromstring(file.read_bytes())
    return [entry.findtext(f"{{{ATOM}}}id") for entry in feed.findall(f"{{{ATOM}}}entry")]


def test_an_entry_for_each_message_newest_first_and_a_repeat_in_its_place(tmp_path: Path) -> None:
    file = tmp_path / "alerts.xml"
    channel = Atom(file=str(file), entries=2, link="https://me.example/alerts.xml")
    for key in ("a", "b", "b", "cc"):
        channel.send(message(key))
    assert entries(file) == ["tag:gpu-tracker,2026:alert/cc", "tag:gpu-tracker,2026:alert/b"]
    feed = ElementTree.fromstring(file.read_bytes())
    for name in ("id", "title", "updated", "author"):  # RFC 4287, 4.1.1
        assert len(feed.findall(f"{{{ATOM}}}{name}")) == 1
    for entry in feed.findall(f"{{{ATOM}}}entry"):
        for name in ("id", "title", "updated"):  # RFC 4287, 4.1.2
            assert len(entry.findall(f"{{{ATOM}}}{name}")) == 1
        assert [link.get("href") for link in entry.findall(f"{{{ATOM}}}link")] == ["https://x.example/1"]
    assert [path.name for path in tmp_path.glob(".*.xml.*") if not path.name.endswith(".lock")] == []


def test_our_own_reader_of_feeds_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "alerts.xml"
    Atom(file=str(file)).send(message("a"))
    page = Page(url="https://me.example/", text=file.read_text(), source=Source(name="me", site="feed"))
    assert [entry.title for entry in feeds.entries(page)] == [MESSAGE.subject]


def test_what_xml_cannot_hold_is_left_out(tmp_path: Path) -> None:
    file = tmp_path / "alerts.xml"
    Atom(file=str(file)).send(message("a", subject="a\x00b\x0b\ud800 <&>]]>", text="one\ntwo"))
    feed = ElementTree.fromstring(file.read_bytes())
    assert feed.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}title") == "ab <&>]]>"
    assert feed.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}summary") == "one\ntwo"


def test_many_writers_lose_nothing(tmp_path: Path) -> None:
    channel = Atom(file=str(tmp_path / "alerts.xml"))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: channel.send(message(f"k{number}")), range(40)))
    assert len(set(entries(tmp_path / "alerts.xml"))) == 40


def a_letter(file: Path) -> None:
    file.write_text("Dear diary")


def a_page(file: Path) -> None:
    file.write_text("<html/>")


def a_folder(file: Path) -> None:
    file.mkdir()


@pytest.mark.parametrize("put", [a_letter, a_page, a_folder])
def test_what_is_not_ours_is_not_touched(tmp_path: Path, put: Callable[[Path], None]) -> None:
    file = tmp_path / "alerts.xml"
    put(file)
    before = file.read_text() if file.is_file() else ""
    with pytest.raises(NotifyError) as refusal:
        Atom(file=str(file)).send(message("a"))
    assert refusal.value.disables
    assert (file.read_text() if file.is_file() else "") == before


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotifyError, match="No such file or directory") as refusal:
        Atom(file=str(tmp_path / "nowhere" / "alerts.xml")).send(message("a"))
    assert refusal.value.disables
