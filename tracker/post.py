"""What a person does about the outbox: test the channels, see what is pending, try again."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Connection

from alerts.base import Channel, Message
from alerts.message import compose
from db import channels as channels_table
from db import delivery_queries, outbox, queries
from db.engine import committed, reading
from db.rows import Row
from tracker import delivery, pipeline
from tracker.assemble import Home
from tracker.config import Config, channels_of
from tracker.core.errors import ConfigError, NotifyError
from tracker.core.flat import flat_alert
from tracker.core.models import Priced
from tracker.core.pace import Hold
from tracker.core.rules import Alert, AlertKind, Change, Event, Watch
from tracker.core.wanted import Wanted
from tracker.delivery import Delivered
from tracker.holds import holds, local, said, still_held
from tracker.output import near
from tracker.pipeline import Tracker
from tracker.place import DATABASE


def test_channels(config: Config, names: Sequence[str]) -> dict[str, str]:
    """Send an invented deal through channels (all of them if none is named); each with its refusal, "" when sent."""
    channels = channels_of(config)
    for name in names:
        if name not in channels:
            raise ConfigError(f"there is no channel {name!r}{near(name, channels)}")
    message = compose(flat_alert(_example(), created_at=datetime.now(UTC)))
    return {name: _tried(channels[name], message) for name in names or channels}


def _tried(channel: Channel, message: Message) -> str:
    try:
        channel.send(message)
    except NotifyError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001  (what it says may hold a secret of the channel's)
        return f"crashed: {type(error).__name__}"
    return ""


def mend(home: Home, config: Config, names: Collection[str]) -> int:
    """Use channels again that have just worked; returns how many of them were disabled or paused."""
    if not config.database.url and not (home.path / DATABASE).exists():
        return 0
    engine = home.engine(config)
    try:
        return committed(engine, partial(_mended, names=names))
    finally:
        engine.dispose()


def _mended(tx: Connection, *, names: Collection[str]) -> int:
    before = channels_table.states(tx)
    held = [name for name in names if name in before and before[name]["failures"] + bool(before[name]["error"])]
    channels_table.enable(tx, held)
    outbox.retry_deliveries(tx, now=pipeline.now_utc(), channels=held)
    return len(held)


def _example() -> Alert:
    now = datetime.now(UTC)
    offer = Priced(
        listing_id=0,
        site="example",
        site_id="test",
        source="test",
        kind="card",
        gpu="mi50",
        variant="mi50-32gb",
        title="This is a test: no such card is on offer",
        url="https://example.org/",
        condition="used",
        modded=False,
        quantity=1,
        price=Decimal(100),
        currency="USD",
        shipping=Decimal(10),
        landed_usd=Decimal(110),
        unit_usd=Decimal(110),
        vram_gb=32,
        spec=None,
        seller="nobody",
        feedback_percent=99.0,
        feedback_count=120,
        country="US",
        best_offer=True,
        auction=False,
        flags=(),
        first_seen_at=now,
        last_seen_at=now,
    )
    watch = Watch(name="test", wanted=Wanted(), metric="usd", below=Decimal(120), notify=())
    change = Change(event=Event.NEW, offer=offer)
    return Alert(
        key=f"test-{now:%Y%m%dT%H%M%S%f}", kind=AlertKind.DEAL, watch=watch, changes=(change,), occasion="test"
    )


def pending(tracker: Tracker, *, limit: int = 200) -> list[dict[str, Any]]:
    """What is owed or failed, newest first, as flat rows."""
    with reading(tracker.engine) as conn:
        rows = queries.deliveries(conn, states=("owed", "failed"), limit=limit)
        held = holds(tracker, conn, rows, now=pipeline.now_utc())
    return [
        {
            "alert": row["alert_id"],
            "watch": row["watch"],
            "channel": row["channel"],
            "state": row["state"],
            "attempts": row["attempts"],
            "next_try": row["next_try_at"].isoformat(timespec="seconds") if row["state"] == "owed" else None,
            **_flat_hold(one),
            "about": _about(row),
            "message": row["error"],
        }
        for row, one in zip(rows, held, strict=True)
    ]


def pending_columns(tracker: Tracker, rows: Sequence[Row]) -> list[Row]:
    """What is owed or failed as the columns people read, by the user's clock."""
    shown = ("alert", "watch", "channel", "state", "attempts")
    return [
        {
            **{name: row[name] for name in shown},
            "held": _said_hold(row, tracker),
            "about": row["about"],
            "message": row["message"],
        }
        for row in rows
    ]


def _flat_hold(one: Hold | None) -> dict[str, Any]:
    return {"held_by": one.by if one else None, "held_until": _instant(one.until) if one else None}


def _said_hold(row: Row, tracker: Tracker) -> str:
    until = row["held_until"] and datetime.fromisoformat(row["held_until"])
    return said(Hold(by=row["held_by"], until=until) if row["held_by"] else None, tracker)


def sent(tracker: Tracker, *, limit: int = 50) -> list[dict[str, Any]]:
    """The newest alerts by channel: when the best listing was listed, seen and sent, and the seconds between.

    `listed` is what the site says, null where it says nothing.
    """
    with reading(tracker.engine) as conn:
        rows = delivery_queries.recent(conn, limit=limit)
        held = holds(tracker, conn, rows, now=pipeline.now_utc())
    return [{**timed(row), **_flat_hold(one)} for row, one in zip(rows, held, strict=True)]


def sent_columns(tracker: Tracker, rows: Sequence[Row]) -> list[Row]:
    """The newest alerts as the columns people read, by the user's clock; what holds one back where any is held."""
    any_held = any(row["held_by"] for row in rows)
    return [
        {
            **{name: row[name] for name in ("alert", "watch", "kind", "channel", "state")},
            **{name: _clock(row[f"{name}_at"], tracker) for name in ("listed", "seen", "sent")},
            **({"held": _said_hold(row, tracker)} if any_held else {}),
            "about": row["about"],
        }
        for row in rows
    ]


def _clock(at: str | None, tracker: Tracker) -> str:
    return local(datetime.fromisoformat(at), tracker) if at else ""


def timed(row: Row) -> dict[str, Any]:
    """One delivery with its alert: when the best listing was listed, seen and sent, and the seconds between."""
    best: Row = next(iter(row["payload"]["offers"]), {})
    listed_at = datetime.fromisoformat(best["listed_at"]) if best.get("listed_at") else None
    seen_at, sent_at = row["created_at"], row["sent_at"]
    return {
        "alert": row["alert_id"],
        "watch": row["watch"],
        "kind": row["kind"],
        "channel": row["channel"],
        "state": row["state"],
        "listed_at": _instant(listed_at),
        "seen_at": _instant(seen_at),
        "sent_at": _instant(sent_at),
        "listed_to_seen_s": round((seen_at - listed_at).total_seconds()) if listed_at else None,
        "seen_to_sent_s": round((sent_at - seen_at).total_seconds(), 1) if sent_at else None,
        "about": _about(row),
    }


def _about(row: Row) -> str:
    """What an alert is about, in a few words."""
    payload = row["payload"]
    if payload["offers"]:
        return str(payload["offers"][0]["title"])
    return str(payload.get("subject") or f"{payload.get('source', '')}: {payload['occasion']}")


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def standing(tracker: Tracker) -> list[dict[str, Any]]:
    """How every channel fares: `ok`, `paused` after a failure, or `disabled` until it is mended."""
    with reading(tracker.engine) as conn:
        known = channels_table.states(conn)
    return [_fares(name, channel, known.get(name)) for name, channel in tracker.channels.items()]


def _fares(name: str, channel: Channel, row: Row | None) -> dict[str, Any]:
    state = row if row and row["fingerprint"] == channel.fingerprint else {}
    disabled_at, paused_until = state.get("disabled_at"), state.get("paused_until")
    return {
        "channel": name,
        "type": channel.type,
        "state": "disabled" if disabled_at else "paused" if paused_until else "ok",
        "since": _instant(disabled_at),
        "until": None if disabled_at else _instant(paused_until),
        "message": state.get("error", ""),
    }


def held_back(tracker: Tracker) -> list[str]:
    """What is owed and may not leave yet, in lines: how many of which watch, by what, and until when."""
    with reading(tracker.engine) as conn:
        return list(still_held(tracker, conn, now=pipeline.now_utc()))


def retry(tracker: Tracker) -> Delivered:
    """Use every channel again, make everything owed or failed due now, and deliver it."""

    def again(tx: Connection) -> None:
        channels_table.enable(tx)
        outbox.retry_deliveries(tx, now=pipeline.now_utc())

    committed(tracker.engine, again)
    return delivery.deliver(tracker)
