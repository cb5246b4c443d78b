"""A real server around an app, for as long as a test needs it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp

from tracker.web.serve import in_thread, server_of


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The address of an app that answers on this machine."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    with listener, in_thread(server_of(app), listener):
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class Clock:
    """Time that passes when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now
