"""A page somebody saved, read as if it had just been fetched."""

from pathlib import Path

from scrapers import blocks, decode
from scrapers.base import Page, Source
from tracker.core.errors import Blocked, ParseError, TooLarge

MAX_BYTES = 20_000_000
# What files begin with that are no text.
_FOREIGN = {
    b"%PDF-": "a PDF",
    b"\x89PNG\r\n": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"GIF8": "a picture (GIF)",
    b"PK\x03\x04": "a ZIP archive or an Office file (a spreadsheet can be saved as CSV)",
    b"\xd0\xcf\x11\xe0": "an old Office file (a spreadsheet can be saved as CSV)",
    b"SQLite format 3\x00": "a database",
}


def saved(
    site: str, path: Path, data: bytes, url: str = "", source: Source | None = None, *, max_bytes: int = MAX_BYTES
) -> Page:
    """The page in a file's bytes, plain or gzipped (told by its first bytes, not its name).

    `url` is where the page once was; without it the page's address is the file's name. Raises ParseError for an
    empty, damaged or foreign file (a PDF, a picture), TooLarge beyond `max_bytes` after unpacking, Blocked for a saved
    robot check.
    """
    address = url or f"file:{path.name}"
    try:
        encoding = "gzip" if decode.is_gzip(data) else ""
        body = decode.unpack([data], encoding, max_bytes=max_bytes)
    except decode.Oversized as error:
        raise TooLarge(f"holds {error}", site=site, url=address) from error
    except decode.Broken as error:
        raise ParseError(str(error), site=site, url=address) from error
    if kind := _foreign(body):
        raise ParseError(f"{kind}, not a page", site=site, url=address)
    text = decode.to_text(body)
    if not text.strip():
        raise ParseError("an empty page", site=site, url=address)
    if guard := blocks.recognise(text, {}):
        raise Blocked(f"the page was refused by {guard} when it was saved", site=site, url=address)
    return Page(url=address, text=text, source=source or Source(name=site, site=site))


def _foreign(body: bytes) -> str:
    """What bytes are that are no text, by how they begin; "" for what may be one."""
    return next((kind for start, kind in _FOREIGN.items() if body.startswith(start)), "")
