"""What a language model needs, and how fast a card would write it: sizes, bounds and measured shares, with sources.

A token reads every weight once, so bandwidth ÷ model size bounds tokens a second; what cards reach of that bound is
measured, by architecture and backend. All figures stand in `models_llm.toml`; what nobody measured is None.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import inf
from statistics import median
from typing import Any

from tracker.core.errors import ConfigError
from tracker.core.models import Gpu

GB_PER_GIB = 1.073741824
"""A card's GB are 2³⁰ bytes, a file's and a bandwidth's 10⁹."""

USUAL = "q4_k_m"
"""The quantisation meant where a model is named without one."""

SHORT = {"q2": "q2_k", "q3": "q3_k_m", "q4": "q4_k_m", "q5": "q5_k_m", "q6": "q6_k", "q8": "q8_0", "fp16": "f16"}
"""What people write → the file they mean."""

BACKENDS = {"nvidia": ("cuda", "vulkan"), "amd": ("rocm", "vulkan"), "intel": ("sycl", "vulkan"), "apple": ("metal",)}
"""The backends of each vendor's cards, the usual one first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A published model: parameters in 10⁹, what a token leaves in the cache, measured file sizes in GiB.

    `active_b` is what one token of a mixture of experts reads; `native` the only quantisation it is published in.
    """

    id: str
    name: str
    params_b: float
    kv_layers: int
    kv_values: int
    source: str
    active_b: float | None = None
    native: str | None = None
    gib: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What running a model takes, in GB of 10⁹ bytes: its file, what a token reads of it, the cache for its context."""

    id: str
    name: str
    quant: str
    tokens: int
    model_gb: float
    read_gb: float
    kv_gb: float

    @property
    def card_gb(self) -> float:
        """File and cache as cards count their memory, in units of 2³⁰ bytes."""
        return (self.model_gb + self.kv_gb) / GB_PER_GIB


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """One measurement: tokens a second of a model on cards of `gb_s` each; split by layers where it took several."""

    family: str
    arch: str
    backend: str
    gb_s: float
    model_gb: float
    tok_s: float
    source: str
    cards: int | None = None

    @property
    def share(self) -> float:
        """How much of the bandwidth bound was reached."""
        return self.tok_s * self.model_gb / self.gb_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The figures of `models_llm.toml`."""

    models: Mapping[str, Model]
    bits_per_weight: Mapping[str, float]
    tokens: int
    bytes_per_value: int
    usable: Mapping[str, Any]
    speeds: tuple[Speed, ...]
    idle: Mapping[str, tuple[float, str]]


@cache
def library() -> Library:
    """The shipped figures."""
    read = tomllib.loads(files("tracker.core").joinpath("models_llm.toml").read_text(encoding="utf-8"))
    bits = {name: value for name, value in read["bits_per_weight"].items() if name != "source"}
    return Library(
        models={row["id"]: Model(**row) for row in read["model"]},
        bits_per_weight=bits,
        tokens=read["context"]["tokens"],
        bytes_per_value=read["context"]["bytes_per_value"],
        usable=read["usable"],
        speeds=tuple(Speed(**row) for row in read["speed"]),
        idle={row["family"]: (row["watts"], row["source"]) for row in read["idle"]},
    )


@cache
def need(model_id: str) -> Need:
    """What `70b-q4`, `32b-q5_k_m` or `70b-q4@32k` takes; q4 alone means Q4_K_M, no context 8,192 tokens.

    Raises ConfigError naming what is known for a model, quantisation or context nobody has figures for.
    """
    known = library()
    name, _, context = model_id.lower().replace(" ", "").partition("@")
    model = _model(name, known)
    quant = _quant(model, name.removeprefix(model.id).lstrip("-"), known)
    tokens = _tokens(context, model_id) if context else known.tokens
    measured = model.gib.get(quant)
    model_gb = measured * GB_PER_GIB if measured else model.params_b * known.bits_per_weight[quant] / 8
    return Need(
        id=model_id,
        name=model.name,
        quant=quant,
        tokens=tokens,
        model_gb=model_gb,
        read_gb=model_gb * (model.active_b or model.params_b) / model.params_b,
        kv_gb=model.kv_layers * model.kv_values * known.bytes_per_value * tokens / 1e9,
    )


def _model(name: str, known: Library) -> Model:
    named = [one for one in known.models if name == one or name.startswith(f"{one}-")]
    if named:
        return known.models[max(named, key=len)]
    raise ConfigError(f"no model {name!r}: known are {', '.join(known.models)}, each with -q4, -q8 and so on")


def _quant(model: Model, said: str, known: Library) -> str:
    if model.native:
        if said in ("", "q4", model.native):
            return model.native
        raise ConfigError(f"{model.id} is published in {model.native} only, not in {said!r}")
    quant = SHORT.get(said, said) or USUAL
    if quant not in known.bits_per_weight:
        raise ConfigError(f"no quantisation {said!r}: known are {', '.join((*SHORT, *known.bits_per_weight))}")
    return quant


def _tokens(context: str, model_id: str) -> int:
    count, thousands = (context[:-1], 1024) if context.endswith("k") else (context, 1)
    if not count.isascii() or not count.isdigit() or not 0 < int(count) * thousands <= 10_000_000:
        raise ConfigError(f"{model_id!r}: the context after @ is a number of tokens such as 32768 or 32k")
    return int(count) * thousands


def usable_gb(gpu: Gpu, cards: int = 1) -> float | None:
    """GB left for a model and its cache on one or several equal cards, as cards count; None where nobody tells.

    Each GPU keeps some for the driver and its buffers, more so when a model is split; a machine keeps a share.
    """
    return usable_of([gpu] * cards)


def usable_of(gpus: Sequence[Gpu]) -> float | None:
    """GB left on several cards together, of whatever kinds; None where it is unknown for one of them."""
    rule = library().usable
    chips = sum(gpu.gpus_per_board for gpu in gpus)
    kept = rule["alone_gb"] if chips == 1 else rule["each_gb"]
    total = 0.0
    for gpu in gpus:
        share = 1.0 if gpu.kind == "card" else _share(gpu)
        if gpu.vram_gb is None or share is None:
            return None
        total += max(0.0, gpu.vram_gb * share - (kept * gpu.gpus_per_board if gpu.kind == "card" else 0))
    return total


def _share(gpu: Gpu) -> float | None:
    """How much of a machine's memory its GPU gets."""
    for rule in library().usable["unified"]:
        named = all(getattr(gpu, key) == rule[key] for key in ("arch", "family") if key in rule)
        if named and (gpu.vram_gb or 0) <= rule.get("up_to_gb", inf):
            return float(rule["share"])
    return None


def fits(gpu: Gpu, model_id: str) -> bool:
    """Whether one card or machine is known to hold a model such as `70b-q4` with the cache for its context."""
    usable = usable_gb(gpu)
    return usable is not None and need(model_id).card_gb <= usable


def bound_tok_s(gpu: Gpu, model_gb: float) -> float | None:
    """The most tokens a second that the board's bandwidth allows, all its GPUs at once; context only lowers it."""
    return gpu.board_bandwidth_gb_s / model_gb if gpu.board_bandwidth_gb_s and model_gb > 0 else None


def expected_tok_s(gpu: Gpu, model_gb: float, backend: str | None = None) -> tuple[float, str] | None:
    """Tokens a second of a dense model split by layers, and who measured it; None where nobody has.

    By the median share measured on the card's family, else on its architecture; without a backend, by the vendor's
    usual one that was measured.
    """
    reached = efficiency(gpu, backend)
    if reached is None or not gpu.bandwidth_gb_s or model_gb <= 0:
        return None
    share, source = reached
    return gpu.bandwidth_gb_s / model_gb * share, source


def efficiency(gpu: Gpu, backend: str | None = None) -> tuple[float, str] | None:
    """The share of the bandwidth bound that was measured for a card, and by whom."""
    return _measured(gpu.family, gpu.arch, (backend,) if backend else BACKENDS.get(gpu.vendor, ()))


@cache
def _measured(family: str, arch: str | None, backends: Sequence[str]) -> tuple[float, str] | None:
    for level, name in (("family", family), ("arch", arch)):
        for backend in backends:
            found = [one for one in library().speeds if one.backend == backend and getattr(one, level) == name]
            if found:
                return median(one.share for one in found), _cited(found, backend, level)
    return None


def _cited(found: Sequence[Speed], backend: str, level: str) -> str:
    low, high = min(speed.share for speed in found), max(speed.share for speed in found)
    spread = f"{low:.0%}" if len(found) == 1 else f"median of {len(found)}, {low:.0%} to {high:.0%}"
    whose = "" if level == "family" else f" on {', '.join(dict.fromkeys(speed.family for speed in found))}"
    said = "; ".join(dict.fromkeys(speed.source for speed in found))
    return f"{spread} of the bound measured{whose} with {backend}: {said}"


def idle_w(gpu: Gpu) -> tuple[float, str] | None:
    """Watts of one card at rest, and who measured it; None where nobody has."""
    return library().idle.get(gpu.family)
