"""What a page says of its product in pairs of a label and a value: article number, GTIN, brand, condition."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from scrapers.platforms.visible.heart import Heart
from scrapers.platforms.visible.layout import Layout
from scrapers.platforms.visible.marks import Mark

_LONGEST_VALUE = {"gtin": 40, "sku": 60, "brand": 60, "condition": 60}
_PAIR = re.compile(r"^(?P<label>[^:：]{1,40}?)\s*[:：]\s*(?P<value>\S.*)$")
_SKU = re.compile(r"^[\w][\w ./+#()-]*$")
_ASIDE = Mark.RELATED | Mark.CHROME | Mark.REVIEW | Mark.HIDDEN
_FAR_BEHIND = 1_500
_LONGEST_PAIR = 110


def labelled(heart: Heart) -> Mapping[str, str]:
    """The values of the fields this page labels, the first of each that can be one."""
    found: dict[str, str] = {}
    for field, value in _pairs(heart):
        if field not in found and (clean := _plausible(field, value)):
            found[field] = clean
    return found


def _pairs(heart: Heart) -> Iterator[tuple[str, str]]:
    layout = heart.layout
    for place, text in enumerate(layout.texts):
        if len(text.text) > _LONGEST_PAIR:
            continue
        label, value = text.text, ""
        if pair := _PAIR.match(text.text):
            label, value = pair["label"], pair["value"]
        field = _fields().get(label.strip(" :：\t").lower())
        if field is None:
            continue
        distance = heart.distance(text.box)
        if distance is not None and not -200 < distance < _FAR_BEHIND:
            continue
        if heart.marks_of(text.box) & _ASIDE:
            continue
        yield field, value or _next(layout, place)


def _next(layout: Layout, place: int) -> str:
    """The text after a label, past a lone colon."""
    following = (text.text for text in layout.texts[place + 1 : place + 3])
    return next((text for text in following if text.strip(" :：-–")), "")


def _plausible(field: str, value: str) -> str:
    """A value without what cannot be part of it, "" where it cannot be one."""
    value = value.strip(" :：\u200e\u200f|").removesuffix(".")
    if not value or len(value) > _LONGEST_VALUE[field]:
        return ""
    if field == "gtin":
        return gtin(value)
    if field == "sku":
        return value if _SKU.match(value) and any(char.isdigit() for char in value) else ""
    return "" if value.lower() in _fields() or value.endswith(":") else value


def gtin(text: str) -> str:
    """A GTIN (8, 12, 13 or 14 digits whose check digit is right), "" for anything else."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{8}|\d{12,14}", digits) or not digits.strip("0"):
        return ""
    # GS1 General Specifications, section 7.9: weights 3 and 1 from the right, the last digit makes the sum a ten.
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits if total % 10 == 0 else ""


@cache
def _fields() -> Mapping[str, str]:
    """The field that each label of `labels.toml` names."""
    tables = tomllib.loads(Path(__file__).with_name("labels.toml").read_text(encoding="utf-8"))
    return {label: field for field, labels in tables.items() for label in labels}
