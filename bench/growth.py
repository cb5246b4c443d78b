"""How the answers grow with the market: 10 thousand, 100 thousand and a million listings, as a table and a plot.

TRACKER_BENCH_PLOT=FILE.svg draws the plot; TRACKER_BENCH_TEN_MILLION=1 goes one size further (about 6 GB, 12 minutes).
"""

import os
from collections.abc import Callable
from pathlib import Path

from bench import disk, queries, report
from bench.market_data import MILLION, ON_OFFER, Market, market

SIZES = (10_000, 100_000, MILLION)

QUESTIONS: dict[str, Callable[[Market], float]] = {
    "report by GPU, whole process": lambda made: report.run("ours", made).seconds,
    "summary of every variant": queries.summary_s,
    "top 50 by usd_per_gb": lambda made: queries.top_s(made, "usd_per_gb"),
    "90 days of all variants": lambda made: queries.history_s(made)[1],
}
"""Each in seconds."""


def main() -> None:
    """Print the table in Markdown, and draw the plot where one is wanted."""
    sizes = (*SIZES, 10 * MILLION) if os.environ.get("TRACKER_BENCH_TEN_MILLION") else SIZES
    markets = [market(size, size * ON_OFFER // MILLION) for size in sizes]
    found = {name: [ask(made) for made in markets] for name, ask in QUESTIONS.items()}
    print("| | " + " | ".join(f"{made.listings:,}" for made in markets) + " |")
    print("|---" * (len(markets) + 1) + "|")
    for name, seconds in found.items():
        print(f"| {name} | " + " | ".join(f"{each * 1000:,.0f} ms" for each in seconds) + " |")
    polling = [sum(disk.sizes_mb(made).values()) for made in markets]
    print(
        "| disk that ten polls of each take | " + " | ".join(f"{each:,.0f} MB" for each in polling) + " |", flush=True
    )
    if plot := os.environ.get("TRACKER_BENCH_PLOT"):
        _draw(found, [made.listings for made in markets], Path(plot))


def _draw(found: dict[str, list[float]], sizes: list[int], file: Path) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "growth"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, seconds in found.items():
        axes.loglog(sizes, [each * 1000 for each in seconds], marker="o", label=name)
    axes.set_xlabel("listings, of which 5.3 % on offer")
    axes.set_ylabel("milliseconds, median of 5")
    axes.grid(visible=True, which="both", alpha=0.2)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


if __name__ == "__main__":
    main()
