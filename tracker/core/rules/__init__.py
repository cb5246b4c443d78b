"""When a change on the market is worth saying: watches, changes, alerts, and the function between them.

events    what happened, and the reasons rules find in it      watch   what the user asks
when      the rules one by one                                 past    what they hold a price against
told      what was said, and whether to say it again           index   which watches may want an offer
evaluate  changes × watches → alerts
"""

from tracker.core.rules.evaluate import Alert, AlertKind, Answer, answers, evaluate, indexed, key_of, summarise, told_by
from tracker.core.rules.events import Change, Event, Reason, Rule
from tracker.core.rules.index import Index
from tracker.core.rules.past import Low, Past, Point, Stood
from tracker.core.rules.told import AllTold, Told
from tracker.core.rules.watch import AGAIN, EVER, FLICKER, REARM, Risk, Scope, Watch

__all__ = [
    "AGAIN",
    "EVER",
    "FLICKER",
    "REARM",
    "Alert",
    "AlertKind",
    "AllTold",
    "Answer",
    "Change",
    "Event",
    "Index",
    "Low",
    "Past",
    "Point",
    "Reason",
    "Risk",
    "Rule",
    "Scope",
    "Stood",
    "Told",
    "Watch",
    "answers",
    "evaluate",
    "indexed",
    "key_of",
    "summarise",
    "told_by",
]
