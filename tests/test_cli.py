"""The command line: what it prints, its exit codes, and one clear line for every mistake."""

import csv
import gzip
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.conftest import NOON, Ran, offer
from tests.db.test_store import see
from tests.shop import Shop, configure
from tracker.assemble import Home, opened

Command = Callable[..., Ran]

EBAY = {
    "itemSummaries": [
        {
            "itemId": f"v1|{number}|0",
            "title": title,
            "price": {"value": price, "currency": currency},
            "condition": "Used",
            "conditionId": "3000",
            "itemWebUrl": f"https://www.ebay.com/itm/{number}?var=0",
            "seller": {"username": "pat", "feedbackPercentage": "99.8", "feedbackScore": 120},
            "shippingOptions": [
                {"shippingCostType": "FIXED", "shippingCost": {"value": "10.00", "currency": currency}}
            ],
            "buyingOptions": ["FIXED_PRICE", "BEST_OFFER"],
            "itemLocation": {"country": "US"},
        }
        for number, (title, price, currency) in enumerate(
            [
                ("GeForce RTX 3090 24GB", "710.00", "USD"),
                ("AMD Instinct MI50 32GB", "150.00", "EUR"),
                ('=HYPERLINK("http://x") RTX 4090 24GB', "1790.00", "USD"),
                ("RTX 3090 water block, block only", "60.00", "USD"),
                ("RTX 3060 12GB", "5000", "TWD"),
            ],
            start=1,
        )
    ]
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "ebay.json"
    file.write_text(json.dumps(EBAY))
    return file


def test_import_and_report(tracker_command: Command, page: Path) -> None:
    imported = tracker_command("import", "ebay", page)
    assert imported.code == 0
    assert "5 listings, 4 offers" in imported.out
    ran = tracker_command("report", "--metric", "usd_per_gb", "--format", "json")
    rows = json.loads(ran.out)
    assert [row["variant"] for row in rows] == ["mi50-32gb", "rtx-3090-24gb", "rtx-4090-24gb"]
    assert rows[0].keys() >= {
        *("gpu", "variant", "title", "site", "url", "condition", "quantity", "price", "currency", "landed_usd"),
        *("unit_usd", "shipping_known", "vram_gb", "usd_per_gb", "usd_per_gbps", "first_seen_at", "last_seen_at"),
    }
    assert rows[1]["landed_usd"] == 720
    assert rows[1]["usd_per_gb"] == 30
    assert "1 without an exchange rate" in ran.err


def test_importing_again_changes_nothing(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    packed = page.with_suffix(".json.gz")
    packed.write_bytes(gzip.compress(page.read_bytes()))
    assert "(0 new, 0 changed, 0 ended)" in tracker_command("import", "ebay", packed).out


def test_report_filters(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)

    def variants(*words: str) -> list[str]:
        return [row["variant"] for row in json.loads(tracker_command("report", "--format", "json", *words).out)]

    assert variants("--gpu", "rtx-*") == ["rtx-3090-24gb", "rtx-4090-24gb"]
    assert variants("--top", "1") == ["mi50-32gb"]
    assert variants("--condition", "new") == []
    assert variants("--condition", "used", "--condition", "new", "--gpu", "mi50") == ["mi50-32gb"]
    assert variants("--max-age", "1d", "--gpu", "mi50") == ["mi50-32gb"]


def test_max_age_leaves_out_what_was_seen_before(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", "--at", "2026-05-01T12:00:00", page)
    assert json.loads(tracker_command("report", "--max-age", "1", "--format", "json").out) == []
    assert len(json.loads(tracker_command("report", "--format", "json").out)) == 3


def test_a_spreadsheet_takes_no_cell_for_a_formula(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    rows = list(csv.DictReader(io.StringIO(tracker_command("report", "--format", "csv").out)))
    assert len(rows) == 3
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


def test_html_is_escaped(tracker_command: Command, page: Path) -> None:
    page.write_text(page.read_text().replace("GeForce RTX 3090", "<script>alert(1)</script> RTX 3090"))
    tracker_command("import", "ebay", page)
    html = tracker_command("report", "--format", "html").out
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert '<a href="https://www.ebay.com/itm/1"' in html


def test_parquet_is_read_back(tracker_command: Command, page: Path, tmp_path: Path) -> None:
    from pyarrow import parquet

    tracker_command("import", "ebay", page)
    command = [sys.executable, "-m", "tracker", "--home", str(tmp_path / "home"), "report", "--format", "parquet"]
    written = tmp_path / "offers.parquet"
    with written.open("wb") as file:
        subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=True)
    assert parquet.read_table(written).to_pylist()[0]["variant"] == "mi50-32gb"


def test_markdown_and_tables_are_for_people(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    markdown = tracker_command("report", "--format", "md").out.splitlines()
    assert markdown[0].startswith("| usd_per_gb | card |")
    assert len(markdown) == 5
    table = tracker_command("report").out.splitlines()
    assert len(table) == 4
    assert "https://www.ebay.com/itm/1" in table[2]


def test_rejected_says_why(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    [row] = json.loads(tracker_command("rejected", "--format", "json").out)
    assert (row["reason"], row["title"]) == ("accessory", "RTX 3090 water block, block only")
    assert row["detail"]
    assert json.loads(tracker_command("rejected", "--reason", "wanted", "--format", "json").out) == []


def test_history(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    [row] = json.loads(tracker_command("history", "rtx-3090", "--format", "json").out)
    assert (row["variant"], row["offers"], row["min_usd"]) == ("rtx-3090-24gb", 1, 720)


def test_identify(tracker_command: Command) -> None:
    [row] = json.loads(tracker_command("identify", "Lot of 4 Tesla P40 24GB", "--format", "json").out)
    assert (row["kind"], row["gpu"], row["vram_gb"], row["quantity"]) == ("card", "p40", 24, 4)
    explained = tracker_command("identify", "--explain", "Lot of 4 Tesla P40 24GB")
    assert "p40" in explained.out.lower()


def test_identify_lines(tracker_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [
        {"id": "a", "title": "RTX 2080 Ti 22GB modded", "price": "300"},
        {"id": 7, "title": "Nintendo Switch", "price": None},
    ]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(line) + "\n" for line in lines) + "\n"))
    ran = tracker_command("identify", "--jsonl")
    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert first.keys() >= {
        "id",
        "kind",
        "gpu",
        "variant",
        "vram_gb",
        "quantity",
        "modded",
        "form",
        "condition",
        "reason",
    }
    assert (first["id"], first["gpu"], first["vram_gb"], first["modded"]) == ("a", "rtx-2080-ti", 22, True)
    assert (second["id"], second["gpu"]) == (7, None)


@pytest.mark.parametrize("line", ["{", "[]", "3", '{"id": 1}', '"text"'])
def test_identify_names_the_line_it_cannot_read(
    tracker_command: Command, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"id": 1, "title": "RTX 3090"}\n' + line))
    ran = tracker_command("identify", "--jsonl")
    assert ran.code == 1
    assert ran.err.startswith("error: line 2 is no JSON object with a title")


def test_gpus(tracker_command: Command) -> None:
    rows = json.loads(tracker_command("gpus", "--format", "json").out)
    assert len(rows) > 250
    modded = next(row for row in rows if row["id"] == "rtx-4090-48gb-modded")
    assert (modded["vram_gb"], modded["bandwidth_gb_s"], modded["base"]) == (48, 1008, "rtx-4090-24gb")
    assert "1024" in tracker_command("gpus", "show", "mi50-32gb").out
    missing = tracker_command("gpus", "show", "mi500")
    assert missing.code == 2
    assert "did you mean" in missing.err


def test_init_config_doctor_sources(tracker_command: Command, tmp_path: Path) -> None:
    made = tracker_command("init")
    assert made.code == 0
    file = tmp_path / "home" / "tracker.toml"
    assert made.out == f"{file}\n"
    file.write_text(file.read_text() + "# mine\n")
    assert "stays as it is" in tracker_command("init").err
    assert file.read_text().endswith("# mine\n")
    settings = {row["setting"]: row["value"] for row in json.loads(tracker_command("config", "--format", "json").out)}
    assert settings["sources.ebay-mi50.query"] == "instinct mi50"
    findings = json.loads(tracker_command("doctor", "--format", "json").out)
    keyless = next(finding for finding in findings if finding["check"] == "site ebay")
    assert keyless["state"] == "warn"
    assert "developer.ebay.com" in keyless["advice"]
    assert len(json.loads(tracker_command("sources", "--format", "json").out)) >= 23


def test_a_site_without_keys_says_how_to_get_them(tracker_command: Command) -> None:
    tracker_command("init")
    ran = tracker_command("scrape", "ebay-mi50")
    assert ran.code == 1
    assert "ebay-mi50 full unconfigured" in ran.out
    assert "EBAY_CLIENT_ID" in ran.out


def test_demo(tracker_command: Command) -> None:
    ran = tracker_command("demo")
    assert ran.code == 0
    assert "[cheap-gigabytes] mi50-32gb at 4.66 USD/GB" in ran.out
    assert "usd_per_gb  card" in ran.out
    assert "fan shroud" not in ran.out
    assert tracker_command("demo").out == ran.out


def test_alerts_test(tracker_command: Command) -> None:
    ran = tracker_command("alerts", "test")
    assert ran.code == 0
    assert "no such card is on offer" in ran.out
    assert ran.out.endswith("console: sent\n")


def test_the_database_can_be_named_by_the_environment(
    tracker_command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACKER_DATABASE__URL", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    assert tracker_command("report").code == 0
    assert (tmp_path / "elsewhere.db").exists()


BAD_PAGES = [
    ("HTML instead of JSON", b"<html><body>Pardon our interruption</body></html>"),
    ("an empty body", b""),
    ("a truncated gzip", gzip.compress(json.dumps(EBAY).encode())[:-20]),
    ("cut JSON", json.dumps(EBAY).encode()[:200]),
    ("JSON of another kind", b'{"hello": "world"}'),
    ("a number", b"7"),
    ("null", b"null"),
    ("bytes that are no text", bytes(range(128, 256)) * 4),
]


@pytest.mark.parametrize("content", [row[1] for row in BAD_PAGES], ids=[row[0] for row in BAD_PAGES])
def test_a_page_that_cannot_be_read_leaves_the_database_as_it_was(
    tracker_command: Command, page: Path, tmp_path: Path, content: bytes
) -> None:
    tracker_command("import", "ebay", page)
    before = tracker_command("report", "--format", "json").out
    bad = tmp_path / "bad"
    bad.write_bytes(content)
    more = tmp_path / "more.json"
    more.write_text(json.dumps(EBAY).replace("v1|", "v1|9"))
    ran = tracker_command("import", "ebay", more, bad)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: ebay: ")
    assert len(ran.err.splitlines()) == 1
    assert tracker_command("report", "--format", "json").out == before


MISUSE = [
    (["report", "--metric", "usd_per_bg"], 2, "did you mean 'usd_per_gb'?"),
    (["report", "--condition", "mint"], 2, "--condition"),
    (["report", "--max-age", "soon"], 2, "no duration"),
    (["report", "--top", "0"], 2, "--top"),
    (["report", "--format", "xml"], 2, "--format"),
    (["import", "ebey", "x.json"], 2, "there is no site or source 'ebey'"),
    (["import", "ebay", "no-such-file.json"], 2, "no-such-file.json: No such file or directory"),
    (["import", "ebay", "."], 2, "Is a directory"),
    (["import", "ebay", "--at", "2999-01-01", "x.json"], 2, "future"),
    (["scrape", "nowhere"], 2, "there is no source 'nowhere'"),
    (["identify"], 2, "TITLE"),
    (["alerts", "test", "pigeon"], 2, "there is no channel 'pigeon'"),
    (["frobnicate"], 2, "frobnicate"),
]


@pytest.mark.parametrize(("words", "code", "said"), MISUSE, ids=[" ".join(row[0]) for row in MISUSE])
def test_misuse_is_one_clear_message(tracker_command: Command, words: list[str], code: int, said: str) -> None:
    ran = tracker_command(*words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_every_mistake_of_the_configuration_is_a_line(tracker_command: Command, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "tracker.toml").write_text("[watches.a]\nbelow = -1\n[watches.b]\n")
    ran = tracker_command("report")
    assert ran.code == 2
    assert [line.partition(" watches")[0] for line in ran.err.splitlines()] == ["error: tracker.toml:"] * 2
    (tmp_path / "home" / "tracker.toml").write_text("[watches\n")
    broken = tracker_command("report")
    assert broken.code == 2
    assert "is not TOML" in broken.err


READING = [
    ["report"],
    ["report", "--by", "gpu"],
    ["alerts"],
    ["alerts", "pending"],
    ["alerts", "channels"],
    ["sources"],
    ["sources", "review", "x"],
    ["explain", "1"],
    ["rejected"],
    ["market", "mi50"],
    ["history", "mi50"],
    ["plan", "--vram", "48"],
    ["watches"],
    ["watches", "try", "x"],
    ["mark"],
    ["block", "sly"],
    ["backup", "copy.db"],
    ["tidy"],
    ["web"],
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_home_where_nothing_was_begun_is_said_and_not_made(
    tracker_command: Command, tmp_path: Path, words: list[str]
) -> None:
    ran = tracker_command("--home", tmp_path / "hoem", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: there is nothing at {tmp_path / 'hoem'} yet: `tracker init` ")
    assert not (tmp_path / "hoem").exists()


def test_the_doctor_finds_that_nothing_was_begun(tracker_command: Command, tmp_path: Path) -> None:
    ran = tracker_command("--home", tmp_path / "hoem", "doctor", "--format", "json")
    assert ran.code == 1
    [finding] = json.loads(ran.out)
    assert finding["state"] == "fail"
    assert finding["found"].startswith(f"there is nothing at {tmp_path / 'hoem'} yet")
    assert not (tmp_path / "hoem").exists()


def test_a_folder_that_cannot_be_made_is_said(tracker_command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = tracker_command("--home", tmp_path / "file" / "home", "init")
    assert ran.code == 1
    assert ran.err.startswith("error: ")


def test_help_loads_no_heavy_library() -> None:
    heavy = ["pandas", "sqlalchemy", "sqlmodel", "httpx", "pydantic", "rich", "apscheduler", "alembic", "selectolax"]
    script = f"import sys, tracker.cli; print([name for name in {heavy!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_reader_that_has_seen_enough_is_no_error(tracker_command: Command, page: Path, tmp_path: Path) -> None:
    tracker_command("import", "ebay", page)
    command = f"'{sys.executable}' -m tracker --home '{tmp_path / 'home'}' gpus --format json | head -1"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert ran.stdout == "[\n"
    assert "Traceback" not in ran.stderr


# where the output goes, how the command ends, and what standard error says
TAKEN = [
    ("| true", 0, ""),
    ("2>&1 | true", 0, ""),
    (">/dev/full", 1, "error: [Errno 28] No space left on device\n"),
    (">/dev/full 2>/dev/full", 1, ""),
    (">&-", 0, ""),
]


@pytest.mark.parametrize("lines", [3, 2000])
@pytest.mark.parametrize(("to", "code", "said"), TAKEN)
def test_what_nobody_takes_is_said_in_a_line_or_not_at_all(
    tmp_path: Path, to: str, code: int, said: str, lines: int
) -> None:
    (tmp_path / "titles").write_text(json.dumps({"title": "RTX 3090 24GB"}) + "\n" + '{"title": "MI50"}\n' * lines)
    tracker = f"'{sys.executable}' -m tracker identify --jsonl <'{tmp_path / 'titles'}'"
    command = f"( {tracker}; echo $? >'{tmp_path / 'code'}' ) {to}"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (tmp_path / "code").read_text() == f"{code}\n"
    assert ran.stderr == said


def test_what_is_said_of_a_list_comes_after_it(tracker_command: Command, page: Path, tmp_path: Path) -> None:
    tracker_command("import", "ebay", page)
    command = [sys.executable, "-m", "tracker", "--home", str(tmp_path / "home"), "report"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True, timeout=60)
    assert 0 <= ran.stdout.index("mi50") < ran.stdout.index("listings are on offer")


def test_a_span_that_is_none_is_told_by_its_option(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    ran = tracker_command("history", "mi50-32gb", "--since", "yesterday")
    assert ran.code == 2
    assert "--since: 'yesterday' is no duration" in ran.err


def test_explain_shows_every_number(tracker_command: Command, page: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "tracker.toml").write_text('[addons]\n"blower shroud" = 15\n')
    tracker_command("import", "ebay", page)
    [mi50] = json.loads(tracker_command("report", "--gpu", "mi50", "--format", "json").out)
    for name in (mi50["listing_id"], mi50["site_id"], mi50["url"]):
        said = tracker_command("explain", name).out
        assert "150.00 EUR at " in said
        assert "10.00 EUR, as stated" in said
        assert "15.00 USD  blower shroud" in said
        assert f"{mi50['unit_usd']:,.2f} USD  per card: what everything is ranked by" in said
        assert "AMD" in said
    missing = tracker_command("explain", "no-such-listing")
    assert missing.code == 2
    assert "there is no listing" in missing.err


UNKNOWN = [
    (["explain", "alert:999"], "there is no alert 'alert:999'"),
    (["explain", "120000000000"], "'120000000000' is more than one listing; give a number: 1 (ebay), 2 (shopify)"),
    (["mark", "120000000000", "dismiss"], "give a number: 1 (ebay), 2 (shopify)"),
    (["history", "120000000000"], "give a number: 1 (ebay), 2 (shopify)"),
    (["history", "mi500"], "'mi500' is neither a card (tracker gpus) nor a listing, did you mean 'mi50'?"),
    (["market", "mi500"], "no card 'mi500' in the spec database, did you mean 'mi50'?"),
    (["plan", "--vram", "48", "--own", "2xmi500"], "no card 'mi500', did you mean 'mi50'?"),
    (["watches", "try", "cheep"], "there is no watch 'cheep', did you mean 'cheap'?"),
    (["sources", "accept", "ebay-u"], "there is no source 'ebay-u', did you mean 'ebay-us'?"),
    (["scrape", "ebay-u"], "there is no source 'ebay-u' in the configuration, did you mean 'ebay-us'?"),
]


@pytest.mark.parametrize(("words", "said"), UNKNOWN, ids=[" ".join(row[0]) for row in UNKNOWN])
def test_a_name_that_nothing_or_too_much_goes_by_is_misuse(
    tracker_command: Command, home: Home, words: list[str], said: str
) -> None:
    home.config_file.write_text(
        '[sources.ebay-us]\nsite = "ebay"\nquery = "mi50"\n[watches.cheap]\nmetric = "usd_per_gb"\nbelow = 9\n'
    )
    with opened(home) as tracker:
        for site, site_id, source in (
            ("ebay", "v1|120000000000|0", "ebay-us"),
            ("shopify", "a.example/120000000000", "a"),
        ):
            see(tracker, [offer(site_id, site=site)], at=NOON, source=source)
    ran = tracker_command("--home", home.path, *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err


OFFER = {
    "usd_per_gb": "2.50",
    "card": "p100-sxm2-16gb",
    "as printed": "39.94 USD",
    "title": "x" * 200,
    "link": "https://x.example/",
}
PLAN = {
    "plan": "12",
    "USD": "14,639.00",
    "what": "1 × rtx-4090-48gb-modded + 1 × rtx-4090-24gb",
    "GB": "144",
    "usable": "135.5",
    "USD/GB": "101.66",
    "GB/s": "2,016",
    "W idle / busy": "105 / 900",
    "slots": "6",
    "tok/s": "18.9",
    "by layers": "17.1",
    "bound": "33.2",
    "h to beat rent": "9,000",
}
ALERT = {
    "alert": 12345,
    "watch": "forty-eight-gigabytes",
    "kind": "deal",
    "channel": "telephone",
    "state": "owed",
    "seen": "2026-05-01 12:00",
    "sent": "2026-05-01 14:00",
    "held": "digest until 2026-05-02 08:00",
    "about": "AMD Instinct MI50 " * 4,
}
# the width of the terminal, a row, what is to be read in its lines whole, and how many these are at most
NARROW = [
    *((width, OFFER, ("2.50", "p100-sxm2-16gb"), 2) for width in (60, 80, 120)),
    (80, PLAN, ("12", "14,639.00", "144", "101.66", "18.9"), 3),
    (60, PLAN, ("14,639.00", "101.66"), 4),
    (80, ALERT, ("12345", "owed", "14:00", "08:00"), 10),
]


@pytest.mark.parametrize(("width", "row", "whole", "most"), NARROW)
def test_a_narrow_terminal_shows_what_matters(
    width: int, row: Mapping[str, object], whole: Sequence[str], most: int
) -> None:
    from tracker.output import Format, emit

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        patch.setenv("TERM", "xterm")
        emit([row], Format.TABLE, out=terminal)
    lines = re.sub(r"\x1b\[[0-9;]*m|\x1b]8;[^\x1b]*\x1b\\", "", terminal.getvalue()).splitlines()
    assert set(whole) <= set(" ".join(lines).split())
    assert len(lines) <= most
    assert max(map(len, lines)) <= width


def test_a_folder_for_the_demo_that_cannot_be_made_is_said(tracker_command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ran = tracker_command("--home", tmp_path / "file", "demo")
    assert ran.code == 1
    assert ran.err.startswith("error: the folder ")


def test_nothing_that_matches_is_said(tracker_command: Command, page: Path) -> None:
    tracker_command("import", "ebay", page)
    assert "nothing on offer matches" in tracker_command("report", "--country", "ZZ").err


def test_a_person_who_watches_is_told_what_is_being_done(home: Home, shop: Shop) -> None:
    configure(home, shop)
    own, theirs = pty.openpty()
    command = [sys.executable, "-m", "tracker", "--home", str(home.path), "scrape", "barn"]
    env = {**os.environ, "TERM": "xterm"}
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, timeout=60, check=False, env=env)
    os.close(theirs)
    seen = os.read(own, 65536).decode()
    os.close(own)
    assert ran.returncode == 0
    assert "barn: page 1, http://" in seen
    assert b"page 1" not in ran.stdout
