"""An alert's facts in words: one subject, one text, one HTML page for every channel."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from alerts.about_source import compose_source
from alerts.base import Message

Facts = Mapping[str, Any]

_CONDITIONS = {"for_parts": "for parts", "open_box": "open box", "unknown": "condition not stated"}

_FLAGS = {"range": "lowest of several prices", "from": "a price “from”", "ex_vat": "price without VAT"}


def compose(payload: Facts) -> Message:
    """Say one alert: what, for how much, against which threshold, and where."""
    if payload["kind"] == "source":
        return compose_source(payload)
    offers = payload["offers"]
    subject = _subject(payload)
    lines = [subject, *(line for offer in offers for line in ("", *_lines(offer, payload)))]
    if hidden := payload["count"] - len(offers):
        lines += ["", f"… and {hidden} more: tracker report --metric {payload['metric']}"]
    return Message(
        key=payload["key"],
        subject=subject,
        text="\n".join(lines),
        html=_html(subject, payload, hidden),
        payload=dict(payload),
    )


def _subject(payload: Facts) -> str:
    best = payload["offers"][0]
    if payload["kind"] == "summary":
        return (
            f"[{payload['watch']}] {payload['count']} on offer below {_value(payload['below'], payload)}, "
            f"best {_value(best['value'], payload)}: {_name(best)}"
        )
    return f"[{payload['watch']}] {_name(best)} at {_value(best['value'], payload)} ({_money(best)})"


def _lines(offer: Facts, payload: Facts) -> Iterator[str]:
    yield f"{_name(offer)}: {_value(offer['value'], payload)} (you asked for below {_value(payload['below'], payload)})"
    yield f"  {_price(offer)}"
    yield f"  {_state(offer)}"
    yield f"  “{_one_line(offer['title'])}”"
    yield f"  {_one_line(offer['url'])}"


def _html(subject: str, payload: Facts, hidden: int) -> str:
    cards = "".join(_card(offer, payload) for offer in payload["offers"])
    more = f"<p>… and {hidden} more.</p>" if hidden else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        '<body style="font:16px/1.5 system-ui,sans-serif;max-width:40em;margin:1em auto;padding:0 1em">'
        f'<h1 style="font-size:1.1em">{escape(subject)}</h1>{cards}{more}</body></html>'
    )


def _card(offer: Facts, payload: Facts) -> str:
    title = escape(_one_line(offer["title"]))
    link = f'<a href="{escape(offer["url"])}">{title}</a>' if _is_web(offer["url"]) else title
    return (
        '<div style="border-top:1px solid #ccc;padding:.6em 0">'
        f"<strong>{escape(_name(offer))}: {escape(_value(offer['value'], payload))}</strong><br>"
        f"{escape(_price(offer))}<br>{escape(_state(offer))}<br>{link}</div>"
    )


def _is_web(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _name(offer: Facts) -> str:
    if offer["variant"]:
        return str(offer["variant"])
    size = "memory not stated" if offer["vram_gb"] is None else f"{offer['vram_gb']:g} GB"
    return f"{offer['gpu']} ({size})"


def _value(value: float | None, payload: Facts) -> str:
    return "unknown" if value is None else f"{value:,.2f} {payload['unit']}"


def _money(offer: Facts) -> str:
    each = f", {offer['unit_usd']:,.2f} USD each" if offer["quantity"] > 1 else ""
    return f"{offer['price']:,.2f} {offer['currency']}{each}"


def _price(offer: Facts) -> str:
    shipping = f"+ {offer['shipping']:,.2f} shipping" if offer["shipping_known"] else "excl. shipping (not stated)"
    lot = f"lot of {offer['quantity']}, " if offer["quantity"] > 1 else ""
    was = f", was {offer['was_usd']:,.2f} USD" if offer["was_usd"] is not None else ""
    return f"{lot}{_money(offer)} {shipping} = {offer['landed_usd']:,.2f} USD landed{was}"


def _state(offer: Facts) -> str:
    seller = f"seller {offer['feedback_percent']:g} % of {offer['feedback_count']}" if _rated(offer) else ""
    flags = offer["flags"].split()
    words = (
        _CONDITIONS.get(offer["condition"], offer["condition"]),
        "modded memory" if offer["modded"] else "",
        f"in {offer['country']}" if offer["country"] else "",
        seller,
        "takes offers" if offer["best_offer"] else "",
        *(f"unverified: {doubt}" for doubt in offer.get("doubts", ())),
        *(said for flag, said in _FLAGS.items() if flag in flags),
    )
    return " · ".join(word for word in words if word)


def _rated(offer: Facts) -> bool:
    return offer["feedback_percent"] is not None and offer["feedback_count"] is not None


def _one_line(text: str) -> str:
    """The text without what could steer a terminal or break a line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
