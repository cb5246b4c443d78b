"""Workers side by side on one PostgreSQL: first left alone, then killed at random while the server restarts.

TRACKER_TRIAL_JOBS, _WORKERS, _KILLS, _RESTARTS and _REST_S change the size.
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Engine, func, select, text

from db.engine import open_engine, reading
from db.sql import ALERT, DELIVERY, LISTING, SOURCE, VISIT
from tests import postgres
from tests.trials import _hall
from tests.trials._hall import Hall
from tracker.core.errors import StoreError

SOURCES, HOSTS = 400, 40
JOBS = int(os.environ.get("TRACKER_TRIAL_JOBS", "20000"))
WORKERS = int(os.environ.get("TRACKER_TRIAL_WORKERS", "4"))
KILLS = int(os.environ.get("TRACKER_TRIAL_KILLS", "200"))
RESTARTS = int(os.environ.get("TRACKER_TRIAL_RESTARTS", "5"))
REST_S = float(os.environ.get("TRACKER_TRIAL_REST_S", "2"))
"""Between two troubles, on average: a new worker takes about as long to begin."""

AT_ONCE = 4
EVERY_S = 1
DURABLE = {"max_connections": "120", "shared_buffers": "128MB"}
ROOT = Path(__file__).parents[2]


def settings(hall: Hall, sources: int, hosts: int, *, below: int = 5000) -> str:
    """The tracker.toml of every worker; what asks less than `below` raises an alert."""
    head = (
        "[fetch]\nallow_private = true\ndelay_s = 0\n"
        "[cluster]\ntick_s = 1\npoll_s = 0.05\nheartbeat_s = 1\ndead_after_s = 4\n"
        "[owner]\nnotify = []\n"
        f'[watches.any]\ngpu = "*"\nmetric = "usd"\nbelow = {below}\nnotify = ["hook"]\n'
        f'[channels.hook]\ntype = "webhook"\nurl = "http://{_hall.host_name(0)}:{hall.port}/letters"\n'
    )
    return head + "".join(
        f'[sources.s{number}]\nsite = "shopify"\ncurrency = "USD"\nevery = "{EVERY_S}s"\ncollection = "{number}"\n'
        f'url = "http://{_hall.host_name(number % hosts)}:{hall.port}"\n'
        for number in range(sources)
    )


class Crew:
    """Worker processes on one database; those that are killed are replaced."""

    def __init__(self, home: Path, address: str, at_once: int = AT_ONCE) -> None:
        self._home = home
        self._address = address
        self._at_once = at_once
        self._log = (home / "workers.log").open("ab")
        self.members: list[subprocess.Popen[bytes]] = []
        self.gone = 0

    def hire(self) -> None:
        """Start one more worker."""
        words = ["--home", str(self._home), "worker", "--concurrency", str(self._at_once)]
        self.members.append(
            subprocess.Popen(
                [sys.executable, "-m", "tracker", *words],
                stderr=self._log,
                cwd=ROOT,
                env={**os.environ, "TRACKER_DATABASE__URL": self._address},
            )
        )

    def kill_one(self) -> None:
        """Kill a worker as if its machine had burnt, and hire another."""
        victim = self.members.pop(random.randrange(len(self.members)))  # noqa: S311
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        self.hire()

    def replace_the_gone(self) -> None:
        """Start workers anew that found no database to begin with, as whatever supervises them would."""
        gone = [member for member in self.members if member.poll() is not None]
        for member in gone:
            self.members.remove(member)
            self.hire()
            self.gone += 1

    def dismiss(self) -> list[int]:
        """Let all finish; returns their exit codes."""
        for member in self.members:
            member.send_signal(signal.SIGTERM)
        return [member.wait(120) for member in self.members]

    def close(self) -> None:
        """End whatever still runs."""
        for member in self.members:
            member.kill()
            member.wait()
        self._log.close()


@contextmanager
def crew(home: Path, address: str, at_once: int = AT_ONCE) -> Iterator[Crew]:
    """Workers that are gone when the block ends."""
    hired = Crew(home, address, at_once)
    try:
        yield hired
    finally:
        hired.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the database, the shops and the letterbox say after a run."""

    visits: int
    unwell: int
    requests: int
    crowded: int
    early: int
    doubled: int
    fewest: int
    listings: int
    silent: int
    repeated: int
    alerts: int
    owed: int
    letters: int
    keys: int
    stray: int
    left_over: int


def visits_so_far(engine: Engine) -> int:
    """How many visits are written down."""
    with reading(engine) as conn:
        return int(conn.execute(select(func.count()).select_from(VISIT)).scalar_one())


def sources_visited(engine: Engine) -> int:
    """How many sources have been visited."""
    with reading(engine) as conn:
        return int(conn.execute(select(func.count(VISIT.c.source_id.distinct()))).scalar_one())


def found(engine: Engine, hall: Hall) -> Found:
    """Count what must be and what must not."""
    with reading(engine) as conn:
        visits = conn.execute(
            select(VISIT.c.source_id, VISIT.c.started_at, VISIT.c.ended_at, VISIT.c.outcome).order_by(
                VISIT.c.source_id, VISIT.c.started_at
            )
        ).all()
        listings = conn.execute(select(LISTING.c.id, LISTING.c.source_id, LISTING.c.first_seen_at)).all()
        alerts = conn.execute(select(ALERT.c.key, ALERT.c.payload)).all()
        owed = conn.execute(select(func.count()).select_from(DELIVERY).where(DELIVERY.c.state != "sent")).scalar_one()
        sources = conn.execute(select(func.count()).select_from(SOURCE)).scalar_one()
        jobs = conn.execute(
            text("SELECT count(*) FROM tracker_jobs.procrastinate_jobs WHERE task_name = 'visit' AND status = 'doing'")
        ).scalar_one()
    of_source = defaultdict(list)
    for visit in visits:
        of_source[visit.source_id].append(visit)
    pairs = [(a, b) for rows in of_source.values() for a, b in pairwise(rows)]
    told = Counter(offer["listing_id"] for row in alerts for offer in json.loads(row.payload)["offers"])
    keys = {row.key for row in alerts}
    return Found(
        visits=len(visits),
        unwell=sum(visit.outcome != "ok" for visit in visits),
        requests=hall.shown.total(),
        crowded=hall.crowded,
        early=sum((b.started_at - a.ended_at).total_seconds() < EVERY_S * 0.9 for a, b in pairs),
        doubled=sum(b.started_at < a.ended_at for a, b in pairs),
        fewest=min((len(rows) for rows in of_source.values()), default=0) if len(of_source) == sources else 0,
        listings=len(listings),
        silent=sum(told[listing.id] == 0 for listing in listings),
        repeated=sum(count > 1 for count in told.values()),
        alerts=len(alerts),
        owed=int(owed),
        letters=len(hall.letters),
        keys=len(set(hall.letters) & keys),
        stray=len(set(hall.letters) - keys),
        left_over=int(jobs),
    )


def run(
    *, jobs: int, workers: int, kills: int = 0, restarts: int = 0, sources: int = SOURCES, hosts: int = HOSTS
) -> int:
    """One run; prints what was found, and returns 1 where something is not as it must be."""
    with (
        tempfile.TemporaryDirectory(prefix="tracker-trial-") as folder,
        postgres.running(DURABLE) as server,
        _hall.opened(hosts, news_every=3) as hall,
    ):
        home = Path(folder)
        (home / "tracker.toml").write_text(settings(hall, sources, hosts))
        address = server.make("trial")
        engine = open_engine(address)
        began = time.monotonic()
        with crew(home, address) as hired:
            for _ in range(workers):
                hired.hire()
            _storm(hired, server, engine, jobs=jobs, kills=kills, restarts=restarts)
            took_s = time.monotonic() - began
            _until(lambda: _quiet(engine), 180)  # what is owed goes out
            hired.replace_the_gone()  # the last trouble may have been a restart
            codes = hired.dismiss()
        result = found(engine, hall)
        engine.dispose()
        said = (home / "workers.log").read_text(errors="replace")
    print(f"{workers} workers, {kills} killed, {restarts} restarts of the server, {took_s:.0f} s:")
    for name in Found.__slots__:
        print(f"  {name:<10}{getattr(result, name):>8,}")
    faults = _faults(result, sources, disturbed=bool(kills or restarts))
    told_too_soon = -signal.SIGTERM  # before it had begun: there was nothing to finish
    faults += [f"exit codes {codes}"] if set(codes) - {0, told_too_soon} else []
    faults += [f"{said.count('Traceback')} tracebacks"] if "Traceback" in said else []
    for fault in faults:
        print(f"FAULT: {fault}")
    if faults:
        print(said[-4000:])
    return 1 if faults else 0


def _faults(result: Found, sources: int, *, disturbed: bool) -> list[str]:
    must_be_none = ("crowded", "early", "doubled", "silent", "repeated", "owed", "stray", "left_over", "unwell")
    said = [f"{name}: {getattr(result, name)}" for name in must_be_none if getattr(result, name)]
    if result.fewest == 0:
        said.append("a source was never visited")
    if result.keys != result.alerts:
        said.append(f"{result.alerts - result.keys} alerts never arrived")
    if not disturbed and result.letters != result.keys:
        said.append(f"{result.letters - result.keys} letters came twice")
    if not disturbed and result.requests != result.visits:
        said.append(f"{result.requests} requests for {result.visits} visits")
    return said


def _storm(hired: Crew, server: postgres.Server, engine: Engine, *, jobs: int, kills: int, restarts: int) -> None:
    """Wait for the visits, and meanwhile kill workers and restart the server, evenly over them."""
    troubles = [hired.kill_one] * kills + [lambda: server.restart(random.choice(("fast", "immediate")))] * restarts  # noqa: S311
    random.shuffle(troubles)
    done, asked_at = 0, 0.0
    while done < jobs or troubles:
        time.sleep(random.uniform(0.5, 1.5) * REST_S)  # noqa: S311
        if troubles and done > 0:
            troubles.pop()()
        hired.replace_the_gone()
        if time.monotonic() - asked_at > 2:
            done, asked_at = _asked(engine, done), time.monotonic()


def _asked(engine: Engine, before: int) -> int:
    try:
        return visits_so_far(engine)
    except StoreError:
        return before


def _quiet(engine: Engine) -> bool:
    with reading(engine) as conn:
        return not conn.execute(select(DELIVERY.c.alert_id).where(DELIVERY.c.state == "owed").limit(1)).first()


def _until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.2)


def main() -> int:
    """First the calm, then the storm."""
    calm = run(jobs=JOBS, workers=WORKERS)
    storm = run(jobs=JOBS // 4, workers=WORKERS, kills=KILLS, restarts=RESTARTS)
    return max(calm, storm)


if __name__ == "__main__":
    sys.exit(main())
