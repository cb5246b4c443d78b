"""What is wrong with a configuration, in words for the person who wrote it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from tracker.output import near

Detail = Mapping[str, Any]

_PATTERNS = {
    "^[A-Z]{2}$": "a country is two capital letters, such as US or DE (ISO 3166)",
    r"^([A-Z]{2}|\*)$": "a country is two capital letters, such as CN (ISO 3166), or * for any",
    "^[A-Z]{3}$": "a currency is three capital letters, such as USD or EUR (ISO 4217)",
    "^([A-Z]{3})?$": "a currency is three capital letters, such as USD or EUR (ISO 4217)",
}

_SAID: Mapping[str, Callable[[Detail], str]] = {
    "missing": lambda _: "must be set",
    "string_type": lambda _: 'must be text, in quotes: "…"',
    "string_pattern_mismatch": lambda at: _PATTERNS.get(at["pattern"], f"must look like {at['pattern']}"),
    "string_too_short": lambda at: f"must have {at['min_length']} characters at least",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
    "decimal_parsing": lambda _: "must be a number",
    "decimal_type": lambda _: "must be a number",
    "float_parsing": lambda _: "must be a number",
    "float_type": lambda _: "must be a number",
    "finite_number": lambda _: "must be a number",
    "int_parsing": lambda _: "must be a whole number",
    "int_type": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "greater_than": lambda at: f"must be more than {at['gt']}",
    "greater_than_equal": lambda at: f"must be {at['ge']} or more",
    "less_than": lambda at: f"must be less than {at['lt']}",
    "less_than_equal": lambda at: f"must be {at['le']} or less",
    "enum": lambda at: f"must be {at['expected']}",
    "literal_error": lambda at: f"must be {at['expected']}",
    "tuple_type": lambda _: "must be a list: [ … ]",
    "list_type": lambda _: "must be a list: [ … ]",
    "dict_type": lambda _: "must be a table of its own: [name] or { … }",
    "model_type": lambda _: "must be a table of its own: [name] or { … }",
    "model_attributes_type": lambda _: "must be a table of its own: [name] or { … }",
}
"""What the validator calls a mistake → what a person calls it; the rest is told in its own words."""


def mistakes(error: ValidationError, *prefix: str, known: Iterable[str] = ()) -> Iterator[str]:
    """Every mistake with the name of the setting; `known` are the settings of the outermost table."""
    for one in error.errors(include_url=False, include_input=False):
        where = ".".join([*prefix, *_path(one["loc"])])
        if one["type"] == "extra_forbidden":
            hint = near(str(one["loc"][-1]), known) if known and len(one["loc"]) == 1 else ""
            yield f"{where} is not a setting{hint}"
        else:
            say = _SAID.get(one["type"])
            said = say(one.get("ctx", {})) if say else one["msg"].removeprefix("Value error, ")
            yield f"{where}: {said}"


def _path(loc: Iterable[int | str]) -> Iterator[str]:
    """The way to a setting, an entry of a list counted from one."""
    for part in loc:
        yield f"#{part + 1}" if isinstance(part, int) else part
