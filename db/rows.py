"""Between values and rows: an outcome as a listing row, a listing row as a priced offer."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

from sqlalchemy import Result

from tracker.core.gpus import Catalogue
from tracker.core.landed import ESTIMATED, Landed
from tracker.core.models import Offer, Priced, RawListing, Rejected, Verdict

Row = dict[str, Any]

Bill = Callable[[Offer], Landed]
"""What an offer costs its buyer, by the rates and costs of the day."""

COLUMNS_OF_THEIR_OWN = frozenset({"site", "site_id", "url", "title"})
RESTLESS = frozenset({"feedback_percent", "feedback_count", "image", "bids", "whole_group"})
"""What may differ at every visit without anybody wanting to know: written along, but no reason to write."""

_PRINTED = tuple(field.name for field in fields(RawListing) if field.name not in COLUMNS_OF_THEIR_OWN)
_printed_of = attrgetter(*_PRINTED)
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


Digest = Callable[[Offer | Rejected], int]


def digest_of(outcome: Offer | Rejected) -> int:
    """A number that is another one when what a listing prints or what it is read as is; the buyer's costs aside."""
    made = _offered_of(outcome) if isinstance(outcome, Offer) else (outcome.reason, outcome.detail)
    seen = repr((_steady_of(outcome.raw), _read_of(outcome.verdict), made)).encode()
    return int.from_bytes(hashlib.blake2b(seen, digest_size=8).digest(), signed=True)


_steady_of = attrgetter(*(field.name for field in fields(RawListing) if field.name not in RESTLESS))
_read_of = attrgetter(
    *("kind._value_", "gpu", "variant", "vram_gb", "quantity", "modded", "form", "condition._value_"),
    *("flags", "reason"),
)  # (a member's `value` takes five times as long)
_offered_of = attrgetter(
    *("price.amount", "price.currency", "shipping", "available", "auction", "flags", "listed_at", "ends_at")
)


def row_of(outcome: Offer | Rejected, bill: Bill, digest: Digest = digest_of) -> Row:
    """The listing row of one outcome, but for the columns that depend on when and where it was seen.

    Its amounts are in whole hundredths, as the database keeps them; `digest` may know its digest already.
    """
    raw, verdict = outcome.raw, outcome.verdict
    printed = {name: value for name, value in zip(_PRINTED, _printed_of(raw), strict=True) if value}
    return {
        "site": raw.site,
        "site_id": raw.site_id,
        "url": raw.url,
        "title": raw.title.replace(_NUL, " "),
        "raw": _as_json(printed),
        "digest": digest(outcome),
        **read_as(verdict),
        "rejected": None,
        "price": None,
        "currency": "",
        "shipping": None,
        "on_offer": is_on_offer(outcome),
        "group_id": raw.group_id if raw.whole_group else "",
        "seller": raw.seller.replace(_NUL, " "),
        "feedback_percent": _number(raw.feedback_percent),
        "feedback_count": None if (count := _number(raw.feedback_count)) is None else int(count),
        "country": raw.country,
        "best_offer": raw.best_offer,
        "auction": False,
        "listed_at": None,
        "ends_at": None,
        **_worth(outcome, bill),
    }


def read_as(verdict: Verdict) -> Row:
    """What a listing is read as, in the columns of its row."""
    return {
        "kind": verdict.kind._value_,
        "gpu": verdict.gpu,
        "variant": verdict.variant,
        "vram_gb": verdict.vram_gb,
        "quantity": verdict.quantity,
        "modded": verdict.modded,
        "form": verdict.form,
        "condition": verdict.condition._value_,
        "flags": " ".join(verdict.flags),
        "reason": verdict.reason,
    }


_NUL = "\x00"
"""The one letter that PostgreSQL keeps in no text: it would refuse the whole visit."""


def is_on_offer(outcome: Offer | Rejected) -> bool:
    """Whether an outcome can be bought now."""
    return isinstance(outcome, Offer) and outcome.available


def _worth(outcome: Offer | Rejected, bill: Bill) -> Row:
    if isinstance(outcome, Rejected):
        return {
            "rejected": outcome.reason,
            "reason": outcome.detail,
            "rate": None,
            "landed_usd": None,
            "unit_usd": None,
        }
    landed = bill(outcome)
    return {
        "price": cents(outcome.price.amount),
        "currency": outcome.price.currency,
        "shipping": cents(outcome.shipping),
        "rate": landed.rate,
        "landed_usd": cents(landed.landed_usd),
        "unit_usd": cents(landed.unit_usd),
        "flags": " ".join((*outcome.flags, ESTIMATED) if landed.estimated else outcome.flags),
        "auction": outcome.auction,
        "listed_at": outcome.listed_at,
        "ends_at": outcome.ends_at,
    }


def rows_of(result: Result[Any]) -> list[Row]:
    """The rows of an answer by the names of their columns; a row's own `_asdict` takes five times as long."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def _number(text: str) -> float | None:
    """A seller's score as printed ("99.8"); None for anything that is no plain number below a billion."""
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < 1e9 else None


def raw_of(row: Mapping[str, Any]) -> RawListing:
    """What the site printed, as it was when the row was written."""
    own = {name: row[name] for name in COLUMNS_OF_THEIR_OWN}
    return RawListing(**own, **json.loads(row["raw"]))


def priced_of(
    row: Mapping[str, Any], *, listing_id: int, source: str, last_seen_at: datetime, catalogue: Catalogue
) -> Priced:
    """The offer of a listing row."""
    return Priced(
        listing_id=listing_id,
        site=row["site"],
        site_id=row["site_id"],
        source=source,
        kind=row["kind"],
        gpu=row["gpu"],
        variant=row["variant"],
        title=row["title"],
        url=row["url"],
        condition=row["condition"],
        modded=row["modded"],
        quantity=row["quantity"],
        price=row["price"],
        currency=row["currency"],
        shipping=row["shipping"],
        landed_usd=row["landed_usd"],
        unit_usd=row["unit_usd"],
        vram_gb=row["vram_gb"],
        spec=catalogue.by_id.get(row["variant"] or ""),
        seller=row["seller"],
        feedback_percent=row["feedback_percent"],
        feedback_count=row["feedback_count"],
        country=row["country"],
        best_offer=row["best_offer"],
        auction=row["auction"],
        flags=tuple(row["flags"].split()),
        first_seen_at=row["first_seen_at"],
        last_seen_at=last_seen_at,
        listed_at=row["listed_at"],
        ends_at=row["ends_at"],
        printed=row["raw"],
        source_state=row.get("source_state", "ok"),
        source_ok_at=row.get("source_ok_at"),
    )


def cents(amount: Decimal | None) -> Decimal | None:
    """The amount as the database keeps it, in whole hundredths."""
    return None if amount is None else amount.quantize(_CENT)


_CENT = Decimal("0.01")
