"""How a configured field is written: where to look, what else to try, what to put around it.

.price                     where to look: a CSS selector, or a path into JSON
.sale | .price             the first of several that says something
https://shop.example/{id}  a text with holes, each filled by looking; nothing where a hole stays empty
'refurbished'              always this
"""

import re
from collections.abc import Callable
from functools import lru_cache

Look = Callable[[str], str]
"""What one item says at a selector, "" where it says nothing."""

_HOLE = re.compile(r"\{([^{}]*)\}")
_QUOTES = ("'", '"')


def fill(field: str, look: Look) -> str:
    """What a field gives for one item: its first choice that says something, "" where none does."""
    for literal, holes in choices(field):
        if literal == "{}":
            if found_alone := look(holes[0]):
                return found_alone
            continue
        found = [look(hole) for hole in holes]
        if all(found):
            return literal.format(*found)
    return ""


@lru_cache(maxsize=512)
def choices(field: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each choice of a field as a format string and the selectors that fill it."""
    return tuple(_choice(choice.strip()) for choice in field.split(" | "))


def selectors(field: str) -> list[str]:
    """Every selector of a field."""
    return [hole for _, holes in choices(field) for hole in holes]


def _choice(text: str) -> tuple[str, tuple[str, ...]]:
    if len(text) > 1 and text[0] in _QUOTES and text[-1] == text[0]:
        return _escaped(text[1:-1]), ()
    if not _HOLE.search(text):
        return "{}", (text,)
    pieces = _HOLE.split(text)
    return "{}".join(map(_escaped, pieces[::2])), tuple(hole.strip() for hole in pieces[1::2])


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
