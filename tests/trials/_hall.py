"""A hall of shops for trials: one address of this machine a host, every request watched, and a letterbox for alerts."""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Hall:
    """What the shops have seen; one collection of a shop is one source."""

    news_every: int
    standing: int
    port: int = 0
    shown: Counter[tuple[str, str]] = field(default_factory=Counter)
    under_way: Counter[str] = field(default_factory=Counter)
    crowded: int = 0
    letters: list[str] = field(default_factory=list)
    last_at: dict[str, float] = field(default_factory=dict)
    closest_s: dict[str, float] = field(default_factory=lambda: defaultdict(lambda: 1e9))
    counting: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """One request at a host, counted; two at once are what must not be."""
        with self.counting:
            self.under_way[host] += 1
            self.crowded += self.under_way[host] > 1
            if host in self.last_at:
                self.closest_s[host] = min(self.closest_s[host], time.monotonic() - self.last_at[host])
        try:
            yield
        finally:
            with self.counting:
                self.under_way[host] -= 1
                self.last_at[host] = time.monotonic()

    def shelf(self, host: str, collection: str) -> dict[str, Any]:
        """What a collection shows now: every so many answers a new product comes, and the oldest one goes."""
        with self.counting:
            number = self.shown[host, collection]
            self.shown[host, collection] += 1
        oldest = number // self.news_every
        return {"products": [_product(collection, one) for one in range(oldest, oldest + self.standing)]}


CARDS = (
    *("GeForce RTX 3090 24GB", "GeForce RTX 4090 24GB", "GeForce RTX 3060 12GB", "GeForce RTX 5060 Ti 16GB"),
    *(
        "Tesla P40 24GB",
        "Tesla V100 PCIe 32GB",
        "RTX A6000 48GB",
        "RTX A4000 16GB",
        "NVIDIA L4 24GB",
        "NVIDIA A40 48GB",
    ),
    *("Instinct MI50 32GB", "Instinct MI100 32GB", "Radeon RX 7900 XTX 24GB", "GeForce RTX 2080 Ti 11GB"),
)


def _product(collection: str, number: int) -> dict[str, Any]:
    """A card like no other: two numbers in its title keep it from passing for one that was sold before."""
    identity = int(collection) * 1_000_000 + number
    return {
        "id": identity,
        "title": f"{CARDS[identity % len(CARDS)]}, box {identity} crate {identity + 1_000_000_000}",
        "handle": f"p{identity}",
        "vendor": "Hall",
        "product_type": "Graphics Cards",
        "body_html": "",
        "tags": [],
        "variants": [
            {"id": identity, "title": "Default Title", "price": f"{700 + identity % 97}.00", "available": True}
        ],
    }


def host_name(number: int) -> str:
    """The address of a host, all of them this machine."""
    return f"127.0.1.{number + 1}"


@contextmanager
def opened(hosts: int, *, news_every: int = 10, standing: int = 5) -> Iterator[Hall]:
    """The shops and the letterbox, answering while the block runs; a collection shows `standing` products at a time."""
    hall = Hall(news_every=news_every, standing=standing)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            with hall.turn(host):
                if self.path == "/robots.txt":
                    self._answer(404, b"")
                    return
                collection = self.path.partition("/collections/")[2].partition("/")[0]
                self._answer(200, json.dumps(hall.shelf(host, collection)).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with hall.counting:
                hall.letters.append(self.headers["Idempotency-Key"])
            self._answer(200, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: object) -> None:
            return  # a worker that was killed hangs up

    with ExitStack() as stack:
        for number in range(hosts):
            server = Quiet((host_name(number), hall.port), Handler)
            hall.port = server.server_port
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
        yield hall
