"""How shops all over the world show a thing they tell programs nothing about: the rows of `zoo.toml`."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

_ROWS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One way: the address, the language tag, the headline, what stands below it, and what a person reads off it."""

    url: str
    lang: str
    title: str
    main: str
    price: str
    currency: str
    stock: str

    def __str__(self) -> str:
        return self.url.removeprefix("https://")

    @property
    def amount(self) -> Decimal:
        """The price."""
        return Decimal(self.price)


@dataclass(frozen=True, slots=True)
class Priceless:
    """A headline and what stands below it: an amount, but none that the product costs."""

    title: str
    main: str

    def __str__(self) -> str:
        return self.title


SHOWN = tuple(Shown(**row) for row in _ROWS["shown"])
PRICELESS = tuple(Priceless(**row) for row in _ROWS["priceless"])
