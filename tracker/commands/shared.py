"""What all commands share: the apps they belong to, their home, the tracker they open, and how they speak."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from tracker.output import Format

if TYPE_CHECKING:
    from tracker.assemble import Home
    from tracker.pipeline import Tracker

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
alerts_app = typer.Typer(help="Show the newest alerts; test the channels; see and retry what is owed.")
app.add_typer(alerts_app, name="alerts", invoke_without_command=True)
sources_app = typer.Typer(help="Show the sources; try a page; begin a new site.")
app.add_typer(sources_app, name="sources", invoke_without_command=True)
watches_app = typer.Typer(help="List the watches, check them, and try one.")
app.add_typer(watches_app, name="watches", invoke_without_command=True)
gpus_app = typer.Typer(help="Show the spec database.")
app.add_typer(gpus_app, name="gpus", invoke_without_command=True)

FormatOption = Annotated[Format, typer.Option("--format", help="How to print the list.")]


def say(text: str) -> None:
    """Tell the person something that is no result."""
    typer.echo(text, err=True)


def home_of(context: typer.Context) -> "Home":
    """The folder the user named, or the platform's."""
    from tracker.assemble import Home
    from tracker.place import default_home

    return Home(path=context.obj or default_home())


def begun_home(context: typer.Context) -> "Home":
    """The folder the user named, or the platform's; raises ConfigError where nothing was begun there."""
    home = home_of(context)
    home.ensure_begun()
    return home


@contextmanager
def open_tracker(context: typer.Context) -> Iterator["Tracker"]:
    """Everything the walk needs, where there is any of it, closed again at the end."""
    from tracker.assemble import opened

    with opened(begun_home(context)) as tracker:
        yield tracker


def with_progress(things: Sequence[T], doing: str) -> Iterable[T]:
    """The things one by one, with a bar on standard error while a person is watching."""
    if not sys.stderr.isatty() or len(things) < 2:
        return things
    from rich.console import Console
    from rich.progress import track

    return track(things, description=doing, console=Console(stderr=True), transient=True)


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """A way to say what is being done right now, in one line on standard error while a person is watching."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda said: status.update(Text(said))
