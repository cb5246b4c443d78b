"""The fetcher against a real server: what each answer means, and what it costs the host."""

import contextlib
import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from scrapers.base import Request
from scrapers.fetch import Fetcher, PinnedTransport, user_agent
from scrapers.network import PublicOnly
from tests.scrapers.local import ARTICLE, HTML, SOURCE, Clock, Reply, Server, Visit, fetching, get, scraper
from tracker.core.errors import Blocked, Gone, ParseError, RateLimited, SourceError, TooLarge, Unreachable


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server(clock: Clock) -> Iterator[Server]:
    with Server({}, clock) as server:
        yield server


def failing(server: Server, url: str, **options: Any) -> SourceError:
    with fetching(server, **options) as fetcher, pytest.raises(SourceError) as caught:
        get(fetcher, url)
    return caught.value


def test_a_page_comes_back_decoded_with_its_address(server: Server) -> None:
    server.answers["/"] = Reply("<p>Grafikkarte für 1 299 €, kaum benutzt und leise im Betrieb</p>".encode())
    with fetching(server) as fetcher:
        page = get(fetcher, "https://shop.example/")
    assert page.url == "https://shop.example/"
    assert page.text.startswith("<p>Grafikkarte für 1 299 €")
    assert page.status == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_we_say_who_we_are_and_keep_no_cookies(server: Server) -> None:
    server.answers["/"] = Reply(headers=HTML | {"Set-Cookie": "visitor=1"})
    with fetching(server, contact="https://buyer.example/about\r\nX: y") as fetcher:
        get(fetcher, "https://shop.example/")
        get(fetcher, "https://shop.example/")
    assert server.visits[1].headers["user-agent"].startswith("gpu-tracker/")
    assert server.visits[1].headers["user-agent"].endswith("(+https://buyer.example/aboutX: y)")
    assert "cookie" not in server.visits[1].headers
    assert "(" not in user_agent()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, ParseError),
        (401, Blocked),
        (403, Blocked),
        (404, Gone),
        (410, Gone),
        (418, ParseError),
        (429, RateLimited),
        (451, Blocked),
        (500, Unreachable),
        (503, Unreachable),
    ],
)
def test_a_status_means_one_thing(server: Server, status: int, error: type[SourceError]) -> None:
    server.answers["/"] = Reply(b"<p>no</p>", status)
    failure = failing(server, "https://shop.example/")
    assert type(failure) is error
    assert str(failure) == f"cardbarn: answers {status} <https://shop.example/>"


def test_what_an_api_says_about_a_refusal_is_passed_on(server: Server) -> None:
    server.answers["/"] = Reply(b'{"message": "sort is not a known order"}', 400, {"Content-Type": "application/json"})
    assert "sort is not a known order" in str(failing(server, "https://shop.example/"))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"", ParseError),
        (b"  \n", ParseError),
        (b"<html><head><script src=a.js></script></head><body><div id=root></div></body></html>", Blocked),
        (b"<html><title>Just a moment...</title><body>wait</body></html>", Blocked),
    ],
)
def test_a_page_without_content_is_no_page(server: Server, body: bytes, error: type[SourceError]) -> None:
    server.answers["/"] = Reply(body)
    assert type(failing(server, "https://shop.example/")) is error


def test_trouble_that_may_pass_is_tried_three_times_with_growing_pauses(server: Server, clock: Clock) -> None:
    server.answers["/"] = Reply(b"<p>down</p>", 502)
    assert isinstance(failing(server, "https://shop.example/", clock=clock, delay_s=0.0), Unreachable)
    assert len(server.visits) == 3
    first, second = clock.slept
    assert 2 <= first <= 3.1
    assert 4 <= second <= 5.1


def test_a_page_that_comes_back_the_second_time_is_a_page(server: Server) -> None:
    replies = iter([Reply(b"", 503), Reply()])
    server.answers["/"] = lambda _: next(replies)
    with fetching(server) as fetcher:
        assert get(fetcher, "https://shop.example/").text == ARTICLE.decode()


def test_a_robot_check_with_a_5xx_is_not_tried_again(server: Server) -> None:
    server.answers["/"] = Reply(b"<form action='/errors/validateCaptcha'>", 503)
    assert isinstance(failing(server, "https://shop.example/"), Blocked)
    assert len(server.visits) == 1


def test_a_silent_host_is_unreachable() -> None:
    with Server({}) as server:
        pass
    assert isinstance(failing(server, "https://shop.example/"), Unreachable)


def test_a_host_that_says_nothing_is_not_waited_for(server: Server) -> None:
    done = threading.Event()

    def never_ending(_: Visit) -> Reply:
        done.wait(5)
        return Reply()

    server.answers["/"] = never_ending
    url = f"http://127.0.0.1:{server.port}/"
    failure = failing(server, url, transport=PinnedTransport(PublicOnly(allow_private=True)), timeout_s=0.2)
    done.set()
    assert str(failure) == f"cardbarn: no full answer within 0.2 s <{url}>"


def test_retry_after_is_waited_out_when_short(server: Server, clock: Clock) -> None:
    replies = iter([Reply(b"<p>slow down</p>", 429, {"Retry-After": "40"}), Reply()])
    server.answers["/"] = lambda _: next(replies)
    with fetching(server, clock) as fetcher:
        get(fetcher, "https://shop.example/")
    assert server.visits[1].at - server.visits[0].at >= 40


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "3600"}, 3600.0),
        ({"Retry-After": "Thu, 02 Jan 2025 00:10:00 GMT", "Date": "Thu, 02 Jan 2025 00:00:00 GMT"}, 600.0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_passed_on_when_long(
    server: Server, headers: dict[str, str], seconds: float | None, status: int
) -> None:
    # The stand-in server writes its own Date first; a second one would be joined to it.
    server.answers["/"] = Reply(b"<p>later</p>", status, headers)
    answer = httpx.MockTransport(lambda _: httpx.Response(status, headers=headers, text="<p>later</p>"))
    failure = failing(server, "https://shop.example/", transport=answer)
    if status == 503 and seconds is None:
        assert type(failure) is Unreachable
    else:
        assert isinstance(failure, RateLimited)
        assert failure.retry_after_s == seconds


def test_a_host_that_asked_for_a_pause_is_left_alone_by_everybody(server: Server, clock: Clock) -> None:
    server.answers["/a"] = Reply(b"<p>later</p>", 429, {"Retry-After": "900"})
    server.answers["/b"] = Reply()
    with fetching(server, clock) as fetcher:
        for path in ("a", "b"):
            with pytest.raises(RateLimited) as caught:
                get(fetcher, f"https://shop.example/{path}")
        assert caught.value.retry_after_s == pytest.approx(900)
        assert server.paths == ["/a"]
        clock.now += 901
        get(fetcher, "https://shop.example/b")


def test_two_requests_to_a_host_are_a_pause_apart_and_other_hosts_are_not(server: Server, clock: Clock) -> None:
    server.answers["/"] = Reply()
    with fetching(server, clock) as fetcher:
        for host in ("one", "one", "two", "one"):
            get(fetcher, f"https://{host}.example/", delay_s=5.0)
    first, second, other, third = (visit.at for visit in server.visits)
    assert 5.0 <= second - first <= 5.5
    assert other == second
    assert 5.0 <= third - second <= 5.5


def test_the_configured_pause_stands_in_for_the_scrapers(server: Server, clock: Clock) -> None:
    server.answers["/"] = Reply()
    with fetching(server, clock, delay_s=0.0) as fetcher:
        for _ in range(3):
            get(fetcher, "https://shop.example/", delay_s=5.0)
    assert not clock.slept


def test_one_host_serves_one_request_at_a_time(server: Server) -> None:
    inside, most = 0, 0
    pause = threading.Event()

    def count(_: Visit) -> Reply:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        pause.wait(0.01)
        inside -= 1
        return Reply()

    server.answers["/"] = count
    with fetching(server, delay_s=0.0) as fetcher, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: get(fetcher, "https://shop.example/"), range(12)))
    assert len(server.visits) == 12
    assert most == 1


def test_hosts_are_served_side_by_side(server: Server) -> None:
    meeting = threading.Barrier(4)

    def meet(_: Visit) -> Reply:
        meeting.wait(10)
        return Reply()

    server.answers["/"] = meet
    with fetching(server) as fetcher, ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda name: get(fetcher, f"https://{name}.example/"), "abcd"))
    assert len(pages) == 4


ROBOTS = b"""User-agent: *
Disallow: /

User-agent: gpu-tracker
Disallow: /private
Crawl-delay: 20
"""


def test_robots_txt_is_read_once_and_obeyed(server: Server, clock: Clock) -> None:
    server.answers |= {"/robots.txt": Reply(ROBOTS), "/cards": Reply(), "/private/cards": Reply()}
    with fetching(server, clock) as fetcher:
        get(fetcher, "https://shop.example/cards", robots=True)
        with pytest.raises(Blocked, match=r"robots\.txt"):
            get(fetcher, "https://shop.example/private/cards", robots=True)
        get(fetcher, "https://shop.example/cards", robots=True)
    assert server.paths == ["/robots.txt", "/cards", "/cards"]
    robots, first, second = (visit.at for visit in server.visits)
    assert first - robots >= 20
    assert second - first >= 20


@pytest.mark.parametrize("reply", [Reply(b"", 404), Reply(b"<p>no</p>", 403), Reply(b"<p>hello</p>"), Reply(b"")])
def test_without_rules_everything_is_allowed(server: Server, reply: Reply) -> None:
    server.answers |= {"/robots.txt": reply, "/cards": Reply()}
    with fetching(server) as fetcher:
        get(fetcher, "https://shop.example/cards", robots=True)


def test_rules_that_cannot_be_read_for_now_stop_the_visit(server: Server) -> None:
    server.answers |= {"/robots.txt": Reply(b"", 500), "/cards": Reply()}
    with fetching(server) as fetcher, pytest.raises(Unreachable):
        get(fetcher, "https://shop.example/cards", robots=True)
    assert "/cards" not in server.paths


def test_redirects_are_followed_politely_and_within_the_rules(server: Server, clock: Clock) -> None:
    server.answers |= {
        "old.example/cards": Reply(b"", 301, {"Location": "https://new.example/cards"}),
        "new.example/cards": Reply(b"", 302, {"Location": "/all"}),
        "new.example/all": Reply(),
        "new.example/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 9\n"),
    }
    with fetching(server, clock) as fetcher:
        page = get(fetcher, "https://old.example/cards", robots=True)
    assert page.url == "https://new.example/all"
    assert server.paths == ["/robots.txt", "/cards", "/robots.txt", "/cards", "/all"]
    assert server.visits[4].at - server.visits[3].at >= 9


def test_what_a_site_was_told_is_not_told_to_another(server: Server) -> None:
    server.answers |= {
        "old.example/": Reply(b"", 302, {"Location": "https://new.example/"}),
        "new.example/": Reply(),
    }
    with fetching(server) as fetcher:
        fetcher.of(scraper(), SOURCE)(Request(url="https://old.example/", headers={"X-Buyer": "US"}))
    assert server.visits[0].headers["x-buyer"] == "US"
    assert "x-buyer" not in server.visits[1].headers


@pytest.mark.parametrize(
    ("location", "asked"),
    [("/", 11), ("ftp://files.example/cards", 1), ("javascript:alert(1)", 1)],
)
def test_redirects_that_lead_nowhere_end(server: Server, location: str, asked: int) -> None:
    server.answers["/"] = Reply(b"", 302, {"Location": location})
    assert isinstance(failing(server, "https://shop.example/"), Unreachable)
    assert len(server.visits) == asked


@pytest.mark.parametrize("url", ["ftp://shop.example/", "file:///etc/hosts", "shop.example", "https://", ""])
def test_only_web_addresses_are_visited(server: Server, url: str) -> None:
    assert isinstance(failing(server, url), Unreachable)
    assert not server.visits


def bare_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return engine.compress(data) + engine.flush()


@pytest.mark.parametrize(
    ("pack", "encoding"),
    [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (bare_deflate, "deflate"), (bytes, "identity")],
)
def test_packed_pages_are_unpacked(server: Server, pack: Callable[[bytes], bytes], encoding: str) -> None:
    server.answers["/"] = Reply(pack(ARTICLE * 500), headers=HTML | {"Content-Encoding": encoding})
    with fetching(server) as fetcher:
        assert get(fetcher, "https://shop.example/").text == (ARTICLE * 500).decode()


def test_a_gzip_bomb_is_put_down_early(server: Server) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    assert len(bomb) < 60_000
    server.answers["/"] = Reply(bomb, headers=HTML | {"Content-Encoding": "gzip"})
    failure = failing(server, "https://shop.example/", max_bytes=1_000_000)
    assert isinstance(failure, TooLarge)
    assert "more than 1,000,000 bytes" in str(failure)


def test_a_large_page_is_refused_before_it_is_read(server: Server) -> None:
    server.answers["/"] = Reply(b"x" * 2_000)
    assert isinstance(failing(server, "https://shop.example/", max_bytes=1_000), TooLarge)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(ARTICLE)[:-12], "gzip"), (b"plain after all", "gzip"), (ARTICLE, "br")],
    ids=["cut off", "not packed", "unknown to us"],  # packed bytes hold the time: no name that processes agree on
)
def test_damaged_or_unwanted_packing_cannot_be_read(server: Server, body: bytes, encoding: str) -> None:
    server.answers["/"] = Reply(body, headers=HTML | {"Content-Encoding": encoding})
    assert isinstance(failing(server, "https://shop.example/"), ParseError)


def test_the_daily_quota_is_asked_before_every_call(server: Server) -> None:
    server.answers["/"] = Reply()
    asked: list[tuple[str, int]] = []

    def spend(name: str, budget: int) -> bool:
        asked.append((name, budget))
        return len(asked) <= 3

    with fetching(server, spend=spend, daily_budget=900) as fetcher:
        get(fetcher, "https://shop.example/", daily_quota=50)
        get(fetcher, "https://shop.example/", daily_quota=50)
        get(fetcher, "https://shop.example/")
        with pytest.raises(RateLimited, match="today's 50 calls are spent"):
            get(fetcher, "https://shop.example/", daily_quota=50)
        with pytest.raises(RateLimited, match=r"today's 900 requests to other\.example are spent"):
            get(fetcher, "https://other.example/")
    assert asked == [("cardbarn", 50)] * 2 + [("shop.example", 900), ("cardbarn", 50), ("other.example", 900)]
    assert len(server.visits) == 3


def test_budgets_are_kept_without_a_database(server: Server, clock: Clock) -> None:
    server.answers["/"] = Reply()
    with fetching(server, clock, daily_budget=3) as fetcher:
        get(fetcher, "https://one.example/", robots=True)  # robots.txt is a request too
        get(fetcher, "https://one.example/", robots=True)
        with pytest.raises(RateLimited, match=r"today's 3 requests to one\.example"):
            get(fetcher, "https://one.example/")
        get(fetcher, "https://two.example/")
        clock.now += 24 * 3600
        get(fetcher, "https://one.example/")
    assert len(server.visits) == 5


def test_an_unchanged_page_comes_back_empty_where_it_was_asked_for_on_condition(server: Server) -> None:
    server.answers["/"] = lambda visit: Reply(b"", 304) if "if-none-match" in visit.headers else Reply()
    with fetching(server) as fetcher:
        fetch = fetcher.of(scraper(), SOURCE)
        again = fetch(Request(url="https://shop.example/", headers={"If-None-Match": '"7"'}))
        assert (again.status, again.text) == (304, "")


def test_not_modified_is_no_answer_to_a_plain_question(server: Server) -> None:
    server.answers["/"] = Reply(b"", 304)
    assert isinstance(failing(server, "https://shop.example/"), ParseError)


def test_a_transport_from_outside_takes_the_place_of_the_network() -> None:
    shipped = httpx.MockTransport(
        lambda request: httpx.Response(200, text=f"<p>{request.url} as it was shipped to all of you here</p>")
    )
    with Fetcher(transport=shipped) as fetcher:
        assert "https://shop.example/" in get(fetcher, "https://shop.example/").text


def test_bytes_that_trickle_in_do_not_stretch_the_deadline() -> None:
    """Every byte arrives well within a timeout of its own; only the whole is too slow."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def drip() -> None:
        for _ in range(3):
            connection, _address = listener.accept()
            with connection, contextlib.suppress(OSError):
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not done.wait(0.02):
                    connection.sendall(b"x")

    dripping = threading.Thread(target=drip, daemon=True)
    dripping.start()
    with listener, Fetcher(allow_private=True, timeout_s=0.15, delay_s=0.0, sleep=lambda _: None) as fetcher:
        with pytest.raises(Unreachable, match=r"no full answer within 0\.15 s"):
            get(fetcher, f"http://127.0.0.1:{listener.getsockname()[1]}/")
        done.set()
        dripping.join()
