"""The portal as it runs for a city: granian on a PostGIS database of its own, loaded with the real demo city."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from psycopg import sql

from gisportal.deploy.run import ACCESS_LOG

ROOT = Path(settings.BASE_DIR)


def _connect() -> "psycopg.Connection[tuple[object, ...]]":
    """To the database of the settings, not the one pytest-django makes: here only databases are made."""
    entry = settings.DATABASES["default"]
    return psycopg.connect(
        dbname="postgres",
        user=entry["USER"] or None,
        password=entry["PASSWORD"] or None,
        host=entry["HOST"] or None,
        port=entry["PORT"] or None,
        autocommit=True,
    )


def database_url(name: str) -> str:
    """The URL of another database on the server of the settings."""
    entry = settings.DATABASES["default"]
    user, password = quote(str(entry["USER"]), safe=""), quote(str(entry["PASSWORD"]), safe="")
    login = f"{user}:{password}@" if password else f"{user}@" if user else ""
    given = {"host": entry["HOST"], "port": entry["PORT"]}
    return f"postgresql://{login}/{name}?{urlencode({key: value for key, value in given.items() if value})}"


def create_database(name: str) -> None:
    """Makes it anew."""
    drop_database(name)
    with _connect() as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def drop_database(name: str) -> None:
    """Drops it whoever is still connected."""
    with _connect() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Portal:
    """One running portal. ``var``: its folder; ``more``: environment beside the database and the folder."""

    database: str
    var: Path
    more: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    port: int = 0

    @property
    def url(self) -> str:
        """Its address without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the server wrote: errors, and nothing of what was searched."""
        return self.var / f"portal-{self.port}.log"

    @property
    def accounts(self) -> dict[str, str]:
        """Passwords of the demo accounts."""
        found = json.loads((self.var / "demo-accounts.json").read_text())
        return {entry["user"]: entry["password"] for entry in found}

    def environment(self) -> dict[str, str]:
        """Of every process of this portal."""
        return {
            **os.environ,
            "DATABASE_URL": database_url(self.database),
            "GISPORTAL_VAR": str(self.var),
            "GISPORTAL_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "gisportal.settings",
            "CITY": "takamatsu",
            **self.more,
        }

    def manage(self, *arguments: str) -> None:
        """One management command; its words are shown where it fails."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True)
        assert done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"

    def build(self) -> None:
        """Bundles the browser code as it is now and collects the static files."""
        node = next(
            (path for path in (Path(settings.VAR_DIR) / "node", ROOT / "var" / "node") if path.is_dir()), None
        )
        assert node, "The browser packages are not installed: run `make setup` first."
        (self.var / "node").symlink_to(node.resolve())
        command = ["node", "gisportal/portal/build.mjs"]
        done = subprocess.run(command, cwd=ROOT, env=self.environment(), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        self.manage("compilemessages", "-v", "0")
        self.manage("collectstatic", "--noinput", "-v", "0")

    def load(self) -> None:
        """The schema, the real demo city and the demo accounts."""
        self.manage("migrate", "-v", "0")
        self.manage("load_demo", "--city", "takamatsu")
        self.manage("create_demo_accounts")

    def start(self) -> "Portal":
        """Starts the server and waits until it answers."""
        self.port = free_port()
        command = [
            str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(self.port), "--workers", "1", "--blocking-threads", "4", "--no-ws",
            "--access-log", "--access-log-fmt", ACCESS_LOG, "gisportal.wsgi:application",
        ]  # fmt: skip
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdout=output, stderr=output
            )
        self._await(60)
        return self

    def _await(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process and self.process.poll() is None, self.log.read_text()[-4000:]
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise AssertionError(f"The portal did not answer:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Ends the server of this portal."""
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(15)


def chromium() -> str:
    """The system's Chromium."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "Chromium is not installed: run `make setup` first."
    return found
