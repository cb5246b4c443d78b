"""What is stored of the listings that a visit shows: one look at all of them, for the judging and the storing alike."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, bindparam, select, type_coerce

from db.sql import LAST_SEEN, LISTING, PRESENCE, chunks, one_of
from db.tables import EPOCH, MILLISECOND


class Stored(NamedTuple):
    """One listing as it is stored: its number, the digest of what it was, and where it stands.

    `later` says that it was seen, or ended, after the visit: nothing that this one saw is news of it. `standing` that
    it is an offer, and that the visit's source was the last to show it: what another source has shown since may be that
    one's currency and prices.
    """

    listing_id: int
    digest: int
    on_offer: bool
    ended: bool
    later: bool
    standing: bool


def stored(
    conn: Connection, source_id: int, site: str, site_ids: Collection[str], *, now: datetime
) -> dict[str, Stored]:
    """What is stored of some listings of a site, by their id there; those that are new are left out."""
    found: dict[str, Stored] = {}
    at = (now - EPOCH) // MILLISECOND
    for chunk in chunks(list(site_ids)):
        asked = {"source": source_id, "site": site, "site_ids": chunk}
        for site_id, listing_id, digest, on_offer, ended_at, rejected, seen_at, shown_at in conn.execute(
            _STORED, asked
        ):
            ended, seen = ended_at is not None, seen_at or 0
            standing = not ended and not rejected and shown_at is not None and shown_at == seen
            later = seen > at or (ended and ended_at > at)
            found[site_id] = Stored(
                listing_id=listing_id, digest=digest, on_offer=on_offer, ended=ended, later=later, standing=standing
            )
    return found


def unmoved(found: Mapping[str, Stored], digests: Mapping[str, int]) -> frozenset[str]:
    """Which of the offers that a source was the last to show are what they were, by the digests of what they are."""
    return frozenset(
        site_id
        for site_id, old in found.items()
        if old.standing and site_id in digests and digests[site_id] == old.digest
    )


_OWN = PRESENCE.alias("own")

# Instants as the whole milliseconds they are stored as: there is nothing to do with them but compare them.
_STORED = (
    select(
        LISTING.c.site_id,
        LISTING.c.id,
        LISTING.c.digest,
        LISTING.c.on_offer,
        type_coerce(LISTING.c.ended_at, BigInteger),
        LISTING.c.rejected.is_not(None),
        type_coerce(LAST_SEEN, BigInteger),
        type_coerce(_OWN.c.seen_at, BigInteger),
    )
    .outerjoin_from(LISTING, _OWN, (_OWN.c.listing_id == LISTING.c.id) & (_OWN.c.source_id == bindparam("source")))
    .where(LISTING.c.site == bindparam("site"), one_of(LISTING.c.site_id, "site_ids"))
)
