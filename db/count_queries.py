"""How many listings there are, are on offer, are left by a filter, and were rejected, and why."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from db.queries import clauses, on_offer
from db.sql import LISTING
from tracker.core.gpus import Catalogue
from tracker.core.metrics import Basis, Metric
from tracker.core.models import Kind
from tracker.core.wanted import Sort, Wanted


def count_on_offer(conn: Connection, *, wanted: Wanted, catalogue: Catalogue) -> int:
    """How many listings `on_offer` tells of, without building them; words alone take a look at each."""
    if wanted.says or wanted.without:
        return len(on_offer(conn, wanted=wanted, catalogue=catalogue))
    variants = [gpu.id for gpu in wanted.variants(catalogue)]
    either = or_(LISTING.c.variant.in_(variants), _wanted_undecided(wanted, catalogue))
    return int(conn.execute(select(func.count()).select_from(LISTING).where(*clauses(wanted), either)).scalar_one())


def _wanted_undecided(wanted: Wanted, catalogue: Catalogue) -> ColumnElement[bool]:
    """That an offer's variant is undecided, and that it may be one of the wanted."""
    c, families = LISTING.c, wanted.families(catalogue)
    named = c.gpu.in_(families) if families is not None else true()
    kind = {Sort.ALL: true(), Sort.UNIFIED: c.kind == Kind.UNIFIED, Sort.CARD: c.kind != Kind.UNIFIED}[wanted.sort]
    return and_(c.variant.is_(None), named, kind)


def matching(conn: Connection, *, metric: Metric, wanted: Wanted, basis: Basis, catalogue: Catalogue) -> dict[str, int]:
    """How many offers a filter leaves, how many of them have no exchange rate, and how many others no such metric."""
    decided = matching_decided(conn, metric=metric, wanted=wanted, basis=basis, catalogue=catalogue)
    if wanted.families(catalogue) == ():
        return decided
    counted = select(func.count(), func.count(LISTING.c.unit_usd))
    n, priced = conn.execute(counted.where(*clauses(wanted), _wanted_undecided(wanted, catalogue))).one()
    no_value = priced if metric.line(None, basis) is None else 0
    undecided = {"matching": n, "without_rate": n - priced, "without_value": no_value}
    return {name: number + undecided[name] for name, number in decided.items()}


def matching_decided(
    conn: Connection, *, metric: Metric, wanted: Wanted, basis: Basis, catalogue: Catalogue
) -> dict[str, int]:
    """The same of the offers whose variant is decided: what a report by card is about."""
    c = LISTING.c
    has_value = {gpu.id: metric.line(gpu, basis) is not None for gpu in wanted.variants(catalogue)}
    counted = select(c.variant, func.count(), func.count(c.unit_usd)).where(*clauses(wanted), c.variant.is_not(None))
    found = [row for row in conn.execute(counted.group_by(c.variant)).all() if row[0] in has_value]
    return {
        "matching": sum(n for _, n, _ in found),
        "without_rate": sum(n - priced for _, n, priced in found),
        "without_value": sum(priced for variant, _, priced in found if not has_value[variant]),
    }


def counts(conn: Connection) -> Mapping[str, int]:
    """How many listings there are, how many of them are offers, on offer, without a rate, and rejected.

    Auctions are no part of what is on offer. Each number is read off an index: the table itself is wide.
    """
    every = select(func.count()).select_from(LISTING)
    on_offer = every.where(*clauses(Wanted()))
    asked = {
        "listings": every,
        "on_offer": on_offer,
        "without_rate": on_offer.where(LISTING.c.unit_usd.is_(None)),
        "rejected": every.where(LISTING.c.rejected.is_not(None)),
    }
    found = conn.execute(select(*(query.scalar_subquery().label(name) for name, query in asked.items()))).one()
    numbers = {name: int(number) for name, number in zip(asked, found, strict=True)}
    return {**numbers, "offers": numbers["listings"] - numbers["rejected"]}


def rejected(conn: Connection, *, reason: str | None, limit: int) -> list[dict[str, Any]]:
    """The listings that are no offers, newest first, each with its reason and the sentence that explains it."""
    c = LISTING.c
    query = select(
        c.rejected.label("reason"), c.reason.label("detail"), c.kind, c.gpu, c.title, c.site, c.url, c.first_seen_at
    ).where(c.rejected.is_not(None) if reason is None else c.rejected == reason)
    rows = conn.execute(query.order_by(c.first_seen_at.desc(), c.id.desc()).limit(limit))
    return [dict(row) for row in rows.mappings()]


def rejection_counts(conn: Connection) -> dict[str, int]:
    """How many listings were rejected for each reason, most first."""
    query = select(LISTING.c.rejected, func.count()).where(LISTING.c.rejected.is_not(None))
    found = conn.execute(query.group_by(LISTING.c.rejected).order_by(func.count().desc()))
    return {str(reason): int(number) for reason, number in found}
