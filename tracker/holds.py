"""What keeps an alert that is owed from leaving now, and until when."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, takewhile

from sqlalchemy import Connection

from db import channels, delivery_queries
from db.rows import Row
from tracker.core.pace import HOUR, Hold, Pace, hold
from tracker.pipeline import Tracker

DISABLED = "disabled channel"
"""What holds an alert for nobody knows how long."""


def holds(tracker: Tracker, conn: Connection, rows: Sequence[Row], *, now: datetime) -> list[Hold | None]:
    """What holds each of some deliveries (rows with their alert's watch and time); None for one that may leave."""
    owed = [row for row in rows if row["state"] == "owed"]
    states = channels.states(conn) if owed else {}
    lines: dict[tuple[str, str], _Line] = {}
    for channel in {row["channel"] for row in owed}:
        for watch, line in groupby(delivery_queries.waiting(conn, channel), key=lambda row: row["watch"]):
            pace = tracker.paces.get(watch, Pace())
            sent_at = delivery_queries.sent_since(conn, channel, watch, since=now - HOUR) if pace.max_per_hour else []
            lines[channel, watch] = _Line(pace=pace, sent_at=sent_at, tried_at=_tried_again_at(list(line)))
    return [
        _hold(tracker, row, states.get(row["channel"], {}), lines.get((row["channel"], row["watch"])), now)
        if row["state"] == "owed"
        else None
        for row in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What the alerts of one watch for one channel have in common; `tried_at` is when the first is tried next."""

    pace: Pace
    sent_at: Sequence[datetime]
    tried_at: datetime


def _tried_again_at(line: Sequence[Row]) -> datetime:
    """When the first message of a line is tried next: what is behind it waits."""
    together = takewhile(lambda row: row["message"] == line[0]["message"], line)
    tried_at: list[datetime] = [row["next_try_at"] for row in together]
    return max(tried_at)


def _hold(tracker: Tracker, row: Row, state: Row, line: _Line | None, now: datetime) -> Hold | None:
    channel = tracker.channels.get(row["channel"])
    known = state if channel and state.get("fingerprint") == channel.fingerprint else {}
    if known.get("disabled_at"):
        return Hold(by=DISABLED, until=None)
    if line is None:  # beyond all that is looked at at once
        return None
    paused = known.get("paused_until")
    return hold(
        row["created_at"],
        line.pace,
        tried=bool(row["message"]),
        not_before={"failed attempt": line.tried_at, **({"paused channel": paused} if paused else {})},
        sent_at=line.sent_at,
        zone=tracker.zone,
        now=now,
    )


def said(one: Hold | None, tracker: Tracker) -> str:
    """What holds an alert and until when, by the user's clock; "" for one that may leave."""
    if one is None:
        return ""
    return f"{one.by} until " + ("it is mended" if one.until is None else local(one.until, tracker))


def local(at: datetime, tracker: Tracker) -> str:
    """An instant to the minute, by the user's clock."""
    return f"{at.astimezone(tracker.zone):%Y-%m-%d %H:%M}"


def still_held(tracker: Tracker, conn: Connection, *, now: datetime) -> Iterator[str]:
    """What is owed and cannot leave yet, in a line for each watch, channel and reason."""
    owed = [
        {**row, "state": "owed"}
        for channel in sorted(delivery_queries.channels_owed(conn))
        for row in delivery_queries.waiting(conn, channel)
    ]
    held = zip(owed, holds(tracker, conn, owed, now=now), strict=True)
    counted = Counter((row["watch"], row["channel"], said(one, tracker)) for row, one in held if one)
    for (watch, channel, why), count in counted.items():
        more = " or more" if count >= delivery_queries.MOST_OF_A_WATCH else ""
        yield f"{count}{more} of {watch or 'the owner'} to {channel} held: {why}"
