"""Documents: nothing described twice in vain, nothing written and not found."""

import re
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, files, read

LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
DOCUMENTS = files(".md")
DECISIONS = Path("gisportal/docs/decisions")


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    inside = [
        link for link in LINK.findall(read(path)) if "://" not in link and not link.startswith("mailto:")
    ]
    missing = [link for link in inside if not (ROOT / path.parent / link).exists()]
    assert missing == []


def test_every_decision_is_in_the_index() -> None:
    records = {path.name for path in DOCUMENTS if path.parent == DECISIONS} - {"README.md"}
    assert len(records) > 5
    assert set(LINK.findall(read(DECISIONS / "README.md"))) >= records


def test_every_manual_is_linked_from_the_readme() -> None:
    manuals = {str(path) for path in DOCUMENTS if path.parent == Path("gisportal/docs")}
    assert manuals - set(LINK.findall(read(Path("README.md")))) == set()


HOOKS_GUIDE = Path("gisportal/docs/modules.md")


def test_every_hook_is_documented() -> None:
    adds = set(re.findall(r"^def (\w+)\((?:item|panel):", read(Path("gisportal/hooks.py")), re.M))
    assert adds == {"menu_item", "detail_panel", "top_panel"}
    assert [name for name in adds if f"`{name}(" not in read(HOOKS_GUIDE)] == []


def test_every_event_is_documented_and_none_that_is_gone() -> None:
    rooms_of = (
        "account|comment|comment_class|consent|link|news|organisation|password|public_site|session|token"
    )
    told = re.compile(rf"""["']((?:{rooms_of})\.[a-z]+)["']""")
    rooms = ("gisportal/accounts", "gisportal/portal", "gisportal/planning", "gisportal/modules")
    sources = [read(path) for path in files(".py", below=rooms) if "hooks.tell(" in read(path)]
    guide = read(HOOKS_GUIDE).partition("## 出来事")[2]
    rows = [line.split("|")[1] for line in guide.splitlines() if line.startswith("| `")]
    documented = {action for row in rows for action in re.findall(r"`([a-z_.]+)`", row)}
    assert documented == {action for source in sources for action in told.findall(source)}


NAMED = re.compile(r"`((?:gisportal|layers|tiles|styles|fixtures|tests)/[\w./-]*)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_named_files_exist(path: Path) -> None:
    named = {name for name in NAMED.findall(read(path)) if not name.startswith("gisportal/modules/")}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
