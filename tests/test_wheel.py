"""The wheel holds everything the demo needs: it runs from the wheel alone, away from the checkout."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_demo_runs_from_a_wheel(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    script = "import sys; sys.path.insert(0, 'installed'); sys.argv = ['tracker', '--home', 'home', 'demo']; "
    check = "import tracker; assert 'installed' in tracker.__file__; from tracker.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-P", "-c", script + check], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "usd_per_gb  card" in ran.stdout
