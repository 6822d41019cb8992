"""The embedded PostgreSQL 15: one cluster below ``var/``, reached by its socket only."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gisportal.deploy.console import Problem, say, tail
from gisportal.deploy.paths import Paths
from gisportal.deploy.processes import all_processes, call, pause, process_name

BIN = Path("/usr/lib/postgresql/15/bin")
SERVER_ACCOUNT = "postgres"
SUPERUSER = "portal"
# Bytes a socket address of Linux can hold, without the closing zero.
SOCKET_LIMIT = 107
SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Place:
    """Where a cluster and its socket lie, and why not below ``var/`` if so."""

    data: Path
    socket: Path
    reason: str = ""


def choose_place(
    home: Path, digest: str, *, root: bool, reachable: bool, state: Path, temporary: Path
) -> Place:
    """The folders of a cluster that belongs below ``home``.

    Args:
        home: folder that holds ``pgdata`` and ``run`` when nothing speaks against it.
        digest: stands for ``home`` in the name of a folder elsewhere.
        root: whether we are root, so that the server runs as another account.
        reachable: whether that account can enter ``home``.
        state: parent of the folder used instead by root.
        temporary: parent of the socket folder used instead by an ordinary user.
    """
    socket = home / "run"
    too_long = len(os.fsencode(socket / SOCKET_NAME)) > SOCKET_LIMIT
    elsewhere = state / f"gisportal-{digest}"
    if root and not reachable:
        return Place(elsewhere / "pgdata", elsewhere / "run", f"{home} not reachable by {SERVER_ACCOUNT}")
    if too_long:
        short = elsewhere / "run" if root else temporary / f"gisportal-{os.getuid()}-{digest}"
        return Place(home / "pgdata", short, f"{socket} longer than {SOCKET_LIMIT} bytes")
    return Place(home / "pgdata", socket)


def shared_buffers(memory: int) -> int:
    """An eighth of the memory in MB, between 128 and 1024."""
    return max(128, min(1024, memory // 8))


def memory_in_mb() -> int:
    """Physical memory of the machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def configuration(socket: Path, memory: int, *, durable: bool, small_shm: bool) -> str:
    """Our part of ``postgresql.conf``; Must show 11: no statement and no value of one is ever logged."""
    settings: dict[str, str | int | float] = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{str(socket).replace(chr(39), chr(39) * 2)}'",
        "unix_socket_permissions": "0700",
        "port": 5432,
        "max_connections": 100,
        "shared_buffers": f"{shared_buffers(memory)}MB",
        "effective_cache_size": f"{max(256, memory // 2)}MB",
        "maintenance_work_mem": "128MB",
        "work_mem": "16MB",
        "max_wal_size": "2GB",
        "random_page_cost": 1.1,
        "jit": "off",
        "plan_cache_mode": "force_custom_plan",
        "timezone": "'UTC'",
        "dynamic_shared_memory_type": "mmap" if small_shm else "posix",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "logging_collector": "off",
        "log_destination": "'stderr'",
        "log_line_prefix": "'%m [%p] '",
        "log_statement": "'none'",
        "log_min_error_statement": "'panic'",
        # An error's own text repeats the value it stumbled on; "log" leaves errors of statements out.
        "log_min_messages": "'log'",
        "log_error_verbosity": "'terse'",
        "log_min_duration_statement": -1,
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    return "\n".join(["# Written at every start by gisportal/deploy/postgres.py.", *lines, ""])


class Cluster:
    """One PostgreSQL cluster; ``durable=False`` (tests) gives up safety against power loss for speed."""

    def __init__(self, paths: Paths, home: Path, *, durable: bool = True) -> None:
        self.paths = paths
        self.home = home
        self.durable = durable
        self.is_root = os.getuid() == 0
        self.user = SERVER_ACCOUNT if self.is_root else None
        self.place = self._choose_place()
        self.log = paths.log / ("postgres.log" if durable else "postgres-test.log")

    def _choose_place(self) -> Place:
        self.home.mkdir(parents=True, exist_ok=True)
        return choose_place(
            self.home,
            Paths(self.paths.root, self.home).digest,
            root=self.is_root,
            reachable=not self.is_root or self._server_can_enter(self.home),
            state=Path("/var/lib"),
            temporary=Path(tempfile.gettempdir()),
        )

    def _server_can_enter(self, folder: Path) -> bool:
        account = self._server_account()
        test = ["/usr/bin/test", "-x", str(folder)]
        done = subprocess.run(test, user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd="/")
        return done.returncode == 0

    def _server_account(self) -> pwd.struct_passwd:
        try:
            return pwd.getpwnam(SERVER_ACCOUNT)
        except KeyError:
            raise Problem(
                f"利用者 {SERVER_ACCOUNT} がありません / There is no account {SERVER_ACCOUNT}"
            ) from None

    @property
    def command(self) -> list[str | Path]:
        """Runs the server in the foreground."""
        return [BIN / "postgres", "-D", self.place.data]

    @property
    def env(self) -> dict[str, str]:
        """The server needs nothing of ours; PG* variables of a person would even mislead initdb."""
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def url(self, role: str, database: str) -> str:
        """libpq URL of a database over the socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.place.socket), safe='/')}"

    def prepare(self) -> None:
        """Makes the cluster ready to start: created if new, reclaimed if left behind, configured.

        Raises:
            Problem: initdb failed, or a folder belongs to somebody else.
        """
        if self.place.reason:
            say(
                f"データベースは {self.place.data}、ソケットは {self.place.socket} に置きます",
                f"database and socket lie there because {self.place.reason}",
            )
        for folder in (self.place.data, self.place.socket):
            self._own_folder(folder)
        if not (self.place.data / "PG_VERSION").exists():
            self._initialise()
        self.reclaim()
        self._configure()

    def _own_folder(self, folder: Path) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.is_symlink():
            raise Problem(f"{folder} はシンボリックリンクです / is a symbolic link")
        folder.mkdir(mode=0o700, exist_ok=True)
        owner = self._server_account().pw_uid if self.is_root else os.getuid()
        found = folder.stat().st_uid
        if found != owner and self.is_root and not any(folder.iterdir()):
            os.chown(folder, owner, self._server_account().pw_gid)
        elif found != owner:
            raise Problem(
                f"{folder} は別の利用者のものです / belongs to another user (uid {found})\n"
                "以前と同じ利用者で起動してください / start as the same user as before"
            )
        if stat.S_IMODE(folder.stat().st_mode) != 0o700:
            folder.chmod(0o700)

    def _initialise(self) -> None:
        say("データベースを作成しています …", "Creating the database cluster")
        # An initdb that was killed leaves files behind and would refuse to go on.
        for leftover in self.place.data.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        command: list[str | Path] = [
            *(BIN / "initdb", "-D", self.place.data, "-U", SUPERUSER, "-E", "UTF8", "--locale=C.UTF-8"),
            *("--locale-provider=icu", "--icu-locale=ja-JP", "--data-checksums"),
            *("--auth-local=trust", "--auth-host=reject"),
            *([] if self.durable else ["--no-sync"]),
        ]
        with self.log.open("ab") as output:
            status = call(command, env=self.env, cwd=Path("/"), output=output, user=self.user)
        if status:
            raise Problem(f"initdb が失敗しました / initdb failed ({self.log}):\n{tail(self.log)}")

    def _configure(self) -> None:
        small_shm = shutil.disk_usage("/dev/shm").total < 256 * 2**20 if Path("/dev/shm").is_dir() else True
        text = configuration(self.place.socket, memory_in_mb(), durable=self.durable, small_shm=small_shm)
        ours = self.place.data / "portal.conf"
        ours.write_text(text)
        ours.chmod(0o644)
        main = self.place.data / "postgresql.conf"
        if not re.search(r"^include = 'portal.conf'", main.read_text(), re.MULTILINE):
            with main.open("a") as handle:
                handle.write("\ninclude = 'portal.conf'\n")

    def server_processes(self) -> list[int]:
        """Processes of PostgreSQL that work in our data folder, whoever started them."""
        return [pid for pid in all_processes() if self._is_ours(pid)]

    def _is_ours(self, pid: int) -> bool:
        if process_name(pid) != "postgres":
            return False
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == self.place.data
        except OSError:
            return False

    def recorded_pid(self) -> int:
        """Process id in ``postmaster.pid``, 0 if there is none."""
        try:
            return int((self.place.data / "postmaster.pid").read_text().split("\n")[0])
        except (OSError, ValueError):
            return 0

    def reclaim(self) -> None:
        """Stops a server left running and removes what a killed one left. Called before every start.

        PostgreSQL refuses to start when the recorded process id now belongs to any other process of the
        same account (common in containers), or while orphaned back ends hold the shared memory.
        """
        servers = self.server_processes()
        if servers:
            say("前回のデータベースサーバーを止めています …", "Stopping a database server left behind")
        # SIGINT asks a living server for a fast shutdown; to an orphaned back end it would mean nothing.
        asked = [(signal.SIGINT, 20)] if self.recorded_pid() in servers else []
        for number, grace in (*asked, (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            self._signal_servers(number)
            until = time.monotonic() + grace
            while self.server_processes() and time.monotonic() < until:
                pause(0.1)
        for leftover in (
            self.place.data / "postmaster.pid",
            self.place.socket / SOCKET_NAME,
            self.place.socket / f"{SOCKET_NAME}.lock",
        ):
            leftover.unlink(missing_ok=True)

    def _signal_servers(self, number: int) -> None:
        servers = self.server_processes()
        chief = self.recorded_pid()
        targets = [chief] if chief in servers and number != signal.SIGKILL else servers
        for pid in targets:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue

    def is_ready(self) -> bool:
        """Whether the server answers."""
        target = ("-h", self.place.socket, "-U", SUPERUSER, "-d", "postgres")
        command = [BIN / "pg_isready", "-q", *target]
        return subprocess.run([str(part) for part in command], env=self.env).returncode == 0
