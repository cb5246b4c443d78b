"""What rules hold a price against: the listing's own past, and the lowest that was ever believable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from tracker.core.market import ENOUGH, TOO_CHEAP, Baseline, Refusal
from tracker.core.models import Priced
from tracker.core.risk import Sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What one listing asked from `at` on: as printed, and USD per card.

    `once` says that a single visit showed it at that price.
    """

    at: datetime
    unit_usd: Decimal | None
    price: Decimal
    currency: str
    shipping: Decimal | None = None
    available: bool = True
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One price of some listing: `value` is it in the unit it is compared in, `until` None while it stands.

    `before` and `after` are what the listing asked around it, in USD per card; `median_usd` is what half of the offers
    like it asked then, None where there were too few. `today` marks what the listing asks since it last changed.
    """

    listing_id: int
    value: Decimal
    unit_usd: Decimal
    at: datetime
    until: datetime | None = None
    before: Decimal | None = None
    after: Decimal | None = None
    once: bool = False
    today: bool = False
    median_usd: Decimal | None = None

    @property
    def believable(self) -> bool:
        """Whether this counts as a price: no slip that one visit saw, and not too cheap beside what others asked.

        A slip is less than half of all that the listing asked around it; where it asked nothing else, others judge.
        """
        if self.median_usd is not None and self.unit_usd < self.median_usd * TOO_CHEAP:
            return False
        around = [usd for usd in (self.before, self.after) if usd is not None]
        return not (self.once and around and self.unit_usd < min(around) * TOO_CHEAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Low:
    """The lowest believable price so far, in the unit it is compared in, and since when anybody has looked."""

    value: Decimal
    at: datetime
    watched_since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What is known around one offer: its own prices, oldest first, the lows to beat by watch, worth and risks."""

    own: tuple[Point, ...] = ()
    lows: Mapping[str, Low] = field(default_factory=dict)
    worth: Baseline | Refusal | None = None
    signs: tuple[Sign, ...] = ()


NO_PAST = Past()


def cleaned(points: Sequence[Point], now: Point) -> list[Point]:
    """The points without slips: seen by one visit, and less than half or more than double of both neighbours."""
    kept: list[Point] = []
    for place, point in enumerate(points):
        around = [points[place - 1]] if place else []
        around.append(points[place + 1] if place + 1 < len(points) else now)
        if not (point.once and all(_far(point, other) for other in around)):
            kept.append(point)
    return kept


def _far(one: Point, other: Point) -> bool:
    share = ratio(one, other)
    return share is not None and not TOO_CHEAP <= share <= 1 / TOO_CHEAP


def ratio(one: Point, other: Point) -> Decimal | None:
    """What one price is of another: as printed where the currency is the same, in USD elsewhere; None if unknown.

    Shipping counts where both state it, so that a price without it never looks like a bargain.
    """
    if one.currency == other.currency:
        both = one.shipping is not None and other.shipping is not None
        top, bottom = (_total(point) if both else point.price for point in (one, other))
    elif one.unit_usd is not None and other.unit_usd is not None:
        top, bottom = one.unit_usd, other.unit_usd
    else:
        return None
    return top / bottom if bottom else None


def _total(point: Point) -> Decimal:
    return point.price + (point.shipping or 0)


def suspects(points: Sequence[Point]) -> Iterator[tuple[Point, datetime | None]]:
    """The points that may be slips, each with when it ended: for whoever can tell how many visits saw them."""
    for place, point in enumerate(points):
        around = [points[other] for other in (place - 1, place + 1) if 0 <= other < len(points)]
        if any(_far(point, other) for other in around) or len(points) == 1:
            yield point, points[place + 1].at if place + 1 < len(points) else None


def at_the_time(points: Sequence[Point], at: datetime) -> Point | None:
    """The price in force at a time, or the first there was; None where nothing is known."""
    in_force = [point for point in points if point.at <= at]
    return in_force[-1] if in_force else next(iter(points), None)


def point_of(offer: Priced) -> Point:
    """What an offer asks, as of when it was last seen."""
    return Point(
        at=offer.last_seen_at,
        unit_usd=offer.unit_usd,
        price=offer.price,
        currency=offer.currency,
        shipping=offer.shipping,
    )


def own_low(points: Sequence[Point], now: Point, *, span: timedelta) -> Low | None:
    """The lowest that a listing itself asked in a span of time, slips left out; None where it asked nothing yet."""
    kept = cleaned(points, now)
    if kept and kept[-1] is points[-1] and _as_now(kept[-1], now):  # what it asks today is no price before it
        kept.pop()
    if not kept:
        return None
    until = [later.at for _, later in pairwise(kept)] + [now.at]
    asked = [
        (point.unit_usd, point.at)
        for point, end in zip(kept, until, strict=True)
        if point.available and point.unit_usd is not None and end >= now.at - span
    ]
    if not asked:
        return None
    value, at = min(asked)
    return Low(value=value, at=at, watched_since=kept[0].at)


def _as_now(point: Point, now: Point) -> bool:
    asked = (now.price, now.currency, now.shipping)
    return point.available and (point.price, point.currency, point.shipping) == asked


def lowest(stood: Iterable[Stood], *, since: datetime, watched_since: datetime) -> Low | None:
    """The lowest believable price that stood at any time since an instant; None where there is none."""
    counted = [one for one in stood if one.believable and (one.until is None or one.until >= since)]
    if not counted:
        return None
    best = min(counted, key=lambda one: (one.value, one.at))
    return Low(value=best.value, at=best.at, watched_since=watched_since)


def enough(n: int) -> bool:
    """Whether so many offers have a median to judge by."""
    return n >= ENOUGH
