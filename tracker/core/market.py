"""What a variant is worth: a robust baseline of what others ask, or a refusal that says why there is none.

A price counts when it agrees with others: the baseline is the highest price that is the weighted median of everything
between its half and its double, provided that most sellers are in there. Whatever lies below that half is too cheap
to be believed; it takes no part in the calculation, so no number of such offers moves a baseline: at most, when there
are as many of them as of the others, there is none any more.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate
from math import sqrt

from tracker.core.models import Condition

TOO_CHEAP = Decimal("0.5")
"""An offer below this share of its baseline is too cheap to be believed; above its inverse it is too dear."""

ENOUGH = 5
"""Sellers that must agree: with five the median lies between the lowest and the highest in 15 of 16 cases."""

MEMORY = timedelta(days=90)
"""How far back prices are looked at."""

HALF_LIFE = timedelta(days=30)
"""A price that was last true this long ago weighs half."""

ENDED, ASKED = 2.0, 1.0
"""Somebody took what has ended, as a rule; what stands is only asked."""

REFERENCE_AGE = timedelta(days=365)
"""An older reference price says nothing about today."""

Z90 = 1.645


class ConditionClass(StrEnum):
    """Conditions that are priced alike."""

    NEW = "new"
    RENEWED = "renewed"
    USED = "used"
    UNKNOWN = "unknown"


ANY = "any"
"""All classes together, where daily prices are kept."""

CLASS_OF = {
    Condition.NEW: ConditionClass.NEW,
    Condition.OPEN_BOX: ConditionClass.RENEWED,
    Condition.REFURBISHED: ConditionClass.RENEWED,
    Condition.USED: ConditionClass.USED,
    Condition.FOR_PARTS: ConditionClass.UNKNOWN,
    Condition.UNKNOWN: ConditionClass.UNKNOWN,
}

NEIGHBOURS = {
    ConditionClass.NEW: (ConditionClass.NEW, ConditionClass.RENEWED),
    ConditionClass.RENEWED: (ConditionClass.NEW, ConditionClass.RENEWED, ConditionClass.USED),
    ConditionClass.USED: (ConditionClass.RENEWED, ConditionClass.USED, ConditionClass.UNKNOWN),
    ConditionClass.UNKNOWN: (ConditionClass.RENEWED, ConditionClass.USED, ConditionClass.UNKNOWN),
}
"""The classes whose prices are looked at together where one alone has too few."""

_REGIONS = {
    "EU": "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK",
    "CN": "CN HK MO",
}
_REGION_OF = {country: region for region, countries in _REGIONS.items() for country in countries.split()}


def region_of(country: str) -> str:
    """The market a country (ISO 3166) belongs to: the EU, greater China, or the country by itself."""
    return _REGION_OF.get(country, country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What stands at one time, in cents: how many, the lowest, the median, and where the middle four fifths lie."""

    n: int
    min_cents: int
    p10_cents: int
    median_cents: int
    p90_cents: int


def spread(rising: Sequence[int]) -> Spread | None:
    """The spread of prices in rising order, None where there are none.

    Quantiles are prices that are asked (nearest rank). What is too cheap beside the median of enough others is no
    price: one slip of a keyboard would be the all-time low.
    """
    if not rising:
        return None
    if len(rising) >= ENOUGH:
        rising = rising[bisect_left(rising, _rank(rising, 50) * TOO_CHEAP) :]
    return Spread(
        n=len(rising),
        min_cents=rising[0],
        p10_cents=_rank(rising, 10),
        median_cents=_rank(rising, 50),
        p90_cents=_rank(rising, 90),
    )


def _rank(rising: Sequence[int], percent: int) -> int:
    return rising[-(-len(rising) * percent // 100) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparable:
    """What one card was asked for, landed, in USD: `at` is when that was last true, `ended` that it is gone.

    `voice` says who asks: however many listings have the same, they count once. `country` is where the card lies.
    """

    voice: str
    unit_usd: Decimal
    at: datetime
    ended: bool
    condition: Condition
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What somebody else's series said a card costs, around `day`: the middle, and where most of it lay, in USD."""

    usd: Decimal
    low: Decimal
    high: Decimal
    day: date
    source: str


class Basis(StrEnum):
    """What a baseline rests on, the best first."""

    HOME = "same condition, your region"
    ANYWHERE = "same condition, all regions"
    NEIGHBOURS = "neighbouring conditions, all regions"
    REFERENCE = "reference price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What one card is worth, landed, in USD.

    `low` to `high` holds the true median in nine of ten cases; `p10` to `p90` is what most ask. `n` counts the
    sellers who agree, `listings` their listings, `ended` how many of these are gone. `steps` says what was tried
    before `basis`; `source` and `day` belong to a reference price, which has no `n`.
    """

    usd: Decimal
    low: Decimal
    high: Decimal
    p10: Decimal
    p90: Decimal
    n: int
    listings: int
    ended: int
    basis: Basis
    steps: tuple[str, ...] = ()
    source: str = ""
    day: date | None = None

    @property
    def judges(self) -> bool:
        """Whether an offer can be called too cheap by it: only like is compared with like."""
        return self.basis in (Basis.HOME, Basis.ANYWHERE)

    @property
    def label(self) -> str:
        """What the number rests on, in words."""
        if self.basis is Basis.REFERENCE:
            return f"{self.basis} of {self.day} ({self.source})"
        return f"{self.basis}: {self.n} sellers, {self.listings} listings, {self.ended} of them ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why nothing is said; `steps` are the reasons one by one."""

    steps: tuple[str, ...]

    @property
    def reason(self) -> str:
        """All of it in one line."""
        return "; ".join(self.steps)


def ratio(unit_usd: Decimal, worth: Baseline) -> Decimal:
    """What an offer asks as a share of its baseline."""
    return unit_usd / worth.usd


def too_cheap(unit_usd: Decimal, worth: Baseline) -> bool:
    """Whether an offer lies so far below its baseline that it is more likely a mistake or a fraud than a bargain."""
    return worth.judges and unit_usd < worth.usd * TOO_CHEAP


def baseline(
    comparables: Iterable[Comparable],
    *,
    condition: Condition,
    region: str,
    now: datetime,
    reference: Reference | None = None,
) -> Baseline | Refusal:
    """What one card of a variant is worth in a condition, to a buyer in a region ("": none is nearer than another).

    Looks at the buyer's region, then at all regions, then at neighbouring conditions, then at a reference price, and
    stops where enough sellers agree. What is too cheap anywhere is too cheap at home.
    """
    recent = [one for one in comparables if now - one.at <= MEMORY]
    own = CLASS_OF[condition]
    alike = [one for one in recent if CLASS_OF[one.condition] is own]
    anywhere = _agreement(alike, now=now)
    if isinstance(anywhere, _Split):
        return Refusal(steps=(f"{own}: {anywhere}",))
    steps: list[str] = []
    if region:
        home = [one for one in alike if region_of(one.country) == region]
        floor = anywhere.usd * TOO_CHEAP if isinstance(anywhere, _Crowd) else Decimal(0)
        near = _agreement(home, now=now, floor=floor)
        if isinstance(near, _Crowd):
            return near.baseline(Basis.HOME, steps)
        steps.append(f"{own}, {region}: {near}")
        if isinstance(near, _Split):
            return Refusal(steps=tuple(steps))
    if isinstance(anywhere, _Crowd):
        return anywhere.baseline(Basis.ANYWHERE, steps)
    steps.append(f"{own}, all regions: {anywhere}")
    pooled = _agreement([one for one in recent if CLASS_OF[one.condition] in NEIGHBOURS[own]], now=now)
    if isinstance(pooled, _Crowd):
        return pooled.baseline(Basis.NEIGHBOURS, steps)
    steps.append(f"{', '.join(NEIGHBOURS[own])}: {pooled}")
    return _by_reference(reference, steps, now)


def _by_reference(reference: Reference | None, steps: list[str], now: datetime) -> Baseline | Refusal:
    if reference is None:
        return Refusal(steps=(*steps, "no reference price"))
    if now.date() - reference.day > REFERENCE_AGE:
        return Refusal(steps=(*steps, f"the last reference price is of {reference.day}"))
    return Baseline(
        usd=reference.usd,
        low=reference.low,
        high=reference.high,
        p10=reference.low,
        p90=reference.high,
        n=0,
        listings=0,
        ended=0,
        basis=Basis.REFERENCE,
        steps=tuple(steps),
        source=reference.source,
        day=reference.day,
    )


# --- agreement ----------------------------------------------------------------------------------------------------


def _sellers(number: int) -> str:
    return "1 seller" if number == 1 else f"{number} sellers"


@dataclass(frozen=True, slots=True)
class _Few:
    """Nowhere do enough sellers agree."""

    voices: int

    def __str__(self) -> str:
        if self.voices < ENOUGH:
            return f"{_sellers(self.voices)}, {ENOUGH} are needed"
        return f"{self.voices} sellers, but no {ENOUGH} of them agree"


@dataclass(frozen=True, slots=True)
class _Split:
    """Too many agree on a price to be left out, too few to be believed."""

    usd: Decimal
    agree: int
    voices: int

    def __str__(self) -> str:
        return f"the prices fall apart: {self.agree} of {self.voices} sellers ask about {self.usd:,.0f} USD"


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Most sellers, who agree: their prices in rising order, each with its share of its seller's one vote."""

    usd: Decimal
    asks: Sequence[Comparable]
    votes: Sequence[float]

    def baseline(self, basis: Basis, steps: Sequence[str]) -> Baseline:
        """What their prices say.

        The interval is that of order statistics, for as many equal votes as these unequal ones are worth (Kish 1965).
        """
        weights: defaultdict[str, float] = defaultdict(float)
        for one, vote in zip(self.asks, self.votes, strict=True):
            weights[one.voice] += vote
        equal = sum(weights.values()) ** 2 / sum(weight * weight for weight in weights.values())
        reach = Z90 / 2 / sqrt(equal)
        upto = list(accumulate(self.votes))

        def quantile(share: float) -> Decimal:
            return self.asks[min(bisect_left(upto, share * upto[-1]), len(upto) - 1)].unit_usd

        return Baseline(
            usd=self.usd,
            low=quantile(max(0.5 - reach, 0)),
            high=quantile(min(0.5 + reach, 1)),
            p10=quantile(0.1),
            p90=quantile(0.9),
            n=len(weights),
            listings=len(self.asks),
            ended=sum(one.ended for one in self.asks),
            basis=basis,
            steps=tuple(steps),
        )


def _agreement(asks: Sequence[Comparable], *, now: datetime, floor: Decimal = Decimal(0)) -> _Crowd | _Split | _Few:
    """The highest price that most sellers agree on, if there is one.

    Walks down from the dearest. Nothing below the half of a price is looked at before that price has been dismissed,
    and it is dismissed only by a crowd of more than twice as many: between "most agree" and "a few who dream" lies a
    third of the sellers, where nothing is said. So one more offer below the half never turns one answer into another.
    """
    everyone = len({one.voice for one in asks})
    believed = [one for one in asks if one.unit_usd >= floor and one.unit_usd > 0]
    by_price = sorted(believed, key=lambda one: (one.unit_usd, one.at, one.ended, one.voice))
    prices = [one.unit_usd for one in by_price]
    weights = [_weight(one, now) for one in by_price]
    voices = [one.voice for one in by_price]
    place = len(prices) - 1
    while place >= 0:
        price = prices[place]
        first, end = bisect_left(prices, price * TOO_CHEAP), bisect_right(prices, price / TOO_CHEAP)
        count = Counter(voices[first:end])
        votes = [weight / count[voice] for weight, voice in zip(weights[first:end], voices[first:end], strict=True)]
        upto = list(accumulate(votes))
        middle = first + bisect_left(upto, upto[-1] / 2)
        if prices[middle] < price:
            place = middle
            continue
        if prices[middle] > price:  # the lower edge of something dismissed already
            place = bisect_left(prices, price) - 1
            continue
        if len(count) >= ENOUGH and 2 * len(count) > everyone:
            return _Crowd(price, by_price[first:end], votes)
        if len(count) >= ENOUGH and 3 * len(count) >= everyone:
            return _Split(price, len(count), everyone)
        place = first - 1
    return _Few(everyone)


def _weight(one: Comparable, now: datetime) -> float:
    age = max((now - one.at) / HALF_LIFE, 0.0)
    return float((ENDED if one.ended else ASKED) * 0.5**age)
