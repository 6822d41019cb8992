"""Command line of the start scripts, called by ``setup.sh``: ``python3 -m gisportal.deploy COMMAND``.

Runs on the system's Python with its standard library only: the locked packages come later.
"""

import os
import sys
from collections.abc import Callable, Sequence

from gisportal.deploy import check, databases
from gisportal.deploy.console import Problem, complain, say
from gisportal.deploy.embedded import running_server, stop_running
from gisportal.deploy.paths import Paths
from gisportal.deploy.postgres import SUPERUSER
from gisportal.deploy.processes import SIGNALS, Stop
from gisportal.deploy.run import DEFAULT_CITY, Start, read_marks
from gisportal.deploy.toolchain import Toolchain, base_env


def run(paths: Paths, arguments: Sequence[str]) -> int:
    """Starts the portal; 0 when it was stopped by a signal."""
    Start(paths).run()
    return 0


def setup(paths: Paths, arguments: Sequence[str]) -> int:
    """Installs everything, starts nothing."""
    Toolchain(paths, development=False).prepare()
    say("準備ができました", "Ready")
    return 0


def stop(paths: Paths, arguments: Sequence[str]) -> int:
    """Stops the portal of this folder."""
    stop_running(paths)
    return 0


def test(paths: Paths, arguments: Sequence[str]) -> int:
    """Every check."""
    return check.test(paths, arguments)


def lint(paths: Paths, arguments: Sequence[str]) -> int:
    """Static checks."""
    return check.lint(paths)


def reformat(paths: Paths, arguments: Sequence[str]) -> int:
    """Formats the sources."""
    return check.reformat(paths)


def bench(paths: Paths, arguments: Sequence[str]) -> int:
    """The benchmark."""
    return check.bench(paths, arguments)


def conformance(paths: Paths, arguments: Sequence[str]) -> int:
    """The OGC's requirements and schemathesis."""
    return check.conformance(paths, arguments)


def _city_database() -> str:
    return databases.database_name(os.environ.get("CITY") or DEFAULT_CITY)


def _interactive(command: Sequence[str], env: dict[str, str], paths: Paths) -> int:
    """Runs a command at the person's terminal: it keeps standard input and gets Ctrl-C itself."""
    pid = os.fork()
    if pid == 0:
        os.chdir(paths.root)
        os.execvpe(command[0], list(command), env)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def manage(paths: Paths, arguments: Sequence[str]) -> int:
    """A management command, as the owner of the tables."""
    Toolchain(paths, development=False).prepare()
    env = {**base_env(paths), "CITY": os.environ.get("CITY") or DEFAULT_CITY}
    command = [str(paths.python), "manage.py", *arguments]
    external = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL")
    if external:
        return _interactive(command, {**env, "DATABASE_URL": external}, paths)
    with running_server(paths) as cluster:
        url = cluster.url(databases.OWNER, _city_database())
        env = {**env, "DATABASE_URL": url, "GISPORTAL_WEB_ROLE": databases.WEB}
        return _interactive(command, env, paths)


def psql(paths: Paths, arguments: Sequence[str]) -> int:
    """The database at the terminal."""
    with running_server(paths) as cluster:
        url = cluster.url(databases.OWNER, _city_database())
        return _interactive(["psql", url, *arguments], dict(os.environ), paths)


def clean_demo(paths: Paths, arguments: Sequence[str]) -> int:
    """Drops the demo database of CITY; one that holds no demo is left alone."""
    with running_server(paths) as cluster:
        name = _city_database()
        admin = cluster.url(SUPERUSER, "postgres")
        if not databases.query(admin, f"select 1 from pg_database where datname = '{name}'"):
            say(f"{name} はありません", "There is no such database")
            return 0
        if read_marks(databases.comment_on(cluster.url(SUPERUSER, name))).get("demo") != "yes":
            raise Problem(f"{name} はデモではありません / is no demo; it was left alone")
        databases.drop_database(cluster, name)
    for stamp in (paths.var / "stamps").glob("accounts-*"):
        stamp.unlink()
    say(f"{name} を消しました", "Dropped")
    return 0


COMMANDS: dict[str, Callable[[Paths, Sequence[str]], int]] = {
    "run": run,
    "stop": stop,
    "setup": setup,
    "test": test,
    "lint": lint,
    "format": reformat,
    "bench": bench,
    "conformance": conformance,
    "manage": manage,
    "psql": psql,
    "clean-demo": clean_demo,
}


def main(arguments: Sequence[str]) -> int:
    """Runs one command; problems are shown as messages."""
    name, *rest = arguments or ["run"]
    if name not in COMMANDS:
        complain(Problem(f"{name}?\n{' '.join(COMMANDS)}"))
        return 2
    try:
        paths = Paths.from_environment()
        paths.prepare()
        SIGNALS.install()
        return COMMANDS[name](paths, rest)
    except Problem as problem:
        complain(problem)
        return 1
    except Stop:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
