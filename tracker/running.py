"""Running the daemon: the lock, the parts it is made of, the pages it may serve, and how it is refitted."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

from sqlalchemy import Engine

from db.lock import alone
from tracker.assemble import Home, fetching, opened, refitted
from tracker.config import Config
from tracker.daemon import Daemon, Outfit, leave
from tracker.haste import Haste
from tracker.pipeline import Tracker
from tracker.process import settle
from tracker.rounds import FetchOf, Rounds
from tracker.vitals import Vitals

log = logging.getLogger("tracker")


def run(home: Home, *, web: bool) -> None:
    """Visit and deliver until told to stop, and serve the pages where the settings or the caller want them."""
    with _daemon(home, web=web) as daemon:
        leave(cleanly=daemon.run())


def run_once(home: Home) -> bool:
    """Visit everything due, deliver everything owed; False when a visit went wrong."""
    with _daemon(home, web=None) as daemon:
        return daemon.once()


@contextmanager
def _daemon(home: Home, *, web: bool | None) -> Iterator[Daemon]:
    """A daemon alone on its database; `web` None serves nothing, whatever the settings say."""
    config = home.config()
    with ExitStack() as held:
        home.make(config)
        held.enter_context(alone(home.database_url(config), who="tracker run"))
        haste, vitals = Haste(), Vitals(ticks=True)
        tracker = held.enter_context(opened(home, config))
        fetch_of = _fetch_of(held, config, tracker.engine, haste)
        settle()
        pages = held.enter_context(ExitStack())
        if web or (config.web.enabled and web is not None):
            _serve(pages, tracker, config, vitals)
        yield Daemon(
            Outfit(config=config, tracker=tracker, fetch_of=fetch_of),
            rounds=Rounds(vitals=vitals, haste=haste),
            vitals=vitals,
            refit=_refit(home, held, haste),
            tick=timedelta(seconds=config.daemon.tick_s),
        )


def _serve(pages: ExitStack, tracker: Tracker, config: Config, vitals: Vitals) -> None:
    from tracker.web.serve import serving  # 30 MB that a daemon without pages does without

    pages.enter_context(serving(tracker, config, vitals))


def _fetch_of(held: ExitStack, config: Config, engine: Engine, haste: Haste) -> FetchOf:
    fetcher = held.enter_context(fetching(config, engine, sleep=haste.sleep))
    return lambda stop: fetcher.of(stop.scraper, stop.source)


def _refit(home: Home, held: ExitStack, haste: Haste) -> Callable[[Outfit], Outfit]:
    """Reads the settings anew; what the database, the pages and the clock go by waits for the next start."""

    def refit(before: Outfit) -> Outfit:
        config = home.config()
        for table in ("database", "web"):
            if getattr(config, table) != getattr(before.config, table):
                log.warning("[%s] has changed: that takes a restart", table)
        if config.daemon.tick_s != before.config.daemon.tick_s:
            log.warning("daemon.tick_s has changed: that takes a restart")
        tracker = refitted(home, config, before.tracker.engine)
        same = config.fetch == before.config.fetch
        fetch_of = before.fetch_of if same else _fetch_of(held, config, tracker.engine, haste)
        return Outfit(config=config, tracker=tracker, fetch_of=fetch_of)

    return refit
