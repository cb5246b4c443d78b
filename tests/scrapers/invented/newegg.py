"""A Newegg that sells what we say."""

import json
from html import escape
from typing import Any

from tests.scrapers.case import Case, html_reply
from tests.scrapers.local import Reply

HOST = "www.newegg.com"
SEARCH = f"{HOST}/p/pl?d="
ROBOTS = Reply(b"User-agent: *\nDisallow: /cart\n", headers={"Content-Type": "text/plain"})
PAGE = """<!doctype html><html lang="en-us"><head><title>gpu | Newegg.com</title></head><body>
<div class="list-tools-bar"><span class="list-tool-pagination-text">Page <strong>{number}</strong></span></div>
<div class="item-cells-wrap border-cells items-grid-view">{cells}</div></body></html>"""
AD = '<div class="item-cell"><div class="txt-ads-box"><a href="https://ads.example">Build a PC</a></div></div>'


def cell(
    item: str, title: str, price: str, *, state: str = "", ship: str = "Free Shipping", promo: str = "", was: str = ""
) -> str:
    """One result; `price` as "1,099.99", or "" for none."""
    whole, _, cents = price.partition(".")
    amount = f'$<strong>{whole}</strong><sup>.{cents}</sup>&nbsp;<a class="price-current-num" href="#">(3 Offers)</a>'
    amount += '<span class="price-current-range"><abbr title="to">–</abbr></span>'
    button = "Auto Notify" if promo == "OUT OF STOCK" else "Add to cart"
    return f"""<div class="item-cell"><div class="item-container" id="{item}">
<a href="https://{HOST}/some-card/p/{item}?Item={item}" class="item-img"><img alt="" src="https://c1.neweggimages.com/{item}.jpg"></a>
<div class="item-info"><div class="item-branding"><a class="item-brand" href="#"><img title="GIGABYTE" alt=""></a></div>
<a href="https://{HOST}/some-card/p/{item}?Item={item}&amp;cm_sp=x" class="item-title" title="View Details"><span
class="item-open-box-italic">{state} </span>{escape(title)}</a>
<p class="item-promo">{promo}</p><ul class="item-features"><li><strong>Model #:</strong> GV-{item[-4:]}</li>
<li><strong>Return Policy:</strong> </li></ul></div>
<div class="item-action"><ul class="price"><li class="price-was"><span class="price-was-data">{was}</span></li>
<li class="price-current">{amount if price else ""}</li><li class="price-ship">{ship if price else ""}</li></ul>
<div class="item-operate"><div class="item-button-area"><button>{button}</button></div></div></div></div></div>"""


def results(number: str, *cells: str) -> Reply:
    """A result page, "1/2" being the first of two."""
    return html_reply(PAGE.format(number=number, cells="\n".join(cells)))


R9700 = cell("N82E16814932000", 'Radeon AI PRO R9700 32GB "blower"', "1,299.99", was="$1,399.99")
A5000 = cell("9SIABCD1234567", "RTX A5000 24GB", "1,380.00", state="Refurbished", ship="$14.99 Shipping")
RX_7900 = cell("N82E16814137777", "RX 7900 XTX 24GB", "", promo="OUT OF STOCK")
EMPTY = """<!doctype html><html><head><title>h100 | Newegg.com</title></head><body><div class="result-message">
<span class="result-message-error">We have found 0 items that match "h100".</span></div></body></html>"""

PRODUCT = """<!doctype html><html lang="en-us"><head><title>card - Newegg.com</title>
<link rel="canonical" href="https://www.newegg.com/some-card/p/N82E16814932000">
<script type="application/ld+json">{crumbs}</script><script type="application/ld+json">{product}</script></head><body>
<div class="product-wrap">
<h1 class="product-title"><span class="item-open-box-italic">{state}</span>Radeon AI PRO R9700 32GB</h1>
<div class="product-seller">
<div>Shipped by: <strong>Newegg</strong></div><div>Sold by: <strong>Newegg</strong></div></div>
<div class="product-buy-box">
<ul class="price"><li class="price-current">$<strong>1,299</strong><sup>.99</sup></li></ul></div>
<div class="item-container"><a class="item-img" href="https://www.newegg.com/other/p/N82E16800000000">advertised</a></div>
</div></body></html>"""
CRUMBS = {"@context": "http://schema.org", "@type": "BreadcrumbList", "itemListElement": []}
HUMAN = """<!DOCTYPE html><html><head><title>Are you a human?</title></head><body><h1>Human?</h1>
<p>We apologize for the confusion, but we can't quite tell if you're a person or a script.</p></body></html>"""


def described(stock: str, price: str = "1299.99") -> dict[str, Any]:
    """How a product page describes its product."""
    return {
        "@context": "http://schema.org/",
        "@type": "Product",
        "name": "Radeon AI PRO R9700 32GB",
        "sku": "N82E16814932000",
        "brand": "GIGABYTE",
        "mpn": "GV-R9700",
        "offers": {
            "@type": "Offer",
            "availability": f"http://schema.org/{stock}",
            "price": price,
            "priceCurrency": "USD",
            "url": "https://www.newegg.com/some-card/p/N82E16814932000",
        },
    }


def product(stock: str, state: str = "") -> Reply:
    """A product page."""
    texts = {"crumbs": json.dumps(CRUMBS), "product": json.dumps(described(stock))}
    return html_reply(PRODUCT.format(state=state, **texts))


CASES = {
    "normal": Case(
        options={"query": "gpu 32gb"},
        answers={
            "/robots.txt": ROBOTS,
            f"{SEARCH}gpu+32gb": results("1/2", R9700, AD, A5000),
            f"{SEARCH}gpu+32gb&page=2": results("2/2", RX_7900, A5000),
        },
    ),
    "last": Case(options={"query": "r9700"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}r9700": results("1/1", R9700)}),
    "empty": Case(options={"query": "h100"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}h100": html_reply(EMPTY)}),
    "sold_out": Case(
        options={"query": "7900"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}7900": results("1/1", RX_7900)}
    ),
    "product": Case(
        options={"query": f"https://{HOST}/some-card/p/N82E16814932000"},
        answers={"/robots.txt": ROBOTS, "/some-card/p/N82E16814932000": product("InStock", "Open Box")},
    ),
    "gone": Case(
        options={"query": f"https://{HOST}/some-card/p/N82E16814932000"},
        answers={"/robots.txt": ROBOTS, "/some-card/p/N82E16814932000": product("OutOfStock")},
    ),
    "blocked": Case(options={"query": "gpu"}, answers={"/robots.txt": ROBOTS, f"{SEARCH}gpu": html_reply(HUMAN)}),
}
