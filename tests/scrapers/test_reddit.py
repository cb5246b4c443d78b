"""What posts of trading communities offer: titles, lists, tables, prices in prose, and how they end."""

import re
from pathlib import Path

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.saved import saved
from scrapers.sites.reddit import SCRAPER
from scrapers.trades import country_of, trade
from tests.scrapers.invented.reddit import feed, post
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

SOURCE = Source(name="swap", site="reddit", options={"subreddit": "hardwareswap"})


def listings(title: str, body: str) -> list[RawListing]:
    text = feed(post(1, title, body)).body.decode()
    return list(read(SCRAPER, Page(url="https://www.reddit.com/r/x/new/.rss", text=text, source=SOURCE)))


def rows(title: str, body: str) -> list[tuple[str, str, str, bool]]:
    return [(row.title, row.price, row.shipping, row.availability == "SoldOut") for row in listings(title, body)]


@pytest.mark.parametrize(
    ("named", "path"),
    [
        ("hardwareswap", "hardwareswap"),
        ("r/homelabsales", "homelabsales"),
        ("/r/homelabsales/", "homelabsales"),
        ("hardwareswap+homelabsales", "hardwareswap+homelabsales"),
        ("no such/place?", "no%20such%2Fplace%3F"),
    ],
)
def test_the_newest_posts_are_asked_for(named: str, path: str) -> None:
    (request,) = SCRAPER.start(Source(name="x", site="reddit", options={"subreddit": named}))
    assert request.url == f"https://www.reddit.com/r/{path}/new/.rss?limit=100"


# One thing in a post: (title, body, price, shipping).
ONE = [
    ("[H] RTX 3090 [W] PayPal", "<p>Asking $640 shipped or $620 local (10001).</p>", "$640", "0"),
    ("[H] RTX 3090 [W] PayPal", "<p>Paid $1500 in 2021. Selling for 600 + shipping</p>", "600", ""),
    ("[H] RTX 3090 [W] PayPal", "<p>$600 plus $25 shipping.</p>", "$600", "$25"),
    ("[H] RTX 3090 [W] PayPal", "<p><del>$700 shipped</del> $650 shipped OBO</p>", "$650 OBO", "0"),
    ("[H] RTX 3090 [W] PayPal", "<p>~~$700~~ $650 shipped</p>", "$650", "0"),
    ("[H] RTX 3090 [W] PayPal", "<p>Price: $700 -&gt; $650 shipped</p>", "$650", "0"),
    ("[H] RTX 3090 $650 [W] PayPal", "<p>shipped with $1000 insurance, retails for $1499</p>", "$650", ""),
    ("[H] RTX 3090 [W] PayPal", "<p>Make me an offer, MSRP was $1499</p>", "", ""),
    ("[H] RTX 3090 [W] PayPal", "<p>$650 shipped to the East, $680 shipped to the West</p>", "", ""),
    ("[EU-DE] [H] RTX 4090 [W] PayPal", "<p>1.450 € inkl. Versand</p>", "1.450 €", "0"),
    ("[CAN-ON] [H] RTX 4090 [W] EMT", "<p>CAD $1,700 shipped</p>", "CAD $1,700", "0"),
    ("[FS][US-CA] Tesla P40 24GB", "<p>$180 each, shipped. I have four.</p>", "$180 each", "0"),
    ("[GPU] RX 7900 XTX - $799 ($899 - $100 off)", "<p>Saw it for $750 at another shop</p>", "", ""),
    ("[GPU] RX 7900 XTX - $799", "<p>Saw it for $750 at another shop</p>", "$799", ""),
    ("[H] Cash [W] RTX 3090", "<p>Paying $600 shipped</p>", "", ""),
    ("[W][US-NY] Tesla P40", "<p>Paying $150</p>", "", ""),
    ("[PC] Four Tesla P40", "<p>Thinking $150 each</p>", "", ""),
    ("Which 3090 is best?", "<p>I saw one for $650 shipped</p>", "", ""),
]


@pytest.mark.parametrize(("title", "body", "price", "shipping"), ONE)
def test_the_price_of_a_post(title: str, body: str, price: str, shipping: str) -> None:
    assert rows(title, body) == [(title, price, shipping, False)]


TABLE = (
    "<table><tr><th>Card</th><th>Condition</th><th>Asking</th></tr>"
    "<tr><td>MI50 32GB</td><td>used</td><td>$130 + shipping</td></tr>"
    "<tr><td><del>MI60 32GB</del></td><td>used</td><td>$200</td></tr></table>"
)
# Several things in a post: (title, body, every listing's title, price, shipping and whether it is gone).
SEVERAL = [
    (
        "[H] RTX 3090 FE $650, RTX 3080 $400 and RX 580 $60 [W] PayPal",
        "<p>timestamps</p>",
        [("RTX 3090 FE", "$650", "", False), ("RTX 3080", "$400", "", False), ("RX 580", "$60", "", False)],
    ),
    (
        "[H] GPUs [W] PayPal",
        "<ul><li>RTX 3090 - $650 shipped / $620 local</li><li>~~RTX 3080 - $330~~ SOLD to u/x</li></ul>",
        [("RTX 3090", "$650", "0", False), ("RTX 3080", "$330", "", True)],
    ),
    (
        "[H] GPUs [W] PayPal",
        "<p><strong>EVGA 3090 FTW3</strong> - $700 shipped</p><p>3080 Turbo: $380</p><p>Edit: 3080 is sold</p>",
        [("EVGA 3090 FTW3", "$700", "0", False), ("3080 Turbo", "$380", "", True)],
    ),
    (
        "[H] GPUs [W] PayPal",
        "<h2>RTX A6000 48GB</h2><p>Not mined.</p><p>$3,000 shipped</p><h2>RTX 3090</h2><p>Price: $600 shipped OBO</p>",
        [("RTX A6000 48GB", "$3,000", "0", False), ("RTX 3090", "$600 OBO", "0", False)],
    ),
    (
        "[H] MI50s [W] Cash",
        "<p>MI50 16GB $90<br/>MI50 32GB $130<br/>Both for $200</p>",
        [("MI50 16GB", "$90", "", False), ("MI50 32GB", "$130", "", False)],
    ),
    (
        "[H] GPUs [W] PayPal",
        "<p>$650 shipped - RTX 3090 FE, $330 - RTX 3080 (sold)</p>",
        [("RTX 3090 FE", "$650", "0", False), ("RTX 3080", "$330", "", True)],
    ),
    ("[H] Instincts [W] Cash", TABLE, [("MI50 32GB", "$130", "", False), ("MI60 32GB", "$200", "", True)]),
    (
        "[H] 3090, 3080 [W] PayPal",
        "<p>Have:</p><ul><li>3090 - $650</li><li>3080 - $330</li></ul><p>Want:</p><ul><li>4090 - $1200</li></ul>",
        [("3090", "$650", "", False), ("3080", "$330", "", False)],
    ),
    (
        "[H] 3090, box of cables [W] PayPal",
        "<p>1) 3090 Turbo, 24GB: $600 each, shipped</p><p>2) NVLink bridge: $120 shipped</p><p>Pickup $20 off</p>",
        [("3090 Turbo, 24GB", "$600 each", "0", False), ("NVLink bridge", "$120", "0", False)],
    ),
]


@pytest.mark.parametrize(("title", "body", "expected"), SEVERAL)
def test_several_priced_things_are_several_listings(
    title: str, body: str, expected: list[tuple[str, str, str, bool]]
) -> None:
    found = listings(title, body)
    assert [(row.title, row.price, row.shipping, row.availability == "SoldOut") for row in found] == expected
    slugs = [re.sub(r"\W+", "-", name.lower()) for name, *_ in expected]
    assert [row.site_id for row in found] == [f"t3_1zz001#{slug}" for slug in slugs]
    assert {row.group_id for row in found} == {"t3_1zz001"}
    assert {row.attributes["post"] for row in found} == {title}


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("[H] RTX 3090 [W] RTX 4090 and my thanks", "<ul><li>RTX 3090 - $650</li><li>RTX 4090 - $1400</li></ul>"),
        ("[H] Cash [W] GPUs", "<ul><li>RTX 3090 - $600</li><li>RTX 4090 - $1200</li></ul>"),
        ("[H] RTX 3090, RTX 3080 [W] PayPal", "<p>Both together $1000, or the 3090 alone, tell me what you think.</p>"),
        ("[H] RTX 3090 [W] PayPal", "<ul><li>Card only: $600</li><li>With the waterblock: $700</li></ul>"),
    ],
)
def test_what_is_not_clearly_several_offers_stays_one(title: str, body: str) -> None:
    assert [row.title for row in listings(title, body)] == [title]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("[H] RTX 3090 [W] PayPal [CLOSED]", "<p>$650</p>"),
        ("[SOLD][FS][US-TX] Tesla P40", "<p>$650</p>"),
        ("[H] RTX 3090 [W] PayPal", "<p>SOLD to u/someone</p><p>$650</p>"),
        ("[H] RTX 3090 [W] PayPal", "<p>EDIT: Everything is sold!</p><p>$650</p>"),
        ("[H] RTX 3090 [W] PayPal", "<p><del>$650 shipped, comes with its box</del></p>"),
        ("[H] RTX 3090 [W] PayPal", "<p>[removed]</p>"),
        ("[H] GPUs [W] PayPal", "<p>All sold</p><ul><li>RTX 3090 - $650</li><li>RTX 3080 - $330</li></ul>"),
    ],
)
def test_posts_that_are_over_end_at_once(title: str, body: str) -> None:
    assert {row.availability for row in listings(title, body)} == {"SoldOut"}


@pytest.mark.parametrize(
    "body",
    [
        "<p>$650 shipped. Sold as is.</p>",
        "<p>Not sold yet. $650</p>",
        "<p>$650</p><p>I have sold with this account before, see my profile.</p>",
        "<p>Will update when sold. $650</p>",
    ],
)
def test_the_word_sold_alone_ends_nothing(body: str) -> None:
    assert [row.availability for row in listings("[H] RTX 3090 [W] PayPal", body)] == [""]


def test_a_flair_can_close_a_post() -> None:
    text = feed(post(1, "[H] RTX 3090 [W] PayPal", "<p>$650</p>")).body.decode()
    closed = text.replace(
        'label="r/hardwareswap"/><content', 'label="r/hardwareswap"/><category label="Closed"/><content'
    )
    (row,) = read(SCRAPER, Page(url="u", text=closed, source=SOURCE))
    assert (row.availability, row.attributes["flair"]) == ("SoldOut", "Closed")


@pytest.mark.parametrize(
    ("title", "country"),
    [
        ("[USA-NY] [H] x [W] y", "US"),
        ("[US-AZ][H] x", "US"),
        ("[USA, TX][W] x [H] $", "US"),
        ("[USA - MI] [H] x", "US"),
        ("[Sacramento, CA] [H] x", "US"),
        ("[CAN-ON] [H] x", "CA"),
        ("[CA-BC] [H] x", "CA"),
        ("[Calgary, AB] [H] x", "CA"),
        ("[EU-DE] [H] x", "DE"),
        ("[EU-UK] [H] x", "GB"),
        ("[UK-LDN] [H] x", "GB"),
        ("[AUS-VIC] [H] x", "AU"),
        ("[FS][US-NC] x", "US"),
        ("[H] x [W] y (SoCal)", ""),
        ("[EU] [H] x", ""),
        ("[W] RTX 3090", ""),
        ("Which card?", ""),
    ],
)
def test_countries(title: str, country: str) -> None:
    assert country_of(title) == country


@pytest.mark.parametrize(
    ("title", "have", "sells"),
    [
        ("[USA-NY] [H] RTX 3090 [W] PayPal", "RTX 3090", True),
        ("[H]RTX 3090[W]$", "RTX 3090", True),
        ("[W] PayPal [H] RTX 3090", "RTX 3090", True),
        ("(H) RTX 3090 (W) Venmo", "RTX 3090", True),
        ("[H] RTX 3090", "RTX 3090", True),
        ("[H] RTX 3090 [W] RTX 4090", "RTX 3090", False),
        ("[H] PayPal, $$$ [W] RTX 4090", "PayPal, $$$", False),
        ("[W] RTX 4090", "", False),
        ("[FS] RTX 3090", "[FS] RTX 3090", True),
        ("[PC] RTX 3090", "[PC] RTX 3090", False),
        ("RTX 3090 for sale", "RTX 3090 for sale", None),
    ],
)
def test_titles(title: str, have: str, sells: bool | None) -> None:
    read_title = trade(title)
    assert (read_title.have, read_title.sells) == (have, sells)


def test_communities_have_their_own_currency() -> None:
    text = feed(post(1, "[Toronto, ON] [H] RTX 3090 [W] Cash", "<p>$900</p>")).body.decode()
    canadian = text.replace("hardwareswap", "CanadianHardwareSwap")
    (row,) = read(SCRAPER, Page(url="u", text=canadian, source=SOURCE))
    assert (row.currency, row.country) == ("CAD", "CA")


@pytest.mark.parametrize("text", ["<html><body>hello</body></html>", "not a feed", "", "<feed><entry></feed>", "{}"])
def test_what_is_no_feed_cannot_be_read(text: str) -> None:
    with pytest.raises(ParseError):
        list(read(SCRAPER, Page(url="u", text=text, source=SOURCE)))


def test_a_feed_cannot_make_us_read_files_or_grow() -> None:
    bomb = '<!DOCTYPE f [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><feed><entry><title>&b;</title></entry></feed>'
    with pytest.raises(ParseError, match="asks for more"):
        list(read(SCRAPER, Page(url="u", text=bomb, source=SOURCE)))


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"<li>RTX {number} - $650 shipped</li><p>{number} sold</p>" for number in range(1_500)),
        f"<p>{'- ' * 50_000}$650</p>",
        f"<p>{'asking for ' * 10_000}</p>",
        f"<p>{'sold all ' * 10_000}</p>",
        f"<p>{'$111.' * 10_000}</p>",
        f"<p>{'~~' * 50_000}$650</p>",
        "<div>" * 40_000 + "$650",
        "<table>" + "<tr><td>RTX 3090<td>$650" * 2_000,
    ],
)
def test_endless_posts_are_read_in_time(body: str) -> None:
    assert listings("[H] RTX 3090 [W] PayPal", body)


ENTRIES = 10  # counted by hand in the recorded search


def test_the_recorded_search_is_read_entirely(corpus: Path) -> None:
    path = corpus / "pages" / "reddit" / "reddit_search.xml"
    found = list(read(SCRAPER, saved("reddit", path, path.read_bytes(), source=SOURCE)))
    assert len(found) == ENTRIES
    assert all(row.title and row.seller and row.listed_at and row.url.startswith("https://") for row in found)
    assert all(row.site_id.startswith("t3_") and row.attributes["community"].startswith("r/") for row in found)
    assert not any(row.price for row in found)
    assert sum(bool(row.description) for row in found) >= 8


@pytest.mark.parametrize("element", ["id", "title", "link", "author", "content"])
def test_an_element_that_lost_its_name_is_noticed(element: str) -> None:
    text = feed(post(1, "[H] RTX 3090 [W] PayPal", "<p>$650</p>")).body.decode()
    head, entry, tail = text.partition("<entry>")
    renamed = tail.replace(f"<{element}", f"<x{element}").replace(f"</{element}>", f"</x{element}>")
    with pytest.raises(ParseError):
        list(read(SCRAPER, Page(url="u", text=f"{head}{entry}{renamed}", source=SOURCE)))
