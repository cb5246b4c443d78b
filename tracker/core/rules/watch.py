"""What the user wants to hear: a filter over offers, the rules that speak, and how often they may."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from operator import attrgetter
from typing import Any

from tracker.core.metrics import DEFAULTS, METRICS, Basis
from tracker.core.models import Priced
from tracker.core.rules.events import Rule
from tracker.core.wanted import Wanted

AGAIN = Decimal("0.05")
"""A listing already told is told again only when it has fallen by this share: slides speak, flicker does not."""

REARM = timedelta(days=7)
"""A listing that has not answered a rule for this long is news when it does again."""

FLICKER = Decimal("0.01")
"""A move of the price by less than this share is no change."""


class Scope(StrEnum):
    """What a low is the lowest of: the listing's own prices, its variant's in that condition, or all the watch asks."""

    LISTING = "listing"
    VARIANT = "variant"
    GROUP = "group"


class Risk(StrEnum):
    """What becomes of an offer that is too cheap to be believed: silence, an alert that says so, or only those."""

    HIDE = "hide"
    MARK = "mark"
    ONLY = "only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What to hear about (`wanted`), when (any of the rules that are set), how often, and where (`notify`).

    `below` is in the unit of `metric`, `basis` what the metric is computed with. `under_market`, `drop`, `any_change`
    and `again` are shares of a price. `lowest` is how far back a low counts, `EVER` for always. `auction_ends` lets
    auctions answer `below` by their bid, that long before they end. `max_age` is how long ago an offer may have been
    seen to be part of a summary. `rules` are those that are set, any of which speaks.
    """

    name: str
    wanted: Wanted
    metric: str = "usd_per_gb"
    below: Decimal | None = None
    notify: tuple[str, ...] = ()
    basis: Basis = DEFAULTS
    under_market: Decimal | None = None
    drop: Decimal | None = None
    drop_days: int = 7
    lowest: timedelta | None = None
    lowest_of: Scope = Scope.VARIANT
    new: bool = False
    back: bool = False
    auction_ends: timedelta | None = None
    any_change: Decimal | None = None
    risk: Risk = Risk.MARK
    max_age: timedelta | None = None
    again: Decimal = AGAIN
    rearm: timedelta = REARM
    cool_down: timedelta = timedelta(0)
    rules: tuple[Rule, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        said = zip(_RULES, _said_of(self), strict=True)
        object.__setattr__(self, "rules", tuple([rule for rule, what in said if what not in (None, False)]))

    @property
    def fingerprint(self) -> str:
        """A short digest of what this watch asks, the channels left aside: another question is another watch.

        What is not asked says nothing, so that a release that can be asked for more changes no digest.
        """
        return _digest(_unusual(replace(self, notify=())))

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Every digest that stands for what this watch asks: today's, and that of the first release if it knew of it.

        The first release knew thresholds alone, and a filter of fewer fields.
        """
        plain = Watch(
            name=self.name,
            wanted=replace(self.wanted, says=(), aside=False),
            metric=self.metric,
            below=self.below,
            basis=self.basis,
        )
        if self.below is None or plain != replace(self, notify=()):
            return (self.fingerprint,)
        filtered = ", ".join(f"{name}={getattr(self.wanted, name)!r}" for name in _WANTED_AT_FIRST)
        below, basis = repr(self.below), repr(self.basis)
        first = f"({self.name!r}, Wanted({filtered}), {self.metric!r}, {below}, {basis})"
        return self.fingerprint, _digest(first)

    @property
    def asks(self) -> tuple[str, ...]:
        """The rules that are set, in words."""
        return tuple(_asked(self))

    def value_of(self, offer: Priced) -> Decimal | None:
        """The offer's value in this watch's metric, None where the offer is not what the watch asks for.

        The bid so far is no price: an auction answers no threshold.
        """
        if offer.auction or not self.wanted.wants(offer):
            return None
        return METRICS[self.metric].of(offer, self.basis)

    def wants(self, offer: Priced) -> bool:
        """Whether the offer answers `below`; an unknown value never does."""
        value = self.value_of(offer)
        return value is not None and self.below is not None and METRICS[self.metric].beats(value, self.below)


_WANTED_AT_FIRST = (
    "gpus",
    "sort",
    "modded",
    "min_vram_gb",
    "max_watts",
    "bf16",
    "fp8",
    "nvlink",
    "conditions",
    "sites",
    "sources",
    "countries",
    "min_feedback_percent",
    "min_feedback_count",
    "max_outlay_usd",
    "without",
    "seen_since",
)


def _digest(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _unusual(asked: Any) -> str:
    """The fields of a question that are not as they are by default, by name; fields of fields likewise."""
    if not is_dataclass(asked):
        return repr(asked)
    said = {one.name: getattr(asked, one.name) for one in fields(asked) if one.init}
    usual = {one.name: one.default for one in fields(asked)}
    return str({name: _unusual(value) for name, value in sorted(said.items()) if value != usual[name]})


EVER = timedelta(days=36_500)
"""As far back as anything is known."""


def _asked(watch: Watch) -> Iterator[str]:
    metric = METRICS[watch.metric]
    side = "above" if metric.more_is_better else "below"
    if watch.below is not None:
        yield f"{metric.name} {side} {watch.below:,f} {metric.unit}"
    if watch.under_market is not None:
        yield f"{share(watch.under_market)} under market"
    if watch.drop is not None:
        yield f"down {share(watch.drop)} in {watch.drop_days} days"
    if watch.lowest is not None:
        yield f"lowest {span(watch.lowest)} of its {watch.lowest_of}"
    if watch.new:
        yield "new"
    if watch.back:
        yield "back in stock"
    if watch.auction_ends is not None:
        yield f"auction ending within {length(watch.auction_ends)}"
    if watch.any_change is not None:
        yield f"any change of {share(watch.any_change)} or more"


def share(fraction: Decimal) -> str:
    """A share of a price in words: `12.5 %`."""
    return f"{float(round(fraction * 100, 1)):g} %"


def span(time: timedelta) -> str:
    """How far back, in words."""
    return "ever" if time >= EVER else f"in {length(time)}"


def length(time: timedelta) -> str:
    """A length of time in the largest unit that says it whole enough: `30 days`, `2 h`, `40 min`."""
    if time >= timedelta(days=2):
        return f"{time // timedelta(days=1)} days"
    hours, rest = divmod(max(time, timedelta(0)), timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part) or (
        "less than a minute"
    )


_RULES = tuple(Rule)
_said_of = attrgetter(*(rule.value for rule in _RULES))
