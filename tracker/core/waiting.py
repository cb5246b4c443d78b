"""Buy now or wait: how often a price was to be had, how long it lasted, and where prices are going."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from math import ceil, exp, floor, log, sqrt
from statistics import median

from tracker.core.market import Refusal

WINDOW = timedelta(days=90)
"""How far back one looks."""

RELISTED = timedelta(days=2)
"""What comes back from the same seller within this time was never gone."""

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)

ENOUGH_WEEKS = 6
"""Weeks with prices that a trend needs."""

Z90 = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time in which one card was on offer at one price: `until` None still is.

    `found` says that it was there already when its source was first visited: nobody knows since when.
    """

    voice: str
    since: datetime
    until: datetime | None
    unit_usd: Decimal
    found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How offers at or below `at_most_usd` came and went in the `watched` time up to now.

    `appeared` counts those that came, `standing` those to be had now. `lasted` is how long half of them were to be
    had, None while less than half are gone.
    """

    at_most_usd: Decimal
    watched: timedelta
    appeared: int
    standing: int
    lasted: timedelta | None

    @property
    def every(self) -> timedelta | None:
        """The mean time between two of them; None where there was none."""
        return self.watched / self.appeared if self.appeared else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How the price moves: a fraction per 30 days, `low` to `high` in nine of ten cases, from `weeks` with prices."""

    per_month: float
    low: float
    high: float
    weeks: int

    @property
    def direction(self) -> str:
        """`falling`, `rising`, or `steady` where the interval allows both."""
        return "falling" if self.high < 0 else "rising" if self.low > 0 else "steady"


def chance(stretches: Iterable[Stretch], *, at_most_usd: Decimal, now: datetime) -> Chance | Refusal:
    """How often something at or below a price came up in 90 days, and how long it lasted; refuses before the first day.

    Offers of one seller that overlap or follow within two days are one. How long they last is estimated with those
    that still stand counted for as long as they stood (Kaplan and Meier 1958).
    """
    known = list(stretches)
    if not known:
        return Refusal(steps=("nothing was ever on offer",))
    start = max(min(one.since for one in known), now - WINDOW)
    watched = now - start
    if watched < timedelta(days=1):
        return Refusal(steps=("watched for less than a day",))
    spells = _spells([one for one in known if one.unit_usd <= at_most_usd], now)
    came = [one for one in spells if not one.found and one.since >= start]
    return Chance(
        at_most_usd=at_most_usd,
        watched=watched,
        appeared=len(came),
        standing=sum(one.until is None for one in spells),
        lasted=_half_gone([((one.until or now) - one.since, one.until is not None) for one in came]),
    )


def _spells(stretches: Sequence[Stretch], now: datetime) -> list[Stretch]:
    """The stretches of each seller, joined where they overlap or nearly touch."""
    spells: dict[str, list[Stretch]] = defaultdict(list)
    for one in sorted(stretches, key=lambda one: (one.since, one.until or now, one.unit_usd, one.found)):
        mine = spells[one.voice]
        if not mine or (mine[-1].until is not None and one.since - mine[-1].until > RELISTED):
            mine.append(one)
            continue
        last = mine[-1]
        until = None if last.until is None or one.until is None else max(last.until, one.until)
        lowest = min(last.unit_usd, one.unit_usd)
        mine[-1] = Stretch(voice=one.voice, since=last.since, until=until, unit_usd=lowest, found=last.found)
    return [spell for mine in spells.values() for spell in mine]


def _half_gone(lives: Sequence[tuple[timedelta, bool]]) -> timedelta | None:
    """The time after which half are gone, from how long each was seen and whether that was its end."""
    left, survive = len(lives), 1.0
    for length, gone in sorted(lives, key=lambda life: (life[0], not life[1])):
        if gone:
            survive *= 1 - 1 / left
        if survive <= 0.5:
            return length
        left -= 1
    return None


def trend(
    prices: Iterable[tuple[str, datetime, Decimal]], *, now: datetime, window: timedelta = WINDOW
) -> Trend | Refusal:
    """Where prices go, from who asked how much when (voice, instant, USD); refuses on fewer than six weeks with prices.

    The median of all slopes between weekly medians of log prices (Theil 1950, Sen 1968), with the interval that Sen
    derives from Kendall's S. Weeks, because tomorrow's price is mostly today's; a seller counts once a week.
    """
    weeks: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for voice, at, usd in prices:
        if now - window < at <= now and usd > 0:
            weeks[(now - at) // WEEK][voice].append(log(usd))
    if len(weeks) < ENOUGH_WEEKS:
        return Refusal(steps=(f"prices in {len(weeks)} of the last {window // WEEK} weeks, {ENOUGH_WEEKS} are needed",))
    points = [(-ago, median(sorted(map(median, said.values())))) for ago, said in sorted(weeks.items())]
    slopes = sorted((b - a) / (later - earlier) for (later, b), (earlier, a) in combinations(points, 2))
    n = len(points)
    reach = Z90 * sqrt(n * (n - 1) * (2 * n + 5) / 18)
    first = max(floor((len(slopes) - reach) / 2) - 1, 0)
    last = min(ceil((len(slopes) + reach) / 2), len(slopes) - 1)
    per_month, low, high = (exp(slope * (MONTH / WEEK)) - 1 for slope in (median(slopes), slopes[first], slopes[last]))
    return Trend(per_month=per_month, low=low, high=high, weeks=n)


def advice(now_usd: Decimal | None, odds: Chance | Refusal, going: Trend | Refusal) -> str:
    """What it comes to, in one sentence; `now_usd` is the best offer standing."""
    if isinstance(odds, Refusal):
        return f"too early to say: {odds.reason}"
    if odds.every is None and not odds.standing:
        return f"nothing at {odds.at_most_usd:,.0f} USD or below in {odds.watched.days} days: that price is a wish"
    direction = "unclear" if isinstance(going, Refusal) else going.direction
    if now_usd is not None and now_usd <= odds.at_most_usd:
        rare = odds.appeared <= odds.standing and odds.watched >= MONTH
        return _STANDING[direction] + (f", and no other came in {odds.watched.days} days" if rare else "")
    if odds.every is None:
        return "the price was there from the start, and none came since"
    return f"{_MISSING[direction]}: one comes every {odds.every / timedelta(days=1):.0f} days"


_STANDING = {
    "falling": "the price is there now, prices are falling: no hurry",
    "rising": "the price is there now, prices are rising: buy",
    "steady": "the price is there now, prices are not moving: buy when you need it",
    "unclear": "the price is there now, where prices go is not known yet",
}
_MISSING = {
    "falling": "wait, prices are falling",
    "rising": "do not wait for long, prices are rising",
    "steady": "wait, if you can",
    "unclear": "wait, if you can; where prices go is not known yet",
}
