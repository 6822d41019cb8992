"""Both sides timed in turn within one run, so that whatever else the machine does hits both; what is told is a ratio."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

Run = Callable[[], Any]
HEADINGS: Final = ("case", "bare ms", "ours ms", "ratio", "target", "met", "same answer")


@dataclass(frozen=True)
class Row:
    """One line of the table. ``bare`` and ``ours``: median milliseconds, or requests a second where ``is_rate``.

    ``same``: whether both sides gave the same answer, and how that was compared.
    """

    case: str
    bare: float
    ours: float
    target: str
    met: bool | None
    same: str
    is_rate: bool = False

    @property
    def ratio(self) -> float:
        """Ours in terms of bare."""
        return self.ours / self.bare if self.bare else float("inf")

    def as_json(self) -> dict[str, Any]:
        """For handing from one process of the benchmark to another."""
        return asdict(self)


def at_most(case: str, bare: float, ours: float, limit: float, same: str) -> Row:
    """A case whose time may be at most ``limit`` times that of the bare statement."""
    return Row(case, bare, ours, f"≤ {limit:g}", ours <= limit * bare, same)


def medians(*sides: Run, rounds: int, between: Run | None = None) -> list[float]:
    """Median milliseconds of each side, called in turn; the first two rounds warm caches and are not counted.

    ``between``: called before each round, outside the time measured.
    """
    times: list[list[float]] = [[] for _side in sides]
    for number in range(rounds + 2):
        if between is not None:
            between()
        for side, kept in zip(sides, times, strict=True):
            started = time.perf_counter()
            side()
            if number > 1:
                kept.append((time.perf_counter() - started) * 1000)
    return [statistics.median(kept) for kept in times]


def once(side: Run) -> float:
    """Milliseconds of one call."""
    started = time.perf_counter()
    side()
    return (time.perf_counter() - started) * 1000


def table(rows: Sequence[Row]) -> str:
    """The rows as lines of a Markdown table."""
    lines = [HEADINGS, tuple("---" for _heading in HEADINGS), *(_cells(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    unit = "/s" if row.is_rate else ""
    met = "–" if row.met is None else "yes" if row.met else "**no**"
    return (
        row.case,
        f"{row.bare:.3g}{unit}" if row.is_rate else f"{row.bare:.2f}",
        f"{row.ours:.3g}{unit}" if row.is_rate else f"{row.ours:.2f}",
        f"{row.ratio:.2f}",
        row.target,
        met,
        row.same,
    )
