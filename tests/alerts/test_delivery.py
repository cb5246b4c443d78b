"""What is owed, on its way: order, retries, channels that are down, disabled, slow, and messages that are held back."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import PrivateAttr
from sqlalchemy import select

from alerts.base import Channel, Message
from db import channels, delivery_queries, marks, outbox, queries, sql
from db.engine import reading, writing
from tests.conftest import NOON, offer, priced
from tests.db.test_store import see
from tracker import delivery
from tracker.core.errors import NotifyError
from tracker.core.flat import flat_alert
from tracker.core.marks import MarkKind
from tracker.core.pace import Digest, Pace, Quiet
from tracker.core.rules import Alert, AlertKind, Change, Event, Watch
from tracker.core.wanted import Wanted
from tracker.holds import holds, said, still_held
from tracker.pipeline import Tracker

MakeTracker = Callable[..., Tracker]
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
BUSY, BROKEN = NotifyError("busy"), NotifyError("no such message", permanent=True)
SHUT = NotifyError("the login is wrong", disables=True)


@dataclass
class Log:
    """What came through a channel, and what it answers next: a refusal, or None to take the message."""

    answers: list[Exception | None] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    tried: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)


class Told(Channel):
    """A channel that writes down what it is given, and refuses as it is told."""

    type: str = "told"
    setting: str = ""
    _log: Log = PrivateAttr(default_factory=Log)

    @property
    def log(self) -> Log:
        return self._log

    def send(self, message: Message) -> None:
        self._log.tried.append(message.key)
        answer = self._log.answers.pop(0) if self._log.answers else None
        if answer is not None:
            raise answer
        self._log.keys.append(message.key)
        self._log.messages.append(message)


def owe(
    tracker: Tracker,
    *keys: str,
    watch: str = "cheap",
    to: Sequence[str] = ("a",),
    at: datetime = NOON,
    listing: int = 1,
) -> None:
    """Put alerts in the outbox, in this order."""
    asked = Watch(name=watch, wanted=Wanted(), metric="usd", below=None, notify=tuple(to))
    with writing(tracker.engine) as tx:
        for key in keys:
            change = Change(event=Event.NEW, offer=priced(listing))
            alert = Alert(key=key, kind=AlertKind.DEAL, watch=asked, changes=(change,), occasion="new")
            owed = outbox.Owed(
                key=key,
                kind="deal",
                watch=watch,
                payload=flat_alert(alert, created_at=at),
                channels=tuple(to),
            )
            outbox.owe(tx, [owed], now=at)


def run(tracker: Tracker, at: datetime = NOON) -> delivery.Delivered:
    return delivery.deliver(tracker, now=lambda: at)


def states(tracker: Tracker) -> dict[tuple[str, str], str]:
    with reading(tracker.engine) as conn:
        rows = conn.execute(select(sql.ALERT.c.key, sql.DELIVERY.c.channel, sql.DELIVERY.c.state).join(sql.DELIVERY))
        return {(row.key, row.channel): row.state for row in rows}


def test_the_alerts_of_a_watch_keep_their_order_and_others_do_not_wait(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1", "2", "3")
    a.log.answers = [BUSY]
    run(tracker)
    assert a.log.tried == ["1"], "what is behind it waits"
    owe(tracker, "x", watch="other")
    run(tracker, NOON + 10 * timedelta(seconds=1))
    assert a.log.tried == ["1"], "the channel pauses"
    run(tracker, NOON + 2 * MINUTE)
    assert [key for key in a.log.keys if key != "x"] == ["1", "2", "3"]
    assert "x" in a.log.keys


def test_a_message_that_nobody_takes_holds_back_its_own_watch_alone(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1", "2")
    owe(tracker, "x", watch="other")
    a.log.answers = [ValueError("a bug of ours, with a secret"), None]
    assert run(tracker).refusals == ("a: crashed: ValueError",)
    assert a.log.keys == ["x"]
    for minutes in (2, 10, 60, 300, 1000):
        a.log.answers = [ValueError()]
        run(tracker, NOON + minutes * MINUTE)
    assert states(tracker)["1", "a"] == "failed", "a fault of ours does not go away by itself"
    assert a.log.keys == ["x", "2"]


def test_what_is_refused_for_good_lets_the_next_pass(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1", "2")
    a.log.answers = [BROKEN]
    run(tracker)
    assert (a.log.keys, states(tracker)["1", "a"]) == (["2"], "failed")


# attempts so far, what the channel asks for in seconds → the least and the most minutes to the next attempt
PAUSES = [
    (0, None, 1, 1.2),
    (1, None, 5, 6),
    (2, None, 25, 30),
    (3, None, 125, 150),
    (4, None, 360, 432),
    (9, None, 360, 432),
    (0, 600, 10, 10),
    (3, 600, 125, 150),
    (0, 999_999, 1440, 1440),
]


@pytest.mark.parametrize(("failures", "asked_s", "least", "most"), PAUSES)
def test_pauses(failures: int, asked_s: float | None, least: float, most: float) -> None:
    for key in ("a", "b", "c"):
        pause = delivery._pause(failures, key, NotifyError("busy", retry_after_s=asked_s))
        assert least * MINUTE <= pause <= most * MINUTE
        assert pause == delivery._pause(failures, key, NotifyError("busy", retry_after_s=asked_s))


def test_after_a_week_it_is_given_up(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1")
    at, tries = NOON, 0
    while states(tracker)["1", "a"] == "owed":
        a.log.answers = [BUSY]
        run(tracker, at)
        at += HOUR
        tries += 1
    assert timedelta(days=7) < at - NOON <= timedelta(days=7, hours=9)
    assert len(a.log.tried) < 40 < tries, "it was tried ever less often"


# how the watch speaks, when the alert is raised (days before Monday noon), how the channel fails at noon
LATE = [
    (Pace(digest=Digest.read("weekly 12:00")), 6.999, BUSY),  # it is due when it is almost a week old
    (Pace(digest=Digest.read("weekly 12:00")), 6.999, SHUT),
    (Pace(), 8, BUSY),  # the machine slept
    (Pace(), 8, SHUT),
]


@pytest.mark.parametrize(("pace", "days", "answer"), LATE)
def test_one_hiccup_loses_nothing_however_long_it_was_held_back(
    make_tracker: MakeTracker, pace: Pace, days: float, answer: NotifyError
) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a}, paces={"cheap": pace})
    monday = NOON + 3 * timedelta(days=1)
    owe(tracker, "1", at=monday - timedelta(days=days))
    a.log.answers = [answer]
    run(tracker, monday + 3 * MINUTE)
    run(tracker, monday + 4 * MINUTE)
    assert (a.log.tried, states(tracker)["1", "a"]) == (["1"], "owed")
    with writing(tracker.engine) as tx:
        channels.enable(tx)
    run(tracker, monday + HOUR)
    assert states(tracker)["1", "a"] == "sent"


def test_a_channel_that_refuses_us_is_disabled_and_the_others_are_told_once(make_tracker: MakeTracker) -> None:
    a, b, c = Told(), Told(), Told()
    tracker = make_tracker(channels={"a": a, "b": b, "c": c})
    owe(tracker, "1", "2", to=("a", "b"))
    a.log.answers = [SHUT]
    delivered = run(tracker)
    assert delivered.disabled == ("a",)
    assert a.log.tried == ["1"]
    assert [key for key in b.log.keys if len(key) == 1] == ["1", "2"]
    for one in (b, c):
        [notice] = [message for message in one.log.messages if message.payload["kind"] == "notice"]
        assert notice.subject == "The channel a is disabled"
        assert "the login is wrong" in notice.text
    for later in range(1, 50):
        run(tracker, NOON + later * HOUR)
    assert (a.log.tried, len(b.log.keys), len(c.log.keys)) == (["1"], 3, 1)
    assert states(tracker)["1", "a"] == "owed", "its alerts wait"
    run(tracker, NOON + timedelta(days=8))
    assert states(tracker)["1", "a"] == "failed", "but not for ever"


def test_other_settings_begin_afresh(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1")
    a.log.answers = [SHUT]
    run(tracker)
    mended = Told(setting="another password")
    with reading(tracker.engine) as conn:
        assert channels.states(conn)["a"]["disabled_at"] == NOON
    again = make_tracker(channels={"a": mended})
    run(again, NOON + MINUTE)
    assert mended.log.keys == ["1"]


class Slow(Told):
    """A channel that answers when it is let."""

    _let: threading.Event = PrivateAttr(default_factory=threading.Event)
    _asked: threading.Event = PrivateAttr(default_factory=threading.Event)

    def send(self, message: Message) -> None:
        self._asked.set()
        assert self._let.wait(20)
        super().send(message)


class Quick(Told):
    """A channel that says when it has sent so many."""

    _all: threading.Event = PrivateAttr(default_factory=threading.Event)
    enough: int = 3

    def send(self, message: Message) -> None:
        super().send(message)
        if len(self.log.keys) == self.enough:
            self._all.set()


def test_a_slow_channel_holds_back_no_other(make_tracker: MakeTracker) -> None:
    slow, quick = Slow(), Quick()
    tracker = make_tracker(channels={"a": slow, "b": quick})
    post = delivery.Post(tracker)
    post.open()
    try:
        owe(tracker, "1", to=("a", "b"))
        post.wake()
        assert slow._asked.wait(20)
        owe(tracker, "2", "3", to=("a", "b"))
        post.wake()
        assert quick._all.wait(20), "news passed while the other was still waiting for its first"
        assert slow.log.keys == []
    finally:
        slow._let.set()
        post.close()
    assert slow.log.keys == ["1", "2", "3"]
    assert quick.log.keys == ["1", "2", "3"]


def test_two_processes_send_each_message_once_and_in_order(make_tracker: MakeTracker) -> None:
    slow = Slow()
    one, other = make_tracker(channels={"a": slow}), make_tracker(channels={"a": Told()})
    owe(one, *map(str, range(5)))
    post = delivery.Post(one)
    post.open()
    try:
        post.wake()
        assert slow._asked.wait(20)
        assert delivery.deliver(other).sent == 0, "the first is being sent: the rest comes after it"
    finally:
        slow._let.set()
        post.close()
    assert slow.log.keys == list(map(str, range(5)))


def test_a_message_whose_sender_died_is_sent_again_under_its_key(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1", "2")
    with writing(tracker.engine) as tx:
        assert outbox.claim_message(tx, [1, 2], "a", "both", now=NOON, until=NOON + delivery.LEASE)
    owe(tracker, "3")
    run(tracker, NOON + MINUTE)
    assert a.log.tried == []
    run(tracker, NOON + 3 * MINUTE)
    assert a.log.keys == ["both", "3"]
    assert [alert["key"] for alert in a.log.messages[0].payload["alerts"]] == ["1", "2"]


# the channel, how many minutes before noon its message was claimed; the dead sender of `a` has said nothing for one
CLAIMS = [
    ("a", 2, True),
    ("a", 0.5, False),  # another sender took it since
    ("b", 2, False),
]


@pytest.mark.parametrize(("channel", "minutes", "freed"), CLAIMS)
def test_what_a_dead_sender_held_is_freed_and_no_more(
    make_tracker: MakeTracker, channel: str, minutes: float, freed: bool
) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    owe(tracker, "1", to=(channel,))
    with writing(tracker.engine) as tx:
        claimed = NOON - minutes * MINUTE + delivery.LEASE
        assert outbox.claim_message(tx, [1], channel, "1", now=NOON, until=claimed)
        outbox.take_back(tx, "a", claimed_until=NOON - MINUTE + delivery.LEASE)
        left = tx.execute(select(sql.DELIVERY.c.claimed_until)).scalar_one()
    assert left == (None if freed else claimed)


def test_quiet_hours_and_the_most_an_hour(make_tracker: MakeTracker) -> None:
    a = Told()
    paces = {"cheap": Pace(quiet=Quiet.read("14:00-16:00"), max_per_hour=2)}
    tracker = make_tracker(channels={"a": a}, paces=paces, zone=ZoneInfo("Europe/Berlin"))  # NOON is 14:00 there
    owe(tracker, "1", "2")
    owe(tracker, "x", watch="other")
    run(tracker)
    assert a.log.keys == ["x"]
    run(tracker, NOON + 2 * HOUR)
    assert len(a.log.keys) == 2
    assert a.log.messages[-1].subject.startswith("[cheap] 2 alerts, 2 offers: rtx-3090-24gb")
    owe(tracker, "3", "4", "5", at=NOON + 2 * HOUR)
    run(tracker, NOON + 2 * HOUR + MINUTE)
    assert a.log.messages[-1].subject.startswith("[cheap] 3 alerts")
    owe(tracker, "6", at=NOON + 2 * HOUR)
    run(tracker, NOON + 2 * HOUR + 50 * MINUTE)
    assert len(a.log.keys) == 3
    run(tracker, NOON + 3 * HOUR + 2 * MINUTE)
    assert a.log.keys[-1] == "6"


def test_a_digest_that_fails_stays_as_it_was(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a}, paces={"cheap": Pace(digest=Digest.read("daily 13:00"))})
    owe(tracker, "1", "2")
    run(tracker)
    assert a.log.tried == []
    a.log.answers = [BUSY]
    run(tracker, NOON + HOUR)
    owe(tracker, "3", at=NOON + 30 * MINUTE)
    run(tracker, NOON + 2 * HOUR)
    assert a.log.tried[0] == a.log.tried[1] == a.log.keys[0], "what a receiver may have seen is not mixed anew"
    assert a.log.keys[1:] == ["3"]


def test_what_has_ended_meanwhile_says_so(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    see(tracker, [offer("1"), offer("2", "650"), offer("3")], at=NOON)
    owe(tracker, "1", "2", "3", listing=1)
    owe(tracker, "4", listing=2)
    see(tracker, [offer("2", "600"), offer("3")], at=NOON + HOUR, missed_since=NOON + MINUTE)
    with reading(tracker.engine) as conn:
        assert {row["id"]: row["on_offer"] for row in queries.named(conn, "1")} == {1: False}
    run(tracker, NOON + 2 * HOUR)
    assert "HAS ENDED meanwhile (2026-05-01 13:00 UTC)" in a.log.messages[0].text
    assert a.log.messages[0].subject.startswith("[cheap] ended: ")
    assert a.log.messages[0].payload["offers"][0]["state"] == "ended"
    assert not a.log.messages[0].urgent
    assert "asks 600.00 USD now" in a.log.messages[3].text


def test_what_was_set_aside_meanwhile_is_not_sent(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    see(tracker, [offer("1"), offer("2")], at=NOON)
    owe(tracker, "1", listing=1)
    owe(tracker, "2", listing=2)
    with writing(tracker.engine) as tx:
        marks.mark(tx, queries.named(tx, "1")[0], MarkKind.DISMISS, now=NOON)
    run(tracker)
    assert (a.log.keys, states(tracker)["1", "a"]) == (["2"], "dropped")


def test_a_channel_that_is_no_longer_configured_is_said(make_tracker: MakeTracker) -> None:
    tracker = make_tracker(channels={})
    owe(tracker, "1")
    assert run(tracker).refusals == ("a: there is no channel 'a' in the configuration",)
    assert states(tracker)["1", "a"] == "failed"


def test_a_thousand_watches_in_a_second_or_so(make_tracker: MakeTracker) -> None:
    a = Told()
    tracker = make_tracker(channels={"a": a})
    for number in range(50):
        owe(tracker, f"{number}a", f"{number}b", watch=f"w{number}")
    assert run(tracker).sent == 100
    for number in range(50):
        assert a.log.keys.index(f"{number}a") < a.log.keys.index(f"{number}b")


def test_a_channels_fingerprint_tells_settings_apart_and_no_secret() -> None:
    from alerts.webhook import Webhook

    def print_of(**settings: Any) -> str:
        return Webhook.model_validate({"url": "https://x.example/hook", **settings}).fingerprint

    assert print_of(secret="one") == print_of(secret="one") != print_of(secret="two")
    like = [word for word in map(str, range(2000)) if print_of(secret=word) == print_of(secret="one")]
    assert len(like) > 2, "who reads it cannot tell whether a guess is right"
    assert print_of(timeout_s=11) != print_of(timeout_s=12)


def held(tracker: Tracker, at: datetime) -> dict[tuple[str, str], str]:
    with reading(tracker.engine) as conn:
        rows = delivery_queries.recent(conn, limit=50)
        found = holds(tracker, conn, rows, now=at)
        return {(row["key"], row["channel"]): said(one, tracker) for row, one in zip(rows, found, strict=True)}


# the watch, how the channel answers, minutes after noon in UTC, and what holds its alert by the clock of Berlin
HELD = [
    ("quiet", None, 1, "quiet hours until 2026-05-01 16:00"),
    ("daily", None, 1, "digest until 2026-05-02 08:00"),
    ("few", None, 1, "max_per_hour until 2026-05-01 15:00"),
    ("plain", None, 1, ""),
    ("plain", BROKEN, 1, ""),
    ("plain", SHUT, 1, "disabled channel until it is mended"),
    ("plain", BUSY, 0, "failed attempt until 2026-05-01 14:01"),
    ("plain", BUSY, 3, ""),
]


@pytest.mark.parametrize(("watch", "answer", "minutes", "why"), HELD)
def test_what_is_held_says_by_what_and_until_when(
    make_tracker: MakeTracker, watch: str, answer: Exception | None, minutes: int, why: str
) -> None:
    a = Told()
    paces = {
        "quiet": Pace(quiet=Quiet.read("14:00-16:00")),
        "daily": Pace(digest=Digest.read("daily 08:00")),
        "few": Pace(max_per_hour=1),
    }
    tracker = make_tracker(channels={"a": a}, paces=paces, zone=ZoneInfo("Europe/Berlin"))  # NOON is 14:00 there
    a.log.answers = [answer]
    owe(tracker, "1", watch=watch)
    run(tracker)
    owe(tracker, "2", watch=watch)
    assert held(tracker, NOON + minutes * MINUTE)["2", "a"] == why
    with reading(tracker.engine) as conn:
        lines = list(still_held(tracker, conn, now=NOON + minutes * MINUTE))
    assert all(why in line for line in lines) if why else lines == []


def test_what_is_held_is_counted_as_far_as_it_is_looked_at(make_tracker: MakeTracker) -> None:
    tracker = make_tracker(channels={"a": Told()}, paces={"daily": Pace(digest=Digest.read("daily 08:00"))})
    owe(tracker, *map(str, range(3)), watch="daily")
    with reading(tracker.engine) as conn:
        [few] = still_held(tracker, conn, now=NOON)
    assert few.startswith("3 of daily to a held: ")
    owe(tracker, *map(str, range(3, delivery_queries.MOST_OF_A_WATCH + 1)), watch="daily")
    with reading(tracker.engine) as conn:
        [many] = still_held(tracker, conn, now=NOON)
    assert many.startswith("500 or more of daily to a held: ")


def test_an_event_is_owed_once_however_often_it_comes(make_tracker: MakeTracker) -> None:
    tracker = make_tracker(channels={"a": Told()})
    owe(tracker, "1")

    def said(key: str, *to: str) -> outbox.Owed:
        return outbox.Owed(key=key, kind="deal", watch="cheap", payload={"offers": []}, channels=to)

    with writing(tracker.engine) as tx:
        assert (
            outbox.owe(tx, [said("1", "a"), said("2", "a"), said("2", "b"), said("3"), said("4", "a", "b")], now=NOON)
            == 3
        )
    assert states(tracker) == {("1", "a"): "owed", ("2", "a"): "owed", ("4", "a"): "owed", ("4", "b"): "owed"}
    with reading(tracker.engine) as conn:
        assert [row["key"] for row in delivery_queries.waiting(conn, "a")] == ["1", "2", "4"]
