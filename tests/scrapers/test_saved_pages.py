"""Every page that lies saved beside the recordings comes out as its answer says."""

import json
from pathlib import Path

import pytest

from tests.scrapers import save

FILES = save.files()


@pytest.mark.parametrize("file", FILES, ids=[f"{file.parent.parent.name}-{file.stem}" for file in FILES])
def test_what_was_saved_comes_out_as_written(file: Path) -> None:
    expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    assert save.came_out(file) == expected, "if the parser is right now: python -m tests.scrapers.save"


def test_there_are_saved_pages() -> None:
    assert {file.stem for file in FILES if file.parent.parent.name == "ebay"} >= {"com", "de", "empty", "blocked"}
