"""A refurbisher's shop that does not exist."""

from typing import Any

from tests.scrapers.case import Case, html_reply, json_reply
from tests.scrapers.local import Reply

SHOP = "racks-and-cards.example"
ROBOTS = Reply(b"User-agent: *\nDisallow: /admin\nDisallow: /cart\n", headers={"Content-Type": "text/plain"})


def product(number: int, title: str, variants: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    """One product as the catalogue prints it."""
    return {
        "id": 7_000_000 + number,
        "title": title,
        "handle": f"card-{number}",
        "body_html": "<p>Pulled from a rack, <b>tested</b> for an hour.</p>\n<ul><li>90 days &amp; more</li></ul>",
        "published_at": "2025-10-01T09:00:00-07:00",
        "created_at": "2025-09-30T09:00:00-07:00",
        "updated_at": "2025-11-01T09:00:00-07:00",
        "vendor": "NVIDIA",
        "product_type": "Graphics card",
        "tags": ["gpu", "refurbished"],
        "variants": variants,
        "images": [{"id": 1, "src": f"https://cdn.shopify.com/s/files/1/card-{number}.jpg"}],
        "options": [{"name": "Title", "position": 1, "values": ["Default Title"]}],
    } | other


def variant(number: int, price: str, *, available: bool = True, **other: Any) -> dict[str, Any]:
    """One variant, the only one of its product unless told otherwise."""
    return {
        "id": 41_000_000 + number,
        "title": "Default Title",
        "option1": "Default Title",
        "option2": None,
        "sku": f"RC-{number}",
        "requires_shipping": True,
        "featured_image": None,
        "available": available,
        "price": price,
        "compare_at_price": None,
        "grams": 1500,
    } | other


V100 = product(
    1,
    "Tesla V100 SXM2",
    [
        variant(11, "189.00", title="16 GB / Grade B", option1="16 GB", option2="Grade B"),
        variant(12, "549.00", available=False, title="32 GB / Grade A", option1="32 GB", option2="Grade A"),
    ],
    options=[
        {"name": "Memory", "position": 1, "values": ["16 GB", "32 GB"]},
        {"name": "Grade", "position": 2, "values": ["Grade B", "Grade A"]},
    ],
)
A4000 = product(2, "RTX A4000 16GB single slot", [variant(21, "619.00", compare_at_price="699.00")], tags="gpu, used")
MI50 = product(3, "AMD Instinct MI50 32GB", [variant(31, "249.00")], vendor="AMD", images=[])
P40 = product(4, "Tesla P40 24GB", [variant(41, "279.00", available=False)])


def page(number: int, limit: int = 2, folder: str = "") -> str:
    """Where a page of the catalogue lies."""
    return f"{SHOP}{folder}/products.json?limit={limit}&page={number}"


def catalogue(*products: dict[str, Any]) -> Reply:
    """A page of the catalogue."""
    return json_reply({"products": products})


PASSWORD = """<!doctype html><html><head><title>Racks and Cards</title></head>
<body class="template-password"><p>Opening soon. Enter using password:</p>
<form method="post" action="/password"><input type="hidden" name="form_type" value="storefront_password">
<input type="password" name="password"></form></body></html>"""

CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head>
<body><div class="main-content"><noscript>Enable JavaScript and cookies to continue</noscript></div>
<script>window._cf_chl_opt = {cvId: '3', cType: 'managed'};</script></body></html>"""

CASES = {
    "normal": Case(
        options={"url": f"https://{SHOP}", "limit": "2"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, page(1): catalogue(V100, A4000), page(2): catalogue(MI50)},
    ),
    "last": Case(
        options={"url": f"https://{SHOP}", "collection": "used-gpus", "limit": "2", "currency": "EUR"},
        answers={
            "/robots.txt": Reply(b"not found", 404),
            page(1, folder="/collections/used-gpus"): catalogue(A4000, MI50),
            page(2, folder="/collections/used-gpus"): catalogue(),
        },
    ),
    "empty": Case(
        options={"url": f"https://{SHOP}/collections/h100"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, page(1, 250, "/collections/h100"): catalogue()},
    ),
    "sold_out": Case(
        options={"url": f"https://{SHOP}/", "limit": "2"},
        currency="USD",
        answers={"/robots.txt": ROBOTS, page(1): catalogue(P40)},
    ),
    "closed": Case(
        options={"url": f"https://{SHOP}"},
        answers={
            "/robots.txt": ROBOTS,
            "/products.json": Reply(b"", 302, {"Location": f"https://{SHOP}/password"}),
            "/password": html_reply(PASSWORD),
        },
    ),
    "blocked": Case(
        options={"url": f"https://{SHOP}"},
        answers={"/robots.txt": ROBOTS, "/products.json": html_reply(CHALLENGE, 403)},
    ),
}
