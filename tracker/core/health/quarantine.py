"""What is kept out of the book while a visit is doubted, and when it is let in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.core.health.doubts import Doubt, Field
from tracker.core.health.measures import Facts, facts_of
from tracker.core.models import Offer, Rejected

AGREE = 2
"""Visits that must show the new picture again before it is believed."""

HOURS = timedelta(hours=12)
"""And for how long: a server that lost a page is mended by then, a shop that sold half its stock still has sold it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sifted:
    """The listings of a visit that do not rest on what is doubted, and those that do."""

    sound: tuple[Offer | Rejected, ...]
    held: tuple[Offer | Rejected, ...] = ()


_NEEDED = frozenset({Field.PRICE, Field.CURRENCY, Field.IDENTITY})
"""Without these a new listing is nothing to compare or to alert on."""

_COMPARED: dict[Field, tuple[str, ...]] = {
    Field.PRICE: ("price",),
    Field.CURRENCY: ("currency",),
    Field.CONDITION: ("condition",),
    Field.SELLER: ("seller",),
    Field.URL: ("url",),
    Field.IDENTITY: ("gpu", "variant"),
    Field.RECOGNISED: ("gpu", "variant"),
}


def sift(outcomes: Iterable[Offer | Rejected], before: Mapping[str, Facts], doubts: Collection[Doubt]) -> Sifted:
    """Keep out what rests on a doubted field: known listings in which it changed, and new ones by a doubted price.

    `before` is what is believed of the known offers, by id.
    """
    doubted = {doubt.field for doubt in doubts}
    names = [name for one in doubted for name in _COMPARED.get(one, ())]
    if not names:
        return Sifted(sound=tuple(outcomes))
    sound: list[Offer | Rejected] = []
    held: list[Offer | Rejected] = []
    for outcome in outcomes:
        old, now = before.get(outcome.raw.site_id), facts_of(outcome)
        if old is None:
            kept_out = bool(doubted & _NEEDED) and isinstance(outcome, Offer)
        else:
            kept_out = any(getattr(old, name) != getattr(now, name) for name in names)
        (held if kept_out else sound).append(outcome)
    return Sifted(sound=tuple(sound), held=tuple(held))


def is_believed(doubts: Collection[Doubt], *, agreeing: int, since: datetime, now: datetime) -> bool:
    """Whether what is doubted has been seen alike often and long enough; what is stubborn never has."""
    return agreeing >= AGREE and now - since >= HOURS and not any(doubt.stubborn for doubt in doubts)
