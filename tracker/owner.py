"""What the owner is told about sources: an alert in the same outbox as any other, so once for each event."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db import outbox
from db.outbox import Owed
from db.rows import Row
from scrapers.base import Source
from tracker.core import health
from tracker.core.flat import SCHEMA
from tracker.core.health import Judgement, Spell, Word
from tracker.core.health.advice import advice
from tracker.core.rules import key_of


def told(
    tx: Connection,
    source: Source,
    judgement: Judgement,
    before: Row,
    after: Row,
    *,
    channels: tuple[str, ...],
    now: datetime,
    owed_at: datetime,
) -> Row:
    """Owe the owner, in the visit's transaction, the news that a source broke or works again.

    `before` and `after` are the source's row around the visit; returns what it is to say of the trouble besides.
    """
    was = spell_of(before)
    spell, word = health.speak(was, judgement.outcome, mode=source.mode.value, now=now)
    if word is not None:
        news = news_of(
            source,
            word,
            was if word is Word.MENDED else spell,
            judgement,
            last_ok_at=after.get("last_ok_at", before["last_ok_at"]),
            next_visit_at=after.get("next_visit_at", before["next_visit_at"]),
            channels=channels,
            now=now,
        )
        outbox.owe(tx, [news], now=owed_at)
    still_broken = spell.since is not None and judgement.outcome in health.HEALTHY
    return {
        "failures": spell.failures,
        "broken_since": spell.since,
        "broken_mode": spell.mode,
        "told_at": (before["told_at"] or now) if spell.told else None,
        **({"state": before["state"], "message": before["message"]} if still_broken else {}),
    }


def spell_of(row: Row) -> Spell:
    """The trouble a source is in, by its row."""
    return Spell(
        state=row["state"],
        mode=row["broken_mode"],
        since=row["broken_since"],
        failures=row["failures"],
        told=row["told_at"] is not None,
    )


def news_of(
    source: Source,
    word: Word,
    spell: Spell,
    judgement: Judgement,
    *,
    last_ok_at: datetime | None,
    next_visit_at: datetime | None,
    channels: tuple[str, ...],
    now: datetime,
) -> Owed:
    """The alert that a source is broken, or works again; `spell` is the trouble it is in, or was in until now."""
    broken = word is Word.BROKEN
    key = key_of("source", source.name, word.value, spell.since)
    payload: dict[str, Any] = {
        "schema": SCHEMA,
        "key": key,
        "kind": "source",
        "occasion": word.value,
        "source": source.name,
        "site": source.site,
        "state": judgement.outcome.value,
        "message": judgement.message,
        "advice": advice(judgement.outcome.value, source.name) if broken else "",
        "since": _instant(spell.since),
        "last_good_visit": _instant(last_ok_at),
        "next_visit": _instant(next_visit_at),
        "created_at": _instant(now),
        "watch": "",
        "count": 0,
        "offers": [],
    }
    return Owed(key=key, kind="source", watch="", payload=payload, channels=channels)


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")
