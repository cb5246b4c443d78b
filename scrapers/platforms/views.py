"""A page as something to look into: markup by CSS selectors, JSON by paths; both answer the same three questions."""

import json
import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from scrapers import pick
from scrapers.base import Page
from scrapers.platforms.paths import BadPath, find
from tracker.core.errors import ParseError

_ATTRIBUTE = re.compile(r"(?P<selector>.*?)@(?P<name>[\w:.-]+)$", re.DOTALL)


@lru_cache(maxsize=1000)
def _parts(selector: str) -> tuple[str, str]:
    """A selector and the attribute it names, "" for none."""
    named = _ATTRIBUTE.fullmatch(selector)
    return (named["selector"].strip(), named["name"]) if named else (selector, "")


_DECODER = json.JSONDecoder(strict=False, parse_float=Decimal, parse_constant=lambda _name: None)
_FLAGS = {True: "InStock", False: "OutOfStock"}


class View(Protocol):
    """A page, and what lies where on it; a selector that is none raises ParseError naming it."""

    @property
    def root(self) -> Any:
        """The whole page, to look into as into an item."""
        ...

    def items(self, selector: str) -> list[Any] | None:
        """The entries at a selector; empty where their list is empty, None where there is no such place."""
        ...

    def text(self, item: Any, selector: str, attribute: str = "") -> str:
        """What an item prints at a selector, "" for nothing; `attribute` is read where the selector names none."""
        ...

    def has(self, item: Any, selector: str) -> bool:
        """Whether an item has what the selector names."""
        ...


@dataclass(frozen=True, slots=True)
class Markup:
    """A page of HTML: `h2 a@href` is an attribute, `h2 a` a text, `@data-id` an attribute of the item itself."""

    page: Page

    @property
    def root(self) -> LexborNode | None:
        """The outermost node, None of an empty page."""
        return self.page.tree.root

    def items(self, selector: str) -> list[LexborNode] | None:
        """Every match on the page, None where there is none: markup does not say that a list is empty."""
        try:
            return self.page.tree.css(selector) or None
        except SelectolaxError as error:
            raise _no_selector(self.page, selector) from error

    def text(self, item: LexborNode | None, selector: str, attribute: str = "") -> str:
        """Text or attribute of the first match, blanks made single."""
        place, named = _parts(selector)
        attribute = named or attribute
        node = self._first(item, place)
        if node is None:
            return ""
        printed = (node.attributes.get(attribute) or "") if attribute else node.text(separator=" ")
        return " ".join(pick.mend(printed).split())

    def has(self, item: LexborNode | None, selector: str) -> bool:
        """Whether anything matches, or the attribute says something."""
        if _parts(selector)[1]:
            return bool(self.text(item, selector))
        return self._first(item, selector) is not None

    def _first(self, item: LexborNode | None, selector: str) -> LexborNode | None:
        try:
            return item.css_first(selector) if item is not None and selector else item
        except SelectolaxError as error:
            raise _no_selector(self.page, selector) from error


@dataclass(frozen=True, slots=True)
class Values:
    """A page of JSON, or the JSON that a page of HTML carries for its own scripts."""

    page: Page
    root: Any

    def items(self, selector: str) -> list[Any] | None:
        """The members of the list at a path, or everything at a path that leads to many places."""
        found = self._find(self.root, selector)
        if len(found) == 1 and isinstance(found[0], list):
            return list(found[0])
        return found or None

    def text(self, item: Any, selector: str, attribute: str = "") -> str:
        """The first text or number at a path, markup and entities undone but in an address; a yes is stock."""
        for value in self._find(item, selector):
            printed = _FLAGS[value] if isinstance(value, bool) else pick.text(value)
            if printed:
                return printed if attribute else pick.plain(printed)
        return ""

    def has(self, item: Any, selector: str) -> bool:
        """Whether something lies at the path that is neither false nor empty."""
        return any(bool(value) for value in self._find(item, selector))

    def _find(self, value: Any, path: str) -> list[Any]:
        try:
            return find(value, path)
        except BadPath as error:
            raise self.page.unreadable(str(error)) from error


def embedded(page: Page, selector: str) -> Values:
    """The JSON inside an element of a page, such as `script#__NEXT_DATA__`, scripts' assignments skipped."""
    text = Markup(page).text(page.tree.root, selector)
    start = min((place for mark in "{[" if (place := text.find(mark)) >= 0), default=-1)
    if start < 0:
        raise page.unreadable(f"no JSON at {selector!r}")
    try:
        return Values(page, _DECODER.raw_decode(text, start)[0])
    except (ValueError, RecursionError) as error:
        raise page.unreadable(f"what lies at {selector!r} is not JSON") from error


def _no_selector(page: Page, selector: str) -> ParseError:
    return page.unreadable(f"{selector!r} is no CSS selector")


def is_selector(selector: str) -> bool:
    """Whether a text is a CSS selector, with or without an attribute."""
    bare, _ = _parts(selector)
    try:
        LexborHTMLParser("<p>").css(bare or "*")
    except SelectolaxError:
        return False
    return True
