"""eBay's search pages as people save them: cards of today's `s-card` layout, on any of its domains.

A card's id is the one the Browse API gives the same item, so both ways lead to one listing. Cards outside the list of
results are placeholders or advertising; those below "results matching fewer words" were not searched for.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from scrapers import pick
from scrapers.base import Page
from scrapers.platforms import cards, demand, places
from tracker.core.models import RawListing

RESULTS = ".srp-results"
CARD = "li.s-card"
LINK = "a.s-card__link"
TITLE = ".s-card__title"
PRICE = ".s-card__price"
CONDITION = ".s-card__subtitle"
ROW = ".s-card__attribute-row"
SELECTORS = (RESULTS, CARD, LINK, TITLE, PRICE, CONDITION, ROW)

_HEADER = ".su-card-container__header"
_SUBSTITUTES = "REWRITE_START"
_PLACEHOLDER = "123456"
_ITEM = re.compile(r"/itm/(?:[^/?]*/)?(\d{6,})")
_VARIATION = re.compile(r"[?&]var=(\d+)")
_CURRENCIES = {
    "ebay.com": "USD",
    "ebay.ca": "CAD",
    "ebay.co.uk": "GBP",
    "ebay.com.au": "AUD",
    "ebay.com.hk": "HKD",
    "ebay.com.sg": "SGD",
    "ebay.ch": "CHF",
    "ebay.pl": "PLN",
    **dict.fromkeys(("ebay.at", "ebay.be", "ebay.de", "ebay.es", "ebay.fr", "ebay.ie", "ebay.it", "ebay.nl"), "EUR"),
}

# What a line of a card may say, in the words of eBay's languages: its first group is the value.
_LINES = re.IGNORECASE | re.MULTILINE
_SHIPPING = re.compile(
    r"(?:delivery|shipping|postage|lieferung|versand|livraison|envío|spedizione|verzending|wysyłka)\b"
)
_STATED = re.compile(r"\d|free|kostenlos|gratis|gratuit")
_PLACE = re.compile(r"^(?:Located in|from|aus|Artikelstandort:?) +(.+)$", _LINES)
_BIDS = re.compile(r"^(\d[\d.,]*) +(?:bids?|Gebote?|enchères?|offert[ae]|pujas?)\b[ ·]*(.*)$", _LINES)
_BEST_OFFER = ("best offer", "preisvorschlag", "offre directe", "proposta d'acquisto", "mejor oferta")
_SELLER = re.compile(r"^(\S+) +(\d{1,3}(?:[.,]\d+)?) ?% pos\w+ \((\d{1,9}(?:[.,]\d{1,3}){0,3})([KM]?)\)", _LINES)
_TIME_LEFT = re.compile(r"^(?:noch +)?(\d+ ?(?:d|h|m|s|T|Std|Min|Sek)\b.*?)(?: left\b| *\(|$)", _LINES)
_SOLD = re.compile(r"^(?:sold|verkauft)\b", re.IGNORECASE)
_THOUSANDS = {"": 1, "K": 1_000, "M": 1_000_000}


def listings_of(page: Page) -> list[RawListing]:
    """The results of a saved search page; raises ParseError where the layout is not the known one."""
    found = [_listing(page, card, href) for card, href in _results(page)]
    return demand.fields(page, found, "price", "condition")


def _results(page: Page) -> Iterator[tuple[LexborNode, str]]:
    """The cards of what was searched for, each with the address it leads to."""
    results = page.tree.css_first(RESULTS)
    is_any = False
    for card in results.iter() if results else ():
        kind = cards.attribute(card, "class")
        if _SUBSTITUTES in kind:
            return
        if "s-card" in kind.split():
            is_any = True
            href = cards.attribute(card.css_first(LINK), "href")
            if f"/itm/{_PLACEHOLDER}?" not in href:
                yield card, href
    if not is_any and not _found_none(page):
        raise page.unreadable(f"no {CARD!r} in {RESULTS!r}, and nothing says that the search found none")


def _found_none(page: Page) -> bool:
    """Whether the page counts no results; it says so in a heading, or in place of the list."""
    counted = page.tree.css_first(".srp-controls__count-heading .BOLD")
    return page.tree.css_first(".srp-save-null-search") is not None or cards.words(counted) == "0"


def _listing(page: Page, card: LexborNode, href: str) -> RawListing:
    number = _ITEM.search(href)
    if number is None:
        raise page.unreadable(f"no item in {LINK!r}")
    rows = card.css(ROW)
    if not rows:
        raise page.unreadable(f"no {ROW!r} in a card")
    said = [cards.words(row) for row in rows]
    lines = "\n".join(said)
    header = card.css_first(_HEADER) or card  # what is looked for in a part is found sooner
    prices = rows[0].css(PRICE) or card.css(PRICE)
    price = " ".join(map(cards.words, prices))
    chosen = _VARIATION.search(href) if "var=" in href else None
    host = pick.split(href).netloc
    condition, _, seller_kind = cards.words_of(header, CONDITION).partition("|")
    seller, bids = _SELLER.search(lines), _BIDS.search(lines)
    place = _said(_PLACE, lines)
    lowered = lines.lower()
    return RawListing(
        site=page.source.site,
        site_id=f"v1|{number[1]}|{chosen[1] if chosen else '0'}",
        title=_title(page, header),
        url=f"https://{host}/itm/{number[1]}{f'?var={chosen[1]}' if chosen else ''}",
        price=price,
        currency=_currency(host) or page.source.currency,
        shipping=_shipping(lines, lowered),
        condition=condition.strip(),
        attributes=pick.stated(
            location=place,
            sellerKind=seller_kind.strip(),
            originalPrice="" if said[0] == price else cards.words_of(rows[0], ".strikethrough"),
            timeLeft=_said(_TIME_LEFT, bids[2] or lines) if bids else "",
        ),
        availability="SoldOut" if _SOLD.search(cards.words_of(header, ".s-card__caption")) else "",
        seller=seller[1] if seller else "",
        feedback_percent=seller[2].replace(",", ".") if seller else "",
        feedback_count=_count(seller[3], seller[4]) if seller else "",
        country=places.country(place),
        image=_image(card),
        bids=bids[1] if bids else "",
        group_id=number[1] if len(prices) > 1 else "",
        best_offer=any(offer in lowered for offer in _BEST_OFFER),
    )


def _title(page: Page, header: LexborNode) -> str:
    """The title without the marks beside it, such as "New Listing" and what screen readers are told."""
    if found := header.css_first(f"{TITLE} .su-styled-text") or header.css_first(TITLE):
        return cards.words(found)
    raise page.unreadable(f"no {TITLE!r} in a card")


def _shipping(lines: str, lowered: str) -> str:
    """The line that says what sending costs, up to the word for sending; "" where it states neither amount nor free."""
    for found in _SHIPPING.finditer(lowered):
        start = lowered.rfind("\n", 0, found.start()) + 1
        if _STATED.search(lowered, start, found.start()):
            return lines[start : found.end()]
    return ""


def _said(pattern: re.Pattern[str], lines: str) -> str:
    found = pattern.search(lines)
    return found[1].strip() if found else ""


def _count(number: str, unit: str) -> str:
    """A count as plain digits: 30.3K is 30300, 2.345 and 2,345 are the same."""
    whole, _, fraction = number.replace(",", ".").partition(".")
    if not unit:
        return "".join(filter(str.isdecimal, number))
    return str(int(whole) * _THOUSANDS[unit] + int(fraction[:3].ljust(3, "0")) * _THOUSANDS[unit] // 1000)


def _currency(host: str) -> str:
    return _CURRENCIES.get(host.removeprefix("www.").removeprefix("m."), "")


def _image(card: LexborNode) -> str:
    image = card.css_first("img.s-card__image")
    return cards.attribute(image, "data-defer-load") or cards.attribute(image, "src")
