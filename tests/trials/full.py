"""A disk that fills up under a running daemon, and one that is read-only: said, survived, nothing committed lost."""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from tests.trials._market import home_with, market, settings
from tests.trials._process import daemon
from tests.trials.idle import done, wait_for

SHOPS, CARDS = 4, 60
DISK_MB = 8


def main() -> int:
    """Print what was tried and found; it fails at the first thing that is not as it must be."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        port = held.enter_context(market(CARDS, moves_every=1))
        text = settings(port, SHOPS, every="1s")
        if os.geteuid() == 0:
            on_a_small_disk(home_with(folder, text), text)
        else:
            print("mounting a disk takes root: a limit on the size of files stands in for it")
        under_a_limit(home_with(folder / "limited", text))
    return 0


def on_a_small_disk(folder: Path, text: str) -> None:
    """Fill a real file system to its last byte under a daemon; then start one on a disk that is read-only."""
    with mounted(folder / "disk") as disk:
        home = home_with(disk, text)
        with daemon(home) as process:
            wait_for(home, SHOPS)
            fill(disk)
            until(lambda: stands_still(home), "the daemon still writes to a full disk")
            kept = held(home)
            time.sleep(15)
            assert process.poll() is None, "the daemon ended on a full disk"
            assert held(home) == kept, "what was committed has changed"
            (disk / "filler").unlink()
            until(lambda: done(home) > kept[1], "no visit after there was room again")
            assert held(home)[0] >= kept[0]
        print(f"full disk: {kept[0]} listings and {kept[1]} visits kept, visits go on once there is room")
        unharmed(home)
        lines = (home / "log").read_text().splitlines()
        assert not any("Traceback" in line for line in lines), "a traceback in the log"
        for line in (line for line in lines if "wait until" in line or "written again" in line):
            print(f"  log: {line}")
        kept = held(home)
        subprocess.run(["/bin/mount", "-o", "remount,ro", str(disk)], check=True)
        ran = once(home)
        subprocess.run(["/bin/mount", "-o", "remount,rw", str(disk)], check=True)
        assert (ran.returncode, "Traceback" in ran.stderr) == (1, False)
        assert held(home) == kept, "what was committed has changed"
        print(f"read-only disk: all kept, exit 1, says: {ran.stderr.splitlines()[-1]}")


def under_a_limit(home: Path) -> None:
    """No file may grow beyond a few pages, the log of the database neither."""
    assert once(home).returncode == 0
    kept = held(home)
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        db.execute("UPDATE source SET next_visit_at = 1")
        db.commit()
    ran = once(home, most_bytes=32_768)
    assert (ran.returncode, "Traceback" in ran.stderr) == (1, False), ran.stderr
    assert held(home) == kept, "what was committed has changed"
    unharmed(home)
    said = ran.stderr.splitlines()[-1]
    print(f"files that may not grow: {kept[0]} listings and {kept[1]} visits kept, exit 1, says: {said}")


def once(home: Path, *, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """`tracker run --once`, its files held to a size."""
    limit = f"ulimit -f {most_bytes // 512}; " if most_bytes else ""
    command = f'{limit}exec "{sys.executable}" -m tracker --home "{home}" run --once'
    return subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)


def unharmed(home: Path) -> None:
    """Fail where the database is not sound."""
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@contextmanager
def mounted(folder: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder.mkdir()
    subprocess.run(["/bin/mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["/bin/umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave no byte free."""
    with (disk / "filler").open("wb", buffering=0) as filler:
        try:
            while filler.write(bytes(4096)):
                pass
        except OSError:
            return


def held(home: Path) -> tuple[int, int]:
    """Listings and visits that are stored."""
    with closing(sqlite3.connect(f"file:{home / 'tracker.db'}?mode=ro", uri=True)) as db:
        listings, visits = (db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("listing", "visit"))
    return listings, visits


def stands_still(home: Path) -> bool:
    """Whether no visit is written down for twelve seconds."""
    before = done(home)
    time.sleep(12)
    return done(home) == before


def until(so: Callable[[], bool], otherwise: str) -> None:
    """Look until it is so, at most three minutes."""
    deadline = time.monotonic() + 180
    while not so():
        assert time.monotonic() < deadline, otherwise
        time.sleep(1)


if __name__ == "__main__":
    sys.exit(main())
