"""Drop-downs, titles and what is read-only, for QGIS (must show 3; R22, D13)."""

from xml.etree import ElementTree

import pytest

from layers.access import Level, Viewer
from layers.resources import ResourceSource
from styles import qml
from styles.symbology import symbology
from tests.factories import make_category, make_field

pytestmark = pytest.mark.django_db


def form(viewer: Viewer) -> ElementTree.Element:
    source = ResourceSource(viewer)
    return ElementTree.fromstring(qml.document(symbology(source), source))


def viewer(level: Level = Level.A) -> Viewer:
    return Viewer(level=level, account_id=1)


def widget(root: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return root.find(f"fieldConfiguration/field[@name='{name}']/editWidget")


def offered(root: ElementTree.Element, name: str) -> list[tuple[str, str]]:
    found = widget(root, name)
    assert found is not None and found.get("type") == "ValueMap"
    listed = found.findall(".//Option[@name='map']/Option/Option")
    return [(one.get("name", ""), one.get("value", "")) for one in listed]


def test_choices_are_drop_downs() -> None:
    make_category("care", title="介護")
    make_field("kind", "choice", title="種別", choices=[{"code": "x", "title": "甲"},
                                                       {"code": "y", "title": "乙", "retired": True}])  # fmt: skip
    root = form(viewer())
    assert offered(root, "category") == [("介護", "care")], "a feature always has one"
    assert offered(root, "kind")[1:] == [("甲", "x")], "none, or what is in use"
    assert ("営業中", "open") in offered(root, "operation")
    assert root.find("aliases/alias[@field='kind']").get("name") == "種別"  # type: ignore[union-attr]


def test_what_only_the_portal_writes_is_read_only() -> None:
    make_category()
    root = form(viewer())
    editable = {one.get("name"): one.get("editable") for one in root.findall("editable/field")}
    assert {key for key, value in editable.items() if value == "0"} >= {
        "id", "category_title", "updated_at", "districts", "site", "vacancy_as_of",
    }  # fmt: skip
    assert {key for key, value in editable.items() if value == "1"} >= {
        "name",
        "category",
        "phone",
        "vacancy",
    }
    reader = form(Viewer(public_site=True))
    assert {one.get("editable") for one in reader.findall("editable/field")} == {"0"}


def test_a_hidden_field_has_no_form() -> None:
    make_category()
    make_field("secret", "choice", audience="staff", choices=[{"code": "x", "title": "内部"}])
    assert widget(form(viewer()), "secret") is None and "内部" not in ElementTree.tostring(
        form(viewer()), "unicode"
    )
    assert widget(form(viewer(Level.ADMINISTRATOR)), "secret") is not None
