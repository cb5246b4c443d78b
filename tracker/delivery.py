"""The delivery: what is owed goes to its channels, at least once, whatever happens on the way."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.base import Channel
from alerts.message import compose
from db import outbox, queries
from db.engine import reading, writing
from db.rows import Row
from tracker.core.errors import NotifyError
from tracker.pipeline import Tracker, now_utc

log = logging.getLogger("tracker")

LEASE = timedelta(minutes=2)
"""A delivery that has not ended after this long is tried again."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 25, 125, 360))
"""Waits before the next attempt to deliver; the last one repeats."""

GIVE_UP = timedelta(days=7)
"""An alert that no attempt could deliver for this long is failed for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What one round of deliveries did; `refusals` says who refused and why."""

    sent: int = 0
    refusals: tuple[str, ...] = ()


def deliver(tracker: Tracker, *, now: Callable[[], datetime] = now_utc) -> Delivered:
    """Send what is owed and due; what is refused stays owed until it is time to give up.

    A channel that is down is left alone for the rest of the round, so that it holds back nobody else.
    """
    with reading(tracker.engine) as conn:
        due = queries.owed(conn, now=now())
    sent, refusals, down = 0, [], set()
    for delivery in due:
        if delivery["channel"] in down:
            continue
        refusal = _send(tracker, delivery, now)
        if refusal is None:
            sent += 1
        elif str(refusal):
            refusals.append(f"{delivery['channel']}: {refusal}")
            if not refusal.permanent:
                down.add(delivery["channel"])
    return Delivered(sent=sent, refusals=tuple(refusals))


def _send(tracker: Tracker, delivery: Row, now: Callable[[], datetime]) -> NotifyError | None:
    """One attempt at one delivery: None when sent, the refusal when not, an empty one when somebody else has it."""
    alert_id, name, at = delivery["alert_id"], delivery["channel"], now()
    mine = at + LEASE
    with writing(tracker.engine) as tx:
        if not outbox.claim_delivery(tx, alert_id, name, now=at, until=mine):
            return NotifyError("", permanent=True)
    refusal = _refusal(tracker.channels.get(name), delivery)
    with writing(tracker.engine) as tx:
        outcome = {"state": "sent", "sent_at": now(), "error": ""}
        if refusal is not None:
            outcome = _after_refusal(delivery, refusal, now())
        outbox.close_delivery(tx, alert_id, name, claimed_until=mine, **outcome)
    return refusal


def _refusal(channel: Channel | None, delivery: Row) -> NotifyError | None:
    """What a channel says against a message; None when it took it."""
    if channel is None:
        name = delivery["channel"]
        return NotifyError(f"there is no channel {name!r} in the configuration", permanent=True)
    try:
        channel.send(compose(delivery["payload"]))
    except NotifyError as error:
        return error
    except Exception as error:  # a bug in one channel must not hold back the others
        log.exception("the channel %s crashed", delivery["channel"])
        return NotifyError(f"crashed: {error!r}")
    return None


def _after_refusal(delivery: Row, error: NotifyError, now: datetime) -> Row:
    if error.permanent or now - delivery["created_at"] > GIVE_UP:
        return {"state": "failed", "error": str(error)}
    pause = RETRIES[min(delivery["attempts"], len(RETRIES) - 1)]
    if error.retry_after_s is not None:
        pause = max(pause, timedelta(seconds=min(error.retry_after_s, 86_400)))
    return {"next_try_at": now + pause, "error": str(error)}
