"""The outbox: the watches as they were evaluated, the alerts that are owed, and the deliveries of them."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, delete, insert, or_, select, update

from db.sql import (
    ALERT,
    DELIVERY,
    WATCH,
    chunks,
    one_of,
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
    by_key: dict[str, Owed] = {}
    for alert in alerts:
        by_key.setdefault(alert.key, alert)
    for chunk in chunks(list(by_key)):
        for key in tx.execute(_OWED, {"keys": chunk}).scalars():
            del by_key[key]
    deliveries = []
    for alert in by_key.values():  # one by one, so that their numbers keep their order
        told = {"key": alert.key, "kind": alert.kind, "watch": alert.watch, "created_at": now}
        payload = json.dumps(alert.payload, ensure_ascii=False)
        alert_id = tx.execute(_ENTER, {**told, "payload": payload}).scalar_one()
        owed = {"alert_id": alert_id, "state": "owed", "attempts": 0, "next_try_at": now, "error": ""}
        deliveries += [{**owed, "channel": channel} for channel in alert.channels]
    if deliveries:
        tx.execute(insert(DELIVERY), deliveries)
    return len(by_key)


_OWED = select(ALERT.c.key).where(one_of(ALERT.c.key, "keys"))
_ENTER = insert(ALERT).returning(ALERT.c.id)


def claim_message(
    tx: Connection, alert_ids: Collection[int], channel: str, message: str, *, now: datetime, until: datetime
) -> bool:
    """Take the deliveries of one message by compare-and-swap; False when somebody else has one, or it is done.

    The caller undoes its transaction then: a message leaves whole or not at all.
    """
    asked = {"ids": list(alert_ids), "of": channel, "as": message, "now": now, "until": until}
    return tx.execute(_CLAIM, asked).rowcount == len(alert_ids)


_CLAIM = (
    update(DELIVERY)
    .where(
        one_of(DELIVERY.c.alert_id, "ids"),
        DELIVERY.c.channel == bindparam("of"),
        DELIVERY.c.state == "owed",
        or_(DELIVERY.c.message == "", DELIVERY.c.message == bindparam("as")),
        or_(DELIVERY.c.claimed_until.is_(None), DELIVERY.c.claimed_until < bindparam("now")),
    )
    .values(claimed_until=bindparam("until"), attempts=DELIVERY.c.attempts + 1, message=bindparam("as"))
)


def close_message(
    tx: Connection, alert_ids: Collection[int], channel: str, *, claimed_until: datetime, **columns: Any
) -> None:
    """Write down how an attempt went and give the deliveries back; those whose lease another has taken stay so."""
    asked = {"ids": list(alert_ids), "of": channel, "until": claimed_until}
    tx.execute(_close_of(tuple(columns)), {**asked, **columns})


@cache
def _close_of(columns: tuple[str, ...]) -> Executable:
    mine = (
        one_of(DELIVERY.c.alert_id, "ids"),
        DELIVERY.c.channel == bindparam("of"),
        DELIVERY.c.state == "owed",
        DELIVERY.c.claimed_until == bindparam("until"),
    )
    return update(DELIVERY).where(*mine).values(claimed_until=None, **{name: bindparam(name) for name in columns})


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
