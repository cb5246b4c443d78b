"""Strings out of JSON somebody else wrote: what is missing or of another shape is quietly empty."""

import html
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import SplitResult, urlsplit

from selectolax.lexbor import LexborHTMLParser

# NUL and lone surrogates: legal in JSON, refused by PostgreSQL and by UTF-8.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
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
        return mend(found).strip()
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


def mend(text: str) -> str:
    """A text without the characters that no database takes."""
    return text if text.isprintable() else _UNSTORABLE.sub("\ufffd", text)


def words(value: Any, *path: str) -> list[str]:
    """The texts of the list down a path of keys."""
    found = at(value, *path)
    return [mend(entry) for entry in found if isinstance(entry, str)] if isinstance(found, list) else []


def split(url: str) -> SplitResult:
    """The parts of an address, all empty for one that has none."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def plain(markup: str, *, limit: int = 2000) -> str:
    """Markup or escaped text as one line of words, at most `limit` characters of it."""
    bounded = markup[: limit * 20]
    if "<" in bounded:
        bounded = LexborHTMLParser(bounded).text(separator=" ")
    return _BLANKS.sub(" ", html.unescape(bounded)).strip()[:limit]


def stated(**attributes: str) -> dict[str, str]:
    """The attributes that say something."""
    return {name: value for name, value in attributes.items() if value}
