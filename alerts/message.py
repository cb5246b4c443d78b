"""An alert's facts in words: one subject, one text, one HTML page for every channel.

What a site or a seller wrote is one line of printable characters, cut to a length, before it is put anywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from alerts.about_source import compose_source
from alerts.base import Message
from alerts.html import page
from alerts.words import Said, money, name_of, one_line, said_of, value_of

Facts = Mapping[str, Any]

LONGEST_SUBJECT = 200

_MOST_SPELLED_OUT = 20


def compose(payload: Facts) -> Message:
    """Say one alert: what, for how much, why, what speaks against it, and where."""
    if payload["kind"] == "source":
        return compose_source(payload)
    if payload["kind"] == "notice":
        return _message(payload, payload["key"], payload["subject"], payload["text"], [])
    return _message(payload, payload["key"], _subject(payload), "", [payload])


def compose_together(payloads: Sequence[Facts], *, key: str) -> Message:
    """Say several alerts of one watch in one message, oldest first; `key` is the message's own."""
    if len(payloads) == 1:
        return compose({**payloads[0], "key": key})
    count = sum(payload["count"] for payload in payloads)
    best = [_headline(payload) for payload in payloads if payload["offers"]]
    subject = f"[{payloads[0]['watch']}] {len(payloads)} alerts, {count} offers: {'; '.join(best[:2])}"
    together = {
        "schema": max(payload["schema"] for payload in payloads),
        "key": key,
        "kind": "digest",
        "occasion": "several alerts",
        "watch": payloads[0]["watch"],
        "created_at": payloads[-1]["created_at"],
        "count": count,
        "alerts": [dict(payload) for payload in payloads],
        "offers": [],
    }
    return _message(together, key, subject, "", payloads)


def _message(payload: Facts, key: str, subject: str, text: str, parts: Sequence[Facts]) -> Message:
    subject = one_line(subject, LONGEST_SUBJECT)
    told = [(part, offer) for part in parts for offer in part["offers"]]
    said = [said_of(offer, part) for part, offer in told[:_MOST_SPELLED_OUT]]
    hidden = sum(part["count"] for part in parts) - len(said)
    more = f"… and {hidden} more: tracker report, tracker alerts" if hidden > 0 else ""
    lines = [subject, *([text] if text else []), *(line for one in said for line in ("", *_lines(one)))]
    return Message(
        key=key,
        subject=subject,
        text="\n".join([*lines, *(["", more] if more else [])]),
        html=page(subject, text, said, more),
        payload=dict(payload),
        link=next((one.url for one in said if one.is_web), ""),
        urgent=payload["kind"] == "deal" and not any(one.ended for one in said),
    )


def _subject(payload: Facts) -> str:
    if payload["kind"] == "deal":
        return f"[{payload['watch']}] {_headline(payload)}"
    below = "" if payload.get("below") is None else f" below {value_of(payload['below'], payload)}"
    best = payload["offers"][0]
    return (
        f"[{payload['watch']}] {payload['count']} on offer{below}, "
        f"best {value_of(best['value'], payload)}: {name_of(best)}"
    )


def _headline(payload: Facts) -> str:
    best = payload["offers"][0]
    ended = "ended: " if best.get("state") == "ended" else ""
    return f"{ended}{name_of(best)} at {value_of(best['value'], payload)} ({money(best)})"


def _lines(said: Said) -> Iterator[str]:
    yield f"{said.name}: {said.value}"
    if said.ended:
        yield f"  {said.ended}"
    yield from (f"  {line}" for line in said.why)
    yield from (f"  {line}" for line in (said.price, said.worth, said.offer, said.state) if line)
    yield from (f"  careful: {line}" for line in said.risks)
    yield f"  “{said.title}”"
    yield f"  {said.url}"
    if said.links:
        yield f"  your word on it: {said.links[''] if '' in said.links else next(iter(said.links.values()))}"
