"""Write the pages of tests/scrapers/saved beside the recordings, and what must come out of each.

    python -m tests.scrapers.save

A page lies in cassettes/<site>/saved/<case>.html, its answer in <case>.json: what `tracker import` would read.
"""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import scrapers.sites
from scrapers.crawl import read
from scrapers.saved import saved
from tests.scrapers.recordings import CASSETTES
from tracker.core.errors import SourceError

FOLDER = Path(__file__).parent / "saved"


def files() -> list[Path]:
    """Every saved page."""
    return sorted(CASSETTES.glob("*/saved/*.html"))


def came_out(file: Path) -> dict[str, Any]:
    """What a site's parser makes of a saved page: only what is stated, everything as text."""
    site = file.parent.parent.name
    try:
        listings = list(read(scrapers.sites.load(site), saved(site, file, file.read_bytes())))
    except SourceError as error:
        return {"error": f"{type(error).__name__}: {error}", "listings": []}
    stated = [{name: value for name, value in asdict(one).items() if value and name != "site"} for one in listings]
    return {"error": None, "listings": stated}


def main() -> None:
    """Write all pages and answers anew."""
    for module in sorted(path.stem for path in FOLDER.glob("[a-z]*.py")):
        pages: dict[str, str] = import_module(f"tests.scrapers.saved.{module}").PAGES
        for case, text in pages.items():
            file = CASSETTES / module / "saved" / f"{case}.html"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            answer = came_out(file)
            file.with_suffix(".json").write_text(json.dumps(answer, indent=1, ensure_ascii=False) + "\n", "utf-8")
            said = answer["error"] or f"{len(answer['listings'])} listings"
            sys.stdout.write(f"{module}-{case}: {said}\n")


if __name__ == "__main__":
    main()
