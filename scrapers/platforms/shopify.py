"""Shops that run on Shopify: each prints its whole catalogue as JSON, one entry a product, with all variants.

`/products.json` takes `limit` (at most 250) and `page`; shops answer it without a key, Shopify documents it nowhere.
Its fields are those that public clients of it read: `available` of a variant is a boolean, `price` and
`compare_at_price` are texts in the shop's currency, which is not said.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source, Walk
from scrapers.platforms import demand
from scrapers.platforms.paging import page_size
from tracker.core.models import RawListing

LARGEST_PAGE = 250
_ONLY_VARIANT = "Default Title"
_DESCRIPTION_CHARS = 2000
_OPTIONS = {
    "url": "address of the shop, such as https://shop.example, or of one of its collections",
    "collection": "only this collection, as its address names it",
    "currency": "what the shop's prices are in (ISO 4217): the catalogue does not say",
    "limit": f"products per page, at most {LARGEST_PAGE}",
}


def shopify(
    site: str, *, url: str = "", collection: str = "", currency: str = "", every: timedelta = timedelta(hours=6)
) -> Scraper:
    """The scraper of one shop, or of any shop a source names where `url` is left out."""
    fixed = {name: value for name, value in (("url", url), ("collection", collection), ("currency", currency)) if value}

    def start(source: Source) -> Iterator[Request]:
        yield Request(url=_page_url({**source.options, **fixed}, 1))

    def follow(page: Page) -> Iterator[Request]:
        options = {**page.source.options, **fixed}
        if len(_products(page)) >= page_size(options, most=LARGEST_PAGE):
            yield Request(url=_page_url(options, _page_number(page) + 1))

    def parse(page: Page) -> Iterator[RawListing]:
        options = {**page.source.options, **fixed}
        shop = _shop(options.get("url") or page.url)
        if not shop:
            raise page.unreadable("a saved catalogue does not say whose it is: give its address")
        printed_in = options.get("currency") or page.source.currency
        products = _products(page)
        demand.keys(page, products, "variants")
        for product in products:
            yield from _listings(page.source.site, shop, printed_in, product)

    return Scraper(
        site=site,
        start=start,
        parse=parse,
        follow=follow,
        walk=Walk.CATALOGUE,
        options={name: meaning for name, meaning in _OPTIONS.items() if name not in fixed},
        required=() if url else ("url",),
        every=every,
        currency=currency,
        mandatory=("site_id", "title", "url", "price", "availability"),
        keys=("products", "id", "title", "handle", "variants", "price", "available"),
    )


def _shop(url: str) -> str:
    """Scheme and host of a shop, "" for an address that has none."""
    parts = pick.split(url if "//" in url or url.startswith("file:") else f"https://{url}")
    return f"{parts.scheme}://{parts.netloc.lower()}" if parts.scheme in ("http", "https") and parts.netloc else ""


def _page_url(options: Mapping[str, str], number: int) -> str:
    path = pick.split(options["url"]).path
    named = path.partition("/collections/")[2].partition("/")[0]
    collection = options.get("collection") or named
    folder = f"/collections/{quote(collection)}" if collection else ""
    query = urlencode({"limit": page_size(options, most=LARGEST_PAGE), "page": number})
    return f"{_shop(options['url'])}{folder}/products.json?{query}"


def _page_number(page: Page) -> int:
    number = parse_qs(pick.split(page.url).query).get("page", ["1"])[-1]
    return int(number) if number.isdecimal() else 1


def _products(page: Page) -> list[Mapping[str, Any]]:
    if not isinstance(pick.at(page.json, "products"), list):
        raise page.unreadable("no list of products")
    return pick.rows(page.json, "products")


def _listings(site: str, shop: str, currency: str, product: Mapping[str, Any]) -> Iterator[RawListing]:
    """One listing a variant: they differ in memory or state as often as in colour."""
    host = shop.partition("://")[2]
    handle = pick.text(product, "handle")
    variants = pick.rows(product, "variants")
    description = pick.plain(pick.text(product, "body_html"), limit=_DESCRIPTION_CHARS)
    image = next((pick.text(row, "src") for row in pick.rows(product, "images")), "")
    for variant in variants:
        number = pick.text(variant, "id")
        yield RawListing(
            site=site,
            site_id=f"{host}/{number}" if number else "",
            title=_title(product, variant),
            url=f"{shop}/products/{quote(handle)}?variant={number}" if handle and number else "",
            price=pick.text(variant, "price"),
            currency=currency,
            description=description,
            attributes=_attributes(product, variant),
            availability=_availability(variant),
            image=pick.text(variant, "featured_image", "src") or image,
            listed_at=pick.text(product, "published_at") or pick.text(product, "created_at"),
            group_id=f"{host}/{pick.text(product, 'id')}" if len(variants) > 1 else "",
        )


def _title(product: Mapping[str, Any], variant: Mapping[str, Any]) -> str:
    name, choice = pick.text(product, "title"), pick.text(variant, "title")
    return name if choice in ("", _ONLY_VARIANT, name) else f"{name} - {choice}"


def _availability(variant: Mapping[str, Any]) -> str:
    available = pick.at(variant, "available")
    return {True: "InStock", False: "OutOfStock"}.get(available, "") if isinstance(available, bool) else ""


def _attributes(product: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, str]:
    chosen = {
        pick.text(option, "name"): pick.text(variant, f"option{position}")
        for position, option in enumerate(pick.rows(product, "options"), start=1)
        if pick.text(variant, f"option{position}") != _ONLY_VARIANT
    }
    return {name: value for name, value in chosen.items() if name and value} | pick.stated(
        vendor=pick.text(product, "vendor"),
        productType=pick.text(product, "product_type"),
        tags=", ".join(pick.words(product, "tags")) or pick.text(product, "tags"),
        sku=pick.text(variant, "sku"),
        originalPrice=pick.text(variant, "compare_at_price"),
    )
