"""What a person does about the outbox: test the channels, see what is pending, try again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from alerts.message import compose
from db import outbox, queries
from db.engine import reading, writing
from tracker import delivery, pipeline
from tracker.config import Config, channels_of
from tracker.core.errors import ConfigError, NotifyError
from tracker.core.flat import flat_alert
from tracker.core.models import Priced
from tracker.core.rules import Alert, AlertKind, Change, Event, Watch
from tracker.core.wanted import Wanted
from tracker.delivery import Delivered
from tracker.output import near
from tracker.pipeline import Tracker


def test_channels(config: Config, names: Sequence[str]) -> dict[str, str]:
    """Send an invented deal through channels (all of them if none is named); each with its refusal, "" when sent."""
    channels = channels_of(config)
    for name in names:
        if name not in channels:
            raise ConfigError(f"there is no channel {name!r}{near(name, channels)}")
    message = compose(flat_alert(_example(), created_at=datetime.now(UTC)))
    results = {}
    for name in names or channels:
        try:
            channels[name].send(message)
            results[name] = ""
        except NotifyError as error:
            results[name] = str(error)
    return results


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
        seller="",
        feedback_percent=None,
        feedback_count=None,
        country="",
        best_offer=False,
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
    return [
        {
            "alert": row["alert_id"],
            "watch": row["watch"],
            "channel": row["channel"],
            "state": row["state"],
            "attempts": row["attempts"],
            "next_try": row["next_try_at"].isoformat(timespec="seconds") if row["state"] == "owed" else None,
            "about": _about(row["payload"]),
            "message": row["error"],
        }
        for row in rows
    ]


def _about(payload: Mapping[str, Any]) -> str:
    """What an alert is about, in a few words."""
    return str(payload["offers"][0]["title"] if payload["offers"] else f"{payload['source']}: {payload['occasion']}")


def retry(tracker: Tracker) -> Delivered:
    """Make everything owed or failed due now, and deliver it."""
    now = pipeline.now_utc()
    with writing(tracker.engine) as tx:
        outbox.retry_deliveries(tx, now=now)
    return delivery.deliver(tracker)
