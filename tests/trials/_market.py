"""A market of shops on this machine, in a process of its own: every 127.x.y.z is a shop, and its prices move."""

import asyncio
import json
import multiprocessing
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from tests.shop import products


def shop_host(number: int) -> str:
    """The address of a shop."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


@contextmanager
def market(cards: int, *, moves_every: int) -> Iterator[int]:
    """The port on which every shop answers with its cards; all of a shop's prices are one, and move now and then."""
    spawning = multiprocessing.get_context("spawn")
    ours, theirs = spawning.Pipe()
    process = spawning.Process(target=_serve, args=(theirs, cards, moves_every), daemon=True)
    process.start()
    try:
        yield int(ours.recv())
    finally:
        process.kill()
        process.join()


def _serve(told: Connection, cards: int, moves_every: int) -> None:
    asked: Counter[str] = Counter()
    pages: dict[int, bytes] = {}

    def page(price: int) -> bytes:
        if price not in pages:
            pages.clear()
            rows = [(f"GeForce RTX 3090 24GB no. {number}", f"{price}.00", True) for number in range(cards)]
            pages[price] = json.dumps(products(*rows)).encode()
        return pages[price]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1]
                if path.startswith(b"/robots"):
                    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    continue
                shop = str(writer.get_extra_info("sockname")[0])
                asked[shop] += 1
                body = page(600 + asked[shop] // moves_every)
                kind = b"Content-Type: application/json\r\n"
                writer.write(b"HTTP/1.1 200 OK\r\n" + kind + b"Content-Length: %d\r\n\r\n" % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0)  # noqa: S104  (loopback addresses, all of them)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


def settings(port: int, shops: int, *, every: str, extra: str = "") -> str:
    """tracker.toml for a number of these shops."""
    sources = "".join(
        f'[sources.shop{number}]\nsite = "shopify"\nurl = "http://{shop_host(number)}:{port}"\n'
        f'currency = "USD"\nevery = "{every}"\n'
        for number in range(shops)
    )
    return f"[fetch]\nallow_private = true\ndelay_s = 0\n{extra}\n{sources}"


def home_with(folder: Path, text: str) -> Path:
    """A home folder with these settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tracker.toml").write_text(text, encoding="utf-8")
    return folder
