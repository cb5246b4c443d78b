"""The user's word on listings and sellers: marks and blocks, and what they set aside."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, exists, func, insert, literal, or_, select

from db.rows import Row
from db.sql import ASIDE, BLOCKED, LISTING, MARK, chunks, one_of, upsert
from tracker.core.marks import FIRM, MarkKind
from tracker.core.risk import SCAM_SELLER
from tracker.core.rules import Change

BLOCK = "blocked"
"""Why the listings of a blocked seller are set aside."""

_READ = ("kind", "gpu", "variant", "vram_gb", "quantity", "modded", "form", "condition", "rejected", "reason")


def mark(tx: Connection, listing: Row, kind: MarkKind, *, really: str = "", now: datetime) -> None:
    """Set a listing (its whole row) aside for a reason; the last word counts. `really` is what it sells instead."""
    about = {
        "url": listing["url"],
        "title": listing["title"],
        "printed": json.loads(listing["raw"]),
        "read_as": {name: listing[name] for name in _READ},
    }
    row = {
        "site": listing["site"],
        "site_id": listing["site_id"],
        "kind": kind.value,
        "seller": listing["seller"],
        "really": really,
        "about": json.dumps(about, ensure_ascii=False),
        "at": now,
    }
    upsert(tx, MARK, [row], key=("site", "site_id"))
    _settle(tx, [LISTING.c.id == listing["id"]])


def unmark(tx: Connection, listing: Row) -> bool:
    """Take a mark back; False where there was none."""
    c = MARK.c
    gone = tx.execute(delete(MARK).where(c.site == listing["site"], c.site_id == listing["site_id"])).rowcount
    _settle(tx, [LISTING.c.id == listing["id"]])
    return gone > 0


def block(tx: Connection, seller: str, site: str, *, now: datetime) -> set[str]:
    """Want to hear nothing of a seller on a site ("" is every one); returns the variants whose offers this concerns."""
    upsert(tx, BLOCKED, [{"site": site, "seller": seller, "at": now}], key=("site", "seller"))
    return _settle(tx, _of_seller(seller, site))


def unblock(tx: Connection, seller: str, site: str) -> set[str] | None:
    """Hear of a seller again; None where none was blocked, else the variants whose offers this concerns."""
    if not tx.execute(delete(BLOCKED).where(BLOCKED.c.seller == seller, BLOCKED.c.site == site)).rowcount:
        return None
    return _settle(tx, _of_seller(seller, site))


def _of_seller(seller: str, site: str) -> list[Any]:
    return [LISTING.c.seller == seller, *([LISTING.c.site == site] if site else [])]


def concerned(conn: Connection, seller: str, site: str) -> tuple[int, int]:
    """How many listings of a seller are known, on a site or ("") on every one, and how many of them are on offer."""
    on_offer = func.count().filter(LISTING.c.on_offer)
    row = conn.execute(select(func.count(), on_offer).select_from(LISTING).where(*_of_seller(seller, site))).one()
    return row[0], row[1]


def settle(tx: Connection, site: str, site_ids: Collection[str]) -> bool:
    """Set aside, or bring back, some listings of a site as marks and blocks want it; to be called when rows change.

    False where nobody has said a word on anything: then nothing is set aside, and nobody known for a swindler.
    """
    spoken = bool(tx.execute(_ANY_WORD).scalar())
    for chunk in chunks(list(site_ids)) if spoken else ():
        _settle(tx, [LISTING.c.site == site, LISTING.c.site_id.in_(chunk)])
    return spoken


_ANY_WORD = select(or_(exists(select(MARK.c.kind)), exists(select(BLOCKED.c.seller))))


def _settle(tx: Connection, these: list[Any]) -> set[str]:
    tx.execute(delete(ASIDE).where(ASIDE.c.listing_id.in_(select(LISTING.c.id).where(*these))))
    of_blocked = (
        (BLOCKED.c.seller == LISTING.c.seller) & (BLOCKED.c.site.in_(["", LISTING.c.site])) & (LISTING.c.seller != "")
    )
    blocked = exists().where(of_blocked)
    kind = case(
        (MARK.c.kind.in_(FIRM), MARK.c.kind),
        (blocked, literal(BLOCK)),
        else_=MARK.c.kind,
    )
    at = select(BLOCKED.c.at).where(of_blocked).limit(1).scalar_subquery()
    aside = (
        select(LISTING.c.id, kind, case((MARK.c.at.is_not(None), MARK.c.at), else_=at))
        .select_from(LISTING.outerjoin(MARK, (MARK.c.site == LISTING.c.site) & (MARK.c.site_id == LISTING.c.site_id)))
        .where(*these, or_(MARK.c.kind.is_not(None), blocked))
    )
    tx.execute(insert(ASIDE).from_select(["listing_id", "kind", "at"], aside))
    return set(tx.execute(select(LISTING.c.variant).where(*these, LISTING.c.variant.is_not(None)).distinct()).scalars())


# --- what it means ------------------------------------------------------------------------------------------------


def of_listing(conn: Connection, listing_id: int) -> str | None:
    """Why a listing is set aside: a kind of mark or `blocked`; None for one that is not."""
    return conn.execute(select(ASIDE.c.kind).where(ASIDE.c.listing_id == listing_id)).scalar()


def aside(conn: Connection, listing_ids: Iterable[int]) -> dict[int, str]:
    """Why some listings are set aside, by listing; those that are not are left out."""
    return {
        row.listing_id: row.kind
        for chunk in chunks(list(listing_ids))
        for row in conn.execute(_ASIDE_OF, {"listing_ids": chunk})
    }


_ASIDE_OF = select(ASIDE.c.listing_id, ASIDE.c.kind).where(one_of(ASIDE.c.listing_id, "listing_ids"))


def bought(conn: Connection, variant: str) -> dict[int, datetime]:
    """When the user bought listings of a variant."""
    return {row.listing_id: row.at for row in conn.execute(_BOUGHT, {"variant": variant})}


_BOUGHT = (
    select(ASIDE.c.listing_id, ASIDE.c.at)
    .join(LISTING, LISTING.c.id == ASIDE.c.listing_id)
    .where(LISTING.c.variant == bindparam("variant"), ASIDE.c.kind == MarkKind.BOUGHT.value)
)


def swindlers(conn: Connection) -> frozenset[tuple[str, str]]:
    """Site and name of every seller of something the user marked as a scam."""
    return frozenset((row.site, row.seller) for row in conn.execute(_SWINDLERS))


_SWINDLERS = select(MARK.c.site, MARK.c.seller).where(MARK.c.kind == MarkKind.SCAM.value, MARK.c.seller != "")


def weighed(conn: Connection, changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes worth telling: without what is set aside, and flagged where the seller sold a scam."""
    hidden = aside(conn, [change.offer.listing_id for change in changes])
    known = swindlers(conn)
    kept = (change for change in changes if change.offer.listing_id not in hidden)
    return tuple(
        replace(change, offer=replace(change.offer, flags=(*change.offer.flags, SCAM_SELLER)))
        if (change.offer.site, change.offer.seller) in known
        else change
        for change in kept
    )


# --- lists --------------------------------------------------------------------------------------------------------


def marks(conn: Connection) -> list[Row]:
    """Every mark, newest first."""
    query = select(MARK, LISTING.c.id.label("listing_id")).outerjoin(
        LISTING, (MARK.c.site == LISTING.c.site) & (MARK.c.site_id == LISTING.c.site_id)
    )
    rows = conn.execute(query.order_by(MARK.c.at.desc(), MARK.c.site_id)).mappings()
    return [{**row, "about": json.loads(row["about"])} for row in rows]


def blocks(conn: Connection) -> list[Row]:
    """Every blocked seller, by name."""
    return [dict(row) for row in conn.execute(select(BLOCKED).order_by(BLOCKED.c.seller, BLOCKED.c.site)).mappings()]


def lessons(conn: Connection) -> Iterator[Mapping[str, Any]]:
    """What was marked as read wrongly, for identification to learn from: what it printed, how it read, what it is."""
    for row in reversed(marks(conn)):
        if row["kind"] == MarkKind.WRONG.value:
            own = {name: row[name] for name in ("site", "site_id")}
            yield {**own, **row["about"], "really": row["really"] or None, "marked_at": row["at"].isoformat()}
