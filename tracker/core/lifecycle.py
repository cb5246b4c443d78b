"""How a listing ends, and when its last price may be taken for a sale."""

from datetime import datetime, timedelta
from enum import StrEnum


class End(StrEnum):
    """How we know that a listing cannot be bought any more.

    The site says so; two complete walks in a row did not show it; the site, asked for the item itself, has it no more;
    or nobody has shown it for so long that it is given up.
    """

    SAID = "said"
    MISSED = "missed"
    PROBED = "probed"
    AGED = "aged"


QUICK = timedelta(days=14)
"""What vanishes so soon after it was listed was sold, as a rule: sellers give up, and sites expire listings, later."""


def is_sale(how: str, *, since: datetime, until: datetime | None) -> bool:
    """Whether what a listing asked last may be taken for what somebody paid.

    `since` is when it was listed, `until` when it ended; None for what is listed still and sold out.
    """
    if until is None or how in (End.SAID, End.PROBED):
        return True
    return how != End.AGED and until - since <= QUICK
