"""`/mark/TOKEN`: a word on a listing by the link in a message. Opening it changes nothing; only its buttons do.

Mail servers and phones open links to look at them, so a GET shows what would be said, and a POST says it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from db import marks, queries
from db.engine import reading
from db.rows import Row
from tracker import marking
from tracker.core.errors import StoreError, TrackerError
from tracker.core.links import WORDS, BadLink, Links
from tracker.core.marks import MEANS, MarkKind
from tracker.pipeline import Tracker, now_utc
from tracker.web import answers, token
from tracker.web.problems import problem

log = logging.getLogger("tracker")

PATH = "/mark/{token}"
MAX_BODY = 1000
BLOCK, UNDO = "block", "undo"

_TELL = {
    "dismiss": ("Dismiss it", MEANS[MarkKind.DISMISS]),
    "wrong": ("It is read wrongly", "it leaves alerts, reports and baselines, to be learnt from"),
    "bought": ("I bought it", MEANS[MarkKind.BOUGHT]),
    "scam": ("It is a scam", MEANS[MarkKind.SCAM]),
    BLOCK: ("Block the seller", "everything the seller offers leaves alerts, reports and baselines"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Everything the endpoint needs."""

    tracker: Tracker
    links: Links
    guesses: token.Guesses = field(default_factory=token.Guesses)
    now: Callable[[], datetime] = now_utc


def mark_routes(word: Word) -> list[Route]:
    """The endpoint, to join an app that has the site in its state."""

    async def ask(request: Request) -> Response:
        return await run_in_threadpool(_answer, word, request, "")

    async def say(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BODY:
                return problem(request, 413, "too_large", "a word is shorter than that")
        said = parse_qs(body.decode("utf-8", "replace")).get("do", [""])[0]
        return await run_in_threadpool(_answer, word, request, said or "nothing")

    return [Route(PATH, ask, methods=["GET"]), Route(PATH, say, methods=["POST"])]


def _answer(word: Word, request: Request, said: str) -> Response:
    """The page; `said` is what a POST says, "" for a GET."""
    address = request.client.host if request.client else ""
    if wait_s := word.guesses.wait_s(address):
        return problem(request, 429, "too_many_wrong_links", f"try again in {wait_s} s", {"Retry-After": str(wait_s)})
    try:
        listing_id = word.links.listing_of(request.path_params["token"], now=word.now())
    except BadLink as error:
        word.guesses.count(address)
        return problem(request, 403, "bad_link", str(error))
    try:
        with reading(word.tracker.engine) as conn:
            listing = queries.numbered(conn, listing_id)
        if listing is None:
            return problem(request, 422, "unusable", f"listing {listing_id} is kept no longer")
        done = _said(word.tracker, listing, said) if said else ""
        with reading(word.tracker.engine) as conn:
            stands = marks.of_listing(conn, listing["id"])
    except StoreError:
        log.exception("a word on listing %d could not be kept", listing_id)
        return problem(request, 503, "not_stored", "the database does not answer; try again in a moment")
    except TrackerError as error:
        return problem(request, 422, "unusable", str(error))
    value = {
        "title": listing["title"],
        "url": listing["url"],
        "seller": listing["seller"],
        "stands": stands,
        "done": done,
        "choices": _choices(request.query_params.get("do", ""), listing),
    }
    reply = answers.packed(request, answers.html(request, "mark", value), "text/html; charset=utf-8")
    reply.headers.update({"Cache-Control": "no-store", "X-Robots-Tag": "noindex"})
    return reply


def _choices(asked: str, listing: Row) -> list[tuple[str, str, str]]:
    """The buttons, each with its word, its label and what follows; the one that was tapped first."""
    known = [one for one in WORDS if one != BLOCK or listing["seller"]]
    return [(one, *_TELL[one]) for one in sorted(known, key=lambda one: one != asked)]


def _said(tracker: Tracker, listing: Row, said: str) -> str:
    """Do what was said; what to tell of it."""
    name = str(listing["id"])
    if said == BLOCK:
        marking.block(tracker, listing["seller"], listing["site"])
        return f"{listing['seller']} is blocked on {listing['site']}."
    if said == UNDO:
        return _undone(tracker, listing)
    if said not in {kind.value for kind in MarkKind}:
        raise TrackerError(f"say one of {', '.join(WORDS)}")
    marking.mark(tracker, name, MarkKind(said))
    return f"Noted: {MEANS[MarkKind(said)]}."


def _undone(tracker: Tracker, listing: Row) -> str:
    with reading(tracker.engine) as conn:
        stands = marks.of_listing(conn, listing["id"])
    if stands == marks.BLOCK:
        marking.unblock(tracker, listing["seller"], listing["site"])
        return f"{listing['seller']} is no longer blocked."
    marking.unmark(tracker, str(listing["id"]))
    return "Taken back."
