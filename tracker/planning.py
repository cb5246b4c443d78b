"""Plans from what is on offer now: what the command line asks for, read, searched and shaped as rows."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db import queries
from tracker.core.errors import ConfigError
from tracker.core.gpus import Catalogue
from tracker.core.llm import need
from tracker.core.models import Gpu, Kind, Priced
from tracker.core.plan import MOST_CARDS, Goal, Pick, Plan, admits, plans
from tracker.core.rig import Load
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.market import WorthsOf, judged
from tracker.output import near

Row = Mapping[str, Any]

MIXES = 100
"""How many plans are looked for where cards may be mixed: the whole front of mixes is too large to read."""

SPELLED_OUT = 3
"""Listings left out that are named one by one."""

ANYTHING = Wanted(sort=Sort.ALL)
"""Cards and machines alike."""

_OWN = re.compile(r"(?:(?P<count>\d{1,2})\s*[x×*]\s*)?(?P<name>[a-z0-9][a-z0-9.-]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The plans that were found, cheapest first, and what the reader should know of the search."""

    plans: tuple[Plan, ...]
    notes: tuple[str, ...]


def planned(
    conn: Connection,
    goal: Goal,
    *,
    wanted: Wanted = ANYTHING,
    leave_out: Collection[int] = (),
    top: int | None = None,
    catalogue: Catalogue,
) -> Planned:
    """The `top` cheapest ways to a goal from the wanted offers, but for listings that are to be left out."""

    def stock(asked: Goal) -> list[Priced]:
        welcome = wanted if asked.modded else replace(wanted, modded=Modded.NO)
        return queries.stock(conn, most=asked.max_cards, wanted=welcome, leave_out=leave_out, catalogue=catalogue)

    offers = stock(goal)
    found = plans(offers, goal, top=top)
    notes = [*_unknown(offers, goal)]
    if not found:
        wide = replace(goal, max_cards=max(goal.max_cards, MOST_CARDS))
        notes += _why_none(stock(wide), stock(replace(wide, modded=True)), goal)
    return Planned(plans=tuple(found), notes=tuple(notes))


def believed(
    conn: Connection,
    goal: Goal,
    *,
    top: int | None = None,
    country: str = "",
    now: datetime,
    catalogue: Catalogue,
    worths_of: WorthsOf | None = None,
) -> Planned:
    """The plans without listings that are too cheap to be believed by the market of a buyer in `country`.

    Only what a plan would buy is judged, and what falls out is replaced, until everything bought is believed.
    """
    doubted: dict[int, str] = {}
    while True:
        answer = planned(conn, goal, leave_out=doubted, top=top, catalogue=catalogue)
        bought = {pick.listing.listing_id: pick.listing for plan in answer.plans for pick in plan.picks if pick.listing}
        judgements = judged(conn, bought.values(), country=country, now=now, worths_of=worths_of)
        worse = {
            listing_id: sign.said
            for listing_id, (_, signs) in judgements.items()
            for sign in signs
            if sign.name == "too_cheap"
        }
        if not worse:
            return replace(answer, notes=(*answer.notes, *_too_cheap(doubted)))
        doubted |= worse


def owned(text: str, catalogue: Catalogue) -> tuple[Gpu, int]:
    """A card at hand and how many, from `2xrtx-3090`, `rtx-3090` or `1 x v100-sxm2-32gb`.

    Raises ConfigError where the text names no card, a family whose memory is open, or a machine.
    """
    said = _OWN.fullmatch(text.strip())
    if said is None or said["count"] == "0":
        raise ConfigError(f"cannot read {text!r}: give a number and a card, such as 2xrtx-3090")
    name, count = said["name"].lower(), int(said["count"] or 1)
    gpu = catalogue.by_id.get(name)
    if gpu is None:
        variants = catalogue.variants(name)
        if not variants:
            raise ConfigError(f"no card {name!r}{near(name, [*catalogue.by_id, *catalogue.by_family])}")
        official = [one for one in variants if one.status == "official"]
        if len(official) != 1:
            raise ConfigError(f"{name!r} may be {', '.join(one.id for one in variants)}: name one of them")
        gpu = official[0]
    if gpu.kind != Kind.CARD:
        raise ConfigError(f"{gpu.id} is a machine: it cannot be joined to cards")
    return gpu, count


def load_of(model: str) -> Load:
    """The model a plan is to run, from `70b-q4` or `70b-q4@32k`; raises ConfigError for one nobody has figures for."""
    wants = need(model)
    return Load(model_gb=wants.model_gb, read_gb=wants.read_gb, kv_gb=wants.kv_gb)


def shortlist(found: Sequence[Plan]) -> list[Plan]:
    """The cheapest plan of each make-up, in the order they come: what a person compares."""
    first: dict[tuple[str, ...], Plan] = {}
    for plan in found:
        first.setdefault(plan.make_up, plan)
    return list(first.values())


# --- what the reader should know ----------------------------------------------------------------------------------


def _too_cheap(doubted: Mapping[int, str]) -> Iterator[str]:
    """Name the listings that nobody believes."""
    yield from (f"listing {number} is left out: {said}" for number, said in sorted(doubted.items())[:SPELLED_OUT])
    if len(doubted) > SPELLED_OUT:
        yield f"{len(doubted) - SPELLED_OUT} more listings are left out as too cheap to be believed"


def _unknown(offers: Sequence[Priced], goal: Goal) -> Iterator[str]:
    """Name the cards on offer that are left out because a fact about them is unknown."""
    on_offer = {offer.spec.id: offer.spec for offer in offers if offer.spec}.values()
    limits = {
        "power": (goal.watts, "tdp_w"),
        "size in slots": (goal.slots, "slots"),
        "bf16": (goal.bf16 or None, "bf16"),
    }
    for name, (limit, fact) in limits.items():
        left_out = [
            gpu.id for gpu in on_offer if limit is not None and not admits(gpu, goal) and getattr(gpu, fact) is None
        ]
        if left_out:
            more = f" and {len(left_out) - 5} more" if len(left_out) > 5 else ""
            yield f"left out, their {name} being unknown: {', '.join(sorted(left_out)[:5])}{more}"


def _why_none(offers: Sequence[Priced], with_modded: Sequence[Priced], goal: Goal) -> Iterator[str]:
    """Say which one limit would have to go for a plan to be found."""
    yield f"no way to {goal.vram_gb:g} GB from what is on offer within these limits"
    eased = {
        "without a budget": (offers, replace(goal, budget_usd=None)),
        "without a limit on watts": (offers, replace(goal, watts=None)),
        "without a limit on slots": (offers, replace(goal, slots=None)),
        "without bf16": (offers, replace(goal, bf16=False)),
        "with modded cards": (with_modded, replace(goal, modded=True)),
        "with two families mixed": (offers, replace(goal, mixed=True)),
        f"with {MOST_CARDS} cards": (offers, replace(goal, max_cards=max(goal.max_cards, MOST_CARDS))),
    }
    for how, (on_offer, easier) in eased.items():
        if easier != goal and (found := plans(on_offer, easier, top=1)):
            yield f"{how} the cheapest is {found[0].price_usd:,.2f} USD: {_what(found[0].picks)}"


# --- rows ---------------------------------------------------------------------------------------------------------


def flat_plan(plan: Plan) -> dict[str, Any]:
    """One plan as a flat row: money in USD, unknown as null, what to buy as text and as numbers of listings."""
    rig = plan.rig
    return {
        "price_usd": float(plan.price_usd),
        "what": _what(plan.picks),
        "kind": plan.picks[0].gpu.kind,
        "cards": rig.cards,
        "vram_gb": rig.vram_gb,
        "per_card_gb": min(rig.per_card_gb),
        "usable_gb": _rounded(rig.usable_gb),
        "bandwidth_gb_s": _rounded(rig.bandwidth_gb_s),
        "watts_idle": rig.watts_idle,
        "watts_busy": rig.watts_busy,
        "slots": rig.slots,
        "usd_per_gb": _rounded(float(plan.usd_per_gb), 2),
        "fits": rig.fits,
        "bound_tok_s": _rounded(rig.bound_tok_s),
        "split_tok_s": _rounded(rig.split_tok_s),
        "expected_tok_s": _rounded(rig.expected_tok_s),
        "expected_from": rig.expected_from,
        "rent_hours": _rounded(None if plan.rent_hours is None else float(plan.rent_hours), 0),
        "caveats": "; ".join(plan.caveats),
        "listings": " ".join(str(pick.listing.listing_id) for pick in plan.picks if pick.listing),
        "links": " ".join(pick.listing.url for pick in plan.picks if pick.listing),
    }


def plan_columns(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Flat plans as the columns people read, numbered from 1; speed and rent where they were asked for."""
    timed = any(row["fits"] is not None for row in rows)
    rented = any(row["rent_hours"] is not None for row in rows)
    return [
        {
            "plan": str(number),
            "USD": f"{row['price_usd']:,.2f}",
            "what": row["what"],
            "GB": f"{row['vram_gb']:g}",
            "usable": _said(row["usable_gb"]),
            "USD/GB": f"{row['usd_per_gb']:,.2f}",
            "GB/s": _said(row["bandwidth_gb_s"], "{:,.0f}"),
            "W idle / busy": f"{_said(row['watts_idle'])} / {_said(row['watts_busy'])}",
            "slots": _said(row["slots"]),
            **(_speeds(row) if timed else {}),
            **({"h to beat rent": _said(row["rent_hours"], "{:,.0f}")} if rented else {}),
        }
        for number, row in enumerate(rows, start=1)
    ]


def caveat_lines(rows: Sequence[Row]) -> Iterator[str]:
    """What to know of each plan, in a line: too long for a column."""
    for number, row in enumerate(rows, start=1):
        if row["caveats"]:
            yield f"plan {number}: {row['caveats']}"


def _speeds(row: Row) -> dict[str, str]:
    names = {"tok/s": "expected_tok_s", "by layers": "split_tok_s", "bound": "bound_tok_s"}
    return {name: _said(row[column]) for name, column in names.items()}


def purchases(found: Sequence[Plan]) -> list[dict[str, Any]]:
    """What to buy for each plan, numbered from 1: one row for each listing, and for cards at hand."""
    return [
        {
            "plan": number,
            "cards": pick.count,
            "variant": pick.gpu.id,
            "usd": float(pick.usd),
            "condition": pick.listing.condition if pick.listing else "at hand",
            "listing_id": pick.listing.listing_id if pick.listing else None,
            "country": pick.listing.country if pick.listing else "",
            "title": " ".join(pick.listing.title.split()) if pick.listing else "",
            "link": pick.listing.url if pick.listing else "",
        }
        for number, plan in enumerate(found, start=1)
        for pick in plan.picks
    ]


def _what(picks: Sequence[Pick]) -> str:
    """`4 × rtx-3090-24gb`, with how many of them are at hand."""
    counted, own = Counter[str](), Counter[str]()
    for pick in picks:
        counted[pick.gpu.id] += pick.count
        own[pick.gpu.id] += 0 if pick.listing else pick.count
    return " + ".join(
        f"{count} × {name}" + (f" ({own[name]} at hand)" if own[name] else "") for name, count in counted.items()
    )


def _rounded(amount: float | None, places: int = 1) -> float | None:
    return None if amount is None else round(amount, places)


def _said(amount: float | None, form: str = "{:g}") -> str:
    return "?" if amount is None else form.format(amount)
