"""Products in the data that a page's own scripts are fed with: JSON blocks and assigned JSON objects.

Only an object that bears the page's title and a price is believed, whatever framework put it there.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from scrapers import pick
from scrapers.base import Page
from scrapers.platforms.product import Node
from scrapers.platforms.visible.heart import likeness, tokens

_DECODER = json.JSONDecoder(strict=False, parse_float=Decimal, parse_constant=lambda _name: None)
_ASSIGNED = re.compile(r"[\w$\])\"']\s*=\s*(?=[{\[]\s*[\"{\[])")
_MAX_CHARS = 3_000_000
_MAX_BLOCKS = 40
_MAX_OBJECTS = 60_000
_SHORTEST = 40

_NAMES = ("name", "title", "productName", "product_name", "displayName", "productTitle")
_PRICES = (
    *("salePrice", "sale_price", "finalPrice", "final_price", "currentPrice", "current_price", "sellingPrice"),
    *("priceNow", "price", "priceAmount", "offerPrice", "specialPrice", "special_price", "retailPrice"),
)
_AMOUNTS = ("amount", "value", "current", "final", "sale", "selling", "now", "price", "raw", "centAmount", "gross")
_CURRENCIES = ("priceCurrency", "currency", "currencyCode", "currency_code", "currencyIso", "currencyId")
_ALIKE = 0.8


def from_state(page: Page, titles: Sequence[str]) -> list[Node]:
    """The products named like one of `titles` in the data of a page's scripts."""
    wanted = [title for title in titles if len(tokens(title)) > 1]
    return [product for value in _blocks(page) for product in _products(value, wanted)] if wanted else []


def _blocks(page: Page) -> Iterator[Any]:
    """The JSON values of a page's scripts."""
    blocks, chars = 0, 0
    for script in page.tree.css("script"):
        kind = (script.attributes.get("type") or "").lower()
        text = script.text()
        chars += len(text)
        if "ld+json" in kind or len(text) < _SHORTEST or chars > _MAX_CHARS:
            continue
        starts = [0] if "json" in kind else [found.end() for found in _ASSIGNED.finditer(text)]
        behind = 0
        for start in starts:
            if start < behind or blocks >= _MAX_BLOCKS:
                continue
            blocks += 1
            try:
                value, behind = _DECODER.raw_decode(text, start or len(text) - len(text.lstrip()))
            except (ValueError, RecursionError):
                continue
            yield value


def _products(root: Any, titles: Sequence[str]) -> Iterator[Node]:
    waiting, seen = [root], 0
    while waiting and seen < _MAX_OBJECTS:
        value = waiting.pop()
        seen += 1
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, Mapping):
            if product := _product(value, titles):
                yield product
            waiting.extend(reversed([inner for inner in value.values() if isinstance(inner, (list, Mapping))]))


def _product(value: Mapping[str, Any], titles: Sequence[str]) -> Node | None:
    name = next((text for key in _NAMES if (text := pick.text(value, key))), "")
    if not name or not any(_is_like(name, title) for title in titles):
        return None
    for key in _PRICES:
        price, currency = _price(value.get(key))
        if price:
            currency = currency or next((text for key in _CURRENCIES if (text := pick.text(value, key))), "")
            offer = {"@type": "Offer", "price": price, "priceCurrency": currency}
            return {"@type": "Product", "name": name, "offers": offer}
    return None


def _is_like(name: str, title: str) -> bool:
    return likeness(name, title) >= _ALIKE and len(tokens(name)) * 2 >= len(tokens(title))


def _price(value: Any) -> tuple[str, str]:
    """The amount and the currency of a price, which may be a number, a text, or an object around one."""
    if isinstance(value, Mapping):
        currency = next((text for key in _CURRENCIES if (text := pick.text(value, key))), "")
        for key in _AMOUNTS:
            inner, inner_currency = _price(value.get(key)) if key in value else ("", "")
            if inner:
                return inner, inner_currency or currency
        return "", ""
    text = pick.text(value)
    return (text, "") if any(char in "123456789" for char in text) and len(text) < 40 else ("", "")
