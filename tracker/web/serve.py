"""Serving the app on the configured address: until told to stop, or in a thread beside the daemon."""

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from tracker.config import Config
from tracker.core.errors import TrackerError
from tracker.pipeline import Tracker
from tracker.vitals import Vitals
from tracker.web.app import web_app
from tracker.web.patience import Patient
from tracker.web.site import Site

log = logging.getLogger("tracker")

MOST_CONNECTIONS = 256
"""Connections at once; further ones are told to come later."""

GRACE_S = 5
"""How long answers under way may take when told to stop."""


def serve(tracker: Tracker, config: Config) -> None:
    """Answer requests until the process is told to stop; raises ConfigError, or TrackerError for a taken address."""
    app = web_app(Site(tracker=tracker, config=config))
    listener = _listener(config)
    log.info("the dashboard: %s", address(config))
    with listener:
        server_of(app).run(sockets=[listener])


@contextmanager
def serving(tracker: Tracker, config: Config, vitals: Vitals | None = None) -> Iterator[str]:
    """Answer requests in a thread for as long as the block lasts; the address, to be shown.

    Raises ConfigError for settings that let strangers in, TrackerError for an address that is taken.
    """
    app = web_app(Site(tracker=tracker, config=config, vitals=vitals or Vitals(ticks=False)))
    with _listener(config) as listener, in_thread(server_of(app), listener):
        log.info("the dashboard: %s", address(config))
        yield address(config)


@contextmanager
def in_thread(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    """Run a server in a thread; ends when its answers under way are given."""
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="web")
    thread.start()
    try:
        while not server.started and thread.is_alive():
            thread.join(0.01)
        if not thread.is_alive():
            raise TrackerError("the dashboard did not start; the log says why")
        yield
    finally:
        server.should_exit = True
        thread.join()


def address(config: Config) -> str:
    """Where the start page is."""
    host = f"[{config.web.host}]" if ":" in config.web.host else config.web.host
    return f"http://{host}:{config.web.port}{config.web.prefix}/"


def _listener(config: Config) -> socket.socket:
    """The open door; raises TrackerError where it cannot be opened."""
    host, port = config.web.host, config.web.port
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise TrackerError(f"nothing can be served on {host}:{port}: {error.strerror or error}") from error


def server_of(app: ASGIApp) -> uvicorn.Server:
    """A server that believes no header by itself, logs no request, and does not say what it is."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=Patient,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=15,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
