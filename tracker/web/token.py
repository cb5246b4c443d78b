"""Who may send: a token that is compared in constant time, and a limit on guessing it."""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from time import monotonic

from tracker.core.errors import ConfigError

SHORTEST = 20
"""Characters a token must have; `new_token` makes 43."""

_HASHED = "sha256:"
_HEX_DIGITS = frozenset("0123456789abcdef")


def new_token() -> tuple[str, str]:
    """A fresh token to give away, and its hash to keep in the configuration."""
    token = secrets.token_urlsafe(32)
    return token, _HASHED + _digest(token)


def kept(secret: str, name: str = "ingest") -> str:
    """What is kept of a configured token, be it the token itself or its hash; raises ConfigError for neither."""
    if secret.startswith(_HASHED):
        digest = secret.removeprefix(_HASHED).lower()
        if len(digest) != 64 or not set(digest) <= _HEX_DIGITS:
            raise ConfigError(f"the {name} token's hash must be sha256: and 64 hexadecimal digits")
        return digest
    if len(secret) < SHORTEST:
        raise ConfigError(f"the {name} token must have at least {SHORTEST} characters")
    return _digest(secret)


def fits(header: str, digest: str) -> bool:
    """Whether an Authorization header bears the token of this digest; takes as long for any wrong one."""
    scheme, _, token = header.partition(" ")
    right = hmac.compare_digest(_digest(token.strip()), digest)
    return right and scheme.lower() == "bearer"


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(slots=True)
class Guesses:
    """Wrong tokens by who sent them: after `most` within `window_s` seconds an address must wait for it to pass.

    At most `addresses` are remembered, the longest silent forgotten first.
    """

    most: int = 10
    window_s: float = 600.0
    addresses: int = 10_000
    clock: Callable[[], float] = monotonic
    _wrong: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)

    def wait_s(self, address: str) -> int:
        """Whole seconds until an address may try again, 0 when it may now."""
        recent = self._recent(block(address))
        return 0 if len(recent) < self.most else int(recent[0] + self.window_s - self.clock()) + 1

    def count(self, address: str) -> None:
        """Remember that an address sent a wrong token."""
        name = block(address)
        self._wrong[name] = [*self._recent(name), self.clock()][-self.most :]
        self._wrong.move_to_end(name)
        while len(self._wrong) > self.addresses:
            self._wrong.popitem(last=False)

    def _recent(self, name: str) -> list[float]:
        since = self.clock() - self.window_s
        return [at for at in self._wrong.get(name, []) if at > since]


def block(address: str) -> str:
    """What stands for one guesser: an IPv4 address, the /64 of an IPv6 address, the text itself for anything else."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        return str(ip.ipv4_mapped) if ip.ipv4_mapped else str(IPv6Address(int(ip) >> 64 << 64))
    return str(ip)
