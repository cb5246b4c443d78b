"""When a change on the market is worth saying: watches, changes, alerts, and the function between them.

events    what happened, and the reasons rules find in it      watch     what the user asks
evaluate  changes × watches → alerts
"""

from tracker.core.rules.evaluate import Alert, AlertKind, Told, evaluate, key_of, summarise
from tracker.core.rules.events import Change, Event, Reason, Rule
from tracker.core.rules.watch import EVER, Risk, Scope, Watch

__all__ = [
    "EVER",
    "Alert",
    "AlertKind",
    "Change",
    "Event",
    "Reason",
    "Risk",
    "Rule",
    "Scope",
    "Told",
    "Watch",
    "evaluate",
    "key_of",
    "summarise",
]
