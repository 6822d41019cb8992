"""How many requests a client made lately: counted in the process, told to the others every two seconds.

A request costs a lock and two look-ups, no question to the database. What other processes counted is known two seconds
late, so a client spread over n processes may get through n times two seconds of requests more than its limit.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final, NamedTuple

MINUTE: Final = 60
DAY: Final = 86_400
#: Windows kept in a process; of more clients than half of this, those seen longest ago are forgotten.
_KEPT: Final = 40_000

Key = tuple[str, int]


class Policy(NamedTuple):
    """At most ``quota`` requests in ``seconds``."""

    quota: int
    seconds: int


@dataclass(slots=True)
class Window:
    """Requests since ``started``: ``told`` by all processes as of the last exchange, ``fresh`` here since."""

    started: int
    told: int = 0
    fresh: int = 0
    before: int = 0

    @property
    def number(self) -> int:
        """Requests of this window as far as known here."""
        return self.told + self.fresh


class Standing(NamedTuple):
    """Where a client stands with one policy. ``retry``: seconds until a request passes, 0 where it passes now."""

    policy: Policy
    remaining: int
    reset: int
    retry: int


class Delta(NamedTuple):
    """Requests of a client in a window not told to the other processes yet."""

    client: str
    seconds: int
    started: int
    number: int


class Windows:
    """The windows of all clients of a process."""

    def __init__(self) -> None:
        self._windows: OrderedDict[Key, Window] = OrderedDict()
        self._lock = Lock()

    def take(
        self, client: str, policies: Sequence[Policy], now: float, zone: int = 0
    ) -> tuple[bool, list[Standing]]:
        """Count a request, unless a policy refuses it. ``zone``: seconds local time is ahead, for the day's start."""
        with self._lock:
            windows = [self._window(client, policy.seconds, now, zone) for policy in policies]
            pairs = list(zip(policies, windows, strict=True))
            passes = all(_used(window, policy.seconds, now) < policy.quota for policy, window in pairs)
            if passes:
                for window in windows:
                    window.fresh += 1
            return passes, [_standing(policy, window, now) for policy, window in pairs]

    def _window(self, client: str, seconds: int, now: float, zone: int) -> Window:
        started = int(now + zone) // seconds * seconds - zone
        window = self._windows.get((client, seconds))
        if window is None or window.started != started:
            is_next = window is not None and window.started == started - seconds
            before = window.number if window is not None and is_next and seconds == MINUTE else 0
            window = self._windows[client, seconds] = Window(started, before=before)
            while len(self._windows) > _KEPT:
                self._windows.popitem(last=False)
        return window

    def untold(self) -> list[Delta]:
        """Requests the other processes do not know of; :meth:`tell` takes them off."""
        with self._lock:
            return [
                Delta(client, seconds, window.started, window.fresh)
                for (client, seconds), window in self._windows.items()
                if window.fresh
            ]

    def tell(self, told: Iterable[Delta], totals: Iterable[Delta]) -> None:
        """Take off what was told, and note the totals of all processes."""
        known = {(item.client, item.seconds, item.started): item.number for item in totals}
        with self._lock:
            for item in told:
                window = self._windows.get((item.client, item.seconds))
                if window is not None and window.started == item.started:
                    window.fresh -= item.number
                    window.told = known.get((item.client, item.seconds, item.started), window.told)

    def forget(self) -> None:
        """Drop everything; for tests."""
        with self._lock:
            self._windows.clear()


def _used(window: Window, seconds: int, now: float) -> float:
    """Requests that count: of the window before, the part that still lies within the last ``seconds``."""
    return window.number + window.before * max(0.0, 1 - (now - window.started) / seconds)


def _standing(policy: Policy, window: Window, now: float) -> Standing:
    used = _used(window, policy.seconds, now)
    reset = max(1, int(window.started + policy.seconds - now + 0.999))
    retry = 0 if used < policy.quota else _retry(policy, window, now)
    return Standing(policy, max(0, int(policy.quota - used)), reset, retry)


def _retry(policy: Policy, window: Window, now: float) -> int:
    """Seconds until the window before has faded enough, else until this one has too."""
    end = window.started + policy.seconds
    if window.number < policy.quota and window.before:
        share = (policy.quota - 1 - window.number) / window.before
        end = window.started + int(policy.seconds * (1 - max(0.0, share)))
    elif policy.seconds == MINUTE and window.number >= policy.quota:
        end += int(policy.seconds * (1 - (policy.quota - 1) / window.number)) if window.number else 0
    return max(1, int(end - now + 0.999))


windows: Final = Windows()
