"""The start page and its twins: the same filters, the same rows."""

import csv
import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser
from typer.main import get_command

from tests.conftest import Ran
from tracker.assemble import Home
from tracker.commands.shared import app
from tracker.config import Config
from tracker.core.wanted import Wanted
from tracker.watch_tables import WatchTable
from tracker.web.asked import Filters


def rows(client: httpx.Client, query: str = "") -> list[dict[str, object]]:
    """The rows of the JSON twin."""
    reply = client.get(f"/deals.json{query}")
    assert reply.status_code == 200, reply.text
    found: list[dict[str, object]] = reply.json()["rows"]
    return found


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--metric usd_per_gbps",
        "--gpu mi50-* --gpu p40",
        "--condition new --condition refurbished",
        "--modded only",
        "--min-vram 32 --max-watts 300",
        "--country CN",
        "--fits 70b-q4 --kind all",
        "--by gpu --metric gb_per_watt",
        "--top 3",
    ],
)
def test_the_page_ranks_as_the_command_does(
    demo_client: httpx.Client, demo_home: Home, tracker_command: Callable[..., Ran], options: str
) -> None:
    words = options.split()
    told = tracker_command("--home", demo_home.path, "report", *words, "--format", "csv").out
    expected = [row["listing_id"] for row in csv.DictReader(StringIO(told))]
    query = "&".join(
        f"{name.removeprefix('--').replace('-', '_')}={value}"
        for name, value in zip(words[::2], words[1::2], strict=True)
    )
    assert expected
    assert [str(row["listing_id"]) for row in rows(demo_client, f"?{query}")][:20] == expected
    page = LexborHTMLParser(demo_client.get(f"/?{query}").text)
    links = [str(node.attributes["href"]) for node in page.css(".offers .what a")]
    assert [link.removeprefix("/listing/") for link in links][:20] == expected
    table = demo_client.get(f"/deals.csv?{query}").text
    assert [row["listing_id"] for row in csv.DictReader(StringIO(table))][:20] == expected


def test_every_option_of_the_report_and_of_watches_is_a_filter() -> None:
    options = {str(option.name) for option in get_command(app).commands["report"].params}  # type: ignore[attr-defined]
    assert options - Filters.model_fields.keys() == {"form"}
    when = {
        "below",
        "under_market",
        "drop",
        "drop_days",
        "lowest",
        "lowest_of",
        "new",
        "back",
        "auction_ends",
        "any_change",
    }
    how_often = {"again", "rearm", "cool_down", "notify", "quiet", "digest", "max_per_hour"}
    assert WatchTable.model_fields.keys() - Filters.model_fields.keys() == {*when, *how_often, "says", "risk"}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?metric=usd_per_gbb", "did you mean 'usd_per_gb'"),
        ("?gpuu=mi50", "gpuu: there is no such filter"),
        ("?condition=shiny", "condition"),
        ("?top=100000", "top"),
        ("?fits=nonesuch-q4", "nonesuch"),
        ("?max_age=soon", "no duration"),
        ("?max_age=999999w", "longer than"),
        ("?min_vram=nan", "min_vram"),
        ("?currency=XXX", "no exchange rate"),
        ("?gpu=%00", "gpu"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_sentence(demo_client: httpx.Client, query: str, said: str) -> None:
    refused = demo_client.get(f"/deals.json{query}")
    assert refused.status_code == 422
    assert refused.json()["error"] == "unusable"
    assert said in refused.json()["detail"]
    page = demo_client.get(f"/{query}")
    assert page.status_code == 422
    assert "<h1>This cannot be answered</h1>" in page.text


def test_a_form_leads_to_the_shortest_address(demo_client: httpx.Client) -> None:
    reply = demo_client.get("/?metric=usd&gpu=&min_vram=&condition=used&condition=new")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?metric=usd&condition=used&condition=new")


def test_several_cards_may_stand_in_one_field(demo_client: httpx.Client) -> None:
    apart = rows(demo_client, "?gpu=mi50-32gb&gpu=p40")
    assert rows(demo_client, "?gpu=mi50-32gb,+p40") == apart
    assert {row["gpu"] for row in apart} == {"mi50", "p40"}


def test_the_watch_asks_what_the_page_asked(demo_client: httpx.Client) -> None:
    query = "?metric=usd_per_gb&gpu=MI50-*&condition=used&min_vram=20&max_outlay=900.5&bf16=false&without=Lot,+broken"
    value = demo_client.get(f"/deals.json{query}").json()
    table = tomllib.loads(value["watch"])["watches"]["my-watch"]
    watch = Config(watches={"my-watch": table}).asked[0]
    assert float(watch.below or 0) == pytest.approx(value["rows"][0]["value"])
    assert watch.metric == "usd_per_gb"
    asked = Filters.model_validate(value["asked"])
    assert watch.wanted == asked.wanted(datetime.now(UTC))
    assert watch.wanted != Wanted()


def test_an_answer_already_held_is_not_sent_again(demo_client: httpx.Client) -> None:
    first = demo_client.get("/deals.json")
    again = demo_client.get("/deals.json", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["content-encoding"] == "gzip"
    plain = demo_client.get("/deals.json", headers={"Accept-Encoding": "identity"})
    assert (plain.headers.get("content-encoding"), plain.json()) == (None, first.json())
    head = demo_client.head("/")
    assert (head.status_code, head.content) == (200, b"")
