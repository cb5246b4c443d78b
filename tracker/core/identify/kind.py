"""What kind of thing a listing sells, by the words that are not about the card itself.

Each rule has the roles that wake it, so that most titles wake none, and answers with a kind and a reason or nothing.
"""

from collections.abc import Callable
from typing import NamedTuple

from tracker.core.identify import roles
from tracker.core.identify.memory import foreign
from tracker.core.identify.models import Named
from tracker.core.identify.naming import lends_firmware
from tracker.core.identify.reading import Reading
from tracker.core.models import Kind

_BUILT = roles.CPU | roles.STORAGE | roles.RAM | roles.BOARD | roles.PSU | roles.MONITOR
_DECIDES = roles.WORN - 1
"""All roles but the last ones, which only qualify what another word says."""
_KIT = roles.CPU | roles.BOARD | roles.RAM
_COMPUTERS = roles.COMPUTER | roles.MACHINE | roles.LAPTOP | roles.SYSTEM | roles.HOST
_BESIDE = (
    roles.FITTING
    | roles.ACCESSORY
    | roles.FEATURE
    | roles.NUMBER
    | roles.UNIT
    | roles.CONDITION
    | roles.INCLUDED
    | roles.COMPONENT
    | roles.NOUN
)
_SIZE = roles.MEMORY | roles.VRAM
_BRINGS = roles.WITH | roles.INCLUDED
_CARD = roles.MODEL | roles.CONTEXT | roles.NOUN | roles.SERIES | roles.COUNT
_NAMES_CARD = roles.MODEL | roles.CONTEXT | roles.NOUN | roles.SERIES | roles.MACHINE | roles.LAPTOP
_PART_OF_ITS_NAME = _COMPUTERS | roles.EDITION | roles.NUMBER | roles.UNIT | roles.CONTEXT
_FAILS_ALONE = roles.COMPONENT | roles.FITTING
_WORN = roles.WORN | roles.RENEWED
_MENTIONS = roles.SOURCE | roles.FOR | roles.WITHOUT
_LAST_ALPHABET = "\u2e7f"
_PACKED = roles.PACKAGING | roles.FITTING | roles.WITH


class Found(NamedTuple):
    """A kind, and the sentence that says which words decided it."""

    kind: Kind
    because: str


Rule = Callable[[Reading, Named], Found | None]


def comes_along(reading: Reading, place: int) -> bool:
    """Whether what stands at a place is only said to be included or missing: "with backplate, cable and box"."""
    first = place
    while first > 0 and reading.before(first, _BESIDE, 2):
        first -= 1
    last = place
    while reading.after(last, _BESIDE & ~roles.INCLUDED, 1):
        last += 1
    return reading.before(first, roles.WITH | roles.WITHOUT, 2) or reading.after(last, roles.INCLUDED, 1)


def _is_worn(reading: Reading, place: int) -> bool:
    """Whether what stands after a card's name is its worn or renewed part: "24GB, crack in shroud"."""
    if (
        not reading.roles & _WORN
        or place < _first_name(reading)
        or reading.roles & roles.ONLY
        or _is_for_a_card(reading)
    ):
        return False
    if not reading.roles & (roles.NOUN | roles.WORKS) and not any(size < place for size in reading.memories):
        return False
    first = place
    while reading.before(first, _FAILS_ALONE | roles.ACCESSORY | roles.FEATURE, 1):
        first -= 1
    return reading.before(first, _WORN, 1) or reading.after(place, _WORN, 1)


def _is_mentioned(reading: Reading, place: int) -> bool:
    """Whether a computer is where a card came from or goes to, or what kind of card it is: "from an HP Omen"."""
    first = place
    while first > 0 and reading.before(first, _PART_OF_ITS_NAME, 3):
        first -= 1
    named = _first_name(reading)
    return (
        reading.before(first, _MENTIONS, 2)
        or reading.after(place, roles.NOUN | roles.FOR)
        or (named < place and reading.after(place, roles.ORIGIN))
        or any(named < other < place for other in reading.places(roles.FOR))
    )


def _service(reading: Reading, named: Named) -> Found | None:
    for place in reading.places(roles.SERVICE):
        if not reading.denied(place) and not (
            reading.terms[place].roles & roles.MOD and _is_done(reading, named, place)
        ):
            return Found(Kind.OTHER, f"“{reading.terms[place].text}” offers a service")
    return None


def _is_done(reading: Reading, named: Named, place: int) -> bool:
    """Whether memory was changed already: the text first calls itself a card and gives a size no maker fitted."""
    family = named.family
    is_card = any(other < place for other in reading.places(roles.NOUN))
    return (
        is_card
        and family is not None
        and any(other < place and family.sizes.get(reading.terms[other].value) is False for other in reading.memories)
    )


def _wanted(reading: Reading, _named: Named) -> Found | None:
    for place in reading.places(roles.WANTED | roles.OPENING):
        term = reading.terms[place]
        opens = term.roles & roles.OPENING and place == 0 and reading.gaps[0] == 0
        if opens or (term.roles & roles.WANTED and not reading.denied(place)):
            return Found(Kind.WANTED, f"“{term.text}”: somebody is buying")
    return None


def _built(reading: Reading, named: Named) -> Found | None:
    """A computer by its parts: a processor with memory or storage, or any of them with the word for a computer."""
    parts = _parts(reading, named)
    whole = reading.roles & _COMPUTERS
    has_model = named.family is not None or bool(named.several)
    if parts & roles.BOARD and not has_model and not whole & ~roles.COMPUTER:
        return None
    if parts & _KIT == _KIT and named.family and not parts & roles.STORAGE and not whole:
        return Found(Kind.BUNDLE, f"{reading.words(_KIT)} come with the card")
    if parts & roles.CPU and parts & (roles.RAM | roles.STORAGE):
        return Found(Kind.SYSTEM, f"{reading.words(roles.CPU)} with memory or storage is a computer")
    if whole and parts & (roles.CPU | roles.STORAGE | roles.RAM):
        return Found(Kind.SYSTEM, f"{reading.words(whole)} and its parts are a computer")
    if parts & roles.STORAGE and (parts & roles.RAM or has_model):
        return Found(Kind.SYSTEM, "storage is part of it, so it is a computer")
    return None


def _parts(reading: Reading, named: Named) -> int:
    """Which parts of a computer a text lists; memory and storage count only when they cannot be the card's."""
    parts = 0
    for place in reading.places(_BUILT):
        if not reading.before(place, roles.FOR | roles.WITHOUT | roles.NOT, 1):
            parts |= reading.terms[place].roles & _BUILT
    family = named.family or (named.several[0] if named.several else None)
    if family is None:
        return parts
    odd = foreign(reading, family)
    if any(reading.terms[place].value in odd for place in reading.places(roles.DISK)):
        parts |= roles.STORAGE
    return parts if odd else parts & ~roles.RAM


def _accessory(reading: Reading, _named: Named) -> Found | None:
    for place in reading.places(roles.ACCESSORY):
        if reading.terms[place].roles & roles.ONLY or not (comes_along(reading, place) or _is_worn(reading, place)):
            return Found(Kind.ACCESSORY, f"“{reading.terms[place].text}” is an accessory")
    return None


def _packaging(reading: Reading, _named: Named) -> Found | None:
    """The box alone: "box and manual only", "nur OVP"."""
    for place in reading.places(roles.ONLY):
        first = place
        while first > 0 and reading.before(first, _PACKED, 1):
            first -= 1
        if reading.after(place, roles.PACKAGING, 1) or any(
            term.roles & roles.PACKAGING and not comes_along(reading, first + offset)
            for offset, term in enumerate(reading.terms[first:place])
        ):
            return Found(Kind.ACCESSORY, "only the packaging is sold")
    opens = reading.terms[0].roles & roles.PACKAGING and reading.gaps[0] == 0
    if opens and not reading.memories and not reading.roles & roles.NOUN and not comes_along(reading, 0):
        return Found(Kind.ACCESSORY, f"the title is about the “{reading.terms[0].text}”")
    return None


def _fitting(reading: Reading, named: Named) -> Found | None:
    """A fan, cooler, bracket …: the thing itself unless the text describes a card that has one."""
    for place in reading.places(roles.FITTING):
        if lends_firmware(reading, place) or comes_along(reading, place) or _is_worn(reading, place):
            continue
        if _is_the_thing(reading, named, place):
            return Found(Kind.ACCESSORY, f"“{reading.terms[place].text}” is sold, not a card")
    return None


def _is_the_thing(reading: Reading, named: Named, place: int) -> bool:
    if named.several or _is_for_a_card(reading) or any(abs(other - place) <= 2 for other in reading.places(roles.ONLY)):
        return True
    first = _first_name(reading)
    if reading.before(place, roles.NOUN) and not reading.memories:
        return True
    if place > first:
        described = any(term.roles & roles.NOUN for term in reading.terms[first:place])
        return not described and not any(term.roles & _SIZE for term in reading.terms[:place])
    if not reading.models:
        return not reading.memories
    if any(place < other < first and reading.after(other, _CARD, 1) for other in reading.places(_BRINGS)):
        return False
    opens = place == 0 and reading.gaps[0] <= 1 and not reading.memories
    return opens or not reading.roles & (roles.VRAM | roles.NOUN)


def _first_name(reading: Reading) -> int:
    return reading.models[0] if reading.models else len(reading.terms)


def _is_for_a_card(reading: Reading) -> bool:
    """Whether the text says "for" right beside a card's name or maker."""
    return any(
        reading.after(place, _NAMES_CARD, 2)
        or (_is_postposition(reading, place) and reading.before(place, _NAMES_CARD, 1))
        for place in reading.places(roles.FOR)
    )


def _is_postposition(reading: Reading, place: int) -> bool:
    """Chinese and Japanese also say "for" after the card: "RTX 3080用"."""
    return reading.terms[place].text > _LAST_ALPHABET


def _called(reading: Reading, named: Named) -> Found | None:
    """A computer by name: "gaming PC", "laptop", a laptop line without the word for a graphics card."""
    has_noun = reading.roles & roles.NOUN
    for place in reading.places(roles.SYSTEM | roles.LAPTOP):
        term = reading.terms[place]
        if not _is_mentioned(reading, place) and not (term.roles & roles.LAPTOP and has_noun):
            return Found(Kind.SYSTEM, f"“{term.text}” is a whole computer")
    is_card = has_noun or reading.roles & roles.VRAM
    nameless = named.family is None and not named.several
    first = _first_name(reading)
    for place in reading.places(roles.COMPUTER | roles.MACHINE | roles.HOST):
        if nameless and reading.roles & roles.BOARD:
            return None
        if is_card and not reading.after(place, roles.WITH, 1):
            continue
        opens = reading.terms[place].roles & roles.COMPUTER and place < first and not _is_mentioned(reading, place)
        if nameless or opens or _is_server(reading, place, first):
            return Found(Kind.SYSTEM, f"“{reading.terms[place].text}” is a computer")
    return None


def _is_server(reading: Reading, place: int, first: int) -> bool:
    """Whether a line of computers opens the text and the word for its kind ends it: "C4130 4x P100 server"."""
    opens = any(machine < first for machine in reading.places(roles.MACHINE))
    return (
        opens and reading.terms[place].roles & roles.HOST != 0 and place > first and not _is_mentioned(reading, place)
    )


def _bundle(reading: Reading, named: Named) -> Found | None:
    if named.family and (parts := _parts(reading, named) & ~roles.STORAGE):
        return Found(Kind.BUNDLE, f"{reading.words(parts)} comes with the card")
    return None


def _kit(reading: Reading, named: Named) -> Found | None:
    if not named.family and not named.several and reading.roles & (_BUILT & ~roles.RAM):
        return Found(Kind.OTHER, f"{reading.words(_BUILT)} and no card")
    return None


def _multi(reading: Reading, named: Named) -> Found | None:
    if named.several:
        return Found(Kind.MULTI, f"several models: {', '.join(family.id for family in named.several[:5])}")
    if named.family is None and reading.roles & roles.CHOICE and reading.roles & roles.NOUN:
        return Found(Kind.MULTI, f"{reading.words(roles.CHOICE)} offers a choice")
    return None


def broken(reading: Reading, named: Named) -> Found | None:
    """Whether the text says that what is sold does not work."""
    for place in reading.places(roles.BROKEN | roles.FAULTY | roles.OUTPUTLESS):
        if not _is_refuted(reading, place) and _breaks(reading, named, place):
            return Found(Kind.PARTS, f"“{reading.terms[place].text}”: it does not work")
    return None


def _is_refuted(reading: Reading, place: int) -> bool:
    """Whether what says that it is broken is denied, or the part it is about was replaced: "melted plug replaced"."""
    last = place
    while reading.after(last, _FAILS_ALONE, 1):
        last += 1
    mended = last > place and reading.after(last, roles.RENEWED, 1)
    return mended or reading.denied(place) or reading.after(place, roles.REFUTED)


def _breaks(reading: Reading, named: Named, place: int) -> bool:
    """Words that say so plainly break any card; a faulty fan leaves a working card, and some never had outputs."""
    term, family = reading.terms[place], named.family
    if term.roles & roles.OUTPUTLESS and (family is None or family.headless):
        return False
    if term.roles & roles.FAULTY and not term.roles & roles.BROKEN:
        return not reading.before(place, _FAILS_ALONE, 2) and not reading.after(place, _FAILS_ALONE, 1)
    return True


_SPARE = roles.FOR | roles.FEATURE


def _spare(reading: Reading, _named: Named) -> Found | None:
    """What opens a text and is "for" a card is no card: "new thermal pads for RTX 3090"."""
    for place in reading.places(roles.FOR):
        opens = all(term.roles & (roles.FEATURE | roles.CONDITION | roles.NUMBER) for term in reading.terms[:place])
        if place and opens and reading.terms[place - 1].roles & roles.FEATURE and reading.after(place, _NAMES_CARD, 2):
            return Found(Kind.ACCESSORY, f"“{reading.terms[place - 1].text}” is for a card")
    return None


RULES: tuple[tuple[int, Rule], ...] = (
    (roles.SERVICE, _service),
    (roles.WANTED | roles.OPENING, _wanted),
    (_BUILT | roles.DISK, _built),
    (roles.ACCESSORY, _accessory),
    (roles.ONLY | roles.PACKAGING, _packaging),
    (roles.FOR, _spare),
    (roles.FITTING, _fitting),
    (_COMPUTERS, _called),
    (_BUILT, _bundle),
    (_BUILT, _kit),
    (roles.MODEL | roles.CHOICE, _multi),
    (roles.BROKEN | roles.FAULTY | roles.OUTPUTLESS, broken),
)


def other_than_card(reading: Reading, named: Named) -> Found | None:
    """What a text sells if it is not one model of working card."""
    awake = reading.roles
    if awake & _DECIDES < roles.TELLING and not named.several and awake & _SPARE != _SPARE:
        return None
    for wakes, rule in RULES:
        if awake & wakes and (found := rule(reading, named)):
            return found
    return None
