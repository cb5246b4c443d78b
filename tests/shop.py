"""A Shopify shop on a real server whose shelves can change between visits."""

import json
from typing import Any
from zlib import crc32

from pytest_httpserver import HTTPServer

from tracker.assemble import Home

SHOP = [
    ("Instinct MI50 32GB", "189.00", True),
    ("Instinct MI50 fan shroud", "19.00", True),
    ("GeForce RTX 3090 24GB", "700.00", True),
    ("Tesla P40 24GB", "150.00", False),
]


def products(*rows: tuple[str, str, bool]) -> dict[str, Any]:
    """A Shopify shop's answer."""
    return {
        "products": [
            {
                "id": _number(title),
                "title": title,
                "handle": f"p{_number(title)}",
                "vendor": "Barn",
                "product_type": "Graphics Cards",
                "body_html": "",
                "tags": [],
                "variants": [
                    {"id": 100 + _number(title), "title": "Default Title", "price": price, "available": available}
                ],
            }
            for title, price, available in rows
        ]
    }


def _number(title: str) -> int:
    """What a product goes by in the shop, whatever else stands on the shelf."""
    return crc32(title.encode())


class Shop:
    """A shop on a real server whose shelves can change between visits."""

    def __init__(self, server: HTTPServer) -> None:
        self.server = server
        self.url = server.url_for("").rstrip("/")
        server.expect_request("/robots.txt").respond_with_data("", status=404)
        self.shows(*SHOP)

    def shows(self, *rows: tuple[str, str, bool]) -> None:
        self.answers(json.dumps(products(*rows)), content_type="application/json")

    def answers(self, body: str, status: int = 200, content_type: str = "text/html") -> None:
        self.server.clear_all_handlers()
        self.server.expect_request("/robots.txt").respond_with_data("", status=404)
        self.server.expect_request("/products.json").respond_with_data(body, status=status, content_type=content_type)


def configure(home: Home, shop: Shop, extra: str = "") -> None:
    home.config_file.write_text(
        f'[fetch]\nallow_private = true\ndelay_s = 0\n[sources.barn]\nsite = "shopify"\nurl = "{shop.url}"\n'
        f'currency = "USD"\n[watches.cheap]\ngpu = "*"\nmetric = "usd_per_gb"\nbelow = 20\n{extra}'
    )
