"""Watching: list the watches, check them, and try one."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, begun_home, open_tracker, say, watches_app
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


@watches_app.command("try")
def try_watch(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A watch of tracker.toml.")],
    since: Annotated[str | None, typer.Option(help="What it would have said since then, such as 90d.")] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what a watch would say now or, with --since, would have said, and what became of those listings.

    History goes through the same rules that speak every day; nothing is sent. Titles, ratings and costs are today's.
    """
    from db.engine import reading
    from tracker.backtest import backtest, counted, history_since
    from tracker.setting import duration
    from tracker.watching import as_it_stands, columns_of, named, rows_of

    now = datetime.now(UTC)
    try:
        begin = None if since is None else now - duration(f"{since}d" if since.isdigit() else since)
    except (ValueError, OverflowError) as error:
        raise typer.BadParameter(str(error), param_hint="--since") from error
    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        watch = named(tracker, name)
        if begin is None:
            rows = as_it_stands(tracker, conn, watch, now=now)
            counts = f"{len(rows)} on offer answer {name} ({' · '.join(watch.asks)})"
        else:
            said = backtest(tracker, conn, watch, since=begin, now=now)
            rows = rows_of(said)
            counts = counted(said, since=begin, known_since=history_since(conn), now=now)
    emit(rows, form, people=[columns_of(row) for row in rows])
    say(counts)


def _rows(context: typer.Context) -> list[dict[str, object]]:
    from tracker.assemble import opened
    from tracker.watching import watches as listed

    home = begun_home(context)
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
