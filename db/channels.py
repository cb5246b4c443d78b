"""How the channels fare: pauses after failures, and those that are disabled until somebody mends them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select, update

from db.rows import Row
from db.sql import CHANNEL, upsert

_FRESH: Row = {"failures": 0, "paused_until": None, "disabled_at": None, "error": ""}


def states(conn: Connection) -> dict[str, Row]:
    """How every channel fares that was ever used, by name."""
    return {row["name"]: dict(row) for row in conn.execute(select(CHANNEL).order_by(CHANNEL.c.name)).mappings()}


def state(conn: Connection, name: str) -> Row | None:
    """How one channel fares; None for one never used."""
    row = conn.execute(_NAMED, {"name": name}).mappings().first()
    return None if row is None else dict(row)


_NAMED = select(CHANNEL).where(CHANNEL.c.name == bindparam("name"))


def know(tx: Connection, name: str, fingerprint: str) -> None:
    """Start a channel afresh, with the settings it has now."""
    upsert(tx, CHANNEL, [{"name": name, "fingerprint": fingerprint, **_FRESH}], key=("name",))


def enable(tx: Connection, names: Collection[str] | None = None) -> None:
    """Let channels (None: all) be tried again at once."""
    chosen = update(CHANNEL) if names is None else update(CHANNEL).where(CHANNEL.c.name.in_(names))
    tx.execute(chosen.values(_FRESH))


def works(tx: Connection, name: str) -> None:
    """Note that a channel took a message."""
    tx.execute(_MENDED, {"of": name})


_MENDED = update(CHANNEL).where(CHANNEL.c.name == bindparam("of"), CHANNEL.c.failures > 0).values(_FRESH)


def pause(tx: Connection, name: str, *, until: datetime, error: str) -> None:
    """Note that a channel failed, and is left alone for a while."""
    failed = {"failures": CHANNEL.c.failures + 1, "paused_until": until, "error": error}
    tx.execute(update(CHANNEL).where(CHANNEL.c.name == name).values(failed))


def disable(tx: Connection, name: str, *, error: str, now: datetime) -> bool:
    """Use a channel no more until somebody mends it; False where it already was so."""
    working = update(CHANNEL).where(CHANNEL.c.name == name, CHANNEL.c.disabled_at.is_(None))
    return tx.execute(working.values(disabled_at=now, error=error)).rowcount == 1
