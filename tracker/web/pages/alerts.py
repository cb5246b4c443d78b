"""The alerts: what was said, is owed or failed, why, and how long it took from the market to the reader."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from db import delivery_queries
from db.engine import reading
from db.rows import Row
from tracker import post
from tracker.holds import holds, said
from tracker.web.site import Site

Value = dict[str, Any]

MOST = 200
"""Deliveries on the page."""

STATES = ("sent", "owed", "failed", "dropped")


def alerts_page(site: Site) -> Value:
    """The latest alerts, a row for each channel they go to, newest first; times between steps in seconds.

    `held` says what keeps one that is owed from leaving, and until when.
    """
    with reading(site.tracker.engine) as conn:
        found = delivery_queries.recent(conn, limit=MOST)
        held = holds(site.tracker, conn, found, now=site.now())
    rows = [{**_row(row), "held": said(one, site.tracker)} for row, one in zip(found, held, strict=True)]
    return {
        "counts": {state: sum(row["state"] == state for row in rows) for state in STATES},
        "medians": {name: _median(rows, name) for name in ("listed_to_seen_s", "seen_to_sent_s")},
        "alerts": rows,
        "channels": post.standing(site.tracker),
    }


def _row(row: Row) -> Value:
    payload = row["payload"]
    best: Row = next(iter(payload["offers"]), {})
    return {
        **post.timed(row),
        "attempts": row["attempts"],
        "error": row["error"],
        "listing_id": best.get("listing_id"),
        "variant": best.get("variant") or best.get("gpu"),
        "offers": payload["count"],
        "value": best.get("value"),
        "unit": payload.get("unit", ""),
        "why": _why(payload, best),
        "doubts": "; ".join(best.get("doubts") or []),
    }


def _why(payload: Row, best: Row) -> str:
    """The rules that spoke, in words; what was raised before rules were kept says its threshold."""
    if reasons := [reason["said"] for reason in best.get("reasons") or []]:
        return "; ".join(reasons)
    below = payload.get("below")
    return (
        str(payload.get("text", "")) if below is None else f"asked for {payload['metric']} {below:g} {payload['unit']}"
    )


def _median(rows: Sequence[Value], name: str) -> float | None:
    known = [row[name] for row in rows if row[name] is not None and row[name] >= 0]
    return round(median(known), 1) if known else None
