"""A body somebody sent, as listings: exactly RawListing's fields as JSON, or a page for a site's own parser.

What cannot be used raises Refused with the status to answer and one sentence that says what is wrong.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import scrapers.sites
from scrapers import blocks, decode, pick
from scrapers.base import Page, Scraper, Source
from scrapers.crawl import read
from tracker.core.errors import SourceError
from tracker.core.models import RawListing

MOST_LISTINGS = 5000
_MOST_MISTAKES = 10
_LONGEST = {"title": 1000, "description": 20_000}
_LONGEST_OTHER = 2000
_MOST_ATTRIBUTES = 100

TEXTS = tuple(field.name for field in fields(RawListing) if field.type is str and field.name != "site")
_KNOWN = frozenset({*TEXTS, "attributes", "best_offer"})
_ADDRESSES = ("url", "image")

# Media type → the site whose parser reads the body; "" is the parser of the site the body is sent to.
PAGES: Mapping[str, str] = {
    "text/html": "",
    "application/xhtml+xml": "",
    "text/plain": "",
    "text/csv": "csv",
    "application/x-ndjson": "jsonl",
    "application/jsonl": "jsonl",
}
JSON = "application/json"


class Refused(Exception):
    """A request that is not taken: the status to answer, a word for programs, a sentence for people."""

    def __init__(self, status: int, word: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.word, self.sentence = status, word, sentence


def unusable(sentence: str) -> Refused:
    """A body that was understood and cannot be used."""
    return Refused(422, "unusable", sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came in: listings, each once, and the number of pages they stood on."""

    listings: tuple[RawListing, ...]
    pages: int


def media_type(content_type: str) -> str:
    """A Content-Type without its parameters; raises Refused for one that nobody reads."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != JSON and kind not in PAGES:
        said = f"{kind!r} is" if kind else "no Content-Type is"
        raise Refused(415, "unsupported_media_type", f"{said} not read here; send one of {', '.join([JSON, *PAGES])}")
    return kind


def received(body: bytes, content_type: str, *, source: Source, url: str = "") -> Received:
    """The listings in a body that was sent for a source; raises Refused."""
    kind = media_type(content_type)
    text = decode.to_text(body, content_type)
    if kind != JSON:
        return _from_page(text, kind, source, url)
    given = _json(text)
    if "page" in given:
        page, address = _page_of(given, url)
        return _from_page(page, "text/plain", source, address)
    if unknown := sorted(given.keys() - {"listings"}):
        raise unusable(f"{unknown[0]!r} is not known: the body holds either listings, or page and url")
    return _from_listings(given.get("listings"), source.site)


def _json(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(text, parse_float=Decimal, parse_constant=lambda _name: None)
    except (ValueError, RecursionError) as error:
        raise unusable("the body is not JSON") from error
    if not isinstance(given, Mapping):
        raise unusable("the body must be a JSON object with listings, or with page and url")
    return given


# --- whole pages ----------------------------------------------------------------------------------------------------


def _page_of(given: Mapping[str, Any], url: str) -> tuple[str, str]:
    """Text and address of a page wrapped in JSON."""
    page, address = given["page"], given.get("url") or url
    if not isinstance(page, str) or not isinstance(address, str) or not address:
        raise unusable("page must be the page's text, and url the address it was seen at")
    if unknown := sorted(given.keys() - {"page", "url"}):
        raise unusable(f"{unknown[0]!r} is not known: a page comes with its url and nothing else")
    return page, address


def _from_page(text: str, kind: str, source: Source, url: str) -> Received:
    """The listings a parser finds on a page, all of them or a refusal."""
    if url and pick.split(url).scheme not in ("http", "https"):
        raise unusable("url is no http address")
    if guard := blocks.recognise(text, {}):
        raise unusable(f"the page is a refusal by {guard}, not a page with listings")
    page = Page(url=url or f"ingest:{source.site}", text=text, source=source)
    try:
        found = list(read(_parser(PAGES[kind] or source.site), page))
    except SourceError as error:
        raise unusable(str(error)) from error
    if len(found) > MOST_LISTINGS:
        raise unusable(f"{len(found)} listings are too many at once: {MOST_LISTINGS} may be sent")
    return Received(listings=_each_once(found), pages=1)


def _parser(site: str) -> Scraper:
    try:
        return scrapers.sites.load(site)
    except KeyError:
        known = ", ".join(scrapers.sites.names())
        raise Refused(404, "unknown_site", f"no parser is called {site!r}; pages are read for {known}") from None


def _each_once(found: list[RawListing]) -> tuple[RawListing, ...]:
    return tuple({listing.site_id: listing for listing in found if listing.site_id}.values())


# --- listings -------------------------------------------------------------------------------------------------------


def _from_listings(given: Any, site: str) -> Received:
    """Listings that somebody else read, held against the schema; all of them or a refusal."""
    if not isinstance(given, list):
        raise unusable("listings must be a list of objects")
    if len(given) > MOST_LISTINGS:
        raise unusable(f"{len(given)} listings are too many at once: {MOST_LISTINGS} may be sent")
    mistakes = [
        f"listings[{number}]{mistake}"
        for number, entry in enumerate(given)
        for mistake in (_mistakes(entry) if isinstance(entry, Mapping) else [" is no object"])
    ]
    if mistakes:
        more = f"; {len(mistakes) - _MOST_MISTAKES} more" if len(mistakes) > _MOST_MISTAKES else ""
        raise unusable("; ".join(mistakes[:_MOST_MISTAKES]) + more)
    return Received(listings=_each_once([_listing(entry, site) for entry in given]), pages=1)


def _mistakes(entry: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one entry."""
    yield from (f".{name} is not a field" for name in sorted(entry.keys() - _KNOWN))
    for name in TEXTS:
        yield from (f".{name} {wrong}" for wrong in _text_mistakes(name, entry.get(name)))
    if not _is_attributes(entry.get("attributes", {})):
        yield f".attributes must be an object of at most {_MOST_ATTRIBUTES} texts"
    if not isinstance(entry.get("best_offer", False), bool):
        yield ".best_offer must be true or false"
    if not entry.get("title"):
        yield ".title is missing"
    if not (entry.get("site_id") or entry.get("url")):
        yield " has neither site_id nor url"


def _text_mistakes(name: str, value: Any) -> Iterator[str]:
    if not _is_text(value):
        yield "must be a text or a number"
        return
    longest = _LONGEST.get(name, _LONGEST_OTHER)
    if len(pick.text(value)) > longest:
        yield f"is longer than {longest} characters"
    if name in _ADDRESSES and value and not re.match(r"https?://[^/]", str(value)):
        yield "is no http address"


def _is_text(value: Any) -> bool:
    return value is None or (isinstance(value, str | int | Decimal) and not isinstance(value, bool))


def _is_attributes(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and len(value) <= _MOST_ATTRIBUTES
        and all(_is_text(entry) and len(pick.text(entry)) <= _LONGEST_OTHER for entry in value.values())
    )


def _listing(entry: Mapping[str, Any], site: str) -> RawListing:
    texts = {name: pick.text(entry.get(name)) for name in TEXTS}
    attributes = {name: pick.text(value) for name, value in entry.get("attributes", {}).items()}
    texts["site_id"] = texts["site_id"] or texts["url"]
    return RawListing(
        site=site,
        attributes=pick.stated(**attributes),
        best_offer=entry.get("best_offer", False),
        whole_group=False,
        **texts,
    )
