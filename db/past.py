"""What a source's visits have shown before: the believed ones in numbers, and the one that is not believed."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select, update

from db.rows import raw_of
from db.sql import LISTING, PAST, QUARANTINE, SOURCE, VISIT, chunks, one_of, upsert
from db.stored import Stored
from tracker.core.health import Doubt, Facts, Field, Measures
from tracker.core.models import RawListing

KEPT = 20
"""Believed visits kept of each source and mode: five days at the usual rhythm."""


def believed(conn: Connection, source_id: int, mode: str) -> list[Measures]:
    """The believed visits of a source in one mode, the newest first."""
    mine = (PAST.c.source_id == source_id, PAST.c.mode == mode)
    rows = conn.execute(select(PAST.c.measures).where(*mine).order_by(PAST.c.at.desc())).scalars()
    return [Measures.load(json.loads(kept)) for kept in rows]


def believe(tx: Connection, source_id: int, mode: str, measures: Measures, *, at: datetime) -> None:
    """Add a visit to the believed ones; the oldest is forgotten."""
    row = {"source_id": source_id, "mode": mode, "at": at, "measures": _json(measures.dump())}
    upsert(tx, PAST, [row], key=("source_id", "mode", "at"))
    mine = (PAST.c.source_id == source_id, PAST.c.mode == mode)
    oldest = select(PAST.c.at).where(*mine).order_by(PAST.c.at.desc()).offset(KEPT - 1).limit(1).scalar_subquery()
    tx.execute(delete(PAST).where(*mine, PAST.c.at < oldest))


def forget(tx: Connection, source_id: int, mode: str) -> None:
    """Forget what was usual: from here on something else is."""
    tx.execute(delete(PAST).where(PAST.c.source_id == source_id, PAST.c.mode == mode))


def read_anew(tx: Connection, source_id: int, mode: str) -> list[Measures]:
    """Keep of a source's visits, in all modes, what does not rest on how titles are read; returns those of one mode."""
    mine = PAST.c.source_id == source_id
    for one, at, kept in tx.execute(select(PAST.c.mode, PAST.c.at, PAST.c.measures).where(mine)).all():
        counted = Measures.load(json.loads(kept)).counted()
        this = (mine, PAST.c.mode == one, PAST.c.at == at)
        tx.execute(update(PAST).where(*this).values(measures=_json(counted.dump())))
    return believed(tx, source_id, mode)


def last_believed(conn: Connection) -> dict[str, Measures]:
    """The newest believed visit of every source, a full walk before a sweep."""
    query = select(SOURCE.c.name, PAST.c.measures).join(SOURCE, SOURCE.c.id == PAST.c.source_id)
    rows = conn.execute(query.order_by(PAST.c.mode.desc(), PAST.c.at))  # what is wanted comes last
    return {name: Measures.load(json.loads(kept)) for name, kept in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """How one visit went: its outcome, its pages, and how long it took, pauses for politeness included."""

    outcome: str
    pages: int
    took: timedelta


def recent(conn: Connection) -> dict[str, list[Went]]:
    """The last visits of every source, the newest first."""
    query = select(VISIT.c.outcome, VISIT.c.pages, VISIT.c.started_at, VISIT.c.ended_at)
    newest = query.order_by(VISIT.c.started_at.desc()).limit(KEPT)
    return {
        name: [
            Went(outcome=outcome, pages=pages, took=ended_at - started_at)
            for outcome, pages, started_at, ended_at in conn.execute(newest.where(VISIT.c.source_id == source_id))
        ]
        for source_id, name in conn.execute(select(SOURCE.c.id, SOURCE.c.name)).all()
    }


def facts(conn: Connection, found: Mapping[str, Stored]) -> dict[str, Facts]:
    """What is believed of the offers that a source was the last to show (`standing`), by their id on its site."""
    ids = [one.listing_id for one in found.values() if one.standing]
    return {row.site_id: Facts._make(row[1:]) for chunk in chunks(ids) for row in conn.execute(_FACTS, {"ids": chunk})}


_FACTS = select(LISTING.c.site_id, *(LISTING.c[name] for name in Facts._fields)).where(one_of(LISTING.c.id, "ids"))


def printed(conn: Connection, site: str, site_ids: Collection[str]) -> dict[str, RawListing]:
    """What a site printed of some listings when they were written last, by their id there."""
    c = LISTING.c
    asked = select(c.site, c.site_id, c.url, c.title, c.raw).where(c.site == site)
    return {
        row.site_id: raw_of(row._asdict())
        for chunk in chunks(list(site_ids))
        for row in conn.execute(asked.where(c.site_id.in_(chunk))).all()
    }


# --- what is not believed -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A visit in quarantine: since when and how often it was seen alike, its numbers, why, and what it keeps out.

    `listings` are all of `count`, unless an older version held them.
    """

    source_id: int
    source: str
    site: str
    mode: str
    since: datetime
    at: datetime
    agreeing: int
    count: int
    measures: Measures
    doubts: tuple[Doubt, ...]
    listings: tuple[RawListing, ...]


def hold(
    tx: Connection,
    source_id: int,
    mode: str,
    *,
    since: datetime,
    at: datetime,
    agreeing: int,
    measures: Measures,
    doubts: Sequence[Doubt],
    listings: Sequence[RawListing],
) -> None:
    """Put a visit in quarantine, in place of the one before it."""
    row = {
        "source_id": source_id,
        "mode": mode,
        "since": since,
        "at": at,
        "agreeing": agreeing,
        "held": len(listings),
        "measures": _json(measures.dump()),
        "doubts": _json([asdict(doubt) for doubt in doubts]),
        "listings": _json([{name: value for name, value in asdict(raw).items() if value} for raw in listings]),
    }
    upsert(tx, QUARANTINE, [row], key=("source_id", "mode"))


def release(tx: Connection, source_id: int, mode: str) -> None:
    """End a quarantine."""
    tx.execute(delete(QUARANTINE).where(QUARANTINE.c.source_id == source_id, QUARANTINE.c.mode == mode))


def held(conn: Connection, source: str, mode: str | None = None) -> list[Held]:
    """What a source keeps in quarantine, in one mode or in all."""
    query = select(QUARANTINE, SOURCE.c.name, SOURCE.c.site).join(SOURCE).where(SOURCE.c.name == source)
    query = query if mode is None else query.where(QUARANTINE.c.mode == mode)
    return [_held(row) for row in conn.execute(query.order_by(QUARANTINE.c.mode)).mappings()]


def _held(row: Mapping[Any, Any]) -> Held:
    doubts = [{**kept, "field": Field(kept["field"])} for kept in json.loads(row["doubts"])]
    return Held(
        source_id=row["source_id"],
        source=row["name"],
        site=row["site"],
        mode=row["mode"],
        since=row["since"],
        at=row["at"],
        agreeing=row["agreeing"],
        count=row["held"],
        measures=Measures.load(json.loads(row["measures"])),
        doubts=tuple(Doubt(**kept) for kept in doubts),
        listings=tuple(RawListing(**printed) for printed in json.loads(row["listings"])),
    )


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
