"""What a visit, or a new watch, has to say: the rules over what changed, in the transaction that stored it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from db import outbox, queries, told
from db.before import gone_before
from db.sql import LISTING, SET_ASIDE
from db.told import Held, Remembered
from tracker.core.flat import MOST_OFFERS, flat_alert
from tracker.core.rules import Alert, Answer, Change, Event, Index, Past, Rule, Told, Watch, answers, summarise, told_by
from tracker.core.rules.relisting import stands_in_for
from tracker.market import Judged, judged
from tracker.past import Scene, known_past


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What a visit brought: its source, what changed, whether it was the source's first, and whether it showed all."""

    source: str
    source_id: int
    changes: Sequence[Change]
    first: bool
    whole: bool = False


def say(tx: Connection, index: Index, visit: Visit, scene: Scene) -> int:
    """Owe every alert that a visit gives reason for, and keep in mind what was told; returns how many are new.

    A source's first visit is history, told once a watch in one summary; after that every change is news.
    """
    if visit.first:
        occasion = f"first visit of {visit.source}"
        return summary(tx, list(index.pairs(visit.changes)), scene, occasion=occasion)
    changed = {change.offer.listing_id for change in visit.changes}
    waiting = _held(tx, index, scene)
    no_more = [Remembered(watch=one.watch, listing_id=one.listing_id, rules={}, held=frozenset()) for one in waiting]
    changes = [
        *_with_relisted(tx, index, visit, scene.now),
        *(change for change in _ending(tx, index, scene) if change.offer.listing_id not in changed),
    ]
    again = [pair for pair in _again(tx, index, waiting, scene) if pair[1].offer.listing_id not in changed]
    pairs = [*index.pairs(changes), *again]
    told.remember(tx, no_more)
    if not pairs:
        return 0
    past = known_past(tx, pairs, scene)
    ids = {number for _, change in pairs for number in (change.offer.listing_id, change.relists) if number is not None}
    known = told.told(tx, ids)
    found = list(answers(index, changes, told=known, past=past))
    for watch, change in again:
        found += answers([watch], [change], told=known, past=past)
    alerts = [answer.alert for answer in found if answer.told]
    owed = _owe(tx, alerts, scene, past)
    told.remember(tx, [remembered(answer, scene.now) for answer in found])
    return owed


def summary(tx: Connection, pairs: Sequence[tuple[Watch, Change]], scene: Scene, *, occasion: str) -> int:
    """Owe one alert a watch about all that answers it already; returns how many are new."""
    past = known_past(tx, pairs, scene)
    alerts = list(summarise(pairs, occasion=occasion, at=scene.now, past=past))
    owed = _owe(tx, alerts, scene, past)
    told.remember(tx, [entry for alert in alerts for entry in _in_summary(alert, scene.now)])
    return owed


def _owe(tx: Connection, alerts: Sequence[Alert], scene: Scene, past: Mapping[int, Past]) -> int:
    """Owe alerts, each offer that is spelled out with what the card is worth and what speaks against it."""
    shown = {change.offer.listing_id: change.offer for alert in alerts for change in alert.changes[:MOST_OFFERS]}
    known = {number: (own.worth, own.signs) for number, own in past.items() if own.worth is not None}
    rest = [offer for number, offer in shown.items() if number not in known]
    about = {**known, **judged(tx, rest, country=scene.country, now=scene.now)}
    owed = (_owed(alert, about, scene.now) for alert in alerts)
    return outbox.owe(tx, owed, now=scene.owed_at or scene.now)


def _owed(alert: Alert, about: Mapping[int, Judged], now: datetime) -> outbox.Owed:
    changes = tuple(
        replace(change, worth=about[change.offer.listing_id][0], signs=about[change.offer.listing_id][1])
        if change.offer.listing_id in about
        else change
        for change in alert.changes[:MOST_OFFERS]
    )
    said = replace(alert, changes=(*changes, *alert.changes[MOST_OFFERS:]))
    return outbox.Owed(
        key=alert.key,
        kind=alert.kind,
        watch=alert.watch.name,
        payload=flat_alert(said, created_at=now),
        channels=alert.watch.notify,
    )


# --- what else has changed ----------------------------------------------------------------------------------------


def _with_relisted(tx: Connection, index: Index, visit: Visit, now: datetime) -> Iterator[Change]:
    """The changes, new listings that stand in for old ones marked so."""
    new = [change.offer for change in visit.changes if change.event is Event.NEW and index.asking(change.offer)]
    gone = gone_before(tx, new, now=now, shown_whole=visit.source_id if visit.whole else None)
    for change in visit.changes:
        if gone and change.event is Event.NEW:
            yield replace(change, relists=stands_in_for(change.offer, visit.source_id, gone))
        else:
            yield change


def _ending(tx: Connection, index: Index, scene: Scene) -> Iterator[Change]:
    """The auctions whose end is near enough for some watch, whichever source showed them."""
    longest = max((watch.auction_ends for watch in index.watches if watch.auction_ends), default=None)
    if longest is None:
        return
    c = LISTING.c
    soon = (c.on_offer, c.auction, c.ends_at > scene.now, c.ends_at <= scene.now + longest)
    for offer in queries.offers(tx, *soon, LISTING.c.id.not_in(SET_ASIDE), catalogue=scene.catalogue):
        yield Change(event=Event.ENDING, offer=offer, noticed_at=scene.now)


def _held(tx: Connection, index: Index, scene: Scene) -> list[Held]:
    """What a cool-down kept silent, where it is over."""
    cooling = {watch.name: watch.cool_down for watch in index.watches}
    waiting = told.held(tx) if any(cooling.values()) else []
    return [one for one in waiting if one.watch in cooling and scene.now - one.at >= cooling[one.watch]]


def _again(tx: Connection, index: Index, waiting: Sequence[Held], scene: Scene) -> Iterator[tuple[Watch, Change]]:
    """What waited, as what it was when it happened, for the watch that waited."""
    by_number: defaultdict[int, dict[str, Held]] = defaultdict(dict)
    for one in waiting:
        by_number[one.listing_id][one.watch] = one
    here = (LISTING.c.id.in_(by_number), LISTING.c.on_offer, LISTING.c.id.not_in(SET_ASIDE))
    for offer in queries.offers(tx, *here, catalogue=scene.catalogue) if by_number else ():
        change = Change(event=Event.PRICE, offer=offer, noticed_at=scene.now)
        for watch, _ in index.pairs([change]):
            if waited := by_number[offer.listing_id].get(watch.name):
                event = next((event for rule, event in _HAPPENED.items() if rule in waited.rules), Event.PRICE)
                yield watch, replace(change, event=event)


_HAPPENED = {Rule.NEW: Event.NEW, Rule.BACK: Event.BACK}
"""What must have happened for a rule to speak, where that is more than a price."""


# --- what is kept in mind -----------------------------------------------------------------------------------------


def remembered(answer: Answer, now: datetime) -> Remembered:
    """What is to be kept in mind of an answer: what was said now, and what is still true of what was said before."""
    unit_usd = answer.change.offer.unit_usd
    said = {reason.rule: Told(at=now, fitted_at=now, unit_usd=unit_usd) for reason in answer.told}
    quiet = {rule: replace(last, fitted_at=now) for rule, last in answer.quiet}
    held = frozenset[Rule]() if answer.told else answer.held or None
    return Remembered(watch=answer.watch.name, listing_id=answer.change.offer.listing_id, rules=quiet | said, held=held)


def _in_summary(alert: Alert, now: datetime) -> Iterator[Remembered]:
    for offer, rules in told_by(alert):
        last = Told(at=now, fitted_at=now, unit_usd=offer.unit_usd)
        told_now = dict.fromkeys(rules, last)
        yield Remembered(watch=alert.watch.name, listing_id=offer.listing_id, rules=told_now, held=frozenset())
