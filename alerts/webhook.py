"""Post messages as JSON to an address of the user's."""

import hashlib
import hmac
import json
import time

from pydantic import HttpUrl, SecretStr

from alerts.base import Channel, Message
from tracker.core.errors import NotifyError

LONGEST_WAIT_S = 86_400
"""A receiver that asks for more than a day is asked again after one."""

GONE = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
"""Answers that another attempt will not change."""


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

        body = json.dumps(message.payload, ensure_ascii=False).encode()
        try:
            answer = httpx.post(
                str(self.url), content=body, headers=self._headers(message, body), timeout=self.timeout_s
            )
        except httpx.HTTPError as error:
            raise NotifyError(f"no answer from {self.url.host}: {type(error).__name__}") from error
        if not answer.is_success:
            raise NotifyError(
                f"{self.url.host} answered {answer.status_code}",
                permanent=answer.status_code in GONE,
                retry_after_s=_seconds(answer.headers.get("retry-after", "")),
            )

    def _headers(self, message: Message, body: bytes) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.key}
        if self.secret is None:
            return headers
        sent_at = str(int(time.time()))
        signed = hmac.new(self.secret.get_secret_value().encode(), f"{sent_at}.".encode() + body, hashlib.sha256)
        return {**headers, "X-Tracker-Timestamp": sent_at, "X-Tracker-Signature": f"sha256={signed.hexdigest()}"}


def _seconds(text: str) -> float | None:
    return min(float(text), LONGEST_WAIT_S) if text.isascii() and text.isdecimal() else None


CHANNEL = Webhook
