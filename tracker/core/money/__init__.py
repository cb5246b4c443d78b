"""Money: price text in, amount and currency out (`price`), and what it is worth elsewhere (`rates`)."""

from tracker.core.money.price import NoPrice, Price, read_price
from tracker.core.money.rates import Rates, convert, usd_cents
from tracker.core.money.words import Flag, Reason

__all__ = ["Flag", "NoPrice", "Price", "Rates", "Reason", "convert", "read_price", "usd_cents"]
