"""The HTML of a message: one column, large enough for a thumb, readable without images, scripts or style sheets."""

from collections.abc import Iterator, Sequence
from html import escape

from alerts.words import Said

_BODY = "font:16px/1.5 system-ui,-apple-system,sans-serif;max-width:40em;margin:0 auto;padding:12px;color:#1a1a1a"
_CARD = "border-top:1px solid #ccc;padding:12px 0;overflow-wrap:anywhere"
_BUTTON = (
    "display:inline-block;padding:12px 18px;margin:8px 0;background:#0b57d0;color:#fff;border-radius:8px;"
    "text-decoration:none;font-weight:600"
)
_SMALL = "display:inline-block;padding:10px 12px 10px 0;color:#0b57d0"
_WARN = "color:#8a1c00"
_TELL = {"dismiss": "dismiss", "wrong": "read wrongly", "bought": "bought it", "scam": "scam", "block": "block seller"}


def page(subject: str, text: str, said: Sequence[Said], more: str) -> str:
    """The page: the subject, a text of its own, a card for each offer, and how much more there is."""
    paragraphs = "".join(f"<p>{escape(one)}</p>" for one in (text, more) if one)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(subject)}</title></head>"
        f'<body style="{_BODY}"><h1 style="font-size:1.15em;margin:8px 0">{escape(subject)}</h1>'
        f"{''.join(_card(one) for one in said)}{paragraphs}</body></html>"
    )


def _card(said: Said) -> str:
    return f'<div style="{_CARD}">{"".join(_parts(said))}</div>'


def _parts(said: Said) -> Iterator[str]:
    yield f'<div style="font-size:1.1em"><strong>{escape(said.name)}: {escape(said.value)}</strong></div>'
    if said.ended:
        yield f'<div style="{_WARN}"><strong>{escape(said.ended)}</strong></div>'
    yield from (f"<div>{escape(line)}</div>" for line in (*said.why, said.price, said.worth, said.offer) if line)
    yield from (f'<div style="{_WARN}">⚠ {escape(line)}</div>' for line in said.risks)
    yield f'<div style="color:#555">{escape(said.state)}</div><div dir="auto">“{escape(said.title)}”</div>'
    if said.is_web:
        yield f'<a style="{_BUTTON}" href="{escape(said.url)}">Open the listing</a>'
    chosen = {word: link for word, link in said.links.items() if word in _TELL}
    if chosen:
        links = (f'<a style="{_SMALL}" href="{escape(link)}">{_TELL[word]}</a>' for word, link in chosen.items())
        yield f"<div>{' '.join(links)}</div>"
