"""Tables in the shapes people export them in, and what is said of those that cannot be read."""

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from scrapers.base import Page, Source
from scrapers.crawl import read
from scrapers.platforms.table import NAMES, columns
from scrapers.saved import saved
from scrapers.sites.csv import SCRAPER as CSV
from scrapers.sites.jsonl import SCRAPER as JSONL
from tests.scrapers.invented.csv import SHORT, SUPPLIERS
from tests.scrapers.invented.jsonl import ROWS
from tracker.core.errors import ParseError
from tracker.core.models import RawListing

SOURCE = Source(name="import", site="csv", currency="USD")
HEAD = "title,price,url"
ROW = "MI50 32GB,$150,https://board.example/t/1"


def table(text: str, **options: str) -> list[RawListing]:
    return list(read(CSV, Page(url="file:cards.csv", text=text, source=replace(SOURCE, options=options))))


def lines(text: str) -> list[RawListing]:
    return list(read(JSONL, Page(url="file:cards.jsonl", text=text, source=replace(SOURCE, site="jsonl"))))


def test_every_field_of_a_listing_has_a_column() -> None:
    assert NAMES.keys() == {field.name for field in fields(RawListing)} - {"site", "attributes", "whole_group"}
    names = [name for known in NAMES.values() for name in known]
    assert len(names) == len(set(names))
    assert all(name == name.lower() and " " not in name and "_" not in name for name in names)
    for field in NAMES:
        assert columns([field], {}) == {field: field}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_come_with_any_delimiter_and_in_any_code(delimiter: str, newline: str, codec: str) -> None:
    text = newline.join([HEAD, ROW, 'Tesla "M40" für Bastler,"70,00 €",https://board.example/t/2', ""])
    text = text.replace(",", delimiter).replace(f'"70{delimiter}00 €"', '"70,00 €"').replace('"M40"', "M40")
    page = saved("csv", Path("cards.csv"), text.encode(codec), source=SOURCE)
    mi50, m40 = read(CSV, page)
    assert (mi50.title, mi50.price, mi50.url) == ("MI50 32GB", "$150", "https://board.example/t/1")
    assert (m40.title, m40.price) == ("Tesla M40 für Bastler", "70,00 €")


def test_a_separator_line_is_believed() -> None:
    assert [listing.title for listing in table("sep=;\r\nid;title;price\r\n7;A card, used;5\r\n")] == ["A card, used"]


def test_a_cell_may_hold_a_break_and_a_quote() -> None:
    (listing,) = table('id,title,price,description\n7,"MI50 ""32GB""",150,"first line\nsecond, line"\n')
    assert listing.title == 'MI50 "32GB"'
    assert listing.description == "first line\nsecond, line"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Item ID", "site_id"),
        ("item-id", "site_id"),
        ("商品ID", "site_id"),
        ("LINK", "url"),
        ("商品链接", "url"),
        ("Preis", "price"),
        ("当前售价", "price"),
        ("Zustand", "condition"),
        ("Shipping Cost", "shipping"),
        ("运费", "shipping"),
        ("Ships from", "country"),
        ("卖家昵称", "seller"),
        ("Best Offer", "best_offer"),
        ("Verfügbarkeit", "availability"),
    ],
)
def test_columns_go_by_many_names(header: str, field: str) -> None:
    assert columns(["Foo", header], {}) == {field: header}


def test_the_surest_of_several_names_is_taken() -> None:
    (listing,) = table("sku,id,name,title,price,Price\nS-1,77,short,long,5,6\n")
    assert (listing.site_id, listing.title, listing.price) == ("77", "long", "5")
    assert listing.attributes == {"sku": "S-1", "name": "short", "Price": "6"}


def test_a_source_may_name_its_columns() -> None:
    (listing,) = table("Artikel,VK netto,Nr,Preis\nMI50,150,7,999\n", title="artikel", price="VK netto", id="Nr")
    assert (listing.title, listing.price, listing.site_id) == ("MI50", "150", "7")
    assert listing.attributes == {"Preis": "999"}


def test_everything_a_row_says_is_kept() -> None:
    head = "id,title,price,currency,shipping,country,best offer,bids,ends_at,MOQ,note"
    (listing,) = table(f"{head}\n7,MI50 &amp; cable,150,EUR,9.90,de,Yes,3,2026-05-02T12:00:00Z,10 pieces,\n")
    assert listing == RawListing(
        site="csv",
        site_id="7",
        title="MI50 & cable",
        url="",
        price="150",
        currency="EUR",
        shipping="9.90",
        shipping_currency="EUR",
        country="DE",
        best_offer=True,
        bids="3",
        ends_at="2026-05-02T12:00:00Z",
        attributes={"MOQ": "10 pieces"},
    )


def test_an_id_is_its_places_own() -> None:
    text = f"{HEAD},id\n{ROW},1\nP40,$210,https://www.other.example/1,1\nP41,$210,www.third.example/1,\n"
    assert [(listing.site_id, listing.url) for listing in table(text)] == [
        ("board.example/1", "https://board.example/t/1"),
        ("other.example/1", "https://www.other.example/1"),
        ("https://www.third.example/1", "https://www.third.example/1"),
    ]


def test_a_country_that_is_no_code_is_kept_beside() -> None:
    (listing,) = table(f"{HEAD},country\n{ROW},Germany\n")
    assert (listing.country, listing.attributes) == ("", {"country": "Germany"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty table"),
        ("\n \n", "an empty table"),
        ("a,b,c\n1,2,3\n", "no column is called title: the first row holds a, b, c"),
        ("title,price\nMI50,$150\n", "no column is called url or id: the first row holds title, price"),
        (f"{HEAD}\n,$150,https://board.example/1\n", "row 2 has no title"),
        (f"{HEAD}\n{ROW}\n\nMI50,$150\n", "row 4 has neither an id nor a url"),
        (f"{HEAD}\nMI50,$150,javascript:alert(1)\n", "row 2 has a url that is no address: 'javascript:alert"),
        (f"{HEAD}\n{ROW},one more\n", "row 2 has 4 cells where the header has 3"),
        (f'{HEAD}\n{ROW}\n"MI50,$150,https://board.example/2\n', "row 3 cannot be read: unexpected end of data"),
        (f'{HEAD}\n{ROW}\n"MI50"x,$150,https://board.example/2\n', "row 3 cannot be read: ',' expected after '\"'"),
        (f"{HEAD}\n{ROW}\n" + "x,1,y\n" * 9, "row 3 has a url that .*; 9 rows cannot be read, also row 4, .* row 7 …"),
        (f"{HEAD}\n" + "x,1,y\n" * 999, "; 100 rows or more cannot be read, also row 3"),
        ("t\x00i\x00t\x00l\x00e\x00", "NUL characters"),
        (f"{HEAD}\nMI50,,https://board.example/1\n", "none of 1 listings has a price"),
        (f"{HEAD}\n{'x' * 200_000},1,https://board.example/1\n", "row 2 cannot be read: field larger"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        table(text)


def test_a_header_alone_is_an_empty_table() -> None:
    assert table(HEAD) == []


@pytest.mark.parametrize("word", ["Supplier", "Product", "Price", "Link"])
def test_a_column_that_was_renamed_is_noticed_or_kept(word: str) -> None:
    text = SUPPLIERS.replace(word, "Renamed", 1)
    if word == "Supplier":
        assert [listing.attributes["Renamed"] for listing in table(text)][1] == "Example Trading"
        return
    with pytest.raises(ParseError):
        table(text)


# --- lines of JSON --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(json.dumps(row) for row in ROWS),
        "\n\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS) + "\r\n",
        json.dumps(list(ROWS), indent=2),
    ],
)
def test_objects_come_on_lines_or_in_a_list(text: str) -> None:
    ti, cmp = lines(text)
    assert (ti.site_id, ti.title, ti.price) == (
        "aliexpress.example/100500",
        "RTX 2080 Ti 22GB turbo & warranty",
        "339.0",
    )
    assert (ti.shipping, ti.availability, ti.attributes) == ("0", "InStock", {"Memory": "22 GB", "orders": "41"})
    assert (cmp.url, cmp.price) == ("https://www.aliexpress.example/item/100501.html", "US $289.00")


def test_one_object_is_a_table_of_one() -> None:
    (listing,) = lines(json.dumps(ROWS[1], indent=1))
    assert listing.title == "CMP 170HX"


@pytest.mark.parametrize(
    ("value", "best_offer"), [(True, True), (False, False), ("ja", True), ("no", False), (1, True), (None, False)]
)
def test_offers_are_taken_where_it_says_so(value: Any, best_offer: bool) -> None:
    (listing,) = lines(json.dumps(ROWS[1] | {"best_offer": value}))
    assert listing.best_offer is best_offer


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "an empty table"),
        ('{"id": 1, "title": "x", "price": 1}\n{half\n', "line 2 is not JSON: '{half'"),
        ('{"id": 1, "title": "x", "price": 1}\n[1]\n', "line 2 is no JSON object"),
        (
            '[{"id": 1, "title": "x", "price": {"amount": 5}}]',
            "entry 1 has a price that is neither a text nor a number",
        ),
        ('{"title": "x", "price": 1}', "entry 1 has neither an id nor a url"),
        ("7", "entry 1 is no JSON object"),
        ("[" * 100_000, "line 1 is not JSON"),
        ('{"id": 1, "title": "x"}', "none of 1 listings has a price"),
    ],
)
def test_lines_that_cannot_be_read_are_named(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        lines(text)


def test_short_tables_need_no_options() -> None:
    assert [listing.url for listing in table(SHORT)] == ["https://board.example/t/1", "https://board.example/t/2"]


def test_a_column_that_the_source_names_and_nobody_has_is_told() -> None:
    assert [one.seller for one in table(f"{HEAD},dealer\n{ROW},Ann\n", seller="Dealer")] == ["Ann"]
    with pytest.raises(ParseError, match="no column is called Dealer"):
        table(f"{HEAD},sold by\n{ROW},Ann\n", seller="Dealer")
    page = Page(
        url="file:cards.jsonl",
        text=json.dumps({"title": "MI50", "price": 150, "id": 7}),
        source=replace(SOURCE, site="jsonl", options={"price": "net", "seller": "dealer"}),
    )
    with pytest.raises(ParseError, match="no column is called net or dealer"):
        list(read(JSONL, page))
