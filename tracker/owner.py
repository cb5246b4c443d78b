"""What the owner is told about sources: an alert in the same outbox as any other, so once for each event."""

from datetime import datetime
from typing import Any

from db.outbox import Owed
from scrapers.base import Source
from tracker.core.flat import SCHEMA
from tracker.core.health import Judgement, Spell, Word
from tracker.core.health.advice import advice
from tracker.core.rules import key_of


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
