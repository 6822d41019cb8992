"""One symbology, four tongues: what each of them says of a value is what the model says (G4, G6)."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import translation

from layers.models import Category, StoredEdition, StoredLayer
from layers.stored import catalogue
from styles import documents, legend, qml, sld
from styles.stored import COLOUR, StoredStyle
from styles.symbology import Condition, Drawn, Label, Rule, Symbol, Symbology, scale_denominator

from .conftest import PUBLIC, READER, Ask
from .test_styles import check_expression

SE = "{http://www.opengis.net/se}"
OGC = "{http://www.opengis.net/ogc}"
RED, BLUE, GREY = "#ff0000", "#0000ff", "#888888"


def style_of(
    conditions: Iterable[Condition | None], drawn: Drawn = Drawn.AREAS, label: Label | None = None
) -> Symbology:
    """A style whose rules have colours of their own."""
    rules = [
        Rule(f"規則{place}", Symbol(f"#0000{place:02x}", "square"), condition)
        for place, condition in enumerate(conditions)
    ]
    return Symbology("layer-test", "試し", drawn, tuple(rules), label)


CATEGORIES = style_of([Condition("kind", ("a",)), Condition("kind", ("b'\\\"<", "c")), None])
NUMBERS = style_of([Condition("kind", (1,)), Condition("kind", (2.5,))])
CLASSES = style_of(
    [
        Condition("n", (), None, 0.5),
        Condition("n", (), 0.5, 10),
        Condition("n", (), 10, 20, is_closed=True),
        None,
    ]
)
OPEN = style_of([Condition("n", (), 0, None)])
STYLES = {"categories": CATEGORIES, "numbers": NUMBERS, "classes": CLASSES, "open": OPEN}
VALUES: dict[str, list[Any]] = {
    "categories": ["a", "b'\\\"<", "c", "d", "", None],
    "numbers": [1, 2.5, 3, None],
    "classes": [-3, 0, 0.5, 9.99, 10, 15, 20, 20.01, None],
    "open": [-1, 0, 10**9, None],
}
CASES = [(name, value) for name, values in VALUES.items() for value in values]


def colour_of(style: Symbology, value: Any) -> str | None:
    rule = style.rule_of(value)
    return rule.symbol.colour if rule else None


# --- an evaluator for each tongue, written from its specification -------------------------------------------------


def maplibre(expression: Any, value: Any) -> Any:
    """A MapLibre expression over a feature whose one property has this value."""
    if not isinstance(expression, list):
        return expression
    operator, *parts = expression
    match operator:
        case "get":
            return value
        case "match":
            given, *branches, otherwise = parts
            found = maplibre(given, value)
            for labels, result in zip(branches[::2], branches[1::2], strict=True):
                if found in (labels if isinstance(labels, list) else [labels]):
                    return result
            return otherwise
        case "case":
            *branches, otherwise = parts
            tests = zip(branches[::2], branches[1::2], strict=True)
            return next((result for test, result in tests if maplibre(test, value)), otherwise)
        case "all" | "any":
            return (all if operator == "all" else any)(maplibre(part, value) for part in parts)
        case "typeof":
            found = maplibre(parts[0], value)
            return "number" if isinstance(found, int | float) else "null" if found is None else "string"
        case _:
            left, right = (maplibre(part, value) for part in parts)
            return compared(operator, left, right)


def compared(operator: str, left: Any, right: Any) -> bool:
    if operator == "==":
        return bool(left == right)
    assert isinstance(left, int | float), "an ordering of no number stops a MapLibre style"
    return bool({">=": left >= right, "<": left < right, "<=": left <= right}[operator])


def encoded(element: ElementTree.Element, value: Any) -> bool:
    """A filter of Filter Encoding 1.1."""
    name, parts = element.tag.removeprefix(OGC), list(element)
    match name:
        case "Filter":
            return encoded(parts[0], value)
        case "And" | "Or":
            assert len(parts) > 1
            return (all if name == "And" else any)([encoded(part, value) for part in parts])
        case "Not":
            return not encoded(parts[0], value)
        case "PropertyIsNull":
            return value is None
    literal = parts[1].text or ""
    if value is None:
        return False
    if isinstance(value, str):
        return name == "PropertyIsEqualTo" and value == literal
    return {
        "PropertyIsEqualTo": value == float(literal),
        "PropertyIsGreaterThanOrEqualTo": value >= float(literal),
        "PropertyIsLessThan": value < float(literal),
        "PropertyIsLessThanOrEqualTo": value <= float(literal),
    }[name]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_maplibre_paints_what_the_model_says(name: str, value: Any) -> None:
    style = STYLES[name]
    fill = documents.areas(style)[0]
    check_expression(fill.get("filter"))
    check_expression(fill["paint"]["fill-color"])
    is_drawn = maplibre(fill.get("filter", True), value)
    assert (maplibre(fill["paint"]["fill-color"], value) if is_drawn else None) == colour_of(style, value)


@pytest.mark.parametrize(("name", "value"), CASES)
def test_sld_paints_what_the_model_says(name: str, value: Any) -> None:
    """By exactly one rule: renderers paint every rule that fits."""
    root = ElementTree.fromstring(sld.document(STYLES[name]))
    met = [
        rule
        for rule in root.iter(f"{SE}Rule")
        if (found := rule.find(f"{OGC}Filter")) is None or encoded(found, value)
    ]
    colours = [rule.find(f".//{SE}Fill/{SE}SvgParameter[@name='fill']").text for rule in met]  # type: ignore[union-attr]
    wanted = colour_of(STYLES[name], value)
    assert colours == ([wanted] if wanted else [])


@pytest.mark.parametrize("name", STYLES)
def test_qml_has_each_rule_once(name: str) -> None:
    style = STYLES[name]
    root = ElementTree.fromstring(qml.document(style))
    symbols = {item.get("name"): item for item in root.iter("symbol")}
    named = [item.get("symbol") or "" for item in (*root.iter("category"), *root.iter("rule"))]
    assert named == [str(place) for place in range(len(style.rules))]
    for place, rule in enumerate(style.rules):
        values = {item.get("k"): item.get("v") for item in symbols[str(place)].iter("prop")}
        options = {
            item.get("name"): item.get("value")
            for item in symbols[str(place)].iter("Option")
            if item.get("name")
        }
        assert values == options
        assert (
            values["color"]
            == ",".join(str(int(rule.symbol.colour[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"
        )


def test_qml_expressions_are_quoted() -> None:
    assert qml.expression(Condition('a"b', ("it's", "\\"))) == "\"a\"\"b\" IN ('it''s', '\\\\')"
    assert qml.expression(Condition("n", (), 1, 2.5, is_closed=True)) == '"n" >= 1 AND "n" <= 2.5'
    assert qml.expression(Condition("b", (True,))) == '"b" = true'


def test_shapes_by_the_marks_renderers_know() -> None:
    """Circle, square, triangle, star and cross are well known (05-077r4); a diamond is a square on its corner."""
    shapes = ("circle", "square", "triangle", "star", "cross", "diamond")
    rules = tuple(Rule(shape, Symbol(RED, shape), Condition("c", (shape,))) for shape in shapes)
    root = ElementTree.fromstring(sld.document(Symbology("s", "t", Drawn.POINTS, rules)))
    graphics = list(root.iter(f"{SE}Graphic"))
    marks = [item.findtext(f"{SE}Mark/{SE}WellKnownName") for item in graphics]
    assert marks == ["circle", "square", "triangle", "star", "cross", "square"]
    assert [item.findtext(f"{SE}Rotation") for item in graphics] == [None] * 5 + ["45"]


def test_scales() -> None:
    """Zoom 0 shows the world in 512 px of 0.28 mm; each zoom halves the denominator."""
    assert scale_denominator(0) == pytest.approx(2 * 20037508.342789244 / 512 / 0.00028)
    assert scale_denominator(3) == scale_denominator(0) / 8
    rule = Rule("近く", Symbol(RED), None, min_zoom=10, max_zoom=12)
    style = Symbology("s", "t", Drawn.POINTS, (rule,), Label("name", 15))
    root = ElementTree.fromstring(sld.document(style))
    first, names = root.iter(f"{SE}Rule")
    assert float(first.findtext(f"{SE}MaxScaleDenominator") or 0) == pytest.approx(scale_denominator(10))
    assert float(first.findtext(f"{SE}MinScaleDenominator") or 0) == pytest.approx(scale_denominator(12))
    assert float(names.findtext(f"{SE}MaxScaleDenominator") or 0) == pytest.approx(scale_denominator(15))
    (of_qgis,) = ElementTree.fromstring(qml.document(style)).iter("rule")
    assert float(of_qgis.get("scalemaxdenom") or 0) == pytest.approx(scale_denominator(10))
    assert float(of_qgis.get("scalemindenom") or 0) == pytest.approx(scale_denominator(12))


# --- uploaded layers ----------------------------------------------------------------------------------------------


def test_a_kept_style_is_read_within_bounds() -> None:
    read = StoredStyle.read(
        {"kind": "classes", "field": "n", "opacity": 7, "width": -1, "radius": "big", "stroke": "red",
         "rules": [{"min": 0, "max": float("nan"), "colour": RED}, {"min": 1, "max": 2, "colour": "no"},
                   {"min": 3, "max": 4, "title": "三", "colour": "#ABCDEF"}]},
        "題",
    )  # fmt: skip
    assert (read.opacity, read.width, read.radius, read.stroke) == (1, 0, 6, "#ffffff")
    assert [(rule.title, rule.colour, rule.low, rule.high) for rule in read.rules] == [
        ("0 – ", RED, 0, None), ("三", "#abcdef", 3, 4),
    ]  # fmt: skip
    assert StoredStyle.read({}, "題").other_colour == COLOUR
    assert (
        StoredStyle.read({"kind": "single", "rules": [{"title": "", "colour": BLUE}]}, "題").other_colour
        == BLUE
    )


@pytest.fixture
def layer(categories: dict[str, Category]) -> StoredLayer:
    """An uploaded layer of areas by three classes."""
    fields = [
        {"key": "people", "title": "人口", "kind": "number"},
        {"key": "name", "title": "町", "kind": "text"},
    ]
    style = {
        "kind": "classes", "field": "people", "other_colour": GREY, "opacity": 0.5, "stroke": "#333333", "width": 2,
        "rules": [{"min": 0, "max": 4, "title": "少", "colour": RED},
                  {"min": 5, "max": 9, "title": "多", "colour": BLUE}],
    }  # fmt: skip
    made = StoredLayer.unscoped.create(
        slug="people",
        title="人口",
        geometry_type="MultiPolygon",
        fields=fields,
        style=style,
        audience="public",
    )
    made.current = StoredEdition.unscoped.create(
        layer=made, number=1, geometry_type="MultiPolygon", fields=fields, ready_at=datetime.now(UTC)
    )
    made.save()
    catalogue.forget()
    return made


def test_an_uploaded_layer_in_every_tongue(ask: Ask, layer: StoredLayer) -> None:
    style = json.loads(ask("/styles/layer-people.json").content)
    assert style["sources"]["layer-people"]["url"].endswith("/tiles/layer-people.json?fields=people")
    fill = next(item for item in style["layers"] if item["type"] == "fill")
    wanted = {0: RED, 4.5: RED, 5: BLUE, 9: BLUE, 10: GREY, None: GREY}
    assert {value: maplibre(fill["paint"]["fill-color"], value) for value in wanted} == wanted
    assert fill["paint"]["fill-opacity"] == 0.5
    kept = style["metadata"]["gisportal:symbology"]
    assert [rule["symbol"]["colour"] for rule in kept["rules"]] == [RED, BLUE, GREY]
    as_sld, as_qml = ask("/styles/layer-people.sld"), ask("/styles/layer-people.qml")
    assert as_sld["Content-Type"] == "application/vnd.ogc.sld+xml;version=1.1"
    assert as_qml["Content-Type"] == "application/vnd.qgis.qml+xml"
    for answer in (as_sld, as_qml):
        assert ElementTree.fromstring(answer.content) is not None
        assert "少" in answer.content.decode()
    picture = ask("/styles/layer-people/legend.svg").content.decode()
    assert all(word in picture for word in ("少", "多", "その他", RED, BLUE, GREY))


def test_a_changed_style_shows_at_once(ask: Ask, layer: StoredLayer) -> None:
    for number, ending in enumerate(("sld", "qml", "json")):
        address = f"/styles/layer-people.{ending}"
        before = ask(address)
        assert ask(address, **{"If-None-Match": before["ETag"]}).status_code == 304
        layer.style = {**layer.style, "rules": [{"min": 0, "max": 4, "colour": f"#00{number}000"}]}
        layer.save()
        assert ask(address, **{"If-None-Match": before["ETag"]}).status_code == 200


def test_an_uploaded_layer_one_may_not_see_has_no_style(ask: Ask, layer: StoredLayer) -> None:
    layer.audience = "staff"
    layer.save()
    for ending in (".json", ".sld", ".qml", "/legend.svg"):
        assert ask(f"/styles/layer-people{ending}", READER).status_code == 404
        assert ask(f"/styles/layer-people{ending}", PUBLIC).status_code == 404


@pytest.mark.parametrize("name", ["resources", "districts-area", "sessions"])
@pytest.mark.parametrize("ending", ["sld", "qml"])
def test_every_source_has_a_style_in_xml(
    ask: Ask, categories: dict[str, Category], name: str, ending: str
) -> None:
    answer = ask(f"/styles/{name}.{ending}")
    assert answer.status_code == 200
    root = ElementTree.fromstring(answer.content)
    assert root.tag == ("qgis" if ending == "qml" else "{http://www.opengis.net/sld}StyledLayerDescriptor")
    assert ask(f"/styles/{name}.{ending}?colour=red").status_code == 400
    assert ask(f"/styles/{name}.{ending}", None).status_code == 404


def test_titles_in_the_language_in_force(ask: Ask, categories: dict[str, Category]) -> None:
    with translation.override("en"):
        assert "<se:Title>Care</se:Title>" in ask("/styles/resources.sld").content.decode()
    assert legend.lines_of(CATEGORIES)[0].title == "規則0"
