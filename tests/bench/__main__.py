"""``python -m tests.bench``: the portal beside bare SQL, as ratios of medians taken in turn in one run.

``--peers`` measures it beside other map servers on the same rows instead; ``--install-peers`` puts them in place.

``DATABASE_URL`` names a database on the server to be used (any; a superuser of it). For each size a database beside
it, ``<name>_100k`` and ``<name>_1m``, is made and filled where it is not there yet (100k: 2 minutes; 1M: half an
hour), and kept for the next run. ``--database 1m=other`` takes one that is there already.
"""

import argparse
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from tests.bench import rivals
from tests.bench.measure import Row, table
from tests.bench.peers import servers

SIZES: Final = {"500": 500, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
#: What is measured on which size.
PLAN: Final = (
    ("items", "100k"),
    ("points", "100k"),
    ("cached", "1m"),
    ("low-zooms", "1m"),
    ("searches", "1m"),
)
ROOT: Final = Path(__file__).resolve().parents[2]


def main() -> int:
    """Runs what is asked for, prints the table and writes it under ``var/bench``; 1 where a target is missed."""
    asked = _arguments()
    if asked.install_peers:
        servers.install()
        return 0
    folder = Path(os.environ.get("GISPORTAL_VAR") or ROOT / "var").resolve() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    names = dict(item.split("=", 1) for item in asked.database)
    if asked.peers:
        return _beside_peers(asked, names, folder)
    plan = [
        (case, asked.size or size) for case, size in PLAN if not asked.only or case in asked.only.split(",")
    ]
    rows: list[Row] = []
    for size in dict.fromkeys(size for _case, size in plan):
        url = _database(size, names.get(size))
        cases = [case for case, wanted in plan if wanted == size]
        rows += _measure(url, size, cases, folder, is_quick=asked.quick)
    return _report(rows, folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"some of: {','.join(case for case, _size in PLAN)}")
    parser.add_argument("--size", choices=SIZES, help="all cases on this size")
    parser.add_argument(
        "--database", action="append", default=[], metavar="SIZE=NAME", help="a database there already"
    )
    parser.add_argument("--peers", action="store_true", help="beside other map servers, of all three sizes")
    parser.add_argument(
        "--install-peers", action="store_true", help="put tipg and pygeoapi under var/bench/peers"
    )
    parser.add_argument(
        "--quick", action="store_true", help="three rounds each: shows that it runs, measures nothing"
    )
    return parser.parse_args()


def _beside_peers(asked: argparse.Namespace, names: dict[str, str], folder: Path) -> int:
    rows: list[rivals.Compared] = []
    for size in [asked.size] if asked.size else ("10k", "100k", "1m"):
        url = _database(size, names.get(size))
        command = [sys.executable, "-m", "tests.bench.rivals", size, str(folder)]
        env = {**os.environ, "DATABASE_URL": url}
        done = subprocess.run(
            [*command, *(["quick"] if asked.quick else [])],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.PIPE,
        )
        rows += [rivals.Compared(**item) for item in json.loads(done.stdout)]
    missing = [peer.name for peer in servers.PEERS if not peer.is_here()]
    text = f"{_circumstances()}\n\n{rivals.table(rows)}\n"
    if missing:
        text += f"\nNot installed: {', '.join(missing)} (--install-peers; MapServer from Debian).\n"
    return _told(text, folder, any(row.met is False or (row.peers and not row.is_first) for row in rows))


def _database(size: str, name: str | None) -> str:
    """The address of the database of a size; made, migrated and filled where needed."""
    given = os.environ.get("DATABASE_URL", "postgresql:///gisportal")
    told = psycopg.conninfo.conninfo_to_dict(given)
    name = name or f"{told.get('dbname', 'gisportal')}_{size}"
    head, mark, query = given.partition("?")
    url = f"{head.rsplit('/', 1)[0]}/{name}{mark}{query}"
    with psycopg.connect(given, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    env = {**os.environ, "DATABASE_URL": url}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=env, check=True)
    with psycopg.connect(url) as connection:
        is_empty = connection.execute("SELECT NOT EXISTS (SELECT 1 FROM layers_resource)").fetchone() == (
            True,
        )
    if is_empty:
        print(f"Making {SIZES[size]:,} resources in {name} …", flush=True)
        subprocess.run(
            [sys.executable, "-m", "tests.bench.generate", str(SIZES[size])], cwd=ROOT, env=env, check=True
        )
    return url


def _measure(url: str, size: str, cases: list[str], folder: Path, *, is_quick: bool) -> list[Row]:
    """Cases on one database, in a process of their own: Django knows one database by its settings."""
    command = [sys.executable, "-m", "tests.bench.cases", size, ",".join(cases), str(folder)]
    env = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(
        [*command, *(["quick"] if is_quick else [])], cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE
    )
    return [Row(**item) for item in json.loads(done.stdout)]


def _report(rows: list[Row], folder: Path) -> int:
    missed = [row for row in rows if row.met is False or "NO" in row.same]
    met = f"{len(rows) - len(missed)} of {len(rows)} targets met."
    return _told(f"{_circumstances()}\n\n{table(rows)}\n\n{met}\n", folder, bool(missed))


def _circumstances() -> str:
    """When and on what: figures without it mean nothing."""
    with psycopg.connect(os.environ.get("DATABASE_URL", "postgresql:///gisportal")) as connection:
        server = connection.info.parameter_status("server_version")
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    now = datetime.now().astimezone()
    return (
        f"{now:%Y-%m-%d %H:%M}, {len(os.sched_getaffinity(0))} processors, load {load}, PostgreSQL {server}"
    )


def _told(text: str, folder: Path, is_missed: bool) -> int:
    print(text)
    with (folder / f"{datetime.now().astimezone():%Y-%m-%d}.txt").open("a", encoding="utf-8") as file:
        file.write(text + "\n")
    return 1 if is_missed else 0


if __name__ == "__main__":
    sys.exit(main())
