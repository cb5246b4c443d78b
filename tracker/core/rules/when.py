"""The rules one by one: each finds its reason in a change, or None."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from tracker.core.market import Baseline, Basis
from tracker.core.metrics import METRICS, Metric
from tracker.core.rules.events import Change, Event, Reason, Rule
from tracker.core.rules.past import Low, Past, Point, at_the_time, cleaned, own_low, point_of, ratio
from tracker.core.rules.told import Told
from tracker.core.rules.watch import EVER, FLICKER, Scope, Watch, length, share

WATCHED = timedelta(days=7)
"""Before a market has been watched for this long, nothing is called its lowest."""

ALONE = Decimal("0.8")
"""A new low below this share of every believable price before it stands alone."""

STALE = timedelta(minutes=30)
"""A bid that was seen longer ago is no longer the bid."""


class Look(NamedTuple):
    """What a rule looks at: a watch, a change it wants, what is known around the offer, and what was told last."""

    watch: Watch
    change: Change
    past: Past
    last: Told | None = None


When = Callable[[Look], Reason | None]


def below(look: Look) -> Reason | None:
    """The metric is on the good side of the value."""
    metric = METRICS[look.watch.metric]
    value = metric.of(look.change.offer, look.watch.basis)
    if value is None or look.watch.below is None or not metric.beats(value, look.watch.below):
        return None
    return Reason(
        rule=Rule.BELOW,
        said=f"{value:,.2f} {metric.unit}, {side(metric)} {look.watch.below:,.2f}",
        value=value,
        threshold=look.watch.below,
        unit=metric.unit,
    )


def under_market(look: Look) -> Reason | None:
    """The price is so far below what the card is worth; silent where nobody can say what that is."""
    worth, unit_usd = look.past.worth, look.change.offer.unit_usd
    if not isinstance(worth, Baseline) or unit_usd is None or look.watch.under_market is None:
        return None
    most = worth.usd * (1 - look.watch.under_market)
    if unit_usd > most:
        return None
    doubt = f"{worth.basis} of {worth.day} is no market price of today" if worth.basis is Basis.REFERENCE else ""
    return Reason(
        rule=Rule.UNDER_MARKET,
        said=f"{share(1 - unit_usd / worth.usd)} under the market of {worth.usd:,.2f} USD ({worth.label})",
        value=unit_usd,
        threshold=most,
        unit="USD",
        past=worth.usd,
        past_unit="USD",
        doubt=doubt,
    )


def drop(look: Look) -> Reason | None:
    """The listing asks so much less than it asked itself N days ago, or first, if it is younger."""
    found = _moved(look)
    if look.watch.drop is None or found is None:
        return None
    then, now, down = found
    if down < look.watch.drop:
        return None
    return Reason(
        rule=Rule.DROP,
        said=f"down {share(down)} from {_printed(then)}, what it asked on {then.at:%Y-%m-%d}",
        value=now.price,
        threshold=then.price * (1 - look.watch.drop),
        unit=now.currency,
        past=then.price,
        past_unit=then.currency,
        past_at=then.at,
        doubt="it asks less than half of what it asked before" if down > Decimal("0.5") else "",
    )


def _moved(look: Look) -> tuple[Point, Point, Decimal] | None:
    """What the listing asked N days ago, what it asks now, and by which share it fell in between."""
    now = point_of(look.change.offer)
    own = cleaned(look.past.own, now)
    if look.past.own and look.past.own[0] not in own:  # with nothing before it, a first price is no slip by itself
        own = [look.past.own[0], *own]
    then = at_the_time(own, now.at - timedelta(days=look.watch.drop_days))
    left = None if then is None else ratio(now, then)
    return None if then is None or left is None else (then, now, 1 - left)


def _printed(point: Point) -> str:
    shipping = "" if point.shipping is None else f" + {point.shipping:,.2f} shipping" if point.shipping else ""
    return f"{point.price:,.2f} {point.currency}{shipping}"


def lowest(look: Look) -> Reason | None:
    """The price is lower than every believable one before, by more than a flicker."""
    if look.watch.lowest is None:
        return None
    offer, metric = look.change.offer, METRICS[look.watch.metric if look.watch.lowest_of is Scope.GROUP else "usd"]
    low = _low_of(look)
    value = metric.of(offer, look.watch.basis)
    if low is None or value is None or metric.more_is_better or value > low.value * (1 - FLICKER):
        return None
    watched = offer.last_seen_at - low.watched_since
    if watched < min(look.watch.lowest, WATCHED):
        return None
    since = (
        f"in {length(min(look.watch.lowest, watched))}"
        if look.watch.lowest < EVER
        else f"ever seen, in {length(watched)}"
    )
    before = f"{low.value:,.2f} {metric.unit}"
    return Reason(
        rule=Rule.LOWEST,
        said=f"the lowest {since} of {_whose(look)}: before, {before} on {low.at:%Y-%m-%d}",
        value=value,
        threshold=low.value,
        unit=metric.unit,
        past=low.value,
        past_unit="USD",
        past_at=low.at,
        doubt=f"no other price is near it, the lowest before was {before}" if value < low.value * ALONE else "",
    )


def _low_of(look: Look) -> Low | None:
    if look.watch.lowest is not None and look.watch.lowest_of is Scope.LISTING:
        return own_low(look.past.own, point_of(look.change.offer), span=look.watch.lowest)
    return look.past.lows.get(look.watch.name)


def _whose(look: Look) -> str:
    whose = {
        Scope.LISTING: "this listing",
        Scope.VARIANT: f"{look.change.offer.variant}, {look.change.offer.condition}",
        Scope.GROUP: f"all that {look.watch.name} asks for",
    }
    return whose[look.watch.lowest_of]


def new(look: Look) -> Reason | None:
    """The listing is new, and no old one come again under another number."""
    if look.change.event is not Event.NEW or look.change.relists is not None:
        return None
    return Reason(rule=Rule.NEW, said=f"new at {look.change.offer.source}")


def back(look: Look) -> Reason | None:
    """The listing can be bought again."""
    return Reason(rule=Rule.BACK, said="back in stock") if look.change.event is Event.BACK else None


def any_change(look: Look) -> Reason | None:
    """The price went up or down by more than a flicker since it was told last, or else in the days the watch looks at.

    Measured against the previous visit, a slow slide would never be a change.
    """
    if look.watch.any_change is None or look.change.event is Event.NEW:
        return None
    unit_usd = look.change.offer.unit_usd
    if look.last is not None and look.last.unit_usd and unit_usd is not None:
        was, unit, at, down = look.last.unit_usd, "USD", look.last.at, 1 - unit_usd / look.last.unit_usd
    elif found := _moved(look):
        was, unit, at, down = found[0].price, found[0].currency, found[0].at, found[2]
    else:
        return None
    if abs(down) < look.watch.any_change:
        return None
    return Reason(
        rule=Rule.ANY_CHANGE,
        said=f"{'down' if down > 0 else 'up'} {share(abs(down))} from {was:,.2f} {unit} of {at:%Y-%m-%d}",
        value=-down * 100,
        threshold=look.watch.any_change * 100,
        unit="%",
        past=was,
        past_unit=unit,
        past_at=at,
    )


def auction_ends(look: Look) -> Reason | None:
    """The auction ends within the time, and its bid is on the good side of the value."""
    offer, found = look.change.offer, below(look)
    if found is None or look.watch.auction_ends is None or offer.ends_at is None:
        return None
    left = offer.ends_at - look.change.at
    if not timedelta(0) < left <= look.watch.auction_ends:
        return None
    old = look.change.at - offer.last_seen_at
    return Reason(
        rule=Rule.AUCTION_ENDS,
        said=f"the auction ends in {length(left)}, the bid is {found.said}",
        value=found.value,
        threshold=found.threshold,
        unit=found.unit,
        past_at=offer.ends_at,
        doubt=f"the bid is of {length(old)} ago" if old > STALE else "",
    )


def side(metric: Metric) -> str:
    """Where the good values of a metric lie."""
    return "above" if metric.more_is_better else "below"


WHENS: Mapping[Rule, When] = MappingProxyType(
    {
        Rule.BELOW: below,
        Rule.UNDER_MARKET: under_market,
        Rule.DROP: drop,
        Rule.LOWEST: lowest,
        Rule.NEW: new,
        Rule.BACK: back,
        Rule.ANY_CHANGE: any_change,
    }
)
"""What may speak of a price that is asked; of a bid, only `auction_ends` does."""

STATES = (Rule.BELOW, Rule.UNDER_MARKET, Rule.DROP)
"""Rules that are true of an offer as it stands; the others wait for something to happen."""


def reason(rule: Rule, look: Look) -> Reason | None:
    """The reason a rule finds in a change; the bid so far is no price, so an auction answers one rule alone."""
    if look.change.offer.auction:
        return auction_ends(look) if rule is Rule.AUCTION_ENDS else None
    return WHENS[rule](look) if rule in WHENS else None
