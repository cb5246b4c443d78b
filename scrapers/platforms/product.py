"""A schema.org Product as listings, whichever way the page spelled it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin

from scrapers import pick
from scrapers.base import Page
from tracker.core.models import RawListing

Node = Mapping[str, Any]

PRODUCTS = frozenset({"product", "productgroup", "individualproduct", "productmodel", "someproducts"})

_STOCK_WORDS = (
    *("InStock", "OutOfStock", "SoldOut", "PreOrder", "PreSale", "BackOrder", "Discontinued", "LimitedAvailability"),
    *("InStoreOnly", "OnlineOnly", "MadeToOrder", "Reserved"),
)
_STOCK = {word.lower(): word for word in _STOCK_WORDS}
_UNBUYABLE = frozenset({"OutOfStock", "SoldOut", "Discontinued"})
# Price types that are not what the buyer pays today.
_OLD_PRICES = ("listprice", "strikethrough", "msrp", "srp", "regularprice")
# The property's name, and what an older vocabulary called it.
_CURRENCY = ("priceCurrency", "currency")
# What makes a price one per litre, or one for members.
_NOT_FOR_ALL = ("referenceQuantity", "validForMemberTier", "membershipPointsEarned")
_CODES = ("sku", "mpn", "gtin", "gtin8", "gtin12", "gtin13", "gtin14", "productID")
# What a variant must not inherit: it would make two variants one.
_OWN = frozenset({*_CODES, "@id", "url", "hasVariant", "name"})
_MAX_PROPERTIES = 40
_TRACKING = ("utm", "gclid", "fbclid", "srsltid", "msclkid", "mc_cid", "mc_eid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What one offer of a product asks, as printed, and whether it can be had in schema.org's word.

    `high` is the upper end where the offer stands for several, as printed, "" elsewhere.
    """

    price: str
    high: str
    currency: str
    availability: str


def kinds(node: Node) -> set[str]:
    """An object's types in lower case, without their vocabulary's address."""
    names = node.get("@type")
    listed = names if isinstance(names, list) else [names]
    return {_last(name).lower() for name in listed if isinstance(name, str)}


def listings_of(page: Page, product: Node) -> Iterator[RawListing]:
    """One listing a product, or one for each variant of a group; products without a name yield none."""
    variants = pick.rows(product, "hasVariant")
    if not variants:
        yield from _named(_listing(page, product))
        return
    shared = {name: value for name, value in product.items() if name not in _OWN}
    group = _code(product, "productGroupID", "sku") or _digest(_word(product, "name"))
    for variant in variants:
        whole = {"name": product.get("name"), **shared, **variant}
        yield from _named(_listing(page, whole, group=f"{_host(page.url)}/{group}"))


def listing_of(page: Page, product: Node) -> RawListing:
    """The product as one listing, by its best offer."""
    return _listing(page, product)


def quotes_of(product: Node) -> list[Quote]:
    """What each offer of a product asks, the best offer first; offers without a price too."""
    offers = sorted(_offers(product), key=_worth)
    return [
        Quote(price=price, high=_amount(offer, "highPrice"), currency=currency, availability=_availability(offer))
        for offer in offers
        for price, currency in [_price(offer)]
    ]


def names_of(product: Node) -> tuple[str, str]:
    """A product's name and the address it gives itself, "" for what it does not say."""
    return pick.plain(_word(product, "name"), limit=500), _word(product, "url") or _word(product, "@id")


def _named(listing: RawListing) -> Iterator[RawListing]:
    if listing.title:
        yield listing


def _listing(page: Page, product: Node, group: str = "") -> RawListing:
    offer = _best_offer(product)
    url = _address(page, offer, product)
    price, currency = _price(offer)
    shipping, shipping_currency = _shipping(offer, page.source.country)
    title = pick.plain(_word(product, "name"), limit=500)
    return RawListing(
        site=page.source.site,
        site_id=_identity(page, product, url, title if group else ""),
        title=title,
        url=url,
        price=price,
        currency=currency or (page.source.currency if price else ""),
        shipping=shipping,
        shipping_currency=shipping_currency,
        condition=_last(_word(offer, "itemCondition") or _word(product, "itemCondition")),
        description=pick.plain(_word(product, "description")),
        attributes=_attributes(product, offer),
        availability=_availability(offer),
        seller=_word(offer, "seller"),
        image=_image(page, product),
        group_id=group,
    )


def _best_offer(product: Node) -> Node:
    """The offer to show: priced before unpriced, buyable before sold out, else in the page's own order."""
    return min(_offers(product), key=_worth, default={})


def _offers(product: Node) -> list[Node]:
    """A product's offers, those inside an aggregate in front of it and with what it says of all."""
    aggregates = pick.rows(product, "offers")
    inner: list[Node] = [
        {**aggregate, "offers": None, "lowPrice": None, **offer}
        for aggregate in aggregates
        for offer in pick.rows(aggregate, "offers")
    ]
    return inner + aggregates


def _worth(offer: Node) -> tuple[bool, bool]:
    return not _price(offer)[0], _availability(offer) in _UNBUYABLE


def _price(offer: Node) -> tuple[str, str]:
    """Price and currency of an offer, of its current price specification, or the least of a range."""
    specifications = [
        row
        for row in pick.rows(offer, "priceSpecification")
        if not any(old in _word(row, "priceType").lower() for old in _OLD_PRICES)
    ]
    specifications.sort(key=lambda row: any(name in row for name in _NOT_FOR_ALL))
    for node, name in (
        *((offer, name) for name in ("price", "lowPrice", "minPrice")),
        *((row, name) for row in specifications for name in ("price", "minPrice")),
    ):
        printed = _amount(node, name)
        if printed.strip("0., "):
            return printed, _first_word(node, *_CURRENCY) or _first_word(offer, *_CURRENCY)
    return "", ""


def _first_word(node: Node, *names: str) -> str:
    return next(filter(None, (_word(node, name) for name in names)), "")


def _amount(node: Node, name: str) -> str:
    """A price as printed; a JSON number to the cent, for three digits after a point would read as thousands."""
    value = node.get(name)
    if isinstance(value, Decimal) and -20 < value.adjusted() < 20:
        return f"{round(value, 2).normalize():f}"
    return _word(node, name)


def _shipping(offer: Node, country: str) -> tuple[str, str]:
    """What sending it to the buyer's country costs, ("", "") where the page does not say."""
    for details in pick.rows(offer, "shippingDetails"):
        places = pick.rows(details, "shippingDestination")
        countries = {_word(place, "addressCountry").upper() for place in places} - {""}
        if countries and country.upper() not in countries:
            continue
        for rate in pick.rows(details, "shippingRate"):
            if printed := _word(rate, "value"):
                return printed, _word(rate, "currency")
    return "", ""


def _availability(offer: Node) -> str:
    """Schema.org's word for the stock where the page uses one, else what it prints."""
    printed = _last(_word(offer, "availability"))
    return _STOCK.get(printed.lower().replace(" ", "").replace("_", "").replace("-", ""), printed)


def _attributes(product: Node, offer: Node) -> dict[str, str]:
    properties = {
        _word(row, "name"): _word(row, "value") for row in pick.rows(product, "additionalProperty")[:_MAX_PROPERTIES]
    }
    return {name: value for name, value in properties.items() if name and value} | pick.stated(
        brand=_word(product, "brand") or _word(product, "manufacturer"),
        model=_word(product, "model"),
        category=_word(product, "category"),
        highPrice=_word(offer, "highPrice"),
        **{name: _code(product, name) or _code(offer, name) for name in _CODES},
    )


def identity_of(page: Page, url: str = "") -> str:
    """An id for the one product of a page, by the page's address alone: it outlives every change of the page."""
    parts = pick.split(page.url if page.url.startswith(("http://", "https://")) else url or page.url)
    path, query = parts.path.rstrip("/"), _untracked(parts.query)
    return f"{_host(parts.geturl())}/{_digest(f'{path}?{query}')}"


def _identity(page: Page, product: Node, url: str, name: str) -> str:
    """An id that is the product's own among all shops: its stock number there, or a digest of its address."""
    parts = pick.split(url or page.url)
    return f"{_host(url or page.url)}/{_code(product, 'sku') or _digest(f'{parts.path}?{parts.query} {name}')}"


def _address(page: Page, offer: Node, product: Node) -> str:
    """Where the listing can be opened; pages say it in several places, some of them wrongly with the shop's front."""
    canonical = page.tree.css_first('link[rel="canonical"]')
    said = (
        _word(offer, "url"),
        _word(product, "url"),
        (canonical.attributes.get("href") or "") if canonical else "",
        page.url,
    )
    for url in said:
        parts = pick.split(_joined(page.url, url) if url else "")
        if parts.scheme in ("http", "https") and parts.netloc and (parts.path.strip("/") or parts.query):
            return parts._replace(fragment="", query=_untracked(parts.query)).geturl()
    return page.url if page.url.startswith(("http://", "https://")) else ""


def _joined(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def _untracked(query: str) -> str:
    """A query without the marks that campaigns leave in it."""
    pairs = (pair for pair in query.split("&") if pair)
    return "&".join(pair for pair in pairs if not pair.lower().startswith(_TRACKING))


def _image(page: Page, product: Node) -> str:
    image = _joined(page.url, _word(product, "image"))
    return image if image.startswith(("http://", "https://")) and image != page.url else ""


def _word(node: Node, name: str) -> str:
    """The text of a property, out of the lists and objects schema.org allows around it."""
    value = node.get(name)
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, Mapping):
            value = next((value[key] for key in ("@value", "name", "url", "@id") if key in value), None)
    return pick.plain(pick.text(value)) if isinstance(value, str) else pick.text(value)


def _code(node: Node, *names: str) -> str:
    """The first stated code, without the words some shops put in its place."""
    codes = (_word(node, name) for name in names)
    return next((code for code in codes if code and code.lower() not in ("n/a", "null", "none", "0", "-")), "")


def _last(name: str) -> str:
    """The last part of a vocabulary's address: InStock of https://schema.org/InStock."""
    return name.rstrip("/").rpartition("/")[2].rpartition("#")[2].rpartition(":")[2].strip()


def _host(url: str) -> str:
    return (pick.split(url).hostname or "file").removeprefix("www.")


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
