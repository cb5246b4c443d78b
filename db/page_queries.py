"""What only pages ask: some offers by their numbers, and how visits went over time."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select

from db import queries
from db.rows import Row
from db.sql import LISTING, SOURCE, VISIT
from tracker.core.gpus import Catalogue
from tracker.core.models import Priced


def offers(conn: Connection, numbers: Collection[int], *, catalogue: Catalogue) -> list[Priced]:
    """Offers by their numbers, on offer or not."""
    return list(queries.offers(conn, LISTING.c.id.in_(numbers), catalogue=catalogue))


_VISIT = ("mode", "started_at", "ended_at", "outcome", "message", *("pages", "listings", "offers", "rejected", "new"))


def visits(conn: Connection, *, since: datetime, limit: int) -> list[Row]:
    """The latest visits of all sources, newest first, each with its source's name."""
    columns = (SOURCE.c.name.label("source"), *(VISIT.c[name] for name in (*_VISIT, "changed", "ended")))
    query = select(*columns).join(SOURCE, SOURCE.c.id == VISIT.c.source_id).where(VISIT.c.started_at >= since)
    return [dict(row) for row in conn.execute(query.order_by(VISIT.c.id.desc()).limit(limit)).mappings()]
