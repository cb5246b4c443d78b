"""Reddit's trading communities, by their public Atom feeds: the newest hundred posts of a subreddit.

A title says what is offered ([H]) and wanted ([W]); where the text prices several things, each is a listing. An entry
is Atom's (RFC 4287): `id` is the post's full name (t3_…), `category` its subreddit, `author` /u/NAME, `content` HTML
with the post's own text in `div.md`, as recorded feeds show; Reddit documents the feed nowhere.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

from scrapers import feeds, markup, pick, pricetags, swap, trades
from scrapers.base import Page, Request, Scraper, Source
from tracker.core.models import RawListing

LARGEST_PAGE = 100
_LONGEST_SLUG = 60
_ADDRESS = re.compile(r"reddit\.com/r/([\w.-]+)/")


@dataclass(frozen=True, slots=True)
class _Community:
    """What a community's bare prices mean, and where its sellers are unless they say otherwise."""

    currency: str
    country: str = ""


_ELSEWHERE = _Community("USD")
_COMMUNITIES: Mapping[str, _Community] = {
    "canadianhardwareswap": _Community("CAD", "CA"),
    "hardwareswapuk": _Community("GBP", "GB"),
    "hardwareswapeu": _Community("EUR"),
    "hardwareswapaustralia": _Community("AUD", "AU"),
    "hardwareswapnz": _Community("NZD", "NZ"),
}


def start(source: Source) -> Iterator[Request]:
    """The newest posts of a subreddit, or of several joined by +."""
    name = source.options["subreddit"].strip().strip("/").removeprefix("r/")
    yield Request(url=f"https://www.reddit.com/r/{quote(name, safe='+')}/new/.rss?limit={LARGEST_PAGE}")


def parse(page: Page) -> Iterator[RawListing]:
    """Each post as one listing, or as one for each thing that it prices."""
    posts = list(feeds.entries(page))
    for name in ("id", "content"):
        if posts and not any(name in post.fields for post in posts):
            raise page.unreadable(f"none of {len(posts)} posts has a {name}")
    for post in posts:
        yield from _listings(page.source, post)


def _listings(source: Source, entry: feeds.Entry) -> Iterator[RawListing]:
    title = pick.plain(entry.title, limit=500)
    body = _body(entry.content)
    lines = list(markup.lines(body))
    trade = trades.trade(title, entry.categories)
    over = trade.closed or (bool(lines) and swap.is_over(lines))
    post = _post(source, entry, title, body)
    things = _things(trade, lines)
    if len(things) > 1 or (things and things[0].is_model and swap.names_several(trade.have)):
        yield from (_thing(post, part, thing, over=over) for part, thing in _parts(things))
        return
    asked = _asked(trade, things, lines)
    sold = over or (len(things) == 1 and things[0].sold)
    yield _priced(post, asked, sold=sold)


def _post(source: Source, entry: feeds.Entry, title: str, body: str) -> RawListing:
    community = _COMMUNITIES.get(_community(entry), _ELSEWHERE)
    return RawListing(
        site=source.site,
        site_id=entry.id,
        title=title,
        url=entry.link,
        currency=source.currency or community.currency,
        description=pick.plain(body),
        attributes=pick.stated(community=next(iter(entry.categories), ""), flair=", ".join(entry.categories[1:])),
        seller=entry.author.removeprefix("/u/"),
        country=trades.country_of(title) or community.country,
        listed_at=entry.published,
        image=entry.image,
        group_id=entry.id,
        whole_group=True,
    )


def _community(entry: feeds.Entry) -> str:
    """The subreddit of a post by its address, for what a bare price means hangs on it; else by its category."""
    if found := _ADDRESS.search(entry.link):
        return found[1].lower()
    return next((name.removeprefix("r/").lower() for name in entry.categories), "")


def _body(content: str) -> str:
    """The post's own text, without the line on who submitted it."""
    root = markup.tree(content) if "<" in content else None
    own = root.css_first("div.md") if root else None
    if own:
        return own.html or ""
    return "" if "submitted by" in content else content


def _things(trade: trades.Trade, lines: list[markup.Line]) -> list[swap.Item]:
    """What the post prices one by one: in its text, else in its title; nothing where it does not sell."""
    if not trade.sells:
        return []
    in_text = swap.items(lines)
    if len(in_text) > 1 and any(thing.is_model for thing in in_text):
        return in_text
    in_title = swap.in_title(trade.have)
    return in_title if len(in_title) > 1 else in_text[:1] if len(in_text) == 1 else []


def _asked(trade: trades.Trade, things: list[swap.Item], lines: list[markup.Line]) -> pricetags.Tag | None:
    """The price of the whole post: in its title, of the one thing it prices, or the only one in its text."""
    if trade.sells is False:
        return None
    if found := pricetags.agreed(list(pricetags.tags(trade.have))):
        return found
    if trade.sells is None:
        return None
    return things[0].asked if things and things[0].asked else swap.sole_price(lines)


def _parts(things: list[swap.Item]) -> list[tuple[str, swap.Item]]:
    """Each thing with what to call it: its name, so that posts may be put in another order and priced anew.

    Things of one name are counted, the cheapest first.
    """
    names: dict[int, str] = {}
    counted: Counter[str] = Counter()
    for place in sorted(range(len(things)), key=lambda place: _digits(things[place])):
        slug = re.sub(r"[\W_]+", "-", things[place].name.lower()).strip("-")[:_LONGEST_SLUG] or "thing"
        counted[slug] += 1
        names[place] = slug if counted[slug] == 1 else f"{slug}#{counted[slug]}"
    return [(names[place], thing) for place, thing in enumerate(things)]


def _digits(thing: swap.Item) -> int:
    """What a thing costs, as far as its digits tell, to tell things of one name apart."""
    whole = re.sub(r"[.,]\d\d?(?!\d)", "", thing.asked.text) if thing.asked else ""
    return int(re.sub(r"\D", "", whole) or 0)


def _thing(post: RawListing, part: str, thing: swap.Item, *, over: bool) -> RawListing:
    named = replace(
        post,
        site_id=f"{post.site_id}#{part}",
        title=thing.name,
        description=pick.plain(thing.text),
        attributes={**post.attributes, **pick.stated(post=post.title, quantity=thing.count)},
    )
    return _priced(named, thing.asked, sold=over or thing.sold)


def _priced(listing: RawListing, asked: pricetags.Tag | None, *, sold: bool) -> RawListing:
    listing = replace(listing, availability="SoldOut" if sold else "")
    if asked is None:
        return listing
    return replace(
        listing,
        price=asked.text,
        shipping=asked.shipping,
        best_offer=asked.negotiable,
        attributes={**listing.attributes, **pick.stated(shippingTerms=asked.terms)},
    )


SCRAPER = Scraper(
    site="reddit",
    start=start,
    parse=parse,
    options={"subreddit": "name of a subreddit, such as hardwareswap; several joined by +"},
    required=("subreddit",),
    every=timedelta(minutes=10),
    delay_s=10.0,
    mandatory=("site_id", "title", "url", "seller", "listed_at"),
    elements=("id", "title", "link", "content", "author"),
    envelopes=("entry",),
)
