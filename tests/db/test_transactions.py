"""Transactions that lose a race, a connection or the whole server, and are done again."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update

from db import engine as module
from db import sources, store
from db.engine import committed, open_engine, reading, writing
from db.sql import LISTING, NOTE, PRESENCE, SOURCE
from tests.conftest import NOON, offer
from tests.db.test_store import HOUR, count, listing, see
from tests.postgres import Server
from tracker.core.errors import StoreError
from tracker.core.lifecycle import End
from tracker.pipeline import Tracker

MakeTracker = Callable[..., Tracker]
ON_SERVER = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def disturbed(engine: Engine, work: Callable[[Connection], object], disturb: Callable[[Connection], object]) -> int:
    """Do some work that is disturbed after its first look at the database; returns how often it was begun."""
    begun = 0

    def look_and_work(tx: Connection) -> None:
        nonlocal begun
        begun += 1
        tx.execute(select(SOURCE.c.id)).all()
        if begun == 1:
            disturb(tx)
        work(tx)

    committed(engine, look_and_work)
    return begun


def by_another(engine: Engine, work: Callable[[Connection], object]) -> Callable[[Connection], None]:
    def disturb(_tx: Connection) -> None:
        with writing(engine) as other:
            work(other)

    return disturb


@ON_SERVER
def test_who_loses_a_race_looks_again(make_tracker: MakeTracker) -> None:
    engine = make_tracker().engine

    def spend(tx: Connection) -> None:
        assert sources.spend(tx, "ebay", day="2026-05-01", quota=10)

    committed(engine, spend)
    assert disturbed(engine, spend, by_another(engine, spend)) == 2
    with reading(engine) as conn:
        assert conn.execute(text("SELECT calls FROM quota")).scalar() == 3


@ON_SERVER
def test_who_enters_the_same_key_second_finds_it(make_tracker: MakeTracker) -> None:
    engine = make_tracker().engine
    entered: list[int] = []

    def enter(tx: Connection) -> None:
        entered.append(sources.know_source(tx, "barn", "barn"))

    assert disturbed(engine, enter, by_another(engine, enter)) == 2
    assert len(set(entered)) == 1


@ON_SERVER
def test_a_listing_does_not_end_while_another_source_begins_to_show_it(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer()], at=NOON)

    def end(tx: Connection) -> None:
        store._end_missing(tx, 1, NOON + HOUR, End.AGED, NOON + HOUR)

    def show(_tx: Connection) -> None:
        see(tracker, [offer()], at=NOON + HOUR, source="elsewhere")

    assert disturbed(tracker.engine, end, show) == 2
    assert listing(tracker)["ended_at"] is None
    with reading(tracker.engine) as conn:
        assert conn.execute(select(PRESENCE.c.source_id)).scalars().all() == [2]


@ON_SERVER
def test_two_sources_that_show_the_same_new_listing_store_it_once(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    with writing(tracker.engine) as tx:
        for name in ("barn-us", "elsewhere"):
            sources.know_source(tx, name, "barn")

    def show(tx: Connection) -> None:
        store.record(
            tx,
            [offer()],
            source="elsewhere",
            source_id=2,
            missed_since=None,
            bill=tracker.bill,
            catalogue=tracker.catalogue,
            now=NOON,
        )

    assert disturbed(tracker.engine, show, lambda _tx: see(tracker, [offer()], at=NOON)) == 2
    assert (count(tracker, LISTING), count(tracker, PRESENCE)) == (1, 2)


@ON_SERVER
def test_a_lost_connection_is_replaced(make_tracker: MakeTracker) -> None:
    engine = make_tracker().engine

    def cut(tx: Connection) -> None:
        pid = tx.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with writing(engine) as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    assert disturbed(engine, lambda tx: sources.know_source(tx, "barn", "barn"), cut) == 2
    with reading(engine) as conn:
        assert conn.execute(select(SOURCE.c.name)).scalars().all() == ["barn"]


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_restarts_is_waited_for(server: Server, postgresql: str, mode: str) -> None:
    engine = open_engine(postgresql)
    with reading(engine) as conn:
        conn.execute(text("SELECT 1"))
    assert disturbed(engine, lambda tx: sources.know_source(tx, "barn", "barn"), lambda _tx: server.restart(mode)) > 1
    server.restart(mode)
    with reading(engine) as conn:  # what the pool holds is dead, and nobody notices
        assert conn.execute(select(SOURCE.c.name)).scalars().all() == ["barn"]
    engine.dispose()


def test_our_own_mistakes_are_not_repeated_for_ever(make_tracker: MakeTracker) -> None:
    begun = []

    def mistake(tx: Connection) -> None:
        begun.append(1)
        tx.execute(insert(NOTE), [{"name": "same", "value": ""}] * 2)

    with pytest.raises(StoreError, match="refused"):
        committed(make_tracker().engine, mistake)
    assert len(begun) <= 5


@ON_SERVER
def test_where_many_write_the_same_row_somebody_always_wins(make_tracker: MakeTracker) -> None:
    engine = make_tracker().engine

    def spend(tx: Connection) -> None:
        assert sources.spend(tx, "ebay", day="2026-05-01", quota=1000)
        tx.execute(text("SELECT pg_sleep(0.002)"))

    committed(engine, spend)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda _: committed(engine, spend), range(119)))
    with reading(engine) as conn:
        assert conn.execute(text("SELECT calls FROM quota")).scalar() == 120
        assert conn.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar() == 0


@ON_SERVER
def test_a_connection_that_is_lost_in_line_is_replaced(make_tracker: MakeTracker) -> None:
    engine = make_tracker().engine

    def spend(tx: Connection) -> None:
        assert sources.spend(tx, "ebay", day="2026-05-01", quota=1000)

    committed(engine, spend)
    with ThreadPoolExecutor(1) as pool, writing(engine) as ahead:
        ahead.execute(text(f"SELECT pg_advisory_xact_lock({module._LOSERS})"))
        begun = pool.submit(disturbed, engine, spend, by_another(engine, spend))
        waiting = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        while not begun.done():
            with writing(engine) as other:
                if other.execute(text(waiting)).first():
                    break
        ahead.rollback()
    assert begun.result() == 2
    with reading(engine) as conn:
        assert conn.execute(text("SELECT calls FROM quota")).scalar() == 3


@ON_SERVER
def test_nobody_waits_for_ever(make_tracker: MakeTracker, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = make_tracker().engine
    monkeypatch.setattr(module, "PATIENCE_S", 0)
    with writing(engine) as tx:
        sources.know_source(tx, "barn", "barn")

    def write(tx: Connection) -> None:
        tx.execute(update(SOURCE).values(site="here"))

    with pytest.raises(StoreError, match="could not serialize"):
        disturbed(engine, write, by_another(engine, write))
