"""How each peer is set up, started and asked. Two processes each, as the portal has; connections kept open."""

import os
import shutil
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode
from urllib.request import ProxyHandler, build_opener

from psycopg.conninfo import conninfo_to_dict

from tests.bench.peers.table import NAME
from tests.bench.server import free_port

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[2]
WORKERS: Final = 2
Box = tuple[float, float, float, float]


def folder() -> Path:
    """Where peers are kept; ``BENCH_PEERS`` names another place."""
    var = Path(os.environ.get("GISPORTAL_VAR") or ROOT / "var").resolve()
    return Path(os.environ.get("BENCH_PEERS") or var / "bench" / "peers")


class Peer(ABC):
    """One other server. Paths are those of its own API, for the same question."""

    name: str

    @abstractmethod
    def is_here(self) -> bool:
        """Whether it is installed."""

    @abstractmethod
    def start(self, url: str, port: int, work: Path) -> "list[subprocess.Popen[bytes]]":
        """Start it on a database; ``work``: a folder for its files."""

    @abstractmethod
    def items(self, limit: int, offset: int = 0, box: Box | None = None, category: str = "") -> str:
        """Features as GeoJSON. ``box``: west, south, east, north in degrees."""

    def tile(self, z: int, x: int, y: int) -> str | None:
        """A vector tile with the properties ours has; None where it has none."""
        return None


class Tipg(Peer):
    """tipg: FastAPI and asyncpg (development seed)."""

    name = "tipg"

    def is_here(self) -> bool:
        return (folder() / "tipg" / "bin" / "uvicorn").exists()

    def start(self, url: str, port: int, work: Path) -> "list[subprocess.Popen[bytes]]":
        command = [folder() / "tipg" / "bin" / "uvicorn", "tipg.main:app", "--port", str(port),
                   "--workers", str(WORKERS), "--loop", "uvloop", "--http", "httptools", "--no-access-log",
                   "--timeout-keep-alive", "600"]  # fmt: skip
        more = {
            "DATABASE_URL": _as_address(url),
            "TIPG_DB_SCHEMAS": '["public"]',
            "TIPG_TABLE_CONFIG__public_bench_place__pk": "id",
            "TIPG_DB_TABLES": f'["public.{NAME}"]',
            "TIPG_MAX_FEATURES_PER_TILE": "10000",
            "TIPG_CATALOG_TTL": "36000",
        }
        return [_run(command, work / "tipg.log", more)]

    def items(self, limit: int, offset: int = 0, box: Box | None = None, category: str = "") -> str:
        asked = {
            "f": "geojson",
            "limit": str(limit),
            **({"offset": str(offset)} if offset else {}),
            **_box(box),
        }
        if category:
            asked["category"] = category
        return f"/collections/public.{NAME}/items?{urlencode(asked)}"

    def tile(self, z: int, x: int, y: int) -> str | None:
        return f"/collections/public.{NAME}/tiles/WebMercatorQuad/{z}/{x}/{y}?properties=id,name,category"


class Pygeoapi(Peer):
    """pygeoapi with its own PostgreSQL provider."""

    name = "pygeoapi"

    def is_here(self) -> bool:
        return (folder() / "pygeoapi" / "bin" / "gunicorn").exists()

    def start(self, url: str, port: int, work: Path) -> "list[subprocess.Popen[bytes]]":
        told = conninfo_to_dict(url)
        config, openapi = work / "pygeoapi.yml", work / "pygeoapi-openapi.yml"
        config.write_text((HERE / "pygeoapi.yml.in").read_text().format(
            port=port, host=told.get("host", "localhost"), dbport=told.get("port", 5432),
            database=told["dbname"], user=told.get("user", ""), password=told.get("password") or "''", table=NAME))  # fmt: skip
        env = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
        binary = folder() / "pygeoapi" / "bin"
        with (work / "pygeoapi.log").open("ab") as log:
            subprocess.run(
                [binary / "pygeoapi", "openapi", "generate", config, "--output-file", openapi],
                env={**os.environ, **env}, check=True, stdout=log, stderr=log,
            )  # fmt: skip
        command = [binary / "gunicorn", "-w", str(WORKERS), "-b", f"127.0.0.1:{port}", "--keep-alive", "600", "--timeout", "600",
                   "-k", "gthread", "--threads", "8", "pygeoapi.flask_app:APP"]  # fmt: skip
        return [_run(command, work / "pygeoapi.log", env)]

    def items(self, limit: int, offset: int = 0, box: Box | None = None, category: str = "") -> str:
        asked = {"f": "json", "limit": str(limit), **({"offset": str(offset)} if offset else {}), **_box(box)}
        if category:
            asked["category"] = category
        return f"/collections/{NAME}/items?{urlencode(asked)}"


class MapServer(Peer):
    """MapServer as Debian ships it, by FastCGI behind nginx."""

    name = "MapServer"

    def is_here(self) -> bool:
        return all(map(shutil.which, ("mapserv", "nginx", "spawn-fcgi")))

    def start(self, url: str, port: int, work: Path) -> "list[subprocess.Popen[bytes]]":
        told = conninfo_to_dict(url)
        connection = " ".join(
            f"{key}={told[key]}" for key in ("host", "port", "dbname", "user", "password") if told.get(key)
        )
        gates = [work / f"mapserv-{number}.sock" for number in range(WORKERS)]
        upstream = " ".join(f"server unix:{gate};" for gate in gates)
        values = {"port": port, "table": NAME, "connection": connection, "work": work, "upstream": upstream}
        for name in ("bench.map", "mapserver.conf", "nginx.conf"):
            (work / name).write_text(_filled((HERE / f"{name}.in").read_text(), values))
        more = {"MAPSERVER_CONFIG_FILE": str(work / "mapserver.conf")}
        processes = []
        for gate in gates:
            gate.unlink(missing_ok=True)
            spawn = ["spawn-fcgi", "-n", "-s", gate, "-M", "0666", "--", shutil.which("mapserv") or ""]
            processes.append(_run(spawn, work / "mapserv.log", more))
        nginx = ["nginx", "-e", work / "nginx.log", "-c", work / "nginx.conf"]
        return [*processes, _run(nginx, work / "nginx.log", {})]

    def items(self, limit: int, offset: int = 0, box: Box | None = None, category: str = "") -> str:
        asked = {"f": "json", "limit": str(limit), **({"offset": str(offset)} if offset else {}), **_box(box)}
        if category:
            asked["category"] = category
        return f"/mapserv/bench/ogcapi/collections/{NAME}/items?{urlencode(asked)}"

    def tile(self, z: int, x: int, y: int) -> str | None:
        asked = {
            "mode": "tile",
            "tilemode": "gmap",
            "tile": f"{x} {y} {z}",
            "layers": NAME,
            "map.imagetype": "mvt",
        }
        return f"/mapserv?map=bench&{urlencode(asked)}"


PEERS: Final[tuple[Peer, ...]] = (Tipg(), MapServer(), Pygeoapi())


@contextmanager
def running(peer: Peer, url: str, work: Path) -> Iterator[int]:
    """A peer while the block lasts; yields its port. Raises :class:`RuntimeError` where it does not answer."""
    work.mkdir(parents=True, exist_ok=True)
    port = free_port()
    processes = peer.start(url, port, work)
    try:
        _await(f"http://127.0.0.1:{port}{peer.items(1)}", processes)
        yield port
    finally:
        for process in reversed(processes):
            _end(process)


def install() -> None:
    """The Python peers, each in an environment of its own, from their lock files."""
    for name in ("tipg", "pygeoapi"):
        place = folder() / name
        print(f"{name} → {place}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run(
            [place / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes",
             "-r", HERE / f"{name}.lock"],
            check=True,
        )  # fmt: skip
    missing = [name for name in ("mapserv", "nginx", "spawn-fcgi") if not shutil.which(name)]
    if missing:
        print("MapServer: apt-get install mapserver-bin cgi-mapserver nginx-light spawn-fcgi")


def _run(command: "Sequence[str | Path]", log: Path, more: dict[str, str]) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            env={**os.environ, **more},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """With all it started. MapServer takes no notice of being asked until its next request."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
            return


def _await(address: str, processes: "list[subprocess.Popen[bytes]]") -> None:
    opener = build_opener(ProxyHandler({}))
    end = time.monotonic() + 60
    while time.monotonic() < end and all(process.poll() is None for process in processes):
        try:
            with opener.open(address, timeout=20) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"no answer from {address}")


def _filled(text: str, values: dict[str, object]) -> str:
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    return text


def _box(box: Box | None) -> dict[str, str]:
    return {"bbox": ",".join(map(str, box))} if box else {}


def _as_address(url: str) -> str:
    """As asyncpg and pydantic both read it: a socket's folder in the place of the host."""
    told = conninfo_to_dict(url)
    host, port = quote(str(told.get("host") or "localhost"), safe=""), told.get("port")
    return f"postgresql://{told.get('user', '')}@{host}{f':{port}' if port else ''}/{told['dbname']}"


if __name__ == "__main__":
    install()
