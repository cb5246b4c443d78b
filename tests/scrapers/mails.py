"""Letters about saved searches that no marketplace ever sent, in the shapes and encodings theirs come in.

python -m tests.scrapers.mails      writes those that cassettes/mail/normal and its siblings are made of
"""

import base64
import quopri
from collections.abc import Callable, Mapping
from email.header import Header
from pathlib import Path
from zlib import crc32

from tests.scrapers.recordings import CASSETTES

_PACKINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "quoted-printable": quopri.encodestring,
    "base64": base64.encodebytes,
    "8bit": bytes,
}
SENT = "Fri, 01 May 2026 10:00:00 +0200"


def letter(
    sender: str,
    subject: str,
    html: str = "",
    *,
    text: str = "",
    charset: str = "utf-8",
    encoding: str = "quoted-printable",
    date: str = SENT,
    claims: str = "",
) -> bytes:
    """One letter as bytes: multipart where it has both HTML and text; `claims` is the charset it says it is in."""
    head = [
        f"From: {sender}",
        "To: me@home.example",
        f"Subject: {Header(subject, charset).encode()}",
        f"Date: {date}",
        f"Message-ID: <{crc32(f'{sender}{subject}{date}'.encode())}@mailer.example>",
        "MIME-Version: 1.0",
    ]
    bodies = [("plain", text), ("html", html)]
    parts = [_part(kind, body, charset, encoding, claims or charset) for kind, body in bodies if body]
    if len(parts) == 1:
        return "\r\n".join(head).encode() + b"\r\n" + parts[0]
    joined = b"".join(b"--sep-7\r\n" + part + b"\r\n" for part in parts)
    head.append('Content-Type: multipart/alternative; boundary="sep-7"')
    return "\r\n".join(head).encode() + b"\r\n\r\n" + joined + b"--sep-7--\r\n"


def _part(kind: str, body: str, charset: str, encoding: str, claims: str) -> bytes:
    packed = _PACKINGS[encoding](body.encode(charset))
    head = f"Content-Type: text/{kind}; charset={claims}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + packed.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def anzeige(number: int, slug: str, title: str, price: str, place: str) -> str:
    """One advert of a German board: a picture and a title that link, price and place below them."""
    url = f"https://www.anzeigen.example/s-anzeige/{slug}/281111222{number}-225-{number}?utm_source=mail"
    return f"""<tr><td><table><tr><td rowspan="3"><a href="{url}">
<img src="https://img.anzeigen.example/{number}.jpg" alt=""></a></td><td><a href="{url}"><b>{title}</b></a></td></tr>
<tr><td>{price}</td></tr><tr><td>{place}</td></tr></table></td></tr>"""


ANZEIGEN = f"""<html><head><style>td {{color: #333}}</style></head><body><table width="600"><tr><td>
<a href="https://www.anzeigen.example/"><img src="https://static.anzeigen.example/logo.png" alt="Anzeigen"></a>
</td></tr><tr><td><h1>2 neue Treffer für „RTX 3090“ bis 700 €</h1></td></tr>
{anzeige(1, "rtx-3090-fe", "Nvidia RTX 3090 Founders Edition 24 GB", "620 € VB", "04109 Leipzig · Heute, 09:12")}
{anzeige(2, "tesla-p40", "Tesla P40 24GB für KI-Server", "199 €", "Versand möglich")}
<tr><td><a href="https://www.anzeigen.example/m-suchauftrag-verwalten.html">Suchauftrag verwalten</a> ·
<a href="https://www.anzeigen.example/abmelden?x=1">Abmelden</a></td></tr></table></body></html>"""

TICKET = "https://click.mercadillo.example/c/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9eyJpIjoxfQ0123456789abcdef"
MERCADILLO = f"""<div><p>¡Hola! Hay novedades en tu búsqueda <b>tesla v100</b></p><a href="{TICKET}1">
<div><img src="https://cdn.mercadillo.example/a.jpg" alt="Tesla V100 SXM2 16GB"></div><div>180 €</div>
<div>Tesla V100 SXM2 16GB</div></a><a href="{TICKET}2">
<div><img src="https://cdn.mercadillo.example/b.jpg" alt="NVIDIA Tesla V100 PCIe 32GB sin usar"></div>
<div>1.150,50 €</div><div>NVIDIA Tesla V100 PCIe 32GB...</div></a><a href="{TICKET}3">Ver más</a></div>"""

TRACK = "https://mail.markt.example/track?id=9&url=https%3A%2F%2Fwww.markt.example%2Fv%2Fcomputers%2F"
MARKT = f"""<table><tr><td>
<a href="{TRACK}m2100001-radeon-mi50%3Futm_campaign%3Dx#top">AMD Radeon Instinct MI50 32GB</a><br>
<span>&euro;&nbsp;150,00</span><br>
<a href="{TRACK}m2100001-radeon-mi50%3Futm_campaign%3Dx#top">Bekijk advertentie</a>
<a href="https://www.markt.example/messages/new?ad=m2100001">Schrijf de verkoper</a></td></tr>
<tr><td><a href="{TRACK}m2100002-rtx-a4000">RTX A4000 16GB</a><br><span>Bieden</span><br></td></tr></table>"""

ITEM = "https://www.netz.example/n/?marketplace/item/"
NETZ = f"""<table><tbody>
<tr><td><a href="{ITEM}7000001/&amp;aref=1"><span>$650 · RTX 3090 24GB barely used</span></a></td></tr>
<tr><td><a href="{ITEM}7000002/&amp;aref=2"><span>$1,900 · RTX 4090 24GB</span></a></td></tr>
<tr><td>To unsubscribe, <a href="https://www.netz.example/o.php?k=AS">click here</a>.</td></tr></tbody></table>"""


def annonce(number: int, title: str, price: str, place: str) -> str:
    """One advert of a French board: all of it is one link."""
    return f"""<tr><td><a href="https://www.lecoin.example/ad/informatique/250000000{number}"><table><tr>
<td><img alt="photo" src="https://img.lecoin.example/{number}.webp"></td>
<td><p style="font-weight:bold">{title}</p><p>{price}</p><p>{place}</p></td></tr></table></a></td></tr>"""


REDUCED = '<span style="text-decoration: line-through">180 €</span> <span>140 €</span>'
LECOIN = f"""<table>{annonce(1, "Carte graphique Tesla P100 16 Go", REDUCED, "Lyon 69003")}
{annonce(2, "RTX 2080 Ti 22 Go modifiée", "329 €", "Paris 75011")}</table>"""

AUCTION = "https://page.keibai.example/jp/auction/x100000000"
KEIBAI = f"""<html><body><div>オークションの新着通知「tesla v100」</div>
<div><a href="{AUCTION}1">NVIDIA Tesla V100 SXM2 32GB 動作確認済み</a><br>現在 45,000円 / 即決 52,000円 入札 3</div>
<div><a href="{AUCTION}2">Tesla P4 8GB ロープロファイル</a><br>現在 6,800円</div>
<div><a href="https://page.keibai.example/jp/show/settings">配信停止</a></div></body></html>"""

PLAIN = """New listings for your search "mi60"

AMD Instinct MI60 32GB, pulled from a server
$260 + shipping
https://board.example/listing/4411

Instinct MI25 16GB
$55 shipped OBO
https://board.example/listing/4412

Manage your alerts: https://board.example/alerts?user=7
"""

NEWS = '<p>Our terms have changed.</p><p><a href="https://www.anzeigen.example/blog/terms-of-2026">Read on</a></p>'

NORMAL: Mapping[str, bytes] = {
    "1-anzeigen": letter("Anzeigen <noreply@anzeigen.example>", "2 neue Treffer für „RTX 3090“", ANZEIGEN),
    "2-mercadillo": letter("hola@mercadillo.example", "Novedades: tesla v100", MERCADILLO, encoding="base64"),
    "3-markt": letter("Markt <info@markt.example>", "Nieuw", MARKT, text="zie html", charset="iso-8859-15"),
    "4-netz": letter("netz <notification@netz.example>", "New items near you", NETZ, encoding="8bit"),
    "5-lecoin": letter("no.reply@lecoin.example", "Votre recherche", LECOIN, charset="cp1252", claims="iso-8859-1"),
    "6-keibai": letter("master@keibai.example", "新着通知", KEIBAI, charset="iso-2022-jp", encoding="8bit"),
    "7-board": letter("alerts@board.example", "mi60", text=PLAIN, charset="us-ascii", encoding="8bit"),
    "8-news": letter("noreply@anzeigen.example", "Neue Bedingungen", NEWS),
}
ADVERTS = {"anzeigen": 2, "mercadillo": 2, "markt": 1, "netz": 2, "lecoin": 2, "keibai": 2, "board": 2}
SETS: Mapping[str, Mapping[str, bytes]] = {"normal": NORMAL, "empty": {"8-news": NORMAL["8-news"]}}


def write(folder: Path, letters: Mapping[str, bytes]) -> Path:
    """Put letters into a folder as .eml files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in letters.items():
        (folder / f"{name}.eml").write_bytes(data)
    return folder


if __name__ == "__main__":
    for case, letters in SETS.items():
        write(CASSETTES / "mail" / case, letters)
