"""What all calls of eBay's Browse API share: marketplaces, the buyer's place, and errors.

https://developer.ebay.com/api-docs/buy/browse/overview.html; the numbers of errors are those of eBay's OpenAPI contract
of the Browse API (`x-response-codes` of v1), 1001 and 1100 those of its access layer as clients report them. How errors
and warnings are told apart: https://developer.ebay.com/api-docs/static/handling-error-messages.html
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from scrapers import pick
from scrapers.base import Page, Request, Source
from tracker.core.errors import Blocked, Gone, RateLimited, SourceError, Unreachable

API = "https://api.ebay.com/buy/browse/v1"

# Marketplace by the buyer's country, and the currency its price filter speaks.
MARKETPLACES = {
    "AT": ("EBAY_AT", "EUR"),
    "AU": ("EBAY_AU", "AUD"),
    "BE": ("EBAY_BE", "EUR"),
    "CA": ("EBAY_CA", "CAD"),
    "CH": ("EBAY_CH", "CHF"),
    "DE": ("EBAY_DE", "EUR"),
    "ES": ("EBAY_ES", "EUR"),
    "FR": ("EBAY_FR", "EUR"),
    "GB": ("EBAY_GB", "GBP"),
    "HK": ("EBAY_HK", "HKD"),
    "IE": ("EBAY_IE", "EUR"),
    "IT": ("EBAY_IT", "EUR"),
    "NL": ("EBAY_NL", "EUR"),
    "PL": ("EBAY_PL", "PLN"),
    "SG": ("EBAY_SG", "SGD"),
    "US": ("EBAY_US", "USD"),
}
_CURRENCIES = dict(MARKETPLACES.values())

# errorId of an answer's first error → what it means for us; the rest cannot be read.
_ERRORS: Mapping[str, type[SourceError]] = {
    "1001": Blocked,  # invalid access token
    "1002": Blocked,
    "1003": Blocked,
    "1100": Blocked,  # insufficient permissions
    "2001": RateLimited,
    "11000": Unreachable,  # a problem inside eBay, of an item
    "11001": Gone,  # no such item
    "11002": Gone,  # no such group of variations
    "12000": Unreachable,  # a problem inside eBay, of a search
}
# What a search was asked and did not understand, 12001 to 12999: eBay leaves it out and answers the rest.
_LEFT_OUT = "12"


def marketplace(source: Source) -> str:
    """The marketplace a source names, else the one of the buyer's country, else the American."""
    return source.options.get("marketplace") or MARKETPLACES.get(source.country.upper(), MARKETPLACES["US"])[0]


def currency(source: Source) -> str:
    """The currency in which a marketplace filters prices."""
    return _CURRENCIES.get(marketplace(source), "USD")


def mistakes(options: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a source's marketplace: eBay answers for the American one instead of refusing."""
    named = options.get("marketplace", "")
    if named and named not in _CURRENCIES:
        yield f"marketplace is {named!r}: it may be {', '.join(sorted(_CURRENCIES))}"


def request(source: Source, path: str, query: Mapping[str, str]) -> Request:
    """One call, for a buyer on a marketplace: what shipping and import cost depends on who asks."""
    headers = {"X-EBAY-C-MARKETPLACE-ID": marketplace(source), "Accept": "application/json"}
    if source.country:
        place = f"country={source.country.upper()}" + (f",zip={source.postcode}" if source.postcode else "")
        headers["X-EBAY-C-ENDUSERCTX"] = f"contextualLocation={quote(place, safe='')}"
    return Request(url=f"{API}/{path}{'?' if query else ''}{urlencode(query)}", headers=headers)


def answer(page: Page) -> Any:
    """The JSON of an answer; raises what an error in its place means, and ParseError for a search not done as asked."""
    if errors := pick.rows(page.json, "errors"):
        raise _error(page, errors[0])
    for warning in pick.rows(page.json, "warnings"):
        if (number := pick.text(warning, "errorId")).startswith(_LEFT_OUT) and len(number) == len("12000"):
            raise page.unreadable(f"eBay did not search as asked: {number}: {pick.text(warning, 'message')[:200]}")
    return page.json


def _error(page: Page, error: Mapping[str, Any]) -> SourceError:
    number, message = pick.text(error, "errorId"), pick.text(error, "message")
    kind = _ERRORS.get(number)
    fact = f"eBay says {number}: {message[:200]}"
    return kind(fact, site=page.source.site, url=page.url) if kind else page.unreadable(fact)
