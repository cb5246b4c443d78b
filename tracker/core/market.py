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
from operator import itemgetter
from typing import NamedTuple

from tracker.core.models import Condition, ConditionClass

TOO_CHEAP = Decimal("0.5")
"""An offer below this share of its baseline is too cheap to be believed; above its inverse it is too dear."""

ENOUGH = 5
"""Sellers that must agree: with five the median lies between the lowest and the highest in 15 of 16 cases."""

MEMORY = timedelta(days=90)
"""How far back prices are looked at."""

HALF_LIFE = timedelta(days=30)
"""A price that was last true this long ago weighs half."""

ENDED, ASKED = 2.0, 1.0
"""What was sold, as far as the site's word or its timing says so, weighs more than what is only asked."""

REFERENCE_AGE = timedelta(days=365)
"""An older reference price says nothing about today."""

Z90 = 1.645


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
class Comparable:
    """What one card was asked for, landed, in USD: `at` is when that was last true, `ended` that it was sold.

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
    sellers who agree, `listings` their listings, `ended` how many of these were sold, as far as can be told. `steps`
    says what was tried before `basis`; `source` and `day` belong to a reference price, which has no `n`.
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
    recent = _in_order(comparables, now)
    own = CLASS_OF[condition]
    alike = [ask for ask in recent if CLASS_OF[ask.one.condition] is own]
    anywhere = _agreement(alike)
    if isinstance(anywhere, _Split):
        return Refusal(steps=(f"{own}: {anywhere}",))
    steps: list[str] = []
    if region:
        home = [ask for ask in alike if region_of(ask.one.country) == region]
        floor = anywhere.price * _HALF if isinstance(anywhere, _Crowd) else 0.0
        near = _agreement(home, floor=floor) if len(home) < len(alike) else anywhere
        if isinstance(near, _Crowd):
            return near.baseline(Basis.HOME, steps)
        steps.append(f"{own}, {region}: {near}")
        if isinstance(near, _Split):
            return Refusal(steps=tuple(steps))
    if isinstance(anywhere, _Crowd):
        return anywhere.baseline(Basis.ANYWHERE, steps)
    steps.append(f"{own}, all regions: {anywhere}")
    pooled = _agreement([ask for ask in recent if CLASS_OF[ask.one.condition] in NEIGHBOURS[own]])
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

_HALF = float(TOO_CHEAP)
"""Prices are compared as floats here: halving and doubling them is exact."""


class _Ask(NamedTuple):
    """One price and what it weighs; as a tuple it sorts by price."""

    price: float
    weight: float
    voice: str
    one: Comparable


def _in_order(comparables: Iterable[Comparable], now: datetime) -> list[_Ask]:
    """What is recent enough, from the cheapest; the same whatever order it came in."""
    asks = [
        _Ask(float(one.unit_usd), _weight(age, ended=one.ended), one.voice, one)
        for one in comparables
        if (age := now - one.at) <= MEMORY and one.unit_usd > 0
    ]
    asks.sort(key=itemgetter(0, 1, 2))
    return asks


def _weight(age: timedelta, *, ended: bool) -> float:
    return (ENDED if ended else ASKED) * float(0.5 ** max(age / HALF_LIFE, 0.0))


@dataclass(frozen=True, slots=True)
class _Few:
    """Nowhere do enough sellers agree."""

    voices: int

    def __str__(self) -> str:
        if self.voices < ENOUGH:
            return f"{_sellers(self.voices)}, {ENOUGH} are needed"
        return f"{self.voices} sellers, but most of them agree on nothing"


def _sellers(number: int) -> str:
    return "1 seller" if number == 1 else f"{number} sellers"


@dataclass(frozen=True, slots=True)
class _Split:
    """Too many agree on a price to be left out, too few to be believed."""

    price: float
    agree: int
    voices: int

    def __str__(self) -> str:
        return f"the prices fall apart: {self.agree} of {self.voices} sellers ask about {self.price:,.0f} USD"


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Most sellers, who agree: what they ask in rising order, each with its share of its seller's one vote."""

    middle: Comparable
    asks: Sequence[_Ask]
    votes: Sequence[float]

    @property
    def price(self) -> float:
        """What they agree on."""
        return float(self.middle.unit_usd)

    def baseline(self, basis: Basis, steps: Sequence[str]) -> Baseline:
        """What their prices say.

        The interval is that of order statistics, for as many equal votes as these unequal ones are worth (Kish 1965).
        """
        weights: defaultdict[str, float] = defaultdict(float)
        for ask, vote in zip(self.asks, self.votes, strict=True):
            weights[ask.voice] += vote
        equal = sum(weights.values()) ** 2 / sum(weight * weight for weight in weights.values())
        reach = Z90 / 2 / sqrt(equal)
        upto = list(accumulate(self.votes))

        def quantile(share: float) -> Decimal:
            return self.asks[_reaching(upto, share)].one.unit_usd

        return Baseline(
            usd=self.middle.unit_usd,
            low=quantile(max(0.5 - reach, 0)),
            high=quantile(min(0.5 + reach, 1)),
            p10=quantile(0.1),
            p90=quantile(0.9),
            n=len(weights),
            listings=len(self.asks),
            ended=sum(ask.one.ended for ask in self.asks),
            basis=basis,
            steps=tuple(steps),
        )


def _reaching(upto: Sequence[float], share: float) -> int:
    """The first place at which running sums reach a share of the whole; what rounding lost does not count."""
    return min(bisect_left(upto, share * upto[-1] * (1 - 1e-9)), len(upto) - 1)


def _agreement(asks: Sequence[_Ask], *, floor: float = 0.0) -> _Crowd | _Split | _Few:
    """The highest price that most sellers agree on, if there is one; a seller agrees as far as its listings do.

    Walks down from the dearest. Nothing below the half of a price is looked at before that price has been dismissed,
    and it is dismissed only by a crowd of more than twice as many: between "most agree" and "a few who dream" lies a
    third of the sellers, where nothing is said. So one more offer below the half never turns one answer into another.
    """
    everyone = Counter(ask.voice for ask in asks)
    asks = [ask for ask in asks if ask.price >= floor]
    prices = [ask.price for ask in asks]
    place = len(prices) - 1
    while place >= 0:
        price = prices[place]
        first, end = bisect_left(prices, price * _HALF), bisect_right(prices, price / _HALF)
        count = Counter(ask.voice for ask in asks[first:end])
        votes = [ask.weight / count[ask.voice] for ask in asks[first:end]]
        upto = list(accumulate(votes))
        middle = first + _reaching(upto, 0.5)
        if prices[middle] < price:
            place = middle
            continue
        if prices[middle] > price:  # the lower edge of something dismissed already
            place = bisect_left(prices, price) - 1
            continue
        if len(count) >= ENOUGH:
            agree = sum(number / everyone[voice] for voice, number in count.items())
            if 2 * agree > len(everyone):
                return _Crowd(asks[middle].one, asks[first:end], votes)
            if 3 * agree >= len(everyone):
                return _Split(price, round(agree), len(everyone))
        place = first - 1
    return _Few(len(everyone))
