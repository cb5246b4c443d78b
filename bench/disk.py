"""What ten million polls take on disk: price points alone, and everything that polling adds to the listings."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bench.market_data import Market, market
from bench.measure import say

POINTS_MB, SHARE = 30, 1 / 20

SAMPLE = 200_000
"""Rows of the peer that are written; its size grows in step with them."""


def main(made: Market | None = None) -> None:
    """Print megabytes, beside a table with a row for every poll."""
    made = made or market()
    ours = sizes_mb(made)
    everything, peer = sum(ours.values()), _row_per_poll_mb(made)
    polls = f"{made.polls:,} polls of {made.listings:,} listings"
    say(f"price points of {polls}", f"{ours['price']:.1f} MB", f"< {POINTS_MB} MB", met=ours["price"] < POINTS_MB)
    beside = f"a row for every poll {peer:.0f} MB, 1/{peer / everything:.0f}"
    say(f"everything of {polls}", f"{everything:.1f} MB", "< 1/20", met=everything < peer * SHARE, peer=beside)


def sizes_mb(made: Market) -> dict[str, float]:
    """Megabytes of each table that polling fills, its indexes counted in."""
    query = (
        "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) / 1e6 FROM dbstat s LEFT JOIN sqlite_master m USING (name)"
        " WHERE coalesce(m.tbl_name, s.name) IN ('price', 'presence', 'visit', 'daily') GROUP BY 1"
    )
    with closing(sqlite3.connect(made.file)) as db:
        return dict(db.execute(query).fetchall())


def _row_per_poll_mb(made: Market) -> float:
    """A table with a row for every poll, as it is written where nobody counts bytes: its dates are text."""
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
        closing(sqlite3.connect(Path(folder) / "p.db")) as db,
    ):
        db.execute(
            "CREATE TABLE poll (id INTEGER PRIMARY KEY, listing_id INTEGER, at TEXT, price REAL, currency TEXT,"
            " shipping REAL, unit_usd REAL, available BOOLEAN)"
        )
        db.execute("CREATE INDEX poll_of_listing ON poll (listing_id, at)")
        db.executemany(f"INSERT INTO poll VALUES (?{', ?' * 7})", _polls())
        db.commit()
        pages = db.execute("PRAGMA page_count").fetchone()[0] * db.execute("PRAGMA page_size").fetchone()[0]
    return float(pages) / 1e6 * made.polls / SAMPLE


def _polls() -> Iterator[tuple[object, ...]]:
    for number in range(SAMPLE):
        at = f"2026-05-{number % 28 + 1:02d}T{number % 24:02d}:00:00.000000+00:00"
        yield number, 500_000 + number // 10, at, 649.99, "USD", 15.0, 664.99, True


if __name__ == "__main__":
    main()
