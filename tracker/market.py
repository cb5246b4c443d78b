"""What cards are worth on the market we watch: baselines with their comparables, risks, and whether to wait."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from db import market_queries
from db.references import references
from tracker.core.gpus import Catalogue, match
from tracker.core.lifecycle import is_sale
from tracker.core.market import (
    CLASS_OF,
    MEMORY,
    Baseline,
    Comparable,
    Reference,
    Refusal,
    baseline,
    ratio,
    region_of,
    too_cheap,
)
from tracker.core.models import Condition, ConditionClass, Priced
from tracker.core.risk import Sign, signs
from tracker.core.waiting import Chance, Stretch, Trend, advice, chance, trend

Row = Mapping[str, Any]

Judged = tuple[Baseline | Refusal, tuple[Sign, ...]]
"""What an offer's like is worth, and what speaks against the offer."""

SHOPS = frozenset({"shopify", "woocommerce", "jsonld"})
"""Sites whose listings without a seller are all of the shop they stand in."""

REFERENCE_SPAN = timedelta(days=30)
"""How much of a series, up to its last day, makes one reference price."""

READ_CLOSELY = 50
"""Standing offers, from the cheapest, whose descriptions are searched for risks."""

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One listing beside its baseline: what it asks, how that compares (None without a baseline), and its risks."""

    row: Row
    ratio: Decimal | None
    signs: tuple[Sign, ...]

    @property
    def too_cheap(self) -> bool:
        """Whether it takes no part in the baseline because nobody believes it."""
        return any(sign.name == "too_cheap" for sign in self.signs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """One variant in one class of conditions: its worth, what it is compared with (cheapest first), and the odds."""

    variant: str
    condition: ConditionClass
    worth: Baseline | Refusal
    compared: tuple[Compared, ...]
    chance: Chance | Refusal
    trend: Trend | Refusal

    @property
    def best(self) -> Compared | None:
        """The cheapest believable offer standing."""
        return next((one for one in self.compared if one.row["on_offer"] and not one.too_cheap), None)

    @property
    def advice(self) -> str:
        """Buy now or wait, in one sentence."""
        return advice(self.best.row["unit_usd"] if self.best else None, self.chance, self.trend)


def market(
    conn: Connection,
    *,
    gpu: str,
    condition: ConditionClass | None = None,
    at_most_usd: Decimal | None = None,
    country: str = "",
    now: datetime,
    catalogue: Catalogue,
) -> list[Market]:
    """The market of every variant that matches, by class of conditions, to a buyer in a country ("" is anywhere).

    The odds are for a price: `at_most_usd` or, without one, what the best offer asks.
    """
    found_at = market_queries.first_visits(conn)
    markets = []
    for variant in match(catalogue, gpu):
        scene = _Scene.of(conn, variant.id, country=country, now=now)
        classes = [one for one in ConditionClass if condition in (None, one) and (condition or scene.knows(one))]
        markets += [_market(conn, scene, one, at_most_usd, found_at) for one in classes]
    return markets


Worths = Mapping[ConditionClass, Baseline | Refusal]
"""What one variant is worth, by class of conditions."""

WorthsOf = Callable[[Collection[str]], Mapping[str, Worths]]
"""What some variants are worth, by variant, where that is already known."""


def worths(
    conn: Connection,
    variant: str,
    classes: Iterable[ConditionClass] = ConditionClass,
    *,
    country: str = "",
    now: datetime,
) -> Worths:
    """What a variant is worth in each class, to a buyer in a country ("" is anywhere)."""
    scene = _Scene.of(conn, variant, country=country, now=now)
    return {one: scene.worth(one) for one in classes}


def judged(
    conn: Connection,
    offers: Iterable[Priced],
    *,
    country: str = "",
    now: datetime,
    worths_of: WorthsOf | None = None,
) -> dict[int, Judged]:
    """The baseline and the risks of some offers, by listing; those of undecided variants are left out.

    `worths_of` answers what a variant is worth where that is already known.
    """
    by_variant: defaultdict[str, list[Priced]] = defaultdict(list)
    for offer in offers:
        if offer.variant is not None:
            by_variant[offer.variant].append(offer)
    told = market_queries.printed(conn, [offer.listing_id for mine in by_variant.values() for offer in mine])
    known = worths_of(by_variant) if worths_of else {}
    result = {}
    for variant, mine in by_variant.items():
        classes = {CLASS_OF[Condition(offer.condition)] for offer in mine}
        worth_of = known.get(variant) or worths(conn, variant, classes, country=country, now=now)
        for offer in mine:
            worth = worth_of[CLASS_OF[Condition(offer.condition)]]
            about = {name: getattr(offer, name) for name in ("unit_usd", "feedback_percent", "feedback_count", "title")}
            about["flags"] = " ".join(offer.flags)
            result[offer.listing_id] = (worth, _signs(about, told.get(offer.listing_id, "{}"), worth))
    return result


def worth_then(
    rows: Iterable[Row], *, condition: ConditionClass, country: str, references: Sequence[Row], now: datetime
) -> Baseline | Refusal:
    """What a variant was worth at a time, from what its listings asked by then."""
    return baseline(
        map(_comparable, rows),
        condition=_typical(condition),
        region=region_of(country),
        now=now,
        reference=_reference([row for row in references if row["condition"] == condition], now),
    )


def _typical(condition: ConditionClass) -> Condition:
    """One condition that stands for its class."""
    return Condition.REFURBISHED if condition is ConditionClass.RENEWED else Condition(condition.value)


# --- one variant --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Everything that is asked, or was lately asked, for one variant."""

    variant: str
    country: str
    now: datetime
    rows: tuple[Row, ...]
    comparables: tuple[Comparable, ...]
    references: tuple[Row, ...]

    @classmethod
    def of(cls, conn: Connection, variant: str, *, country: str, now: datetime) -> "_Scene":
        rows = market_queries.comparables(conn, variant, since=now - MEMORY)
        return cls(
            variant=variant,
            country=country,
            now=now,
            rows=tuple(sorted(rows, key=lambda row: (row["unit_usd"], row["id"]))),
            comparables=tuple(map(_comparable, rows)),
            references=tuple(references(conn, variant)),
        )

    def rows_of(self, condition: ConditionClass) -> list[Row]:
        """The listings of one class, cheapest first."""
        return [row for row in self.rows if CLASS_OF[Condition(row["condition"])] is condition]

    def knows(self, condition: ConditionClass) -> bool:
        """Whether there is anything to say of one class."""
        return bool(self.rows_of(condition)) or any(row["condition"] == condition for row in self.references)

    def worth(self, condition: ConditionClass) -> Baseline | Refusal:
        """What the variant is worth in one class."""
        return baseline(
            self.comparables,
            condition=_typical(condition),
            region=region_of(self.country),
            now=self.now,
            reference=_reference([row for row in self.references if row["condition"] == condition], self.now),
        )


def _comparable(row: Row) -> Comparable:
    return Comparable(
        voice=_voice(row),
        unit_usd=row["unit_usd"],
        at=row["at"],
        ended=not row["on_offer"] and _is_sale(row),
        condition=Condition(row["condition"]),
        country=row["country"],
    )


def _is_sale(row: Row) -> bool:
    since = min(filter(None, (row["listed_at"], row["first_seen_at"])))
    return is_sale(row["ended_how"], since=since, until=row["ended_at"])


def _voice(row: Row) -> str:
    """Who asks: the seller, else the shop, else the card itself by its title, so that relisting it adds nothing."""
    if row["seller"]:
        return f"{row['site']}:{row['seller']}"
    if row["site"] in SHOPS:
        return urlsplit(row["url"]).hostname or row["url"]
    return f"{row['site']}:{row['country']}:{' '.join(row['title'].casefold().split())}"


def _reference(rows: Sequence[Row], now: datetime) -> Reference | None:
    """The last month of what the series say, as one price."""
    known = [row for row in rows if date.fromisoformat(row["day"]) <= now.date()]
    if not known:
        return None
    day = max(date.fromisoformat(row["day"]) for row in known)
    last = [row for row in known if day - date.fromisoformat(row["day"]) < REFERENCE_SPAN]
    cents = sorted(row["usd_cents"] for row in last)
    return Reference(
        usd=_usd(median(cents)),
        low=_usd(cents[len(cents) // 10]),
        high=_usd(cents[-1 - len(cents) // 10]),
        day=day,
        source=", ".join(sorted({row["source"] for row in last})),
    )


def _usd(cents: float) -> Decimal:
    return Decimal(round(cents)).scaleb(-2)


def _market(
    conn: Connection,
    scene: _Scene,
    condition: ConditionClass,
    at_most_usd: Decimal | None,
    found_at: Mapping[str, datetime],
) -> Market:
    worth = scene.worth(condition)
    rows = scene.rows_of(condition)
    told = market_queries.printed(conn, [row["id"] for row in rows if row["on_offer"]][:READ_CLOSELY])
    compared = tuple(
        Compared(
            row=row,
            ratio=None if isinstance(worth, Refusal) else ratio(row["unit_usd"], worth),
            signs=_signs(row, told.get(row["id"], "{}"), worth),
        )
        for row in rows
    )
    believed = [one for one in compared if not one.too_cheap]
    stretches = list(_stretches(conn, [one.row for one in believed], worth, found_at))
    standing = next((one.row["unit_usd"] for one in believed if one.row["on_offer"]), None)
    wished = at_most_usd or standing or (None if isinstance(worth, Refusal) else worth.p10)
    return Market(
        variant=scene.variant,
        condition=condition,
        worth=worth,
        compared=compared,
        chance=Refusal(steps=("there is no price to wait for",))
        if wished is None
        else chance(stretches, at_most_usd=wished, now=scene.now),
        trend=trend([(one.voice, one.since, one.unit_usd) for one in stretches], now=scene.now),
    )


def _signs(row: Row, printed: str, worth: Baseline | Refusal) -> tuple[Sign, ...]:
    said = json.loads(printed)
    return signs(
        unit_usd=row["unit_usd"],
        worth=None if isinstance(worth, Refusal) else worth,
        flags=row["flags"].split(),
        feedback_percent=row["feedback_percent"],
        feedback_count=row["feedback_count"],
        returns=said.get("attributes", {}).get("returns", ""),
        words=f"{row['title']} {said.get('description', '')}",
    )


def _stretches(
    conn: Connection, rows: Sequence[Row], worth: Baseline | Refusal, found_at: Mapping[str, datetime]
) -> Iterator[Stretch]:
    """The times in which each listing stood at one price that can be believed."""
    by_id = {row["id"]: row for row in rows}
    for listing_id, points in market_queries.noted(conn, list(by_id)):
        row = by_id[listing_id]
        ends = [at for at, _, _ in points[1:]] + [None if row["on_offer"] else row["at"]]
        found = row["first_seen_at"] <= found_at.get(row["source"], row["first_seen_at"])
        for (since, unit_usd, available), until in zip(points, ends, strict=True):
            if not available or unit_usd is None:
                continue
            if isinstance(worth, Refusal) or not too_cheap(unit_usd, worth):
                yield Stretch(voice=_voice(row), since=since, until=until, unit_usd=unit_usd, found=found)
                found = False


# --- for people and programs --------------------------------------------------------------------------------------


def market_rows(markets: Iterable[Market]) -> list[dict[str, Any]]:
    """One flat row for each market; what is not known is None, and `refused` says why."""
    return [{"variant": one.variant, "condition": one.condition.value, **_worth(one), **_odds(one)} for one in markets]


def _worth(one: Market) -> dict[str, Any]:
    worth = None if isinstance(one.worth, Refusal) else one.worth
    amounts = {f"{name}_usd": _float(getattr(worth, name, None)) for name in ("low", "high", "p10", "p90")}
    return {
        "usd": _float(worth.usd) if worth else None,
        **amounts,
        "sellers": worth.n if worth else 0,
        "listings": worth.listings if worth else 0,
        "ended": worth.ended if worth else 0,
        "basis": worth.label if worth else None,
        "refused": one.worth.reason if isinstance(one.worth, Refusal) else None,
        "best_usd": _float(one.best.row["unit_usd"]) if one.best else None,
        "best_ratio": _float(one.best.ratio) if one.best else None,
        "best_url": one.best.row["url"] if one.best else None,
        "too_cheap": sum(other.too_cheap for other in one.compared),
    }


def _odds(one: Market) -> dict[str, Any]:
    odds = None if isinstance(one.chance, Refusal) else one.chance
    going = None if isinstance(one.trend, Refusal) else one.trend
    return {
        "at_most_usd": _float(odds.at_most_usd) if odds else None,
        "watched_days": odds.watched / DAY if odds else None,
        "appeared": odds.appeared if odds else None,
        "standing": odds.standing if odds else None,
        "lasted_days": odds.lasted / DAY if odds and odds.lasted is not None else None,
        "trend_per_month": going.per_month if going else None,
        "trend_low": going.low if going else None,
        "trend_high": going.high if going else None,
        "advice": one.advice,
    }


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def comparable_rows(one: Market) -> list[dict[str, Any]]:
    """The listings of one market as flat rows, cheapest first."""
    return [
        {
            "variant": one.variant,
            "condition": other.row["condition"],
            "unit_usd": float(other.row["unit_usd"]),
            "ratio": _float(other.ratio),
            "risks": "; ".join(sign.said for sign in other.signs),
            "signs": " ".join(sign.name for sign in other.signs),
            "on_offer": other.row["on_offer"],
            "at": other.row["at"].isoformat(),
            "quantity": other.row["quantity"],
            "country": other.row["country"],
            "seller": other.row["seller"],
            "site": other.row["site"],
            "title": other.row["title"],
            "url": other.row["url"],
        }
        for other in one.compared
    ]


def comparable_columns(row: Row) -> dict[str, str]:
    """One listing as the columns people read."""
    return {
        "USD each": f"{row['unit_usd']:,.2f}",
        "of baseline": "" if row["ratio"] is None else f"{row['ratio']:.0%}",
        "stands": "now" if row["on_offer"] else f"until {row['at'][:10]}",
        "from": row["country"],
        "title": " ".join(row["title"].split()),
        "reason": row["risks"],
        "link": row["url"],
    }


def market_lines(one: Market) -> list[str]:
    """One market in a few sentences."""
    return [f"{one.variant} {one.condition}: {_worth_line(one)}", *(f"  {line}" for line in _more_lines(one))]


def _worth_line(one: Market) -> str:
    worth = one.worth
    if isinstance(worth, Refusal):
        return "not enough to say what it is worth"
    where = f"{worth.low:,.0f}–{worth.high:,.0f} in nine of ten cases, most ask {worth.p10:,.0f}–{worth.p90:,.0f}"
    return f"{worth.usd:,.0f} USD ({where})"


def _more_lines(one: Market) -> Iterator[str]:
    if isinstance(one.worth, Baseline):
        yield one.worth.label
    yield from one.worth.steps
    doubted = sum(other.too_cheap for other in one.compared)
    if doubted:
        yield f"too cheap to be believed, taking no part: {doubted}"
    if one.best:
        share = "" if one.best.ratio is None else f", {one.best.ratio:.0%} of that"
        yield f"best now: {one.best.row['unit_usd']:,.2f} USD{share}  {one.best.row['url']}"
    yield _chance_line(one.chance)
    yield _trend_line(one.trend)
    yield f"so: {one.advice}"


def _chance_line(odds: Chance | Refusal) -> str:
    if isinstance(odds, Refusal):
        return f"how often: {odds.reason}"
    often = f", one every {odds.every / DAY:.1f} days" if odds.every else ""
    lasted = f"; half were gone after {odds.lasted / DAY:.1f} days" if odds.lasted is not None else ""
    came = f"{odds.appeared} came in {odds.watched / DAY:.0f} days{often}{lasted}; {odds.standing} to be had now"
    return f"at {odds.at_most_usd:,.2f} USD or below: {came}"


def _trend_line(going: Trend | Refusal) -> str:
    if isinstance(going, Refusal):
        return f"trend: {going.reason}"
    interval = f"{going.low:+.1%} to {going.high:+.1%} in nine of ten cases"
    return f"trend: {going.per_month:+.1%} a month ({interval}, {going.weeks} weeks): {going.direction}"
