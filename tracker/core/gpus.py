"""The spec database as values: `gpus.toml` holds families, each with its variants."""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from tracker.core.errors import ConfigError
from tracker.core.models import Gpu

_FIELDS = frozenset(field.name for field in fields(Gpu))
_TUPLES = frozenset({"needs", "aliases", "caveats", "sources"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All known variants: by id, and grouped by family in file order."""

    by_id: Mapping[str, Gpu]
    by_family: Mapping[str, tuple[Gpu, ...]]

    def __iter__(self) -> Iterator[Gpu]:
        return iter(self.by_id.values())

    def variants(self, family: str) -> tuple[Gpu, ...]:
        """The variants of one family; empty for an unknown family."""
        return self.by_family.get(family, ())


def read(texts: Iterable[str]) -> Catalogue:
    """Build the catalogue from TOML texts, later ones adding to or replacing earlier variants.

    Raises ConfigError listing every row that names an unknown field or an unknown base.
    """
    by_id: dict[str, Gpu] = {}
    mistakes: list[str] = []
    for text in texts:
        try:
            families = tomllib.loads(text).get("family", [])
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"the spec database is not TOML: {error}") from error
        for family in families:
            for gpu in _rows(family, by_id, mistakes):
                by_id[gpu.id] = gpu
    if mistakes:
        raise ConfigError(*mistakes)
    by_family: defaultdict[str, list[Gpu]] = defaultdict(list)
    for gpu in by_id.values():
        by_family[gpu.family].append(gpu)
    return Catalogue(by_id=by_id, by_family={family: tuple(gpus) for family, gpus in by_family.items()})


def _rows(family: Mapping[str, Any], known: Mapping[str, Gpu], mistakes: list[str]) -> Iterator[Gpu]:
    """Lay each variant over what it inherits: its base card if it names one, else its family."""
    shared = {key: value for key, value in family.items() if key not in ("id", "variant")}
    siblings: dict[str, dict[str, Any]] = {}
    for own in family.get("variant", [{}]):
        base = own.get("base")
        if base and base not in siblings and base not in known:
            mistakes.append(f"spec database: {own.get('id', family['id'])} names an unknown base {base!r}")
            continue
        inherited = siblings.get(base) or (_as_dict(known[base]) if base else shared)
        row: dict[str, Any] = {
            **inherited,
            **({"caveats": [], "needs": inherited.get("needs", [])} if base else {}),
            **own,
            "family": family["id"],
            "aliases": family.get("aliases", []),
        }
        row.setdefault("id", family["id"])
        if unknown := sorted(row.keys() - _FIELDS):
            mistakes.append(f"spec database: {row['id']} has unknown fields {', '.join(unknown)}")
            continue
        siblings[row["id"]] = row
        yield Gpu(**{key: tuple(value) if key in _TUPLES else value for key, value in row.items()})


def _as_dict(gpu: Gpu) -> dict[str, Any]:
    return {field.name: getattr(gpu, field.name) for field in fields(Gpu)}


@cache
def catalogue(local: Path | None = None) -> Catalogue:
    """The shipped spec database, with the user's own file laid over it where there is one."""
    shipped = files("tracker.core").joinpath("gpus.toml").read_text(encoding="utf-8")
    return read([shipped] if local is None or not local.exists() else [shipped, local.read_text(encoding="utf-8")])
