"""Record a site's traffic, and write down what must come out of it.

    python -m tests.scrapers.record                        every invented case anew
    python -m tests.scrapers.record ebay normal            one case anew
    python -m tests.scrapers.record ebay normal --answer   only its answer, from the recorded traffic
    python -m tests.scrapers.record newsite normal url=https://shop.example/cards    a site as it is, politely

Cases of tests/scrapers/invented are served by a local server that stands in for the real host: names and addresses
are the real ones, the pages ours. Everything else is recorded from the site itself.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import vcr  # type: ignore[import-untyped]

from scrapers.base import Mode, Source
from scrapers.fetch import Fetcher
from tests.scrapers import recordings
from tests.scrapers.case import Case
from tests.scrapers.local import Clock, Server, fetching
from tests.scrapers.recordings import Recording


def invented(site: str) -> dict[str, Case]:
    """The cases we made up for a site, by name."""
    module = f"tests.scrapers.invented.{site}"
    if find_spec(module) is None:
        return {}
    cases: dict[str, Case] = import_module(module).CASES
    return cases


@contextmanager
def served(recording: Recording, case: Case) -> Iterator[Fetcher]:
    """A fetcher that finds our pages where the site would be."""
    secrets = recordings.replay_secrets(recording.scraper)
    with Server(case.answers) as server, fetching(server, Clock(), secrets=secrets) as fetcher:
        yield fetcher


@contextmanager
def replayed(recording: Recording) -> Iterator[Fetcher]:
    """A fetcher whose waits pass at once, for traffic that is already recorded."""
    clock = Clock()
    secrets = recordings.replay_secrets(recording.scraper)
    with Fetcher(secrets=secrets, sleep=clock.sleep, monotonic=clock) as fetcher:
        yield fetcher


@contextmanager
def polite() -> Iterator[Fetcher]:
    """A fetcher on the real network."""
    with Fetcher(os.environ.get("TRACKER_FETCH__CONTACT", ""), secrets=os.environ) as fetcher:
        yield fetcher


def record(recording: Recording, source: Source, *, anew: bool) -> None:
    """Walk a source, keep its traffic where `anew`, and write the answer."""
    recording.cassette.parent.mkdir(parents=True, exist_ok=True)
    case = invented(recording.site).get(recording.case)
    if anew:
        recording.cassette.unlink(missing_ok=True)
        ready = served(recording, case) if case else polite()
    else:
        ready = replayed(recording)
    tape = vcr.VCR(**recordings.vcr_config(), record_mode="once" if anew else "none")
    with tape.use_cassette(str(recording.cassette)), ready as fetcher:
        came_out = recordings.walked(recording, source, fetcher)
    if not recording.cassette.exists():  # nothing came by the web: what was read lies in a folder beside it
        recording.cassette.write_text("interactions: []\nversion: 1\n", encoding="utf-8")
    recording.answer.write_text(json.dumps(came_out, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    said = came_out["error"] or f"{len(came_out['listings'])} listings on {came_out['pages']} pages"
    sys.stdout.write(f"{recording}: {said}\n")


def source_of(recording: Recording, options: list[str]) -> Source:
    """The source to visit: as given, as invented, or as the answer has it."""
    if options:
        given = dict(option.split("=", 1) for option in options)
        rest = {name: given.pop(name) for name in ("country", "postcode", "currency") if name in given}
        mode = Mode(given.pop("mode", Mode.FULL))
        return Source(name=recording.case, site=recording.site, options=given, mode=mode, **rest)
    if case := invented(recording.site).get(recording.case):
        return case.source(recording.site, recording.case)
    return recording.source


def main() -> None:
    """Record what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.scrapers.record",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("site", nargs="?", help="only this site")
    parser.add_argument("case", nargs="?", help="only this case")
    parser.add_argument("options", nargs="*", metavar="NAME=VALUE", help="the source, for a case recorded first")
    parser.add_argument("--answer", action="store_true", help="keep the traffic, write only the answer")
    asked = parser.parse_args()
    sites = (
        [asked.site] if asked.site else sorted(path.stem for path in Path(__file__).parent.glob("invented/[a-z]*.py"))
    )
    for site in sites:
        for case in [asked.case] if asked.case else invented(site):
            recording = Recording(site, case)
            record(recording, source_of(recording, asked.options), anew=not asked.answer)


if __name__ == "__main__":
    main()
