"""Tables that stand in a list of their own, such as `[[pages]]`, as named sources."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def sources(
    tables: Iterable[Mapping[str, Any]], *, site: str, kind: str, named: Callable[[str], str]
) -> dict[str, dict[str, Any]]:
    """Each table as that of a source of `site`, by its `name` or else by what `named` makes of its `url`.

    Raises ValueError for one without either and for two that would bear one name: a source's history hangs on it.
    """
    found: dict[str, dict[str, Any]] = {}
    for table in tables:
        settings = {"site": site, **table}
        name = str(settings.pop("name", "")) or named(str(table.get("url", "")))
        if not name:
            raise ValueError(f"a [[{kind}]] table needs an url")
        if name in found:
            raise ValueError(f"two [[{kind}]] tables are called {name!r}: give each a name of its own")
        found[name] = settings
    return found
