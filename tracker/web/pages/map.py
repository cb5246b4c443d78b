"""The map: what each card's cheapest believable offer asks, against memory and bandwidth, and which nothing beats."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from db import page_queries
from db.engine import reading
from tracker import report
from tracker.columns import shown_in
from tracker.market import judged
from tracker.web.asked import Filters
from tracker.web.charts import Dot
from tracker.web.pages.deals import row_of
from tracker.web.site import Site
from tracker.web.words import money, number

Value = dict[str, Any]

AXES = ("vram_gb", "bandwidth_gb_s")


def map_page(site: Site, asked: Filters) -> Value:
    """Every wanted card on offer at its lowest price; `front` names the amounts in which no cheaper card has as much.

    What is too cheap to be believed takes no place on a front; `doubted` says so.
    """
    tracker, now = site.tracker, site.now()
    shown = shown_in(asked.currency or tracker.currency, tracker.rates.usd_per_unit)
    with reading(tracker.engine) as conn:
        for glob in asked.gpu:
            report.ensure_known(glob, tracker.catalogue)
        found = report.by_gpu(
            conn,
            metric=asked.metric,
            wanted=asked.wanted(now),
            basis=tracker.use,
            catalogue=tracker.catalogue,
            now=now,
        )
        rows = [_with_bandwidth(row_of(row, asked.metric, shown, tracker.catalogue), site) for row in found]
        doubted = _doubted(conn, site, rows)
    fronts = {axis: front(rows, axis, doubted) for axis in AXES}
    return {
        "currency": shown.currency,
        "per_usd": shown.per_usd,
        "asked": asked.asked,
        "cards": [
            {
                **row,
                "front": " ".join(axis for axis in AXES if row["variant"] in fronts[axis]),
                "doubted": doubted.get(row["listing_id"], ""),
            }
            for row in rows
        ],
    }


def _with_bandwidth(row: Value, site: Site) -> Value:
    return {**row, "bandwidth_gb_s": site.tracker.catalogue.by_id[row["variant"]].board_bandwidth_gb_s}


def _doubted(conn: Connection, site: Site, rows: Sequence[Value]) -> dict[int, str]:
    """The listings that would stand on a front and are too cheap to be believed, each with why."""
    doubted: dict[int, str] = {}
    while True:
        best = {name for axis in AXES for name in front(rows, axis, doubted)}
        listings = [row["listing_id"] for row in rows if row["variant"] in best]
        offers = page_queries.offers(conn, listings, catalogue=site.tracker.catalogue)
        country = site.tracker.costs.country
        told = judged(conn, offers, country=country, now=site.now(), worths_of=site.worths.of)
        worse = {number: sign.said for number, (_, signs) in told.items() for sign in signs if sign.name == "too_cheap"}
        if not worse:
            return doubted
        doubted |= worse


def front(rows: Sequence[Mapping[str, Any]], axis: str, doubted: Collection[int] = ()) -> list[str]:
    """The variants of which no cheaper one has as much of an amount, cheapest first."""
    best: list[str] = []
    most = 0.0
    known = [row for row in rows if row[axis] and row["listing_id"] not in doubted]
    for row in sorted(known, key=lambda row: (row["min_usd"], -row[axis])):
        if row[axis] > most:
            best.append(row["variant"])
            most = row[axis]
    return best


def _form(row: Mapping[str, Any]) -> str:
    """How a card that fits no ordinary slot is told from one that does."""
    return "" if row["form"] in (None, "pcie") else f" {row['form'].upper()}"


def dots(value: Value, axis: str, root: str) -> list[Dot]:
    """The cards as dots: price across, an amount up."""
    unit = {"vram_gb": "GB", "bandwidth_gb_s": "GB/s"}[axis]
    return [
        Dot(
            x=row["min_usd"] * value["per_usd"],
            y=row[axis],
            name=f"{row['name'].removeprefix('GeForce ')} {number(row['vram_gb'])} GB{_form(row)}",
            said=f"{row['name']} {number(row['vram_gb'])} GB: {money(row['min_usd'] * value['per_usd'])} "
            f"{value['currency']}, {number(row[axis])} {unit}"
            + (", too cheap to be believed" if row["doubted"] else ""),
            href=f"{root}/gpu/{row['variant']}",
            kind="doubted" if row["doubted"] else "changed" if row["status"] != "official" else "stock",
            front=axis in row["front"].split(),
        )
        for row in value["cards"]
        if row[axis] and row["min_usd"]
    ]
