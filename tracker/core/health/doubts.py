"""What is not believed of a visit: its numbers held against those of the visits that were believed before it.

Listings seen before are the best witnesses: a market does not give half of them another currency over night, a parser
that reads the wrong element does. Where listings come and go, shares and counts are compared with the middle of the
past, and its own unrest is allowed for.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log10
from statistics import median

from tracker.core.health.measures import LOST, Measures


class Field(StrEnum):
    """What may be doubted of a visit."""

    COUNT = "count"
    PRICE = "price"
    CURRENCY = "currency"
    CONDITION = "condition"
    SELLER = "seller"
    URL = "url"
    IDENTITY = "identity"
    RECOGNISED = "recognised"


OF_READING = frozenset({Field.CONDITION, Field.IDENTITY, Field.RECOGNISED})
"""What rests on how titles are read: by other rules the same page says something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One thing not believed, and the sentence that says why.

    What is `stubborn` is not believed more for being repeated: a parser that reads wrongly does so at every visit. Only
    a person, or the old picture, ends such a doubt.
    """

    field: Field
    why: str
    stubborn: bool = False


FEWER = 0.6
"""Below this share of what is usual listings are missing: a walk that lost one of two pages falls to a half."""

MORE = 2.0
"""Above this multiple of what is usual something else may be shown, or somebody empties a warehouse."""

FEW = 6
"""Where fewer listings are usual, their coming and going says nothing."""

UNREST = 4 * 1.4826
"""Four standard deviations, as medians of absolute deviations: what a restless source does by itself."""

DROP = 0.3
"""A share that falls by more than this has lost something: 0.3 of a list is not renewed between two visits."""

MOST = 0.5
"""So large a share of known listings does not change one and the same field between two visits."""

WITNESSES = 3
"""Known listings, or listings of a variant, needed before their changes are taken for the page's."""

PRICE_FACTOR = 2.0
"""Prices that most known listings multiply or divide by more than this are not a sale, as a rule."""

SLIP = 0.02
"""A factor so near a power of ten is a decimal point that moved."""

PAST = 3
"""Believed visits needed before what is usual is known."""


def doubts(now: Measures, past: Sequence[Measures], *, whole: bool = True) -> tuple[Doubt, ...]:
    """What is not believed of a visit, given the believed ones before it, the newest first.

    `whole` is False for a walk that ended early, or whose pages shifted under it: its count says nothing.
    """
    found: list[Doubt | None] = [_price(now, past), _currency(now, past), *_moved(now), *_fallen(now, past)]
    if whole:
        found.append(_count(now, past))
    first = {doubt.field: doubt for doubt in reversed(found) if doubt is not None}
    return tuple(first[name] for name in Field if name in first)


def _count(now: Measures, past: Sequence[Measures]) -> Doubt | None:
    if not past:
        return None
    counts = [one.shown for one in past]
    usual, unrest = median(counts), UNREST * _deviation(counts)
    if usual < FEW or not now.shown:
        return None
    said = (
        f"{now.shown} listings on {_pages(now.pages)}, usually {usual:g} on {_pages(median(one.pages for one in past))}"
    )
    if now.shown < FEWER * usual and usual - now.shown > unrest:
        return Doubt(field=Field.COUNT, why=f"{said}: nothing is taken for sold")
    if len(past) >= PAST and now.shown > MORE * usual and now.shown - usual > unrest:
        return Doubt(field=Field.COUNT, why=said)
    return None


def _pages(number: float) -> str:
    return "1 page" if number == 1 else f"{number:g} pages"


def _deviation(values: Sequence[float]) -> float:
    """The median absolute deviation."""
    middle = median(values)
    return median(abs(value - middle) for value in values)


def emptiness(
    now: Measures, past: Sequence[Measures], *, on_offer_before: int, complete: bool, canary: bool | None
) -> Doubt | None:
    """Why a visit that showed nothing is not believed; None where it is, or where it showed something.

    `canary` says whether a query that always has results still has them, None where none was asked. Without it an
    emptiness is believed only after another, or where a window was found empty before.
    """
    if now.shown or canary or (past and not past[0].shown):
        return None
    always = len(past) >= PAST and all(one.shown for one in past)
    if canary is None and not (on_offer_before and (complete or always)):
        return None
    why = f"no listing at all, where {on_offer_before} were on offer: nothing is ended until it is seen again"
    if canary is False:
        why = "no listing at all, and none for the canary either, which always has some"
    return Doubt(field=Field.COUNT, why=why, stubborn=True)


# --- prices -------------------------------------------------------------------------------------------------------


def _price(now: Measures, past: Sequence[Measures]) -> Doubt | None:
    if now.known >= WITNESSES and (lost := now.moved.get(LOST, 0.0)) >= MOST:
        return Doubt(field=Field.PRICE, why=f"{1 - lost:.0%} of the known offers still have a price", stubborn=True)
    moved = now.moved.get("price", 0.0)
    slipped = _is_slip(now.factor) and _are_witnesses(now)
    if moved >= MOST and (slipped or (now.asking >= WITNESSES and _is_far(now.factor))):
        why = f"{moved:.0%} of {now.asking} known listings ask {now.factor:.3g} times what they did"
        return _price_doubt(why, now.factor)
    ratios = [ratio for variant in now.medians if (ratio := _ratio(variant, now, past)) is not None]
    if len(ratios) >= WITNESSES and _is_far(factor := median(ratios)):
        return _price_doubt(f"{len(ratios)} cards cost {factor:.3g} times what they usually do here", factor)
    return None


def _are_witnesses(now: Measures) -> bool:
    """Whether known listings may speak for the page: three, or all its cards; one among new ones changed by itself."""
    return now.asking >= min(WITNESSES, max(now.cards, 1))


def _price_doubt(why: str, factor: float) -> Doubt:
    return Doubt(field=Field.PRICE, why=why, stubborn=_is_slip(factor))


def _ratio(variant: str, now: Measures, past: Sequence[Measures]) -> float | None:
    """The median price of a variant as a multiple of what it usually is; None where there is no usual one."""
    before = [one.medians[variant] for one in past if variant in one.medians]
    usual = median(before) if len(before) >= min(PAST, len(past)) and before else 0
    return now.medians[variant] / usual if usual else None


def _is_far(factor: float) -> bool:
    return not 1 / PRICE_FACTOR <= factor <= PRICE_FACTOR


def _is_slip(factor: float) -> bool:
    """Whether a factor is ten, a hundred, a thousand or one of their inverses, as a moved decimal point makes it."""
    if factor <= 0:
        return False
    powers = log10(factor)
    return round(powers) != 0 and abs(powers - round(powers)) < log10(1 + SLIP)


def _currency(now: Measures, past: Sequence[Measures]) -> Doubt | None:
    moved = now.moved.get("currency", 0.0)
    usual = {name for one in past for name, share in one.currencies.items() if share}
    named = ", ".join(name for name in now.currencies) or "no currency"
    if moved >= MOST and _are_witnesses(now):
        same = now.same_numbers >= MOST
        amounts = "the amounts as they were" if same else "other amounts"
        why = f"{moved:.0%} of {now.asking} known listings are in another currency ({named}), {amounts}"
        return Doubt(field=Field.CURRENCY, why=why, stubborn=same)
    strange = sum(share for name, share in now.currencies.items() if name not in usual)
    if len(past) >= PAST and usual and now.read >= WITNESSES and strange > MOST:
        return Doubt(field=Field.CURRENCY, why=f"prices in {named}, until now in {', '.join(sorted(usual))}")
    return None


# --- fields -------------------------------------------------------------------------------------------------------

_PAIRED = {"condition": Field.CONDITION, "seller": Field.SELLER, "variant": Field.IDENTITY}


def _moved(now: Measures) -> Iterator[Doubt]:
    """What most known listings say otherwise."""
    for name, doubted in _PAIRED.items():
        moved = now.moved.get(name, 0.0)
        if now.known >= WITNESSES and moved > MOST:
            yield Doubt(field=doubted, why=f"{moved:.0%} of {now.known} known listings have another {name}")


_SHARES: tuple[tuple[Field, str, Callable[[Measures], float]], ...] = (
    (Field.PRICE, "a price", lambda one: one.priced),
    (Field.CONDITION, "a condition", lambda one: one.conditioned),
    (Field.SELLER, "a seller", lambda one: one.sold_by),
    (Field.URL, "an address", lambda one: one.linked),
    (Field.RECOGNISED, "a card we know", lambda one: one.identified),
)


_OF_CARDS = frozenset({Field.PRICE, Field.CONDITION})


def _fallen(now: Measures, past: Sequence[Measures]) -> Iterator[Doubt]:
    """Shares that are lower than they usually are."""
    past = [one for one in past if one.read >= FEW]
    if len(past) < PAST or now.read < FEW:
        return
    for doubted, named, share_of in _SHARES:
        if doubted in _OF_CARDS and now.cards < WITNESSES:
            continue
        shares = [share_of(one) for one in past]
        usual, share = median(shares), share_of(now)
        if usual - share > max(DROP, UNREST * _deviation(shares)):
            why = f"{share:.0%} of {now.read} listings have {named}, usually {usual:.0%}"
            yield Doubt(field=doubted, why=why, stubborn=doubted is Field.PRICE)
