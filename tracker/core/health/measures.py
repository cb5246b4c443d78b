"""A visit in a few numbers, to be held against the visits before it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from operator import attrgetter
from statistics import median
from typing import Any, NamedTuple

from tracker.core.models import Condition, Kind, Offer, Rejected
from tracker.core.money import Rates

UNPRICED = frozenset({"no_price", "no_currency"})
"""Reasons to reject what would else be an offer: its price could not be read."""

SOLD = (Kind.CARD, Kind.UNIFIED)

MOST_VARIANTS = 40
"""Variants whose median price is kept of one visit, the most frequent first."""

CENT = Decimal("0.01")


class Facts(NamedTuple):
    """What was last believed of one listing, as far as a visit can put it in doubt; `price` None is no offer."""

    price: Decimal | None
    currency: str
    condition: str
    seller: str
    url: str
    gpu: str | None
    variant: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """One visit in numbers: shares are of the `read` listings and lie between 0 and 1, medians are cents of USD a card.

    `shown` counts listings on unchanged pages too, `cards` those read that are cards or machines we know: the shares
    that are `priced` and `conditioned` are of them. `known` of the read ones were known, and `asking` of those had a
    price and have one; `moved` is the share of those that say something else now, by field, and `factor` what their
    prices were multiplied by, in the middle, where they moved (1 where they did not); `same_numbers` is the share of
    changed currencies whose amount stayed as it was.
    """

    shown: int = 0
    read: int = 0
    pages: int = 0
    repeats: float = 0.0
    cards: int = 0
    priced: float = 0.0
    conditioned: float = 0.0
    sold_by: float = 0.0
    linked: float = 0.0
    identified: float = 0.0
    currencies: Mapping[str, float] = field(default_factory=dict)
    medians: Mapping[str, int] = field(default_factory=dict)
    known: int = 0
    asking: int = 0
    moved: Mapping[str, float] = field(default_factory=dict)
    factor: float = 1.0
    same_numbers: float = 0.0

    def dump(self) -> dict[str, Any]:
        """As JSON values, shares to three digits."""
        return {name: _rounded(value) for name, value in asdict(self).items()}

    @classmethod
    def load(cls, kept: Mapping[str, Any]) -> "Measures":
        """What `dump` made; what another version kept beside is left out."""
        return cls(**{name: kept[name] for name in cls.__slots__ if name in kept})

    def counted(self) -> "Measures":
        """The same without what rests on how titles are read."""
        return replace(self, read=0, cards=0, medians={})


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    return {name: _rounded(one) for name, one in value.items()} if isinstance(value, dict) else value


def facts_of(outcome: Offer | Rejected) -> Facts:
    """What a visit says of one listing."""
    offer = outcome if isinstance(outcome, Offer) else None
    return Facts(
        price=offer.price.amount.quantize(CENT) if offer else None,
        currency=offer.price.currency if offer else "",
        condition=outcome.verdict.condition._value_,  # (a member's `value` takes five times as long)
        seller=outcome.raw.seller,
        url=outcome.raw.url,
        gpu=outcome.verdict.gpu,
        variant=outcome.verdict.variant,
    )


def read_as_today(before: Mapping[str, Facts], today: Mapping[str, Facts]) -> tuple[dict[str, Facts], float]:
    """What was believed, as today's rules read it, and the share of it that they read otherwise.

    `today` is what the rules make of what was printed then, by the same ids.
    """
    read = {
        site_id: old._replace(**{name: getattr(today[site_id], name) for name in _READ}) if site_id in today else old
        for site_id, old in before.items()
    }
    return read, _share(sum(read[site_id] != old for site_id, old in before.items()), len(before))


_READ = ("condition", "gpu", "variant")


def measure(
    outcomes: Sequence[Offer | Rejected],
    said: Mapping[str, Facts],
    before: Mapping[str, Facts],
    *,
    shown: int,
    pages: int,
    repeats: int,
    rates: Rates,
) -> Measures:
    """The numbers of a visit; `said` are the facts of its outcomes and `before` what was believed, by ids on the site.

    `repeats` counts entries that a page showed although an earlier one had.
    """
    cards = [outcome for outcome in outcomes if outcome.verdict.kind in SOLD and outcome.verdict.gpu is not None]
    offers = [outcome for outcome in cards if isinstance(outcome, Offer)]
    known = [(before[site_id], now) for site_id, now in said.items() if site_id in before]
    asking = [(old, now) for old, now in known if old.price is not None and now.price is not None]
    changed = [(old, now) for old, now in asking if old.currency != now.currency]
    return Measures(
        shown=shown,
        read=len(outcomes),
        pages=pages,
        repeats=_share(repeats, shown + repeats),
        cards=len(cards),
        priced=_share(
            len(cards) - sum(isinstance(one, Rejected) and one.reason in UNPRICED for one in cards), len(cards)
        ),
        conditioned=_share(sum(one.verdict.condition is not Condition.UNKNOWN for one in cards), len(cards)),
        sold_by=_share(_stated("raw.seller", outcomes), len(outcomes)),
        linked=_share(_stated("raw.url", outcomes), len(outcomes)),
        identified=_share(len(cards), len(outcomes)),
        currencies=_shares(offer.price.currency for offer in offers),
        medians=_medians(offers, rates),
        known=len(known),
        asking=len(asking),
        moved={**_moved(asking, _ASKED), **_moved(known, _PAIRED), **_lost(outcomes, before)},
        factor=_factor(asking),
        same_numbers=_share(sum(old.price == now.price for old, now in changed), len(changed)),
    )


def _stated(name: str, outcomes: Sequence[Offer | Rejected]) -> int:
    """How many listings say something in a field."""
    return sum(map(bool, map(attrgetter(name), outcomes)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _shares(names: Iterable[str]) -> dict[str, float]:
    count = Counter(names)
    return {name: number / count.total() for name, number in count.most_common()}


def _medians(offers: Sequence[Offer], rates: Rates) -> dict[str, int]:
    """The middle price of one card of each variant, in cents of USD at today's rates; what has no rate is left out."""
    asked: defaultdict[str, list[Offer]] = defaultdict(list)
    for offer in offers:
        if offer.verdict.variant and offer.price.currency in rates.usd_per_unit and not offer.auction:
            asked[offer.verdict.variant].append(offer)
    often = sorted(asked, key=lambda variant: (-len(asked[variant]), variant))[:MOST_VARIANTS]
    return {variant: round(median(_each_usd(one, rates) for one in asked[variant]) * 100) for variant in often}


def _each_usd(offer: Offer, rates: Rates) -> Decimal:
    return offer.price.amount * rates.usd_per_unit[offer.price.currency] / offer.verdict.quantity


_ASKED = ("price", "currency")
"""What an offer says and what is none does not: one that became a part has no other currency, it has none."""

_PAIRED = ("condition", "seller", "variant")


def _moved(pairs: Sequence[tuple[Facts, Facts]], names: Sequence[str]) -> dict[str, float]:
    """The share of listings that say something else now, by what they say, where any does."""
    differing = [(old, now) for old, now in pairs if old != now]
    found = {name: sum(_differ(old, now, name) for old, now in differing) for name in names}
    return {name: number / len(pairs) for name, number in found.items() if number}


def _lost(outcomes: Sequence[Offer | Rejected], before: Mapping[str, Facts]) -> dict[str, float]:
    """The share of the known offers that are cards still and have no price any more."""
    unpriced = [one for one in outcomes if isinstance(one, Rejected) and one.reason in UNPRICED]
    lost = sum(_asked(one, before) for one in unpriced)
    return {LOST: lost / sum(_asked(one, before) for one in outcomes)} if lost else {}


def _asked(outcome: Offer | Rejected, before: Mapping[str, Facts]) -> bool:
    old = before.get(outcome.raw.site_id)
    return old is not None and old.price is not None


LOST = "no price"


def _differ(old: Facts, now: Facts, name: str) -> bool:
    return bool(getattr(old, name) != getattr(now, name))


def _factor(asking: Sequence[tuple[Facts, Facts]]) -> float:
    """What the prices that moved were multiplied by, in the middle."""
    factors = [
        float(now.price / old.price) for old, now in asking if old.price and now.price and old.price != now.price
    ]
    return median(factors) if factors else 1.0
