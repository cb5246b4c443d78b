"""What is asked about deliveries: who waits for which channel, what a message is to say, how it went."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from db.rows import Row
from db.sql import ALERT, ASIDE, DELIVERY, LISTING, chunks

MOST_OF_A_WATCH = 500
MOST = 20_000


def channels_owed(conn: Connection) -> list[str]:
    """The channels that anything is owed to, due or not."""
    return list(conn.execute(select(DELIVERY.c.channel).where(DELIVERY.c.state == "owed").distinct()).scalars())


def waiting(conn: Connection, channel: str) -> list[Row]:
    """What is owed to a channel, due or not, by watch and oldest alert first; of a watch what fits a message."""
    place = func.row_number().over(partition_by=ALERT.c.watch, order_by=DELIVERY.c.alert_id).label("place")
    owed = (
        select(DELIVERY, ALERT.c.key, ALERT.c.watch, ALERT.c.created_at, place)
        .join(ALERT, ALERT.c.id == DELIVERY.c.alert_id)
        .where(DELIVERY.c.state == "owed", DELIVERY.c.channel == channel)
        .subquery()
    )
    few = select(owed).where(owed.c.place <= MOST_OF_A_WATCH)
    rows = conn.execute(few.order_by(owed.c.watch, owed.c.alert_id).limit(MOST)).mappings()
    return [dict(row) for row in rows]


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
    query = select(ALERT.c.payload).where(ALERT.c.id.in_(alert_ids)).order_by(ALERT.c.id)
    return [json.loads(payload) for payload in conn.execute(query).scalars()]


def standing(conn: Connection, listing_ids: Collection[int]) -> dict[int, Row]:
    """How listings stand now, by number: on offer or since when not, what they ask, and why they are set aside."""
    c = LISTING.c
    query = select(
        c.id, c.on_offer, c.ended_at, c.price, c.currency, c.unit_usd, ASIDE.c.kind.label("aside")
    ).outerjoin(ASIDE, ASIDE.c.listing_id == c.id)
    return {
        row["id"]: dict(row)
        for chunk in chunks(list(listing_ids))
        for row in conn.execute(query.where(c.id.in_(chunk))).mappings()
    }


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


def alert_about(conn: Connection, watch: str, listing_id: int, *, since: datetime) -> int | None:
    """The first alert of a watch since an instant that spells out a listing; None where none of the next 200 does."""
    mine = (ALERT.c.watch == watch, ALERT.c.created_at >= since)
    query = select(ALERT.c.id, ALERT.c.payload).where(*mine).order_by(ALERT.c.id).limit(200)
    for alert_id, payload in conn.execute(query):
        if any(one.get("listing_id") == listing_id for one in json.loads(payload).get("offers", ())):
            return int(alert_id)
    return None
