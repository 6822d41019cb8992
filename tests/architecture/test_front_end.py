"""Pages carry no program of their own, and the map stays in its room (style, rules 21–23)."""

import re
from pathlib import Path

from tests.architecture.tree import files, read

TEMPLATES = files(".html", below=("gisportal", "layers", "tiles", "styles"))
SCRIPTS = files(".js", below=("gisportal", "layers", "tiles", "styles"))
IMPORT = re.compile(r"""(?:from|import)\s*\(?\s*["']([^"']+)["']""")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I)
ATTRIBUTES = re.compile(r"<[^>]*\s(on[a-z]+|style)\s*=|<style\b|javascript:", re.I)


def _without_template_tags(path: Path) -> str:
    return re.sub(r"{#.*?#}|{%.*?%}", "", read(path), flags=re.S)


#: Written to a file for other hosts, never served by us: it holds its script and style itself.
ONE_FILE = "gisportal/portal/templates/portal/published_map.html"


def test_templates_hold_no_inline_script_or_style() -> None:
    assert len(TEMPLATES) > 20
    found = [
        f"{path}: {match.group(0)[:60]}"
        for path in TEMPLATES
        if str(path) != ONE_FILE
        for pattern in (INLINE_SCRIPT, ATTRIBUTES)
        for match in pattern.finditer(_without_template_tags(path))
    ]
    assert found == []


def test_scripts_write_no_markup_and_run_no_text() -> None:
    """User text goes through ``textContent``."""
    unsafe = re.compile(
        r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function\(|\.cssText\b"
    )
    assert len(SCRIPTS) > 20
    assert [f"{path}: {match.group(0)}" for path in SCRIPTS for match in unsafe.finditer(read(path))] == []


def test_only_the_map_knows_leaflet() -> None:
    room = Path("gisportal/portal/js/map")
    users = {path for path in SCRIPTS for name in IMPORT.findall(read(path)) if name.startswith("leaflet")}
    assert users == {room / "leaflet.js"}
    through_the_door = {
        path for path in SCRIPTS for name in IMPORT.findall(read(path)) if name.endswith("/leaflet.js")
    }
    assert through_the_door
    assert [path for path in through_the_door if not path.is_relative_to(room)] == []
    assert [
        path
        for path in SCRIPTS
        if re.search(r"\bwindow\.L\b|\bL\.(map|marker|tileLayer)\(", read(path))
        and not path.is_relative_to(room)
    ] == []


def test_scripts_find_elements_by_their_data() -> None:
    """No look-ups by class, Leaflet's own apart: a class is for looks (rule 21)."""
    by_class = re.compile(
        r"""(querySelector(All)?|closest|matches)\(\s*["'`]\.(?!leaflet-)|getElementsByClassName"""
    )
    assert [f"{path}: {match.group(0)}" for path in SCRIPTS for match in by_class.finditer(read(path))] == []
