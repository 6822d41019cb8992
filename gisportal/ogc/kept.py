"""What a process keeps between requests: answers that hold as long as a source's version does."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Any, Final

from layers.access import Viewer
from layers.query import FeatureQuery


class Store:
    """The answers asked for last, shared by the threads of a process. ``budget``: the sum of weights kept."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._weight = 0
        self._items: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Any:
        """What is kept under a key, or None."""
        with self._lock:
            if key not in self._items:
                return None
            self._items.move_to_end(key)
            return self._items[key][0]

    def put(self, key: Hashable, value: Any, weight: int = 1) -> None:
        """Keep a value; those asked for longest ago make room."""
        if weight > self._budget // 4:
            return
        with self._lock:
            self._weight += weight - self._items.pop(key, (None, 0))[1]
            self._items[key] = (value, weight)
            while self._weight > self._budget:
                _key, (_value, dropped) = self._items.popitem(last=False)
                self._weight -= dropped

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._items.clear()
            self._weight = 0


#: Catalogue entries and totals.
entries: Final = Store(1_000)
#: Pages of features, in bytes.
pages: Final = Store(32 * 1024 * 1024)


def forget() -> None:
    """Drop what is kept; for tests that roll rows back under the same version."""
    entries.clear()
    pages.clear()


def is_kept(viewer: Viewer) -> bool:
    """Whether answers to this viewer may be kept: level C is read by a list of ids that no version covers."""
    return not viewer.scope_key.startswith("own:")


def may_keep(viewer: Viewer, query: FeatureQuery) -> bool:
    """Whether the answer to a query may be kept. A person's point stays out of memory; "stale" moves with the clock."""
    is_placed = query.filter is not None and query.filter.is_placed
    return is_kept(viewer) and not (query.spot or query.serves or is_placed) and query.stale is None
