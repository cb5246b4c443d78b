"""Post messages as JSON to an address of the user's."""

import hashlib
import hmac
import json
import ssl
import time
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, field_validator

from alerts.base import Channel, Message
from tracker.core.errors import NotifyError

UNWELCOME = frozenset({401, 403, 404, 405, 410})
"""Answers that no other message will change: the address is wrong, or does not let us in."""

UNUSABLE = frozenset({400, 413, 415, 422})
"""Answers that another attempt with the same message will not change."""


class Webhook(Channel):
    """Posts one JSON object per alert, with its key in `Idempotency-Key`.

    With a `secret`, `X-Tracker-Signature` is `sha256=` and the hex HMAC-SHA256 of the timestamp in
    `X-Tracker-Timestamp`, a dot, and the body.
    """

    type: str = "webhook"
    url: SecretStr
    secret: SecretStr | None = None
    timeout_s: float = 10

    @field_validator("url")
    @classmethod
    def _is_address(cls, url: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(url.get_secret_value())
            fine = parts.scheme in ("https", "http") and parts.hostname and (parts.port is None or parts.port > 0)
        except ValueError:
            fine = False
        if not fine:
            raise ValueError("must be an address that begins with https:// or http://")
        return url

    @property
    def _host(self) -> str:
        return urlsplit(self.url.get_secret_value()).hostname or "the receiver"

    def shown(self) -> dict[str, Any]:
        """The settings; of the address the host alone, for the path is often its only secret."""
        return {**super().shown(), "url": f"{self._host} …"}

    def send(self, message: Message) -> None:
        """Post once; a 429 or 5xx answer or a lost connection is worth another try, a 4xx is not."""
        import httpx  # 0.15 s that only a visit with something to say pays

        body = json.dumps(message.payload, ensure_ascii=False).encode(errors="replace")
        sending: dict[str, Any] = {"content": body, "headers": self._headers(message, body)}
        trusting: dict[str, Any] = {"timeout": self.timeout_s, "verify": _trusted()}
        try:
            with httpx.stream("POST", self.url.get_secret_value(), **sending, **trusting) as answer:
                pass  # what the receiver says beyond its status is left unread, however long it is
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # what it says may hold the address
            raise NotifyError(f"no answer from {self._host}: {type(error).__name__}") from None
        if not answer.is_success:
            raise NotifyError(
                f"{self._host} answered {answer.status_code}",
                permanent=answer.status_code in UNUSABLE,
                disables=answer.status_code in UNWELCOME,
                retry_after_s=seconds(answer.headers.get("retry-after", ""), now=time.time()),
            )

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if self.secret is None:
            return headers
        sent_at = str(int(time.time()))
        signed = hmac.new(self.secret.get_secret_value().encode(), f"{sent_at}.".encode() + body, hashlib.sha256)
        return {**headers, "X-Tracker-Timestamp": sent_at, "X-Tracker-Signature": f"sha256={signed.hexdigest()}"}


@cache
def _trusted() -> ssl.SSLContext:
    """Whom to believe that they are who they say: read once, for reading it takes longer than a message."""
    import httpx

    return httpx.create_ssl_context()


def seconds(text: str, *, now: float) -> float | None:
    """A Retry-After header (seconds, or a date) in seconds from `now` (Unix time); None where it says nothing."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


CHANNEL = Webhook
