"""The structured attributes a site prints beside a title, such as eBay's aspects, in the languages we read."""

from collections.abc import Mapping

from tracker.core.identify import text

_CHIPSET = frozenset(
    {
        "chipset gpu model", "chipset / gpu model", "chipset", "gpu model", "gpu", "graphics processor", "graphics chip", "chip", "graphics card model",
        "grafikprozessor", "chipsatz gpu modell", "gpu modell", "chipsatz", "modele de gpu", "chipset modele de gpu", "processeur graphique",
        "chipset modelo de gpu", "modelo de gpu", "procesador grafico", "chip grafico", "chipset modello gpu", "modello gpu", "chipset del procesador",
        "graficky chip", "uklad graficzny", "model ukladu graficznego", "chipset graficzny", "rodzaj chipsetu graficznego", "видеопроцессор", "графический процессор", "gpu 型号", "芯片型号", "显卡型号", "显示芯片", "gpuモデル", "搭載チップ", "グラフィックチップ", "搭載gpu",
    }
)  # fmt: skip
_MEMORY = frozenset(
    {
        "memory size", "memory", "vram", "video memory", "graphics memory", "graphics memory size", "graphics ram size", "memory capacity", "vram size", "video memory size", "ram size",
        "speichergrosse", "grafikspeicher", "videospeicher", "speicher", "speicherkapazitat", "taille de memoire", "taille de la memoire", "memoire video", "memoire", "tamano de memoria", "tamano de la memoria", "memoria grafica", "memoria",
        "memoria de video", "dimensione memoria", "dimensioni memoria", "memoria video", "tamanho da memoria", "tamanho de memoria", "memoria da placa de video", "ilosc pamieci ram", "wielkosc pamieci", "pamiec", "pamiec karty graficznej", "memoria merete", "memoria mennyisege",
        "объем видеопамяти", "видеопамять", "объем памяти", "显存容量", "显存", "显存大小", "記憶體容量", "記憶體", "メモリ容量", "ビデオメモリ", "メモリサイズ", "geheugen", "geheugengrootte", "minnestorrelse", "minne",
    }
)  # fmt: skip


def chipset(attributes: Mapping[str, str]) -> str:
    """The graphics chip the attributes name, "" for none."""
    return _first(attributes, _CHIPSET)


def memory(attributes: Mapping[str, str]) -> str:
    """The memory size the attributes state, "" for none."""
    return _first(attributes, _MEMORY)


def _first(attributes: Mapping[str, str], names: frozenset[str]) -> str:
    return next((value for name, value in attributes.items() if value and _plain(name) in names), "")


def _plain(name: str) -> str:
    return " ".join(text.unaccented(word) for word in text.words(text.fold(name)))
