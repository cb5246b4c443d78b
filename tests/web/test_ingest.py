"""What others scrape, sent by a real client to a real server, and found again in the database."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import SQLModel

from db.engine import open_engine, reading, writing
from db.sql import LISTING
from tests.conftest import NOON, RATES
from tests.scrapers.invented.csv import SUPPLIERS
from tests.scrapers.invented.goofish import MODDED, RECORDS, REFUSED, answer
from tests.scrapers.invented.jsonl import ROWS
from tests.scrapers.invented.pages import DENIED, FIRST, OPTIONS
from tests.web.serving import Clock, serving
from tracker.config import Config, SourceTable
from tracker.core.gpus import Catalogue
from tracker.core.identify import identifier
from tracker.core.landed import Costs
from tracker.core.rules import Watch
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker
from tracker.web.ingest import Intake, ingest_app
from tracker.web.token import Guesses, new_token

TOKEN, HASH = new_token()
LISTING_3090 = {"site_id": "77", "title": "RTX 3090 24GB", "url": "https://barn.example/77", "price": 700}
CAP = 40_000


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A running endpoint, and what it knows."""

    url: str
    tracker: Tracker
    clock: Clock
    client: httpx.Client

    def post(self, site: str, body: Any, kind: str = "application/json", **headers: str) -> httpx.Response:
        """Send one body with the right token."""
        content = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body)
        sent = {"Authorization": f"Bearer {TOKEN}", "Content-Type": kind} | headers
        return self.client.post(f"/api/ingest/{site}", content=content, headers=sent)

    def refused(self, status: int, word: str, reply: httpx.Response) -> str:
        """The sentence of a refusal, which is one JSON object and leaves nothing behind."""
        told = reply.json()
        assert (reply.status_code, told["error"], told.keys()) == (status, word, {"error", "detail"}), told
        assert reply.headers["content-type"] == "application/json"
        assert self.stored() == []
        return str(told["detail"])

    def stored(self) -> list[dict[str, Any]]:
        """Every listing in the database."""
        with reading(self.tracker.engine) as conn:
            return [dict(row) for row in conn.execute(select(LISTING).order_by(LISTING.c.id)).mappings()]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, known: Catalogue) -> Iterator[Desk]:
    """One endpoint for all tests here: it is emptied before each."""
    clock = Clock()
    tracker = Tracker(
        engine=open_engine(f"sqlite:///{tmp_path_factory.mktemp('web') / 'test.db'}"),
        catalogue=known,
        identify=identifier(known),
        rates=RATES,
        costs=Costs(),
        watches=(),
        channels={},
    )
    markt = SourceTable(site="pages", currency="EUR", **OPTIONS)
    intake = Intake(
        tracker=tracker,
        config=Config(sources={"kleinmarkt": markt}),
        secret=HASH,
        max_bytes=CAP,
        guesses=Guesses(most=3, window_s=60, clock=clock),
        now=lambda: NOON,
    )
    with serving(ingest_app(intake)) as url, httpx.Client(base_url=url) as client:
        yield Desk(url=url, tracker=tracker, clock=clock, client=client)
    tracker.engine.dispose()


@pytest.fixture
def desk(running: Desk) -> Desk:
    """The endpoint with an empty database, and every wrong token long forgotten."""
    running.clock.now += 1000
    with writing(running.tracker.engine) as tx:
        for table in reversed(SQLModel.metadata.sorted_tables):
            tx.execute(table.delete())
    return running


# --- what is taken --------------------------------------------------------------------------------------------------


def test_listings_are_walked_like_any_other(desk: Desk) -> None:
    shroud = {"url": "https://barn.example/78", "title": "fan shroud for 3090", "price": "19", "currency": "USD"}
    reply = desk.post("barn", {"listings": [LISTING_3090 | {"currency": "USD"}, shroud]})
    assert reply.status_code == 200
    assert reply.json() | {"offers": 0, "rejected": 0} == {
        "source": "ingest:barn",
        "listings": 2,
        "offers": 0,
        "rejected": 0,
        "new": 2,
        "changed": 0,
        "alerts": 0,
    }
    card, other = desk.stored()
    assert (card["site"], card["site_id"], card["title"]) == ("barn", "77", "RTX 3090 24GB")
    assert card["first_seen_at"] == NOON
    assert other["site_id"] == "https://barn.example/78"
    again = desk.post("barn", {"listings": [LISTING_3090 | {"currency": "USD", "price": "650.00"}]}).json()
    assert (again["new"], again["changed"]) == (0, 1)


def test_every_field_is_kept_as_sent(desk: Desk) -> None:
    said = LISTING_3090 | {
        "currency": "EUR",
        "shipping": 9.9,
        "shipping_currency": "EUR",
        "condition": "gebraucht",
        "description": "läuft",
        "attributes": {"Memory": "24 GB", "fans": 3, "note": None},
        "availability": "InStock",
        "seller": "pat",
        "feedback_percent": 99.5,
        "feedback_count": 120,
        "country": "DE",
        "image": "https://barn.example/77.jpg",
        "listed_at": "2026-04-30T10:00:00Z",
        "ends_at": None,
        "bids": "",
        "group_id": "g",
        "best_offer": True,
    }
    assert desk.post("barn", {"listings": [said]}).status_code == 200
    (row,) = desk.stored()
    kept = json.loads(row["raw"]) | {"title": row["title"], "url": row["url"]}
    assert kept["price"] == "700"
    assert kept["shipping"] == "9.9"
    assert kept["attributes"] == {"Memory": "24 GB", "fans": "3"}
    assert row["best_offer"]


def test_an_alert_is_owed_and_told(make_tracker: Callable[..., Tracker]) -> None:
    watch = Watch(name="cheap", wanted=Wanted(), metric="usd_per_gb", below=Decimal(1000), notify=("console",))
    tracker = make_tracker(watches=(watch,))
    intake = Intake(tracker=tracker, config=Config(), secret=TOKEN, now=lambda: NOON)
    with serving(ingest_app(intake)) as url:
        headers = {"Authorization": f"bearer {TOKEN}"}
        body = {"listings": [LISTING_3090 | {"currency": "USD"}]}
        assert httpx.post(f"{url}/api/ingest/barn", json={"listings": []}, headers=headers).json()["alerts"] == 0
        assert httpx.post(f"{url}/api/ingest/barn", json=body, headers=headers).json()["alerts"] == 1


@pytest.mark.parametrize(
    ("site", "kind", "body", "count"),
    [
        ("kleinmarkt", "text/html", FIRST.body, 2),
        ("kleinmarkt", "text/html; charset=utf-8", FIRST.body, 2),
        ("goofish", "text/plain", json.dumps(answer(MODDED)), 1),
        ("goofish", "text/plain;charset=UTF-8", "\n".join(json.dumps(one, ensure_ascii=False) for one in RECORDS), 2),
        ("alibaba", "text/csv", SUPPLIERS, 2),
        (
            "alibaba",
            "text/csv; charset=gb18030",
            "标题,价格,商品链接\n魔改 4090 48G,21500,https://a.example/1\n".encode("gb18030"),
            1,
        ),
        ("aliexpress", "application/x-ndjson", "\n".join(json.dumps(row) for row in ROWS), 2),
        ("aliexpress", "application/jsonl", json.dumps(list(ROWS)), 2),
        ("csv", "text/csv", SUPPLIERS.encode("utf-16"), 2),
    ],
)
def test_pages_and_tables_are_read_by_their_parser(desk: Desk, site: str, kind: str, body: Any, count: int) -> None:
    reply = desk.post(site, body, kind)
    assert (reply.status_code, reply.json().get("listings")) == (200, count), reply.text
    assert {row["site"] for row in desk.stored()} == {"pages" if site == "kleinmarkt" else site}


def test_a_page_comes_with_its_address_wrapped_or_beside(desk: Desk) -> None:
    page = json.dumps(
        {"@type": "Product", "name": "RTX 3090", "sku": "9", "offers": {"price": 700, "priceCurrency": "EUR"}}
    )
    html = f'<!doctype html><h1>RTX 3090</h1><script type="application/ld+json">{page}</script>'
    wrapped = desk.post("jsonld", {"page": html, "url": "https://shop.example/p/9"})
    assert wrapped.json()["new"] == 1, wrapped.text
    beside = desk.post("jsonld?url=https://shop.example/p/9", html, "text/html")
    assert (beside.json()["listings"], beside.json()["new"]) == (1, 0), beside.text
    (row,) = desk.stored()
    assert (row["site_id"], row["url"]) == ("shop.example/9", "https://shop.example/p/9")


def test_a_packed_body_is_unpacked(desk: Desk) -> None:
    body = gzip.compress(json.dumps({"listings": [LISTING_3090]}).encode())
    assert desk.post("barn", body, **{"Content-Encoding": "gzip"}).json()["listings"] == 1


def test_many_at_once_are_all_kept(desk: Desk) -> None:
    def send(number: int) -> int:
        entry = LISTING_3090 | {"site_id": str(number), "currency": "USD"}
        return desk.post("barn", {"listings": [entry]}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(24))) == {200}
    assert len(desk.stored()) == 24


def test_a_real_answer_is_taken_whole(make_tracker: Callable[..., Tracker], corpus: Path) -> None:
    body = (corpus / "pages" / "goofish" / "data1.js").read_bytes()
    with serving(ingest_app(Intake(tracker=make_tracker(), config=Config(), secret=TOKEN))) as url:
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "text/plain"}
        reply = httpx.post(f"{url}/api/ingest/goofish", content=body, headers=headers)
    assert (reply.json()["listings"], reply.json()["rejected"]) == (30, 30)


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {HASH}", "Bearer \xe4"],
    ids=["none", "empty", "no token", "another scheme", "no scheme", "more", "its hash", "no ASCII"],
)
def test_without_the_token_nothing_is_read(desk: Desk, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    reply = desk.client.post("/api/ingest/barn", content=b"x" * (CAP + 1), headers=headers)  # type: ignore[arg-type]
    assert "Authorization: Bearer TOKEN" in desk.refused(401, "unauthorized", reply)
    assert reply.headers["www-authenticate"] == "Bearer"


def test_guessing_is_slowed_down(desk: Desk) -> None:
    def guess(token: str) -> httpx.Response:
        return desk.post("barn", {"listings": []}, Authorization=f"Bearer {token}")

    assert [guess(f"guess-{number}").status_code for number in range(5)] == [401, 401, 401, 429, 429]
    reply = guess(TOKEN)
    assert "try again in 61 s" in desk.refused(429, "too_many_wrong_tokens", reply)
    assert reply.headers["retry-after"] == "61"
    desk.clock.now += 61
    assert guess(TOKEN).status_code == 200


def test_a_missing_token_is_no_guess(desk: Desk) -> None:
    assert {desk.client.post("/api/ingest/barn").status_code for _ in range(9)} == {401}
    assert desk.post("barn", {"listings": []}).status_code == 200


def test_a_body_has_a_cap(desk: Desk) -> None:
    said = f"larger than {CAP:,} bytes"
    big = {"listings": [LISTING_3090 | {"description": "x" * CAP}]}
    assert said in desk.refused(413, "too_large", desk.post("barn", big))
    bomb = gzip.compress(b"[" + b" " * 50 * CAP)
    assert len(bomb) < CAP
    assert said in desk.refused(413, "too_large", desk.post("barn", bomb, **{"Content-Encoding": "gzip"}))


def test_a_body_without_end_is_refused_before_its_end(desk: Desk) -> None:
    head = f"POST /api/ingest/barn HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: text/plain\r\n"
    address = httpx.URL(desk.url)
    with socket.create_connection((address.host, address.port or 80), timeout=5) as connection:
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for _ in range(CAP // 1000 + 1):
            connection.sendall(b"3e8\r\n" + b"x" * 1000 + b"\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("kind", ["", "application/xml", "multipart/form-data; boundary=x", "image/png", "json"])
def test_a_kind_of_body_that_nobody_reads_is_named(desk: Desk, kind: str) -> None:
    said = desk.refused(415, "unsupported_media_type", desk.post("barn", b"{}", kind))
    assert "application/json, text/html" in said
    assert repr(kind.partition(";")[0]) in said or not kind
    desk.refused(415, "unsupported_media_type", desk.post("barn", b"x" * (CAP + 1), kind))


def test_a_packing_that_nobody_undoes_is_named(desk: Desk) -> None:
    reply = desk.post("barn", b"{}", **{"Content-Encoding": "br"})
    assert "'br'" in desk.refused(415, "unsupported_encoding", reply)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "the body is empty"),
        (b"{half", "the body is not JSON"),
        (b"[" * 9000, "the body is not JSON"),
        (b"[]", "must be a JSON object"),
        ({}, "listings must be a list"),
        ({"listings": {}}, "listings must be a list"),
        ({"listings": [], "token": "x"}, "'token' is not known"),
        ({"listings": [7]}, "listings[0] is no object"),
        ({"listings": [LISTING_3090, {"title": "x"}]}, "listings[1] has neither site_id nor url"),
        ({"listings": [{"url": "https://a.example/1"}]}, "listings[0].title is missing"),
        ({"listings": [LISTING_3090 | {"prize": "1"}]}, "listings[0].prize is not a field"),
        ({"listings": [LISTING_3090 | {"site": "ebay"}]}, "listings[0].site is not a field"),
        ({"listings": [LISTING_3090 | {"price": [700]}]}, "listings[0].price must be a text or a number"),
        ({"listings": [LISTING_3090 | {"price": True}]}, "listings[0].price must be a text or a number"),
        ({"listings": [LISTING_3090 | {"title": "x" * 1001}]}, "listings[0].title is longer than 1000"),
        ({"listings": [LISTING_3090 | {"url": "javascript:alert(1)"}]}, "listings[0].url is no http address"),
        ({"listings": [LISTING_3090 | {"image": "file:///etc/passwd"}]}, "listings[0].image is no http address"),
        ({"listings": [LISTING_3090 | {"best_offer": "yes"}]}, "listings[0].best_offer must be true or false"),
        ({"listings": [LISTING_3090 | {"attributes": ["x"]}]}, "listings[0].attributes must be an object"),
        ({"listings": [LISTING_3090 | {"attributes": {"x": {}}}]}, "listings[0].attributes must be an object"),
        ({"listings": [{}] * 20}, "listings[0].title is missing; listings[0] has neither"),
        ({"listings": [{}] * 20}, "; 30 more"),
        ({"page": "<p>"}, "url the address it was seen at"),
        ({"page": ["<p>"], "url": "https://a.example"}, "page must be the page's text"),
        ({"page": "<p>", "url": "https://a.example", "at": 1}, "'at' is not known"),
    ],
)
def test_what_is_not_as_documented_is_named(desk: Desk, body: Any, said: str) -> None:
    assert said in desk.refused(422, "unusable", desk.post("barn", body))


@pytest.mark.parametrize(
    ("site", "kind", "body", "said"),
    [
        ("goofish", "text/html", "<html><body>a page</body></html>", "line 1 is not JSON"),
        ("goofish", "text/plain", json.dumps(REFUSED), "Xianyu answered 'FAIL_SYS"),
        ("kleinmarkt", "text/html", FIRST.body.replace(b'class="ad"', b'class="x"'), "no item at 'li.ad'"),
        ("kleinmarkt", "text/html", DENIED, "a refusal by DataDome"),
        ("pages", "text/html", FIRST.body, "nobody says how to read this page"),
        ("alibaba", "text/csv", "title,price,url\nx,1,\n", "row 2 has neither an id nor a url"),
        ("alibaba", "application/x-ndjson", "{half", "line 1 is not JSON"),
        ("kleinmarkt?url=file:///etc/passwd", "text/html", FIRST.body, "url is no http address"),
    ],
)
def test_a_page_that_cannot_be_read_is_not_half_kept(desk: Desk, site: str, kind: str, body: Any, said: str) -> None:
    assert said in desk.refused(422, "unusable", desk.post(site, body, kind))


def test_a_damaged_packing_is_said_to_be_one(desk: Desk) -> None:
    reply = desk.post("barn", gzip.compress(b"{}" * 99)[:-9], **{"Content-Encoding": "gzip"})
    assert "cannot be unpacked: truncated gzip data" in desk.refused(422, "unusable", reply)


@pytest.mark.parametrize("site", ["Barn", "barn$", "x" * 41, "..", "-barn"])
def test_a_site_needs_a_plain_name(desk: Desk, site: str) -> None:
    desk.refused(404, "not_found" if site == ".." else "unknown_site", desk.post(site, {"listings": []}))


def test_a_page_needs_a_site_with_a_parser(desk: Desk) -> None:
    said = desk.refused(404, "unknown_site", desk.post("barn", "<p>", "text/html"))
    assert "no parser is called 'barn'; pages are read for" in said


@pytest.mark.parametrize(
    ("method", "path", "status", "word"),
    [
        ("GET", "/api/ingest/barn", 405, "method_not_allowed"),
        ("POST", "/", 404, "not_found"),
        ("GET", "/x", 404, "not_found"),
    ],
)
def test_other_ways_in_are_closed(desk: Desk, method: str, path: str, status: int, word: str) -> None:
    desk.refused(status, word, desk.client.request(method, path))


def test_a_database_that_fails_is_told_apart(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        tx.exec_driver_sql("DROP TABLE presence")
    with serving(ingest_app(Intake(tracker=tracker, config=Config(), secret=TOKEN))) as url:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        reply = httpx.post(f"{url}/api/ingest/barn", json={"listings": [LISTING_3090]}, headers=headers)
    assert (reply.status_code, reply.json()["error"]) == (503, "not_stored")


# --- browsers -------------------------------------------------------------------------------------------------------


def test_a_browser_may_ask_from_any_page_and_gets_no_more_than_that(desk: Desk) -> None:
    asks = {
        "Origin": "https://www.goofish.com",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    reply = desk.client.options("/api/ingest/goofish", headers=asks)
    assert reply.status_code == 204
    granted = {name: value for name, value in reply.headers.items() if name.startswith("access-control")}
    assert granted == {
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "POST",
        "access-control-allow-headers": "authorization, content-type, content-encoding",
        "access-control-max-age": "600",
        "access-control-allow-private-network": "true",
    }
    told = desk.post("barn", {"listings": []}, Origin="https://www.goofish.com")
    assert told.headers["access-control-allow-origin"] == "*"
    wrong = desk.client.post("/api/ingest/barn", headers={"Origin": "https://www.goofish.com"})
    assert (wrong.status_code, wrong.headers["access-control-allow-origin"]) == (401, "*")
    assert "access-control-allow-origin" not in desk.client.options("/", headers=asks).headers
