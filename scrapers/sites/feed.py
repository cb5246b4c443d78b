"""Any RSS or Atom feed: prices by Google's namespace, by the source's own pattern, or found in the text."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from urllib.parse import urljoin

from scrapers import feeds, pick, pricetags, trades
from scrapers.base import Page, Request, Scraper, Source
from tracker.core.models import RawListing

# What feeds of products call these, the surest first.
_PRICE = ("sale_price", "price", "currentPrice", "current_price", "amount")
_SHIPPING = ("shipping.price", "shipping_cost", "shippingCost")
_PICTURE = ("image_link", "image", "imageUrl")
_IDENTITY = {"brand": ("brand", "manufacturer"), "mpn": ("mpn",), "gtin": ("gtin", "ean", "upc"), "sku": ("sku",)}
# What only feeds of products say: where they do, a price belongs to it.
_GOODS = ("availability", "condition", "currency", "priceCurrency", *_SHIPPING, "brand", "mpn", "gtin")
_ENOUGH = 5  # entries, to say of a pattern that none of them has what it describes
_LONGEST_TITLE = 500
_LONGEST_SEARCHED = 5_000


def start(source: Source) -> Iterator[Request]:
    """The feed."""
    yield Request(url=source.options["url"])


def parse(page: Page) -> Iterator[RawListing]:
    """One listing an entry."""
    options = page.source.options
    if mistake := next(mistakes(options), ""):
        raise page.unreadable(mistake)
    entries = list(feeds.entries(page))
    listings = [_listing(page, entry) for entry in entries]
    if not any(listing.price for listing in listings):
        if any(name in entry.fields for entry in entries for name in _GOODS):
            raise page.unreadable(f"a feed of products, and none of {len(entries)} has a price")
        if options.get("price") and len(entries) >= _ENOUGH:
            raise page.unreadable(f"none of {len(entries)} entries has a price like {options['price']!r}")
    return iter(listings)


def mistakes(options: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a source's pattern."""
    try:
        pattern = re.compile(options.get("price", ""))
    except re.error as error:
        yield f"price: {options['price']!r} is no regular expression: {error}"
    else:
        if pattern.groups > 1:
            yield f"price: {options['price']!r} has {pattern.groups} groups; one is the price"


def _listing(page: Page, entry: feeds.Entry) -> RawListing:
    source, fields = page.source, entry.fields
    title = pick.plain(entry.title, limit=_LONGEST_TITLE)
    summary = pick.plain(entry.content)
    price, shipping = _cost(source, entry, title, summary)
    stated = {name: _first(fields, names) for name, names in _IDENTITY.items()}
    return RawListing(
        site=source.site,
        site_id=entry.id,
        title=title,
        url=urljoin(page.url, entry.link) if entry.link else "",
        price=price,
        currency=_first(fields, ("currency", "priceCurrency")) or source.currency,
        shipping=shipping,
        condition=_first(fields, ("condition",)),
        description=summary,
        attributes=pick.stated(**stated, categories=", ".join(entry.categories)),
        availability=_first(fields, ("availability",)) or ("SoldOut" if trades.trade(title).closed else ""),
        seller=entry.author,
        country=trades.country_of(title),
        image=_first(fields, _PICTURE) or entry.image,
        listed_at=entry.published,
    )


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((fields[name] for name in names if name in fields), "")


def _cost(source: Source, entry: feeds.Entry, title: str, summary: str) -> tuple[str, str]:
    """Price and shipping as printed: in fields of their own, by the source's pattern, or a text's only price."""
    shipping = _first(entry.fields, _SHIPPING)
    if printed := _first(entry.fields, _PRICE):
        return printed, shipping
    if pattern := source.options.get("price"):
        found = re.search(pattern, f"{title}\n{summary}"[:_LONGEST_SEARCHED])
        return (found[found.re.groups] or "" if found else ""), shipping
    for text in (title, summary):
        if found_tags := list(pricetags.tags(text)):
            asked = pricetags.agreed(found_tags)
            return (asked.text, shipping or asked.shipping) if asked else ("", shipping)
    return "", shipping


SCRAPER = Scraper(
    site="feed",
    start=start,
    parse=parse,
    options={
        "url": "address of an RSS or Atom feed",
        "price": "regular expression that finds the price in title or summary; its group, if it has one, is the price",
    },
    required=("url",),
    every=timedelta(minutes=30),
    mandatory=("site_id", "title", "url"),
    elements=("title", "link"),
    envelopes=("item", "entry"),
)
