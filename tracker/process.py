"""This process among others: its name on what it holds, whether another lives, its streams, and what it is told."""

import gc
import os
import platform
import secrets
import select
import signal
import sys
from types import FrameType, TracebackType
from typing import Self


def settle() -> None:
    """Take what is loaded by now out of the garbage collector's rounds, for a process that lives on with it.

    Vocabulary and catalogue are half a million objects, and storing a large visit makes enough new ones to have them
    all looked through several times.
    """
    gc.collect()
    gc.freeze()


def claim_name() -> str:
    """What a visit of this process writes on what it holds: the machine, the process's number there, and a lot."""
    return f"{platform.node()}:{os.getpid()}:{secrets.token_hex(4)}"


def is_dead(claim: str) -> bool:
    """Whether a process of this machine has ended without giving back what it held; of others nothing is known."""
    machine, _, visit = claim.partition(":")
    number = visit.partition(":")[0]
    if machine != platform.node() or not number.isdecimal():
        return False
    if int(number) == os.getpid():  # a number used again, as in a container: this process holds nothing yet
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def open_streams() -> None:
    """Put the null device where a standard stream is closed, so that no file of ours takes its number."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115, PTH123  (as long as we live)


def flush_streams() -> None:
    """Write out what standard output and error still hold; raises OSError where nobody takes it."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def hush_streams() -> None:
    """Let what standard output and error still hold go nowhere where nobody takes it: it fails nothing later."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


class Signals:
    """SIGTERM, SIGINT and SIGHUP, kept until they are asked for; nothing of ours runs inside a handler."""

    WANTED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def __enter__(self) -> Self:
        self._read, self._write = os.pipe()
        for end in (self._read, self._write):
            os.set_blocking(end, False)
        self._before = {one: signal.signal(one, _keep) for one in self.WANTED}
        self._woke = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        signal.set_wakeup_fd(self._woke)
        for one, handler in self._before.items():
            signal.signal(one, handler)
        os.close(self._read)
        os.close(self._write)

    def next(self, timeout_s: float) -> signal.Signals | None:
        """The next one told; None when there was none for `timeout_s` seconds."""
        ready, _, _ = select.select([self._read], [], [], timeout_s)
        number = os.read(self._read, 1)[0] if ready else None
        return signal.Signals(number) if number in self.WANTED else None

    def end_at_once_from_now(self) -> None:
        """From here on the first signal ends the process, whatever it is doing."""
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_DFL)


def _keep(_signal: int, _frame: FrameType | None) -> None:
    """Python writes the signal's number into the pipe; that is all."""
