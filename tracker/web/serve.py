"""Serving the app on the configured address."""

import uvicorn

from tracker.config import Config
from tracker.core.errors import ConfigError, TrackerError
from tracker.pipeline import Tracker
from tracker.web.ingest import Intake, ingest_app


def serve(tracker: Tracker, config: Config) -> None:
    """Answer requests until the process is told to stop; raises ConfigError where nothing would be opened."""
    secret = config.web.ingest_token.get_secret_value()
    if not secret:
        raise ConfigError("[web] ingest_token is not set, so there is nothing to serve; see docs/ingest.md")
    app = ingest_app(Intake(tracker=tracker, config=config, secret=secret))
    try:
        uvicorn.run(app, host=config.web.host, port=config.web.port, log_level="warning")
    except SystemExit as end:
        raise TrackerError(f"nothing can be served on {config.web.host}:{config.web.port}") from end
