"""The report by GPU the short way: the same answer as the long one, or none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from db.engine import writing
from tests.conftest import NOON, Ran, offer
from tests.db.test_store import see
from tracker.assemble import Home, opened
from tracker.core.metrics import METRICS
from tracker.core.models import Condition
from tracker.core.wanted import Wanted
from tracker.glance import Glance, glance
from tracker.report import by_gpu

Command = Callable[..., Ran]


def look(home: Home, **asked: object) -> Glance | None:
    wanted = Wanted(**asked)  # type: ignore[arg-type]
    return glance(home.path, metric=METRICS["usd_per_gb"], wanted=wanted, model_gb=None, now=NOON)


@pytest.fixture
def filled(home: Home) -> Home:
    """A home with two variants on offer."""
    with opened(home) as tracker:
        see(tracker, [offer("a", "700"), offer("b", "600"), offer("c", "9", variant="rtx-4090-24gb")], at=NOON)
    return home


def test_it_is_the_long_way_s_answer(filled: Home) -> None:
    seen = look(filled)
    assert seen is not None
    with opened(filled) as tracker, tracker.engine.connect() as conn:
        long = by_gpu(conn, metric="usd_per_gb", wanted=Wanted(), catalogue=tracker.catalogue, now=NOON)
        assert seen.usd_per_unit == tracker.rates.usd_per_unit
    assert [row["variant"] for row in seen.rows] == ["rtx-4090-24gb", "rtx-3090-24gb"]
    assert seen.rows == long
    assert (seen.counts["listings"], seen.counts["on_offer"], seen.currency) == (3, 3, "USD")


# what is asked, and what is said of the counts
COUNTED = [
    ((), "on offer, 1 without an exchange rate; 0 rejected"),
    (("--gpu", "rtx-3090*"), "on offer, 3 of them match, 1 without an exchange rate; 0 rejected"),
    (
        ("--metric", "usd_per_tok_s", "--model-gb", "30"),
        "on offer, 1 without an exchange rate, 3 left out without usd_per_tok_s; 0 rejected",
    ),
]


@pytest.mark.parametrize(("words", "said"), COUNTED)
def test_both_ways_leave_out_and_count_the_same(
    filled: Home, words: tuple[str, ...], said: str, tracker_command: Command
) -> None:
    with opened(filled) as tracker:
        dear = [offer("d", "900", variant="rtx-4090-48gb-modded"), offer("e", "5", currency="XXX")]
        see(tracker, dear, at=NOON, source="other")
    short = tracker_command("report", "--by", "gpu", *words)
    (filled.path / "tracker.toml").write_text("# edited\n", encoding="utf-8")
    assert look(filled) is None
    assert tracker_command("report", "--by", "gpu", *words) == short
    assert tracker_command("report", *words).err == short.err, "and so does the report of listings"
    assert f"5 of 5 listings are {said}" in short.err
    assert ("rtx-3090-24gb" in short.out) == ("--metric" not in words)


def test_what_is_asked_of_variants_is_heard(filled: Home) -> None:
    seen = look(filled, gpus=("rtx-3090*",))
    assert seen is not None
    assert [row["variant"] for row in seen.rows] == ["rtx-3090-24gb"]


def test_what_is_asked_of_listings_takes_the_long_way(filled: Home) -> None:
    assert look(filled, conditions=(Condition.USED,)) is None


@pytest.mark.parametrize("name", ["tracker.toml", "gpus.local.toml"])
def test_other_settings_take_the_long_way(filled: Home, name: str) -> None:
    (filled.path / name).write_text("# edited\n", encoding="utf-8")
    assert look(filled) is None
    with opened(filled):
        pass
    assert look(filled) is not None


def test_another_environment_takes_the_long_way(filled: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_BUYER__COUNTRY", "DE")
    assert look(filled) is None


def test_a_database_elsewhere_is_never_mistaken(filled: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    with opened(filled):
        pass
    assert look(filled) is None


def test_what_is_no_database_takes_the_long_way(home: Home) -> None:
    assert look(home) is None
    (home.path / "tracker.db").write_text("not a database", encoding="utf-8")
    assert look(home) is None


def test_a_table_that_is_not_there_takes_the_long_way(filled: Home) -> None:
    with opened(filled) as tracker, writing(tracker.engine) as tx:
        tx.exec_driver_sql("DROP TABLE daily")
    assert look(filled) is None


def test_the_command_prints_the_same_either_way(filled: Home, tracker_command: Command) -> None:
    short = tracker_command("report", "--by", "gpu")
    long = tracker_command("report", "--by", "gpu", "--modded", "no")
    assert short.code == long.code == 0
    assert short.out == long.out != ""
    assert "3 of 3 listings are on offer" in short.err
