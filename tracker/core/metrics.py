"""Value metrics: one small function each; its name is the CLI choice, its docstring the help.

A metric takes what one card costs, ready to use, in USD, the card's spec row (None while the variant is undecided) and
what the user set (`Basis`). It is a straight line over the price, so within one variant the cheapest card is the best
in every metric; it is None wherever a number it needs is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tracker.core.llm import idle_w
from tracker.core.models import Gpu, Priced


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What metrics are computed with beside price and spec.

    `model_gb` is a model's size on disk in GB. `years` of use, `resale` the fraction of the price expected back after
    them, `usd_per_kwh` the tariff, `duty_cycle` the fraction of time under full load; the rest is spent idle, at the
    watts somebody measured on the family, else at `idle_fraction` of the board's power (a tenth: cards of 250–450 W
    idle at 15–40 W).
    """

    model_gb: Decimal = Decimal(18)
    years: Decimal = Decimal(3)
    resale: Decimal = Decimal("0.4")
    usd_per_kwh: Decimal = Decimal("0.15")
    duty_cycle: Decimal = Decimal("0.25")
    idle_fraction: Decimal = Decimal("0.1")


DEFAULTS = Basis()

Formula = Callable[[Decimal, Gpu | None, Basis], Decimal | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A named way to compare offers; `unit` is how its values read, `more_is_better` how they rank."""

    name: str
    unit: str
    help: str
    formula: Formula
    more_is_better: bool = False

    def of(self, offer: Priced, basis: Basis = DEFAULTS) -> Decimal | None:
        """The offer's value; None where its price in USD or a spec it needs is unknown."""
        return None if offer.unit_usd is None else self.formula(offer.unit_usd, offer.spec, basis)

    def beats(self, value: Decimal, threshold: Decimal) -> bool:
        """Whether a value is on the good side of a threshold."""
        return value > threshold if self.more_is_better else value < threshold

    def rank(self, value: Decimal | None) -> Decimal:
        """What to sort by, best first; the unknown comes last."""
        if value is None:
            return Decimal("Infinity")
        return -value if self.more_is_better else value

    def line(self, gpu: Gpu | None, basis: Basis = DEFAULTS) -> tuple[float, float] | None:
        """Slope and intercept of this metric over the unit price for one variant; None where it is unknown."""
        at_zero, at_one = self.formula(Decimal(0), gpu, basis), self.formula(Decimal(1), gpu, basis)
        return None if at_zero is None or at_one is None else (float(at_one - at_zero), float(at_zero))


METRICS: dict[str, Metric] = {}


def metric(unit: str, *, more_is_better: bool = False) -> Callable[[Formula], Formula]:
    """Register a formula as a metric under its own name."""

    def register(formula: Formula) -> Formula:
        name, text = formula.__name__, (formula.__doc__ or "").strip()
        METRICS[name] = Metric(name=name, unit=unit, help=text, formula=formula, more_is_better=more_is_better)
        return formula

    return register


def _over(unit_usd: Decimal, amount: float | None) -> Decimal | None:
    return unit_usd / Decimal(str(amount)) if amount else None


@metric("USD")
def usd(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """Landed price of one card, ready to use, in US dollars."""
    return unit_usd


@metric("USD/GB")
def usd_per_gb(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """US dollars per GB of memory on the card."""
    return _over(unit_usd, gpu.vram_gb) if gpu else None


@metric("USD per GB/s")
def usd_per_gbps(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """US dollars per GB/s of memory bandwidth, all GPUs of the board together."""
    return _over(unit_usd, gpu.board_bandwidth_gb_s) if gpu else None


@metric("USD per GB × TB/s")
def usd_per_gb_tbps(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """US dollars per GB of memory times TB/s of bandwidth: both count, neither can be traded away."""
    if gpu is None or not gpu.vram_gb or not gpu.board_bandwidth_gb_s:
        return None
    return unit_usd / (Decimal(str(gpu.vram_gb)) * Decimal(str(gpu.board_bandwidth_gb_s)) / 1000)


@metric("USD/TFLOPS")
def usd_per_fp16_tflops(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """US dollars per dense FP16 TFLOPS, by the tensor cores where the card has them."""
    return _over(unit_usd, gpu.fp16_tensor_tflops or gpu.fp16_tflops) if gpu else None


@metric("GB/W", more_is_better=True)
def gb_per_watt(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """GB of memory per watt of board power; more is better, and the price plays no part."""
    return Decimal(str(gpu.vram_gb)) / gpu.tdp_w if gpu and gpu.vram_gb and gpu.tdp_w else None


@metric("USD per token/s")
def usd_per_tok_s(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """US dollars per token/s that the bandwidth allows for a model of --model-gb; only where it fits on one card."""
    if gpu is None or not gpu.vram_gb or Decimal(str(gpu.vram_gb)) < basis.model_gb:
        return None
    return _over(unit_usd * basis.model_gb, gpu.board_bandwidth_gb_s)  # token/s ≤ bandwidth ÷ model size


@metric("USD/year")
def usd_per_year(unit_usd: Decimal, gpu: Gpu | None, basis: Basis) -> Decimal | None:
    """US dollars a year: price less resale over the years of use, plus electricity under load and idle."""
    if gpu is None or not gpu.tdp_w:
        return None
    measured = idle_w(gpu)
    idle = Decimal(str(measured[0])) if measured else gpu.tdp_w * basis.idle_fraction
    watts = gpu.tdp_w * basis.duty_cycle + idle * (1 - basis.duty_cycle)
    return unit_usd * (1 - basis.resale) / basis.years + watts * _KWH_PER_W_YEAR * basis.usd_per_kwh


_KWH_PER_W_YEAR = Decimal("8.766")  # 24 h × 365.25 days ÷ 1000
