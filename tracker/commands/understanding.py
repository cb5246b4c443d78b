"""Understanding: identify, reidentify, gpus, rejected."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, app, gpus_app, home_of, open_tracker, say, telling
from tracker.core.errors import ConfigError
from tracker.output import Format, emit, near


@app.command()
def identify(
    context: typer.Context,
    titles: Annotated[list[str] | None, typer.Argument(help="Listing titles.", metavar="TITLE…")] = None,
    jsonl: Annotated[
        bool, typer.Option(help="Read one JSON object per line from standard input (id, title, …).")
    ] = False,
    explain: Annotated[bool, typer.Option(help="Show which words decided.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what titles sell: kind, card, memory, quantity, condition, and why."""
    from tracker.reading import explained, identified, identified_lines

    known = home_of(context).catalogue()
    if jsonl:
        for line in identified_lines(sys.stdin, known):
            typer.echo(line)
        return
    if not titles:
        raise typer.BadParameter("give a title, or --jsonl with objects on standard input", param_hint="TITLE")
    emit(explained(titles, known) if explain else identified(titles, known), form)


@app.command()
def reidentify(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option(help="Show the differences, change nothing.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run today's rules over everything stored, and show what they now read otherwise; no alert is raised."""
    from tracker.second_thoughts import reidentify

    with open_tracker(context) as tracker, telling() as tell:
        differences = [asdict(difference) for difference in reidentify(tracker, dry_run=dry_run, tell=tell)]
    emit(differences, form)
    say(f"{len(differences)} listings {'would be' if dry_run else 'are now'} read otherwise")


@gpus_app.callback()
def gpus(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show the spec database: every variant with its memory and bandwidth."""
    from tracker.core.gpus import flat

    if context.invoked_subcommand:
        return
    rows = [flat(gpu) for gpu in home_of(context).catalogue()]
    people = ("id", "name", "status", "vram_gb", "bandwidth_gb_s", "mem_type", "tdp_w", "released")
    emit(rows, form, people=[{name: row[name] for name in people} for row in rows])


@gpus_app.command("show")
def gpus_show(context: typer.Context, gpu: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Explain one variant, or each of a family: every number, its sources and its siblings."""
    from tracker.core.gpus import explain, match

    known = home_of(context).catalogue()
    found = match(known, gpu)
    if not found:
        raise ConfigError(f"no card {gpu!r} in the spec database{near(gpu, [*known.by_id, *known.by_family])}")
    for place, row in enumerate(found):
        typer.echo("\n" * bool(place) + "\n".join(f"{name}: {said}" for name, said in explain(row, known)))


@app.command()
def rejected(
    context: typer.Context,
    reason: Annotated[str | None, typer.Option(help="Only what was rejected for this reason.")] = None,
    top: Annotated[int, typer.Option(help="How many to show.", min=1)] = 50,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the listings that are no offers, each with its reason."""
    from db import count_queries
    from db.engine import reading

    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        counts = count_queries.rejection_counts(conn)
        rows = count_queries.rejected(conn, reason=reason, limit=top)
    if reason is not None and reason not in counts:
        say(f"nothing was rejected for {reason!r}; reasons so far: {', '.join(counts) or 'none'}")
    emit(rows, form, people=[{name: row[name] for name in ("reason", "title", "detail")} for row in rows])
    say("; ".join(f"{number} {name}" for name, number in counts.items()))
