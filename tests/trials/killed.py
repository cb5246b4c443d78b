"""kill -9 in the middle of visits, migrations, tidying and backups: nothing half done, and the next start goes on."""

import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from db.copies import back_up
from db.engine import HEAD, open_engine
from tests.trials._market import home_with, market, settings
from tracker.assemble import Home, database
from tracker.pipeline import now_utc
from tracker.running import run_once
from tracker.tidying import tidy

ROUNDS = int(os.environ.get("TRACKER_TRIAL_ROUNDS", "200"))
CARDS = 60
SHOPS = 4
OLD = 4000
KEPT = Path(__file__).parents[1] / "db" / "first_release.sql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Victim:
    """Something to be killed at: `prepare` before each round, `work` in its own process, `check` afterwards."""

    name: str
    share: float
    prepare: Callable[[], None]
    work: Callable[[], object]
    check: Callable[[], None]


def in_child(work: Callable[[], object], kill_after_s: float | None) -> tuple[float, bool]:
    """Do the work in a forked process, killed after a while; seconds it lived, and whether it was killed."""
    began = time.monotonic()
    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        try:
            work()
        finally:
            os._exit(0)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return time.monotonic() - began, os.WIFSIGNALED(status)


def sound(file: Path) -> None:
    """Fail where a database is not as it must be after a crash."""
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


# --- visits -------------------------------------------------------------------------------------------------------


def visits(folder: Path, port: int) -> Victim:
    """A daemon's round over shops whose prices all move at every visit."""
    home = Home(path=home_with(folder / "visits", settings(port, SHOPS, every="1s")))
    file = home.path / "tracker.db"
    run_once(home)

    def due() -> None:
        with closing(sqlite3.connect(file)) as db, db:
            db.execute("UPDATE source SET next_visit_at = 1")

    def whole() -> None:
        sound(file)
        with closing(sqlite3.connect(file)) as db:
            shops = db.execute(
                "SELECT source_id, count(*), count(DISTINCT price), min(price), max(on_offer) FROM listing GROUP BY 1"
            ).fetchall()
            seen = dict(db.execute("SELECT source_id, count(DISTINCT seen_at) FROM presence GROUP BY 1"))
            asked = dict(db.execute("SELECT source_id, count(*) FROM visit GROUP BY 1"))
        assert [shop for shop in shops if shop[1:3] != (CARDS, 1)] == [], "a visit is stored half"
        assert set(seen.values()) == {1}, "a visit has half of its presence"
        assert len(asked) == SHOPS

    def goes_on() -> None:
        whole()
        with closing(sqlite3.connect(file)) as db:
            before = db.execute("SELECT count(*) FROM visit").fetchone()[0]
            db.execute("UPDATE source SET next_visit_at = 1")
            db.commit()
        in_child(lambda: run_once(home), None)
        whole()
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("SELECT count(*) FROM visit").fetchone()[0] == before + SHOPS, "a source is still held"

    return Victim(name="visits", share=0.4, prepare=due, work=lambda: run_once(home), check=goes_on)


# --- migrations ---------------------------------------------------------------------------------------------------


def migrations(folder: Path) -> Victim:
    """The upgrade of a database of the first release, with thousands of listings more."""
    file = folder / "migrations" / "tracker.db"
    file.parent.mkdir()
    first = folder / "first.db"
    with closing(sqlite3.connect(first)) as db:
        db.executescript(KEPT.read_text(encoding="utf-8"))
        _multiply(db)
        counted = _counts(db)

    def lay_down() -> None:
        for old in file.parent.iterdir():
            old.unlink()
        file.write_bytes(first.read_bytes())

    def whole() -> None:
        sound(file)
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("SELECT version_num FROM alembic_version").fetchone()[0] in ("0001", HEAD)
            assert counted.items() <= _counts(db).items(), "rows are gone"
        open_engine(f"sqlite:///{file}").dispose()
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("SELECT version_num FROM alembic_version").fetchone() == (HEAD,)
            assert counted.items() <= _counts(db).items(), "the next start lost rows"
        sound(file)

    def upgrade() -> None:
        open_engine(f"sqlite:///{file}").dispose()

    return Victim(name="migrations", share=0.2, prepare=lay_down, work=upgrade, check=whole)


def _multiply(db: sqlite3.Connection) -> None:
    """Copies of the kept listings under other ids, so that there is something to upgrade and to forget."""
    columns = [row[1] for row in db.execute("PRAGMA table_info(listing)") if row[1] not in ("id", "site_id")]
    named = ", ".join(columns)
    (kept,) = db.execute("SELECT count(*) FROM listing").fetchone()
    for copy in range(OLD // kept):
        db.execute(
            f"INSERT INTO listing (site_id, {named}) SELECT site_id || '-{copy}', {named} FROM listing LIMIT {kept}"
        )
    db.commit()


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return {name: int(db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in tables}


# --- tidying and backups ------------------------------------------------------------------------------------------


def tidying(folder: Path) -> Victim:
    """Forgetting thousands of listings that ended long ago."""
    home = Home(path=home_with(folder / "tidying", '[keep]\nlistings = "1d"\nrejects = "1d"\n'))
    file, full = home.path / "tracker.db", folder / "full.db"
    _with_old_listings(full)

    def lay_down() -> None:
        for old in home.path.glob("tracker.db*"):
            old.unlink()
        file.write_bytes(full.read_bytes())

    def work() -> None:
        with database(home) as engine:
            tidy(engine, home.config(), now=now_utc() + timedelta(days=400))

    def whole() -> None:
        sound(file)
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("SELECT count(*) FROM daily").fetchone()[0] > 0
        work()
        sound(file)
        with closing(sqlite3.connect(file)) as db:
            assert db.execute("SELECT count(*) FROM listing WHERE ended_at IS NOT NULL").fetchone() == (0,)

    return Victim(name="tidy", share=0.2, prepare=lay_down, work=work, check=whole)


def backups(folder: Path) -> Victim:
    """Copying a database in use."""
    full, copy = folder / "full.db", folder / "copy.db"

    def clear() -> None:
        copy.unlink(missing_ok=True)

    def whole() -> None:
        sound(full)
        if copy.exists():
            sound(copy)
        back_up(full, copy, force=True)
        sound(copy)
        assert not list(folder.glob("*.partial")), "a half copy lies about"

    return Victim(name="backup", share=0.2, prepare=clear, work=lambda: back_up(full, copy), check=whole)


def _with_old_listings(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.executescript(KEPT.read_text(encoding="utf-8"))
        _multiply(db)
        db.execute("UPDATE listing SET ended_at = first_seen_at, on_offer = 0")
        db.execute("DELETE FROM presence")
        db.commit()
    open_engine(f"sqlite:///{file}").dispose()


# --- the run ------------------------------------------------------------------------------------------------------


def run(rounds: int, *, seed: int = 7) -> list[tuple[str, int, int, float]]:
    """Kill every victim its share of the rounds; name, rounds, deaths at work, and seconds of work undisturbed."""
    chance = random.Random(seed)  # noqa: S311  (the same moments at every run)
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        port = held.enter_context(market(CARDS, moves_every=1))
        victims = [visits(folder, port), migrations(folder), tidying(folder), backups(folder)]
        return [_row(victim, round(rounds * victim.share), chance) for victim in victims]


def _row(victim: Victim, rounds: int, chance: random.Random) -> tuple[str, int, int, float]:
    victim.prepare()
    usual_s, _ = in_child(victim.work, None)
    victim.check()
    died = 0
    for _ in range(rounds):
        victim.prepare()
        _, killed = in_child(victim.work, chance.uniform(0, usual_s))
        died += killed
        victim.check()
    return victim.name, rounds, died, usual_s


def main() -> int:
    """Print how often each was killed; it fails at the first thing that is not whole."""
    rows = run(ROUNDS)
    print(f"{'at':<12}{'rounds':>8}{'killed at work':>16}{'work s':>8}  after each: sound, nothing half, goes on")
    for name, rounds, died, usual_s in rows:
        print(f"{name:<12}{rounds:>8}{died:>16}{usual_s:>8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
