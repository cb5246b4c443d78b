"""What the signs of life are read from: how much is owed and overdue, and what happened since one looked last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from db import source_queries
from db.sql import ALERT, DELIVERY, SOURCE, VISIT

MOST = 10_000
"""Rows of history read at one look; a reader that comes seldom misses the rest."""


def answers(conn: Connection) -> bool:
    """Whether the database answers at all; raises what it raises."""
    return bool(conn.execute(select(1)).scalar_one())


def last_visit_id(conn: Connection) -> int:
    """The number of the newest visit; 0 without one."""
    return int(conn.execute(select(func.coalesce(func.max(VISIT.c.id), 0))).scalar_one())


def visits_after(conn: Connection, visit_id: int) -> Sequence[Any]:
    """Number, outcome and both ends of the visits since one, oldest first."""
    columns = (VISIT.c.id, VISIT.c.outcome, VISIT.c.started_at, VISIT.c.ended_at)
    return conn.execute(select(*columns).where(VISIT.c.id > visit_id).order_by(VISIT.c.id).limit(MOST)).all()


def sent_after(conn: Connection, at: datetime) -> Sequence[Any]:
    """When the deliveries since an instant were owed and when they were sent."""
    query = select(ALERT.c.created_at, DELIVERY.c.sent_at).join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
    return conn.execute(query.where(DELIVERY.c.sent_at > at).order_by(DELIVERY.c.sent_at).limit(MOST)).all()


def deliveries(conn: Connection) -> dict[str, int]:
    """How many deliveries are in each state but `sent`."""
    query = select(DELIVERY.c.state, func.count()).where(DELIVERY.c.state != "sent").group_by(DELIVERY.c.state)
    return {str(state): int(number) for state, number in conn.execute(query)}


def sources(conn: Connection) -> dict[str, int]:
    """How many sources are in each state."""
    query = select(SOURCE.c.state, func.count()).group_by(SOURCE.c.state)
    return {str(state): int(number) for state, number in conn.execute(query)}


def overdue_s(conn: Connection, *, now: datetime) -> float:
    """For how many seconds the next visit has been due; 0 while none is."""
    due = source_queries.next_due(conn)
    return max((now - due).total_seconds(), 0.0) if due else 0.0


def size(conn: Connection) -> int:
    """How many bytes the database takes."""
    if conn.dialect.name == "sqlite":
        pages, page = (conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("page_count", "page_size"))
        return int(pages or 0) * int(page or 0)
    return int(conn.execute(select(func.pg_database_size(func.current_database()))).scalar_one())
