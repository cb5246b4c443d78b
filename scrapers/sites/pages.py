"""Any page that lists things for sale, read by the selectors of its source; see docs/sites.md."""

from collections.abc import Iterable, Mapping
from typing import Any

from scrapers import listed, pick
from scrapers.platforms.css import search

SCRAPER = search("pages")


def sources(tables: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The `[[pages]]` tables as tables of sources, by their `name` or else by the host they read; raises ValueError."""
    return listed.sources(tables, site="pages", kind="pages", named=lambda url: pick.split(url).hostname or "")
