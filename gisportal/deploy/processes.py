"""Child processes that never outlive us, and signals that are noted and acted upon between two steps.

Everything here runs in one thread: Linux ties ``PR_SET_PDEATHSIG`` to the thread that forked.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
# Every child carries it in its environment, so that the next start finds what a kill -9 left behind.
MARKER = "GISPORTAL_SUPERVISED"
_libc = ctypes.CDLL(None, use_errno=True)


class Stop(Exception):
    """A person or the system asked us to stop (SIGINT, SIGTERM, SIGHUP)."""


@dataclass
class Signals:
    """Signals received so far, and the state of the ``make`` that started us."""

    received: list[int] = field(default_factory=list)
    make_pid: int = 0
    _checked_at: float = 0.0

    def install(self) -> None:
        """Notes SIGINT, SIGTERM and SIGHUP from now on; a SIGHUP ignored by nohup stays ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, lambda received, frame: self.received.append(received))
        if process_name(os.getppid()) == "make":
            die_with_parent(signal.SIGTERM)
            # Started in the background of a script, make ignores SIGINT from the start.
            self.make_pid = os.getppid() if _catches_interrupt(os.getppid()) else 0

    def check(self) -> None:
        """Raises:
        Stop: a signal came, or our ``make`` alone was interrupted.
        """
        if self.received or self._make_was_interrupted():
            raise Stop

    def _make_was_interrupted(self) -> bool:
        # make waits for us when SIGINT reaches make alone (kill -INT, not Ctrl-C) and tells us nothing;
        # its handler, however, resets itself, which /proc shows.
        if not self.make_pid or time.monotonic() - self._checked_at < 0.5:
            return False
        self._checked_at = time.monotonic()
        return not _catches_interrupt(self.make_pid)


SIGNALS = Signals()


def _catches_interrupt(pid: int) -> bool:
    for line in _proc(pid, "status").decode(errors="replace").splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (signal.SIGINT - 1) & 1)
    return False


def _proc(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def process_name(pid: int) -> str:
    """The short name the kernel knows a process by, empty if it is gone."""
    return _proc(pid, "comm").decode(errors="replace").strip()


def die_with_parent(number: int) -> None:
    """Asks Linux to send us ``number`` when the parent dies, however it dies."""
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def pause(seconds: float) -> None:
    """Sleeps, but not past a signal.

    Raises:
        Stop: a signal came.
    """
    until = time.monotonic() + seconds
    SIGNALS.check()
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))
        SIGNALS.check()


def spawn(
    command: Sequence[str | Path],
    *,
    env: dict[str, str],
    cwd: Path,
    output: IO[bytes] | int | None = None,
    user: str | None = None,
    death_signal: int = signal.SIGTERM,
    stdin: IO[bytes] | int = subprocess.DEVNULL,
) -> subprocess.Popen[bytes]:
    """Starts a process in a session of its own (Ctrl-C reaches us alone) that ends when we end.

    ``user`` drops root to that account first; Linux forgets the death signal when the user changes.
    """
    account = pwd.getpwnam(user) if user else None
    parent = os.getpid()

    def prepare() -> None:
        if account:
            os.initgroups(account.pw_name, account.pw_gid)
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    return subprocess.Popen(
        [str(part) for part in command],
        env=env,
        cwd=cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=prepare,
    )


def call(
    command: Sequence[str | Path],
    *,
    env: dict[str, str],
    cwd: Path,
    output: IO[bytes] | int | None = None,
    user: str | None = None,
) -> int:
    """Runs a command to its end and returns its exit status.

    Raises:
        Stop: a signal came; the command was ended first.
    """
    process = spawn(command, env=env, cwd=cwd, output=output, user=user)
    try:
        while True:
            try:
                return process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                SIGNALS.check()
    except Stop:
        end_group(process, signal.SIGTERM, grace=5)
        raise


def signal_group(pid: int, number: int) -> None:
    """Signals a process group that may be gone already."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def end_group(process: subprocess.Popen[bytes], number: int, grace: float) -> None:
    """Signals the leader, waits ``grace`` seconds (a second Ctrl-C shortens it), kills what is left."""
    if process.poll() is None:
        process.send_signal(number)
        until = time.monotonic() + grace
        signals_before = len(SIGNALS.received)
        while process.poll() is None and time.monotonic() < until:
            if len(SIGNALS.received) > signals_before:
                break
            time.sleep(0.05)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def marked_processes(value: str) -> Iterator[int]:
    """Process ids that carry our marker with this value in their environment, ourselves excepted."""
    wanted = f"{MARKER}={value}".encode()
    for pid in all_processes():
        if pid != os.getpid() and wanted in _proc(pid, "environ").split(b"\0"):
            yield pid


def all_processes() -> Iterator[int]:
    """Ids of all processes of this machine that we can see."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            yield int(entry.name)


def kill_leftovers(value: str) -> int:
    """Ends processes of an earlier start of the same folder; returns how many there were."""
    found = list(marked_processes(value))
    for number, grace in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        for pid in marked_processes(value):
            try:
                os.kill(pid, number)
            except (ProcessLookupError, PermissionError):
                continue
        until = time.monotonic() + grace
        while any(True for _ in marked_processes(value)) and time.monotonic() < until:
            time.sleep(0.05)
    return len(found)
