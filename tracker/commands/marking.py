"""The user's word: mark listings, block sellers."""

import json
from typing import Annotated

import typer

from tracker.commands.shared import FormatOption, app, open_tracker, say
from tracker.core.marks import MEANS, MarkKind
from tracker.output import Format, emit

SellerArgument = Annotated[str | None, typer.Argument(help="The seller's name as the site prints it.")]
SiteOption = Annotated[str, typer.Option(help="Only on this site (default: on every one).")]

NOT_SEEN = "no listing of such a seller is known yet"


@app.command(epilog="; ".join(f"{kind}: {said}" for kind, said in MEANS.items()))
def mark(
    context: typer.Context,
    listing: Annotated[str | None, typer.Argument(help="A listing's number, its id on the site, its address.")] = None,
    kind: Annotated[MarkKind | None, typer.Argument(help="What is to be said of it.", metavar="MARK")] = None,
    really: Annotated[str, typer.Option(help="With wrong: what it sells, such as rtx-3090-24gb.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the listing's mark back.")] = False,
    export: Annotated[bool, typer.Option("--export", help="Print what was marked wrong, as JSON lines.")] = False,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say of a listing: dismiss, wrong, bought or scam; without one, list what is marked."""
    from tracker import marking

    with open_tracker(context) as tracker:
        if export:
            for lesson in marking.lessons(tracker):
                typer.echo(json.dumps(lesson, ensure_ascii=False))
        elif listing is None:
            emit(marking.marked(tracker), form)
        elif undo:
            row = marking.unmark(tracker, listing)
            say(f"listing {row['id']} is no longer marked: {_plain(row['title'])}")
        elif kind is None:
            raise typer.BadParameter("say dismiss, wrong, bought or scam, or --undo", param_hint="MARK")
        else:
            row = marking.mark(tracker, listing, kind, really=really)
            say(f"listing {row['id']} is marked {kind}: {_plain(row['title'])}; {MEANS[kind]}")


def _plain(title: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in title)[:80]


@app.command()
def block(
    context: typer.Context,
    seller: SellerArgument = None,
    site: SiteOption = "",
    form: FormatOption = Format.TABLE,
) -> None:
    """Leave a seller out of alerts, reports and baselines; without one, list who is blocked."""
    from tracker import marking

    with open_tracker(context) as tracker:
        if seller is None:
            emit(marking.blocked(tracker), form)
            return
        known, on_offer = marking.block(tracker, seller, site)
    where = f" on {site}" if site else ""
    said = f"listings taken out: {known}, {on_offer} of them on offer" if known else NOT_SEEN
    say(f"{seller} is blocked{where}; {said}; `tracker unblock` takes it back")


@app.command()
def unblock(
    context: typer.Context,
    seller: Annotated[str, typer.Argument(help="The seller's name as the site prints it.")],
    site: SiteOption = "",
) -> None:
    """Let a blocked seller in again."""
    from tracker import marking

    with open_tracker(context) as tracker:
        marking.unblock(tracker, seller, site)
    say(f"{seller} is no longer blocked{f' on {site}' if site else ''}")
