"""Which addresses may be connected to, and that the judged address is the one connected to."""

from collections.abc import Iterator
from typing import Any

import httpcore
import pytest

from scrapers.fetch import Fetcher, PinnedTransport
from scrapers.network import PublicOnly, is_public
from tests.scrapers.local import ARTICLE, Clock, Reply, Server, StandIn, get
from tracker.core.errors import Unreachable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:db8::1",
    ],
)
def test_addresses_that_are_not_on_the_open_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_addresses_that_are(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/": Reply()}) as server:
        yield server


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_no_spelling_of_this_machine_is_reached(server: Server, host: str) -> None:
    clock = Clock()
    with Fetcher(sleep=clock.sleep, monotonic=clock) as fetcher, pytest.raises(Unreachable, match="private address"):
        get(fetcher, f"http://{host}:{server.port}/")
    assert not server.visits
    assert not clock.slept, "what is refused is not tried again"


class OneNameIsTheServer(PublicOnly):
    """The real network, but for one name."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__()
        self._name = name
        self._server = StandIn(port)

    def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        if host == self._name:
            return self._server.connect_tcp(host, port, *arguments, **options)
        return super().connect_tcp(host, port, *arguments, **options)


def test_a_redirect_does_not_lead_inside(server: Server) -> None:
    server.answers["/out"] = Reply(b"", 302, {"Location": f"http://localhost:{server.port}/"})
    transport = PinnedTransport(OneNameIsTheServer("shop.example", server.port))
    with Fetcher(transport=transport) as fetcher, pytest.raises(Unreachable, match="localhost is at the private"):
        get(fetcher, "http://shop.example/out")
    assert server.paths == ["/out"]


def test_a_name_is_looked_up_once_a_connection_so_it_cannot_change_its_mind(server: Server) -> None:
    lookups: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"]

    backend = PublicOnly(allow_private=True, resolve=rebinding)
    with Fetcher(transport=PinnedTransport(backend)) as fetcher:
        assert get(fetcher, f"http://shop.example:{server.port}/").text == ARTICLE.decode()
    assert lookups == ["shop.example"]


def test_the_next_address_is_tried_when_one_does_not_answer(server: Server) -> None:
    backend = PublicOnly(allow_private=True, resolve=lambda _host, _port: ["::1", "127.0.0.1"])
    with Fetcher(transport=PinnedTransport(backend)) as fetcher:
        get(fetcher, f"http://shop.example:{server.port}/")


def test_private_addresses_can_be_allowed(server: Server) -> None:
    with Fetcher(allow_private=True) as fetcher:
        assert get(fetcher, f"http://localhost:{server.port}/").text == ARTICLE.decode()
