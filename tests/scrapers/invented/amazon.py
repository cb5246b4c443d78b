"""An Amazon of cards that were never sold there: a search in each of three number formats, products, a robot check."""

from html import escape

from tests.scrapers.case import Case, html_reply
from tests.scrapers.local import Reply

ROBOTS = Reply(b"User-agent: *\nDisallow: /gp/cart\n", headers={"Content-Type": "text/plain"})
PAGE = """<!doctype html><html lang="{lang}" class="a-no-js"><head><meta charset="utf-8"><title>{title}</title>
<script>var ue_sn = "www.{domain}", ue_mid = "MARKET";</script></head>
<body><nav><a href="/">Home</a> <a href="/help">Help</a><form action="/find"><input name="words"></form></nav>
<span data-component-type="s-search-results" class="rush-component">
<div class="s-main-slot s-result-list s-search-results sg-row">{body}</div></span></body></html>"""
BANNER = '<div data-asin="" class="s-result-item s-flex-full-width s-widget"><span>Results</span></div>'
STRIP = """<div class="s-result-item s-widget AdHolder"><ol class="a-carousel"><li class="a-carousel-card">
<div class="s-result-item sg-col" data-asin="B0ADVERT01"><h2><span>Carrying case for graphics cards</span></h2>
<span class="a-price"><span class="a-offscreen">$19.99</span></span></div></li></ol></div>"""
EMPTY = """<div class="s-result-item s-widget"><div class="a-section a-text-center">
<span class="a-size-medium a-color-base">{nothing} </span><span class="a-text-bold">h800 96gb</span></div></div>"""


def price(whole: str, fraction: str, symbol: str, *, first: bool = True, told: str | None = None) -> str:
    """A price in the spans Amazon splits it over; `told` is what screen readers get, where that differs."""
    point = "." if symbol == "$" else ","
    digits = f'<span class="a-price-whole">{whole}<span class="a-price-decimal">{point}</span></span>'
    digits += f'<span class="a-price-fraction">{fraction}</span>'
    mark = f'<span class="a-price-symbol">{symbol}</span>'
    seen = f"{mark}{digits}" if first else f"{digits}{mark}"
    plain = f"{symbol}{whole}{point}{fraction}" if first else f"{whole}{point}{fraction}\u00a0{symbol}"
    return (
        f'<a class="a-link-normal" href="#"><span class="a-price" data-a-size="xl" data-a-color="base">'
        f'<span class="a-offscreen">{plain if told is None else told}</span>'
        f'<span aria-hidden="true">{seen}</span></span></a>'
    )


def struck(text: str) -> str:
    """An old price, crossed out."""
    return (
        f'<span class="a-price a-text-price" data-a-size="b" data-a-strike="true" data-a-color="secondary">'
        f'<span class="a-offscreen">{text}</span><span aria-hidden="true">{text}</span></span>'
    )


def others(text: str, count: str) -> str:
    """What other sellers ask."""
    return (
        '<div class="a-row a-size-base"><span class="a-color-secondary">More Buying Choices</span><br>'
        f'<span class="a-color-base">{text}</span><span class="a-declarative">'
        f'<a class="a-link-normal" href="/gp/offer-listing/x/ref=olp">({count})</a></span></div>'
    )


def card(asin: str, title: str, shown: str, *, sponsored: bool = False, below: str = "") -> str:
    """One result; advertised ones lead through a counter and stand twice on many pages."""
    address = f"/sspa/click?url=%2Fdp%2F{asin}%2Fref" if sponsored else f"/Some-Card/dp/{asin}/ref=sr_1_1?keywords=card"
    badge = '<span class="puis-sponsored-label-text">Sponsored</span>' if sponsored else ""
    return (
        f'<div data-asin="{asin}" data-index="2" data-component-type="s-search-result"'
        f' class="s-result-item s-asin sg-col{" AdHolder" if sponsored else ""}"><div class="s-card-container">'
        f'<a class="a-link-normal s-no-outline" href="{address}"><img class="s-image" alt=""'
        f' src="https://m.media-amazon.com/images/I/{asin}.jpg"></a>{badge}'
        f'<div data-cy="title-recipe"><a class="a-link-normal a-text-normal" href="{address}">'
        f'<h2 class="a-size-medium"><span>{escape(title)}</span></h2></a></div>'
        f'<div data-cy="price-recipe">{shown}</div>{below}</div></div>'
    )


def delivery(text: str) -> str:
    """The line about delivery."""
    line = f'<span aria-label="{text}"><span class="a-color-base">{text}</span></span>'
    return f'<div data-cy="delivery-recipe">{line}</div>'


def next_page(address: str) -> str:
    """The arrow to the next page."""
    return (
        '<span class="s-pagination-item s-pagination-selected">1</span>'
        f'<a href="{address}" class="s-pagination-item s-pagination-next s-pagination-button">Next</a>'
    )


def results(domain: str, lang: str, *parts: str) -> Reply:
    """A search page."""
    return html_reply(PAGE.format(domain=domain, lang=lang, title="cards", body="\n".join((BANNER, *parts))))


FIRST = results(
    "amazon.com",
    "en-us",
    card("B0CARD0001", "RTX 3090 24GB triple fan", price("1,049", "00", "$"), sponsored=True),
    card(
        "B0CARD0002",
        'Radeon Pro W7900 48GB, 3 "slots"',
        price("3,299", "99", "$") + struck("$3,799.00"),
        below=delivery("FREE delivery Tue, Sep 1")
        + '<span aria-label="Only 2 left in stock - order soon."><span class="a-color-price">Only 2 left in stock -'
        " order soon.</span></span>" + others("$2,980.00", "4 used &amp; new offers"),
    ),
    STRIP,
    card("B0CARD0003", "RTX A4000 16GB, renewed", "", below=others("$540.00", "7 used offers")),
    card("B0CARD0001", "RTX 3090 24GB triple fan", price("1,049", "00", "$")),
    next_page("/s?k=gpu&page=2&qid=1700000000&ref=sr_pg_1"),
)
SECOND = results(
    "amazon.com",
    "en-us",
    card(
        "B0CARD0004",
        "Arc Pro B50 16GB low profile",
        price("349", "99", "$", told=" "),
        below=delivery("$12.90 delivery Sep 8 - 11"),
    ),
    '<span class="s-pagination-item s-pagination-next s-pagination-disabled">Next</span>',
)
GERMAN = results(
    "amazon.de",
    "de-de",
    card(
        "B0KARTE001",
        "RTX 5000 Ada 32 GB, Bulk",
        price("4.289", "90", "€", first=False),
        below=delivery("GRATIS Lieferung Di., 1. Sept."),
    ),
    card("B0KARTE002", "Grafikkartenhalter, verstellbar", price("9", "49", "€", first=False)),
)
BRITISH = results(
    "amazon.co.uk", "en-gb", card("B0CARD0007", "Tesla T4 16GB, pulled", price("649", "00", "£", told="£649.00"))
)
POLISH = results(
    "amazon.pl",
    "pl-pl",
    card(
        "B0KARTA001",
        "Karta graficzna RTX 4000 SFF Ada 20 GB",
        price("6\u00a0149", "00", "zł", first=False),
        below=delivery("DARMOWA dostawa dla członków Prime"),
    ),
)
NOTHING = results("amazon.com", "en-us", EMPTY.format(nothing="No results for"))

PRODUCT = """<!doctype html><html lang="en-us"><head><title>card</title>
<link rel="canonical" href="https://www.amazon.com/Some-Card/dp/{asin}"></head><body>
<div id="centerCol"><h1 id="title"><span id="productTitle" class="a-size-large"> {title} </span></h1>
<a id="bylineInfo" href="/stores/cards">Visit the Cards Store</a>{prices}
<div id="productOverview_feature_div"><table><tr><td>Graphics Ram Size</td><td>24 GB</td></tr></table></div>
<div id="feature-bullets"><ul><li>24 GB of GDDR6X</li><li>Three fans</li></ul></div></div>
<div id="buybox"><form><input type="hidden" id="ASIN" name="ASIN" value="{asin}"></form>{box}</div>
<div class="a-carousel"><span class="a-price"><span class="a-offscreen">$9.99</span></span></div></body></html>"""
PAYABLE = """<div id="corePriceDisplay_desktop_feature_div">
<span class="a-price priceToPay"><span class="a-offscreen"> </span>
<span aria-hidden="true"><span class="a-price-symbol">$</span><span class="a-price-whole">1,049<span
class="a-price-decimal">.</span></span><span class="a-price-fraction">00</span></span></span>
<span class="a-price a-text-price" data-a-strike="true"><span class="a-offscreen">$1,499.00</span></span></div>"""
SOLD_BY = """<div id="availability"><span>Only 3 left in stock - order soon.</span></div>
<span data-csa-c-delivery-price="FREE">FREE delivery</span>
<a id="sellerProfileTriggerId" href="/sp?seller=1">Card Traders</a>"""
GONE = '<div id="availability"><span>Currently unavailable.</span></div><div id="outOfStock">We do not know when.</div>'
USED_ONLY = """<div id="availability"><span>In Stock</span></div>
<div id="usedBuySection"><span class="a-color-price">$799.00</span></div>"""


def product(title: str, *, prices: str = "", box: str = "") -> Reply:
    """A product page."""
    return html_reply(PRODUCT.format(asin="B0CARD0001", title=title, prices=prices, box=box))


ROBOT_CHECK = """<!DOCTYPE html><html lang="en-us"><head><title dir="ltr">Amazon.com</title></head><body>
<p>To discuss automated access to Amazon data please contact api-services-support@amazon.com.</p>
<form method="get" action="/errors/validateCaptcha"><h4>Enter the characters you see below</h4>
<input id="captchacharacters" name="field-keywords"></form></body></html>"""


def search(domain: str, words: str, answer: Reply) -> dict[str, Reply]:
    """What a marketplace answers to a search."""
    return {"/robots.txt": ROBOTS, f"www.{domain}/s?k={words}": answer}


CASES = {
    "normal": Case(
        options={"query": "gpu"},
        answers=search("amazon.com", "gpu", FIRST)
        | {"www.amazon.com/s?k=gpu&page=2&qid=1700000000&ref=sr_pg_1": SECOND},
    ),
    "last": Case(
        options={"query": "https://www.amazon.com/s?k=gpu&page=2"},
        answers=search("amazon.com", "gpu&page=2", SECOND),
    ),
    "german": Case(
        options={"query": "rtx 5000 ada", "marketplace": "amazon.de"},
        answers=search("amazon.de", "rtx+5000+ada", GERMAN),
    ),
    "british": Case(
        options={"query": "tesla t4", "marketplace": "www.amazon.co.uk"},
        answers=search("amazon.co.uk", "tesla+t4", BRITISH),
    ),
    "polish": Case(
        options={"query": "rtx 4000", "marketplace": "amazon.pl"}, answers=search("amazon.pl", "rtx+4000", POLISH)
    ),
    "empty": Case(options={"query": "h800 96gb"}, answers=search("amazon.com", "h800+96gb", NOTHING)),
    "product": Case(
        options={"query": "https://www.amazon.com/dp/B0CARD0001"},
        answers={"/robots.txt": ROBOTS, "/dp/B0CARD0001": product("RTX 3090 24GB", prices=PAYABLE, box=SOLD_BY)},
    ),
    "used": Case(
        options={"query": "https://www.amazon.com/dp/B0CARD0001"},
        answers={"/robots.txt": ROBOTS, "/dp/B0CARD0001": product("RTX 3090 24GB", box=USED_ONLY)},
    ),
    "sold_out": Case(
        options={"query": "https://www.amazon.com/dp/B0CARD0001"},
        answers={"/robots.txt": ROBOTS, "/dp/B0CARD0001": product("RTX 3090 24GB", box=GONE)},
    ),
    "blocked": Case(options={"query": "gpu"}, answers=search("amazon.com", "gpu", html_reply(ROBOT_CHECK))),
}
