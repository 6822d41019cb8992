"""Style documents against the MapLibre style specification, version 8, and against the categories in force (G6)."""

import json
from typing import Any

import pytest
from django.utils import translation

from layers.access import Level, Viewer
from layers.models import Category

from .conftest import READER, Ask

#: Layer type → keys of ``paint`` and ``layout`` used here that the specification knows for it.
KNOWN = {
    "background": {"background-color"},
    "fill": {"fill-color", "fill-opacity"},
    "line": {"line-color", "line-width", "line-dasharray"},
    "circle": {"circle-radius", "circle-color", "circle-stroke-color", "circle-stroke-width"},
    "symbol": {
        "text-field", "text-font", "text-size", "text-allow-overlap", "text-anchor", "text-offset", "text-optional",
        "text-max-width", "text-color", "text-halo-color", "text-halo-width",
    },
}  # fmt: skip
OPERATORS = {
    "match", "get", "has", "!", "interpolate", "linear", "log10", "to-string", "case", "==", "zoom", "all", "any",
    "typeof", ">=", "<=", "<",
}  # fmt: skip


def check_expression(value: Any) -> None:
    """Every array that begins with a word is an expression of the specification."""
    if not isinstance(value, list) or not value or not isinstance(value[0], str) or value == ["sans-serif"]:
        return
    assert value[0] in OPERATORS, value
    if value[0] == "match":
        labels = [part for item in value[2:-1:2] for part in (item if isinstance(item, list) else [item])]
        assert len(value) % 2 == 1
        assert len(labels) == len(set(labels)) > 0
    if value[0] == "interpolate":
        stops = value[3::2]
        assert stops == sorted(stops)
    for place, part in enumerate(value[1:]):
        if not (value[0] == "match" and place % 2 == 1):  # labels are no expressions
            check_expression(part)


def check_document(style: dict[str, Any]) -> None:
    """Structure the specification asks for."""
    assert style["version"] == 8
    assert {layer["id"] for layer in style["layers"]} and len(
        {layer["id"] for layer in style["layers"]}
    ) == len(style["layers"])
    for source in style["sources"].values():
        assert source["type"] == "vector"
        assert source["url"].startswith("http://localhost/tiles/")
    for layer in style["layers"]:
        allowed = KNOWN[layer["type"]]
        if layer["type"] != "background":
            assert layer["source"] in style["sources"]
            assert layer["source-layer"]
        for part in ("paint", "layout"):
            for key, value in layer.get(part, {}).items():
                assert key in allowed, (layer["id"], key)
                check_expression(value)
        check_expression(layer.get("filter"))


@pytest.mark.parametrize(
    "address",
    [
        "/styles/resources.json", "/styles/resources.json?basemap=own", "/styles/districts-area.json",
        "/styles/districts-area.json?basemap=own", "/styles/basemap.json",
    ],
)  # fmt: skip
def test_documents_follow_the_specification(ask: Ask, categories: dict[str, Category], address: str) -> None:
    response = ask(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    check_document(json.loads(response.content))


def test_categories_are_told_as_they_are(ask: Ask, categories: dict[str, Category]) -> None:
    style = json.loads(ask("/styles/resources.json").content)
    assert style["metadata"]["gisportal:categories"] == [
        {"code": "care", "title": "介護", "colour": "#7a3e00", "shape": "square", "parent": None, "top": "care",
         "order": 0},
        {"code": "day_care", "title": "デイ", "colour": "#000080", "shape": "square", "parent": "care", "top": "care",
         "order": 1},
        {"code": "child", "title": "子育て<b>", "colour": "#1d6b2f", "shape": "star", "parent": None, "top": "child",
         "order": 2},
    ]  # fmt: skip
    points = next(layer for layer in style["layers"] if layer["id"] == "resources-points")
    colours = points["paint"]["circle-color"]
    assert colours[:2] == ["match", ["get", "category"]]
    assert dict(zip(colours[2:-1:2], colours[3:-1:2], strict=True)) == {
        "care": "#7a3e00", "day_care": "#000080", "child": "#1d6b2f",
    }  # fmt: skip


def test_a_colour_changes_at_once(ask: Ask, categories: dict[str, Category]) -> None:
    for address in ("/styles/resources.json", "/styles/resources/legend.svg", "/styles/resources/legend.png"):
        before = ask(address)
        assert ask(address, **{"If-None-Match": before["ETag"]}).status_code == 304
        categories["child"].colour = (
            "#0000ff" if address.endswith("json") else "#00ff00" if "svg" in address else "#ff00ff"
        )
        categories["child"].save()
        after = ask(address, **{"If-None-Match": before["ETag"]})
        assert after.status_code == 200
        assert after.content != before.content
        assert after["Cache-Control"] == "private, no-cache"


def test_a_style_speaks_the_language_in_force(ask: Ask, categories: dict[str, Category]) -> None:
    with translation.override("en"):
        style = json.loads(ask("/styles/resources.json").content)
    assert style["metadata"]["gisportal:categories"][0]["title"] == "Care"


def test_no_categories_yet(ask: Ask, db: None) -> None:
    Category.objects.all().delete()
    check_document(json.loads(ask("/styles/resources.json").content))
    assert ask("/styles/resources/legend.svg").status_code == 200
    assert ask("/styles/resources/legend.png").status_code == 200


@pytest.mark.parametrize("name", ["resources", "districts-area"])
@pytest.mark.parametrize("ending", [".json", "/legend.svg", "/legend.png"])
def test_a_style_one_may_not_see_does_not_exist(
    ask: Ask, categories: dict[str, Category], name: str, ending: str
) -> None:
    for nobody in (Viewer(), None, Viewer(level=Level.D, account_id=4)):
        assert ask(f"/styles/{name}{ending}", nobody).status_code == 404
    assert ask(f"/styles/{name}{ending}", READER).status_code == 200
    assert ask(f"/styles/nothing{ending}", READER).status_code == 404


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("/styles/resources.json?basemap=other", "basemap"),
        ("/styles/resources.json?colour=red", "colour"),
        ("/styles/resources/legend.svg?q=a", "q"),
        ("/styles/resources/legend.svg?counts=perhaps", "counts"),
        ("/styles/resources/legend.png?counts=true&category=nothing", "category"),
    ],
)
def test_bad_parameters(ask: Ask, categories: dict[str, Category], address: str, parameter: str) -> None:
    response = ask(address)
    assert response.status_code == 400
    assert json.loads(response.content)["parameter"] == parameter
