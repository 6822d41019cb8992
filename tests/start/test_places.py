"""Where the cluster lies, and how it is set up."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gisportal.deploy import databases, postgres, run
from gisportal.deploy.console import Problem
from gisportal.deploy.paths import Paths

STATE, TEMPORARY = Path("/var/lib"), Path("/tmp")


def place(home: Path, *, root: bool, reachable: bool) -> postgres.Place:
    return postgres.choose_place(
        home, "abc123", root=root, reachable=reachable, state=STATE, temporary=TEMPORARY
    )


@pytest.mark.parametrize("root", [True, False])
def test_everything_lies_below_var_where_nothing_speaks_against_it(root: bool) -> None:
    chosen = place(Path("/srv/portal/var"), root=root, reachable=True)
    assert chosen == postgres.Place(Path("/srv/portal/var/pgdata"), Path("/srv/portal/var/run"))


def test_a_folder_the_server_cannot_enter_is_left() -> None:
    chosen = place(Path("/srv/closed/portal/var"), root=True, reachable=False)
    assert chosen.data == Path("/var/lib/gisportal-abc123/pgdata")
    assert chosen.socket == Path("/var/lib/gisportal-abc123/run")
    assert "/srv/closed/portal/var" in chosen.reason


@pytest.mark.parametrize(
    ("length", "moved"),
    [(postgres.SOCKET_LIMIT, False), (postgres.SOCKET_LIMIT + 1, True)],
)
def test_the_socket_moves_when_its_path_is_too_long(length: int, moved: bool) -> None:
    rest = len("/run/" + postgres.SOCKET_NAME)
    home = Path("/" + "x" * (length - rest - 1))
    chosen = place(home, root=False, reachable=True)
    assert chosen.data == home / "pgdata"
    expected = TEMPORARY / f"gisportal-{os.getuid()}-abc123" if moved else home / "run"
    assert chosen.socket == expected


def test_the_length_of_the_socket_path_counts_bytes() -> None:
    home = Path("/" + "地" * 30)
    assert place(home, root=True, reachable=True).socket == STATE / "gisportal-abc123/run"


def test_two_checkouts_get_different_places() -> None:
    first, second = (Paths(Path("/"), Path(var)).digest for var in ("/a/var", "/b/var"))
    assert first != second


@pytest.mark.parametrize(("memory", "buffers"), [(512, 128), (4096, 512), (64_000, 1024)])
def test_shared_buffers_follow_the_memory(memory: int, buffers: int) -> None:
    assert postgres.shared_buffers(memory) == buffers


def test_the_configuration_logs_no_statement_and_no_value() -> None:
    text = postgres.configuration(Path("/srv/it's/run"), 4096, durable=True, small_shm=False)
    settings = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
    assert settings["log_statement"] == "'none'"
    assert settings["log_min_error_statement"] == "'panic'"
    assert settings["log_min_duration_statement"] == "-1"
    assert settings["log_parameter_max_length"] == "0"
    assert settings["log_parameter_max_length_on_error"] == "0"
    assert settings["listen_addresses"] == "''"
    assert settings["fsync"] == "on"
    assert settings["unix_socket_directories"] == "'/srv/it''s/run'"


def test_a_relative_var_counts_from_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GISPORTAL_VAR", "elsewhere/var")
    paths = Paths.from_environment()
    assert paths.var == paths.root / "elsewhere/var"


def test_a_folder_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match="cannot be written"):
        Paths(tmp_path, tmp_path / "file" / "var").prepare()


def test_a_url_becomes_variables_of_libpq() -> None:
    url = "postgis://tan%40ka:p%2Fw@db.example:5433/portal?sslmode=require"
    assert databases.libpq_environment(url) == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "tan@ka",
        "PGPASSWORD": "p/w",
        "PGDATABASE": "portal",
        "PGSSLMODE": "require",
        "PGCONNECT_TIMEOUT": "5",
    }


def test_a_url_may_name_a_socket_folder() -> None:
    env = databases.libpq_environment("postgresql://portal_web@/portal_iwaki?host=/srv/a%20b/run")
    assert (env["PGHOST"], env["PGUSER"], env["PGDATABASE"]) == ("/srv/a b/run", "portal_web", "portal_iwaki")


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://a/b",
        "postgresql://host",
        "postgresql://host:port/db",
        "postgresql://h/d?color=red",
    ],
)
def test_an_unusable_url_is_a_message(url: str) -> None:
    with pytest.raises(Problem, match="DATABASE_URL"):
        databases.libpq_environment(url)


def test_a_server_that_does_not_answer_is_a_message_without_the_password() -> None:
    with pytest.raises(Problem, match="cannot connect") as problem:
        databases.check_external("postgresql://me:secret@127.0.0.1:1/portal?password=hidden")
    assert "secret" not in str(problem.value)
    assert "hidden" not in str(problem.value)


@pytest.mark.parametrize("city", ["", "Takamatsu", "../etc", "a;drop", "高松"])
def test_a_city_is_a_plain_word(city: str) -> None:
    with pytest.raises(Problem):
        databases.database_name(city)


def test_an_unknown_city_names_the_known_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GISPORTAL_DEMO", raising=False)
    for city in ("iwaki", "takamatsu"):
        (tmp_path / "fixtures/cities" / city).mkdir(parents=True)
        (tmp_path / "fixtures/cities" / city / "city.json").touch()
    paths = Paths(tmp_path, tmp_path / "var")
    run.check_city(paths, "iwaki")
    with pytest.raises(Problem, match="iwaki, takamatsu"):
        run.check_city(paths, "iwaky")
    monkeypatch.setenv("GISPORTAL_DEMO", "0")
    run.check_city(paths, "iwaky")


def test_setup_names_what_is_missing_to_one_who_may_not_install(tmp_path: Path) -> None:
    """No root and no sudo: the message holds the packages and the command."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "apt-get", "env"):
        (tools / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    (tools / "id").write_text("#!/bin/sh\necho 1000\n")
    (tools / "id").chmod(0o755)
    script = Path(postgres.__file__).with_name("setup.sh")
    done = subprocess.run(
        [str(tools / "sh"), str(script), "run"],
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    for word in ("nodejs", "gettext", "gdal-bin", "apt-get install"):
        assert word in done.stderr
