"""From changes and watches to alerts: what is worth saying, once."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tracker.core.metrics import METRICS
from tracker.core.models import Priced
from tracker.core.rules.events import Change, Reason, Rule
from tracker.core.rules.watch import Watch


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
            if watch.wants(change.offer) and _is_news(change, last, watch):
                yield Alert(
                    key=key_of(watch.name, change.offer.site, change.offer.site_id, change.event, change.offer),
                    kind=AlertKind.DEAL,
                    watch=watch,
                    changes=(_with_reason(watch, change),),
                    occasion=change.event,
                )


def _is_news(change: Change, last: Decimal | None, watch: Watch) -> bool:
    unit = change.offer.unit_usd
    return unit is not None and (last is None or unit <= last * (1 - watch.again))


def _with_reason(watch: Watch, change: Change) -> Change:
    metric, value = METRICS[watch.metric], watch.value_of(change.offer)
    side = "above" if metric.more_is_better else "below"
    reason = Reason(
        rule=Rule.BELOW,
        said=f"{value:,.2f} {metric.unit}, {side} {watch.below:,.2f}",
        value=value,
        threshold=watch.below,
        unit=metric.unit,
    )
    return replace(change, reasons=(reason,))


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
                changes=tuple(_with_reason(watch, change) for change in fitting),
                occasion=occasion,
            )


def key_of(*parts: object) -> str:
    """A stable key for one event: receivers that have seen it drop the repeat."""
    seen = "\x1f".join(f"{p.price}{p.currency}{p.last_seen_at}" if isinstance(p, Priced) else str(p) for p in parts)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]
