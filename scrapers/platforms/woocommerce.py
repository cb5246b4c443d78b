"""Shops that run on WooCommerce: each prints its catalogue by the public Store API, variations by a call of their own.

https://developer.woocommerce.com/docs/apis/store-api/resources-endpoints/products: prices are texts in the currency's
smallest unit (`currency_minor_unit` digits behind the point), `is_in_stock` is a boolean.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, quote, urlencode

from scrapers import pick
from scrapers.base import Page, Request, Scraper, Source, Walk
from scrapers.platforms import demand
from scrapers.platforms.paging import page_size
from tracker.core.models import RawListing

Product = Mapping[str, Any]

LARGEST_PAGE = 100
_DESCRIPTION_CHARS = 2000
_WHOLE = re.compile(r"\d{1,15}")
_OPTIONS = {
    "url": "address of the shop, such as https://shop.example, or of one of its categories",
    "category": "only this category, by its number or the name its address has",
    "search": "only products that match these words",
    "limit": f"products per page, at most {LARGEST_PAGE}",
}


def woocommerce(
    site: str, *, url: str = "", category: str = "", search: str = "", every: timedelta = timedelta(hours=6)
) -> Scraper:
    """The scraper of one shop, or of any shop a source names where `url` is left out."""
    fixed = {name: value for name, value in (("url", url), ("category", category), ("search", search)) if value}

    def start(source: Source) -> Iterator[Request]:
        yield _ask({**source.options, **fixed}, 1)

    def follow(page: Page) -> Iterator[Request]:
        options = {**page.source.options, **fixed}
        products = _products(page)
        parents = _asked(page, "parent")
        if len(products) >= page_size(options, most=LARGEST_PAGE):
            yield _ask(options, int(_asked(page, "page") or 1) + 1, parents)
        if not parents and (groups := [pick.text(product, "id") for product in products if _variations(product)]):
            yield _ask(options, 1, ",".join(groups))

    return Scraper(
        site=site,
        start=start,
        parse=parse,
        follow=follow,
        walk=Walk.CATALOGUE,
        options={name: meaning for name, meaning in _OPTIONS.items() if name not in fixed},
        required=() if url else ("url",),
        every=every,
        mandatory=("site_id", "title", "url"),
        keys=(
            "id", "name", "permalink", "prices", "price", "currency_code", "currency_minor_unit", "is_in_stock",
        ),
    )  # fmt: skip


def parse(page: Page) -> Iterator[RawListing]:
    """One listing a product, or one for each variation of a product that offers a choice.

    Where the prices of the variations differ, a saved page of products does not tell them: they stay empty.
    """
    products = _products(page)
    demand.keys(page, products, "prices.price", "prices.currency_code", "prices.currency_minor_unit", "is_in_stock")
    if "/wp-json/" in page.url:  # the walk goes on to the variations, which are then whole
        return (_listing(page.source.site, product) for product in products if not _variations(product))
    return (listing for product in products for listing in _listings(page.source.site, product))


def _ask(options: Mapping[str, str], number: int, parents: str = "") -> Request:
    """One page of the products, or of the variations of some."""
    shop = pick.split(options["url"] if "//" in options["url"] else f"https://{options['url']}")
    folder, _, named = shop.path.partition("/product-category/")
    query = {"per_page": str(page_size(options, most=LARGEST_PAGE)), "page": str(number), "orderby": "id"}
    if parents:
        query |= {"type": "variation", "parent": parents}
    else:
        asked = {"category": named.strip("/").rpartition("/")[2], **options}
        query |= {name: asked[name] for name in ("category", "search") if asked.get(name)}
    address = f"{shop.scheme}://{shop.netloc.lower()}{quote(folder.rstrip('/'))}/wp-json/wc/store/v1/products"
    return Request(url=f"{address}?{urlencode(query, safe=',')}", headers={"Accept": "application/json"})


def _asked(page: Page, name: str) -> str:
    """What the page was asked for, "" for what was not said."""
    said = parse_qs(pick.split(page.url).query).get(name, [""])[-1]
    return said if name != "page" or said.isdecimal() else ""


def _products(page: Page) -> list[Product]:
    if isinstance(page.json, list):
        return pick.rows(page.json)
    if message := pick.text(page.json, "message"):
        raise page.unreadable(f"the shop says {message[:200]!r}")
    raise page.unreadable("no list of products")


def _variations(product: Product) -> list[Mapping[str, Any]]:
    return pick.rows(product, "variations") if pick.text(product, "type") == "variable" else []


def _listings(site: str, product: Product) -> Iterator[RawListing]:
    """A product, or its variations as far as the product tells them."""
    listing = _listing(site, product)
    variations = _variations(product)
    if not variations:
        yield listing
    for variation in variations:
        number = pick.text(variation, "id")
        values = [pick.text(chosen, "value") for chosen in pick.rows(variation, "attributes")]
        yield RawListing(
            site=site,
            site_id=f"{_host(product)}/{number}" if number else "",
            title=" - ".join(filter(None, [listing.title, *values])),
            url=listing.url,
            price="" if _differ(product) else listing.price,
            currency=listing.currency,
            description=listing.description,
            attributes={**listing.attributes, **_chosen(variation)},
            availability="" if listing.availability == "InStock" else listing.availability,
            image=listing.image,
            group_id=listing.site_id,
        )


def _listing(site: str, product: Product) -> RawListing:
    prices = pick.at(product, "prices")
    parent = pick.text(product, "parent")
    host = _host(product)
    number = pick.text(product, "id")
    name = pick.plain(pick.text(product, "name"), limit=500)
    choice = pick.plain(pick.text(product, "variation"))
    told = (pick.plain(pick.text(product, text)) for text in ("short_description", "description"))
    return RawListing(
        site=site,
        site_id=f"{host}/{number}" if host and number else "",
        title=f"{name} - {_values(choice)}" if name and choice else name,
        url=pick.text(product, "permalink"),
        price=_amount(prices, "price"),
        currency=pick.text(prices, "currency_code"),
        description=" ".join(filter(None, told))[:_DESCRIPTION_CHARS],
        attributes=_attributes(product) | _named(choice),
        availability=_availability(product),
        image=next((pick.text(row, "src") for row in pick.rows(product, "images")), ""),
        group_id=f"{host}/{parent}" if parent not in ("", "0") else "",
    )


def _host(product: Product) -> str:
    return (pick.split(pick.text(product, "permalink")).hostname or "").removeprefix("www.")


def _amount(prices: Any, name: str) -> str:
    """An amount in whole units of its currency: the API prints cents, and how many digits they are."""
    printed, digits = pick.text(prices, name), pick.text(prices, "currency_minor_unit")
    if not _WHOLE.fullmatch(printed) or not digits.isdecimal() or len(digits) > 1:
        return ""
    return f"{Decimal(printed).scaleb(-int(digits)):f}"


def _differ(product: Product) -> bool:
    """Whether the variations of a product have several prices."""
    prices = pick.at(product, "prices", "price_range")
    return pick.text(prices, "min_amount") != pick.text(prices, "max_amount")


def _availability(product: Product) -> str:
    in_stock = pick.at(product, "is_in_stock")
    if in_stock is True and pick.at(product, "is_on_backorder") is True:
        return "BackOrder"
    return {True: "InStock", False: "OutOfStock"}.get(in_stock, "") if isinstance(in_stock, bool) else ""


def _attributes(product: Product) -> dict[str, str]:
    facts = {
        pick.text(row, "name"): ", ".join(pick.text(term, "name") for term in pick.rows(row, "terms"))
        for row in pick.rows(product, "attributes")
    }
    prices = pick.at(product, "prices")
    return {name: value for name, value in facts.items() if name and value} | pick.stated(
        sku=pick.text(product, "sku"),
        category=_names(product, "categories"),
        tags=_names(product, "tags"),
        brand=_names(product, "brands"),
        stock=pick.text(product, "low_stock_remaining"),
        originalPrice=_amount(prices, "regular_price") if pick.at(product, "on_sale") is True else "",
    )


def _names(product: Product, name: str) -> str:
    return ", ".join(pick.plain(pick.text(row, "name")) for row in pick.rows(product, name))


def _chosen(variation: Mapping[str, Any]) -> dict[str, str]:
    named = {pick.text(row, "name"): pick.text(row, "value") for row in pick.rows(variation, "attributes")}
    return {name: value for name, value in named.items() if name and value}


def _named(choice: str) -> dict[str, str]:
    """The choices of a text such as "Memory: 32 GB, Grade: A"."""
    pairs = (part.partition(":") for part in choice.split(", "))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip() and value.strip()}


def _values(choice: str) -> str:
    """A text such as "Memory: 32 GB, Grade: A" without the names in it."""
    return " - ".join(_named(choice).values()) or choice
