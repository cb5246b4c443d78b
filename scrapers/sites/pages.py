"""Any page that lists things for sale, read by the selectors of its source; see docs/sites.md."""

from collections.abc import Iterable, Mapping
from typing import Any

from scrapers import pick
from scrapers.platforms.css import search

SCRAPER = search("pages")


def sources(tables: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The `[[pages]]` tables as tables of sources, by their `name` or else by the host they read.

    Raises ValueError for two that would bear one name: a name is what a source's history hangs on.
    """
    named: dict[str, dict[str, Any]] = {}
    for table in tables:
        settings = {"site": "pages", **table}
        name = str(settings.pop("name", "")) or (pick.split(str(table.get("url", ""))).hostname or "")
        if not name:
            raise ValueError("a [[pages]] table needs a name or an url")
        if name in named:
            raise ValueError(f"two [[pages]] tables are called {name!r}: give each a name of its own")
        named[name] = settings
    return named
