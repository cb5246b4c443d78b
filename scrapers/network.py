"""Where bytes leave the house: connections only to public addresses, and never beyond a deadline.

The name is looked up here and the very address that was judged is the one connected to, so a name that answers
differently the second time (DNS rebinding) gains nothing. The certificate is still checked against the name.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import httpcore

Resolve = Callable[[str, int], Iterable[str]]

_NAT64 = ip_network("64:ff9b::/96")
_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


class PrivateAddress(Exception):
    """A name leads only to loopback, private, link-local or otherwise reserved addresses."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give all the network work of this thread a common deadline, however slowly the bytes trickle in."""
    token = _ends_at.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _ends_at.reset(token)


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet, addresses wrapped in IPv6 unwrapped first."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = ip_address(int(ip) & 0xFFFFFFFF)  # type: ignore[assignment]
        ip = inner or ip
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a name, in the system's order of preference; raises ConnectError where it has none."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"no address for {host!r}: {error}") from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class PublicOnly(httpcore.NetworkBackend):
    """Opens plain connections, to public addresses only unless told otherwise."""

    def __init__(self, *, allow_private: bool = False, resolve: Resolve = look_up) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers; raises PrivateAddress when no address is public."""
        found = list(self._resolve(host, port))
        addresses = found if self._allow_private else [address for address in found if is_public(address)]
        if not addresses:
            raise PrivateAddress(f"{host} is at the private address {', '.join(found)}")
        failure: Exception = httpcore.ConnectError(f"no answer from {host}")
        for address in addresses:
            try:
                return _Timed(self._plain.connect_tcp(address, port, _left(timeout), local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class _Timed(httpcore.NetworkStream):
    """A connection whose every wait ends with the deadline of the work it serves."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Timed(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float | None:
    """The seconds one wait may take: its own timeout or what is left until the deadline, whichever is less."""
    ends_at = _ends_at.get()
    if ends_at is None:
        return timeout
    left = ends_at - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the deadline has passed")
    return left if timeout is None else min(timeout, left)
