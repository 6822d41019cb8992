"""Keeps the processes of the portal running and stops them in order (Must show 10)."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gisportal.deploy.console import Problem, note, say, tail
from gisportal.deploy.processes import end_group, pause, signal_group, spawn

LOG_LIMIT = 20_000_000
HEALTHY_AFTER = 30.0
LONGEST_DELAY = 10.0


def nothing() -> None:
    """The default of `Child.before_start`."""


@dataclass
class Child:
    """A process to keep running.

    Attributes:
        stop_signal: asks it to end in good order.
        grace: seconds it gets for that.
        before_start: clears what its predecessor left, called before every start but the first.
    """

    name: str
    command: Sequence[str | Path]
    env: dict[str, str]
    log: Path
    cwd: Path
    user: str | None = None
    stop_signal: int = signal.SIGTERM
    grace: float = 10.0
    before_start: Callable[[], None] = nothing
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    next_start: float = 0.0
    failures: int = field(default=0)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts children in order, restarts what dies, stops all in the reverse order."""

    def __init__(self) -> None:
        self.children: list[Child] = []
        self._checked_logs_at = time.monotonic()

    def add(self, child: Child) -> None:
        """Starts a child and keeps it running from now on."""
        self.children.append(child)
        self._start(child)

    def _start(self, child: Child) -> None:
        rotate(child.log)
        with child.log.open("ab") as output:
            child.process = spawn(
                child.command,
                env=child.env,
                cwd=child.cwd,
                output=output,
                user=child.user,
                death_signal=child.stop_signal,
            )
        child.started_at = time.monotonic()

    def tend(self) -> None:
        """One round: notices dead children and restarts those whose delay is over."""
        for child in self.children:
            if not child.is_running:
                self._revive(child)
        if time.monotonic() - self._checked_logs_at > 60:
            self._checked_logs_at = time.monotonic()
            for child in self.children:
                rotate(child.log)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is not None:
            self._bury(child, now)
        if now >= child.next_start:
            child.before_start()
            self._start(child)

    def _bury(self, child: Child, now: float) -> None:
        assert child.process is not None
        # Workers of a killed leader would keep its port.
        signal_group(child.process.pid, signal.SIGKILL)
        child.failures = 1 if now - child.started_at > HEALTHY_AFTER else child.failures + 1
        delay = restart_delay(child.failures)
        child.next_start = now + delay
        say(
            f"{child.name} が終了しました。{delay:.1f} 秒後に再起動します",
            f"{child.name} ended ({exit_reason(child.process.returncode)}), restarting",
        )
        if child.failures in (3, 10):
            note(f"{child.log}:\n{tail(child.log)}")
        child.process = None

    def run(self) -> None:
        """Tends the children until a signal comes.

        Raises:
            Stop: a signal came.
        """
        while True:
            self.tend()
            pause(0.2)

    def wait_until(self, ready: Callable[[], bool], seconds: float, what: str) -> None:
        """Tends the children until ``ready``.

        Raises:
            Problem: not ready in time, or a child died three times.
            Stop: a signal came.
        """
        until = time.monotonic() + seconds
        while not ready():
            self.tend()
            failing = next((child for child in self.children if child.failures >= 3), None)
            if failing or time.monotonic() > until:
                child = failing or self.children[-1]
                raise Problem(f"{what}: 起動できません / does not start ({child.log})\n{tail(child.log)}")
            pause(0.1)

    def stop(self) -> None:
        """Stops all children, the last started first. A second signal shortens the waiting."""
        for child in reversed(self.children):
            if child.process is not None:
                end_group(child.process, child.stop_signal, child.grace)
        self.children.clear()


def restart_delay(failures: int) -> float:
    """Seconds to wait before the next start: 0.2 at first, doubled each time, 10 at most."""
    return float(min(LONGEST_DELAY, 0.2 * 2 ** (failures - 1)))


def exit_reason(returncode: int) -> str:
    """How a process ended, for people."""
    if returncode >= 0:
        return f"exit {returncode}"
    try:
        return signal.Signals(-returncode).name
    except ValueError:
        return f"signal {-returncode}"


def rotate(log: Path) -> None:
    """Keeps one older copy of a log that has grown; the writer goes on in the same file."""
    try:
        if log.stat().st_size > LOG_LIMIT:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
    except FileNotFoundError:
        return
