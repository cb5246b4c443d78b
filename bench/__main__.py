"""Runs benchmarks by name, or all of them: every module here that has a `main`. `python -m bench [NAME…]`."""

import sys
from importlib import import_module
from pathlib import Path

_NO_BENCHMARKS = {"__init__", "__main__", "market_data", "measure"}


def main(names: list[str]) -> None:
    """Run them one after the other; what a module says it lacks is said, and the others go on."""
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in _NO_BENCHMARKS)
    if unknown := [name for name in names if name not in known]:
        sys.exit(f"no benchmark {', '.join(unknown)}; there are: {', '.join(known)}")
    for name in names or known:
        module = import_module(f"bench.{name}")
        if not hasattr(module, "main"):
            continue
        try:
            module.main()
        except ModuleNotFoundError as missing:
            print(f"{name}: skipped, its peer {missing.name} is not installed (pip install -e '.[bench]')", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
