"""eBay's search pages as a browser saves them, of cards that were never listed."""

from html import escape

PAGE = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{words} | eBay</title></head><body>
<header><a href="https://www.{host}/">eBay</a> <a href="https://www.{host}/help">Help</a></header>
<h1 class="srp-controls__count-heading"><span class="BOLD">{count}</span> results for
<span class="BOLD">{words}</span></h1>
<div class="s-clipped" aria-hidden="true">{placeholder}</div><div id="srp-river-results" class="srp-river-results">
<ul class="srp-results srp-list clearfix">{cards}</ul></div></body></html>"""
LINK = "https://www.{host}/itm/{number}?_skw=card&amp;hash=item1%3Ag%3Aabc&amp;amdata=enc%3AAQ{more}"
CARD = """<{tag} data-view="mi:1686|iid:1" id="item{number}" data-listingid="{number}" class="s-card s-card--{shape}">
<div class="su-card-container"><div class="su-card-container__media">
<a class="s-card__link image-treatment" href="{link}">
<img class="s-card__image" src="https://i.ebayimg.com/images/g/{number}/s-l500.webp" alt=""></a></div>
<div class="su-card-container__content"><div class="su-card-container__header">{caption}
<a class="s-card__link" href="{link}">
<div role="heading" class="s-card__title">{badge}<span class="su-styled-text primary default">{title}</span>
<span class="clipped">Opens in a new window or tab</span></div></a>
<div class="s-card__subtitle-row"><div class="s-card__subtitle">{subtitle}</div></div></div>
<div class="su-card-container__attributes"><div class="su-card-container__attributes__primary">{rows}</div>
<div class="su-card-container__attributes__secondary">{seller}</div></div></div></div></{tag}>"""
NEW = '<span class="s-card__new-listing">New Listing</span>'
CAROUSEL = (
    '<li class="srp-river-answer srp-river-answer--ITEMS_CAROUSEL"><ul class="carousel__list"><li>{card}</li></ul></li>'
)
SUBSTITUTES = '<li class="srp-river-answer srp-river-answer--REWRITE_START"><h3>Results matching fewer words</h3></li>'


def span(text: str, kind: str = "secondary large") -> str:
    """Some words in eBay's wrapping."""
    return f'<span class="su-styled-text {kind}">{text}</span>'


def row(*spans: str) -> str:
    """A line of a card."""
    return f'<div class="s-card__attribute-row">{"".join(spans)}</div>'


def price(text: str, until: str = "", joint: str = "to", was: str = "") -> str:
    """The line with the price, or with the least and the highest of several."""
    parts = [span(text, "primary bold large-1 s-card__price")]
    if until:
        parts += [span(f" {joint} ", "primary bold s-card__price"), span(until, "primary bold s-card__price")]
    return row(*parts, span(was, "secondary strikethrough large") if was else "")


def card(
    number: int,
    title: str,
    *lines: str,
    state: str = "Pre-Owned",
    seller: str = "",
    host: str = "ebay.com",
    badge: str = "",
    caption: str = "",
    more: str = "",
    tag: str = "li",
) -> str:
    """One card; `lines` are rows, the price's first."""
    rows = [line if line.startswith("<") else row(span(line)) for line in lines]
    return CARD.format(
        tag=tag,
        number=number,
        shape="vertical" if tag == "div" else "horizontal",
        link=LINK.format(host=host, number=number, more=more),
        caption=f'<div class="s-card__caption">{span(caption, "positive")}</div>' if caption else "",
        badge=badge,
        title=escape(title),
        subtitle=span(state, "secondary default"),
        rows="".join(rows),
        seller=row(span(seller)) if seller else "",
    )


PLACEHOLDER = card(2500219655424533, "Shop on eBay", price("$20.00"), "or Best Offer").replace(
    "www.ebay.com/itm/2500219655424533", "ebay.com/itm/123456"
)


def page(words: str, count: str, *cards: str, host: str = "ebay.com", lang: str = "en") -> str:
    """A whole page."""
    listed = "\n".join(cards)
    return PAGE.format(lang=lang, words=words, host=host, count=count, placeholder=PLACEHOLDER, cards=listed)


FIXED = card(
    350000000101,
    "RTX 4090 48GB two-slot blower",
    price("$2,890.00", was="$3,100.00"),
    "or Best Offer",
    "Free International Shipping",
    "Located in China",
    "12 watchers",
    state="Brand New",
    seller="card_doctor 99.2% positive (1.4K)",
    badge=NEW,
)
CHOICE = card(
    350000000102,
    "Tesla V100 SXM2 module, 16 GB or 32 GB",
    price("$165.00", "$410.00"),
    "Buy It Now",
    "+$18.40 delivery in 2-4 days",
    "Located in United States",
    "Free returns",
    seller="rack.pulls 100% positive (12)",
)
AUCTION = card(
    350000000103,
    "Instinct MI50 32GB & shroud",
    price("$87.00"),
    row(span("7 bids"), span(" · "), span("1d 4h left"), span(" (Sun, 08:12 PM)")),
    "Shipping not specified",
    "Located in Lummerland",
    seller="attic_finds 0% positive (0)",
    more="&amp;var=615000000009",
)
SOLD = card(350000000104, "RTX A6000 48GB", price("$2,450.00"), "Free delivery", caption="Sold  Aug 3, 2026")
ADVERTISED = card(350000000190, "Fan shroud for accelerators", price("$24.00"), "Free delivery", tag="div")
GERMAN = [
    card(
        350000000201,
        "RTX 2080 Ti 22 GB Turbo, geprüft",
        price("EUR 379,00", "EUR 399,00", joint="bis"),
        "oder Preisvorschlag",
        "+ ca. EUR 12,96 Versand",
        "aus Großbritannien",
        state="Gebraucht | Privat",
        host="ebay.de",
    ),
    card(
        350000000202,
        "Tesla P40 24GB mit Lüfter",
        price("EUR 1.249,50"),
        "3 Gebote · Noch 2T 4Std",
        "Kostenloser Versand",
        state="Neu | Gewerblich",
        seller="serverrest 98,7% positiv (2.345)",
        host="ebay.de",
    ),
]

PAGES = {
    "com": page("gpu 32gb", "4", FIXED, CHOICE, CAROUSEL.format(card=ADVERTISED), AUCTION, SOLD),
    "de": page("rtx 2080 ti", "1.300", *GERMAN, host="ebay.de", lang="de"),
    "last": page("gpu 32gb", "1", FIXED),
    "empty": page("h800 96gb", "0", SUBSTITUTES, CHOICE, AUCTION),
    "changed": page("gpu 32gb", "1").replace("</ul>", '<li class="n-card">RTX 3090</li></ul>'),
    "blocked": """<!doctype html><html><head><title>Security Measure</title></head><body><h1>Please verify yourself</h1>
<form action="https://www.ebay.com/splashui/challenge"><input name="token"></form></body></html>""",
}
