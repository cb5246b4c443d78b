"""What was told already, and whether to tell it again: one event speaks once, flicker never."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tracker.core.rules.events import Rule
from tracker.core.rules.watch import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """When a watch last spoke of a listing by a rule, and at which unit price in USD (None: no rate is known).

    `fitted_at` is when the listing last answered the rule, told or not.
    """

    at: datetime
    fitted_at: datetime
    unit_usd: Decimal | None = None


AllTold = Mapping[tuple[str, int, Rule], Told]
"""What was told, by watch name, listing number and rule."""


def is_news(rule: Rule, watch: Watch, unit_usd: Decimal | None, last: Told | None, *, now: datetime) -> bool:
    """Whether a rule that fires has something to say beside what it said last.

    It has at first, after a further fall of `again`, and when the listing had not answered it for `rearm`. An auction
    ends once; a change of the price has been measured against what was told last already.
    """
    if last is None or rule is Rule.ANY_CHANGE:
        return True
    if rule is Rule.AUCTION_ENDS:
        return False
    fell = unit_usd is not None and last.unit_usd is not None and unit_usd <= last.unit_usd * (1 - watch.again)
    return fell or now - last.fitted_at >= watch.rearm
