"""Any product page, named by its source: what `[[products]]` in the configuration is read by."""

from collections.abc import Iterable, Mapping
from typing import Any

from scrapers import pick
from scrapers.platforms.anyproduct import product

SCRAPER = product("product")


def sources(tables: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The `[[products]]` tables as tables of sources, by their `name` or else by the address they read.

    Raises ValueError for two that would bear one name: a name is what a source's history hangs on.
    """
    named: dict[str, dict[str, Any]] = {}
    for table in tables:
        settings = {"site": SCRAPER.site, **table}
        parts = pick.split(str(table.get("url", "")))
        name = str(settings.pop("name", "")) or f"{parts.hostname or ''}{parts.path}".rstrip("/")
        if not name:
            raise ValueError("a [[products]] table needs an url")
        if name in named:
            raise ValueError(f"two [[products]] tables are called {name!r}: give each a name of its own")
        named[name] = settings
    return named
