"""What stands before every request: whose name was called, who asks, how much and how long they may send.

Plain ASGI: nothing here looks at a body. Writes guard themselves, each with a token of its own.
"""

import asyncio
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracker.web import token
from tracker.web.access import Door, bearer

SECURITY: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

WRITES = ("/api/ingest/", "/api/mark", "/mark")
"""Addresses that ask for a token of their own."""

SIGNS_OF_LIFE = ("/healthz", "/readyz")
"""Addresses that say nothing but whether we are well."""

STATIC = "/static/"
"""What every page loads: no secret, and a link in a mail must not ask for a token to look right."""

MAX_BODY = 64_000
"""Bytes of a body that comes where none is read; the endpoint that takes bodies has its own limit."""

BODY_S = 60.0
"""Seconds in which a whole body must have come."""

_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)*")


class Guard:
    """Lets pass what may pass, and puts the security headers on every answer."""

    def __init__(
        self, app: ASGIApp, *, door: Door, guesses: token.Guesses | None = None, body_s: float = BODY_S
    ) -> None:
        self.app = app
        self._door = door
        self._guesses = guesses or token.Guesses()
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        scope = self._as_forwarded(scope)
        guarded = _guarded(send)
        if refusal := self._refusal(scope):
            await _refuse(guarded, *refusal)
            return
        if scope["method"] == "HEAD":
            scope["method"] = "GET"  # the server leaves out the body
        patient = _Patient(receive, most=None if _is_write(scope) else MAX_BODY, seconds=self._body_s)
        await self.app(scope, patient, guarded)

    def _as_forwarded(self, scope: Scope) -> Scope:
        """The request as the proxy says it was, if that proxy is believed; under its path prefix."""
        scope = dict(scope)
        address = scope["client"][0] if scope.get("client") else ""
        prefix = self._door.prefix
        if self._door.trusts(address):
            said = _headers(scope, ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-prefix"))
            hops = [hop.strip() for hop in said["x-forwarded-for"].split(",") if hop.strip()]
            strangers = [hop for hop in hops if not self._door.trusts(hop)]
            scope["client"] = (strangers[-1] if strangers else address, 0)
            scope["from_proxy"] = True
            if said["x-forwarded-proto"] in ("http", "https"):
                scope["scheme"] = said["x-forwarded-proto"]
            if _PREFIX.fullmatch(said["x-forwarded-prefix"].rstrip("/")):
                prefix = said["x-forwarded-prefix"].rstrip("/") or prefix
        if prefix:
            path = scope["path"]
            scope["root_path"] = prefix
            scope["path"] = path if path == prefix or path.startswith(f"{prefix}/") else prefix + path
        return scope

    def _refusal(self, scope: Scope) -> "_Refusal | None":
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or not self._door.answers_to(hosts[0].decode("latin-1")):
            return 421, "misdirected", "this name is not ours: name it in [web] allowed_hosts if it should be", {}
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        if self._door.is_open or path in SIGNS_OF_LIFE or path.startswith(STATIC) or _is_write(scope):
            return None
        return self._who(scope)

    def _who(self, scope: Scope) -> "_Refusal | None":
        """Nothing for who may read, else why not. An address that guessed too often is not even compared."""
        said = _headers(scope, ("authorization", self._door.user_header or "authorization"))
        if self._door.user_header and scope.get("from_proxy") and said[self._door.user_header].strip():
            return None
        address = scope["client"][0] if scope.get("client") else ""
        if wait_s := self._guesses.wait_s(address):
            return 429, "too_many_wrong_tokens", f"try again in {wait_s} s", {"Retry-After": str(wait_s)}
        given = said["authorization"]
        if self._door.digest and given and token.fits(bearer(given), self._door.digest):
            return None
        if given:
            self._guesses.count(address)
        challenge = {"WWW-Authenticate": 'Basic realm="GPU tracker", charset="UTF-8"'} if self._door.digest else {}
        return 401, "unauthorized", "the read token is missing or wrong: it is the password, with any name", challenge


_Refusal = tuple[int, str, str, Mapping[str, str]]


def _is_write(scope: Scope) -> bool:
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.startswith(WRITES[0]) or any(path == one or path.startswith(f"{one}/") for one in WRITES[1:])


def _headers(scope: Scope, names: Iterable[str]) -> dict[str, str]:
    """Some headers, each "" where it is missing; of several of one name all, for a chain of proxies adds its own."""
    found = dict.fromkeys(names, "")
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1")
        if name in found:
            found[name] = f"{found[name]},{value.decode('latin-1')}" if found[name] else value.decode("latin-1")
    return found


def _guarded(send: Send) -> Send:
    """Sending with the security headers on, and without a word about what serves."""

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", []))
            names = {name.lower() for name, _ in given}
            more = [
                (name.lower().encode(), value.encode())
                for name, value in SECURITY.items()
                if name.lower().encode() not in names
            ]
            message = {**message, "headers": given + more}
        await send(message)

    return with_headers


async def _refuse(send: Send, status: int, word: str, said: str, headers: Mapping[str, str]) -> None:
    """One refusal, as JSON."""
    body = json.dumps({"error": word, "detail": said}).encode()
    plain = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close", **headers}
    raw = [(name.lower().encode(), value.encode()) for name, value in plain.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class _Patient:
    """Receiving with a limit on bytes and on seconds, counted over the whole body."""

    def __init__(self, receive: Receive, *, most: int | None, seconds: float) -> None:
        self._receive, self._most, self._seconds = receive, most, seconds
        self._read = 0
        self._until: float | None = None
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is the news that the reader has left: that may take any time
            return await self._receive()
        loop = asyncio.get_running_loop()
        self._until = self._until or loop.time() + self._seconds
        try:
            message: dict[str, Any] = dict(await asyncio.wait_for(self._receive(), self._until - loop.time()))
        except TimeoutError as error:
            raise HTTPException(408, f"the body did not come within {self._seconds:g} s") from error
        self._read += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._most is not None and self._read > self._most:
            raise HTTPException(413, "nothing this large is read here")
        return message
