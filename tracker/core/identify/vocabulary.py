"""The words of the market in every language we read, from `words/*.toml`.

A table `role = [phrases]` gives the phrases a role; `[role] tag = [phrases]` also a tag, such as which flag or how
many. "word*" stands for every word that begins so, "*word" for every word that ends so. `units.toml` lists what may
follow a number and what one such unit is worth; `slips.toml` maps misspelt pieces to what they mean; `attributes.toml`
lists what sites call the attributes we read.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from tracker.core.errors import ConfigError
from tracker.core.identify.roles import BIT

_UNITS, _SLIPS, _ATTRIBUTES = "units.toml", "slips.toml", "attributes.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One phrase of the vocabulary: its role, and the tag it carries ("" for none)."""

    phrase: str
    role: str
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """All phrases, all units that may follow a number, misspelt pieces with what they mean, series with how they are
    shortened, and what the attributes we read are called.
    """

    phrases: tuple[Entry, ...]
    units: tuple[Entry, ...]
    slips: Mapping[str, str]
    shortened: Mapping[str, tuple[str, ...]]
    attributes: Mapping[str, frozenset[str]]


@cache
def vocabulary() -> Vocabulary:
    """The shipped vocabulary; raises ConfigError for a role nobody knows."""
    shelf = {
        path.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(files("tracker.core.identify").joinpath("words").iterdir(), key=lambda path: path.name)
        if path.name.endswith(".toml")
    }
    units, slips, attributes = shelf.pop(_UNITS), shelf.pop(_SLIPS), shelf.pop(_ATTRIBUTES)
    found = Vocabulary(
        phrases=tuple(entry for tables in shelf.values() for entry in _entries(tables)),
        units=tuple(_entries(units)),
        slips={slip: word for word, written in slips["spelling"].items() for slip in written},
        shortened={word: tuple(written) for word, written in slips["shortened"].items()},
        attributes={meaning: frozenset(names) for meaning, names in attributes.items()},
    )
    if unknown := sorted({entry.role for entry in found.phrases + found.units} - BIT.keys()):
        raise ConfigError(f"vocabulary: unknown roles {', '.join(unknown)}")
    return found


def _entries(tables: Mapping[str, Any]) -> Iterator[Entry]:
    for role, listed in tables.items():
        tagged = listed if isinstance(listed, dict) else {"": listed}
        for tag, phrases in tagged.items():
            for phrase in phrases:
                yield Entry(phrase=phrase, role=role, tag=tag)
