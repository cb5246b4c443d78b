"""What a reader asks a page for, by its address: the filters of `tracker report`, and of `tracker plan`.

One model serves the page, its JSON twin, its table and its feed. A parameter nobody knows is refused, not left out: the
answer to another question than the one asked would look the same.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from tracker.core.errors import ConfigError
from tracker.core.llm import need
from tracker.core.metrics import METRICS
from tracker.core.models import Condition
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.output import near
from tracker.setting import duration

MOST = 500
"""Offers on one page."""

LONGEST_AGE = timedelta(days=3650)

MOST_CHOICES = 40
"""How often one filter may be given."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


def _apart(given: object) -> object:
    """One field of a form may hold several: `rtx-4090*, mi50-32gb`."""
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        return given
    return [word.strip() for one in given for word in one.split(",") if word.strip()]


Choices = Annotated[
    list[Word], BeforeValidator(_apart), Field(default_factory=list, max_length=MOST_CHOICES, validate_default=False)
]
Amount = Annotated[Decimal, Field(gt=0, le=10_000_000, allow_inf_nan=False)]


class By(StrEnum):
    """What one row of a report is about."""

    LISTING = "listing"
    GPU = "gpu"


class Asked(BaseModel):
    """What stands in an address after the question mark; a field left empty is one not given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: Annotated[Word, Field(description="for CSV: which table of the answer (default: the first)")] = ""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        kept = {
            name: [one for one in said if one != ""] if isinstance(said, list) else said for name, said in given.items()
        }
        return {name: said for name, said in kept.items() if said not in ("", [])}

    @property
    def asked(self) -> dict[str, Any]:
        """What differs from the defaults, as plain values."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def query(self, **other: object) -> str:
        """The shortest address that asks the same, with some parts asked otherwise (None: left to the default)."""
        parts = {name: said for name, said in {**self.asked, **other}.items() if said is not None}
        plain = {name: _plain(said) for name, said in parts.items()}
        return f"?{urlencode(plain, doseq=True)}" if plain else ""


def age_of(text: str) -> timedelta:
    """How long `12h`, `3d` or `3` (days) is; raises ValueError for no time, or one before anything was known."""
    age = duration(f"{text}d" if text.isdecimal() else text)
    if age > LONGEST_AGE:
        raise ValueError(f"{text!r} is longer than {LONGEST_AGE.days} days")
    return age


def _plain(said: object) -> object:
    if isinstance(said, bool):
        return "true" if said else "false"
    return said


class Filters(Asked):
    """The filters of `tracker report`, and those that only watches had."""

    metric: Annotated[str, Field(description="what to rank by", json_schema_extra={"enum": [*METRICS]})] = "usd_per_gb"
    marked: Annotated[bool, Field(description="also what was marked, and blocked sellers")] = False
    by: Annotated[By, Field(description="a row for each listing, or for each card")] = By.LISTING
    gpu: Annotated[Choices, Field(description="cards by family or variant, such as rtx-4090*")]
    kind: Annotated[Sort, Field(description="cards, machines with unified memory, or both")] = Sort.CARD
    condition: Annotated[
        list[Condition], Field(default_factory=list, max_length=MOST_CHOICES, description="only these")
    ]
    modded: Annotated[Modded, Field(description="whether cards with changed memory are welcome")] = Modded.YES
    min_vram: Annotated[float | None, Field(gt=0, le=100_000, description="least memory per card, in GB")] = None
    max_watts: Annotated[int | None, Field(gt=0, le=1_000_000, description="most board power, in W")] = None
    bf16: Annotated[bool, Field(description="only cards with bf16")] = False
    fp8: Annotated[bool, Field(description="only cards with FP8")] = False
    nvlink: Annotated[bool, Field(description="only cards that take an NVLink bridge")] = False
    site: Annotated[Choices, Field(description="only from these sites")]
    source: Annotated[Choices, Field(description="only from these sources")]
    country: Annotated[Choices, Field(description="only items in these countries")]
    min_feedback_percent: Annotated[float | None, Field(ge=0, le=100, description="least share of good ratings")] = None
    min_feedback_count: Annotated[int | None, Field(ge=0, le=10**9, description="least number of ratings")] = None
    max_outlay: Annotated[Amount | None, Field(description="most for the whole listing, landed, in USD")] = None
    without: Annotated[Choices, Field(description="words a title must not hold")]
    max_age: Annotated[Word, Field(description="only offers seen within this time, such as 12h or 3d")] = ""
    model_gb: Annotated[Amount | None, Field(description="size of a model on disk in GB, for usd_per_tok_s")] = None
    fits: Annotated[Word, Field(description="only cards a model fits on, such as 70b-q4 or 32b-q4@32k")] = ""
    currency: Annotated[str, Field(pattern="^([A-Za-z]{3})?$", description="show prices in this currency")] = ""
    top: Annotated[int, Field(ge=1, le=MOST, description="how many rows")] = 50

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"unknown metric {name!r}{near(name, METRICS)}")
        return name

    @field_validator("max_age")
    @classmethod
    def _an_age(cls, text: str) -> str:
        _ = text and age_of(text)
        return text

    @model_validator(mode="after")
    def _a_model(self) -> Self:
        try:
            _ = self.fits and need(self.fits)
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def least_vram_gb(self) -> float | None:
        """The least memory of a card, in GB, by number or by what a model takes."""
        fitting = need(self.fits).card_gb if self.fits else None
        return max(filter(None, (self.min_vram, fitting)), default=None)

    def wanted(self, now: datetime) -> Wanted:
        """The filter as the core knows it."""
        return Wanted(
            gpus=tuple(glob.lower() for glob in self.gpu) or ("*",),
            sort=self.kind,
            modded=self.modded,
            min_vram_gb=self.least_vram_gb,
            max_watts=self.max_watts,
            bf16=self.bf16,
            fp8=self.fp8,
            nvlink=self.nvlink,
            conditions=tuple(self.condition),
            sites=tuple(self.site),
            sources=tuple(self.source),
            countries=tuple(country.upper() for country in self.country),
            min_feedback_percent=self.min_feedback_percent,
            min_feedback_count=self.min_feedback_count,
            max_outlay_usd=self.max_outlay,
            without=tuple(self.without),
            aside=self.marked,
            seen_since=now - age_of(self.max_age) if self.max_age else None,
        )
