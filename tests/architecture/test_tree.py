"""What lies where (design §1), and what may stand in no file."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOMS, read, texts, tracked

TOP_FILES = {
    ".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "manage.py", "package-lock.json",
    "package.json", "pyproject.toml", "requirements-dev.lock", "requirements.lock",
}  # fmt: skip

# Written so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"/w[o]rk/|/r[o]ot/|/h[o]me/\w|/t[m]p/\w|/U[s]ers/")
REGISTRY = re.compile(
    r"--(extra-)?index-url|https?://[\w.-]*(p[y]pi|np[m]js|pythonh[o]sted|registry\.)[\w.-]*"
)
OUTSIDE = re.compile(r"\.\./sh[a]red|\.\./scr[a]tch")
UNFINISHED = re.compile(r"\b(T[O]DO|FIX[M]E|X[X]X|H[A]CK)\b|raise NotImpl[e]mentedError|lorem ips[u]m", re.I)
SKIPPED = re.compile(r"pytest\.(sk[i]p|xf[a]il|mark\.(sk[i]p|xf[a]il))|\.sk[i]p\(|imports[k]ip")


def _hits(pattern: re.Pattern[str], among: list[Path]) -> list[str]:
    return [
        f"{path}:{number}"
        for path in among
        for number, line in enumerate(read(path).splitlines(), 1)
        if pattern.search(line)
    ]


def test_top_level_is_the_plan_of_the_house() -> None:
    folders = {
        path.parts[0] for path in tracked() if len(path.parts) > 1 and not path.parts[0].startswith(".")
    }
    assert folders == ROOMS
    assert {str(path) for path in tracked() if len(path.parts) == 1} == TOP_FILES


def test_fixtures_hold_no_program() -> None:
    programs = {".py", ".sh", ".js", ".sql", ".html"}
    assert [path for path in tracked() if path.parts[0] == "fixtures" and path.suffix in programs] == []


@pytest.mark.parametrize("kind", [".mo", ".pyc", ".sqlite3", ".log", ".pem", ".key"])
def test_nothing_made_is_tracked(kind: str) -> None:
    assert [path for path in tracked() if path.suffix == kind] == []


def test_no_path_of_a_developers_machine() -> None:
    assert _hits(MACHINE_PATH, texts()) == []


def test_no_address_of_a_package_registry() -> None:
    assert _hits(REGISTRY, texts()) == []


def test_nothing_is_read_outside_the_repository() -> None:
    assert _hits(OUTSIDE, texts()) == []


def test_nothing_is_left_unfinished() -> None:
    assert (
        _hits(
            UNFINISHED, [path for path in texts() if path.suffix in {".py", ".js", ".mjs", ".html", ".sql"}]
        )
        == []
    )


def test_no_test_is_skipped() -> None:
    assert _hits(SKIPPED, [path for path in texts() if path.parts[0] == "tests"]) == []


def test_tree_stays_light() -> None:
    root = Path(__file__).resolve().parents[2]
    assert sum((root / path).stat().st_size for path in tracked()) < 60_000_000


# --- locks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_python_packages_are_locked_whole(name: str) -> None:
    """Each package with its exact version and at least one hash; no address of where it comes from."""
    joined = re.sub(r"\\\n\s*", " ", read(Path(name)))
    lines = [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]
    assert len(lines) > 50
    wrong = [
        line[:60]
        for line in lines
        if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}", line)
    ]
    assert wrong == []
    assert "://" not in joined


def test_browser_packages_are_locked_whole() -> None:
    """Each with version and integrity, none with the address of a registry."""
    packages = json.loads(read(Path("package-lock.json")))["packages"]
    named = {name: entry for name, entry in packages.items() if name}
    assert named
    assert [name for name, entry in named.items() if "resolved" in entry] == []
    assert [name for name, entry in named.items() if not entry["integrity"].startswith("sha512-")] == []
    assert [
        name for name, entry in named.items() if not re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
    ] == []


def test_wanted_browser_packages_have_exact_versions() -> None:
    wanted = json.loads(read(Path("package.json")))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
