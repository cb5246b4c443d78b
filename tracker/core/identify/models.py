"""The catalogue as sellers name it: families with their sizes, forms and editions, and how far each alias can be trusted."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from tracker.core.gpus import Catalogue
from tracker.core.models import Gpu

_BEFORE_STATED_SIZES = frozenset({"curie", "tesla", "fermi", "kepler", "gcn1", "terascale", "terascale1", "terascale2", "terascale3"})
_STATED_SIZES_SINCE = "2014"
_GAMING = ("GeForce", "Radeon RX")


class Trust(IntEnum):
    """How much an alias says on its own."""

    SHORT = 0
    """A letter and a digit or two ("L4"): needs its maker right before it, or its memory."""
    BARE = 1
    """A number or a code ("3090", "A6000"): needs something else that speaks of graphics cards."""
    SUFFIXED = 2
    """A number with a suffix only graphics cards have ("3060 Ti")."""
    FULL = 3
    """With the name of its series ("RTX 3090")."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Family:
    """One marketing model: `sizes` maps each known memory size in GB to whether it is official, `vram_gb` is the only
    official one (None with several), `editions` maps an edition's tag to the family that is this one in that edition.
    """

    id: str
    name: str
    variants: tuple[Gpu, ...]
    sizes: Mapping[float, bool]
    vram_gb: float | None
    laptop: bool
    unified: bool
    has_sxm: bool
    old: bool
    headless: bool
    gaming: bool
    by_size: Mapping[tuple[float, bool | None], str]
    editions: dict[str, "Family"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """What one alias names: usually one family, several where sellers use one name for all of them."""

    families: tuple[Family, ...]
    trust: Trust


def families(catalogue: Catalogue) -> dict[str, Family]:
    """Every family of the catalogue by its id."""
    return {id: _family(id, variants) for id, variants in catalogue.by_family.items()}


def _family(id: str, variants: tuple[Gpu, ...]) -> Family:
    sizes: dict[float, bool] = {}
    for gpu in variants:
        if gpu.vram_gb is not None:
            sizes[gpu.vram_gb] = sizes.get(gpu.vram_gb, False) or gpu.status == "official"
    official = [size for size, is_official in sizes.items() if is_official]
    first = variants[0]
    return Family(
        id=id,
        name=first.name,
        variants=variants,
        sizes=sizes,
        vram_gb=official[0] if len(official) == 1 else None,
        laptop=all(gpu.form_factor == "laptop" for gpu in variants),
        unified=first.kind == "unified",
        has_sxm=any(is_module(gpu) for gpu in variants),
        old=first.released < _STATED_SIZES_SINCE if first.released else first.arch in _BEFORE_STATED_SIZES,
        headless=first.display_outputs is False,
        gaming=first.name.startswith(_GAMING),
        by_size=_by_size(variants),
    )


def _by_size(variants: tuple[Gpu, ...]) -> dict[tuple[float, bool | None], str]:
    """The variant each size decides: alone, or once it is known whether it is a module."""
    found: defaultdict[tuple[float, bool | None], list[str]] = defaultdict(list)
    for gpu in variants:
        if gpu.vram_gb is not None:
            found[gpu.vram_gb, None].append(gpu.id)
            found[gpu.vram_gb, is_module(gpu)].append(gpu.id)
    return {decided: ids[0] for decided, ids in found.items() if len(ids) == 1}


def is_module(gpu: Gpu) -> bool:
    """Whether a variant is an SXM or OAM module rather than a card."""
    return (gpu.form_factor or "").startswith(("sxm", "oam"))


def aliases(catalogue: Catalogue, known: Mapping[str, Family]) -> dict[str, tuple[Family, ...]]:
    """Every alias of the catalogue with the families it may mean."""
    index: defaultdict[str, dict[str, Family]] = defaultdict(dict)
    for id, variants in catalogue.by_family.items():
        for alias in variants[0].aliases:
            index[alias.lower()][id] = known[id]
    return {alias: tuple(named.values()) for alias, named in index.items()}


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


def trust(pieces: list[str], series: Collection[str]) -> Trust:
    """How much an alias, cut into pieces, says on its own; `series` are the words that name a series."""
    if any(piece in series for piece in pieces):
        return Trust.FULL
    first, digits = pieces[0], sum(len(piece.lstrip("~")) for piece in pieces if piece.lstrip("~").isdigit())
    if first.isdigit():
        return Trust.SUFFIXED if len(pieces) > 1 else Trust.BARE
    return Trust.SHORT if digits < 3 and len(pieces) == 2 and len(first) == 1 else Trust.BARE
