"""Pages that say no in other words: robot checks, captchas, denials, and shells without content.

Each row of the tables names a guard and what only its refusal shows; the scripts it leaves on ordinary pages must
not be among them. A refusal is recognised to be obeyed, never to be worked around.
"""

import re
from collections.abc import Mapping

from selectolax.lexbor import LexborHTMLParser

# Answer headers by which a guard says that this is a challenge: (guard, header, what its value holds).
_HEADERS = (
    ("Cloudflare", "cf-mitigated", "challenge"),
    ("AWS WAF", "x-amzn-waf-action", ""),
    ("DataDome", "x-dd-b", ""),
)

# What the text of a refusal holds, in lower case: (guard, every one of these).
_TEXTS = (
    ("Amazon robot check", ("/errors/validatecaptcha",)),
    ("Amazon robot check", ("api-services-support@amazon.com", "automated access")),
    ("Amazon robot check", ("opfcaptcha.amazon",)),
    ("Cloudflare", ("_cf_chl_opt",)),
    ("Cloudflare", ("<title>just a moment...</title>",)),
    ("Cloudflare", ("<title>attention required! | cloudflare</title>",)),
    ("Cloudflare", ("cf-error-details", "cloudflare ray id")),
    ("Akamai", ("<title>access denied</title>", "you don't have permission to access")),
    ("Akamai", ("sec-if-cpt-container",)),
    ("Akamai", ("bm-verify=", 'http-equiv="refresh"')),
    ("DataDome", ("captcha-delivery.com/c.js",)),
    ("DataDome", ("captcha-delivery.com/captcha/",)),
    ("DataDome", ("captcha-delivery.com/i.js",)),
    ("PerimeterX", ("px-captcha", "press &amp; hold")),
    ("PerimeterX", ("px-captcha", "press & hold")),
    ("PerimeterX", ("<title>access to this page has been denied",)),
    ("PerimeterX", ('id="px-captcha"', "human")),
    ("Imperva", ("_incapsula_resource", "incident id")),
    ("Imperva", ("_incapsula_resource", "main-iframe")),
    ("Imperva", ("pardon our interruption",)),
    ("Kasada", ("kpsdk", "ips.js")),
    ("AWS WAF", ("gokuprops", "awswaf")),
    ("Sucuri", ("sucuri website firewall", "access denied")),
    ("eBay robot check", ("splashui/challenge",)),
    ("eBay robot check", ("checking your browser before you access ebay",)),
    ("Reddit", ("blocked by network security",)),
    ("Shopify password page", ("template-password", "storefront_password")),
)

# Titles that only captcha pages carry, whoever serves them.
_TITLE = re.compile(
    r"<title[^>]*>\s*[^<]{0,40}(?:"
    r"robot or human|are you (?:a )?(?:human|robot)|not a robot|human verification|verify (?:that )?you are human"
    r"|verifying you are human|security check|bot (?:check|detection)|captcha|robot check|unusual traffic"
    r"|ddos[- ]guard|ddos protection"
    r")[^<]{0,60}</title>",
    re.IGNORECASE,
)
# Refusals are short: beyond this length a page is content, with a guard's script in it perhaps.
_REFUSAL_MAX_CHARS = 120_000

_SHELL_MAX_CHARS = 60_000
_SHELL_MAX_WORDS = 8
# What makes a page without words readable nonetheless.
_DATA_MARKS = ("application/ld+json", "application/json", "__next_data__", "og:title", "itemprop=", "<frame", "<?xml")


def recognise(text: str, headers: Mapping[str, str]) -> str | None:
    """The guard whose refusal this page is, None for a page with content; header names in lower case."""
    for guard, name, value in _HEADERS:
        if name in headers and value in headers[name].lower():
            return guard
    if len(text) > _REFUSAL_MAX_CHARS or not looks_like_html(text):
        return None
    lowered = text.lower()
    for guard, marks in _TEXTS:
        if all(mark in lowered for mark in marks):
            return guard
    return "captcha" if _TITLE.search(text) else None


def is_shell(text: str) -> bool:
    """Whether an HTML page says next to nothing unless a browser runs its scripts."""
    if len(text) > _SHELL_MAX_CHARS or not looks_like_html(text):
        return False
    lowered = text.lower()
    if any(mark in lowered for mark in _DATA_MARKS):
        return False
    tree = LexborHTMLParser(text)
    tree.strip_tags(["script", "style", "noscript", "template", "head"])
    return len(tree.text(separator=" ").split()) < _SHELL_MAX_WORDS and not tree.css_first("img, input, a[href]")


_ELEMENT = re.compile(r"<(?:!doctype\s+html|html|head|body|div|p|h1|meta|script|span|table)\b", re.IGNORECASE)


def has_html(text: str) -> bool:
    """Whether any markup of HTML is in a text: JSON, feeds, tables and files that are no text have none."""
    return not text.lstrip("\ufeff \t\r\n").startswith(("{", "[", "%PDF")) and bool(_ELEMENT.search(text))


def looks_like_html(text: str) -> bool:
    """Whether a text starts as markup does (JSON never does)."""
    return text.lstrip("\ufeff \t\r\n").startswith("<")
