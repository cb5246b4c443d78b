"""Atom and RSS of every age as entries: strings as printed, markup inside them left as it is."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from html.entities import html5
from typing import TYPE_CHECKING

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from scrapers import pick
from scrapers.base import Page

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XMLS_OWN = frozenset({"amp", "lt", "gt", "quot", "apos"})
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_IDS = ("id", "guid")
_TEXTS = ("content", "encoded", "description", "summary")
_DATES = ("published", "pubDate", "date", "updated", "issued", "modified")
_LONGEST_FIELD = 2000
# What a feed without entries may hold: the elements with parts of their own that RSS 0.91 to 2.0, Atom (RFC 4287) and
# podcasts put around entries.
_FRAME = frozenset({"channel", "image", "textinput", "skiphours", "skipdays", "author", "contributor", "owner"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed; `title` and `content` may hold markup, `published` is ISO 8601 where it was a date.

    `fields` are all its values by local name (`price` of `<g:price>`, `shipping.price` for one inside another), the
    first of each name.
    """

    id: str
    title: str
    link: str
    content: str = ""
    author: str = ""
    published: str = ""
    categories: tuple[str, ...] = ()
    image: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def entries(page: Page) -> Iterator[Entry]:
    """The entries of a feed, in its order; raises ParseError for what is no feed.

    A feed without entries is empty only where it has a feed's frame and nothing in it that could be an entry.
    """
    root = _root(page)
    if _name(root) not in ("feed", "rss", "RDF"):
        raise page.unreadable(f"no feed but <{_name(root)[:40]}>")
    nodes = [node for node in root.iter() if _name(node) in ("entry", "item")]
    if not nodes:
        _ensure_empty(page, root)
    return (_entry(node) for node in nodes)


def _ensure_empty(page: Page, root: "Element") -> None:
    frame = [root, *(child for child in root if _name(child) == "channel")]
    if _name(root) != "feed" and len(frame) == 1:
        raise page.unreadable(f"a feed without a <channel> in its <{_name(root)}>")
    children = [child for outer in frame for child in outer]
    other = next((_name(child) for child in children if len(child) and _name(child).lower() not in _FRAME), "")
    if not other and sum(_name(child) == "title" for child in children) > 1:
        other = "title"
    if other:
        raise page.unreadable(f"no <entry> and no <item> in the feed, but another <{other[:40]}>")


def _root(page: Page) -> "Element":
    try:
        return _parsed(page.text)
    except ElementTree.ParseError:
        pass
    except DefusedXmlException as error:
        raise page.unreadable(f"XML that asks for more than its text: {error}") from error
    try:
        return _parsed(_mended(page.text))
    except (ElementTree.ParseError, DefusedXmlException) as error:
        raise page.unreadable(f"no XML: {error}") from error


def _parsed(text: str) -> "Element":
    root: Element = ElementTree.fromstring(text)
    return root


def _mended(text: str) -> str:
    """The text without what feeds often hold and XML knows nothing of: HTML's entities, control characters."""
    return _ENTITY.sub(_numeric, _ILLEGAL.sub("", text)).lstrip("\ufeff \t\r\n")


def _numeric(found: re.Match[str]) -> str:
    if found[1] in _XMLS_OWN:
        return found[0]
    known = html5.get(f"{found[1]};")
    return "".join(f"&#{ord(letter)};" for letter in known) if known else f"&amp;{found[1]};"


def _name(node: "Element") -> str:
    """An element's name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def _entry(node: "Element") -> Entry:
    fields: dict[str, str] = {}
    texts: dict[str, str] = {}
    for child in node:
        name, text = _name(child), _text(child)
        if text and name not in texts:
            texts[name] = text
            fields[name] = text[:_LONGEST_FIELD]
            fields |= {f"{name}.{_name(inner)}": _text(inner)[:_LONGEST_FIELD] for inner in child}
    link = _link(node, texts)
    return Entry(
        id=next((texts[name] for name in _IDS if name in texts), "") or link,
        title=texts.get("title", ""),
        link=link,
        content=next((texts[name] for name in _TEXTS if name in texts), ""),
        author=_author(node, texts),
        published=_iso(next((texts[name] for name in _DATES if name in texts), "")),
        categories=tuple(filter(None, (_category(child) for child in node if _name(child) == "category"))),
        image=_image(node),
        fields=fields,
    )


def _text(node: "Element") -> str:
    return pick.mend("".join(node.itertext())).strip()


def _link(node: "Element", texts: Mapping[str, str]) -> str:
    """Atom's link to the page itself, RSS's link, or a guid that is an address."""
    for child in node:
        if _name(child) == "link" and child.get("href") and child.get("rel", "alternate") == "alternate":
            return pick.mend(child.get("href", "")).strip()
    guid = texts.get("guid", "")
    return texts.get("link", "") or (guid if guid.startswith(("http://", "https://")) else "")


def _author(node: "Element", texts: Mapping[str, str]) -> str:
    for child in node:
        if _name(child) == "author":
            named = next((_text(inner) for inner in child if _name(inner) == "name"), "")
            return named or _text(child)
    return texts.get("creator", "")


def _category(node: "Element") -> str:
    return pick.mend(node.get("label") or node.get("term") or "").strip() or _text(node)


def _image(node: "Element") -> str:
    for child in node.iter():
        if _name(child) in ("thumbnail", "content", "enclosure"):
            address = child.get("url", "")
            pictured = _name(child) == "thumbnail" or "image" in (child.get("type", "") + child.get("medium", ""))
            if pictured and address.startswith(("http://", "https://")):
                return pick.mend(address)
    return ""


def _iso(text: str) -> str:
    """A feed's date as ISO 8601; Atom's already is, RSS's is written as mail dates are."""
    if not text or text[:4].isdigit():
        return text
    try:
        moment = parsedate_to_datetime(html.unescape(text))
    except (ValueError, OverflowError):
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
