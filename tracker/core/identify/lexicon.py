"""The reading of a text along the tree of phrases: longest match, from left to right."""

from itertools import chain

from tracker.core.identify import roles, text
from tracker.core.identify.models import Trust
from tracker.core.identify.reading import Reading, Term
from tracker.core.identify.text import GLUE
from tracker.core.identify.tree import Piece
from tracker.core.identify.wordbook import Wordbook

_REMEMBERED = 50_000
_LONGEST_REMEMBERED = 40
_MOST_WORDS = 300
_TIMES = GLUE + "x"
_OR = "/"
_SHORTEST_CODE = 3
_SWALLOWS = roles.CPU | roles.MACHINE | roles.LAPTOP | roles.CURRENCY
_SIZES = roles.MEMORY | roles.STORAGE
_MEASURE = Term(roles.UNIT, "measure")
_END = Piece("")
"""Stands after the last piece of every text: nothing follows it."""


class _Chunks(dict[str, tuple[Piece, ...]]):
    """What each chunk of text met so far is made of; looks up the ones it has not met."""

    def __init__(self, book: Wordbook) -> None:
        self.book = book

    def __missing__(self, chunk: str) -> tuple[Piece, ...]:
        words = text.words(chunk)[:_MOST_WORDS]
        pieces = tuple(chain.from_iterable(map(self.book.pieces, words)))
        if len(chunk) <= _LONGEST_REMEMBERED:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[chunk] = pieces
        return pieces


class Lexicon:
    """Reads texts by a wordbook, remembering the chunks it meets."""

    def __init__(self, book: Wordbook) -> None:
        self._chunks = _Chunks(book)

    def read(self, written: str, limit: int) -> Reading:  # noqa: C901  # one flat loop: calls would double its time
        """The terms of a text of which at most `limit` chunks are read."""
        chunks = text.fold(written).split()
        if len(chunks) > limit:
            chunks = chunks[:limit]
        pieces = list(chain.from_iterable(map(self._chunks.__getitem__, chunks)))
        terms: list[Term] = []
        gaps: list[int] = []
        models: list[int] = []
        memories: list[int] = []
        telling: list[int] = []
        seen = last = resume = 0
        pieces.append(_END)
        for place, piece in enumerate(pieces):
            if place < resume:
                continue
            term = piece.term
            end = place + 1
            following = piece.next
            if following:
                ahead = end
                while node := following.get(pieces[ahead].key):
                    ahead += 1
                    following = node.next
                    if node.term is not None:
                        term = node.term
                        end = ahead
            if term is None:
                continue
            gaps.append(place - last)
            last = resume = end
            if term.special:
                if term.roles & roles.UNIT:
                    term = self._measured(term, pieces, place, end)
                own = term.roles
                if own & roles.MODEL:
                    models.append(len(terms))
                elif own & roles.MEMORY:
                    memories.append(len(terms))
                if own >= roles.TELLING:
                    telling.append(len(terms))
                    if own & _SWALLOWS:
                        resume = _past_number(pieces, end)
            terms.append(term)
            seen |= term.roles
        return Reading(terms, gaps, seen, models, memories, telling)

    def _measured(self, unit: Term, pieces: list[Piece], place: int, end: int) -> Term:
        """A number with its unit: memory in GB, a count, months of warranty, or just some measure."""
        number = pieces[place].number
        if number is None:
            return unit
        if _in_part_number(pieces[end - 1].key, pieces[end].key):
            return _MEASURE
        if unit.roles & roles.PIECES and _ends_code(pieces, place):
            return _MEASURE
        return self._chunks.book.measure(unit, number)


def _in_part_number(unit: str, following: str) -> bool:
    """Whether a letter after a number is part of a code instead, as in "2G500" or in "17 G8"."""
    if following[:1] != GLUE or not following[1:].isdigit():
        return False
    return len(unit) == 1 or (len(unit) == len(GLUE) + 1 and len(following) > _SHORTEST_CODE)


def _ends_code(pieces: list[Piece], place: int) -> bool:
    """Whether digits before "PK" or "PCS" end a part number, as in "K57PK" or "0C4PCS", and count nothing."""
    key = pieces[place].key
    return key.startswith("0") or (key.startswith(GLUE) and pieces[place - 1].key != _TIMES)


def _past_number(pieces: list[Piece], place: int) -> int:
    """The place after the numbers a processor, a computer or a price goes by, unless they are memory: "3050/5050"."""
    after = _past_code(pieces, place)
    while after > place and pieces[after].key == _OR:
        place, after = after, _past_code(pieces, after + 1)
    return max(place, after)


def _past_code(pieces: list[Piece], place: int) -> int:
    """The place after a number or a code such as "P520"; the same place if what stands there means something else."""
    piece = pieces[place]
    is_code = piece.term is not None and piece.term.model is not None and piece.term.model.trust <= Trust.BARE
    if piece.number is None and not is_code:
        return place
    following = piece.next.get(pieces[place + 1].key)
    later = following.term if following is not None else None
    if any(term is not None and term.roles & _SIZES for term in (piece.term, later)):
        return place
    place += 1
    while pieces[place].key.startswith(GLUE):
        place += 1
    return place
