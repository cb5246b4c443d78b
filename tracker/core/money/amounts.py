"""Digits and separators → Decimal, by grouping rules alone.

1. Spaces and apostrophes group thousands, nothing else.
2. With both `.` and `,` present, the last one is the decimal mark.
3. One mark repeated groups thousands (`1.299.000`, Indian `1,29,900`), except before a last pair: `1.299.00` is 1299.
4. One mark, once: exactly three digits after it and one to three before it make it a group, whatever the currency,
   because prices have cents, not tenths of them: `1.299` and `1,299` are 1299. Otherwise it is the decimal mark.
   Currencies that do have thousandths (dinars, the Omani rial) keep their decimal mark: `1.299` KWD is 1.299.
5. What fits none of these (`1.2.3`, `1,2345`, `0171`) is not a number we can read.
"""

import re
from decimal import Decimal

# In Tunisia and Libya both marks are seen in front of thousandths, in the others `,` groups.
_THOUSANDTHS = {"KWD": ".", "BHD": ".", "OMR": ".", "JOD": ".", "IQD": ".", "TND": ".,", "LYD": ".,"}

_THREES = re.compile(r"[1-9]\d{0,2}(?:(?P<mark>[.,' ])\d{3}(?:(?P=mark)\d{3})*)?")
_INDIAN = re.compile(r"[1-9]\d?(?:,\d\d)+,\d{3}")
_PLAIN = re.compile(r"0?|[1-9]\d*")
_THREES_THEN_PAIR = re.compile(r"[1-9]\d{0,2}(?:(?P<mark>[.,])\d{3})+(?P=mark)\d\d")

_TEN_THOUSAND = Decimal(10_000)
_MILLION = Decimal(1_000_000)
UNITS = {
    **dict.fromkeys(("k", "千", "천", "mil", "tys", "тыс", "тис", "rb", "ribu", "tusind", "tusen"), Decimal(1000)),
    **dict.fromkeys(("w", "万", "萬", "만"), _TEN_THOUSAND),
    **dict.fromkeys(("lakh", "lakhs", "lac", "lacs"), Decimal(100_000)),
    **dict.fromkeys(("million", "millones", "milhões", "mio", "mln", "млн"), _MILLION),
    **dict.fromkeys(("tr", "triệu", "jt", "juta"), _MILLION),
}


def read_number(text: str, *, currency: str = "") -> Decimal | None:
    """The value of digits with separators (ASCII digits, `.`, `,`, `'`, space); None where the rules do not fit."""
    mark = _decimal_mark(text, currency)
    whole, fraction = text.rsplit(mark, 1) if mark else (text, "")
    if mark == "," and len(fraction) > 3:
        return None
    if not any(pattern.fullmatch(whole) for pattern in (_PLAIN, _THREES, _INDIAN)):
        return None
    units = re.sub(r"[^0-9]", "", whole) or "0"
    return Decimal(f"{units}.{fraction}" if fraction else units)


def _decimal_mark(text: str, currency: str) -> str:
    marks = [char for char in text if char in ".,"]
    if not marks:
        return ""
    last = marks[-1]
    if len(set(marks)) == 2 or _THREES_THEN_PAIR.fullmatch(text):
        return last
    if len(marks) > 1:
        return ""
    whole, fraction = text.split(last)
    is_group = len(fraction) == 3 and len(whole) in (1, 2, 3) and not whole.startswith("0")
    return "" if is_group and last not in _THOUSANDTHS.get(currency, "") else last


def read_scaled(text: str, unit: str, tail: str = "", *, currency: str = "") -> Decimal | None:
    """The value of a number with a unit of `UNITS`, and of the digits after it: `2.4` w, `8` k `3`, `1` 万 `2300`.

    In front of a unit a single mark is decimal (`1,299k` is 1299). The digits after a unit count its tenths,
    hundredths and so on (`8k3` is 8300), except that Japanese means them as written.
    """
    if re.fullmatch(r"\d+[.,]\d+", text):
        number: Decimal | None = Decimal(text.replace(",", "."))
    else:
        number = read_number(text, currency=currency)
    if number is None:
        return None
    scale = UNITS[unit]
    literal = scale == _TEN_THOUSAND and currency == "JPY"
    rest = Decimal(tail or 0) * (1 if literal else scale / 10 ** len(tail))
    amount = number * scale + rest
    return amount.to_integral_value() if amount == amount.to_integral_value() else amount
