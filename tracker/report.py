"""Ranked offers beside what their like is worth: by listing, and by card."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db import queries, source_queries, summaries
from tracker.core.by_gpu import TREND, Standing, rows, with_staleness
from tracker.core.errors import ConfigError
from tracker.core.flat import flat_offer
from tracker.core.gpus import Catalogue, match
from tracker.core.llm import expected_tok_s
from tracker.core.market import Baseline, Refusal, ratio
from tracker.core.metrics import DEFAULTS, METRICS, Basis
from tracker.core.models import Priced
from tracker.core.wanted import Wanted
from tracker.market import Judged, WorthsOf, judged
from tracker.output import near

Row = Mapping[str, Any]


def ensure_known(gpu: str, catalogue: Catalogue) -> None:
    """Raise ConfigError for a card nobody knows: no offer of it would be another answer than no such card."""
    if not match(catalogue, gpu.lower()):
        raise ConfigError(f"no card {gpu!r} in the spec database{near(gpu, [*catalogue.by_id, *catalogue.by_family])}")


def ensure_seen(conn: Connection, sites: Iterable[str], sources: Iterable[str]) -> None:
    """Raise ConfigError for a site or source nothing was ever read from: a slip of the pen, most likely."""
    asked = {"site": tuple(sites), "source": tuple(sources)}
    if not any(asked.values()):
        return
    seen = source_queries.sources(conn)
    known = {"site": {row["site"] for row in seen.values()}, "source": set(seen)}
    for what, names in asked.items():
        for name in names:
            if name not in known[what]:
                raise ConfigError(f"nothing was read from a {what} {name!r} yet{near(name, known[what])}")


def ranked(
    conn: Connection,
    *,
    metric: str,
    wanted: Wanted,
    top: int = 20,
    basis: Basis = DEFAULTS,
    country: str = "",
    now: datetime,
    catalogue: Catalogue,
    worths_of: WorthsOf | None = None,
) -> list[dict[str, Any]]:
    """The best wanted offers by a metric as flat rows, best first; offers the metric cannot value are left out.

    Beside each stand its distance from what the market of a buyer in `country` asks, its risks, and its speed.
    """
    offers = queries.cheapest(conn, METRICS[metric], wanted=wanted, basis=basis, top=top, catalogue=catalogue)
    worths = judged(conn, offers, country=country, now=now, worths_of=worths_of)
    found = [
        {**flat_offer(offer, basis), **flat_speed(offer, basis), **flat_judgement(offer, worths.get(offer.listing_id))}
        for offer in offers
    ]
    return with_staleness(found, queries.sightings(conn, [offer.listing_id for offer in offers]), now)


def flat_judgement(offer: Priced, found: Judged | None) -> dict[str, Any]:
    """How an offer compares with its like: `market_ratio` is its share of `market_usd`; why not, where it cannot be."""
    worth, signs = found or (None, ())
    known = worth if isinstance(worth, Baseline) else None
    refused = worth.reason if isinstance(worth, Refusal) else ""
    return {
        "market_usd": float(known.usd) if known else None,
        "market_ratio": round(float(ratio(offer.unit_usd, known)), 4) if known and offer.unit_usd is not None else None,
        "market_basis": known.label if known else refused,
        "risks": " ".join(sign.name for sign in signs),
        "risks_said": "; ".join(sign.said for sign in signs),
    }


def flat_speed(offer: Priced, basis: Basis) -> dict[str, Any]:
    """Tokens a second of a model of `basis.model_gb` on one card: the bound, and what was measured of it, by whom."""
    gpu, fits = offer.spec, METRICS["usd_per_tok_s"].of(offer, basis) is not None
    expected = expected_tok_s(gpu, float(basis.model_gb)) if gpu and fits else None
    bound = gpu.board_bandwidth_gb_s / float(basis.model_gb) if gpu and gpu.board_bandwidth_gb_s and fits else None
    return {
        "bound_tok_s": None if bound is None else round(bound, 1),
        "expected_tok_s": round(expected[0], 1) if expected else None,
        "expected_by": expected[1] if expected else "",
    }


def by_gpu(
    conn: Connection, *, metric: str, wanted: Wanted, basis: Basis = DEFAULTS, catalogue: Catalogue, now: datetime
) -> list[dict[str, Any]]:
    """Every wanted variant that is on offer as a flat row, best first by its best listing."""
    found = {row.variant: row for row in summaries.summary(conn, wanted=wanted, catalogue=catalogue)}
    best = queries.cheapest_of_each(conn, found, wanted=wanted)
    links = queries.links(conn, [listing_id for _, listing_id in best.values()])
    standing = [
        Standing(
            variant=variant,
            offers=found[variant].offers,
            min_cents=int(found[variant].min_usd * 100),
            p10_cents=int(found[variant].p10_usd * 100),
            median_cents=int(found[variant].median_usd * 100),
            listing_id=listing_id,
            title=links[listing_id][0],
            url=links[listing_id][1],
        )
        for variant, (_, listing_id) in best.items()
    ]
    days = summaries.days(conn, found, since=now.date() - TREND)
    medians = ((variant, day, median_cents) for variant, day, _, _, _, median_cents, _ in days)
    made = rows(standing, medians, metric=METRICS[metric], basis=basis, catalogue=catalogue, now=now)
    return with_staleness(made, queries.sightings(conn, [one.listing_id for one in standing]), now)
