"""Product pages of shops that do not exist."""

import json
from typing import Any

from tests.scrapers.case import Case, html_reply
from tests.scrapers.local import Reply

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<link rel="canonical" href="{canonical}">{blocks}</head>
<body><nav><a href="/">Home</a></nav><h1>{title}</h1><p>Add to basket. Ships within two days.</p></body></html>"""
URL = "https://kartenladen.example/p/rtx-3090"
OPEN = Reply(b"User-agent: *\nDisallow: /basket\n", headers={"Content-Type": "text/plain"})


def page(*blocks: Any, title: str = "Gainward RTX 3090 24GB", canonical: str = URL) -> Reply:
    """A product page with its JSON-LD blocks, each a value or the text a careless shop wrote."""
    texts = [block if isinstance(block, str) else json.dumps(block, ensure_ascii=False, indent=1) for block in blocks]
    scripts = "\n".join(f'<script type="application/ld+json">{text}</script>' for text in texts)
    return html_reply(PAGE.format(title=title, canonical=canonical, blocks=scripts))


CRUMBS = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": []}
CARD: dict[str, Any] = {
    "@context": "https://schema.org/",
    "@type": "Product",
    "name": "Gainward RTX 3090 Phantom 24&nbsp;GB",
    "description": "<p>Used for <i>one</i> year, repasted.</p>",
    "sku": "GW-3090",
    "gtin13": "4710562242089",
    "brand": {"@type": "Brand", "name": "Gainward"},
    "image": ["/img/3090.jpg", "/img/3090-back.jpg"],
    "itemCondition": "https://schema.org/UsedCondition",
    "additionalProperty": [{"@type": "PropertyValue", "name": "Memory", "value": "24 GB GDDR6X"}],
    "offers": {
        "@type": "Offer",
        "price": "749.00",
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
        "url": "https://kartenladen.example/p/rtx-3090?utm=feed",
        "seller": {"@type": "Organization", "name": "Kartenladen GmbH"},
        "shippingDetails": [
            {
                "@type": "OfferShippingDetails",
                "shippingDestination": {"@type": "DefinedRegion", "addressCountry": "AT"},
                "shippingRate": {"@type": "MonetaryAmount", "value": 14.90, "currency": "EUR"},
            },
            {
                "@type": "OfferShippingDetails",
                "shippingDestination": {"@type": "DefinedRegion", "addressCountry": "DE"},
                "shippingRate": {"@type": "MonetaryAmount", "value": "6.90", "currency": "EUR"},
            },
        ],
    },
}
SOLD_OUT = {
    "@context": "http://schema.org",
    "@graph": [
        {"@type": "WebPage", "mainEntity": {"@id": "#card"}},
        {
            "@id": "#card",
            "@type": ["Product", "Thing"],
            "name": "Tesla P40 24GB",
            "mpn": "900-2G610",
            "offers": {"@id": "#offer"},
        },
        {
            "@id": "#offer",
            "@type": "http://schema.org/Offer",
            "priceSpecification": [
                {"@type": "UnitPriceSpecification", "priceType": "https://schema.org/ListPrice", "price": 399},
                {"@type": "UnitPriceSpecification", "price": 289.50, "priceCurrency": "USD"},
            ],
            "availability": "http://schema.org/OutOfStock",
            "itemCondition": "http://schema.org/RefurbishedCondition",
        },
    ],
}
GROUP = {
    "@context": "https://schema.org",
    "@type": "ProductGroup",
    "name": "RTX 2080 Ti turbo",
    "productGroupID": "2080TI",
    "brand": "NVIDIA",
    "itemCondition": "https://schema.org/RefurbishedCondition",
    "hasVariant": [
        {
            "@type": "Product",
            "name": "RTX 2080 Ti turbo 11 GB",
            "sku": "2080TI-11",
            "offers": {"@type": "Offer", "price": 229, "priceCurrency": "USD", "availability": "InStock"},
        },
        {
            "@type": "Product",
            "name": "RTX 2080 Ti turbo 22 GB",
            "url": "/p/2080-ti?memory=22",
            "offers": {"@type": "Offer", "price": 399, "priceCurrency": "USD", "availability": "SoldOut"},
        },
    ],
}
CARELESS = """
/* <![CDATA[ */
{"@context": "http://schema.org", "@type": "Product", "name": "Zotac 3090\tTrinity",
 "offers": {"@type": "AggregateOffer", "lowPrice": "699.00", "highPrice": "799.00", "priceCurrency": "USD",},
};
/* ]]> */
"""
DENIED = """<html><head><title>kartenladen.example</title></head><body>
<script>var dd={'rt':'c','host':'geo.captcha-delivery.com'}</script>
<script src="https://ct.captcha-delivery.com/c.js"></script></body></html>"""

CASES = {
    "normal": Case(
        options={"url": URL},
        country="DE",
        answers={"/robots.txt": OPEN, "/p/rtx-3090": page(CRUMBS, CARD)},
    ),
    "sold_out": Case(
        options={"url": URL},
        answers={"/robots.txt": OPEN, "/p/rtx-3090": page(SOLD_OUT, title="Tesla P40 24GB")},
    ),
    "variants": Case(
        options={"url": "https://kartenladen.example/p/2080-ti"},
        answers={"/robots.txt": OPEN, "/p/2080-ti": page(GROUP, canonical="https://kartenladen.example/p/2080-ti")},
    ),
    "careless": Case(
        options={"url": URL},
        answers={"/robots.txt": OPEN, "/p/rtx-3090": page("{ not json", CARELESS)},
    ),
    "empty": Case(options={"url": URL}, answers={"/robots.txt": OPEN, "/p/rtx-3090": page(CRUMBS)}),
    "gone": Case(options={"url": URL}, answers={"/robots.txt": OPEN}),
    "forbidden": Case(
        options={"url": URL},
        answers={"/robots.txt": Reply(b"User-agent: *\nDisallow: /p/\n"), "/p/rtx-3090": page(CARD)},
    ),
    "blocked": Case(options={"url": URL}, answers={"/robots.txt": OPEN, "/p/rtx-3090": html_reply(DENIED, 403)}),
}
