"""`make test`: every check, pytest last, so that its summary is the last thing printed."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gisportal.deploy.console import Problem, note, say, tail
from gisportal.deploy.databases import EXTENSIONS, query
from gisportal.deploy.embedded import StartLock, running_server, start_server
from gisportal.deploy.paths import Paths
from gisportal.deploy.postgres import SUPERUSER, Cluster
from gisportal.deploy.processes import Stop, call
from gisportal.deploy.supervisor import Supervisor
from gisportal.deploy.toolchain import Toolchain, base_env

STRICT = ("layers", "tiles", "styles")


@dataclass(frozen=True)
class Check:
    """One tool and how it is called."""

    name: str
    command: Sequence[str | Path]


def static_checks(paths: Paths) -> list[Check]:
    """Everything that needs no database."""
    tools = paths.python.parent
    cache = paths.var / "cache"
    templates = sorted(
        str(path.relative_to(paths.root))
        for path in (paths.root / "gisportal").rglob("templates")
        if path.is_dir()
    )
    checks = [
        Check("ruff check", [tools / "ruff", "check", "--cache-dir", cache / "ruff", "."]),
        Check("ruff format", [tools / "ruff", "format", "--check", "--cache-dir", cache / "ruff", "."]),
        Check("mypy", [tools / "mypy", "--strict", "--cache-dir", cache / "mypy", *STRICT]),
        Check("import-linter", [tools / "lint-imports", "--cache-dir", cache / "imports"]),
    ]
    if templates:
        checks.append(Check("djlint", [tools / "djlint", "--lint", "--check", *templates]))
    return checks


def migration_check(paths: Paths) -> Check:
    """Every model change has its migration."""
    return Check("migrations", [paths.python, "manage.py", "makemigrations", "--check", "--dry-run"])


def run_checks(paths: Paths, checks: Sequence[Check], env: dict[str, str]) -> list[str]:
    """Runs all of them, shows what failed, and returns the names of those."""
    failed = []
    for check in checks:
        log = paths.log / f"check-{check.name.replace(' ', '-')}.log"
        started = time.monotonic()
        with log.open("wb") as output:
            status = call(check.command, env=env, cwd=paths.root, output=output)
        print(f"  {'✖' if status else '✔'} {check.name}  {time.monotonic() - started:.1f} s", flush=True)
        if status:
            failed.append(check.name)
            print(tail(log, 40), f"→ {log}", sep="\n", flush=True)
    return failed


def lint(paths: Paths) -> int:
    """`make lint`: the checks that need no database."""
    Toolchain(paths, development=True).prepare()
    say("静的な検査 …", "Static checks")
    return 1 if run_checks(paths, static_checks(paths), base_env(paths)) else 0


def reformat(paths: Paths) -> int:
    """`make format`: lets ruff and djlint rewrite what they can."""
    Toolchain(paths, development=True).prepare()
    tools = paths.python.parent
    commands: list[list[str | Path]] = [
        [tools / "ruff", "check", "--fix", "."],
        [tools / "ruff", "format", "."],
        [tools / "djlint", "--reformat", "--quiet", "gisportal"],
    ]
    for command in commands:
        call(command, env=base_env(paths), cwd=paths.root)
    return 0


def own_folder(paths: Paths) -> Path:
    """``var/test``: what tests write must not meet what a running portal wrote; packages are shared."""
    folder = paths.var / "test"
    folder.mkdir(exist_ok=True)
    for name in ("static", "static-build", "node"):
        link = folder / name
        if not link.is_symlink():
            link.symlink_to(Path("..") / name)
    return folder


def test(paths: Paths, arguments: Sequence[str]) -> int:
    """`make test`: all checks; ``arguments`` are handed to pytest. Returns the exit status."""
    Toolchain(paths, development=True).prepare()
    folder = own_folder(paths)
    supervisor = Supervisor()
    lock = StartLock(paths, "test")
    if not lock.acquire():
        raise Problem(f"ここではもうテスト中です / a test run is going on here (pid {lock.holder()[0]})")
    try:
        env = {**base_env(paths), "GISPORTAL_VAR": str(folder)}
        env["DATABASE_URL"] = os.environ.get("DATABASE_URL") or _start_cluster(paths, folder, supervisor)
        say("検査しています …", "Checking")
        failed = run_checks(paths, [*static_checks(paths), migration_check(paths)], env)
        if failed:
            note(f"✖ 失敗 / failed: {', '.join(failed)} (続けてテストを行います / going on with the tests)")
        say("テストしています …", "Testing")
        status = call([paths.python, "-m", "pytest", *arguments], env=env, cwd=paths.root)
        return status or (1 if failed else 0)
    except Stop:
        return 130
    finally:
        supervisor.stop()
        lock.release()


def _start_cluster(paths: Paths, folder: Path, supervisor: Supervisor) -> str:
    """Starts the tests' own server, extensions prepared in the template; returns the URL."""
    say("テスト用データベースを起動しています …", "Starting the tests' database")
    cluster = Cluster(paths, folder, durable=False)
    start_server(supervisor, cluster)
    statements = "".join(f"create extension if not exists {name};" for name in EXTENSIONS)
    query(cluster.url(SUPERUSER, "template1"), statements)
    admin = cluster.url(SUPERUSER, "postgres")
    if not query(admin, "select 1 from pg_database where datname = 'portal'"):
        query(admin, "create database portal")
    return cluster.url(SUPERUSER, "portal")


def bench(paths: Paths, arguments: Sequence[str]) -> int:
    """`make bench`: the benchmark of tests/bench on a database of its own in the embedded cluster."""
    Toolchain(paths, development=True).prepare()
    with running_server(paths) as cluster:
        admin = cluster.url(SUPERUSER, "postgres")
        if not query(admin, "select 1 from pg_database where datname = 'portal_bench'"):
            query(admin, "create database portal_bench")
        env = {**base_env(paths), "DATABASE_URL": cluster.url(SUPERUSER, "portal_bench")}
        command: list[str | Path] = [paths.python, "-m", "tests.bench", *arguments]
        return call(command, env=env, cwd=paths.root)


def conformance(paths: Paths, arguments: Sequence[str]) -> int:
    """`make conformance`: the OGC's requirements and schemathesis on a database of its own in the cluster."""
    Toolchain(paths, development=True).prepare()
    with running_server(paths) as cluster:
        admin = cluster.url(SUPERUSER, "postgres")
        if not query(admin, "select 1 from pg_database where datname = 'portal_conformance'"):
            query(admin, "create database portal_conformance")
        env = {**base_env(paths), "DATABASE_URL": cluster.url(SUPERUSER, "portal_conformance")}
        command: list[str | Path] = [paths.python, "-m", "tests.conformance", *arguments]
        return call(command, env=env, cwd=paths.root)
