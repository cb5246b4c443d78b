"""The state a seller promises, from the site's own word or from the title; and what else is worth knowing."""

from collections.abc import Mapping

from tracker.core.identify import roles
from tracker.core.identify.naming import lends_firmware
from tracker.core.identify.reading import Reading
from tracker.core.models import Condition

_SUREST_FIRST = (Condition.FOR_PARTS, Condition.OPEN_BOX, Condition.REFURBISHED, Condition.USED, Condition.NEW)
_EBAY = {
    "1000": Condition.NEW,
    "1500": Condition.OPEN_BOX,
    "1750": Condition.NEW,
    "2000": Condition.REFURBISHED,
    "2010": Condition.REFURBISHED,
    "2020": Condition.REFURBISHED,
    "2030": Condition.REFURBISHED,
    "2500": Condition.REFURBISHED,
    "2750": Condition.USED,
    "2990": Condition.USED,
    "3000": Condition.USED,
    "3010": Condition.USED,
    "4000": Condition.USED,
    "5000": Condition.USED,
    "6000": Condition.USED,
    "7000": Condition.FOR_PARTS,
}
"""What eBay's conditionId values mean."""


def by_ebay_id(attributes: Mapping[str, str]) -> Condition:
    """The condition an eBay conditionId stands for."""
    return _EBAY.get(attributes.get("conditionId", ""), Condition.UNKNOWN)


def condition(reading: Reading) -> Condition:
    """The condition a text names, the surest word first."""
    stated = reading.tags(roles.CONDITION)
    return next((sure for sure in _SUREST_FIRST if sure in stated), Condition.UNKNOWN)


def flags(reading: Reading) -> tuple[str, ...]:
    """What a buyer wants to know, in reading order: ex-mining, blower, repaired, warranty-36m …"""
    months = [
        f"warranty-{reading.terms[place].value:g}m"
        for place in reading.places(roles.WARRANTY)
        if reading.terms[place].value and not reading.denied(place)
    ]
    flashed = ["vbios-flashed" for place in reading.places(roles.FIRMWARE) if lends_firmware(reading, place)]
    return tuple(dict.fromkeys(reading.tags(roles.FLAG) + months + flashed))
