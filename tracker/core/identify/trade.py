"""Trading forums write what they have and what they want into one title: "[H] RTX 3090 [W] PayPal"."""

from tracker.core.identify import roles
from tracker.core.identify.reading import Reading

_HARDWARE = (
    roles.MODEL
    | roles.NOUN
    | roles.CPU
    | roles.BOARD
    | roles.PSU
    | roles.RAM
    | roles.MONITOR
    | roles.SYSTEM
    | roles.LAPTOP
    | roles.SERIES
)


def offered(reading: Reading) -> Reading | None:
    """What is offered for money; None when somebody buys or only swaps."""
    have = _section(reading, roles.HAVE, roles.WANT)
    want = _section(reading, roles.WANT, roles.HAVE)
    if have is None or not have.roles & _HARDWARE:
        return None
    if want is not None and _is_swap(have, want):
        return None
    return have


def _section(reading: Reading, opens: int, closes: int) -> Reading | None:
    start = next(iter(reading.places(opens)), None)
    if start is None:
        return None
    end = next((place for place in reading.places(closes) if place > start), len(reading.terms))
    return reading.part(start + 1, end)


def _is_swap(have: Reading, want: Reading) -> bool:
    """Whether a card is wanted rather than money: money is missing, offered on top, or named after the card."""
    if not want.roles & roles.MONEY:
        return want.roles & _HARDWARE != 0 or have.roles & roles.MONEY != 0
    return bool(want.models) and want.models[0] < want.places(roles.MONEY)[0]
