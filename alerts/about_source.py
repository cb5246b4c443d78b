"""The alert about a source in words: that it is broken, and what to do, or that it works again."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from alerts.base import Message

Facts = Mapping[str, Any]


def compose_source(payload: Facts) -> Message:
    """Say what became of a source."""
    subject = _subject(payload)
    lines = [subject, "", *_lines(payload)]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return Message(
        key=payload["key"],
        subject=subject,
        text="\n".join(lines),
        html=(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
            f'<body style="font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:1em auto;padding:0 1em">{body}'
            "</body></html>"
        ),
        payload=dict(payload),
    )


def _subject(payload: Facts) -> str:
    if payload["occasion"] == "broken":
        return f"[sources] {payload['source']} is {_STATES.get(payload['state'], payload['state'])}"
    return f"[sources] {payload['source']} works again"


_STATES = {
    "suspicious": "under review",
    "limited": "asked to wait",
    "unconfigured": "without its keys",
    "changed": "not readable any more",
}


def _lines(payload: Facts) -> Iterator[str]:
    if payload["message"]:
        yield _plain(payload["message"])
    if payload["advice"]:
        yield f"What to do: {payload['advice']}"
    if payload["occasion"] == "broken":
        yield f"Last read well: {payload['last_good_visit'] or 'never'}. What it showed then stays, marked as stale."
    else:
        yield f"It was broken since {payload['since']}."
    if payload["next_visit"]:
        yield f"Next visit: {payload['next_visit']}."


def _plain(text: str) -> str:
    """The text without what could steer a terminal or break a line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
