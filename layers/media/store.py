"""Where photos and attachments lie: ``MEDIA_ROOT``, outside the web root, under random names.

A file belongs to the transaction that wrote it: rolled back, it goes; deleted, it goes after the commit. What a
killed process left behind is swept up by :func:`sweep`.
"""

import os
import secrets
import time
import weakref
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

#: Seconds a file without a row may lie: it may belong to a transaction still running.
GRACE: Final = 6 * 3600
#: Folder → names its rows refer to. Only folders named here are swept.
_used: dict[str, Callable[[], Iterable[str]]] = {}


def register_folder(folder: str, used: Callable[[], Iterable[str]]) -> None:
    """Lets :func:`sweep` delete from ``folder`` what ``used()`` (names as :func:`keep` gave them) does not name."""
    _used[folder] = used


def path_of(name: str) -> Path:
    """Where a file kept under ``name`` lies. Raises ``ValueError`` for a name that leads out of the store."""
    root = Path(settings.MEDIA_ROOT).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise ValueError(name)
    return path


class _Written:
    """A file just written: deleted when this goes before the transaction is committed.

    Django tells nobody of a rollback, but it drops the functions waiting for the commit, and with them this.
    """

    def __init__(self, path: Path) -> None:
        self._finalizer = weakref.finalize(self, partial(path.unlink, missing_ok=True))

    def stay(self) -> None:
        """The transaction is committed."""
        self._finalizer.detach()


def keep(data: bytes, folder: str, ending: str) -> str:
    """Writes ``data`` under a random name and gives the name, relative to the store; gone again on rollback."""
    return keep_parts([data], folder, ending)


def keep_parts(parts: Iterable[bytes], folder: str, ending: str) -> str:
    """As :func:`keep`, for files too large to hold in memory."""
    secret = secrets.token_hex(16)
    name = f"{folder}/{secret[:2]}/{secret[2:]}.{ending}"
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    _write(path, parts)
    transaction.on_commit(_Written(path).stay)
    return name


def _write(path: Path, parts: Iterable[bytes]) -> None:
    """All of it or nothing, also when the power fails."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as handle:
            handle.writelines(parts)
            handle.flush()
            os.fsync(handle.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def forget(*names: str) -> None:
    """Deletes files once the transaction is committed; those still named by a row must not be given."""
    paths = [path_of(name) for name in names if name]
    transaction.on_commit(lambda: _unlink(paths))


def _unlink(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def sweep(older_than: float = GRACE) -> int:
    """Deletes files no row names, if older than so many seconds; how many. Missing ones are not its business."""
    limit, count = time.time() - older_than, 0
    for folder, used in _used.items():
        root = path_of(folder)
        if not root.is_dir():
            continue
        old = {path for path in root.rglob("*") if path.is_file() and path.stat().st_mtime < limit}
        if not old:
            continue
        for path in old - {path_of(name) for name in used() if name}:
            path.unlink(missing_ok=True)
            count += 1
    return count
