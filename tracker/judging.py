"""Judging a visit: held against the source's past, sifted, and written down as believed or as held in quarantine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from db import past
from db.past import Held
from db.stored import Stored, unmoved
from scrapers.base import Source
from scrapers.crawl import Crawl
from tracker.ahead import Ahead
from tracker.core import health
from tracker.core.health import Doubt, Facts, Field, Judgement, Measures, Outcome, Sifted
from tracker.core.models import Offer, RawListing, Rejected
from tracker.core.money import Rates
from tracker.core.offers import understand
from tracker.core.rules import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A visit as it is believed: the judgement, its numbers, and what of it may be stored.

    `before` is the quarantine the source was in, `agrees` that this visit shows what that one did, `released` that it
    is believed from now on.
    """

    judgement: Judgement
    measures: Measures
    sifted: Sifted
    before: Held | None = None
    agrees: bool = False
    released: bool = False

    @property
    def reviewed_since(self) -> datetime | None:
        """Since when the source was in a quarantine that ends with this visit; None where none does."""
        ends = self.judgement.outcome in health.HEALTHY and not self.judgement.doubts
        return self.before.since if self.before and ends else None


def judged(
    tx: Connection,
    source: Source,
    source_id: int,
    harvest: Crawl,
    outcomes: Sequence[Offer | Rejected],
    *,
    on_offer_before: int,
    rates: Rates,
    ahead: Ahead,
    stored: Mapping[str, Stored],
    canary: bool | None,
    now: datetime,
) -> Judged:
    """Hold a visit against what is believed of its source; `stored` is what is known of the listings it shows."""
    mode = source.mode.value
    read = {outcome.raw.site_id: outcome for outcome in outcomes}
    same = unmoved(stored, {site_id: ahead.digest(one) for site_id, one in read.items()})
    moved = {site_id: old for site_id, old in stored.items() if site_id in read and site_id not in same}
    facts = past.facts(tx, moved)
    said = {site_id: ahead.facts(one) for site_id, one in read.items()}
    facts |= {site_id: said[site_id] for site_id in same}
    numbers = {"shown": harvest.shown, "pages": harvest.pages, "repeats": harvest.repeats}
    measures = health.measure(outcomes, said, facts, **numbers, rates=rates)
    usual = past.believed(tx, source_id, mode)
    whole = harvest.error is None
    doubts = health.doubts(measures, usual, whole=whole and not harvest.restless)
    if any(doubt.field in health.OF_READING for doubt in doubts):  # is it the page, or do we read it otherwise?
        printed = past.printed(tx, source.site, facts.keys() - same)
        read_today = {site_id: _facts_today(raw, ahead) for site_id, raw in printed.items()}
        facts, differing = health.read_as_today(facts, read_today)
        usual = past.read_anew(tx, source_id, mode) if differing > health.DROP else usual
        measures = health.measure(outcomes, said, facts, **numbers, rates=rates)
        doubts = health.doubts(measures, usual, whole=whole and not harvest.restless)
    if whole:
        empty = health.emptiness(
            measures, usual, on_offer_before=on_offer_before, complete=harvest.complete, canary=canary
        )
        doubts = (empty,) if empty else doubts
    before = next(iter(past.held(tx, source.name, mode)), None)
    agrees = False
    if doubts and before and whole:
        seen_then = {raw.site_id: _facts_today(raw, ahead) for raw in before.listings}
        again = health.measure(outcomes, said, seen_then, **numbers, rates=rates)
        agrees = not health.doubts(again, [before.measures], whole=not harvest.restless)
        if agrees and health.is_believed(doubts, agreeing=before.agreeing + 1, since=before.since, now=now):
            message = f"believed after {before.agreeing + 1} visits that agree: {'; '.join(one.why for one in doubts)}"
            judgement = health.judge(listings=harvest.shown, complete=harvest.complete, error=None)
            return Judged(
                judgement=replace(judgement, message=message),
                measures=measures,
                sifted=Sifted(sound=tuple(outcomes)),
                before=before,
                agrees=True,
                released=True,
            )
    judgement = health.judge(listings=harvest.shown, complete=harvest.complete, error=harvest.error, doubts=doubts)
    if harvest.restless and not judgement.message:
        judgement = replace(judgement, message=f"{harvest.restless}: nothing is taken for gone")
    return Judged(
        judgement=judgement,
        measures=measures,
        sifted=health.sift(outcomes, facts, doubts),
        before=before,
        agrees=agrees,
    )


def _facts_today(raw: RawListing, ahead: Ahead) -> Facts:
    """What a listing of another day says, as it is read now; nobody asks again."""
    return health.facts_of(understand(raw, identify=ahead.identify))


def believed(harvest: Crawl, outcomes: Sequence[Offer | Rejected], *, before: Held | None = None) -> Judged:
    """A visit that nobody doubts: an import, or, with what was held `before`, one that a person accepts."""
    message = "accepted by hand" if before else ""
    judgement = health.judge(listings=harvest.shown, complete=harvest.complete, error=harvest.error)
    return Judged(
        judgement=replace(judgement, message=judgement.message or message),
        measures=before.measures if before else Measures(),
        sifted=Sifted(sound=tuple(outcomes)),
        before=before,
        released=before is not None,
    )


def write_down(tx: Connection, source: Source, source_id: int, visit: Judged, *, now: datetime) -> None:
    """Keep a visit for the next one to be held against: among the believed ones, or in quarantine."""
    mode, doubts = source.mode.value, visit.judgement.doubts
    if visit.judgement.outcome is Outcome.SUSPICIOUS or doubts:
        if visit.judgement.outcome is not Outcome.SUSPICIOUS and visit.before:
            return  # a walk that failed half way says little about the picture that is held
        held = visit.sifted.held
        past.hold(
            tx,
            source_id,
            mode,
            since=visit.before.since if visit.before and visit.agrees else now,
            at=now,
            agreeing=visit.before.agreeing + 1 if visit.before and visit.agrees else 0,
            measures=visit.measures,
            doubts=doubts,
            listings=[outcome.raw for outcome in held],
        )
    elif visit.judgement.outcome in health.HEALTHY:
        if visit.released:
            past.forget(tx, source_id, mode)
        if visit.before:
            past.release(tx, source_id, mode)
        past.believe(tx, source_id, mode, visit.measures, at=now)


def rests_on(watch: Watch, doubts: Sequence[Doubt]) -> bool:
    """Whether a watch asks for what is doubted, beyond the price that it always asks for."""
    asks = {
        Field.CONDITION: bool(watch.wanted.conditions),
        Field.SELLER: watch.wanted.min_feedback_percent is not None or watch.wanted.min_feedback_count is not None,
    }
    return any(asks.get(doubt.field, False) for doubt in doubts)
