"""How pages are fetched: politely, under caps, and with every failure named. The only importer of httpx in here."""

import re
import ssl
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Self

import httpcore
import httpx
import tenacity

from scrapers import blocks, decode, oauth
from scrapers.base import Page, Request, Scraper, Source
from scrapers.mail import mailbox_fetch
from scrapers.memory import NOT_MODIFIED, PRODUCT, release
from scrapers.network import PrivateAddress, PublicOnly, within
from scrapers.politeness import Clock, Hosts, Ledger, Robots, Sleep, TooLongAWait, http_date, retry_after_s
from scrapers.saved import MAX_BYTES
from tracker.core.errors import Blocked, Gone, ParseError, RateLimited, TooLarge, Unreachable

Spend = Callable[[str, int], bool]

MAX_REDIRECTS = 10
ATTEMPTS = 3
DAILY_BUDGET = 5_000  # requests a host gets from us in a day, over all sources
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REFUSALS = frozenset({401, 403, 407, 451})
_SAID = re.compile(r'"(?:message|error_description|error)"\s*:\s*"([^"]{1,200})')  # in an API's own words
_FUTILE = (PrivateAddress, httpx.InvalidURL)  # asking again would change nothing
_GONE = frozenset({404, 410})
_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})


def user_agent(contact: str = "") -> str:
    """Who we say we are: our name and version, and how to reach whoever runs us."""
    contact = re.sub(r"[^ -~]|[()]", "", contact).strip()
    return f"{PRODUCT}/{release()} (+{contact})" if contact else f"{PRODUCT}/{release()}"


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates we believe in, read once."""
    return httpx.create_ssl_context()


class PinnedTransport(httpx.HTTPTransport):
    """httpx's own transport, its sockets opened by our network backend, its proxies and HTTP/2 left out."""

    def __init__(self, backend: httpcore.NetworkBackend, ssl_context: ssl.SSLContext | None = None) -> None:
        context = ssl_context or _trusted()
        super().__init__(verify=context, trust_env=False)
        # httpx takes no network backend, so its pool is exchanged; without a pool to close this fails, not opens.
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=100,
            max_keepalive_connections=10,
            keepalive_expiry=30.0,
            network_backend=backend,
        )


class Bearer(httpx.Auth):
    """Client credentials traded for a bearer token, kept until it nears its end, renewed once when refused."""

    def __init__(self, keys: oauth.Keys, token: oauth.Token) -> None:
        self._keys = keys
        self._token = token

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token; ask for the token first, and once more after a 401, where needed."""
        token = yield from self._good_token()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            self._token.drop(token)
            token = yield from self._good_token()
            request.headers["Authorization"] = f"Bearer {token}"
            yield request

    def _good_token(self) -> Generator[httpx.Request, httpx.Response, str]:
        with self._token.renewing:
            if not (token := self._token.current()):
                response = yield httpx.Request(
                    "POST",
                    self._keys.client.token_url,
                    headers={"Authorization": self._keys.basic, "Accept": "application/json"},
                    data={"grant_type": "client_credentials", "scope": self._keys.client.scope},
                )
                token, expires_in_s = oauth.read_token(self._keys, response.status_code, response.read())
                self._token.keep(token, expires_in_s)
            return token


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What came back from one request; header names in lower case."""

    url: httpx.URL
    status: int
    headers: Mapping[str, str]
    body: bytes
    on_condition: bool = False

    @cached_property
    def text(self) -> str:
        return decode.to_text(self.body, self.headers.get("content-type", ""))

    @cached_property
    def guard(self) -> str | None:
        return blocks.recognise(self.text, self.headers)

    @property
    def pause_s(self) -> float | None:
        """The pause the host asks for, in seconds."""
        now = http_date(self.headers["date"]) if "date" in self.headers else None
        return retry_after_s(self.headers.get("retry-after", ""), now=now)

    @property
    def status_line(self) -> str:
        """The status, and what an API says about it."""
        said = _SAID.search(self.text) if self.text.lstrip().startswith("{") else None
        return f"answers {self.status}" + (f": {said[1]}" if said else "")


class Fetcher:
    """Fetches pages for scrapers; one for the whole process, safe to use from several threads.

    Hosts are served side by side, each with one request at a time and the pause its scraper, or its robots.txt,
    asks for (`delay_s` stands in for the scrapers' own figures). Waits up to `patience_s` are waited out. `spend`
    takes one call from a daily budget and says whether there was one left: an API's, by its site's name, or a
    host's, by its own, which is `daily_budget` for each. Without it the budgets are counted in memory. `secrets` is
    the environment. Private addresses are refused unless `allow_private`; a `transport` given from outside judges for
    itself.
    """

    def __init__(
        self,
        contact: str = "",
        *,
        delay_s: float | None = None,
        timeout_s: float = 30.0,
        max_bytes: int = MAX_BYTES,
        patience_s: float = 120.0,
        secrets: Mapping[str, str] | None = None,
        spend: Spend | None = None,
        daily_budget: int = DAILY_BUDGET,
        transport: httpx.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
        monotonic: Clock = time.monotonic,
        allow_private: bool = False,
    ) -> None:
        self._delay_s = delay_s
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        self._patience_s = patience_s
        self._secrets = secrets or {}
        self._spend = spend or Ledger(monotonic=monotonic).spend
        self._daily_budget = daily_budget
        self._sleep = sleep
        self._monotonic = monotonic
        self._hosts = Hosts(sleep=sleep, monotonic=monotonic, patience_s=patience_s)
        self._robots = Robots(monotonic=monotonic)
        self._bearers: dict[tuple[str, str], Bearer] = {}
        self._client = httpx.Client(
            transport=transport or PinnedTransport(PublicOnly(allow_private=allow_private)),
            headers={
                "User-Agent": user_agent(contact),
                "Accept": "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
                "Accept-Language": "en,*;q=0.5",
                "Accept-Encoding": "gzip, deflate",
            },
            timeout=timeout_s,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def of(self, scraper: Scraper, source: Source) -> Callable[[Request], Page]:
        """The function that fetches pages of one source, as `crawl` wants it."""
        if scraper.transport == "mail":
            return mailbox_fetch(source, self._secrets)
        return partial(self._page, scraper, source)

    def rest_s(self, host: str) -> float:
        """For how many seconds a host is still to be left alone: what another process must not cut short."""
        return self._hosts.rest_s(host)

    def _page(self, scraper: Scraper, source: Source, request: Request) -> Page:
        """Follow a request through its redirects; raises a SourceError for everything that is not a page."""
        bearer = self._bearer(scraper)
        headers = dict(request.headers)
        url = first = _address(scraper.site, request.url)
        for _ in range(MAX_REDIRECTS + 1):
            if _origin(url) != _origin(first):
                bearer, headers = None, {}
            pause_s = self._permitted(scraper, url)
            answer = self._retried(scraper, url, headers, bearer, pause_s)
            if (onward := _redirect(scraper.site, answer)) is None:
                return _readable(scraper.site, source, answer)
            url = onward
        raise Unreachable(f"more than {MAX_REDIRECTS} redirects", site=scraper.site, url=request.url)

    def _bearer(self, scraper: Scraper) -> Bearer | None:
        if scraper.needs is None:
            return None
        keys = oauth.keys_for(scraper, scraper.needs, self._secrets)
        return self._bearers.setdefault((scraper.needs.token_url, keys.id), Bearer(keys, oauth.Token(self._monotonic)))

    def _permitted(self, scraper: Scraper, url: httpx.URL) -> float:
        """The pause before a request in seconds; raises Blocked where robots.txt forbids it."""
        least = scraper.delay_s if self._delay_s is None else self._delay_s
        if not scraper.robots:
            return least
        rules = self._robots.rules(_origin(url), partial(self._robots_txt, scraper, least))
        if not rules.can_fetch(str(url), PRODUCT):
            raise Blocked("robots.txt asks us to stay away", site=scraper.site, url=str(url))
        return max(least, rules.crawl_delay(PRODUCT) or 0.0)

    def _robots_txt(self, scraper: Scraper, pause_s: float, robots_url: str) -> tuple[int, str]:
        url = _address(scraper.site, robots_url)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._retried(scraper, url, {}, None, pause_s)
            if (onward := _redirect(scraper.site, answer)) is None:
                return answer.status, answer.text
            url = onward
        return 404, ""

    def _retried(
        self, scraper: Scraper, url: httpx.URL, headers: Mapping[str, str], bearer: Bearer | None, pause_s: float
    ) -> _Answer:
        """One answer, asked for again a few times where the trouble may pass."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=tenacity.wait_exponential(multiplier=2, max=30) + tenacity.wait_random(0, 1),
            retry=tenacity.retry_if_exception(self._may_pass),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._exchange, scraper, url, headers, bearer, pause_s)

    def _may_pass(self, error: BaseException) -> bool:
        if isinstance(error, RateLimited):
            return error.retry_after_s is not None and error.retry_after_s <= self._patience_s
        return isinstance(error, Unreachable) and not isinstance(error.__cause__, _FUTILE)

    def _exchange(
        self, scraper: Scraper, url: httpx.URL, headers: Mapping[str, str], bearer: Bearer | None, pause_s: float
    ) -> _Answer:
        """One request in its turn; raises what may pass by waiting, leaves the rest in the answer's status."""
        site, where = scraper.site, str(url)
        try:
            with self._hosts.turn(url.host, pause_s):
                self._take_from_budget(scraper, url)
                answer = self._receive(url, headers, bearer)
                if (wish_s := answer.pause_s) is not None and answer.status >= 400:
                    self._hosts.hold(url.host, wish_s)
        except TooLongAWait as wait:
            fact = f"is to be left alone for {wait}"
            raise RateLimited(fact, site=site, url=where, retry_after_s=wait.seconds) from wait
        except decode.Oversized as error:
            raise TooLarge(str(error), site=site, url=where) from error
        except decode.Broken as error:
            raise ParseError(str(error), site=site, url=where) from error
        except httpx.TimeoutException as error:
            raise Unreachable(f"no full answer within {self._timeout_s:g} s", site=site, url=where) from error
        except (httpx.TransportError, *_FUTILE) as error:
            raise Unreachable(str(error) or "the connection broke", site=site, url=where) from error
        _raise_if_passing(site, answer)
        return answer

    def _take_from_budget(self, scraper: Scraper, url: httpx.URL) -> None:
        quota = scraper.daily_quota
        if quota is not None and not self._spend(scraper.site, quota):
            raise RateLimited(f"today's {quota:,} calls are spent", site=scraper.site, url=str(url))
        if quota is None and not self._spend(url.host, self._daily_budget):
            fact = f"today's {self._daily_budget:,} requests to {url.host} are spent"
            raise RateLimited(fact, site=scraper.site, url=str(url))

    def _receive(self, url: httpx.URL, headers: Mapping[str, str], bearer: Bearer | None) -> _Answer:
        """Send one GET and read its body, under the deadline and the size cap."""
        with within(self._timeout_s), self._client.stream("GET", url, headers=headers, auth=bearer) as response:
            named = {name.lower(): value for name, value in response.headers.items()}
            length = named.get("content-length", "")
            if length.isascii() and length.isdecimal() and int(length) > self._max_bytes:
                raise decode.Oversized(f"{int(length):,} bytes announced")
            if response.is_stream_consumed:  # a transport given from outside may answer in one piece, unpacked
                body = decode.unpack([response.content], "", max_bytes=self._max_bytes)
            else:
                packing = named.get("content-encoding", "")
                body = decode.unpack(response.iter_raw(), packing, max_bytes=self._max_bytes)
        on_condition = not _CONDITIONS.isdisjoint(name.lower() for name in headers)
        return _Answer(url=url, status=response.status_code, headers=named, body=body, on_condition=on_condition)


def _address(site: str, url: str) -> httpx.URL:
    """A URL we can visit; raises Unreachable for anything that is not http or https."""
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise Unreachable(f"not an address: {error}", site=site, url=url) from error
    if address.scheme not in ("http", "https") or not address.host:
        raise Unreachable("not an http or https address", site=site, url=url)
    return address


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _redirect(site: str, answer: _Answer) -> httpx.URL | None:
    """Where an answer sends us, None when it is the last."""
    if answer.status not in _REDIRECTS or not (location := answer.headers.get("location", "")):
        return None
    try:
        onward = str(answer.url.join(location))
    except httpx.InvalidURL as error:
        raise Unreachable(f"redirects to no address: {error}", site=site, url=str(answer.url)) from error
    return _address(site, onward)


def _raise_if_passing(site: str, answer: _Answer) -> None:
    """Raise for the statuses that may pass by waiting: 429 and the 5xx family."""
    status, url = answer.status, str(answer.url)
    if status != 429 and status < 500:
        return
    if answer.guard:
        raise Blocked(f"refused by {answer.guard}", site=site, url=url)
    if status == 429 or (status == 503 and answer.pause_s is not None):
        raise RateLimited(answer.status_line, site=site, url=url, retry_after_s=answer.pause_s)
    raise Unreachable(answer.status_line, site=site, url=url)


def _readable(site: str, source: Source, answer: _Answer) -> Page:
    """The page in a final answer; raises what its status or its content says instead."""
    status, url = answer.status, str(answer.url)
    if answer.guard:
        raise Blocked(f"refused by {answer.guard}", site=site, url=url)
    if status in _REFUSALS:
        raise Blocked(answer.status_line, site=site, url=url)
    if status in _GONE:
        raise Gone(f"answers {status}", site=site, url=url)
    if status == NOT_MODIFIED and answer.on_condition:
        return Page(url=url, text="", source=source, status=status, headers=answer.headers)
    if not 200 <= status < 300:
        raise ParseError(answer.status_line, site=site, url=url)
    if not answer.text.strip():
        raise ParseError("an empty page", site=site, url=url)
    if blocks.is_shell(answer.text):
        raise Blocked("an empty shell: nothing to read without a browser", site=site, url=url)
    return Page(url=url, text=answer.text, source=source, status=status, headers=answer.headers)
