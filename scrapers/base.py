"""What a site is made of: Source (what to visit), Request (to ask), Page (came back), Scraper (how to read it)."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.nesting import is_too_deep
from tracker.core.errors import ParseError
from tracker.core.models import RawListing


class Walk(StrEnum):
    """What a complete walk shows: everything there is, or only the newest or best-ranked part."""

    CATALOGUE = "catalogue"
    WINDOW = "window"


class Mode(StrEnum):
    """The rhythm of a visit: the slow full walk, or the newest-first sweep beside it (always a window)."""

    FULL = "full"
    SWEEP = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A configured thing to visit: a site with its options, for one buyer.

    `country` and `postcode` are the buyer's, `currency` (ISO 4217) what bare prices on this source mean. `canary` is a
    query, or an address, that always has results: asked only to tell an empty market from a broken page.
    """

    name: str
    site: str
    options: Mapping[str, str] = field(default_factory=dict)
    mode: Mode = Mode.FULL
    country: str = ""
    postcode: str = ""
    currency: str = ""
    canary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One GET to make: an absolute URL and the headers this site needs beyond our own."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer, fetched or saved: `url` is where it came from after redirects, `text` its decoded body."""

    url: str
    text: str
    source: Source
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def tree(self) -> LexborHTMLParser:
        """The page as a tree of HTML nodes; raises ParseError for one nested beyond reading."""
        if is_too_deep(self.text):
            raise self.unreadable("elements nested too deeply to read")
        return LexborHTMLParser(self.text)

    @cached_property
    def json(self) -> Any:
        """The page as a JSON value, fractions as Decimal so that prices keep their digits; else raises ParseError."""
        try:
            return json.loads(self.text, parse_float=Decimal, parse_constant=lambda _name: None)
        except RecursionError as error:
            raise self.unreadable("JSON nested too deeply to read") from error
        except ValueError as error:
            raise self.unreadable(f"not JSON but {self.text.lstrip()[:40]!r}") from error

    def unreadable(self, fact: str) -> ParseError:
        """A ParseError that knows this page's site and address."""
        return ParseError(fact, site=self.source.site, url=self.url)

    def text_of(self, node: LexborNode, selector: str) -> str:
        """The text of the first match below `node`; raises ParseError when there is none."""
        if found := node.css_first(selector):
            return found.text(strip=True)
        raise self.unreadable(f"no {selector!r} in {node.tag}")

    def maybe_text(self, node: LexborNode, selector: str) -> str:
        """The text of the first match below `node`, or "" when there is none."""
        found = node.css_first(selector)
        return found.text(strip=True) if found else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """Client credentials a site asks for: the fetcher trades them for a token, scrapers never see them.

    `id_env` and `secret_env` name the environment variables; `help` tells a person how to get the keys.
    """

    token_url: str
    scope: str
    id_env: str
    secret_env: str
    help: str


def _no_more(_page: Page) -> Iterable[Request]:
    return ()


def _shows_all(_page: Page) -> bool:
    return False


def _adds_nothing(_page: Page, listing: RawListing) -> RawListing:
    return listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Scraper:
    """How one site is read; a value, not a class to inherit.

    `start` gives the first requests for a source, `parse` a page's listings, `follow` the requests a page leads to:
    all pure. `options` maps each option a source may set to what it means, `required` names those it must.
    `every` and `sweep_every` are the default rhythms (None: no sweep), `delay_s` the least seconds between two
    requests to one host, `daily_quota` the calls a day the site grants us over all sources (None: no such limit).
    `mandatory` names the fields this site prints for every listing: a page whose listings all lack one is unreadable.
    `capped` says of a page that the site holds back a part of what was asked for, so its walk is never complete.
    `robots` is False only for documented APIs, whose terms stand in place of robots.txt.
    `detail` is the request that tells more about one listing (None: the site has none), `parse_detail` the listing
    with what its answer adds. `polling` says why an honest client is likely to be refused here, "" where it is not.
    `selectors` (CSS), `keys` (JSON), `elements` (XML), `envelopes` (the XML around an entry) and `columns` (a table's,
    by our field) are what its pages are read by: a page that loses one of them is unreadable.
    `transport` is how its pages are got: "web", or "mail" for mailboxes.
    """

    site: str
    start: Callable[[Source], Iterable[Request]]
    parse: Callable[[Page], Iterable[RawListing]]
    follow: Callable[[Page], Iterable[Request]] = _no_more
    walk: Walk = Walk.WINDOW
    options: Mapping[str, str] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    every: timedelta = timedelta(hours=6)
    sweep_every: timedelta | None = None
    delay_s: float = 5.0
    daily_quota: int | None = None
    currency: str = ""
    country: str = ""
    needs: OAuthClient | None = None
    mandatory: tuple[str, ...] = ("title",)
    capped: Callable[[Page], bool] = _shows_all
    robots: bool = True
    detail: Callable[[Source, RawListing], Request] | None = None
    parse_detail: Callable[[Page, RawListing], RawListing] = _adds_nothing
    polling: str = ""
    selectors: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    elements: tuple[str, ...] = ()
    envelopes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    transport: str = "web"
