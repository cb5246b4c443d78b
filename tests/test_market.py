"""The market as read from the database: who counts, what is flagged, how long offers stood, and how it is told."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update

from db import queries, sources, sql, store
from db.engine import reading, writing
from db.references import keep_references
from tests.conftest import NOON, offer
from tests.db.test_store import see
from tracker.core.lifecycle import End
from tracker.core.market import Baseline, Basis, Refusal
from tracker.core.models import Condition, ConditionClass, Offer
from tracker.core.waiting import Chance
from tracker.market import (
    Market,
    comparable_columns,
    comparable_rows,
    judged,
    market,
    market_lines,
    market_rows,
)
from tracker.output import Format, emit
from tracker.pipeline import Tracker

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = "rtx-3090-24gb"
MakeTracker = Callable[..., Tracker]


def here(site_id: str, price: str, **fields: Any) -> Offer:
    """An offer in the buyer's own country."""
    return offer(site_id, price, **{"country": "US", **fields})


FIVE = [here(str(price), str(price), seller=f"s{price}") for price in (700, 720, 740, 760, 780)]


def visit(
    tracker: Tracker,
    offers: Sequence[Offer],
    *,
    at: datetime = NOON,
    source: str = "barn-us",
    missed_since: datetime | None = None,
) -> None:
    """One visit, written down as such."""
    see(tracker, offers, at=at, source=source, missed_since=missed_since)
    noted = {"mode": "full", "started_at": at, "ended_at": at, "outcome": "ok", "message": ""}
    counts = dict.fromkeys(("pages", "listings", "offers", "rejected", "new", "changed", "ended"), 0)
    with writing(tracker.engine) as tx:
        source_id = sources.know_source(tx, source, "barn")
        sources.close_visit(tx, source_id, visit={**noted, **counts}, source={"state": "ok"})


def look(tracker: Tracker, *, now: datetime = NOON, **asked: Any) -> list[Market]:
    with reading(tracker.engine) as conn:
        return market(conn, gpu=CARD, country="US", now=now, catalogue=tracker.catalogue, **asked)


def used(tracker: Tracker, **asked: Any) -> Market:
    [found] = look(tracker, condition=ConditionClass.USED, **asked)
    return found


def worth(found: Market) -> Baseline:
    assert isinstance(found.worth, Baseline), found.worth
    return found.worth


def test_a_baseline_with_what_it_is_compared_with(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    found = used(tracker)
    assert worth(found).usd == 740
    assert worth(found).basis is Basis.HOME
    assert [float(one.row["unit_usd"]) for one in found.compared] == [700, 720, 740, 760, 780]
    assert found.best is not None
    assert found.best.row["unit_usd"] == 700


COUNTED = [
    ("one seller with many listings", [here(f"x{n}", "300", seller="s700") for n in range(9)], 5),
    ("another seller", [here("x", "750", seller="pat")], 6),
    ("without a seller, the same title is the same card", [here(f"x{n}", "750") for n in range(3)], 6),
    ("without a seller, another title", [here("x", "750", title="3090"), here("y", "750", title="RTX3090")], 7),
    ("a lot is per card", [here("x", "3000", seller="pat", quantity=4)], 6),
    ("an auction's bid is no price", [replace(here("x", "750", seller="pat"), auction=True)], 5),
    ("no rate", [here("x", "750", seller="pat", currency="TWD")], 5),
    ("too cheap", [here("x", "30", seller="pat")], 5),
    ("sold out is gone, and counts", [here("x", "750", seller="pat", available=False)], 6),
    ("another condition", [here("x", "750", seller="pat", variant=None)], 5),
]


@pytest.mark.parametrize(("added", "n"), [row[1:] for row in COUNTED], ids=[row[0] for row in COUNTED])
def test_who_counts(make_tracker: MakeTracker, added: list[Offer], n: int) -> None:
    tracker = make_tracker()
    visit(tracker, [*FIVE, *added])
    assert worth(used(tracker)).n == n


def test_a_shop_is_one_seller(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    many = [here(f"x{n}", "750", title=f"RTX 3090 number {n}", url=f"https://shop.example/{n}") for n in range(6)]
    shop = [replace(one, raw=replace(one.raw, site="shopify")) for one in many]
    see(tracker, FIVE, at=NOON)
    with writing(tracker.engine) as tx:
        source_id = sources.know_source(tx, "shop", "shopify")
        store.record(
            tx,
            shop,
            source="shop",
            source_id=source_id,
            missed_since=None,
            bill=tracker.bill,
            catalogue=tracker.catalogue,
            now=NOON,
        )
    assert worth(used(tracker)).n == 6
    assert worth(used(tracker)).listings == 11


def test_a_source_under_review_moves_no_baseline(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    visit(tracker, [here(f"x{n}", "500", seller=f"x{n}") for n in range(9)], source="barn-2")
    before = worth(used(tracker))
    with writing(tracker.engine) as tx:
        tx.execute(update(sql.SOURCE).where(sql.SOURCE.c.name == "barn-2").values(state="suspicious"))
    assert worth(used(tracker)) == before, "what is not believed was never stored"


ENDS = [
    ("vanished soon", 3, {}, 5),
    ("vanished late", 30, {}, 0),
    ("grew old", 3, {"how": End.AGED}, 0),
    ("asked for one by one", 30, {"how": End.PROBED}, 5),
]


@pytest.mark.parametrize(("days", "how", "sales"), [row[1:] for row in ENDS], ids=[row[0] for row in ENDS])
def test_only_what_was_sold_as_far_as_can_be_told_weighs_as_a_sale(
    make_tracker: MakeTracker, days: int, how: dict[str, Any], sales: int
) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    at = NOON + days * DAY
    with writing(tracker.engine) as tx:
        source_id = sources.know_source(tx, "barn-us", "barn")
        nothing: dict[str, Any] = {
            "source": "barn-us",
            "source_id": source_id,
            "bill": tracker.bill,
            "catalogue": tracker.catalogue,
        }
        assert store.record(tx, [], missed_since=NOON + HOUR, now=at, **nothing, **how).ended == 5
    assert worth(used(tracker, now=at)).ended == sales


def test_what_a_site_calls_sold_out_weighs_as_a_sale(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    visit(tracker, [replace(one, available=False) for one in FIVE], at=NOON + 60 * DAY)
    assert worth(used(tracker, now=NOON + 60 * DAY)).ended == 5


def test_what_ended_is_compared_with_for_ninety_days(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    visit(tracker, [], at=NOON + DAY, missed_since=NOON + HOUR)
    found = used(tracker, now=NOON + 2 * DAY)
    assert (worth(found).n, worth(found).ended) == (5, 5)
    assert found.best is None
    assert isinstance(used(tracker, now=NOON + 92 * DAY).worth, Refusal)


def test_what_is_too_cheap_is_kept_flagged_and_moves_nothing(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    scam = here("x", "150", seller="newbie", feedback_count="0", description="Stock photo. Zelle only!")
    visit(tracker, FIVE)
    before = used(tracker)
    visit(tracker, [scam])
    found = used(tracker)
    assert found.worth == before.worth
    cheapest = found.compared[0]
    assert cheapest.too_cheap
    assert [sign.name for sign in cheapest.signs] == ["too_cheap", "new_seller", "stock_photo", "off_site_payment"]
    assert cheapest.ratio == Decimal(150) / 740
    assert found.best is not None
    assert found.best.row["unit_usd"] == 700
    [row] = market_rows([found])
    assert (row["too_cheap"], row["best_usd"]) == (1, 700)


def test_the_risks_of_any_offers(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, [*FIVE, here("x", "150", seller="pat"), here("y", "10", variant=None)])
    with reading(tracker.engine) as conn:
        offers = list(queries.offers(conn, sql.LISTING.c.on_offer, catalogue=tracker.catalogue))
        found = judged(conn, offers, country="US", now=NOON)
    assert len(offers) == 7
    assert len(found) == 6, "nothing is said of the undecided one"
    flagged = [name for _, signs in found.values() for name in (sign.name for sign in signs) if name == "too_cheap"]
    assert flagged == ["too_cheap"]
    assert {worth.usd for worth, _ in found.values() if isinstance(worth, Baseline)} == {740}


def test_a_reference_price_is_the_last_step(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    row = {"variant": CARD, "condition": "used", "source": "somebody", "currency": "USD"}
    with writing(tracker.engine) as tx:
        keep_references(
            tx,
            [
                {**row, "day": day, "price": Decimal(cents) / 100, "usd_cents": cents}
                for day, cents in (
                    ("2025-11-01", 90000),
                    ("2026-01-20", 80000),
                    ("2026-01-31", 82000),
                    ("2027-01-01", 1),
                )
            ],
        )
    found = worth(used(tracker))
    assert found.usd == 810, "the median of the last month, and nothing from the future"
    assert found.label == "reference price of 2026-01-31 (somebody)"
    assert isinstance(look(tracker, condition=ConditionClass.NEW)[0].worth, Refusal), "it is one of used cards"
    assert [one.condition for one in look(tracker)] == ["used"], "it is told though no listing was ever seen"
    assert isinstance(used(tracker, now=NOON + 400 * DAY).worth, Baseline), "until 2027 the other row is next"


def test_how_often_and_how_long(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    dear = FIVE[1:]
    for round_ in range(4):  # every ten days somebody offers one at 650 and has sold it two days later
        start = NOON + (10 * round_ + 5) * DAY
        visit(tracker, [*dear, here(f"deal {round_}", "650", seller=f"deal {round_}")], at=start)
        visit(tracker, dear, at=start + 2 * DAY, missed_since=start + HOUR)
    found = used(tracker, now=NOON + 40 * DAY, at_most_usd=Decimal(650))
    odds = found.chance
    assert isinstance(odds, Chance)
    assert (odds.appeared, odds.standing, odds.lasted, odds.watched) == (4, 0, 2 * DAY, 40 * DAY)
    lines = "\n".join(market_lines(found))
    assert "at 650.00 USD or below: 4 came in 40 days, one every 10.0 days; half were gone after 2.0 days" in lines
    assert "so: wait, if you can" in lines


def test_what_was_there_when_a_source_was_new_did_not_appear(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    visit(tracker, [here("z", "600", seller="z")], at=NOON + 5 * DAY, source="barn-2")
    odds = used(tracker, now=NOON + 10 * DAY, at_most_usd=Decimal(700)).chance
    assert isinstance(odds, Chance)
    assert (odds.appeared, odds.standing) == (0, 2)
    visit(tracker, [here("z", "590", seller="z")], at=NOON + 11 * DAY, source="barn-2")
    odds = used(tracker, now=NOON + 12 * DAY, at_most_usd=Decimal(590)).chance
    assert isinstance(odds, Chance)
    assert (odds.appeared, odds.standing) == (1, 1), "a price that falls to it does"


def test_a_slip_of_the_keyboard_is_no_chance_missed(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    visit(tracker, [here("780", "7.80", seller="s780")], at=NOON + 2 * DAY)
    visit(tracker, [here("780", "780", seller="s780")], at=NOON + 3 * DAY)
    odds = used(tracker, now=NOON + 10 * DAY, at_most_usd=Decimal(600)).chance
    assert isinstance(odds, Chance)
    assert odds.appeared == 0


def test_every_class_with_listings_has_a_market(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    new = [
        replace(one, verdict=replace(one.verdict, condition=Condition.NEW)) for one in [here("n", "1500", seller="n")]
    ]
    visit(tracker, [*FIVE, *new])
    assert [found.condition for found in look(tracker)] == ["new", "used"]
    assert look(tracker, condition=ConditionClass.UNKNOWN)[0].compared == ()


def test_it_is_told_to_people_and_to_programs(make_tracker: MakeTracker, capsys: pytest.CaptureFixture[str]) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE)
    found = look(tracker)
    rows = market_rows(found)
    assert json.loads(json.dumps(rows)) == rows
    [used_row] = rows
    assert used_row["usd"] == 740
    assert used_row["refused"] is None
    assert used_row["advice"] == "too early to say: watched for less than a day"
    listed = comparable_rows(found[0])
    assert json.loads(json.dumps(listed)) == listed
    emit(listed, Format.TABLE, people=[comparable_columns(row) for row in listed])
    assert "103%" in capsys.readouterr().out
    assert market_lines(found[0])[:3] == [
        "rtx-3090-24gb used: 740 USD (700–780 in nine of ten cases, most ask 700–780)",
        "  same condition, your region: 5 sellers, 5 listings, 0 of them ended",
        "  best now: 700.00 USD, 95% of that  https://barn.example/700",
    ]


def test_a_refusal_is_told(make_tracker: MakeTracker) -> None:
    tracker = make_tracker()
    visit(tracker, FIVE[:2])
    found = used(tracker)
    assert market_lines(found)[:2] == [
        "rtx-3090-24gb used: not enough to say what it is worth",
        "  used, US: 2 sellers, 5 are needed",
    ]
    [row] = market_rows([found])
    assert row["usd"] is None
    assert "no reference price" in row["refused"]
    assert row["best_ratio"] is None
