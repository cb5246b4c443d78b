"""What a message says."""

import json
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from alerts.base import Message
from alerts.message import compose, compose_together
from tests.alerts.test_channels import smtp_server
from tests.conftest import NOON, priced
from tracker.core.bargain import suggested
from tracker.core.flat import MOST_OFFERS, flat_alert
from tracker.core.models import Priced
from tracker.core.rules import Alert, AlertKind, Change, Event, Watch
from tracker.core.wanted import Wanted

WATCH = Watch(name="cheap", wanted=Wanted(), metric="usd_per_gb", below=Decimal(30), notify=("console",))


def said(*offers: Priced, kind: AlertKind = AlertKind.DEAL, was_usd: str | None = None) -> Message:
    was = None if was_usd is None else Decimal(was_usd)
    changes = tuple(Change(event=Event.PRICE, offer=offer, was_usd=was) for offer in offers)
    return compose(
        flat_alert(Alert(key="k", kind=kind, watch=WATCH, changes=changes, occasion="price"), created_at=NOON)
    )


def test_a_deal_says_what_for_how_much_and_why() -> None:
    message = said(priced(unit_usd="600"), was_usd="700")
    assert message.subject == "[cheap] rtx-3090-24gb at 25.00 USD/GB (600.00 USD)"
    assert "you asked for below 30.00 USD/GB" in message.text
    assert "600.00 USD + 0.00 shipping = 600.00 USD landed, was 700.00 USD" in message.text
    assert "https://barn.example/1" in message.text


def test_unknown_shipping_is_said() -> None:
    assert "excl. shipping (not stated)" in said(replace(priced(unit_usd="600"), shipping=None)).text


def test_a_lot_names_its_total_and_each_card() -> None:
    lot = replace(priced(unit_usd="190"), quantity=4, price=Decimal(720), shipping=Decimal(40), landed_usd=Decimal(760))
    assert "lot of 4, 720.00 USD, 190.00 USD each + 40.00 shipping = 760.00 USD landed" in said(lot).text


def test_a_summary_spells_out_the_best_and_counts_the_rest() -> None:
    message = said(*(priced(number, "600") for number in range(MOST_OFFERS + 5)), kind=AlertKind.SUMMARY)
    assert "25 on offer below 30.00 USD/GB" in message.subject
    assert "… and 5 more" in message.text
    assert message.payload["count"] == 25


def test_nothing_a_site_prints_steers_a_terminal() -> None:
    message = said(replace(priced(), title="RTX\x1b[2J 3090", url="https://x.example/\x1b]0;a\x07\nb"))
    assert all(line.isprintable() for line in message.text.splitlines())
    assert "https://x.example/ ]0;a b" in message.text


def test_what_a_seller_wrote_cannot_break_the_page() -> None:
    hostile = replace(priced(), title="<script>alert(1)</script>\nBcc: x", url="javascript:alert(1)")
    message = said(hostile)
    assert "<script>" not in message.html
    assert "javascript:" not in message.html
    assert "\n" not in message.subject
    assert "“<script>alert(1)</script> Bcc: x”" in message.text


RICH = {
    "reasons": [{"rule": "under_market", "said": "29 % under what it is worth", "value": None}],
    "baseline": {
        "usd": 850.0,
        "low": 800.0,
        "high": 900.0,
        "p10": 560.0,
        "p90": 1000.0,
        "basis": "same condition: 7 sellers",
    },
    "signs": [{"name": "new_seller", "said": "the seller has 3 ratings"}],
    "doubts": ["nobody else has asked anything near to it"],
}


def payload_of(offer: Priced, **facts: Any) -> dict[str, Any]:
    change = Change(event=Event.NEW, offer=offer)
    payload = flat_alert(
        Alert(key="k", kind=AlertKind.DEAL, watch=WATCH, changes=(change,), occasion="new"), created_at=NOON
    )
    return {**payload, "offers": [{**payload["offers"][0], **facts}]}


def test_a_message_says_why_what_it_is_worth_what_to_offer_and_what_speaks_against_it() -> None:
    message = compose(payload_of(replace(priced(unit_usd="600"), best_offer=True), **RICH))
    for said in (
        "why: 29 % under what it is worth",
        "29% below what it is worth: 850 USD (same condition: 7 sellers)",
        "takes offers: try 560 USD",
        "careful: the seller has 3 ratings",
        "careful: unverified: nobody else has asked anything near to it",
    ):
        assert f"  {said}\n" in message.text
        assert escape(said.removeprefix("careful: ")) in message.html
    assert message.urgent
    assert message.link == "https://barn.example/1"


def test_an_older_payload_without_reasons_is_still_told() -> None:
    payload = payload_of(priced(unit_usd="600"))
    for name in ("reasons", "baseline", "no_baseline", "signs", "doubts", "unverified", "was_usd"):
        payload["offers"][0].pop(name, None)
    assert "why: you asked for below 30.00 USD/GB" in compose(payload).text


def test_shipping_by_the_buyers_estimate_is_marked() -> None:
    estimated = replace(priced(unit_usd="600"), shipping=None, flags=("shipping-estimated",))
    assert "+ shipping (estimated) =" in compose(payload_of(estimated)).text


def test_links_for_the_users_word() -> None:
    links = {"": "https://me.example/mark/T", "scam": "https://me.example/mark/T?do=scam"}
    message = compose(payload_of(priced(), links=links))
    assert "your word on it: https://me.example/mark/T\n" in f"{message.text}\n"
    assert 'href="https://me.example/mark/T?do=scam"' in message.html


# price, what one card lands at, the lowest decile of what others ask → what to offer
BARGAINS = [
    (600.0, 600.0, 560.0, 560.0),
    (600.0, 640.0, 560.0, 525.0),
    (19.0, 19.0, 17.5, 17.0),
    (2400.0, 600.0, 555.0, 2200.0),
    (12_345.0, 12_345.0, 11_000.0, 11_000.0),
    (600.0, 600.0, 600.0, None),
    (600.0, 600.0, 700.0, None),
    (600.0, 600.0, 300.0, None),
    (600.0, None, 560.0, None),
    (600.0, 600.0, None, None),
    (600.0, 600.0, 599.9, 595.0),
]


@pytest.mark.parametrize(("price", "unit_usd", "p10_usd", "offer"), BARGAINS)
def test_what_to_offer(price: float, unit_usd: float | None, p10_usd: float | None, offer: float | None) -> None:
    assert suggested(price, unit_usd=unit_usd, p10_usd=p10_usd) == offer


HOSTILE = {
    "markup": '<img src=x onerror="alert(1)"></td></table><script>1</script>',
    "turned": "RTX \u202e3090 \u2066abc\u2069 \u200f",
    "long": "RTX 3090 " * 1200,
    "nul": "RTX\x00 3090\x1b[31m\x07",
    "header": "RTX 3090\r\nBcc: victim@x.example\r\n\r\nbody",
    "surrogate": "RTX \ud83d 3090",
    "attribute": "\"' onmouseover=alert(1) x='",
    "empty": "",
    "template": "{{ 7 * 7 }} {% raw %} %s %(key)s {0}",
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_what_a_stranger_wrote_is_harmless_everywhere(hostile: str) -> None:
    watch = f"cheap\r\nX-Evil: {hostile[:20]}"
    facts = {**RICH, "reasons": [{"said": hostile}], "signs": [{"name": "x", "said": hostile}], "doubts": [hostile]}
    payload = {**payload_of(replace(priced(), title=hostile, country=hostile, variant=None), **facts), "watch": watch}
    message = compose(payload)
    for line in (message.subject, *message.text.split("\n")):
        assert line.isprintable()
        assert len(line) < 700
    assert "\n" not in message.subject
    assert len(message.html) < 12_000
    tags = {node.tag for node in HTMLParser(message.html).css("*")}
    assert tags <= {"html", "head", "meta", "title", "body", "h1", "div", "strong", "a", "p"}
    assert all(
        set(node.attributes) <= {"style", "href", "dir", "lang", "charset", "name", "content"}
        for node in HTMLParser(message.html).css("*")
    )
    with smtp_server() as (inbox, channel):
        channel().send(message)
    [mail] = inbox.mails
    assert (mail["Bcc"], mail["X-Evil"]) == (None, None)
    json.dumps(message.payload)


def test_several_alerts_in_one_message() -> None:
    first, second = (payload_of(priced(number, unit_usd="600")) for number in (1, 2))
    message = compose_together([first, second], key="both")
    assert (message.key, message.payload["kind"], message.payload["count"]) == ("both", "digest", 2)
    assert message.payload["alerts"] == [first, second]
    assert message.text.count("https://barn.example/") == 2
