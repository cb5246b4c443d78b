"""Every number of one listing, with where it comes from."""

from collections.abc import Iterator
from decimal import Decimal

from db import queries
from db.engine import reading
from db.rows import Row, raw_of
from tracker.core.errors import TrackerError
from tracker.core.landed import land
from tracker.core.metrics import DEFAULTS, METRICS
from tracker.pipeline import Tracker
from tracker.second_thoughts import asked_by


def explained(tracker: Tracker, listing: str) -> list[str]:
    """The lines that explain a listing, named by its number here, its id on the site or its address."""
    with reading(tracker.engine) as conn:
        rows = queries.named(conn, listing)
        points = queries.prices_of(conn, rows[0]["id"]) if len(rows) == 1 else []
    if not rows:
        raise TrackerError(f"there is no listing {listing!r}: give its number, its id on the site, or its address")
    if len(rows) > 1:
        found = ", ".join(f"{row['id']} ({row['site']})" for row in rows)
        raise TrackerError(f"{listing!r} is more than one listing; give a number: {found}")
    return list(_lines(tracker, rows[0], points))


def _lines(tracker: Tracker, row: Row, points: list[Row]) -> Iterator[str]:
    yield f"{_plain(row['title'])}\n{_plain(row['url'])}"
    seen = f"first seen {row['first_seen_at']:%Y-%m-%d %H:%M} UTC"
    yield f"listing {row['id']} of {row['site']}, {row['site_id']}, {seen}"
    yield from _reading(tracker, row)
    if row["rejected"] is None:
        yield from _bill(tracker, row)
        yield from _metrics(tracker, row)
    yield from _history(points)


def _reading(tracker: Tracker, row: Row) -> Iterator[str]:
    verdict = tracker.identify(raw_of(row))
    said = f"rejected ({row['rejected']})" if row["rejected"] else f"{row['variant'] or row['gpu']}, {row['condition']}"
    yield f"\nread as: {said}: {row['reason']}"
    yield from (f"  “{word}” {decided}" for word, decided in verdict.words)
    if spec := tracker.catalogue.by_id.get(row["variant"] or ""):
        board = spec.board_bandwidth_gb_s
        yield f"  spec: {spec.id}, {spec.vram_gb:g} GB" + (f", {board:g} GB/s" if board else "")
        yield f"  according to {'; '.join(spec.sources)} (confidence {spec.confidence}, verified {spec.verified})"


def _bill(tracker: Tracker, row: Row) -> Iterator[str]:
    wanted = asked_by(row, tracker.catalogue)
    landed = land(wanted, tracker.rates, tracker.costs)
    if landed.landed_usd is None or landed.unit_usd is None:
        yield f"\n{wanted.price.amount} {wanted.price.currency}: there is no exchange rate for {wanted.price.currency}"
        return
    yield f"\nwhat it costs (rates of {tracker.rates.day}):"
    yield from (_line(term.name, term.usd, term.note) for term in landed.terms)
    if row["shipping"] is None and not landed.estimated:
        yield "  shipping          not stated, not included"
    yield _line("landed", landed.landed_usd, "for the listing")
    if row["quantity"] > 1:
        yield _line("per card", landed.landed_usd / row["quantity"], f"{row['quantity']} cards")
    yield from (_line(term.name, term.usd, term.note) for term in landed.addons)
    yield _line("ready to use", landed.unit_usd, "per card: what everything is ranked by")


def _plain(text: str) -> str:
    """The text without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _line(name: str, usd: Decimal, note: str) -> str:
    return f"  {name:<17} {usd:>10,.2f} USD  {note}"


def _metrics(tracker: Tracker, row: Row) -> Iterator[str]:
    spec = tracker.catalogue.by_id.get(row["variant"] or "")
    if row["unit_usd"] is None:
        return
    yield "\nwhat that makes:"
    for metric in METRICS.values():
        value = metric.formula(row["unit_usd"], spec, DEFAULTS)
        why = "a figure of the card is unknown, or it does not apply" if spec else "the variant is undecided"
        said = f"no value: {why}" if value is None else f"{value:,.4f} {metric.unit}"
        yield f"  {metric.name:<17} {said}"


def _history(points: list[Row]) -> Iterator[str]:
    if points:
        yield "\nprices noted:"
    for point in points:
        shipping = "" if point["shipping"] is None else f" + {point['shipping']} shipping"
        gone = "" if point["available"] else ", could not be bought"
        yield f"  {point['at']:%Y-%m-%d %H:%M}  {point['price']} {point['currency']}{shipping}{gone}"
