"""Post messages as JSON to an address of the user's."""

import hashlib
import hmac
import json
import ssl
import time
from email.utils import parsedate_to_datetime
from functools import cache

from pydantic import HttpUrl, SecretStr

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
    url: HttpUrl
    secret: SecretStr | None = None
    timeout_s: float = 10

    def send(self, message: Message) -> None:
        """Post once; a 429 or 5xx answer or a lost connection is worth another try, a 4xx is not."""
        import httpx  # 0.15 s that only a visit with something to say pays

        body = json.dumps(message.payload, ensure_ascii=False).encode(errors="replace")
        headers = self._headers(message, body)
        try:
            with httpx.stream(
                "POST", str(self.url), content=body, headers=headers, timeout=self.timeout_s, verify=_trusted()
            ) as answer:  # what the receiver says beyond its status is left unread, however long it is
                pass
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # what it says may hold the address
            raise NotifyError(f"no answer from {self.url.host}: {type(error).__name__}") from None
        if not answer.is_success:
            raise NotifyError(
                f"{self.url.host} answered {answer.status_code}",
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


def seconds(text: str, *, now: float) -> float | None:
    """A Retry-After header (seconds, or a date) in seconds from `now` (Unix time); None where it says nothing."""
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


@cache
def _trusted() -> ssl.SSLContext:
    """Whom receivers are vouched for by: reading that takes 20 ms, too long to be done for every message."""
    import httpx

    return httpx.create_ssl_context()


CHANNEL = Webhook
