"""One start at a time per checkout, and the embedded server for the length of one command."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gisportal.deploy.console import Problem, say
from gisportal.deploy.paths import Paths
from gisportal.deploy.postgres import Cluster
from gisportal.deploy.supervisor import Child, Supervisor


class StartLock:
    """Held while `make run` (or, by another name, `make test`) runs; gone with its holder, however that dies."""

    def __init__(self, paths: Paths, name: str = "supervisor") -> None:
        self.path = paths.locks / f"{name}.lock"
        self._handle: IO[str] | None = None

    def acquire(self) -> bool:
        """Whether we hold it now."""
        handle = self.path.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            return False
        self._handle = handle
        self.describe("")
        return True

    def describe(self, address: str) -> None:
        """Tells other starts who we are and where the portal answers."""
        assert self._handle is not None
        self._handle.seek(0)
        self._handle.truncate()
        json.dump({"pid": os.getpid(), "address": address}, self._handle)
        self._handle.flush()

    def release(self) -> None:
        """Lets go of it."""
        if self._handle:
            self._handle.close()
            self._handle = None

    def holder(self) -> tuple[int, str]:
        """Process id and address of the start that holds it."""
        try:
            found = json.loads(self.path.read_text())
            return int(found["pid"]), str(found["address"])
        except (OSError, ValueError, KeyError):
            return 0, ""


def server_child(cluster: Cluster) -> Child:
    """The database server as a supervised process."""
    return Child(
        name="PostgreSQL",
        command=cluster.command,
        env=cluster.env,
        log=cluster.log,
        cwd=Path("/"),
        user=cluster.user,
        stop_signal=signal.SIGINT,
        grace=30,
        before_start=cluster.reclaim,
    )


def start_server(supervisor: Supervisor, cluster: Cluster) -> None:
    """Starts the embedded server and waits until it answers."""
    cluster.prepare()
    supervisor.add(server_child(cluster))
    supervisor.wait_until(cluster.is_ready, 60, "PostgreSQL")


@contextmanager
def running_server(paths: Paths) -> Iterator[Cluster]:
    """The embedded server: that of a running portal, else one of our own until the block ends."""
    cluster = Cluster(paths, paths.var)
    lock = StartLock(paths)
    supervisor = Supervisor()
    try:
        if lock.acquire():
            start_server(supervisor, cluster)
        yield cluster
    finally:
        supervisor.stop()
        lock.release()


def stop_running(paths: Paths) -> None:
    """`make stop`: ends the portal of this checkout in good order.

    Raises:
        Problem: it does not end.
    """
    lock = StartLock(paths)
    if lock.acquire():
        lock.release()
        say("起動していません", "Not running")
        return
    pid, _ = lock.holder()
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if lock.acquire():
            lock.release()
            say("停止しました", "Stopped")
            return
        time.sleep(0.1)
    raise Problem(f"停止しません / does not stop (pid {pid})")
