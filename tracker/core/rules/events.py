"""What happened on the market, and why it is worth saying: changes, and the reasons that rules find in them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tracker.core.market import Baseline, Refusal
from tracker.core.models import Priced
from tracker.core.risk import Sign


class Event(StrEnum):
    """What happened to a listing between two visits; `ending` is an auction whose time has come."""

    NEW = "new"
    PRICE = "price"
    BACK = "back"
    ENDING = "ending"


class Rule(StrEnum):
    """What a watch can ask about WHEN to speak: each is one setting of its table."""

    BELOW = "below"
    UNDER_MARKET = "under_market"
    DROP = "drop"
    LOWEST = "lowest"
    NEW = "new"
    BACK = "back"
    AUCTION_ENDS = "auction_ends"
    ANY_CHANGE = "any_change"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an offer is told: the rule that fired, its value and its threshold in `unit`, and one sentence with both.

    `past` is the price it was held against, in `past_unit` (a currency), as of `past_at`; None for rules that look at
    today alone. `doubt` says why the number itself is not to be trusted yet; "" for no doubt.
    """

    rule: Rule
    said: str
    value: Decimal | None = None
    threshold: Decimal | None = None
    unit: str = ""
    past: Decimal | None = None
    past_unit: str = ""
    past_at: datetime | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One offer that is new, back, or at another price; `was_usd` is its unit price before, None where it had none.

    `unverified` says that its site could not be asked about it, where other offers of that site are; `review` what else
    its source shows that is not believed, "" where all is. `relists` is the number of the listing that this one stands
    in for, `noticed_at` when that happened, if not when the offer was seen. `reasons`, `worth` and `signs` are what an
    alert adds: why it is told, what the card is worth (None: nobody asked), and what speaks against it.
    """

    event: Event
    offer: Priced
    was_usd: Decimal | None = None
    unverified: bool = False
    review: str = ""
    relists: int | None = None
    noticed_at: datetime | None = None
    reasons: tuple[Reason, ...] = ()
    worth: Baseline | Refusal | None = None
    signs: tuple[Sign, ...] = ()

    @property
    def at(self) -> datetime:
        """When it happened, as far as we know."""
        return self.noticed_at or self.offer.last_seen_at

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why this is not to be trusted yet, in sentences; empty for what is."""
        asked = ("the site could not be asked about it",) if self.unverified else ()
        under = (f"source under review: {self.review}",) if self.review else ()
        return (*asked, *under, *dict.fromkeys(reason.doubt for reason in self.reasons if reason.doubt))
