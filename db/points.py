"""Price points as one table: those that are written, and those that a listing's own row implies.

A listing's row says what it asks today, and since when: `priced_at`, or since it was first seen. So a price is written
only once it is over, and the end of a listing only once it is back. What is written stands before what is implied.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Select,
    Subquery,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    union_all,
)

from db.sql import LISTING, PRICE, chunks, one_of

_COLUMNS = tuple(PRICE.c.keys())
_AS_PRINTED = ("price", "currency", "shipping", "unit_usd")

SINCE = func.coalesce(LISTING.c.priced_at, LISTING.c.first_seen_at, type_=LISTING.c.first_seen_at.type)
"""Since when a listing's row asks what it asks."""


def points(*where: Any, beside: Collection[Any] = ()) -> Subquery:
    """The price points of the listings that meet conditions, with the columns of `PRICE` and `beside`."""
    written = select(*PRICE.c, *beside).join(LISTING, LISTING.c.id == PRICE.c.listing_id).where(*where)
    return union_all(written, *(each.where(*where) for each in (_today(*beside), _end(*beside)))).subquery("point")


def _today(*beside: Any) -> Select[Any]:
    """What listings ask, or asked until they ended."""
    return _implied(SINCE, or_(LISTING.c.on_offer, LISTING.c.ended_at.is_not(None)), *beside)


def _end(*beside: Any) -> Select[Any]:
    """That listings can no longer be bought."""
    return _implied(LISTING.c.ended_at, false(), *beside).where(LISTING.c.ended_at.is_not(None))


def _implied(at: Any, available: Any, *beside: Any) -> Select[Any]:
    told = (LISTING.c.id, at, *(LISTING.c[name] for name in _AS_PRINTED), available)
    named = (column.label(name) for column, name in zip(told, _COLUMNS, strict=True))
    written = exists().where(PRICE.c.listing_id == LISTING.c.id, PRICE.c.at == at)
    return select(*named, *beside).where(LISTING.c.price.is_not(None), ~written)


_THESE = one_of(LISTING.c.id, "ids")
_WRITE_TODAY = insert(PRICE).from_select(_COLUMNS, _today().where(_THESE))
_WRITE_END = insert(PRICE).from_select(_COLUMNS, _end().where(_THESE))


def write_out(tx: Connection, listing_ids: Collection[int]) -> None:
    """Write down all that the rows of some listings imply, before they come to say something else."""
    _write(tx, listing_ids, _WRITE_TODAY, _WRITE_END)


def write_out_today(tx: Connection, listing_ids: Collection[int]) -> None:
    """Write down what some listings ask, before it lands at another price or can no longer be told from their rows."""
    _write(tx, listing_ids, _WRITE_TODAY)


def _write(tx: Connection, listing_ids: Collection[int], *statements: Executable) -> None:
    for chunk in chunks(list(listing_ids)):
        for statement in statements:
            tx.execute(statement, {"ids": chunk})
