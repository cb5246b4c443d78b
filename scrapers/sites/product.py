"""Any product page, named by its source: what `[[products]]` in the configuration is read by."""

from collections.abc import Iterable, Mapping
from typing import Any

from scrapers import listed, pick
from scrapers.platforms.anyproduct import product

SCRAPER = product("product")


def sources(tables: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The `[[products]]` tables as tables of sources, by their `name` or else by the address they read.

    Raises ValueError for two that would bear one name.
    """
    return listed.sources(tables, site=SCRAPER.site, kind="products", named=_place)


def _place(url: str) -> str:
    parts = pick.split(url)
    return f"{parts.hostname or ''}{parts.path}".rstrip("/")
