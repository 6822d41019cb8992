"""OGC API – Features, part 4 (20-002r1), and part 5 on writing: the abstract tests, by their ids (must show 1).

Of the class "features" these are not for us: ``put-create`` (PUT makes no feature), ``crs84`` (part 2 is declared),
``gml-srsname`` and ``gml`` (no GML), ``jsonfg`` (JSON-FG "api" is not declared).
"""

import json
from typing import Any

import pytest
from django.test import Client

from gisportal.accounts.tokens import create_token
from layers.access import Level
from layers.models import Resource
from tests.factories import LAT, LON, make_account, make_category, make_district, make_field, make_resource

pytestmark = pytest.mark.django_db

COLLECTION = "/ogc/collections/resources"
ITEMS = f"{COLLECTION}/items"
GEOJSON, MERGE = "application/geo+json", "application/merge-patch+json"
CLASSES = "create-replace-delete update optimistic-locking-etags handling features".split()
SPEC = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf"
POINT = {"type": "Point", "coordinates": [LON, LAT]}
NEW = {"type": "Feature", "geometry": POINT, "properties": {"name": "新", "category": "care", "beds": 3}}
CHANGE = {"properties": {"name": "改"}}
INVALID = {**NEW, "properties": {"category": "care"}}


class Editor:
    """Level A with a token; short ways to ask."""

    def __init__(self) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {create_token(make_account(Level.A))}"})

    def send(self, method: str, path: str, body: Any = None, media: str = GEOJSON, **headers: str) -> Any:
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        content = b"" if body is None else json.dumps(body).encode()
        return self.client.generic(method, path, content, content_type=media, headers=names)

    def get(self, path: str, query: str = "f=json") -> Any:
        return self.client.get(f"{path}?{query}")


@pytest.fixture
def editor(settings: Any) -> Editor:
    settings.LG_CODE = "372013"
    make_category()
    make_district()
    make_field("beds", "number")
    return Editor()


@pytest.fixture
def one(editor: Editor) -> str:
    """Endpoint of an existing feature."""
    return f"{ITEMS}/{make_resource('前', phone='087-111-2222', properties={'beds': 1}).pk}"


def test_conformance_is_declared(editor: Editor) -> None:
    declared = editor.get("/ogc/conformance").json()["conformsTo"]
    assert {f"{SPEC}/{name}" for name in CLASSES} <= set(declared)
    assert "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/returnables-and-receivables" in declared


# --- /conf/create-replace-delete/… ---


def test_options(editor: Editor, one: str) -> None:
    for path, methods in ((ITEMS, {"POST"}), (one, {"PUT", "PATCH", "DELETE"})):
        answer = editor.client.options(path)
        assert answer.status_code == 200 and methods <= set(answer["Allow"].split(", "))
    assert GEOJSON in editor.client.options(ITEMS)["Accept-Post"]


def test_create(editor: Editor, one: str) -> None:
    for body in (NEW, {**NEW, "id": 999_999}):
        before = set(Resource.unscoped.values_list("pk", flat=True))
        answer = editor.send("POST", ITEMS, body)
        assert answer.status_code == 201
        found = editor.get(answer["Location"])
        assert found.status_code == 200
        assert found.json()["properties"].items() >= NEW["properties"].items()  # type: ignore[attr-defined]
        assert found.json()["geometry"] == POINT
        assert found.json()["id"] not in before and answer["Location"].endswith(f"/{found.json()['id']}")


def test_content_type(editor: Editor, one: str) -> None:
    """create-content-type, replace-content-type, /conf/update/update-content-type."""
    assert editor.send("POST", ITEMS, NEW, "").status_code == 400
    assert editor.send("PUT", one, NEW, "").status_code == 400
    assert editor.send("PATCH", one, CHANGE, "").status_code == 400


def test_replace(editor: Editor, one: str) -> None:
    assert editor.send("PUT", one, NEW).status_code in {200, 204}
    found = editor.get(one).json()
    assert (
        found["geometry"] == POINT and found["properties"]["beds"] == 3 and not found["properties"]["phone"]
    )


def test_replace_rid(editor: Editor, one: str) -> None:
    """And /conf/features/geojson: another id in the body is refused, nothing has changed."""
    other = make_resource("ほか").pk
    assert 400 <= editor.send("PUT", one, {**NEW, "id": other}).status_code < 500
    assert editor.get(one).json()["properties"]["name"] == "前"
    assert Resource.unscoped.get(pk=other).name == "ほか"


def test_replace_exceptions(editor: Editor) -> None:
    assert editor.send("PUT", f"{ITEMS}/999998", NEW).status_code == 404
    assert editor.send("PUT", f"{ITEMS}/999999", NEW, if_match='"xyz"').status_code == 404
    assert editor.get(f"{ITEMS}/999999").status_code == 404


def test_delete(editor: Editor, one: str) -> None:
    assert editor.send("DELETE", one).status_code in {200, 204}
    assert editor.get(one).status_code == 404


# --- /conf/update/… ---


def test_update_options(editor: Editor, one: str) -> None:
    answer = editor.client.options(one)
    assert "PATCH" in answer["Allow"] and MERGE in answer["Accept-Patch"]


def test_update(editor: Editor, one: str) -> None:
    before = editor.get(one).json()
    assert editor.send("PATCH", one, CHANGE, MERGE).status_code in {200, 204}
    after = editor.get(one).json()
    del before["properties"]["updated_at"], after["properties"]["updated_at"]
    assert after == {**before, "properties": {**before["properties"], "name": "改"}}


def test_update_rid(editor: Editor, one: str) -> None:
    """And the second document of /conf/features/json-merge-patch."""
    for body in ({"id": 999_999}, {"properties": {"id": 999_999}}):
        assert 400 <= editor.send("PATCH", one, body, MERGE).status_code < 500
    assert editor.get(one).json()["properties"]["name"] == "前"


# --- /conf/optimistic-locking-etags/… ---


@pytest.mark.parametrize(("method", "body", "media"), [("PUT", NEW, GEOJSON), ("PATCH", CHANGE, MERGE)])
def test_locking(editor: Editor, one: str, method: str, body: Any, media: str) -> None:
    """get-etag, replace, update."""
    tag = editor.get(one)["ETag"]
    assert tag.startswith('"') and tag.endswith('"')
    assert editor.send(method, one, body, media, if_match='"0"').status_code == 412
    assert editor.get(one).json()["properties"]["name"] == "前"
    second = editor.send(method, one, body, media, if_match=tag)
    assert second.status_code in {200, 204} and second["ETag"] not in {"", tag}
    assert editor.send(method, one, body, media).status_code in {200, 204}


def test_locking_of_deletion(editor: Editor, one: str) -> None:
    tag, other = editor.get(one)["ETag"], make_resource().pk
    assert editor.send("DELETE", one, if_match='"0"').status_code == 412
    assert editor.get(one).status_code == 200
    assert editor.send("DELETE", one, if_match=tag).status_code in {200, 204}
    assert editor.get(one).status_code == 404
    assert editor.send("DELETE", f"{ITEMS}/{other}").status_code in {200, 204}


# --- /conf/handling/… ---


def test_handling(editor: Editor) -> None:
    """prefer, strict, lenient, preference-applied."""
    for headers in ({}, {"prefer": "handling=strict"}, {"prefer": "handling=lenient"}):
        assert editor.send("POST", ITEMS, NEW, **headers).status_code == 201
    count = Resource.unscoped.count()
    refused = editor.send("POST", ITEMS, INVALID, prefer="handling=strict")
    assert 400 <= refused.status_code < 500 and refused["Preference-Applied"] == "handling=strict"
    assert refused.json()["detail"] and Resource.unscoped.count() == count


# --- /conf/features/… ---


def test_endpoints(editor: Editor, one: str) -> None:
    ids = [feature["id"] for feature in editor.get(ITEMS).json()["features"]]
    assert one in {f"{ITEMS}/{number}" for number in ids}


def test_crs(editor: Editor) -> None:
    known = editor.get(COLLECTION).json()["crs"]
    plane = next(uri for uri in known if uri.endswith("/6672"))
    first = editor.send("POST", ITEMS, NEW)["Location"]
    there = editor.get(first, f"f=json&crs={plane}").json()["geometry"]
    second = editor.send("POST", ITEMS, {**NEW, "geometry": there}, content_crs=f"<{plane}>")["Location"]
    again = editor.get(second, f"f=json&crs={plane}").json()["geometry"]
    assert again["coordinates"] == pytest.approx(there["coordinates"], abs=0.001)
    assert 400 <= editor.send("POST", ITEMS, NEW, content_crs="<http://example.org/none>").status_code < 500


def test_schema(editor: Editor) -> None:
    """And part 5: /req/returnables-and-receivables/link, op, response."""
    links = editor.get(COLLECTION).json()["links"]
    link = next(link for link in links if link["rel"] == "http://www.opengis.net/def/rel/ogc/1.0/schema")
    answer = editor.client.get(link["href"], headers={"Accept": "application/schema+json"})
    assert answer.status_code == 200 and answer["Content-Type"] == "application/schema+json"
    schema = answer.json()
    assert schema["required"] == ["name", "category"] and schema["additionalProperties"] is False
    fixed = [key for key, value in schema["properties"].items() if value.get("readOnly") and key != "id"]
    assert "updated_at" in fixed and "name" not in fixed
    assert editor.send("POST", ITEMS, NEW).status_code == 201
    for key, value in (("nonsense", 1), ("updated_at", "2020-01-01T00:00:00Z"), ("category_title", "x")):
        body = {**NEW, "properties": {**NEW["properties"], key: value}}  # type: ignore[dict-item]
        assert 400 <= editor.send("POST", ITEMS, body).status_code < 500


def test_json_merge_patch(editor: Editor, one: str) -> None:
    """A value changed, one added, one unset, another geometry."""
    moved = {"type": "Point", "coordinates": [LON + 0.01, LAT]}
    body = {"properties": {"name": "改", "url": "https://example.jp/", "phone": None}, "geometry": moved}
    assert editor.send("PATCH", one, body, MERGE).status_code in {200, 204}
    found = editor.get(one).json()
    assert found["properties"]["url"] == "https://example.jp/" and found["properties"]["phone"] is None
    assert found["geometry"]["coordinates"] == pytest.approx(moved["coordinates"], abs=1e-9)
