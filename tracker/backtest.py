"""What a watch would have said: stored history, visit by visit, through the same rules that speak today."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Any

from sqlalchemy import Connection, and_, or_, select, true

from db import market_queries, queries
from db.before import RELISTED, of_the_same
from db.points import points
from db.references import references
from db.sql import LISTING, SET_ASIDE, chunks
from tracker.core.lifecycle import End
from tracker.core.market import CLASS_OF, Baseline, Refusal
from tracker.core.models import Condition, ConditionClass, Priced
from tracker.core.rules import Alert, Change, Event, Index, Past, Point, Rule, Told, Watch, answers, summarise, told_by
from tracker.core.rules.relisting import stands_in_for
from tracker.market import Judged, worth_then
from tracker.past import Scene, known_past
from tracker.pipeline import Tracker
from tracker.saying import remembered

DAY = timedelta(days=1)

WEEK = timedelta(days=7)

NOTICED = DAY
"""An end is noticed after the last time a listing was shown; by so much, when one looks for what came in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """One listing with all that it ever asked, oldest first."""

    offer: Priced
    source_id: int
    ended_how: str
    points: tuple[Point, ...]

    def then(self, at: datetime) -> Point | None:
        """What it asked at a time; None before it was there."""
        place = bisect_right(self.points, at, key=lambda point: point.at)
        return self.points[place - 1] if place else None

    def offered(self, at: datetime) -> Priced | None:
        """The offer as it was at a time; None where it could not be bought."""
        point = self.then(at)
        if point is None or not point.available:
            return None
        return replace(
            self.offer,
            price=point.price,
            currency=point.currency,
            shipping=point.shipping,
            unit_usd=point.unit_usd,
            landed_usd=self._landed(point.unit_usd),
            last_seen_at=at,
        )

    def _landed(self, unit_usd: Decimal | None) -> Decimal | None:
        """What the listing cost at a unit price: what it takes to use a card is the same at every price."""
        now = self.offer
        if unit_usd is None or now.unit_usd is None or now.landed_usd is None:
            return None
        return now.landed_usd + (unit_usd - now.unit_usd) * now.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lives:
    """All of them by number, and beside it by what they are looked for by."""

    by_id: Mapping[int, Life]
    by_variant: Mapping[str | None, Sequence[Life]]
    by_seller: Mapping[tuple[str, str, str | None], Sequence[Life]]

    @classmethod
    def of(cls, by_id: Mapping[int, Life]) -> "_Lives":
        by_variant, by_seller = defaultdict(list), defaultdict(list)
        for life in by_id.values():
            by_variant[life.offer.variant].append(life)
            by_seller[_seller(life.offer)].append(life)
        return cls(by_id=by_id, by_variant=by_variant, by_seller=by_seller)


def _seller(offer: Priced) -> tuple[str, str, str | None]:
    """Who sells it, and what: a listing that takes the place of another has the same."""
    return offer.site, offer.seller, offer.variant


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One alert that would have been sent, and what became of its best offer."""

    at: datetime
    alert: Alert
    outcome: str


@dataclass(slots=True, kw_only=True)
class _Replay:
    """A watch over its history, at one moment after the other."""

    conn: Connection
    watch: Watch
    scene: Scene
    lives: _Lives
    told: dict[tuple[str, int, Rule], Told] = field(default_factory=dict)
    references: dict[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def known(self, pairs: Sequence[tuple[Watch, Change]], at: datetime) -> dict[int, Past]:
        """What was known around some offers at a time."""
        return known_past(self.conn, pairs, replace(self.scene, now=at, replaying=True), judge=self.judged)

    def judged(self, offers: Iterable[Priced]) -> dict[int, Judged]:
        """What the cards of some offers were worth when they were seen."""
        worths: dict[tuple[str, ConditionClass, datetime], Baseline | Refusal] = {}
        found: dict[int, Judged] = {}
        for offer in offers:
            if offer.variant is None:
                continue
            cell = (offer.variant, CLASS_OF[Condition(offer.condition)], offer.last_seen_at)
            if cell not in worths:
                worths[cell] = self._worth(*cell)
            found[offer.listing_id] = (worths[cell], ())
        return found

    def _worth(self, variant: str, condition: ConditionClass, at: datetime) -> Baseline | Refusal:
        if variant not in self.references:
            self.references[variant] = tuple(references(self.conn, variant))
        rows = (row for life in self.lives.by_variant[variant] for row in _comparable(life, at))
        return worth_then(
            rows, condition=condition, country=self.scene.country, references=self.references[variant], now=at
        )

    def summary(self, offers: Iterable[Priced], at: datetime, occasion: str) -> Iterator[Alert]:
        """What the watch says of all that is on offer at once."""
        pairs = list(Index([self.watch]).pairs([Change(event=Event.NEW, offer=offer) for offer in offers]))
        for alert in summarise(pairs, occasion=occasion, at=at, past=self.known(pairs, at)):
            for offer, rules in told_by(alert):
                for rule in rules:
                    key = (self.watch.name, offer.listing_id, rule)
                    self.told[key] = Told(at=at, fitted_at=at, unit_usd=offer.unit_usd)
            yield alert

    def visit(self, changes: Sequence[Change], at: datetime) -> tuple[list[Alert], list[int]]:
        """The alerts of one moment, and the listings that a cool-down keeps silent."""
        pairs = list(Index([self.watch]).pairs(changes))
        found = list(answers([self.watch], changes, told=self.told, past=self.known(pairs, at) if pairs else {}))
        for answer in found:
            for rule, last in remembered(answer, at).rules.items():
                self.told[self.watch.name, answer.change.offer.listing_id, rule] = last
        held = [answer.change.offer.listing_id for answer in found if answer.held]
        return [answer.alert for answer in found if answer.told], held

    def spoke_at(self, listing_id: int) -> datetime:
        """When the watch last spoke of a listing."""
        return max(last.at for (_, number, _), last in self.told.items() if number == listing_id)


def backtest(tracker: Tracker, conn: Connection, watch: Watch, *, since: datetime, now: datetime) -> list[Said]:
    """Every alert a watch would have raised between two instants, in the order of time.

    Sellers' ratings and titles are today's, and prices are as they landed when they were noted. What was shown for a
    moment between two visits nobody knows.
    """
    lives = _lives(tracker, conn, watch, now)
    scene = Scene(catalogue=tracker.catalogue, country=tracker.costs.country, now=now)
    replay = _Replay(conn=conn, watch=watch, scene=scene, lives=_Lives.of(lives))
    found_at = market_queries.first_visits(conn)
    at_first = [offer for life in lives.values() if (offer := life.offered(since)) is not None]
    alerts = [(since, alert) for alert in replay.summary(at_first, since, "new watch")]
    upcoming = [one for life in lives.values() for one in _moments(life, watch, since, now)]
    heapify(upcoming)
    while upcoming:
        at = upcoming[0][0]
        here: dict[int, Event] = {}
        while upcoming and upcoming[0][0] == at:
            _, listing_id, event = heappop(upcoming)
            here.setdefault(listing_id, Event(event))
        history, news = _apart(lives, here, at, found_at)
        alerts += [(at, alert) for alert in replay.summary(history, at, "first visit")] if history else []
        changes = [_change(replay.lives, listing_id, event, at) for listing_id, event in news.items()]
        said, held = replay.visit([change for change in changes if change is not None], at)
        alerts += [(at, alert) for alert in said]
        for listing_id in held:
            over = replay.spoke_at(listing_id) + watch.cool_down
            if over <= now:
                heappush(upcoming, (over, listing_id, Event.PRICE.value))
    return [Said(at=at, alert=alert, outcome=_outcome(lives, alert, at, now)) for at, alert in alerts]


def _lives(tracker: Tracker, conn: Connection, watch: Watch, now: datetime) -> dict[int, Life]:
    """Every listing that was ever an offer of the cards the watch asks for, but for what the user set aside."""
    families = watch.wanted.families(tracker.catalogue)
    named = true() if families is None else LISTING.c.gpu.in_(families)
    variants = [gpu.id for gpu in watch.wanted.variants(tracker.catalogue)]
    cards = or_(LISTING.c.variant.in_(variants), and_(LISTING.c.variant.is_(None), named))
    where = (cards, LISTING.c.rejected.is_(None), LISTING.c.first_seen_at <= now, LISTING.c.id.not_in(SET_ASIDE))
    offers = {offer.listing_id: offer for offer in queries.offers(conn, *where, catalogue=tracker.catalogue)}
    found: defaultdict[int, list[Point]] = defaultdict(list)
    about: dict[int, Mapping[str, Any]] = {}
    for chunk in chunks(list(offers)):
        point = points(
            LISTING.c.id.in_(chunk), beside=(LISTING.c.source_id, LISTING.c.another_since, LISTING.c.ended_how)
        ).c
        mine = select(*point).where(of_the_same(point)).order_by(point.listing_id, point.at)
        for row in conn.execute(mine).mappings():
            about[row["listing_id"]] = {name: row[name] for name in ("source_id", "ended_how")}
            asked = {name: row[name] for name in ("at", "unit_usd", "price", "currency", "shipping", "available")}
            found[row["listing_id"]].append(Point(**asked))
    return {number: Life(offer=offers[number], **about[number], points=tuple(mine)) for number, mine in found.items()}


def _moments(life: Life, watch: Watch, since: datetime, now: datetime) -> Iterator[tuple[datetime, int, str]]:
    """When something happened to a listing, and what."""
    before: Point | None = None
    for point in life.points:
        event = _event(before, point)
        if event is not None and since < point.at <= now:
            yield point.at, life.offer.listing_id, event.value
        before = point
    ends_at = life.offer.ends_at
    if life.offer.auction and watch.auction_ends is not None and ends_at is not None:
        begins = max(ends_at - watch.auction_ends, life.points[0].at)
        if since < begins < min(ends_at, now):
            yield begins, life.offer.listing_id, Event.ENDING.value


def _event(before: Point | None, point: Point) -> Event | None:
    if not point.available:
        return None
    if before is None:
        return Event.NEW
    if not before.available:
        return Event.BACK
    same = (before.price, before.currency, before.shipping) == (point.price, point.currency, point.shipping)
    return None if same else Event.PRICE


def _apart(
    lives: Mapping[int, Life], here: Mapping[int, Event], at: datetime, found_at: Mapping[str, datetime]
) -> tuple[list[Priced], dict[int, Event]]:
    """What a source showed on its first visit, which is history, and what happened besides."""
    history = {
        number
        for number, event in here.items()
        if event is Event.NEW and at <= found_at.get(lives[number].offer.source, at - DAY)
    }
    offers = [offer for number in sorted(history) if (offer := lives[number].offered(at)) is not None]
    return offers, {number: event for number, event in sorted(here.items()) if number not in history}


def _change(lives: _Lives, listing_id: int, event: Event, at: datetime) -> Change | None:
    life = lives.by_id[listing_id]
    offer = life.offered(at)
    if offer is None:
        return None
    was = life.then(at - timedelta(milliseconds=1)) if event is Event.PRICE else None
    relists = stands_in_for(offer, life.source_id, _gone(lives, offer, at)) if event is Event.NEW else None
    return Change(event=event, offer=offer, was_usd=was.unit_usd if was else None, relists=relists)


def _gone(lives: _Lives, offer: Priced, at: datetime) -> Iterator[dict[str, Any]]:
    """The listings that were gone, or about to be, and not for long."""
    for life in lives.by_seller[_seller(offer)]:
        point = life.then(at + NOTICED)
        if point is not None and not point.available and point.at >= at - RELISTED and life.points[0].at < at:
            same = {name: getattr(life.offer, name) for name in ("seller", "variant", "condition", "quantity", "title")}
            yield {"id": life.offer.listing_id, "source_id": life.source_id, "unit_usd": point.unit_usd, **same}


def _comparable(life: Life, at: datetime) -> Iterator[dict[str, Any]]:
    """What a listing adds to the market of a time: its price then, or its last one."""
    point = life.then(at)
    if point is None or point.unit_usd is None or life.offer.auction:
        return
    same = {name: getattr(life.offer, name) for name in ("site", "seller", "url", "title", "country", "condition")}
    standing = point.available
    yield {
        **same,
        "unit_usd": point.unit_usd,
        "at": at if standing else point.at,
        "on_offer": standing,
        "first_seen_at": life.points[0].at,
        "listed_at": life.offer.listed_at,
        "ended_at": point.at,
        "ended_how": life.ended_how if point is life.points[-1] else End.SAID,  # it came back: it was sold out
    }


# --- what became of it --------------------------------------------------------------------------------------------

SOON, FELL, GONE, STANDS = "gone within a day", "fell further", "gone", "still there"


def _outcome(lives: Mapping[int, Life], alert: Alert, at: datetime, now: datetime) -> str:
    offer = alert.changes[0].offer
    later = [point for point in lives[offer.listing_id].points if at < point.at <= now]
    gone_at = next((point.at for point in later if not point.available), None)
    if gone_at is not None and gone_at - at <= DAY:
        return SOON
    asked = [point.unit_usd for point in later if point.available and point.unit_usd is not None]
    if asked and offer.unit_usd is not None and min(asked) < offer.unit_usd:
        return f"{FELL}, to {min(asked):,.2f} USD"
    return STANDS if gone_at is None else f"{GONE} after {(gone_at - at) / DAY:.0f} days"


def history_since(conn: Connection) -> datetime | None:
    """When history begins: with the first visit or listing that is still kept; None where there is none at all."""
    first = conn.execute(select(LISTING.c.first_seen_at).order_by(LISTING.c.id).limit(1)).scalar()
    begun = [*market_queries.first_visits(conn).values(), *([first] if first else [])]
    return min(begun, default=None)


def counted(said: Sequence[Said], *, since: datetime, known_since: datetime | None, now: datetime) -> str:
    """All of it in one line: how many, how often, and what became of them; of less than a week no rate is given."""
    deals = [one for one in said if one.alert.kind == "deal"]
    length = now - max(since, known_since or since)
    how = Counter(next(word for word in (SOON, FELL, GONE, STANDS) if one.outcome.startswith(word)) for one in deals)
    ends = ", ".join(f"{how[word]} {word}" for word in (SOON, FELL, GONE, STANDS) if how[word])
    summaries = len(said) - len(deals)
    said_of = f"{len(deals)} alerts in {_rate(len(deals), length)}" + (f": {ends}" if ends else "")
    short = " (there is no more history)" if known_since and known_since > since else ""
    return f"{said_of}; {summaries} summaries{short}"


def _rate(count: int, length: timedelta) -> str:
    """How long a history is and, from a week on, how many alerts that makes a week."""
    if length < timedelta(days=2):
        return f"{length / timedelta(hours=1):.0f} hours"
    if length < WEEK:
        return f"{length.days} days"
    return f"{length.days} days, {count / (length / WEEK):.1f} a week"
