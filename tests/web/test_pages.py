"""Every page in its forms, from the demo's database: the same value as HTML, JSON and CSV."""

import csv
import json
from collections.abc import Callable
from io import StringIO

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from selectolax.lexbor import LexborHTMLParser

from tests.alerts.test_delivery import Told, owe
from tests.conftest import Ran
from tests.web.conftest import dashboard
from tracker.assemble import Home
from tracker.core.pace import Digest, Pace
from tracker.pipeline import Tracker, now_utc

PAGES = {
    "/": "/deals",
    "/?by=gpu": "/deals?by=gpu",
    "/gpu/mi50-32gb": "/gpu/mi50-32gb",
    "/gpu/rtx-4090-48gb-modded": "/gpu/rtx-4090-48gb-modded",
    "/listing/1": "/listing/1",
    "/map": "/map",
    "/map?kind=all&modded=no": "/map?kind=all&modded=no",
    "/plan": "/plan",
    "/plan?vram=96&model=70b-q4&rent=1.5": "/plan?vram=96&model=70b-q4&rent=1.5",
    "/plan?vram=9000": "/plan?vram=9000",
    "/sources": "/sources",
    "/alerts": "/alerts",
    "/watches": "/watches",
    "/watches/cheap-gigabytes?since=3d": "/watches/cheap-gigabytes?since=3d",
}


def twin(address: str, suffix: str) -> str:
    """The address of another form of a page."""
    path, _, query = address.partition("?")
    return f"{path}{suffix}{'?' + query if query else ''}"


@pytest.mark.parametrize("address", PAGES)
def test_a_page_has_its_twins(demo_client: httpx.Client, address: str) -> None:
    page = demo_client.get(address)
    assert page.status_code == 200, page.text[:2000]
    tree = LexborHTMLParser(page.text)
    assert len(tree.css("h1")) == 1
    assert not tree.css("[style], script:not([src])")
    value = demo_client.get(twin(PAGES[address], ".json")).json()
    tables = {name: rows for name, rows in value.items() if isinstance(rows, list) and name != "notes"}
    for name, rows in tables.items():
        parts = twin(PAGES[address], ".csv")
        table = demo_client.get(f"{parts}{'&' if '?' in parts else '?'}table={name}")
        assert table.headers["content-type"].startswith("text/csv")
        read = list(csv.DictReader(StringIO(table.text)))
        assert len(read) == len(rows)
        assert [set(row) for row in read] == [set(row) for row in rows]


def test_links_within_the_dashboard_lead_somewhere(demo_client: httpx.Client) -> None:
    seen: set[str] = set()
    todo = ["/"]
    while todo:
        address = todo.pop()
        if address in seen or len(seen) > 150:
            continue
        seen.add(address)
        page = demo_client.get(address)
        assert page.status_code == 200, address
        if "html" in page.headers["content-type"]:
            links = [str(node.attributes.get("href")) for node in LexborHTMLParser(page.text).css("a, link")]
            todo += [link for link in links if link.startswith("/")]
    assert len(seen) > 60


def test_links_that_lead_out_pass_on_nothing(demo_client: httpx.Client) -> None:
    page = LexborHTMLParser(demo_client.get("/listing/1").text)
    out = [node for node in page.css("a") if str(node.attributes["href"]).startswith("http")]
    assert out
    assert {node.attributes["rel"] for node in out} == {"noopener nofollow ugc"}


def test_a_listing_says_what_the_command_says(
    demo_client: httpx.Client, demo_home: Home, tracker_command: Callable[..., Ran]
) -> None:
    told = tracker_command("--home", demo_home.path, "explain", "9").out
    value = demo_client.get("/listing/9.json").json()
    for row in value["words"]:
        assert f"“{row['word']}” {row['decided']}" in told
    for row in value["bill"]:
        assert row["note"] in told
        assert f"{row['usd']:,.2f}" in told
    for row in value["metrics"]:
        assert row["metric"] in told
        assert row["value"] is None or f"{row['value']:,.4f}" in told


def test_a_plan_is_the_commands(
    demo_client: httpx.Client, demo_home: Home, tracker_command: Callable[..., Ran]
) -> None:
    told = tracker_command(
        "--home", demo_home.path, "plan", "--vram", "96", "--model", "70b-q4", "--format", "json"
    ).out
    plans = demo_client.get("/plan.json?vram=96&model=70b-q4").json()["plans"]
    assert [{name: said for name, said in plan.items() if name != "plan"} for plan in plans] == json.loads(told)


def test_a_watch_says_what_the_command_says(
    demo_client: httpx.Client, demo_home: Home, tracker_command: Callable[..., Ran]
) -> None:
    value = demo_client.get("/watches/cheap-gigabytes.json?since=3d").json()
    words = ("--home", demo_home.path, "watches", "try", "cheap-gigabytes", "--format", "json")
    now = json.loads(tracker_command(*words).out)
    assert [row["listing_id"] for row in value["answering"]] == [row["listing_id"] for row in now]
    past = json.loads(tracker_command(*words, "--since", "3d").out)
    assert {row["listing_id"] for row in value["said"]} == {row["listing_id"] for row in past}
    assert value["said"]


def test_sources_are_the_commands(
    demo_client: httpx.Client, demo_home: Home, tracker_command: Callable[..., Ran]
) -> None:
    told = json.loads(tracker_command("--home", demo_home.path, "sources", "--format", "json").out)
    sources = demo_client.get("/sources.json").json()["sources"]
    assert [{name: row[name] for name in told[0]} for row in sources] == told


def test_the_feed_holds_the_deals(demo_client: httpx.Client) -> None:
    reply = demo_client.get("/deals.atom?condition=used&top=5")
    assert reply.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = fromstring(reply.text)
    space = {"a": "http://www.w3.org/2005/Atom"}
    entries = feed.findall("a:entry", space)
    rows = demo_client.get("/deals.json?condition=used&top=5").json()["rows"]
    links = [link.attrib["href"] for entry in entries for link in entry.findall("a:link", space)]
    assert links == [
        f"{demo_client.base_url}/listing/{row['listing_id']}".replace("//listing", "/listing") for row in rows
    ]
    assert len({entry.findtext("a:id", None, space) for entry in entries}) == 5


def test_the_map_marks_what_nothing_beats(demo_client: httpx.Client) -> None:
    cards = demo_client.get("/map.json").json()["cards"]
    for axis in ("vram_gb", "bandwidth_gb_s"):
        front = {row["variant"] for row in cards if axis in row["front"].split()}
        beaten = {
            row["variant"]
            for row in cards
            if any(other["min_usd"] <= row["min_usd"] and other[axis] > row[axis] for other in cards)
        }
        assert front
        assert not front & beaten
    drawn = LexborHTMLParser(demo_client.get("/map").text)
    assert len(drawn.css("svg.chart")) == 2
    assert len(drawn.css("svg.chart")[0].css("circle.point")) == len(cards)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/gpu/mi5-32gb", "did you mean"),
        ("/gpu/mi50", "mi50-16gb, mi50-32gb"),
        ("/listing/99999", "no listing 99999"),
        ("/watches/cheap-gigabyte", "did you mean"),
        ("/nothing", "no such page"),
    ],
)
def test_what_is_not_there_is_said(demo_client: httpx.Client, address: str, said: str) -> None:
    page = demo_client.get(address)
    assert page.status_code == 404
    assert said in page.text
    told = demo_client.get(f"{address}.json").json()
    assert told["error"] == "not_found"
    assert said in told["detail"]


def test_a_table_nobody_has_is_refused(demo_client: httpx.Client) -> None:
    reply = demo_client.get("/sources.csv?table=nonesuch")
    assert reply.status_code == 422
    assert reply.json()["detail"] == "no table 'nonesuch' here; there are: sources, reviews, visits"


@pytest.mark.parametrize("query", ["", "kind=all", "kind=unified", "condition=new", "modded=only"])
def test_the_lead_counts_what_the_filters_leave(demo_client: httpx.Client, query: str) -> None:
    told = demo_client.get(f"/deals.json?top=500&metric=usd_per_gbps&{query}").json()
    counts = told["counts"]
    assert len(told["rows"]) == counts["matching"] - counts["without_rate"] - counts["without_value"]
    said = f"{counts['matching']} of them match"
    assert (said in demo_client.get(f"/?metric=usd_per_gbps&{query}").text) == (
        counts["matching"] != counts["on_offer"]
    )


def test_an_alert_that_is_owed_says_what_holds_it(make_tracker: Callable[..., Tracker]) -> None:
    tracker = make_tracker(channels={"a": Told()}, paces={"daily": Pace(digest=Digest.read("daily 08:00"))})
    owe(tracker, "1", watch="daily", at=now_utc())
    with dashboard(tracker) as client:
        [row] = client.get("/alerts.json").json()["alerts"]
        assert row["held"].startswith("digest until ")
        assert f"held: {row['held']}" in client.get("/alerts").text
