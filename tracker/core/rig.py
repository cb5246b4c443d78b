"""What some cards are together: memory, power, speed, and what to know before buying them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker.core.llm import GB_PER_GIB, efficiency, idle_w, usable_of
from tracker.core.models import Gpu

PARALLEL = (1, 2, 4, 8)
"""How many equal GPUs tensor parallelism likes: the numbers that divide a model's heads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The model a rig is to run: its size on disk, its cache, what one token reads of it (less for a mixture)."""

    model_gb: float
    read_gb: float
    kv_gb: float = 0

    @property
    def dense(self) -> bool:
        """Whether every token reads all of it; only such models were measured."""
        return self.read_gb == self.model_gb


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """Some cards, or one machine, together; None is unknown.

    `usable_gb` is what is left for a model. `bound_tok_s` is what all the bandwidth together allows (tensor
    parallelism), `split_tok_s` what a model split by layers allows, `expected_tok_s` how much of that is reached by
    those who measured it; all None where the model is not known to fit.
    """

    cards: int
    vram_gb: float
    per_card_gb: tuple[float, ...]
    usable_gb: float | None
    bandwidth_gb_s: float | None
    watts_idle: float | None
    watts_busy: int | None
    slots: float | None
    fits: bool | None
    bound_tok_s: float | None
    split_tok_s: float | None
    expected_tok_s: float | None
    expected_from: str
    caveats: tuple[str, ...]


def assemble(gpus: Sequence[Gpu], load: Load | None = None) -> Rig:
    """The rig some cards make, and how it would run a model split over their memory."""
    sizes = [gpu.vram_gb or 0.0 for gpu in gpus]
    usable, bandwidth = usable_of(gpus), _sum(gpu.board_bandwidth_gb_s for gpu in gpus)
    rests = [idle_w(gpu) for gpu in gpus]
    fits = None if load is None or usable is None else (load.model_gb + load.kv_gb) / GB_PER_GIB <= usable
    busy = _sum(gpu.tdp_w for gpu in gpus)
    split = _token_s(gpus, [1.0] * len(gpus), load) if load and fits else None
    reached = [efficiency(gpu, _backend(gpus)) for gpu in gpus]
    shares = [found[0] for found in reached if found]
    measured = load is not None and load.dense and len(shares) == len(gpus) and split is not None
    return Rig(
        cards=len(gpus),
        vram_gb=sum(sizes),
        per_card_gb=tuple(sorted(sizes, reverse=True)),
        usable_gb=usable,
        bandwidth_gb_s=bandwidth,
        watts_idle=_sum(rest[0] if rest else None for rest in rests),
        watts_busy=None if busy is None else int(busy),
        slots=_sum(0.0 if gpu.kind == "unified" else gpu.slots for gpu in gpus),
        fits=fits,
        bound_tok_s=bandwidth / load.read_gb if load and fits and bandwidth else None,
        split_tok_s=split,
        expected_tok_s=_token_s(gpus, shares, load) if load and measured else None,
        expected_from="; ".join(dict.fromkeys(found[1] for found in reached if found)) if measured else "",
        caveats=tuple(dict.fromkeys(_caveats(gpus, load, fits))),
    )


def _sum(amounts: Iterable[float | None]) -> float | None:
    """The sum, unknown where one of the amounts is."""
    known = list(amounts)
    return None if None in known else sum(amount for amount in known if amount is not None)


def _backend(gpus: Sequence[Gpu]) -> str | None:
    """Cards of one vendor run its usual backend; several vendors share only Vulkan."""
    return None if len({gpu.vendor for gpu in gpus}) == 1 else "vulkan"


def _token_s(gpus: Sequence[Gpu], shares: Sequence[float], load: Load) -> float | None:
    """Tokens a second when the GPUs work one after another, each on a part as large as its part of the memory."""
    total = sum(gpu.vram_gb or 0 for gpu in gpus)
    seconds = 0.0
    for gpu, share in zip(gpus, shares, strict=True):
        if not gpu.bandwidth_gb_s or not gpu.vram_gb:
            return None
        seconds += load.read_gb * gpu.vram_gb / total / (gpu.bandwidth_gb_s * share)
    return 1 / seconds


def _caveats(gpus: Sequence[Gpu], load: Load | None, fits: bool | None) -> Iterator[str]:
    chips, kinds = sum(gpu.gpus_per_board for gpu in gpus), Counter(gpu.id for gpu in gpus)
    if load and fits is False:
        yield "the model does not fit"
    if load and fits is None:
        yield "whether the model fits is unknown"
    if any(gpu.kind == "unified" for gpu in gpus):
        yield "a whole machine: cards need a computer beside them"
    if len(gpus) > 1 and any(gpu.nvlink is False for gpu in gpus):
        yield "no NVLink: the cards talk over PCIe"
    if chips > 1 and (chips not in PARALLEL or len(kinds) > 1):
        yield f"tensor parallelism wants 2, 4 or 8 equal GPUs: {chips}{' different' * (len(kinds) > 1)} split by layers"
    if len({gpu.vendor for gpu in gpus}) > 1:
        yield "cards of several makers: only Vulkan runs on all of them"
    for gpu in dict.fromkeys(gpus):
        whose = f"{gpu.name}: " if len(kinds) > 1 else ""
        yield from (f"{whose}needs {need}" for need in gpu.needs)
        yield from (f"{whose}{caveat}" for caveat in gpu.caveats)
    if any(gpu.tdp_w is None for gpu in gpus):
        yield "power unknown"
    if any(gpu.bandwidth_gb_s is None for gpu in gpus):
        yield "bandwidth unknown"
