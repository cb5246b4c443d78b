"""What speaks against an offer that looks good: signs that a buyer should see, none of which removes the offer."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from tracker.core.market import TOO_CHEAP, Baseline, Basis, ratio, too_cheap

NEW_SELLER = 10
"""Ratings below which a seller has no record to speak of."""

POOR_PERCENT = 95.0
"""Share of good ratings (%) below which buyers were disappointed unusually often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One risk: a word to filter by, and what was seen."""

    name: str
    said: str


SCAM_SELLER = "scam-seller"
"""The flag of what is offered by somebody who sold a scam before."""

_FLAGS = {
    SCAM_SELLER: "you marked another listing of this seller as a scam",
    "no-returns": "the seller takes nothing back",
    "as-is": "sold as it is",
    "repaired": "has been repaired",
}
"""What the reading of a listing already noticed → how it is told."""

_WORDS = {
    "stock_photo": (
        "stock photo", "stock image", "stock picture", "library image", "illustration purposes", "for illustration",
        "symbolfoto", "symbolbild", "beispielbild", "beispielfoto", "photo non contractuelle", "image d'illustration",
        "foto de stock", "imagen de referencia", "imagem ilustrativa", "foto illustrativa", "foto ilustrativa",
        "zdjęcie poglądowe", "illusztráció", "网图", "图片仅供参考", "イメージ画像",
    ),
    "off_site_payment": (
        "zelle", "western union", "gift card only", "crypto only", "wire transfer only", "friends and family",
        "friends & family", "whatsapp", "telegram",
    ),
}  # fmt: skip
"""Words in the title or the description → the sign they are."""

_SEEN = {
    name: re.compile(
        "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" if word.isascii() else re.escape(word) for word in words)
    )
    for name, words in _WORDS.items()
}

_TELL = {
    "stock_photo": "the picture is not of this card",
    "off_site_payment": "wants to be paid or spoken to elsewhere",
}


def signs(
    *,
    unit_usd: Decimal | None,
    worth: Baseline | None,
    flags: Iterable[str] = (),
    feedback_percent: float | None = None,
    feedback_count: int | None = None,
    returns: str = "",
    words: str = "",
) -> tuple[Sign, ...]:
    """Everything that speaks against an offer, the price first; `words` are its title and description.

    `flags` and `returns` are what the reading and the site say of it, `feedback_percent` and `feedback_count` of its
    seller.
    """
    noticed = {*flags, *(["no-returns"] if returns.startswith("not accepted") else [])}
    return (
        *_of_price(unit_usd, worth),
        *_of_seller(feedback_percent, feedback_count),
        *(Sign(name=flag.replace("-", "_"), said=said) for flag, said in _FLAGS.items() if flag in noticed),
        *_of_words(words),
    )


def _of_price(unit_usd: Decimal | None, worth: Baseline | None) -> Iterator[Sign]:
    """Too cheap by its like; against a weaker baseline only worth a second look."""
    if unit_usd is None or worth is None:
        return
    share = ratio(unit_usd, worth)
    if too_cheap(unit_usd, worth):
        yield Sign(name="too_cheap", said=f"asks {share:.0%} of what {worth.n} sellers ask ({worth.usd:,.0f} USD)")
    elif not worth.judges and share < TOO_CHEAP:
        against = f"of {worth.day}" if worth.basis is Basis.REFERENCE else "of neighbouring conditions"
        yield Sign(name="suspiciously_cheap", said=f"asks {share:.0%} of the price {against} ({worth.usd:,.0f} USD)")


def _of_seller(percent: float | None, count: int | None) -> Iterator[Sign]:
    if count is not None and count < NEW_SELLER:
        yield Sign(
            name="new_seller", said=f"the seller has {count} ratings" if count else "nobody has rated the seller"
        )
    elif percent is not None and percent < POOR_PERCENT:
        yield Sign(name="poor_ratings", said=f"only {percent:g} % of the ratings are good")


def _of_words(words: str) -> Iterator[Sign]:
    text = " ".join(words.casefold().split())
    for name, pattern in _SEEN.items():
        if found := pattern.search(text):
            yield Sign(name=name, said=f"{_TELL[name]} (“{found[0]}”)")
