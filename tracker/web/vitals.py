"""Signs of life over HTTP: /healthz (the process and its database), /readyz (it does its work), /metrics."""

import shutil

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from db import vital_queries
from db.engine import reading, writing
from db.lock import file_of
from tracker.core.errors import StoreError
from tracker.gauges import registry
from tracker.pipeline import Tracker
from tracker.vitals import Vitals

LEAST_ROOM = 50_000_000
"""Free bytes on the database's disk below which it is as good as full."""


def vital_routes(tracker: Tracker, vitals: Vitals) -> list[Route]:
    """The three addresses, to join any app."""
    counted = registry(tracker, vitals)  # from now on, not from the first look

    def healthz(_request: Request) -> Response:
        return _told(_database(tracker))

    def readyz(_request: Request) -> Response:
        return _told(_database(tracker) or [*vitals.unwell(), *_cannot_write(tracker), *_no_room(tracker)])

    async def metrics(_request: Request) -> Response:
        try:
            shown = await run_in_threadpool(_shown)
        except StoreError as error:
            return Response(f"# {error}\n", 503, media_type="text/plain")
        return Response(shown, media_type=CONTENT_TYPE_LATEST)

    def _shown() -> bytes:
        return generate_latest(counted)

    return [
        Route("/healthz", healthz, methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]


def _told(wrong: list[str]) -> Response:
    if wrong:
        return JSONResponse({"status": "unwell", "why": wrong}, 503, {"Cache-Control": "no-store"})
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def _database(tracker: Tracker) -> list[str]:
    try:
        with reading(tracker.engine) as conn:
            vital_queries.answers(conn)
    except StoreError as error:
        return [str(error)]
    return []


def _cannot_write(tracker: Tracker) -> list[str]:
    """Why no write would be taken, if so; nothing is written to find out."""
    try:
        with writing(tracker.engine) as tx:
            vital_queries.answers(tx)
    except StoreError as error:
        return [str(error)]
    return []


def _no_room(tracker: Tracker) -> list[str]:
    file = file_of(tracker.engine.url.render_as_string())
    free = shutil.disk_usage(file.parent).free if file else LEAST_ROOM
    return [] if free >= LEAST_ROOM else [f"{free / 1e6:.0f} MB are free on the database's disk"]
