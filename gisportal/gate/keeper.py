"""The thread of a process that tells the other processes what was counted here, and writes the usage.

Windows every 2 seconds, usage every 15 and when the process ends: a kill loses that much, at most. Idle, it sleeps and
holds no connection.
"""

import logging
import os
from multiprocessing.util import Finalize
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection

from gisportal.gate import store
from gisportal.gate.usage import tally
from gisportal.gate.windows import windows

WINDOWS_EVERY: Final = 2.0  # seconds
USAGE_EVERY: Final = 15.0
COMPLAINS_EVERY: Final = 300.0
_log: Final = logging.getLogger("gisportal.gate")


def share_windows() -> None:
    """Exchange counts with the other processes."""
    if deltas := windows.untold():
        windows.tell(deltas, store.count(deltas))


def write_usage() -> None:
    """Write what was used; what cannot be written is kept for the next time."""
    rows = tally.take()
    if not rows:
        return
    try:
        store.use(rows)
    except DatabaseError:
        tally.give_back(rows)
        raise


class Keeper:
    """Runs once in each process that answers requests; woken by the first request after a rest."""

    def __init__(self) -> None:
        self._pid = 0
        self._lock = Lock()
        self._awake = Event()
        self._complained = -COMPLAINS_EVERY

    def wake(self) -> None:
        """There is something to write. Costs nothing while the thread is awake."""
        if self._pid != os.getpid():
            self._start()
        if not self._awake.is_set():
            self._awake.set()

    def _start(self) -> None:
        with self._lock:
            if self._pid == os.getpid() or not settings.GATE_KEEPER:
                return
            self._pid = os.getpid()
            Thread(target=self._run, name="gate-keeper", daemon=True).start()
            # As atexit, but run by the workers of a server too: they are children of multiprocessing.
            Finalize(None, self.finish, exitpriority=0)

    def _run(self) -> None:
        written = monotonic()
        while True:
            self._awake.wait()
            self._awake.clear()
            pause = Event()
            while not pause.wait(WINDOWS_EVERY):
                is_due = monotonic() - written >= USAGE_EVERY
                self._write(usage=is_due)
                written = monotonic() if is_due else written
                if is_due and not self._awake.is_set():
                    break
                if is_due:
                    self._awake.clear()
            connection.close()

    def _write(self, *, usage: bool) -> None:
        try:
            share_windows()
            if usage:
                write_usage()
        except DatabaseError as error:  # limits and sums must not take down what they look after
            self._complain(error)
            connection.close()

    def _complain(self, error: DatabaseError) -> None:
        if monotonic() - self._complained > COMPLAINS_EVERY:
            self._complained = monotonic()
            _log.error("gate: %s", type(error).__name__)

    def finish(self) -> None:
        """Write what is left; at the end of the process."""
        self._write(usage=True)
        connection.close()


keeper: Final = Keeper()
