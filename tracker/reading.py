"""Titles read on request: the same verdicts as in the walk, as rows and as JSON lines."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from db.rows import read_as
from tracker.core.errors import TrackerError
from tracker.core.gpus import Catalogue
from tracker.core.identify import identifier
from tracker.core.models import RawListing

_TEXTS = ("title", "price", "currency", "condition", "description", "seller")


def identified(titles: Sequence[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """One flat row a title."""
    identify = identifier(catalogue)
    return [
        {"title": title, **read_as(identify(RawListing(site="", site_id="", title=title, url="")))} for title in titles
    ]


def explained(titles: Sequence[str], catalogue: Catalogue) -> list[dict[str, Any]]:
    """One row for each word that decided something, with what it decided; the verdict as the last row of a title."""
    identify = identifier(catalogue)
    rows = []
    for title in titles:
        verdict = identify(RawListing(site="", site_id="", title=title, url=""))
        rows += [{"title": title, "word": word, "decided": decided} for word, decided in verdict.words]
        rows.append({"title": title, "word": "=", "decided": verdict.reason})
    return rows


def identified_lines(lines: Iterable[str], catalogue: Catalogue) -> Iterator[str]:
    """One JSON object out for each JSON object in; raises TrackerError naming the first line that is none."""
    identify = identifier(catalogue)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            raw = _raw(given)
        except (ValueError, AttributeError, KeyError) as error:
            raise TrackerError(f"line {number} is no JSON object with a title: {line.strip()[:60]}") from error
        yield json.dumps({"id": given.get("id"), **read_as(identify(raw))}, ensure_ascii=False)


def _raw(given: dict[str, Any]) -> RawListing:
    texts: dict[str, Any] = {name: "" if given.get(name) is None else str(given[name]) for name in _TEXTS}
    if "title" not in given:
        raise KeyError("title")
    attributes = {str(name): str(value) for name, value in (given.get("attributes") or {}).items()}
    return RawListing(site="", site_id="", url="", attributes=attributes, **texts)
