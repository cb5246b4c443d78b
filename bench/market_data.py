"""A market to measure on: listings, polls and history of invented offers in the real tables, the same at every run.

Every listing is polled `POLLS` times; a poll finds another price in `CHANGE` of the cases. What is no longer on offer
has ended after its last poll. With TRACKER_BENCH_KEEP=FOLDER databases are kept there and used again.
"""

import atexit
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from db.engine import open_engine
from tracker.assemble import Home, opened
from tracker.core.gpus import Gpu, catalogue

POLLS = 10
CHANGE = 0.03
VARIANTS = 500
SOURCES = 40
PER_VISIT = 160
"""Listings that one visit shows."""

MILLION = 1_000_000
ON_OFFER = 53_000
"""Of a million listings, as many as are on offer at one moment in a market like the real one."""

_HOUR_MS = 3_600_000
_POLL_MS = 23 * _HOUR_MS
_DAYS = 180
_CONDITIONS = ("used", "used", "used", "new", "refurbished", "open_box")
_COUNTRIES = ("US", "US", "US", "CN", "CN", "DE", "GB", "CA")
_WORDS = ("Graphics Card", "GPU tested working", "OC Gaming", "pulled from workstation", "blower for AI server")

LISTING = (
    "id",
    "site",
    "site_id",
    "source_id",
    "url",
    "title",
    "raw",
    "digest",
    "kind",
    "gpu",
    "variant",
    "vram_gb",
    "quantity",
    "modded",
    "form",
    "condition",
    "flags",
    "reason",
    "rejected",
    "price",
    "currency",
    "shipping",
    "rate",
    "landed_usd",
    "unit_usd",
    "on_offer",
    "seller",
    "feedback_percent",
    "feedback_count",
    "country",
    "best_offer",
    "auction",
    "listed_at",
    "ends_at",
    "first_seen_at",
    "ended_at",
    "priced_at",
)
_ENDED_AT = LISTING.index("ended_at")
PRICE = ("listing_id", "at", "price", "currency", "shipping", "unit_usd", "available")

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """A home folder with its database; `listings` in all, `on_offer` of them to be had now."""

    folder: Path
    listings: int
    on_offer: int

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.folder / "tracker.db"

    @property
    def polls(self) -> int:
        """How often any listing was looked at."""
        return self.listings * POLLS

    def engine(self) -> Engine:
        """The database, opened as the tracker opens it."""
        return open_engine(f"sqlite:///{self.file}")


@cache
def market(listings: int = MILLION, on_offer: int = ON_OFFER) -> Market:
    """The market of this size, built once a run."""
    made = Market(folder=_root() / f"market-{listings}-{on_offer}", listings=listings, on_offer=on_offer)
    if not made.file.exists():
        began = time.perf_counter()
        _build(made)
        print(f"built {listings:,} listings, {on_offer:,} on offer, in {time.perf_counter() - began:.0f} s", flush=True)
    return made


@cache
def _root() -> Path:
    if kept := os.environ.get("TRACKER_BENCH_KEEP"):
        return Path(kept)
    folder = Path(tempfile.mkdtemp(prefix="tracker-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def variants() -> list[Gpu]:
    """The cards that are traded on this market."""
    return [gpu for gpu in catalogue() if gpu.kind == "card" and gpu.vram_gb][:VARIANTS]


def _build(made: Market) -> None:
    unfinished = Market(folder=made.folder.with_suffix(".part"), listings=made.listings, on_offer=made.on_offer)
    shutil.rmtree(unfinished.folder, ignore_errors=True)
    with opened(Home(path=unfinished.folder)):
        pass  # the tables, the exchange rates and what prices rest on
    db = sqlite3.connect(unfinished.file, isolation_level=None)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("BEGIN")
    _fill(db, made)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    unfinished.folder.rename(made.folder)


def _fill(db: sqlite3.Connection, made: Market) -> None:
    now_ms = int(datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()) * 1000
    sources = [(number + 1, f"source-{number}", f"site{number % 8}", "ok", "", 0) for number in range(SOURCES)]
    db.executemany("INSERT INTO source (id, name, site, state, message, failures) VALUES (?, ?, ?, ?, ?, ?)", sources)
    euro = Decimal(db.execute("SELECT usd FROM rate WHERE currency = 'EUR'").fetchone()[0])
    points: list[Values] = []
    for start in range(0, made.listings, 50_000):
        numbers = range(start, min(start + 50_000, made.listings))
        rows = [listing(number, made, now_ms, euro) for number in numbers]
        db.executemany(insert("listing", LISTING), rows)
        points += [point for row in rows for point in _points(row)]
        seen = ((row[3], row[0], now_ms) for row in rows if row[_ENDED_AT] is None)
        db.executemany(insert("presence", ("source_id", "listing_id", "seen_at")), seen)
    points.sort(key=itemgetter(1))  # as polling comes upon them: in order of listings they would lie denser
    db.executemany(insert("price", PRICE), points)
    db.executemany(insert("daily", DAILY), _daily(now_ms))
    db.executemany(insert("visit", VISIT), _visits(made, now_ms))


def insert(table: str, columns: tuple[str, ...]) -> str:
    """The statement that writes rows of these columns."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def _dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (the same market at every run is what is wanted)


@cache
def _cards() -> tuple[list[Gpu], list[int], list[float]]:
    """The cards, what each costs in cents, and how often it is traded: a few a lot, most seldom."""
    dice = _dice(1)
    cards = variants()
    cents = [int((card.vram_gb or 1) * dice.uniform(800, 5000)) for card in cards]
    weights = [1 / (place + 5) for place in range(len(cards))]
    dice.shuffle(weights)
    return cards, cents, list(accumulate(weights))


def listing(number: int, made: Market, now_ms: int, euro: Decimal) -> Values:
    """One listing row, in the order of `LISTING`; the newest have the highest numbers."""
    dice = _dice(number)
    cards, base, sums = _cards()
    place = dice.choices(range(len(cards)), cum_weights=sums)[0]
    card = cards[place]
    usd = int(base[place] * dice.lognormvariate(0, 0.25)) + 100
    abroad = dice.random() < 0.1
    price = int(usd / euro) if abroad else usd
    shipping = dice.choice((None, 0, 0, 1500))
    landed = int((price + (shipping or 0)) * euro) if abroad else price + (shipping or 0)
    ended = number < made.listings - made.on_offer
    age = _DAYS * 24 * _HOUR_MS * (made.listings - number) // made.listings
    first = now_ms - max(age, POLLS * _POLL_MS) if ended else now_ms - POLLS * _POLL_MS
    title = f"{card.name} {card.vram_gb:g}GB {dice.choice(_WORDS)} {number:07d}"
    seller = f"seller{dice.randrange(50_000)}"
    condition, country = dice.choice(_CONDITIONS), dice.choice(_COUNTRIES)
    printed = {
        "price": f"{price / 100:.2f}",
        "currency": "EUR" if abroad else "USD",
        "condition": condition,
        "attributes": {"Brand": card.vendor, "Memory Size": f"{card.vram_gb:g} GB", "Chipset": card.name},
        "seller": seller,
        "feedback_percent": "99.1",
        "feedback_count": "812",
        "country": country,
        "image": f"https://images.example/{number}/s-l500.jpg",
    }
    return (
        number + 1,
        f"site{number % 8}",
        str(100_000_000_000 + number),
        number % SOURCES + 1,
        f"https://site{number % 8}.example/itm/{100_000_000_000 + number}",
        title,
        json.dumps(printed, separators=(",", ":")),
        dice.getrandbits(63),
        "card",
        card.family,
        card.id,
        card.vram_gb,
        1,
        card.status != "official",
        None,
        condition,
        "",
        f"{card.name}: family and memory stated",
        None,
        price,
        "EUR" if abroad else "USD",
        shipping,
        str(euro) if abroad else "1",
        landed,
        landed,
        not ended,
        seller,
        99.1,
        812,
        country,
        False,
        False,
        first,
        None,
        first,
        first + POLLS * _POLL_MS if ended else None,
        first + changes[-1] * _POLL_MS if (changes := _changes(number + 1)) else None,
    )


def _changes(listing_id: int) -> list[int]:
    """The polls that find another price."""
    dice = _dice(-listing_id)
    return [poll for poll in range(1, POLLS) if dice.random() < CHANGE]


def _points(row: Values) -> Iterator[Values]:
    """The prices of one listing's polls that are over; of a foreign one all, as rates have moved since."""
    named = dict(zip(LISTING, row, strict=True))
    listing_id, price, unit, first = (int(str(named[name])) for name in ("id", "price", "unit_usd", "first_seen_at"))
    rest = (named["currency"], named["shipping"])
    changes = _changes(listing_id)
    for left, poll in zip(range(len(changes), -1, -1), (0, *changes), strict=True):
        if left or named["currency"] != "USD":
            was = 100 + 4 * left  # sellers come down, to the price of today
            yield listing_id, first + poll * _POLL_MS, price * was // 100, *rest, unit * was // 100, True


DAILY = ("condition", "variant", "day", "n", "min_cents", "p10_cents", "median_cents", "p90_cents")


def _daily(now_ms: int) -> Iterator[Values]:
    """A row a day for every variant and class of conditions, in the order of the table."""
    last = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    days = [(last - timedelta(days=ago)).isoformat() for ago in range(_DAYS, -1, -1)]
    cards, base, _ = _cards()
    dice = _dice(3)
    for condition in ("any", "new", "used"):
        for card, cents in sorted(zip(cards, base, strict=True), key=lambda pair: pair[0].id):
            level = cents * 1.2
            for day in days:
                level *= dice.uniform(0.985, 1.015)
                yield condition, card.id, day, 100, *(int(level * part) for part in (0.6, 0.75, 1, 1.4))


VISIT = (
    "source_id",
    "mode",
    "started_at",
    "ended_at",
    "outcome",
    "message",
    "pages",
    "listings",
    "offers",
    "rejected",
    "new",
    "changed",
    "ended",
)


def _visits(made: Market, now_ms: int) -> Iterator[Values]:
    visits = made.polls // PER_VISIT
    for number in range(visits):
        began = now_ms - (visits - number) * _DAYS * 24 * _HOUR_MS // visits
        yield number % SOURCES + 1, "full", began, began + 4000, "ok", "", 2, PER_VISIT, PER_VISIT, 0, 16, 5, 15
