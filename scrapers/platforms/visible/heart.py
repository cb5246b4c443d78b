"""Where on a page the product itself is: around its title, and not in the lists of other products."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from scrapers.platforms.visible.amounts import shows_money
from scrapers.platforms.visible.layout import Box, Layout
from scrapers.platforms.visible.marks import Mark
from scrapers.platforms.visible.words import announces_others

_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_LIKE_ENOUGH = 0.5
_LONGEST_TITLE = 400
_HEADINGS = frozenset({"h2", "h3", "h4", "h5"})
_CARD_MAX_CHARS = 800
_FEW = 3  # siblings built alike make a list


def tokens(text: str) -> frozenset[str]:
    """The words of a title in lower case; each sign of a script without spaces counts as one."""
    return frozenset(_TOKEN.findall(text.lower()))


def likeness(one: str, other: str) -> float:
    """How much of the shorter of two titles is in the other, 0 to 1."""
    first, second = tokens(one), tokens(other)
    if not first or not second:
        return 0.0
    return len(first & second) / min(len(first), len(second))


def share(part: str, whole: str) -> float:
    """How much of a title another text says, 0 to 1."""
    said = tokens(whole)
    return len(tokens(part) & said) / len(said) if said else 0.0


@dataclass(frozen=True, kw_only=True)
class Heart:
    """The product's place in a layout: the boxes of its title, in reading order; there may be none."""

    layout: Layout
    anchors: Sequence[Box]
    _lists: dict[int, bool] = field(default_factory=dict, repr=False)

    @cached_property
    def around(self) -> frozenset[int]:
        """The indexes of every box that a title lies in."""
        return frozenset(box.index for anchor in self.anchors for box in [anchor, *_above(anchor)])

    @cached_property
    def _ends_at(self) -> list[tuple[int, int]]:
        """Where other products are announced, as the ranges of texts that follow."""
        first = self.anchors[0].first if self.anchors else 0
        return [(start, end) for start, end in _announced(self.layout) if start > first]

    def marks_of(self, box: Box) -> Mark:
        """What a box is, and what the boxes around it are, up to the first that also holds the title."""
        marks = Mark.NONE
        for outer in [box, *_above(box)]:
            if outer.index in self.around or outer.tag in ("body", "html"):
                break
            marks |= outer.marks
            if self._is_card(outer):
                marks |= Mark.RELATED
        if any(start <= box.first < end for start, end in self._ends_at):
            marks |= Mark.RELATED
        return marks

    def distance(self, box: Box) -> int | None:
        """How many texts lie between the title and a box, negative for a box in front of every title; None untold."""
        if not self.anchors:
            return None
        starts = [anchor.first for anchor in self.anchors]
        place = bisect_right(starts, box.first)
        if place == 0:
            return box.last - starts[0]
        return max(0, box.first - self.anchors[place - 1].last)

    def _is_card(self, box: Box) -> bool:
        """Whether a box is one of several built alike that show a price and lead to a page of their own."""
        if len(box.twins) < _FEW or self.layout.size(box) > _CARD_MAX_CHARS:
            return False
        family = box.twins[0].index
        if family not in self._lists:
            cards = filter(self._shows_another, box.twins)
            self._lists[family] = len(list(islice(cards, _FEW))) >= _FEW
        return self._lists[family]

    def _shows_another(self, box: Box) -> bool:
        return (
            self.layout.size(box) <= _CARD_MAX_CHARS
            and self.layout.leads_away(box)
            and shows_money(self.layout.text_of(box))
        )


def heart_of(layout: Layout, titles: Iterable[str]) -> Heart:
    """Find the product's title in a layout: a heading that says what the page calls itself, else any such text."""
    known = [title for title in titles if title.strip()]
    headings = [box for box in layout.boxes if box.tag == "h1" and box.last > box.first]
    said = [box for box in headings if _is_like(layout, box, known)]
    if not said:
        said = list(_named(layout, known)) or (headings if len(headings) == 1 else [])
    return Heart(layout=layout, anchors=sorted(said, key=lambda box: box.first)[:6])


def _is_like(layout: Layout, box: Box, titles: Sequence[str]) -> bool:
    if layout.size(box) > _LONGEST_TITLE:
        return False
    text = layout.text_of(box)
    return not titles or any(likeness(text, title) >= _LIKE_ENOUGH for title in titles)


def _named(layout: Layout, titles: Sequence[str]) -> Iterator[Box]:
    """The smallest boxes outside of menus that say most of a title."""
    wanted = [tokens(title) for title in titles]
    for text in layout.texts:
        said = tokens(text.text) if len(text.text) <= _LONGEST_TITLE else frozenset[str]()
        if len(said) >= 2 and any(_is_most(said, title) for title in wanted):
            marks = text.box.marks | (text.box.parent.marks if text.box.parent else Mark.NONE)
            if not marks & (Mark.CHROME | Mark.LINK | Mark.HIDDEN):
                yield text.box


def _is_most(said: frozenset[str], title: frozenset[str]) -> bool:
    """Whether a text is little else than a good part of a title: shops add their own name to what a page is called."""
    common = len(said & title)
    return common >= 0.8 * len(said) and common >= max(2, 0.4 * len(title))


def _announced(layout: Layout) -> Iterator[tuple[int, int]]:
    """The ranges of texts that headings such as "you may also like" announce."""
    for box in layout.boxes:
        is_heading = box.tag in _HEADINGS or "title" in box.words or "heading" in box.words or "header" in box.words
        if is_heading and 0 < layout.size(box) < 80 and announces_others(layout.text_of(box)):
            holder = box
            while holder.parent is not None and layout.size(holder) < layout.size(box) + 40:
                holder = holder.parent
            yield box.first, holder.last


def _above(box: Box) -> Iterator[Box]:
    outer = box.parent
    while outer is not None:
        yield outer
        outer = outer.parent
