"""What is asked about sources: the book of them, which are due, and what they have shown."""

from datetime import datetime

from sqlalchemy import Connection, case, func, or_, select

from db.rows import Row
from db.sql import LISTING, PAGE_MEMORY, PAST, PRESENCE, SOURCE, VISIT
from tracker.core.health import HEALTHY


def pages_remembered(conn: Connection, source: str, mode: str, *, read_since: datetime) -> dict[str, str]:
    """What a source's pages said when they were last read whole, by address, but for what is older."""
    c = PAGE_MEMORY.c
    query = select(c.url, c.remembered).join(SOURCE, SOURCE.c.id == c.source_id)
    fresh = query.where(SOURCE.c.name == source, c.mode == mode, c.read_at >= read_since)
    return {row.url: row.remembered for row in conn.execute(fresh)}


def has_shown(conn: Connection, source_id: int) -> bool:
    """Whether a source has shown a listing, or once went well without any: what it shows from then on is news."""
    healthy = (VISIT.c.source_id == source_id, VISIT.c.outcome.in_([one.value for one in HEALTHY]))
    told = (
        select(PRESENCE.c.listing_id).where(PRESENCE.c.source_id == source_id),
        select(PAST.c.at).where(PAST.c.source_id == source_id),
        select(VISIT.c.id).where(*healthy),
    )
    return any(conn.execute(query.limit(1)).first() is not None for query in told)


def sources(conn: Connection) -> dict[str, Row]:
    """Where every known source stands, with its listings on offer, by name."""
    here = (
        select(PRESENCE.c.source_id, func.count().label("listings"))
        .join(LISTING, LISTING.c.id == PRESENCE.c.listing_id)
        .where(LISTING.c.on_offer)
        .group_by(PRESENCE.c.source_id)
        .subquery()
    )
    query = select(SOURCE, func.coalesce(here.c.listings, 0).label("on_offer")).outerjoin(
        here, here.c.source_id == SOURCE.c.id
    )
    return {row["name"]: dict(row) for row in conn.execute(query.order_by(SOURCE.c.name)).mappings()}


def present(conn: Connection, source_id: int) -> int:
    """How many listings on offer a source showed when last seen."""
    query = select(func.count()).select_from(PRESENCE).join(LISTING, LISTING.c.id == PRESENCE.c.listing_id)
    return int(conn.execute(query.where(PRESENCE.c.source_id == source_id, LISTING.c.on_offer)).scalar_one())


def source_row(conn: Connection, name: str) -> Row:
    """Where one known source stands."""
    return dict(conn.execute(select(SOURCE).where(SOURCE.c.name == name)).mappings().one())


def is_kept(conn: Connection, source_id: int, started_at: datetime) -> bool:
    """Whether the visit to a source that began at an instant has been written down."""
    query = select(VISIT.c.id).where(VISIT.c.source_id == source_id, VISIT.c.started_at == started_at)
    return conn.execute(query).first() is not None


def due(conn: Connection, *, now: datetime) -> dict[str, str]:
    """The sources to visit now, with the mode of the visit (a full walk before a sweep), longest waiting first."""
    free = or_(SOURCE.c.claimed_until.is_(None), SOURCE.c.claimed_until < now)
    full = SOURCE.c.next_visit_at <= now
    query = (
        select(SOURCE.c.name, case((full, "full"), else_="sweep"))
        .where(free, or_(full, SOURCE.c.next_sweep_at <= now))
        .order_by(SOURCE.c.next_visit_at)
    )
    return {row[0]: row[1] for row in conn.execute(query)}


def next_due(conn: Connection) -> datetime | None:
    """When the next visit of any source is due; None where none ever is."""
    rhythms = select(SOURCE.c.next_visit_at).union_all(select(SOURCE.c.next_sweep_at)).subquery()
    first: datetime | None = conn.execute(select(func.min(rhythms.c[0], type_=SOURCE.c.next_visit_at.type))).scalar()
    return first
