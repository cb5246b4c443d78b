"""Storing a visit of known offers, few of them changed: time and bytes against an upsert of every row."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from bench.market_data import LISTING, Market, market
from bench.measure import RUNS, median_s, ms, say
from db import sql, store
from db.engine import reading, writing
from db.rows import raw_of
from tracker.assemble import Home, opened
from tracker.core.models import Money, Offer
from tracker.core.offers import understand
from tracker.pipeline import Tracker

SHOWN, CHANGED = 160, 5
"""Listings a visit shows, and those of them with another price: 3 %."""

SPEED, BYTES = 0.3, 1 / 5

SOURCE, SITE = "source-7", "site7"


def main(made: Market | None = None) -> None:
    """Print the times and the bytes written to the log ahead of commit."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        home = Path(folder)
        shutil.copy((made or market()).file, home)
        with opened(Home(path=home)) as tracker, reading(tracker.engine) as conn:
            source_id = conn.execute(select(sql.SOURCE.c.id).where(sql.SOURCE.c.name == SOURCE)).scalar_one()
            mine = select(sql.LISTING).where(sql.LISTING.c.source_id == source_id, sql.LISTING.c.on_offer)
            rows = [dict(row) for row in conn.execute(mine.limit(2 * SHOWN)).mappings()]
        read = [(row, understand(raw_of(row), identify=tracker.identify)) for row in rows]
        known = [(row, offer) for row, offer in read if isinstance(offer, Offer)][:SHOWN]
        assert len(known) == SHOWN
        ours, our_bytes = _ours(tracker, home, source_id, [offer for _, offer in known])
        tracker.engine.dispose()
        peer, peer_bytes = _peer(home, [row["id"] for row, _ in known])
    speed = f"raw sqlite3 upsert of every row {ms(peer)}, {peer / ours:.2f} ×"
    say(f"visit of {SHOWN} known offers", ms(ours), f"≥ {SPEED} ×", met=peer / ours >= SPEED, peer=speed)
    size = f"upsert {peer_bytes:,}, 1/{peer_bytes / our_bytes:.1f}"
    say("bytes it writes", f"{our_bytes:,}", "≤ 1/5", met=our_bytes <= peer_bytes * BYTES, peer=size)


def _ours(tracker: Tracker, home: Path, source_id: int, offers: list[Offer]) -> tuple[float, int]:
    """Time and bytes of one visit, in the middle of as many as are measured."""
    now = datetime.now(UTC)

    def visit(number: int) -> None:
        with writing(tracker.engine) as tx:
            store.record(
                tx,
                _another_price(offers, number),
                source=SOURCE,
                source_id=source_id,
                missed_since=None,
                bill=tracker.bill,
                catalogue=tracker.catalogue,
                now=now + timedelta(hours=number),
            )

    visit(0)  # the rows as today's rules read them
    numbers = iter(range(1, 2 * RUNS))
    seconds = median_s(lambda: visit(next(numbers)))
    _checkpoint(home)
    visit(2 * RUNS)
    return seconds, _log(home).stat().st_size


def _another_price(offers: list[Offer], number: int) -> list[Offer]:
    """The offers with every 32nd one dollar dearer, visit by visit."""
    dearer = range(0, SHOWN, SHOWN // CHANGED)
    return [
        replace(offer, price=Money(amount=offer.price.amount + Decimal(number), currency=offer.price.currency))
        if place in dearer
        else offer
        for place, offer in enumerate(offers)
    ]


def _peer(home: Path, ids: list[int]) -> tuple[float, int]:
    """Time and bytes of writing every row over, by the driver alone and with the same settings."""
    with closing(sqlite3.connect(home / "tracker.db", isolation_level=None)) as db:
        for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "cache_size = -16000"):
            db.execute(f"PRAGMA {pragma}")
        columns = [name for name in LISTING if name != "id"]
        held = f"SELECT {', '.join(columns)} FROM listing WHERE id IN ({', '.join('?' * len(ids))})"
        rows = db.execute(held, ids).fetchall()
        over = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in ("site", "site_id"))
        upsert = (
            f"INSERT INTO listing ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
            f" ON CONFLICT (site, site_id) DO UPDATE SET {over}"
        )
        price, dearer = columns.index("price"), range(0, SHOWN, SHOWN // CHANGED)

        def visit(number: int) -> None:
            shown = [
                (*row[:price], row[price] + number, *row[price + 1 :]) if place in dearer else row
                for place, row in enumerate(rows)
            ]
            db.execute("BEGIN IMMEDIATE")
            db.executemany(upsert, shown)
            db.execute("COMMIT")

        visit(0)
        numbers = iter(range(1, 2 * RUNS))
        seconds = median_s(lambda: visit(next(numbers)))
        _checkpoint(home)
        visit(2 * RUNS)
        return seconds, _log(home).stat().st_size


def _checkpoint(home: Path) -> None:
    with closing(sqlite3.connect(home / "tracker.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _log(home: Path) -> Path:
    return home / "tracker.db-wal"


if __name__ == "__main__":
    main()
