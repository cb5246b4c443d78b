"""How much memory the card in a listing has: stated, known, undecided or impossible."""

from tracker.core.identify import roles
from tracker.core.identify.models import Family, Memory
from tracker.core.identify.reading import Reading

_SYSTEM = roles.RAM | roles.STORAGE | roles.TIMES


def foreign(reading: Reading, family: Family) -> list[float]:
    """The sizes in a text that no edition of a family has: system memory or storage."""
    return [size for place in reading.memories if not _could_have(family, size := reading.terms[place].value)]


def _could_have(family: Family, size: float) -> bool:
    """Whether some edition of a family may have a size; makers of old cards fitted what they liked."""
    return (
        size in family.sizes
        or any(size in edition.sizes for edition in family.editions.values())
        or (family.old and size <= 2 * max(family.sizes, default=0))
    )


def memory(reading: Reading, family: Family) -> Memory:
    """The memory of one card of a family, as far as a text decides it."""
    places = reading.memories
    if not places:
        return _unstated(reading, family)
    if len(places) == 1 and (stated := family.memories.get(reading.terms[places[0]].value)):
        return stated
    sizes = _of_card(reading, family)
    known = [size for size in sizes if size in family.sizes]
    if len(known) == 1:
        return family.memories[known[0]]
    if known:
        return _one_of(reading, family, known)
    return _impossible(reading, family, sizes) if sizes else _unstated(reading, family)


def _unstated(reading: Reading, family: Family) -> Memory:
    """What the family decides alone: its only official size, unless the text speaks of added memory."""
    if reading.roles & roles.MOD and not all(family.sizes.values()):
        return Memory.undecided(family)
    return family.memories[None]


def _of_card(reading: Reading, family: Family) -> list[float]:
    """The different sizes stated for the card, leaving out what is system memory, storage or a part number."""
    sizes: dict[float, None] = {}
    for place in reading.memories:
        size = reading.terms[place].value
        if reading.before(place, roles.NOT, 2):
            continue
        if size not in family.sizes:
            doubled = _times(reading, place) * size
            if doubled in family.sizes:
                size = doubled
            elif _in_part_number(reading, place) or (_is_system(reading, place) and not _could_have(family, size)):
                continue
        sizes[size] = None
    return list(sizes)


def _times(reading: Reading, place: int) -> float:
    """How many chips a size is stated for, as in "2x24GB"."""
    return reading.terms[place - 1].value if reading.before(place, roles.TIMES) else 1


def _is_system(reading: Reading, place: int) -> bool:
    own = reading.terms[place].roles & roles.RAM != 0
    return own or reading.before(place, _SYSTEM) or reading.after(place, _SYSTEM)


def _in_part_number(reading: Reading, place: int) -> bool:
    """In "11322-01-40G" the letter only looks like a unit."""
    return reading.terms[place].text.endswith(" g") and reading.before(place, roles.NUMBER)


def _one_of(reading: Reading, family: Family, known: list[float]) -> Memory:
    """Several sizes the family has: the added one if memory was added, otherwise undecided."""
    added = [size for size in known if not family.sizes[size]]
    if len(added) == 1 and reading.roles & roles.MOD:
        return family.memories[added[0]]
    return Memory.undecided(family, doubt=f"{' and '.join(f'{size:g} GB' for size in known)} are named")


def _impossible(reading: Reading, family: Family, sizes: list[float]) -> Memory:
    """Sizes no variant has: another edition's, added memory, an old card's odd size, or somebody's slip."""
    largest = max(sizes)
    editions = {edition.id: edition for edition in family.editions.values() if largest in edition.sizes}
    if len(editions) == 1 and (not family.gaming or reading.roles & (roles.LAPTOP | roles.MACHINE)):
        (other,) = editions.values()
        return other.memories[largest]
    if reading.roles & roles.MOD and largest > max(family.sizes, default=0):
        return Memory.decided(family, largest, modded=True)
    if family.old and len(sizes) == 1:
        return Memory.decided(family, largest)
    return Memory.undecided(family, doubt=f"none comes with {largest:g} GB")
