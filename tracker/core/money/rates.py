"""What money is worth in another currency, by the rates of one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType

from tracker.core.models import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """US dollars for one unit of each currency (ISO 4217); `day` is the day of the newest of them.

    A currency that is not in `usd_per_unit` has no rate: callers show that, nobody guesses.
    """

    day: date
    usd_per_unit: Mapping[str, Decimal]

    def __post_init__(self) -> None:
        object.__setattr__(self, "usd_per_unit", MappingProxyType(dict(self.usd_per_unit)))

    def usd(self, money: Money) -> Decimal | None:
        """`money` in US dollars, unrounded; None without a rate for its currency."""
        rate = self.usd_per_unit.get(money.currency)
        return None if rate is None else money.amount * rate


def convert(money: Money, to: str, rates: Rates) -> Money | None:
    """`money` in the currency `to`, unrounded; None where either currency has no rate."""
    if money.currency == to:
        return money
    usd, rate = rates.usd(money), rates.usd_per_unit.get(to)
    return None if usd is None or rate is None else Money(amount=usd / rate, currency=to)


def usd_cents(usd: Decimal) -> int:
    """Dollars as whole cents, halves to the even cent, so that rounding many prices favours no side."""
    return int((usd * 100).to_integral_value(ROUND_HALF_EVEN))
