"""Strangers at the door: names that are not ours, tokens guessed, bodies without end, and text that would be code."""

import base64
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import NOON, Ran
from tests.web.conftest import dashboard
from tests.web.serving import serving
from tracker.assemble import Home
from tracker.config import Config, WebTable
from tracker.core.errors import ConfigError, TrackerError
from tracker.pipeline import Tracker
from tracker.web import access, serve
from tracker.web.app import WORKERS, web_app
from tracker.web.guard import BODY_S, MAX_BODY, SECURITY, Guard
from tracker.web.patience import HEAD_S, Patient
from tracker.web.site import FRESH, Site
from tracker.web.token import kept, new_token

READ, READ_HASH = new_token()
WRITE, WRITE_HASH = new_token()
EVERYWHERE = "0.0.0.0"  # noqa: S104 (what is refused)


def port_of(client: httpx.Client) -> int:
    return client.base_url.port or 0


# --- whose name was called ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8737", 200),
        ("localhost", 200),
        ("LOCALHOST:1", 200),
        ("[::1]:8737", 200),
        ("192.0.2.7", 200),
        ("gpus.example.org", 200),
        ("gpus.example.org.:443", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("evil.example:8737", 421),
        ("", 421),
    ],
)
def test_a_name_that_is_not_ours_is_refused(demo_tracker: Tracker, host: str, status: int) -> None:
    with dashboard(demo_tracker, allowed_hosts=("gpus.example.org",)) as client:
        assert client.get("/deals.json", headers={"Host": host}).status_code == status


def test_every_answer_bears_the_security_headers(demo_client: httpx.Client) -> None:
    for path in (
        "/",
        "/deals.json",
        "/nothing",
        "/static/x/style.css",
        "/static/x/nothing",
        "/?top=no",
        "/openapi.json",
    ):
        headers = demo_client.get(path).headers
        assert {name: headers.get(name) for name in SECURITY} == SECURITY, path
        assert "server" not in headers
    refused = demo_client.get("/", headers={"Host": "evil.example"}).headers
    assert {name: refused.get(name) for name in SECURITY} == SECURITY
    assert "unsafe" not in SECURITY["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in SECURITY["Content-Security-Policy"]


# --- who asks -------------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(demo_tracker: Tracker) -> Iterator[httpx.Client]:
    with dashboard(demo_tracker, read_token=SecretStr(READ_HASH), ingest_token=SecretStr(WRITE_HASH)) as client:
        yield client


def test_only_the_read_token_opens_the_pages(guarded: httpx.Client) -> None:
    asked = guarded.get("/")
    assert asked.status_code == 401
    assert asked.headers["www-authenticate"].startswith("Basic")
    for right in (f"Bearer {READ}", f"Basic {base64.b64encode(f'me:{READ}'.encode()).decode()}"):
        assert guarded.get("/", headers={"Authorization": right}).status_code == 200
    for wrong in (f"Bearer {WRITE}", f"Bearer {READ}x", "Basic !!!", "Basic", f"Digest {READ}", READ_HASH):
        assert guarded.get("/", headers=[("Authorization", wrong)]).status_code == 401, wrong


def test_the_read_token_writes_nothing(guarded: httpx.Client) -> None:
    body: dict[str, list[str]] = {"listings": []}
    for token, status in ((READ, 401), (WRITE, 200)):
        reply = guarded.post("/api/ingest/barn", json=body, headers={"Authorization": f"Bearer {token}"})
        assert reply.status_code == status


def test_guessing_is_slowed_down(guarded: httpx.Client) -> None:
    for _ in range(10):
        assert guarded.get("/", headers={"Authorization": "Bearer guess"}).status_code == 401
    told = guarded.get("/", headers={"Authorization": f"Bearer {READ}"})
    assert told.status_code == 429
    assert int(told.headers["retry-after"]) > 0


def test_a_page_without_a_token_changes_nothing(demo_client: httpx.Client, demo_home: Home) -> None:
    def stored() -> list[str]:
        import sqlite3

        with sqlite3.connect(demo_home.path / "tracker.db") as db:
            return list(db.iterdump())

    before = stored()
    for path in ("/", "/map", "/gpu/mi50-32gb", "/listing/1", "/plan?vram=48", "/sources", "/alerts", "/watches"):
        assert demo_client.get(path).status_code == 200
        assert demo_client.post(path).status_code in (404, 405)
    assert stored() == before


# --- where it listens -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("web", "said"),
    [
        ({"host": EVERYWHERE}, "can be reached from elsewhere"),
        ({"host": "::"}, "can be reached from elsewhere"),
        ({"host": "gpus.example.org"}, "can be reached from elsewhere"),
        ({"host": EVERYWHERE, "read_token": "short"}, "at least 20 characters"),
        ({"host": EVERYWHERE, "user_header": "Remote-User"}, "trusted_proxies alone"),
        ({"trusted_proxies": ["nonsense"]}, "no address and no network"),
        ({"read_token": WRITE, "ingest_token": WRITE}, "the same"),
    ],
)
def test_settings_that_let_strangers_in_are_refused(web: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        access.door(WebTable(**web))


def test_a_public_address_is_refused_in_one_line(home: Home, tracker_command: Callable[..., Ran]) -> None:
    home.config_file.write_text('[web]\nhost = "0.0.0.0"\n', encoding="utf-8")
    ran = tracker_command("--home", home.path, "web")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "set read_token" in ran.err


def test_a_new_token_is_made_with_its_hash(tracker_command: Callable[..., Ran]) -> None:
    told = dict(line.split() for line in tracker_command("web", "--new-token").out.splitlines())
    assert len(told["token"]) > 40
    with pytest.raises(ConfigError, match="at least"):
        kept("short")
    assert kept(told["token"]) == kept(told["keep"])


def test_a_taken_address_is_said_in_one_line(make_tracker: Callable[..., Tracker]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = Config(web=WebTable(port=taken.getsockname()[1]))
        with pytest.raises(TrackerError, match="nothing can be served on"), serve.serving(make_tracker(), config):
            pass


def test_it_runs_beside_something_else_and_stops(make_tracker: Callable[..., Tracker]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with serve.serving(make_tracker(), Config(web=WebTable(port=port))) as address:
        assert httpx.get(address).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


# --- through a proxy ------------------------------------------------------------------------------------------------

PROXIED = {"X-Forwarded-Prefix": "/gpus", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


def test_behind_a_proxy_every_link_bears_the_prefix(demo_tracker: Tracker) -> None:
    with dashboard(demo_tracker, trusted_proxies=("127.0.0.1",), allowed_hosts=("h.example",)) as client:
        for path in ("/", "/gpus/", "/gpu/mi50-32gb", "/gpus/map", "/listing/1", "/plan?vram=48", "/watches"):
            page = client.get(path, headers=PROXIED)
            assert page.status_code == 200, path
            tree = LexborHTMLParser(page.text)
            for node in tree.css("a[href], link[href], script[src], form[action]"):
                link = str(node.attributes.get("href") or node.attributes.get("src") or node.attributes.get("action"))
                assert link.startswith(("/gpus/", "#", "http")), link
        moved = client.get("/?gpu=&metric=usd", headers=PROXIED)
        assert moved.headers["location"] == "/gpus/?metric=usd"
        feed = client.get("/deals.atom", headers={**PROXIED, "Host": "h.example"})
        assert "https://h.example/gpus/listing/" in feed.text


def test_a_stranger_is_no_proxy(demo_tracker: Tracker) -> None:
    with dashboard(demo_tracker, trusted_proxies=("192.0.2.1",), user_header="Remote-User") as client:
        assert client.get("/", headers={**PROXIED, "Remote-User": "me"}).status_code == 401
    with dashboard(demo_tracker, trusted_proxies=("192.0.2.1",)) as client:
        assert "/gpus/" not in client.get("/", headers=PROXIED).text


def test_the_proxy_says_who_asks(demo_tracker: Tracker) -> None:
    with dashboard(demo_tracker, trusted_proxies=("127.0.0.0/8",), user_header="Remote-User") as client:
        assert client.get("/", headers={"Remote-User": "me"}).status_code == 200
        assert client.get("/", headers={"Remote-User": ""}).status_code == 401
        assert client.get("/").status_code == 401


@pytest.mark.parametrize("prefix", ['/a"><script>', "//evil.example", "javascript:", "/x y", "http://evil.example"])
def test_a_prefix_is_never_more_than_a_path(demo_tracker: Tracker, prefix: str) -> None:
    with dashboard(demo_tracker, trusted_proxies=("127.0.0.1",)) as client:
        page = client.get("/", headers={"X-Forwarded-Prefix": prefix})
        assert prefix not in page.text


def test_a_guesser_behind_a_proxy_is_counted_alone(demo_tracker: Tracker) -> None:
    with dashboard(demo_tracker, trusted_proxies=("127.0.0.1",), read_token=SecretStr(READ_HASH)) as client:
        wrong = {"X-Forwarded-For": "1.2.3.4, 203.0.113.9", "Authorization": "Bearer guess"}
        for _ in range(11):
            last = client.get("/", headers=wrong).status_code
        assert last == 429
        right = {"X-Forwarded-For": "1.2.3.4, 203.0.113.10", "Authorization": f"Bearer {READ}"}
        assert client.get("/", headers=right).status_code == 200


# --- how much, and how long -----------------------------------------------------------------------------------------


def test_a_body_nobody_reads_does_not_matter(demo_client: httpx.Client) -> None:
    reply = demo_client.request("GET", "/deals.json", content=b"x" * 5_000_000)
    assert reply.status_code in (200, 413)


def test_an_endless_body_is_cut_off(demo_tracker: Tracker) -> None:
    site = Site(tracker=demo_tracker, config=Config(web=WebTable(ingest_token=SecretStr(WRITE_HASH))))
    door = access.door(site.config.web)
    with (
        serving(Guard(web_app(site).app, door=door, body_s=0.3)) as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10) as slow,
    ):
        head = f"POST /api/ingest/barn HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {WRITE}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
        began = time.monotonic()
        answer = ""
        while "}" not in answer and (more := slow.recv(4096)):
            answer += more.decode()
        assert time.monotonic() - began < 5
    assert answer.startswith("HTTP/1.1 408")
    assert '"too_slow"' in answer


def test_a_head_that_never_ends_is_hung_up_on(demo_client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Patient, "head_s", 0.3)
    with socket.create_connection(("127.0.0.1", port_of(demo_client)), timeout=10) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        with suppress(ConnectionResetError):
            assert slow.recv(100) == b""


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Big: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
)
def test_what_is_no_proper_request_is_refused(demo_client: httpx.Client, said: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port_of(demo_client)), timeout=10) as line:
        line.sendall(said)
        assert line.recv(100).startswith((b"HTTP/1.1 400", b"HTTP/1.1 421"))


# --- text that would be code ----------------------------------------------------------------------------------------

HOSTILE = {
    "html": "RTX 3090 24GB <script>alert(1)</script><img src=x onerror=alert(2)>",
    "attribute": 'RTX 3090 24GB " onmouseover="alert(1)" x=\'',
    "template": "RTX 3090 24GB {{ 7*7 }} {% raw %} ${7*7}",
    "directions": "RTX 3090 24GB \u202egnp.exe\u2066 \u200f\u061c \u2067",
    "long": "RTX 3090 24GB " + "very " * 2000,
    "unbroken": "RTX 3090 24GB " + "W" * 10_000,
    "nul": "RTX 3090 24GB \x00\x01\x1b[31m red \x7f\x85\u2028",
    "emoji": "RTX 3090 24GB \U0001f525\U0001f469\u200d\U0001f4bb\ufe0f 显卡 魔改",
    "sql": "RTX 3090 24GB'); DROP TABLE listing; --",
    "surrogate": "RTX 3090 24GB \udc80\uffff",
    "formula": '=HYPERLINK("http://evil.example","RTX 3090 24GB")',
    "cdata": "RTX 3090 24GB ]]> <!-- --> <![CDATA[",
}
LINKS = [
    "javascript:alert(1)",
    "data:text/html,<script>",
    " javascript:alert(1)",
    'http://x/"onclick=alert(1)',
    "//evil",
]


@pytest.fixture
def hostile(make_tracker: Callable[..., Tracker]) -> Iterator[httpx.Client]:
    """A dashboard over listings that mean harm, stored as a scraper would."""
    from scrapers.base import Source, Walk
    from scrapers.crawl import Crawl
    from tests.conftest import raw
    from tracker import pipeline

    tracker = make_tracker()
    listings = [
        raw(name, title.encode("utf-8", "replace").decode(), "700", url=LINKS[place % len(LINKS)], shipping="0",
            seller=title[:60].encode("utf-8", "replace").decode(), condition="used")
        for place, (name, title) in enumerate(HOSTILE.items())
    ]  # fmt: skip
    harvest = Crawl(listings=tuple(listings), pages=1, complete=False)
    source = Source(name="barn", site="barn")
    pipeline.keep(tracker, source, harvest, walk=Walk.WINDOW, every=None, started_at=NOON, now=NOON)
    with dashboard(tracker) as client:
        yield client


def test_hostile_text_stays_text(hostile: httpx.Client) -> None:
    rows = hostile.get("/deals.json").json()["rows"]
    assert len(rows) >= len(HOSTILE) - 2
    pages = [
        "/",
        "/?by=gpu",
        "/gpu/rtx-3090-24gb",
        "/map",
        "/plan?vram=24",
        "/sources",
        "/alerts",
        "/watches",
        *(f"/listing/{row['listing_id']}" for row in rows),
    ]
    for path in pages:
        page = hostile.get(path)
        assert page.status_code == 200, path
        tree = LexborHTMLParser(page.text)
        assert [node.attributes.get("src") for node in tree.css("script")] == [
            node.attributes.get("src") for node in tree.css("script[src^='/static/']")
        ]
        assert not tree.css("img, [onerror], [onmouseover], [onclick], iframe, object, base")
        for node in tree.css("a[href]"):
            assert str(node.attributes["href"]).startswith(("/", "#", "http://", "https://")), path
        harmful = set("\x00\x01\x1b\x7f\x85\u2028\u202e\u2066\u2067\u200f\u061c")
        assert not harmful & set(page.text), path
        assert "RTX 3090 24GB 49" not in page.text


def test_what_nobody_has_shown_lately_is_marked(hostile: httpx.Client) -> None:
    rows = hostile.get("/deals.json").json()["rows"]
    assert all(row["stale"] for row in rows)
    for path in ("/", "/?by=gpu", "/gpu/rtx-3090-24gb"):
        marks = LexborHTMLParser(hostile.get(path).text).css(".doubt")
        assert marks[0].text() == "stale"
        assert marks[0].attributes["title"]


def test_hostile_text_stays_text_in_feeds_and_tables(hostile: httpx.Client) -> None:
    from defusedxml.ElementTree import fromstring

    feed = fromstring(hostile.get("/deals.atom").text)
    assert len(feed) > len(HOSTILE)
    table = hostile.get("/deals.csv").text
    assert "\n=HYPERLINK" not in table
    assert ",=HYPERLINK" not in table


@pytest.mark.parametrize(
    "query",
    [
        "?gpu=<script>alert(1)</script>",
        "?gpu=%22%3E%3Cscript%3E",
        "?source=x'%20OR%201=1--",
        "?country=%27%3B%20DROP%20TABLE%20listing%3B--",
        "?without=%25%27%20OR%20%271%27=%271",
        "?currency=<b>",
        "?max_age=<svg/onload=alert(1)>",
        "?nosuch=<script>alert(1)</script>",
        "?metric=<script>",
        "?fits=../../etc/passwd",
    ],
)
def test_what_an_address_says_is_never_code(demo_client: httpx.Client, query: str) -> None:
    listed = demo_client.get("/deals.json").json()["counts"]["listings"]
    page = demo_client.get(f"/{query}")
    assert page.status_code in (200, 422)
    assert not LexborHTMLParser(page.text).css("script:not([src]), [onload], main b b")
    assert demo_client.get("/deals.json").json()["counts"]["listings"] == listed


@pytest.mark.parametrize(
    "path",
    [
        "/static/x/../../serve.py",
        "/static/x/%2e%2e%2fserve.py",
        "/static/..%2f..%2fconfig.py/x",
        "/gpu/..%2f..%2fetc%2fpasswd",
        "/gpu/%00",
        "/listing/1%20OR%201=1",
        "/listing/-1",
        "/listing/99999999999999999999",
        "/listing/1e3",
        "//evil.example/",
        "/%0d%0aSet-Cookie:%20x=1",
    ],
)
def test_paths_lead_nowhere_else(demo_client: httpx.Client, path: str) -> None:
    line = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port_of(demo_client)), timeout=10) as raw_line:
        raw_line.sendall(line.encode())
        answer = b"".join(iter(lambda: raw_line.recv(65536), b"")).decode("utf-8", "replace")
    head, _, body = answer.partition("\r\n\r\n")
    assert head.startswith(("HTTP/1.1 404", "HTTP/1.1 422")), head
    assert "set-cookie" not in head.lower()
    assert "root:" not in body


def test_the_static_files_hold_nothing_from_elsewhere() -> None:
    for file in (Path(serve.__file__).parent / "static").iterdir():
        text = file.read_text(encoding="utf-8")
        assert "http" not in text.replace("http://www.w3.org/2000/svg", ""), file.name


def test_the_limits_are_those_of_the_documents() -> None:
    page = " ".join((Path(__file__).parents[2] / "docs" / "dashboard.md").read_text(encoding="utf-8").split())
    assert f"a request's head after {HEAD_S:.0f} seconds, its body after {BODY_S:.0f}" in page
    assert f"more than {MAX_BODY // 1000} kB of one is refused; {serve.MOST_CONNECTIONS} connections" in page
    assert WORKERS == 8
    assert FRESH.total_seconds() == 300
