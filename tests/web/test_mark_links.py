"""The links in messages: what opening one shows, what its buttons do, and which links are not believed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from db import marks
from db.engine import reading
from tests.conftest import NOON, offer
from tests.db.test_store import see
from tests.web.conftest import dashboard
from tracker.core.links import VALID, WORDS, BadLink, Links
from tracker.pipeline import Tracker, now_utc
from tracker.signing import signing_key

LINKS = Links(base="https://me.example/gpu/", key=b"k" * 32)

WRONG = [
    "",
    "1",
    "1-2-3",
    "1-99999999999-" + "0" * 32,
    "-1-99999999999-" + "0" * 32,
    "1-99999999999-" + "é" * 32,
    "١-99999999999-" + "0" * 32,
    "9" * 400,
]


def test_a_link_is_for_one_listing_and_a_time() -> None:
    made = LINKS.of(7, now=NOON)
    assert made.keys() == {"", *WORDS}
    assert made["scam"] == f"{made['']}?do=scam"
    assert made[""].startswith("https://me.example/gpu/mark/7-")
    token = made[""].rpartition("/")[2]
    assert LINKS.listing_of(token, now=NOON + VALID - timedelta(seconds=1)) == 7
    with pytest.raises(BadLink, match="too old"):
        LINKS.listing_of(token, now=NOON + VALID)
    for other in (token.replace("7-", "8-", 1), token[:-1] + ("0" if token[-1] != "0" else "1"), token + "0"):
        with pytest.raises(BadLink, match="not made here"):
            LINKS.listing_of(other, now=NOON)
    with pytest.raises(BadLink):
        replace(LINKS, key=b"another").listing_of(token, now=NOON)


@pytest.mark.parametrize("token", WRONG)
def test_what_is_no_link(token: str) -> None:
    with pytest.raises(BadLink):
        LINKS.listing_of(token, now=NOON)


@pytest.fixture
def tracker(make_tracker: Callable[..., Tracker]) -> Tracker:
    made = make_tracker(links=LINKS)
    see(made, [offer("1", title="RTX 3090 <script>alert(1)</script>", seller="sly"), offer("2", seller="sly")], at=NOON)
    return made


@pytest.fixture
def client(tracker: Tracker) -> Iterator[httpx.Client]:
    with dashboard(tracker) as client:
        yield client


def path(listing_id: int = 1, word: str = "") -> str:
    return LINKS.of(listing_id, now=now_utc())[word].removeprefix("https://me.example/gpu")


def stands(tracker: Tracker, listing_id: int = 1) -> str | None:
    with reading(tracker.engine) as conn:
        return marks.of_listing(conn, listing_id)


@pytest.mark.parametrize("word", ["", *WORDS])
def test_opening_a_link_changes_nothing(client: httpx.Client, tracker: Tracker, word: str) -> None:
    for method in ("GET", "HEAD"):
        reply = client.request(method, path(word=word))
        assert reply.status_code == 200
    assert stands(tracker) is None
    page = client.get(path(word=word)).text
    assert "<script>alert" not in page
    assert "RTX 3090 &lt;script&gt;" in page
    buttons = [part.partition('"')[0] for part in page.split('name="do" value="')[1:]]
    assert sorted(buttons) == sorted(WORDS)
    assert not word or buttons[0] == word, "the tapped one comes first"
    assert reply.headers["Cache-Control"] == "no-store"


# what is said → how the listing stands then
SAID = [
    ("dismiss", "dismiss"),
    ("wrong", "wrong"),
    ("bought", "bought"),
    ("scam", "scam"),
    ("block", "blocked"),
]


@pytest.mark.parametrize(("word", "then"), SAID)
def test_a_button_does_what_it_says_and_is_taken_back(
    client: httpx.Client, tracker: Tracker, word: str, then: str
) -> None:
    reply = client.post(path(), data={"do": word})
    assert (reply.status_code, stands(tracker)) == (200, then)
    assert stands(tracker, 2) == ("blocked" if word == "block" else None)
    assert 'value="undo"' in reply.text
    assert client.post(path(), data={"do": "undo"}).status_code == 200
    assert (stands(tracker), stands(tracker, 2)) == (None, None)
    assert client.post(path(), data={"do": "undo"}).status_code == 422


@pytest.mark.parametrize("said", [{}, {"do": "sell"}, {"do": ""}, {"to": "scam"}])
def test_nonsense_is_refused(client: httpx.Client, tracker: Tracker, said: dict[str, str]) -> None:
    assert client.post(path(), data=said).status_code == 422
    assert client.post(path(), content=b"do=" + b"x" * 5000).status_code == 413
    assert stands(tracker) is None


def test_a_forged_link_is_refused_and_guessing_ends(client: httpx.Client, tracker: Tracker) -> None:
    forged = path().replace("/mark/1-", "/mark/2-")
    assert client.post(forged, data={"do": "scam"}).status_code == 403
    assert [client.get(forged).status_code for _ in range(12)][-1] == 429
    assert client.get(path()).status_code == 429, "the address waits, whatever it brings"
    assert stands(tracker, 2) is None


def test_a_listing_that_is_no_more_is_said(client: httpx.Client) -> None:
    assert client.get(path(99)).status_code == 422


def test_without_a_public_address_there_are_no_links(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    with dashboard(tracker) as client:
        assert client.get(path()).status_code == 404


def test_the_key_is_made_once(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    assert signing_key(tracker.engine) == signing_key(tracker.engine)
    assert len(signing_key(tracker.engine)) == 32
