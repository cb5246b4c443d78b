"""Every recording, replayed: the folder is the list, a case is <case>.yaml beside <case>.json."""

import json
from typing import Any

import pytest

import scrapers.sites
from scrapers.fetch import Fetcher
from tests.scrapers import recordings
from tests.scrapers.local import Clock
from tests.scrapers.recordings import Recording

CASES = recordings.found()

REMEDY = """
{recording} came out otherwise than its answer says.
If the site or the parser is right now, write the answer anew:
    python -m tests.scrapers.record {site} {case} --answer
If the traffic is out of date, record it anew:
    python -m tests.scrapers.record {site} {case}

{difference}"""


@pytest.fixture(params=CASES, ids=str)
def recording(request: pytest.FixtureRequest) -> Recording:
    case: Recording = request.param
    return case


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    return recordings.vcr_config()


@pytest.fixture
def vcr_cassette_dir(recording: Recording) -> str:
    return str(recording.cassette.parent)


@pytest.fixture
def default_cassette_name(recording: Recording) -> str:
    return recording.case


@pytest.mark.vcr
def test_what_was_recorded_comes_out_as_written(recording: Recording, vcr: Any) -> None:
    missing = [path.name for path in (recording.cassette, recording.answer) if not path.exists()]
    assert not missing, f"{recording} has no {missing[0]}: python -m tests.scrapers.record {recording.site} --help"
    clock = Clock()
    secrets = recordings.replay_secrets(recording.scraper)
    with Fetcher(secrets=secrets, sleep=clock.sleep, monotonic=clock) as fetcher:
        came_out = recordings.walked(recording, recording.source, fetcher)
    if came_out != recording.expected:
        pytest.fail(remedy(recording, came_out), pytrace=False)
    assert vcr.all_played, f"{recording} holds traffic that nobody asked for"


def remedy(recording: Recording, came_out: dict[str, Any]) -> str:
    """What to do about a difference, and the difference."""
    expected = recording.expected
    lines = []
    for name in came_out.keys() | expected.keys():
        if name == "listings":
            pairs = zip_all(expected[name], came_out[name])
            lines += [f"listing {number}: expected {was}\n  came out {now}" for number, was, now in pairs if was != now]
        elif came_out.get(name) != expected.get(name):
            lines.append(f"{name}: expected {expected.get(name)!r}, came out {came_out.get(name)!r}")
    return REMEDY.format(
        recording=recording, site=recording.site, case=recording.case, difference="\n".join(sorted(lines))
    )


def zip_all(was: list[Any], now: list[Any]) -> list[tuple[int, str, str]]:
    """Two lists side by side to the end of the longer one."""
    size = max(len(was), len(now))
    texts = [[json.dumps(row, ensure_ascii=False) for row in rows] + ["nothing"] * size for rows in (was, now)]
    return [(number, texts[0][number], texts[1][number]) for number in range(size)]


@pytest.mark.parametrize("site", scrapers.sites.names())
def test_every_site_has_recordings(site: str) -> None:
    cases = {recording.case for recording in CASES if recording.site == site}
    assert "normal" in cases, f"record them: python -m tests.scrapers.record {site} normal --help"


def test_no_recording_holds_a_secret() -> None:
    for recording in CASES:
        traffic = recording.cassette.read_text(encoding="utf-8").lower()
        assert "authorization" not in traffic
        assert "secret" not in traffic.replace("client_secret", "")
        assert traffic.count("access_token") == traffic.count("recorded-token")


def test_a_difference_prints_its_remedy() -> None:
    recording = CASES[0]
    text = remedy(recording, recording.expected | {"pages": 99})
    assert f"python -m tests.scrapers.record {recording.site} {recording.case} --answer" in text
    assert "came out 99" in text
