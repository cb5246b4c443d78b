"""Prices in running text: what counts as one, how it is printed, and what is said of shipping."""

import pytest

from scrapers.pricetags import agreed, tags

# text → every price in it: as printed, shipping, terms
TEXTS = [
    ("RTX 3090 FE - $650 shipped OBO", [("$650 OBO", "0", "shipped")]),
    ("$650 OBO shipped", [("$650 OBO", "0", "shipped")]),
    ("$650 + shipping", [("$650", "", "+ shipping")]),
    ("$650+shipping", [("$650", "", "+ shipping")]),
    ("$650 plus $20 shipping", [("$650", "$20", "+ shipping")]),
    ("$650 shipped / $620 local", [("$650", "0", "shipped"), ("$620", "", "local")]),
    ("$650/$600 local", [("$650", "", ""), ("$600", "", "local")]),
    ("asking 640 shipped", [("640", "0", "shipped")]),
    ("price: 650", [("650", "", "")]),
    ("1.299,00 € VB", [("1.299,00 € VB", "", "")]),
    ("650€ inkl. Versand", [("650€", "0", "shipped")]),
    ("€ 650,-", [("€ 650,-", "", "")]),
    ("CAD $700", [("CAD $700", "", "")]),
    ("$700 CAD", [("$700 CAD", "", "")]),
    ("USD 650", [("USD 650", "", "")]),
    ("4x P40 $180 each shipped", [("$180 each", "0", "shipped")]),
    ("$180/ea", [("$180 ea", "", "")]),
    ("$1.2k", [("$1.2k", "", "")]),
    ("1 299,00 zł", [("1 299,00 zł", "", "")]),
    ("12 500 kr", [("12 500 kr", "", "")]),
    ("kr 4 500,-", [("kr 4 500,-", "", "")]),
    ("£450 posted", [("£450", "0", "shipped")]),
    ("¥2,400", [("¥2,400", "", "")]),
    ("2400元", [("2400元", "", "")]),
    ("It is $1,050.00.", [("$1,050.00", "", "")]),
    ("GTX 980 450 €", [("450 €", "", "")]),
    ("RTX 3080 650€", [("650€", "", "")]),
    ("$700 -> $650", [("$700", "", ""), ("$650", "", "")]),
]

# No price that anybody asks for the thing.
NOTHING = [
    "RTX 3090 24GB",
    "I paid $1500 for it",
    "bought it for $1500",
    "MSRP $1499",
    "it was $700 once",
    "Shipping is $20",
    "$20 shipping",
    "$50 off if you buy both",
    "$$$ 3090",
    "PayPal, $$$",
    "trade value $700",
    "up to $200",
    "450W, 3 slots, 2.5",
    "$30 gift card",
    "",
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_prices_are_found(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(tag.text, tag.shipping, tag.terms) for tag in tags(text)] == expected


@pytest.mark.parametrize("text", NOTHING)
def test_other_numbers_are_no_prices(text: str) -> None:
    assert list(tags(text)) == []


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("$650 shipped or $620 local", "$650"),
        ("$600 local, $630 + shipping", "$630"),
        ("$700 -> $650", "$650"),
        ("$700 now $650", "$650"),
        ("$650 and again $650", "$650"),
        ("the one $650, the other $400", ""),
        ("nothing", ""),
    ],
)
def test_which_of_several_prices_is_meant(text: str, chosen: str) -> None:
    tag = agreed(list(tags(text)))
    assert (tag.text if tag else "") == chosen


def test_a_long_text_is_read_in_time() -> None:
    assert len(list(tags("$650 shipped, " * 5_000))) == 5_000
    assert list(tags("1 " * 50_000 + "," * 50_000)) == []
