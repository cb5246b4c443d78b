"""Charsets as pages really state them, misstate them, or forget to."""

import gzip
import json
import os
from pathlib import Path

import pytest

from scrapers.decode import Broken, Oversized, to_text, unpack

WORDS = "Grafikkarte mit Lüfter, fünf Stück größer"
LATIN_PAGE = '<html><head><meta charset="{}"></head><body>' + WORDS + "</body></html>"


@pytest.mark.parametrize(
    ("text", "codec", "content_type"),
    [
        (WORDS, "utf-8", "text/html; charset=utf-8"),
        (WORDS, "utf-8", "text/html"),
        (WORDS, "utf-8", 'text/html; charset="ISO-8859-1"'),  # a server's habit, whatever the page is
        (WORDS, "utf-8-sig", "text/html; charset=windows-1252"),
        (WORDS, "utf-16", "text/html; charset=utf-8"),
        (WORDS, "utf-32", ""),
        (WORDS, "cp1252", "text/html; charset=iso-8859-1"),
        (WORDS, "cp1252", "text/html; charset=utf-8"),
        (WORDS, "cp1252", ""),
        ("1.299 € – „neu“", "cp1252", "text/html; charset=ISO-8859-1"),
        ("Karta graficzna, zł, używana", "iso8859-2", "text/html; charset=ISO-8859-2"),
        ("Видеокарта б/у", "cp1251", "text/html; charset=windows-1251"),
        ("Видеокарта б/у", "koi8-r", "text/html;charset=KOI8-R"),
        ("显卡 魔改 涡轮 二手 包邮", "gb18030", "text/html; charset=gb2312"),
        ("显卡 魔改 涡轮 二手 包邮", "gbk", "text/html; charset=x-gbk"),
        ("グラフィックボード 中古", "shift_jis", "text/html; charset=Shift_JIS"),
        ("グラフィックボード 中古", "cp932", "text/html; charset=x-sjis"),
        ("グラフィックボード 中古", "euc_jp", "text/html; charset=EUC-JP"),
        ("グラフィックボード 中古", "iso2022_jp", "text/html; charset=ISO-2022-JP"),
        ("그래픽카드 중고", "cp949", "text/html; charset=euc-kr"),
        ("顯示卡 二手", "big5", "text/html; charset=Big5"),
        ("การ์ดจอ", "cp874", "text/html; charset=TIS-620"),
        ("Ekran kartı ışık şık", "cp1254", "text/html; charset=iso-8859-9"),
        ('{"title": "Carte graphique à réparer"}', "utf-8", "application/json"),
    ],
)
def test_the_charset_is_found(text: str, codec: str, content_type: str) -> None:
    assert to_text(text.encode(codec), content_type) == text


@pytest.mark.parametrize(
    ("head", "codec"),
    [
        ('<meta charset="windows-1250">', "cp1250"),
        ("<meta charset=iso-8859-2>", "iso8859-2"),
        ("<META http-equiv='Content-Type' content='text/html; charset=windows-1250'>", "cp1250"),
        ('<?xml version="1.0" encoding="ISO-8859-2"?>', "iso8859-2"),
    ],
)
def test_the_page_says_it_where_the_server_does_not(head: str, codec: str) -> None:
    page = f"{head}<p>Płyta z żółtą diodą</p>"
    assert to_text(page.encode(codec), "text/html") == page


@pytest.mark.parametrize("label", ["", "no-such-charset", "base64", "idna", "unicode_escape", "rot13", "\0"])
def test_a_label_that_is_no_charset_is_overlooked(label: str) -> None:
    page = LATIN_PAGE.format(label)
    assert to_text(page.encode("cp1252"), f"text/html; charset={label}") == page


def test_one_broken_byte_does_not_turn_a_page_into_another_charset() -> None:
    data = (WORDS * 20).encode() + b"\xff" + WORDS.encode()
    assert to_text(data, "text/html; charset=iso-8859-1") == WORDS * 20 + "\ufffd" + WORDS


def test_joined_gzip_files_and_padding_are_read() -> None:
    data = gzip.compress(b"first, ") + gzip.compress(b"second") + b"\0" * 20
    assert unpack([data], "gzip", max_bytes=100) == b"first, second"
    one = gzip.compress(b"first")
    assert unpack([one[i : i + 1] for i in range(len(one))], "x-gzip", max_bytes=100) == b"first"


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072, 1_000_000])
def test_sizes_around_the_step_come_out_whole(size: int) -> None:
    assert unpack([gzip.compress(b"x" * size)], "gzip", max_bytes=size) == b"x" * size
    with pytest.raises(Oversized):
        unpack([gzip.compress(b"x" * size)], "gzip", max_bytes=size - 1)


@pytest.mark.parametrize("cut", [1, 5, 12, 30])
def test_a_file_that_ends_early_is_broken(cut: int) -> None:
    with pytest.raises(Broken):
        unpack([gzip.compress(os.urandom(100))[:-cut]], "gzip", max_bytes=1000)


def test_real_pages_decode_without_losses(corpus: Path) -> None:
    pages = sorted((corpus / "pages" / "product_pages").glob("*.html.gz"))
    assert len(pages) == 68
    losses = {page.name[:6]: to_text(gzip.decompress(page.read_bytes())).count("\ufffd") for page in pages}
    # One page holds the replacement character itself; one mixes two charsets.
    assert sum(losses.values()) <= 2, json.dumps({name: lost for name, lost in losses.items() if lost})
