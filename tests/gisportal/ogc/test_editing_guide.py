"""The commands of the guide's part on editing do what the guide promises, with curl, on a real port."""

import re
import subprocess
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from gisportal.accounts.tokens import create_token
from layers.access import Level
from layers.models import Resource
from tests.factories import make_account, make_category, make_district

GUIDE = Path(settings.BASE_DIR) / "gisportal" / "docs" / "api.md"


def script() -> str:
    """The one block of commands that writes."""
    found = [text for text in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S) if "-X POST" in text]
    assert len(found) == 1
    return str(found[0])


def test_the_commands_answer_as_promised(transactional_db: None, live_server: Any, tmp_path: Path) -> None:
    make_category("library")
    make_district()
    token = create_token(make_account(Level.A))
    commands = script().replace("http://127.0.0.1:8000", live_server.url)
    promised = re.findall(r"→ (\d{3})", commands)
    done = subprocess.run(
        ["bash", "-eu"], input=commands, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "TOKEN": token, "LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    connection.close()
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == promised and len(promised) == 10
    row = Resource.unscoped.get()
    assert (row.name, row.phone, row.geom) == ("さくら文庫", "", None) and row.deleted_at is not None
