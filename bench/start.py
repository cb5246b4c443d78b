"""What the command line costs before it does anything: `tracker --help` against a bare interpreter, median of 15."""

import statistics
import subprocess
import sys
import time

LIMIT = 15


def main() -> None:
    """Print both times and their ratio."""
    bare, ours = _seconds("-c", "pass"), _seconds("-m", "tracker", "--help")
    print(f"start: bare python {bare * 1000:.0f} ms, tracker --help {ours * 1000:.0f} ms")
    print(f"ratio {ours / bare:.1f} (limit {LIMIT})")


def _seconds(*words: str) -> float:
    times = []
    for _ in range(15):
        began = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    main()
