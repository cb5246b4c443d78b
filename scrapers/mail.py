"""Mailboxes: the letters of an IMAP mailbox or of a folder of .eml files, as one page of JSON.

Nothing in a mailbox is moved or deleted, and letters stay unread unless their source asks otherwise. Each letter is
{"from", "subject", "date", "id", "html"}: what was only plain text becomes the simplest HTML that says the same.
"""

import html
import imaplib
import json
import re
import ssl
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from scrapers import decode
from scrapers.base import Page, Request, Source
from tracker.core.errors import Blocked, Gone, SourceError, Unconfigured, Unreachable

SCHEMES = ("imap", "eml")
MAX_LETTER_BYTES = 5_000_000
TIMEOUT_S = 30.0
LETTERS = 100  # at most, the newest first
DAYS = 3
PORTS = {"tls": 993, "starttls": 143, "none": 143}

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_BATCH = 50
_HEAD_BYTES = 64 * 1024

_SELECTORS = ("item", "title", "price", "link")

Letter = dict[str, str]


def mailbox_fetch(
    source: Source, secrets: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[[Request], Page]:
    """The function that reads a source's mailbox; `secrets` is the environment, which alone holds its credentials."""

    def fetch(request: Request) -> Page:
        if mistake := next(mistakes(source.options), ""):
            raise Unconfigured(mistake, site=source.site, url=request.url)
        if request.url.startswith("eml:"):
            letters = _in_folder(source, request.url)
        else:
            since = now() - timedelta(days=_whole(source.options.get("days", ""), DAYS))
            letters = _in_mailbox(source, request.url, _credentials(source, secrets, request.url), since)
        return _page(request.url, source, letters)

    return fetch


def mistakes(options: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a source's options."""
    if bool(options.get("host")) == bool(options.get("path")):
        yield "mail needs either `host`, an IMAP server, or `path`, a folder of .eml files"
    if options.get("security", "tls") not in PORTS:
        yield f"security is {options['security']!r}: it may be {', '.join(PORTS)}"
    if options.get("security") == "none" and options.get("host") not in ("localhost", "127.0.0.1", "::1"):
        yield "security none would show the password to the network: only for a server on this machine"
    if "item" in options and (missing := [name for name in _SELECTORS if not options.get(name)]):
        yield f"letters read by selectors need {', '.join(missing)} too"


def letter_page(page: Page) -> Page:
    """A saved letter, as a page like those a mailbox gives."""
    return _page(page.url, page.source, [page.text.encode("utf-8", "replace")])


def _page(url: str, source: Source, letters: Iterable[bytes]) -> Page:
    whole = {"mailbox": url, "letters": [_letter(letter) for letter in letters]}
    return Page(url=url, text=json.dumps(whole, ensure_ascii=False), source=source)


# --- letters ------------------------------------------------------------------------------------------------------


def _letter(data: bytes) -> Letter:
    message = message_from_bytes(data)
    return {
        "from": parseaddr(_header(message, "from"))[1].lower(),
        "subject": _header(message, "subject"),
        "date": _moment(_header(message, "date")),
        "id": _header(message, "message-id"),
        "html": _body(message),
    }


def _header(message: Message, name: str) -> str:
    """A header as text, whatever it is encoded in."""
    printed = str(message.get(name, ""))
    try:
        text = str(make_header(decode_header(printed)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        text = printed
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _moment(printed: str) -> str:
    try:
        moment = parsedate_to_datetime(printed)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, OverflowError, IndexError):
        return ""


def _body(message: Message) -> str:
    """The HTML of a letter, and of letters forwarded within it; its plain text where it has none."""
    parts = [part for part in message.walk() if not part.is_multipart() and part.get_filename() is None]
    marked = [_text(part) for part in parts if part.get_content_type() == "text/html"]
    return "\n".join(marked) or "\n".join(
        _marked_up(_text(part)) for part in parts if part.get_content_type() == "text/plain"
    )


def _text(part: Message) -> str:
    """A part's text, its transfer encoding undone and its charset found out."""
    try:
        body = part.get_payload(decode=True)
    except (MessageError, ValueError):
        return ""
    return decode.to_text(body, str(part.get("content-type", ""))) if isinstance(body, bytes) else ""


def _marked_up(text: str) -> str:
    """Plain text as HTML: paragraphs are boxes, lines too, and addresses are links."""
    paragraphs = re.split(r"\r?\n[ \t]*\r?\n", text)
    return "".join(f"<div>{''.join(_line(line) for line in paragraph.splitlines())}</div>" for paragraph in paragraphs)


def _line(line: str) -> str:
    marked, last = "", 0
    for link in _LINK.finditer(line):
        marked += (
            html.escape(line[last : link.start()]) + f'<a href="{html.escape(link[0])}">{html.escape(link[0])}</a>'
        )
        last = link.end()
    return f"<div>{marked}{html.escape(line[last:])}</div>"


# --- a folder -----------------------------------------------------------------------------------------------------


def _in_folder(source: Source, url: str) -> list[bytes]:
    """The newest letters of a folder of .eml files, or of a Maildir."""
    folder = Path(source.options["path"]).expanduser()
    if not folder.is_dir():
        raise Gone(f"there is no folder {folder}", site=source.site, url=url)
    try:
        heads = [(path, _head(path)) for path in sorted(_files(folder)) if path.stat().st_size <= MAX_LETTER_BYTES]
        wanted = [(path, head) for path, head in heads if _is_wanted(source, head)]
        newest = sorted(wanted, key=lambda pair: _moment(_header(pair[1], "date")), reverse=True)
        return [path.read_bytes() for path, _ in newest[: _limit(source)]]
    except OSError as error:
        raise Unreachable(f"{folder} cannot be read: {error.strerror}", site=source.site, url=url) from error


def _head(path: Path) -> Message:
    with path.open("rb") as file:
        return message_from_bytes(file.read(_HEAD_BYTES))


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and (path.suffix.lower() == ".eml" or path.parent.name in ("cur", "new")):
            yield path


def _is_wanted(source: Source, head: Message) -> bool:
    """Whether a letter is from one of the senders a source names, if it names any."""
    senders = [sender.strip().lower() for sender in source.options.get("senders", "").split(",") if sender.strip()]
    sender = parseaddr(_header(head, "from"))[1].lower()
    return not senders or any(
        sender == name or sender.endswith((f"@{name.lstrip('@')}", f".{name}")) for name in senders
    )


# --- IMAP ---------------------------------------------------------------------------------------------------------


def _in_mailbox(source: Source, url: str, credentials: tuple[str, str], since: datetime) -> list[bytes]:
    """The letters a mailbox received since a day, newest first."""
    try:
        with _open(source, credentials) as mailbox:
            return _read(source, url, mailbox, since)
    except SourceError:
        raise
    except imaplib.IMAP4.abort as error:
        raise Unreachable(f"the mail server hung up: {error}", site=source.site, url=url) from error
    except imaplib.IMAP4.error as error:
        raise Blocked(f"the mail server refuses: {_said(error)}", site=source.site, url=url) from error
    except (OSError, ssl.SSLError) as error:
        raise Unreachable(f"no mail server there: {error}", site=source.site, url=url) from error


@contextmanager
def _open(source: Source, credentials: tuple[str, str]) -> Iterator[imaplib.IMAP4]:
    security = source.options.get("security", "tls")
    host, port = source.options["host"], _whole(source.options.get("port", ""), PORTS[security])
    context = ssl.create_default_context()
    if security == "tls":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=context, timeout=TIMEOUT_S)
    else:
        server = imaplib.IMAP4(host, port, timeout=TIMEOUT_S)
    try:
        if security == "starttls":
            server.starttls(context)
        server.login(*credentials)
        yield server
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            server.logout()


def _read(source: Source, url: str, server: imaplib.IMAP4, since: datetime) -> list[bytes]:
    name = source.options.get("mailbox") or "INBOX"
    mark = source.options.get("mark_seen", "").lower() in ("true", "yes", "1")
    status, said = server.select(_quoted(name), readonly=not mark)
    if status != "OK":
        raise Gone(f"there is no mailbox {name!r}: {_said(said)}", site=source.site, url=url)
    day = f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"
    _, found = server.uid("SEARCH", "SINCE", day)
    newest = sorted((int(uid) for uid in b" ".join(filter(None, found)).split()), reverse=True)
    wanted = [uid for uid in newest if uid in set(_wanted(source, server, newest))][: _limit(source)]
    letters = [data for uid in wanted for _, data in _fetched(server, [uid], "BODY.PEEK[]")]
    if mark and wanted:
        server.uid("STORE", ",".join(map(str, wanted)), "+FLAGS", r"(\Seen)")
    return letters


def _wanted(source: Source, server: imaplib.IMAP4, uids: Sequence[int]) -> Iterator[int]:
    """The letters that are from the right senders and not too large, told by their heads alone."""
    for start in range(0, len(uids), _BATCH):
        asked = "(RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM)])"
        for uid, head in _fetched(server, uids[start : start + _BATCH], asked, max_bytes=MAX_LETTER_BYTES):
            if _is_wanted(source, message_from_bytes(head)):
                yield uid


def _fetched(
    server: imaplib.IMAP4, uids: Iterable[int], asked: str, *, max_bytes: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Pairs of uid and bytes; the uid may stand before the bytes or after them, servers differ."""
    _, answer = server.uid("FETCH", ",".join(map(str, uids)), asked if asked.startswith("(") else f"({asked})")
    for number, part in enumerate(answer):
        if not isinstance(part, tuple):
            continue
        behind = answer[number + 1] if number + 1 < len(answer) else b""
        said = part[0] + (behind if isinstance(behind, bytes) else b"")
        size = _SIZE.search(said)
        if (uid := _UID.search(said)) and not (max_bytes and size and int(size[1]) > max_bytes):
            yield int(uid[1]), part[1]


def _credentials(source: Source, secrets: Mapping[str, str], url: str) -> tuple[str, str]:
    prefix = source.options.get("env") or "MAIL"
    names = f"{prefix}_USERNAME", f"{prefix}_PASSWORD"
    if missing := [name for name in names if not secrets.get(name)]:
        fact = f"put the mailbox's user name and password into the environment: {' and '.join(missing)} not set"
        raise Unconfigured(fact, site=source.site, url=url)
    return secrets[names[0]], secrets[names[1]]


def _said(answer: object) -> str:
    """A server's own words, in one short line."""
    first = answer.args[0] if isinstance(answer, Exception) and answer.args else answer
    first = first[0] if isinstance(first, list) and first else first
    return (first.decode("utf-8", "replace") if isinstance(first, bytes) else str(first))[:200]


def _quoted(name: str) -> str:
    """A mailbox's name as IMAP writes it: quoted, and what is not ASCII in its own kind of UTF-7."""

    def seven_bit(run: re.Match[str]) -> str:
        packed = b64encode(run[0].encode("utf-16-be")).rstrip(b"=").replace(b"/", b",")
        return f"&{packed.decode()}-"

    plain = re.sub(r"[^\x20-\x7e]+", seven_bit, name.replace("&", "&-"))
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _limit(source: Source) -> int:
    return _whole(source.options.get("limit", ""), LETTERS)


def _whole(wish: str, otherwise: int) -> int:
    return int(wish) if wish.isdecimal() else otherwise
