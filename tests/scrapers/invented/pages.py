"""Shops, classifieds and an API that do not exist, read by selectors alone."""

import json
from dataclasses import replace
from typing import Any

from tests.scrapers.case import Case, html_reply, json_reply
from tests.scrapers.local import Reply

BASE = "https://kleinmarkt.example/suche"
ROBOTS = Reply(b"User-agent: *\nDisallow: /konto\n", headers={"Content-Type": "text/plain"})
PAGE = """<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Suche</title></head><body>
<nav><a href="/">Start</a> <a href="/konto">Mein Konto</a> <a href="/neu">Anzeige aufgeben</a></nav>
<h1>Suche</h1><p class="count">{count}</p><ul id="results">{items}</ul>{onward}</body></html>"""
ITEM = """<li class="ad" data-ad="{number}"><a class="pic" href="/a/{number}"><img data-src="/img/{number}.webp"></a>
<h2><a href="/a/{number}?utm_source=suche">{title}</a></h2><p class="text">{text}</p>
<p class="price">{price}</p><span class="who">{seller}</span>{mark}</li>"""
OPTIONS = {
    "url": BASE,
    "item": "li.ad",
    "title": "h2",
    "price": ".price .now | .price",
    "link": "h2 a",
    "id": "@data-ad",
    "next": "a.next",
    "total": ".count",
    "image": "img@src | img@data-src",
    "description": ".text",
    "seller": ".who",
    "sold_out": ".sold",
    "empty": ".nothing",
    "condition": "'used'",
    "country": "'DE'",
}


def ad(number: int, title: str, price: str, *, text: str = "", seller: str = "", mark: str = "") -> str:
    """One classified ad as it stands in the list."""
    return ITEM.format(number=number, title=title, price=price, text=text, seller=seller, mark=mark)


def page(*items: str, count: str = "", onward: str = "") -> Reply:
    """One page of results."""
    return html_reply(PAGE.format(items="".join(items), count=count, onward=onward))


FIRST = page(
    ad(501, "Tesla P40 24 GB, <em>mit</em> Lüfter", "210 € VB", text="Aus einem Server, läuft.", seller="rackratte"),
    ad(502, "RTX 3090 Founders", '<s>750 €</s> <span class="now">690 €</span>', seller="ingo_k"),
    '<li class="ad">Anzeige: hier könnte Ihre Werbung stehen</li>',
    count="3 Treffer",
    onward='<a class="next" href="/suche?seite=2">weiter</a>',
)
LAST = page(
    ad(503, "Radeon VII 16GB", "330 €", mark='<b class="sold">verkauft</b>'),
    count="3 Treffer",
)
NOTHING = page('<li class="nothing">Leider keine Treffer</li>', count="0 Treffer")
DENIED = """<html><head><title>kleinmarkt.example</title></head><body>
<script src="https://ct.captcha-delivery.com/c.js"></script></body></html>"""

API = "https://api.kartenhaus.example/v2/search?q=gpu&from={page}"
API_OPTIONS = {
    "url": API,
    "format": "json",
    "item": "hits",
    "title": "name",
    "price": "{price.amount} {price.unit}",
    "link": "https://kartenhaus.example/p/{slug}-{id}",
    "id": "id",
    "availability": "stock.available",
    "image": "pictures[0].src",
    "page_first": "0",
    "page_step": "2",
}


def hit(number: int, name: str, amount: Any, *, available: bool = True) -> dict[str, Any]:
    """One product as the API prints it."""
    return {
        "id": number,
        "slug": name.lower().replace(" ", "-").partition("&")[0],
        "name": name,
        "price": {"amount": amount, "unit": "EUR"},
        "stock": {"available": available},
        "pictures": [{"src": f"https://img.kartenhaus.example/{number}.jpg"}],
    }


EMBEDDED = """<!doctype html><html><head><title>Cards</title></head><body><div id="app"></div>
<script id="state" type="application/json">{state}</script></body></html>"""

CASES = {
    "normal": Case(
        options=OPTIONS,
        currency="EUR",
        answers={"/robots.txt": ROBOTS, "/suche": FIRST, "/suche?seite=2": LAST},
    ),
    "last": Case(
        options=OPTIONS | {"url": f"{BASE}?seite=2"},
        currency="EUR",
        answers={"/robots.txt": ROBOTS, "/suche?seite=2": replace(LAST, body=LAST.body.replace(b"3 T", b"1 T"))},
    ),
    "sold_out": Case(
        options=OPTIONS | {"total": "h1"}, currency="EUR", answers={"/robots.txt": ROBOTS, "/suche": LAST}
    ),
    "unpaged": Case(options=OPTIONS, currency="EUR", answers={"/robots.txt": ROBOTS, "/suche": LAST}),
    "empty": Case(options=OPTIONS, currency="EUR", answers={"/robots.txt": ROBOTS, "/suche": NOTHING}),
    "changed": Case(
        options=OPTIONS | {"item": "li.offer"}, currency="EUR", answers={"/robots.txt": ROBOTS, "/suche": FIRST}
    ),
    "blocked": Case(options=OPTIONS, answers={"/robots.txt": ROBOTS, "/suche": html_reply(DENIED, 403)}),
    "api": Case(
        options=API_OPTIONS,
        currency="EUR",
        answers={
            "/robots.txt": Reply(b"", 404),
            "/v2/search?q=gpu&from=0": json_reply(
                {"hits": [hit(71, "RTX A5000 24GB", 1190.50), hit(72, "Tesla T4 &amp; bracket", 540)]}
            ),
            "/v2/search?q=gpu&from=2": json_reply({"hits": [hit(73, "Quadro GV100 32GB", 890, available=False)]}),
            "/v2/search?q=gpu&from=4": json_reply({"hits": []}),
        },
    ),
    "embedded": Case(
        options={
            "url": "https://cards.example/gpus",
            "data": "script#state",
            "item": "catalog.*",
            "title": "title",
            "price": "price",
            "link": "href",
        },
        currency="USD",
        answers={
            "/robots.txt": Reply(b"", 404),
            "/gpus": html_reply(
                EMBEDDED.replace(
                    "{state}",
                    json.dumps({"catalog": {"a1": {"title": "Titan RTX 24GB", "price": 799, "href": "/p/titan-rtx"}}}),
                )
            ),
        },
    ),
}
