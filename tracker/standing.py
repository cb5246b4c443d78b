"""How sources stand, and what a person decides about one under review."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import Connection

from db import past, source_queries, sources, store
from db.engine import committed, reading
from db.past import Held, Went
from db.rows import Row
from db.stored import stored
from scrapers.base import Mode, Source, Walk
from scrapers.crawl import Crawl
from tracker import delivery, pipeline
from tracker.assemble import Home, opened, stop
from tracker.config import Config, SourceTable
from tracker.core.errors import ConfigError, SourceError
from tracker.core.health import AGREE, Measures, Record, grade
from tracker.output import near
from tracker.pipeline import Tracker, Visited, now_utc

UNCONFIGURED_EVERY = timedelta(days=1)
"""How often what is imported or sent by others is taken to come, where nothing says it."""


def state_of_sources(home: Home) -> list[dict[str, Any]]:
    """Every configured or known source with where it stands, as flat rows."""
    config = home.config()
    with opened(home, config) as tracker, reading(tracker.engine) as conn:
        return where_sources_stand(conn, config)


def where_sources_stand(conn: Connection, config: Config) -> list[dict[str, Any]]:
    """Every configured or known source with where it stands, as flat rows."""
    known, went, seen = source_queries.sources(conn), past.recent(conn), past.last_believed(conn)
    rows = []
    for name in sorted({*config.sources, *known}):
        table = config.sources.get(name)
        every = stop(config, name).every if table else None
        rows.append(_standing(name, known.get(name, {}), table, every, went.get(name, []), seen.get(name)))
    return rows


def _standing(
    name: str,
    row: Row,
    table: SourceTable | None,
    every: timedelta | None,
    went: list[Went],
    seen: Measures | None,
) -> dict[str, Any]:
    off = "imported" if name.startswith(("import:", "ingest:")) else "not configured"
    record = Record(
        outcomes=[one.outcome for one in went],
        measures=seen,
        last_ok_at=row.get("last_ok_at"),
        every=every or UNCONFIGURED_EVERY,
    )
    judged = grade(record, now=now_utc())
    return {
        "source": name,
        "site": table.site if table else row["site"],
        "state": (row.get("state", "new") if table.enabled else "disabled") if table else off,
        "grade": judged.letter,
        "on_offer": row.get("on_offer", 0),
        "identified": round(seen.identified, 3) if seen and seen.read else None,
        "seconds_a_page": _seconds_a_page(went),
        "every": str(every) if every else None,
        "last_good_visit": _instant(row.get("last_ok_at")),
        "next_visit": _instant(row.get("next_visit_at")) if table and table.enabled else None,
        "failures": row.get("failures", 0),
        "message": row.get("message", ""),
        "grade_reasons": "; ".join(judged.reasons),
    }


def _seconds_a_page(went: list[Went]) -> float | None:
    """How long a page takes, in the middle of the last visits, pauses for politeness included."""
    paces = [one.took.total_seconds() / one.pages for one in went if one.pages]
    return round(median(paces), 2) if paces else None


def for_people(row: Row, *, why: bool) -> Row:
    """One source as the columns people read."""
    shown = {
        "source": row["source"],
        "state": row["state"],
        "grade": row["grade"],
        "on offer": row["on_offer"],
        "identified": "" if row["identified"] is None else f"{row['identified']:.0%}",
        "s/page": row["seconds_a_page"],
        "every": row["every"],
        "last good visit": _minute(row["last_good_visit"]),
        "next visit": _minute(row["next_visit"]),
    }
    return {**shown, "reason": row["grade_reasons"]} if why else {**shown, "message": row["message"]}


def _minute(instant: str | None) -> str:
    return instant[:16].replace("T", " ") if instant else ""


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


# --- under review -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is held of a source: the reasons in lines, the listings in flat rows."""

    lines: tuple[str, ...]
    rows: tuple[dict[str, Any], ...]


def review(home: Home, name: str) -> Review:
    """What of a source is not believed; raises SourceError where all of it is, ConfigError for an unknown source."""
    with opened(home) as tracker:
        held = _held(tracker, name)
        return Review(
            lines=tuple(line for one in held for line in review_lines(one)),
            rows=tuple(row for one in held for row in _rows(tracker, one)),
        )


def _held(tracker: Tracker, name: str) -> list[Held]:
    with reading(tracker.engine) as conn:
        held, known = past.held(conn, name), source_queries.sources(conn)
    if name not in known:
        raise ConfigError(f"there is no source {name!r}{near(name, known)}")
    if not held:
        raise SourceError(f"{name} is not under review: all that it shows is believed")
    return held


def review_lines(held: Held) -> Iterator[str]:
    """Since when a source is under review, why, and what it would take to believe it."""
    yield f"{held.source}, {held.mode} visits, under review since {held.since:%Y-%m-%d %H:%M} UTC:"
    for doubt in held.doubts:
        yield f"  {doubt.why}"
    shown = f"{held.count} listings are kept out" if held.count else "no listing is kept out"
    ends = f"believed when {AGREE} more visits agree ({held.agreeing} so far)"
    if any(doubt.stubborn for doubt in held.doubts):
        ends = "not believed for being repeated: mend the source, or accept it"
    yield f"  {shown}; {ends}"


def _rows(tracker: Tracker, held: Held) -> Iterator[dict[str, Any]]:
    with reading(tracker.engine) as conn:
        shown = [raw.site_id for raw in held.listings]
        facts = past.facts(conn, stored(conn, held.source_id, held.site, shown, now=held.at))
    for raw in held.listings:
        old = facts.get(raw.site_id)
        yield {
            "mode": held.mode,
            "believed": _price(old.price, old.currency) if old else None,
            "shown": f"{raw.price} {raw.currency}".strip(),
            "condition": raw.condition,
            "seller": raw.seller,
            "title": raw.title,
            "link": raw.url,
        }


def _price(price: Decimal | None, currency: str) -> str | None:
    return None if price is None else f"{price} {currency}"


def accept(home: Home, name: str) -> Iterator[Visited]:
    """Store what a source keeps out, as if it had been believed, and deliver what that raises.

    Raises SourceError where nothing is kept out, or where the source is being visited.
    """
    with opened(home) as tracker:
        try:
            yield from accept_held(tracker, name)
        finally:
            delivery.deliver(tracker)


def accept_held(tracker: Tracker, name: str) -> Iterator[Visited]:
    """Store what a source keeps out, as if it had been believed; raises SourceError as `accept` does."""
    for held in _held(tracker, name):
        yield _accepted(tracker, held)


def _accepted(tracker: Tracker, held: Held) -> Visited:
    started_at, by = now_utc(), secrets.token_hex(8)

    def claimed(tx: Connection) -> None:
        if not sources.claim(tx, held.source, by=by, now=started_at, until=started_at + pipeline.CLAIM):
            raise SourceError("another process is visiting it right now: try again in a minute", site=held.source)
        store.unsee(tx, held.source_id, held.site, [raw.site_id for raw in held.listings], at=held.at)

    committed(tracker.engine, claimed)
    try:
        return pipeline.keep(
            tracker,
            Source(name=held.source, site=held.site, mode=Mode(held.mode)),
            Crawl(listings=held.listings, pages=0, complete=False),
            walk=Walk.WINDOW,
            every=None,
            started_at=started_at,
            now=held.at,
            accepting=held,
            by=by,
        )
    except BaseException:
        committed(tracker.engine, lambda tx: sources.release(tx, held.source, by=by))
        raise
