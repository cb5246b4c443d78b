"""Collecting: scrape, import, web, sources."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracker.commands.shared import FormatOption, app, begun_home, home_of, sources_app, telling, with_progress
from tracker.output import Format, emit

if TYPE_CHECKING:
    from tracker.pipeline import Visited


@app.command()
def scrape(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(help="Names of configured sources.", metavar="SOURCE…")],
    dry_run: Annotated[bool, typer.Option(help="Show what would be stored, store nothing, alert nobody.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Visit sources now, whether due or not."""
    from tracker.visits import look, scrape_now

    home = home_of(context)
    if dry_run:
        emit(look(home, sources), form)
        return
    with telling() as tell:
        _report_visits(scrape_now(home, sources, tell))


def _report_visits(visits: Iterable["Visited"]) -> None:
    from tracker.core.health import HEALTHY

    went_wrong = False
    for visited in visits:
        typer.echo(str(visited))
        went_wrong |= visited.judgement.outcome not in HEALTHY
    if went_wrong:
        raise typer.Exit(1)


@app.command("import")
def import_(
    context: typer.Context,
    site: Annotated[str, typer.Argument(help="The site, or the configured source, whose parser reads the files.")],
    files: Annotated[list[Path], typer.Argument(help="Saved pages or API responses, plain or .gz.", metavar="FILE…")],
    at: Annotated[datetime | None, typer.Option(help="When the pages were saved (UTC).")] = None,
    url: Annotated[str, typer.Option(help="Where the pages were, for sites whose pages do not say it.")] = "",
) -> None:
    """Read saved pages as if they had just been fetched; all of them or, when one cannot be read, none."""
    from tracker.visits import import_files

    saved_at = at.astimezone(UTC) if at and at.tzinfo else at and at.replace(tzinfo=UTC)
    if saved_at and saved_at > datetime.now(UTC):
        raise typer.BadParameter("pages cannot have been saved in the future", param_hint="--at")
    _report_visits([import_files(home_of(context), site, with_progress(files, "reading"), at=saved_at, url=url)])


@app.command()
def web(
    context: typer.Context,
    new_token: Annotated[
        bool, typer.Option("--new-token", help="Make a token: for whoever is to read or send, and its hash for [web].")
    ] = False,
) -> None:
    """Serve the dashboard and its API, and the endpoint that takes what others scrape, until Ctrl-C."""
    if new_token:
        from tracker.web.token import new_token as made

        token, kept = made()
        typer.echo(f"token {token}\nkeep  {kept}")
        return
    from tracker.assemble import opened
    from tracker.web.serve import serve

    home = begun_home(context)
    read = home.config()
    with opened(home, read) as tracker:
        serve(tracker, read)


@sources_app.callback()
def sources(
    context: typer.Context,
    why: Annotated[bool, typer.Option(help="Say what costs each source its grade.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show every source: its state and grade, what it has on offer, its last good and next visit."""
    if context.invoked_subcommand:
        return
    from tracker.standing import for_people, state_of_sources

    rows = state_of_sources(begun_home(context))
    emit(rows, form, people=[for_people(row, why=why) for row in rows])


@sources_app.command("review")
def sources_review(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A source under review.", metavar="NAME")],
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what of a source is not believed, and why: the listings kept out, beside what is believed of them."""
    from tracker.standing import review

    found = review(begun_home(context), name)
    if form is Format.TABLE:
        for line in found.lines:
            typer.echo(line)
    emit(found.rows, form)


@sources_app.command("accept")
def sources_accept(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A source under review.", metavar="NAME")],
) -> None:
    """Believe what a source under review shows: store what was kept out, and alert on it."""
    from tracker.standing import accept

    _report_visits(accept(begun_home(context), name))


@sources_app.command("try")
def sources_try(
    context: typer.Context,
    page: Annotated[str, typer.Argument(help="A product page: its address, or a saved file (.gz too).")],
    url: Annotated[str, typer.Option(help="Where a saved page was: it settles currencies and addresses.")] = "",
    css: Annotated[
        list[str] | None, typer.Option(help="FIELD=SELECTOR (title, price, …) to read before all else; repeatable.")
    ] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what would be read from a product page, and which reader found it."""
    from tracker.trying import NO_PRODUCT, try_page
    from tracker.visits import page_at

    selectors = dict(_pair(text) for text in css or ())
    row = try_page(page_at(home_of(context), page, url=url), selectors)
    if row["method"] is None:
        typer.echo(NO_PRODUCT, err=True)
    if form is Format.JSON:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        emit([{"field": name, "value": value} for name, value in row.items()], form)


def _pair(text: str) -> tuple[str, str]:
    name, equals, selector = text.partition("=")
    if not equals or not name or not selector:
        raise typer.BadParameter(f"{text!r} is not FIELD=SELECTOR", param_hint="--css")
    return name, selector


@sources_app.command("new")
def sources_new(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What the site is called: lower case, digits and underscores.")],
    url: Annotated[str, typer.Argument(help="A page of it that lists things.")],
    offline: Annotated[bool, typer.Option(help="Do not fetch the page; record it later.")] = False,
) -> None:
    """Write the three files of a new site into this checkout: site, recording, answer."""
    from tracker.newsite import ensure_possible, new_site
    from tracker.visits import page_at

    ensure_possible(Path.cwd(), name, url)
    fetched = None if offline else page_at(home_of(context), url)
    for path in new_site(Path.cwd(), name, url, fetched):
        typer.echo(path)
