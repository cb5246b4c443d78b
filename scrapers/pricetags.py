"""Prices in running text: where they stand, how they are printed, and what is said of shipping beside them.

A number is a price here only with a currency's sign or name beside it, or after a word such as "asking".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

FREE = "0"


def _any(*forms: str) -> str:
    return f"(?:{'|'.join(forms)})"


def _ends(*forms: str) -> re.Pattern[str]:
    """What a text ends with, perhaps with a vague word behind it."""
    return re.compile(rf"{_any(*forms)}[ :(~]*(?:about |around |approx\.? |like |only )?$", re.IGNORECASE)


_CENTS = r"(?:[.,]\d{1,2}(?!\d))?"
_NUMBER = _any(
    rf"\d{{1,3}}(?:[ .,’\u00a0\u202f]\d{{3}}){{1,4}}(?!\d){_CENTS}(?:[.,](?:-|–)+)?",
    rf"\d{{1,9}}{_CENTS}(?:[.,](?:-|–)+)?",
)
_CODES = _any(
    r"\b(?:USD|EUR|GBP|CAD|AUD|NZD|CHF|PLN|SEK|NOK|DKK|CZK|HUF|RON|JPY|CNY|RMB|HKD|SGD|TWD|BRL|MXN|INR|ZAR|KRW)\b",
    r"\b(?:usd|eur|gbp|cad|aud|nzd|chf|pln)\b",
)
_DOLLAR = rf"(?:\b(?:US|CA|CDN|CAN|AU|NZ|HK|NT|SG|MX|R|C|A|S) ?|{_CODES} ?)?(?<!\$)\$"
_SIGN = _any(_DOLLAR, "[€£¥￥₹₽₴₺₩₫₪]", _CODES, r"\b(?:Fr|Rs|[Kk]r)\.?(?= ?\d)")
_SIGN_BEHIND = _any(
    r"(?:US|CA|CAD|AU)?\$(?! ?\d)",
    "[€£元円₽₴₺원]",
    _CODES,
    r"\b(?:euros?|dollars|bucks|quid|zł|zl|kr|Kč|Ft|lei|złotych)(?!\w)",
)
_ASKED = rf"\b{_any('asking', 'price(?: is)?', 'priced at', 'sell(?:ing)?(?: it)? for', 'festpreis', 'prix')}\b[ :=~]*"
_NO_MODEL = "(?<!GTX )(?<!RX )(?<!GT )(?<!Vega )"  # "GTX 980 450 €" is not 980,450
_TAG = re.compile(
    _any(
        rf"{_SIGN}[ \u00a0]?{_NUMBER}[kK]?(?![\w%])(?:[ \u00a0]?{_CODES})?",
        rf"(?<![\w.,#$€£-]){_NO_MODEL}{_NUMBER}[kK]?[ \u00a0]?{_SIGN_BEHIND}",
        rf"(?i:{_ASKED})(?P<bare>\d{{2,6}})(?![\w.,]*\w)",
    )
)

# What may be said right behind a price, in any order.
_SENT = "(?:shipping|ship|postage|delivery|versand|freight|s&h|s/h)"
_SAID = {
    "each": (r"/ ?ea\b", r"/ ?card\b", r"each\b", r"ea\b\.?", r"apiece\b", r"per (?:card|piece|unit|gpu)\b"),
    "obo": (r"o\.?b\.?r?o\b\.?", "or best (?:reasonable )?offer", r"o\.?n\.?o\b\.?", r"vh?b\b", "negotiable"),
    "firm": (r"firm\b", r"fp\b"),
    "shipped": (
        r"(?:is )?shipped\b",
        r"delivered\b",
        r"posted\b",
        r"ships free\b",
        "shipping (?:is )?included",
        rf"(?:free|incl\.?|includes|including|inc\.?|with|inkl\.?) (?:free )?{_SENT}\b",
    ),
    "+ shipping": (rf"(?:\+|plus|and|zzgl\.?|&) ?(?P<cost>{_SIGN} ?{_NUMBER} )?(?:for )?(?:actual )?{_SENT}(?!\w)",),
    "local": (r"(?:for |if )?local\b(?: pick ?up| cash| only| sale)*", r"pick ?up\b", r"in person\b", "cash in hand"),
}
_TERMS = ("shipped", "+ shipping", "local")
_TRAITS = {name: re.compile(rf"[ \t\u00a0,;(/~–-]*{_any(*forms)}", re.IGNORECASE) for name, forms in _SAID.items()}

# What stands right before, or right behind, an amount that nobody asks for the thing itself.
_OTHER_BEFORE = _ends(
    "paid",
    r"bought(?: it| this| them)?(?: new)?(?: for| at)?",
    r"(?:msrp|uvp|neupreis|list price|retails?|retailed)(?: of| is| was| for| price| at)?:?",
    r"original(?:ly)?(?: price| for)?:?",
    r"(?:was|were|worth|statt|au lieu de|antes|new for|new at)",
    r"(?:trade )?valued?(?: at| of)?:?",
    r"(?:shipping|postage|versand|delivery)(?: is| costs?| ab| from)?:?",
    r"ship (?:it )?for",
    r"(?:budget|deposit|fee|tax)(?: is| of)?:?",
    r"(?:up to|saved?|add|extra|another|over|under|bis(?: zu)?|max\.?|maximum|hasta|fino a|tot)",
)
_OTHER_BEHIND = re.compile(
    rf"[ )]*{_any('off', 'discount', f'(?:for |in |of )?{_SENT}', 'to ship', 'gift ?card', 'deposit', 'fee')}\b"
    rf"|[ )]*{_any('(?:in )?trade value', 'new', 'retail', 'msrp', 'cash ?back', 'rebate', 'credit', 'cheaper')}\b"
    rf"|[ )]*{_any('/ ?mo', '/ ?month', 'per month', 'a month', 'extra')}\b",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"(?:->|=>|→|>|now|down to|dropped to|reduced to|new price:?)[ :]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """One asking price in a text, from `start` to `end`; `text` as printed, with "each" or "OBO" where said.

    `shipping` is what it costs to have it sent ("0" where included, "" where not told), `terms` is "shipped",
    "+ shipping", "local" or "". `changed` says that it stands behind an older price.
    """

    start: int
    end: int
    text: str
    shipping: str = ""
    terms: str = ""
    negotiable: bool = False
    changed: bool = False


def tags(text: str) -> Iterator[Tag]:
    """The asking prices of a text in reading order; what was paid, saved or charged for shipping is left out."""
    for found in _TAG.finditer(text):
        if _OTHER_BEFORE.search(text[max(0, found.start() - 40) : found.start()]):
            continue
        tag = _tag(text, found)
        if tag.terms or not _OTHER_BEHIND.match(text, found.end()):
            yield tag


def agreed(found: Sequence[Tag]) -> Tag | None:
    """The price that these tags agree on: with shipping rather than without, the last where it was changed."""
    for terms in ("shipped", "+ shipping", "", "local"):
        among = [tag for tag in found if tag.terms == terms]
        if len({_digits(tag.text) for tag in among}) == 1:
            return among[0]
        if among:
            return among[-1] if all(tag.changed for tag in among[1:]) else None
    return None


def _digits(printed: str) -> str:
    return "".join(letter for letter in printed if letter.isdigit())


def _tag(text: str, found: re.Match[str]) -> Tag:
    """One tag with everything said right behind it, each thing once."""
    start = found.start() if found["bare"] is None else found.start("bare")
    said: dict[str, re.Match[str]] = {}
    end = found.end()
    while news := {
        name: trait for name, form in _TRAITS.items() if name not in said and (trait := form.match(text, end))
    }:
        said |= dict(list(news.items())[:1])
        end = max(trait.end() for trait in said.values())
    terms = next((name for name in _TERMS if name in said), "")
    cost = said["+ shipping"]["cost"] if "+ shipping" in said else ""
    extras = [said[name][0].strip(" ,;(/~–-\t\u00a0") for name in ("each", "obo") if name in said]
    return Tag(
        start=start,
        end=end,
        text=" ".join([text[start : found.end()].strip(), *extras]),
        shipping=FREE if terms == "shipped" else (cost or "").strip(),
        terms=terms,
        negotiable="obo" in said,
        changed=bool(_CHANGED.search(text[max(0, start - 20) : start])),
    )
