"""Nothing grows past what a reader takes in at once (style, rule 16), and every test says what it wants."""

import ast
from functools import cache
from pathlib import Path

from tests.architecture.tree import files, functions

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
WRITTEN_BY_TOOLS = {"migrations", "locale"}


def _is_hand_written(path: Path) -> bool:
    return not WRITTEN_BY_TOOLS & set(path.parts) and path.parts[0] not in {"tests", "fixtures"}


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_are_short() -> None:
    long = [
        f"{path}:{node.name} ({_lines(node)})"
        for path in files(".py")
        if "migrations" not in path.parts
        for node in functions(path)
        if _lines(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_files_are_short() -> None:
    from tests.architecture.tree import read

    counted = {
        path: read(path).count("\n") for path in files(".py", ".js", ".mjs", ".css", ".html", ".sql", ".sh")
    }
    assert {str(path): n for path, n in counted.items() if n > LONGEST_FILE and _is_hand_written(path)} == {}


# --- every test asserts -------------------------------------------------------------------------------------------


@cache
def _asserting() -> frozenset[str]:
    """Names of functions in ``tests/`` that assert, themselves or by one they call."""
    bodies = {node.name: node for path in files(".py", below=("tests",)) for node in functions(path)}
    found = {name for name, node in bodies.items() if _asserts_itself(node)}
    while more := {name for name, node in bodies.items() if name not in found and _called(node) & found}:
        found |= more
    return frozenset(found)


def _called(node: ast.AST) -> set[str]:
    calls = [child.func for child in ast.walk(node) if isinstance(child, ast.Call)]
    return {
        func.id if isinstance(func, ast.Name) else func.attr
        for func in calls
        if isinstance(func, ast.Name | ast.Attribute)
    }


def _asserts_itself(node: ast.AST) -> bool:
    """An assertion, an exception that must come, or a wait that fails when nothing comes."""
    return any(isinstance(child, ast.Assert) for child in ast.walk(node)) or bool(
        _called(node)
        & {
            "raises",
            "fail",
            "expect",
            "validate",
            "django_assert_num_queries",
            "wait_for",
            "wait_for_function",
            "expect_response",
            "expect_request",
        }
    )


def test_every_test_asserts() -> None:
    tests = [
        (path, node)
        for path in files(".py", below=("tests",))
        for node in functions(path)
        if node.name.startswith("test_")
    ]
    assert len(tests) > 200
    assert [
        f"{path}:{node.name}"
        for path, node in tests
        if not (_asserts_itself(node) or _called(node) & _asserting())
    ] == []
