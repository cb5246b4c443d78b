"""A page as a person meets it: boxes in reading order, their texts, and what the markup says each box is.

The page is walked once, without recursion, because pages may be nested without end.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

from selectolax.lexbor import LexborNode

from scrapers import pick
from scrapers.base import Page
from scrapers.platforms.visible.amounts import joined
from scrapers.platforms.visible.marks import Mark, marks_of, named

# What no person reads, or reads only after opening it.
_SILENT = frozenset({
    "script", "style", "template", "noscript", "head", "title", "svg", "iframe", "select", "textarea", "datalist",
    "object", "canvas", "audio", "video",
})  # fmt: skip
_MAX_BOXES = 60_000
_MAX_DEPTH = 2_000
_MAX_PIECES = 40
_PICTURE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|svg)(?:$|\?)", re.IGNORECASE)


@dataclass(slots=True, eq=False, kw_only=True, repr=False)
class Box:
    """One element: `index` counts boxes in reading order and `end` is the first that lies outside of it.

    Its texts are those from `first` to before `last`. `marks` is what its own markup says it is; `twins` are the
    siblings built like it, itself included.
    """

    index: int
    node: LexborNode
    tag: str
    words: frozenset[str]
    parent: "Box | None"
    depth: int
    marks: Mark
    first: int
    last: int = 0
    end: int = 0
    twins: "Sequence[Box]" = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text and the box it lies in."""

    text: str
    box: Box


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The boxes and texts of one page; `links` are the indexes of boxes that lead to other pages of the site."""

    boxes: Sequence[Box]
    texts: Sequence[Text]
    links: Sequence[int]

    @cached_property
    def lengths(self) -> list[int]:
        """How many characters the texts hold up to each of them."""
        sums = [0]
        for text in self.texts:
            sums.append(sums[-1] + len(text.text) + 1)
        return sums

    def size(self, box: Box) -> int:
        """How many characters a box holds."""
        return self.lengths[box.last] - self.lengths[box.first]

    def text_of(self, box: Box) -> str:
        """The texts of a box as one line, cents joined to their units."""
        return joined((text.text, text.box.tag, text.box.words) for text in self.texts[box.first : box.last])

    def leads_away(self, box: Box) -> bool:
        """Whether a box holds a link to another page."""
        place = bisect_left(self.links, box.index)
        return place < len(self.links) and self.links[place] < box.end


def lay_out(page: Page) -> Layout:
    """Walk a page and mark its boxes."""
    boxes: list[Box] = []
    texts: list[Text] = []
    links: list[int] = []
    own_path = _path(page.url)
    open_boxes: list[Box] = []
    for node, depth in walk(page.tree.body, texts=True):
        while open_boxes and open_boxes[-1].depth >= depth:
            _close(open_boxes.pop(), boxes, texts)
        parent = open_boxes[-1] if open_boxes else None
        if node.tag == "-text":
            if parent and (words := " ".join((node.text_content or "").split())):
                texts.append(Text(words, parent))
            continue
        box = _box(node, parent, depth, index=len(boxes), first=len(texts))
        if box.tag == "a" and _leads_away(box, page.url, own_path):
            links.append(box.index)
            box.marks |= Mark.LINK
        boxes.append(box)
        open_boxes.append(box)
    while open_boxes:
        _close(open_boxes.pop(), boxes, texts)
    _find_twins(boxes)
    return Layout(boxes=boxes, texts=texts, links=links)


def walk(root: LexborNode | None, *, texts: bool = False) -> Iterator[tuple[LexborNode, int]]:
    """The elements from a root down, each with its depth, in reading order.

    With `texts` the text nodes too, and nothing of what no person reads.
    """
    node, depth, seen = root, 0, 0
    while node is not None and seen < _MAX_BOXES:
        tag = node.tag or ""
        is_element = tag[:1] != "-" and tag[:1] != "!"
        if is_element or (texts and tag == "-text"):
            seen += 1
            yield node, depth
        child = node.child if is_element and depth < _MAX_DEPTH and not (texts and tag in _SILENT) else None
        if child is not None:
            node, depth = child, depth + 1
            continue
        while node is not None and depth > 0 and node.next is None:
            node, depth = node.parent, depth - 1
        if node is None or depth <= 0:
            return
        node = node.next


def _box(node: LexborNode, parent: Box | None, depth: int, *, index: int, first: int) -> Box:
    tag, attributes = node.tag or "", node.attributes
    words, mark = named(attributes)
    return Box(
        index=index,
        node=node,
        tag=tag,
        words=words,
        parent=parent,
        depth=depth,
        marks=mark | marks_of(tag, attributes),
        first=first,
    )


def _close(box: Box, boxes: Sequence[Box], texts: Sequence[Text]) -> None:
    box.last, box.end = len(texts), len(boxes)


def _find_twins(boxes: Sequence[Box]) -> None:
    """Give every box its siblings with the same tag and the same names."""
    families: dict[tuple[int, str, frozenset[str]], list[Box]] = {}
    for box in boxes:
        if box.parent is not None:
            families.setdefault((box.parent.index, box.tag, box.words), []).append(box)
    for family in families.values():
        for box in family:
            box.twins = family


def _leads_away(box: Box, base: str, own_path: str) -> bool:
    href = (box.node.attributes.get("href") or "").strip()
    if not href or href.startswith(("#", "javascript:", "mailto:", "tel:", "data:")) or _PICTURE.search(href):
        return False
    return _path(href if href.startswith("/") and href[1:2] != "/" else _joined_url(base, href)) != own_path


def _joined_url(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return href


def _path(url: str) -> str:
    return pick.split(url).path.rstrip("/").lower()


def price_text(node: LexborNode) -> str:
    """The text below a node as one line, cents joined to their units."""
    pieces: list[tuple[str, str, frozenset[str]]] = []
    above: list[tuple[int, LexborNode]] = []
    for inner, depth in walk(node, texts=True):
        while above and above[-1][0] >= depth:
            above.pop()
        if inner.tag != "-text":
            above.append((depth, inner))
        elif words := " ".join((inner.text_content or "").split()):
            holder = above[-1][1] if above else node
            pieces.append((words, holder.tag or "", named(holder.attributes)[0]))
        if len(pieces) >= _MAX_PIECES:
            break
    return joined(pieces)
