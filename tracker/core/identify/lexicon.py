"""Every phrase and every model in one tree of pieces, and the reading of a text along it.

Reading is longest match from left to right. What one word means is looked up once and remembered.
"""

import re
from collections.abc import Iterable
from itertools import chain

from tracker.core.identify import roles, text
from tracker.core.identify.reading import Reading, Term
from tracker.core.identify.text import GLUE

_REMEMBERED = 50_000
_LONGEST_REMEMBERED = 40
_LONGEST_NUMBER = 9
_SHORTEST_STEM = 3
_SHORTEST_CODE = 3
_GIGABYTES = "gb"
_FEWEST_NEVER_COUNTED = 300
_SWALLOWS = roles.CPU | roles.MACHINE | roles.LAPTOP | roles.CURRENCY
_SPECIAL = _SWALLOWS | roles.UNIT | roles.MODEL | roles.MEMORY
_SMALLEST_GB, _LARGEST_GB = 0.06, 2048
_BARE_CPU = re.compile(r"[2-9][0-9]{3}x(?:3d)?|1[0-4][1-9][05]0[a-z]{0,2}|[2-9][0-9]{3}(?:k|kf|ks|f|u|hs|hx|hq|ge)")


_MEASURE = Term(roles.UNIT, "measure")


class Node:
    """One step into the tree: which pieces may follow, and what is said by stopping here."""

    __slots__ = ("next", "term")

    def __init__(self, next: dict[str, "Node"] | None = None, term: Term | None = None) -> None:
        self.next: dict[str, Node] = {} if next is None else next
        self.term = term


class Piece:
    """One piece of text, with the place in the tree where the phrases that start with it begin."""

    __slots__ = ("key", "node", "number")

    def __init__(self, key: str, node: Node | None, number: float | None = None) -> None:
        self.key = key
        self.node = node
        self.number = number


class _Words(dict[str, tuple[Piece, ...]]):
    """What each word met so far is made of; looks up the ones it has not met."""

    def __init__(self, lexicon: "Lexicon") -> None:
        self.lexicon = lexicon

    def __missing__(self, word: str) -> tuple[Piece, ...]:
        pieces = tuple(self.lexicon.pieces(word[: text.LONGEST_WORD]))
        if len(word) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[word] = pieces
        return pieces


class Lexicon:
    """The tree, the units that may follow a number, and the memory of words met."""

    def __init__(self, slips: dict[str, str]) -> None:
        self.root = Node()
        self.units = Node()
        self.slips = slips
        self.known: set[str] = set()
        self.name_words: set[str] = set()
        self.stems: dict[str, str] = {}
        self.endings: dict[str, str] = {}
        self.runs: dict[str, list[str]] = {}
        self._measures: dict[tuple[float, int], Term] = {}
        self._large_units: dict[str, Node] = {}
        self._words = _Words(self)

    def read(self, written: str, limit: int) -> Reading:
        """The terms of a text of which at most `limit` words are read."""
        words = text.words(text.fold(written))
        if len(words) > limit:
            words = words[:limit]
        pieces = list(chain.from_iterable(map(self._words.__getitem__, words)))
        terms: list[Term] = []
        gaps: list[int] = []
        models: list[int] = []
        memories: list[int] = []
        seen = 0
        place, last, length = 0, 0, len(pieces)
        while place < length:
            node = pieces[place].node
            if node is None:
                place += 1
                continue
            term = node.term
            end = ahead = place + 1
            following = node.next
            while following and ahead < length:
                node = following.get(pieces[ahead].key)
                if node is None:
                    break
                ahead += 1
                following = node.next
                if node.term is not None:
                    term = node.term
                    end = ahead
            if term is None:
                place += 1
                continue
            after = end
            if term.roles & _SPECIAL:
                if term.roles & roles.UNIT:
                    term = self._measured(term, pieces, place, end)
                if term.roles & _SWALLOWS:
                    after = _past_number(pieces, end)
                if term.roles & roles.MODEL:
                    models.append(len(terms))
                if term.roles & roles.MEMORY:
                    memories.append(len(terms))
            terms.append(term)
            gaps.append(place - last)
            last = end
            seen |= term.roles
            place = after
        return Reading(terms, gaps, seen, models, memories)

    def pieces(self, word: str) -> Iterable[Piece]:
        """What one word is made of."""
        if text.is_run(word):
            return self._of_run(word)
        if _BARE_CPU.fullmatch(word):
            return (Piece(word, Node(term=Term(roles.CPU, word))),)
        return self._of_word(word)

    def _of_word(self, word: str) -> Iterable[Piece]:
        before: Piece | None = None
        for raw in text.split(word):
            if raw[0].isdigit():
                before = self._number(raw, before)
            else:
                letters = self.canonical(text.unaccented(raw))
                if letters not in self.known and len(letters) > _SHORTEST_STEM and (halves := self._halves(letters)):
                    before = self._letters(halves[0], before)
                    yield before
                    letters = halves[1]
                before = self._letters(letters, before)
            yield before

    def _letters(self, letters: str, before: Piece | None) -> Piece:
        if before is None:
            return Piece(letters, self.root.next.get(letters))
        return Piece(GLUE + letters, self.root.next.get(letters) if len(letters) >= _SHORTEST_STEM else None)

    def _number(self, digits: str, before: Piece | None) -> Piece:
        key = digits if before is None else GLUE + digits
        if len(digits) > _LONGEST_NUMBER:
            return Piece(key, None)
        number = float(digits.replace(",", ".", 1)) if digits.count(".") + digits.count(",") == 1 else _whole(digits)
        phrases = self.root.next.get(digits)
        # In "N3060GAMING" the number is the model, in "S26361" it is nothing.
        if before is not None and before.node is None and before.key.lstrip(GLUE) != "n":
            phrases = None
        units = self.units.next if number < _FEWEST_NEVER_COUNTED else self.large_units()
        plain = Node(units, Term(roles.NUMBER, digits, number))
        return Piece(key, plain if phrases is None else merged(plain, phrases), number)

    def large_units(self) -> dict[str, Node]:
        """What may follow a number too large to count cards: "3070 X" is no multiplication."""
        if not self._large_units:
            self._large_units = {
                key: node for key, node in self.units.next.items() if node.term is None or not node.term.roles & roles.TIMES
            }
        return self._large_units

    def _of_run(self, run: str) -> Iterable[Piece]:
        start = 0
        while start < len(run):
            phrase = next((known for known in self.runs.get(run[start], ()) if run.startswith(known, start)), None)
            yield Piece(phrase or run[start], self.root.next.get(phrase) if phrase else None)
            start += len(phrase) if phrase else 1

    def canonical(self, letters: str) -> str:
        """The piece the tree knows for some letters: itself, what it is a slip for, or its stem or ending."""
        letters = self.slips.get(letters, letters)
        if letters in self.known:
            return letters
        for size in range(len(letters), _SHORTEST_STEM - 1, -1):
            if stem := self.stems.get(letters[:size]):
                return stem
        for size in range(len(letters) - 1, _SHORTEST_STEM - 1, -1):
            if ending := self.endings.get(letters[-size:]):
                return ending
        return letters

    def _halves(self, letters: str) -> tuple[str, str] | None:
        """Two words written as one: "tisuper" is ti and super, the rest of "16GBused" gb and used."""
        if letters.startswith(_GIGABYTES):
            return _GIGABYTES, letters.removeprefix(_GIGABYTES)
        cuts = ((letters[:cut], letters[cut:]) for cut in range(2, len(letters) - 1))
        return next((cut for cut in cuts if cut[0] in self.name_words and cut[1] in self.name_words), None)

    def _measured(self, unit: Term, pieces: list[Piece], place: int, end: int) -> Term:
        """A number with its unit: memory in GB, a count, months of warranty, or just some measure."""
        number = pieces[place].number
        if number is None:
            return unit
        if end < len(pieces) and _in_part_number(pieces[end - 1].key, pieces[end].key):
            return _MEASURE
        key = (number, id(unit))
        if (term := self._measures.get(key)) is None:
            value = number * unit.value
            own = unit.roles if unit.roles == roles.UNIT else unit.roles & ~roles.UNIT
            if own & roles.MEMORY and not _SMALLEST_GB <= value <= _LARGEST_GB:
                own = roles.UNIT
            term = Term(own, f"{number:g} {unit.text}", value)
            if len(self._measures) >= _REMEMBERED:
                self._measures.clear()
            self._measures[key] = term
        return term


def _in_part_number(unit: str, following: str) -> bool:
    """Whether a letter after a number is part of a code instead, as in "2G500" or in "17 G8"."""
    if following[:1] != GLUE or not following[1:].isdigit():
        return False
    return len(unit) == 1 or (len(unit) == len(GLUE) + 1 and len(following) > _SHORTEST_CODE)


def _whole(digits: str) -> float:
    return float(digits.replace(",", "").replace(".", ""))


def _past_number(pieces: list[Piece], place: int) -> int:
    """The place after the number a processor, a computer or a price goes by, unless that number is a memory size."""
    if place >= len(pieces) or (number := pieces[place].number) is None:
        return place
    after = pieces[place].node
    if place + 1 < len(pieces) and after is not None:
        following = after.next.get(pieces[place + 1].key)
        if following is not None and following.term is not None and following.term.roles & (roles.MEMORY | roles.STORAGE):
            return place
    place += 1
    while number and place < len(pieces) and pieces[place].key.startswith(GLUE):
        place += 1
    return place


def merged(one: Node, other: Node) -> Node:
    """Two places of the tree as one; where both say something, the other does."""
    if one is other:
        return one
    following = {**one.next, **other.next}
    for key in one.next.keys() & other.next.keys():
        following[key] = merged(one.next[key], other.next[key])
    return Node(following, other.term or one.term)
