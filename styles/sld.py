"""Styles as SLD 1.1 with Symbology Encoding 1.1 (OGC 05-078r4, 05-077r4)."""

from typing import Final
from xml.etree.ElementTree import Element

from styles.symbology import Condition, Drawn, Label, Rule, Symbol, Symbology, scale_denominator
from styles.xml import child, number, written

MEDIA: Final = "application/vnd.ogc.sld+xml;version=1.1"
INK: Final = "#1a1a1c"
PAPER: Final = "#ffffff"
_NAMESPACES: Final = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsi:schemaLocation": "http://www.opengis.net/sld "
    "http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd",
}
#: Marks every renderer knows (05-077r4, 11.3.2); a diamond is a square on its corner. Pentagon and hexagon are known to
#: QGIS; others draw their default mark.
_MARKS: Final = {"diamond": "square", "area": "square", "line": "square"}


def document(style: Symbology) -> bytes:
    """The style of one layer; sizes in px, scales by the 0.28 mm pixel."""
    root = Element("StyledLayerDescriptor", {"version": "1.1.0", **_NAMESPACES})
    layer = child(root, "NamedLayer")
    child(layer, "se:Name", style.name)
    user = child(layer, "UserStyle")
    child(user, "se:Name", style.name)
    child(child(user, "se:Description"), "se:Title", style.title)
    child(user, "IsDefault", "true")
    features = child(user, "se:FeatureTypeStyle")
    for place, rule in enumerate(style.rules):
        _rule(features, rule, style, place)
    if style.label:
        _labels(features, style.label, style.drawn)
    return written(root)


def _rule(parent: Element, rule: Rule, style: Symbology, place: int) -> None:
    made = child(parent, "se:Rule")
    child(made, "se:Name", f"{style.name}-{place + 1}")
    if rule.title:
        child(child(made, "se:Description"), "se:Title", rule.title)
    if rule.condition:
        _filter(made, rule.condition)
    elif style.by_condition:
        _others(made, style)
    _scales(made, rule.min_zoom, rule.max_zoom)
    _symbolizers(made, rule.symbol, style.drawn)


def _scales(rule: Element, min_zoom: float | None, max_zoom: float | None) -> None:
    if max_zoom is not None:
        child(rule, "se:MinScaleDenominator", number(scale_denominator(max_zoom)))
    if min_zoom is not None:
        child(rule, "se:MaxScaleDenominator", number(scale_denominator(min_zoom)))


def _filter(rule: Element, condition: Condition) -> None:
    """The condition as Filter Encoding 1.1."""
    _test(child(rule, "ogc:Filter"), condition)


def _others(rule: Element, style: Symbology) -> None:
    """Features no other rule is for, those without a value too. Not ``ElseFilter``: QGIS 3.22 takes it for all."""
    made = child(child(rule, "ogc:Filter"), "ogc:Or")
    for field in dict.fromkeys(item.condition.field for item in style.by_condition if item.condition):
        child(child(made, "ogc:PropertyIsNull"), "ogc:PropertyName", field)
    negated = child(made, "ogc:Not")
    parent = child(negated, "ogc:Or") if len(style.by_condition) > 1 else negated
    for item in style.by_condition:
        if item.condition:
            _test(parent, item.condition)


def _test(made: Element, condition: Condition) -> None:
    if condition.is_range:
        _range(made, condition)
        return
    parent = child(made, "ogc:Or") if len(condition.values) > 1 else made
    for value in condition.values:
        _compare(parent, "PropertyIsEqualTo", condition.field, value)


def _range(made: Element, condition: Condition) -> None:
    upper = "PropertyIsLessThanOrEqualTo" if condition.is_closed else "PropertyIsLessThan"
    bounds = [("PropertyIsGreaterThanOrEqualTo", condition.low), (upper, condition.high)]
    given = [(name, bound) for name, bound in bounds if bound is not None]
    parent = child(made, "ogc:And") if len(given) > 1 else made
    for name, bound in given:
        _compare(parent, name, condition.field, bound)


def _compare(parent: Element, name: str, field: str, value: str | float | bool) -> None:
    made = child(parent, f"ogc:{name}")
    child(made, "ogc:PropertyName", field)
    child(made, "ogc:Literal", _literal(value))


def _literal(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number(value)


def _symbolizers(rule: Element, symbol: Symbol, drawn: Drawn) -> None:
    """What is drawn; of a layer of all kinds each renderer takes what fits the shape."""
    if drawn in {Drawn.POINTS, Drawn.MIXED}:
        _point(rule, symbol, is_mixed=drawn is Drawn.MIXED)
    if drawn in {Drawn.LINES, Drawn.MIXED}:
        _stroke(child(rule, "se:LineSymbolizer"), symbol.stroke, symbol.width)
    if drawn in {Drawn.AREAS, Drawn.MIXED}:
        made = child(rule, "se:PolygonSymbolizer")
        _fill(made, symbol.colour, symbol.opacity)
        _stroke(made, symbol.stroke, symbol.width)


def _point(rule: Element, symbol: Symbol, *, is_mixed: bool) -> None:
    graphic = child(child(rule, "se:PointSymbolizer"), "se:Graphic")
    mark = child(graphic, "se:Mark")
    child(mark, "se:WellKnownName", _MARKS.get(symbol.shape, symbol.shape))
    _fill(mark, symbol.colour, 1 if is_mixed else symbol.opacity)
    if (
        symbol.shape == "cross"
    ):  # two lines for some renderers, QGIS among them: their colour is that of the stroke
        _stroke(mark, symbol.colour, symbol.radius / 2)
    else:
        _stroke(mark, PAPER if is_mixed else symbol.stroke, 1.5 if is_mixed else symbol.width)
    child(graphic, "se:Size", number(symbol.radius * 2))
    if symbol.shape == "diamond":
        child(graphic, "se:Rotation", "45")


def _fill(parent: Element, colour: str, opacity: float) -> None:
    fill = child(parent, "se:Fill")
    child(fill, "se:SvgParameter", colour, name="fill")
    if opacity < 1:
        child(fill, "se:SvgParameter", number(opacity), name="fill-opacity")


def _stroke(parent: Element, colour: str, width: float) -> None:
    stroke = child(parent, "se:Stroke")
    child(stroke, "se:SvgParameter", colour, name="stroke")
    child(stroke, "se:SvgParameter", number(width), name="stroke-width")


def _labels(parent: Element, label: Label, drawn: Drawn) -> None:
    """Names, beside points and in the middle of shapes."""
    rule = child(parent, "se:Rule")
    child(rule, "se:Name", "names")
    _scales(rule, label.min_zoom, None)
    text = child(rule, "se:TextSymbolizer")
    child(child(text, "se:Label"), "ogc:PropertyName", label.field)
    font = child(text, "se:Font")
    child(font, "se:SvgParameter", "sans-serif", name="font-family")
    child(font, "se:SvgParameter", number(label.size), name="font-size")
    _placement(text, drawn)
    halo = child(text, "se:Halo")
    child(halo, "se:Radius", "1.5")
    _fill(halo, PAPER, 1)
    _fill(text, INK, 1)


def _placement(text: Element, drawn: Drawn) -> None:
    if drawn is Drawn.LINES:
        child(child(text, "se:LabelPlacement"), "se:LinePlacement")
        return
    point = child(child(text, "se:LabelPlacement"), "se:PointPlacement")
    is_beside = drawn is Drawn.POINTS
    anchor = child(point, "se:AnchorPoint")
    child(anchor, "se:AnchorPointX", "0.5")
    child(anchor, "se:AnchorPointY", "1" if is_beside else "0.5")
    if is_beside:
        moved = child(point, "se:Displacement")
        child(moved, "se:DisplacementX", "0")
        child(moved, "se:DisplacementY", "-10")
