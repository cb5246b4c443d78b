"""The kinds of values that settings are written in: tables, words, lengths of time, shares of a price."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def duration(text: object) -> timedelta:
    """`90s`, `10m`, `6h`, `1d` or `2w` as a timedelta; raises ValueError for anything else."""
    if isinstance(text, timedelta):
        return text
    if found := re.fullmatch(r"(\d{1,6})\s*([smhdw])", str(text).strip()):
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    raise ValueError(f"{text!r} is no duration: write 90s, 10m, 6h, 1d or 2w")


def percent(text: object) -> Decimal:
    """`20%` as 0.2; raises ValueError for anything else, a bare number included: 20 and 0.2 would both make sense."""
    if isinstance(text, Decimal):
        return text
    if (found := re.fullmatch(r"(\d{1,2}(?:\.\d{1,2})?)\s*%", str(text).strip())) and Decimal(found[1]) > 0:
        return Decimal(found[1]) / 100
    raise ValueError(f'{text!r} is no share of a price: write "20%", more than 0 and less than 100')


def as_tuple(value: object) -> object:
    """One word as a list of one."""
    return (value,) if isinstance(value, str) else value


def _some_time(text: object) -> timedelta:
    if (read := duration(text)) > timedelta(0):
        return read
    raise ValueError("must be more than 0")


Duration = Annotated[timedelta, BeforeValidator(_some_time)]

Percent = Annotated[Decimal, BeforeValidator(percent)]

Words = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]

NotNegative = Annotated[Decimal, Field(ge=0)]


class Table(BaseModel):
    """One table of tracker.toml: what it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
