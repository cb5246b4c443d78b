"""Paths into JSON: `data.products[*].price`, for pages that a site prints for programs.

Steps are divided by dots. A step is a key, `*` for every member, `[0]` or `[-1]` for one member of a list, `[*]` for
all of them, and `['any key']` for a key that holds a dot or a bracket. An empty path is the value itself.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

_STEP = re.compile(r"""\[(?P<index>-?\d{1,6}|\*)\]|\[(?:'(?P<one>[^']*)'|"(?P<two>[^"]*)")\]|(?P<key>[^.\[\]\s'"]+)""")
_ALL = "*"

Step = str | int


class BadPath(ValueError):
    """A path that cannot be read; the text says where."""


def find(value: Any, path: str) -> list[Any]:
    """Everything down a path, in order; nothing where the path breaks off. Raises BadPath for one that is no path."""
    found = [value]
    for step in steps(path):
        found = [inner for outer in found for inner in _down(outer, step)]
    return found


@lru_cache(maxsize=512)
def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path: keys as text, places in a list as numbers, `*` for all; raises BadPath."""
    rest = path.strip()
    taken: list[Step] = []
    while rest:
        found = _STEP.match(rest)
        if found is None:
            raise BadPath(f"{path!r} cannot be read from {rest[:20]!r} on")
        taken.append(_step(found))
        rest = rest[found.end() :]
        if rest.startswith(".") and len(rest) > 1:
            rest = rest[1:]
        elif rest and not rest.startswith("["):
            raise BadPath(f"{path!r} cannot be read from {rest[:20]!r} on")
    return tuple(taken)


def _step(found: re.Match[str]) -> Step:
    if (index := found["index"]) is not None:
        return index if index == _ALL else int(index)
    return next(found[name] for name in ("one", "two", "key") if found[name] is not None)


def _down(value: Any, step: Step) -> Iterator[Any]:
    """What one step leads to: one value, all members, or nothing."""
    if isinstance(value, list):
        if step == _ALL:
            yield from value
        elif isinstance(step, int) and -len(value) <= step < len(value):
            yield value[step]
    elif isinstance(value, Mapping):
        if step in value:
            yield value[step]
        elif step == _ALL:
            yield from value.values()
