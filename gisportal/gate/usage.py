"""What each client uses, summed up in the process and written in batches (D8, I5): no words, places or addresses."""

from collections.abc import Iterable
from datetime import date
from threading import Lock
from time import time
from typing import Any, Final

from django.utils import timezone

from gisportal.gate.store import Used

Key = tuple[date, str, int, str]
_today: Final[list[Any]] = [0, date.min]


def today() -> date:
    """The day in the city, looked up once a second."""
    now = int(time())
    if _today[0] != now:
        _today[:] = [now, timezone.localdate()]
    found: date = _today[1]
    return found


class Tally:
    """Sums not written yet: requests, bytes, errors, failures, limited by day, client and door."""

    def __init__(self) -> None:
        self._sums: dict[Key, list[int]] = {}
        self._lock = Lock()

    def add(self, key: Key, *, status: int, size: int) -> None:
        """One answer."""
        with self._lock:
            sums = self._sums.setdefault(key, [0, 0, 0, 0, 0])
            sums[0] += 1
            sums[1] += size
            if status >= 400:
                sums[2] += 1
            if status >= 500:
                sums[3] += 1
            if status == 429:
                sums[4] += 1

    def take(self) -> list[Used]:
        """Everything summed up so far; the next sums start anew."""
        with self._lock:
            found, self._sums = self._sums, {}
        return [Used(*key, *sums) for key, sums in found.items()]

    def give_back(self, rows: Iterable[Used]) -> None:
        """What could not be written waits for the next time."""
        with self._lock:
            for row in rows:
                sums = self._sums.setdefault((row.day, row.kind, row.token_id, row.door), [0, 0, 0, 0, 0])
                for place, number in enumerate(row[4:]):
                    sums[place] += int(number)


tally: Final = Tally()
