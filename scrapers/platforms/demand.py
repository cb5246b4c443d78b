"""What a page must hold: a field or key that everything on it has lost means a changed site, not a changed market."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scrapers import pick
from scrapers.base import Page
from tracker.core.models import RawListing


def fields(page: Page, listings: Iterable[RawListing], *names: str) -> list[RawListing]:
    """The listings, unless all of them lack one of the named fields: then raises ParseError."""
    read = list(listings)
    for name in names:
        if read and not any(getattr(listing, name) for listing in read):
            raise page.unreadable(f"none of {len(read)} listings has a {name}")
    return read


def keys(page: Page, rows: Sequence[Mapping[str, Any]], *paths: str) -> None:
    """Raise ParseError where all rows lack the value down one of the paths, such as `seller.username`."""
    for path in paths:
        if rows and all(pick.at(row, *path.split(".")) in (None, "", [], {}) for row in rows):
            raise page.unreadable(f"none of {len(rows)} entries has {path!r}")
