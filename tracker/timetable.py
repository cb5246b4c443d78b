"""What is visited when: the configured sources, the hosts they are read from, and their rhythms in the database."""

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from db import sources
from db.engine import committed
from scrapers import oauth
from tracker.assemble import Stop, stop
from tracker.config import Config
from tracker.core.errors import SourceError
from tracker.greeting import greet
from tracker.pipeline import Tracker, now_utc

log = logging.getLogger("tracker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One source that is visited on schedule, and the host that its visits begin at."""

    stop: Stop
    host: str


def timetable(config: Config) -> dict[str, Entry]:
    """The configured sources by name; those that are off or cannot be visited are left out, which is said once."""
    entries: dict[str, Entry] = {}
    keyless: dict[str, str] = {}
    for name, table in config.sources.items():
        planned = stop(config, name)
        needs, lacking = planned.scraper.needs, oauth.missing(planned.scraper, os.environ)
        if table.enabled and needs and lacking:
            keyless[table.site] = f"they need {' and '.join(lacking)}. {needs.help}"
        elif table.enabled and (host := _host(planned)):
            entries[name] = Entry(stop=planned, host=host)
    for site, said in keyless.items():
        log.warning("the sources of %s are left alone: %s", site, said)
    return entries


def put_up(tracker: Tracker, entries: Mapping[str, Entry]) -> None:
    """Put the sources on the schedule, take all others off it, and let new watches speak."""
    now = now_utc()

    def written(tx: Connection) -> None:
        sources.unschedule(tx, kept=list(entries))
        for name, entry in entries.items():
            site, sweeps = entry.stop.source.site, entry.stop.sweep_every is not None
            sources.schedule(tx, name, site, sweeps=sweeps, now=now)

    committed(tracker.engine, written)
    greet(tracker, now=now)


def _host(planned: Stop) -> str:
    """The host a source is read from; "" for one that cannot be visited, which is said."""
    try:
        first = next(iter(planned.scraper.start(planned.source)), None)
        return (first and urlsplit(first.url).hostname) or planned.source.name
    except (SourceError, ValueError) as error:
        log.warning("%s is left alone: %s", planned.source.name, error)
        return ""
