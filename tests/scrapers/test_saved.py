"""Files people saved become pages, or one clear line."""

import gzip
import re
from pathlib import Path

import pytest

from scrapers.base import Source
from scrapers.saved import saved
from tests.scrapers.local import ARTICLE
from tracker.core.errors import Blocked, ParseError, SourceError, TooLarge

FILE = Path("downloads/cards.html")
PACKED = gzip.compress(ARTICLE, mtime=0)


@pytest.mark.parametrize("data", [ARTICLE, PACKED], ids=["plain", "packed"])
@pytest.mark.parametrize("name", ["cards.html", "cards.html.gz", "cards"])
def test_plain_or_packed_is_told_by_the_bytes(data: bytes, name: str) -> None:
    page = saved("cardbarn", Path(name), data)
    assert page.text == ARTICLE.decode()
    assert page.source == Source(name="cardbarn", site="cardbarn")


def test_the_address_is_the_given_one_or_the_files_name() -> None:
    assert saved("cardbarn", FILE, ARTICLE).url == "file:cards.html"
    source = Source(name="barn", site="cardbarn", country="US")
    page = saved("cardbarn", FILE, ARTICLE, "https://shop.example/cards", source)
    assert (page.url, page.source) == ("https://shop.example/cards", source)


@pytest.mark.parametrize(
    ("data", "error", "line"),
    [
        (b"", ParseError, "cardbarn: an empty page <file:cards.html>"),
        (b" \n\n", ParseError, "cardbarn: an empty page <file:cards.html>"),
        (b"%PDF-1.7\n1 0 obj", ParseError, "cardbarn: a PDF, not a page <file:cards.html>"),
        (b"\x89PNG\r\n\x1a\n", ParseError, "cardbarn: a picture (PNG), not a page <file:cards.html>"),
        (gzip.compress(b"PK\x03\x04..."), ParseError, "a spreadsheet can be saved as CSV), not a page"),
        (gzip.compress(b""), ParseError, "cardbarn: an empty page <file:cards.html>"),
        (PACKED[:-9], ParseError, "cardbarn: truncated gzip data <file:cards.html>"),
        (PACKED[:-8] + b"othersum", ParseError, "cardbarn: damaged gzip data <file:cards.html>"),
        (gzip.compress(b"0" * 2_000_000), TooLarge, "cardbarn: holds more than 1,000,000 bytes <file:cards.html>"),
        (
            b"<title>Just a moment...</title>",
            Blocked,
            "cardbarn: the page was refused by Cloudflare when it was saved <file:cards.html>",
        ),
    ],
    ids=["empty", "blank", "PDF", "picture", "archive", "packed empty", "truncated", "damaged", "bomb", "robot check"],
)
def test_what_is_no_page_is_one_line(data: bytes, error: type[SourceError], line: str) -> None:
    with pytest.raises(error, match=re.escape(line)):
        saved("cardbarn", FILE, data, max_bytes=1_000_000)
