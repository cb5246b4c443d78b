"""Every locked dependency has a wheel for amd64 and arm64, so that the image needs no compiler; asks the index."""

import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).parents[2] / "requirements.lock"
PYTHON = "313"  # as in deploy/Containerfile
GLIBC = ("manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28", "manylinux_2_34")


def missing(machine: str) -> str:
    """What pip says against installing the lock on a machine from wheels alone; "" when it can."""
    platforms = [f"--platform={glibc}_{machine}" for glibc in GLIBC]
    with tempfile.TemporaryDirectory() as nowhere:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run", "--quiet"),
                *("--ignore-installed", "--no-deps", "--only-binary=:all:", f"--python-version={PYTHON}"),
                *("--implementation=cp", f"--target={nowhere}", f"--requirement={LOCK}", *platforms),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    return "" if ran.returncode == 0 else ran.stderr.strip()


def main() -> int:
    """Print what each machine lacks; 1 where it lacks anything."""
    found = {machine: missing(machine) for machine in ("x86_64", "aarch64")}
    for machine, said in found.items():
        print(f"{machine}: {said or 'every locked dependency has a wheel'}")
    return 1 if any(found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
