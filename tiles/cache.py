"""The tile cache: a small one in each process, a shared one in PostgreSQL (design §6).

A key says what was asked and for which scope, a version of which data the body is the answer. The version is read
from the database each time, so a changed tile is never served; a change elsewhere leaves the tile in the cache. A
``mark`` is the version of the whole source, where it was read with who is asking: while that is the one under which
a tile was last found right, nothing at all has changed and its own version need not be asked.
"""

import gzip
import logging
import random
from collections import OrderedDict
from functools import cached_property
from math import inf
from threading import Lock
from typing import Final, NamedTuple

from django.db import DatabaseError
from django.db.models import Sum
from django.utils import timezone

from layers.prepared import SECOND_SLOT, SLOT, Prepared
from tiles.models import CachedTile

logger = logging.getLogger(__name__)

MEMORY_BYTES: Final = 64 * 2**20
TABLE_BYTES: Final = 2**30
SHARED_FROM_SECONDS: Final = 0.02
#: The table is measured at one of so many writes.
MEASURED_EVERY: Final = 500
_EVICTED_SHARE: Final = 0.2


class Body:
    """A tile as bytes; compressed when first asked for so. Both forms are empty for an empty tile."""

    def __init__(self, plain: bytes) -> None:
        self.plain = plain

    @cached_property
    def packed(self) -> bytes:
        """gzip; level 1 costs a tenth of level 9 and saves nearly as much on tiles."""
        return gzip.compress(self.plain, 1, mtime=0) if self.plain else b""

    @property
    def size(self) -> int:
        """Bytes held, with room for the compressed form."""
        return len(self.plain) * 3 // 2 + 200


class Kept(NamedTuple):
    """A tile in memory. ``seconds``: what it took to build here; ``mark``: under which it was last found right."""

    version: str
    body: Body
    seconds: float
    mark: str

    @property
    def is_quick(self) -> bool:
        """Whether it was built too fast here to be worth the shared table."""
        return self.seconds < SHARED_FROM_SECONDS


class Memory:
    """The cache of one process: least recently used goes first."""

    def __init__(self, limit: int = MEMORY_BYTES) -> None:
        self.limit = limit
        self.size = 0
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._lock = Lock()

    def last(self, key: str) -> Kept | None:
        """What is kept under a key, of whatever version."""
        with self._lock:
            return self._kept.get(key)

    def unchanged(self, key: str, mark: str) -> Kept | None:
        """What was last found right under this very mark; nothing where there is no mark."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or not mark or found.mark != mark:
                return None
            self._kept.move_to_end(key)
            return found

    def get(self, key: str, version: str, mark: str = "") -> Body | None:
        """The body kept under a key, if it is of this version; found right under ``mark`` from now on."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or found.version != version:
                return None
            self._kept[key] = found._replace(mark=mark)
            self._kept.move_to_end(key)
            return found.body

    def put(self, key: str, version: str, body: Body, seconds: float = inf, mark: str = "") -> None:
        """Keep a body in place of what the key held. ``seconds``: what it took to build."""
        with self._lock:
            if old := self._kept.pop(key, None):
                self.size -= old.body.size
            self._kept[key] = Kept(version, body, seconds, mark)
            self.size += body.size
            while self.size > self.limit:
                _key, dropped = self._kept.popitem(last=False)
                self.size -= dropped.body.size

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self.size = 0


memory: Final = Memory()
_SHARED: Final = Prepared(lambda: CachedTile.objects.filter(pk=SLOT, version=SECOND_SLOT).values_list("body"))


def get(key: str, version: str, mark: str = "") -> Body | None:
    """The tile from this process, else from the table all processes share."""
    if body := memory.get(key, version, mark):
        return body
    last = memory.last(key)
    if (last and last.is_quick) or not (rows := _SHARED.fetch(key, version)):
        return None
    body = Body(bytes(rows[0][0]))
    memory.put(key, version, body, mark=mark)
    return body


def put(
    key: str, version: str, body: Body, *, seconds: float, mark: str = "", is_ahead: bool = False
) -> None:
    """Keep a tile that took so long to build, in place of an older version of it.

    What is built sooner than it is written and read stays in this process only, unless it ``is_ahead`` of whoever
    will ask for it.
    """
    if not is_ahead:
        memory.put(key, version, body, seconds, mark)
        if seconds < SHARED_FROM_SECONDS:
            return
    row = CachedTile(key=key, version=version, body=body.plain, size=body.size, built_at=timezone.now())
    try:
        CachedTile.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["version", "body", "size", "built_at"],
        )
    except DatabaseError:
        # A full disk or a database that may only be read keeps nobody from a tile that is built already.
        logger.warning("a tile could not be kept in the shared cache", exc_info=True)
        return
    if random.randrange(MEASURED_EVERY) == 0:
        evict(TABLE_BYTES)


def evict(limit: int) -> int:
    """Drop the oldest fifth of the table where it holds more than ``limit`` bytes; returns how many went."""
    total = CachedTile.objects.aggregate(total=Sum("size"))["total"] or 0
    if total <= limit:
        return 0
    count = max(1, int(CachedTile.objects.count() * _EVICTED_SHARE))
    oldest = CachedTile.objects.order_by("built_at").values("pk")[:count]
    return CachedTile.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()[0]
