"""Whether an offer rests on what was seen lately, by a source that is believed."""

from collections.abc import Collection
from datetime import datetime, timedelta

FRESH = timedelta(days=3)
"""An offer nobody has shown for this long may be sold: longer than any usual rhythm with a missed visit or two."""

IN_ORDER = frozenset({"ok", "empty", "new"})
"""States of a source that is believed: the healthy outcomes of a visit, and what it is before the first has ended.

Spelled out here, because what judges visits takes longer to import than a report by GPU takes in all.
"""


def stale(seen_at: datetime | None, states: Collection[str], *, now: datetime) -> str:
    """Why an offer may not be true any more; "" for one that a source in order has shown lately.

    `states` are those of the sources that show it; one in order is enough.
    """
    if seen_at is None or not states:
        return "no source shows it any more"
    if now - seen_at > FRESH:
        return f"not seen for {(now - seen_at).days} days"
    if IN_ORDER.isdisjoint(states):
        return f"source {', '.join(sorted(set(states)))}"
    return ""
