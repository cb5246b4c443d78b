"""The key that links in messages are signed with: made once, kept in the database, so that every process has it."""

import secrets

from sqlalchemy import Connection, Engine

from db import notes, queries
from db.engine import committed, reading

NOTE = "links are signed with"
"""The fact about the database that holds the key."""


def signing_key(engine: Engine) -> bytes:
    """The key of this database."""
    with reading(engine) as conn:
        known = queries.noted(conn, NOTE)
    if known is None:
        known = committed(engine, _made)
    return bytes.fromhex(known)


def _made(tx: Connection) -> str:
    known = queries.noted(tx, NOTE)  # another process may have been quicker
    if known is None:
        known = secrets.token_hex(32)
        notes.note(tx, NOTE, known)
    return known
