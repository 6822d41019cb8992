"""What values a raster holds: range, spread, distinct ones; counted piece by piece."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

BINS: Final = 2048
#: Bins shown in a histogram.
SHOWN_BINS: Final = 64
#: Whole numbers of no more distinct values than this may be classes.
MAX_DISTINCT: Final = 64

Pieces = Callable[[], Iterable[NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class Summary:
    """Of the valid cells: number, range, mean, percentiles (to 1/2048 of the range), histogram over the range.

    ``values``: distinct whole numbers with how often each occurs, where they are few.
    """

    count: int
    low: float | None
    high: float | None
    mean: float | None
    low_2: float | None
    high_98: float | None
    histogram: tuple[int, ...]
    values: tuple[tuple[int, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """Back from JSON."""
        return cls(
            **{**told, "histogram": tuple(told["histogram"]), "values": tuple(map(tuple, told["values"]))}
        )


EMPTY: Final = Summary(0, None, None, None, None, None, (), ())


def summarise(pieces: Pieces) -> Summary:
    """Two passes over the valid values, each piece an array of one dimension."""
    count, low, high, total, values = _first_pass(pieces())
    if not count:
        return EMPTY
    bins = _bins(pieces(), low, high)
    return Summary(
        count=count,
        low=low,
        high=high,
        mean=total / count,
        low_2=_percentile(bins, low, high, 0.02),
        high_98=_percentile(bins, low, high, 0.98),
        histogram=tuple(int(part) for part in bins.reshape(SHOWN_BINS, -1).sum(axis=1)),
        values=tuple(sorted(values.items())) if len(values) <= MAX_DISTINCT else (),
    )


def _first_pass(pieces: Iterable[NDArray[Any]]) -> tuple[int, float, float, float, Counter[int]]:
    count, low, high, total = 0, np.inf, -np.inf, 0.0
    values: Counter[int] = Counter()
    for piece in pieces:
        if not piece.size:
            continue
        count += piece.size
        low, high = min(low, float(piece.min())), max(high, float(piece.max()))
        total += float(piece.sum(dtype=np.float64))
        if piece.dtype.kind in "iu" and len(values) <= MAX_DISTINCT:
            found, numbers = np.unique(piece, return_counts=True)
            if len(found) <= MAX_DISTINCT * 2:
                values.update(dict(zip(map(int, found), map(int, numbers), strict=True)))
            else:
                values.update(dict.fromkeys(map(int, found[: MAX_DISTINCT + 1]), 1))
        elif piece.dtype.kind == "f":
            values.update(range(MAX_DISTINCT + 1))
    return count, float(low), float(high), total, values


def _bins(pieces: Iterable[NDArray[Any]], low: float, high: float) -> NDArray[np.int64]:
    found = np.zeros(BINS, np.int64)
    for piece in pieces:
        if piece.size:
            found += np.histogram(piece, BINS, (low, high))[0]
    return found


def _percentile(bins: NDArray[np.int64], low: float, high: float, share: float) -> float:
    """Where so large a share of the values lies below, to the width of a bin."""
    summed = np.cumsum(bins)
    index = int(np.searchsorted(summed, share * summed[-1]))
    edge = index if share < 0.5 else index + 1
    return min(low + (high - low) * edge / BINS, high)
