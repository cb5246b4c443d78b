"""What a page says of itself in its head: Open Graph, product tags, Twitter cards, bare price tags."""

from typing import Any

from scrapers.base import Page
from scrapers.platforms.product import Node

# property → the names it goes by, the surest first
_NAMES = {
    "name": ("og:title", "twitter:title"),
    "price": (
        "product:sale_price:amount",
        "og:sale_price:amount",
        "product:price:amount",
        "og:price:amount",
        "product:price",
        "og:price",
        "price",
        "twitter:data:price",
    ),
    "priceCurrency": (
        "product:sale_price:currency",
        "product:price:currency",
        "og:price:currency",
        "og:currency",
        "product:currency",
        "currency",
        "pricecurrency",
    ),
    "availability": ("product:availability", "og:availability", "availability"),
    "itemCondition": ("product:condition", "og:condition"),
    "brand": ("product:brand", "og:brand"),
    "sku": ("product:retailer_item_id", "product:sku", "og:sku"),
    "gtin": ("product:ean", "product:gtin", "product:upc", "product:isbn", "og:ean", "og:upc"),
    "url": ("og:url",),
    "image": ("og:image",),
    "description": ("og:description", "twitter:description", "description"),
}
_OF_OFFER = ("price", "priceCurrency", "availability", "itemCondition")
# What og:type says of pages that sell one thing.
_PRODUCT_TYPES = ("product", "og:product", "product.item")


def from_meta(page: Page) -> list[Node]:
    """The product the page's head describes: one where it names a price or calls itself a product, else none."""
    said = _said(page)
    fields: dict[str, Any] = {
        field: found
        for field, names in _NAMES.items()
        if (found := next((said[name] for name in names if said.get(name)), ""))
    }
    if "price" not in fields and (labelled := _twitter_price(said)):
        fields["price"] = labelled
    if "name" not in fields or not ("price" in fields or calls_itself_product(said)):
        return []
    offer = {name: fields.pop(name) for name in _OF_OFFER if name in fields}
    return [{"@type": "Product", **fields, "offers": {"@type": "Offer", **offer}}]


def calls_itself_product(said: dict[str, str]) -> bool:
    """Whether a page's type is that of a product."""
    kind = said.get("og:type", "").lower()
    return kind in _PRODUCT_TYPES or kind.endswith(":product")


def _said(page: Page) -> dict[str, str]:
    """Every meta tag's first value, names in lower case."""
    said: dict[str, str] = {}
    for node in page.tree.css("meta[property], meta[name]"):
        attributes = node.attributes
        if "itemprop" in attributes:
            continue
        value = (attributes.get("content") or "").strip()
        for name in (attributes.get("property"), attributes.get("name")):
            if name and value:
                said.setdefault(name.strip().lower(), value)
    return said


def _twitter_price(said: dict[str, str]) -> str:
    """The value of the Twitter card's row whose label is a word for price."""
    for number in range(1, 5):
        if said.get(f"twitter:label{number}", "").strip().lower() in _PRICE_LABELS:
            return said.get(f"twitter:data{number}", "")
    return ""


_PRICE_LABELS = frozenset({
    "price", "preis", "prix", "prezzo", "precio", "preço", "cena", "pris", "prijs", "hinta", "fiyat", "цена", "ціна",
    "preț", "cijena", "ár", "kaina", "hind", "価格", "价格", "價格", "가격",
})  # fmt: skip
