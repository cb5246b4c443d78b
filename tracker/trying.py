"""One page read on request: what would be understood of it, and which reader found it."""

from collections.abc import Mapping
from typing import Any

from scrapers.base import Page
from scrapers.blocks import has_html
from scrapers.platforms.anyproduct import FIELDS, read_product
from tracker.core.errors import ConfigError
from tracker.output import near

NAMEABLE = (*FIELDS, "currency")
NO_PRODUCT = (
    "nothing on this page says that it sells one thing; a page that lists several is read by a [[pages]] table,"
    " a feed by site feed, a shop's catalogue by its platform: see docs/sites.md"
)


def try_page(page: Page, css: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The product of a page as one flat row; None for what the page does not say or what is not believed.

    Raises ConfigError for a selector of something else, ParseError for what is no HTML.
    """
    for name in css or ():
        if name not in NAMEABLE:
            raise ConfigError(f"{name!r} is nothing that a selector can name{near(name, NAMEABLE)}")
    if not has_html(page.text):
        raise page.unreadable(f"no page of HTML but {page.text.lstrip()[:40]!r}")
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
