"""What went wrong, as one sentence: a page, or for programs `{"error": "a_word", "detail": "One sentence."}`."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tracker.core.errors import TrackerError
from tracker.web import answers


class NoSuch(TrackerError):
    """What was asked for is not there."""


class Busy(TrackerError):
    """Others are asking for so much that this must wait."""


class Problem(BaseModel):
    """A refusal: a word to count by, a sentence that explains it."""

    error: str
    detail: str


_TITLES = {
    404: "Nothing is here",
    422: "This cannot be answered",
    405: "This is only read",
    500: "Something broke",
    503: "Not now",
}


def problem(request: Request, status: int, word: str, said: str, headers: Mapping[str, str] | None = None) -> Response:
    """The refusal, in the form the address asks for."""
    if not _is_page(request):
        return JSONResponse({"error": word, "detail": said}, status, headers)
    value = {"title": _TITLES.get(status, "Refused"), "said": said}
    reply = answers.packed(request, answers.html(request, "problem", value), "text/html; charset=utf-8", status)
    reply.headers.update(headers or {})
    return reply


def _is_page(request: Request) -> bool:
    path = request.url.path
    return not path.endswith((".json", ".csv", ".atom")) and "/api/" not in path and "/static/" not in path
