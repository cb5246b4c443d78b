"""How a watch speaks, as its table says it, and the time zone that times of day are read in."""

import os
from datetime import UTC, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tracker.core.pace import Digest, Pace, Quiet

_MACHINE = Path("/etc/localtime")


class PaceTable(BaseModel):
    """The settings of a watch that hold its messages back: quiet hours, a digest, so many messages an hour."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    quiet: str = ""
    digest: str = ""
    max_per_hour: int | None = Field(default=None, ge=1)

    @field_validator("quiet")
    @classmethod
    def _are_hours(cls, text: str) -> str:
        if text:
            Quiet.read(text)
        return text

    @field_validator("digest")
    @classmethod
    def _is_digest(cls, text: str) -> str:
        if text:
            Digest.read(text)
        return text

    @property
    def pace(self) -> Pace:
        """The pace as the core knows it."""
        return Pace(
            quiet=Quiet.read(self.quiet) if self.quiet else None,
            digest=Digest.read(self.digest) if self.digest else None,
            max_per_hour=self.max_per_hour,
        )


def known_zone(name: str) -> str:
    """The name of a time zone that exists, or "" for the machine's; raises ValueError for any other."""
    if name:
        _named(name)
    return name


def zone_of(name: str) -> tzinfo:
    """A time zone by its name; "" is the machine's: TZ, else /etc/localtime, else UTC."""
    if name:
        return _named(name)
    try:
        if told := os.environ.get("TZ", "").lstrip(":"):
            return _named(told)
        return _machine()
    except (ValueError, OSError):
        return UTC


def _named(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:
        raise ValueError(f"there is no time zone {name!r}: write one such as Europe/Berlin") from error


@cache
def _machine() -> ZoneInfo:
    with _MACHINE.open("rb") as file:
        return ZoneInfo.from_file(file, key="local")
