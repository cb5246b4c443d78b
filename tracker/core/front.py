"""Which sets of lots nothing beats: an exact search over whole numbers, without knowing what is bought.

Amounts are whole numbers so that sums are exact, and signed so that less is better in each: cents, −MB of memory,
−MB/s, watts, cards that lack bf16, tenths of a slot, cards. One pile beats another when it is nowhere worse. An unknown
amount is worse than any known one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from operator import add
from typing import NamedTuple

UNKNOWN = 10**15
"""Stands for an amount nobody knows: worse than any sum of known ones."""

NEVER = 10**18
"""A limit that nothing reaches, UNKNOWN included."""

CENTS, MEMORY, BANDWIDTH, WATTS, PLAIN, SLOTS, CARDS = range(7)
"""Where each amount stands."""

FEW = 50
"""So many piles are carried along sooner than compared with one another."""

COMPARED = 5
"""What plans are compared by: cents, memory, bandwidth, watts, and whether all cards have bf16."""

Key = int | str
"""What a lot is known by."""

Lots = tuple[tuple[Key, int, int], ...]
"""Lots in buying order: key, number of cards, cents."""


class Pile(NamedTuple):
    """Some lots bought together, and what they amount to."""

    amounts: tuple[int, ...]
    lots: Lots


NOTHING = Pile((0,) * 7, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a pile must reach and may not exceed: MB of memory; cents, watts, tenths of a slot, cards."""

    memory: int
    cents: int = NEVER
    watts: int = NEVER
    slots: int = NEVER
    cards: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of card: its amounts (None is unknown), and the cheapest way to exactly 1, 2, … of them."""

    memory: int
    bandwidth: int | None
    watts: int | None
    plain: bool
    slots: int | None
    ways: tuple[tuple[int, Lots] | None, ...]

    def piles(self) -> list[Pile]:
        """Its cheapest ways as piles, by number of cards."""
        bandwidth = UNKNOWN if self.bandwidth is None else -self.bandwidth
        watts, slots = (UNKNOWN if amount is None else amount for amount in (self.watts, self.slots))
        return [
            Pile((way[0], -self.memory * n, bandwidth * n, watts * n, self.plain * n, slots * n, n), way[1])
            for n, way in enumerate(self.ways, start=1)
            if way
        ]


def cheapest_ways(listings: Iterable[tuple[Key, Mapping[int, int]]], most: int) -> tuple[tuple[int, Lots] | None, ...]:
    """The cheapest ways to exactly 1 … `most` cards of one kind, from listings that sell some numbers at some cents.

    A pile of `most` cards that buys n of them in one listing holds at most `most` − n other listings, so beyond the
    `most` − n + 1 cheapest for n cards none is needed: one of those is free to take its place.
    """
    options = list(listings)
    by_number: dict[int, list[tuple[int, int]]] = {}
    for place, (_, sold) in enumerate(options):
        for number, cents in sold.items():
            if number <= most:
                by_number.setdefault(number, []).append((cents, place))
    needed = {place for number, found in by_number.items() for _, place in sorted(found)[: most - number + 1]}
    best: list[tuple[int, Lots] | None] = [(0, ()), *[None] * most]
    for key, sold in (options[place] for place in sorted(needed)):
        before = list(best)
        for number, cents in sold.items():
            for total in range(number, most + 1):
                rest, now = before[total - number], best[total]
                if rest and (now is None or (rest[0] + cents, len(rest[1]) + 1) < (now[0], len(now[1]))):
                    best[total] = (rest[0] + cents, (*rest[1], (key, number, cents)))
    return tuple(best[1:])


def front(groups: Iterable[Sequence[Kind]], limits: Limits) -> list[Pile]:
    """The piles within limits that no other beats in what plans are compared by, cheapest first.

    Kinds of one group may stand together in a pile; kinds of different groups never do.
    """
    return unbeaten((pile for group in groups for pile in combined(group, limits)), width=COMPARED)


def mixed_front(
    families: Sequence[Sequence[Kind]], alone: Sequence[Pile], owned: Sequence[Kind], limits: Limits, top: int | None
) -> list[Pile]:
    """The `top` cheapest piles (None: all) of one or two families that no other beats; `alone` are those of one.

    What is dearer cannot beat what is cheaper, so two families are sought only up to the price of the `top`-th pile
    of one, and further while that gives too few.
    """
    prices = [way[0] for kinds in families for kind in kinds for way in kind.ways if way]
    highest = min(limits.cents, sum(prices))
    ceiling, growth = highest, 1.25
    if top is not None:
        ceiling = min(highest, alone[: top // 10 + 1][-1].amounts[CENTS] if alone else min(prices, default=0))
    while True:
        within = replace(limits, cents=ceiling)
        pairs = [pile for pair in _pairs(families, owned, within) for pile in combined([*pair, *owned], within)]
        found = unbeaten([*alone, *pairs], width=COMPARED)
        sure = found if ceiling >= highest else [pile for pile in found if pile.amounts[CENTS] <= ceiling]
        if ceiling >= highest or top is None or len(sure) >= top:
            return sure[:top]
        ceiling, growth = min(highest, int(ceiling * growth) + 1), growth * growth


def _pairs(families: Sequence[Sequence[Kind]], owned: Sequence[Kind], limits: Limits) -> Iterator[list[Kind]]:
    """Every two families that may reach the memory together, with what is owned, within the limit in cents."""
    missing = limits.memory - sum(kind.memory * len([way for way in kind.ways if way]) for kind in owned)
    known = [(kinds, max(kind.memory for kind in kinds), _floor(kinds, limits.cards)) for kinds in families]
    within = [one for one in known if one[2][1] <= limits.cents]
    for (one, memory, floor), (other, others_memory, others_floor) in combinations(within, 2):
        for count in range(1, limits.cards):
            more = max(1, -((memory * count - missing) // others_memory))
            if count + more <= limits.cards and floor[count] + others_floor[more] <= limits.cents:
                yield [*one, *other]
                break


def _floor(kinds: Sequence[Kind], most: int) -> list[int]:
    """The least that 0, 1, 2, … `most` or more cards of some kinds cost."""
    floor = [0] + [NEVER] * most
    for kind in kinds:
        cents = [0, *(way[0] if way else NEVER for way in kind.ways)]
        least = [min(cents[count:], default=NEVER) for count in range(most + 1)]
        floor = [min(floor[count - n] + (least[n] if n else 0) for n in range(count + 1)) for count in range(most + 1)]
    return floor


def combined(kinds: Sequence[Kind], limits: Limits) -> list[Pile]:
    """The piles of one group within limits, but for such as another of the group beats in every amount."""
    order = sorted(kinds, key=lambda kind: -kind.memory)
    piles = [NOTHING]
    for place, kind in enumerate(order):
        later = order[place + 1].memory if place + 1 < len(order) else 0
        grown = (_together(pile, way) for way in kind.piles() for pile in piles if _affordable(pile, way, limits))
        within = [pile for pile in (*piles, *grown) if _may_do(pile.amounts, limits, later)]
        piles = unbeaten(within, width=len(NOTHING.amounts)) if len(within) > FEW else within
    return [pile for pile in piles if pile.lots]


def _together(one: Pile, other: Pile) -> Pile:
    return Pile(tuple(map(add, one.amounts, other.amounts)), one.lots + other.lots)


def _affordable(one: Pile, other: Pile, limits: Limits) -> bool:
    """Whether two piles together are within the limits that bind most often; what is not is not even built."""
    return (
        one.amounts[CENTS] + other.amounts[CENTS] <= limits.cents
        and one.amounts[CARDS] + other.amounts[CARDS] <= limits.cards
    )


def _may_do(amounts: Sequence[int], limits: Limits, later: int) -> bool:
    """Whether a pile is within limits and can still reach the memory with cards of at most `later` MB each."""
    return (
        amounts[CENTS] <= limits.cents
        and amounts[WATTS] <= limits.watts
        and amounts[SLOTS] <= limits.slots
        and amounts[CARDS] <= limits.cards
        and (limits.cards - amounts[CARDS]) * later - amounts[MEMORY] >= limits.memory
    )


def unbeaten(piles: Iterable[Pile], *, width: int) -> list[Pile]:
    """The piles that no other beats in their first `width` amounts, cheapest first; of equals the one of fewest lots.

    Going by price, a pile can only be beaten by one before it, and of those the ones that are best in the other
    amounts are enough to compare with.
    """
    kept: list[Pile] = []
    best: list[tuple[int, ...]] = []
    ranked = sorted((_comparable(pile, width), len(pile.lots), place, pile) for place, pile in enumerate(piles))
    for amounts, _, _, pile in ranked:
        if not any(_beats(other, amounts) for other in best):
            kept.append(pile)
            best = [other for other in best if not _beats(amounts, other)]
            best.append(amounts)
    return kept


def _comparable(pile: Pile, width: int) -> tuple[int, ...]:
    """The amounts to compare, the others even: unknown is unknown however much is known, and one plain card decides."""
    known = [UNKNOWN if amount > UNKNOWN // 2 else amount for amount in pile.amounts[:width]]
    known[PLAIN] = min(known[PLAIN], 1)
    return (*known, *NOTHING.amounts[width:])


def _beats(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether one is nowhere worse than another, the price left aside; written out, for it is asked most often."""
    return a[1] <= b[1] and a[2] <= b[2] and a[3] <= b[3] and a[4] <= b[4] and a[5] <= b[5] and a[6] <= b[6]
