"""Strings out of JSON somebody else wrote: what is missing or of another shape is quietly empty."""

import html
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from selectolax.lexbor import LexborHTMLParser

_BLANKS = re.compile(r"\s+")


def at(value: Any, *path: str) -> Any:
    """The value down a path of keys, None where the path breaks off."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def text(value: Any, *path: str) -> str:
    """The text or number down a path of keys as it is printed, "" for anything else."""
    found = at(value, *path)
    if isinstance(found, str):
        return found.strip()
    if isinstance(found, Decimal):
        return f"{found:f}" if abs(found.adjusted()) < 30 else ""
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def rows(value: Any, *path: str) -> list[Mapping[str, Any]]:
    """The objects of the list down a path of keys; a lone object counts as a list of one."""
    found = at(value, *path)
    if isinstance(found, Mapping):
        return [found]
    if isinstance(found, Sequence) and not isinstance(found, str):
        return [row for row in found if isinstance(row, Mapping)]
    return []


def plain(markup: str, *, limit: int = 2000) -> str:
    """Markup or escaped text as one line of words, at most `limit` characters of it."""
    bounded = markup[: limit * 20]
    if "<" in bounded:
        bounded = LexborHTMLParser(bounded).text(separator=" ")
    return _BLANKS.sub(" ", html.unescape(bounded)).strip()[:limit]


def stated(**attributes: str) -> dict[str, str]:
    """The attributes that say something."""
    return {name: value for name, value in attributes.items() if value}
