"""What is kept of a page between two visits, so that asking whether it changed can stand in for reading it again."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from scrapers.base import Page, Request, Source

PRODUCT = "gpu-tracker"  # our name towards servers, and in their robots.txt
NOT_MODIFIED = 304

FRESH = timedelta(days=1)
"""A page is read whole again after this long: a server whose validators never change must not freeze a source."""

_LONGEST_VALIDATOR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One page that was read: the server's validators, the listings it showed and the requests it led to.

    `reader` stands for all that decides how a page is read: our release, and the source's options.
    """

    reader: str
    etag: str = ""
    last_modified: str = ""
    site_ids: tuple[str, ...] = ()
    onward: tuple[Request, ...] = ()
    capped: bool = False

    @property
    def can_be_asked_for(self) -> bool:
        """Whether the server gave anything to compare by."""
        return bool(self.etag or self.last_modified)

    def conditional(self, request: Request) -> Request:
        """The request, to be answered with 304 where the page is still the same."""
        validators = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return replace(
            request, headers={**request.headers, **{name: told for name, told in validators.items() if told}}
        )

    def dump(self) -> str:
        """As one text, for a database."""
        onward = [[request.url, dict(request.headers)] for request in self.onward]
        return json.dumps([self.reader, self.etag, self.last_modified, self.site_ids, onward, self.capped])

    @classmethod
    def load(cls, text: str) -> "Remembered":
        """The page behind a text that `dump` wrote."""
        reader, etag, last_modified, site_ids, onward, capped = json.loads(text)
        requests = tuple(Request(url=url, headers=headers) for url, headers in onward)
        return cls(
            reader=reader,
            etag=etag,
            last_modified=last_modified,
            site_ids=tuple(site_ids),
            onward=requests,
            capped=capped,
        )


Recall = Callable[[str], Remembered | None]
"""What is known of the page at an address, None for nothing, or for what was read longer than FRESH ago."""


def nothing(_url: str) -> None:
    """The memory of whoever has none."""


@cache
def release() -> str:
    """The version of this program, "0" where it is not installed."""
    try:
        return version(PRODUCT)
    except PackageNotFoundError:
        return "0"


def reader_of(source: Source) -> str:
    """A short name for how a source's pages are read today; it changes with our release and the source's options."""
    parts = [release(), source.site, source.mode, source.country, source.postcode, source.currency]
    told = json.dumps([*parts, sorted(source.options.items())])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def memory_of(page: Page, reader: str) -> Remembered:
    """What a page's answer says to recognise it by; its listings and requests are still to be added."""
    etag, last_modified = (_sendable(page.headers.get(name, "")) for name in ("etag", "last-modified"))
    return Remembered(reader=reader, etag=etag, last_modified=last_modified)


def _sendable(validator: str) -> str:
    """A validator that can stand in a header again, else ""."""
    fits = len(validator) <= _LONGEST_VALIDATOR and validator.isascii() and validator.isprintable()
    return validator.strip() if fits else ""
