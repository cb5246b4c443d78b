"""The only place that builds things: a home folder and its configuration become everything the walk needs."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import scrapers.sites
from db import notes, queries, sources
from db.engine import committed, open_engine, reading
from scrapers.base import Mode, Scraper, Source
from tracker import glance
from tracker.config import Config, channels_of, read_config
from tracker.core.errors import ConfigError, StoreError, Unreachable
from tracker.core.gpus import Catalogue, catalogue
from tracker.core.identify import identifier
from tracker.core.links import Links
from tracker.output import near
from tracker.pacing import zone_of
from tracker.pipeline import Tracker, now_utc
from tracker.place import DATABASE
from tracker.second_thoughts import reprice
from tracker.signing import signing_key

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from scrapers.fetch import Fetcher
    from tracker.core.money import Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A folder with tracker.toml, gpus.local.toml and the database; none of them has to be there."""

    path: Path

    @property
    def config_file(self) -> Path:
        """The user's configuration."""
        return self.path / "tracker.toml"

    def config(self) -> Config:
        """Read the configuration; raises ConfigError listing every mistake."""
        return read_config(self.config_file)

    def catalogue(self) -> Catalogue:
        """The spec database with the user's own rows."""
        return catalogue(self.path / "gpus.local.toml")

    def database_url(self, config: Config) -> str:
        """Where the data lives: as configured, or a SQLite file in this folder."""
        return config.database.url or f"sqlite:///{self.path / DATABASE}"

    def ensure_begun(self) -> None:
        """Raise ConfigError where neither a configuration nor a database is; a database elsewhere is one."""
        begun = self.config_file.exists() or (self.path / DATABASE).exists()
        if not begun and not self.config().database.url:
            raise ConfigError(
                f"there is nothing at {self.path} yet: `tracker init` makes a beginning there; "
                "if you have begun elsewhere, check --home"
            )

    def engine(self, config: Config) -> "Engine":
        """Open the database, with the folder made if it is ours; raises StoreError."""
        self.make(config)
        return open_engine(self.database_url(config))

    def make(self, config: Config) -> None:
        """Make the folder if the database lies in it; raises StoreError."""
        if config.database.url:
            return
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"the folder {self.path} cannot be made: {error.strerror}") from error


def starter(home: Home) -> None:
    """Write the commented configuration to start from; raises StoreError where the folder cannot be written."""
    text = files("tracker").joinpath("starter.toml").read_text(encoding="utf-8")
    try:
        home.path.mkdir(parents=True, exist_ok=True)
        home.config_file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreError(f"{home.config_file} cannot be written: {error.strerror}") from error


@contextmanager
def database(home: Home) -> Iterator["Engine"]:
    """The database alone, closed again at the end."""
    engine = home.engine(home.config())
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def opened(home: Home, config: Config | None = None) -> Iterator[Tracker]:
    """Everything the walk needs, closed again at the end."""
    read = config or home.config()
    known = home.catalogue()
    engine = home.engine(read)
    try:
        tracker = _tracker(read, known, engine)
        if config is None and not read.database.url:
            _remember(home, tracker)
        yield tracker
    finally:
        engine.dispose()


def refitted(home: Home, config: Config, engine: "Engine") -> Tracker:
    """Everything the walk needs by another configuration, on the database that is open."""
    return _tracker(config, home.catalogue(), engine)


def _tracker(read: Config, known: Catalogue, engine: "Engine") -> Tracker:
    tracker = Tracker(
        engine=engine,
        catalogue=known,
        identify=identifier(known),
        rates=_rates(engine),
        watches=read.asked,
        costs=read.costs,
        channels=channels_of(read),
        use=read.basis,
        paces={name: watch.pace for name, watch in read.watches.items()},
        zone=zone_of(read.buyer.time_zone),
        links=_links(read, engine),
        currency=read.buyer.currency,
        max_pages=read.fetch.max_pages,
        owner=read.owner.notify,
    )
    reprice(tracker)
    return tracker


def _links(config: Config, engine: "Engine") -> Links | None:
    """What makes the links in messages, where there is an address to lead them to."""
    base = config.web.public_url
    return Links(base=base, key=signing_key(engine)) if base else None


def _remember(home: Home, tracker: Tracker) -> None:
    """Note what the database was opened with, for `glance`."""
    now = glance.remembered(home.path, tracker.currency, tracker.use)
    with reading(tracker.engine) as conn:
        before = queries.noted(conn, glance.NOTE)
    if before != now:
        committed(tracker.engine, lambda tx: notes.note(tx, glance.NOTE, now))


def _rates(engine: "Engine") -> "Rates":
    """The rates kept in the database, or the bundled ones where those are newer."""
    from tracker.rates import bundled

    with reading(engine) as conn:
        kept = queries.rates(conn)
    fresh = bundled()
    if kept is not None and kept.day >= fresh.day:
        return kept
    committed(engine, lambda tx: notes.keep_rates(tx, fresh))
    return fresh


@contextmanager
def fetching(config: Config, engine: "Engine", *, sleep: Callable[[float], None] = time.sleep) -> Iterator["Fetcher"]:
    """The fetcher as configured, its daily quotas counted in the database."""
    from scrapers.fetch import Fetcher

    def spend(site: str, quota: int) -> bool:
        try:
            day = now_utc().date().isoformat()
            return committed(engine, lambda tx: sources.spend(tx, site, day=day, quota=quota))
        except StoreError as error:  # one busy moment ends a walk early, it does not undo it
            raise Unreachable(f"the call could not be counted: {error}", site=site) from error

    with Fetcher(
        contact=config.fetch.contact,
        delay_s=config.fetch.delay_s,
        timeout_s=config.fetch.timeout_s,
        secrets=os.environ,
        spend=spend,
        allow_private=config.fetch.allow_private,
        sleep=sleep,
    ) as fetcher:
        yield fetcher


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One source of the configuration, ready to visit: its scraper, its value for a mode, and its rhythms."""

    scraper: Scraper
    source: Source
    every: timedelta
    sweep_every: timedelta | None

    def in_mode(self, mode: Mode) -> "Stop":
        """The same source for another mode of visit."""
        return replace(self, source=replace(self.source, mode=mode))

    def pause(self) -> timedelta:
        """How long until the next visit of this source's mode."""
        return self.sweep_every if self.source.mode is Mode.SWEEP and self.sweep_every else self.every


def stop(config: Config, name: str) -> Stop:
    """One configured source by name; raises ConfigError for a name that is not configured."""
    table = config.sources.get(name)
    if table is None:
        hint = near(name, config.sources) if config.sources else ", which names none"
        raise ConfigError(f"there is no source {name!r} in the configuration{hint}")
    scraper = scrapers.sites.load(table.site)
    return Stop(
        scraper=scraper,
        source=Source(
            name=name,
            site=table.site,
            options=table.options,
            country=config.buyer.country,
            postcode=config.buyer.postcode,
            currency=table.currency or scraper.currency,
            canary=table.canary,
        ),
        every=table.every or scraper.every,
        sweep_every=table.sweep_every or scraper.sweep_every,
    )
