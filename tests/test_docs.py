"""The documents say what is so: commands, options, sites, channels and figures are held against the code."""

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

import alerts
import scrapers.sites
from tests.conftest import Ran
from tracker.config import Config
from tracker.core.flat import SCHEMA, flat_alert, flat_offer
from tracker.watch_tables import WatchTable

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path, tracker_command: Callable[..., Ran]) -> None:
    for line in re.findall(r"`(tracker [a-z][^`]*)`", page.read_text(encoding="utf-8")):
        words = [word for word in shlex.split(line.replace("\\|", "|"))[1:] if re.fullmatch(r"[a-z]+", word)]
        ran = tracker_command(*words[: 2 if words[0] in ("alerts", "gpus", "sources", "watches") else 1], "--help")
        assert ran.code == 0, line
        for option in re.findall(r"--[a-z-]+", line):
            assert option in ran.out or option == "--home", line


def test_the_first_two_commands_of_the_readme_are_targets() -> None:
    block = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert block
    commands = [line.partition("#")[0].split() for line in block[1].splitlines()]
    assert commands == [["make", "run"], ["make", "test"]]
    assert {"run:", "test:"} <= {
        line.split()[0] for line in (ROOT / "Makefile").read_text().splitlines() if line.split()
    }


def test_the_readme_shows_what_the_demo_prints(tracker_command: Callable[..., Ran]) -> None:
    shown = re.search(r"```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert shown
    assert shown[1] in tracker_command("demo").out


def test_configuration_in_the_documents_is_valid() -> None:
    for page in PAGES:
        for block in re.findall(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            Config(**tomllib.loads(block))


def test_every_site_and_channel_is_documented() -> None:
    sites = (ROOT / "docs" / "sites.md").read_text(encoding="utf-8")
    assert [site for site in scrapers.sites.names() if f"## {site}" not in sites] == []
    channels = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    assert [name for name in alerts.names() if f"| `{name}` |" not in channels] == []


def test_every_setting_of_a_watch_is_documented() -> None:
    page = (ROOT / "docs" / "watches.md").read_text(encoding="utf-8")
    assert [name for name in WatchTable.model_fields if f"`{name}`" not in page] == []


def test_every_field_of_the_webhook_is_documented() -> None:
    from tests.alerts.test_message import WATCH
    from tests.conftest import NOON, priced
    from tests.core.test_risk import LIKE
    from tracker.core.rules import Alert, AlertKind, Change, Event, Reason, Rule

    change = Change(event=Event.NEW, offer=priced(), reasons=(Reason(rule=Rule.NEW, said="new"),), worth=LIKE)
    alert = Alert(key="k", kind=AlertKind.DEAL, watch=WATCH, changes=(change,), occasion="new")
    page = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_]+)`", page))
    payload = flat_alert(alert, created_at=NOON)
    assert json.loads(json.dumps(payload)) == payload
    [offer], [reason] = payload["offers"], payload["offers"][0]["reasons"]
    added = offer.keys() - flat_offer(priced()).keys()
    assert (payload.keys() | added | reason.keys() | offer["baseline"].keys()) - named == set()
    assert f"version of this format: {SCHEMA}" in page
