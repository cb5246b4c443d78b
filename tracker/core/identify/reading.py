"""A text as read: its terms in order, how far apart they stand, and what they are together."""

from tracker.core.identify.models import Model
from tracker.core.identify.roles import BIT, TELLING, meaning

_SPECIAL = BIT["unit"] | BIT["model"] | BIT["memory"]
_SILENT = BIT["number"] | BIT["unit"]
_SHARED: dict[int, int] = {}
"""Equal numbers of roles as one object: fewer of them stay in the processor's cache more easily."""


class Term:
    """What a phrase means: its roles, its text, its number where it has one, its tags by role, the model it names.

    `says` is the text with what it says, for people; None for a bare number or measure. `special` are those a reading
    keeps the places of.
    """

    __slots__ = ("model", "roles", "says", "special", "tags", "text", "value")

    def __init__(
        self,
        roles: int,
        text: str,
        value: float = 0.0,
        tags: tuple[tuple[int, str], ...] = (),
        model: Model | None = None,
    ) -> None:
        self.roles = _SHARED.setdefault(roles, roles)
        self.special = roles & _SPECIAL != 0 or roles >= TELLING
        self.text = text
        self.value = value
        self.tags = tags
        self.model = model
        self.says = (text, meaning(roles)) if roles & ~_SILENT else None


class Reading:
    """The terms of a text in reading order, with all their roles together.

    `gaps` holds for each term how many pieces nobody knows stand before it; `models`, `memories` and `telling` are the
    places of the terms that name a model, a memory size, or something that may tell that no card is sold.
    """

    __slots__ = ("gaps", "memories", "models", "roles", "telling", "terms")

    def __init__(
        self,
        terms: list[Term],
        gaps: list[int],
        roles: int,
        models: list[int],
        memories: list[int],
        telling: list[int],
    ) -> None:
        self.terms = terms
        self.gaps = gaps
        self.roles = roles
        self.models = models
        self.memories = memories
        self.telling = telling

    def part(self, first: int, last: int) -> "Reading":
        """From the term `first` up to, not including, the term `last`."""
        terms = self.terms[first:last]
        seen = 0
        for term in terms:
            seen |= term.roles
        return Reading(
            terms,
            self.gaps[first:last],
            seen,
            [place - first for place in self.models if first <= place < last],
            [place - first for place in self.memories if first <= place < last],
            [place - first for place in self.telling if first <= place < last],
        )

    def places(self, wanted: int) -> list[int]:
        """Which terms have one of the wanted roles."""
        if not self.roles & wanted:
            return []
        terms = self.terms
        if wanted & _PLAIN:
            return [place for place, term in enumerate(terms) if term.roles & wanted]
        return [place for place in self.telling if terms[place].roles & wanted]

    def before(self, place: int, wanted: int, gap: int = 0) -> bool:
        """Whether the term before a place, at most `gap` pieces away, has one of the wanted roles."""
        return place > 0 and self.gaps[place] <= gap and self.terms[place - 1].roles & wanted != 0

    def after(self, place: int, wanted: int, gap: int = 0) -> bool:
        """Whether the term after a place, at most `gap` pieces away, has one of the wanted roles."""
        place += 1
        return place < len(self.terms) and self.gaps[place] <= gap and self.terms[place].roles & wanted != 0

    def tags(self, role: int) -> list[str]:
        """The tags of a role, in reading order, leaving out what the text denies."""
        denies = self.roles & _DENIES
        return [
            tag
            for place, term in enumerate(self.terms)
            if term.roles & role and not (denies and self.denied(place))
            for bit, tag in term.tags
            if bit == role
        ]

    def denied(self, place: int) -> bool:
        """Whether the words before deny what stands at a place: "no artifacts", "nie defekt"."""
        return self.before(place, _DENIES, 1)

    def words(self, wanted: int) -> str:
        """The words that have one of the wanted roles, quoted for a sentence."""
        return ", ".join(f"“{text}”" for text in dict.fromkeys(self.terms[place].text for place in self.places(wanted)))


_PLAIN = TELLING - 1
_DENIES = BIT["not"] | BIT["without"]
