"""The lock files: every package with its hash, none with an address (item 1)."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = ["requirements.lock", "requirements-dev.lock", "tests/conformance/requirements.lock"]


def requirements(name: str) -> list[str]:
    """Logical lines of a lock file, without comments."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def versions(name: str) -> dict[str, str]:
    return dict(line.split(" ")[0].split("==", 1) for line in requirements(name))


@pytest.mark.parametrize("name", PYTHON_LOCKS)
def test_every_python_package_is_pinned_with_hashes(name: str) -> None:
    lines = requirements(name)
    assert len(lines) > 20
    for line in lines:
        assert re.match(r"[A-Za-z0-9._\[\],-]+==[^ ]+ ", line), line
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", line), line


@pytest.mark.parametrize("name", [*PYTHON_LOCKS, "package.json", "package-lock.json"])
def test_no_lock_names_an_index(name: str) -> None:
    text = (ROOT / name).read_text()
    for word in ("index-url", "find-links", "trusted-host", "resolved", "registry"):
        assert word not in text
    addresses = set(re.findall(r"https?://[^\s\"')]+", text))
    # npm notes where the authors of a package take donations.
    assert all(re.search(r"funding|sponsor|opencollective|tidelift", item) for item in addresses), addresses


def test_the_development_lock_holds_the_other_at_the_same_versions() -> None:
    run, development = versions("requirements.lock"), versions("requirements-dev.lock")
    assert run.items() <= development.items()


def test_every_browser_package_is_exact_and_has_its_hash() -> None:
    manifest = json.loads((ROOT / "package.json").read_text())
    wanted = {**manifest["dependencies"], **manifest["devDependencies"]}
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all("integrity" in entry for path, entry in packages.items() if path)
