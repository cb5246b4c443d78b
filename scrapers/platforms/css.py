"""Any page that lists things for sale, read by selectors that its source names: a site by configuration alone.

HTML is read by CSS selectors, JSON (`format = "json"`, or inside a page: `data`) by paths; `fields.py` says how a field
is written, `paths.py` how a path is. What must be there and is nowhere is a ParseError that names its selector.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urljoin

from scrapers import pick
from scrapers.base import Mode, Page, Request, Scraper, Source, Walk
from scrapers.platforms.fields import fill, selectors
from scrapers.platforms.paths import BadPath, steps
from scrapers.platforms.views import Markup, Values, View, embedded, is_selector
from tracker.core.models import RawListing

_SHAPE = {
    "url": "address of the first page; {page} in it stands for the page's number",
    "item": "where each entry is: a CSS selector, or a path into JSON",
}
_FIELDS = {
    "title": "what an entry calls itself",
    "price": "its price, as printed",
    "link": "its address (the href of what is selected)",
    "id": "what the site itself calls it; its address where left out",
    "condition": "its condition, as printed",
    "seller": "who sells it",
    "shipping": "what sending it costs, as printed",
    "availability": "whether it is in stock: schema.org's word, or true and false in JSON",
    "image": "address of its picture (the src of what is selected)",
    "description": "what else it says about itself",
    "country": "where it lies (ISO 3166, two letters)",
    "listed_at": "when it was listed (ISO 8601)",
}
_PAGING = {
    "sold_out": "what only a sold-out entry has",
    "next": "the link to the next page",
    "page_first": "the first page's number in {page}; 1 where left out",
    "page_step": "what {page} grows by; 1 where left out, the page's size where it is an offset",
    "total": "where the page prints how many entries there are over all pages",
    "empty": "what only a page without any entry shows",
    "complete": "true where one page without a next one shows everything there is",
    "format": "html or json; html where left out",
    "data": "the element that holds JSON to read instead of the page around it, such as script#__NEXT_DATA__",
}
OPTIONS = {**_SHAPE, **_FIELDS, **_PAGING}
REQUIRED = ("url", "item", "title", "price", "link")
_ATTRIBUTES = {"link": "href", "image": "src", "next": "href"}
# What is on no item at all although its source says where to find it: the page has changed.
_EXPECTED = ("title", "price", "link", "id")

_HOLE = "{page}"
_LONGEST_TITLE = 500
_LONGEST_DESCRIPTION = 2000
_NUMBER = re.compile(r"\d(?:[\d.,\s]*\d)?")
_TRACKING = ("utm_", "gclid", "fbclid", "srsltid", "msclkid", "mc_cid", "mc_eid")


def search(site: str, *, every: timedelta = timedelta(hours=6), currency: str = "", **fixed: str) -> Scraper:
    """The scraper of a page that lists things; what is not `fixed` here, each source says for itself."""

    def options_of(source: Source) -> dict[str, str]:
        said = {**source.options, **fixed, "currency": source.currency or currency}
        return {name: field for name, field in said.items() if field}

    def start(source: Source) -> Iterator[Request]:
        options = options_of(source)
        yield Request(url=options["url"].replace(_HOLE, str(_first(options))))

    def parse(page: Page) -> list[RawListing]:
        return _listings(page, options_of(page.source))

    def follow(page: Page) -> Iterator[Request]:
        url = "" if page.source.mode is Mode.SWEEP else _next(page, options_of(page.source))
        if url:
            yield Request(url=url)

    def capped(page: Page) -> bool:
        options = options_of(page.source)
        return not (_has_pages(options) or _is_true(options.get("complete", "")))

    return Scraper(
        site=site,
        start=start,
        parse=parse,
        follow=follow,
        capped=capped,
        walk=Walk.CATALOGUE,
        options={name: meaning for name, meaning in OPTIONS.items() if name not in fixed},
        required=tuple(name for name in REQUIRED if name not in fixed),
        every=every,
        currency=currency,
        mandatory=("title", "url", "price"),
    )


def mistakes(options: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a source's selectors, one line each."""
    if options.get("format", "html") not in ("html", "json"):
        yield f"format is {options['format']!r}: it may be html or json"
    for name in ("page_first", "page_step"):
        if not options.get(name, "1").isdecimal():
            yield f"{name} is {options[name]!r}: it must be a number"
    if "data" in options and not is_selector(options["data"]):
        yield f"data: {options['data']!r} is no CSS selector"
    for name in ("item", "next", "total", "empty", "sold_out", *_FIELDS):
        for selector in selectors(options.get(name, "''")):
            yield from (f"{name}: {mistake}" for mistake in _selector_mistakes(selector, options))


def _selector_mistakes(selector: str, options: Mapping[str, str]) -> Iterator[str]:
    if "data" in options or options.get("format") == "json":
        try:
            steps(selector)
        except BadPath as error:
            yield str(error)
    elif not is_selector(selector):
        yield f"{selector!r} is no CSS selector"


# --- listings -----------------------------------------------------------------------------------------------------


def _listings(page: Page, options: Mapping[str, str]) -> list[RawListing]:
    if missing := [name for name in REQUIRED if not options.get(name)]:
        raise page.unreadable(
            f"nobody says how to read this page: it needs {', '.join(missing)} (import it by the name of your source)"
        )
    view = _view(page, options)
    items = view.items(options["item"])
    if not items:
        if _is_empty(page, view, options, items):
            return []
        raise page.unreadable(_nothing_at(options))
    found = [listing for item in items if (listing := _listing(page, view, item, options))]
    for name in _EXPECTED:
        _ensure_any(page, name, found, options)
    _ensure_next(page, view, len(found), options)
    return found


def _view(page: Page, options: Mapping[str, str]) -> View:
    if "data" in options:
        return embedded(page, options["data"])
    return Values(page, page.json) if options.get("format") == "json" else Markup(page)


def _is_empty(page: Page, view: View, options: Mapping[str, str], items: list[Any] | None) -> bool:
    """Whether nothing is a fact: an empty list, the empty page's own mark, or a page of HTML beyond the last one."""
    beyond = isinstance(view, Markup) and (_number(page, options) or 0) > _first(options)
    return items == [] or beyond or ("empty" in options and view.has(view.root, options["empty"]))


def _nothing_at(options: Mapping[str, str]) -> str:
    if "empty" in options:
        return f"no item at {options['item']!r}, and no {options['empty']!r} that would say it is empty"
    return f"no item at {options['item']!r}; where a search may find nothing, `empty` names what only that page shows"


def _listing(page: Page, view: View, item: Any, options: Mapping[str, str]) -> RawListing | None:
    """One entry; None for one that says neither its name nor its price nor its address: a gap, an advertisement."""

    def read(name: str) -> str:
        attribute = _ATTRIBUTES.get(name, "")
        return fill(options[name], lambda selector: view.text(item, selector, attribute)) if name in options else ""

    title, price, url = read("title"), read("price"), _absolute(page, options, read("link"))
    if not (title or price or url):
        return None
    number, shipping = read("id"), read("shipping")
    currency = options.get("currency", "")
    return RawListing(
        site=page.source.site,
        site_id=f"{_host(url or options['url'])}/{number}" if number else "",
        title=title[:_LONGEST_TITLE],
        url=url,
        price=price,
        currency=currency if price else "",
        shipping=shipping,
        shipping_currency=currency if shipping else "",
        condition=read("condition"),
        description=read("description")[:_LONGEST_DESCRIPTION],
        availability="OutOfStock" if _is_sold_out(view, item, options) else read("availability"),
        seller=read("seller"),
        country=read("country"),
        image=_absolute(page, options, read("image")),
        listed_at=read("listed_at"),
    )


def _is_sold_out(view: View, item: Any, options: Mapping[str, str]) -> bool:
    return "sold_out" in options and view.has(item, options["sold_out"])


_READ_INTO = {"title": "title", "price": "price", "link": "url", "id": "site_id"}


def _ensure_any(page: Page, name: str, found: list[RawListing], options: Mapping[str, str]) -> None:
    """Raise ParseError where what a source says every entry has is on none of them."""
    if name in options and not any(getattr(listing, _READ_INTO[name]) for listing in found):
        raise page.unreadable(f"none of the items at {options['item']!r} has a {name} at {options[name]!r}")


def _ensure_next(page: Page, view: View, shown: int, options: Mapping[str, str]) -> None:
    """Raise ParseError where the first page is one of several by its own count, but leads to no other."""
    if "next" not in options or "total" not in options or unquote(page.url) != unquote(options["url"]):
        return
    printed = fill(options["total"], lambda selector: view.text(view.root, selector))
    total = max((int(re.sub(r"\D", "", number)) for number in _NUMBER.findall(printed)), default=0)
    if total > shown and not _next(page, options):
        raise page.unreadable(f"{shown} of {total} entries, and no next page at {options['next']!r}")


# --- addresses ----------------------------------------------------------------------------------------------------


def _next(page: Page, options: Mapping[str, str]) -> str:
    """The address of the page after this one, "" where there is none: a link on it, or the next number."""
    if _HOLE in options["url"]:
        number = _number(page, options)
        if number is None or not _shows_any(page, options):
            return ""
        return options["url"].replace(_HOLE, str(number + _whole(options, "page_step")))
    if "next" not in options:
        return ""
    view = _view(page, options)
    url = _absolute(page, options, fill(options["next"], lambda selector: view.text(view.root, selector, "href")))
    return url if url and _host(url) == _host(options["url"]) else ""


def _shows_any(page: Page, options: Mapping[str, str]) -> bool:
    view = _view(page, options)
    if isinstance(view, Markup):
        return view.has(view.root, options["item"])  # the first one is enough
    return bool(view.items(options["item"]))


def _number(page: Page, options: Mapping[str, str]) -> int | None:
    """This page's number by its address, None where its source counts no pages or it lies elsewhere."""
    before, hole, after = unquote(options["url"]).partition(_HOLE)
    if not hole:
        return None
    pattern = rf"{re.escape(before)}(\d{{1,9}}){re.escape(after)}"
    found = re.fullmatch(pattern, unquote(page.url), re.IGNORECASE)
    return int(found[1]) if found else None


def _first(options: Mapping[str, str]) -> int:
    return _whole(options, "page_first")


def _whole(options: Mapping[str, str], name: str) -> int:
    wish = options.get(name, "")
    return int(wish) if wish.isdecimal() else 1


def _has_pages(options: Mapping[str, str]) -> bool:
    return "next" in options or _HOLE in options["url"]


def _is_true(word: str) -> bool:
    return word.strip().lower() in ("true", "yes", "1")


def _absolute(page: Page, options: Mapping[str, str], link: str) -> str:
    """A link as an address one can open, without marks of campaigns; "" for anything else."""
    base = page.url if page.url.startswith(("http://", "https://")) else options["url"]
    if _PLAIN_LINK.fullmatch(link) and (origin := _origin(base)):
        return origin + link
    try:
        parts = pick.split(urljoin(base, link)) if link else pick.split("")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    pairs = (pair for pair in parts.query.split("&") if not pair.lower().startswith(_TRACKING))
    return parts._replace(query="&".join(pairs), fragment="").geturl()


_PLAIN_LINK = re.compile(r"(?:/[\w%~-][\w%~.-]*)+/?", re.ASCII)
"""A path on the same host that is an address as it stands: without dots to resolve, and without a query."""


def _host(url: str) -> str:
    return _host_of("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=1000)
def _host_of(origin: str) -> str:
    return (pick.split(origin).hostname or "").removeprefix("www.")


def _origin(url: str) -> str:
    return _origin_of("/".join(url.split("/", 3)[:3]))


@lru_cache(maxsize=1000)
def _origin_of(url: str) -> str:
    parts = pick.split(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") and parts.netloc else ""
