"""Alerting: test the channels, see and retry what is owed."""

from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, alerts_app, home_of, open_tracker, say
from tracker.output import Format, emit


@alerts_app.command("test")
def alerts_test(
    context: typer.Context,
    channels: Annotated[list[str] | None, typer.Argument(help="Channels to test (default: all).")] = None,
) -> None:
    """Send a test message through the channels."""
    from tracker.post import test_channels

    results = test_channels(home_of(context).config(), channels or [])
    for name, refusal in results.items():
        typer.echo(f"{name}: {refusal or 'sent'}")
    if any(results.values()):
        raise typer.Exit(1)


@alerts_app.command("pending")
def alerts_pending(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show what is owed or failed, newest first."""
    from tracker.post import pending

    with open_tracker(context) as tracker:
        emit(pending(tracker), form)


@alerts_app.command("retry")
def alerts_retry(context: typer.Context) -> None:
    """Try everything owed or failed again, now."""
    from tracker.post import retry

    with open_tracker(context) as tracker:
        delivered = retry(tracker)
    typer.echo(f"{delivered.sent} sent, {len(delivered.refusals)} refused")
    for refusal in delivered.refusals:
        say(refusal)
    if delivered.refusals:
        raise typer.Exit(1)
