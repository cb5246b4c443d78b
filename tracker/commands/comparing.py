"""Comparing: report, market, history, plan, explain."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, app, open_tracker, say
from tracker.core.metrics import METRICS, Basis
from tracker.core.models import Condition
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.output import Format, emit, near

METRIC_HELP = "What to rank by: " + "; ".join(f"{metric.name} ({metric.unit})" for metric in METRICS.values())


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
    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        rows = ranked(conn, metric=metric, wanted=wanted, top=top, basis=basis, catalogue=tracker.catalogue)
        counts = queries.counts(conn)
    emit(rows, form, people=[offer_columns(row, metric) for row in rows])
    say(f"{legend(METRICS[metric])}\n{_summary(counts)}")


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
    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        emit(history(conn, gpu=gpu, since=datetime.now(UTC) - age, catalogue=tracker.catalogue), form)


@app.command()
def explain(
    context: typer.Context,
    listing: Annotated[str, typer.Argument(help="A listing's number here, its id on the site, or its address.")],
) -> None:
    """Show every number of one listing and where it comes from: reading, price, shipping, add-ons, metrics, history."""
    from tracker.explain import explained

    with open_tracker(context) as tracker:
        lines = explained(tracker, listing)
    typer.echo("\n".join(lines))
