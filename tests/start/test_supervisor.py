"""The supervisor: what dies comes back, a signal stops all, nothing outlives it (Must show 10)."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gisportal.deploy import run, supervisor
from gisportal.deploy.console import Problem
from gisportal.deploy.embedded import StartLock
from gisportal.deploy.paths import Paths
from gisportal.deploy.processes import MARKER, kill_leftovers, marked_processes

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import os, sys
from pathlib import Path
from gisportal.deploy.processes import SIGNALS, Stop
from gisportal.deploy.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
SIGNALS.install()
keeper = Supervisor()
for name in ("first", "second"):
    script = f"echo $$ >> {folder}/{name}; trap 'echo {name} >> {folder}/ended; exit' TERM; "
    command = ["/bin/sh", "-c", script + "while :; do sleep 0.05; done"]
    keeper.add(Child(name, command, dict(os.environ), folder / f"{name}.log", folder))
try:
    keeper.run()
except Stop:
    pass
finally:
    keeper.stop()
"""


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.02)


def pids(folder: Path, name: str) -> list[int]:
    try:
        return [int(line) for line in (folder / name).read_text().split()]
    except FileNotFoundError:
        return []


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A supervisor of two small children, in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], cwd=ROOT, start_new_session=True
    )
    wait_for(lambda: bool(pids(tmp_path, "first") and pids(tmp_path, "second")))
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()


def test_a_killed_child_is_restarted(keeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    os.kill(pids(tmp_path, "first")[0], signal.SIGKILL)
    wait_for(lambda: len(pids(tmp_path, "first")) == 2, 5)
    assert is_alive(pids(tmp_path, "first")[1])
    assert len(pids(tmp_path, "second")) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_children_in_reverse_order(
    keeper: subprocess.Popen[bytes], tmp_path: Path, number: int
) -> None:
    keeper.send_signal(number)
    assert keeper.wait(timeout=10) == 0
    assert (tmp_path / "ended").read_text().split() == ["second", "first"]


def test_children_end_with_a_killed_supervisor(keeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    children = pids(tmp_path, "first") + pids(tmp_path, "second")
    keeper.kill()
    wait_for(lambda: not any(is_alive(pid) for pid in children), 5)
    assert children


def test_leftovers_are_recognised_by_their_marker_only(tmp_path: Path) -> None:
    ours, strange = (
        subprocess.Popen(["/bin/sleep", "60"], env={MARKER: str(value)})
        for value in (tmp_path, tmp_path / "other")
    )
    try:
        wait_for(lambda: ours.pid in marked_processes(str(tmp_path)))
        assert kill_leftovers(str(tmp_path)) == 1
        assert ours.wait(timeout=5) == -signal.SIGTERM
        assert strange.poll() is None
    finally:
        strange.kill()
        strange.wait()


def test_delays_between_restarts_grow_up_to_a_limit() -> None:
    delays = [supervisor.restart_delay(failures) for failures in (1, 2, 3, 20)]
    assert delays == [0.2, 0.4, 0.8, 10.0]


def test_a_child_that_never_comes_up_is_a_message_with_its_log(tmp_path: Path) -> None:
    keeper = supervisor.Supervisor()
    command = ["/bin/sh", "-c", "echo no such table; exit 3"]
    try:
        keeper.add(supervisor.Child("web", command, {}, tmp_path / "web.log", tmp_path))
        with pytest.raises(Problem, match="no such table"):
            keeper.wait_until(lambda: False, 20, "portal")
    finally:
        keeper.stop()


def test_a_grown_log_keeps_one_older_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "LOG_LIMIT", 10)
    log = tmp_path / "web.log"
    log.write_text("0123456789ab")
    supervisor.rotate(log)
    assert log.read_text() == ""
    assert (tmp_path / "web.log.1").read_text() == "0123456789ab"


def test_only_one_start_at_a_time(tmp_path: Path) -> None:
    paths = Paths(ROOT, tmp_path)
    paths.prepare()
    first, second = StartLock(paths), StartLock(paths)
    assert first.acquire()
    first.describe("http://127.0.0.1:8123")
    assert not second.acquire()
    assert second.holder() == (os.getpid(), "http://127.0.0.1:8123")
    first.release()
    assert second.acquire()
    second.release()


def test_an_occupied_port_is_named_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Problem, match=rf"port {port} .*\n.*PORT="):
            run.check_port("127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "allowed", "address", "header"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:8000/readyz", None),
        ("0.0.0.0", "*", "http://127.0.0.1:8000/readyz", None),
        ("::", ".city.example,localhost", "http://[::1]:8000/readyz", "city.example"),
    ],
)
def test_readiness_is_asked_by_an_accepted_name(
    host: str, allowed: str, address: str, header: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISPORTAL_ALLOWED_HOSTS", allowed)
    request = run.readiness_request(host, 8000)
    assert (request.full_url, request.get_header("Host")) == (address, header)


@pytest.mark.parametrize("text", ["abc", "0", "70000", "-1"])
def test_an_unusable_port_is_a_message(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", text)
    with pytest.raises(Problem, match="PORT"):
        run.wanted_port()


def test_the_access_log_has_no_query_string() -> None:
    assert "%(path)s" in run.ACCESS_LOG
    assert "query" not in run.ACCESS_LOG
    assert "referer" not in run.ACCESS_LOG.lower()
