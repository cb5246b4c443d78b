"""Another process looked at from outside: its memory, handles, threads and CPU time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a process stands: resident megabytes, open handles, threads, and CPU seconds so far."""

    rss_mb: float
    handles: int
    threads: int
    cpu_s: float


def look(pid: int) -> Look:
    """Read how a process stands from /proc."""
    proc = Path(f"/proc/{pid}")
    fields = (proc / "stat").read_text().rpartition(")")[2].split()
    resident = int((proc / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return Look(
        rss_mb=resident / 2**20,
        handles=len(list((proc / "fd").iterdir())),
        threads=int(fields[17]),
        cpu_s=(int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"),
    )


@contextmanager
def daemon(home: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`tracker run` on a home folder, its log in a file there; ended with SIGTERM."""
    with (home / "log").open("a", encoding="utf-8") as log:
        command = [sys.executable, "-m", "tracker", "--home", str(home), "run", *words]
        process = subprocess.Popen(command, stderr=log, stdout=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
