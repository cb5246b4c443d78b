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
    """What is to be kept of one watch and listing: the rules told, or still true, and whether something waits."""

    watch: str
    listing_id: int
    rules: Mapping[Rule, Told]
    held: bool = False


def told(conn: Connection, listing_ids: Iterable[int]) -> dict[tuple[str, int, Rule], Told]:
    """What every watch was told of some listings."""
    return {
        (row.watch, row.listing_id, rule): last
        for chunk in chunks(list(listing_ids))
        for row in conn.execute(select(TOLD).where(TOLD.c.listing_id.in_(chunk)))
        for rule, last in _read(row.rules, row.unit_usd, row.at).items()
    }


def held(conn: Connection) -> list[tuple[str, int, datetime]]:
    """What a cool-down kept silent: the watch, the listing, and when the watch last spoke of it."""
    rows = conn.execute(select(TOLD.c.watch, TOLD.c.listing_id, TOLD.c.at).where(TOLD.c.held))
    return [(row.watch, row.listing_id, row.at) for row in rows]


def remember(tx: Connection, entries: Collection[Remembered]) -> None:
    """Keep what was told, beside what was told before by other rules."""
    before = told(tx, {entry.listing_id for entry in entries})
    known: defaultdict[tuple[str, int], dict[Rule, Told]] = defaultdict(dict)
    for (watch, listing_id, rule), last in before.items():
        known[watch, listing_id][rule] = last
    rows = {}
    for entry in entries:
        key = entry.watch, entry.listing_id
        known[key] |= entry.rules
        if known[key]:
            rows[key] = _row(entry, known[key])
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
            entries.append(Remembered(watch=row.watch, listing_id=row.listing_id, rules=early, held=row.held))
    remember(tx, entries)
    return len(entries)


def _row(entry: Remembered, rules: Mapping[Rule, Told]) -> Row:
    newest = max(rules.values(), key=lambda last: last.at)
    return {
        "watch": entry.watch,
        "listing_id": entry.listing_id,
        "unit_usd": newest.unit_usd or Decimal(0),
        "at": newest.at,
        "rules": json.dumps({rule.value: _written(last) for rule, last in rules.items()}),
        "held": entry.held,
    }


def _written(last: Told) -> list[int | None]:
    cents = None if last.unit_usd is None else round(last.unit_usd * 100)
    return [cents, (last.at - EPOCH) // MILLISECOND, (last.fitted_at - EPOCH) // MILLISECOND]


def _read(rules: str, unit_usd: Decimal, at: datetime) -> dict[Rule, Told]:
    written = json.loads(rules)
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
