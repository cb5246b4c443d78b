"""What a report or a watch asks for: one filter over specs and listings, shared by both."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from tracker.core.models import Condition, Gpu, Kind, Priced

if TYPE_CHECKING:
    from tracker.core.gpus import Catalogue


class Modded(StrEnum):
    """Whether cards with changed memory are welcome."""

    YES = "yes"
    NO = "no"
    ONLY = "only"


class Sort(StrEnum):
    """Cards, machines whose GPU memory is their product, or both."""

    CARD = "card"
    UNIFIED = "unified"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A filter: globs over family or variant ids, facts of the spec, and facts of the listing; empty means any.

    `min_vram_gb` is GB per card, `max_watts` W per board, `max_outlay_usd` the landed price of the whole listing.
    `says` are words of which the listing must hold one, in its title or in anything else its site prints (description,
    place, pickup); `without` are words a title must not hold; `aside` brings back what the user marked or whose seller
    is blocked. A fact that is unknown answers no question about it.
    """

    gpus: tuple[str, ...] = ("*",)
    sort: Sort = Sort.CARD
    modded: Modded = Modded.YES
    min_vram_gb: float | None = None
    max_watts: int | None = None
    bf16: bool = False
    fp8: bool = False
    nvlink: bool = False
    conditions: tuple[Condition, ...] = ()
    sites: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    min_feedback_percent: float | None = None
    min_feedback_count: int | None = None
    max_outlay_usd: Decimal | None = None
    says: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    seen_since: datetime | None = None
    aside: bool = False

    def admits(self, gpu: Gpu) -> bool:
        """Whether a variant is what is asked for, as far as its spec says."""
        return (
            self._named(gpu.id, gpu.family)
            and self.sort in (Sort.ALL, gpu.kind)
            and (self.modded is Modded.YES or (self.modded is Modded.ONLY) == (gpu.status != "official"))
            and (self.min_vram_gb is None or (gpu.vram_gb or 0) >= self.min_vram_gb)
            and (self.max_watts is None or (gpu.tdp_w is not None and gpu.tdp_w <= self.max_watts))
            and all(getattr(gpu, fact) for fact in ("bf16", "fp8", "nvlink") if getattr(self, fact))
        )

    def admits_undecided(self) -> bool:
        """Whether an offer may still be wanted while its memory is undecided: only where no spec is asked about."""
        asked = (self.min_vram_gb, self.max_watts, self.bf16 or None, self.fp8 or None, self.nvlink or None)
        return all(fact is None for fact in asked) and self.modded is not Modded.ONLY

    def wants(self, offer: Priced) -> bool:
        """Whether an offer is what is asked for, its age left to the caller who knows the time."""
        return self.admits_card(offer) and (not self.sites or offer.site in self.sites) and self.suits(offer)

    def admits_card(self, offer: Priced) -> bool:
        """Whether an offer is of a card that is asked for, decided or not."""
        return self.admits(offer.spec) if offer.spec else self._wants_undecided(offer)

    def suits(self, offer: Priced) -> bool:
        """Whether everything beside the card and the site is as asked for."""
        return (
            (not self.conditions or offer.condition in self.conditions)
            and (not self.sources or offer.source in self.sources)
            and (not self.countries or offer.country in self.countries)
            and _at_least(offer.feedback_percent, self.min_feedback_percent)
            and _at_least(offer.feedback_count, self.min_feedback_count)
            and (self.max_outlay_usd is None or _at_most(offer.landed_usd, self.max_outlay_usd))
            and not any(word.lower() in offer.title.lower() for word in self.without)
            and (not self.says or _holds(f"{offer.title} {offer.printed}", self.says))
            and (self.modded is not Modded.NO or not offer.modded)
        )

    def _wants_undecided(self, offer: Priced) -> bool:
        kind = Sort.UNIFIED if offer.kind == Kind.UNIFIED else Sort.CARD
        return self.admits_undecided() and self.sort in (Sort.ALL, kind) and self._named(offer.gpu)

    def _named(self, *names: str) -> bool:
        return any(fnmatchcase(name, glob) for glob in self.gpus for name in names)

    def variants(self, catalogue: "Catalogue") -> list[Gpu]:
        """The variants that are asked for."""
        return [gpu for gpu in catalogue if self.admits(gpu)]

    def families(self, catalogue: "Catalogue") -> Sequence[str] | None:
        """The families an undecided offer may belong to: None for any, empty for none."""
        if not self.admits_undecided():
            return ()
        return None if self.gpus == ("*",) else [family for family in catalogue.by_family if self._named(family)]


def _at_least(number: float | None, least: float | None) -> bool:
    return least is None or (number is not None and number >= least)


def _at_most(amount: Decimal | None, most: Decimal) -> bool:
    return amount is not None and amount <= most


def _holds(text: str, words: Sequence[str]) -> bool:
    """Whether a text holds one of some words, each as a word by itself."""
    lower = text.lower()
    return any(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", lower) for word in words)
