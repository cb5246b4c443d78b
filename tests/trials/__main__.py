"""Run every trial, or those named; exit 1 where one did not hold what it must."""

import sys
from importlib import import_module
from pkgutil import iter_modules

import tests.trials


def main() -> int:
    """Run the trials the command line asks for."""
    known = sorted(module.name for module in iter_modules(tests.trials.__path__) if not module.name.startswith("_"))
    asked = sys.argv[1:] or known
    if unknown := sorted(set(asked) - set(known)):
        print(f"there is no trial {', '.join(unknown)}; known: {', '.join(known)}", file=sys.stderr)
        return 2
    return max((int(import_module(f"tests.trials.{name}").main()) for name in asked), default=0)


if __name__ == "__main__":
    sys.exit(main())
