"""What is asked about deliveries: who waits for which channel, what a message is to say, how it went."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, bindparam, func, select

from db.rows import Row, rows_of
from db.sql import ALERT, ASIDE, DELIVERY, LISTING, chunks, one_of

MOST_OF_A_WATCH = 500
MOST = 20_000


def channels_owed(conn: Connection) -> list[str]:
    """The channels that anything is owed to, due or not."""
    return list(conn.execute(select(DELIVERY.c.channel).where(DELIVERY.c.state == "owed").distinct()).scalars())


def waiting(conn: Connection, channel: str) -> list[Row]:
    """What is owed to a channel, due or not, by watch and oldest alert first; of a watch what fits a message."""
    return rows_of(conn.execute(_waiting(), {"of": channel}))


@cache
def _waiting() -> Executable:
    place = func.row_number().over(partition_by=ALERT.c.watch, order_by=DELIVERY.c.alert_id).label("place")
    owed = (
        select(DELIVERY, ALERT.c.key, ALERT.c.watch, ALERT.c.created_at, place)
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(DELIVERY.c.state == "owed", DELIVERY.c.channel == bindparam("of"))
        .subquery()
    )
    few = select(owed).where(owed.c.place <= MOST_OF_A_WATCH)
    return few.order_by(owed.c.watch, owed.c.alert_id).limit(MOST)


def sent_since(conn: Connection, channel: str, watch: str, *, since: datetime) -> list[datetime]:
    """When messages of a watch left by a channel, since an instant."""
    query = (
        select(func.max(DELIVERY.c.sent_at, type_=DELIVERY.c.sent_at.type))
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(DELIVERY.c.channel == channel, DELIVERY.c.sent_at > since, ALERT.c.watch == watch)
        .group_by(DELIVERY.c.message)
    )
    return list(conn.execute(query).scalars())


def payloads(conn: Connection, alert_ids: Sequence[int]) -> list[Row]:
    """What alerts tell, in the order of their numbers."""
    return [json.loads(payload) for payload in conn.execute(_PAYLOADS, {"ids": list(alert_ids)}).scalars()]


_PAYLOADS = select(ALERT.c.payload).where(one_of(ALERT.c.id, "ids")).order_by(ALERT.c.id)


def standing(conn: Connection, listing_ids: Collection[int]) -> dict[int, Row]:
    """How listings stand now, by number: on offer or since when not, what they ask, and why they are set aside."""
    return {
        row["id"]: row
        for chunk in chunks(list(listing_ids))
        for row in rows_of(conn.execute(_STANDING, {"ids": chunk}))
    }


_STANDING = (
    select(
        *(LISTING.c[name] for name in ("id", "on_offer", "ended_at", "price", "currency", "unit_usd")),
        ASIDE.c.kind.label("aside"),
    )
    .outerjoin(ASIDE, ASIDE.c.listing_id == LISTING.c.id)
    .where(one_of(LISTING.c.id, "ids"))
)


def recent(conn: Connection, *, limit: int) -> list[Row]:
    """The newest deliveries, whatever became of them, each with what its alert tells."""
    query = (
        select(DELIVERY, ALERT.c.key, ALERT.c.kind, ALERT.c.watch, ALERT.c.payload, ALERT.c.created_at)
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .order_by(DELIVERY.c.alert_id.desc(), DELIVERY.c.channel)
        .limit(limit)
    )
    return [{**row, "payload": json.loads(row["payload"])} for row in conn.execute(query).mappings()]


def of_alerts(conn: Connection, alert_ids: Collection[int]) -> list[Row]:
    """How alerts went through each of their channels, with their watch and when they were raised."""
    query = (
        select(DELIVERY, ALERT.c.watch, ALERT.c.created_at)
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(DELIVERY.c.alert_id.in_(alert_ids))
        .order_by(DELIVERY.c.alert_id, DELIVERY.c.channel)
    )
    return [dict(row) for row in conn.execute(query).mappings()]


def alert_about(conn: Connection, watch: str, rule: str, listing_id: int, *, since: datetime) -> int | None:
    """The first alert since an instant in which a rule of a watch tells of a listing; None where none of 200 does."""
    mine = (ALERT.c.watch == watch, ALERT.c.created_at >= since)
    query = select(ALERT.c.id, ALERT.c.payload).where(*mine).order_by(ALERT.c.id).limit(200)
    for alert_id, payload in conn.execute(query):
        for one in json.loads(payload).get("offers", ()):
            if one.get("listing_id") == listing_id and any(said["rule"] == rule for said in one.get("reasons") or ()):
                return int(alert_id)
    return None
