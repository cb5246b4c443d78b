"""Tidying: what the settings say is kept no longer is forgotten, and the file gives back its room."""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from db import keeping
from db.copies import Room, give_back
from db.engine import committed, reading
from tracker.config import Config

log = logging.getLogger("tracker")

EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tidied:
    """What was forgotten, counted; `prices` counts the listings whose single prices went."""

    rejects: int
    listings: int
    prices: int
    visits: int
    alerts: int

    def __str__(self) -> str:
        return (
            f"forgotten: {self.rejects} rejects, {self.listings} ended listings, the single prices of {self.prices}, "
            f"{self.visits} visits, {self.alerts} alerts"
        )


def tidy(engine: Engine, config: Config, *, now: datetime) -> Tidied:
    """Forget what is older than the settings keep; every batch is a transaction, so that it can end anywhere."""
    keep = config.keep
    own = {name: table.keep for name, table in config.sources.items() if table.keep}
    ended = sum(keeping.forget_listings(engine, before=now - age, source=name) for name, age in own.items())
    if keep.listings:
        ended += keeping.forget_listings(engine, before=now - keep.listings)
    tidied = Tidied(
        rejects=keeping.forget_rejects(engine, before=now - keep.rejects),
        listings=ended,
        prices=keeping.forget_prices(engine, before=now - keep.prices),
        visits=keeping.forget_visits(engine, before=now - keep.visits),
        alerts=keeping.forget_alerts(engine, before=now - keep.alerts),
    )
    committed(engine, lambda tx: keeping.note_tidied(tx, now=now))
    return tidied


def tidy_daily(engine: Engine, config: Config, *, now: datetime) -> Room | None:
    """Tidy, and give back room, if that was not done for a day."""
    with reading(engine) as conn:
        last = keeping.tidied_at(conn)
    if last is not None and now - EVERY < last <= now:
        return None
    tidied = tidy(engine, config, now=now)
    room = give_back(engine)
    log.info("%s; %s", tidied, room, extra={"facts": {"event": "tidy", **asdict(tidied), **asdict(room)}})
    return room
