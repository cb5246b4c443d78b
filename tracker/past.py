"""What rules read of the past, for the offers that watches want: a few statements for a whole visit."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from db import before, queries
from tracker.core.gpus import Catalogue
from tracker.core.market import CLASS_OF
from tracker.core.metrics import METRICS
from tracker.core.models import Condition, Priced
from tracker.core.rules import EVER, Change, Low, Past, Risk, Scope, Watch
from tracker.core.rules.past import Stood, lowest
from tracker.market import Judged, judged

Pair = tuple[Watch, Change]

Judge = Callable[[Iterable[Priced]], dict[int, Judged]]

BETTER = 3
"""So many better offers standing, and nobody need look whether the lowest of a group is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the past is read with: the specs, where the buyer is, and the time.

    `owed_at` is when alerts are owed, if not then; `replaying` says that the time is over, and what is on offer today
    says nothing about it.
    """

    catalogue: Catalogue
    country: str
    now: datetime
    owed_at: datetime | None = None
    replaying: bool = False


def known_past(conn: Connection, pairs: Sequence[Pair], scene: Scene, *, judge: Judge | None = None) -> dict[int, Past]:
    """What the rules of some watches need to know around the offers they want, by listing.

    Only what some rule asks about is read: own prices for `drop`, `any_change` and the listing's lowest, the lows of
    cards for `lowest`, and what cards are worth for `under_market` and `risk` (said by `judge`, if not by the market).
    """
    offers = {change.offer.listing_id: change.offer for _, change in pairs if not change.offer.auction}
    fresh = {change.offer.listing_id for _, change in pairs if change.event == "new"}
    remembering = _offers(pairs, offers, _asks_its_own)
    own = before.own_prices(conn, [one for one in remembering if one.listing_id not in fresh])
    priced = _offers(pairs, offers, _asks_worth)
    worth = judge(priced) if judge else judged(conn, priced, country=scene.country, now=scene.now)
    lows = _lows(conn, [(watch, change) for watch, change in pairs if change.offer.listing_id in offers], scene)
    return {
        listing_id: Past(
            own=own.get(listing_id, ()),
            lows=lows.get(listing_id, {}),
            worth=worth[listing_id][0] if listing_id in worth else None,
            signs=worth[listing_id][1] if listing_id in worth else (),
        )
        for listing_id in own.keys() | worth.keys() | lows.keys()
    }


def _offers(pairs: Iterable[Pair], offers: Mapping[int, Priced], asks: Callable[[Watch], bool]) -> list[Priced]:
    wanted = {change.offer.listing_id for watch, change in pairs if asks(watch)}
    return [offers[listing_id] for listing_id in wanted & offers.keys()]


def _asks_its_own(watch: Watch) -> bool:
    listing = watch.lowest is not None and watch.lowest_of is Scope.LISTING
    return watch.drop is not None or watch.any_change is not None or listing


def _asks_worth(watch: Watch) -> bool:
    return watch.under_market is not None or watch.risk is not Risk.MARK


# --- the lowest ---------------------------------------------------------------------------------------------------


def _lows(conn: Connection, pairs: Iterable[Pair], scene: Scene) -> dict[int, dict[str, Low]]:
    """The low that each offer must beat, by listing and watch."""
    of_cards: defaultdict[timedelta, list[Pair]] = defaultdict(list)
    of_groups: defaultdict[str, list[Pair]] = defaultdict(list)
    for watch, change in pairs:
        if watch.lowest is not None and watch.lowest_of is Scope.GROUP:
            of_groups[watch.name].append((watch, change))
        elif watch.lowest is not None and watch.lowest_of is Scope.VARIANT and change.offer.variant:
            of_cards[watch.lowest].append((watch, change))
    found: defaultdict[int, dict[str, Low]] = defaultdict(dict)
    for span, mine in of_cards.items():
        lows = _lows_of_cards(conn, mine, span, scene)
        for watch, change in mine:
            if low := lows.get(change.offer.listing_id):
                found[change.offer.listing_id][watch.name] = low
    for mine in of_groups.values():
        watch = mine[0][0]
        for listing_id, low in _lows_of_group(conn, mine, scene).items():
            found[listing_id][watch.name] = low
    return found


def _cell(offer: Priced) -> tuple[str | None, str]:
    """What an offer is the lowest of: its variant, in its class of conditions."""
    return offer.variant, CLASS_OF[Condition(offer.condition)].value


def _lows_of_cards(conn: Connection, pairs: Iterable[Pair], span: timedelta, scene: Scene) -> dict[int, Low]:
    pairs = list(pairs)
    cells = {_cell(change.offer) for _, change in pairs}
    variants = sorted({variant for variant, _ in cells if variant})
    since = scene.now - span
    stood = before.lowest_of_each(conn, variants, since=since, before=scene.now)
    watched = before.watched_since(conn, variants)
    lows = {}
    for _, change in pairs:
        cell = _cell(change.offer)
        if cell in stood and cell in watched:
            mine = _before(change.offer, stood[cell])
            lows[change.offer.listing_id] = lowest(mine, since=since, watched_since=watched[cell])
    return {listing_id: low for listing_id, low in lows.items() if low is not None}


def _before(offer: Priced, stood: Iterable[Stood]) -> list[Stood]:
    """All but what the offer itself asks today, which may have been stored by an earlier visit."""
    return [one for one in stood if not (one.today and one.listing_id == offer.listing_id)]


def _lows_of_group(conn: Connection, pairs: Sequence[Pair], scene: Scene) -> dict[int, Low]:
    watch, metric = pairs[0][0], METRICS[pairs[0][0].metric]
    if metric.more_is_better or (not scene.replaying and _beaten(conn, pairs, scene)):
        return {}
    lines = {gpu.id: line for gpu in watch.wanted.variants(scene.catalogue) if (line := metric.line(gpu, watch.basis))}
    conditions = list(watch.wanted.conditions or Condition)
    since = scene.now - (watch.lowest or EVER)
    stood = before.lowest_of_group(conn, lines, conditions, since=since, before=scene.now)
    classes = {CLASS_OF[one].value for one in conditions}
    watched = [at for (_, one), at in before.watched_since(conn, lines).items() if one in classes]
    offers = [change.offer for _, change in pairs if watched]
    lows = {one.listing_id: lowest(_before(one, stood), since=since, watched_since=min(watched)) for one in offers}
    return {listing_id: low for listing_id, low in lows.items() if low is not None}


def _beaten(conn: Connection, pairs: Sequence[Pair], scene: Scene) -> bool:
    """Whether several others on offer are better than the best of these by far more than a slip could be."""
    watch = pairs[0][0]
    metric = METRICS[watch.metric]
    mine = {change.offer.listing_id: metric.of(change.offer, watch.basis) for _, change in pairs}
    values = [value for value in mine.values() if value is not None]
    if not values:
        return True
    group = replace(watch.wanted, sites=(), sources=(), countries=(), max_outlay_usd=None, without=())
    best = queries.cheapest(
        conn, metric, wanted=group, basis=watch.basis, top=len(mine) + BETTER, catalogue=scene.catalogue
    )
    others = [metric.of(one, watch.basis) for one in best if one.listing_id not in mine]
    return sum(value is not None and value < min(values) for value in others) >= BETTER
