"""`POST /api/ingest/SITE`: what other people's scrapers and browsers found, walked like any other listing.

A token opens it, the body is capped and held against the schema, and every refusal is one JSON object:
`{"error": "a_word", "detail": "One sentence."}`. See docs/ingest.md.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import scrapers.sites
from scrapers import decode
from scrapers.base import Source, Walk
from scrapers.crawl import Crawl
from tracker import delivery, pipeline
from tracker.assemble import stop
from tracker.config import Config
from tracker.core.errors import StoreError
from tracker.greeting import greet
from tracker.pipeline import Tracker, Visited, now_utc
from tracker.web import token
from tracker.web.received import Received, Refused, media_type, received, unusable

log = logging.getLogger("tracker")

PATH = "/api/ingest/{site}"
MAX_BYTES = 20_000_000
"""The largest body, after unpacking."""

_SITE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_PACKINGS = ("", "identity", "gzip", "deflate")
# A page in somebody's browser may send here, whichever it is on; the token decides, cookies never travel.
_OPEN = {"Access-Control-Allow-Origin": "*", "Vary": "Origin"}
_PREFLIGHT = _OPEN | {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding",
    "Access-Control-Max-Age": "600",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Everything the endpoint needs: `secret` is the token or its hash, `now` when what is sent is taken to be true."""

    tracker: Tracker
    config: Config
    secret: str
    max_bytes: int = MAX_BYTES
    guesses: token.Guesses = field(default_factory=token.Guesses)
    now: Callable[[], datetime] = now_utc


def ingest_routes(intake: Intake) -> list[Route]:
    """The endpoint, to join any app; raises ConfigError for a token that is none."""
    digest = token.kept(intake.secret)

    async def take(request: Request) -> Response:
        try:
            _admit(request, intake.guesses, digest)
            source = _source(intake.config, request.path_params["site"])
            content_type = request.headers.get("content-type", "")
            media_type(content_type)
            body = await _body(request, intake.max_bytes)
            url = request.query_params.get("url", "")
            visited = await run_in_threadpool(_keep, intake, source, body, content_type, url)
        except Refused as refusal:
            return _answer(refusal)
        deliver = BackgroundTask(_deliver, intake.tracker)
        return JSONResponse(_told(visited), headers=_OPEN, background=deliver)

    async def preflight(request: Request) -> Response:
        asks_inward = "access-control-request-private-network" in request.headers
        inward = {"Access-Control-Allow-Private-Network": "true"} if asks_inward else {}
        return Response(status_code=204, headers=_PREFLIGHT | inward)

    return [Route(PATH, take, methods=["POST"]), Route(PATH, preflight, methods=["OPTIONS"])]


def ingest_app(intake: Intake) -> Starlette:
    """The endpoint alone, as an app; every answer is JSON."""

    async def no_such(request: Request, error: Exception) -> Response:
        if getattr(error, "status_code", 404) == 405:
            told = {"error": "method_not_allowed", "detail": f"{request.method} is not answered here; POST is"}
            return JSONResponse(told, 405, {"Allow": "POST"})
        told = {"error": "not_found", "detail": "nothing is here; listings go to /api/ingest/SITE"}
        return JSONResponse(told, 404)

    return Starlette(routes=ingest_routes(intake), exception_handlers={404: no_such, 405: no_such})


def _admit(request: Request, guesses: token.Guesses, digest: str) -> None:
    """Let pass who bears the token; raises Refused. An address that guessed too often is not even compared."""
    address = request.client.host if request.client else ""
    if wait_s := guesses.wait_s(address):
        raise _Wait(wait_s)
    header = request.headers.get("authorization", "")
    if token.fits(header, digest):
        return
    if header:
        guesses.count(address)
    raise Refused(401, "unauthorized", "the header Authorization: Bearer TOKEN is missing or its token is wrong")


class _Wait(Refused):
    def __init__(self, wait_s: int) -> None:
        super().__init__(429, "too_many_wrong_tokens", f"too many wrong tokens from here: try again in {wait_s} s")
        self.wait_s = wait_s


def _source(config: Config, name: str) -> Source:
    """What is sent to: a configured source by name, with its options and under its site, or else a site by name."""
    if name in config.sources:
        planned = stop(config, name).source
        return Source(
            name=f"ingest:{name}",
            site=planned.site,
            options=planned.options,
            country=planned.country,
            postcode=planned.postcode,
            currency=planned.currency,
        )
    if not _SITE.fullmatch(name):
        raise Refused(404, "unknown_site", "a site's name is of a-z, 0-9, dots, dashes, at most 40 characters")
    return Source(
        name=f"ingest:{name}",
        site=name,
        country=config.buyer.country,
        postcode=config.buyer.postcode,
        currency=scrapers.sites.load(name).currency if name in scrapers.sites.names() else "",
    )


async def _body(request: Request, max_bytes: int) -> bytes:
    """The unpacked body; raises Refused as soon as it is seen to be too large."""
    packing = request.headers.get("content-encoding", "").strip().lower()
    if packing not in _PACKINGS:
        raise Refused(
            415, "unsupported_encoding", f"Content-Encoding {packing!r} is not read here; send it plain or gzip"
        )
    too_large = Refused(413, "too_large", f"the body is larger than {max_bytes:,} bytes")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > max_bytes:
        raise too_large
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > max_bytes:
            raise too_large
        chunks.append(chunk)
    try:
        body = decode.unpack(chunks, packing, max_bytes=max_bytes)
    except decode.Oversized as error:
        raise too_large from error
    except decode.Broken as error:
        raise unusable(f"the body cannot be unpacked: {error}") from error
    if not body.strip():
        raise unusable("the body is empty")
    return body


def _keep(intake: Intake, source: Source, body: bytes, content_type: str, url: str) -> Visited:
    """Walk what was sent as if just visited: identified, stored, weighed by the watches, in one transaction."""
    came: Received = received(body, content_type, source=source, url=url)
    at = intake.now()
    harvest = Crawl(listings=came.listings, pages=came.pages, complete=False)
    try:
        greet(intake.tracker, now=at)
        return pipeline.keep(intake.tracker, source, harvest, walk=Walk.WINDOW, every=None, started_at=at, now=at)
    except StoreError as error:
        log.exception("what was sent for %s could not be stored", source.name)
        raise Refused(503, "not_stored", "the database does not answer; nothing was stored, send it again") from error


def _deliver(tracker: Tracker) -> None:
    """Send what was owed; what cannot be sent now stays owed."""
    try:
        delivery.deliver(tracker)
    except StoreError:
        log.exception("alerts could not be delivered; they stay owed")


def _told(visited: Visited) -> dict[str, int | str]:
    counted = ("listings", "offers", "rejected", "new", "changed", "alerts")
    return {"source": visited.source} | {name: getattr(visited, name) for name in counted}


def _answer(refusal: Refused) -> Response:
    headers = dict(_OPEN)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, _Wait):
        headers["Retry-After"] = str(refusal.wait_s)
    return JSONResponse({"error": refusal.word, "detail": refusal.sentence}, refusal.status, headers)
