"""From changes and watches to alerts: what is worth saying, once."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from tracker.core.market import Baseline, too_cheap
from tracker.core.metrics import METRICS
from tracker.core.models import Priced
from tracker.core.rules.events import Change, Reason, Rule
from tracker.core.rules.index import Index
from tracker.core.rules.past import NO_PAST, Past
from tracker.core.rules.told import AllTold, Told, is_news
from tracker.core.rules.watch import Risk, Watch
from tracker.core.rules.when import STATES, Look, reason


class AlertKind(StrEnum):
    """A deal is one change; a summary is what already answers a new watch, or a source's first visit."""

    DEAL = "deal"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One thing worth saying; `key` is the same however often the same event is told."""

    key: str
    kind: AlertKind
    watch: Watch
    changes: tuple[Change, ...]
    occasion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one watch makes of one change: `told` are the reasons to speak now, `quiet` what was told and is still true.

    `held` are the rules that the cool-down alone keeps silent: they are due when that is over.
    """

    watch: Watch
    change: Change
    told: tuple[Reason, ...] = ()
    quiet: tuple[tuple[Rule, Told], ...] = ()
    held: frozenset[Rule] = frozenset()

    @property
    def alert(self) -> Alert:
        """The alert about it."""
        offer, rules = self.change.offer, " ".join(reason.rule for reason in self.told)
        return Alert(
            key=key_of(self.watch.name, offer.site, offer.site_id, self.change.event, rules, offer),
            kind=AlertKind.DEAL,
            watch=self.watch,
            changes=(replace(self.change, reasons=self.told),),
            occasion=self.change.event,
        )


NOBODY: AllTold = MappingProxyType({})
NOTHING: Mapping[int, Past] = MappingProxyType({})


def evaluate(
    watches: Iterable[Watch] | Index,
    changes: Sequence[Change],
    *,
    told: AllTold = NOBODY,
    past: Mapping[int, Past] = NOTHING,
) -> Iterator[Alert]:
    """One deal alert for every change that a watch wants, by all rules that have something new to say of it."""
    return (answer.alert for answer in answers(watches, changes, told=told, past=past) if answer.told)


def answers(
    watches: Iterable[Watch] | Index,
    changes: Sequence[Change],
    *,
    told: AllTold = NOBODY,
    past: Mapping[int, Past] = NOTHING,
) -> Iterator[Answer]:
    """What each watch makes of each change it wants; none where no rule fires or fired.

    `told` is what was told of these listings and of those they stand in for, `past` what is known around them.
    """
    for watch, change in indexed(watches).pairs(changes):
        answer = _answer(watch, change, told, past.get(change.offer.listing_id, NO_PAST))
        if answer and (answer.told or answer.quiet or answer.held):
            yield answer


def indexed(watches: Iterable[Watch] | Index) -> Index:
    """The watches as an index."""
    return watches if isinstance(watches, Index) else Index(watches)


def _answer(watch: Watch, change: Change, told: AllTold, past: Past) -> Answer | None:
    if not risk_allows(watch, change.offer, past):
        return None
    rules = watch.rules
    before = {rule: last for rule in rules if (last := _last(told, watch, change, rule))} if told else {}
    fired = [
        found for rule in rules if (found := reason(rule, Look(watch, change, past, before.get(rule)))) is not None
    ]
    if not fired and not before:  # what most offers come to
        return None
    now, unit_usd = change.at, change.offer.unit_usd
    standing = _fired_before(watch, change, past)
    lately = {rule: replace(last, fitted_at=now) if rule in standing else last for rule, last in before.items()}
    news = [one for one in fired if is_news(one.rule, watch, unit_usd, lately.get(one.rule), now=now)]
    spoke_at = max((last.at for last in before.values()), default=None)
    cooling = spoke_at is not None and now - spoke_at < watch.cool_down
    said = () if cooling else tuple(news)
    held = frozenset(one.rule for one in news) if cooling else frozenset()
    firing = {one.rule for one in fired} | standing
    return Answer(
        watch=watch,
        change=change,
        told=said,
        quiet=tuple((rule, last) for rule, last in before.items() if rule in firing - held),
        held=held,
    )


def risk_allows(watch: Watch, offer: Priced, past: Past) -> bool:
    """Whether the watch wants to hear of an offer that is, or is not, too cheap to be believed."""
    if watch.risk is Risk.MARK:
        return True
    unit_usd, worth = offer.unit_usd, past.worth
    doubted = unit_usd is not None and isinstance(worth, Baseline) and too_cheap(unit_usd, worth)
    return doubted is (watch.risk is Risk.ONLY)


def _last(told: AllTold, watch: Watch, change: Change, rule: Rule) -> Told | None:
    own = told.get((watch.name, change.offer.listing_id, rule))
    if own is not None or change.relists is None:
        return own
    return told.get((watch.name, change.relists, rule))


def _fired_before(watch: Watch, change: Change, past: Past) -> set[Rule]:
    """The rules that the listing answered until this change, at its price before."""
    if change.was_usd is None:
        return set()
    before = replace(change, offer=replace(change.offer, unit_usd=change.was_usd))
    lasting = [rule for rule in (Rule.BELOW, Rule.UNDER_MARKET) if rule in watch.rules]
    return {rule for rule in lasting if reason(rule, Look(watch, before, past)) is not None}


def summarise(
    pairs: Iterable[tuple[Watch, Change]], *, occasion: str, at: datetime, past: Mapping[int, Past] = NOTHING
) -> Iterator[Alert]:
    """One alert a watch about the offers it wants that answer it already, best first; none where nothing does.

    A watch that only waits for something to happen is answered by all that it asks about.
    """
    fitting: defaultdict[str, list[Change]] = defaultdict(list)
    watches: dict[str, Watch] = {}
    for watch, change in pairs:
        own = past.get(change.offer.listing_id, NO_PAST)
        if risk_allows(watch, change.offer, own) and (fits := _as_it_stands(watch, change, own)) is not None:
            watches[watch.name] = watch
            fitting[watch.name].append(replace(change, reasons=fits))
    for name, watch in watches.items():
        metric = METRICS[watch.metric]
        ranks = {id(one): metric.rank(metric.of(one.offer, watch.basis)) for one in fitting[name]}
        yield Alert(
            key=key_of(name, watch.fingerprint, occasion, at),
            kind=AlertKind.SUMMARY,
            watch=watch,
            changes=tuple(sorted(fitting[name], key=lambda one: (ranks[id(one)], one.offer.listing_id))),
            occasion=occasion,
        )


def _as_it_stands(watch: Watch, change: Change, past: Past) -> tuple[Reason, ...] | None:
    """Why an offer answers a watch already; None where it does not."""
    lasting = [rule for rule in watch.rules if rule in (*STATES, Rule.AUCTION_ENDS)]
    if not lasting:
        return None if change.offer.auction else ()
    found = (reason(rule, Look(watch, change, past)) for rule in lasting)
    return tuple(one for one in found if one is not None) or None


def told_by(summary: Alert) -> Iterator[tuple[Priced, frozenset[Rule]]]:
    """Every offer of a summary with the rules it need not be told by any more."""
    waiting = {Rule.NEW, Rule.ANY_CHANGE}.intersection(summary.watch.rules)
    for change in summary.changes:
        yield change.offer, frozenset({one.rule for one in change.reasons} | waiting)


def key_of(*parts: object) -> str:
    """A stable key for one event: receivers that have seen it drop the repeat."""
    seen = "\x1f".join(f"{p.price}{p.currency}{p.last_seen_at}" if isinstance(p, Priced) else str(p) for p in parts)
    return hashlib.sha256(seen.encode()).hexdigest()[:32]
