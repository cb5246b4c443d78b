"""The report beside the market: distances, risks, speeds, the reader's currency, and names nobody knows."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from db import sql
from db.engine import reading, writing
from tests.conftest import NOON, Ran
from tests.db.test_store import see
from tests.test_market import FIVE, here, visit
from tracker.assemble import Home, opened
from tracker.chart import Line, in_terminal
from tracker.core.health import HEALTHY
from tracker.core.metrics import METRICS, Basis
from tracker.core.plan import Goal
from tracker.core.staleness import IN_ORDER, stale
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker
from tracker.planning import believed
from tracker.report import ranked

MakeTracker = Callable[..., Tracker]
Command = Callable[..., Ran]


def rows(tracker: Tracker, metric: str = "usd_per_gb", basis: Basis | None = None) -> list[dict[str, object]]:
    with reading(tracker.engine) as conn:
        return ranked(
            conn,
            metric=metric,
            wanted=Wanted(),
            basis=basis or tracker.use,
            country="US",
            now=NOON,
            catalogue=tracker.catalogue,
        )


def test_offers_stand_beside_what_their_like_ask(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [*FIVE, here("bait", "200", seller="x", feedback_count="0")])
    found = {row["site_id"]: row for row in rows(tracker)}
    assert (found["740"]["market_usd"], found["740"]["market_ratio"]) == (740.0, 1.0)
    assert found["700"]["market_ratio"] == pytest.approx(700 / 740, abs=1e-4)
    assert found["700"]["risks"] == ""
    assert str(found["bait"]["risks"]).split() == ["too_cheap", "new_seller"]
    assert "asks 27% of what 5 sellers ask" in str(found["bait"]["risks_said"])


def test_where_nothing_is_known_of_the_like_it_is_said_why(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [here("a", "700", seller="s")], at=NOON)
    [row] = rows(tracker)
    assert (row["market_usd"], row["market_ratio"]) == (None, None)
    assert "1 seller, 5 are needed" in str(row["market_basis"])


def test_the_expected_speed_stands_beside_the_bound(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    see(tracker, [here("a", "700", seller="s")], at=NOON)
    [row] = rows(tracker, "usd_per_tok_s")
    bound, expected = row["bound_tok_s"], row["expected_tok_s"]
    assert bound == 52.0, "936 GB/s over 18 GB"
    assert isinstance(expected, float)
    assert 0.5 < expected / 52 < 1
    assert "measured" in str(row["expected_by"])
    assert rows(tracker, "usd_per_tok_s", Basis(model_gb=Decimal(40))) == [], "40 GB do not fit"
    assert rows(tracker, "usd", Basis(model_gb=Decimal(40)))[0]["bound_tok_s"] is None


@pytest.mark.parametrize(
    ("variant", "watts_a_year"),
    [
        ("rtx-3090-24gb", "measured"),
        ("quadro-m6000-24gb", "a tenth of its power"),
    ],
)
def test_a_year_counts_idle_watts_as_measured_or_as_a_tenth(known: object, variant: str, watts_a_year: str) -> None:
    from tracker.core.gpus import catalogue
    from tracker.core.llm import idle_w

    gpu = catalogue().by_id[variant]
    measured = idle_w(gpu)
    assert gpu.tdp_w is not None
    assert (measured is not None) == (watts_a_year == "measured")
    idle = Decimal(str(measured[0])) if measured else gpu.tdp_w / Decimal(10)
    cost = METRICS["usd_per_year"].formula(Decimal(0), gpu, Basis(duty_cycle=Decimal(0), usd_per_kwh=Decimal(1)))
    assert cost == idle * Decimal("8.766")


def test_a_plan_buys_nothing_that_is_too_cheap_to_be_believed(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [*FIVE, here("bait", "200", seller="x")])
    with reading(tracker.engine) as conn:
        answer = believed(conn, Goal(vram_gb=24), country="US", now=NOON, catalogue=tracker.catalogue)
    assert answer.plans[0].price_usd == Decimal(700)
    assert any("is left out: asks 27%" in note for note in answer.notes)


def test_programs_get_the_currency_that_was_asked_for(home: Home, tracker_command: Command) -> None:
    with opened(home) as tracker:
        see(tracker, [here("a", "700", seller="s")], at=NOON)
        usd = tracker.rates.usd_per_unit["EUR"]
    for by in ("listing", "gpu"):
        [row] = json.loads(tracker_command("report", "--by", by, "--currency", "eur", "--format", "json").out)
        assert row["shown_currency"] == "EUR"
        assert row["shown_price"] == pytest.approx(700 / float(usd), abs=0.01)
        assert row["shown_value"] == pytest.approx(700 / 24 / float(usd), abs=0.001)
    [row] = json.loads(
        tracker_command("report", "--metric", "gb_per_watt", "--currency", "eur", "--format", "json").out
    )
    assert row["shown_value"] == row["gb_per_watt"], "no money, no currency"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--gpu", "rtx-3099"), "no card 'rtx-3099' in the spec database, did you mean"),
        (("--by", "gpu", "--gpu", "rtx-3099"), "no card 'rtx-3099' in the spec database, did you mean"),
        (("--site", "bran"), "nothing was read from a site 'bran' yet, did you mean 'barn'?"),
        (("--country", "Germany"), "'Germany' is no country: give two letters"),
        (("--source", "barn-uk"), "nothing was read from a source 'barn-uk' yet, did you mean 'barn-us'?"),
    ],
)
def test_a_name_nobody_knows_is_a_mistake(
    home: Home, tracker_command: Command, asked: tuple[str, ...], said: str
) -> None:
    with opened(home) as tracker:
        see(tracker, [here("a", "700", seller="s")], at=NOON)
    ran = tracker_command("report", *asked)
    assert ran.code == 2
    assert said in ran.err


def test_the_user_s_tariff_and_years_count(home: Home, tracker_command: Command) -> None:
    with opened(home) as tracker:
        see(tracker, [here("a", "700", seller="s")], at=NOON)
    before = json.loads(tracker_command("report", "--metric", "usd_per_year", "--format", "json").out)[0][
        "usd_per_year"
    ]
    Path(home.config_file).write_text("[use]\nusd_per_kwh = 0.45\nyears = 2\n", encoding="utf-8")
    for by, name in (("listing", "usd_per_year"), ("gpu", "value"), ("gpu", "value")):  # the second look is a glance
        after = json.loads(tracker_command("report", "--by", by, "--metric", "usd_per_year", "--format", "json").out)[
            0
        ][name]
        assert after > before + 70


@pytest.mark.parametrize("wrong", ["usd_per_kwh = -1", "duty_cycle = 1.5", "years = 0", "resale = 1", "watts = 3"])
def test_a_use_that_makes_no_sense_is_refused(home: Home, tracker_command: Command, wrong: str) -> None:
    Path(home.config_file).write_text(f"[use]\n{wrong}\n", encoding="utf-8")
    ran = tracker_command("report")
    assert ran.code == 2
    assert f"use.{wrong.split()[0]}" in ran.err


def test_one_day_is_no_line_across_the_screen() -> None:
    day = NOON.date()
    one = Line(name="a card", days=[day], middle=[7.0], low=[None], high=[None])
    assert max(map(len, in_terminal(one))) < 40
    two = replace(one, days=[day, day + timedelta(days=1)], middle=[7.0, 8.0], low=[None] * 2, high=[None] * 2)
    assert "•" in in_terminal(two)[1]


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("ago", "states", "said"),
    [
        (HOUR, ["ok"], ""),
        (HOUR, ["empty"], ""),
        (HOUR, ["new"], ""),
        (HOUR, ["blocked"], "source blocked"),
        (HOUR, ["suspicious", "gone"], "source gone, suspicious"),
        (HOUR, ["blocked", "ok"], ""),
        (4 * DAY, ["ok"], "not seen for 4 days"),
        (3 * DAY, ["ok"], ""),
        (HOUR, [], "no source shows it any more"),
        (None, [], "no source shows it any more"),
    ],
)
def test_what_an_offer_rests_on(ago: timedelta | None, states: list[str], said: str) -> None:
    assert stale(None if ago is None else NOON - ago, states, now=NOON) == said


def test_the_states_that_are_believed_are_the_healthy_ones() -> None:
    assert {str(state) for state in HEALTHY} | {"new"} == IN_ORDER


def test_offers_of_a_source_in_trouble_are_marked(home: Home, tracker_command: Command) -> None:
    now = datetime.now(UTC)
    with opened(home) as tracker:
        see(tracker, [here("a", "700", seller="s"), here("b", "900", seller="t")], at=now)
        see(tracker, [here("b", "900", seller="t")], at=now, source="other")
        with writing(tracker.engine) as tx:
            tx.execute(update(sql.SOURCE).where(sql.SOURCE.c.name == "barn-us").values(state="blocked"))
    ran = tracker_command("report", "--format", "json")
    assert [(row["site_id"], row["stale"]) for row in json.loads(ran.out)] == [("a", "source blocked"), ("b", "")]
    for words in ((), ("--by", "gpu"), ("--by", "gpu")):  # the second look is a glance
        assert "source blocked" in tracker_command("report", *words).out
    with opened(home) as tracker, writing(tracker.engine) as tx:
        tx.execute(update(sql.SOURCE).values(state="ok"))
    assert "stale" not in tracker_command("report").out.splitlines()[0]
