"""What a person reads while the portal starts: one line per step, in Japanese and English."""

import sys
from pathlib import Path


class Problem(Exception):
    """Something the person must settle; shown as a message, never as a traceback."""


def say(japanese: str, english: str) -> None:
    """Announces a step."""
    print(f"▶ {japanese} / {english}", flush=True)


def note(text: str) -> None:
    """Prints one further line under a step."""
    print(f"  {text}", flush=True)


def complain(problem: Problem) -> None:
    """Prints a problem to standard error, further lines indented."""
    first, *rest = str(problem).splitlines()
    print("\n".join([f"✖ {first}", *(f"  {line}" for line in rest)]), file=sys.stderr, flush=True)


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log file, empty where there is none."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
