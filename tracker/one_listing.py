"""The one listing a person means by a name."""

from sqlalchemy import Connection

from db import queries
from db.rows import Row
from tracker.core.errors import ConfigError

NAMES = "give its number, its id on the site, or its address"


def one_listing(conn: Connection, name: str, *, unknown: str = "") -> Row:
    """The row of the listing that goes by a number here, an id or item number on the site, or an address.

    Raises ConfigError for none, in the words of `unknown` where those are given, and for several, naming them.
    """
    rows = queries.named(conn, name)
    if not rows:
        raise ConfigError(unknown or f"there is no listing {name!r}: {NAMES}")
    if len(rows) > 1:
        found = ", ".join(f"{row['id']} ({row['site']})" for row in rows)
        raise ConfigError(f"{name!r} is more than one listing; give a number: {found}")
    return rows[0]
