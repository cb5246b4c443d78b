"""What other scrapers write, one object a line."""

import json
from typing import Any

from tests.scrapers.case import Case, json_reply
from tests.scrapers.local import Reply

FILE = "https://collector.example/out/aliexpress.jsonl"
NO_ROBOTS = Reply(b"", 404)
ROWS: tuple[dict[str, Any], ...] = (
    {
        "id": 100500,
        "name": "RTX 2080 Ti 22GB turbo &amp; warranty",
        "price": 339.0,
        "currency": "USD",
        "url": "https://www.aliexpress.example/item/100500.html",
        "shipping": 0,
        "seller": "Example Store",
        "feedback_percent": "97.1",
        "in_stock": True,
        "attributes": {"Memory": "22 GB"},
        "best_offer": False,
        "orders": 41,
        "pictures": ["a.jpg", "b.jpg"],
    },
    {"id": "100501", "title": "CMP 170HX", "price": "US $289.00", "link": "//www.aliexpress.example/item/100501.html"},
)


def lines(*rows: Any) -> Reply:
    """Rows one a line."""
    return Reply("\n".join(json.dumps(row) for row in rows).encode(), headers={"Content-Type": "application/x-ndjson"})


def served(reply: Reply) -> Case:
    """A visit to what another scraper wrote."""
    return Case(
        options={"url": FILE}, currency="USD", answers={"/robots.txt": NO_ROBOTS, "/out/aliexpress.jsonl": reply}
    )


CASES = {
    "normal": served(lines(*ROWS)),
    "list": served(json_reply(list(ROWS))),
    "empty": served(json_reply([])),
    "broken": served(lines(ROWS[0], {"title": "no address"}, ["no row"], ROWS[1])),
    "gone": Case(options={"url": FILE}, answers={"/robots.txt": NO_ROBOTS}),
}
