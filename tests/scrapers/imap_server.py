"""A real IMAP server (pymap) on this machine, filled with letters, in the clear, with STARTTLS, or behind TLS."""

import imaplib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

USER, PASSWORD = "collector", "open-sesame"
# The server as it comes, but for the half million rounds of hashing that each login would take.
_RUN = """
import sys
from pymap.main import main
from pysasl.hashing import BuiltinHash

BuiltinHash.__init__.__kwdefaults__["rounds"] = 1
sys.exit(main())
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate for localhost that nobody has signed but itself."""

    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Mailboxes:
    """A running server, and a client that fills it."""

    port: int
    client: imaplib.IMAP4

    def deliver(self, mailbox: str, letters: Iterable[bytes], *, at: datetime | None = None) -> None:
        """Put letters into a mailbox as if they had arrived at a moment."""
        self.client.create(mailbox)
        for letter in letters:
            arrived = imaplib.Time2Internaldate(at or datetime.now(UTC))
            assert self.client.append(mailbox, "", arrived, letter)[0] == "OK"

    def unread(self, mailbox: str) -> int:
        """How many letters nobody has read."""
        self.client.select(mailbox, readonly=True)
        return len(self.client.uid("SEARCH", "UNSEEN")[1][0].split())


@contextmanager
def mail_server(certificate: Certificate | None = None) -> Iterator[Mailboxes]:
    """A server of its own process; with a certificate it offers STARTTLS."""
    port = _free_port()
    tls = ["--cert", str(certificate.cert), "--key", str(certificate.key)] if certificate else ["--no-tls"]
    demo = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    command = [sys.executable, "-c", _RUN, "--host", "127.0.0.1", "--port", str(port), *tls, *demo]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _await(port, process)
            with imaplib.IMAP4("127.0.0.1", port, timeout=10) as client:
                client.login(USER, PASSWORD)
                yield Mailboxes(port, client)
        finally:
            process.terminate()


@contextmanager
def behind_tls(port: int, certificate: Certificate) -> Iterator[int]:
    """A port that speaks TLS from the first byte and passes one connection on to another port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_pass_on, args=(listener, context, port))
        thread.start()
        yield listener.getsockname()[1]
        thread.join(timeout=10)


def certificate(folder: Path) -> Certificate | None:
    """A fresh certificate, None where there is no openssl to make one."""
    if (openssl := shutil.which("openssl")) is None:
        return None
    made = Certificate(folder / "cert.pem", folder / "key.pem")
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(made.key), "-out", str(made.cert)]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject, *files]
    subprocess.run(command, check=True, capture_output=True)
    return made


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        threading.Event().wait(0.02)
    raise RuntimeError(f"the mail server did not start: {process.poll()}")


def _pass_on(listener: socket.socket, context: ssl.SSLContext, port: int) -> None:
    plain, _ = listener.accept()
    with (
        suppress(OSError),
        context.wrap_socket(plain, server_side=True) as outer,
        socket.create_connection(("127.0.0.1", port)) as inner,
    ):
        back = threading.Thread(target=_copy, args=(inner, outer), daemon=True)
        back.start()
        _copy(outer, inner)
        back.join(timeout=5)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
