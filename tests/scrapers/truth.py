"""Recorded product pages with what an independent labeller read off them, and how a reading is held against it.

The labeller made slips, none of which is bent to: prices of three pages lost their thousands (a dot read as a decimal
point), one page shows a net price first, one calls itself out of stock, and currencies are signs.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from scrapers.base import Page
from scrapers.saved import saved

# What the labeller's signs may mean.
MEANINGS = {
    "$": ("USD", "CAD", "AUD", "NZD", "TWD", "HKD", "SGD", "MXN", "CLP", "COP", "ARS"),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "Rs": ("INR", "PKR", "LKR"),
    "₽": ("RUB",),
    "zł": ("PLN",),
    "Lei": ("RON",),
    "원~": ("KRW",),
    "тг.": ("KZT",),
    "ر.س": ("SAR",),
}
OUT = ("OutOfStock", "SoldOut", "Discontinued")


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One page and what is true of it."""

    page: Page
    price: Decimal | None
    currencies: tuple[str, ...]
    sold_out: bool

    @property
    def name(self) -> str:
        """The page's address, short."""
        return self.page.url.partition("://")[2][:60]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many of how many were right, and what was wrong, one line each."""

    right: int
    of: int
    wrong: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """The share that was right."""
        return self.right / self.of

    def __str__(self) -> str:
        return f"{self.right}/{self.of} ({self.share:.1%})"


def labelled_pages(corpus: Path) -> Iterator[Labelled]:
    """Every page that has labels."""
    folder = corpus / "pages" / "product_pages"
    for key, truth in json.loads((folder / "ground_truth.json").read_text(encoding="utf-8")).items():
        file = folder / f"{key}.html.gz"
        currency = truth.get("currency", [""])[0]
        yield Labelled(
            page=saved("product", file, file.read_bytes(), truth["url"]),
            price=Decimal(truth["price"][0].strip()) if truth.get("price") else None,
            currencies=MEANINGS.get(currency, (currency,) if currency else ()),
            sold_out=truth["availability"] == ["OutOfStock"],
        )


def scores(labels: Iterable[Labelled], read: Callable[[Page], Mapping[str, Any]]) -> dict[str, Score]:
    """What a reader reaches: price, currency, no price where there is none, and both recalls of the stock."""
    tallies: dict[str, list[tuple[bool, str]]] = {
        name: [] for name in ("price", "currency", "no price", "sold out found", "in stock not called out")
    }
    for label in labels:
        row = read(label.page)
        price = None if row.get("price") is None else Decimal(str(row["price"]))
        if label.price is None:
            tallies["no price"].append((price is None, f"{label.name}: {price}"))
        else:
            tallies["price"].append((price == label.price, f"{label.name}: {price}, labelled {label.price}"))
        if label.currencies:
            said = row.get("currency")
            tallies["currency"].append((said in label.currencies, f"{label.name}: {said}, labelled {label.currencies}"))
        stock = row.get("availability")
        if label.sold_out:
            tallies["sold out found"].append((stock in OUT, f"{label.name}: {stock}"))
        else:
            tallies["in stock not called out"].append((stock not in OUT, f"{label.name}: {stock}"))
    return {
        name: Score(
            right=sum(right for right, _ in tally),
            of=len(tally),
            wrong=tuple(line for right, line in tally if not right),
        )
        for name, tally in tallies.items()
    }
