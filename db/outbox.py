"""The outbox: the watches as they were evaluated, the alerts that are owed, and the deliveries of them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from db.sql import (
    ALERT,
    DELIVERY,
    WATCH,
    chunks,
    upsert,
)
from tracker.core.rules import Watch


def know_watch(tx: Connection, watch: Watch, *, now: datetime) -> None:
    """Remember that a watch, as it reads now, has been evaluated over everything on offer."""
    row = {"name": watch.name, "fingerprint": watch.fingerprint, "since": now}
    upsert(tx, WATCH, [row], key=("name",))


def forget_watches(tx: Connection, *, kept: Collection[str]) -> None:
    """Forget watches that are no longer configured: one that comes back is new."""
    tx.execute(delete(WATCH).where(WATCH.c.name.not_in(kept)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An alert as it is owed: its payload for the messages, and its channels."""

    key: str
    kind: str
    watch: str
    payload: Mapping[str, Any]
    channels: tuple[str, ...]


def owe(tx: Connection, alerts: Iterable[Owed], *, now: datetime) -> int:
    """Put alerts in the outbox, once each whatever happens; returns how many were new."""
    new = 0
    for alert in alerts:
        if tx.execute(select(ALERT.c.id).where(ALERT.c.key == alert.key)).first():
            continue
        entered = insert(ALERT).values(
            key=alert.key,
            kind=alert.kind,
            watch=alert.watch,
            payload=json.dumps(alert.payload, ensure_ascii=False),
            created_at=now,
        )
        alert_id = tx.execute(entered.returning(ALERT.c.id)).scalar_one()
        owed = {"alert_id": alert_id, "state": "owed", "attempts": 0, "next_try_at": now, "error": ""}
        if alert.channels:
            tx.execute(insert(DELIVERY), [{**owed, "channel": channel} for channel in alert.channels])
        new += 1
    return new


def claim_message(
    tx: Connection, alert_ids: Collection[int], channel: str, message: str, *, now: datetime, until: datetime
) -> bool:
    """Take the deliveries of one message by compare-and-swap; False when somebody else has one, or it is done.

    The caller undoes its transaction then: a message leaves whole or not at all.
    """
    taken = (
        update(DELIVERY)
        .where(
            DELIVERY.c.alert_id.in_(alert_ids),
            DELIVERY.c.channel == channel,
            DELIVERY.c.state == "owed",
            DELIVERY.c.message.in_(["", message]),
            or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until < now),
        )
        .values(claimed_until=until, attempts=DELIVERY.c.attempts + 1, message=message)
    )
    return tx.execute(taken).rowcount == len(alert_ids)


def close_message(
    tx: Connection, alert_ids: Collection[int], channel: str, *, claimed_until: datetime, **columns: Any
) -> None:
    """Write down how an attempt went and give the deliveries back; those whose lease another has taken stay so."""
    mine = (
        DELIVERY.c.alert_id.in_(alert_ids),
        DELIVERY.c.channel == channel,
        DELIVERY.c.state == "owed",
        DELIVERY.c.claimed_until == claimed_until,
    )
    tx.execute(update(DELIVERY).where(*mine).values(claimed_until=None, **columns))


def give_up(
    tx: Connection, channel: str, *, error: str, now: datetime, alert_ids: Collection[int] | None = None
) -> int:
    """Fail for good what is owed to a channel (of some alerts; None: all); returns how many deliveries that were."""
    idle = or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until < now)
    owed = [DELIVERY.c.channel == channel, DELIVERY.c.state == "owed", idle]
    failed = update(DELIVERY).values(state="failed", error=error)
    if alert_ids is None:
        return tx.execute(failed.where(*owed)).rowcount
    return sum(
        tx.execute(failed.where(*owed, DELIVERY.c.alert_id.in_(chunk))).rowcount for chunk in chunks(list(alert_ids))
    )


def take_back(tx: Connection, channel: str, *, claimed_until: datetime) -> None:
    """Free what a dead sender had claimed of a channel, until then or less long; who sends since keeps its own."""
    theirs = (DELIVERY.c.channel == channel, DELIVERY.c.state == "owed", DELIVERY.c.claimed_until <= claimed_until)
    tx.execute(update(DELIVERY).where(*theirs).values(claimed_until=None))


def retry_deliveries(tx: Connection, *, now: datetime, channels: Collection[str] | None = None) -> int:
    """Make what is owed or failed (to some channels; None: all) due now, but for what is being sent; says how many."""
    idle = or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until < now)
    again = update(DELIVERY).where(DELIVERY.c.state.in_(["owed", "failed"]), idle)
    if channels is not None:
        again = again.where(DELIVERY.c.channel.in_(channels))
    return tx.execute(again.values(state="owed", next_try_at=now)).rowcount
