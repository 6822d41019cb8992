"""The locked environment: Python packages, browser packages, translations, static files.

Each step is recognised as done by a stamp, so that a second start passes it in milliseconds.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gisportal.deploy.console import Problem, note, say, tail
from gisportal.deploy.paths import Paths
from gisportal.deploy.processes import call, pause
from gisportal.deploy.stamps import Stamp, digest_of

NEEDED_BYTES = 1_500_000_000
ROOMS = ("gisportal", "layers", "styles", "tiles")
# A data folder of another PROJ or GDAL breaks the ones inside the wheels (stack.md, section 3).
POISON = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
# Without compiled files every start would compile Django, pandas and the rest anew (5 s on two cores).
SLOW = ("PYTHONDONTWRITEBYTECODE",)


def base_env(paths: Paths) -> dict[str, str]:
    """The person's environment with our folder made absolute and what would mislead us removed."""
    env = {key: value for key, value in os.environ.items() if key not in POISON + SLOW}
    return {
        **env,
        "GISPORTAL_VAR": str(paths.var),
        "DJANGO_SETTINGS_MODULE": "gisportal.settings",
        "PYTHONPYCACHEPREFIX": str(paths.var / "cache" / "pycache"),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def check_disk(paths: Paths) -> None:
    """Raises:
    Problem: a first installation would not fit.
    """
    free = shutil.disk_usage(paths.var).free
    if free < NEEDED_BYTES:
        raise Problem(
            f"ディスクの空きが足りません / too little disk: {free / 1e9:.1f} GB ({paths.var}), "
            f"{NEEDED_BYTES / 1e9:.1f} GB 必要 / needed\n"
            "別の場所を使うには / to use another folder: make run GISPORTAL_VAR=/path"
        )


class Toolchain:
    """Brings the environment of a checkout up to its lock files."""

    def __init__(self, paths: Paths, *, development: bool) -> None:
        self.paths = paths
        self.development = development
        self.env = base_env(paths)
        self.log = paths.log / "setup.log"

    def prepare(self) -> None:
        """Does every step that is not done yet; two starts at once wait for one another."""
        with self._alone():
            self._python_packages()
            self._browser_packages()
            self._scripts()
            self._translations()
            self._static_files()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.paths.locks / "setup.lock").open("w") as handle:
            announced = False
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not announced:
                        say("別の準備が終わるのを待っています …", "Waiting for another setup to finish")
                    announced = True
                    pause(0.5)
            yield

    def _run(self, command: Sequence[str | Path], failure: str, **extra: str) -> None:
        with self.log.open("ab") as output:
            output.write(f"\n$ {' '.join(str(part) for part in command)}\n".encode())
            output.flush()
            status = call(command, env={**self.env, **extra}, cwd=self.paths.root, output=output)
        if status:
            raise Problem(f"{failure} ({self.log}):\n{tail(self.log)}")

    # Python ---------------------------------------------------------------------------------------

    def _python_packages(self) -> None:
        run_lock, dev_lock = (
            self.paths.root / name for name in ("requirements.lock", "requirements-dev.lock")
        )
        machine = f"{sys.version_info[:3]} {self.paths.var}"
        stamp = Stamp(self.paths.var, "python")
        wanted = {lock: digest_of([lock], machine) for lock in (run_lock, dev_lock)}
        # The development lock holds all of the other one, at the same versions.
        accepted = [dev_lock] if self.development else [run_lock, dev_lock]
        if self.paths.python.exists() and any(stamp.matches(wanted[lock]) for lock in accepted):
            return
        lock = accepted[0]
        if not stamp.path.exists():
            check_disk(self.paths)
        self._environment(machine)
        say("Python パッケージを入れています(数分かかります) …", "Installing the locked Python packages")
        started = time.monotonic()
        stamp.clear()
        self._run(
            [
                *(self.paths.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--no-cache-dir", "--no-deps", "--no-compile", "--require-hashes", "-r", lock),
            ],
            "Python パッケージを入れられませんでした / pip failed",
        )
        stamp.write(wanted[lock])
        note(f"{time.monotonic() - started:.0f} s")

    def _environment(self, machine: str) -> None:
        stamp = Stamp(self.paths.var, "venv")
        if self.paths.python.exists() and stamp.matches(machine) and self._works():
            return
        say("Python 環境を作成しています …", "Creating the Python environment")
        venv = self.paths.var / "venv"
        self._run(["/usr/bin/python3", "-m", "venv", "--clear", venv], "venv を作成できません / venv failed")
        stamp.write(machine)

    def _works(self) -> bool:
        return subprocess.run([str(self.paths.python), "-c", ""], env=self.env).returncode == 0

    # Browser --------------------------------------------------------------------------------------

    def _browser_packages(self) -> None:
        files = [self.paths.root / name for name in ("package.json", "package-lock.json")]
        node = self.paths.var / "node"
        stamp = Stamp(self.paths.var, "node")
        digest = digest_of(files, str(self.paths.var))
        if stamp.matches(digest) and (node / "node_modules").is_dir():
            return
        self._check_node()
        say("ブラウザ用パッケージを入れています …", "Installing the locked browser packages")
        node.mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, node)
        cache = self.paths.var / "cache" / "npm"
        self._run(
            ["npm", "ci", "--prefix", node, "--ignore-scripts", "--no-audit", "--no-fund"],
            "ブラウザ用パッケージを入れられませんでした / npm failed",
            npm_config_cache=str(cache),
            npm_config_update_notifier="false",
        )
        shutil.rmtree(cache, ignore_errors=True)
        stamp.write(digest)

    def _check_node(self) -> None:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, env=self.env)
        major = done.stdout.strip().lstrip("v").split(".")[0]
        if not major.isdigit() or int(major) < 18:
            raise Problem(f"Node.js 18 以上が必要です / Node.js 18 or newer is needed: {done.stdout.strip()}")

    def _scripts(self) -> None:
        sources = [
            *self._tracked("gisportal", "js/**/*"),
            self.paths.root / "gisportal/portal/build.mjs",
            self.paths.root / "package-lock.json",
        ]
        stamp = Stamp(self.paths.var, "scripts")
        digest = digest_of(sources)
        if stamp.matches(digest) and (self.paths.var / "static-build").is_dir():
            return
        say("ブラウザ用プログラムをまとめています …", "Bundling the browser code")
        self._run(["npm", "run", "--silent", "build"], "まとめられませんでした / esbuild failed")
        stamp.write(digest)

    def _tracked(self, room: str, pattern: str) -> list[Path]:
        return [path for path in (self.paths.root / room).glob(f"**/{pattern}") if path.is_file()]

    # Django ---------------------------------------------------------------------------------------

    def _translations(self) -> None:
        sources = [path for room in ROOMS for path in self._tracked(room, "locale/*/LC_MESSAGES/*.po")]
        stale = [path for path in sources if _older(path.with_suffix(".mo"), path)]
        if not stale:
            return
        say("翻訳を準備しています …", "Compiling the translations")
        for path in stale:
            made = path.with_suffix(".mo")
            self._run(
                ["msgfmt", "--check-format", "-o", made, path],
                f"翻訳に誤りがあります / msgfmt failed: {path}",
            )

    def _static_files(self) -> None:
        sources = [path for room in ROOMS for path in self._tracked(room, "static/**/*")]
        built = [path for path in (self.paths.var / "static-build").glob("**/*") if path.is_file()]
        packages = Stamp(self.paths.var, "python").path
        stamp = Stamp(self.paths.var, "static")
        digest = digest_of([*sources, *built, packages, self.paths.root / "gisportal/settings.py"])
        if stamp.matches(digest) and (self.paths.var / "static").is_dir():
            return
        say("静的ファイルを集めています …", "Collecting the static files")
        self._run(
            [self.paths.python, "manage.py", "collectstatic", "--noinput", "--clear", "-v", "0"],
            "静的ファイルを集められませんでした / collectstatic failed",
        )
        stamp.write(digest)


def _older(made: Path, source: Path) -> bool:
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime
