"""What a listing's attributes and description add where its title is silent; the title wins in a conflict of models."""

from dataclasses import replace

from tracker.core.identify import attributes, roles
from tracker.core.identify.condition import flags
from tracker.core.identify.lexicon import Lexicon
from tracker.core.identify.memory import memory
from tracker.core.identify.models import Memory, Named
from tracker.core.identify.naming import NOTHING, named
from tracker.core.identify.reading import Reading
from tracker.core.models import Kind, RawListing, Verdict

ATTRIBUTE_WORDS = 40
DESCRIPTION_WORDS = 3000
"""How many words of them are read."""

_CARD = roles.NOUN | roles.CONTEXT | roles.SERIES | roles.VRAM
_COMPUTER = roles.COMPUTER | roles.MACHINE | roles.LAPTOP | roles.SYSTEM | roles.HOST | roles.CPU


def chipset(lexicon: Lexicon, raw: RawListing, title: Reading) -> Named:
    """The model an attribute names, for a title that speaks of a card and names none."""
    stated = attributes.chipset(raw.attributes)
    if not stated or not title.roles & _CARD or title.roles & _COMPUTER:
        return NOTHING
    naming = named(lexicon.read(f"gpu {stated}", ATTRIBUTE_WORDS))
    return naming if naming.family else NOTHING


def refined(lexicon: Lexicon, raw: RawListing, known: Memory) -> Memory:
    """The memory with what attributes, then the description say about it."""
    if stated := attributes.memory(raw.attributes):
        known = _agreed(known, memory(lexicon.read(stated, ATTRIBUTE_WORDS), known.family))
    if raw.description and known.vram_gb is None and not known.stated:
        described = lexicon.read(raw.description, DESCRIPTION_WORDS)
        sizes = {described.terms[place].value for place in described.memories} & known.family.sizes.keys()
        if len(sizes) == 1:
            (size,) = sizes
            return known.family.memories[size]
    return known


def _agreed(title: Memory, attribute: Memory) -> Memory:
    """One size of two: an attribute that cannot be is ignored, one that contradicts the title leaves it undecided."""
    if not attribute.stated or attribute.vram_gb is None or attribute.vram_gb == title.vram_gb:
        return title
    if not title.stated:
        return attribute
    if title.vram_gb is None:
        return title
    doubt = f"the title says {title.vram_gb:g} GB, the attributes {attribute.vram_gb:g} GB"
    return Memory.undecided(title.family, doubt=doubt)


def described(lexicon: Lexicon, raw: RawListing, verdict: Verdict) -> Verdict:
    """The verdict with what the description says beyond doubt: that it is sold for parts, and things worth knowing."""
    if not raw.description:
        return verdict
    text = lexicon.read(raw.description, DESCRIPTION_WORDS)
    both = replace(verdict, flags=tuple(dict.fromkeys(verdict.flags + flags(text))))
    if verdict.kind is not Kind.CARD:
        return both
    plain = next((place for place in text.places(roles.CERTAIN) if not text.denied(place)), None)
    if plain is None:
        return both
    return replace(both, kind=Kind.PARTS, reason=f"its description says “{text.terms[plain].text}”")
