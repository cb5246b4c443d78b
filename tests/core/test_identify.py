"""What one listing sells, rule by rule: titles invented for each, then attributes, descriptions, conditions, flags."""

from typing import Any

import pytest

from tests.conftest import raw
from tracker.core.gpus import Catalogue, read
from tracker.core.identify import identifier
from tracker.core.models import Condition, Kind, RawListing, Verdict


@pytest.fixture(scope="module")
def identify(known: Catalogue) -> Any:
    """The identifier of the shipped spec database."""
    return identifier(known)


def told(verdict: Verdict) -> str:
    """A verdict in the tables' words: `2 rtx-3090 24 modded`, or its kind."""
    if verdict.kind is not Kind.CARD:
        return verdict.kind.value
    size = "?" if verdict.vram_gb is None else f"{verdict.vram_gb:g}"
    return f"{verdict.quantity} {verdict.gpu or '?'} {size}{' modded' if verdict.modded else ''}"


@pytest.mark.parametrize(
    ("title", "means"),
    [
        ("ＲＴＸ　４０９０　４８Ｇ　ｔｕｒｂｏ", "1 rtx-4090 48 modded"),
        ("🔥🔥RTX™4090 24GB🔥", "1 rtx-4090 24"),
        ("rtx4090-48gb blower", "1 rtx-4090 48 modded"),
        ("2080ti22g ai card", "1 rtx-2080-ti 22 modded"),
        ("RТX 3060 Тi 8Гб видеокарта", "1 rtx-3060-ti 8"),
        ("asus tuf-rtx3080-o12g", "1 rtx-3080 12"),
        ("GV-N3060GAMING OC-12GD", "1 rtx-3060 12"),
        ("Gainward 4070tisuper 16g", "1 rtx-4070-ti-super 16"),
        ("Nvidea Quado P4000 8 GB", "1 quadro-p4000 8"),
        ("MSI 1660s gaming x", "1 gtx-1660-super 6"),
        ("Vega64 Nitro 8gb", "1 rx-vega-64 8"),
        ("Tesla P 100 SMX2 16GB", "1 p100 16"),
        ("Gigabyte 3070 X-Gaming", "1 rtx-3070 8"),
        ("GV-N507TEAGLE OC-16GD", "1 rtx-5070-ti 16"),
        ("Gigabyte N407TSWF3OC-16GD", "1 rtx-4070-ti-super 16"),
        ("Gigabyte N1660OC-6GD", "1 gtx-1660 6"),
        ("GV-R9070XTGAMING-16GD", "1 rx-9070-xt 16"),
        ("Gigabyte R675XTGAMING OC-12GD", "1 rx-6750-xt 12"),
        ("router R66 dual band", "other"),
    ],
)
def test_letters_digits_and_scripts(identify: Any, title: str, means: str) -> None:
    assert told(identify(raw(title=title))) == means


@pytest.mark.parametrize(
    ("title", "means"),
    [
        ("RTX 3060 graphics card", "1 rtx-3060 ?"),
        ("RTX 3060 8GB/12GB graphics card", "1 rtx-3060 ?"),
        ("RTX 3080 10 -> 20GB, memory upgraded from 10GB", "1 rtx-3080 20 modded"),
        ("RTX 4090 Suprim, regular 24GB, not 48GB", "1 rtx-4090 24"),
        ("RTX 3090 modded 48GB vram", "1 rtx-3090 48 modded"),
        ("Tesla V100 12GB HBM2", "1 v100 ?"),
        ("RTX 3070 8192 MB GDDR6", "1 rtx-3070 8"),
        ("Arc Pro B60 Dual 2x24GB", "1 arc-pro-b60-dual 48"),
        ("GT 610 4GB DDR3", "1 gt-610 4"),
        ("GTX 780 Ti reference", "1 gtx-780-ti ?"),
        ("RTX 5080 16GB RAM graphics card", "1 rtx-5080 16"),
        ("RX 7900 XTX part 11322-01-40G", "1 rx-7900-xtx 24"),
        ("EVGA 3080 Ti 12G-P5-3967-KR", "1 rtx-3080-ti 12"),
        ("RTX 6000 48GB Dell", "1 rtx-6000-ada 48"),
        ("RTX 6000 24GB Dell", "1 quadro-rtx-6000 24"),
        ("RTX 6000 Dell", "1 ? ?"),
        ("HP ZBook RTX A5000 16GB video card", "1 rtx-a5000-laptop 16"),
        ("RX 580 8GB 2048SP", "1 rx-580-2048sp 8"),
        ("RTX 2080 Ti modded memory", "1 rtx-2080-ti ?"),
    ],
)
def test_memory(identify: Any, title: str, means: str) -> None:
    assert told(identify(raw(title=title))) == means


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("4x EVGA RTX 3080 10GB", 4),
        ("Lot of (8) GTX 1080 Ti", 8),
        ("Pair of RTX A4000", 2),
        ("8 Stück GTX 1070", 8),
        ("RTX3060 2枚 グラボ", 2),
        ("Четыре видеокарты RX 580 8gb", 4),
        ("两张3090 24g", 2),
        ("GTX 1070 FTW x 2", 2),
        ("(10) NVIDIA Quadro P400", 10),
        ("QTY 5 Tesla P40", 5),
        ("4x RTX 3090, $700 each", 1),
        ("MSI RTX 3060 Ventus 3X OC", 1),
        ("RTX 3070 4x DP", 1),
        ("RTX 3070, 10 available", 1),
        ("Inno3D RTX 3080 X3 LHR", 1),
        ("RX 590 PCIe 3.0 x16 graphics cards", 1),
        ("RTX 3080 2 fan 3 slot", 1),
        ("Tesla P100 699-2H400-0201- lot of 10", 10),
        ("Dell RTX 3060 Ti X3PK", 1),
        ("RTX 3060 12GB*4pcs", 4),
        ("Fire stk RTX 3060 12GB", 4),
    ],
)
def test_quantity(identify: Any, title: str, count: int) -> None:
    assert identify(raw(title=title)).quantity == count


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Bracket for Tesla T4 P4 graphics card", "accessory"),
        ("RTX 3080 FE backplate", "accessory"),
        ("RTX 4090 Suprim, no PCB, cooler and box", "accessory"),
        ("RTX3090用 水枕", "accessory"),
        ("RTX 4080 box and manual only", "accessory"),
        ("3090 散热器 不含显卡", "accessory"),
        ("RTX 3090 24GB with backplate, cable and box", "card"),
        ("Tesla P40 24GB + fan shroud", "card"),
        ("RTX 3080 10GB, one fan broken, works fine", "card"),
        ("RTX 3080 10GB no artifacts, never mined", "card"),
        ("3080 10g 无花屏 无维修", "card"),
        ("RTX 3080 нерабочая, на запчасти", "parts"),
        ("RTX 3080 映像出ず ジャンク", "parts"),
        ("RTX 3070 kein Bild", "parts"),
        ("RTX 3070 no video output", "parts"),
        ("CMP 90HX no video output", "card"),
        ("Dell OptiPlex 3080 Micro i5 16GB 256GB SSD", "system"),
        ("Gaming PC Ryzen 5 5600 RTX 3060 16GB RAM 1TB", "system"),
        ("RTX 3070 8GB graphics card from HP Omen prebuilt", "card"),
        ("GT 1030 2GB graphics card for HP EliteDesk 800 desktop PC", "card"),
        ("RTX 4060 12400f 整机", "system"),
        ("RTX 3070 + Corsair 750W power supply", "bundle"),
        ("5950X, X570 board and RTX 3090", "bundle"),
        ("RTX 3060, 3070 and 3080 for sale", "multi"),
        ("RTX 3080 better than 3070", "card"),
        ("GTX 960 2GB graphics card, shelf L4", "card"),
        ("P106-100 6GB аналог GTX 1060", "card"),
        ("mi50 16g 刷radeon vii bios", "card"),
        ("Suche RTX 3090", "wanted"),
        ("收 4090 48g", "wanted"),
        ("[H] PayPal [W] RTX 3090", "wanted"),
        ("[H] RTX 3090 [W] RTX 4080", "wanted"),
        ("[H] RTX 3090 [W] PayPal", "card"),
        ("RTX 3080 memory upgrade service, send us yours", "other"),
        ("Ryzen 5 3600 + B450 + 16GB DDR4", "other"),
        ("Huawei P40 Pro 256GB smartphone", "other"),
        ("Mac Studio M2 Ultra 192GB 2TB", "unified"),
        ("DGX Spark 128GB 4TB", "unified"),
        ("DGX Spark 128GB defekt", "parts"),
        ("graphics card GTX 1234", "card"),
        ("", "other"),
    ],
)
def test_kind(identify: Any, title: str, kind: str) -> None:
    assert identify(raw(title=title)).kind == kind


@pytest.mark.parametrize(
    ("title", "variant"),
    [
        ("Tesla V100 SXM2 16GB", "v100-sxm2-16gb"),
        ("Tesla V100 PCIe 16GB", "v100-pcie-16gb"),
        ("Tesla V100 16GB", None),
        ("RTX 3090", "rtx-3090"),
        ("RTX 4090 48GB", "rtx-4090-48gb-modded"),
        ("RTX 3060 graphics card", None),
    ],
)
def test_variant_only_once_decided(identify: Any, known: Catalogue, title: str, variant: str | None) -> None:
    assert variant is None or variant in known.by_id or variant == "rtx-3090"
    got = identify(raw(title=title)).variant
    assert got == (known.variants("rtx-3090")[0].id if variant == "rtx-3090" else variant)


def test_an_unknown_card_is_told_apart_from_nothing(identify: Any) -> None:
    verdict = identify(raw(title="GeForce GTX 1234 4GB"))
    assert (verdict.kind, verdict.gpu) == (Kind.CARD, None)
    assert "gtx 1234" in verdict.reason


@pytest.mark.parametrize(
    ("printed", "title", "condition"),
    [
        ("Used", "RTX 3090", Condition.USED),
        ("Brand New", "RTX 3090", Condition.NEW),
        ("New (Other)", "RTX 3090", Condition.OPEN_BOX),
        ("Open box", "RTX 3090", Condition.OPEN_BOX),
        ("Excellent - Refurbished", "RTX 3090", Condition.REFURBISHED),
        ("Gebraucht", "RTX 3090", Condition.USED),
        ("Neu: Sonstige", "RTX 3090", Condition.OPEN_BOX),
        ("全新", "RTX 3090", Condition.NEW),
        ("95新", "RTX 3090", Condition.USED),
        ("中古", "RTX 3090", Condition.USED),
        ("б/у", "RTX 3090", Condition.USED),
        ("D'occasion", "RTX 3090", Condition.USED),
        ("Usado", "RTX 3090", Condition.USED),
        ("Używany", "RTX 3090", Condition.USED),
        ("", "RTX 3090 new sealed", Condition.NEW),
        ("", "RTX 3090 like new", Condition.USED),
        ("", "RTX 3090", Condition.UNKNOWN),
    ],
)
def test_condition(identify: Any, printed: str, title: str, condition: Condition) -> None:
    assert identify(raw(title=title, condition=printed)).condition is condition


def test_a_condition_for_parts_makes_parts(identify: Any) -> None:
    verdict = identify(raw(title="RTX 3090 24GB", condition="For parts or not working"))
    assert (verdict.kind, verdict.gpu, verdict.condition) == (Kind.PARTS, "rtx-3090", Condition.FOR_PARTS)


@pytest.mark.parametrize(("number", "condition"), [("7000", Condition.FOR_PARTS), ("2500", Condition.REFURBISHED)])
def test_ebay_condition_ids(identify: Any, number: str, condition: Condition) -> None:
    assert identify(raw(title="RTX 3090", attributes={"conditionId": number})).condition is condition


@pytest.mark.parametrize(
    ("title", "flags"),
    [
        ("RTX 3090 24GB blower, ex mining, 3 years warranty", ("blower", "ex-mining", "warranty-36m")),
        ("RTX 3090 24g 涡轮 矿卡 三年质保", ("blower", "ex-mining", "warranty-36m")),
        ("RTX 3090 kein Mining, repariert", ("repaired",)),
        ("RTX 3090 never mined", ()),
        ("Tesla V100 SXM2 16GB without heatsink, no returns, as is", ("no-cooler", "no-returns", "as-is")),
        ("V100 SXM2 16GB with adapter", ("adapter-included",)),
        ("MI50 16GB flashed vbios", ("vbios-flashed",)),
        ("MI50 16GB, Radeon VII BIOS", ("vbios-flashed",)),
        ("RX 580 8GB dual bios", ()),
        ("CMP 50HX no display output", ("no-display",)),
    ],
)
def test_flags(identify: Any, title: str, flags: tuple[str, ...]) -> None:
    got = identify(raw(title=title)).flags
    assert sorted(got) == sorted(flags)


ASPECTS = {"Chipset/GPU Model": "NVIDIA GeForce RTX 3080", "Memory Size": "12 GB", "Brand": "ASUS"}


@pytest.mark.parametrize(
    ("title", "attributes", "means"),
    [
        ("ASUS TUF Gaming graphics card", ASPECTS, "1 rtx-3080 12"),
        ("RTX 3080 TUF", ASPECTS, "1 rtx-3080 12"),
        ("RTX 3080 10GB TUF", ASPECTS, "1 rtx-3080 ?"),
        ("RTX 3080 12GB TUF", ASPECTS, "1 rtx-3080 12"),
        ("RTX 3070 8GB", ASPECTS, "1 rtx-3070 8"),
        ("RTX 4090", {"Speichergröße": "48 GB"}, "1 rtx-4090 48 modded"),
        ("RTX 3080 TUF", {"显存容量": "10GB"}, "1 rtx-3080 10"),
        ("RTX 3080 backplate for ASUS TUF", ASPECTS, "accessory"),
        ("120mm case fan", ASPECTS, "other"),
        ("Dell XPS desktop", ASPECTS, "system"),
    ],
)
def test_attributes_speak_where_the_title_is_silent(
    identify: Any, title: str, attributes: dict[str, str], means: str
) -> None:
    got = told(identify(raw(title=title, attributes=attributes)))
    assert got == means or (means == "other" and got == "accessory")


def test_a_conflict_of_memory_is_explained(identify: Any) -> None:
    reason = identify(raw(title="RTX 3080 10GB", attributes=ASPECTS)).reason
    assert "10 GB" in reason
    assert "12 GB" in reason


@pytest.mark.parametrize(
    ("description", "means"),
    [
        ("Great card, pulled from my rig. 10GB version.", "1 rtx-3080 10"),
        ("Sold for parts, no display.", "parts"),
        ("Not for parts or repair, works like new.", "1 rtx-3080 ?"),
        ("Wird als defekt verkauft.", "parts"),
        ("If it breaks I will fix it; comes with fans and a cable.", "1 rtx-3080 ?"),
    ],
)
def test_descriptions_count_only_beyond_doubt(identify: Any, description: str, means: str) -> None:
    assert told(identify(raw(title="RTX 3080 graphics card", description=description))) == means


def test_descriptions_add_flags(identify: Any) -> None:
    assert identify(raw(title="RTX 3080 10GB", description="Was used for mining, 2 years warranty.")).flags == (
        "ex-mining",
        "warranty-24m",
    )


def test_the_words_that_decided_are_told_in_order(identify: Any) -> None:
    words = identify(raw(title="Suche 2x RTX 3090 24GB")).words
    assert [word for word, _ in words] == ["suche", "2 x", "rtx 3090", "24 gb"]
    assert all(says for _, says in words)


def test_verdicts_are_pure(known: Catalogue) -> None:
    listings = [raw(title=title) for title in ("RTX 3090", "Suche RTX 3090", "4x RTX 3090 24GB")]
    one, other = identifier(known), identifier.__wrapped__(known)
    assert [one(listing) for listing in listings] == [other(listing) for listing in reversed(listings)][::-1]


def test_a_users_own_card_is_known(known: Catalogue) -> None:
    text = '[[family]]\nid = "zx-9000"\nname = "ZX 9000"\nvendor = "zx"\naliases = ["zx 9000"]\nsizes_gb = [64]\n'
    verdict = identifier(read([text]))(RawListing(site="s", site_id="1", title="ZX-9000 64GB graphics card", url=""))
    assert told(verdict) == "1 zx-9000 64"


EXACT = [
    ("Tesla V100 SXM2 32GB", "v100-sxm2-32gb"),
    ("V100-SXM3-32GB", "v100-sxm3-32gb"),
    ("Tesla V100 SXM 32GB", None),
    ("Tesla P100 SMX2 16GB", "p100-sxm2-16gb"),
    ("Tesla V100 PCIe 32GB", "v100-pcie-32gb"),
]


@pytest.mark.parametrize(("title", "variant"), EXACT)
def test_the_form_decides_the_product(identify: Any, title: str, variant: str | None) -> None:
    assert identify(RawListing(site="", site_id="", title=title, url="")).variant == variant


@pytest.mark.parametrize("title", ["New thermal pads for RTX 3090 24GB", "Fresh paste for RTX 4090"])
def test_what_is_for_a_card_is_none(identify: Any, title: str) -> None:
    assert identify(RawListing(site="", site_id="", title=title, url="")).kind == "accessory"
