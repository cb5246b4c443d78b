"""Setting up: init, config, doctor, demo."""

from dataclasses import asdict

import typer

from tracker.commands.shared import FormatOption, app, home_of, say
from tracker.output import Format, emit


@app.command()
def init(context: typer.Context) -> None:
    """Write a commented tracker.toml to start from, and make the database."""
    from tracker.assemble import opened, starter

    home = home_of(context)
    if home.config_file.exists():
        say(f"{home.config_file} is there already and stays as it is")
    else:
        starter(home)
        typer.echo(home.config_file)
    with opened(home):
        say(f"the database is ready; edit {home.config_file}, then: tracker doctor, tracker run")


@app.command()
def config(
    context: typer.Context,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show the settings in force, secrets masked; every mistake in tracker.toml, if there are any."""
    from tracker.config import settings

    home = home_of(context)
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

    findings = examine(home_of(context))
    emit([asdict(finding) for finding in findings], form)
    if any(finding.state == "fail" for finding in findings):
        raise typer.Exit(1)


@app.command()
def demo(context: typer.Context) -> None:
    """Run the main job once on recorded pages, offline: collect, identify, store, report, alert."""
    from tracker.assemble import Home
    from tracker.demo import show

    show(Home(path=home_of(context).path / "demo"))
