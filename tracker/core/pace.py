"""When a message may leave: quiet hours, digests, and at most so many an hour; in the user's own time of day.

A time of day that a spring night skips is taken an hour later. One that an autumn night has twice begins with the
first and ends with the second.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import groupby

HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours in which no message leaves, from one time of day to another; past midnight where `until` is the earlier."""

    since: time
    until: time

    @classmethod
    def read(cls, text: str) -> "Quiet":
        """`23:00-07:00`; raises ValueError for anything else."""
        since, dash, until = text.partition("-")
        if not dash:
            raise ValueError(f"{text!r} are no quiet hours: write them as 23:00-07:00")
        hours = cls(since=_time(since), until=_time(until))
        if hours.since == hours.until:
            raise ValueError(f"{text!r} are no quiet hours: they end when they begin")
        return hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One message for everything, at a time of day: every day, or on one `weekday` (0 is Monday)."""

    at: time
    weekday: int | None = None

    @classmethod
    def read(cls, text: str) -> "Digest":
        """`daily 08:00`, `weekly 08:00` (on Monday) or `friday 18:00`; raises ValueError for anything else."""
        words = text.lower().split()
        every = {"daily": None, "weekly": 0, **{day: number for number, day in enumerate(_DAYS)}}
        if len(words) != 2 or words[0] not in every:
            raise ValueError(f"{text!r} is no digest: write daily 08:00, weekly 08:00 or friday 18:00")
        return cls(at=_time(words[1]), weekday=every[words[0]])


def _time(text: str) -> time:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip())
    if found is None:
        raise ValueError(f"{text.strip()!r} is no time of day: write 07:00 or 23:30")
    return time(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a watch speaks; what is None does not hold it back. `max_per_hour` counts messages to one channel."""

    quiet: Quiet | None = None
    digest: Digest | None = None
    max_per_hour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One alert that has not been sent: its number, and when it was raised."""

    alert_id: int
    raised_at: datetime


Message = tuple[int, ...]
"""The alerts that leave together."""


def messages(
    waiting: Sequence[Waiting], pace: Pace, *, sent_at: Sequence[datetime], zone: tzinfo, now: datetime
) -> tuple[Message, ...]:
    """The messages that may leave now, in the order in which the alerts were raised; what is in none of them waits.

    `waiting` are the alerts of one watch for one channel, oldest first; `sent_at` says when messages of the watch left
    by this channel. What gathers until a digest or in quiet hours leaves as one; so does what an hour has no room for.
    """
    if pace.quiet and quiet_until(now, pace.quiet, zone):
        return ()
    ripe = [one for one in waiting if pace.digest is None or digest_after(one.raised_at, pace.digest, zone) <= now]
    made = tuple(_gathered(ripe, pace, zone))
    if pace.max_per_hour is None:
        return made
    room = pace.max_per_hour - sum(now - HOUR < at for at in sent_at)
    if room <= 0 or len(made) <= room:
        return made if room > 0 else ()
    return (*made[: room - 1], sum(made[room - 1 :], ()))


def _gathered(ripe: Sequence[Waiting], pace: Pace, zone: tzinfo) -> Iterator[Message]:
    """Every alert by itself, but for those that were held back together."""

    def held_until(one: Waiting) -> datetime | int:
        if pace.digest:
            return 0
        end = quiet_until(one.raised_at, pace.quiet, zone) if pace.quiet else None
        return end or one.alert_id

    for _, together in groupby(ripe, key=held_until):
        yield tuple(one.alert_id for one in together)


def due_at(raised_at: datetime, pace: Pace, zone: tzinfo) -> datetime:
    """When an alert may leave at the earliest, but for what an hour has no room for."""
    due = digest_after(raised_at, pace.digest, zone) if pace.digest else raised_at
    return (quiet_until(due, pace.quiet, zone) if pace.quiet else None) or due


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What keeps an alert from leaving, and until when; None where that is for somebody to mend."""

    by: str
    until: datetime | None


def hold(
    raised_at: datetime,
    pace: Pace,
    *,
    tried: bool = False,
    not_before: Mapping[str, datetime] | None = None,
    sent_at: Sequence[datetime],
    zone: tzinfo,
    now: datetime,
) -> Hold | None:
    """What keeps an alert from leaving longest, as things stand; None for one that may leave now.

    One that was `tried` has been through its digest; `not_before` are other reasons to wait, each with its end.
    """
    ends = dict(not_before or {})
    if pace.digest and not tried:
        ends["digest"] = digest_after(raised_at, pace.digest, zone)
    by, at = max(ends.items(), key=lambda end: end[1], default=("", now))
    by, at = (by, at) if at > now else ("", now)
    if pace.max_per_hour and len(recent := sorted(one for one in sent_at if at - HOUR < one)) >= pace.max_per_hour:
        by, at = "max_per_hour", recent[-pace.max_per_hour] + HOUR
    if pace.quiet and (end := quiet_until(at, pace.quiet, zone)):
        by, at = "quiet hours", end
    return Hold(by=by, until=at) if by else None


def quiet_until(at: datetime, quiet: Quiet, zone: tzinfo) -> datetime | None:
    """When the quiet hours that hold an instant end; None for an instant outside of them."""
    today = at.astimezone(zone).date()
    for day in (today - _DAY, today):
        since = _first(day, quiet.since, zone)
        until = _last(day if quiet.since < quiet.until else day + _DAY, quiet.until, zone)
        if since <= at < until:
            return until
    return None


def digest_after(at: datetime, digest: Digest, zone: tzinfo) -> datetime:
    """The first time of a digest after an instant."""
    day = at.astimezone(zone).date()
    while True:
        due = _first(day, digest.at, zone)
        if due > at and digest.weekday in (None, day.weekday()):
            return due
        day += _DAY


def _first(day: date, at: time, zone: tzinfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


def _last(day: date, at: time, zone: tzinfo) -> datetime:
    return max(_first(day, at, zone), datetime.combine(day, at.replace(fold=1), zone).astimezone(UTC))
