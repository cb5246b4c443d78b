"""A case: what is visited, and what the pretended site answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapers.base import Mode, Source
from tests.scrapers.local import HTML, Answer, Reply


@dataclass(frozen=True, kw_only=True)
class Case:
    """One invented visit; `answers` by "host/path?query", "host/path" or "/path"."""

    answers: Mapping[str, Answer]
    options: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.FULL
    country: str = ""
    postcode: str = ""
    currency: str = ""

    def source(self, site: str, name: str) -> Source:
        """The source this case visits."""
        return Source(
            name=name,
            site=site,
            options=self.options,
            mode=self.mode,
            country=self.country,
            postcode=self.postcode,
            currency=self.currency,
        )


def json_reply(value: Any, status: int = 200) -> Reply:
    """A value as an API answers it."""
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status, {"Content-Type": "application/json"})


def html_reply(text: str, status: int = 200) -> Reply:
    """A page of markup."""
    return Reply(text.encode(), status, HTML)
