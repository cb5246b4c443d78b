"""Watching: list the watches, check them, and try one."""

import typer

from tracker.commands.shared import FormatOption, home_of, say, watches_app
from tracker.output import Format, emit


@watches_app.callback()
def watches(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """List the watches: what each asks, what it asks about is on offer, when it last spoke, what it can never hear."""
    if context.invoked_subcommand is None:
        rows = _rows(context)
        emit(rows, form, people=[_columns(row) for row in rows])
        if not rows:
            say("no watch is configured: a [watches.NAME] table in tracker.toml makes one")


@watches_app.command("check")
def check(context: typer.Context) -> None:
    """Name what keeps watches from ever speaking; exit 1 where there is any."""
    rows = [row for row in _rows(context) if row["message"]]
    for row in rows:
        typer.echo(f"{row['watch']}: {row['message']}")
    if rows:
        raise typer.Exit(1)
    say("every watch can speak")


def _rows(context: typer.Context) -> list[dict[str, object]]:
    from tracker.assemble import opened
    from tracker.watching import watches as listed

    home = home_of(context)
    config = home.config()
    with opened(home, config) as tracker:
        return listed(tracker, config)


def _columns(row: dict[str, object]) -> dict[str, object]:
    """One watch as the columns people read."""
    named = {
        "watch": "watch",
        "when": "speaks when",
        "cards": "cards",
        "on_offer": "on offer",
        "last_alert": "last alert",
    }
    return {said: row[name] for name, said in (named | {"message": "message"}).items()}
