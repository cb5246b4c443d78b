"""The `[watches.NAME]` tables: what to hear about, when, and how often."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, field_validator, model_validator

from tracker.core.errors import ConfigError
from tracker.core.llm import need
from tracker.core.metrics import METRICS, Basis
from tracker.core.models import Condition
from tracker.core.rules import AGAIN, EVER, FLICKER, REARM, Risk, Scope, Watch
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.output import near
from tracker.pacing import PaceTable
from tracker.setting import Duration, Percent, Words, as_tuple, duration, percent

NEVER = "it says nothing about when to speak"

WHEN = 'below = …, under_market = "20%", drop = "10%", lowest = "30d", new = true, back = true or any_change = true'
"""What can be written about when to speak."""


def _span(text: object) -> timedelta:
    if isinstance(text, timedelta):
        return text
    try:
        return EVER if text == "ever" else duration(text)
    except ValueError:
        raise ValueError(f'{text!r} is no span of time: write "30d" or "ever"') from None


def _change(text: object) -> object:
    if isinstance(text, bool):
        return FLICKER if text else None
    return percent(text)


def _pause(text: object) -> timedelta:
    return timedelta(0) if text in (0, "0") else duration(text)


class WatchTable(PaceTable):
    """What to hear about (every filter of `tracker report`, and more), when (any of the rules), and how often."""

    gpu: Words = ("*",)
    kind: Sort = Sort.CARD
    modded: Modded = Modded.YES
    min_vram: float | None = Field(default=None, gt=0)
    fits: str = ""
    max_watts: int | None = Field(default=None, gt=0)
    bf16: bool = False
    fp8: bool = False
    nvlink: bool = False
    condition: Annotated[tuple[Condition, ...], BeforeValidator(as_tuple)] = ()
    site: Words = ()
    source: Words = ()
    country: Words = ()
    says: Words = ()
    without: Words = ()
    min_feedback_percent: float | None = Field(default=None, ge=0, le=100)
    min_feedback_count: int | None = Field(default=None, ge=0)
    max_outlay: Decimal | None = Field(default=None, gt=0)
    max_age: Duration | None = None
    risk: Risk = Risk.MARK

    metric: str = "usd_per_gb"
    model_gb: Decimal | None = Field(default=None, gt=0)
    below: Decimal | None = Field(default=None, gt=0)
    under_market: Percent | None = None
    drop: Percent | None = None
    drop_days: int = Field(default=7, ge=1, le=365)
    lowest: Annotated[timedelta | None, BeforeValidator(_span)] = None
    lowest_of: Scope = Scope.VARIANT
    new: bool = False
    back: bool = False
    auction_ends: Duration | None = None
    any_change: Annotated[Decimal | None, BeforeValidator(_change)] = None

    again: Percent = AGAIN
    rearm: Duration = REARM
    cool_down: Annotated[timedelta, BeforeValidator(_pause)] = timedelta(0)
    notify: Words = ("console",)

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise ValueError(f"unknown metric {name!r}{near(name, METRICS)}")
        return name

    @field_validator("fits")
    @classmethod
    def _known_model(cls, name: str) -> str:
        try:
            return name if not name or need(name) else ""
        except ConfigError as error:
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _speaks(self) -> "WatchTable":
        if self.auction_ends is not None and self.below is None:
            raise ValueError("auction_ends needs below: the bid it must be better than, in the unit of its metric")
        if not self.watch("", Basis()).rules:
            raise ValueError(f"{NEVER}: write {WHEN}")
        return self

    @property
    def wanted(self) -> Wanted:
        """The filter as the core knows it."""
        least = (self.min_vram, need(self.fits).card_gb if self.fits else None)
        return Wanted(
            gpus=tuple(glob.lower() for glob in self.gpu),
            sort=self.kind,
            modded=self.modded,
            min_vram_gb=max((gb for gb in least if gb is not None), default=None),
            max_watts=self.max_watts,
            bf16=self.bf16,
            fp8=self.fp8,
            nvlink=self.nvlink,
            conditions=self.condition,
            sites=self.site,
            sources=self.source,
            countries=tuple(country.upper() for country in self.country),
            min_feedback_percent=self.min_feedback_percent,
            min_feedback_count=self.min_feedback_count,
            max_outlay_usd=self.max_outlay,
            says=self.says,
            without=self.without,
        )

    def watch(self, name: str, basis: Basis) -> Watch:
        """The watch as the core knows it; `basis` is how the user's cards are used, but for the model's size."""
        same: dict[str, Any] = {field: getattr(self, field) for field in _SAME_NAME}
        sized = {} if self.model_gb is None else {"model_gb": self.model_gb}
        return Watch(name=name, wanted=self.wanted, basis=replace(basis, **sized), **same)


_SAME_NAME = (
    *("metric", "below", "notify", "under_market", "drop", "drop_days", "lowest", "lowest_of", "new", "back"),
    *("auction_ends", "any_change", "risk", "max_age", "again", "rearm", "cool_down"),
)
"""What the table and the watch call the same."""
