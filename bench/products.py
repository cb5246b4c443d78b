"""Reading any product page: what ours reaches and costs beside extruct with price-parser, on the same pages.

Reads the labelled pages of TRACKER_CORPUS, else the invented ones (then only the costs are told). The peer takes the
first product with a price that extruct finds in JSON-LD, microdata, RDFa or Open Graph, and reads it with price-parser;
both are no dependencies: without them their lines say what to install.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from scrapers.base import Page, Source
from tests.scrapers.invented.product import SHELL
from tests.scrapers.truth import Labelled, Score, labelled_pages, scores
from tests.scrapers.zoo import SHOWN
from tracker.trying import try_page

LIMIT_BARE = 100  # times the bare parse, on real pages
Reader = Callable[[Page], Mapping[str, Any]]


def main() -> None:
    """Print what each reader reaches, its median time a page, and how many times that of the bare parse."""
    corpus = os.environ.get("TRACKER_CORPUS")
    labels = list(labelled_pages(Path(corpus))) if corpus else []
    pages = [label.page for label in labels] or list(invented())
    size = statistics.median(len(page.text) for page in pages) / 1e6
    print(f"products: {len(pages)} pages, {size:.2f} MB the median one")
    readers: dict[str, Reader] = {"ours": try_page}
    if find_spec("extruct") and find_spec("price_parser"):
        readers["extruct + price-parser"] = peer
    else:
        print("  extruct + price-parser  not measured: pip install extruct price-parser")
    for name, reader in readers.items():
        times = [(seconds(reader, page), seconds(bare, page)) for page in pages]
        took = statistics.median(ours for ours, _ in times)
        ratio = statistics.median(ours / parse for ours, parse in times)
        print(f"  {name:23} {took * 1000:6.1f} ms a page, {ratio:5.1f} × bare parse  {reached(labels, reader)}")
        if name == "ours" and labels:
            print(f"  limit {LIMIT_BARE} × bare parse {'ok' if ratio <= LIMIT_BARE else 'MISSED'}")


def bare(page: Page) -> Mapping[str, Any]:
    """The parse that everything else begins with."""
    return {"tree": LexborHTMLParser(page.text)}


def reached(labels: list[Labelled], reader: Reader) -> str:
    """What a reader reaches on labelled pages, in one line."""
    found: Mapping[str, Score] = scores(labels, reader) if labels else {}
    return ", ".join(f"{name} {score}" for name, score in found.items())


def seconds(reader: Reader, page: Page) -> float:
    """How long one page takes, its tree not yet built."""
    fresh = Page(url=page.url, text=page.text, source=page.source)
    began = time.perf_counter()
    reader(fresh)
    return time.perf_counter() - began


def invented() -> Iterator[Page]:
    """The pages that the tests are made of."""
    for shown in SHOWN:
        main_part = f"<h1>{shown.title}</h1>{shown.main}"
        text = SHELL.format(lang=shown.lang, title=shown.title, url=shown.url, head="", main=main_part)
        yield Page(url=shown.url, text=text, source=Source(name="bench", site="product"))


def peer(page: Page) -> Mapping[str, Any]:
    """The first product with a price, as extruct and price-parser give it."""
    import extruct

    syntaxes = ["json-ld", "microdata", "rdfa", "opengraph"]
    found = extruct.extract(page.text, base_url=page.url, syntaxes=syntaxes, uniform=True, errors="ignore")
    rows = [_row(product) for syntax in syntaxes[:3] for product in _products(found.get(syntax))]
    rows += [_of_tags(tags) for tags in found.get("opengraph") or []]
    return next((row for row in rows if row["price"] is not None), rows[0] if rows else {})


def _products(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        for inner in value:
            yield from _products(inner)
    elif isinstance(value, Mapping):
        kinds = value.get("@type")
        if any(str(kind).lower().endswith("product") for kind in (kinds if isinstance(kinds, list) else [kinds])):
            yield value
        yield from _products([value.get("@graph"), value.get("mainEntity")])


def _row(product: Mapping[str, Any]) -> dict[str, Any]:
    offers = _first(product.get("offers"))
    offer = offers if isinstance(offers, Mapping) else {}
    specification = _first(offer.get("priceSpecification"))
    inner = specification if isinstance(specification, Mapping) else {}
    return _read(
        offer.get("price") or offer.get("lowPrice") or inner.get("price"),
        offer.get("priceCurrency") or inner.get("priceCurrency"),
        offer.get("availability"),
    )


def _of_tags(tags: Mapping[str, Any]) -> dict[str, Any]:
    said = {name.rpartition("product:")[2].removeprefix("og:"): value for name, value in tags.items()}
    return _read(said.get("price:amount"), said.get("price:currency"), said.get("availability"))


def _read(price: Any, currency: Any, availability: Any) -> dict[str, Any]:
    from price_parser import Price

    read = Price.fromstring(str(_first(price) or ""), currency_hint=_first(currency))
    word = str(_first(availability) or "").rstrip("/").rpartition("/")[2]
    return {"price": read.amount or None, "currency": _first(currency) or read.currency, "availability": word or None}


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


if __name__ == "__main__":
    main()
