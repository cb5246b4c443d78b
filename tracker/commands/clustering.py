"""Many machines: worker, migrate."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, app, home_of
from tracker.core.errors import ConfigError
from tracker.output import Format, emit
from tracker.process import hush_streams, settle


@app.command()
def worker(
    context: typer.Context,
    concurrency: Annotated[int, typer.Option(min=1, max=28, help="Visits at a time.")] = 8,
) -> None:
    """Take visits and deliveries as jobs, beside any number of other workers, until SIGTERM or Ctrl-C."""
    from tracker.assemble import fetching, opened

    home = home_of(context)
    read = home.config()
    if not home.database_url(read).startswith("postgres"):
        raise ConfigError(
            "workers share their jobs on PostgreSQL: set database.url; on one machine, `tracker run` will do"
        )
    try:
        from tracker.cluster import Worker
    except ModuleNotFoundError as error:
        raise ConfigError(f"workers need {error.name}: pip install 'gpu-tracker[postgresql]'") from None
    if not any(source.enabled for source in read.sources.values()):
        raise ConfigError(f"nothing to visit: {home.config_file} names no source; `tracker init` writes one to edit")
    try:
        with opened(home, read) as tracker, fetching(read, tracker.engine) as fetcher:
            settle()
            Worker(tracker, read, fetcher, concurrency=concurrency).run()
    finally:
        hush_streams()  # a reader that is gone stops nothing


@app.command()
def migrate(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="The SQLite database to copy, such as tracker.db.", metavar="SQLITE_FILE")
    ],
    force: Annotated[bool, typer.Option(help="Replace what the database holds already.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Copy a SQLite database to the configured PostgreSQL one, all of it or nothing, and compare every row."""
    from tracker.moving import move

    home = home_of(context)
    read = home.config()
    if not home.database_url(read).startswith("postgres"):
        raise ConfigError("database.url names no PostgreSQL database to copy to")
    engine = home.engine(read)
    try:
        emit([moved.row for moved in move(file, engine, replace=force)], form)
    finally:
        engine.dispose()
