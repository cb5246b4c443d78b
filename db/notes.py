"""Writes of the few facts that belong to no listing: exchange rates, and notes on the database itself."""

from sqlalchemy import Connection, delete, insert

from db.sql import NOTE, RATE, upsert
from tracker.core.money import Rates


def keep_rates(tx: Connection, rates: Rates) -> None:
    """Replace the stored exchange rates."""
    tx.execute(delete(RATE))
    tx.execute(
        insert(RATE),
        [
            {"currency": currency, "usd": usd, "day": rates.day.isoformat()}
            for currency, usd in rates.usd_per_unit.items()
        ],
    )


def note(tx: Connection, name: str, value: str) -> None:
    """Remember one fact about the database itself."""
    upsert(tx, NOTE, [{"name": name, "value": value}], key=("name",))
