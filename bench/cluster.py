"""PostgreSQL: many rows at once by three ways, and the same visits by one process on SQLite and by workers.

TRACKER_BENCH_CLUSTER_S is how many seconds of visits are counted each time.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.dialects import postgresql
from sqlmodel import Session

from bench.measure import say
from db import copying
from db.engine import open_engine, writing
from db.sql import NOTE
from db.tables import Note
from tests import postgres
from tests.trials import _hall
from tests.trials.cluster import DURABLE, crew, settings, sources_visited, visits_so_far
from tracker import pipeline
from tracker.assemble import Home, fetching, opened
from tracker.timetable import put_up, timetable

ROWS = 100_000
SECONDS = float(os.environ.get("TRACKER_BENCH_CLUSTER_S", "20"))
SOURCES, HOSTS, STANDING = 400, 40, 50


def main() -> None:
    """Print the rates of writing rows, then those of visits."""
    with postgres.running(DURABLE) as server:
        engine = open_engine(server.make("rows"))
        _rows(engine)
        engine.dispose()
        alone = _alone("")
        _told("SQLite, one process, a thread a host", alone, alone)
        _told("PostgreSQL, one process, a thread a host", _alone(server.make("alone")), alone)
        for workers in (1, 2, 4):
            _together(server.make(f"by_{workers}"), workers, alone)


def _rows(engine: Engine) -> None:
    rows = [{"name": f"row {number}", "value": str(number)} for number in range(ROWS)]
    plain = postgresql.insert(NOTE)
    over = plain.on_conflict_do_update(index_elements=("name",), set_={"value": plain.excluded.value})
    with writing(engine) as tx:

        def anew(work: Callable[[], object]) -> float:
            tx.exec_driver_sql('TRUNCATE "note"')  # a fresh file: what is deleted stays in the way of the next
            return _per_second(work)

        entered = anew(lambda: copying.enter(tx, NOTE, rows))
        by_core = anew(lambda: tx.execute(plain, rows))
        upserted = anew(lambda: copying.upsert(tx, NOTE, rows, key=("name",)))
        again = _per_second(lambda: copying.upsert(tx, NOTE, rows, key=("name",)))
        over_by_core = anew(lambda: tx.execute(over, rows))
        again_by_core = _per_second(lambda: tx.execute(over, rows))
        tx.exec_driver_sql('TRUNCATE "note"')
    with Session(engine) as session:
        session.add_all([Note(**row) for row in rows])
        by_objects = _per_second(session.commit)
    for what, ours, core, least in (
        ("new, by COPY", entered, by_core, 2),
        ("that may be there, by COPY and upsert", upserted, over_by_core, 1),
        ("that are there, by COPY and upsert", again, again_by_core, 1),
    ):
        peer = f"Core {core:,.0f}: {ours / core:.2f} ×" + (f"; objects {by_objects:,.0f}" if core == by_core else "")
        say(f"{ROWS:,} rows {what}, a second", f"{ours:,.0f}", f"> {least} × Core", met=ours > least * core, peer=peer)


def _per_second(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return ROWS / (time.perf_counter() - began)


def _alone(address: str) -> float:
    """One process, a thread for each host: the visits a second."""
    with _market() as (hall, home):
        url = address or f"sqlite:///{home / 'tracker.db'}"
        (home / "tracker.toml").write_text(f'{settings(hall, SOURCES, HOSTS, below=1)}[database]\nurl = "{url}"\n')
        place = Home(path=home)
        config = place.config()
        with opened(place, config) as tracker, fetching(config, tracker.engine) as fetcher:
            entries = timetable(config)
            put_up(tracker, entries)
            hosts = sorted({entry.host for entry in entries.values()})

            def walk(host: str) -> int:
                mine = [entry.stop for entry in entries.values() if entry.host == host]
                fetches = [(one, fetcher.of(one.scraper, one.source)) for one in mine]
                return sum(
                    pipeline.visit(tracker, one.scraper, one.source, fetch, every=one.every) is not None
                    for one, fetch in fetches
                )

            def until(end: float, host: str) -> int:
                done = 0
                while time.monotonic() < end:
                    done += walk(host)
                return done

            with ThreadPoolExecutor(len(hosts)) as pool:
                list(pool.map(walk, hosts))  # every source has been seen before
                began = time.monotonic()
                done = sum(pool.map(partial(until, began + SECONDS), hosts))
            return done / (time.monotonic() - began)


def _together(address: str, workers: int, alone: float) -> None:
    """So many workers: the visits a second, once all of them work."""
    with _market() as (hall, home):
        (home / "tracker.toml").write_text(settings(hall, SOURCES, HOSTS, below=1))
        engine = open_engine(address)
        with crew(home, address, at_once=8) as hired:
            for _ in range(workers):
                hired.hire()
            while sources_visited(engine) < SOURCES:
                time.sleep(0.2)
            began, before = time.monotonic(), visits_so_far(engine)
            time.sleep(SECONDS)
            rate = (visits_so_far(engine) - before) / (time.monotonic() - began)
            hired.dismiss()
        engine.dispose()
    _told(f"PostgreSQL, {workers} workers", rate, alone)


def _told(where: str, rate: float, alone: float) -> None:
    peer = f"{rate * STANDING:,.0f} listings, {rate / alone:.2f} × SQLite"
    say(f"visits a second, {where}", f"{rate:.1f}", "none", met=True, peer=peer)


@contextmanager
def _market() -> Iterator[tuple[_hall.Hall, Path]]:
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
        _hall.opened(HOSTS, standing=STANDING) as hall,
    ):
        yield hall, Path(folder)
