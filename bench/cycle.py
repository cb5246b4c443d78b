"""One cycle over a shop's 200 pages on a local server, to stored offers, against a Scrapy spider with parsel.

Both are whole processes. The spider reads the same fields and writes them to SQLite as printed; ours identifies,
prices and stores them besides. `python -m bench.cycle serve|spider …` are the processes this one starts.
"""

import gzip
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

from bench.market_data import variants
from bench.measure import median_s, ms, say

PAGES, PER_PAGE, PAGE_BYTES = 200, 50, 200_000
SPEED = 1.5

FIELDS = {
    "title": "h2",
    "price": ".price",
    "link": "h2 a",
    "id": "@data-ad",
    "condition": ".state",
    "seller": ".seller",
    "shipping": ".shipping",
    "image": "img",
}


def main() -> None:
    """Print the times of both, three runs each in turn."""
    if find_spec("scrapy") is None:
        raise ModuleNotFoundError("scrapy", name="scrapy")
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder, _server() as url:
        runs = iter(range(100))
        ours: list[float] = []
        peer: list[float] = []
        for _ in range(3):
            home = Path(folder) / str(next(runs))
            ours.append(median_s(lambda: _ours(home, url), runs=1))  # noqa: B023 (called before the loop goes on)
            peer.append(median_s(lambda: _spider(home, url), runs=1))  # noqa: B023
            assert _rows(home / "tracker.db", "listing") == _rows(home / "spider.db", "item") == PAGES * PER_PAGE
    mine, theirs = sorted(ours)[1], sorted(peer)[1]
    beside = f"Scrapy {ms(theirs)}, {theirs / mine:.2f} ×"
    what = f"{PAGES} pages of {PAGE_BYTES:,} bytes to {PAGES * PER_PAGE:,} stored listings"
    say(what, ms(mine), f"≥ {SPEED} ×", met=theirs / mine >= SPEED, peer=beside)


def _rows(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _ours(home: Path, url: str) -> None:
    home.mkdir()
    fields = "\n".join(f'{name} = "{selector}"' for name, selector in FIELDS.items())
    (home / "tracker.toml").write_text(
        f'[fetch]\nallow_private = true\ndelay_s = 0\nmax_pages = {PAGES + 1}\n[sources.shop]\nsite = "pages"\n'
        f'url = "{url}/{{page}}"\ncurrency = "USD"\nitem = "li.ad"\nempty = ".none"\n{fields}\n'
    )
    _run(["-m", "tracker", "--home", str(home), "scrape", "shop"])


def _spider(home: Path, url: str) -> None:
    _run(["-m", "bench.cycle", "spider", url, str(home / "spider.db")])


def _run(words: list[str]) -> None:
    ran = subprocess.run([sys.executable, *words], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# --- the shop -----------------------------------------------------------------------------------------------------


@contextmanager
def _server() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-m", "bench.cycle", "serve"], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield str(server.stdout.readline().strip() if server.stdout else "")
        finally:
            server.terminate()


def serve() -> None:
    """Serve the shop on a free port, and print its address."""
    pages = {f"/{number}": gzip.compress(page(number).encode()) for number in range(1, PAGES + 1)}
    pages[f"/{PAGES + 1}"] = gzip.compress(
        b"<html><body><a href=/>Shop</a><p class=none>Nothing found.</p></body></html>"
    )

    class Shop(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or what follows the headers waits 40 ms for their acknowledgement

        def do_GET(self) -> None:  # (the name the library calls)
            body = pages.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


def page(number: int) -> str:
    """A search page with as much around each entry as real ones have."""
    cards = variants()
    entries = []
    for place in range(PER_PAGE):
        key = number * PER_PAGE + place
        card = cards[key * 7 % len(cards)]
        entry = (
            f'<li class="ad" data-ad="{key}"><h2><a href="/p/{key}">{card.name} {card.vram_gb:g}GB tested no {key}</a>'
            f'</h2><span class="price">${100 + key % 900}.00</span><span class="state">Used</span>'
            f'<span class="seller">seller{key % 97}</span><span class="shipping">$15.00</span>'
            f'<img src="/i/{key}.jpg"><div class="more">'
        )
        filler = "".join(f'<div class="row r{row}" data-k="{key * row}"><i></i><b>{row}</b></div>' for row in range(99))
        entries.append(entry + filler[: PAGE_BYTES // PER_PAGE - len(entry)].rpartition("<div")[0] + "</div></li>")
    return f"<html><head><title>GPUs</title></head><body><ul>{''.join(entries)}</ul></body></html>"


# --- the peer -----------------------------------------------------------------------------------------------------


def spider(url: str, file: str) -> None:
    """Walk the shop with Scrapy, as its tutorial does, with the settings that make it fastest here."""
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess

    class Shop(Spider):
        name = "shop"
        start_urls = [f"{url}/{number}" for number in range(1, PAGES + 1)]  # noqa: RUF012 (as Scrapy wants it)

        def parse(self, response):  # type: ignore[no-untyped-def]
            for ad in response.css("li.ad"):
                yield {
                    "site_id": ad.attrib["data-ad"],
                    "title": ad.css("h2 a::text").get(),
                    "link": response.urljoin(ad.css("h2 a::attr(href)").get()),
                    "price": ad.css(".price::text").get(),
                    "condition": ad.css(".state::text").get(),
                    "seller": ad.css(".seller::text").get(),
                    "shipping": ad.css(".shipping::text").get(),
                    "image": response.urljoin(ad.css("img::attr(src)").get()),
                }

    class Keep:
        def open_spider(self) -> None:
            self.db = sqlite3.connect(file)
            self.db.execute(
                "CREATE TABLE item (site_id PRIMARY KEY, title, link, price, condition, seller, shipping, image)"
            )

        def process_item(self, item: dict[str, str]) -> dict[str, str]:
            self.db.execute(
                "INSERT OR REPLACE INTO item VALUES"
                " (:site_id, :title, :link, :price, :condition, :seller, :shipping, :image)",
                item,
            )
            return item

        def close_spider(self) -> None:
            self.db.commit()
            self.db.close()

    settings = {
        "ITEM_PIPELINES": {Keep: 1},
        "LOG_LEVEL": "ERROR",
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "ROBOTSTXT_OBEY": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    process = CrawlerProcess(settings)
    process.crawl(Shop)
    process.start()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve()
    elif sys.argv[1:2] == ["spider"]:
        spider(*sys.argv[2:])
    else:
        main()
