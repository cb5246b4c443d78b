"""The bill: every term worked out by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.conftest import RATES
from tracker.core.gpus import Catalogue
from tracker.core.landed import Asked, Costs, Forwarder, Import, land, needs_of
from tracker.core.models import Money

USD_100 = Asked(price=Money(amount=Decimal(100), currency="USD"), shipping=Decimal(10))
FROM_CHINA = USD_100._replace(country="CN")
GERMAN = Costs(country="DE")
FREE_TRADE = Import(origin="*", destination="DE", vat=Decimal("0.19"))
CHINESE = Import(origin="CN", destination="DE", duty=Decimal("0.10"), vat=Decimal("0.20"), broker_usd=Decimal(6))
AGENT = Forwarder(
    countries=("CN",), fee=Decimal("0.05"), domestic_usd=Decimal(3), per_kg_usd=Decimal(8), card_kg=Decimal("1.5")
)
BARE_MODULE = USD_100._replace(needs=("sxm2 adapter board", "cooler"))
READY = Costs(addons_usd={"sxm2*": Decimal(30), "cooler": Decimal(12)})

BILLS = [
    ("price and shipping", USD_100, Costs(), "110", "110"),
    ("another currency", USD_100._replace(price=Money(amount=Decimal(100), currency="EUR")), Costs(), "121", "121"),
    ("a lot is shared", USD_100._replace(quantity=4), Costs(), "110", "27.5"),
    ("a price for each is not", USD_100._replace(quantity=4, each=True), Costs(), "410", "102.5"),
    ("shipping not stated is not added", USD_100._replace(shipping=None), Costs(), "100", "100"),
    (
        "unless the buyer estimates it",
        USD_100._replace(shipping=None),
        Costs(shipping_usd={"*": Decimal(20)}),
        "120",
        "120",
    ),
    (
        "by country of origin",
        FROM_CHINA._replace(shipping=None),
        Costs(shipping_usd={"*": Decimal(20), "CN": Decimal(35)}),
        "135",
        "135",
    ),
    (
        "no border, no import",
        USD_100._replace(country="DE"),
        replace(GERMAN, imports=(CHINESE, FREE_TRADE)),
        "110",
        "110",
    ),
    ("an unknown origin is not taxed", USD_100, replace(GERMAN, imports=(FREE_TRADE,)), "110", "110"),
    (
        "VAT on price and shipping",
        USD_100._replace(country="US"),
        replace(GERMAN, imports=(FREE_TRADE,)),
        "130.9",
        "130.9",
    ),
    # 110 + 11 duty + 24.2 VAT on 121 + 6 broker
    ("the most exact rule", FROM_CHINA, replace(GERMAN, imports=(FREE_TRADE, CHINESE)), "151.2", "151.2"),
    (
        "what the site says of import stands in the place of both",
        FROM_CHINA._replace(charges=Money(amount=Decimal(20), currency="EUR")),
        replace(GERMAN, imports=(CHINESE,)),
        "132",
        "132",
    ),
    ("VAT reclaimed", FROM_CHINA, replace(GERMAN, imports=(CHINESE,), vat_reclaim=True), "127", "127"),
    # 100 + 10 + 5 fee + 3 domestic + 12 for 1.5 kg
    ("a forwarder", FROM_CHINA, replace(GERMAN, forwarders=(AGENT,)), "130", "130"),
    (
        "a forwarder weighs every card",
        FROM_CHINA._replace(quantity=2),
        replace(GERMAN, forwarders=(AGENT,)),
        "142",
        "71",
    ),
    ("a bare module and what it takes to run it", BARE_MODULE, READY, "110", "152"),
    ("per card of a lot", BARE_MODULE._replace(quantity=2), READY, "110", "97"),
    ("with its adapter", BARE_MODULE._replace(flags=("adapter-included",)), READY, "110", "122"),
    ("a blower needs no cooler", BARE_MODULE._replace(flags=("blower",)), READY, "110", "140"),
]


@pytest.mark.parametrize(
    ("asked", "costs", "landed_usd", "unit_usd"), [row[1:] for row in BILLS], ids=[r[0] for r in BILLS]
)
def test_bills(asked: Asked, costs: Costs, landed_usd: str, unit_usd: str) -> None:
    landed = land(asked, RATES, costs)
    assert (landed.landed_usd, landed.unit_usd) == (Decimal(landed_usd), Decimal(unit_usd))
    assert landed.landed_usd == sum(term.usd for term in landed.terms)
    assert all(term.note for term in (*landed.terms, *landed.addons))


def test_without_a_rate_nothing_is_guessed() -> None:
    landed = land(USD_100._replace(price=Money(amount=Decimal(100), currency="TWD")), RATES, Costs())
    assert (landed.rate, landed.landed_usd, landed.unit_usd) == (None, None, None)


def test_an_estimate_is_marked() -> None:
    costs = Costs(shipping_usd={"*": Decimal(20)})
    assert land(USD_100._replace(shipping=None), RATES, costs).estimated
    assert not land(USD_100, RATES, costs).estimated


def test_an_undecided_variant_needs_what_all_of_its_family_need(known: Catalogue) -> None:
    assert "sxm2 adapter board" in needs_of("v100", "v100-sxm2-16gb", known)
    assert "sxm2 adapter board" not in needs_of("v100", None, known)
    assert "blower shroud" in needs_of("mi50", None, known)
    assert needs_of("no-such-card", None, known) == ()
