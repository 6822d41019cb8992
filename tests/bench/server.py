"""The portal as ``make run`` starts it, on a database of the benchmark."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

from gisportal.deploy.paths import Paths
from gisportal.deploy.run import Start

ROOT = Path(__file__).resolve().parents[2]
#: A benchmark asks more than any client may.
_UNLIMITED = {
    f"GISPORTAL_{kind}_{whom}": "0" for kind in ("RATE", "QUOTA") for whom in ("TOKEN", "ACCOUNT", "ADDRESS")
}


@contextmanager
def portal(database_url: str, folder: Path) -> Iterator[int]:
    """Runs granian with the command of ``make run``; yields its port.

    Raises:
        RuntimeError: it does not answer within a minute.
    """
    port = int(os.environ.get("BENCH_PORT") or free_port())
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bench-web.log").open("wb") as log:
        process = subprocess.Popen(
            _command(port),
            cwd=ROOT,
            env={**os.environ, **_UNLIMITED, "DATABASE_URL": database_url},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(process, port)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _command(port: int) -> list[str]:
    before = os.environ.get("PORT")
    os.environ["PORT"] = str(port)
    try:
        return [sys.executable, *map(str, Start(Paths.from_environment())._web_command()[1:])]
    finally:
        os.environ.pop("PORT")
        if before is not None:
            os.environ["PORT"] = before


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("The portal did not start; see bench-web.log.")
