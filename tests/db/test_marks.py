"""The user's word: what each mark takes from reports, baselines and alerts, and what it outlives."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from db import count_queries, lite, market_queries, marks, queries, rollups, store, summaries
from db.engine import reading, writing
from tests.conftest import NOON, Ran, offer
from tests.db.test_store import listing, see
from tracker.core.marks import MarkKind
from tracker.core.risk import SCAM_SELLER
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker

MakeTracker = Callable[..., Tracker]
HOUR = timedelta(hours=1)

# mark → in reports, in baselines, told again when its price falls
MEANING = [
    (None, True, True, True),
    (MarkKind.DISMISS, False, True, False),
    (MarkKind.WRONG, False, False, False),
    (MarkKind.BOUGHT, False, True, False),
    (MarkKind.SCAM, False, False, False),
]


def say(tracker: Tracker, kind: MarkKind, site_id: str = "1") -> None:
    with writing(tracker.engine) as tx:
        [row] = queries.named(tx, f"https://barn.example/{site_id}")
        marks.mark(tx, row, kind, now=NOON)


def reported(tracker: Tracker, wanted: Wanted | None = None) -> set[str]:
    with reading(tracker.engine) as conn:
        return {one.site_id for one in queries.on_offer(conn, wanted=wanted or Wanted(), catalogue=tracker.catalogue)}


def compared(tracker: Tracker) -> dict[str, dict[str, object]]:
    with reading(tracker.engine) as conn:
        rows = market_queries.comparables(conn, "rtx-3090-24gb", since=NOON - HOUR)
    return {str(row["url"]).rpartition("/")[2]: row for row in rows}


def told(tracker: Tracker, price: str = "600") -> set[str]:
    recorded = see(tracker, [offer("1", price), offer("2", price)], at=NOON + HOUR)
    return {change.offer.site_id for change in recorded.changes}


@pytest.mark.parametrize(("kind", "in_reports", "in_baselines", "in_alerts"), MEANING)
def test_what_a_mark_means(
    make_tracker: MakeTracker, kind: MarkKind | None, in_reports: bool, in_baselines: bool, in_alerts: bool
) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1"), offer("2")], at=NOON)
    if kind:
        say(tracker, kind)
    assert ("1" in reported(tracker)) is in_reports
    assert ("1" in compared(tracker)) is in_baselines
    assert ("1" in told(tracker)) is in_alerts
    assert "2" in reported(tracker)
    assert reported(tracker, Wanted(aside=True)) == {"1", "2"}


def test_a_mark_outlives_another_reading_an_end_and_a_return(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1"), offer("2")], at=NOON)
    say(tracker, MarkKind.WRONG)
    with writing(tracker.engine) as tx:
        store.rewrite(tx, [(int(str(listing(tracker)["id"])), {"variant": "rtx-3090-24gb", "quantity": 2})])
    see(tracker, [offer("2")], at=NOON + HOUR, missed_since=NOON + HOUR)
    assert listing(tracker)["ended_at"] is not None
    assert "1" not in told(tracker), "it is back on offer, and still marked"
    assert reported(tracker) == {"2"}


def test_what_was_bought_counts_as_a_sale(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1"), offer("2")], at=NOON)
    say(tracker, MarkKind.BOUGHT)
    assert {site_id: row["on_offer"] for site_id, row in compared(tracker).items()} == {"1": False, "2": True}


def test_the_others_of_a_swindler_are_flagged(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1", seller="sly"), offer("2", seller="sly"), offer("3", seller="pat")], at=NOON)
    say(tracker, MarkKind.SCAM)
    with reading(tracker.engine) as conn:
        offers = queries.on_offer(conn, wanted=Wanted(), catalogue=tracker.catalogue)
    assert {one.site_id: SCAM_SELLER in one.flags for one in offers} == {"2": True, "3": False}
    assert SCAM_SELLER in str(compared(tracker)["2"]["flags"])
    [change] = see(tracker, [offer("4", seller="sly")], at=NOON + HOUR).changes
    assert SCAM_SELLER in change.offer.flags


@pytest.mark.parametrize(("site", "left"), [("", {"3"}), ("barn", {"3"}), ("elsewhere", {"1", "2", "3"})])
def test_a_blocked_seller_is_left_out_now_and_later(make_tracker: MakeTracker, site: str, left: set[str]) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1", seller="sly"), offer("3", seller="pat")], at=NOON)
    with writing(tracker.engine) as tx:
        marks.block(tx, "sly", site, now=NOON)
    later = see(tracker, [offer("2", seller="sly")], at=NOON + HOUR).changes
    assert ({change.offer.site_id for change in later} == {"2"}) is ("2" in left)
    assert reported(tracker) == left
    assert compared(tracker).keys() == left
    with writing(tracker.engine) as tx:
        assert (marks.unblock(tx, "sly", site) == {"rtx-3090-24gb"}) is ("2" not in left) or site == "elsewhere"
    assert reported(tracker) == {"1", "2", "3"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_quick_ways_count_alike(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer(str(number), str(500 + number)) for number in range(5)], at=NOON)
    for site_id in ("0", "3"):
        say(tracker, MarkKind.DISMISS, site_id)
    with reading(tracker.engine) as conn:
        slow = summaries.summary(conn, wanted=Wanted(sites=("barn",)), catalogue=tracker.catalogue)
        assert summaries.summary(conn, wanted=Wanted(), catalogue=tracker.catalogue) == slow
        assert (slow[0].offers, slow[0].min_usd) == (3, Decimal(501))
        cursor = conn.connection.cursor()
        assert lite.counts(cursor) == count_queries.counts(conn)  # type: ignore[arg-type]
        assert lite.cheapest(cursor, "rtx-3090-24gb")[2].endswith("/1")  # type: ignore[arg-type]


def test_daily_prices_forget_what_is_wrong(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [offer("1", "100"), offer("2", "700")], at=NOON)
    say(tracker, MarkKind.WRONG)
    with writing(tracker.engine) as tx:
        rollups.anew(tx, ["rtx-3090-24gb"], day=NOON.date())
        [day] = summaries.days(tx, ["rtx-3090-24gb"], since=NOON.date())
    assert day[2:4] == (1, 70_000)


ITEM_NUMBERS = [
    ("110000213813", ["v1|110000213813|0"]),
    ("8000010", ["refurb.example/8000010"]),
    ("120000000000", ["v1|120000000000|0", "v1|120000000000|7"]),
    ("213813", []),
    ("99999", []),
    ("v1|110000213813|", []),
    ("11000021381%", []),
]


@pytest.mark.parametrize(("name", "site_ids"), ITEM_NUMBERS)
def test_an_item_number_as_a_site_prints_it_names_a_listing(
    make_tracker: MakeTracker, name: str, site_ids: list[str]
) -> None:
    tracker = make_tracker()
    ids = ["v1|110000213813|0", "refurb.example/8000010", "v1|120000000000|0", "v1|120000000000|7", "x.example/99999"]
    see(tracker, [offer(site_id) for site_id in ids], at=NOON)
    with reading(tracker.engine) as conn:
        assert [row["site_id"] for row in queries.named(conn, name)] == site_ids


def test_the_commands(make_tracker: MakeTracker, tmp_path: Path, tracker_command: Callable[..., Ran]) -> None:
    see(make_tracker(), [offer("1", seller="sly", title="RTX 3090 \x1b[2J 24GB")], at=NOON)
    home = tmp_path / "home"
    home.mkdir()
    (home / "tracker.toml").write_text(f'[database]\nurl = "sqlite:///{tmp_path / "test.db"}"\n')

    def run(*words: str) -> Ran:
        return tracker_command("--home", home, *words)

    ran = run("mark", "1", "wrong", "--really", "rtx-3080-20gb-modded")
    assert ran.code == 0
    assert "listing 1 is marked wrong" in ran.err
    assert "\x1b" not in ran.err
    assert '"really": "rtx-3080-20gb-modded"' in run("mark", "--export").out
    assert "wrong" in run("mark").out
    assert run("mark", "1", "--undo").code == 0
    assert run("mark", "--export").out == ""
    assert "is not marked" in run("mark", "1", "--undo").err
    unknown = run("mark", "99", "scam")
    assert (unknown.code, "no listing" in unknown.err) == (2, True)
    assert run("mark", "1").code == 2
    assert run("mark", "1", "nonsense").code == 2
    for words, said in (
        (("block", "sly"), "listings taken out: 1, 1 of them on offer"),
        (("block", "nobody"), "nobody is blocked; no listing of such a seller is known yet"),
        (("block", "sly", "--site", "attic"), "sly is blocked on attic; no listing of such a seller is known yet"),
    ):
        ran = run(*words)
        assert (ran.code, said in ran.err) == (0, True)
    assert "sly" in run("block").out
    assert "is not blocked on barn" in run("unblock", "sly", "--site", "barn").err
    slip = run("unblock", "slyy")
    assert (slip.code, "did you mean 'sly'?" in slip.err) == (2, True)
    assert run("unblock", "sly").code == 0
    nameless = run("block", "")
    assert (nameless.code, "needs a name" in nameless.err) == (2, True)
