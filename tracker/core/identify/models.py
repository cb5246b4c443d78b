"""The catalogue as sellers name it: families with their sizes and editions, and how far each alias can be trusted."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from tracker.core.gpus import Catalogue
from tracker.core.models import Gpu

_BEFORE_STATED_SIZES = frozenset(
    {"curie", "tesla", "fermi", "kepler", "gcn1", "terascale", "terascale1", "terascale2", "terascale3"}
)
_STATED_SIZES_SINCE = "2014"
_GAMING = ("GeForce", "Radeon RX")
_SHORT_DIGITS = 2
_GENERATION_LESS = re.compile("rtx [0-9]+")
_GENERATIONS = ("ada", "blackwell")


class Trust(IntEnum):
    """How much an alias says on its own."""

    SHORT = 0
    """A letter and a digit or two ("L4"): needs its maker right before it, or its memory."""
    COMMON = 1
    """A number that many things go by ("580"): needs its memory and words that only graphics cards have."""
    BARE = 2
    """A number or a code ("3090", "A6000"): needs something else that speaks of graphics cards."""
    SUFFIXED = 3
    """A number with a suffix only graphics cards have ("3060 Ti")."""
    FULL = 4
    """With the name of its series ("RTX 3090")."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """One marketing model: `sizes` maps each known memory size in GB to whether it is official, `vram_gb` is the only
    official one (None with several), `old` tells whether its sellers have to state the size, `gaming` whether its
    laptop chips share its name.

    `by_form` holds the variant that a size and a form decide, under None that which a size decides alone; `editions`
    the family that this one is in an edition; `memories` what a stated size decides, under None what is decided when
    none is stated.
    """

    id: str
    name: str
    sizes: Mapping[float, bool]
    vram_gb: float | None
    laptop: bool
    unified: bool
    has_modules: bool
    old: bool
    headless: bool
    gaming: bool
    by_form: Mapping[tuple[float | None, str | None], str]
    editions: dict[str, "Family"] = field(default_factory=dict)
    memories: dict[float | None, "Memory"] = field(default_factory=dict)


class Memory(NamedTuple):
    """The memory of one card: `vram_gb` None while undecided; `stated` when a text gave it; `reason` in words.

    `variant` is the exact product if the size alone decides it.
    """

    family: Family
    vram_gb: float | None = None
    modded: bool = False
    stated: bool = False
    reason: str = ""
    variant: str | None = None

    @classmethod
    def decided(cls, family: Family, vram_gb: float, *, modded: bool = False, stated: bool = True) -> "Memory":
        """A size, official or fitted afterwards."""
        reason = f"{family.name}, {vram_gb:g} GB{' fitted afterwards' if modded else ''}"
        return cls(family, vram_gb, modded, stated, reason, family.by_form.get((vram_gb, None)))

    @classmethod
    def undecided(cls, family: Family, *, doubt: str = "") -> "Memory":
        """No size: several are possible, or a stated one raises a `doubt`."""
        why = doubt or " or ".join(f"{size:g} GB" for size in sorted(family.sizes))
        return cls(family, stated=bool(doubt), reason=f"{family.name}, memory undecided: {why}")


class Named(NamedTuple):
    """The families a text names: `family` when it is one, `several` when they are different products; `unknown` is a
    name the catalogue does not have.
    """

    family: Family | None = None
    several: tuple[Family, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """What one alias names: usually one family, several where sellers use one name for all of them.

    It is `sure` when nothing else has to be looked at.
    """

    families: tuple[Family, ...]
    trust: Trust
    named: Named
    sure: bool


def model(families: tuple[Family, ...], trust: Trust) -> Model:
    """What an alias for these families names when it stands alone."""
    named = Named(families[0]) if len(families) == 1 else Named(several=families)
    return Model(families=families, trust=trust, named=named, sure=len(families) == 1 and trust >= Trust.SUFFIXED)


def families(catalogue: Catalogue) -> dict[str, Family]:
    """Every family of the catalogue by its id."""
    return {family: _family(family, variants) for family, variants in catalogue.by_family.items()}


def _family(family_id: str, variants: tuple[Gpu, ...]) -> Family:
    sizes: dict[float, bool] = {}
    for gpu in variants:
        if gpu.vram_gb is not None:
            sizes[gpu.vram_gb] = sizes.get(gpu.vram_gb, False) or gpu.status == "official"
    official = [size for size, is_official in sizes.items() if is_official]
    first = variants[0]
    family = Family(
        id=family_id,
        name=first.name,
        sizes=sizes,
        vram_gb=official[0] if len(official) == 1 else None,
        laptop=all(gpu.form_factor == "laptop" for gpu in variants),
        unified=first.kind == "unified",
        has_modules=any(_is_module(gpu) for gpu in variants),
        old=first.released < _STATED_SIZES_SINCE if first.released else first.arch in _BEFORE_STATED_SIZES,
        headless=first.display_outputs is False,
        gaming=first.name.startswith(_GAMING),
        by_form=_by_form(variants),
    )
    for size, is_official in sizes.items():
        family.memories[size] = Memory.decided(family, size, modded=not is_official)
    family.memories[None] = (
        Memory.undecided(family)
        if family.vram_gb is None or family.old
        else Memory.decided(family, family.vram_gb, stated=False)
    )
    return family


def _is_module(gpu: Gpu) -> bool:
    return (gpu.form_factor or "").startswith(("sxm", "oam"))


def _by_form(variants: tuple[Gpu, ...]) -> dict[tuple[float | None, str | None], str]:
    found: defaultdict[tuple[float | None, str | None], list[str]] = defaultdict(list)
    for gpu in variants:
        if gpu.vram_gb is not None:
            found[gpu.vram_gb, None].append(gpu.id)
            found[gpu.vram_gb, "sxm" if _is_module(gpu) else "pcie"].append(gpu.id)
            if _is_module(gpu):
                found[gpu.vram_gb, gpu.form_factor].append(gpu.id)
    return {decided: ids[0] for decided, ids in found.items() if len(ids) == 1}


def aliases(catalogue: Catalogue, known: Mapping[str, Family]) -> dict[str, tuple[Family, ...]]:
    """Every alias of the catalogue with the families it may mean."""
    index: defaultdict[str, dict[str, Family]] = defaultdict(dict)
    for family, variants in catalogue.by_family.items():
        for alias in variants[0].aliases:
            index[alias.lower()][family] = known[family]
    return {alias: tuple(named.values()) for alias, named in index.items()}


def common_numbers(index: Mapping[str, tuple[Family, ...]], series: Collection[str]) -> dict[str, tuple[Family, ...]]:
    """The bare numbers of models whose aliases all name their series: "580" for "rx 580"."""
    numbers: dict[str, tuple[Family, ...]] = {}
    for alias, named in index.items():
        prefix, _, number = alias.partition(" ")
        if prefix in series and number.isdigit() and number not in index:
            numbers[number] = tuple(dict.fromkeys((*numbers.get(number, ()), *named)))
    return numbers


def link_editions(index: Mapping[str, tuple[Family, ...]], editions: Collection[tuple[str, str]]) -> None:
    """Note for each family which family it becomes in an edition: "rx 590" is "rx 590 gme" in the edition "gme".

    `editions` holds phrases with their tags.
    """
    for alias, named in index.items():
        for plain, tag in _without_edition(alias, editions):
            for family in index.get(plain, ()):
                if family is not named[0]:
                    family.editions.setdefault(tag, named[0])


def _without_edition(alias: str, editions: Collection[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    padded = f" {alias} "
    for phrase, tag in editions:
        if f" {phrase} " in padded:
            yield padded.replace(f" {phrase} ", " ").strip(), tag


def namesakes(alias: str, family: Family) -> tuple[Family, ...]:
    """The later generations that sellers call by the same plain name: "RTX 6000" may be Turing, Ada or Blackwell."""
    if not _GENERATION_LESS.fullmatch(alias):
        return ()
    return tuple(family.editions[tag] for tag in _GENERATIONS if tag in family.editions)


def trust(pieces: list[str], series: Collection[str]) -> Trust:
    """How much an alias, cut into pieces, says on its own; `series` are the words that name a series."""
    if any(piece in series for piece in pieces):
        return Trust.FULL
    bare = [piece.lstrip("~") for piece in pieces]
    if bare[0].isdigit():
        return Trust.SUFFIXED if len(bare) > 1 else Trust.BARE
    letter_and_digits = len(bare) == 2 and len(bare[0]) == 1 and bare[1].isdigit()
    return Trust.SHORT if letter_and_digits and len(bare[1]) <= _SHORT_DIGITS else Trust.BARE
