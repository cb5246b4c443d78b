"""The spine: one listing walks from a fetched page to a stored offer, and to an alert that is owed and sent.

    visit = claim → harvest → keep          (delivery.deliver = what is owed → channel)

The daemon, the CLI, the demo, the importers and the tests all call these functions.
"""

import hashlib
import logging
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from types import MappingProxyType

from sqlalchemy import Connection, Engine

from alerts.base import Channel
from db import notes, queries, rollups, source_queries, sources, store
from db.engine import committed, reading
from db.past import Held
from db.rows import Row, priced_of, row_of
from db.stored import stored
from scrapers import memory
from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from scrapers.canary import canary_answers
from scrapers.crawl import Crawl, Fetch, Notice, crawl
from tracker import judging, owner, saying
from tracker.ahead import Ahead
from tracker.core import health
from tracker.core.errors import Gone, RateLimited, SourceError, StoreError
from tracker.core.gpus import Catalogue
from tracker.core.health import Judgement, Outcome
from tracker.core.landed import Costs, Landed, asked, land
from tracker.core.lifecycle import End
from tracker.core.links import Links
from tracker.core.metrics import DEFAULTS, Basis
from tracker.core.models import Offer, RawListing, Rejected
from tracker.core.money import Rates
from tracker.core.offers import GONE, Identify
from tracker.core.pace import Pace
from tracker.core.rules import Change, Index, Rule, Watch
from tracker.past import Scene
from tracker.probing import BLIND, Probed, finds_any, probe, weighed

log = logging.getLogger("tracker")

CLAIM = timedelta(minutes=15)
"""A visit that has fetched nothing for this long is taken to be dead."""

PRICED_BY = "priced by"
"""The note that names the basis of the stored prices."""

DETAILS = 10
"""Listings of one visit that are looked at closely before an alert."""

WINDOW_AGE = timedelta(days=14)
"""A listing seen only through a window ends when no window has shown it for this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracker:
    """Everything the walk needs, built once by `assemble`."""

    engine: Engine
    catalogue: Catalogue
    identify: Identify
    rates: Rates
    watches: tuple[Watch, ...]
    channels: Mapping[str, Channel]
    costs: Costs
    use: Basis = DEFAULTS
    currency: str = "USD"
    max_pages: int = 200
    owner: tuple[str, ...] = ("console",)
    paces: Mapping[str, Pace] = field(default_factory=dict)
    links: Links | None = None
    zone: tzinfo = UTC
    index: Index = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index(self.watches))

    def scene(self, now: datetime) -> Scene:
        """What the past is read with, at a time."""
        return Scene(catalogue=self.catalogue, country=self.costs.country, now=now, owed_at=now_utc())

    @property
    def basis(self) -> str:
        """A digest of what prices rest on: rates and costs."""
        said = f"{self.rates.day} {sorted(self.rates.usd_per_unit.items())} {self.costs}"
        return hashlib.sha256(said.encode()).hexdigest()

    def bill(self, offer: Offer) -> Landed:
        """What an offer costs the buyer, by today's rates and the buyer's own costs."""
        return land(asked(offer, self.catalogue), self.rates, self.costs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """How one visit went, in numbers."""

    source: str
    mode: Mode
    judgement: Judgement
    pages: int
    listings: int
    offers: int = 0
    rejected: int = 0
    new: int = 0
    changed: int = 0
    ended: int = 0
    alerts: int = 0

    def __str__(self) -> str:
        said = f": {self.judgement.message}" if self.judgement.message else ""
        return (
            f"{self.source} {self.mode} {self.judgement.outcome}: {self.pages} pages, {self.listings} listings, "
            f"{self.offers} offers ({self.new} new, {self.changed} changed, {self.ended} ended), "
            f"{self.rejected} rejected, {self.alerts} alerts{said}"
        )

    def facts(self) -> dict[str, str | int]:
        """The same for programs: these keys stay as they are."""
        counted = ("pages", "listings", "offers", "rejected", "new", "changed", "ended", "alerts")
        return {
            "source": self.source,
            "mode": self.mode.value,
            "outcome": self.judgement.outcome.value,
            "reason": self.judgement.message,
            **{name: getattr(self, name) for name in counted},
        }


def now_utc() -> datetime:
    """The time now, in UTC: what every caller passes in."""
    return datetime.now(UTC)


def visit(
    tracker: Tracker,
    scraper: Scraper,
    source: Source,
    fetch: Fetch,
    *,
    every: timedelta,
    if_due: bool = False,
    by: str = "",
) -> Visited | None:
    """Visit one source if nobody else is at it: claim, harvest, keep; None when it was taken.

    `if_due` leaves a source alone whose time has not come, or whose visit somebody was quicker to make. `by` tells
    this visit from all others, for whoever has to clean up after it. Raises StoreError, with the source given back,
    when the database fails or the visit took so long that another process took the source over.
    """
    started_at, by = now_utc(), by or secrets.token_hex(8)

    def claimed(tx: Connection) -> bool:
        sources.know_source(tx, source.name, source.site)
        due = RHYTHM[source.mode] if if_due else None
        return sources.claim(tx, source.name, by=by, now=started_at, until=started_at + CLAIM, due=due)

    if not committed(tracker.engine, claimed):
        return None
    try:
        return _visited(
            tracker, scraper, source, _holding_on(tracker, source, fetch, by), every=every, started_at=started_at, by=by
        )
    except StoreError:  # the pages were read and could not be kept: the site is not asked again at every tick
        _release(tracker, source, by, {RHYTHM[source.mode]: now_utc() + STORE_TROUBLE})
        raise
    except (
        Exception
    ) as error:  # a fault of ours: written down with the source, so that it is neither lost nor retried at once
        log.exception("%s crashed", source.name)
        failed = Crawl(listings=(), pages=0, complete=False, error=SourceError(f"crashed: {error!r}", site=source.site))
        return keep(
            tracker, source, failed, walk=scraper.walk, every=every, started_at=started_at, now=now_utc(), by=by
        )
    except BaseException:
        _release(tracker, source, by)
        raise


RHYTHM = {Mode.FULL: "next_visit_at", Mode.SWEEP: "next_sweep_at"}
"""The column that says when a source is due in a mode."""


STORE_TROUBLE = timedelta(minutes=5)
"""How long a source is left alone whose visit the database did not take."""


def _release(tracker: Tracker, source: Source, by: str, put_off: Mapping[str, datetime] = MappingProxyType({})) -> None:
    committed(tracker.engine, lambda tx: sources.release(tx, source.name, by=by, put_off=put_off))


def _visited(
    tracker: Tracker, scraper: Scraper, source: Source, fetch: Fetch, *, every: timedelta, started_at: datetime, by: str
) -> Visited:
    with reading(tracker.engine) as conn:
        since = started_at - memory.FRESH
        said = source_queries.pages_remembered(conn, source.name, source.mode.value, read_since=since)
    ahead = Ahead(tracker.identify)
    harvest = _harvest(scraper, source, fetch, said, limit=tracker.max_pages, notice=ahead.read)
    plain = {raw.site_id: raw for raw in harvest.listings}
    harvest, unverified = _looked_at_closely(tracker, scraper, source, fetch, harvest, ahead)
    closer = {raw.site_id: plain[raw.site_id] for raw in harvest.listings if raw is not plain[raw.site_id]}
    empty = harvest.error is None and not harvest.shown
    probed = Probed() if empty else probe(tracker.engine, scraper, source, fetch, harvest, now=now_utc())
    return keep(
        tracker,
        source,
        harvest,
        walk=scraper.walk,
        every=every,
        started_at=started_at,
        now=now_utc(),
        summaries=closer,
        unverified=unverified,
        probed=probed,
        canary=canary_answers(scraper, source, fetch) if empty else None,
        by=by,
        ahead=ahead,
    )


def _holding_on(tracker: Tracker, source: Source, fetch: Fetch, by: str) -> Fetch:
    """The fetch of a visit that may take longer than a claim: pages prolong it; raises StoreError when it is lost."""
    prolonged_at = now_utc()

    def fetch_and_hold(request: Request) -> Page:
        nonlocal prolonged_at
        page = fetch(request)
        now = now_utc()
        if now - prolonged_at > CLAIM / 5:
            if not committed(
                tracker.engine, lambda tx: sources.prolong(tx, source.name, by=by, until=now_utc() + CLAIM)
            ):
                raise StoreError(f"{source.name}: {OVERTAKEN}")
            prolonged_at = now
        return page

    return fetch_and_hold


OVERTAKEN = "another process has taken the source over: this visit took too long"


def _harvest(
    scraper: Scraper, source: Source, fetch: Fetch, said: Mapping[str, str], *, limit: int, notice: Notice
) -> Crawl:
    def recall(url: str) -> memory.Remembered | None:
        return memory.Remembered.load(said[url]) if url in said else None

    try:
        return crawl(scraper, source, fetch, limit=limit, recall=recall, notice=notice)
    except StoreError:
        raise
    except Exception as error:  # a bug in one scraper must not end the others
        log.exception("%s crashed", source.name)
        fault = SourceError(f"crashed: {error!r}", site=source.site)
        return Crawl(listings=(), pages=0, complete=False, error=fault)


def _looked_at_closely(
    tracker: Tracker, scraper: Scraper, source: Source, fetch: Fetch, harvest: Crawl, ahead: Ahead
) -> tuple[Crawl, frozenset[str]]:
    """Ask the site itself about the few listings that are about to raise an alert, where it has a call for one item.

    What cannot be asked goes on as it was, and its id is told: a good offer is not held back by a failing call, but
    its alert says so; nor by one that finds nothing at all. A site whose walk failed is not asked for more.
    """
    if scraper.detail is None or not tracker.watches:
        return harvest, frozenset()
    speaking = list(_about_to_speak(tracker, source, harvest, ahead))
    closer: dict[str, RawListing] = {}
    for raw in speaking[: DETAILS if harvest.error is None else 0]:
        try:
            closer[raw.site_id] = scraper.parse_detail(fetch(scraper.detail(source, raw)), raw)
        except Gone:
            closer[raw.site_id] = replace(raw, availability=GONE)
        except SourceError as error:
            log.warning("%s: %s is not looked at closely: %s", source.name, raw.site_id, error)
    others = (raw for raw in harvest.listings if raw.site_id not in closer)
    all_gone = bool(closer) and all(raw.availability == GONE for raw in closer.values())
    if all_gone and not finds_any(scraper, source, fetch, others):
        log.warning("%s: %s", source.name, BLIND)
        closer.clear()
    listings = tuple(closer.get(raw.site_id, raw) for raw in harvest.listings)
    return replace(harvest, listings=listings), frozenset(raw.site_id for raw in speaking) - closer.keys()


def _about_to_speak(tracker: Tracker, source: Source, harvest: Crawl, ahead: Ahead) -> Iterator[RawListing]:
    """The listings that are new, back or at another price, and that a watch may speak of; those surest of it first."""
    with reading(tracker.engine) as conn:
        known = queries.digests(conn, source.site, [raw.site_id for raw in harvest.listings])
    now, later = now_utc(), []
    for raw in harvest.listings:
        outcome = ahead.outcome(raw)
        if isinstance(outcome, Rejected) or known.get(raw.site_id) == ahead.digest(outcome):
            continue
        row = {**row_of(outcome, tracker.bill, ahead.digest), "first_seen_at": now}
        offer = priced_of(row, listing_id=0, source=source.name, last_seen_at=now, catalogue=tracker.catalogue)
        asked = [watch for watch in tracker.index.asking(offer) if watch.wanted.suits(offer)]
        if any(watch.wants(offer) for watch in asked):
            yield raw
        elif any(watch.rules != (Rule.BELOW,) for watch in asked):
            later.append(raw)
    yield from later


def keep(
    tracker: Tracker,
    source: Source,
    harvest: Crawl,
    *,
    walk: Walk,
    every: timedelta | None,
    started_at: datetime,
    now: datetime,
    summaries: Mapping[str, RawListing] = MappingProxyType({}),
    unverified: Collection[str] = (),
    probed: Probed = Probed(),  # noqa: B008 - frozen, and the same for all
    canary: bool | None = None,
    accepting: Held | None = None,
    by: str | None = None,
    ahead: Ahead | None = None,
) -> Visited:
    """Identify what a walk brought home, and in one transaction store it, evaluate the watches and owe the alerts.

    `every` None is an import: the source has no next visit, and nothing ends. `now` is when the pages were true.
    `summaries` holds, for listings that were looked at closely, what the search itself shows of them: while that
    stays the same, what is stored of them does too. `unverified` are the ids of those that should have been looked at
    closely and could not be, `probed` is what the site said of single items. `canary` says whether the source's canary
    answered, None where none was asked. `accepting` is a visit held in quarantine that a person believes: `harvest` is
    what it kept out. `ahead` knows the listings that were understood on the way.

    `by` is whose claim this visit is made under; raises StoreError when it has been lost.
    """
    read = ahead or Ahead(tracker.identify)
    outcomes = [read.outcome(raw) for raw in harvest.listings]
    done: list[Visited] = []

    def kept(tx: Connection) -> Visited:
        source_id = sources.know_source(tx, source.name, source.site)
        if done and source_queries.is_kept(
            tx, source_id, started_at
        ):  # the first time went well, only its answer was lost
            return done[-1]
        before = source_queries.source_row(tx, source.name)
        if by not in (None, before["claimed_by"]):
            raise StoreError(f"{source.name}: {OVERTAKEN}")
        first = not source_queries.has_shown(tx, source_id)
        shown = {raw.site_id: raw.site for raw in (*harvest.listings, *probed.listings)}
        found = stored(tx, source_id, next(iter(shown.values()), source.site), shown, now=now)
        if every is None:
            visit = judging.believed(harvest, outcomes, before=accepting)
        else:
            visit = judging.judged(
                tx,
                source,
                source_id,
                harvest,
                outcomes,
                on_offer_before=source_queries.present(tx, source_id),
                rates=tracker.rates,
                ahead=read,
                stored=found,
                canary=canary,
                now=now,
            )
        judgement, held = visit.judgement, visit.sifted.held
        judgement, of_items = weighed(judgement, probed)
        unwritten = [outcome.raw.site_id for outcome in held]
        store.see_again(tx, source_id, source.site, [*harvest.seen_again, *unwritten], now=now)
        if not held:  # else the pages are read whole next time, to see whether they still say so
            remembered = {url: said.dump() for url, said in harvest.remembered.items()}
            store.remember_pages(tx, source_id, source.mode.value, remembered, now=now)
        still_there = [read.outcome(raw) for raw in of_items.listings]
        recorded = store.record(
            tx,
            [*visit.sifted.sound, *still_there],
            source=source.name,
            source_id=source_id,
            missed_since=_missed_since(before, source, walk, judgement, now) if every else None,
            how=End.MISSED if judgement.may_end and source.mode is Mode.FULL else End.AGED,
            bill=tracker.bill,
            digests={
                **{site_id: read.digest(read.outcome(raw)) for site_id, raw in summaries.items()},
                **of_items.digests,
            },
            digest=read.digest,
            held=unwritten,
            found=found,
            catalogue=tracker.catalogue,
            now=now,
        )
        gone = store.end_probed(tx, source_id, source.site, of_items.gone, now=now)
        if queries.noted(tx, PRICED_BY) not in (None, tracker.basis):  # another process prices otherwise by now
            notes.note(tx, PRICED_BY, "")
        rollups.update(tx, recorded.variants.union(filter(None, gone)), now.date())
        changes = [
            replace(change, unverified=change.offer.site_id in unverified, review=judgement.review)
            for change in recorded.changes
        ]
        if reviewed_since := visit.reviewed_since:
            changes += _unsaid(
                tracker, tx, source_id, changes, since=min(reviewed_since, before["broken_since"] or now)
            )
        resting = [watch.name for watch in tracker.watches if judging.rests_on(watch, judgement.doubts)]
        index = tracker.index.without(resting) if resting else tracker.index
        whole = source.mode is Mode.FULL and judgement.may_end
        brought = saying.Visit(source=source.name, source_id=source_id, changes=changes, first=first, whole=whole)
        owed = saying.say(tx, index, brought, tracker.scene(now))
        visited = Visited(
            source=source.name,
            mode=source.mode,
            judgement=judgement,
            pages=harvest.pages,
            listings=harvest.shown,
            offers=recorded.offers,
            rejected=recorded.rejected,
            new=recorded.new,
            changed=recorded.changed,
            ended=recorded.ended + len(gone),
            alerts=owed,
        )
        if every is not None or accepting:
            judging.write_down(tx, source, source_id, visit, now=now)
        after = _source_row(before, visited, harvest, started_at=started_at, now=now, every=every)
        if every is not None or accepting:
            after |= owner.told(
                tx, source, judgement, before, after, channels=tracker.owner, now=now, owed_at=now_utc()
            )
        sources.close_visit(tx, source_id, visit=_visit_row(visited, started_at=started_at, now=now), source=after)
        done.append(visited)
        return visited

    return committed(tracker.engine, kept)


def _unsaid(
    tracker: Tracker, tx: Connection, source_id: int, changes: Sequence[Change], *, since: datetime
) -> list[Change]:
    """What came up while a source was under review, for the watches that were held back; what was told stays told."""
    known = {change.offer.listing_id for change in changes}
    found = queries.changed_since(tx, source_id, since=since, catalogue=tracker.catalogue)
    return [change for change in found if change.offer.listing_id not in known]


def _missed_since(before: Row, source: Source, walk: Walk, judgement: Judgement, now: datetime) -> datetime | None:
    """Since when a listing must be unseen to have ended: by two complete walks in a row, or else for long.

    A window never shows everything, and neither does a catalogue that holds a part of itself back.
    """
    if source.mode is Mode.FULL and judgement.may_end:
        complete_at: datetime | None = before["complete_at"]
        return complete_at
    if judgement.outcome in health.HEALTHY and (walk is Walk.WINDOW or source.mode is Mode.FULL):
        return now - WINDOW_AGE
    return None


def _visit_row(visited: Visited, *, started_at: datetime, now: datetime) -> Row:
    counted = ("pages", "listings", "offers", "rejected", "new", "changed", "ended")
    return {
        "mode": visited.mode.value,
        "started_at": started_at,
        "ended_at": now,
        "outcome": visited.judgement.outcome.value,
        "message": visited.judgement.message,
        **{name: getattr(visited, name) for name in counted},
    }


def _source_row(
    before: Row, visited: Visited, harvest: Crawl, *, started_at: datetime, now: datetime, every: timedelta | None
) -> Row:
    """The source's state after a visit, and when it is due again."""
    outcome, healthy = visited.judgement.outcome, visited.judgement.outcome in health.HEALTHY
    failures = 0 if healthy else before["failures"] + 1
    row: Row = {
        "state": outcome.value,
        "message": visited.judgement.message,
        "failures": failures,
        "last_visit_at": now,
    }
    if healthy:
        row["last_ok_at"] = now
    if harvest.complete and visited.judgement.may_end:
        row["complete_at"] = started_at
    if every is not None:
        retry_after_s = harvest.error.retry_after_s if isinstance(harvest.error, RateLimited) else None
        pause = health.wait(outcome, failures=failures, every=every, retry_after_s=retry_after_s)
        row["next_sweep_at" if visited.mode is Mode.SWEEP else "next_visit_at"] = now + pause
        if outcome in (Outcome.BLOCKED, Outcome.LIMITED):  # the site means us, not one rhythm of ours
            for name in ("next_visit_at", "next_sweep_at"):
                row[name] = before[name] and max(before[name], now + pause)
    return row
