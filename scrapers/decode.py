"""Bytes to text: compression undone under a cap, and the charset found out, whatever the page claims."""

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers read under a label, where Python's codec of that name is narrower.
_AS_BROWSERS_READ = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "tis-620": "cp874",
    "iso8859-11": "cp874",
}
# Text of these is pure ASCII bytes, so it always passes for UTF-8: here the label decides.
_SEVEN_BIT = frozenset({"iso2022_jp", "iso2022_kr", "hz"})
_ALIASES = {"x-sjis": "cp932", "x-gbk": "gb18030", "x-euc-jp": "euc_jp", "windows-874": "cp874"}
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE)
_HEAD_BYTES = 4096
_GZIP = b"\x1f\x8b"
_WINDOWS = {"gzip": zlib.MAX_WBITS | 16, "x-gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
_STEP = 64 * 1024


class Oversized(Exception):
    """The text is larger than the cap."""


class Broken(Exception):
    """The compressed bytes end early, are damaged, or are packed in a way we did not ask for."""


def is_gzip(data: bytes) -> bool:
    """Whether these bytes are a gzip file, whatever its name."""
    return data.startswith(_GZIP)


def unpack(chunks: Iterable[bytes], encoding: str, *, max_bytes: int) -> bytes:
    """Undo a Content-Encoding, never holding more than `max_bytes` of what comes out.

    Raises Oversized beyond the cap, Broken for damaged bytes or an encoding other than gzip and deflate.
    """
    body = bytearray()
    for piece in _plain(chunks, encoding.strip().lower()):
        body += piece
        if len(body) > max_bytes:
            raise Oversized(f"more than {max_bytes:,} bytes")
    return bytes(body)


def _plain(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    if encoding in ("", "identity"):
        yield from chunks
    elif encoding not in _WINDOWS:
        raise Broken(f"packed as {encoding!r}, which we did not ask for")
    else:
        yield from _inflate(chunks, encoding)


def _inflate(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Inflate step by step, so that a small bomb never becomes a large memory; gzip files may be joined."""
    window = _WINDOWS[encoding]
    engine = zlib.decompressobj(window)
    fed = False
    try:
        for chunk in chunks:
            if not fed and encoding == "deflate" and not _has_zlib_header(chunk):
                engine = zlib.decompressobj(-zlib.MAX_WBITS)
            fed = fed or bool(chunk)
            waiting, piece = chunk, b""
            while waiting or len(piece) == _STEP:
                if engine.eof:
                    if not is_gzip(waiting):
                        break  # padding after the end, which browsers overlook too
                    engine = zlib.decompressobj(window)
                piece = engine.decompress(waiting, _STEP)
                yield piece
                waiting = engine.unused_data if engine.eof else engine.unconsumed_tail
    except zlib.error as error:
        raise Broken(f"damaged {encoding} data") from error
    if fed and not engine.eof:
        raise Broken(f"truncated {encoding} data")


def _has_zlib_header(data: bytes) -> bool:
    """Whether deflate data is wrapped as its standard says; some servers send it bare."""
    return len(data) < 2 or (data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0)


def to_text(data: bytes, content_type: str = "") -> str:
    """Decode a page: byte-order mark, then valid UTF-8, then what header, page and habit say, in this order.

    UTF-8 comes before the labels because it hardly ever passes its own check by accident, while labels lie often.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, "replace").removeprefix("\ufeff")
    labels = [codec for label in _labels(data, content_type) if (codec := _codec(label))]
    if not (labels and labels[0] in _SEVEN_BIT):
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            if _is_mostly_utf8(data):
                return data.decode("utf-8", "replace")
    return data.decode(next((codec for codec in labels if codec != "utf-8"), "cp1252"), "replace")


def _labels(data: bytes, content_type: str) -> Iterator[str]:
    head = data[:_HEAD_BYTES]
    if found := _HEADER_CHARSET.search(content_type):
        yield found[1]
    for pattern in (_META_CHARSET, _XML_CHARSET):
        if inside := pattern.search(head):
            yield inside[1].decode("ascii", "replace")


def _codec(label: str) -> str:
    """The codec for a label, "" for a label that means nothing, or no charset of pages (base64, idna)."""
    label = _ALIASES.get(label.lower(), label)
    try:
        b"a".decode(label)
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return ""
    return "" if name in _NO_CHARSETS else _AS_BROWSERS_READ.get(name, name)


def _is_mostly_utf8(data: bytes) -> bool:
    """Whether a few broken bytes spoil what is otherwise UTF-8 with characters beyond ASCII."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", "ignore")) - broken
    return broken * 10 <= beyond_ascii
