"""The benchmark runs from an empty database to its table, and both sides of every case give the same answer."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server() -> str:
    """An address of the tests' own server, and of its ``postgres`` database."""
    told = connection.settings_dict
    host = urlencode(
        {"host": told["HOST"] or "localhost", **({"port": told["PORT"]} if told["PORT"] else {})}
    )
    password = f":{told['PASSWORD']}" if told["PASSWORD"] else ""
    return f"postgresql://{told['USER']}{password}@/postgres?{host}"


@pytest.mark.django_db
def test_both_sides_give_the_same_answers(server: str, tmp_path: Path) -> None:
    name = f"bench_smoke_{os.getpid()}"
    env = {**os.environ, "DATABASE_URL": server, "GISPORTAL_VAR": str(tmp_path), "BENCH_PORT": ""}
    command = [sys.executable, "-m", "tests.bench", "--quick", "--size", "500", "--database", f"500={name}"]
    try:
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    rows = [line for line in done.stdout.splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) > 30, done.stderr
    # 500 rows are answered in no time: targets mean nothing here, so 1 (missed) is as good as 0.
    assert done.returncode in {0, 1}, done.stderr
    assert [row for row in rows if "**NO**" in row.rsplit("|", 2)[1]] == []
    assert list((tmp_path / "bench").glob("*.txt"))
