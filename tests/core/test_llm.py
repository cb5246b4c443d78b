"""Model sizes and speeds against figures worked out by hand, files that were measured, and the spec database."""

import pytest

from tracker.core.errors import ConfigError
from tracker.core.gpus import Catalogue
from tracker.core.llm import (
    GB_PER_GIB,
    bound_tok_s,
    efficiency,
    expected_tok_s,
    fits,
    idle_w,
    library,
    need,
    usable_gb,
    usable_of,
)

NEEDS = [
    # id, quantisation, tokens, GB on disk, GB read per token, GB of cache (layers × values × 2 bytes × tokens)
    ("70b-q4", "q4_k_m", 8192, 42.52, 42.52, 2.68),
    ("70B-Q4_K_M", "q4_k_m", 8192, 42.52, 42.52, 2.68),
    ("70b", "q4_k_m", 8192, 42.52, 42.52, 2.68),
    ("70b-q4@32k", "q4_k_m", 32768, 42.52, 42.52, 10.74),
    ("70b-q8@4096", "q8_0", 4096, 74.98, 74.98, 1.34),
    ("8b-fp16", "f16", 8192, 16.06, 16.06, 1.07),
    ("32b-q4", "q4_k_m", 8192, 19.74, 19.74, 2.15),
    ("27b-q6", "q6_k", 8192, 22.07, 22.07, 0.54),
    ("671b-q4", "q4_k_m", 8192, 404.38, 22.30, 0.58),
    ("30b-a3b-q4", "q4_k_m", 8192, 18.40, 1.99, 0.81),
    ("gpt-oss-120b", "mxfp4", 8192, 63.37, 2.77, 0.60),
    ("gpt-oss-20b-q4", "mxfp4", 8192, 12.10, 2.08, 0.40),
]


@pytest.mark.parametrize(("model", "quant", "tokens", "model_gb", "read_gb", "kv_gb"), NEEDS)
def test_what_a_model_takes(model: str, quant: str, tokens: int, model_gb: float, read_gb: float, kv_gb: float) -> None:
    wants = need(model)
    assert (wants.quant, wants.tokens) == (quant, tokens)
    assert (wants.model_gb, wants.read_gb, wants.kv_gb) == pytest.approx((model_gb, read_gb, kv_gb), abs=0.006)


UNREADABLE = [
    ("71b-q4", "no model '71b-q4': known are 8b, 14b"),
    ("llama", "known are 8b, 14b"),
    ("", "no model ''"),
    ("70b-q9", "no quantisation 'q9'"),
    ("70b-q4@lots", "number of tokens"),
    ("70b-q4@0", "number of tokens"),
    ("gpt-oss-20b-q8", "mxfp4 only"),
]


@pytest.mark.parametrize(("model", "said"), UNREADABLE)
def test_an_unknown_model_is_a_clear_mistake(model: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        need(model)


def test_computed_sizes_agree_with_measured_files() -> None:
    known = library()
    for model in known.models.values():
        for quant, gib in model.gib.items():
            if quant in known.bits_per_weight:
                computed = model.params_b * known.bits_per_weight[quant] / 8
                assert computed == pytest.approx(gib * GB_PER_GIB, rel=0.02), (model.id, quant)


def test_every_figure_names_its_source() -> None:
    known = library()
    assert all(model.source for model in known.models.values())
    assert all(speed.source for speed in known.speeds)
    assert all(watts > 0 and source for watts, source in known.idle.values())
    assert all(rule["source"] for rule in known.usable["unified"])
    assert all(known.usable[name] for name in ("alone_source", "each_source"))


def test_speeds_are_of_cards_in_the_spec_database(known: Catalogue) -> None:
    for speed in library().speeds:
        variants = known.variants(speed.family)
        assert speed.gb_s in [gpu.bandwidth_gb_s for gpu in variants], speed
        assert {speed.arch} == {gpu.arch for gpu in variants}, speed
        assert 0 < speed.share < 1, speed
    assert [family for family in library().idle if family not in known.by_family] == []


USABLE = [
    ("rtx-3090-24gb", 1, 23.0),
    ("rtx-3090-24gb", 4, 88.0),
    ("rtx-pro-6000-blackwell-96gb", 1, 95.0),
    ("arc-pro-b60-dual-48gb", 1, 44.0),  # two GPUs on one board: a split model
    ("mac-m1-max-32c-32gb", 1, 21.3),
    ("mac-m1-max-32c-64gb", 1, 48.0),
    ("mac-m2-max-38c-96gb", 1, 72.0),
    ("ryzen-ai-max-395-128gb", 1, 96.0),
    ("dgx-spark-128gb", 1, 101.1),
    ("jetson-thor-128gb", 1, None),
]


@pytest.mark.parametrize(("variant", "cards", "gb"), USABLE)
def test_usable_memory(known: Catalogue, variant: str, cards: int, gb: float | None) -> None:
    gpu = next(gpu for gpu in known if gpu.id.startswith(variant))
    assert usable_gb(gpu, cards) == (None if gb is None else pytest.approx(gb, abs=0.06))


def test_usable_memory_of_different_cards(known: Catalogue) -> None:
    assert usable_of([known.by_id["rtx-3090-24gb"], known.by_id["rtx-4090-48gb-modded"]]) == 68
    assert usable_of([known.by_id["rtx-3090-24gb"], known.by_id["jetson-thor-128gb"]]) is None


FITS = [
    ("rtx-a6000-48gb", "70b-q4", True),
    ("rtx-a6000-48gb", "70b-q4@32k", False),
    ("rtx-3090-24gb", "70b-q4", False),
    ("rtx-3090-24gb", "32b-q4", True),
    ("rtx-3090-24gb", "32b-q8", False),
    ("mac-m1-max-32c-64gb", "70b-q4", True),
    ("mac-m1-max-32c-32gb", "32b-q4", True),
    ("jetson-thor-128gb", "8b-q4", False),  # nobody measured what it leaves
]


@pytest.mark.parametrize(("variant", "model", "holds"), FITS)
def test_what_fits(known: Catalogue, variant: str, model: str, holds: bool) -> None:
    assert fits(known.by_id[variant], model) is holds


SPEEDS = [
    # variant, backend, bound and expected for a model of 40 GB
    ("rtx-3090-24gb", None, 23.4, 17.95),  # 0.767, the median of 0.74, 0.767 and 0.816
    ("rtx-3090-24gb", "vulkan", 23.4, 17.1),
    ("v100-sxm2-32gb", None, 22.4, 16.7),
    ("rtx-5060-ti-16gb", None, 11.2, 9.7),
    ("mi50-32gb", None, 25.6, 10.0),
    ("mi50-32gb", "cuda", 25.6, None),
    ("rtx-4090-48gb-modded", None, 25.2, 20.1),
    ("rtx-2080-ti-22gb-modded", None, 15.4, 10.1),  # its own figure, under Vulkan, before its generation's under CUDA
    ("rtx-3060-12gb", None, 9.0, 6.9),  # by its generation
    ("arc-pro-b60-dual-48gb", None, 22.8, 7.8),  # split by layers, one of the two GPUs works at a time
    ("gtx-1070-8gb", None, 6.4, 3.3),
    ("mac-m2-ultra-76c-192gb", None, 20.0, 12.9),
]


@pytest.mark.parametrize(("variant", "backend", "bound", "expected"), SPEEDS)
def test_speed(known: Catalogue, variant: str, backend: str | None, bound: float, expected: float | None) -> None:
    gpu = known.by_id[variant]
    assert bound_tok_s(gpu, 40) == pytest.approx(bound, abs=0.06)
    told = expected_tok_s(gpu, 40, backend)
    assert (told and told[0]) == (None if expected is None else pytest.approx(expected, abs=0.06))
    assert told is None or told[1]


def test_a_source_says_what_it_was_measured_on(known: Catalogue) -> None:
    own = efficiency(known.by_id["rtx-3090-24gb"])
    other = efficiency(known.by_id["rtx-3060-12gb"])
    assert own
    assert own[1].startswith("median of 3, 74% to 82% of the bound measured with cuda: buyers' notes")
    assert other
    assert "measured on rtx-3090, rtx-a6000, a100 with cuda" in other[1]


def test_unknown_stays_unknown(known: Catalogue) -> None:
    nobody = next(gpu for gpu in known if gpu.bandwidth_gb_s is None)
    assert bound_tok_s(nobody, 40) is None
    assert expected_tok_s(nobody, 40) is None
    assert bound_tok_s(known.by_id["rtx-3090-24gb"], 0) is None
    assert idle_w(known.by_id["v100-sxm2-32gb"]) is None
    assert idle_w(known.by_id["mi50-32gb"]) == (35, "buyers' notes, eight MI50 at rest draw 280 W")
