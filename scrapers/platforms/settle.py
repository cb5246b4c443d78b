"""Which price to believe when a page says several: what it tells programs, checked by what it shows people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from scrapers.platforms.visible.context import shows
from scrapers.platforms.visible.marks import Mark
from scrapers.platforms.visible.prices import Tag, best_of
from tracker.core.models import Money
from tracker.core.money import Flag, Price, read_price

PATTERNS = "patterns"

# A tag's score from which its amount stands out: to be believed alone, against a stated price, beyond doubt.
_ALONE, _STRONG, _CERTAIN = 5.0, 8.0, 9.5
# The same where the product is sold out, for then the prices in sight are mostly those of others.
_ALONE_SOLD_OUT = 7.0
_MARGIN = 1.0
_SEEN = 3.0
# What an amount must be called somewhere that stands in a sentence.
_CALLED_PRICE = Mark.PRICE | Mark.ITEMPROP | Mark.LABELLED | Mark.CURRENT | Mark.BUY
_LETTERS, _FEW_LETTERS, _MANY_LETTERS = re.compile(r"[^\W\d_]"), 14, 40
_BESIDE = 3  # texts between two prices of a pair
_NOT_IT = Mark.RELATED | Mark.LINK | Mark.CHROME | Mark.OTHER | Mark.CHANGE | Mark.OLD | Mark.STRUCK | Mark.REVIEW
_SLIPS = frozenset(map(Decimal, ("100", "1000", "0.01", "0.001")))
# Value-added taxes, in percent, and how far a ratio of prices rounded to the cent may lie from them.
_RATES = "5 7 8 8.1 10 12 13 15 16 17 18 19 20 21 22 23 24 25 25.5 27"
_INEXACT = Decimal("0.0005")
_TAXES = tuple(1 + Decimal(percent) / 100 for percent in _RATES.split())
_MOST = Decimal(10) ** 12
_IN_THOUSANDTHS = frozenset({"KWD", "BHD", "OMR", "JOD", "IQD", "TND", "LYD"})
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_THREE_DIGITS = re.compile(r"[1-9]\d{0,2}\.\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A price that a page states for programs: by which reader, as printed, and in which currency ("" untold).

    `high` is the upper end of a range, "" where there is none.
    """

    method: str
    printed: str
    currency: str
    high: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The price to believe, its currency as far as it is told, the reader it came by, and the tag that shows it too."""

    method: str
    price: Money
    tag: Tag | None = None


def readings(claim: Claim, default: str) -> list[Money]:
    """What a stated price may mean, the likeliest first: `1.299` is a thousand and more, or hardly one.

    Amounts are rounded to what can be paid, for some shops state what their tax arithmetic left.
    """
    printed = claim.printed.strip()
    found = read_price(printed, currency=claim.currency or default)
    amounts = [found.amount] if isinstance(found, Price) else []
    if _PLAIN.fullmatch(printed) and (_THREE_DIGITS.fullmatch(printed) or not amounts):
        amounts.append(Decimal(printed))
    currency = claim.currency or (found.currency if isinstance(found, Price) and not _PLAIN.fullmatch(printed) else "")
    paid = dict.fromkeys(_paid(amount, currency) for amount in amounts if amount < _MOST)
    return [Money(amount=amount, currency=currency) for amount in paid if amount > 0]


def _paid(amount: Decimal, currency: str) -> Decimal:
    """An amount rounded to the smallest coin, without zeros behind it."""
    rounded = amount.quantize(Decimal("0.001" if currency in _IN_THOUSANDTHS else "0.01"), ROUND_HALF_UP)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def settle(claims: Sequence[Claim], tags: Sequence[Tag], *, default: str, sold_out: bool) -> Verdict | None:
    """The price to believe; None where nothing is stated and nothing stands out, or the two cannot be reconciled.

    `default` is the currency of the page's place.
    """
    best = best_of([tag for tag in tags if tag.signed]) if _has_signed(tags) else best_of(tags)
    stated = [(claim, money) for claim in claims for money in readings(claim, default)]
    if not stated:
        return _alone(best, tags, sold_out=sold_out)
    if best is not None:
        for claim, money in stated:
            if money.amount == best.price.amount and not best.marks & Mark.STRUCK:
                return _verdict(claim, money, best)
        if best.score >= _STRONG and any(_is_within(claim, best, default) for claim in claims):
            return _of_tag(best)
    return _against(stated, tags, best)


def _is_within(claim: Claim, tag: Tag, default: str) -> bool:
    """Whether a tag shows an amount of a stated range."""
    low, high = readings(claim, default), readings(replace(claim, printed=claim.high), default)
    return bool(low and high) and low[0].amount <= tag.price.amount <= high[0].amount and not _foreign(low[0], tag)


def _has_signed(tags: Sequence[Tag]) -> bool:
    """Whether the page prints currencies beside likely prices: then its bare numbers are something else."""
    top = best_of(tags)
    return top is not None and any(tag.signed and tag.score > top.score - _SEEN for tag in tags)


def _against(stated: Sequence[tuple[Claim, Money]], tags: Sequence[Tag], best: Tag | None) -> Verdict | None:
    """Settle between stated prices and a best tag that shows none of them."""
    claim, first = stated[0]
    shown = [tag for tag in tags if not tag.marks & _NOT_IT and tag.score >= _SEEN]
    for stating, money in stated:
        if seen := next((tag for tag in shown if tag.price.amount == money.amount), None):
            return _verdict(stating, money, seen)
    if best is None or best.score < _STRONG or not best.signed or _foreign(first, best):
        return _verdict(claim, first, None)
    amount = best.price.amount
    if any(amount == money.amount * slip for _, money in stated for slip in _SLIPS):
        return _of_tag(best)
    low, high = sorted((first.amount, amount))
    if any(abs(high / low - tax) < _INEXACT for tax in _TAXES):
        return _of_tag(best) if amount == high else _verdict(claim, first, None)
    if amount < first.amount and _was(first, tags, best):
        return _of_tag(best)
    methods = {stating.method for stating, money in stated if money.amount == first.amount}
    if best.score >= _CERTAIN and len(methods) == 1:
        return None
    return _verdict(claim, first, None)


def _was(money: Money, tags: Sequence[Tag], best: Tag) -> bool:
    """Whether the page shows an amount as the one of before."""
    if any(tag.price.amount == money.amount and tag.marks & (Mark.OLD | Mark.STRUCK) for tag in tags):
        return True
    return Flag.WAS in best.price.flags and shows(best.text, money)


def _foreign(money: Money, tag: Tag) -> bool:
    """Whether a tag shows another currency than the one stated."""
    return bool(money.currency and tag.price.currency and money.currency != tag.price.currency)


def _alone(best: Tag | None, tags: Sequence[Tag], *, sold_out: bool) -> Verdict | None:
    """The best tag, where it is good enough and no other amount comes close to it."""
    if (
        best is None
        or best.score < (_ALONE_SOLD_OUT if sold_out else _ALONE)
        or best.marks & (Mark.STRUCK | Mark.RELATED)
    ):
        return None
    if _is_sentence(best.text) and not any(
        tag.marks & _CALLED_PRICE for tag in tags if tag.price.amount == best.price.amount and tag.score >= _SEEN
    ):
        return None
    others = [tag for tag in tags if tag.price.amount != best.price.amount and not _is_lesser(tag, best)]
    rival = best_of(others)
    return _of_tag(best) if rival is None or rival.score <= best.score - _MARGIN else None


def _is_sentence(text: str) -> bool:
    """Whether a text only names an amount on the way."""
    letters = len(_LETTERS.findall(text))
    return letters > (_FEW_LETTERS if text.rstrip().endswith((".", "!", "?")) else _MANY_LETTERS)


def _is_lesser(tag: Tag, best: Tag) -> bool:
    """Whether a rival is of no account: without a sign where the best has one, hardly a price, or the one of before."""
    return (best.signed and not tag.signed) or bool(tag.marks & _NOT_IT) or _is_before(tag, best)


def _is_before(tag: Tag, best: Tag) -> bool:
    """Whether a higher amount stands right beside the best: of a pair the lower one is asked today."""
    beside = tag.box.parent is best.box.parent and abs(tag.box.first - best.box.first) <= _BESIDE
    pair = read_price(f"{best.text} {tag.text}", currency=best.price.currency) if beside else None
    return isinstance(pair, Price) and pair.amount == best.price.amount < tag.price.amount


def _of_tag(tag: Tag) -> Verdict:
    money = Money(amount=_paid(tag.price.amount, tag.price.currency), currency=tag.price.currency)
    return Verdict(method=PATTERNS, price=money, tag=tag)


def _verdict(claim: Claim, money: Money, tag: Tag | None) -> Verdict:
    return Verdict(method=claim.method, price=money, tag=tag)
