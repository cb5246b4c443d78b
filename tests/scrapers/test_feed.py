"""Feeds in the shapes that shops, boards and blogs print."""

from dataclasses import replace

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.sites.feed import SCRAPER, mistakes
from tests.scrapers.invented.feed import BOARD, PRODUCTS
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

SOURCE = Source(name="board", site="feed", options={"url": "https://board.example/rss"}, currency="EUR")

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Deals</title>
<entry><title type="html">RTX 3090 &amp;lt;used&amp;gt;</title><id>tag:deals.example,2026:1</id>
<link rel="self" href="https://deals.example/api/1"/><link href="https://deals.example/1"/>
<summary type="html">&lt;p&gt;Now &lt;b&gt;$599&lt;/b&gt; shipped, was $699&lt;/p&gt;</summary>
<author><name>Ann</name><uri>https://deals.example/ann</uri></author><updated>2026-05-01T08:00:00Z</updated></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Old board</title></channel>
<item rdf:about="https://old.example/7"><title>Tesla M40 24GB $75</title><link>https://old.example/7</link>
<dc:date>2026-05-01T08:00:00+00:00</dc:date></item></rdf:RDF>"""


def listings(text: str, **options: str) -> list[RawListing]:
    source = replace(SOURCE, options={**SOURCE.options, **options})
    return list(read(SCRAPER, Page(url="https://board.example/rss", text=text, source=source)))


def item(title: str, summary: str = "", extra: str = "") -> str:
    return (
        f"<rss><channel><item><title>{title}</title><link>https://b.example/1</link>"
        f"<description><![CDATA[{summary}]]></description>{extra}</item></channel></rss>"
    )


def test_googles_namespace_is_read() -> None:
    sale, sold = listings(PRODUCTS)
    assert (sale.site_id, sale.price, sale.shipping, sale.condition) == ("P-100", "219.00 USD", "12.00 USD", "used")
    assert sale.attributes == {"brand": "NVIDIA", "mpn": "900-2G610"}
    assert sale.image == "https://pulls.example/p40.jpg"
    assert (sold.price, sold.availability) == ("139.00 USD", "out_of_stock")


def test_html_names_in_xml_and_relative_links_are_survived() -> None:
    first, second = listings(BOARD)
    assert first.title == "RTX 3090 Turbo 24 GB – 580 € VB"
    assert first.url == "https://board.example/ad/1"
    assert (first.price, first.seller, first.listed_at) == ("580 € VB", "karl", "2026-05-01T09:30:00+02:00")
    assert (second.price, second.shipping, second.availability) == ("280 €", "0", "SoldOut")


def test_atom_is_read() -> None:
    (row,) = listings(ATOM)
    assert (row.title, row.url, row.site_id) == (
        "RTX 3090 <used>",
        "https://deals.example/1",
        "tag:deals.example,2026:1",
    )
    assert (row.price, row.shipping, row.seller, row.listed_at) == ("$599", "0", "Ann", "2026-05-01T08:00:00Z")


def test_rss_1_is_read() -> None:
    (row,) = listings(RDF)
    assert (row.site_id, row.price, row.listed_at) == ("https://old.example/7", "$75", "2026-05-01T08:00:00+00:00")


@pytest.mark.parametrize(
    ("title", "summary", "price"),
    [
        ("RTX 3090 - $650", "only $20 shipping", "$650"),
        ("RTX 3090", "Asking $650", "$650"),
        ("RTX 3090", "$650 here, $700 there", ""),
        ("RTX 3090 $650 / RTX 3080 $400", "$650", ""),
        ("RTX 3090", "no price at all", ""),
    ],
)
def test_a_price_is_found_where_there_is_only_one(title: str, summary: str, price: str) -> None:
    assert [row.price for row in listings(item(title, summary))] == [price]


@pytest.mark.parametrize(
    ("pattern", "price"), [(r"Preis: ([\d.]+)", "650"), (r"\d+ Taler", "650 Taler"), (r"Gold: (\d+)", "")]
)
def test_a_source_may_say_how_its_prices_look(pattern: str, price: str) -> None:
    assert [row.price for row in listings(item("RTX 3090", "Preis: 650 Taler"), price=pattern)] == [price]


@pytest.mark.parametrize(("pattern", "said"), [("(", "no regular expression"), ("(a)(b)", "2 groups")])
def test_a_wrong_pattern_is_told(pattern: str, said: str) -> None:
    assert said in next(mistakes({"price": pattern}))
    with pytest.raises(ParseError, match="price: "):
        listings(item("RTX 3090"), price=pattern)


def test_pictures_and_dates_of_all_kinds() -> None:
    extra = (
        '<enclosure url="https://b.example/a.jpg" type="image/jpeg"/><pubDate>Fri, 01 May 2026 10:00:00 -0400</pubDate>'
    )
    (row,) = listings(item("RTX 3090", extra=extra))
    assert (row.image, row.listed_at) == ("https://b.example/a.jpg", "2026-05-01T10:00:00-04:00")
    (row,) = listings(item("RTX 3090", extra="<pubDate>yesterday</pubDate>"))
    assert row.listed_at == "yesterday"


@pytest.mark.parametrize("text", ["", "{}", "<html><p>no feed</p></html>", "<rss><channel><item>", "plain words"])
def test_what_is_no_feed_cannot_be_read(text: str) -> None:
    with pytest.raises(ParseError):
        listings(text)


@pytest.mark.parametrize("renamed", ["title", "link"])
def test_a_feed_that_lost_a_field_is_noticed(renamed: str) -> None:
    text = item("RTX 3090").replace(f"<{renamed}>", f"<x{renamed}>").replace(f"</{renamed}>", f"</x{renamed}>")
    with pytest.raises(ParseError):
        listings(text)


RSS_FRAME = "<title>Cards</title><link>https://b.example/</link><image><url>u</url><title>t</title></image>"
EMPTY = {
    "RSS with a picture": f"<rss><channel>{RSS_FRAME}<ttl>60</ttl></channel></rss>",
    "RSS of a podcast": f"<rss><channel>{RSS_FRAME}<owner><name>n</name></owner></channel></rss>",
    "Atom": "<feed><title>t</title><id>i</id><author><name>n</name></author><updated>2026-05-01</updated></feed>",
    "RSS 1.0": f"<RDF><channel>{RSS_FRAME}</channel></RDF>",
}
NOT_EMPTY = {
    "no frame": "<rss></rss>",
    "entries by another name": f"<rss><channel>{RSS_FRAME}<offer><title>RTX 3090</title></offer></channel></rss>",
    "entries laid open": f"<rss><channel>{RSS_FRAME}<title>RTX 3090</title><link>l</link></channel></rss>",
    "another kind of entries in Atom": "<feed><title>t</title><row><title>RTX 3090</title></row></feed>",
    "beside the channel": f"<RDF><channel>{RSS_FRAME}</channel><offer><title>RTX 3090</title></offer></RDF>",
}


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
def test_a_feed_that_says_nothing_is_empty(text: str) -> None:
    assert listings(text) == []


@pytest.mark.parametrize("text", NOT_EMPTY.values(), ids=NOT_EMPTY)
def test_a_feed_that_says_something_else_is_not_empty(text: str) -> None:
    with pytest.raises(ParseError):
        listings(text)


def test_a_pattern_that_fits_no_entry_is_told_where_there_are_several() -> None:
    one = item("RTX 3090", "Preis: 650 Taler")
    entry = one[one.index("<item>") : one.index("</channel>")]
    with pytest.raises(ParseError, match="none of 5 entries has a price like"):
        listings(one.replace(entry, entry * 5), price=r"Gold: (\d+)")
