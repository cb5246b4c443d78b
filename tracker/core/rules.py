"""When a change on the market is worth saying: watches, changes, alerts, and the function between them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tracker.core.metrics import DEFAULTS, METRICS, Basis
from tracker.core.models import Priced
from tracker.core.wanted import Wanted

AGAIN_BELOW = Decimal("0.95")
"""A listing already told about is told again only at 95 % of the price told last: slides speak, flicker does not."""


class Event(StrEnum):
    """What happened to a listing between two visits."""

    NEW = "new"
    PRICE = "price"
    BACK = "back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One offer that is new, back, or at another price; `was_usd` is its unit price before, None where it had none.

    `unverified` says that its site could not be asked about it, where other offers of that site are.
    """

    event: Event
    offer: Priced
    was_usd: Decimal | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What the user wants to hear: wanted offers with a metric below a value.

    `below` is in the metric's unit, `basis` what the metric is computed with, `notify` names channels.
    """

    name: str
    wanted: Wanted
    metric: str
    below: Decimal
    notify: tuple[str, ...]
    basis: Basis = DEFAULTS

    @property
    def fingerprint(self) -> str:
        """A short digest of what this watch asks, the channels left aside: another question is another watch."""
        asked = repr((self.name, self.wanted, self.metric, self.below, self.basis))
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    def value_of(self, offer: Priced) -> Decimal | None:
        """The offer's value in this watch's metric, None where the offer is not what the watch asks for.

        The bid so far is no price: an auction answers no threshold.
        """
        if offer.auction or not self.wanted.wants(offer):
            return None
        return METRICS[self.metric].of(offer, self.basis)

    def wants(self, offer: Priced) -> bool:
        """Whether the offer answers this watch; an unknown value never does."""
        value = self.value_of(offer)
        return value is not None and METRICS[self.metric].beats(value, self.below)


class AlertKind(StrEnum):
    """A deal is one change; a summary is what already answers a new watch, or a source's first visit."""

    DEAL = "deal"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing worth saying; `key` is the same however often the same event is told."""

    key: str
    kind: AlertKind
    watch: Watch
    changes: tuple[Change, ...]
    occasion: str


Told = Mapping[tuple[str, int], Decimal]
"""The unit price in USD last told, by watch name and listing id."""


def evaluate(watches: Iterable[Watch], changes: Sequence[Change], *, told: Told) -> Iterator[Alert]:
    """One deal alert for every change that a watch wants and was not told about at nearly this price."""
    for watch in watches:
        for change in changes:
            last = told.get((watch.name, change.offer.listing_id))
            if watch.wants(change.offer) and _is_news(change, last):
                yield Alert(
                    key=key_of(watch.name, change.offer.site, change.offer.site_id, change.event, change.offer),
                    kind=AlertKind.DEAL,
                    watch=watch,
                    changes=(change,),
                    occasion=change.event,
                )


def _is_news(change: Change, last: Decimal | None) -> bool:
    unit = change.offer.unit_usd
    return unit is not None and (last is None or unit <= last * AGAIN_BELOW)


def summarise(watches: Iterable[Watch], changes: Sequence[Change], *, occasion: str, at: datetime) -> Iterator[Alert]:
    """One alert a watch, listing best first what already answers it at a time; none for a watch nothing answers."""
    for watch in watches:
        fitting = sorted(
            (change for change in changes if watch.wants(change.offer)),
            key=lambda change: (METRICS[watch.metric].rank(watch.value_of(change.offer)), change.offer.listing_id),
        )
        if fitting:
            yield Alert(
                key=key_of(watch.name, watch.fingerprint, occasion, at),
                kind=AlertKind.SUMMARY,
                watch=watch,
                changes=tuple(fitting),
                occasion=occasion,
            )


def key_of(*parts: object) -> str:
    """A stable key for one event: receivers that have seen it drop the repeat."""
    seen = "\x1f".join(f"{p.price}{p.currency}{p.last_seen_at}" if isinstance(p, Priced) else str(p) for p in parts)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]
