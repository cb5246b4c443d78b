"""The cheapest ways to a memory goal from what is on offer: real listings in sufficient quantity, a front of them.

Lots are bought whole unless the price is for each card; owned cards cost nothing. What is bought for one plan is of
one family, or of two where the goal allows a mix. Nothing in the front is beaten by another plan in price, memory,
bandwidth and watts together, where cards that lack bf16 never beat cards that have it: the search is exact. A machine
with unified memory is a plan of its own and compared with machines only, for cards need a computer beside them.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile
from operator import attrgetter

from tracker.core.front import CENTS, NEVER, Key, Kind, Limits, Pile, cheapest_ways, front, mixed_front
from tracker.core.landed import ESTIMATED
from tracker.core.models import Gpu, Priced
from tracker.core.money import Flag
from tracker.core.rig import Load, Rig, assemble

CENT = Decimal("0.01")

MOST_CARDS = 8
"""Cards of one plan unless the goal names fewer: what a mainboard with splitters holds."""

SAID = {
    ESTIMATED: "shipping is your estimate",
    Flag.FROM: "the price is the lowest of several",
    Flag.RANGE: "the price is the lowest of several",
    Flag.APPROXIMATE: "the price is approximate",
    Flag.EX_VAT: "VAT comes on top of the price",
}
"""What a listing's flags mean for a plan that rests on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What is to be reached, and what may not be exceeded; None is no limit.

    `vram_gb` is memory as printed on the cards, `watts` the boards' power under load, `slots` case slots, `own` the
    cards at hand, `load` the model to be run. `rent_usd_per_hour` is what renting all of it costs instead.
    """

    vram_gb: float
    budget_usd: Decimal | None = None
    watts: int | None = None
    slots: float | None = None
    bf16: bool = False
    max_cards: int = MOST_CARDS
    own: tuple[tuple[Gpu, int], ...] = ()
    modded: bool = True
    mixed: bool = False
    load: Load | None = None
    rent_usd_per_hour: Decimal | None = None
    usd_per_kwh: Decimal = Decimal("0.15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """Some cards of one listing, or of one's own where `listing` is None; `usd` is for all of them, ready to use."""

    gpu: Gpu
    count: int
    usd: Decimal
    listing: Priced | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One way to the goal: what to buy, for how much, and what comes of it.

    `rent_hours` is how long it takes to beat renting; None where nobody asked, power is unknown, or it never does.
    """

    picks: tuple[Pick, ...]
    price_usd: Decimal
    usd_per_gb: Decimal
    rig: Rig
    rent_hours: Decimal | None
    caveats: tuple[str, ...]

    @property
    def make_up(self) -> tuple[str, ...]:
        """The kinds of cards it is made of."""
        return tuple(sorted({pick.gpu.id for pick in self.picks}))


def plans(offers: Sequence[Priced], goal: Goal, *, top: int | None = None) -> list[Plan]:
    """The ways to the goal that no other beats, cheapest first; with `top` so many of them."""
    stock = stocked(offers, goal)
    listings = {offer.listing_id: offer for kept in stock.values() for offer in kept}
    owned = {gpu.id: gpu for gpu, _ in goal.own}
    return [_plan(tuple(_picks(pile, listings, owned)), goal) for pile in _front(stock, goal, top)]


def _front(stock: Mapping[Gpu, Sequence[Priced]], goal: Goal, top: int | None) -> list[Pile]:
    """One family and the owned cards; two families in a mix; a machine alone."""
    limits = limits_of(goal)
    owned = [
        _kind(gpu, [(gpu.id, dict.fromkeys(range(1, count + 1), 0))], goal)
        for gpu, count in goal.own
        if gpu.bf16 is True or not goal.bf16
    ]
    families: defaultdict[str, list[Kind]] = defaultdict(list)
    machines: list[Kind] = []
    for gpu, offers in stock.items():
        group = machines if gpu.kind == "unified" else families[gpu.family]
        group.append(_kind(gpu, [(offer.listing_id, _prices(offer, goal.max_cards)) for offer in offers], goal))
    cards = front([owned, *([*kinds, *owned] for kinds in families.values())], limits)
    if goal.mixed:
        cards = mixed_front([*families.values()], cards, owned, limits, top)
    beside = front([[machine] for machine in machines], limits)
    return sorted([*cards, *beside], key=lambda pile: pile.amounts[CENTS])[:top]


# --- what is on offer ---------------------------------------------------------------------------------------------


def stocked(offers: Sequence[Priced], goal: Goal) -> dict[Gpu, list[Priced]]:
    """What may be bought, by variant: a known card that the goal admits, at a price in USD; a bid is no price."""
    admitted: dict[str, list[Priced] | None] = {}
    stock: dict[Gpu, list[Priced]] = {}
    for offer in offers:
        gpu = offer.spec
        if gpu is None or offer.unit_usd is None or offer.auction or (offer.modded and not goal.modded):
            continue
        if gpu.id not in admitted:
            admitted[gpu.id] = stock.setdefault(gpu, []) if admits(gpu, goal) else None
        if (kept := admitted[gpu.id]) is not None:
            kept.append(offer)
    return {gpu: needed(kept, goal.max_cards) for gpu, kept in stock.items()}


def needed(offers: Sequence[Priced], most: int) -> list[Priced]:
    """The offers of one variant that a cheapest set of at most `most` cards may need, cheapest per card first.

    Once `most` single cards are cheaper than a listing, some of them can always take its place. A cent per card covers
    what rounding a lot's price to each card may hide.
    """
    ranked = sorted(offers, key=attrgetter("unit_usd"))
    singles = [offer.unit_usd for offer in ranked if offer.quantity == 1 and offer.unit_usd is not None][:most]
    if len(singles) < most:
        return ranked
    highest = singles[-1] + CENT
    return [*takewhile(lambda offer: offer.unit_usd is not None and offer.unit_usd <= highest, ranked)]


def admits(gpu: Gpu, goal: Goal) -> bool:
    """Whether a variant may be part of a plan; a fact that is unknown meets no limit set on it."""
    limited = (
        (goal.bf16, gpu.bf16),
        (not goal.modded, gpu.status == "official"),
        (goal.watts is not None, gpu.tdp_w is not None),
        (goal.slots is not None, gpu.slots is not None or gpu.kind == "unified"),
    )
    return gpu.vram_gb is not None and all(met for asked, met in limited if asked)


def limits_of(goal: Goal) -> Limits:
    """The goal in the whole numbers of the search."""
    return Limits(
        memory=_mb(goal.vram_gb),
        cents=NEVER if goal.budget_usd is None else int(goal.budget_usd * 100),
        watts=NEVER if goal.watts is None else goal.watts,
        slots=NEVER if goal.slots is None else int(goal.slots * 10),
        cards=goal.max_cards,
    )


def cents_for(offer: Priced, count: int) -> int:
    """What some cards of a listing cost, ready to use; of a price for each, shipping is paid once for any number.

    Raises ValueError for a listing without a price in USD, which is never stocked.
    """
    if offer.unit_usd is None or offer.landed_usd is None:
        raise ValueError(f"listing {offer.listing_id} has no price in USD")
    if offer.quantity == 1:
        return round(offer.unit_usd * 100)
    share = Decimal(1)
    if count < offer.quantity:
        shipping = offer.shipping or Decimal(0)
        share = (offer.price * count + shipping) / (offer.price * offer.quantity + shipping)
    addons = round(offer.unit_usd - offer.landed_usd / offer.quantity, 2)
    return round((offer.landed_usd * share + addons * count) * 100)


def _prices(offer: Priced, most: int) -> dict[int, int]:
    """Cents for each number of cards of a listing that may be bought: all of a lot, or any at a price for each."""
    least = 1 if Flag.EACH in offer.flags else offer.quantity
    return {count: cents_for(offer, count) for count in range(least, min(offer.quantity, most) + 1)}


def _kind(gpu: Gpu, listings: Sequence[tuple[Key, Mapping[int, int]]], goal: Goal) -> Kind:
    slots = 0.0 if goal.slots is None or gpu.kind == "unified" else gpu.slots
    return Kind(
        memory=_mb(gpu.vram_gb or 0),
        bandwidth=None if gpu.board_bandwidth_gb_s is None else round(gpu.board_bandwidth_gb_s * 1000),
        watts=gpu.tdp_w,
        plain=gpu.bf16 is not True,
        slots=None if slots is None else round(slots * 10),
        ways=cheapest_ways(listings, 1 if gpu.kind == "unified" else goal.max_cards),
    )


def _mb(vram_gb: float) -> int:
    return round(vram_gb * 1024)


# --- what comes of it ---------------------------------------------------------------------------------------------


def _picks(pile: Pile, listings: Mapping[int, Priced], owned: Mapping[str, Gpu]) -> Iterator[Pick]:
    for key, count, cents in pile.lots:
        usd = Decimal(cents).scaleb(-2)
        if isinstance(key, str):
            yield Pick(gpu=owned[key], count=count, usd=usd)
        elif spec := listings[key].spec:
            yield Pick(gpu=spec, count=count, usd=usd, listing=listings[key])


def _plan(picks: tuple[Pick, ...], goal: Goal) -> Plan:
    rig = assemble([pick.gpu for pick in picks for _ in range(pick.count)], goal.load)
    price_usd = sum((pick.usd for pick in picks), Decimal(0))
    return Plan(
        picks=picks,
        price_usd=price_usd,
        usd_per_gb=price_usd / Decimal(str(rig.vram_gb)),
        rig=rig,
        rent_hours=_rent_hours(price_usd, rig.watts_busy, goal),
        caveats=(*rig.caveats, *dict.fromkeys(_terms(picks))),
    )


def _rent_hours(price_usd: Decimal, watts: int | None, goal: Goal) -> Decimal | None:
    """Hours under load after which the price is saved: rent less one's own electricity, resale left aside."""
    if goal.rent_usd_per_hour is None or watts is None:
        return None
    saved_usd = goal.rent_usd_per_hour - Decimal(watts) / 1000 * goal.usd_per_kwh
    return price_usd / saved_usd if saved_usd > 0 else None


def _terms(picks: Sequence[Pick]) -> Iterator[str]:
    """What the listings themselves give to think of."""
    for listing in (pick.listing for pick in picks if pick.listing):
        if not listing.shipping_known and ESTIMATED not in listing.flags:
            yield "shipping is not stated and not included"
        yield from (SAID[flag] for flag in listing.flags if flag in SAID)
