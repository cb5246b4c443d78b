"""What each watch was told of each listing, rule by rule: read before it speaks, written with what it says."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, delete, select

from db.rows import Row
from db.sql import TOLD, chunks, upsert
from db.tables import EPOCH, MILLISECOND
from tracker.core.rules import Rule, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What is to be kept of one watch and listing: the rules told, or still true, and those that wait.

    `held` are the rules a cool-down keeps silent, beside those that wait already; none for nothing that waits any more,
    None to leave it as it is.
    """

    watch: str
    listing_id: int
    rules: Mapping[Rule, Told]
    held: frozenset[Rule] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a cool-down kept silent: the watch, the listing, by which rules, and when the watch last spoke of it."""

    watch: str
    listing_id: int
    rules: frozenset[Rule]
    at: datetime


HELD = "held"
"""Beside the rules told: the names of those that wait."""


def told(conn: Connection, listing_ids: Iterable[int]) -> dict[tuple[str, int, Rule], Told]:
    """What every watch was told of some listings."""
    return {
        (row.watch, row.listing_id, rule): last
        for chunk in chunks(list(listing_ids))
        for row in conn.execute(select(TOLD).where(TOLD.c.listing_id.in_(chunk)))
        for rule, last in _read(row.rules, row.unit_usd, row.at).items()
    }


def held(conn: Connection) -> list[Held]:
    """What cool-downs kept silent."""
    return [
        Held(watch=row.watch, listing_id=row.listing_id, rules=_waiting(row.rules), at=row.at)
        for row in conn.execute(select(TOLD).where(TOLD.c.held))
    ]


def remember(tx: Connection, entries: Collection[Remembered]) -> None:
    """Keep what was told, beside what was told before by other rules."""
    ids = {entry.listing_id for entry in entries}
    known: defaultdict[tuple[str, int], dict[Rule, Told]] = defaultdict(dict)
    for (watch, listing_id, rule), last in told(tx, ids).items():
        known[watch, listing_id][rule] = last
    waiting = {
        (row.watch, row.listing_id): _waiting(row.rules)
        for chunk in chunks(list(ids))
        for row in tx.execute(select(TOLD).where(TOLD.c.held, TOLD.c.listing_id.in_(chunk)))
    }
    rows = {}
    for entry in entries:
        key = entry.watch, entry.listing_id
        known[key] |= entry.rules
        before = waiting.get(key, frozenset())
        waiting[key] = before if entry.held is None else before | entry.held if entry.held else frozenset()
        if known[key]:
            rows[key] = _row(entry, known[key], waiting[key])
    upsert(tx, TOLD, list(rows.values()), key=("watch", "listing_id"))


def forget(tx: Connection, watch: str) -> None:
    """Forget what a watch has said: an edited one speaks afresh."""
    tx.execute(delete(TOLD).where(TOLD.c.watch == watch))


def date_back(tx: Connection, *, now: datetime) -> int:
    """Date now what was told later than now; returns how many rows."""
    entries = []
    for row in tx.execute(select(TOLD)):
        rules = _read(row.rules, row.unit_usd, row.at)
        if row.at > now or any(last.fitted_at > now for last in rules.values()):
            early = {
                rule: replace(last, at=min(last.at, now), fitted_at=min(last.fitted_at, now))
                for rule, last in rules.items()
            }
            entries.append(Remembered(watch=row.watch, listing_id=row.listing_id, rules=early))
    remember(tx, entries)
    return len(entries)


def _row(entry: Remembered, rules: Mapping[Rule, Told], waiting: frozenset[Rule]) -> Row:
    newest = max(rules.values(), key=lambda last: last.at)
    return {
        "watch": entry.watch,
        "listing_id": entry.listing_id,
        "unit_usd": newest.unit_usd or Decimal(0),
        "at": newest.at,
        "rules": json.dumps(
            {rule.value: _written(last) for rule, last in rules.items()} | ({HELD: sorted(waiting)} if waiting else {})
        ),
        "held": bool(waiting),
    }


def _written(last: Told) -> list[int | None]:
    cents = None if last.unit_usd is None else round(last.unit_usd * 100)
    return [cents, (last.at - EPOCH) // MILLISECOND, (last.fitted_at - EPOCH) // MILLISECOND]


def _waiting(rules: str) -> frozenset[Rule]:
    return frozenset(map(Rule, json.loads(rules).get(HELD, ())))


def _read(rules: str, unit_usd: Decimal, at: datetime) -> dict[Rule, Told]:
    written = {name: last for name, last in json.loads(rules).items() if name != HELD}
    if not written:
        return {Rule.BELOW: Told(at=at, fitted_at=at, unit_usd=unit_usd)}
    return {
        Rule(name): Told(
            at=EPOCH + told_at * MILLISECOND,
            fitted_at=EPOCH + fitted_at * MILLISECOND,
            unit_usd=None if cents is None else Decimal(cents).scaleb(-2),
        )
        for name, (cents, told_at, fitted_at) in written.items()
    }
