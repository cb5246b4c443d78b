"""History day by day, as rows, in the terminal and as a file; and past series read from others' files."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from db.engine import reading, writing
from db.references import keep_references, references
from tests.conftest import NOON, offer
from tests.db.test_rollups import visit
from tracker.chart import Line, in_terminal, to_file
from tracker.core.errors import ConfigError, TrackerError
from tracker.core.models import ConditionClass
from tracker.history import history, lines
from tracker.pipeline import Tracker
from tracker.rates import bundled, bundled_on
from tracker.series import import_series

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = "rtx-3090-24gb"
MAY_1 = NOON.date()
MakeTracker = Callable[..., Tracker]


def rows(
    tracker: Tracker, name: str = CARD, *, since: date = MAY_1, days: int = 5, **asked: str
) -> list[dict[str, object]]:
    with reading(tracker.engine) as conn:
        return history(conn, name=name, since=since, today=MAY_1 + days * DAY, catalogue=tracker.catalogue, **asked)


# --- rows ---------------------------------------------------------------------------------------------------------


def test_every_day_has_a_row_up_to_today(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700"), offer("2", "800")], at=NOON)
    visit(tracker, [offer("2", "750")], at=NOON + 2 * DAY, missed_since=NOON + HOUR)
    visit(tracker, [], at=NOON + 4 * DAY, missed_since=NOON + 3 * DAY)
    found = rows(tracker)
    assert [(row["day"], row["offers"], row["min_usd"], row["median_usd"]) for row in found] == [
        ("2026-05-01", 2, 700.0, 700.0),
        ("2026-05-02", 2, 700.0, 700.0),
        ("2026-05-03", 1, 750.0, 750.0),
        ("2026-05-04", 1, 750.0, 750.0),
        ("2026-05-05", 0, None, None),
        ("2026-05-06", 0, None, None),
    ]
    assert {(row["variant"], row["condition"], row["source"]) for row in found} == {(CARD, "any", "")}
    assert json.loads(json.dumps(found)) == found


def test_since_leaves_out_days_and_not_what_stood(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700")], at=NOON)
    assert [row["day"] for row in rows(tracker, since=MAY_1 + 4 * DAY)] == ["2026-05-05", "2026-05-06"]
    assert rows(tracker, since=MAY_1 - 30 * DAY)[0]["day"] == "2026-05-01", "nothing is known of the days before"


def test_a_glob_names_many_cards_and_a_condition_one_class(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    other = "rtx-4090-24gb"
    visit(tracker, [offer("1", "700"), offer("2", "1900", variant=other)], at=NOON, variants=(CARD, other))
    assert [row["variant"] for row in rows(tracker, "rtx-*-24gb", days=0)] == [CARD, other]
    assert len(rows(tracker, condition="used", days=0)) == 1
    assert rows(tracker, condition="new", days=0) == []


def test_one_listing(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700"), offer("2", "100", currency="EUR")], at=NOON)
    visit(tracker, [offer("1", "650")], at=NOON + HOUR)
    visit(tracker, [offer("1", "650", available=False)], at=NOON + 2 * DAY)
    assert [(row["day"], row["unit_usd"], row["on_offer"]) for row in rows(tracker, "1", days=3)] == [
        ("2026-05-01", 650.0, True),
        ("2026-05-02", 650.0, True),
        ("2026-05-03", None, False),
        ("2026-05-04", None, False),
    ]
    [euro] = rows(tracker, "https://barn.example/2", days=0)
    assert (euro["price"], euro["currency"], euro["unit_usd"]) == (100.0, "EUR", 110.0)


def test_what_nobody_knows_is_an_error(make_tracker: MakeTracker) -> None:
    with pytest.raises(TrackerError, match="'rtx-9090' is neither a card"):
        rows(make_tracker(), "rtx-9090")


def test_imported_series_stand_beside_our_own(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [offer("1", "700")], at=NOON)
    with writing(tracker.engine) as tx:
        row = {"variant": CARD, "condition": "new", "source": "somebody", "currency": "USD", "price": Decimal(900)}
        keep_references(tx, [{**row, "day": day, "usd_cents": 90000} for day in ("2026-04-01", "2026-05-01")])
    found = rows(tracker, days=0)
    assert [(row["source"], row["condition"], row["median_usd"], row["offers"]) for row in found] == [
        ("", "any", 700.0, 1),
        ("somebody", "new", 900.0, None),
    ]
    assert len(rows(tracker, days=0, condition="used")) == 1
    assert [line.name for line in lines(found)] == [f"{CARD}, any (on offer)", f"{CARD}, new (somebody)"]


# --- charts -------------------------------------------------------------------------------------------------------


def line(*middle: float | None, band: float | None = None, every: int = 1) -> Line:
    edges = [None if band is None or value is None else (value - band, value + band) for value in middle]
    return Line(
        name="a card",
        days=[MAY_1 + place * every * DAY for place in range(len(middle))],
        middle=middle,
        low=[edge and edge[0] for edge in edges],
        high=[edge and edge[1] for edge in edges],
    )


def test_a_line_in_the_terminal() -> None:
    drawn = in_terminal(line(100, 200, None, 300), width=17, height=3)
    assert drawn == [
        "a card, USD per card",
        "    300 ┤      ••",
        "    200 ┤  ••",
        "    100 ┤••",
        "         2026-05-01  2026-05-04",
    ]


def test_a_band_in_the_terminal() -> None:
    drawn = in_terminal(line(200, 200, band=100), width=13, height=3)
    assert drawn[:4] == [
        "a card, USD per card: • median, ░ what most ask",
        "    300 ┤░░░░",
        "    200 ┤••••",
        "    100 ┤░░░░",
    ]


def test_time_is_drawn_to_scale_and_what_does_not_move_in_one_row() -> None:
    far = Line(name="", days=[MAY_1, MAY_1 + 9 * DAY], middle=[1, 1], low=[None] * 2, high=[None] * 2)
    assert in_terminal(far, width=19)[1:-1] == ["      1 ┤•        •"]


@pytest.mark.parametrize("empty", [line(), line(None, None)])
def test_without_prices_there_is_no_chart(empty: Line) -> None:
    assert in_terminal(empty) == ["a card", "  no prices"]


def test_a_chart_is_never_wider_than_asked() -> None:
    for count in (1, 2, 70, 71, 72, 400):
        drawn = in_terminal(line(*(float(place % 7) for place in range(count))), width=80)
        assert max(map(len, drawn[1:-1])) <= 80
        assert len(drawn) == (3 if count == 1 else 14)


@pytest.mark.parametrize("name", ["chart.png", "chart.svg", "CHART.PNG"])
def test_a_chart_as_a_file(tmp_path: Path, name: str) -> None:
    pytest.importorskip("matplotlib")
    to_file([line(700, None, 650, band=50), line(900, 800, 850)], tmp_path / name, title="RTX 3090")
    content = (tmp_path / name).read_bytes()
    if name.lower().endswith(".svg"):
        assert ElementTree.fromstring(content).tag.endswith("svg")  # noqa: S314  (written by ourselves)
    else:
        assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_a_chart_that_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"to \.png or \.svg files"):
        to_file([], tmp_path / "chart.gif", title="")
    with pytest.raises(ConfigError, match="15 lines are too many"):
        to_file([line(1.0)] * 15, tmp_path / "chart.png", title="")
    pytest.importorskip("matplotlib")
    with pytest.raises(ConfigError, match="cannot be written"):
        to_file([line(1.0)], tmp_path / "nowhere" / "chart.png", title="")


# --- series -------------------------------------------------------------------------------------------------------


def written(folder: Path, name: str, content: object) -> Path:
    (folder / name).write_text(json.dumps(content))
    return folder / name


def kept(tracker: Tracker, variant: str) -> list[tuple[object, ...]]:
    with reading(tracker.engine) as conn:
        found = references(conn, variant)
    return [
        (row["day"], row["condition"], row["source"], row["price"], row["currency"], row["usd_cents"]) for row in found
    ]


BY_INSTANT = {
    "gpu_name": "NVIDIA GeForce RTX 3090",
    "prices": {"2026-01-01T10:00:00": 900.5, "2026-01-01T18:00:00": 920, "2026-01-02T09:00:00": 0, "2026-01-03": 880},
}


def test_one_product_by_instants(make_tracker: MakeTracker, tmp_path: Path) -> None:
    tracker = make_tracker()
    [told] = import_series(tracker, [written(tmp_path, "shopper_usd_3090.json", BY_INSTANT)])
    assert (told.variant, told.days, told.first, told.last, told.left_out) == (CARD, 2, "2026-01-01", "2026-01-03", "")
    assert kept(tracker, CARD) == [
        ("2026-01-01", "new", "shopper", Decimal("910.25"), "USD", 91025),
        ("2026-01-03", "new", "shopper", Decimal("880.00"), "USD", 88000),
    ]


def test_many_products_by_days_in_euros(make_tracker: MakeTracker, tmp_path: Path) -> None:
    def product(key: str, name: str, price: float) -> dict[str, object]:
        return {"id": key, "name": name, "prices": [{"x": "2017-09-01", "y": price}, {"x": "2017-09-02", "y": None}]}

    listed = [
        product("1", "Someone GeForce GTX 1080 Ti", 700),
        product("2", "Another GeForce GTX 1080 Ti", 710),
        product("1", "Someone GeForce GTX 1080 Ti", 700),
        product("3", "Someone Radeon RX 580", 300),
        product("4", "Someone's water block for GTX 1080", 90),
    ]
    tracker = make_tracker()
    told = import_series(tracker, [written(tmp_path, "prices_eur_2017.json", listed)])
    assert [one.variant for one in told] == ["gtx-1080-ti-11gb", "gtx-1080-ti-11gb", None, None, None]
    assert told[2].left_out == "the same product again"
    assert "4 GB or 8 GB" in told[3].left_out
    assert told[4].left_out
    assert kept(tracker, "gtx-1080-ti-11gb") == [
        ("2017-09-01", "new", "prices", Decimal("705.00"), "EUR", 84036)  # at 1.192, the bank's rate of that day
    ]


def test_importing_again_changes_nothing_and_a_new_price_takes_over(make_tracker: MakeTracker, tmp_path: Path) -> None:
    tracker = make_tracker()
    import_series(tracker, [written(tmp_path, "a_usd.json", BY_INSTANT)])
    before = kept(tracker, CARD)
    import_series(tracker, [written(tmp_path, "a_usd.json", BY_INSTANT)])
    assert kept(tracker, CARD) == before
    import_series(tracker, [written(tmp_path, "a_usd.json", {**BY_INSTANT, "prices": {"2026-01-03": 1}})])
    assert [row[5] for row in kept(tracker, CARD)] == [91025, 100]


def test_what_the_user_says_goes_before_the_name_of_the_file(make_tracker: MakeTracker, tmp_path: Path) -> None:
    tracker = make_tracker()
    file = written(tmp_path, "a_usd.json", BY_INSTANT)
    import_series(tracker, [file], condition=ConditionClass.USED, currency="eur", source="a shop")
    assert {row[1:3] + row[4:5] for row in kept(tracker, CARD)} == {("used", "a shop", "EUR")}


MISTAKES = [
    ("a_usd.json", "[1, 2]", "a_usd.json holds no price series"),
    ("a_usd.json", "{", "holds no price series"),
    ("a_usd.json", '{"gpu_name": "RTX 3090", "prices": {"yesterday": 5}}', "holds no price series"),
    ("a_usd.json", '{"gpu_name": "RTX 3090", "prices": {"2026-01-01": "cheap"}}', "holds no price series"),
    ("a.json", json.dumps(BY_INSTANT), "a.json: its name says no currency"),
    ("a_usd_eur.json", json.dumps(BY_INSTANT), "its name says no currency"),
]


@pytest.mark.parametrize(("name", "content", "said"), MISTAKES)
def test_a_mistake_is_named_and_nothing_is_kept(
    make_tracker: MakeTracker, tmp_path: Path, name: str, content: str, said: str
) -> None:
    tracker = make_tracker()
    good = written(tmp_path, "good_usd.json", BY_INSTANT)
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError, match=said):
        import_series(tracker, [good, tmp_path / name])
    assert kept(tracker, CARD) == []


def test_a_missing_file_and_a_currency_without_rates(make_tracker: MakeTracker, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        import_series(make_tracker(), [tmp_path / "none_usd.json"])
    with pytest.raises(ConfigError, match="no exchange rate for TWD on 2026-01-01"):
        import_series(make_tracker(), [written(tmp_path, "a.json", BY_INSTANT)], currency="TWD")


def test_many_days_have_the_rates_that_one_by_one_they_have() -> None:
    days = [date(2017, 9, 1), date(2017, 9, 3), date(2022, 3, 20), date(1999, 1, 4), date(1998, 1, 1), date(2100, 1, 1)]
    assert bundled_on(days) == {day: bundled(day) for day in days}


def test_the_recorded_series(make_tracker: MakeTracker, corpus: Path) -> None:
    tracker = make_tracker()
    told = import_series(tracker, sorted((corpus / "history").glob("*.json")))
    assert len(told) == 22
    assert {one.variant for one in told if one.variant} == {
        *("rtx-4090-24gb", "rtx-5080-16gb", "rtx-a4000-16gb", "p4-8gb"),
        *("gtx-1080-ti-11gb", "gtx-1080-8gb", "gtx-1070-ti-8gb", "gtx-1070-8gb"),
    }
    undecided = [one for one in told if "undecided" in one.left_out]
    assert len(undecided) == 6, "RX 570 and RX 580 without their memory"
    with reading(tracker.engine) as conn:
        long = history(
            conn, name="rtx-4090-24gb", since=date(2022, 1, 1), today=date(2025, 9, 1), catalogue=tracker.catalogue
        )
    [drawn] = lines(long)
    assert (drawn.days[0], drawn.days[-1]) == (date(2022, 10, 17), date(2025, 8, 21))
    assert len(in_terminal(drawn)) == 14
