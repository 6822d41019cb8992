"""The browser code's small pure functions, tested by node itself."""

import subprocess
from pathlib import Path

UNITS = Path(__file__).parent / "units"


def test_pure_functions_pass_under_node() -> None:
    files = sorted(str(path) for path in UNITS.glob("*.test.mjs"))
    assert files
    done = subprocess.run(["node", "--test", *files], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
