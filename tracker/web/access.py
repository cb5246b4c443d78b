"""Who may read: everybody on this machine, and over the network whoever bears the token or comes through the proxy."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from tracker.config import WebTable
from tracker.core.errors import ConfigError
from tracker.web import token

HERE = frozenset({"localhost"})

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the guard goes by: names it answers to, the read token's digest ("" none), proxies that are believed."""

    hosts: frozenset[str]
    digest: str = ""
    proxies: tuple[Network, ...] = ()
    user_header: str = ""
    prefix: str = ""

    @property
    def is_open(self) -> bool:
        """Whether everybody who reaches it may read."""
        return not self.digest and not self.user_header

    def trusts(self, address: str) -> bool:
        """Whether a request comes straight from a proxy that is believed."""
        try:
            ip = ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self.proxies)

    def answers_to(self, host: str) -> bool:
        """Whether a Host header names us: a foreign name that leads here is somebody else's page in disguise.

        An address in numbers is fine, no name was needed to find it.
        """
        name = _without_port(host).lower().rstrip(".")
        return name in self.hosts or _is_address(name)


def door(web: WebTable) -> Door:
    """The door as configured; raises ConfigError where strangers could read, or where a setting says nothing."""
    secret = web.read_token.get_secret_value()
    if web.user_header and not web.trusted_proxies:
        raise ConfigError("[web] user_header is believed from trusted_proxies alone: name the proxy's address there")
    if not is_local(web.host) and not secret and not web.user_header:
        raise ConfigError(
            f"[web] host {web.host!r} can be reached from elsewhere: set read_token, or user_header with "
            "trusted_proxies (see docs/dashboard.md)"
        )
    if secret and secret == web.ingest_token.get_secret_value():
        raise ConfigError("[web] read_token and ingest_token are the same: who may read could write too")
    names = (web.host, *web.allowed_hosts, *filter(None, [urlsplit(web.public_url).netloc]))
    return Door(
        hosts=frozenset({*HERE, *(_without_port(name).lower() for name in names)}),
        digest=token.kept(secret, "read") if secret else "",
        proxies=tuple(_networks(web.trusted_proxies)),
        user_header=web.user_header.lower(),
        prefix=web.prefix,
    )


def is_local(host: str) -> bool:
    """Whether only this machine can reach what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _networks(named: Iterable[str]) -> Iterable[Network]:
    for name in named:
        try:
            yield ip_network(name, strict=False)
        except ValueError as error:
            raise ConfigError(f"[web] trusted_proxies: {name!r} is no address and no network") from error


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.rpartition(":")[0] if host.count(":") == 1 else host


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def bearer(header: str) -> str:
    """An Authorization header as the bearer's: what a browser asks its user for (Basic) is a token as its password."""
    scheme, _, said = header.partition(" ")
    if scheme.lower() != "basic":
        return header
    try:
        _, _, password = base64.b64decode(said.strip(), validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return header
    return f"Bearer {password}"
