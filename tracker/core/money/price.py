"""Price text as a site prints it → an amount and its currency, or the reason why it holds none.

The text is cleaned and its numbers found (`scan`); those that are not the price are left out (savings, shipping, old
prices, instalments, counts), and of what remains one is chosen:

- several equal ones are one price;
- two joined by a dash or "to" are a range: the lower one, flagged;
- two in different currencies, the second in brackets or called approximate: the first;
- one with and one without tax: the one with;
- two with nothing but punctuation or "now" between them are an old and a new price: the lower one, flagged `was`,
  unless it is under 40 % of the other, which smells of an instalment;
- one called regular is an old price beside another one, and the price where it is alone;
- anything else is ambiguous: a wrong price is worse than none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from tracker.core.models import Money
from tracker.core.money import words
from tracker.core.money.amounts import UNITS, read_number, read_scaled
from tracker.core.money.currencies import SMALL, code_of, currency_of
from tracker.core.money.scan import LONGEST, Number, clean, numbers
from tracker.core.money.words import Flag, Reason, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price as printed: its `money` (an amount > 0, the currency "" where unknown) and its flags, sorted."""

    money: Money
    flags: tuple[Flag, ...] = ()

    @property
    def amount(self) -> Decimal:
        """How much, in units of the currency."""
        return self.money.amount

    @property
    def currency(self) -> str:
        """Of what: ISO 4217, "" where unknown."""
        return self.money.currency


@dataclass(frozen=True, slots=True, kw_only=True)
class NoPrice:
    """A text that gives no price: `reason` is a word to count by, `detail` says of the text what it is instead."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A number that may be the price, and what it would be."""

    number: Number
    money: Money


_DETAILS = {
    Reason.FREE: "is given away",
    Reason.ON_REQUEST: "names no price, one has to ask",
    Reason.SOLD: "is sold",
    Reason.NO_NUMBER: "holds no amount",
    Reason.AMBIGUOUS: "can be read in more than one way",
    Reason.NEGATIVE: "is a negative amount",
    Reason.ZERO: "is an amount of nothing",
    Reason.ABSURD: "is beyond any price",
    Reason.PLACEHOLDER: "is a number typed for want of a price",
    Reason.RATE: "is an instalment or an amount per month, hour or GB",
    Reason.OLD: "is an old or list price only",
    Reason.TOO_LONG: "is too long for a price",
}


def read_price(text: str, *, currency: str = "") -> Price | NoPrice:
    """The price in `text`; `currency` is what the source's own prices are in, as it names it, "" where it is not known.

    A sign in the text beats `currency`; a sign that several currencies share means `currency` where it may.
    Never raises, never gives an amount that is not positive.
    """
    if bare := _BARE.fullmatch(text):
        found = _read_bare(*bare.groups(""), default=_code(currency))
    else:
        plain = clean(text)
        found = _read(plain, _code(currency)) if len(plain) <= LONGEST else Reason.TOO_LONG
    if isinstance(found, Price):
        return found
    return NoPrice(reason=found, detail=_DETAILS[found])


_BARE = re.compile(r"([$€£]?)([1-9]\d{0,6}|[1-9]\d{0,2}(?:,\d{3})+(?=\.\d\d))(\.\d\d?)?", re.ASCII)
"""What most sites print, and machines do: a number that can be read in one way only, and no word beside it."""


def _read_bare(sign: str, whole: str, fraction: str, *, default: str) -> Price | Reason:
    """What the long way says of a bare number, in a tenth of its time."""
    money = Money(
        amount=Decimal(whole.replace(",", "") + fraction),
        currency=currency_of((sign,) if sign else (), default=default),
    )
    return _disbelief(money) or Price(money=money)


@lru_cache(maxsize=1000)
def _code(currency: str) -> str:
    return code_of(clean(currency))


_NEGATIVE = re.compile(r"(?:^|\s)-$|^- $")
_ROLE_REASONS = {
    Role.RATE: Reason.RATE,
    Role.OLD: Reason.OLD,
    Role.LIMIT: Reason.AMBIGUOUS,
    Role.MULTIPLE: Reason.AMBIGUOUS,
}


@lru_cache(maxsize=10_000)  # the same prices are printed again at every visit
def _read(text: str, default: str) -> Price | Reason:
    found = _without_counts(numbers(text))
    roles = [_role(number, first=number is found[0], last=number is found[-1]) for number in found]
    kept = _kept(found, roles)
    if not kept and set(roles) <= {Role.EXTRA, Role.OLD}:
        kept = _alone(found, roles)
    if not kept:
        return next((_ROLE_REASONS[role] for role in roles if role in _ROLE_REASONS), words.reason_in(text))
    if _NEGATIVE.search(kept[0].before):
        return Reason.NEGATIVE
    chosen = _choose(kept, default)
    if isinstance(chosen, Reason):
        return chosen
    candidate = chosen.candidate
    if any(_contradicts(number, role, candidate, default) for number, role in zip(found, roles, strict=True)):
        return Reason.AMBIGUOUS
    if reason := _disbelief(candidate.money):
        return reason
    said = words.flags_in(text) | words.flags_beside(candidate.number.before, candidate.number.after)
    is_old = any(
        role is Role.OLD and number.digits != candidate.number.digits for number, role in zip(found, roles, strict=True)
    )
    flags = (said - chosen.denied) | chosen.flags | ({Flag.WAS} if is_old else set())
    return Price(money=candidate.money, flags=tuple(sorted(flags)))


def _without_counts(found: Sequence[Number]) -> list[Number]:
    """The numbers that may be money; bids, percents and pieces become words (`0 bids`) after the one before them."""
    money: list[Number] = []
    for number in found:
        bracketed = number.before.rstrip().endswith("(") and number.after.lstrip().startswith(")")
        if number.signs or not (bracketed or words.COUNTED.match(number.after)):
            money.append(number)
        elif money:
            money[-1] = replace(money[-1], after=f"{money[-1].after}0{number.after}")
    return money


def _role(number: Number, *, first: bool, last: bool) -> Role | None:
    """What a number is when it is not the price; None for what may be the price."""
    for role, leads, follows in words.ROLES:
        if leads.search(number.before) and (first or role is not Role.LIMIT):  # `50 bis 60` is a range
            return role
        # In `1.299 € Versand 6,99 €` the word between two numbers leads to the second.
        if follows.match(number.after) and (last or not leads.search(number.after)):
            return role
    return None


def _kept(found: Sequence[Number], roles: Sequence[Role | None]) -> list[Number]:
    """The numbers without a role; a `0` in the words after one stands for a neighbour left out."""
    following = [*roles, None][1:]
    return [
        replace(number, after=number.after + "0") if left_out else number
        for number, role, left_out in zip(found, roles, following, strict=True)
        if role is None
    ]


def _alone(found: Sequence[Number], roles: Sequence[Role | None]) -> list[Number]:
    """The only price there is, called the regular one; else the only amount of a text on shipping."""
    if Role.OLD not in roles:
        return list(found) if len(found) == 1 else []
    regular = [number for number in found if words.is_regular(number.before)]
    return regular[:1] if len({number.digits for number in regular}) == 1 else []


def _contradicts(number: Number, role: Role | None, price: _Candidate, default: str) -> bool:
    """Whether a number left out shows that it was the price: an old one below it, shipping or a saving above it."""
    if role not in (Role.OLD, Role.EXTRA, Role.SAVING):
        return False
    other = _candidate(number, default)
    if other is None or other.money.currency != price.money.currency:
        return False
    old = role is Role.OLD
    return other.money.amount < price.money.amount if old else other.money.amount > price.money.amount


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """The candidate that is the price, the flags that choosing it sets, and those it denies."""

    candidate: _Candidate
    flags: frozenset[Flag] = frozenset()
    denied: frozenset[Flag] = frozenset()


def _choose(kept: Sequence[Number], default: str) -> _Choice | Reason:
    """The number that is the price; AMBIGUOUS where the text does not decide."""
    if len(kept) == 2 and words.RANGE.fullmatch(kept[0].after):
        return _range(kept[0], kept[1], default)
    candidates = [_candidate(number, default) for number in kept]
    known = [candidate for candidate in candidates if candidate is not None]
    if len(known) < len(kept):
        return Reason.AMBIGUOUS
    amounts = {candidate.money.amount for candidate in known}
    signed = [candidate for candidate in known if candidate.number.signs]
    if 0 < len(signed) < len(known) and (len(amounts) > 1 or amounts <= _LIKE_CENTS):
        return Reason.AMBIGUOUS
    if len(amounts) == 1:
        return _Choice(candidate=(signed or known)[0])
    return _of_two(known[0], known[1], default) if len(known) == 2 else Reason.AMBIGUOUS


def _candidate(number: Number, default: str, *, unit: str = "") -> _Candidate | None:
    """What a number is worth as a price; None when its digits cannot be read."""
    unit = number.unit or unit
    currency = currency_of(number.signs or number.strays, default=default)
    if unit == "w" and not currency and number.signs:
        currency = currency_of((*number.signs, "rmb"), default=default)  # ¥2.4w: nobody else counts in w
    amount = (
        read_scaled(number.digits, unit, number.tail, currency=currency)
        if unit
        else read_number(number.digits, currency=currency)
    )
    return None if amount is None else _Candidate(number=number, money=Money(amount=amount, currency=currency))


def _range(first: Number, second: Number, default: str) -> _Choice | Reason:
    """The lower end of `100-200 €` or `2-3k`: signs and unit of one end serve both."""
    shared = first.signs or second.signs
    high = _candidate(replace(second, signs=second.signs or shared), default)
    low = _candidate(replace(first, signs=first.signs or shared), default)
    if low and high and second.unit and low.money.amount * UNITS[second.unit] <= high.money.amount:
        low = _candidate(replace(first, signs=first.signs or shared, unit=second.unit), default)
    if not low or not high or low.money.currency != high.money.currency or low.money.amount > high.money.amount:
        return Reason.AMBIGUOUS
    tail = replace(low.number, after=second.after)
    flags = frozenset({Flag.RANGE}) if low.money != high.money else frozenset()
    return _Choice(candidate=replace(low, number=tail), flags=flags)


_LIKE_CENTS = frozenset(map(Decimal, range(100)))  # in `$99 99` the second number may be the cents of the first
_DEEPEST_CUT = Decimal("0.4")
_TAX_PERCENTS = "5 7.7 8 8.1 10 12 13 15 16 17 18 19 20 21 22 23 24 25 25.5 27"
_TAXED = tuple(1 + Decimal(percent) / 100 for percent in _TAX_PERCENTS.split())


def _of_two(first: _Candidate, second: _Candidate, default: str) -> _Choice | Reason:
    """Which of two different amounts is asked today."""
    if first.money.currency != second.money.currency:
        return _of_two_currencies(first, second, default)
    low, high = sorted((first, second), key=lambda candidate: candidate.money.amount)
    ratio = high.money.amount / low.money.amount if low.money.amount else Decimal(0)
    around = f"{first.number.before} {first.number.after} {second.number.after}"
    if words.names_tax(around) and any(abs(ratio - taxed) < Decimal("0.001") for taxed in _TAXED):
        return _Choice(candidate=high, denied=frozenset({Flag.EX_VAT}))
    if words.OLD_THEN_NEW.fullmatch(first.number.after) and low.money.amount >= high.money.amount * _DEEPEST_CUT:
        return _Choice(candidate=low, flags=frozenset({Flag.WAS}))
    return Reason.AMBIGUOUS


def _of_two_currencies(first: _Candidate, second: _Candidate, default: str) -> _Choice | Reason:
    if words.CONVERTED.search(second.number.before):
        return _Choice(candidate=replace(first, number=replace(first.number, after="")))
    native = [candidate for candidate in (first, second) if candidate.money.currency == default]
    return _Choice(candidate=native[0]) if len(native) == 1 else Reason.AMBIGUOUS


_MOST = Decimal(10_000_000)
_MOST_SMALL = Decimal(100_000_000_000)
_TYPED = re.compile(r"(\d)\1{5,}|12345(?:6(?:7(?:89?)?)?)?")
_LEAST_TYPED = 12_345


def _disbelief(money: Money) -> Reason | None:
    """Why an amount cannot be a price: nothing, more than a rack of GPUs costs, or the keys of a bored hand."""
    if money.amount <= 0:
        return Reason.ZERO
    small = money.currency in SMALL or not money.currency
    if money.amount >= (_MOST_SMALL if small else _MOST):
        return Reason.ABSURD
    if small or money.amount < _LEAST_TYPED:
        return None
    return Reason.PLACEHOLDER if _TYPED.fullmatch(f"{money.amount.normalize():f}") else None
