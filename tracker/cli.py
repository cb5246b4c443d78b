"""The `tracker` command: each command parses, calls one function, and prints; heavy libraries load where used."""

import gc
import sys
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from tracker.commands import (  # noqa: F401  (they register)
    alerting,
    clustering,
    collecting,
    comparing,
    marking,
    operating,
    setting_up,
    understanding,
    watching,
)
from tracker.commands.shared import app, say
from tracker.core.errors import ConfigError, TrackerError
from tracker.logs import LogFormat, start_logging
from tracker.process import flush_streams, hush_streams, open_streams


def main() -> None:
    """Run the command line; a known error is one clear line, never a traceback."""
    gc.set_threshold(20_000, 20, 20)  # a visit makes thousands of values that are no rubbish: look for it less often
    open_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal that lacks a letter shows a question mark
            stream.reconfigure(errors="replace")
    try:
        try:
            app()
        except SystemExit as end:
            if isinstance(end.__context__, BrokenPipeError):  # which typer takes for a failure
                raise end.__context__ from None
            raise
        finally:
            flush_streams()
    except ConfigError as error:
        for mistake in error.mistakes:
            say(f"error: {mistake}")
        sys.exit(2)
    except TrackerError as error:
        say(f"error: {error}")
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has seen enough
        hush_streams()
        sys.exit(0)
    except OSError as error:
        with suppress(OSError):
            say(f"error: {error}")
        hush_streams()
        sys.exit(1)


@app.callback()
def _globals(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder with tracker.toml and the database (default: the platform's data folder)."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every visit in detail.")] = False,
    log_format: Annotated[LogFormat, typer.Option(help="How the log reads: for people, or a JSON object a line.")] = (
        LogFormat.HUMAN
    ),
) -> None:
    start_logging(log_format, verbose=verbose)
    context.obj = home
