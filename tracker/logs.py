"""How the log reads: lines for people, or one JSON object a line for programs."""

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

NOISY = ("apscheduler", "uvicorn")
TELLTALE = ("httpx", "httpcore", "urllib3", "requests", "apprise")
"""What logs addresses, secrets and all: nothing but its warnings is logged, however much is asked for."""

ALARMIST = ("psycopg",)
"""What warns whenever a statement loses a race: the transaction is done again, and what fails we tell ourselves."""


class LogFormat(StrEnum):
    """The forms a log can take."""

    HUMAN = "human"
    JSON = "json"


class JsonLines(logging.Formatter):
    """One object a line: `time`, `level`, `message`, then what the event counts; `traceback` for a fault of ours."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


_FORMATTERS = {
    LogFormat.HUMAN: logging.Formatter("%(asctime)s %(levelname)s %(message)s"),
    LogFormat.JSON: JsonLines(),
}


class Lines(logging.StreamHandler[TextIO]):
    """Standard error, whose reader may go away or whose disk may be full: the work goes on without a log."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the name is logging's)
        """Leave what the system refuses unsaid; a fault of ours is told as ever."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def start_logging(form: LogFormat, *, verbose: bool) -> None:
    """Log to standard error, unless the process logs already."""
    handler = Lines(sys.stderr)
    handler.setFormatter(_FORMATTERS[form])
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, handlers=[handler])
    logging.getLogger("tracker").setLevel(logging.DEBUG if verbose else logging.INFO)
    for noisy in NOISY:
        logging.getLogger(noisy).setLevel(logging.INFO if verbose else logging.WARNING)
    for telltale in TELLTALE:
        logging.getLogger(telltale).setLevel(logging.WARNING)
    for alarmist in ALARMIST:
        logging.getLogger(alarmist).setLevel(logging.DEBUG if verbose else logging.ERROR)
