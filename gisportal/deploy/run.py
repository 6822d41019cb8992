"""`make run`: from whatever state the folder is in to a portal that answers."""

import json
import os
import shlex
import socket
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gisportal.deploy import databases
from gisportal.deploy.console import Problem, note, say, tail
from gisportal.deploy.embedded import StartLock, start_server
from gisportal.deploy.paths import Paths
from gisportal.deploy.postgres import Cluster
from gisportal.deploy.processes import MARKER, Stop, call, kill_leftovers
from gisportal.deploy.stamps import digest_of
from gisportal.deploy.supervisor import Child, Supervisor
from gisportal.deploy.toolchain import ROOMS, Toolchain, base_env

DEFAULT_CITY = "takamatsu"
# %(path)s is without the query string: a person's address may stand there (Must show 11).
ACCESS_LOG = '[%(time)s] %(addr)s "%(method)s %(path)s %(protocol)s" %(status)d %(dt_ms).1f'
MAY = {
    "admin": "管理者:すべて / administrator: everything",
    "level-a": "A:市職員。すべて閲覧 / city staff: sees all",
    "level-b": "B:すべて閲覧（市職員向けの項目を除く） / sees all but staff fields",
    "level-c": "C:担当のみ閲覧 / sees its own",
    "level-d": "D:グループ掲示板のみ / group boards only",
}


@dataclass(frozen=True)
class Database:
    """The database of this start.

    Attributes:
        url: what the portal uses; ``owner_url`` what migrations use.
        web_role: role to be granted access by the migrations, empty if it owns the tables itself.
        city: the city it belongs to, None where the person named a database but no city.
        is_embedded: whether it lies in the embedded cluster.
    """

    url: str
    owner_url: str
    web_role: str
    city: str | None
    is_embedded: bool


def wanted_port() -> int:
    """PORT of the environment, 8000 by default.

    Raises:
        Problem: not a port number.
    """
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"PORT={text} は使えません / is no port number, e.g. PORT=8001")
    return int(text)


def check_port(host: str, port: int) -> None:
    """Raises:
    Problem: the port is taken or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            other = port + 1 if port < 65535 else 8001
            raise Problem(
                f"ポート {port} は使えません / port {port} cannot be used: {error.strerror}\n"
                f"別のポートで起動するには / to choose another: make run PORT={other}"
            ) from None


def readiness_request(host: str, port: int) -> urllib.request.Request:
    """Asks `/readyz` where we listen, by a host name the portal accepts."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    request = urllib.request.Request(f"http://{reachable}:{port}/readyz")
    allowed = os.environ.get("GISPORTAL_ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    if allowed not in {"", "*"}:
        request.add_header("Host", allowed)
    return request


def demo_wanted() -> bool:
    """Whether the person left the demo on (GISPORTAL_DEMO)."""
    return os.environ.get("GISPORTAL_DEMO", "1").lower() not in {"0", "no", "false", "off"}


def check_city(paths: Paths, city: str) -> None:
    """Raises:
    Problem: there is no demo of that city; with GISPORTAL_DEMO=0 any name will do.
    """
    known = sorted(path.parent.name for path in (paths.root / "fixtures" / "cities").glob("*/city.json"))
    if demo_wanted() and city not in known:
        raise Problem(
            f"CITY={city}: デモの都市は {', '.join(known)} です / there is no demo of it\n"
            f"空の都市から始めるには / to start with an empty city: make run CITY={city} GISPORTAL_DEMO=0"
        )


class Start:
    """One start of the portal."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.port = wanted_port()
        self.host = os.environ.get("GISPORTAL_HOST") or "127.0.0.1"
        self.supervisor = Supervisor()
        self.lock = StartLock(paths)
        self.log = paths.log / "setup.log"

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def run(self) -> None:
        """Starts everything and stays until a signal comes."""
        self._take_lock()
        try:
            self._start()
            self.supervisor.run()
        except Stop:
            say("停止しています …", "Stopping")
        finally:
            self.supervisor.stop()
            self.lock.release()
        say("停止しました", "Stopped")

    def _take_lock(self) -> None:
        if not self.lock.acquire():
            pid, address = self.lock.holder()
            raise Problem(
                f"この場所ではもう起動しています / already running here: "
                f"{address or 'starting'} (pid {pid})\n"
                "止めるには / to stop it: make stop"
            )

    def _start(self) -> None:
        if kill_leftovers(str(self.paths.var)):
            say("前回の残りを片付けました", "Cleared what an earlier start left behind")
        check_port(self.host, self.port)
        external = os.environ.get("DATABASE_URL")
        if external:
            databases.check_external(external)
        Toolchain(self.paths, development=False).prepare()
        database = self._external(external) if external else self._embedded()
        is_demo = self._bring_up_to_date(database)
        self._serve(database, is_demo)
        self.lock.describe(self.address)
        self._announce(is_demo)

    # Database -------------------------------------------------------------------------------------

    def _external(self, url: str) -> Database:
        owner_url = os.environ.get("DATABASE_OWNER_URL") or url
        role = databases.libpq_environment(url).get("PGUSER", "") if owner_url != url else ""
        role = os.environ.get("GISPORTAL_WEB_ROLE") or role
        return Database(url, owner_url, role, os.environ.get("CITY") or None, is_embedded=False)

    def _embedded(self) -> Database:
        city = os.environ.get("CITY") or DEFAULT_CITY
        name = databases.database_name(city)
        check_city(self.paths, city)
        cluster = Cluster(self.paths, self.paths.var)
        say("データベースを起動しています …", "Starting the database")
        start_server(self.supervisor, cluster)
        databases.ensure_roles(cluster)
        if self._unfinished(name).exists():
            say("途中で止まったデモデータを作り直します", "Starting over with demo data that was cut short")
            databases.drop_database(cluster, name)
            self._unfinished(name).unlink()
        databases.ensure_database(cluster, name)
        return Database(
            cluster.url(databases.WEB, name),
            cluster.url(databases.OWNER, name),
            databases.WEB,
            city,
            is_embedded=True,
        )

    def _unfinished(self, name: str) -> Path:
        return self.paths.var / "stamps" / f"loading-{name}"

    def _bring_up_to_date(self, database: Database) -> bool:
        """Migrates where the code changed, loads the demo into an empty one; whether it is a demo."""
        marks = read_marks(databases.comment_on(database.owner_url))
        digest = code_digest(self.paths)
        if marks.get("code") != digest:
            say("データベースの構造を整えています …", "Migrating the database")
            self._manage(database, "migrate", "--noinput", "-v", "0")
        if marks.get("demo") != "yes" and self._wants_demo(database):
            self._load_demo(database)
            marks["demo"] = "yes"
        is_demo = marks.get("demo") == "yes"
        if is_demo and not self._accounts_belong_to(database):
            say("デモのアカウントを作っています …", "Creating the demo accounts")
            self._manage(database, "create_demo_accounts", GISPORTAL_DEMO="1")
            self._remember_accounts(database)
        wanted = {**marks, "code": digest}
        if read_marks(databases.comment_on(database.owner_url)) != wanted:
            self._write_marks(database, wanted)
        return is_demo

    def _write_marks(self, database: Database, marks: dict[str, str]) -> None:
        try:
            databases.set_comment(database.owner_url, write_marks(marks))
        except Problem:
            # Only the owner of a database may comment on it; without it we migrate at every start.
            note("データベースに印を付けられません / the database cannot be marked; migrating at each start")

    def _wants_demo(self, database: Database) -> bool:
        return demo_wanted() and database.city is not None and not databases.holds_data(database.owner_url)

    def _load_demo(self, database: Database) -> None:
        assert database.city is not None
        say(f"デモの都市を読み込んでいます: {database.city} …", "Loading the demo city from its files")
        unfinished = self._unfinished(databases.database_name(database.city))
        if database.is_embedded:
            unfinished.touch()
        self._manage(database, "load_demo", "--city", database.city)
        databases.query(database.owner_url, "analyze")
        unfinished.unlink(missing_ok=True)

    def _accounts_belong_to(self, database: Database) -> bool:
        """Whether the file of demo accounts was written, and this database is among those it holds for."""
        return self.paths.demo_accounts.exists() and self._accounts_mark(database).exists()

    def _accounts_mark(self, database: Database) -> Path:
        return self.paths.var / "stamps" / f"accounts-{digest_of([], database.url)[:12]}"

    def _remember_accounts(self, database: Database) -> None:
        self._accounts_mark(database).touch()

    def _manage(self, database: Database, *arguments: str, **extra: str) -> None:
        """Runs a management command as the owner of the tables; what it prints is shown."""
        env = {**self._env(database), "DATABASE_URL": database.owner_url, **extra}
        status = call([self.paths.python, "manage.py", *arguments], env=env, cwd=self.paths.root)
        if status:
            raise Problem(f"manage.py {arguments[0]}: 失敗しました / failed (exit {status})")

    # Processes ------------------------------------------------------------------------------------

    def _env(self, database: Database) -> dict[str, str]:
        env = base_env(self.paths)
        env.pop("DATABASE_OWNER_URL", None)
        return {
            **env,
            "DATABASE_URL": database.url,
            "GISPORTAL_WEB_ROLE": database.web_role,
            "GISPORTAL_DEMO": "0",
            "CITY": database.city or env.get("CITY", DEFAULT_CITY),
            MARKER: str(self.paths.var),
        }

    def _serve(self, database: Database, is_demo: bool) -> None:
        say("ポータルを起動しています …", "Starting the portal")
        env = {**self._env(database), "GISPORTAL_DEMO": "1" if is_demo else "0"}
        self._add("web", self._web_command(), env)
        # Two programs loading at once would double the wait for the page.
        self.supervisor.wait_until(self._is_ready, 90, "portal")
        self._add("worker", self._worker_command(), env)

    def _add(self, name: str, command: Sequence[str | Path], env: dict[str, str]) -> None:
        self.supervisor.add(Child(name, command, env, self.paths.log / f"{name}.log", self.paths.root))

    def _web_command(self) -> list[str | Path]:
        processors = len(os.sched_getaffinity(0))
        workers = os.environ.get("GISPORTAL_WEB_WORKERS") or str(min(2, processors))
        threads = os.environ.get("GISPORTAL_WEB_THREADS") or "4"
        return [
            *(self.paths.python, "-m", "granian", "--interface", "wsgi", "gisportal.wsgi:application"),
            *("--host", self.host, "--port", str(self.port), "--no-ws"),
            *("--workers", workers, "--blocking-threads", threads),
            *("--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "8"),
            *("--access-log", "--access-log-fmt", ACCESS_LOG),
        ]

    def _worker_command(self) -> list[str | Path]:
        return [self.paths.python, "manage.py", "procrastinate", "worker"]

    def _is_ready(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(readiness_request(self.host, self.port), timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    # Words ----------------------------------------------------------------------------------------

    def _announce(self, is_demo: bool) -> None:
        print(f"\n✔ 地域資源ポータル / The portal is ready:  {self.address}/\n", flush=True)
        if is_demo:
            self._announce_demo()
        else:
            note("最初の管理者を作るには / the first administrator:  make manage ARGS=create_administrator")
        note(f"ログ / logs: {shown(self.paths.log)}    停止 / stop: Ctrl-C")

    def _announce_demo(self) -> None:
        file = self.paths.demo_accounts
        try:
            accounts = json.loads(file.read_text())
        except (OSError, ValueError) as error:
            raise Problem(f"{file}: {error}\n{tail(self.log)}") from None
        note(f"デモのアカウント / demo accounts ({shown(file)}):")
        for account in accounts:
            user = account["user"]
            note(f"  {user:<10} {account['password']:<24} {MAY.get(user, '')}")
        token = (
            f'$(python3 -c \'import json;print(next(a["token"] for a in json.load(open("{shown(file)}")) '
            'if a["user"]=="level-a"))\')'
        )
        url = shlex.quote(f"OAPIF:{self.address}/ogc/")
        note("")
        note(f'GDAL:  GDAL_HTTP_HEADERS="Authorization: Bearer {token}" ogrinfo -al -so {url}')
        note(
            f"QGIS:  WFS / OGC API - Features → {self.address}/ogc/ "
            "(基本認証 / Basic: user level-a, password = its token)"
        )
        note("")


def shown(path: Path) -> str:
    """A path as short as it can be typed from here."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def code_digest(paths: Paths) -> str:
    """Digest of everything a migration may depend on, our code and the locked packages."""
    own = paths.root / "gisportal" / "deploy"
    files = (path for room in ROOMS for path in (paths.root / room).rglob("*"))
    chosen = [path for path in files if path.suffix in {".py", ".sql"} and own not in path.parents]
    return digest_of([*chosen, paths.root / "requirements.lock"])[:16]


def read_marks(comment: str) -> dict[str, str]:
    """``gisportal code=… demo=yes`` as a dictionary; empty for a comment that is not ours."""
    first, *rest = comment.split() or [""]
    return dict(item.split("=", 1) for item in rest if "=" in item) if first == "gisportal" else {}


def write_marks(marks: dict[str, str]) -> str:
    """The opposite of `read_marks`."""
    return " ".join(["gisportal", *(f"{key}={value}" for key, value in sorted(marks.items()))])
