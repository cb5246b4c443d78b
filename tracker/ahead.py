"""Understanding listings as their pages come: between pages there is time, after the last one somebody waits."""

from collections.abc import Iterable
from contextlib import suppress

from db.rows import digest_of
from tracker.core.health import Facts, facts_of
from tracker.core.models import Offer, RawListing, Rejected
from tracker.core.offers import Identify, understand


class Ahead:
    """What the listings of one visit offer, each worked out once and early."""

    def __init__(self, identify: Identify) -> None:
        self.identify = identify
        self._known: dict[int, tuple[RawListing, Offer | Rejected]] = {}
        self._digests: dict[int, int] = {}
        self._facts: dict[int, Facts] = {}

    def read(self, listings: Iterable[RawListing]) -> None:
        """Understand the listings of a page while there is time."""
        for raw in listings:
            with suppress(Exception):  # it comes again when the visit is kept, and is written down there
                outcome = self.outcome(raw)
                self.digest(outcome)
                self.facts(outcome)

    def outcome(self, raw: RawListing) -> Offer | Rejected:
        """What a listing offers, or why it cannot be used."""
        _, known = self._known.get(id(raw), (None, None))
        if known is None:
            known = understand(raw, identify=self.identify)
            self._known[id(raw)] = raw, known  # which holds on to it, so that no other takes its number
        return known

    def digest(self, outcome: Offer | Rejected) -> int:
        """The digest of an outcome, by which a change of it is told."""
        digest = self._digests.get(id(outcome))
        if digest is None:
            digest = self._digests[id(outcome)] = digest_of(outcome)
        return digest

    def facts(self, outcome: Offer | Rejected) -> Facts:
        """What a visit says of a listing, to be held against what was believed of it."""
        facts = self._facts.get(id(outcome))
        if facts is None:
            facts = self._facts[id(outcome)] = facts_of(outcome)
        return facts
