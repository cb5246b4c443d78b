"""Ranked offers: by listing, and by card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from db import queries, summaries
from tracker.core.by_gpu import TREND, Standing, rows
from tracker.core.flat import flat_offer
from tracker.core.gpus import Catalogue
from tracker.core.metrics import DEFAULTS, METRICS, Basis
from tracker.core.wanted import Wanted

Row = Mapping[str, Any]


def ranked(
    conn: Connection, *, metric: str, wanted: Wanted, top: int = 20, basis: Basis = DEFAULTS, catalogue: Catalogue
) -> list[dict[str, Any]]:
    """The best wanted offers by a metric as flat rows, best first; offers the metric cannot value are left out."""
    offers = queries.cheapest(conn, METRICS[metric], wanted=wanted, basis=basis, top=top, catalogue=catalogue)
    return [flat_offer(offer, basis) for offer in offers]


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
    return rows(standing, medians, metric=METRICS[metric], basis=basis, catalogue=catalogue, now=now)
