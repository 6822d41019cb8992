"""What QGIS needs to show and edit properties: titles, drop-downs for choices, what is read-only (R22, D13).

QGIS (3.44) reads no choices out of a schema; they come with the style of the layer.
"""

from typing import Final
from xml.etree.ElementTree import Element

from layers.fields import Field, Kind
from layers.source import FeatureSource
from styles.xml import child

#: What stands in a style beside symbols and names, as QGIS calls it.
CATEGORIES: Final = "Fields|Forms"
#: How QGIS writes that nothing is chosen in a drop-down.
NOTHING: Final = "{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}"
#: Choices a feature always has one of.
_NEVER_EMPTY: Final = frozenset({"category", "operation", "delivery", "publication"})


def add_forms(root: Element, source: FeatureSource) -> None:
    """Adds titles, widgets and what may be edited, for the properties the source's viewer sees."""
    fields = source.fields()
    writer = source.writer
    writable = writer.items() if writer else {}
    configuration = child(root, "fieldConfiguration")
    for key, field in fields.items():
        made = child(configuration, "field", None, name=key, configurationFlags="None")
        _widget(made, field)
    aliases = child(root, "aliases")
    for place, (key, field) in enumerate(fields.items()):
        child(aliases, "alias", None, field=key, index=str(place), name=str(field.title))
    editable = child(root, "editable")
    for key in ("id", *fields):
        child(editable, "field", None, name=key, editable="1" if key in writable else "0")


def _widget(parent: Element, field: Field) -> None:
    if field.kind is Kind.CHOICE and field.choices:
        _drop_down(parent, field)
    elif field.kind is Kind.BOOLEAN:
        _options(parent, "CheckBox", {"CheckedState": "true", "UncheckedState": "false"})
    elif field.kind is Kind.LONG_TEXT:
        _options(parent, "TextEdit", {"IsMultiline": "true", "UseHtml": "false"})
    elif field.kind is Kind.DATE:
        _options(parent, "DateTime", {"display_format": "yyyy-MM-dd", "field_format": "yyyy-MM-dd",
                                      "calendar_popup": "true", "allow_null": "true"})  # fmt: skip


def _options(parent: Element, kind: str, values: dict[str, str]) -> Element:
    config = child(child(parent, "editWidget", None, type=kind), "config")
    found = child(config, "Option", None, type="Map")
    for name, value in values.items():
        is_switch = value in {"true", "false"} and not name.endswith("State")
        child(found, "Option", None, name=name, value=value, type="bool" if is_switch else "QString")
    return found


def _drop_down(parent: Element, field: Field) -> None:
    """Titles as they read, codes as they are kept; choices in use no more are not offered."""
    listed = child(_options(parent, "ValueMap", {}), "Option", None, name="map", type="List")
    offered = [(title, code) for code, title in field.choices if code not in field.retired_codes]
    if field.key not in _NEVER_EMPTY:
        offered.insert(0, ("–", NOTHING))
    for title, code in offered:
        one = child(listed, "Option", None, type="Map")
        child(one, "Option", None, name=str(title), value=code, type="QString")
