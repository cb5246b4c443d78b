"""A Best Buy that sells what we say: some tiles drawn, some not yet."""

from html import escape

from tests.scrapers.case import Case, html_reply
from tests.scrapers.local import Reply

HOST = "www.bestbuy.com"
SEARCH = f"{HOST}/site/searchpage.jsp?st="
ROBOTS = Reply(b"User-agent: *\nDisallow: /cart\n", headers={"Content-Type": "text/plain"})
PAGE = """<!doctype html><html lang="en"><head><title>gpu - Best Buy</title></head><body><main>
<nav><a href="/">Home</a> <a href="/help">Help</a><form action="/find"><input name="words"></form></nav>
<div class="pagination-num-found">{counted}</div><ul class="product-grid-view-container">{tiles}</ul>
<div class="pagination-container"><span class="current-page">1</span>{arrow}</div>{strip}</main></body></html>"""
ARROW = """<a aria-label="Next page" class="pagination-arrow"
href="/site/searchpage.jsp?cp=2&amp;id=pcat17071&amp;st=gpu"><span class="sr-only">Next</span></a>"""
BLANK = '<li class="product-list-item grid-view" data-product-id="{number}" data-testid="{number}">{inside}</li>'


def block(price: str, was: str = "") -> str:
    """A price block: the price twice, once for screen readers."""
    old = f"""<div data-testid="price-block-regular-price"><div data-testid="price-block-regular-price-message-text">
<span class="sr-only">The comparable value is </span><span>Comp. Value: </span><span>{was}</span></div></div>"""
    return f"""<div data-testid="price-block"><div data-testid="price-block-customer-price">
<span class="sr-only">{price}</span><span aria-hidden="true">{price}</span></div>{old if was else ""}</div>"""


def address(number: int) -> str:
    """A product's page."""
    return f"https://{HOST}/product/card-{number}/ABCDEF/sku/{number}"


def tile(number: int, brand: str, name: str, price: str, *, was: str = "", button: str = "Add to cart") -> str:
    """A tile that was drawn."""
    inside = f"""<div class="sku-block"><div class="product-image"><img alt="" data-testid="product-image"
src="https://pisces.bbystatic.com/image2/products/{number}.jpg"></div>
<a class="product-list-item-link" href="{address(number)}"><h3 class="product-title">
<span class="first-title">{brand}</span>
 - {escape(name)}</h3></a><div class="pricing">{block(price, was)}</div>
<a data-testid="clickable-body-area"><span data-testid="clickable-body-area-text">More options from $899.99</span></a>
<span data-testid="plp-shipping-messaging-{number}">Get it <strong>tomorrow</strong> • <strong>FREE</strong></span>
<button data-testid="plp-add-to-cart-{number}">
<span data-testid="plp-add-to-cart-{number}-label">{button}</span></button>
</div>"""
    return BLANK.format(number=number, inside=inside)


def undrawn(number: int) -> str:
    """A tile that nobody scrolled to."""
    return BLANK.format(number=number, inside='<div class="skeleton-product-grid-view"><div></div></div>')


def advertised(number: int, name: str, price: str) -> str:
    """A product in the strip of advertised ones."""
    return f"""<div class="list-item wrapper"><div class="info-section"><a class="sku-title" href="{address(number)}">
<span class="nc-product-title">{escape(name)}</span></a>{block(price)}</div></div>"""


def results(counted: str, *tiles: str, arrow: str = "", strip: str = "") -> Reply:
    """A result page."""
    return html_reply(PAGE.format(counted=counted, tiles="\n".join(tiles), arrow=arrow, strip=strip))


RTX_5080 = tile(6600001, "PNY", "RTX 5080 16GB, 3 fans", "$1,099.99", was="$1,299.99")
RX_9070 = tile(6600002, "Sapphire", "RX 9070 XT 16GB", "$729.99", button="Sold Out")
STRIP = advertised(6600003, "MSI - RTX 5070 Ti 16GB", "$799.99") + advertised(6600009, "A monitor", "$199.99")

PRODUCT = """<!doctype html><html><head><title>card - Best Buy</title></head><body><main>
<div data-component-name="ProductHeader"><h1>PNY - RTX 5080 16GB, 3 fans</h1>
<div><div>Model: VCG5080</div><div>SKU: 6600001</div></div></div>
<img alt="" src="https://pisces.bbystatic.com/image2/BestBuy_US/images/products/6600001.jpg">
<div data-component-name="LargePrice">{price}</div>
<button data-testid="pdp-add-to-cart-6600001"><span>{button}</span></button>
<div data-testid="seller-details-first-party-sold-by-banner-container">Sold by<img alt="Best Buy" src="logo.svg"></div>
<div data-testid="more-buying-options-main-value-prop-button">
<span data-testid="mbo-value-proposition-title">Open-Box</span>
<span data-testid="mbo-value-proposition-body">$934.99 - $1,011.99</span></div>
<ul id="key-specs-list"><li><div><div>GPU Memory Size</div><div>16 gigabytes</div></div></li></ul>
<div class="carousel">{other}</div></main></body></html>"""
DENIED = """<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>
You don't have permission to access "http://www.bestbuy.com/site/" on this server.<P>Reference #18.2</BODY></HTML>"""


def product(price: str, button: str) -> Reply:
    """A product page."""
    return html_reply(PRODUCT.format(price=block(price), button=button, other=block("$9.99")))


CASES = {
    "normal": Case(
        options={"query": "gpu"},
        answers={
            "/robots.txt": ROBOTS,
            f"{SEARCH}gpu": results(
                "1-3 of 4 items", RTX_5080, undrawn(6600003), undrawn(6600004), arrow=ARROW, strip=STRIP
            ),
            f"{HOST}/site/searchpage.jsp?cp=2&id=pcat17071&st=gpu": results("4-4 of 4 items", RX_9070),
        },
    ),
    "last": Case(
        options={"query": "rtx 5080"},
        answers={"/robots.txt": ROBOTS, f"{SEARCH}rtx+5080": results("1-1 of 1 items", RTX_5080)},
    ),
    "undrawn": Case(
        options={"query": "arc"},
        answers={"/robots.txt": ROBOTS, f"{SEARCH}arc": results("1-1 of 1 items", undrawn(6600005))},
    ),
    "empty": Case(options={"query": "h100"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}h100": results("0 items")}),
    "sold_out": Case(
        options={"query": "9070"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}9070": results("1-1 of 1 items", RX_9070)}
    ),
    "product": Case(
        options={"query": address(6600001)},
        answers={
            "/robots.txt": ROBOTS,
            "/product/card-6600001/ABCDEF/sku/6600001": product("$1,099.99", "Add to cart"),
        },
    ),
    "blocked": Case(options={"query": "gpu"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}gpu": html_reply(DENIED, 403)}),
}
