"""What the report and the history ask the database, beside the same question to window functions or to pandas."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from bench.market_data import MILLION, Market, market, variants
from bench.measure import median_s, ms, say
from db import queries, summaries
from db.engine import reading
from tracker.core.gpus import catalogue
from tracker.core.metrics import DEFAULTS, METRICS
from tracker.core.wanted import Wanted

SUMMARY_S = {53_000: 0.020, MILLION: 0.150}
TOP_S = 0.150
ONE_S, ALL_S = 0.010, 0.050

WINDOWS = """
SELECT variant, max(n), min(unit_usd), min(unit_usd) FILTER (WHERE place * 10 >= n),
       min(unit_usd) FILTER (WHERE place * 2 >= n)
FROM (SELECT variant, unit_usd, row_number() OVER each AS place, count(*) OVER (PARTITION BY variant) AS n
      FROM listing WHERE on_offer = 1 AND auction = 0 AND unit_usd IS NOT NULL
      WINDOW each AS (PARTITION BY variant ORDER BY unit_usd))
GROUP BY variant
"""
"""The summary of every variant, as SQL textbooks have it."""


def main() -> None:
    """Print the four questions at a million listings."""
    for on_offer, limit_s in SUMMARY_S.items():
        made = market(MILLION, on_offer)
        ours, windows = summary_s(made), _windows_s(made)
        peer = f"window functions {ms(windows)}, {windows / ours:.0f} ×"
        _say(f"summary of every variant, {on_offer:,} on offer", ours, limit_s, peer)
    for name in METRICS:
        _say(f"top 50 by {name}, {MILLION:,} on offer", top_s(market(MILLION, MILLION), name), TOP_S)
    one, every = history_s(market())
    _say("90 days of one variant", one, ONE_S)
    bare = f"the driver alone, fetching the same rows {ms(_fetched_s(market()))}"
    _say(f"90 days of {len(variants())} variants", every, ALL_S, peer=bare)


def _say(what: str, seconds: float, limit_s: float, peer: str = "") -> None:
    say(what, ms(seconds), f"≤ {ms(limit_s)}", met=seconds <= limit_s, peer=peer)


def summary_s(made: Market) -> float:
    """Time of the summary of every variant."""
    return _asked(made, lambda conn: summaries.summary(conn, wanted=Wanted(), catalogue=catalogue()))


def _windows_s(made: Market) -> float:
    with closing(sqlite3.connect(made.file)) as db:
        return median_s(lambda: db.execute(WINDOWS).fetchall(), runs=1 if made.on_offer == MILLION else 5)


def top_s(made: Market, metric: str) -> float:
    """Time of the best fifty by a metric."""
    known = catalogue()

    def best(conn: Connection) -> object:
        return queries.cheapest(conn, METRICS[metric], wanted=Wanted(), basis=DEFAULTS, top=50, catalogue=known)

    return _asked(made, best)


def history_s(made: Market) -> tuple[float, float]:
    """Time of 90 days of one variant, and of all."""
    names = [gpu.id for gpu in variants()]
    since = datetime.now(UTC).date() - timedelta(days=90)
    one = _asked(made, lambda conn: summaries.days(conn, names[:1], since=since))
    return one, _asked(made, lambda conn: summaries.days(conn, names, since=since))


def _fetched_s(made: Market) -> float:
    """Time in which the driver hands over the rows of 90 days of all variants, with nothing of ours around it."""
    since = (datetime.now(UTC).date() - timedelta(days=90)).isoformat()
    query = f"SELECT {', '.join(summaries.DAY)} FROM daily WHERE condition = 'any' AND day > ?"
    with closing(sqlite3.connect(made.file)) as db:
        return median_s(lambda: db.execute(query, (since,)).fetchall())


def _asked(made: Market, question: Callable[[Connection], object]) -> float:
    """The median time of a question on a connection that is open, as in a running process."""
    engine = made.engine()
    try:
        with reading(engine) as conn:
            question(conn)
            return median_s(lambda: question(conn))
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
