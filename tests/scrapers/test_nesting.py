"""A page nested beyond reading is refused at once; a long one that is only untidy is read."""

import pytest

from scrapers.base import Page, Source
from scrapers.nesting import DEEPEST, is_too_deep
from tracker.core.errors import ParseError

SOURCE = Source(name="barn", site="barn")


@pytest.mark.parametrize("text", ["<div>" * 2_000_000, "<UL><Li>" * 500_000, "<section class=x>\n" * 100_000])
def test_what_would_take_hours_is_refused(text: str) -> None:
    with pytest.raises(ParseError, match="nested too deeply"):
        _ = Page(url="https://barn.example", text=text, source=SOURCE).tree


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * DEEPEST,
        "<div><img></div>" * 100_000,
        "<p><br>" * 100_000,
        "a < b " * 100_000,
        "<td>1" * 100_000,
        "",
    ],
)
def test_what_is_only_long_is_read(text: str) -> None:
    assert not is_too_deep(text)
    assert Page(url="https://barn.example", text=text, source=SOURCE).tree.root is not None
