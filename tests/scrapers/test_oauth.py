"""Client credentials: traded once, shared, renewed, refused; and never shown."""

import base64
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from scrapers.base import OAuthClient
from scrapers.oauth import keys_for, missing
from tests.scrapers.local import Clock, Reply, Server, Visit, fetching, get, scraper
from tracker.core.errors import Blocked, ParseError, RateLimited, SourceError, Unconfigured, Unreachable

CLIENT = OAuthClient(
    token_url="https://api.cardbarn.example/token",
    scope="https://api.cardbarn.example/search",
    id_env="CARDBARN_ID",
    secret_env="CARDBARN_SECRET",
    help="Ask the barn for keys",
)
SECRETS = {"CARDBARN_ID": "the-client-id", "CARDBARN_SECRET": "hush-hush"}
URL = "https://api.cardbarn.example/cards"
JSON = {"Content-Type": "application/json"}


class Barn:
    """An API that hands out numbered tokens and takes only the newest."""

    def __init__(self) -> None:
        self.tokens = 0
        self.expires_in: object = 7200

    def token(self, _: Visit) -> Reply:
        self.tokens += 1
        answer = {"access_token": f"token-{self.tokens}", "expires_in": self.expires_in, "token_type": "Application"}
        return Reply(json.dumps(answer).encode(), headers=JSON)

    def cards(self, visit: Visit) -> Reply:
        good = visit.headers.get("authorization") == f"Bearer token-{self.tokens}"
        return Reply(b'{"cards": []}', headers=JSON) if good else Reply(b'{"error": "token"}', 401, JSON)


@pytest.fixture
def barn() -> Barn:
    return Barn()


@pytest.fixture
def server(barn: Barn) -> Iterator[Server]:
    with Server({"/token": barn.token, "/cards": barn.cards, "/secrets": Reply()}) as server:
        yield server


def test_one_token_serves_many_requests_from_many_threads(server: Server, barn: Barn) -> None:
    with fetching(server, secrets=SECRETS) as fetcher, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: get(fetcher, URL, needs=CLIENT), range(8)))
    assert barn.tokens == 1
    asked = server.visits[0]
    assert (asked.method, asked.path) == ("POST", "/token")
    expected = base64.b64encode(b"the-client-id:hush-hush").decode()
    assert asked.headers["authorization"] == f"Basic {expected}"
    assert asked.body == b"grant_type=client_credentials&scope=https%3A%2F%2Fapi.cardbarn.example%2Fsearch"


def test_a_token_is_renewed_a_minute_before_its_end(server: Server, barn: Barn) -> None:
    clock = Clock()
    with fetching(server, clock, secrets=SECRETS) as fetcher:
        get(fetcher, URL, needs=CLIENT)
        clock.now += 7200 - 70
        get(fetcher, URL, needs=CLIENT)
        assert barn.tokens == 1
        clock.now += 20
        get(fetcher, URL, needs=CLIENT)
    assert barn.tokens == 2


def test_a_refused_token_is_renewed_once(server: Server, barn: Barn) -> None:
    with fetching(server, secrets=SECRETS) as fetcher:
        get(fetcher, URL, needs=CLIENT)
        barn.tokens = 40
        get(fetcher, URL, needs=CLIENT)
    assert barn.tokens == 41
    assert [visit.path for visit in server.visits[2:]] == ["/cards", "/token", "/cards"]


def test_a_second_refusal_is_final(server: Server, barn: Barn) -> None:
    server.answers["/cards"] = Reply(b'{"error": "no"}', 401, JSON)
    with fetching(server, secrets=SECRETS) as fetcher, pytest.raises(Blocked):
        get(fetcher, URL, needs=CLIENT)
    assert server.paths == ["/token", "/cards", "/token", "/cards"]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(b'{"error": "invalid_client"}', 401, JSON), Blocked),
        (Reply(b'{"error": "invalid_scope"}', 400, JSON), Blocked),
        (Reply(b"<p>no</p>", 429), RateLimited),
        (Reply(b"<p>no</p>", 500), Unreachable),
        (Reply(b"<p>hello</p>", 200), ParseError),
        (Reply(b'{"expires_in": 7200}', 200, JSON), ParseError),
        (Reply(b'["token"]', 200, JSON), ParseError),
        (Reply(b'{"access_token": "line\\nbreak"}', 200, JSON), ParseError),
        (Reply(b"", 302, {"Location": "https://elsewhere.example/"}), ParseError),
    ],
)
def test_no_token_is_told_by_its_reason(server: Server, reply: Reply, error: type[SourceError]) -> None:
    server.answers["/token"] = reply
    with fetching(server, secrets=SECRETS) as fetcher, pytest.raises(SourceError) as caught:
        get(fetcher, URL, needs=CLIENT)
    assert type(caught.value) is error
    assert "/cards" not in server.paths


@pytest.mark.parametrize("secrets", [{}, {"CARDBARN_ID": "x"}, {"CARDBARN_ID": "x", "CARDBARN_SECRET": " "}])
def test_without_keys_nothing_is_asked(server: Server, secrets: dict[str, str]) -> None:
    with fetching(server, secrets=secrets) as fetcher, pytest.raises(Unconfigured) as caught:
        get(fetcher, URL, needs=CLIENT)
    assert "CARDBARN_SECRET" in str(caught.value)
    assert "Ask the barn for keys" in str(caught.value)
    assert not server.visits
    assert "CARDBARN_SECRET" in missing(scraper(needs=CLIENT), secrets)


def test_a_token_stays_with_its_host(server: Server) -> None:
    server.answers["/cards"] = Reply(b"", 302, {"Location": "https://elsewhere.example/secrets"})
    with fetching(server, secrets=SECRETS) as fetcher:
        get(fetcher, URL, needs=CLIENT)
    assert server.visits[-1].host == "elsewhere.example"
    assert "authorization" not in server.visits[-1].headers


def test_keys_and_tokens_are_never_shown(server: Server, barn: Barn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(keys_for(scraper(needs=CLIENT), CLIENT, SECRETS))]
    with fetching(server, secrets=SECRETS) as fetcher:
        get(fetcher, URL, needs=CLIENT)
        shown.append(repr(fetcher))
        server.answers["/token"] = Reply(b'{"error": "invalid_client"}', 401, JSON)
        server.answers["/cards"] = Reply(b"{}", 401, JSON)
        with pytest.raises(Blocked) as caught:
            get(fetcher, URL, needs=CLIENT)
    shown += [str(caught.value), repr(caught.value), caplog.text]
    basic = base64.b64encode(b"the-client-id:hush-hush").decode()
    assert not [text for text in shown for secret in ("hush-hush", "token-1", basic) if secret in text]
