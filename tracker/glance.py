"""The report by GPU straight from the SQLite file, without the libraries that all else needs: a third of the time.

Taken only while nothing has changed that the database was last opened in full with (`remember`): the settings, the
user's own spec rows, the environment. In any other case there is no glance, and the caller goes the long way.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from db import lite
from tracker.core import by_gpu
from tracker.core.by_gpu import TREND, Standing, by_spec_alone
from tracker.core.gpus import catalogue
from tracker.core.metrics import Basis, Metric
from tracker.core.wanted import Wanted
from tracker.place import DATABASE

NOTE = "opened with"
"""The fact about the database that says what it was last opened in full with."""


def opened_with(home: Path) -> str:
    """A fingerprint of all that the user may set, as it is now."""
    seen = hashlib.sha256(repr(sorted(item for item in os.environ.items() if item[0].startswith("TRACKER_"))).encode())
    for name in ("tracker.toml", "gpus.local.toml"):
        file = home / name
        seen.update(b"\0" + (file.read_bytes() if file.exists() else b"none"))
    return seen.hexdigest()


def remembered(home: Path, currency: str, use: Basis) -> str:
    """What to note in the database once it is open in full; `currency` and `use` are the buyer's."""
    said = {name: str(value) for name, value in asdict(use).items()}
    return json.dumps({"fingerprint": opened_with(home), "currency": currency, "use": said})


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """The report by GPU, and what it takes to show it."""

    rows: list[dict[str, Any]]
    counts: dict[str, int]
    currency: str
    usd_per_unit: dict[str, Decimal]


def glance(home: Path, *, metric: Metric, wanted: Wanted, model_gb: Decimal | None, now: datetime) -> Glance | None:
    """The same rows as `report.by_gpu`; None where only the long way is sure to be right.

    `model_gb` stands in for the size the buyer's settings name.
    """
    file = home / DATABASE
    if not by_spec_alone(wanted) or not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as db:
            return _look(home, db.cursor(), metric, wanted, model_gb, now)
    except sqlite3.Error:  # made by another version, or not a database at all: the long way says so
        return None


def _look(
    home: Path, cursor: sqlite3.Cursor, metric: Metric, wanted: Wanted, model_gb: Decimal | None, now: datetime
) -> Glance | None:
    noted = json.loads(lite.noted(cursor, NOTE) or "{}")
    if noted.get("fingerprint") != opened_with(home):
        return None
    use = {name: Decimal(said) for name, said in noted["use"].items()}
    basis = Basis(**use | ({} if model_gb is None else {"model_gb": model_gb}))
    cursor.execute("BEGIN")  # one view of the database, whatever is written meanwhile
    known = catalogue(home / "gpus.local.toml")
    asked = {gpu.id for gpu in wanted.variants(known)}
    standing = [_standing(cursor, each) for each in lite.numbers(cursor) if each[0] in asked]
    since = (now.date() - TREND).isoformat()
    medians = lite.medians(cursor, [one.variant for one in standing], since=since)
    rows = by_gpu.rows(standing, medians, metric=metric, basis=basis, catalogue=known, now=now)
    return Glance(
        rows=by_gpu.with_staleness(rows, lite.sightings(cursor, [one.listing_id for one in standing]), now),
        counts=lite.counts(cursor) | _matching(cursor, rows, asked),
        currency=noted["currency"],
        usd_per_unit=lite.usd_per_unit(cursor),
    )


def _matching(cursor: sqlite3.Cursor, rows: Sequence[Mapping[str, Any]], asked: Collection[str]) -> dict[str, int]:
    """What `count_queries.matching_decided` answers."""
    unrated = sum(offers for variant, offers in lite.without_rate(cursor).items() if variant in asked)
    return {
        "matching": sum(row["offers"] for row in rows) + unrated,
        "without_rate": unrated,
        "without_value": sum(row["offers"] for row in rows if row["value"] is None),
    }


def _standing(cursor: sqlite3.Cursor, numbers: lite.Numbers) -> Standing:
    variant, offers, min_cents, p10_cents, median_cents = numbers
    listing_id, title, url = lite.cheapest(cursor, variant)
    return Standing(
        variant=variant,
        offers=offers,
        min_cents=min_cents,
        p10_cents=p10_cents,
        median_cents=median_cents,
        listing_id=listing_id,
        title=title,
        url=url,
    )
