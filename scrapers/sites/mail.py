"""What marketplaces mail about saved searches, from a mailbox or a folder of letters: a place nobody can block."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from scrapers import adverts, pick
from scrapers.base import Page, Request, Scraper, Source
from scrapers.mail import DAYS, LETTERS, PORTS, letter_page, mistakes
from scrapers.platforms.css import search
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

__all__ = ["SCRAPER", "mistakes"]

_NOWHERE = "https://mail.invalid/"  # links in letters are absolute
_SELECTED = search("mail", url=_NOWHERE)
_NUMBER = re.compile(r"\d{5}")
_SEVERAL = 3  # letters from one sender, to say that none of them is a notification any more


def start(source: Source) -> Iterator[Request]:
    """The mailbox, or the folder."""
    options = source.options
    if path := options.get("path"):
        yield Request(url=f"eml:{quote(path)}")
        return
    port = options.get("port") or PORTS.get(options.get("security", "tls"), 993)
    yield Request(url=f"imap://{options.get('host', '')}:{port}/{quote(options.get('mailbox') or 'INBOX')}")


def parse(page: Page) -> Iterator[RawListing]:
    """The adverts of every letter; one that comes in several letters is the newest one's.

    A letter of another kind is no mistake, but raises ParseError where every letter is one: of all of them if they are
    read by selectors or from named senders, and of the several from one named sender.
    """
    found: dict[str, RawListing] = {}
    letters, counts = _letters(page), defaultdict[str, list[int]](list)
    refusal: ParseError | None = None
    for letter in letters:
        sender = pick.text(letter, "from")
        try:
            listings = list(_listings(page, letter))
        except ParseError as error:
            refusal, listings = error, []
        for listing in listings:
            found.setdefault(listing.site_id, listing)
        counts[sender].append(len(listings))
    named = bool(page.source.options.get("senders"))
    if letters and not found and (refusal or named):
        raise refusal or page.unreadable(f"no link with a title and a price in {len(letters)} letters")
    for sender, shown in counts.items():
        if named and len(shown) >= _SEVERAL and not any(shown):
            raise page.unreadable(f"no link with a title and a price in {len(shown)} letters from {sender}")
    return iter(found.values())


def _letters(page: Page) -> list[Mapping[str, Any]]:
    """The letters of a mailbox, or the one somebody saved."""
    is_saved = not page.text.lstrip().startswith("{")
    held = (letter_page(page) if is_saved else page).json
    if pick.at(held, "letters") is None:
        raise page.unreadable("no list of letters")
    letters = pick.rows(held, "letters")
    if is_saved and not any(pick.text(letter, name) for letter in letters for name in ("from", "date", "subject")):
        raise page.unreadable("no letter: it has neither a sender nor a date; save it as .eml")
    return letters


def _listings(page: Page, letter: Mapping[str, object]) -> Iterator[RawListing]:
    sender, markup = pick.text(letter, "from"), pick.text(letter, "html")
    about = pick.stated(sender=sender, subject=pick.text(letter, "subject"))
    sent_at = pick.text(letter, "date")
    if "item" not in page.source.options:
        for advert in adverts.adverts(markup):
            yield _listing(page.source, advert, sender, about, sent_at)
        return
    for listing in _SELECTED.parse(replace(page, url=_NOWHERE, text=markup)):
        url = adverts.unwrapped(listing.url)
        yield replace(
            listing,
            site_id=listing.site_id or _id(url, sender, listing.title),
            url=url,
            listed_at=listing.listed_at or sent_at,
            attributes={**listing.attributes, **about},
        )


def _listing(source: Source, advert: adverts.Advert, sender: str, about: dict[str, str], sent_at: str) -> RawListing:
    return RawListing(
        site=source.site,
        site_id=_id(advert.url, sender, advert.title),
        title=advert.title,
        url=advert.url,
        price=advert.asked.text,
        currency=source.currency,
        shipping=advert.asked.shipping,
        description=pick.plain(advert.text),
        attributes=about,
        image=advert.image,
        listed_at=sent_at,
        bids="0" if advert.bid else "",
        best_offer=advert.asked.negotiable,
    )


def _id(url: str, sender: str, title: str) -> str:
    """The advert's address, its number at the least; where the mailer hides it, the sender and the title."""
    if adverts.is_opaque(url):
        name = re.sub(r"\W+", "-", title.lower()).strip("-")
        return f"{sender.rpartition('@')[2]}/{name}"
    parts = pick.split(url)
    if _NUMBER.search(parts.path):
        return f"{parts.netloc}{parts.path}"
    numbered = next((pair for pair in parts.query.split("&") if _NUMBER.search(pair)), parts.query)
    return f"{parts.netloc}{parts.path}?{numbered}" if numbered else f"{parts.netloc}{parts.path}"


SCRAPER = Scraper(
    site="mail",
    start=start,
    parse=parse,
    options={
        "host": "the IMAP server, such as imap.example.org",
        "path": "instead of a server: a folder of .eml files, or a Maildir",
        "port": "its port; 993 with tls, 143 without, where left out",
        "security": "tls (where left out), starttls, or none for a server on this machine",
        "env": "its credentials are in the environment as <env>_USERNAME and <env>_PASSWORD; MAIL where left out",
        "mailbox": "the mailbox or label; INBOX where left out",
        "senders": "only letters from these addresses or domains, separated by commas",
        "days": f"how far back a mailbox is read; {DAYS} where left out",
        "limit": f"at most this many letters, the newest; {LETTERS} where left out",
        "mark_seen": "true to mark as read what was read; letters are left untouched where left out",
        "item": "CSS selector of one advert in a letter; found by likeness where left out",
        "title": "CSS selector of its title, below the item",
        "price": "CSS selector of its price",
        "link": "CSS selector of its link",
        "id": "CSS selector of the marketplace's own number for it",
        "image": "CSS selector of its picture",
        "shipping": "CSS selector of what sending it costs",
    },
    every=timedelta(minutes=10),
    transport="mail",
    robots=False,
)
