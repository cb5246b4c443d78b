"""Comparing: report, market, history, plan, explain."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, app, home_of, open_tracker, say
from tracker.core.metrics import METRICS
from tracker.core.models import Condition, ConditionClass
from tracker.core.wanted import Modded, Sort, Wanted
from tracker.output import Format, emit, near


class By(StrEnum):
    """What one row of a report is about."""

    LISTING = "listing"
    GPU = "gpu"


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
    model_gb: Annotated[
        float | None, typer.Option(help="Size of a model on disk, for usd_per_tok_s ([use] model_gb, 18).", min=0.1)
    ] = None,
    fits: Annotated[str | None, typer.Option(help="Only cards a model fits on, such as 70b-q4 or 32b-q4@32k.")] = None,
    marked: Annotated[bool, typer.Option("--marked", help="Also what you marked and blocked sellers.")] = False,
    by: Annotated[By, typer.Option(help="A row for each listing, or for each card.")] = By.LISTING,
    currency: Annotated[str | None, typer.Option(help="Show prices in this currency (default: the buyer's).")] = None,
    top: Annotated[int, typer.Option(help="How many offers.", min=1)] = 20,
    form: FormatOption = Format.TABLE,
) -> None:
    """Rank what is on offer by a metric, best first."""
    from tracker.core.llm import need

    if metric not in METRICS:
        raise typer.BadParameter(f"unknown metric {metric!r}{near(metric, METRICS)}", param_hint="--metric")
    for name in country or ():
        if len(name) != 2 or not name.isalpha():
            raise typer.BadParameter(f"{name!r} is no country: give two letters, such as DE", param_hint="--country")
    age = _age(max_age, "--max-age")
    wanted = Wanted(
        gpus=tuple(glob.lower() for glob in gpu or ("*",)),
        sort=kind,
        modded=modded,
        min_vram_gb=max(filter(None, (min_vram, need(fits).card_gb if fits else None)), default=None),
        max_watts=max_watts,
        bf16=bf16,
        fp8=fp8,
        nvlink=nvlink,
        conditions=tuple(condition or ()),
        sites=tuple(site or ()),
        sources=tuple(source or ()),
        countries=tuple(name.upper() for name in country or ()),
        seen_since=datetime.now(UTC) - age if age else None,
        aside=marked,
    )
    model = None if model_gb is None else Decimal(str(model_gb))
    if by is By.GPU and _glanced(context, metric, wanted, model, currency, top, form):
        return
    from db import count_queries
    from db.engine import reading
    from tracker.columns import gpu_columns, legend, offer_columns, people_read, shown_in, with_currency
    from tracker.core.by_gpu import valued
    from tracker.report import by_gpu, ensure_known, ensure_seen, ranked

    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        for glob in gpu or ():
            ensure_known(glob, tracker.catalogue)
        ensure_seen(conn, site or (), source or ())
        shown = shown_in(currency or tracker.currency, tracker.rates.usd_per_unit)
        now = datetime.now(UTC)
        basis = tracker.use if model is None else replace(tracker.use, model_gb=model)
        if by is By.GPU:
            found = by_gpu(conn, metric=metric, wanted=wanted, basis=basis, catalogue=tracker.catalogue, now=now)
            rows, count = valued(found)[:top], count_queries.matching_decided
            people = people_read(rows, gpu_columns, metric, shown)
        else:
            rows = ranked(
                conn,
                metric=metric,
                wanted=wanted,
                top=top,
                basis=basis,
                country=tracker.costs.country,
                now=now,
                catalogue=tracker.catalogue,
            )
            count = count_queries.matching
            people = people_read(rows, offer_columns, metric, shown)
        left = count(conn, metric=METRICS[metric], wanted=wanted, basis=basis, catalogue=tracker.catalogue)
        counts = {**count_queries.counts(conn), **left}
    emit([with_currency(row, metric, shown) for row in rows], form, people=people)
    if not rows:
        say("nothing on offer matches")
    say(f"{legend(METRICS[metric], shown)}\n{_summary(counts, metric)}")


def _glanced(
    context: typer.Context,
    metric: str,
    wanted: Wanted,
    model_gb: Decimal | None,
    currency: str | None,
    top: int,
    form: Format,
) -> bool:
    """Print the report by GPU the short way; False where it has to be the long one."""
    from tracker.columns import gpu_columns, legend, people_read, shown_in, with_currency
    from tracker.core.by_gpu import valued
    from tracker.glance import glance
    from tracker.place import default_home

    home = context.obj or default_home()
    seen = glance(home, metric=METRICS[metric], wanted=wanted, model_gb=model_gb, now=datetime.now(UTC))
    found = valued(seen.rows) if seen else []
    if seen is None or not found:  # the long way says why there is nothing
        return False
    shown = shown_in(currency or seen.currency, seen.usd_per_unit)
    rows = [with_currency(row, metric, shown) for row in found[:top]]
    emit(rows, form, people=people_read(rows, gpu_columns, metric, shown))
    say(f"{legend(METRICS[metric], shown)}\n{_summary(seen.counts, metric)}")
    return True


def _summary(counts: Mapping[str, int], metric: str) -> str:
    """How much there is, how much of it the filters leave, and what of that is not ranked."""
    match = f", {counts['matching']} of them match" if counts["matching"] != counts["on_offer"] else ""
    unrated = f", {counts['without_rate']} without an exchange rate" if counts["without_rate"] else ""
    unvalued = f", {counts['without_value']} left out without {metric}" if counts["without_value"] else ""
    return (
        f"{counts['on_offer']} of {counts['listings']} listings are on offer{match}{unrated}{unvalued}; "
        f"{counts['rejected']} rejected (tracker rejected says why)"
    )


def _age(text: str | None, option: str) -> timedelta | None:
    if text is None:
        return None
    from tracker.setting import duration

    try:
        return duration(f"{text}d" if text.isdigit() else text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from error


@app.command()
def market(
    context: typer.Context,
    gpu: Annotated[str, typer.Argument(help="A family, a variant or a glob, such as mi50-32gb.")],
    condition: Annotated[ConditionClass | None, typer.Option(help="Only this class of conditions.")] = None,
    at_most: Annotated[float | None, typer.Option(help="Buy now or wait: for this price in USD.", min=0)] = None,
    comparables: Annotated[bool, typer.Option("--comparables", help="Show what the figures rest on.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what a card is worth, what the figure rests on, and whether to buy now or wait."""
    from db.engine import reading
    from tracker.market import comparable_columns, comparable_rows, market, market_lines, market_rows
    from tracker.report import ensure_known

    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        ensure_known(gpu, tracker.catalogue)
        markets = market(
            conn,
            gpu=gpu,
            condition=condition,
            at_most_usd=None if at_most is None else Decimal(str(at_most)),
            country=tracker.costs.country,
            now=datetime.now(UTC),
            catalogue=tracker.catalogue,
        )
    shown = [row for one in markets for row in comparable_rows(one)] if comparables else []
    if form is not Format.TABLE:
        emit(shown if comparables else market_rows(markets), form)
        return
    for one in markets:
        typer.echo("\n".join(market_lines(one)))
    emit(shown, form, people=[comparable_columns(row) for row in shown])
    if not markets:
        say(f"no listing of {gpu} has been seen yet")


@app.command()
def plan(
    context: typer.Context,
    vram: Annotated[float, typer.Option(help="Memory to reach, in GB, over all cards.", min=1)],
    budget: Annotated[float | None, typer.Option(help="Most to spend, in USD.", min=0)] = None,
    watts: Annotated[int | None, typer.Option(help="Most board power of all cards, in W.", min=1)] = None,
    slots: Annotated[float | None, typer.Option(help="Case slots there are.", min=1)] = None,
    bf16: Annotated[bool, typer.Option("--bf16", help="Only cards with bf16.")] = False,
    max_cards: Annotated[int, typer.Option(help="Most cards.", min=1, max=8)] = 8,
    own: Annotated[list[str] | None, typer.Option(help="Cards at hand, such as 2xrtx-3090; may be repeated.")] = None,
    modded: Annotated[bool, typer.Option(help="Whether cards with changed memory are welcome.")] = True,
    mixed: Annotated[bool, typer.Option("--mixed", help="Different cards may be mixed.")] = False,
    model: Annotated[str | None, typer.Option(help="The model to run, such as 70b-q4, for its speed.")] = None,
    rent: Annotated[float | None, typer.Option(help="What renting it costs per hour, in USD.", min=0)] = None,
    top: Annotated[int, typer.Option(help="How many plans.", min=1)] = 12,
    form: FormatOption = Format.TABLE,
) -> None:
    """Find the cheapest ways to a memory goal from what is on offer right now; none of them beats another in all."""
    from db.engine import reading
    from tracker.core.plan import Goal
    from tracker.planning import (
        MIXES,
        believed,
        caveat_lines,
        flat_plan,
        load_of,
        owned,
        plan_columns,
        purchases,
        shortlist,
    )

    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        goal = Goal(
            vram_gb=vram,
            budget_usd=None if budget is None else Decimal(str(budget)),
            watts=watts,
            slots=slots,
            bf16=bf16,
            max_cards=max_cards,
            own=tuple(owned(text, tracker.catalogue) for text in own or ()),
            modded=modded,
            mixed=mixed,
            load=load_of(model) if model else None,
            rent_usd_per_hour=None if rent is None else Decimal(str(rent)),
            usd_per_kwh=tracker.use.usd_per_kwh,
        )
        answer = believed(
            conn,
            goal,
            top=MIXES if mixed else None,
            country=tracker.costs.country,
            now=datetime.now(UTC),
            catalogue=tracker.catalogue,
        )
    best = shortlist(answer.plans)[:top]
    rows = [flat_plan(one) for one in best]
    emit(rows, form, people=plan_columns(rows))
    if form is Format.TABLE and rows:
        typer.echo("")
        emit(purchases(best), form)
        typer.echo("")
        for line in caveat_lines(rows):
            typer.echo(line)
    for note in answer.notes:
        say(note)
    if not rows:
        raise typer.Exit(1)


@app.command()
def history(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A card (glob), a listing, or: import FILE…", metavar="GPU|LISTING")],
    files: Annotated[list[Path] | None, typer.Argument(help="Series to import.", metavar="FILE…")] = None,
    since: Annotated[str, typer.Option(help="How far back, such as 90d.")] = "90d",
    plot: Annotated[Path | None, typer.Option(help="Draw it into this file (.png or .svg).")] = None,
    condition: Annotated[ConditionClass | None, typer.Option(help="Only this class of conditions.")] = None,
    currency: Annotated[str, typer.Option(help="For import: the currency of the series.")] = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what a card or a listing asked, day by day; `history import FILE…` reads past series as reference prices."""
    from db.engine import reading
    from tracker.assemble import opened
    from tracker.chart import in_terminal, to_file
    from tracker.core.market import ANY
    from tracker.history import history, lines
    from tracker.series import import_series

    if name == "import":
        with opened(home_of(context)) as tracker:
            emit(
                [
                    asdict(one)
                    for one in import_series(
                        tracker, files or [], condition=condition or ConditionClass.NEW, currency=currency
                    )
                ],
                form,
            )
        return
    today = datetime.now(UTC).date()
    with open_tracker(context) as tracker, reading(tracker.engine) as conn:
        age = _age(since, "--since") or timedelta(days=90)
        rows = history(
            conn, name=name, since=today - age, today=today, catalogue=tracker.catalogue, condition=condition or ANY
        )
    if plot is not None:
        to_file(lines(rows), plot, title=name)
        typer.echo(plot)
    elif form is Format.TABLE:
        typer.echo("\n\n".join("\n".join(in_terminal(line)) for line in lines(rows)))
    else:
        emit(rows, form)


@app.command()
def explain(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="A listing's number here, its id on the site, or its address; an alert's key, or alert:NUMBER.",
            metavar="ALERT|LISTING",
        ),
    ],
) -> None:
    """Show every number of a listing or an alert, and where it comes from.

    Reading, price, rate, shipping, duty, add-ons, spec and its source, metrics, what it is worth with comparables, what
    your watches make of it, history.
    """
    from tracker.explain import explained

    with open_tracker(context) as tracker:
        lines = explained(tracker, name)
    typer.echo("\n".join(lines))
