"""Operating: run, backup, restore, tidy."""

from pathlib import Path
from typing import Annotated

import typer

from tracker.commands.shared import app, begun_home, home_of, say
from tracker.process import hush_streams


@app.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option(help="Visit what is due, deliver what is owed, and end.")] = False,
    web: Annotated[bool, typer.Option("--web", help="Serve the dashboard too, as [web] enabled = true does.")] = False,
) -> None:
    """Run the daemon: visit what is due, deliver what is owed, until SIGTERM or Ctrl-C; SIGHUP reads settings anew."""
    from tracker.running import run as run_daemon
    from tracker.running import run_once

    home = home_of(context)
    try:
        if not once:
            run_daemon(home, web=web)
        elif not run_once(home):
            raise typer.Exit(1)
    finally:
        hush_streams()  # a reader that is gone stops nothing


@app.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where the copy goes.")],
    force: Annotated[bool, typer.Option(help="Write over a file that is there.")] = False,
) -> None:
    """Copy the database while it is in use, whole as of one moment, and check the copy."""
    from db.copies import back_up, sqlite_file
    from tracker.assemble import database

    with database(begun_home(context)) as engine:
        size = back_up(sqlite_file(engine), file, force=force)
    typer.echo(f"{file}: {size / 1e6:.1f} MB, checked")


@app.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A copy that `tracker backup` made.")],
) -> None:
    """Put a copy in the place of the database, which is kept beside it; no daemon may be running."""
    from db.copies import put_back
    from db.lock import alone, file_of
    from tracker.core.errors import StoreError
    from tracker.pipeline import now_utc

    home = home_of(context)
    url = home.database_url(home.config())
    place = file_of(url)
    if place is None:
        raise StoreError("this is for SQLite files; a server's database has its own tools: pg_dump and pg_restore")
    place.parent.mkdir(parents=True, exist_ok=True)
    with alone(url, who="tracker restore"):
        kept = put_back(file, place, now=now_utc())
    typer.echo(f"{place} is what {file} was" + (f"; what it was before is {kept}" if kept else ""))


@app.command()
def tidy(
    context: typer.Context,
    shrink: Annotated[
        bool, typer.Option(help="Rewrite the whole file, as small as it can be; takes as much room again meanwhile.")
    ] = False,
) -> None:
    """Forget what the settings under [keep] keep no longer; the daemon does it once a day."""
    from db.copies import give_back
    from tracker import tidying
    from tracker.assemble import database
    from tracker.pipeline import now_utc

    home = begun_home(context)
    with database(home) as engine:
        say(str(tidying.tidy(engine, home.config(), now=now_utc())))
        say(str(give_back(engine, shrink=shrink)))
