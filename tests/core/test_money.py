"""Prices as people and sites print them, from a table; then what holds for any text and any amount."""

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from tracker.core.models import Money
from tracker.core.money import NoPrice, Price, Rates, Reason, convert, read_price, usd_cents


def rows() -> Iterator[tuple[str, str, str]]:
    """Each line of `prices.tsv`: a text, the source's currency, and the answer."""
    for line in Path(__file__).with_name("prices.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            text, currency, answer = line.split("\t")
            yield (
                re.sub(r"\\u([0-9a-f]{4})|\\n", lambda it: chr(int(it[1], 16)) if it[1] else "\n", text),
                currency,
                answer,
            )


ROWS = list(rows())


def told(read: Price | NoPrice) -> str:
    """A reading in the table's words: `1299 EUR was`, `!free`."""
    if isinstance(read, NoPrice):
        return f"!{read.reason}"
    return " ".join(filter(None, (f"{read.amount.normalize():f}", read.currency, *read.flags)))


@pytest.mark.parametrize(("text", "currency", "answer"), ROWS)
def test_the_table(text: str, currency: str, answer: str) -> None:
    assert told(read_price(text, currency=currency)) == answer


def test_the_table_is_large_and_asks_nothing_twice() -> None:
    asked = [(text, currency) for text, currency, _ in ROWS]
    assert len(asked) >= 300
    assert len(set(asked)) == len(asked)


def test_a_refusal_explains_itself() -> None:
    read = read_price("Preis auf Anfrage")
    assert isinstance(read, NoPrice)
    assert (read.reason, read.detail) == (Reason.ON_REQUEST, "names no price, one has to ask")


def test_a_price_is_money() -> None:
    read = read_price("1.299,00 €")
    assert isinstance(read, Price)
    assert read.money == Money(amount=Decimal(1299), currency="EUR")


PRICE_LIKE = st.text(alphabet="0123456789012345.,' -–$€¥£%()+/~:x kw万元円千\n\u00a0٣⁹½VBabtoKrPLNzł", max_size=60)


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=400), PRICE_LIKE), st.sampled_from(["", "USD", "EUR", "JPY", "KWD", "zł", "nonsense"])
)
def test_any_text_is_a_positive_amount_or_a_refusal(text: str, currency: str) -> None:
    read = read_price(text, currency=currency)
    if isinstance(read, NoPrice):
        assert read.detail
        return
    assert read.amount > 0
    assert read.amount.is_finite()
    assert re.fullmatch(r"([A-Z]{3})?", read.currency)
    assert list(read.flags) == sorted(set(read.flags))


def grouped(units: int, mark: str) -> str:
    return f"{units:,}".replace(",", mark)


def indian(units: int) -> str:
    rest, last = divmod(units, 1000)
    return f"{re.sub(r'(?<=[0-9])(?=(?:[0-9]{2})+$)', ',', str(rest))},{last:03}" if rest else str(last)


# locale: how it writes the units, its decimal mark, the whole price, the source's currency, the price's
LOCALES: dict[str, tuple[Callable[[int], str], str, str, str, str]] = {
    "en-US": (lambda units: grouped(units, ","), ".", "${}", "", "USD"),
    "en-CA on eBay": (lambda units: grouped(units, ","), ".", "C ${}", "USD", "CAD"),
    "de-DE": (lambda units: grouped(units, "."), ",", "{} €", "", "EUR"),
    "fr-FR": (lambda units: grouped(units, "\u202f"), ",", "{}\u00a0€", "", "EUR"),
    "pl-PL": (lambda units: grouped(units, "\u00a0"), ",", "{} zł", "", "PLN"),
    "de-CH": (lambda units: grouped(units, "’"), ".", "CHF {}", "", "CHF"),
    "sv-SE": (lambda units: grouped(units, " "), ",", "{} kr", "SEK", "SEK"),
    "pt-BR": (lambda units: grouped(units, "."), ",", "R$ {}", "BRL", "BRL"),
    "en-IN": (indian, ".", "₹{}", "", "INR"),
    "machine": (str, ".", "{}", "EUR", "EUR"),
}
CENTS = st.integers(min_value=1, max_value=999_999_999)


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=60, deadline=None)
@given(cents=CENTS)
def test_an_amount_survives_being_printed(locale: str, cents: int) -> None:
    units_as, mark, template, source, currency = LOCALES[locale]
    printed = template.format(f"{units_as(cents // 100)}{mark}{cents % 100:02}")
    assert_same(read_price(printed, currency=source), Decimal(cents) / 100, currency)


@pytest.mark.parametrize("locale", LOCALES)
@settings(max_examples=60, deadline=None)
@given(units=st.integers(min_value=1, max_value=9_999_999))
def test_so_does_one_without_cents(locale: str, units: int) -> None:
    units_as, _, template, source, currency = LOCALES[locale]
    assert_same(read_price(template.format(units_as(units)), currency=source), Decimal(units), currency)


def assert_same(read: Price | NoPrice, amount: Decimal, currency: str) -> None:
    if isinstance(read, NoPrice):  # 123,456 is a price nobody asks
        assert read.reason is Reason.PLACEHOLDER
        assert len(set(str(amount))) == 1 or str(amount) in "123456789"
        return
    assert (read.amount, read.currency, read.flags) == (amount, currency, ())


HOSTILE = [
    "1",
    "1 ",
    "1,",
    "1 234 ",
    "$",
    "$1 ",
    "1.299,00 € ",
    "-",
    "(",
    "x ",
    "tax ",
    "us ",
    "0.",
    "\u0301",
    "\ufdfa",
    " ",
]


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("length", [300, 1_000_000], ids=["short", "huge"])
def test_no_text_takes_long(piece: str, length: int) -> None:
    text = (piece * length)[:length]
    started = time.process_time()
    read_price(text, currency="EUR")
    assert time.process_time() - started < 5


RATES = Rates(day=date(2026, 1, 2), usd_per_unit={"USD": Decimal(1), "EUR": Decimal("1.25"), "CNY": Decimal("0.14")})


def test_money_is_worth_dollars_by_the_days_rates() -> None:
    assert RATES.usd(Money(amount=Decimal(800), currency="EUR")) == Decimal(1000)
    assert RATES.usd(Money(amount=Decimal("12.34"), currency="USD")) == Decimal("12.34")


def test_without_a_rate_nothing_is_guessed() -> None:
    assert RATES.usd(Money(amount=Decimal(1), currency="TWD")) is None
    assert RATES.usd(Money(amount=Decimal(1), currency="")) is None
    assert convert(Money(amount=Decimal(1), currency="TWD"), "EUR", RATES) is None
    assert convert(Money(amount=Decimal(1), currency="EUR"), "TWD", RATES) is None


def test_conversion_goes_through_the_dollar() -> None:
    assert convert(Money(amount=Decimal(112), currency="EUR"), "CNY", RATES) == Money(
        amount=Decimal(1000), currency="CNY"
    )


def test_its_own_currency_needs_no_rate() -> None:
    money = Money(amount=Decimal("0.1"), currency="TWD")
    assert convert(money, "TWD", RATES) is money


def test_rates_cannot_change_once_made() -> None:
    given_rates = {"EUR": Decimal(1)}
    rates = Rates(day=date(2026, 1, 2), usd_per_unit=given_rates)
    given_rates["EUR"] = Decimal(2)
    assert rates.usd_per_unit["EUR"] == 1
    with pytest.raises(TypeError):
        rates.usd_per_unit["EUR"] = Decimal(3)  # type: ignore[index]


@pytest.mark.parametrize(
    ("usd", "cents"), [("12.34", 1234), ("0.125", 12), ("0.135", 14), ("0.005", 0), ("0.0051", 1), ("1299", 129900)]
)
def test_cents_round_half_to_even(usd: str, cents: int) -> None:
    assert usd_cents(Decimal(usd)) == cents


def test_every_price_of_the_recorded_api_is_read_as_it_is(corpus: Path) -> None:
    for file in sorted((corpus / "pages" / "ebay_browse_api").glob("*.json")):
        for item in json.loads(file.read_text(encoding="utf-8")):
            if printed := item.get("price"):
                read = read_price(printed["value"], currency=printed["currency"])
                assert told(read) == f"{Decimal(printed['value']).normalize():f} {printed['currency']}"


def test_every_price_of_the_recorded_shops_is_read(corpus: Path) -> None:
    tags = [
        node.text(strip=True)
        for page in (corpus / "pages" / "amazon").glob("*.html")
        for node in LexborHTMLParser(page.read_bytes()).css(".a-price .a-offscreen")
    ]
    printed = [tag for tag in tags if tag not in ("", "null")]
    assert len(printed) > 150
    assert not [tag for tag in printed if isinstance(read_price(tag), NoPrice)]


BARE = st.from_regex(r"\A[$€£]?[1-9][0-9]{0,2}((,[0-9]{3}){0,3}|[0-9]{0,5})(\.[0-9]{1,3})?\Z")


@settings(max_examples=400, deadline=None)
@given(BARE, st.sampled_from(["", "USD", "CAD", "EUR", "JPY", "KWD", "TND", "nonsense"]))
def test_the_short_way_reads_as_the_long_one(text: str, currency: str) -> None:
    short, long = read_price(text, currency=currency), read_price(f" {text} ", currency=currency)
    assert short == long
    if isinstance(short, Price) and isinstance(long, Price):
        assert str(short.amount) == str(long.amount), "to the last digit"
