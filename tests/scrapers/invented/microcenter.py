"""A Micro Center that sells what we say."""

from html import escape

from tests.scrapers.case import Case, html_reply
from tests.scrapers.local import Reply

HOST = "www.microcenter.com"
SEARCH = f"{HOST}/search/search_results.aspx?Ntt="
ROBOTS = Reply(b"User-agent: *\nDisallow: /cart\n", headers={"Content-Type": "text/plain"})
PAGE = """<!doctype html><html lang="en"><head><title>{title} : Micro Center</title></head><body>
<nav><a href="/">Home</a> <a href="/help">Help</a><form action="/find"><input name="words"></form></nav>
<div id="topPagination" class="pagination"><p class="status">{status}</p>{pages}</div>
<article id="productGrid"><ul>{cards}</ul></article></body></html>"""
ARROW = """<ul class="pages inline"><li class="pageLbl">Page</li><li class="current">1</li>
<li><a href="/search/search_results.aspx?Ntt=gpu&amp;page=2">2</a></li>
<li><a href="/search/search_results.aspx?Ntt=gpu&amp;page=2">&gt;</a></li></ul>"""
SAVED = '<div class="standardDiscount"><strike><span class="sr-only">Original price </span>{was}</strike></div>'
OPEN_BOX = '<a href="#">Open Box: from <strong>{price}</strong></a>'


def card(
    number: int, brand: str, name: str, price: str, *, stock: str = "25+ IN STOCK", was: str = "", box: str = ""
) -> str:
    """One product of a result page; `price` with its dollar sign."""
    told = f'data-id="{number}" data-name="{escape(name)}" data-brand="{brand}" data-category="Graphics Cards"'
    told += f' data-price="{price.strip("$").replace(",", "")}" href="/product/{number}/card-{number}"'
    return f"""<li id="pwrapper_0" class="product_wrapper"><div class="result_left">
<a class="favorite login-modalFav" data-id="{number}" data-name="{escape(name)}" href="https://account.example/signin">+</a>
<a class="image2 productClickItemV2" {told}><img class="SearchResultProductImage" alt=""
src="https://productimages.microcenter.com/0{number}.jpg"></a></div>
<div class="result_right"><div class="details"><p class="sku">SKU: {number + 200_000}</p>
<div class="pDescription"><div class="normal"><div class="h2">
<a class="productClickItemV2 ProductLink_{number}" {told}>{brand} {escape(name)}</a></div></div></div></div>
<div class="price_wrapper"><div class="stock"><div data-bv-show="inline_rating">4.8 (12)</div>
<span class="inventoryCnt">{stock}</span></div>
<div class="price">{SAVED.format(was=was) if was else ""}<span itemprop="price">
<span class="sr-only">Our price </span><span
class="upper">$</span>{price.strip("$")}</span></div>
<div class="clearance">{OPEN_BOX.format(price=box) if box else ""}</div></div></div></li>"""


def results(status: str, *cards: str, pages: str = "") -> Reply:
    """A result page."""
    return html_reply(PAGE.format(title="gpu", status=status, pages=pages, cards="\n".join(cards)))


PRODUCT = """<!doctype html><html><head><title>card - Micro Center</title></head><body>
<h1 class="h4"><span class="ProductLink_688001" data-id="688001" data-brand="PNY" data-category="Graphics Cards|937"
data-name="RTX 5090 32GB"> PNY RTX 5090 32GB overclocked</span></h1>
<p class="big-price"><span><span id="pricing" content="2399.99"></span><sup>$</sup>2,399.<sup>99</sup></span></p>
<div class="inventory"><span class="inventoryCnt">{stock}</span></div>
<img class="productImageZoom" alt="" src="https://productimages.microcenter.com/688001.jpg">
<div class="specGroup"><div class="spec-values">
<div class="spec-body"><div>Memory</div><div>32 GB GDDR7</div></div></div></div>
<div class="clearance">Open Box: from $19.99</div></body></html>"""
DENIED = """<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>
You don't have permission to access "http://www.microcenter.com/search/" on this server.
<P>Reference #18.1</BODY></HTML>"""

RTX_5090 = card(688001, "PNY", "RTX 5090 32GB overclocked", "$2,399.99", was="$2,599.99", box="$2,111.96")
B580 = card(688002, "Sparkle", "Arc B580 12GB dual fan", "$249.99", stock="Usually ships in 5-7 business days.")
W7800 = card(688003, "AMD", "Radeon Pro W7800 32GB", "$2,199.00", stock="SOLD OUT")

CASES = {
    "normal": Case(
        options={"query": "gpu"},
        answers={
            "/robots.txt": ROBOTS,
            f"{SEARCH}gpu": results("1 - 2 of 3 items", RTX_5090, B580, pages=ARROW),
            f"{SEARCH}gpu&page=2": results("3 - 3 of 3 items", W7800),
        },
    ),
    "last": Case(
        options={"query": "b580"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}b580": results("1 - 1 of 1 items", B580)}
    ),
    "empty": Case(
        options={"query": "h100"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}h100": results("0 items found")}
    ),
    "sold_out": Case(
        options={"query": "w7800"},
        answers={"/robots.txt": ROBOTS, f"{SEARCH}w7800": results("1 - 1 of 1 items", W7800)},
    ),
    "product": Case(
        options={"query": f"https://{HOST}/product/688001/card"},
        answers={"/robots.txt": ROBOTS, "/product/688001/card": html_reply(PRODUCT.format(stock="3 NEW IN STOCK"))},
    ),
    "blocked": Case(options={"query": "gpu"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}gpu": html_reply(DENIED, 403)}),
}
