"""Thirty shops on one server: shelves that change as they should, and pages that break as they do."""

import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.scrapers.local import HTML, Reply, Visit

LONG_PAGE = 5
CARDS = (
    ("GeForce RTX 3090 24GB", 24, 700),
    ("GeForce RTX 4090 24GB", 24, 1700),
    ("RTX A6000 48GB", 48, 3300),
    ("RTX A5000 24GB", 24, 1400),
    ("Radeon RX 7900 XTX 24GB", 24, 800),
)
DEAL_USD_PER_GB = 15
BELOW_USD_PER_GB = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One card on a shelf: its number there, its title, its memory in GB, and what it costs in USD."""

    number: str
    title: str
    vram_gb: int
    usd: int

    @property
    def is_deal(self) -> bool:
        """Whether the watch wants it."""
        return self.usd < BELOW_USD_PER_GB * self.vram_gb


@dataclass(slots=True)
class Shop:
    """One shop: what really stands on its shelf, hour by hour, and how its pages fail for a while.

    `breaks` is the way, from `broken_from` to `broken_until` in hours; "" for a shop that never fails.
    """

    name: str
    shelf: list[Card]
    breaks: str = ""
    broken_from: float = 0
    broken_until: float = 0
    events: list[tuple[float, str, Card]] = field(default_factory=list)
    calls: int = 0

    @property
    def host(self) -> str:
        """Where it is."""
        return f"{self.name}.example"

    def shelf_at(self, hour: float) -> dict[str, Card]:
        """What stands there at an hour, the newest first."""
        shown = {card.number: card for card in self.shelf}
        for when, what, card in sorted(self.events, key=lambda event: event[0]):
            if when > hour:
                break
            if what == "sold":
                shown.pop(card.number, None)
            elif card.number in shown:
                shown[card.number] = card
            else:
                shown = {card.number: card, **shown}
        return shown

    def is_broken(self, hour: float) -> bool:
        """Whether its pages fail at an hour."""
        return bool(self.breaks) and self.broken_from <= hour < self.broken_until


def stocked(number: int, breaks: str, window: tuple[float, float]) -> Shop:
    """A shop with twenty cards, of which one gets cheap, one is added cheap and three are sold during the day."""
    shelf = [
        Card(number=f"{number}-{place}", title=title, vram_gb=vram_gb, usd=usd + 10 * (place + number))
        for place in range(20)
        for title, vram_gb, usd in [CARDS[place % len(CARDS)]]
    ]
    shop = Shop(name=f"shop{number:02}", shelf=shelf, breaks=breaks, broken_from=window[0], broken_until=window[1])
    cheap = replace(shelf[number % 20], usd=DEAL_USD_PER_GB * shelf[number % 20].vram_gb)
    added = Card(number=f"{number}-x", title=CARDS[0][0], vram_gb=24, usd=DEAL_USD_PER_GB * 24 + number)
    shop.events = [(2.2 + 7 * number % 19, "cheaper", cheap), (4.2 + 5 * number % 17, "new", added)]
    shop.events += [(5.2 + 3 * number % 10 + step, "sold", shelf[(number + 3 + 4 * step) % 20]) for step in range(3)]
    if breaks == "warehouse emptied":
        dumped = (Card(number=f"{number}-d{one}", title=CARDS[0][0], vram_gb=24, usd=340 + one) for one in range(30))
        shop.events += [(window[0], "new", card) for card in dumped]
    return shop


class Street:
    """The server's answers: `hour` is what the clock on the wall of the world says."""

    def __init__(self, shops: Sequence[Shop]) -> None:
        self.hour = 0.0
        self.shops = {shop.host: shop for shop in shops}
        self.silence = threading.Event()

    def __call__(self, visit: Visit) -> Reply:
        shop = self.shops[visit.host]
        shop.calls += 1
        number = int(visit.path.rpartition("=")[2]) if "=" in visit.path else 0
        cards = list(shop.shelf_at(self.hour).values())
        if not shop.is_broken(self.hour):
            return page(cards, number)
        return WAYS[shop.breaks].answer(self, shop, cards, number)


# --- pages --------------------------------------------------------------------------------------------------------

_PAGE = """<!doctype html><html lang="en"><head><title>Cards</title></head><body><h1>Cards for sale here</h1>
<p>All tested in our own machines, shipped within two days.</p><ul>{items}</ul>{onward}</body></html>"""
_ITEM = """<li class="card" data-id="{number}"><a class="t" href="/c/{number}">{title}</a>
<b class="price">{price}</b> <i class="state">used</i></li>"""


def page(
    cards: Sequence[Card],
    number: int,
    *,
    last: int | None = None,
    price: str = "${usd}.00",
    times: float = 1,
    item: str = _ITEM,
) -> Reply:
    """One page of a shelf, with a link to the next while there is one."""
    shown = cards[number * LONG_PAGE : (number + 1) * LONG_PAGE]
    end = (len(cards) - 1) // LONG_PAGE if last is None else last
    items = "".join(
        item.format(number=card.number, title=card.title, price=price.format(usd=f"{card.usd * times:g}"))
        for card in shown
    )
    onward = f'<a class="next" href="/cards?page={number + 1}">more</a>' if number < end else ""
    return Reply(_PAGE.format(items=items, onward=onward).encode(), headers=HTML)


def html(text: str, status: int = 200, **headers: str) -> Reply:
    """A page of its own."""
    return Reply(text.encode(), status, {**HTML, **headers})


# --- ways to fail -------------------------------------------------------------------------------------------------

Answer = Callable[[Street, Shop, list[Card], int], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way to fail: what the pages then are, what the source must be called, and what it must say of itself.

    `said` is a regular expression, `told` whether its owner must hear of it.
    """

    answer: Answer
    outcome: str
    said: str
    told: bool = True
    window: tuple[float, float] = (6, 16)


def _hangs(street: Street, _shop: Shop, _cards: list[Card], _number: int) -> Reply:
    street.silence.wait(HANGS_S)
    return html("too late")


HANGS_S = 1.5


def _shuffles(_street: Street, shop: Shop, cards: list[Card], number: int) -> Reply:
    ranked = random.Random(shop.calls).sample(cards, len(cards))  # noqa: S311 - an order, not a secret
    return page(ranked, number)


def _repeats(_street: Street, _shop: Shop, cards: list[Card], number: int) -> Reply:
    end = (len(cards) - 1) // LONG_PAGE
    shown = cards[min(number, end) * LONG_PAGE :][:LONG_PAGE]
    return page([*[cards[0]] * (number * LONG_PAGE), *shown], number, last=10**6)


WAYS: Mapping[str, Way] = {
    "block page": Way(
        answer=lambda *_: html("<html><head><title>Are you a human?</title></head><body>Prove it.</body></html>"),
        outcome="blocked",
        said="refused by captcha",
        window=(0, 23),
    ),
    "empty shell": Way(
        answer=lambda *_: html('<html><body><div id="app"></div><script src="/app.js"></script></body></html>'),
        outcome="blocked",
        said="an empty shell",
        window=(0, 23),
    ),
    "markup change": Way(
        answer=lambda _street, _shop, cards, number: page(cards, number, item=_ITEM.replace('"price"', '"cost"')),
        outcome="changed",
        said="price",
    ),
    "prices × 100": Way(
        answer=lambda _street, _shop, cards, number: page(cards, number, times=100),
        outcome="suspicious",
        said="100 times",
    ),
    "prices ÷ 100": Way(
        answer=lambda _street, _shop, cards, number: page(cards, number, times=0.01),
        outcome="suspicious",
        said="0.01 times|still have a price",
    ),
    "currency switch": Way(
        answer=lambda _street, _shop, cards, number: page(cards, number, price="{usd} Kč"),
        outcome="suspicious",
        said="the amounts as they were",
    ),
    "says it is empty": Way(
        answer=lambda *_: html("<h1>Cards</h1><p class=none>Nothing was found for your search, we are sorry.</p>"),
        outcome="suspicious",
        said="no listing at all",
    ),
    "half the pages": Way(
        answer=lambda _street, _shop, cards, number: page(cards, number, last=1),
        outcome="suspicious",
        said="10 listings on 2 pages",
    ),
    "reshuffled pages": Way(answer=_shuffles, outcome="ok", said="some listings twice", told=False),
    "repeated last page": Way(answer=_repeats, outcome="ok", said="its last page repeats", told=False),
    "500s": Way(answer=lambda *_: html("oh no", 500), outcome="unreachable", said="answers 500"),
    "timeouts": Way(answer=_hangs, outcome="unreachable", said="no full answer"),
    "rate limit": Way(
        answer=lambda *_: html("slow down", 429, **{"Retry-After": "7200"}),
        outcome="limited",
        said="429|left alone",
    ),
    "gone": Way(answer=lambda *_: html("no such page", 404), outcome="gone", said="answers 404"),
    "warehouse emptied": Way(
        answer=lambda _street, _shop, cards, number: page(cards, number),
        outcome="suspicious",
        said=r"\d+ listings on 10 pages, usually [\d.]+ on 4 pages",
        window=(9.2, 25),
    ),
}
