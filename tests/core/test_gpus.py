"""The shipped spec database, and what its reader says to a user's own file."""

import json
import re
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

from tracker.core.gpus import catalogue, explain, flat, match
from tracker.core.models import Gpu

KNOWN = catalogue()
HARDWARE = ("bandwidth_gb_s", "bus_bits", "pin_gbps", "mem_type", "tdp_w", "arch", "compute_capability", "form_factor")

# What buyers and testers report of rebuilt and re-flashed cards: memory, GB/s, bus, type, Gbit/s per pin, watts.
REBUILT = {
    "rtx-2080-ti-22gb-modded": (22, 616, 352, "GDDR6", 14, 250),
    "rtx-3070-16gb-modded": (16, 448, 256, "GDDR6", 14, 220),
    "rtx-3080-20gb-modded": (20, 760, 320, "GDDR6X", 19, 320),
    "rtx-4080-super-32gb-modded": (32, 736, 256, "GDDR6X", 23, 320),
    "rtx-4090-48gb-modded": (48, 1008, 384, "GDDR6X", 21, 450),
    "rtx-4090-d-48gb-modded": (48, 1008, 384, "GDDR6X", 21, 425),
    "p102-100-10gb-unlocked": (10, 440, 320, "GDDR5X", 11, 250),
}
# Facts that public tables get wrong or lack, as (memory, GB/s, watts); None is not checked here.
HARD_TO_FIND = {
    "a100-pcie-40gb": (40, 1555.2, 250),
    "a100-sxm4-40gb": (40, 1555.2, 400),
    "arc-a770-16gb": (16, 560, 225),
    "arc-pro-b60-dual-48gb": (48, 456, 400),
    "arc-pro-b70-32gb": (32, 608, 230),
    "dgx-spark-128gb": (128, 273, 140),
    "h20-sxm5-96gb": (96, 4000, 400),
    "l40s-48gb": (48, 864, 350),
    "mac-m1-ultra-64c-128gb": (128, 800, None),
    "mac-m2-max-38c-96gb": (96, 400, None),
    "mac-m3-max-30c-36gb": (36, 300, None),
    "mac-m3-max-40c-64gb": (64, 400, None),
    "mac-m3-ultra-80c-512gb": (512, 819, None),
    "mac-m4-max-32c-36gb": (36, 410, None),
    "mac-m4-max-40c-128gb": (128, 546, None),
    "mac-m4-pro-20c-64gb": (64, 273, None),
    "mac-m5-max-40c-128gb": (128, 614, None),
    "mi25-16gb": (16, 484, 300),
    "mi300x-oam-192gb": (192, 5300, 750),
    "mi50-32gb": (32, 1024, 300),
    "rtx-pro-5000-blackwell-48gb": (48, 1344, 300),
    "rtx-pro-5000-blackwell-72gb": (72, 1344, 300),
    "rtx-pro-6000-blackwell-96gb": (96, 1792, 600),
    "rtx-pro-6000-blackwell-max-q-96gb": (96, 1792, 300),
    "rtx-pro-6000-blackwell-server-96gb": (96, 1597, 600),
    "rx-7900-xt-20gb": (20, 800, 315),
    "ryzen-ai-max-395-128gb": (128, 256, 120),
    "ryzen-ai-max-395-96gb": (96, 256, 120),
    "v100-pcie-16gb": (16, 897, 250),
    "v100-sxm2-16gb": (16, 897, 300),
}
# fmt: off
NAMED = (
    "a10", "a40", "a100", "a800", "h20", "h100", "h200", "l4", "l20", "l40", "l40s", "m40", "p4", "p40", "p100",
    "t4", "t10", "v100", "v100s", "rtx-2080-ti", "rtx-3070", "rtx-3080", "rtx-3090", "rtx-3090-ti", "rtx-4080-super",
    "rtx-4090", "rtx-4090-d", "rtx-5060-ti", "rtx-5090", "rtx-a4000", "rtx-a5000", "rtx-a6000", "rtx-5000-ada",
    "rtx-5880-ada", "rtx-6000-ada", "rtx-2000-ada", "rtx-4000-sff-ada", "rtx-pro-5000-blackwell",
    "rtx-pro-6000-blackwell", "rtx-pro-6000-blackwell-max-q", "rtx-pro-6000-blackwell-server", "cmp-30hx",
    "cmp-40hx", "cmp-50hx", "cmp-70hx", "cmp-90hx", "cmp-170hx", "p102-100", "p104-100", "p106-100", "titan-v",
    "quadro-gp100", "quadro-gv100", "mi25", "mi50", "mi60", "mi100", "mi210", "mi250", "mi300x", "radeon-vii",
    "radeon-pro-vii", "radeon-ai-pro-r9700", "v620", "radeon-pro-w6800", "radeon-pro-w7800", "radeon-pro-w7900",
    "rx-580-2048sp", "rx-590-gme", "rx-7900-xt", "rx-vega-64", "arc-a770", "arc-pro-b50", "arc-pro-b60",
    "arc-pro-b60-dual", "arc-pro-b70", "dgx-spark", "jetson-thor", "jetson-agx-orin", "ryzen-ai-max-395",
    "rtx-2060-laptop", "rtx-3080-laptop", "rtx-4090-laptop", "rtx-5090-laptop", "mx330-laptop", "k80", "m60", "k20",
    "gt-610", "gt-710", "gt-730", "gt-1030", "nvs-310", "hd-7970", "r5-230", "r7-240", "r9-290x", "gtx-480",
    "gtx-980-ti", "quadro-k4200", "quadro-m4000", "quadro-p400",
)
# fmt: on


def test_every_row_is_named_dated_and_sourced() -> None:
    unvouched = [gpu.id for gpu in KNOWN if not (gpu.name and gpu.sources and gpu.confidence and gpu.verified)]
    assert unvouched == []
    assert [gpu.id for gpu in KNOWN if not gpu.aliases] == [], "a family nobody can name is a family nobody finds"


def test_ids_are_kebab_and_tell_family_and_memory() -> None:
    for gpu in KNOWN:
        told = re.fullmatch(r"[a-z0-9-]+-(\d+)(gb|mb)(?:-(modded|unlocked))?", gpu.id)
        assert told, gpu.id
        assert gpu.id.startswith(f"{gpu.family}-"), gpu.id
        assert gpu.vram_gb == int(told[1]) / {"gb": 1, "mb": 1024}[told[2]], gpu.id
        assert gpu.status == (told[3] or "official"), gpu.id


def test_bandwidth_is_pin_rate_times_bus() -> None:
    for gpu in KNOWN:
        if gpu.bandwidth_gb_s and gpu.bus_bits and gpu.pin_gbps:
            assert gpu.bandwidth_gb_s == pytest.approx(gpu.pin_gbps * gpu.bus_bits / 8, rel=0.01), gpu.id


def test_bandwidth_can_be_checked_for_most_rows_that_state_it() -> None:
    stated = [gpu for gpu in KNOWN if gpu.bandwidth_gb_s and gpu.kind == "card"]
    derived = [gpu for gpu in stated if gpu.bus_bits and gpu.pin_gbps]
    assert len(stated) > 350
    assert len(derived) > 0.95 * len(stated)


@pytest.mark.parametrize("name", REBUILT)
def test_a_rebuilt_card_has_more_memory_and_the_hardware_of_its_base(name: str) -> None:
    gpu = KNOWN.by_id[name]
    memory, bandwidth, bus, kind, pin, watts = REBUILT[name]
    assert (gpu.vram_gb, gpu.bus_bits, gpu.mem_type, gpu.tdp_w) == (memory, bus, kind, watts)
    assert gpu.bandwidth_gb_s == pytest.approx(bandwidth)
    assert gpu.pin_gbps == pytest.approx(pin)


@pytest.mark.parametrize("gpu", [gpu for gpu in KNOWN if gpu.status != "official"], ids=lambda gpu: gpu.id)
def test_a_modded_row_speaks_for_itself_and_takes_over_the_rest(gpu: Gpu) -> None:
    base = KNOWN.by_id[gpu.base or ""]
    assert base.family == gpu.family
    assert base.status == "official"
    assert (gpu.vram_gb or 0) > (base.vram_gb or 0)
    assert [getattr(gpu, key) for key in HARDWARE] == [getattr(base, key) for key in HARDWARE]
    assert gpu.msrp_usd is None, "nobody listed a price for it"
    assert gpu.released is None
    assert gpu.sources != base.sources
    assert gpu.caveats


@pytest.mark.parametrize("name", HARD_TO_FIND)
def test_facts_that_public_tables_get_wrong(name: str) -> None:
    gpu = KNOWN.by_id[name]
    memory, bandwidth, watts = HARD_TO_FIND[name]
    assert gpu.vram_gb == memory
    assert gpu.bandwidth_gb_s == pytest.approx(bandwidth, rel=0.005)
    assert watts is None or gpu.tdp_w == watts


@pytest.mark.parametrize("name", NAMED)
def test_what_buyers_talk_about_has_a_family(name: str) -> None:
    assert KNOWN.variants(name)


def test_boards_of_several_gpus_say_so_where_it_matters() -> None:
    """A buyer of 48 GB must read that no single GPU sees more than a part of it."""
    shared = {gpu.id: gpu.caveats for gpu in KNOWN if gpu.gpus_per_board > 1}
    assert {"k80-24gb", "m60-16gb", "a16-64gb", "mi250-oam-128gb", "arc-pro-b60-dual-48gb"} <= shared.keys()
    assert [name for name, caveats in shared.items() if not re.search("each|half", " ".join(caveats))] == []


def test_capabilities_follow_the_generation() -> None:
    """bf16 needs compute capability 8.0, FP8 8.9, FP4 Blackwell (CUDA programming guide, compute capabilities)."""
    for gpu in KNOWN:
        if gpu.compute_capability and gpu.bf16 is not None:
            version = float(gpu.compute_capability)
            assert gpu.bf16 == (version >= 8.0), gpu.id
            assert gpu.fp8 == (version >= 8.9), gpu.id
            assert gpu.fp4 == (gpu.arch == "blackwell"), gpu.id


def test_nvlink_as_buyers_know_it() -> None:
    with_bridge = ("rtx-3090-24gb", "rtx-2080-ti-11gb", "rtx-2080-ti-22gb-modded", "rtx-a6000-48gb", "v100-sxm2-16gb")
    without = ("rtx-4090-24gb", "rtx-5090-32gb", "l20-48gb", "l40-48gb", "rtx-5000-ada-32gb", "v100-pcie-16gb")
    assert all(KNOWN.by_id[name].nvlink for name in with_bridge)
    assert all(KNOWN.by_id[name].nvlink is False for name in without)
    assert KNOWN.by_id["rtx-3090-ti-24gb"].nvlink is None, "contested"


def test_pulls_say_what_they_need() -> None:
    assert KNOWN.by_id["v100-sxm2-32gb"].needs == ("sxm2 adapter board", "cooler")
    assert KNOWN.by_id["arc-pro-b60-dual-48gb"].needs == ("x8/x8 bifurcation",)
    for family in ("p40", "m40", "mi50"):
        assert all(gpu.needs == ("blower shroud", "eps 8-pin cable") for gpu in KNOWN.variants(family))


def test_an_alias_is_plain_words_and_reaches_one_family() -> None:
    aliases = Counter(alias for gpus in KNOWN.by_family.values() for alias in gpus[0].aliases)
    assert [alias for alias, count in aliases.items() if count > 1] == []
    assert [alias for alias in aliases if alias != " ".join(alias.lower().split())] == []


def test_what_a_title_can_tell_decides_the_variant() -> None:
    """Family, form and memory name one variant; only Macs also need the number of GPU cores."""
    told = Counter((gpu.family, gpu.form_factor, gpu.vram_gb) for gpu in KNOWN if gpu.vendor != "apple")
    assert [key for key, count in told.items() if count > 1] == []


def test_recorded_titles_name_known_families_and_sizes(corpus: Path) -> None:
    unknown: list[str] = []
    for path in sorted(corpus.glob("titles/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            label = json.loads(line)
            if not label["family"]:
                continue
            sizes = {gpu.vram_gb: gpu.status for gpu in KNOWN.variants(label["family"])}
            if not sizes or (label["vram_gb"] and (sizes.get(label["vram_gb"]) != "official") != label["modded"]):
                unknown.append(f"{label['family']} {label['vram_gb']} {label['id']}")
    assert unknown == []


def test_flat_prints_the_published_fields_in_order() -> None:
    row = flat(KNOWN.by_id["rtx-4090-24gb"])
    assert " ".join(row) == (
        "id family name vendor kind status base vram_gb gpus_per_board bandwidth_gb_s bus_bits mem_type tdp_w arch "
        "released form_factor cooling slots pcie nvlink compute_capability gfx_target fp16_tflops fp16_tensor_tflops "
        "bf16 fp8 fp4 int8 ecc display_outputs needs msrp_usd aliases caveats sources confidence verified"
    )
    assert {field.name for field in fields(Gpu)} - row.keys() == {"pin_gbps"}
    assert row["aliases"] == ["rtx 4090", "4090"]
    json.dumps(row)


def test_explain_tells_facts_sources_and_siblings() -> None:
    told = dict(explain(KNOWN.by_id["rtx-4090-48gb-modded"], KNOWN))
    assert told["siblings"] == "rtx-4090-24gb"
    assert told["bandwidth_from"] == "384 bit × 21 Gbit/s ÷ 8"
    assert "warranty" in told["caveats"]
    assert "gfx_target" not in told, "what is unknown is not told"


@pytest.mark.parametrize(
    ("glob", "ids"),
    [
        ("rtx-4090", ["rtx-4090-24gb", "rtx-4090-48gb-modded"]),
        ("RTX-4090-48GB-*", ["rtx-4090-48gb-modded"]),
        ("v100-sxm2-*", ["v100-sxm2-16gb", "v100-sxm2-32gb"]),
        ("p10?-100-*-unlocked", ["p104-100-8gb-unlocked", "p102-100-10gb-unlocked"]),
        ("voodoo*", []),
    ],
)
def test_a_glob_matches_ids_and_families(glob: str, ids: list[str]) -> None:
    assert [gpu.id for gpu in match(KNOWN, glob)] == ids
