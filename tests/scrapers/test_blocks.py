"""Refusals are told from pages, and pages that merely carry a guard's script are left alone."""

import gzip
from pathlib import Path

import pytest

from scrapers.base import Source
from scrapers.blocks import is_shell, recognise
from scrapers.saved import saved
from tracker.core.errors import Blocked

PAGE = "<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def page(body: str = "", *, title: str = "Shop", head: str = "") -> str:
    return PAGE.format(title=title, head=head, body=body)


@pytest.mark.parametrize(
    ("guard", "text", "headers"),
    [
        ("Amazon robot check", page('<form method="get" action="/errors/validateCaptcha">type this</form>'), {}),
        ("Cloudflare", page("One moment", title="Just a moment..."), {}),
        ("Cloudflare", page("<script>window._cf_chl_opt = {cType: 'managed'};</script>"), {}),
        ("Cloudflare", page("You are unable to access", title="Attention Required! | Cloudflare"), {}),
        ("Cloudflare", page("wait"), {"cf-mitigated": "challenge"}),
        ("Akamai", page("You don't have permission to access this on this server.", title="Access Denied"), {}),
        ("Akamai", page('<div id="sec-if-cpt-container"></div>'), {}),
        ("DataDome", page("<script src='https://ct.captcha-delivery.com/c.js'></script>"), {}),
        ("DataDome", page('<iframe src="https://geo.captcha-delivery.com/captcha/?cid=1"></iframe>'), {}),
        ("PerimeterX", page('<div id="px-captcha"></div><p>Press &amp; Hold</p>'), {}),
        ("PerimeterX", page("why", title="Access to this page has been denied."), {}),
        ("Imperva", page('<iframe src="/_Incapsula_Resource?x=1">Incident ID: 1</iframe>'), {}),
        ("Imperva", page("<h1>Pardon Our Interruption</h1>"), {}),
        ("AWS WAF", page("wait"), {"x-amzn-waf-action": "captcha"}),
        ("eBay robot check", page("Checking your browser before you access eBay."), {}),
        ("Reddit", page("You've been blocked by network security."), {}),
        ("Shopify password page", '<body class="template-password"><form id="storefront_password">', {}),
        ("captcha", page("hold", title="Robot or human?"), {}),
        ("captcha", page("hold", title="Are you a human?"), {}),
        ("captcha", page("hold", title="Shop - Security Check required"), {}),
    ],
)
def test_a_refusal_is_recognised(guard: str, text: str, headers: dict[str, str]) -> None:
    assert recognise(text, headers) == guard


@pytest.mark.parametrize(
    "text",
    [
        page("<h1>RTX 3090</h1><script src='https://js.datadome.co/tags.js'></script>"),
        page("<h1>RTX 3090</h1><script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script>"),
        page("<h1>RTX 3090</h1><script src='https://www.google.com/recaptcha/api.js'></script>"),
        page("<h1>RTX 3090</h1><script>window._pxAppId = 'PX1';</script>"),
        page("<p>A review: the captcha on this shop is annoying.</p>", title="RTX 3090 human sized"),
        '{"products": [{"title": "Robot or human? The board game"}]}',
        page('<form action="/errors/validateCaptcha"></form>' + "<p>card</p>" * 20_000),
        "",
    ],
)
def test_a_page_is_no_refusal(text: str) -> None:
    assert recognise(text, {"server": "cloudflare"}) is None


@pytest.mark.parametrize(
    ("text", "shell"),
    [
        (page('<div id="root"></div><script src="app.js"></script>'), True),
        (page("<noscript>You need to enable JavaScript to run this app, please do.</noscript>"), True),
        (page("", head='<script type="application/ld+json">{"@type": "Product"}</script>'), False),
        (page('<script id="__NEXT_DATA__">{}</script>'), False),
        (page("Five cards in stock today, all of them tested under load."), False),
        (page('<img src="card.jpg">'), False),
        ("[]", False),
        ('<?xml version="1.0"?><feed></feed>', False),
    ],
)
def test_a_shell_is_empty(text: str, shell: bool) -> None:
    assert is_shell(text) is shell


def test_amazons_robot_check_is_blocked(corpus: Path) -> None:
    path = corpus / "pages" / "amazon_misc" / "amazon.html"
    with pytest.raises(Blocked, match="Amazon robot check"):
        saved("amazon", path, path.read_bytes(), source=Source(name="amazon", site="amazon"))


def test_no_real_page_but_the_robot_check_is_called_a_refusal(corpus: Path) -> None:
    refusals = []
    pages = [path for path in (corpus / "pages").rglob("*") if path.name.endswith((".html", ".html.gz", ".xml"))]
    for path in pages:
        data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        text = data.decode("utf-8", "replace")
        if recognise(text, {}) or is_shell(text):
            refusals.append(path.name)
    assert len(pages) > 80
    assert refusals == ["amazon.html"]
