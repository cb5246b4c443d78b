"""The HTTP protocol with an end to patience: whoever opens a connection must say what they want, and soon."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_S = 20.0
"""Seconds in which a request's head must have come; the server itself would wait for ever."""


class Patient(H11Protocol):
    """A connection that is closed when a request's head does not come in time."""

    head_s = HEAD_S
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._expect()

    def handle_events(self) -> None:
        """See whether a head came; wait for the rest of one that began."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._met()
        elif self._deadline is None and not self._busy():
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._met()
        super().connection_lost(exc)

    def _busy(self) -> bool:
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(self.head_s, self._give_up)

    def _met(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self.transport.abort()
