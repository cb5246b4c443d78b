"""What the user may say of a listing, and what follows from it."""

from enum import StrEnum


class MarkKind(StrEnum):
    """The user's word on one listing.

    `dismiss`: no more of it in alerts and reports. `wrong`: read as what it is not, out of baselines too. `bought`:
    out of alerts and reports, its price counts as a sale. `scam`: out of everything, its seller's others are flagged.
    """

    DISMISS = "dismiss"
    WRONG = "wrong"
    BOUGHT = "bought"
    SCAM = "scam"


FIRM = (MarkKind.WRONG.value, MarkKind.BOUGHT.value, MarkKind.SCAM.value)
"""Marks that say more than that the seller is blocked."""

MEANS = {
    MarkKind.DISMISS: "it leaves alerts and reports",
    MarkKind.WRONG: "it leaves alerts, reports and baselines; `tracker mark --export` has it",
    MarkKind.BOUGHT: "it leaves alerts and reports; its price counts as a sale",
    MarkKind.SCAM: "it leaves everything; what else its seller offers is flagged",
}
"""What follows from a mark, in words."""
