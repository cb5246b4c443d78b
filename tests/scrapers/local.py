"""What these tests stand on: a real HTTP server, a clock that is set by sleeping, and names that lead to the server."""

import ssl
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore

from scrapers.base import Page, Request, Scraper, Source
from scrapers.fetch import Fetcher, PinnedTransport

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and quicker made than a real one

SOURCE = Source(name="cardbarn", site="cardbarn")
HTML = {"Content-Type": "text/html; charset=utf-8"}
ARTICLE = (
    b"<html><title>Cards</title><body>" + b"<p>One card of many, well kept and tested.</p>" * 3 + b"</body></html>"
)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server says to one path."""

    body: bytes = ARTICLE
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: HTML)


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the server saw it; header names in lower case."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


Answer = Reply | Callable[[Visit], Reply]


class Server:
    """A web server on this machine; `answers` by "host/path", by "/path", or a 404 for everything else."""

    def __init__(self, answers: Mapping[str, Answer], clock: Callable[[], float] = lambda: 0.0) -> None:
        self.answers = dict(answers)
        self.visits: list[Visit] = []
        self._clock = clock
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def do_GET(self) -> None:
                outer.respond(self)

            do_POST = do_GET  # noqa: N815 - the name http.server calls

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Listener(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [visit.path for visit in self.visits]

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request and remember it."""
        host = handler.headers.get("Host", "").partition(":")[0]
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        visit = Visit(str(handler.command), host, handler.path, headers, body, self._clock())
        self.visits.append(visit)
        bare = handler.path.partition("?")[0]
        keys = (host + handler.path, handler.path, host + bare, bare)
        answer = next((self.answers[key] for key in keys if key in self.answers), Reply(b"nothing here", 404))
        reply = answer(visit) if callable(answer) else answer
        handler.send_response(reply.status)
        for name, value in ({"Content-Length": str(len(reply.body))} | dict(reply.headers)).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(reply.body)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        assert not self._server.faults, f"the server failed: {self._server.faults}"


class _Listener(ThreadingHTTPServer):
    """Remembers what went wrong, except that clients hang up early."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.faults: list[BaseException] = []

    def handle_error(self, *_: object) -> None:
        fault = sys.exception()
        if fault is not None and not isinstance(fault, OSError):
            self.faults.append(fault)


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class StandIn(httpcore.NetworkBackend):
    """Leads every name to one local port, and speaks plainly where TLS is asked for: real URLs, local bytes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._plain = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *arguments: Any, **options: Any) -> httpcore.NetworkStream:
        del host, port
        return _Plain(self._plain.connect_tcp("127.0.0.1", self._port, *arguments, **options))


class _Plain(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(self, *_: object, **__: object) -> httpcore.NetworkStream:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@contextmanager
def fetching(server: Server, clock: Clock | None = None, **options: Any) -> Iterator[Fetcher]:
    """A fetcher for which every name is the server, and time the clock's."""
    clock = clock or Clock()
    options.setdefault("transport", PinnedTransport(StandIn(server.port), _NO_TLS))
    with Fetcher(sleep=clock.sleep, monotonic=clock, **options) as fetcher:
        yield fetcher


def scraper(**changes: Any) -> Scraper:
    """A scraper that asks for nothing by itself and reads nothing."""
    plain: dict[str, Any] = {"site": "cardbarn", "start": no_requests, "parse": no_requests, "robots": False}
    return Scraper(**plain | changes)


def no_requests(_: Source | Page) -> Iterable[Any]:
    """Nothing to ask for, nothing to read."""
    return ()


def get(fetcher: Fetcher, url: str, **changes: Any) -> Page:
    """Fetch one page with the plain scraper."""
    return fetcher.of(scraper(**changes), SOURCE)(Request(url=url))
