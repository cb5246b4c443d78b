"""Part numbers that name a model in a maker's own shorthand: Gigabyte's N407TSWF3OC is an RTX 4070 Ti SUPER."""

import re
from collections.abc import Iterator

_GEFORCE = re.compile(r"n(10|16|20|30|40|50)([5-9])(?:([tsd])(s?)|0)([a-z0-9]*)")
"""The last digit gives way to the letters: T for Ti, S for SUPER, TS for both, D for the edition of that name."""

_RADEON = re.compile(r"r(90[67]0|[567][5-9]|6[4-9]|[67][679]5)(xtx|xt|gre)?((?:[a-z][a-z0-9]*)?)")
"""Two digits of four, or three where the third is a 5: R79XTX, R675XT; the newest are written in full."""

_LINES = ("gaming", "eagle", "aorus", "wf", "elite", "oc")
"""What must follow where no suffix tells that the digits are a model."""

_SUFFIXES = {"t": "ti", "s": "super", "d": "d"}
_BEFORE_RTX = ("10", "16")
_FULL_DIGITS = 4


def names(word: str) -> Iterator[str]:
    """The models a folded word may stand for, the longest name first; the catalogue knows which of them exist."""
    if found := _GEFORCE.fullmatch(word):
        generation, tier, letter, more, rest = found.groups()
        plain = f"{'gtx' if generation in _BEFORE_RTX else 'rtx'}{generation}{tier}0"
        if letter:
            if more and letter == "t":
                yield f"{plain}tisuper"
            yield f"{plain}{_SUFFIXES[letter]}"
        elif rest.startswith(_LINES):
            yield plain
    elif found := _RADEON.fullmatch(word):
        digits, suffix, rest = found.groups()
        if suffix or rest.startswith(_LINES):
            yield f"rx{digits.ljust(_FULL_DIGITS, '0')}{suffix or ''}"
