"""What a message says."""

from dataclasses import replace
from decimal import Decimal

from alerts.base import Message
from alerts.message import compose
from tests.conftest import NOON, priced
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
