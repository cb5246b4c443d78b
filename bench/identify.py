"""How fast titles are identified, beside merely splitting the same titles into words, on one core.

    python -m bench.identify

Takes the titles of TRACKER_CORPUS, else our own table of the tests. No title is answered from a memory of titles.
"""

import json
import os
import re
import statistics
from pathlib import Path

from bench.measure import RUNS, median_s
from tracker.core.gpus import catalogue
from tracker.core.identify import identifier
from tracker.core.identify.vocabulary import vocabulary
from tracker.core.models import RawListing

LIMIT = 0.1
TITLES_A_RUN = 10_000
OWN = Path(__file__).parent.parent / "tests" / "core" / "titles_own.jsonl"


def main() -> None:
    """Print titles per second of both, the ratio, and what building the identifier takes."""
    known, _ = catalogue(), vocabulary()
    build_s = median_s(lambda: identifier.__wrapped__(known))
    identify = identifier(known)
    written = titles()
    listings = [RawListing(site="bench", site_id="", title=title, url="") for title in written]

    def ours() -> None:
        for listing in listings:
            identify(listing)

    def peer() -> None:
        for title in written:
            re.findall(r"\w+", title)

    ours()
    rounds = [(median_s(ours, runs=1), median_s(peer, runs=1)) for _ in range(RUNS)]
    ours_s, peer_s = (statistics.median(times) for times in zip(*rounds, strict=True))
    ratio = peer_s / ours_s
    print(f"{len(written)} titles, median of {RUNS} runs")
    print(f"  ours         {len(written) / ours_s:9,.0f} titles/s  {ours_s / len(written) * 1e6:5.1f} µs a title")
    print(f"  re.findall   {len(written) / peer_s:9,.0f} titles/s  {peer_s / len(written) * 1e6:5.1f} µs a title")
    print(f"  ours is {ratio:.3f} × the bare split (at least {LIMIT:g}) {'ok' if ratio >= LIMIT else 'MISSED'}")
    print(f"  built once in {build_s * 1000:.0f} ms, vocabulary and catalogue already loaded")


def titles() -> list[str]:
    """The titles to identify, again and again up to the size of one run."""
    corpus = os.environ.get("TRACKER_CORPUS")
    files = sorted(Path(corpus, "titles").glob("*.jsonl")) if corpus else [OWN]
    found = [json.loads(line)["title"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return (found * (TITLES_A_RUN // len(found) + 1))[:TITLES_A_RUN]


if __name__ == "__main__":
    main()
