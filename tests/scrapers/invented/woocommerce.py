"""A shop on WooCommerce that does not exist."""

from typing import Any

from tests.scrapers.case import Case, html_reply, json_reply
from tests.scrapers.local import Reply

SHOP = "silizium-lager.example"
PRODUCTS = f"{SHOP}/wp-json/wc/store/v1/products"
ROBOTS = Reply(b"User-agent: *\nDisallow: /wp-admin/\n", headers={"Content-Type": "text/plain"})


def prices(minor: str, *, regular: str = "", least: str = "", most: str = "", currency: str = "EUR") -> dict[str, Any]:
    """What a product costs, in cents."""
    spread = {"min_amount": least, "max_amount": most} if least else None
    return {
        "currency_code": currency,
        "currency_symbol": "€",
        "currency_minor_unit": 2,
        "currency_decimal_separator": ",",
        "currency_thousand_separator": ".",
        "currency_prefix": "",
        "currency_suffix": " €",
        "price": minor,
        "regular_price": regular or minor,
        "sale_price": minor,
        "price_range": spread,
    }


def product(number: int, name: str, cost: dict[str, Any], **other: Any) -> dict[str, Any]:
    """One product, simple unless told otherwise."""
    return {
        "id": number,
        "name": name,
        "slug": f"karte-{number}",
        "parent": 0,
        "type": "simple",
        "variation": "",
        "permalink": f"https://{SHOP}/produkt/karte-{number}/",
        "sku": f"SL-{number}",
        "short_description": "<p>Aus einem Rechenzentrum, <strong>getestet</strong>.</p>",
        "description": "<p>Mit Slotblech &amp; Strom-Adapter.</p>\n",
        "on_sale": False,
        "prices": cost,
        "images": [{"id": 1, "src": f"https://{SHOP}/wp-content/uploads/karte-{number}.jpg"}],
        "categories": [{"id": 5, "name": "Grafikkarten &amp; Beschleuniger", "slug": "gpu"}],
        "tags": [{"id": 8, "name": "gebraucht", "slug": "gebraucht"}],
        "attributes": [],
        "variations": [],
        "has_options": False,
        "is_purchasable": True,
        "is_in_stock": True,
        "is_on_backorder": False,
        "low_stock_remaining": None,
    } | other


def variation(number: int, parent: int, choice: str, minor: str, **other: Any) -> dict[str, Any]:
    """One variation of a product, named as its parent is."""
    address = f"https://{SHOP}/produkt/karte-{parent}/?attribute_pa_speicher={choice.rpartition(' ')[2]}"
    plain = {"type": "variation", "parent": parent, "variation": choice, "permalink": address}
    return product(number, "Tesla V100 SXM2 &#8211; Modul", prices(minor), **plain | other)


V100 = product(
    301,
    "Tesla V100 SXM2 &#8211; Modul",
    prices("17900", least="17900", most="52900"),
    type="variable",
    has_options=True,
    attributes=[
        {"id": 1, "name": "Speicher", "has_variations": True, "terms": [{"name": "16 GB"}, {"name": "32 GB"}]},
    ],
    variations=[
        {"id": 302, "attributes": [{"name": "Speicher", "value": "16 GB"}]},
        {"id": 303, "attributes": [{"name": "Speicher", "value": "32 GB"}]},
    ],
)
V100_16 = variation(302, 301, "Speicher: 16 GB", "17900", low_stock_remaining=2)
V100_32 = variation(303, 301, "Speicher: 32 GB", "52900", is_in_stock=False)
MI50 = product(310, "AMD Instinct MI50 32GB", prices("24950", regular="29900"), on_sale=True)
A2 = product(311, "NVIDIA A2 16GB", prices("39900"), is_on_backorder=True)
P40 = product(312, "Tesla P40 24GB", prices("28900"), is_in_stock=False)


def page(number: int, limit: int = 100, **other: str) -> str:
    """Where a page of the catalogue lies."""
    rest = "".join(f"&{name}={value}" for name, value in other.items())
    return f"{PRODUCTS}?per_page={limit}&page={number}&orderby=id{rest}"


CHALLENGE = """<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title></head>
<body><noscript>Enable JavaScript and cookies to continue</noscript>
<script>window._cf_chl_opt = {cvId: '3', cType: 'managed'};</script></body></html>"""
CLOSED = {"code": "rest_no_route", "message": "No route was found matching the URL.", "data": {"status": 404}}

CASES = {
    "normal": Case(
        options={"url": f"https://{SHOP}/", "limit": "2"},
        answers={
            "/robots.txt": ROBOTS,
            page(1, 2): json_reply([MI50, V100]),
            page(2, 2): json_reply([A2]),
            page(1, 2, type="variation", parent="301"): json_reply([V100_16, V100_32]),
            page(2, 2, type="variation", parent="301"): json_reply([]),
        },
    ),
    "last": Case(
        options={"url": f"https://{SHOP}", "category": "gpu"},
        answers={"/robots.txt": ROBOTS, page(1, category="gpu"): json_reply([MI50, A2])},
    ),
    "empty": Case(
        options={"url": f"https://{SHOP}", "search": "h100 sxm"},
        answers={"/robots.txt": ROBOTS, page(1, search="h100+sxm"): json_reply([])},
    ),
    "sold_out": Case(options={"url": SHOP}, answers={"/robots.txt": ROBOTS, page(1): json_reply([P40])}),
    "closed": Case(options={"url": SHOP}, answers={"/robots.txt": ROBOTS, page(1): json_reply(CLOSED)}),
    "blocked": Case(options={"url": SHOP}, answers={"/robots.txt": ROBOTS, PRODUCTS: html_reply(CHALLENGE, 403)}),
}
