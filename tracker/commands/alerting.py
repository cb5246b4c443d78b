"""Alerting: test the channels, see and retry what is owed."""

from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, alerts_app, home_of, open_tracker, say
from tracker.output import Format, emit


@alerts_app.callback()
def alerts(
    context: typer.Context,
    top: Annotated[int, typer.Option(help="How many.", min=1)] = 50,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the newest alerts: when each was listed, seen and sent; test the channels, see and retry what is owed."""
    if context.invoked_subcommand:
        return
    from tracker.post import sent, sent_columns, standing

    with open_tracker(context) as tracker:
        rows = sent(tracker, limit=top)
        emit(rows, form, people=sent_columns(tracker, rows))
        for channel in standing(tracker):
            if channel["state"] != "ok":
                say(f"the channel {channel['channel']} is {channel['state']}: {channel['message']}")


@alerts_app.command("channels")
def alerts_channels(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show how every channel fares: ok, paused after a failure, or disabled until it is mended."""
    from tracker.post import standing

    with open_tracker(context) as tracker:
        emit(standing(tracker), form)


@alerts_app.command("test")
def alerts_test(
    context: typer.Context,
    channels: Annotated[list[str] | None, typer.Argument(help="Channels to test (default: all).")] = None,
) -> None:
    """Send a test message through the channels."""
    from tracker.post import mend, test_channels

    home = home_of(context)
    config = home.config()
    results = test_channels(config, channels or [])
    for name, refusal in results.items():
        typer.echo(f"{name}: {refusal or 'sent'}")
    if mended := mend(home, config, [name for name, refusal in results.items() if not refusal]):
        say(f"{mended} of them in use again; `tracker alerts retry` sends what waited, and so does `tracker run`")
    if any(results.values()):
        raise typer.Exit(1)


@alerts_app.command("pending")
def alerts_pending(context: typer.Context, form: FormatOption = Format.TABLE) -> None:
    """Show what is owed or failed, newest first, and what holds it back until when."""
    from tracker.post import pending, pending_columns

    with open_tracker(context) as tracker:
        rows = pending(tracker)
        emit(rows, form, people=pending_columns(tracker, rows))


@alerts_app.command("retry")
def alerts_retry(context: typer.Context) -> None:
    """Try everything owed or failed again, now; what quiet hours, a digest or a full hour hold stays held."""
    from tracker.post import held_back, retry

    with open_tracker(context) as tracker:
        delivered = retry(tracker)
        held = held_back(tracker)
    typer.echo(f"{delivered.sent} sent, {len(delivered.refusals)} refused")
    for line in (*delivered.refusals, *held):
        say(line)
    if delivered.refusals:
        raise typer.Exit(1)
