"""The app: every page in its forms, the endpoint that takes what others scrape, and the guard before all of it."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
from fastapi import Depends, FastAPI, Query
from fastapi import Path as PathParam
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tracker.core.errors import ConfigError, StoreError, TrackerError
from tracker.web import answers, words
from tracker.web.access import door
from tracker.web.answers import ATOM, CSV, HTML, JSON, Form, root_of
from tracker.web.asked import Asked, Filters
from tracker.web.guard import Guard
from tracker.web.ingest import Intake, ingest_routes
from tracker.web.marking import Word, mark_routes
from tracker.web.pages.alerts import alerts_page
from tracker.web.pages.deals import deals, deals_form
from tracker.web.pages.gpu import gpu_page, price_lines
from tracker.web.pages.listing import listing_page
from tracker.web.pages.map import dots, map_page
from tracker.web.pages.plan import Wish, plan_page
from tracker.web.pages.sources import counts, sources_page
from tracker.web.pages.watches import Since, watch_page, watches_page
from tracker.web.problems import Busy, NoSuch, Problem, problem
from tracker.web.site import Site
from tracker.web.vitals import vital_routes

log = logging.getLogger("tracker")

VERSION = "1"
"""Of the JSON that is served; a change that breaks a reader raises it."""

WORKERS = 8
"""Pages that are made at once; each holds a connection to the database."""

Value = dict[str, Any]

_MEDIA = {form: form.media_type.partition(";")[0] for form in (HTML, JSON, CSV, ATOM)}

Name = Annotated[str, PathParam(max_length=80, pattern=r"^[A-Za-z0-9._-]+$", description="such as mi50-32gb")]
WatchName = Annotated[str, PathParam(max_length=80, pattern=r"^[^\x00-\x1f/]+$", description="as in tracker.toml")]
Number = Annotated[int, PathParam(ge=1, le=2**63 - 1, description="a listing's number here")]


class Currency(Asked):
    """The one thing that can be asked of a page about one thing."""

    currency: Annotated[str, Field(pattern="^([A-Za-z]{3})?$", description="show prices in this currency")] = ""


def web_app(site: Site) -> Guard:
    """Everything that is served; raises ConfigError for tokens, names or proxies that are none."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = WORKERS
        yield
        site.worths.close()

    app = FastAPI(
        title="GPU tracker",
        summary="What is on offer, what it is worth, and how the tracker knows.",
        version=VERSION,
        docs_url=None,  # both pages load scripts from elsewhere
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.site = site
    _add_pages(app, site)
    _add_ingest(app, site)
    _add_marks(app, site)
    app.router.routes.extend(vital_routes(site.tracker, site.vitals))
    _add_files(app)
    _add_problems(app)
    return Guard(app, door=door(site.config.web))


# --- pages --------------------------------------------------------------------------------------------------------


def _add_pages(app: FastAPI, site: Site) -> None:
    def deals_value(asked: Annotated[Filters, Query()]) -> Value:
        """What is on offer, ranked, with how far each offer lies from its market."""
        return deals(site, asked) | {"_": deals_form(asked)}

    def map_value(request: Request, asked: Annotated[Filters, Query()]) -> Value:
        """Each card's lowest price against its memory and bandwidth, and which nothing beats."""
        return map_page(site, asked) | {"_": {"dots": partial(dots, root=root_of(request)), "asked": asked}}

    def gpu_value(gpu: Name, asked: Annotated[Currency, Query()]) -> Value:
        """One card: its specs with sources, its prices over time, its market, what is on offer, its siblings."""
        value = gpu_page(site, gpu, asked.currency)
        return value | {"_": {"lines": price_lines(value, site.now())}}

    def listing_value(number: Number, asked: Annotated[Currency, Query()]) -> Value:
        """One listing: what each word decided, every term of its price, what that makes, its prices over time."""
        return listing_page(site, number, asked.currency)

    def plan_value(wish: Annotated[Wish, Query()]) -> Value:
        """The cheapest ways to a memory goal from what is on offer."""
        return plan_page(site, wish) | {"_": {"wish": wish}}

    def sources_value(_asked: Annotated[Asked, Query()]) -> Value:
        """How every source fares, and what its visits brought."""
        value = sources_page(site)
        return value | {"_": {"counts": counts(value)}}

    def alerts_value(_asked: Annotated[Asked, Query()]) -> Value:
        """What was said, is owed or failed, why, and how long it took."""
        return alerts_page(site)

    def watches_value(_asked: Annotated[Asked, Query()]) -> Value:
        """What every watch asks, and what it would say now."""
        return watches_page(site)

    def watch_value(watch: WatchName, asked: Annotated[Since, Query()]) -> Value:
        """One watch: all that answers it now, and what it would have said."""
        return watch_page(site, watch, asked)

    _add(app, "/watches/{watch}", "watch", watch_value)
    _add(app, "/", "deals", deals_value, forms=(HTML, JSON, CSV, ATOM), twin="/deals")
    _add(app, "/map", "map", map_value)
    _add(app, "/gpu/{gpu}", "gpu", gpu_value)
    _add(app, "/listing/{number}", "listing", listing_value)
    _add(app, "/plan", "plan", plan_value)
    _add(app, "/sources", "sources", sources_value)
    _add(app, "/alerts", "alerts", alerts_value)
    _add(app, "/watches", "watches", watches_value)


def _add(
    app: FastAPI,
    path: str,
    name: str,
    value_of: Callable[..., Value],
    *,
    forms: Sequence[Form] = (HTML, JSON, CSV),
    twin: str = "",
) -> None:
    """One page in its forms; its value is made once, whichever is asked for. `twin` is where the other forms are."""
    # The longer address first: a name may hold dots, so `mi50-32gb.json` would be one too.
    for form in sorted(forms, key=lambda form: -len(form.suffix)):
        app.add_api_route(
            (twin or path) + form.suffix if form.suffix else path,
            _shown(form, name, value_of),
            methods=["GET"],
            name=f"{name}{form.suffix}",
            operation_id=f"{name}{form.suffix.replace('.', '_')}",
            summary=(value_of.__doc__ or name).strip(),
            response_class=Response,
            responses={
                200: {"content": {_MEDIA[form]: {}}, "description": "As asked."},
                422: {"model": Problem, "description": "The address asks for something that cannot be."},
            },
        )


def _shown(form: Form, name: str, value_of: Callable[..., Value]) -> Callable[..., Response]:
    def shown(request: Request, value: Annotated[Value, Depends(value_of)]) -> Response:
        if form is HTML and (shorter := _shorter(request)):
            return shorter
        return answers.answer(request, form, name, value)

    return shown


def _shorter(request: Request) -> Response | None:
    """A form sends every field, the empty ones too: the way to the address that says only what is asked."""
    given = parse_qsl(request.url.query, keep_blank_values=True)
    kept = [(name, said) for name, said in given if said != ""]
    if kept == given:
        return None
    query = f"?{urlencode(kept)}" if kept else ""
    return RedirectResponse(f"{root_of(request)}{_path(request)}{query}", status_code=303)


def _path(request: Request) -> str:
    return str(request.scope["path"]).removeprefix(root_of(request))


# --- all else -----------------------------------------------------------------------------------------------------


def _add_ingest(app: FastAPI, site: Site) -> None:
    secret = site.config.web.ingest_token.get_secret_value()
    if not secret:
        return
    for route in ingest_routes(Intake(tracker=site.tracker, config=site.config, secret=secret)):
        is_post = "POST" in (route.methods or ())
        app.add_api_route(
            route.path,
            route.endpoint,
            methods=list(route.methods or ()),
            include_in_schema=is_post,
            name="ingest" if is_post else "ingest_preflight",
            operation_id="ingest" if is_post else None,
            summary="Take what others scrape: docs/ingest.md says how.",
            response_model=None,
            responses={status: {"model": Problem} for status in (401, 404, 413, 415, 422, 429, 503)},
            openapi_extra=_INGEST,
        )


def _add_marks(app: FastAPI, site: Site) -> None:
    if site.tracker.links is not None:
        app.router.routes.extend(mark_routes(Word(tracker=site.tracker, links=site.tracker.links)))


def _add_files(app: FastAPI) -> None:
    """The few files the pages load, under addresses that change with them."""
    kinds = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
    files = {file.name: (file.read_text(encoding="utf-8"), kinds[file.suffix]) for file in answers.STATIC.iterdir()}

    async def static(request: Request) -> Response:
        if (found := files.get(request.path_params["name"])) is None:
            raise NoSuch("there is no such file")
        reply = answers.packed(request, *found)
        reply.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return reply

    app.add_route("/static/{version}/{name}", static, methods=["GET"], include_in_schema=False)


def _add_problems(app: FastAPI) -> None:
    """Whatever goes wrong is one sentence, as a page or as JSON."""

    def unusable(request: Request, error: Exception) -> Response:
        mistakes = error.errors() if isinstance(error, RequestValidationError) else []
        return problem(request, 422, "unusable", "; ".join(_mistake(one) for one in mistakes[:5]))

    def known(request: Request, error: Exception) -> Response:
        if isinstance(error, NoSuch):
            return problem(request, 404, "not_found", str(error))
        if isinstance(error, StoreError):
            log.exception("%s could not be read", request.url.path)
            return problem(request, 503, "not_read", "the database does not answer; try again in a moment")
        if isinstance(error, Busy):
            return problem(request, 503, "busy", str(error), {"Retry-After": "5"})
        return problem(request, 422, "unusable", str(error))

    def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        word, said = _REFUSALS.get(error.status_code, ("refused", ""))
        return problem(request, error.status_code, word, said or str(error.detail), error.headers)

    def crashed(request: Request, error: Exception) -> Response:
        log.error("%s crashed", request.url.path, exc_info=error)
        return problem(request, 500, "crashed", "a fault of the tracker: its log says more")

    app.add_exception_handler(RequestValidationError, unusable)
    app.add_exception_handler(TrackerError, known)
    app.add_exception_handler(ConfigError, known)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(Exception, crashed)


_INGEST = {
    "description": "Needs `Authorization: Bearer TOKEN` with the ingest token.",
    "parameters": [
        {"name": "site", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "url", "in": "query", "required": False, "schema": {"type": "string"}},
    ],
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/html": {"schema": {"type": "string"}},
            "text/csv": {"schema": {"type": "string"}},
        },
    },
}

_REFUSALS = {
    404: ("not_found", "there is no such page"),
    405: ("method_not_allowed", "this address is only read: GET"),
    408: ("too_slow", ""),
    413: ("too_large", ""),
}


def _mistake(error: Any) -> str:
    """One thing wrong with an address, in words."""
    where = ".".join(str(part) for part in error["loc"] if part not in ("query", "path"))
    said = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        said = f"there is no such filter; known: {', '.join(Filters.model_fields)}"
    return words.plain(f"{where}: {said}" if where else said, 400)
