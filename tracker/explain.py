"""Every number of one listing or alert, with where it comes from."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from db import delivery_queries, queries, told
from db.engine import reading
from db.rows import Row, raw_of
from db.sql import LISTING
from tracker.core.errors import ConfigError, TrackerError
from tracker.core.landed import land
from tracker.core.market import CLASS_OF
from tracker.core.metrics import DEFAULTS, METRICS
from tracker.core.models import Condition
from tracker.core.rules import Change, Event, Rule, Told
from tracker.core.rules.past import NO_PAST
from tracker.core.rules.when import Look, reason
from tracker.holds import holds, local, said
from tracker.market import Compared, market, market_lines
from tracker.one_listing import NAMES, one_listing
from tracker.past import known_past
from tracker.pipeline import Tracker, now_utc
from tracker.second_thoughts import asked_by

ALERT_NAME = "alert:"
"""What stands before an alert's number, to tell it from a listing's."""

MOST_COMPARED = 12
"""Comparable offers shown, those nearest to the price."""


def explained(tracker: Tracker, name: str) -> list[str]:
    """The lines that explain a listing (by its number here, its id on the site or its address), or an alert.

    An alert is named by its key, or by its number after `alert:`; its best listing follows it.
    """
    now = now_utc()
    with reading(tracker.engine) as conn:
        alert = queries.alert(conn, name.removeprefix(ALERT_NAME), by_number=name.startswith(ALERT_NAME))
        if alert is not None and not alert["payload"].get("offers"):
            return list(alert_lines(tracker, conn, alert, now))
        if alert is None and name.startswith(ALERT_NAME):
            raise ConfigError(f"there is no alert {name!r}: `tracker alerts` shows their numbers")
        row = _listing(conn, name) if alert is None else _told_of(conn, alert)
        about = [] if alert is None else [*alert_lines(tracker, conn, alert, now), ""]
        return [*about, *_lines(tracker, conn, row, now)]


def _listing(conn: Connection, name: str) -> Row:
    return one_listing(conn, name, unknown=f"there is no listing {name!r}: {NAMES} (an alert: alert:12)")


def _told_of(conn: Connection, alert: Row) -> Row:
    """The best listing of an alert; raises TrackerError where it was forgotten since."""
    number = alert["payload"]["offers"][0]["listing_id"]
    row = queries.numbered(conn, number)
    if row is None:
        raise TrackerError(f"alert {alert['id']} was about listing {number}, which is kept no longer")
    return row


def _lines(tracker: Tracker, conn: Connection, row: Row, now: datetime) -> Iterator[str]:
    yield f"{_plain(row['title'])}\n{_plain(row['url'])}"
    seen = f"first seen {row['first_seen_at']:%Y-%m-%d %H:%M} UTC"
    yield f"listing {row['id']} of {row['site']}, {row['site_id']}, {seen}"
    yield from _reading(tracker, row)
    if row["rejected"] is None:
        yield from _bill(tracker, row)
        yield from _metrics(tracker, row)
        yield from _worth(tracker, conn, row, now)
        yield from rule_lines(tracker, conn, row, now)
    yield from _history(queries.prices_of(conn, row["id"]))


def _reading(tracker: Tracker, row: Row) -> Iterator[str]:
    verdict = tracker.identify(raw_of(row))
    verdict_said = (
        f"rejected ({row['rejected']})" if row["rejected"] else f"{row['variant'] or row['gpu']}, {row['condition']}"
    )
    yield f"\nread as: {verdict_said}: {row['reason']}"
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
        shown = f"no value: {why}" if value is None else f"{value:,.4f} {metric.unit}"
        yield f"  {metric.name:<17} {shown}"


def _worth(tracker: Tracker, conn: Connection, row: Row, now: datetime) -> Iterator[str]:
    """What the card is worth, and the offers that say so, those nearest to this price."""
    if row["variant"] is None or row["unit_usd"] is None:
        return
    condition = CLASS_OF[Condition(row["condition"])]
    country = tracker.costs.country
    for one in market(
        conn, gpu=row["variant"], condition=condition, country=country, now=now, catalogue=tracker.catalogue
    ):
        yield "\nwhat it is worth:"
        yield from (f"  {line}" for line in market_lines(one))
        mine = next((other for other in one.compared if other.row["id"] == row["id"]), None)
        yield from (f"  {sign.name}: {sign.said}" for sign in (mine.signs if mine else ()))
        others = [other for other in one.compared if other.row["id"] != row["id"]]
        near = sorted(others, key=lambda other: (abs(other.row["unit_usd"] - row["unit_usd"]), other.row["id"]))
        if near:
            yield f"compared with {len(others)} others, the nearest in price:"
        yield from (_compared(other) for other in near[:MOST_COMPARED])


def _compared(other: Compared) -> str:
    row = other.row
    stands = "on offer" if row["on_offer"] else f"until {row['at']:%Y-%m-%d}"
    apart = ", too cheap to count" if other.too_cheap else ""
    where = f"{row['condition']}, {row['country'] or 'place unknown'}, {stands}{apart}"
    return f"  {row['unit_usd']:>10,.2f} USD  {where}  {_plain(row['title'])}"


def rule_lines(tracker: Tracker, conn: Connection, row: Row, now: datetime) -> Iterator[str]:
    """What each watch that asks about it makes of it as it stands, and what became of what it said."""
    offers = list(queries.offers(conn, LISTING.c.id == row["id"], catalogue=tracker.catalogue))
    pairs = list(tracker.index.pairs([Change(event=Event.PRICE, offer=offer) for offer in offers]))
    if pairs:
        yield "\nwhat your watches say" + (":" if row["on_offer"] else " (it is no longer on offer):")
    past, known = known_past(conn, pairs, tracker.scene(now)), told.told(conn, [row["id"]])
    for watch, change in pairs:
        yield f"  {watch.name}: {' · '.join(watch.asks)}"
        for rule in watch.rules:
            last = known.get((watch.name, row["id"], rule))
            found = reason(rule, Look(watch, change, past.get(row["id"], NO_PAST), last))
            stands = found.said if found else "silent as it stands"
            when = f"; {_told(tracker, conn, (watch.name, rule), row['id'], last, now)}" if last else ""
            yield f"    {rule}: {stands}{when}"


def _told(tracker: Tracker, conn: Connection, by: tuple[str, Rule], listing_id: int, last: Told, now: datetime) -> str:
    """When a rule of a watch last spoke, and what became of it where not all of it was sent."""
    alert_id = delivery_queries.alert_about(conn, *by, listing_id, since=last.at)
    rows = [] if alert_id is None else delivery_queries.of_alerts(conn, [alert_id])
    when = f"{last.at:%Y-%m-%d %H:%M} at {last.unit_usd} USD"
    if all(row["state"] == "sent" for row in rows):
        return f"told on {when}"
    return f"raised on {when}, {', '.join(_went(tracker, conn, rows, now))}"


def _went(tracker: Tracker, conn: Connection, rows: Sequence[Row], now: datetime) -> Iterator[str]:
    """How an alert went through each of its channels."""
    for row, held in zip(rows, holds(tracker, conn, rows, now=now), strict=True):
        on = f" on {local(row['sent_at'], tracker)}" if row["sent_at"] else ""
        why = f" ({said(held, tracker)})" if held else f" ({_plain(row['error'])})" if row["error"] else ""
        yield f"{row['state']} to {row['channel']}{on}{why}"


def alert_lines(tracker: Tracker, conn: Connection, row: Row, now: datetime) -> Iterator[str]:
    """What an alert says, how it went, and every number it rests on."""
    payload = row["payload"]
    raised = f"{row['created_at']:%Y-%m-%d %H:%M} UTC"
    yield f"alert {row['id']} of {raised}: {payload['kind']}, {payload.get('occasion', '')}"
    yield f"key {row['key']}"
    if row["watch"]:
        yield f"watch {row['watch']}: {' · '.join(payload.get('rules', ()))}"
    yield from _went(tracker, conn, delivery_queries.of_alerts(conn, [row["id"]]), now)
    for offer in payload.get("offers", ()):
        yield f"\n{_plain(offer['title'])}"
        yield f"  listing {offer['listing_id']}, {offer['unit_usd']} USD each when it was raised"
        yield from (f"  {one['rule']}: {one['said']}" for one in offer.get("reasons", ()))
        yield from (f"  unverified: {doubt}" for doubt in offer.get("doubts", ()))
        yield from (f"  {sign['name']}: {sign['said']}" for sign in offer.get("signs", ()))
        if worth := offer.get("baseline"):
            yield f"  worth {worth['usd']:,.2f} USD, {worth['low']:,.2f} to {worth['high']:,.2f}: {worth['basis']}"
        elif refused := offer.get("no_baseline"):
            yield f"  worth: not enough to say: {refused}"


def _history(points: list[Row]) -> Iterator[str]:
    if points:
        yield "\nprices noted:"
    for point in points:
        shipping = "" if point["shipping"] is None else f" + {point['shipping']} shipping"
        gone = "" if point["available"] else ", could not be bought"
        yield f"  {point['at']:%Y-%m-%d %H:%M}  {point['price']} {point['currency']}{shipping}{gone}"
