"""What a single word is made of, looked up in the tree once and remembered.

A word that is one phrase by itself ("gddr6x", "rtx4090", "24gb") becomes one piece, and so does a word nobody knows;
what is more than one phrase ("2080ti22g") or a run of a script without spaces becomes several.
"""

import re
from collections.abc import Iterator

from tracker.core.identify import codes, roles, text
from tracker.core.identify.reading import Term
from tracker.core.identify.text import GLUE
from tracker.core.identify.tree import Node, Piece, merged

_LONGEST_NUMBER = 9
_SHORTEST_STEM = 3
_FEWEST_NEVER_COUNTED = 300
_GIGABYTES = "gb"
_REMEMBERED = 50_000
_SMALLEST_GB, _LARGEST_GB = 1, 2048
"""What counts as memory: figures per GB mean nothing below one."""
_DISKS_GB = frozenset({120, 128, 240, 250, 256, 480, 500, 512, 525, 960, 1000, 1024, 2000, 2048})
_TIMES = "x"
_BARE_CPU = re.compile(r"[2-9][0-9]{3}x(?:3d)?|1[0-4][1-9][05]0[a-z]{1,2}|[2-9][0-9]{3}(?:k|kf|ks|f|u|hs|hx|hq|ge)")


class Wordbook:
    """The tree of phrases, the units that may follow a number, and what is known about spelling."""

    def __init__(self, slips: dict[str, str]) -> None:
        self.root = Node()
        self.units = Node()
        self.slips = slips
        self.known: set[str] = set()
        self.name_words: set[str] = set()
        self.stems: dict[str, str] = {}
        self.endings: dict[str, str] = {}
        self.runs: dict[str, set[str]] = {}
        self.stemmed: list[tuple[Node, str]] = []
        self._large_units: dict[str, Node] = {}
        self._measures: dict[tuple[float, int], Term] = {}

    def pieces(self, word: str) -> tuple[Piece, ...]:
        """What one folded word is made of."""
        word = word[: text.LONGEST_WORD]
        if text.is_run(word):
            return tuple(self._of_run(word))
        if _BARE_CPU.fullmatch(word):
            return (Piece(word, Node(term=Term(roles.CPU, word))),)
        for name in codes.names(word):
            pieces = list(self._of_word(name))
            if (end := _end(pieces)) is not None and end.term is not None:
                return (self._phrase(pieces, end, end.term),)
        pieces = list(self._of_word(word))
        if len(pieces) == 1:
            return (pieces[0],)
        end = _end(pieces)
        if end is not None and end.term is not None:
            return (self._phrase(pieces, end, end.term),)
        if not any(_speaks(pieces, place) for place in range(len(pieces))):
            return (Piece(_joined(pieces)),)
        return tuple(pieces)

    def _phrase(self, pieces: list[Piece], end: Node, term: Term) -> Piece:
        """A word that is one phrase from its first piece to its last."""
        number = pieces[0].number
        if term.roles & roles.UNIT and number is not None and not term.roles & roles.PIECES:
            end = Node(end.next, self.measure(term, number))
        return Piece(_joined(pieces), end, number)

    def measure(self, unit: Term, number: float) -> Term:
        """A number with its unit: memory in GB, a count, months of warranty, or just some measure."""
        key = (number, id(unit))
        if (term := self._measures.get(key)) is None:
            value = number * unit.value
            own = unit.roles if unit.roles == roles.UNIT else unit.roles & ~roles.UNIT
            if own & roles.MEMORY and not _SMALLEST_GB <= value <= _LARGEST_GB:
                own = roles.UNIT
            if own & roles.MEMORY and value in _DISKS_GB:
                own |= roles.DISK
            term = Term(own, f"{number:g} {unit.text}", value)
            if len(self._measures) >= _REMEMBERED:
                self._measures.clear()
            self._measures[key] = term
        return term

    def _of_word(self, word: str) -> Iterator[Piece]:
        before: Piece | None = None
        for raw in text.split(word):
            if raw[0].isdigit():
                before = self._number(raw, before)
            else:
                letters = self.canonical(text.unaccented(raw))
                if halves := self._halves(letters):
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
            return Piece(key)
        number = _value(digits)
        phrases = self.root.next.get(digits)
        # In "N3060GAMING" the number is the model, in "S26361" it is nothing.
        if before is not None and not before.speaks and before.key.lstrip(GLUE) != "n":
            phrases = None
        units = self.units.next if number < _FEWEST_NEVER_COUNTED else self._never_counting()
        plain = Node(units, Term(roles.NUMBER, key, number))
        return Piece(key, plain if phrases is None else merged(plain, phrases), number)

    def _never_counting(self) -> dict[str, Node]:
        """What may follow a number too large to count cards: "3070 X" is no multiplication."""
        if not self._large_units:
            following = self.units.next.items()
            self._large_units = {
                key: node for key, node in following if node.term is None or not node.term.roles & roles.TIMES
            }
        return self._large_units

    def _of_run(self, run: str) -> Iterator[Piece]:
        start = 0
        while start < len(run):
            phrases = [known for known in self.runs.get(run[start], ()) if run.startswith(known, start)]
            phrase = max(phrases, key=len, default=None)
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
        if letters in self.known:
            return None
        if letters.startswith(_GIGABYTES):
            return _GIGABYTES, letters.removeprefix(_GIGABYTES)
        cuts = ((letters[:cut], letters[cut:]) for cut in range(2, len(letters) - 1))
        return next((cut for cut in cuts if cut[0] in self.name_words and cut[1] in self.name_words), None)


def _value(digits: str) -> float:
    """What digits are worth: one separator is a decimal point, several group thousands."""
    separators = digits.count(".") + digits.count(",")
    return float(digits.replace(",", "." if separators == 1 else "").replace(".", "." if separators == 1 else ""))


def _joined(pieces: list[Piece]) -> str:
    return "".join(piece.key.lstrip(GLUE) for piece in pieces)


def _end(pieces: list[Piece]) -> Node | None:
    """Where in the tree a word ends that is one phrase from its first piece to its last."""
    node: Node | None = Node(pieces[0].next, pieces[0].term)
    for piece in pieces[1:]:
        if node is None:
            return None
        node = node.next.get(piece.key)
    return node


def _speaks(pieces: list[Piece], place: int) -> bool:
    """Whether a piece inside a word says something: a number in a code such as "7TGM9" does not."""
    piece = pieces[place]
    if piece.number is None or (piece.term is not None and piece.term.roles != roles.NUMBER):
        return piece.speaks
    following = place + 1
    leads_on = following < len(pieces) and pieces[following].key in piece.next
    return leads_on or (place > 0 and pieces[place - 1].key == _TIMES)
