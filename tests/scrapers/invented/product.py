"""Product pages of shops that do not exist, each told to programs in another way, or not at all."""

import json
from typing import Any

from tests.scrapers.case import Case, html_reply
from tests.scrapers.invented.jsonld import DENIED, GROUP, OPEN
from tests.scrapers.local import Reply

URL = "https://speicherhaus.example/p/rtx-3090"
ROBOTS = {"/robots.txt": OPEN}

SHELL = """<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{url}">{head}</head><body class="product-page">
<header><a href="/"><img src="/logo.svg"></a><nav><a href="/cards">Cards</a> <a href="/sale">Sale from 9,99 €</a></nav>
<a class="minicart" href="/cart">Cart <span class="price">0,00 €</span></a></header>
<main>{main}</main>
<section class="related"><h2>You may also like</h2><ul>
<li class="tile"><a href="/p/a"><img src="/a.jpg">Riser cable PCIe 4.0</a><span class="price">39,90 €</span></li>
<li class="tile"><a href="/p/b"><img src="/b.jpg">NVLink bridge, 3 slots</a><span class="price">189,00 €</span></li>
<li class="tile"><a href="/p/c"><img src="/c.jpg">Fan shroud 80 mm</a><span class="price">14,50 €</span></li>
</ul></section>
<footer>Free shipping from 50 €. All prices include VAT.</footer></body></html>"""


def page(main: str, head: str = "", *, lang: str = "en", title: str = "RTX 3090 24GB | Speicherhaus") -> str:
    """A shop's page around what it says of the product."""
    return SHELL.format(main=main, head=head, lang=lang, title=title, url=URL)


def ld(*blocks: Any) -> str:
    """JSON-LD blocks."""
    return "".join(f'<script type="application/ld+json">{json.dumps(block)}</script>' for block in blocks)


def visit(text: str | Reply, **case: Any) -> Case:
    """A visit to the one page of this shop."""
    reply = text if isinstance(text, Reply) else html_reply(text)
    return Case(options={"url": URL, **case}, answers={**ROBOTS, "/p/rtx-3090": reply})


TOLD: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Product",
    "name": "Palit RTX 3090 GamingPro 24 GB",
    "sku": "PAL-3090",
    "gtin13": "4710562242089",
    "brand": {"@type": "Brand", "name": "Palit"},
    "offers": {
        "@type": "Offer",
        "price": "729.00",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
        "itemCondition": "https://schema.org/UsedCondition",
    },
}
SHOWN = """<h1>Palit RTX 3090 GamingPro 24 GB</h1><p class="price">729,00 € <small>incl. VAT</small></p>
<button class="add-to-cart">Add to cart</button>"""

GRAPH = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "BreadcrumbList", "itemListElement": []},
        {"@type": "Product", "name": "Riser cable PCIe 4.0", "offers": {"price": "39.90", "priceCurrency": "EUR"}},
        {"@type": "Product", "name": "NVLink bridge, 3 slots", "offers": {"price": "189", "priceCurrency": "EUR"}},
        TOLD | {"offers": {"@id": "#offer"}},
        TOLD["offers"] | {"@id": "#offer"},
    ],
}
MICRODATA = """<div itemscope itemtype="https://schema.org/Product">
<h1 itemprop="name">Karta graficzna Tesla P40 24GB</h1><meta itemprop="sku" content="P40-24">
<div itemprop="brand" itemscope itemtype="https://schema.org/Brand"><span itemprop="name">NVIDIA</span></div>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
<span itemprop="price" content="1199.00">1 199,00 zł</span><meta itemprop="priceCurrency" content="pln">
<link itemprop="availability" href="http://schema.org/InStock">
<link itemprop="itemCondition" href="http://schema.org/RefurbishedCondition"></div>
<div itemprop="isRelatedTo" itemscope itemtype="https://schema.org/Product"><span itemprop="name">Wentylator</span>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><b itemprop="price">59,00 zł</b></div></div>
</div>"""
RDFA = """<div vocab="https://schema.org/" typeof="Product"><h1 property="name">AMD Instinct MI50 32GB</h1>
<div property="offers" typeof="Offer"><span property="price" content="149.00">$149</span>
<meta property="priceCurrency" content="USD"><link property="availability" href="https://schema.org/InStock"></div></div>"""
META = """<meta property="og:type" content="product"><meta property="og:title" content="Radeon VII 16GB">
<meta property="og:locale" content="sv_SE"><meta property="product:price:amount" content="3995.00">
<meta property="product:sale_price:amount" content="3495.00"><meta property="product:price:currency" content="SEK">
<meta property="product:availability" content="instock"><meta property="product:brand" content="AMD">"""
META_SHOWN = (
    """<div id="app"><h1>Radeon VII 16GB</h1><p class="pris"><del>3 995 kr</del> <ins>3 495 kr</ins></p></div>"""
)
PATTERNS = """<div class="gallery"><img src="/1.jpg"></div><h1>Tarjeta gráfica RTX 2080 Ti turbo 22 GB</h1>
<div class="ref">Referencia: <b>TG-2080-22</b></div><div class="marca">Marca: <a href="/leadtek">Leadtek</a></div>
<div class="precio-anterior"><del>459,00 €</del></div><div class="precio"><span>399<sup>00</sup> €</span></div>
<p>o 12 cuotas de 36,30 €/mes</p><p>Envío: 6,90 €</p><p class="disponibilidad">En stock, envío en 24 h</p>
<form><button type="submit">Añadir al carrito</button></form>"""
GONE = """<h1>Tesla M40 24 GB</h1><div class="availability">Derzeit nicht verfügbar.</div>
<button disabled class="btn">In den Warenkorb</button><p>E-Mail, sobald der Artikel wieder da ist</p>"""
STATE = """<script>window.__INITIAL_STATE__ = {"product": {"id": 7, "title": "Quadro RTX 8000 48GB", "price":
{"amount": 1849.5, "currencyCode": "EUR"}}, "recommended": [{"title": "Cable", "price": {"amount": 9}}]};</script>
<h1>Quadro RTX 8000 48GB</h1><p>1.849,50 €</p>"""
QUARREL = """<h1>Palit RTX 3090 GamingPro 24 GB</h1><div class="buybox"><p class="price">Price: 655,00 €</p>
<button>Buy now</button></div>"""
AGGREGATE = TOLD | {
    "offers": {
        "@type": "AggregateOffer",
        "lowPrice": "690",
        "highPrice": "820.00",
        "priceCurrency": "EUR",
        "offerCount": 7,
    }
}
SOLD_OUT = TOLD | {"offers": TOLD["offers"] | {"availability": "http://schema.org/SoldOut"}}
ARTICLE = """<h1>How much memory does a 70B model need?</h1><p>Forty gigabytes at four bits, so two cards of
24 GB will do, and a used pair sold for about $1,400 last week.</p>"""
LYING = page(
    '<h1>Видеокарта RTX 3080 20 ГБ</h1><p class="price">38 500 руб.</p><p class="stock">В наличии</p>'
    "<button>В корзину</button>",
    '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">',
    lang="ru",
    title="Видеокарта RTX 3080 20 ГБ",
)

CASES = {
    "normal": visit(page(SHOWN, ld(TOLD))),
    "graph": visit(page(SHOWN, ld(GRAPH))),
    "aggregate": visit(page(SHOWN.replace("729", "690"), ld(AGGREGATE))),
    "variants": visit(page("<h1>RTX 2080 Ti turbo</h1>", ld(GROUP))),
    "microdata": visit(page(MICRODATA, lang="pl", title="Tesla P40 24GB - Karta graficzna")),
    "rdfa": visit(page(RDFA, title="AMD Instinct MI50 32GB")),
    "opengraph": visit(page(META_SHOWN, META, lang="sv", title="Radeon VII 16GB")),
    "patterns": visit(page(PATTERNS, lang="es", title="Tarjeta gráfica RTX 2080 Ti turbo 22 GB - Speicherhaus")),
    "state": visit(page(STATE, title="Quadro RTX 8000 48GB")),
    "selectors": visit(
        page("<h1>Lot</h1><div id=x data-sum='95,00 €'>Mining cards P102-100</div>", ld(TOLD)),
        title="#x",
        price="#x@data-sum",
    ),
    "quarrel": visit(page(QUARREL, ld(TOLD))),
    "sold_out": visit(page(SHOWN, ld(SOLD_OUT))),
    "unavailable": visit(page(GONE, lang="de", title="Tesla M40 24 GB kaufen")),
    "charset": visit(Reply(LYING.encode("cp1251"), headers={"Content-Type": "text/html; charset=windows-1251"})),
    "empty": visit(page(ARTICLE, title="How much memory does a 70B model need?")),
    "blocked": visit(html_reply(DENIED, 403)),
}
