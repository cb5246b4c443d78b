"""The planner: a goal in memory becomes the cheapest sets of real listings, none of which beats another in all."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Annotated, Any

from pydantic import Field

from db.engine import reading
from tracker.core.plan import MOST_CARDS, Goal
from tracker.planning import MIXES, believed, flat_plan, load_of, owned, purchases, shortlist
from tracker.web.asked import Amount, Asked, Choices, Word
from tracker.web.problems import Busy
from tracker.web.site import Site

Value = dict[str, Any]

AT_ONCE = BoundedSemaphore(2)
"""Plans that are searched at once: a search may take a second of a processor."""


PATIENCE_S = 10.0
"""How long a reader waits for a turn."""


class Wish(Asked):
    """What `tracker plan` asks; without a memory goal nothing is searched."""

    vram: Annotated[float | None, Field(ge=1, le=10_000, description="memory to reach, in GB, over all cards")] = None
    budget: Annotated[Amount | None, Field(description="most to spend, in USD")] = None
    watts: Annotated[int | None, Field(ge=1, le=100_000, description="most board power of all cards, in W")] = None
    slots: Annotated[float | None, Field(ge=1, le=100, description="case slots there are")] = None
    bf16: Annotated[bool, Field(description="only cards with bf16")] = False
    max_cards: Annotated[int, Field(ge=1, le=MOST_CARDS, description="most cards")] = MOST_CARDS
    own: Annotated[Choices, Field(description="cards at hand, such as 2xrtx-3090")]
    modded: Annotated[bool, Field(description="whether cards with changed memory are welcome")] = True
    mixed: Annotated[bool, Field(description="different cards may be mixed")] = False
    model: Annotated[Word, Field(description="the model to run, such as 70b-q4, for its speed")] = ""
    rent: Annotated[Amount | None, Field(description="what renting it costs per hour, in USD")] = None
    top: Annotated[int, Field(ge=1, le=50, description="how many plans")] = 12


@contextmanager
def in_turn() -> Iterator[None]:
    """Wait for a turn to search; raises Busy when it does not come."""
    if not AT_ONCE.acquire(timeout=PATIENCE_S):
        raise Busy("others are planning: try again in a moment")
    try:
        yield
    finally:
        AT_ONCE.release()


def plan_page(site: Site, wish: Wish) -> Value:
    """The plans for a wish, what to buy for each, and what to know of the search; raises ConfigError."""
    if wish.vram is None:
        return {"asked": wish.asked, "plans": [], "purchases": [], "notes": []}
    tracker = site.tracker
    goal = Goal(
        vram_gb=wish.vram,
        budget_usd=wish.budget,
        watts=wish.watts,
        slots=wish.slots,
        bf16=wish.bf16,
        max_cards=wish.max_cards,
        own=tuple(owned(text, tracker.catalogue) for text in wish.own),
        modded=wish.modded,
        mixed=wish.mixed,
        load=load_of(wish.model) if wish.model else None,
        rent_usd_per_hour=wish.rent,
        usd_per_kwh=tracker.use.usd_per_kwh,
    )
    with in_turn(), reading(tracker.engine) as conn:
        answer = believed(
            conn,
            goal,
            top=MIXES if wish.mixed else None,
            country=tracker.costs.country,
            now=site.now(),
            catalogue=tracker.catalogue,
            worths_of=site.worths.of,
        )
    best = shortlist(answer.plans)[: wish.top]
    return {
        "asked": wish.asked,
        "plans": [{"plan": place, **flat_plan(one)} for place, one in enumerate(best, start=1)],
        "purchases": purchases(best),
        "notes": list(answer.notes),
    }
