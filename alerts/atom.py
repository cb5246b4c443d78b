"""Keep an Atom feed in a file: an entry for each message, newest first, for any feed reader or web server."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as Xml

from pydantic import Field

from alerts.base import Channel, Message
from tracker.core.errors import NotifyError

ATOM = "http://www.w3.org/2005/Atom"
"""RFC 4287."""

_BY_US = "tag:gpu-tracker,2026:"


class Atom(Channel):
    """Writes each message as an entry of the feed in `file`, the newest `entries` of them; a repeat takes its place.

    `link` is where the feed can be read, if it is served anywhere.
    """

    type: str = "atom"
    file: str
    entries: int = Field(default=50, ge=1, le=1000)
    title: str = "GPU alerts"
    link: str = ""

    def send(self, message: Message) -> None:
        """Put the message into the feed; a file that is no feed of ours, or cannot be written, disables the channel."""
        file = Path(self.file).expanduser()
        try:
            with _alone(file):
                feed = self._with(message, _entries(file))
                _replace(file, Xml.tostring(feed, encoding="utf-8", xml_declaration=True))
        except OSError as error:
            full = error.errno in (28, 122)  # ENOSPC, EDQUOT: there may be room later
            raise NotifyError(f"{file} cannot be written: {error.strerror}", disables=not full) from None

    def _with(self, message: Message, before: list[Xml.Element]) -> Xml.Element:
        Xml.register_namespace("", ATOM)
        feed = Xml.Element(f"{{{ATOM}}}feed")
        _text(feed, "title", self.title)
        _text(feed, "id", f"{_BY_US}alerts")
        _text(feed, "updated", str(message.payload["created_at"]))
        _text(Xml.SubElement(feed, f"{{{ATOM}}}author"), "name", "GPU tracker")
        _text(feed, "generator", "gpu-tracker")
        if self.link:
            Xml.SubElement(feed, f"{{{ATOM}}}link", rel="self", href=self.link)
        entry = _entry(message)
        others = [one for one in before if one.findtext(f"{{{ATOM}}}id") != entry.findtext(f"{{{ATOM}}}id")]
        feed.extend([entry, *others[: self.entries - 1]])
        return feed


def _entry(message: Message) -> Xml.Element:
    entry = Xml.Element(f"{{{ATOM}}}entry")
    _text(entry, "id", f"{_BY_US}alert/{message.key}")
    _text(entry, "title", message.subject)
    _text(entry, "updated", str(message.payload["created_at"]))
    if message.link:
        Xml.SubElement(entry, f"{{{ATOM}}}link", rel="alternate", href=message.link)
    _text(entry, "summary", message.text)
    _text(entry, "content", message.html, type="html")
    return entry


def _text(parent: Xml.Element, name: str, text: str, **attributes: str) -> None:
    child = Xml.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = "".join(letter for letter in text if letter == "\n" or letter.isprintable())


def _entries(file: Path) -> list[Xml.Element]:
    """The entries that are in the feed already; raises NotifyError where something else is in its place."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    if not file.exists() or not file.stat().st_size:
        return []
    try:
        feed: Xml.Element = ElementTree.fromstring(file.read_bytes())
    except (Xml.ParseError, DefusedXmlException, ValueError):
        raise NotifyError(f"{file} is no feed of ours; name another file, or move it away", disables=True) from None
    if feed.tag != f"{{{ATOM}}}feed" or feed.findtext(f"{{{ATOM}}}id") != f"{_BY_US}alerts":
        raise NotifyError(f"{file} is no feed of ours; name another file, or move it away", disables=True)
    return feed.findall(f"{{{ATOM}}}entry")


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Hold the feed against other processes of ours."""
    with file.with_name(f".{file.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(file: Path, content: bytes) -> None:
    """Write the file whole or not at all: whoever reads it meanwhile has the old one."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as fresh:
            fresh.write(content)
            os.fchmod(fresh.fileno(), 0o644)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


CHANNEL = Atom
