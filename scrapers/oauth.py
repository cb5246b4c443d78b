"""The keys a site asks for and the tokens they are traded for; neither ever shows in a repr, an error or a log."""

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scrapers.base import OAuthClient, Scraper
from tracker.core.errors import Blocked, ParseError, RateLimited, Unconfigured, Unreachable

EARLY_S = 60.0  # a token is renewed this long before its end, so that none dies on the way


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A client's id and secret, as one site asks for them."""

    site: str
    client: OAuthClient
    id: str = field(repr=False)
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The value of the Authorization header that asks for a token (RFC 6749, section 2.3.1)."""
        return "Basic " + base64.b64encode(f"{self.id}:{self.secret}".encode()).decode("ascii")


def missing(scraper: Scraper, secrets: Mapping[str, str]) -> tuple[str, ...]:
    """The environment variables a scraper needs and does not find."""
    if scraper.needs is None:
        return ()
    return tuple(name for name in (scraper.needs.id_env, scraper.needs.secret_env) if not secrets.get(name, "").strip())


def keys_for(scraper: Scraper, client: OAuthClient, secrets: Mapping[str, str]) -> Keys:
    """The keys for a site; raises Unconfigured, saying how to get them, where one is missing."""
    if lacking := missing(scraper, secrets):
        raise Unconfigured(f"needs {' and '.join(lacking)}. {client.help}", site=scraper.site)
    return Keys(
        site=scraper.site, client=client, id=secrets[client.id_env].strip(), secret=secrets[client.secret_env].strip()
    )


class Token:
    """The current token of one pair of keys, shared by all threads; `renewing` is held while a new one is fetched."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self.renewing = threading.Lock()
        self._monotonic = monotonic
        self._value = ""
        self._until = 0.0

    def current(self) -> str:
        """The token while it is good for another minute, else ""."""
        return self._value if self._monotonic() < self._until else ""

    def keep(self, value: str, expires_in_s: float) -> None:
        """Remember a new token."""
        self._value = value
        self._until = self._monotonic() + expires_in_s - EARLY_S

    def drop(self, value: str) -> None:
        """Forget a token the site refused, unless another thread has renewed it meanwhile."""
        if self._value == value:
            self._until = 0.0


def read_token(keys: Keys, status: int, body: bytes) -> tuple[str, float]:
    """The token and its life in seconds from a token endpoint's answer, or what its refusal means."""
    site, url = keys.site, keys.client.token_url
    answer = _answer(body)
    if status == 429:
        raise RateLimited("asks for a pause before giving a token", site=site, url=url)
    if status >= 500:
        raise Unreachable(f"answers {status} instead of a token", site=site, url=url)
    if status >= 400:
        names = f"{keys.client.id_env} and {keys.client.secret_env}"
        said = str(answer.get("error", ""))[:60]
        raise Blocked(f"refuses our keys ({status}{said and ': ' + said}); check {names}", site=site, url=url)
    token, lasts = answer.get("access_token"), answer.get("expires_in", 0)
    if not (isinstance(token, str) and token.isascii() and token.isprintable()):
        raise ParseError(f"answers {status} without a token", site=site, url=url)
    return token, float(lasts) if isinstance(lasts, (int, float)) else 0.0


def _answer(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}
