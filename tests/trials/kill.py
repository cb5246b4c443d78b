"""kill -9 at random moments between a page and its deliveries: every alert arrives, under one key, from one row.

Real processes on a SQLite file, a webhook receiver and a mail server that now and then refuse, or take a message and
hang up without an answer. Every process shows one more page of a market that is known beforehand; it is killed at a
random moment after it got the page, and the next one goes on in the same database sixteen minutes later, when claims
and leases have ended. Each lane is a database of its own.
"""

import json
import os
import random
import select
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from asyncio import WriteTransport
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.email import Email
from alerts.webhook import Webhook
from db.engine import open_engine
from scrapers.base import Page, Request, Scraper, Source, Walk
from tests.conftest import RATES
from tracker import delivery, pipeline
from tracker.core.gpus import catalogue
from tracker.core.identify import identifier
from tracker.core.landed import Costs
from tracker.core.models import RawListing
from tracker.core.rules import Watch
from tracker.core.wanted import Wanted
from tracker.pipeline import Tracker

KILLS = 1000
LANES = 2
NEW = 3  # listings that are new on every page; one of the page before asks less
REFUSED, HUNG_UP = 0.03, 0.03  # share of messages a receiver refuses for now, or takes without saying so
LATER = timedelta(minutes=16)  # longer than a visit's claim and a delivery's lease
BEGIN = datetime(2026, 5, 1, 12, tzinfo=UTC)
AT_REST, GOT_PAGE, COMMITTED, DONE = b"0", b"1", b"2", b"3"
WHERE = {GOT_PAGE: "in the visit's transaction or before it", COMMITTED: "among the deliveries"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One lane: how often it was killed and where, what was due, what arrived, and what is wrong."""

    kills: int
    where: Counter[str]
    pages: int
    alerts: int
    hooks: int
    mails: int
    checks: int
    faults: list[str] = field(default_factory=list)


# --- the market ---------------------------------------------------------------------------------------------------


def page_of(number: int) -> list[RawListing]:
    """What the page shows: three new listings, and one of the page before for less."""
    shown = [_listing(number, place, 500 + place) for place in range(NEW)]
    return [*shown, _listing(number - 1, 0, 440)] if number > 1 else shown


def _listing(page: int, place: int, price: int) -> RawListing:
    name = f"{page}-{place}"
    return RawListing(
        site="barn",
        site_id=name,
        title=f"RTX 3090 24GB number {name}",
        url=f"https://barn.example/{name}",
        price=str(price),
        currency="USD",
        shipping="0",
        condition="used",
        seller=f"seller {name}",
    )


def events_of(pages: int) -> set[tuple[str, float]]:
    """What there is to tell of the pages after the first: a listing at a price, each once."""
    return {(raw.site_id, float(raw.price)) for number in range(2, pages + 1) for raw in page_of(number)}


# --- a process that is killed -------------------------------------------------------------------------------------


def work(database: Path, ports: tuple[int, int], told: int, number: int) -> None:
    """Show one more page, and deliver; say by a letter how far it has come."""
    with time_machine.travel(BEGIN + number * LATER, tick=True):
        tracker = _tracker(database, ports)
        with tracker.engine.connect() as conn:
            seen = conn.exec_driver_sql("SELECT count(*) FROM visit WHERE outcome = 'ok'").scalar_one()

        def fetch(request: Request) -> Page:
            os.write(told, GOT_PAGE)
            return Page(url=request.url, text="a page", source=source)

        source = Source(name="barn", site="barn")
        scraper = Scraper(
            site="barn",
            start=lambda _: [Request(url="https://barn.example/")],
            parse=lambda _: page_of(seen + 1),
            walk=Walk.WINDOW,
        )
        pipeline.visit(tracker, scraper, source, fetch, every=timedelta(minutes=1))
        os.write(told, COMMITTED)
        delivery.deliver(tracker)
        os.write(told, DONE)


_KNOWN = catalogue()
_IDENTIFY = identifier(_KNOWN)


def _tracker(database: Path, ports: tuple[int, int]) -> Tracker:
    hook, mail = ports
    watch = Watch(name="cheap", wanted=Wanted(), metric="usd", below=Decimal(600), notify=("hook", "mail"))
    return Tracker(
        engine=open_engine(f"sqlite:///{database}"),
        catalogue=_KNOWN,
        identify=_IDENTIFY,
        rates=RATES,
        costs=Costs(),
        watches=(watch,),
        channels={
            "hook": Webhook.model_validate({"url": f"http://127.0.0.1:{hook}/hook", "secret": "s3cret"}),
            "mail": Email(host="127.0.0.1", port=mail, security="none", sender="t@x.org", to=["me@x.org"]),
        },
    )


def forked(database: Path, ports: tuple[int, int], number: int) -> tuple[int, int]:
    """A process at work, and where it says how far it has come."""
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(heard)
            work(database, ports, told, number)
            code = 0
        finally:
            os._exit(code)
    os.close(told)
    return pid, heard


def killed(database: Path, ports: tuple[int, int], number: int, after_s: float) -> bytes:
    """Kill a process so long after it got its page; how far it had come."""
    pid, heard = forked(database, ports, number)
    last = os.read(heard, 1) or AT_REST
    deadline = time.monotonic() + after_s
    while (left := deadline - time.monotonic()) > 0 and select.select([heard], [], [], left)[0]:
        said = os.read(heard, 1)
        if not said:
            break
        last = said
    os.kill(pid, signal.SIGKILL)
    last = (os.read(heard, 9) or last)[-1:]
    os.close(heard)
    os.waitpid(pid, 0)
    return last


def left_alone(database: Path, ports: tuple[int, int], number: int) -> float:
    """Let a process end by itself; how long it took from its page to its last delivery, in seconds."""
    pid, heard = forked(database, ports, number)
    os.read(heard, 1)
    began = time.monotonic()
    while os.read(heard, 1):
        pass
    os.close(heard)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError("a process that was not killed failed")
    return time.monotonic() - began


# --- those who receive --------------------------------------------------------------------------------------------


def receive(folder: Path, chance: random.Random) -> tuple[int, int]:
    """Serve a webhook receiver and a mail server in this process; their ports. What they take stands in files."""
    hooks, mails = (os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND) for name in ("hooks", "mails"))

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            said = self.rfile.read(length)
            if len(said) < length:  # its sender was killed
                return
            body, fate = json.loads(said), chance.random()
            if fate < REFUSED:
                self.send_error(503)
                return
            event = [body["kind"], body["offers"][0]["site_id"], body["offers"][0]["price"]]
            os.write(hooks, f"{json.dumps([self.headers['Idempotency-Key'], event])}\n".encode())
            if fate < REFUSED + HUNG_UP:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Mail:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
            assert isinstance(envelope.content, bytes)
            fate = chance.random()
            if fate < REFUSED:
                return "451 later"
            [line] = [one for one in envelope.content.splitlines() if one.lower().startswith(b"message-id:")]
            os.write(mails, line.split(b":", 1)[1].strip() + b"\n")
            if fate < REFUSED + HUNG_UP and isinstance(server.transport, WriteTransport):
                server.transport.abort()
            return "250 taken"

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    Thread(target=server.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    Controller(Mail(), hostname="127.0.0.1", port=port).start()
    return int(server.server_address[1]), port


def receivers(folder: Path, seed: int) -> tuple[int, tuple[int, int]]:
    """A process that receives, and its ports; it ends with the one that started it."""
    heard, told = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        ports = receive(folder, random.Random(seed))  # noqa: S311  (chance, not secrecy)
        os.write(told, json.dumps(ports).encode())
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(0)
    hook, mail = json.loads(os.read(heard, 100))
    return pid, (hook, mail)


# --- the trial ----------------------------------------------------------------------------------------------------


def lane(folder: Path, *, kills: int, seed: int) -> Outcome:
    """Kill so many processes at work on one database, let the last ones finish, and hold what came against the due."""
    chance = random.Random(seed)  # noqa: S311
    database = folder / "tracker.db"
    receiver, ports = receivers(folder, seed)
    try:
        took_s = max(left_alone(database, ports, number) for number in range(3))
        where: Counter[str] = Counter()
        faults: list[str] = []
        number = 3
        while sum(where.values()) < kills:
            last = killed(database, ports, number, chance.uniform(0, 1.2 * took_s))
            number += 1
            if last in WHERE:
                where[WHERE[last]] += 1
            faults += [f"after process {number}: {fault}" for fault in unsound(database)]
        for _ in range(200):
            left_alone(database, ports, number)
            number += 1
            if not _owed(database):
                break
        faults += [f"at the end: {fault}" for fault in unsound(database)]
    finally:
        os.kill(receiver, signal.SIGTERM)
        os.waitpid(receiver, 0)
    return judged(folder, database, where=where, checks=number - 2, faults=faults)


def unsound(database: Path) -> Iterator[str]:
    """What SQLite itself finds wrong with a database."""
    with sqlite3.connect(database) as db:
        yield from (row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok")
        yield from (f"foreign key of {row[0]}" for row in db.execute("PRAGMA foreign_key_check"))


def _owed(database: Path) -> int:
    with sqlite3.connect(database) as db:
        return int(db.execute("SELECT count(*) FROM delivery WHERE state <> 'sent'").fetchone()[0])


def judged(folder: Path, database: Path, *, where: Counter[str], checks: int, faults: list[str]) -> Outcome:
    """What arrived beside what was due."""
    with sqlite3.connect(database) as db:
        pages = int(db.execute("SELECT count(*) FROM visit WHERE outcome = 'ok'").fetchone()[0])
        rows = [(key, json.loads(payload)) for key, payload in db.execute("SELECT key, payload FROM alert")]
    told = Counter((one["offers"][0]["site_id"], one["offers"][0]["price"]) for _, one in rows if one["kind"] == "deal")
    due = events_of(pages)
    keys = {key for key, _ in rows}
    hooks = [json.loads(line) for line in (folder / "hooks").read_text().splitlines()]
    mails = (folder / "mails").read_text().splitlines()
    by_event: dict[str, set[str]] = {}
    for key, event in hooks:
        by_event.setdefault(json.dumps(event), set()).add(key)
    faults += [f"{event} has {count} alert rows" for event, count in told.items() if count > 1]
    faults += [f"{event} has no alert row" for event in due - told.keys()]
    faults += [f"{event} was never due" for event in told.keys() - due]
    faults += [f"alert {key} never came by webhook" for key in keys - {key for key, _ in hooks}]
    faults += [f"alert {key} never came by mail" for key in keys - {_key(line) for line in mails}]
    came = {key for key, _ in hooks} | {_key(line) for line in mails}
    faults += [f"an unknown key came: {key}" for key in came - keys]
    faults += [f"{event} came under {len(known)} keys" for event, known in by_event.items() if len(known) > 1]
    faults += [f"{count} alerts are still owed" for count in [_owed(database)] if count]
    return Outcome(
        kills=sum(where.values()),
        where=where,
        pages=pages,
        alerts=len(rows),
        hooks=len(hooks),
        mails=len(mails),
        checks=checks,
        faults=faults,
    )


def _key(message_id: str) -> str:
    return message_id.strip("<>").partition("@")[0]


def run(*, kills: int, lanes: int, seed: int) -> list[Outcome]:
    """The trial in lanes side by side, each a process of its own."""
    started: list[tuple[int, Path]] = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(lanes):
            folder = Path(name) / str(number)
            folder.mkdir()
            pid = os.fork()
            if pid == 0:
                code = 1
                try:
                    share = kills // lanes + (number < kills % lanes)
                    outcome = lane(folder, kills=share, seed=seed + number)
                    parts = {name: getattr(outcome, name) for name in Outcome.__slots__}
                    (folder / "outcome").write_text(json.dumps(parts))
                    code = 0
                finally:
                    os._exit(code)
            started.append((pid, folder))
        outcomes = []
        for pid, folder in started:
            _, status = os.waitpid(pid, 0)
            if status:
                raise RuntimeError("a lane of the trial failed")
            parts = json.loads((folder / "outcome").read_text())
            outcomes.append(Outcome(**{**parts, "where": Counter(parts["where"])}))
    return outcomes


def main() -> int:
    """Print what was killed, due and received; 1 where anything was lost, doubled or broken."""
    kills = int(os.environ.get("TRIAL_KILLS", KILLS))
    began = time.monotonic()
    outcomes = run(kills=kills, lanes=LANES, seed=20260501)
    where = sum((one.where for one in outcomes), Counter())
    alerts, hooks, mails = (sum(getattr(one, name) for one in outcomes) for name in ("alerts", "hooks", "mails"))
    print(f"{sum(where.values())} processes killed in {time.monotonic() - began:.0f} s:", end=" ")
    print("; ".join(f"{count} {said}" for said, count in where.most_common()))
    print(f"{sum(one.pages for one in outcomes)} pages were stored; {alerts} alerts were due, each has one row")
    print(f"webhook: {alerts} keys in {hooks} posts, {hooks - alerts} of them repeats under a known key")
    print(f"mail: {alerts} Message-IDs in {mails} mails, {mails - alerts} of them repeats under a known one")
    print(f"{sum(one.checks for one in outcomes)} checks of integrity and foreign keys")
    faults = [fault for one in outcomes for fault in one.faults]
    for fault in faults[:50]:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
