"""The worked examples do what they say, run as they stand against a running portal (D4).

Which of them run is stated here, not found out: GDAL, curl and Node come with ``make test``; R does not, and its page
says so. The map of MapLibre runs in the browser's tests.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gisportal.accounts.services import set_public_site
from gisportal.accounts.tokens import create_token
from gisportal.modules.developers.examples import EXAMPLES, by_slug, program
from layers.access import Level
from tests.factories import make_account, make_category, make_district, make_resource

COMMANDS = {"sh": ["sh"], "python": [sys.executable], "javascript": ["node"]}
#: Lines each program must print.
EXPECTED = {
    "curl": ['"id": "resources"', '"numberReturned": 5', "status 304"],
    "gdal": ["resources", "Geometry: Point", "Feature Count: 130"],
    "geopandas": ["features: 130", "care"],
    "owslib": ["resources", "read: 30 of 130"],
    "javascript": ["features: 120"],
}
ELSEWHERE = {"maplibre": "tests/browser", "r": "not run, as its page says"}
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(transactional_db: None, live_server: Any, tmp_path: Path) -> Run:
    """Runs an example in a folder of its own against a small city."""
    make_district()
    category = make_category()
    for number in range(130):
        place = {"lon": 134.02 + number % 12 * 0.005, "lat": 34.32 + number // 12 * 0.005}
        make_resource(
            f"図書館{number}", category=category, publication="public" if number < 60 else "members", **place
        )
    token = create_token(make_account(Level.A), may_write=False)

    def run_it(slug: str, *, with_token: bool = True) -> "subprocess.CompletedProcess[str]":
        example = by_slug(slug)
        assert example is not None
        file = tmp_path / example.file
        file.write_text(program(example, live_server.url), encoding="utf-8")
        env = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        env |= {"TOKEN": token} if with_token else {}
        return subprocess.run(
            [*COMMANDS[example.language], file.name],
            cwd=tmp_path,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run_it


def test_every_example_is_run_or_said_not_to_be() -> None:
    assert {example.slug for example in EXAMPLES} == EXPECTED.keys() | ELSEWHERE.keys()


@pytest.mark.parametrize("slug", EXPECTED)
def test_example_runs(run: Run, slug: str) -> None:
    done = run(slug)
    assert done.returncode == 0, done.stderr + done.stdout
    for line in EXPECTED[slug]:
        assert line.replace(" ", "") in done.stdout.replace(" ", ""), (line, done.stdout)


def test_without_a_token_an_example_reads_what_is_public(run: Run) -> None:
    set_public_site(True)
    done = run("javascript", with_token=False)
    assert done.returncode == 0, done.stderr
    assert "features: 60" in done.stdout
