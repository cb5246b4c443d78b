"""The first load of a big market, from offers understood to rows, against the driver writing the same rows.

TRACKER_BENCH_LOAD is how many offers; both sides take them in transactions of `BATCH`.
"""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from bench.market_data import LISTING, MILLION, Market, insert, listing
from bench.measure import ms, now_s, say
from db import sources, store
from db.engine import open_engine, writing
from db.rows import raw_of
from tracker.assemble import Home, opened
from tracker.core.models import Condition, Kind, Money, Offer, Verdict
from tracker.pipeline import Tracker

OFFERS = int(os.environ.get("TRACKER_BENCH_LOAD", MILLION))
BATCH = 5_000

SPEED = 0.15

PRESENCE = ("source_id", "listing_id", "seen_at")


def main(offers: int = OFFERS) -> None:
    """Print both times; every batch is stored by us first, then copied by the driver alone."""
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        ours_file, peer_file = Path(folder) / "tracker.db", Path(folder) / "peer.db"
        open_engine(f"sqlite:///{peer_file}").dispose()
        with opened(Home(path=Path(folder))) as tracker:
            ours, peer = _load(tracker, ours_file, peer_file, offers)
    speed = f"raw sqlite3 {ms(peer)}, {peer / ours:.2f} ×"
    say(f"first load of {offers:,} offers", ms(ours), f"≥ {SPEED} ×", met=peer / ours >= SPEED, peer=speed)


def _load(tracker: Tracker, ours_file: Path, peer_file: Path, offers: int) -> tuple[float, float]:
    ours_s = peer_s = 0.0
    with closing(sqlite3.connect(ours_file)) as ours, closing(sqlite3.connect(peer_file, isolation_level=None)) as peer:
        for pragma in ("synchronous = NORMAL", "foreign_keys = ON", "cache_size = -16000"):
            peer.execute(f"PRAGMA {pragma}")
        peer.execute("INSERT INTO source (id, name, site, state, message, failures) VALUES (1, 's', 's', 'ok', '', 0)")
        last = 0
        for batch in _batches(offers):
            began = now_s()
            with writing(tracker.engine) as tx:
                store.record(
                    tx,
                    batch,
                    source="source-0",
                    source_id=sources.know_source(tx, "source-0", "site0"),
                    missed_since=None,
                    bill=tracker.bill,
                    catalogue=tracker.catalogue,
                    now=datetime.now(UTC),
                )
            ours_s += now_s() - began
            rows = [
                (
                    table,
                    columns,
                    ours.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {key} > ?", (last,)).fetchall(),
                )
                for table, columns, key in (
                    ("listing", LISTING, "id"),
                    ("presence", PRESENCE, "listing_id"),
                )
            ]
            last += len(batch)
            began = now_s()
            peer.execute("BEGIN IMMEDIATE")
            for table, columns, values in rows:
                assert len(values) == len(batch)
                peer.executemany(insert(table, columns), values)
            peer.execute("COMMIT")
            peer_s += now_s() - began
    return ours_s, peer_s


def _batches(offers: int) -> Iterator[list[Offer]]:
    """Offers as the core makes them, in the order in which they are loaded."""
    made = Market(folder=Path(), listings=offers, on_offer=offers)
    for start in range(0, offers, BATCH):
        numbers = range(start, min(start + BATCH, offers))
        yield [_offer(dict(zip(LISTING, listing(number, made, 0, Decimal("1.1")), strict=True))) for number in numbers]


def _offer(row: dict[str, object]) -> Offer:
    raw = raw_of(row | {"site": "site0"})
    return Offer(
        raw=raw,
        verdict=Verdict(
            kind=Kind.CARD,
            gpu=str(row["gpu"]),
            variant=str(row["variant"]),
            vram_gb=float(str(row["vram_gb"])),
            modded=bool(row["modded"]),
            condition=Condition(str(row["condition"])),
            reason=str(row["reason"]),
        ),
        price=Money(amount=Decimal(raw.price), currency=raw.currency),
        shipping=None if row["shipping"] is None else Decimal(str(row["shipping"])) / 100,
    )


if __name__ == "__main__":
    main()
