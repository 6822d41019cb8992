"""Styles as QGIS keeps them (QML), for QGIS 3.22 and later.

Rules over one value each become categories, as QGIS itself would make them; anything else becomes a renderer by rules.
"""

from typing import Final
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element

from layers.source import FeatureSource
from styles import forms
from styles.symbology import Condition, Drawn, Label, Symbol, Symbology, scale_denominator
from styles.xml import child, number, written

MEDIA: Final = "application/vnd.qgis.qml+xml"
VERSION: Final = "3.22.0-Białowieża"
INK: Final = "#1a1a1c"
PAPER: Final = "#ffffff"
_DOCTYPE: Final = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
#: Names of shapes where QGIS has another: its cross is two lines.
_SHAPES: Final = {"cross": "cross_fill", "area": "square", "line": "square"}
_TYPES: Final = {Drawn.POINTS: "marker", Drawn.LINES: "line", Drawn.AREAS: "fill"}


def document(style: Symbology, source: FeatureSource | None = None) -> bytes:
    """The style of one layer; sizes in px. With ``source`` also titles and widgets of its properties."""
    categories = "Symbology|Labeling" + (f"|{forms.CATEGORIES}" if source else "")
    root = Element("qgis", {"version": VERSION, "styleCategories": categories, "labelsEnabled": "0"})
    if style.drawn is Drawn.MIXED:
        _mixed(root, style)
    elif _has_categories(style):
        _categorized(root, style)
    else:
        _rule_based(root, style)
    if style.label:
        root.set("labelsEnabled", "1")
        _labeling(root, style.label, style.drawn)
    child(root, "blendMode", "0")
    if source is not None:
        forms.add_forms(root, source)
    return written(root, _DOCTYPE)


def _has_categories(style: Symbology) -> bool:
    conditions = [rule.condition for rule in style.by_condition if rule.condition]
    is_single = all(
        not item.is_range and len(item.values) == 1 and item.field == style.field for item in conditions
    )
    has_scales = any(rule.min_zoom is not None or rule.max_zoom is not None for rule in style.rules)
    return bool(conditions) and is_single and not has_scales


def _renderer(root: Element, kind: str, **attributes: str) -> Element:
    found = {
        "type": kind,
        "symbollevels": "0",
        "enableorderby": "0",
        "forceraster": "0",
        "referencescale": "-1",
    }
    return child(root, "renderer-v2", None, **found, **attributes)


def _categorized(root: Element, style: Symbology) -> None:
    renderer = _renderer(root, "categorizedSymbol", attr=style.field or "")
    categories = child(renderer, "categories")
    for place, rule in enumerate(style.rules):
        value = rule.condition.values[0] if rule.condition else ""
        child(
            categories, "category", None, symbol=str(place), value=_text(value), label=rule.title,
            render="true", type=_type(value) if rule.condition else "NULL",
        )  # fmt: skip
    _symbols(renderer, style)


def _type(value: object) -> str:
    return "bool" if isinstance(value, bool) else "string" if isinstance(value, str) else "double"


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(value)


def _rule_based(root: Element, style: Symbology) -> None:
    renderer = _renderer(root, "RuleRenderer")
    rules = child(renderer, "rules", None, key=_key(style.name))
    for place, rule in enumerate(style.rules):
        attributes = {"key": _key(f"{style.name}/{place}"), "symbol": str(place), "label": rule.title}
        if rule.condition:
            attributes["filter"] = expression(rule.condition)
        elif style.by_condition:
            attributes["filter"] = _others(style)
        child(rules, "rule", None, **attributes, **_scales(rule.min_zoom, rule.max_zoom))
    _symbols(renderer, style)


def _mixed(root: Element, style: Symbology) -> None:
    """Of a layer of all kinds QGIS makes one layer of each: rules of one kind hold symbols of that kind only."""
    renderer = _renderer(root, "RuleRenderer")
    rules = child(renderer, "rules", None, key=_key(style.name))
    symbols = child(renderer, "symbols")
    kinds = (("point", Drawn.POINTS), ("line", Drawn.LINES), ("polygon", Drawn.AREAS))
    for place, rule in enumerate(style.rules):
        for kind, drawn in kinds:
            name = f"{place}-{kind}"
            test = f"geom_to_wkt($geometry, 0) ILIKE '%{kind}%'"
            wanted = f"({expression(rule.condition)}) AND {test}" if rule.condition else test
            child(
                rules,
                "rule",
                None,
                key=_key(f"{style.name}/{name}"),
                symbol=name,
                label=rule.title,
                filter=wanted,
            )
            _symbol(symbols, name, rule.symbol, drawn)


def expression(condition: Condition) -> str:
    """The condition in QGIS's own language."""
    field = _name(condition.field)
    if not condition.is_range:
        values = ", ".join(_quoted(value) for value in condition.values)
        return f"{field} = {values}" if len(condition.values) == 1 else f"{field} IN ({values})"
    upper = "<=" if condition.is_closed else "<"
    bounds = [(">=", condition.low), (upper, condition.high)]
    return " AND ".join(f"{field} {sign} {number(bound)}" for sign, bound in bounds if bound is not None)


def _quoted(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return _text(value)
    return (
        "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
        if isinstance(value, str)
        else number(value)
    )


def _others(style: Symbology) -> str:
    """Features no other rule is for, those without a value too; ``ELSE`` is not honoured everywhere in 3.22."""
    conditions = [rule.condition for rule in style.by_condition if rule.condition]
    missing = " OR ".join(
        f"{_name(field)} IS NULL" for field in dict.fromkeys(item.field for item in conditions)
    )
    met = " OR ".join(f"({expression(item)})" for item in conditions)
    return f"{missing} OR NOT ({met})"


def _name(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'


def _scales(min_zoom: float | None, max_zoom: float | None) -> dict[str, str]:
    """QGIS calls the denominator of the smallest scale the largest: shown between ``scalemindenom`` and ``…max``."""
    found = {}
    if max_zoom is not None:
        found["scalemindenom"] = number(scale_denominator(max_zoom))
    if min_zoom is not None:
        found["scalemaxdenom"] = number(scale_denominator(min_zoom))
    return found


def _key(name: str) -> str:
    """A rule keeps its key as long as it has its place: QGIS remembers by it what is switched off."""
    return "{" + str(uuid5(NAMESPACE_URL, f"gisportal:style:{name}")) + "}"


def _symbols(renderer: Element, style: Symbology) -> None:
    symbols = child(renderer, "symbols")
    for place, rule in enumerate(style.rules):
        _symbol(symbols, str(place), rule.symbol, style.drawn)


def _symbol(parent: Element, name: str, symbol: Symbol, drawn: Drawn) -> None:
    made = child(
        parent, "symbol", None, type=_TYPES[drawn], name=name, alpha="1", force_rhr="0", clip_to_extent="1"
    )
    match drawn:
        case Drawn.POINTS:
            _layer(made, "SimpleMarker", _marker(symbol))
        case Drawn.LINES:
            _layer(made, "SimpleLine", _line(symbol))
        case _:
            _layer(made, "SimpleFill", _fill(symbol))


def _layer(symbol: Element, kind: str, values: dict[str, str]) -> None:
    """Values twice, as QGIS 3.22 itself writes them: older versions read ``prop``."""
    layer = child(symbol, "layer", None, **{"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    options = child(layer, "Option", None, type="Map")
    for name, value in values.items():
        child(options, "Option", None, name=name, value=value, type="QString")
    for name, value in values.items():
        child(layer, "prop", None, k=name, v=value)


def _marker(symbol: Symbol) -> dict[str, str]:
    return {
        "name": _SHAPES.get(symbol.shape, symbol.shape),
        "color": _rgba(symbol.colour, symbol.opacity),
        "outline_color": _rgba(symbol.stroke),
        "outline_style": "solid",
        "outline_width": number(symbol.width),
        "outline_width_unit": "Pixel",
        "size": number(symbol.radius * 2),
        "size_unit": "Pixel",
        "angle": "0",
    }


def _line(symbol: Symbol) -> dict[str, str]:
    return {
        "line_color": _rgba(symbol.stroke),
        "line_style": "solid",
        "line_width": number(symbol.width),
        "line_width_unit": "Pixel",
        "joinstyle": "round",
        "capstyle": "round",
    }


def _fill(symbol: Symbol) -> dict[str, str]:
    return {
        "color": _rgba(symbol.colour, symbol.opacity),
        "style": "solid",
        "outline_color": _rgba(symbol.stroke),
        "outline_style": "solid",
        "outline_width": number(symbol.width),
        "outline_width_unit": "Pixel",
        "joinstyle": "round",
    }


def _rgba(colour: str, opacity: float = 1.0) -> str:
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return ",".join(map(str, [*parts, round(opacity * 255)]))


def _labeling(root: Element, label: Label, drawn: Drawn) -> None:
    """Names; placement 0 is around points, 1 over the middle, 3 along lines."""
    settings = child(child(root, "labeling", None, type="simple"), "settings", None, calloutType="simple")
    text = child(
        settings, "text-style", None, fieldName=label.field, fontFamily="sans-serif", fontSize=number(label.size),
        fontSizeUnit="Pixel", textColor=_rgba(INK), textOpacity="1", isExpression="0",
    )  # fmt: skip
    child(
        text, "text-buffer", None, bufferDraw="1", bufferSize="1.5", bufferSizeUnits="Pixel",
        bufferColor=_rgba(PAPER), bufferOpacity="1",
    )  # fmt: skip
    placement = {Drawn.POINTS: "0", Drawn.LINES: "3"}.get(drawn, "1")
    child(settings, "placement", None, placement=placement, dist="1", distUnits="MM")
    has_scale = label.min_zoom is not None
    lowest = number(scale_denominator(label.min_zoom or 0))
    child(
        settings, "rendering", None, scaleVisibility="1" if has_scale else "0",
        scaleMax="1", scaleMin=lowest if has_scale else "0", drawLabels="1", obstacle="1",
    )  # fmt: skip
