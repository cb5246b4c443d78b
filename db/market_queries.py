"""What is asked of the database about the market: comparable prices, how long they stood, and daily prices."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, bindparam, func, or_, select, union_all

from db import marks
from db.points import SINCE, points
from db.rows import Row, rows_of
from db.sql import LAST_SEEN, LISTING, NOT_MARKET, PRICE, SOURCE, VISIT, chunks, one_of
from tracker.core.lifecycle import End
from tracker.core.risk import SCAM_SELLER

_ASKED = (
    *("id", "site", "url", "title", "condition", "quantity", "unit_usd", "seller", "feedback_percent"),
    *("feedback_count", "country", "flags", "on_offer", "first_seen_at", "listed_at", "ended_at", "ended_how"),
)


def comparables(conn: Connection, variant: str, *, since: datetime) -> list[Row]:
    """Every price of a variant that stands, or stood since an instant; auctions are left out.

    What a visit in quarantine asks is not stored, so what its source showed before still counts.

    `at` is when the price was last true. What is listed but sold out counts as gone since its price was noted so.
    """
    rows = rows_of(conn.execute(_comparables(), {"variant": variant, "since": since}))
    recent = [row for row in rows if row["at"] is not None and row["at"] >= since]
    return _as_marked(conn, variant, recent)


@cache
def _comparables() -> CompoundSelect[Any]:
    c = LISTING.c
    noted = select(func.max(PRICE.c.at, type_=PRICE.c.at.type)).where(PRICE.c.listing_id == c.id).scalar_subquery()
    gone_at = func.coalesce(c.ended_at, c.priced_at, noted, SINCE, type_=c.ended_at.type)
    recently = or_(c.ended_at.is_(None), c.ended_at >= bindparam("since"))
    gone = _of(gone_at).where(~c.on_offer, c.rejected.is_(None), recently)
    seen_at = func.coalesce(LAST_SEEN, c.first_seen_at, type_=c.first_seen_at.type)
    return union_all(_of(seen_at).where(c.on_offer), gone)


def _as_marked(conn: Connection, variant: str, rows: list[Row]) -> list[Row]:
    """The prices as the user's word has them: what was bought is a sale, what a swindler asks is flagged."""
    sold, known = marks.bought(conn, variant), marks.swindlers(conn)
    for row in rows:
        if (at := sold.get(row["id"])) and row["on_offer"]:
            row |= {"on_offer": False, "at": at, "ended_at": at, "ended_how": End.SAID}
        if (row["site"], row["seller"]) in known:
            row["flags"] = f"{row['flags']} {SCAM_SELLER}".strip()
    return rows


def _of(at: Any) -> Select[Any]:
    c = LISTING.c
    return (
        select(*(c[name] for name in _ASKED), at.label("at"), SOURCE.c.name.label("source"))
        .join(SOURCE, SOURCE.c.id == c.source_id)
        .where(
            c.variant == bindparam("variant"),
            ~c.auction,
            c.unit_usd.is_not(None),
        )
        .where(c.id.not_in(NOT_MARKET))
    )


def printed(conn: Connection, listing_ids: Sequence[int]) -> dict[int, str]:
    """What the sites printed of some listings, as it is stored (JSON)."""
    return {row.id: row.raw for chunk in chunks(listing_ids) for row in conn.execute(_PRINTED, {"ids": chunk})}


_PRINTED = select(LISTING.c.id, LISTING.c.raw).where(one_of(LISTING.c.id, "ids"))


def noted(
    conn: Connection, listing_ids: Sequence[int]
) -> Iterator[tuple[int, list[tuple[datetime, Decimal | None, bool]]]]:
    """The prices noted for each of some listings, oldest first: from when, USD per card, whether it could be bought."""
    found: dict[int, list[tuple[datetime, Decimal | None, bool]]] = {}
    for chunk in chunks(listing_ids):
        point = points(LISTING.c.id.in_(chunk)).c
        query = select(point.listing_id, point.at, point.unit_usd, point.available)
        for listing_id, at, unit_usd, available in conn.execute(query.order_by(point.listing_id, point.at)):
            found.setdefault(listing_id, []).append((at, unit_usd, available))
    yield from found.items()


def first_visits(conn: Connection) -> dict[str, datetime]:
    """When the first visit of each source ended: what it saw had been there for nobody knows how long."""
    first = select(VISIT.c.ended_at).where(VISIT.c.source_id == SOURCE.c.id).order_by(VISIT.c.started_at).limit(1)
    rows = conn.execute(select(SOURCE.c.name, first.scalar_subquery()))
    return {row[0]: row[1] for row in rows if row[1] is not None}
