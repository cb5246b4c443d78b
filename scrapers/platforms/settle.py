"""Which price to believe when a page says several: what it tells programs, checked by what it shows people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from scrapers.platforms.visible.marks import Mark
from scrapers.platforms.visible.prices import Tag, best_of
from tracker.core.money import Price, read_price

PATTERNS = "patterns"

# A tag's score from which its amount stands out: to be believed alone, against a stated price, beyond doubt.
_ALONE, _STRONG, _CERTAIN = 5.0, 8.0, 9.5
# The same where the product is sold out, for then the prices in sight are mostly those of others.
_ALONE_SOLD_OUT = 8.0
_MARGIN = 1.0
_SEEN = 3.0
_NOT_IT = Mark.RELATED | Mark.LINK | Mark.CHROME | Mark.OTHER | Mark.OLD | Mark.STRUCK | Mark.REVIEW
_SLIPS = frozenset(map(Decimal, ("100", "1000", "0.01", "0.001")))
# Value-added taxes, in percent.
_RATES = "5 7 7.7 8 8.1 10 12 13 15 16 17 18 19 20 21 22 23 24 25 25.5 27"
_TAXES = tuple(1 + Decimal(percent) / 100 for percent in _RATES.split())
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_THREE_DIGITS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A price that a page states for programs: by which reader, as printed, and in which currency ("" untold)."""

    method: str
    printed: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The price to believe, as printed and as an amount, the reader it came by, and the tag that shows it too."""

    method: str
    printed: str
    amount: Decimal
    currency: str
    tag: Tag | None = None


def readings(claim: Claim, default: str) -> list[Decimal]:
    """The amounts a stated price may mean, the likeliest first: `1.299` is a thousand and more, or hardly one."""
    printed = claim.printed.strip()
    if _PLAIN.fullmatch(printed) and not _THREE_DIGITS.fullmatch(printed):
        amount = Decimal(printed)
        return [amount] if 0 < amount < Decimal(10) ** 12 else []
    found = read_price(printed, currency=claim.currency or default)
    amounts = [found.amount] if isinstance(found, Price) else []
    if _THREE_DIGITS.fullmatch(printed):
        amounts += [amount for amount in [Decimal(printed)] if amount not in amounts]
    return amounts


def settle(claims: Sequence[Claim], tags: Sequence[Tag], *, default: str, sold_out: bool) -> Verdict | None:
    """The price to believe; None where nothing is stated and nothing stands out, or the two cannot be reconciled.

    `default` is the currency of the page's place.
    """
    best = best_of([tag for tag in tags if tag.signed]) if _has_signed(tags) else best_of(tags)
    stated = [(claim, amount) for claim in claims for amount in readings(claim, default)]
    if not stated:
        return _alone(best, tags, sold_out=sold_out)
    if best is not None:
        for claim, amount in stated:
            if amount == best.price.amount and not best.marks & Mark.STRUCK:
                return _verdict(claim, amount, best)
    return _against(stated, tags, best)


def _has_signed(tags: Sequence[Tag]) -> bool:
    """Whether the page prints currencies beside likely prices: then its bare numbers are something else."""
    top = best_of(tags)
    return top is not None and any(tag.signed and tag.score > top.score - _SEEN for tag in tags)


def _against(stated: Sequence[tuple[Claim, Decimal]], tags: Sequence[Tag], best: Tag | None) -> Verdict | None:
    """Settle between stated prices and a best tag that shows none of them."""
    claim, first = stated[0]
    shown = [tag for tag in tags if not tag.marks & _NOT_IT and tag.score >= _SEEN]
    for stating, amount in stated:
        if seen := next((tag for tag in shown if tag.price.amount == amount), None):
            return _verdict(stating, amount, seen)
    if best is None or best.score < _STRONG or not best.signed or _foreign(claim, best):
        return _verdict(claim, first, None)
    seen_amount = best.price.amount
    if any(seen_amount == amount * slip for _, amount in stated for slip in _SLIPS):
        return _of_tag(best)
    low, high = sorted((first, seen_amount))
    if any(abs(high / low - tax) < Decimal("0.002") for tax in _TAXES):
        return _of_tag(best) if seen_amount == high else _verdict(claim, first, None)
    was = any(tag.price.amount == first and tag.marks & (Mark.OLD | Mark.STRUCK) for tag in tags)
    if was and seen_amount < first:
        return _of_tag(best)
    methods = {stating.method for stating, amount in stated if amount == first}
    if best.score >= _CERTAIN and len(methods) == 1:
        return None
    return _verdict(claim, first, None)


def _foreign(claim: Claim, tag: Tag) -> bool:
    """Whether a tag shows another currency than the one stated."""
    return bool(claim.currency and tag.price.currency and claim.currency != tag.price.currency)


def _alone(best: Tag | None, tags: Sequence[Tag], *, sold_out: bool) -> Verdict | None:
    """The best tag, where it is good enough and no other amount comes close to it."""
    if (
        best is None
        or best.score < (_ALONE_SOLD_OUT if sold_out else _ALONE)
        or best.marks & (Mark.STRUCK | Mark.RELATED)
    ):
        return None
    others = [tag for tag in tags if tag.price.amount != best.price.amount and not _is_lesser(tag, best)]
    rival = best_of(others)
    return _of_tag(best) if rival is None or rival.score <= best.score - _MARGIN else None


def _is_lesser(tag: Tag, best: Tag) -> bool:
    """Whether a rival is of no account: without a sign where the best has one, or hardly a price."""
    return (best.signed and not tag.signed) or bool(tag.marks & _NOT_IT)


def _of_tag(tag: Tag) -> Verdict:
    return Verdict(method=PATTERNS, printed=tag.text, amount=tag.price.amount, currency=tag.price.currency, tag=tag)


def _verdict(claim: Claim, amount: Decimal, tag: Tag | None) -> Verdict:
    return Verdict(method=claim.method, printed=claim.printed, amount=amount, currency=claim.currency, tag=tag)
