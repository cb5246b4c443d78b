"""The delivery: what is owed goes to its channels, at least once, whatever happens on the way.

Every channel has a line of its own, so that one that is slow or down holds back nobody else. In a line the alerts of a
watch keep their order: one that cannot leave yet holds back those behind it.
"""

import hashlib
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from typing import Any

from sqlalchemy import Connection

from alerts.base import Channel, Message
from alerts.message import compose, compose_together
from db import channels, delivery_queries, outbox
from db.engine import committed, reading
from db.rows import Row
from tracker.core.errors import NotifyError, TrackerError
from tracker.core.flat import flat_notice
from tracker.core.meanwhile import as_it_stands
from tracker.core.pace import HOUR, Pace, Waiting, due_at, messages
from tracker.core.rules import key_of
from tracker.pipeline import Tracker, now_utc

log = logging.getLogger("tracker")

LEASE = timedelta(minutes=2)
"""A delivery that has not ended after this long is tried again."""

RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 25, 125, 360))
"""Waits before the next attempt to deliver; the last one repeats. Each is up to a fifth longer, by chance."""

LONGEST_WAIT_S = 86_400
"""A channel that asks for more than a day is asked again after one."""

GIVE_UP = timedelta(days=7)
"""An alert that has been due for this long, and was tried more than once, is failed for good."""

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What deliveries did; `refusals` says who refused and why, `disabled` which channels that has closed."""

    sent: int = 0
    refusals: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(
            sent=self.sent + other.sent,
            refusals=self.refusals + other.refusals,
            disabled=self.disabled + other.disabled,
        )


def deliver(tracker: Tracker, *, now: Clock = now_utc) -> Delivered:
    """Send what is owed and may leave, all channels side by side; what is refused stays owed until it is given up."""
    total = _round(tracker, now)
    return total + _round(tracker, now) if total.disabled else total  # the others are told of it


def _round(tracker: Tracker, now: Clock) -> Delivered:
    with reading(tracker.engine) as conn:
        names = sorted(delivery_queries.channels_owed(conn))
    if not names:
        return Delivered()
    with ThreadPoolExecutor(len(names), thread_name_prefix="deliver") as pool:
        return sum(pool.map(lambda name: through(tracker, name, now=now), names), Delivered())


class Post:
    """A thread for each channel that delivers whenever it is woken, until it is closed."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._closing = threading.Event()
        self._news = {name: threading.Event() for name in tracker.channels}
        self._threads = [
            threading.Thread(target=self._run, args=(name,), name=f"deliver {name}", daemon=True)
            for name in tracker.channels
        ]

    def open(self) -> None:
        """Start delivering."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that something may be due."""
        for news in self._news.values():
            news.set()

    def close(self, *, timeout_s: float | None = None) -> list[str]:
        """Deliver what is due once more, and end; returns the threads that are still at it after the timeout."""
        self._closing.set()
        self.wake()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(None if deadline is None else max(deadline - time.monotonic(), 0))
        return [thread.name for thread in self._threads if thread.is_alive()]

    def _run(self, name: str) -> None:
        news = self._news[name]
        while not self._closing.is_set():
            news.wait()
            news.clear()
            try:
                delivered = through(self._tracker, name, now=now_utc)
            except TrackerError as error:
                log.error("delivery through %s: %s", name, error)
                continue
            except Exception:
                log.exception("delivery through %s crashed", name)
                continue
            for refusal in delivered.refusals:
                log.warning("not delivered, %s", refusal)
            if delivered.disabled:
                self.wake()  # the others are to be told


# --- one channel --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """Alerts that leave together through a channel: `key` is the message's, the same at every attempt."""

    channel: str
    key: str
    alert_ids: tuple[int, ...]
    attempts: int
    due_at: datetime


def through(tracker: Tracker, name: str, *, now: Clock) -> Delivered:
    """Send what may leave through one channel, until nothing moves any more."""
    channel = tracker.channels.get(name)
    if channel is None:
        return _disowned(tracker, name, now())
    total, moved = Delivered(), True
    while moved and _is_open(tracker, name, channel, now()):
        moved = False
        for parcels in _lines(tracker, name, now()):
            for parcel in parcels:
                outcome = _sent(tracker, channel, parcel, now)
                total += outcome.delivered
                if not outcome.settled:
                    break
                moved = True
            if total.refusals and not _is_open(tracker, name, channel, now()):
                return total
    return total


def _disowned(tracker: Tracker, name: str, now: datetime) -> Delivered:
    said = f"there is no channel {name!r} in the configuration"
    failed = committed(tracker.engine, lambda tx: outbox.give_up(tx, name, error=said, now=now))
    return Delivered(refusals=(f"{name}: {said}",) if failed else ())


def _is_open(tracker: Tracker, name: str, channel: Channel, now: datetime) -> bool:
    """Whether a channel may be tried now; with other settings than before it starts afresh."""
    with reading(tracker.engine) as conn:
        state = channels.state(conn, name)
    if state is None or state["fingerprint"] != channel.fingerprint:
        committed(tracker.engine, lambda tx: channels.know(tx, name, channel.fingerprint))
        return True
    if state["disabled_at"] is not None:
        if state["disabled_at"] < now - GIVE_UP:
            _give_up_old(tracker, name, str(state["error"]), now)
        return False
    return state["paused_until"] is None or state["paused_until"] <= now


def _give_up_old(tracker: Tracker, name: str, said: str, now: datetime) -> None:
    """Fail what has been due for too long to a channel that takes nothing."""
    with reading(tracker.engine) as conn:
        rows = delivery_queries.waiting(conn, name)
    old = [row["alert_id"] for row in rows if _due_at(row, tracker) < now - GIVE_UP]
    if old:
        committed(tracker.engine, lambda tx: outbox.give_up(tx, name, alert_ids=old, error=said, now=now))


def _due_at(row: Row, tracker: Tracker) -> datetime:
    return due_at(row["created_at"], tracker.paces.get(row["watch"], Pace()), tracker.zone)


def _lines(tracker: Tracker, name: str, now: datetime) -> list[list[Parcel]]:
    """What may leave through a channel now: for every watch its messages, in order."""
    with reading(tracker.engine) as conn:
        rows = delivery_queries.waiting(conn, name)
        lines = []
        for watch, owed in groupby(rows, key=lambda row: row["watch"]):
            line = list(owed)
            pace = tracker.paces.get(watch, Pace())
            since = now - HOUR
            sent_at = delivery_queries.sent_since(conn, name, watch, since=since) if pace.max_per_hour else []
            if parcels := list(_parcels(line, pace, sent_at, tracker, now)):
                lines.append(parcels)
    return lines


def _parcels(
    line: Sequence[Row], pace: Pace, sent_at: Sequence[datetime], tracker: Tracker, now: datetime
) -> Iterator[Parcel]:
    """The messages of one watch; what was tried before leaves as it was tried, and first."""
    head = line[0]
    tried = head["message"]
    same = list(takewhile(lambda row: row["message"] == tried, line))
    if any(row["next_try_at"] > now or (row["claimed_until"] and row["claimed_until"] >= now) for row in same):
        return
    if tried:
        one = Waiting(alert_id=head["alert_id"], raised_at=head["created_at"])
        held_by = Pace(quiet=pace.quiet, max_per_hour=pace.max_per_hour)
        if messages([one], held_by, sent_at=sent_at, zone=tracker.zone, now=now):
            yield _parcel(same, tracker)
        return
    by_id = {row["alert_id"]: row for row in same}
    waiting = [Waiting(alert_id=row["alert_id"], raised_at=row["created_at"]) for row in same]
    for ids in messages(waiting, pace, sent_at=sent_at, zone=tracker.zone, now=now):
        yield _parcel([by_id[alert_id] for alert_id in ids], tracker)


def _parcel(rows: Sequence[Row], tracker: Tracker) -> Parcel:
    keys = [row["key"] for row in rows]
    return Parcel(
        channel=rows[0]["channel"],
        key=rows[0]["message"] or (keys[0] if len(keys) == 1 else key_of("together", *keys)),
        alert_ids=tuple(row["alert_id"] for row in rows),
        attempts=max(row["attempts"] for row in rows),
        due_at=min(_due_at(row, tracker) for row in rows),
    )


# --- one message --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """How an attempt went: `settled` is that the message is done with, so that the next of its line may follow."""

    delivered: Delivered = Delivered()
    settled: bool


class _Taken(Exception):
    """Somebody else has a part of the message."""


def _sent(tracker: Tracker, channel: Channel, parcel: Parcel, now: Clock) -> _Outcome:
    """One attempt at one message."""
    name, at = parcel.channel, now()
    mine = at + LEASE

    def claimed(tx: Connection) -> None:
        if not outbox.claim_message(tx, parcel.alert_ids, name, parcel.key, now=at, until=mine):
            raise _Taken

    try:
        committed(tracker.engine, claimed)
    except _Taken:
        return _Outcome(settled=False)
    message = _message(tracker, parcel)
    refusal = None if message is None else _refusal(channel, message, parcel)
    if refusal is not None:
        return _refused(tracker, parcel, refusal, mine, now())
    done = {"state": "sent", "sent_at": now(), "error": ""}
    if message is None:
        done = {"state": "dropped", "error": "you set it aside before it left"}

    def closed(tx: Connection) -> None:
        outbox.close_message(tx, parcel.alert_ids, name, claimed_until=mine, **done)
        channels.works(tx, name)

    committed(tracker.engine, closed)
    return _Outcome(delivered=Delivered(sent=len(parcel.alert_ids) if message else 0), settled=True)


def _message(tracker: Tracker, parcel: Parcel) -> Message | None:
    """What is said, as things stand now; None where the user has set all of it aside."""
    with reading(tracker.engine) as conn:
        raised = delivery_queries.payloads(conn, parcel.alert_ids)
        named = {offer.get("listing_id", 0) for payload in raised for offer in payload["offers"]}
        now = delivery_queries.standing(conn, named)
    left = [_linked(tracker, payload) for one in raised if (payload := as_it_stands(one, now)) is not None]
    if not left:
        return None
    return compose(left[0]) if len(raised) == 1 else compose_together(left, key=parcel.key)


def _linked(tracker: Tracker, payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with the links by which its reader says a word on each offer, where there is somewhere to lead."""
    if (links := tracker.links) is None:
        return payload
    now = now_utc()
    offers = [
        {**offer, "links": links.of(offer["listing_id"], now=now)} if offer.get("state") else offer
        for offer in payload["offers"]
    ]
    return {**payload, "offers": offers}


class _Crashed(NotifyError):
    """A fault of ours, in one message."""


def _refusal(channel: Channel, message: Message, parcel: Parcel) -> NotifyError | None:
    """What a channel says against a message; None when it took it."""
    try:
        channel.send(message)
    except NotifyError as error:
        return error
    except Exception as error:  # noqa: BLE001  (a bug in one channel must not hold back the others)
        log.error("the channel %s crashed at %s", parcel.channel, _where(error))
        return _Crashed(f"crashed: {type(error).__name__}", permanent=parcel.attempts + 1 >= len(RETRIES))
    return None


def _where(error: BaseException) -> str:
    """Kind and place of a fault, without what it says: that may hold a secret of the channel's."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} in {' < '.join(f'{one.name}:{one.lineno}' for one in reversed(frames))}"


def _refused(tracker: Tracker, parcel: Parcel, error: NotifyError, mine: datetime, now: datetime) -> _Outcome:
    """Write down a refusal: the message waits or is given up, the channel pauses or is disabled."""
    name, said = parcel.channel, str(error)
    old = parcel.attempts > 0 and now - parcel.due_at > GIVE_UP
    failed = not error.disables and (error.permanent or old)
    pause = timedelta(0) if error.disables else _pause(parcel.attempts, parcel.key, error)
    columns: Row = {"state": "failed"} if failed else {"next_try_at": now + pause}

    def closed(tx: Connection) -> bool:
        disabled = False
        outbox.close_message(tx, parcel.alert_ids, name, claimed_until=mine, error=said, **columns)
        states = channels.states(tx)
        if error.disables:
            disabled = channels.disable(tx, name, error=said, now=now)
        elif not error.permanent and not isinstance(error, _Crashed):
            rest = _pause(states[name]["failures"] if name in states else 0, parcel.key, error)
            channels.pause(tx, name, until=now + rest, error=said)
        if disabled:
            outbox.owe(tx, [_notice(tracker, states, name, said, now)], now=now)
        return disabled

    disabled = committed(tracker.engine, closed)
    told = Delivered(refusals=(f"{name}: {said}",), disabled=(name,) if disabled else ())
    return _Outcome(delivered=told, settled=failed)


def _pause(failures: int, key: str, error: NotifyError) -> timedelta:
    """How long to wait after so many failures: up to a fifth longer than planned, as long as the channel asks for."""
    by_chance = int(hashlib.sha256(f"{key} {failures}".encode()).hexdigest()[:8], 16) / 0xFFFF_FFFF
    pause = RETRIES[min(failures, len(RETRIES) - 1)] * (1 + by_chance / 5)
    return max(pause, timedelta(seconds=min(error.retry_after_s or 0, LONGEST_WAIT_S)))


def _notice(tracker: Tracker, states: Mapping[str, Row], name: str, said: str, now: datetime) -> outbox.Owed:
    """What the other channels are told, once, of one that is disabled."""
    used = {channel for watch in tracker.watches for channel in watch.notify}
    others = sorted(
        other
        for other in tracker.channels
        if other != name and (other in used or other != "console") and not states.get(other, {}).get("disabled_at")
    )
    key = key_of("disabled", name, now)
    return outbox.Owed(
        key=key,
        kind="notice",
        watch="",
        payload=flat_notice(
            key,
            subject=f"The channel {name} is disabled",
            text=f"{said}. Its alerts wait. Mend it, then: tracker alerts test {name}",
            created_at=now,
        ),
        channels=tuple(others),
    )
