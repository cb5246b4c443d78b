"""Letters about saved searches: from a real IMAP server, from folders, and what is read out of them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import Crawl, crawl, read
from scrapers.fetch import Fetcher
from scrapers.mail import MAX_LETTER_BYTES
from scrapers.saved import saved
from scrapers.sites.mail import SCRAPER, mistakes
from tests.scrapers import mails
from tests.scrapers.imap_server import PASSWORD, USER, Certificate, Mailboxes, behind_tls, certificate, mail_server
from tests.scrapers.mails import ADVERTS, NORMAL, letter, write
from tracker.core.errors import Blocked, Gone, ParseError, Unconfigured, Unreachable
from tracker.core.models import RawListing

SECRETS = {"MAIL_USERNAME": USER, "MAIL_PASSWORD": PASSWORD}


@pytest.fixture(scope="module")
def server() -> Iterator[Mailboxes]:
    with mail_server() as running:
        running.deliver("INBOX", NORMAL.values())
        yield running


@pytest.fixture(scope="module")
def own_certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    made = certificate(tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("there is no openssl to make a certificate with")
    return made


def source(at: int = 0, /, **options: str) -> Source:
    server: dict[str, str] = {"host": "127.0.0.1", "port": str(at), "security": "none"} if at else {}
    return Source(name="mail", site="mail", options={**server, **options}, currency="EUR")


def walk(visited: Source, secrets: dict[str, str] | None = None) -> Crawl:
    with Fetcher(secrets=SECRETS if secrets is None else secrets) as fetcher:
        return crawl(SCRAPER, visited, fetcher.of(SCRAPER, visited))


def rows(html: str, **options: str) -> list[tuple[str, str, str]]:
    return [(row.title, row.price, row.url) for row in of_letter(letter("a@shop.example", "new", html), **options)]


def of_letter(data: bytes, **options: str) -> list[RawListing]:
    page = saved("mail", Path("one.eml"), data, source=source(path=".", **options))
    return list(read(SCRAPER, page))


# --- mailboxes ----------------------------------------------------------------------------------------------------


def test_every_advert_in_a_mailbox_is_read(server: Mailboxes) -> None:
    result = walk(source(server.port))
    assert (result.error, result.pages, result.complete) == (None, 1, False)
    senders = [str(row.attributes["sender"]).rpartition("@")[2].partition(".")[0] for row in result.listings]
    assert {name: senders.count(name) for name in senders} == ADVERTS
    assert all(
        row.url.startswith("https://") and row.listed_at == "2026-05-01T08:00:00+00:00" for row in result.listings
    )


def test_letters_stay_unread(server: Mailboxes) -> None:
    assert server.unread("INBOX") == len(NORMAL)


def test_letters_are_marked_where_wished(server: Mailboxes) -> None:
    server.deliver("marked", [NORMAL["1-anzeigen"], NORMAL["8-news"]])
    assert len(walk(source(server.port, mailbox="marked", mark_seen="true", senders="anzeigen.example")).listings) == 2
    assert server.unread("marked") == 0
    assert len(walk(source(server.port, mailbox="marked", mark_seen="true")).listings) == 2


def test_only_the_senders_one_named(server: Mailboxes) -> None:
    result = walk(source(server.port, senders="lecoin.example, alerts@board.example"))
    assert {row.attributes["sender"] for row in result.listings} == {"no.reply@lecoin.example", "alerts@board.example"}


def test_mailboxes_have_names_of_all_kinds(server: Mailboxes) -> None:
    server.deliver('"GPU alerts"', [NORMAL["4-netz"]])
    server.deliver('"Gesuchte Gr&APYA3w-&-en"', [NORMAL["5-lecoin"]])
    assert len(walk(source(server.port, mailbox="GPU alerts")).listings) == 2
    assert len(walk(source(server.port, mailbox="Gesuchte Größ&en")).listings) == 2


def test_old_letters_are_left_alone(server: Mailboxes) -> None:
    now = datetime.now(UTC)
    server.deliver("old", [NORMAL["4-netz"]], at=now - timedelta(days=9))
    server.deliver("old", [NORMAL["5-lecoin"]], at=now - timedelta(days=2))
    assert {row.attributes["sender"] for row in walk(source(server.port, mailbox="old")).listings} == {
        "no.reply@lecoin.example"
    }
    assert len(walk(source(server.port, mailbox="old", days="20")).listings) == 4


def test_the_newest_letters_come_first_and_only_so_many(server: Mailboxes) -> None:
    server.deliver("many", [NORMAL["4-netz"], NORMAL["5-lecoin"], NORMAL["7-board"]])
    (first, *_), few = (
        walk(source(server.port, mailbox="many")).listings,
        walk(source(server.port, mailbox="many", limit="1")),
    )
    assert first.attributes["sender"] == "alerts@board.example"
    assert len(few.listings) == 2


def test_a_huge_letter_is_left_alone(server: Mailboxes) -> None:
    server.deliver("huge", [NORMAL["4-netz"], letter("a@shop.example", "big", "x" * MAX_LETTER_BYTES, encoding="8bit")])
    assert len(walk(source(server.port, mailbox="huge")).listings) == 2


def test_an_empty_mailbox_is_no_trouble(server: Mailboxes) -> None:
    server.deliver("nothing", [])
    result = walk(source(server.port, mailbox="nothing", senders="shop.example"))
    assert (result.error, result.listings) == (None, ())


def test_what_can_go_wrong_is_named(server: Mailboxes) -> None:
    wrong = walk(source(server.port), {"MAIL_USERNAME": USER, "MAIL_PASSWORD": "wrong"})
    assert isinstance(wrong.error, Blocked)
    assert "wrong" not in str(wrong.error)
    assert isinstance(walk(source(server.port, mailbox="Nowhere")).error, Gone)
    nobody = walk(source(server.port), {})
    assert isinstance(nobody.error, Unconfigured)
    assert "MAIL_USERNAME and MAIL_PASSWORD" in str(nobody.error)
    other = walk(source(server.port, env="WORK"), {"WORK_USERNAME": "me"})
    assert "WORK_PASSWORD not set" in str(other.error)
    assert isinstance(walk(source(1)).error, Unreachable)


def test_a_server_that_speaks_no_tls_gets_no_password(server: Mailboxes) -> None:
    for security in ("tls", "starttls"):
        error = walk(source(server.port, security=security)).error
        assert isinstance(error, Unreachable | Blocked), security


def test_starttls_and_tls_check_the_certificate(own_certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(own_certificate) as running:
        running.deliver("INBOX", [NORMAL["4-netz"]])
        for trusted in (False, True):
            if trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(own_certificate.cert))
            with behind_tls(running.port, own_certificate) as port:
                by_tls, by_starttls = (
                    walk(source(port, security="tls")),
                    walk(source(running.port, security="starttls")),
                )
            for result in (by_tls, by_starttls):
                assert len(result.listings) == (2 if trusted else 0)
                assert trusted or (isinstance(result.error, Unreachable) and "CERTIFICATE_VERIFY" in str(result.error))


# --- folders ------------------------------------------------------------------------------------------------------


def test_a_folder_of_letters_is_a_mailbox(tmp_path: Path) -> None:
    write(tmp_path / "saved", NORMAL)
    (tmp_path / "cur").mkdir()
    (tmp_path / "cur" / "1700000000.M1.host:2,S").write_bytes(letter("x@y.example", "s", mails.NETZ))
    (tmp_path / "notes.txt").write_text("not a letter")
    assert len(walk(source(path=str(tmp_path))).listings) == sum(ADVERTS.values())
    assert len(walk(source(path=str(tmp_path), senders="y.example")).listings) == ADVERTS["netz"]
    assert isinstance(walk(source(path=str(tmp_path / "none"))).error, Gone)


def test_one_saved_letter_can_be_imported() -> None:
    assert [row.title for row in of_letter(NORMAL["6-keibai"])] == [
        "NVIDIA Tesla V100 SXM2 32GB 動作確認済み",
        "Tesla P4 8GB ロープロファイル",
    ]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "either `host`"),
        ({"host": "a.example", "path": "b"}, "either `host`"),
        ({"host": "a.example", "security": "ssl"}, "it may be tls, starttls, none"),
        ({"host": "a.example", "security": "none"}, "password"),
        ({"path": "b", "item": ".ad", "title": "b"}, "need price, link too"),
    ],
)
def test_mistakes_are_told(options: dict[str, str], said: str) -> None:
    assert said in next(mistakes(options))
    assert isinstance(walk(source(**options)).error, Unconfigured)


def test_credentials_are_never_in_an_address() -> None:
    (request,) = SCRAPER.start(source(host="imap.mail.example", mailbox="GPU alerts"))
    assert request.url == "imap://imap.mail.example:993/GPU%20alerts"


# --- adverts ------------------------------------------------------------------------------------------------------


def test_each_market_in_its_own_shape() -> None:
    found = {name: of_letter(data) for name, data in NORMAL.items()}
    first, second = found["1-anzeigen"]
    assert (first.title, first.price, first.best_offer) == ("Nvidia RTX 3090 Founders Edition 24 GB", "620 € VB", True)
    assert first.url == "https://www.anzeigen.example/s-anzeige/rtx-3090-fe/2811112221-225-1"
    assert first.site_id == "www.anzeigen.example/s-anzeige/rtx-3090-fe/2811112221-225-1"
    assert first.image == "https://img.anzeigen.example/1.jpg"
    assert (second.title, second.price) == ("Tesla P40 24GB für KI-Server", "199 €")
    assert [(row.title, row.price, row.site_id) for row in found["2-mercadillo"]] == [
        ("Tesla V100 SXM2 16GB", "180 €", "mercadillo.example/tesla-v100-sxm2-16gb"),
        (
            "NVIDIA Tesla V100 PCIe 32GB sin usar",
            "1.150,50 €",
            "mercadillo.example/nvidia-tesla-v100-pcie-32gb-sin-usar",
        ),
    ]
    (dutch,) = found["3-markt"]
    assert (dutch.title, dutch.price) == ("AMD Radeon Instinct MI50 32GB", "€ 150,00")
    assert dutch.url == "https://www.markt.example/v/computers/m2100001-radeon-mi50"
    assert [(row.title, row.price, row.site_id) for row in found["4-netz"]] == [
        ("RTX 3090 24GB barely used", "$650", "www.netz.example/n/?marketplace/item/7000001/"),
        ("RTX 4090 24GB", "$1,900", "www.netz.example/n/?marketplace/item/7000002/"),
    ]
    assert [(row.title, row.price) for row in found["5-lecoin"]] == [
        ("Carte graphique Tesla P100 16 Go", "140 €"),
        ("RTX 2080 Ti 22 Go modifiée", "329 €"),
    ]
    assert [(row.price, row.bids) for row in found["6-keibai"]] == [("52,000円", ""), ("6,800円", "0")]
    assert [(row.title, row.price, row.shipping, row.best_offer) for row in found["7-board"]] == [
        ("AMD Instinct MI60 32GB, pulled from a server", "$260", "", False),
        ("Instinct MI25 16GB", "$55 OBO", "0", True),
    ]
    assert found["8-news"] == []


A, B = "https://shop.example/item/1000001", "https://shop.example/item/1000002"
SHAPES = [
    (
        "link and price in one line",
        f'<p><a href="{A}">RTX 3090 24GB</a> - $650</p><p><a href="{B}">MI50 32GB</a> - $130</p>',
    ),
    ("price first", f'<div>$650 <a href="{A}">RTX 3090 24GB</a></div><div>$130 <a href="{B}">MI50 32GB</a></div>'),
    ("price in the link", f'<p><a href="{A}">RTX 3090 24GB – $650</a></p><p><a href="{B}">MI50 32GB – $130</a></p>'),
    (
        "picture, text and button",
        f"""<div><a href="{A}"><img alt="" src="https://i.example/1.jpg"></a><b>RTX 3090 24GB</b><i>$650</i>
<a href="{A}">View</a></div>
<div><a href="{B}"><img alt=""></a><b>MI50 32GB</b><i>$130</i><a href="{B}">View</a></div>""",
    ),
    ("all in one box", f'<td><a href="{A}">RTX 3090 24GB</a> - $650<br><a href="{B}">MI50 32GB</a> - $130<br></td>'),
    ("in one box, price first", f'<td>$650 <a href="{A}">RTX 3090 24GB</a><br>$130 <a href="{B}">MI50 32GB</a></td>'),
    (
        "links with campaigns",
        f'<li><a href="{A}?utm_id=x">RTX 3090 24GB</a> $650</li><li><a href="{B}?utm_id=x#y">MI50 32GB</a> $130</li>',
    ),
    (
        "behind redirects",
        f"""<li><a href="https://t.example/?x=1&url={A}">RTX 3090 24GB</a> $650</li>
<li><a href="https://t.example/?x=2&u=https%3A%2F%2Ft.example%2Fr%3Fto%3D{B}">MI50 32GB</a> $130</li>""",
    ),
]


@pytest.mark.parametrize("html", [html for _, html in SHAPES], ids=[name for name, _ in SHAPES])
def test_blocks_of_link_title_and_price(html: str) -> None:
    footer = (
        '<p><a href="https://shop.example/">Shop</a> <a href="https://shop.example/unsubscribe?u=1">Unsubscribe</a></p>'
    )
    assert rows(html + footer) == [("RTX 3090 24GB", "$650", A), ("MI50 32GB", "$130", B)]


@pytest.mark.parametrize(
    "html",
    [
        f'<p><a href="{A}">Our blog on the RTX 3090</a></p>',
        "<p>RTX 3090 for $650, call us</p>",
        '<p><a href="mailto:a@b.example">RTX 3090</a> $650</p>',
        '<p><a href="javascript:alert(1)">RTX 3090</a> $650</p>',
        '<p><a href="https://shop.example/search?q=rtx">All RTX 3090 up to $700</a></p>',
        '<p>Win $50! <a href="https://shop.example/settings">Change your settings</a></p>',
        "",
    ],
)
def test_letters_without_adverts(html: str) -> None:
    assert rows(html) == []


def test_an_advert_in_two_letters_is_the_newest_ones(tmp_path: Path) -> None:
    old = letter("a@b.example", "new", SHAPES[0][1], date="Fri, 01 May 2026 08:00:00 +0000")
    new = letter("a@b.example", "cheaper", SHAPES[0][1].replace("$650", "$600"), date="Fri, 01 May 2026 09:00:00 -0500")
    write(tmp_path, {"a": old, "b": new})
    assert [row.price for row in walk(source(path=str(tmp_path))).listings] == ["$600", "$130"]


SELECTORS = {"item": ".ad", "title": "h2", "price": ".p", "link": "a", "id": "em"}
AD = """<div class="ad"><a href="https://t.example/?url={url}">Ad</a><h2>{title}</h2><b class="p">{price}</b>
<em>{id}</em></div>"""


def test_a_senders_letters_can_be_read_by_selectors() -> None:
    html = AD.format(url=A, title="RTX 3090", price="650 Taler", id="7") + AD.format(
        url=B, title="MI50", price="1", id="8"
    )
    found = of_letter(letter("a@shop.example", "new", html), **SELECTORS)
    assert [(row.title, row.price, row.url) for row in found] == [("RTX 3090", "650 Taler", A), ("MI50", "1", B)]
    assert found[0].attributes == {"sender": "a@shop.example", "subject": "new"}


def test_selectors_that_match_in_no_letter_are_told(tmp_path: Path) -> None:
    with pytest.raises(ParseError, match="no item at"):
        of_letter(letter("a@shop.example", "new", SHAPES[0][1]), **SELECTORS)
    good = letter("a@shop.example", "new", AD.format(url=A, title="RTX 3090", price="650", id="7"))
    write(tmp_path, {"a": good, "b": letter("a@shop.example", "hello", "<p>Welcome</p>")})
    assert [row.title for row in walk(source(path=str(tmp_path), **SELECTORS)).listings] == ["RTX 3090"]


def test_a_sender_whose_letters_changed_is_noticed() -> None:
    with pytest.raises(ParseError, match="no link with a title and a price in 1 letters"):
        of_letter(letter("a@shop.example", "new", "<p>Look at our new design</p>"), senders="shop.example")


LINK = b"<p><a href='https://a.example/12345'>RTX 3090</a> $5"
HTML = b"Content-Type: text/html"
MIXED = b"Content-Type: multipart/mixed; boundary=x\n\n--x\n"
ODD = [
    b"",
    b"From: x\n\n",
    b"Subject: =?utf-8?q?=ff=fe?=\n" + HTML + b"; charset=nonsense\n\n" + LINK,
    MIXED + HTML + b"\nContent-Transfer-Encoding: base64\n\n!!!\n",
    b"Date: 31 Feb 99999999 99:99\nFrom: =?x?b?!?=\n\nhello",
    b"Date: Mon, 01 Jan 0001 00:00:00 +1400\n\nhello",
    MIXED * 200,
    b"\xff\xfe\x00\x01" * 5000,
    HTML + b"\n\n" + b"<div>" * 150_000 + LINK,
    HTML + b"\n\n" + b"".join(LINK.replace(b"12345", b"%d" % number) for number in range(10_000, 13_000)),
    HTML
    + b"\n\n"
    + b"".join(b"<a href='https://a.example/%d'>RTX 3090</a> " % number for number in range(3_000))
    + b"$5",
]


@pytest.mark.parametrize("data", ODD)
def test_odd_letters_are_survived(data: bytes, tmp_path: Path) -> None:
    write(tmp_path, {"odd": data, "good": NORMAL["4-netz"]})
    assert len(walk(source(path=str(tmp_path))).listings) >= ADVERTS["netz"]


def test_a_page_that_is_no_mailbox_is_told() -> None:
    assert list(read(SCRAPER, Page(url="u", text='{"letters": []}', source=source(path=".")))) == []
    for text in ("{}", "{broken", "just some words"):
        with pytest.raises(ParseError):
            list(read(SCRAPER, Page(url="u", text=text, source=source(path="."))))


def test_a_sender_that_changed_its_letters_is_told_although_others_have_not(tmp_path: Path) -> None:
    named = source(path=str(tmp_path), senders="anzeigen.example, lecoin.example")
    write(tmp_path, {"5-lecoin": NORMAL["5-lecoin"], "8-news": NORMAL["8-news"], "9-news": NORMAL["8-news"]})
    assert len(walk(named).listings) == ADVERTS["lecoin"]
    write(tmp_path, {"10-news": NORMAL["8-news"]})
    assert "3 letters from noreply@anzeigen.example" in str(walk(named).error)
