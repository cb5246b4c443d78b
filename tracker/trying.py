"""One page read on request: what would be understood of it, and which reader found it."""

from collections.abc import Mapping
from typing import Any

from scrapers.base import Page
from scrapers.platforms.anyproduct import read_product


def try_page(page: Page, css: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The product of a page as one flat row; None for what the page does not say or what is not believed."""
    reading = read_product(page, css)
    listing = reading.listing
    price = None
    if reading.price is not None:
        price = int(reading.price) if reading.price == reading.price.to_integral_value() else float(reading.price)
    return {
        "title": listing.title or None,
        "price": price,
        "currency": listing.currency or None,
        "availability": listing.availability or None,
        "condition": listing.condition or None,
        "sku": listing.attributes.get("sku") or None,
        "gtin": listing.attributes.get("gtin") or None,
        "brand": listing.attributes.get("brand") or None,
        "method": reading.method or None,
    }
