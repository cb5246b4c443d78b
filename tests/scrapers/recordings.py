"""What a recording is: traffic in <case>.yaml, what must come out of it in <case>.json, and the walk between them.

The folder is the list of cases. The answer holds the source that was visited, so that the walk can be taken again.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import scrapers.sites
from scrapers.base import Mode, Scraper, Source
from scrapers.crawl import crawl
from scrapers.fetch import Fetcher

CASSETTES = Path(__file__).parents[2] / "cassettes"

_PRIVATE = ("authorization", "user-agent", "accept-encoding", "accept-language", "connection", "host")
_CHANGING = frozenset({"date", "server", "content-length", "connection", "set-cookie", "x-ebay-c-request-id"})
_TOKEN = re.compile(rb'("access_token"\s*:\s*")[^"]+"')


@dataclass(frozen=True, slots=True)
class Recording:
    """One case of one site."""

    site: str
    case: str

    def __str__(self) -> str:
        return f"{self.site}-{self.case}"

    @property
    def cassette(self) -> Path:
        """The recorded traffic."""
        return CASSETTES / self.site / f"{self.case}.yaml"

    @property
    def answer(self) -> Path:
        """What must come out of it."""
        return CASSETTES / self.site / f"{self.case}.json"

    @property
    def scraper(self) -> Scraper:
        """The site's scraper."""
        return scrapers.sites.load(self.site)

    @property
    def expected(self) -> dict[str, Any]:
        """The answer as it was written down."""
        answer: dict[str, Any] = json.loads(self.answer.read_text(encoding="utf-8"))
        return answer

    @property
    def source(self) -> Source:
        """The source that was visited."""
        said = self.expected["source"]
        return Source(name=self.case, site=self.site, **said | {"mode": Mode(said.get("mode", Mode.FULL))})


def found() -> list[Recording]:
    """Every case that has traffic, an answer, or both."""
    paths = {path.with_suffix("") for path in CASSETTES.glob("*/*") if path.suffix in (".yaml", ".json")}
    return [Recording(path.parent.name, path.name) for path in sorted(paths)]


def walked(recording: Recording, source: Source, fetcher: Fetcher) -> dict[str, Any]:
    """Take the walk and write down what comes out: only what is stated, everything as text."""
    result = crawl(recording.scraper, source, fetcher.of(recording.scraper, source))
    return {
        "source": _stated(asdict(source), besides=("name", "site")) | {"mode": source.mode.value},
        "pages": result.pages,
        "complete": result.complete,
        "error": f"{type(result.error).__name__}: {result.error}" if result.error else None,
        "listings": [_stated(asdict(listing), besides=("site",)) for listing in result.listings],
    }


def replay_secrets(scraper: Scraper) -> dict[str, str]:
    """Keys that open nothing but a recording."""
    if scraper.needs is None:
        return {}
    return {scraper.needs.id_env: "recorded-id", scraper.needs.secret_env: "recorded-secret"}


def vcr_config() -> dict[str, Any]:
    """How traffic is recorded and matched: no credentials, nothing that changes by itself."""
    hook: Callable[[dict[str, Any]], dict[str, Any]] = _without_secrets
    return {
        "match_on": ["method", "uri", "body"],
        "filter_headers": list(_PRIVATE),
        "before_record_response": hook,
    }


def _without_secrets(response: dict[str, Any]) -> dict[str, Any]:
    body = response["body"]["string"]
    headers = {name: value for name, value in response["headers"].items() if name.lower() not in _CHANGING}
    return response | {"headers": headers, "body": {"string": _TOKEN.sub(rb'\1recorded-token"', body)}}


def _stated(fields: Mapping[str, Any], *, besides: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value and name not in besides}
