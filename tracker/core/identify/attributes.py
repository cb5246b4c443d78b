"""The structured attributes a site prints beside a title, such as eBay's aspects, in the languages we read."""

from collections.abc import Mapping

from tracker.core.identify import text
from tracker.core.identify.vocabulary import vocabulary


def chipset(attributes: Mapping[str, str]) -> str:
    """The graphics chip the attributes name, "" for none."""
    return _first(attributes, "chipset")


def memory(attributes: Mapping[str, str]) -> str:
    """The memory size the attributes state, "" for none."""
    return _first(attributes, "memory")


def _first(attributes: Mapping[str, str], meaning: str) -> str:
    names = vocabulary().attributes[meaning]
    return next((value for name, value in attributes.items() if value and _plain(name) in names), "")


def _plain(name: str) -> str:
    return " ".join(text.unaccented(word) for word in text.words(text.fold(name)))
