"""What modules add to pages."""

import sys

import pytest

from gisportal import hooks
from layers.access import Level, Viewer

MODULE = """
from gisportal import hooks
from layers.access import Level

hooks.menu_item(hooks.MenuItem("later", "later", order=20))
hooks.menu_item(
    hooks.MenuItem("first", "first", order=10, shown_to=lambda viewer: viewer.level is Level.A)
)
hooks.top_panel(hooks.Panel("top.html", lambda viewer: {"level": viewer.level}))
hooks.top_panel(hooks.Panel("empty.html", lambda viewer: None))
hooks.detail_panel(hooks.Panel("detail.html", lambda viewer, resource: {"resource": resource}))
"""


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A package of modules, one with hooks and one without, and an empty registry."""
    for name in ("with_hooks", "without_hooks"):
        folder = tmp_path / "some_modules" / name
        folder.mkdir(parents=True)
        (folder / "__init__.py").touch()
    (tmp_path / "some_modules" / "__init__.py").touch()
    (tmp_path / "some_modules" / "with_hooks" / "portal_hooks.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(hooks, "registry", hooks.Registry())
    yield ["with_hooks", "without_hooks"]
    for name in [name for name in sys.modules if name.startswith("some_modules")]:
        del sys.modules[name]


def test_modules_are_found_and_asked(modules):
    assert hooks.autodiscover(modules, "some_modules") == ["some_modules.with_hooks.portal_hooks"]
    assert [item.title for item in hooks.menu_items(Viewer(level=Level.A))] == ["first", "later"]
    assert [item.title for item in hooks.menu_items(Viewer())] == ["later"]
    assert hooks.top_panels(Viewer()) == [("top.html", {"level": Level.ANONYMOUS})]
    assert hooks.detail_panels(Viewer(), 7) == [("detail.html", {"resource": 7})]


def test_adding_twice_is_adding_once(modules):
    item = hooks.MenuItem("title", "name")
    hooks.menu_item(item)
    hooks.menu_item(item)
    assert hooks.registry.menu == [item]


def test_an_error_in_a_module_is_not_hidden(modules, tmp_path):
    (tmp_path / "some_modules" / "without_hooks" / "portal_hooks.py").write_text("import nowhere_at_all")
    with pytest.raises(ModuleNotFoundError, match="nowhere_at_all"):
        hooks.autodiscover(modules, "some_modules")
