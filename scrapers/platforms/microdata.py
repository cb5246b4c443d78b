"""schema.org written into the markup itself: microdata (itemscope, itemprop) and RDFa Lite (typeof, property)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborNode

from scrapers.base import Page
from scrapers.platforms.product import PRODUCTS, Node, kinds
from scrapers.platforms.visible.layout import price_text, walk

# The attribute that holds a value, by tag; a `content` beats it, the text stands in for it.
_VALUE_IN = {
    "a": "href", "area": "href", "link": "href", "audio": "src", "embed": "src", "iframe": "src", "img": "src",
    "source": "src", "track": "src", "video": "src", "object": "data", "data": "value", "meter": "value",
    "time": "datetime", "meta": "content",
}  # fmt: skip
_PRICES = frozenset({"price", "lowPrice", "highPrice"})
# Names are texts even where the tag is a link.
_TEXTS = frozenset({"name", "brand", "sku", "mpn", "model", "category", "manufacturer", "seller", "condition"})
# Properties that lead to what a page is about; items under other names are parts of what holds them.
_WAYS_TO_PRODUCTS = frozenset({"mainEntity", "mainEntityOfPage", "itemListElement", "item", "about"})
# What says something without an item to hang on, and what of it is the offer's.
_OF_OFFER = ("price", "priceCurrency", "availability", "itemCondition")
_LOOSE = frozenset({"name", "sku", "brand", "gtin13", *_OF_OFFER})
_MAX_TEXT = 5_000
_MAX_VALUES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Syntax:
    """How a syntax names its attributes: the item, its type, its properties."""

    item: str
    kind: str
    prop: str


_MICRODATA = _Syntax(item="itemscope", kind="itemtype", prop="itemprop")
_RDFA = _Syntax(item="typeof", kind="typeof", prop="property")


@dataclass(slots=True, eq=False)
class Item:
    """One item in the making: its properties, the element it stands on, and whether it is a part of another."""

    properties: dict[str, Any]
    inner: bool = False


def from_microdata(page: Page) -> list[Node]:
    """The products in a page's microdata, in reading order; products inside a product's properties are its own.

    Where there are none, properties that hang on no item are one product, if they name one price.
    """
    products: list[Node] = [dict(item.properties) for item in items(page) if _is_product(item)]
    return products or list(_loose(page))


def _loose(page: Page) -> Iterator[Node]:
    loose = Item({"@type": ["Product"]})
    for node in page.tree.css("[itemprop]")[:_MAX_VALUES]:
        names = [name for name in (node.attributes.get("itemprop") or "").split() if name in _LOOSE]
        _put(loose, names, None, node)
    if len(set(loose.properties.get("price", ()))) == 1:
        offer = {name: loose.properties.pop(name) for name in _OF_OFFER if name in loose.properties}
        yield {**loose.properties, "offers": offer}


def from_rdfa(page: Page) -> list[Node]:
    """The products in a page's RDFa Lite."""
    return [dict(item.properties) for item in items(page, _RDFA) if _is_product(item)]


def _is_product(item: Item) -> bool:
    return not item.inner and bool(kinds(item.properties) & PRODUCTS)


def items(page: Page, syntax: _Syntax = _MICRODATA) -> list[Item]:
    """Every item of the page, those that are values of another marked as inner.

    Properties outside any item, and items without a property to hang on, stay alone; an Offer that a shop put beside
    its Product instead of into it is given to the only product before it.
    """
    if syntax.item not in page.text:
        return []
    found: list[Item] = []
    open_items: list[tuple[int, Item]] = []
    for node, depth in walk(page.tree.root):
        while open_items and open_items[-1][0] >= depth:
            open_items.pop()
        attributes = node.attributes
        names = (attributes.get(syntax.prop) or "").split()
        holder = open_items[-1][1] if open_items else None
        if syntax.item in attributes:
            kind = (attributes.get(syntax.kind) or "").split()
            item = Item({"@type": kind}, inner=bool(holder and set(names) - _WAYS_TO_PRODUCTS))
            if holder and names:
                _put(holder, names, item.properties)
            open_items.append((depth, item))
            found.append(item)
        elif names and holder:
            _put(holder, names, None, node)
    _adopt(found)
    return found


def _put(holder: Item, names: list[str], value: Any, node: LexborNode | None = None) -> None:
    for name in names:
        bare = name.rpartition("/")[2].rpartition(":")[2]
        said = value if node is None else _value(node, bare)
        values = holder.properties.setdefault(bare, [])
        if said not in ("", None) and isinstance(values, list) and len(values) < _MAX_VALUES:
            values.append(said)


def _value(node: LexborNode, name: str) -> str:
    """What a property says: its `content`, the attribute its tag is made for, else its text."""
    attributes = node.attributes
    if content := (attributes.get("content") or "").strip():
        return content
    attribute = _VALUE_IN.get(node.tag or "")
    if attribute and name not in _TEXTS and (value := (attributes.get(attribute) or "").strip()):
        return value
    return price_text(node) if name in _PRICES else " ".join(node.text()[:_MAX_TEXT].split())


def _adopt(found: list[Item]) -> None:
    """Give offers that lie beside their product to it."""
    products = [item for item in found if _is_product(item)]
    strays = [item for item in found if not item.inner and kinds(item.properties) & {"offer", "aggregateoffer"}]
    if len(products) == 1 and len(strays) == 1 and not products[0].properties.get("offers"):
        products[0].properties["offers"] = [strays[0].properties]
