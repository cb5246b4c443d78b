"""A watch speaks at once: a new or edited one says in one summary what is on offer already."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from db import outbox, queries, rollups, store, told
from db.engine import committed
from tracker import saying
from tracker.core.rules import Change, Event, Watch
from tracker.pipeline import WINDOW_AGE, Tracker


def greet(tracker: Tracker, *, now: datetime) -> int:
    """Let every new or edited watch speak at once, in one summary of what is on offer; returns the alerts owed."""

    def tidied(tx: Connection) -> dict[str, str]:
        outbox.forget_watches(tx, kept=[watch.name for watch in tracker.watches])
        rollups.update(tx, store.end_forgotten(tx, before=now - WINDOW_AGE, now=now), now.date())
        return queries.known_watches(tx)

    known = committed(tracker.engine, tidied)
    new = [watch for watch in tracker.watches if known.get(watch.name) not in watch.fingerprints]
    return sum(committed(tracker.engine, partial(_greeted, tracker, watch, now)) for watch in new)


def _greeted(tracker: Tracker, watch: Watch, now: datetime, tx: Connection) -> int:
    if queries.known_watches(tx).get(watch.name) in watch.fingerprints:  # another process was quicker
        return 0
    since = None if watch.max_age is None else now - watch.max_age
    offers = queries.on_offer(tx, wanted=replace(watch.wanted, seen_since=since), catalogue=tracker.catalogue)
    told.forget(tx, watch.name)
    already = [(watch, Change(event=Event.NEW, offer=offer)) for offer in offers]
    owed = saying.summary(tx, already, tracker.scene(now), occasion="new watch")
    outbox.know_watch(tx, watch, now=now)
    return owed
