"""A page's value as an answer: HTML, JSON, CSV or Atom, each with an ETag, gzipped where that is understood."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from io import StringIO
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import Response

from tracker.columns import Shown
from tracker.core.errors import ConfigError
from tracker.output import Format, emit
from tracker.web import charts, words

Value = Mapping[str, Any]

STATIC = Path(__file__).parent / "static"

WORTH_PACKING = 1000
"""Bytes from which on a body is packed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to show a value: the end of its address, its media type, and how it is written."""

    suffix: str
    media_type: str
    write: "Callable[[Request, str, Value], str]"


def root_of(request: Request) -> str:
    """The prefix under which a proxy shows us; "" for none."""
    return str(request.scope.get("root_path", ""))


@cache
def environment() -> Environment:
    """The templates; everything in them is escaped."""
    made = Environment(
        loader=PackageLoader("tracker.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(words.FILTERS)
    made.globals.update({"charts": charts, "static": static_version()})
    return made


@cache
def static_version() -> str:
    """A digest of the static files: a new one is another address, so that they can be kept for long."""
    seen = blake2b(digest_size=6)
    for file in sorted(STATIC.iterdir()):
        seen.update(file.read_bytes())
    return seen.hexdigest()


def html(request: Request, name: str, value: Value) -> str:
    """The page as its template shows it."""
    now = request.app.state.site.now()
    shown = Shown(currency=value.get("currency", "USD"), per_usd=value.get("per_usd", 1.0))
    context = {"page": name, "value": value, "shown": shown, "now": now, "root": root_of(request)}
    context["query"] = f"?{request.url.query}" if request.url.query else ""
    return environment().get_template(f"{name}.html").render({**context, **value.get("_", {})})


def as_json(_request: Request, _name: str, value: Value) -> str:
    """The value itself."""
    return json.dumps(_public(value), ensure_ascii=False, default=str, separators=(",", ":")) + "\n"


def as_csv(request: Request, _name: str, value: Value) -> str:
    """One table of the value: `?table=` names it, without it the first."""
    tables = {name: rows for name, rows in _public(value).items() if _is_table(rows)}
    name = request.query_params.get("table") or next(iter(tables), "")
    if name not in tables:
        raise ConfigError(f"no table {words.plain(name, 40)!r} here; there are: {', '.join(tables)}")
    out = StringIO()
    emit(tables.get(name, []), Format.CSV, out=out)
    return out.getvalue()


def as_atom(request: Request, _name: str, value: Value) -> str:
    """The offers as a feed: a new price is a new entry."""
    base = f"{request.url.scheme}://{request.url.netloc}{root_of(request)}"
    shown = Shown(currency=value["currency"], per_usd=value["per_usd"])
    newest = max((row["first_seen_at"] for row in value["rows"] if "first_seen_at" in row), default=NEVER)
    context = {"value": value, "base": base, "shown": shown, "newest": newest, "query": request.url.query}
    return environment().get_template("deals.atom").render(context)


NEVER = "1970-01-01T00:00:00+00:00"


def _public(value: Value) -> dict[str, Any]:
    """The value without what only templates need."""
    return {name: said for name, said in value.items() if name != "_"}


def _is_table(rows: object) -> bool:
    return isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)


HTML = Form(suffix="", media_type="text/html; charset=utf-8", write=html)
JSON = Form(suffix=".json", media_type="application/json", write=as_json)
CSV = Form(suffix=".csv", media_type="text/csv; charset=utf-8", write=as_csv)

ATOM = Form(suffix=".atom", media_type="application/atom+xml; charset=utf-8", write=as_atom)


def answer(request: Request, form: Form, name: str, value: Value) -> Response:
    """The whole answer: 304 where the reader has it already."""
    return packed(request, form.write(request, name, value), form.media_type)


def packed(request: Request, text: str, media_type: str, status: int = 200) -> Response:
    """A text as an answer, with its ETag."""
    body = text.encode("utf-8", "replace")
    etag = f'W/"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Accept-Encoding"}
    if status == 200 and etag in _held(request):
        return Response(status_code=304, headers=headers)
    if len(body) >= WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, compresslevel=5, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, status, headers, media_type)


def _held(request: Request) -> set[str]:
    """The answers a reader says it holds, as weak tags."""
    said = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in said if tag}
