"""What the reader of the spec database makes of families, generations, and a user's own file."""

from dataclasses import replace
from pathlib import Path

import pytest

from tracker.core.errors import ConfigError
from tracker.core.gpus import Catalogue, catalogue, read

KNOWN = catalogue()

OWN_CARD = """
[[family]]
id = "rtx-9999"
name = "GeForce RTX 9999"
vendor = "nvidia"
aliases = ["rtx 9999"]
sizes_gb = [0.5, 64]
caveats = ["imagined"]

[[family.variant]]
id = "rtx-9999-128gb-modded"
base = "rtx-9999-64gb"
status = "modded"
vram_gb = 128
caveats = ["dreamt"]
sources = ["a forum"]
verified = "2026-11-23"
"""


def test_a_family_is_laid_out_from_its_sizes_and_variants() -> None:
    known = read([OWN_CARD])
    assert [(gpu.id, gpu.vram_gb) for gpu in known] == [
        ("rtx-9999-512mb", 0.5),
        ("rtx-9999-64gb", 64),
        ("rtx-9999-128gb-modded", 128),
    ]
    assert known.by_id["rtx-9999-128gb-modded"].caveats == ("dreamt",)
    assert known.by_id["rtx-9999-128gb-modded"].vendor == "nvidia"


def test_a_generation_lends_its_facts_and_its_caveats() -> None:
    lent = '[generation]\nnext = { arch = "next", bf16 = true, caveats = ["young"] }\n'
    known = read([lent + OWN_CARD.replace("aliases", 'generation = "next"\naliases')])
    assert known.by_id["rtx-9999-64gb"].bf16 is True
    assert known.by_id["rtx-9999-64gb"].caveats == ("young", "imagined")
    assert known.by_id["rtx-9999-128gb-modded"].caveats == ("young", "dreamt")


def _with_local(tmp_path: Path, text: str) -> Catalogue:
    local = tmp_path / "gpus.local.toml"
    local.write_text(text, encoding="utf-8")
    return catalogue(local)


def test_a_missing_local_file_is_fine(tmp_path: Path) -> None:
    assert len(catalogue(tmp_path / "gpus.local.toml").by_id) == len(KNOWN.by_id)


def test_a_local_file_is_read_as_it_is_now(tmp_path: Path) -> None:
    before = _with_local(tmp_path, "")
    assert _with_local(tmp_path, "") is before
    card = '[[family]]\nid = "zx-9000"\nname = "ZX 9000"\nvendor = "zx"\naliases = ["zx 9000"]\nsizes_gb = [64]\n'
    assert _with_local(tmp_path, card).by_id.keys() - before.by_id.keys() == {"zx-9000-64gb"}


def test_a_local_file_adds_a_variant_and_an_alias_to_a_known_family(tmp_path: Path) -> None:
    known = _with_local(
        tmp_path,
        '[[family]]\nid = "rtx-5090"\naliases = ["ada killer"]\n[[family.variant]]\nid = "rtx-5090-96gb-modded"\n'
        'base = "rtx-5090-32gb"\nstatus = "modded"\nvram_gb = 96\n',
    )
    added = known.by_id["rtx-5090-96gb-modded"]
    assert (added.name, added.bandwidth_gb_s, added.sources) == ("GeForce RTX 5090", 1792, ())
    assert [gpu.id for gpu in known.variants("rtx-5090")] == ["rtx-5090-32gb", "rtx-5090-96gb-modded"]
    assert added.aliases == known.by_id["rtx-5090-32gb"].aliases == ("rtx 5090", "5090", "ada killer")


def test_a_local_family_may_use_a_shipped_generation(tmp_path: Path) -> None:
    known = _with_local(
        tmp_path, '[[family]]\nid = "x"\nname = "X"\ngeneration = "ada"\naliases = ["x"]\nsizes_gb = [8]\n'
    )
    assert known.by_id["x-8gb"].compute_capability == "8.9"


def test_a_local_file_may_only_add_an_alias(tmp_path: Path) -> None:
    known = _with_local(tmp_path, '[[family]]\nid = "rtx-5090"\naliases = ["big green"]\n')
    assert known.by_id["rtx-5090-32gb"].aliases[-1] == "big green"
    assert len(known.by_id) == len(KNOWN.by_id)


def test_a_local_row_states_only_what_differs_from_the_shipped_one(tmp_path: Path) -> None:
    known = _with_local(
        tmp_path, '[[family]]\nid = "rtx-5090"\n[[family.variant]]\nid = "rtx-5090-32gb"\ntdp_w = 400\n'
    )
    assert known.by_id["rtx-5090-32gb"] == replace(KNOWN.by_id["rtx-5090-32gb"], tdp_w=400)


FAMILY = '[[family]]\nid = "x"\nname = "X"\nvendor = "v"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[family", "this is not TOML"),
        ('[[family]]\nname = "X"\n', "[[family]] number 1 (X) has no id in quotes"),
        ('[[family]]\nid = "x"\nsizes_gb = [8]\n', "x: has no name"),
        (FAMILY, "x: states no memory but names no variant: give it sizes_gb or a [[family.variant]]"),
        ('[[family]]\nid = "p40"\ntdp_w = 200\n', "p40: states tdp_w but names no variant"),
        (FAMILY + "sizes_gb = [nan]\n", "x: sizes_gb must be a list of numbers above 0"),
        (FAMILY + "sizes_gb = [8]\nslots = inf\n", "x: slots must be above 0, not inf"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\nbase = ["y"]\n', "x-24gb: base must be text in quotes"),
        (FAMILY + "generation = [1]\nsizes_gb = [8]\n", "x: names an unknown generation [1]"),
        ("generation = 1\n", "generation must be written as [generation]"),
        ("[generation]\nnext = 1\n", "next must be a table of facts, not 1"),
        ("[generation]\nnext = { bf15 = true }\n", "next: has an unknown field 'bf15'"),
        ("common = 1\n", "common must be a table of facts, not 1"),
        (FAMILY + "aliases = 5\nsizes_gb = [8]\n", "x: aliases must be a list of texts"),
        (FAMILY + "[[family.variant]]\nvram_gb = 24\n", "a variant of x: has no id"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\nvram_gb = "24"\n', "x-24gb: vram_gb must be a number, not '24'"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\nvram = 24\n', "x-24gb: has an unknown field 'vram'"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\ntdp_w = 3.5\n', "x-24gb: tdp_w must be a whole number, not 3.5"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\necc = "no"\n', "x-24gb: ecc must be true or false, not 'no'"),
        (
            FAMILY + '[[family.variant]]\nid = "x-24gb"\ntdp_w = true\n',
            "x-24gb: tdp_w must be a whole number, not True",
        ),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\nneeds = "fan"\n', "x-24gb: needs must be a list of texts"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\nvram_gb = 0\n', "x-24gb: vram_gb must be above 0, not 0"),
        (FAMILY + '[[family.variant]]\nid = "X 24"\n', "X 24: id must be lowercase letters and digits"),
        (FAMILY + '[[family.variant]]\nid = "x-24gb"\nbase = "y"\n', "x-24gb: names an unknown base 'y'"),
        (
            FAMILY + '[[family.variant]]\nid = "x-1"\nstatus = "fake"\n',
            "x-1: status must be one of official, modded, unl",
        ),
        (FAMILY + "released = 2025-01-01\nsizes_gb = [8]\n", "x: released must be text in quotes"),
        (FAMILY + 'released = "soon"\nsizes_gb = [8]\n', "x: released must be a date such as 2025"),
        (FAMILY + "sizes_gb = 8\n", "x: sizes_gb must be a list of numbers above 0"),
        (FAMILY + 'sizes_gb = ["8"]\n', "x: sizes_gb must be a list of numbers above 0"),
        (FAMILY + "sizes_gb = [8, 8]\n", "x-8gb is defined twice"),
        (FAMILY + 'generation = "z"\nsizes_gb = [8]\n', "x: names an unknown generation 'z'"),
        (FAMILY + 'aliases = ["rtx 4090"]\nsizes_gb = [8]\n', "x: alias 'rtx 4090' already belongs to rtx-4090"),
        ("family = 1\n", "family must be written as [[family]]"),
        (FAMILY + "id2 = 1\nvariant = 1\n", "x: variant must be written as [[family.variant]]"),
        ('[[family]]\nid = 5\nname = "X"\n', "[[family]] number 1 (X) has no id in quotes"),
        ('[[families]]\nid = "x"\n', "unknown table 'families'"),
    ],
)
def test_a_mistake_in_a_local_file_is_said_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        _with_local(tmp_path, text)
    assert all(str(tmp_path / "gpus.local.toml") in mistake for mistake in caught.value.mistakes)
    assert said in str(caught.value)


def test_every_mistake_is_listed_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _with_local(tmp_path, FAMILY + '[[family.variant]]\nid = "x-1gb"\nvram = 1\nram = 2\nvram_gb = "1"\n')
    assert len(caught.value.mistakes) == 3


def test_a_local_file_in_another_encoding_is_said(tmp_path: Path) -> None:
    local = tmp_path / "gpus.local.toml"
    local.write_bytes(b'name = "\xff"')
    with pytest.raises(ConfigError, match="cannot be read"):
        catalogue(local)
