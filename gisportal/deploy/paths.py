"""Where things lie: everything written stays under ``${GISPORTAL_VAR:-var}``."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from gisportal.deploy.console import Problem

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Paths:
    """The folders of one checkout. All absolute."""

    root: Path
    var: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """Reads GISPORTAL_VAR; a relative one counts from the checkout."""
        return cls(ROOT, (ROOT / (os.environ.get("GISPORTAL_VAR") or "var")).resolve())

    @property
    def python(self) -> Path:
        return self.var / "venv" / "bin" / "python"

    @property
    def log(self) -> Path:
        return self.var / "log"

    @property
    def locks(self) -> Path:
        return self.var / "lock"

    @property
    def demo_accounts(self) -> Path:
        return self.var / "demo-accounts.json"

    @property
    def digest(self) -> str:
        """Twelve digits that stand for this folder in names outside it."""
        return hashlib.sha256(str(self.var).encode()).hexdigest()[:12]

    def prepare(self) -> None:
        """Creates the folders.

        Raises:
            Problem: the folder cannot be written by this user.
        """
        try:
            for folder in (self.var, self.log, self.locks, self.var / "stamps", self.var / "cache"):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Problem(f"{self.var} に書き込めません / cannot be written: {error.strerror}") from error
        for folder in (self.var, self.log, self.locks):
            if not os.access(folder, os.W_OK | os.X_OK):
                raise Problem(
                    f"{folder} に書き込めません / cannot be written by this user\n"
                    "別の場所を使うには / to use another folder: make run GISPORTAL_VAR=/path"
                )
