"""Steps are done once, again when their input changed, and again when they were cut short."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from gisportal.deploy import toolchain
from gisportal.deploy.check import own_folder
from gisportal.deploy.console import Problem
from gisportal.deploy.paths import Paths
from gisportal.deploy.run import code_digest, read_marks, write_marks
from gisportal.deploy.stamps import Stamp, digest_of

ROOT = Path(__file__).resolve().parents[2]


def test_a_digest_follows_names_and_contents(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    before = digest_of([file])
    assert digest_of([file]) == before
    assert digest_of([file], "extra") != before
    file.write_text("2")
    assert digest_of([file]) != before
    assert digest_of([file.rename(tmp_path / "b")]) != before


def test_a_stamp_matches_only_what_was_written(tmp_path: Path) -> None:
    stamp = Stamp(tmp_path, "python")
    assert not stamp.matches("x")
    stamp.write("x")
    assert stamp.matches("x")
    assert not stamp.matches("y")
    stamp.clear()
    assert not stamp.matches("x")


def test_too_little_disk_is_a_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain.shutil, "disk_usage", lambda path: SimpleNamespace(free=400_000_000))
    with pytest.raises(Problem, match=r"0\.4 GB"):
        toolchain.check_disk(Paths(ROOT, tmp_path))


def test_variables_that_break_the_wheels_do_not_reach_the_portal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROJ_LIB", "/usr/share/proj")
    monkeypatch.setenv("GISPORTAL_VAR", "var")
    env = toolchain.base_env(Paths(ROOT, tmp_path))
    assert "PROJ_LIB" not in env
    assert env["GISPORTAL_VAR"] == str(tmp_path)


def test_a_failing_step_shows_its_output_and_leaves_no_stamp(tmp_path: Path) -> None:
    paths = Paths(ROOT, tmp_path)
    paths.prepare()
    tools = toolchain.Toolchain(paths, development=False)
    with pytest.raises(Problem, match="broken on purpose"):
        tools._run(["/bin/sh", "-c", "echo broken on purpose; exit 1"], "failed")
    assert not list((tmp_path / "stamps").iterdir())


def test_the_marks_of_a_database_can_be_read_back() -> None:
    marks = {"code": "0123", "demo": "yes"}
    assert read_marks(write_marks(marks)) == marks
    assert read_marks("") == {}
    assert read_marks("the accounting department's own database a=b") == {}


def test_the_code_digest_ignores_the_start_scripts(tmp_path: Path) -> None:
    for name in ("layers/a.py", "layers/sql/b.sql", "gisportal/deploy/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    paths = Paths(tmp_path, tmp_path / "var")
    before = code_digest(paths)
    (tmp_path / "gisportal/deploy/c.py").write_text("2")
    assert code_digest(paths) == before
    (tmp_path / "layers/sql/b.sql").write_text("2")
    assert code_digest(paths) != before


def test_tests_write_into_a_folder_of_their_own(tmp_path: Path) -> None:
    folder = own_folder(Paths(ROOT, tmp_path))
    assert folder == tmp_path / "test"
    assert (folder / "static-build").resolve() == tmp_path / "static-build"


def test_the_start_script_is_posix_sh() -> None:
    script = ROOT / "gisportal/deploy/setup.sh"
    assert script.read_text().startswith("#!/bin/sh\n")
    subprocess.run(["/bin/sh", "-n", str(script)], check=True)


@pytest.mark.parametrize("target", ["run", "stop", "setup", "test", "lint", "bench"])
def test_make_hands_over_to_the_start_script(target: str) -> None:
    # What the make around `make test` was told must not reach the inner one.
    env = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "TESTS"))}
    done = subprocess.run(
        ["make", "-n", target], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert done.stdout.split()[-2:] == ["gisportal/deploy/setup.sh", target]
