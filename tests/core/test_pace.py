"""When a message may leave: tables of instants, the nights in which clocks change among them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.core.pace import Digest, Message, Pace, Quiet, Waiting, digest_after, hold, messages, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
KATHMANDU = ZoneInfo("Asia/Kathmandu")


def at(text: str) -> datetime:
    """An instant in UTC: `03-29 00:30` of 2026, or of the year that is named."""
    return datetime.fromisoformat(text if len(text) > 11 else f"2026-{text}").replace(tzinfo=UTC)


# hours, zone, instant (UTC), when the quiet ends (UTC; "" is not quiet)
QUIET = [
    ("23:00-07:00", BERLIN, "01-15 21:59", ""),
    ("23:00-07:00", BERLIN, "01-15 22:00", "01-16 06:00"),
    ("23:00-07:00", BERLIN, "01-16 05:59", "01-16 06:00"),
    ("23:00-07:00", BERLIN, "01-16 06:00", ""),
    ("23:00-07:00", BERLIN, "07-15 20:59", ""),
    ("23:00-07:00", BERLIN, "07-15 21:00", "07-16 05:00"),
    ("13:00-14:30", BERLIN, "01-15 12:30", "01-15 13:30"),
    ("13:00-14:30", BERLIN, "01-15 13:30", ""),
    ("00:00-06:00", NEW_YORK, "01-15 05:00", "01-15 11:00"),
    ("22:00-06:00", KATHMANDU, "01-15 16:14", ""),
    ("22:00-06:00", KATHMANDU, "01-15 16:15", "01-16 00:15"),
    # the spring night of Berlin: 02:00 becomes 03:00 at 01:00 UTC; it is an hour shorter
    ("23:00-07:00", BERLIN, "03-28 22:00", "03-29 05:00"),
    ("23:00-02:30", BERLIN, "03-29 00:59", "03-29 01:30"),
    ("23:00-02:30", BERLIN, "03-29 01:30", ""),
    ("02:30-06:00", BERLIN, "03-29 01:29", ""),
    ("02:30-06:00", BERLIN, "03-29 01:30", "03-29 04:00"),
    # the autumn night of Berlin: 03:00 becomes 02:00 at 01:00 UTC; it is an hour longer
    ("23:00-07:00", BERLIN, "10-24 21:00", "10-25 06:00"),
    ("23:00-02:30", BERLIN, "10-25 00:45", "10-25 01:30"),
    ("23:00-02:30", BERLIN, "10-25 01:29", "10-25 01:30"),
    ("23:00-02:30", BERLIN, "10-25 01:30", ""),
    ("02:30-06:00", BERLIN, "10-25 00:29", ""),
    ("02:30-06:00", BERLIN, "10-25 00:30", "10-25 05:00"),
    ("02:30-06:00", BERLIN, "10-25 01:15", "10-25 05:00"),
    # and of New York, on other days
    ("22:00-02:30", NEW_YORK, "03-08 07:00", "03-08 07:30"),
    ("22:00-01:30", NEW_YORK, "11-01 05:45", "11-01 06:30"),
]


@pytest.mark.parametrize(("hours", "zone", "instant", "until"), QUIET)
def test_quiet_hours(hours: str, zone: ZoneInfo, instant: str, until: str) -> None:
    assert quiet_until(at(instant), Quiet.read(hours), zone) == (at(until) if until else None)


# digest, zone, an alert raised at (UTC), leaves at (UTC)
DIGESTS = [
    ("daily 08:00", BERLIN, "01-15 06:59", "01-15 07:00"),
    ("daily 08:00", BERLIN, "01-15 07:00", "01-16 07:00"),
    ("daily 08:00", BERLIN, "07-15 07:00", "07-16 06:00"),
    ("daily 00:00", BERLIN, "12-31 22:59", "12-31 23:00"),
    ("daily 08:00", BERLIN, "03-28 12:00", "03-29 06:00"),
    ("daily 02:30", BERLIN, "03-29 00:00", "03-29 01:30"),
    ("daily 02:30", BERLIN, "03-29 01:30", "03-30 00:30"),
    ("daily 02:30", BERLIN, "10-25 00:00", "10-25 00:30"),
    ("daily 02:30", BERLIN, "10-25 00:30", "10-26 01:30"),
    ("weekly 08:00", BERLIN, "05-04 05:59", "05-04 06:00"),
    ("weekly 08:00", BERLIN, "05-04 06:00", "05-11 06:00"),
    ("friday 18:00", NEW_YORK, "05-09 01:00", "05-15 22:00"),
    ("Sunday 9:30", KATHMANDU, "05-09 12:00", "05-10 03:45"),
]


@pytest.mark.parametrize(("digest", "zone", "raised", "leaves"), DIGESTS)
def test_digests(digest: str, zone: ZoneInfo, raised: str, leaves: str) -> None:
    assert digest_after(at(raised), Digest.read(digest), zone) == at(leaves)


def test_every_day_of_two_years_has_one_digest() -> None:
    due = at("2026-01-01 01:30")
    for _ in range(730):
        later = digest_after(due, Digest.read("daily 02:30"), BERLIN)
        assert timedelta(hours=23) <= later - due <= timedelta(hours=25)
        assert later.astimezone(BERLIN).date() - due.astimezone(BERLIN).date() == timedelta(days=1)
        due = later


WRONG = [
    (Quiet, "23:00"),
    (Quiet, "23-7"),
    (Quiet, "24:00-07:00"),
    (Quiet, "07:00-07:00"),
    (Quiet, ""),
    (Digest, "08:00"),
    (Digest, "daily"),
    (Digest, "daily 8"),
    (Digest, "daily 08:60"),
    (Digest, "hourly 08:00"),
    (Digest, "someday 08:00"),
]


@pytest.mark.parametrize(("kind", "text"), WRONG)
def test_what_is_no_time_is_said(kind: type[Quiet | Digest], text: str) -> None:
    with pytest.raises(ValueError, match=r"write|end when they begin"):
        kind.read(text)


NIGHT = Pace(quiet=Quiet.read("23:00-07:00"))
MORNING = Pace(digest=Digest.read("daily 08:00"))
FEW = Pace(max_per_hour=3)

# what it is about, pace, alerts raised at (UTC, Berlin is an hour ahead), messages sent at, now, the messages
LEAVING = [
    ("nothing waits", Pace(), [], [], "01-15 12:00", ()),
    ("no pace: each by itself", Pace(), ["12:00", "12:00"], [], "01-15 12:00", ((0,), (1,))),
    ("by day the night is no matter", NIGHT, ["12:00", "12:01"], [], "01-15 12:05", ((0,), (1,))),
    ("at night nothing leaves", NIGHT, ["21:00", "22:30"], [], "01-15 23:00", ()),
    ("the night's alerts leave as one", NIGHT, ["22:30", "23:30"], [], "01-16 06:00", ((0, 1),)),
    (
        "the evening's by itself, then the night's",
        NIGHT,
        ["21:00", "22:30", "23:30"],
        [],
        "01-16 06:00",
        ((0,), (1, 2)),
    ),
    ("a digest waits", MORNING, ["12:00", "13:00"], [], "01-15 14:00", ()),
    ("a digest is one message", MORNING, ["12:00", "13:00"], [], "01-16 07:00", ((0, 1),)),
    ("what is raised after a digest waits for the next", MORNING, ["06:00", "08:00"], [], "01-15 08:01", ((0,),)),
    ("room for all", FEW, ["12:00"] * 3, [], "01-15 12:00", ((0,), (1,), (2,))),
    ("no room: the rest as one", FEW, ["12:00"] * 9, [], "01-15 12:00", ((0,), (1,), (2, 3, 4, 5, 6, 7, 8))),
    ("one place left", FEW, ["12:00"] * 3, ["11:30", "11:40"], "01-15 12:00", ((0, 1, 2),)),
    ("none left", FEW, ["12:00"] * 3, ["11:30", "11:40", "11:59"], "01-15 12:00", ()),
    ("an hour later", FEW, ["12:00"] * 3, ["11:00", "11:40", "11:59"], "01-15 12:00", ((0, 1, 2),)),
    ("one an hour", Pace(max_per_hour=1), ["12:00"] * 2, [], "01-15 12:00", ((0, 1),)),
    (
        "a digest in quiet hours waits for their end",
        Pace(quiet=Quiet.read("23:00-10:00"), digest=Digest.read("daily 08:00")),
        ["12:00"],
        [],
        "01-16 07:30",
        (),
    ),
    (
        "and leaves then",
        Pace(quiet=Quiet.read("23:00-10:00"), digest=Digest.read("daily 08:00")),
        ["12:00", "22:30"],
        [],
        "01-16 09:00",
        ((0, 1),),
    ),
]


@pytest.mark.parametrize(
    ("about", "pace", "raised", "sent", "now", "leaving"), LEAVING, ids=[row[0] for row in LEAVING]
)
def test_what_leaves(
    about: str, pace: Pace, raised: Sequence[str], sent: Sequence[str], now: str, leaving: tuple[Message, ...]
) -> None:
    waiting = [Waiting(alert_id=number, raised_at=at(f"01-15 {hour}")) for number, hour in enumerate(raised)]
    sent_at = [at(f"01-15 {hour}") for hour in sent]
    assert messages(waiting, pace, sent_at=sent_at, zone=BERLIN, now=at(now)) == leaving
    for one in waiting:
        held = hold(one.raised_at, pace, sent_at=sent_at, zone=BERLIN, now=at(now))
        assert (held is None) == any(one.alert_id in message for message in leaving)
        if held and held.until:
            before, then = (
                messages([one], pace, sent_at=sent_at, zone=BERLIN, now=moment)
                for moment in (held.until - timedelta(seconds=1), held.until)
            )
            assert (before, then) == ((), ((one.alert_id,),)), "that is when it may leave, and no earlier"


def test_never_more_than_so_many_in_any_hour() -> None:
    waiting: list[Waiting] = []
    sent: list[datetime] = []
    now = at("01-15 00:00")
    for number in range(600):
        waiting.append(Waiting(alert_id=number, raised_at=now))
        for message in messages(waiting, FEW, sent_at=sent, zone=BERLIN, now=now):
            sent.append(now)
            waiting = [one for one in waiting if one.alert_id not in message]
        now += timedelta(minutes=1)
    assert all(sum(one <= other < one + timedelta(hours=1) for other in sent) <= 3 for one in sent)
    assert len(sent) >= 28, "and nothing waits for longer than that takes"
