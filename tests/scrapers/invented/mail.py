"""Folders of letters; `python -m tests.scrapers.mails` writes them."""

from tests.scrapers.case import Case


def folder(case: str, **options: str) -> Case:
    """The letters beside a recording."""
    return Case(options={"path": f"cassettes/mail/{case}", **options}, currency="EUR", answers={})


CASES = {
    "normal": folder("normal"),
    "senders": folder("normal", senders="anzeigen.example, lecoin.example, keibai.example, board.example"),
    "empty": folder("empty"),
    "changed": folder("empty", senders="anzeigen.example"),
    "gone": folder("no-such-folder"),
}
