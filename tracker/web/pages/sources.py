"""The sources: how each fares, when it was last good and is next visited, and what its visits brought over time."""

from datetime import timedelta
from typing import Any

from db import page_queries, past
from db.engine import reading
from tracker.core.health import HEALTHY, Outcome
from tracker.standing import review_lines, where_sources_stand
from tracker.web.site import Site

Value = dict[str, Any]

PAST = timedelta(days=14)
"""How far back visits are shown."""

MOST_VISITS = 4000
"""Visits of all sources together."""

PER_SOURCE = 60
"""Visits of one source in its drawing."""

_FINE = {*HEALTHY, "new", "disabled", "imported", "not configured"}

QUIET = {Outcome.EMPTY: "nothing matches right now", "new": "not visited yet"}


def sources_page(site: Site) -> Value:
    """Every source, and its visits, newest first."""
    with reading(site.tracker.engine) as conn:
        standing = where_sources_stand(conn, site.config)
        doubted = [row["source"] for row in standing if row["state"] == Outcome.SUSPICIOUS]
        held = {name: past.held(conn, name) for name in doubted}
        found = page_queries.visits(conn, since=site.now() - PAST, limit=MOST_VISITS)
    visits = [
        {**row, **{name: row[name].isoformat(timespec="seconds") for name in ("started_at", "ended_at")}}
        for row in found
    ]
    return {
        "sources": [
            {**row, "trouble": row["state"] not in _FINE, "quarantined": row["source"] in held} for row in standing
        ],
        "reviews": [
            {"source": name, "held": one.count, "said": "\n".join(review_lines(one))}
            for name, kept in held.items()
            for one in kept
        ],
        "visits": visits,
    }


def counts(value: Value) -> dict[str, list[int]]:
    """How many listings the latest visits of each source showed, oldest first."""
    by_source: dict[str, list[int]] = {}
    for row in value["visits"]:
        mine = by_source.setdefault(row["source"], [])
        if len(mine) < PER_SOURCE and row["mode"] == "full":
            mine.append(row["listings"])
    return {name: seen[::-1] for name, seen in by_source.items()}
