"""Value metrics: one small function each; its name is the CLI choice, its docstring the help.

A metric takes what one card costs, ready to use, in USD, and the card's spec row (None while the variant is
undecided). It grows in proportion to the price, so the cheapest card of a variant is the best of that variant in every
metric; it is None wherever a number it needs is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tracker.core.models import Gpu, Priced

Formula = Callable[[Decimal, Gpu | None], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A named way to compare offers: lower is better, `unit` is how its values read."""

    name: str
    unit: str
    help: str
    formula: Formula

    def of(self, offer: Priced) -> Decimal | None:
        """The offer's value; None where its price in USD or a spec it needs is unknown."""
        return None if offer.unit_usd is None else self.formula(offer.unit_usd, offer.spec)


METRICS: dict[str, Metric] = {}


def metric(unit: str) -> Callable[[Formula], Formula]:
    """Register a formula as a metric under its own name."""

    def register(formula: Formula) -> Formula:
        name = formula.__name__
        METRICS[name] = Metric(name=name, unit=unit, help=(formula.__doc__ or "").strip(), formula=formula)
        return formula

    return register


def _over(unit_usd: Decimal, amount: float | None) -> Decimal | None:
    return unit_usd / Decimal(str(amount)) if amount else None


@metric("USD")
def usd(unit_usd: Decimal, gpu: Gpu | None) -> Decimal | None:  # noqa: ARG001  (every metric has the same form)
    """Landed price of one card, ready to use, in US dollars."""
    return unit_usd


@metric("USD/GB")
def usd_per_gb(unit_usd: Decimal, gpu: Gpu | None) -> Decimal | None:
    """US dollars per GB of memory on the card."""
    return _over(unit_usd, gpu.vram_gb) if gpu else None


@metric("USD per GB/s")
def usd_per_gbps(unit_usd: Decimal, gpu: Gpu | None) -> Decimal | None:
    """US dollars per GB/s of memory bandwidth, all GPUs of the board together."""
    return _over(unit_usd, gpu.board_bandwidth_gb_s) if gpu else None
