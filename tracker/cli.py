"""The `tracker` command: each command parses, calls one function, and prints; heavy libraries load where used."""

import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tracker.core.errors import ConfigError, TrackerError
from tracker.core.metrics import METRICS, Basis
from tracker.core.models import Condition
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.output import Format, emit, near

if TYPE_CHECKING:
    from tracker.assemble import Home
    from tracker.pipeline import Tracker, Visited

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Find the cheapest gigabytes of GPU memory on the market, modded cards included.",
    epilog="Results go to standard output, all else to standard error. Exit 0: fine, 1: something failed, "
    "2: usage or configuration.",
)
alerts_app = typer.Typer(no_args_is_help=True, help="Test the channels; see and retry what is owed.")
app.add_typer(alerts_app, name="alerts")
sources_app = typer.Typer(help="Show the sources; try a page; begin a new site.")
app.add_typer(sources_app, name="sources", invoke_without_command=True)
gpus_app = typer.Typer(help="Show the spec database.")
app.add_typer(gpus_app, name="gpus", invoke_without_command=True)

FormatOption = Annotated[Format, typer.Option("--format", help="How to print the list.")]
METRIC_HELP = "What to rank by: " + "; ".join(f"{metric.name} ({metric.unit})" for metric in METRICS.values())


def main() -> None:
    """Run the command line; a known error is one clear line, never a traceback."""
    try:
        app()
    except ConfigError as error:
        for mistake in error.mistakes:
            _say(f"error: {mistake}")
        sys.exit(2)
    except TrackerError as error:
        _say(f"error: {error}")
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stdout = None
        sys.exit(0)


def _say(text: str) -> None:
    typer.echo(text, err=True)


@app.callback()
def _globals(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder with tracker.toml and the database (default: the platform's data folder)."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every visit in detail.")] = False,
) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    logging.getLogger("tracker").setLevel(logging.DEBUG if verbose else logging.INFO)
    for noisy in ("httpx", "httpcore", "apscheduler"):
        logging.getLogger(noisy).setLevel(logging.INFO if verbose else logging.WARNING)
    context.obj = home


def _home(context: typer.Context) -> "Home":
    from tracker.assemble import Home, default_home

    return Home(path=context.obj or default_home())


@contextmanager
def _opened(context: typer.Context) -> Iterator["Tracker"]:
    from tracker.assemble import opened

    with opened(_home(context)) as tracker:
        yield tracker


# --- set-up -------------------------------------------------------------------------------------------------------


@app.command()
def init(context: typer.Context) -> None:
    """Write a commented tracker.toml to start from, and make the database."""
    from tracker.assemble import opened, starter

    home = _home(context)
    if home.config_file.exists():
        _say(f"{home.config_file} is there already and stays as it is")
    else:
        starter(home)
        typer.echo(home.config_file)
    with opened(home):
        _say(f"the database is ready; edit {home.config_file}, then: tracker doctor, tracker run")


@app.command()
def config(
    context: typer.Context,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the settings in force, secrets masked; every mistake in tracker.toml, if there are any."""
    from tracker.config import settings

    home = _home(context)
    read = home.config()
    emit(
        [
            {"setting": "home", "value": str(home.path)},
            *({"setting": name, "value": value} for name, value in settings(read, home.database_url(read))),
        ],
        form,
    )


@app.command()
def doctor(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Check the configuration, the database, the sources and the channels, and say what to do."""
    from tracker.doctor import examine

    findings = examine(_home(context))
    emit([asdict(finding) for finding in findings], form)
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)


@app.command()
def demo(context: typer.Context) -> None:
    """Run the main job once on recorded pages, offline: collect, identify, store, report, alert."""
    from tracker.assemble import Home
    from tracker.demo import show

    show(Home(path=_home(context).path / "demo"))


# --- collecting ---------------------------------------------------------------------------------------------------


@app.command()
def scrape(
    context: typer.Context,
    sources: Annotated[list[str], typer.Argument(help="Names of configured sources.", metavar="SOURCE…")],
    dry_run: Annotated[bool, typer.Option(help="Show what would be stored, store nothing, alert nobody.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Visit sources now, whether due or not."""
    from tracker.visits import look, scrape_now

    home = _home(context)
    if dry_run:
        emit(look(home, sources), form)
        return
    _report_visits(scrape_now(home, sources))


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
    site: Annotated[str, typer.Argument(help="The site whose parser reads the files, such as ebay.")],
    files: Annotated[list[Path], typer.Argument(help="Saved pages or API responses, plain or .gz.", metavar="FILE…")],
    at: Annotated[datetime | None, typer.Option(help="When the pages were saved (UTC).")] = None,
    url: Annotated[str, typer.Option(help="Where the pages were, for sites whose pages do not say it.")] = "",
) -> None:
    """Read saved pages as if they had just been fetched; all of them or, when one cannot be read, none."""
    from tracker.visits import import_files

    saved_at = at.astimezone(UTC) if at and at.tzinfo else at and at.replace(tzinfo=UTC)
    if saved_at and saved_at > datetime.now(UTC):
        raise typer.BadParameter("pages cannot have been saved in the future", param_hint="--at")
    _report_visits([import_files(_home(context), site, _with_progress(files, "reading"), at=saved_at, url=url)])


def _with_progress(things: Sequence[T], doing: str) -> Iterable[T]:
    """The things one by one, with a bar on standard error while a person is watching."""
    if not sys.stderr.isatty() or len(things) < 2:
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, description=doing, console=Console(stderr=True), transient=True)


@app.command()
def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option(help="Visit what is due, deliver what is owed, and end.")] = False,
) -> None:
    """Run the daemon: visit what is due, deliver what is owed, until SIGTERM or Ctrl-C."""
    from tracker.assemble import fetching, opened
    from tracker.daemon import Daemon

    home = _home(context)
    read = home.config()
    if not any(source.enabled for source in read.sources.values()):
        raise ConfigError(f"nothing to visit: {home.config_file} names no source; `tracker init` writes one to edit")
    with opened(home, read) as tracker, fetching(read, tracker.engine) as fetcher:
        daemon = Daemon(tracker, read, lambda stop: fetcher.of(stop.scraper, stop.source))
        if not once:
            daemon.run()
        elif not daemon.once():
            raise typer.Exit(1)


@app.command()
def web(context: typer.Context) -> None:
    """Serve the endpoint that takes what others scrape (POST /api/ingest/SITE), until Ctrl-C."""
    from tracker.assemble import opened
    from tracker.web.serve import serve

    home = _home(context)
    read = home.config()
    with opened(home, read) as tracker:
        serve(tracker, read)


@sources_app.callback()
def sources(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show every source: its state, what it has on offer, its last good and next visit."""
    if context.invoked_subcommand:
        return
    from tracker.visits import state_of_sources

    emit(state_of_sources(_home(context)), form)


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
    from tracker.trying import try_page
    from tracker.visits import page_at

    selectors = dict(_pair(text) for text in css or ())
    row = try_page(page_at(_home(context), page, url=url), selectors)
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
    from tracker.newsite import new_site
    from tracker.visits import page_at

    fetched = None if offline else page_at(_home(context), url)
    for path in new_site(Path.cwd(), name, url, fetched):
        typer.echo(path)


# --- understanding ------------------------------------------------------------------------------------------------


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

    known = _home(context).catalogue()
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

    with _opened(context) as tracker:
        differences = [asdict(difference) for difference in reidentify(tracker, dry_run=dry_run)]
    emit(differences, form)
    _say(f"{len(differences)} listings {'would be' if dry_run else 'are now'} read otherwise")


@gpus_app.callback()
def gpus(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show the spec database: every variant with its memory and bandwidth."""
    from tracker.core.gpus import flat

    if context.invoked_subcommand:
        return
    rows = [flat(gpu) for gpu in _home(context).catalogue()]
    people = ("id", "name", "status", "vram_gb", "bandwidth_gb_s", "mem_type", "tdp_w", "released")
    emit(rows, form, people=[{name: row[name] for name in people} for row in rows])


@gpus_app.command("show")
def gpus_show(context: typer.Context, gpu: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Explain one variant, or each of a family: every number, its sources and its siblings."""
    from tracker.core.gpus import explain, match

    known = _home(context).catalogue()
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
    from db import queries
    from db.engine import reading

    with _opened(context) as tracker, reading(tracker.engine) as conn:
        counts = queries.rejection_counts(conn)
        rows = queries.rejected(conn, reason=reason, limit=top)
    if reason is not None and reason not in counts:
        _say(f"nothing was rejected for {reason!r}; reasons so far: {', '.join(counts) or 'none'}")
    emit(rows, form, people=[{name: row[name] for name in ("reason", "title", "detail")} for row in rows])
    _say("; ".join(f"{number} {name}" for name, number in counts.items()))


@app.command()
def explain(
    context: typer.Context,
    listing: Annotated[str, typer.Argument(help="A listing's number here, its id on the site, or its address.")],
) -> None:
    """Show every number of one listing and where it comes from: reading, price, shipping, add-ons, metrics, history."""
    from tracker.explain import explained

    with _opened(context) as tracker:
        lines = explained(tracker, listing)
    typer.echo("\n".join(lines))


# --- comparing ----------------------------------------------------------------------------------------------------


@app.command(epilog="Metrics: " + " ".join(f"{metric.name}: {metric.help}" for metric in METRICS.values()))
def report(
    context: typer.Context,
    metric: Annotated[str, typer.Option(help=METRIC_HELP)] = "usd_per_gb",
    gpu: Annotated[list[str] | None, typer.Option(help="Cards by family or variant, such as 'rtx-4090*'.")] = None,
    kind: Annotated[Sort, typer.Option(help="Cards, machines with unified memory, or both.")] = Sort.CARD,
    condition: Annotated[list[Condition] | None, typer.Option(help="Only this condition; may be repeated.")] = None,
    modded: Annotated[Modded, typer.Option(help="Whether cards with changed memory are welcome.")] = Modded.YES,
    min_vram: Annotated[float | None, typer.Option(help="Least memory per card, in GB.", min=0)] = None,
    max_watts: Annotated[int | None, typer.Option(help="Most board power, in W.", min=1)] = None,
    bf16: Annotated[bool, typer.Option("--bf16", help="Only cards with bf16.")] = False,
    fp8: Annotated[bool, typer.Option("--fp8", help="Only cards with FP8.")] = False,
    nvlink: Annotated[bool, typer.Option("--nvlink", help="Only cards that take an NVLink bridge.")] = False,
    site: Annotated[list[str] | None, typer.Option(help="Only from this site; may be repeated.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only from this source; may be repeated.")] = None,
    country: Annotated[list[str] | None, typer.Option(help="Only items in this country; may be repeated.")] = None,
    max_age: Annotated[str | None, typer.Option(help="Only offers seen within this time, such as 12h or 3d.")] = None,
    model_gb: Annotated[float, typer.Option(help="Size of a model on disk, for usd_per_tok_s.", min=0.1)] = 18,
    top: Annotated[int, typer.Option(help="How many offers.", min=1)] = 20,
    form: FormatOption = Format.TABLE,
) -> None:
    """Rank what is on offer by a metric, best first."""
    from db import queries
    from db.engine import reading
    from tracker.report import legend, offer_columns, ranked

    if metric not in METRICS:
        raise typer.BadParameter(f"unknown metric {metric!r}{near(metric, METRICS)}", param_hint="--metric")
    age = _age(max_age)
    wanted = Wanted(
        gpus=tuple(glob.lower() for glob in gpu or ("*",)),
        sort=kind,
        modded=modded,
        min_vram_gb=min_vram,
        max_watts=max_watts,
        bf16=bf16,
        fp8=fp8,
        nvlink=nvlink,
        conditions=tuple(condition or ()),
        sites=tuple(site or ()),
        sources=tuple(source or ()),
        countries=tuple(name.upper() for name in country or ()),
        seen_since=datetime.now(UTC) - age if age else None,
    )
    basis = Basis(model_gb=Decimal(str(model_gb)))
    with _opened(context) as tracker, reading(tracker.engine) as conn:
        rows = ranked(conn, metric=metric, wanted=wanted, top=top, basis=basis, catalogue=tracker.catalogue)
        counts = queries.counts(conn)
    emit(rows, form, people=[offer_columns(row, metric) for row in rows])
    _say(f"{legend(METRICS[metric])}\n{_summary(counts)}")


def _summary(counts: Mapping[str, int]) -> str:
    unrated = f", {counts['without_rate']} without an exchange rate" if counts["without_rate"] else ""
    return (
        f"{counts['on_offer']} of {counts['listings']} listings are on offer{unrated}; "
        f"{counts['rejected']} rejected (tracker rejected says why)"
    )


def _age(text: str | None) -> timedelta | None:
    from tracker.config import duration

    try:
        return None if text is None else duration(f"{text}d" if text.isdigit() else text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--max-age") from error


@app.command()
def history(
    context: typer.Context,
    gpu: Annotated[str, typer.Argument(help="A variant or a glob, such as mi50-32gb.")],
    since: Annotated[str, typer.Option(help="How far back, such as 90d.")] = "90d",
    form: FormatOption = Format.TABLE,
) -> None:
    """Show day by day what a card's offers asked: how many, the lowest, the median (USD per card)."""
    from db.engine import reading
    from tracker.report import history

    age = _age(since) or timedelta(days=90)
    with _opened(context) as tracker, reading(tracker.engine) as conn:
        emit(history(conn, gpu=gpu, since=datetime.now(UTC) - age, catalogue=tracker.catalogue), form)


# --- alerts -------------------------------------------------------------------------------------------------------


@alerts_app.command("test")
def alerts_test(
    context: typer.Context,
    channels: Annotated[list[str] | None, typer.Argument(help="Channels to test (default: all).")] = None,
) -> None:
    """Send a test message through the channels."""
    from tracker.post import test_channels

    results = test_channels(_home(context).config(), channels or [])
    for name, refusal in results.items():
        typer.echo(f"{name}: {refusal or 'sent'}")
    if any(results.values()):
        raise typer.Exit(1)


@alerts_app.command("pending")
def alerts_pending(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show what is owed or failed, newest first."""
    from tracker.post import pending

    with _opened(context) as tracker:
        emit(pending(tracker), form)


@alerts_app.command("retry")
def alerts_retry(context: typer.Context) -> None:
    """Try everything owed or failed again, now."""
    from tracker.post import retry

    with _opened(context) as tracker:
        delivered = retry(tracker)
    typer.echo(f"{delivered.sent} sent, {len(delivered.refusals)} refused")
    for refusal in delivered.refusals:
        _say(refusal)
    if delivered.refusals:
        raise typer.Exit(1)
