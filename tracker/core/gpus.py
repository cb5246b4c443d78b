"""The spec database as values: `gpus.toml` holds families, each with its variants."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from math import inf
from pathlib import Path
from typing import Any, get_args

from tracker.core.errors import ConfigError
from tracker.core.models import Gpu

Table = Mapping[str, Any]

_TYPES = {field.name: get_args(field.type) or (field.type,) for field in fields(Gpu)}
_TUPLES = frozenset({"needs", "aliases", "caveats", "sources"})
_TABLES = frozenset({"common", "generation", "family"})
_FAMILY_ONLY = frozenset({"id", "generation", "sizes_gb", "variant"})
_HIDDEN = frozenset({"pin_gbps"})
# A rebuilt card has the hardware of its base, but not its history, its price, nor those who vouch for it.
_NOT_FROM_BASE = frozenset({"released", "msrp_usd", "caveats", "sources", "confidence", "verified"})
_ONE_OF = {
    "kind": ("card", "unified"),
    "status": ("official", "modded", "unlocked"),
    "confidence": ("high", "medium", "low", "contested"),
}
_SHAPES = {
    "id": (re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"), "lowercase letters and digits joined by single hyphens"),
    "released": (re.compile(r"\d{4}(-\d{2}){0,2}"), "a date such as 2025, 2025-04 or 2025-04-30"),
    "verified": (re.compile(r"\d{4}-\d{2}-\d{2}"), "a date such as 2025-04-30"),
}
_WORDS = {str: "text in quotes", bool: "true or false", int: "a whole number", float: "a number"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Catalogue:
    """All known variants: by id, and grouped by family in file order; equal to itself alone."""

    by_id: Mapping[str, Gpu]
    by_family: Mapping[str, tuple[Gpu, ...]]

    def __iter__(self) -> Iterator[Gpu]:
        return iter(self.by_id.values())

    def variants(self, family: str) -> tuple[Gpu, ...]:
        """The variants of one family; empty for an unknown family."""
        return self.by_family.get(family, ())


def read(texts: Iterable[str]) -> Catalogue:
    """Build the catalogue from TOML texts, later ones adding to or changing earlier variants.

    A later text may name a known family to give it more variants or aliases, and a known variant to state what is
    different. Raises ConfigError listing every mistake.
    """
    draft = _Draft(rows={}, families={}, generations={}, aliases=defaultdict(dict), mistakes=[])
    for text in texts:
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"this is not TOML: {error}") from error
        _lay(tables, draft)
    draft.mistakes.extend(_shared_aliases(draft.aliases))
    if draft.mistakes:
        raise ConfigError(*draft.mistakes)
    aliases = {family: tuple(words) for family, words in draft.aliases.items()}
    by_id = {name: Gpu(**(row | {"aliases": aliases[row["family"]]})) for name, row in draft.rows.items()}
    by_family: defaultdict[str, list[Gpu]] = defaultdict(list)
    for gpu in by_id.values():
        by_family[gpu.family].append(gpu)
    return Catalogue(by_id=by_id, by_family={family: tuple(gpus) for family, gpus in by_family.items()})


def catalogue(local: Path | None = None) -> Catalogue:
    """The shipped spec database, with the user's own file as it is now laid over it where there is one.

    Raises ConfigError naming the user's file and every mistake in it.
    """
    if local is None or not local.exists():
        return _shipped_with("")
    try:
        return _shipped_with(local.read_text(encoding="utf-8"))
    except ConfigError as error:
        raise ConfigError(*(f"{local}: {mistake}" for mistake in error.mistakes)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{local}: cannot be read: {error}") from error


@lru_cache(maxsize=2)
def _shipped_with(own: str) -> Catalogue:
    return read([files("tracker.core").joinpath("gpus.toml").read_text(encoding="utf-8"), own])


def match(known: Catalogue, glob: str) -> tuple[Gpu, ...]:
    """The variants whose id or family matches a glob such as `rtx-4090*` or `*-modded`, in file order."""
    wanted = glob.lower()
    return tuple(gpu for gpu in known if fnmatchcase(gpu.id, wanted) or fnmatchcase(gpu.family, wanted))


def flat(gpu: Gpu) -> dict[str, object]:
    """One variant as the published fields, in their published order, with lists for tuples."""
    row = {field.name: getattr(gpu, field.name) for field in fields(Gpu) if field.name not in _HIDDEN}
    return {name: list(value) if name in _TUPLES else value for name, value in row.items()}


def explain(gpu: Gpu, known: Catalogue) -> tuple[tuple[str, str], ...]:
    """What is known of one variant as pairs of label and text: its facts, who says so, and its siblings."""
    facts = [(name, _said(value)) for name, value in flat(gpu).items() if value not in (None, [])]
    if gpu.bus_bits and gpu.pin_gbps:
        facts.append(("bandwidth_from", f"{gpu.bus_bits} bit × {gpu.pin_gbps:g} Gbit/s ÷ 8"))
    siblings = [other.id for other in known.variants(gpu.family) if other.id != gpu.id]
    return (*facts, ("siblings", ", ".join(siblings) or "none"))


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """The catalogue while it is read: rows by id, the first row of each family, aliases as ordered sets."""

    rows: dict[str, dict[str, Any]]
    families: dict[str, dict[str, Any]]
    generations: dict[str, Table]
    aliases: defaultdict[str, dict[str, None]]
    mistakes: list[str]


def _lay(tables: Table, draft: _Draft) -> None:
    """Lay the families of one text over the draft."""
    if mistakes := list(_misplaced(tables)):
        draft.mistakes.extend(mistakes)
        return
    draft.generations.update(tables.get("generation", {}))
    earlier = dict(draft.rows)
    mine: set[str] = set()
    for place, family in enumerate(tables.get("family", []), start=1):
        if not isinstance(family.get("id"), str):
            draft.mistakes.append(f"[[family]] number {place} ({family.get('name', 'nameless')}) has no id in quotes")
            continue
        for row in _rows(family, tables.get("common", {}), earlier, draft):
            if row["id"] in mine:
                draft.mistakes.append(f"{row['id']} is defined twice")
            mine.add(row["id"])
            draft.rows[row["id"]] = row
            draft.families.setdefault(row["family"], row)


def _misplaced(tables: Table) -> Iterator[str]:
    """Name what a text holds beside families, generations and common facts, or holds in another shape."""
    yield from (f"unknown table {key!r}: rows stand in [[family]]" for key in tables.keys() - _TABLES)
    families, generations = tables.get("family", []), tables.get("generation", {})
    if not _is_list_of(families, dict):
        yield "family must be written as [[family]]"
    if not isinstance(generations, dict):
        yield "generation must be written as [generation]"
        return
    for name, facts in {"common": tables.get("common", {}), **generations}.items():
        if isinstance(facts, dict):
            yield from (f"{name}: {mistake}" for mistake in _mistakes(facts))
        else:
            yield f"{name} must be a table of facts, not {facts!r}"


def _rows(family: Table, common: Table, earlier: Table, draft: _Draft) -> Iterator[dict[str, Any]]:
    """Lay each variant over the row it replaces, over its base card, or over what its family shares.

    Only caveats add up. A base may stand earlier in the same family: rows must be kept as they come.
    """
    facts = {key: value for key, value in family.items() if key not in _FAMILY_ONLY}
    known = draft.families.get(family["id"], {})
    if mistakes := [*_mistakes({"id": family["id"], **facts}), *_gaps(family, known, draft.generations)]:
        draft.mistakes.extend(f"{family['id']}: {mistake}" for mistake in mistakes)
        return
    draft.aliases[family["id"]].update(dict.fromkeys(family.get("aliases", [])))
    generation = draft.generations.get(family.get("generation", ""), {})
    naming: Table = {key: known[key] for key in ("name", "vendor", "kind") if key in known}
    shared: Table = {**naming, **common, **generation, **facts}
    if missing := [key for key in ("name", "vendor") if key not in shared]:
        draft.mistakes.append(f"{family['id']}: has no {' and no '.join(missing)}")
        return
    for variant in _variants(family):
        if mistakes := [*_mistakes(variant), *_loose_ends(variant, draft.rows)]:
            name = variant.get("id", f"a variant of {family['id']}")
            draft.mistakes.extend(f"{name}: {mistake}" for mistake in mistakes)
            continue
        below: Table = {**shared, "caveats": [*generation.get("caveats", []), *facts.get("caveats", [])]}
        if variant["id"] in earlier:
            below = {**earlier[variant["id"]], **facts}
        elif "base" in variant:
            base = draft.rows[variant["base"]]
            hardware = {key: value for key, value in base.items() if key not in _NOT_FROM_BASE}
            below = {**hardware, "caveats": generation.get("caveats", [])}
        caveats = [*below.get("caveats", []), *variant.get("caveats", [])]
        row = {**below, **variant, "family": family["id"], "caveats": caveats}
        yield row | {key: tuple(row[key]) for key in _TUPLES & row.keys()}


def _loose_ends(variant: Table, known: Table) -> Iterator[str]:
    """Name what keeps a variant from being a row."""
    if "id" not in variant:
        yield "has no id"
    base = variant.get("base")
    if isinstance(base, str) and base not in known:
        yield f"names an unknown base {base!r}"


def _variants(family: Table) -> list[Table]:
    """The variants a family spells out, after those it gives as a list of memory sizes."""
    sizes = [{"id": f"{family['id']}-{_size(size)}", "vram_gb": size} for size in family.get("sizes_gb", [])]
    return [*sizes, *family.get("variant", [])]


def _size(vram_gb: float) -> str:
    return f"{vram_gb:g}gb" if vram_gb == int(vram_gb) else f"{vram_gb * 1024:g}mb"


def _gaps(family: Table, known: Table, generations: Table) -> Iterator[str]:
    """Name what keeps a family from having rows; a known family may be named for its aliases alone."""
    generation = family.get("generation")
    if generation is not None and (not isinstance(generation, str) or generation not in generations):
        yield f"names an unknown generation {generation!r}"
    sizes, variants = family.get("sizes_gb", []), family.get("variant", [])
    if not isinstance(sizes, list) or not all(_fits(size, (float,)) and _is_amount(size) for size in sizes):
        yield "sizes_gb must be a list of numbers above 0"
    if not _is_list_of(variants, dict):
        yield "variant must be written as [[family.variant]]"
    if not sizes and not variants:
        unused = ", ".join(sorted(family.keys() - {"id", "aliases"})) if known else "no memory"
        if unused:
            yield f"states {unused} but names no variant: give it sizes_gb or a [[family.variant]]"


def _mistakes(row: Table) -> Iterator[str]:
    """Name every field of a row that is unknown, of the wrong type or of a value nobody expects."""
    for key, value in row.items():
        types = _TYPES.get(key)
        if types is None:
            yield f"has an unknown field {key!r}"
        elif key in _TUPLES:
            if not _is_list_of(value, str):
                yield f"{key} must be a list of texts in quotes, not {value!r}"
        elif not _fits(value, types):
            yield f"{key} must be {_WORDS[types[0]]}, not {value!r}"
        elif key in _ONE_OF and value not in _ONE_OF[key]:
            yield f"{key} must be one of {', '.join(_ONE_OF[key])}, not {value!r}"
        elif key in _SHAPES and not _SHAPES[key][0].fullmatch(value):
            yield f"{key} must be {_SHAPES[key][1]}, not {value!r}"
        elif types[0] in (int, float) and not _is_amount(value):
            yield f"{key} must be above 0, not {value!r}: leave out what is unknown"


def _fits(value: object, types: tuple[Any, ...]) -> bool:
    if isinstance(value, bool):
        return bool in types
    return isinstance(value, types) or (float in types and isinstance(value, int))


def _is_amount(value: float) -> bool:
    return 0 < value < inf


def _is_list_of(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(item, kind) for item in value)


def _shared_aliases(aliases: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Name every alias that would reach two families."""
    owners: dict[str, str] = {}
    for family, words in aliases.items():
        for alias in words:
            owner = owners.setdefault(alias, family)
            if owner != family:
                yield f"{family}: alias {alias!r} already belongs to {owner}"
