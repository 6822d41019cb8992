"""The files of the checkout, for tests that read them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = frozenset({"gisportal", "layers", "tiles", "styles", "fixtures", "tests"})
_TEXT = {
    ".cfg", ".conf", ".css", ".html", ".js", ".json", ".lock", ".md", ".mjs", ".po", ".py", ".service", ".sh", ".sql",
    ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip


@cache
def tracked() -> tuple[Path, ...]:
    """Tracked files that exist, relative to the checkout. Asking git leaves out what a developer keeps beside."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return tuple(Path(name) for name in names if (ROOT / name).is_file())


def files(*suffixes: str, below: tuple[str, ...] = ()) -> list[Path]:
    """Tracked files by suffix, in the named folders only where some are named."""
    return [
        path
        for path in tracked()
        if path.suffix in suffixes and (not below or any(path.is_relative_to(folder) for folder in below))
    ]


def texts() -> list[Path]:
    """Tracked files a person reads: everything but data."""
    return [
        path
        for path in tracked()
        if path.parts[0] != "fixtures"
        and (path.suffix in _TEXT or path.name in {"Makefile", "run", ".gitignore"})
    ]


@cache
def read(path: Path) -> str:
    """Content of a tracked file."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def parse(path: Path) -> ast.Module:
    """Syntax tree of a tracked Python file."""
    return ast.parse(read(path), filename=str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a tracked Python file."""
    return [
        node for node in ast.walk(parse(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def is_below(path: Path, places: dict[str, str] | tuple[str, ...]) -> bool:
    """Whether a file is one of the places, or lies in one of them."""
    return any(path.is_relative_to(place) for place in places)
