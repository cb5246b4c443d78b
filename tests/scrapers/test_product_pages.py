"""Real product pages of shops in many countries, read as their labels say; no rule knows any of these shops."""

from pathlib import Path

import pytest

from scrapers.saved import saved
from tests.scrapers.truth import labelled_pages, scores
from tracker.trying import try_page

# Pages with one product beside the labelled ones, read once by eye: (file, price, currency).
PRODUCTS = (
    ("amazon/amazon_product.html", 45.99, "USD"),
    ("bestbuy/bestbuy_product.html", 59.99, "USD"),
    ("microcenter/microcenter_product.html", 59.99, "USD"),
    ("newegg_misc/newegg.html", 499.99, "USD"),
)
# Pages that list many things: none of them is the page's.
LISTS = (
    "amazon/amazon_search.html",
    "bestbuy/bestbuy_search.html",
    "ebay_html/search_ebay_com.html",
    "ebay_html/search_ebay_de.html",
    "microcenter/microcenter_search.html",
    "morele/listings.html",
    "quoka/quoka_search_rtx_3060.html",
    "xkom/listings.html",
)


def test_labelled_pages_read_as_labelled(corpus: Path) -> None:
    reached = scores(labelled_pages(corpus), try_page)
    said = "\n".join(f"{name}: {score} {'; '.join(score.wrong)}" for name, score in reached.items())
    assert reached["price"].share >= 0.90, said
    assert reached["currency"].share >= 0.95, said
    assert reached["no price"].share == 1, said
    assert reached["sold out found"].share == 1, said
    assert reached["in stock not called out"].share >= 0.98, said


@pytest.mark.parametrize(("file", "price", "currency"), PRODUCTS, ids=[row[0] for row in PRODUCTS])
def test_other_product_pages(corpus: Path, file: str, price: float, currency: str) -> None:
    path = corpus / "pages" / file
    row = try_page(saved("product", path, path.read_bytes()))
    assert (row["price"], row["currency"], row["availability"]) == (price, currency, "InStock")


@pytest.mark.parametrize("file", LISTS)
def test_a_list_has_no_price(corpus: Path, file: str) -> None:
    path = corpus / "pages" / file
    row = try_page(saved("product", path, path.read_bytes()))
    assert (row["price"], row["availability"], row["method"]) == (None, None, None)
