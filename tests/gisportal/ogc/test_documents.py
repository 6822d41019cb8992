"""Landing page, collections, schemas and OpenAPI, as JSON and as pages."""

import json
import re
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PATHS = [
    "/ogc/", "/ogc/conformance", "/ogc/openapi", "/ogc/collections", "/ogc/collections/resources",
    "/ogc/collections/districts-former", "/ogc/collections/resources/queryables",
    "/ogc/collections/resources/schema", "/ogc/collections/districts-towns/schema",
    "/ogc/collections/resources/items", "/ogc/collections/districts-former/items",
]  # fmt: skip


def every_link(value: Any) -> list[str]:
    if isinstance(value, dict):
        is_posted = str(value.get("rel", "")).endswith("/execute")
        is_address = isinstance(value.get("href"), str) and not value.get("templated") and not is_posted
        own = [value["href"]] if is_address else []
        return own + [link for part in value.values() for link in every_link(part)]
    return [link for part in value for link in every_link(part)] if isinstance(value, list) else []


def test_every_link_leads_somewhere(api: Client) -> None:
    seen: set[str] = set()
    waiting = ["http://testserver/ogc/"]
    while waiting and len(seen) < 600:
        url = waiting.pop()
        if url in seen:
            continue
        seen.add(url)
        answer = api.get(url)
        assert answer.status_code == 200, url
        if "json" in answer["Content-Type"] and "items" not in url:
            waiting += every_link(answer.json())
    assert not waiting
    assert len(seen) > 30


@pytest.mark.parametrize("path", PATHS)
def test_pages_are_in_japanese_and_load_nothing_from_elsewhere(api: Client, path: str) -> None:
    page = api.get(path, headers={"accept": "text/html", "accept-language": "ja"})
    text = page.content.decode()
    assert page.status_code == 200 and page["Content-Type"].startswith("text/html")
    assert '<html lang="ja"' in text
    assert re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="(?:https?:)?//', text) == []
    assert "<script>" not in text and "style=" not in text


@pytest.mark.parametrize("path", PATHS)
def test_unknown_parameters_are_refused_everywhere(api: Client, path: str) -> None:
    answer = api.get(f"{path}?bogus=1")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "bogus")
    assert api.get(f"{path}?f=json")["Content-Type"].partition(";")[0].endswith("json")


def test_the_definition_is_valid_openapi(api: Client) -> None:
    answer = api.get("/ogc/openapi")
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json;version=3.0"
    rules = json.loads((files("pygeoapi") / "schemas/openapi/openapi-3.0.x.json").read_text())
    jsonschema.validate(answer.json(), rules)
    operations = [one for path in answer.json()["paths"].values() for one in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))


def test_every_parameter_of_the_definition_is_taken(api: Client) -> None:
    """What the definition offers does not come back as unknown."""
    document = api.get("/ogc/openapi").json()
    known = document["components"]["parameters"]
    for slug in ("resources", "districts-former"):
        for parameter in document["paths"][f"/collections/{slug}/items"]["get"]["parameters"]:
            name = (
                known[parameter["$ref"].rpartition("/")[2]]["name"]
                if "$ref" in parameter
                else parameter["name"]
            )
            answer = api.get(
                f"/ogc/collections/{slug}/items?{name}=%3F%3F&limit=1" if name != "limit" else "/ogc/"
            )
            assert "Unknown parameter" not in answer.content.decode(), name
            assert "知らないパラメーター" not in answer.content.decode(), name
            assert answer.status_code in {200, 400}


def test_a_collection_tells_its_crs_and_extent(api: Client, settings: Any) -> None:
    settings.LG_CODE = "372013"
    found = api.get("/ogc/collections/resources").json()
    assert [uri.rpartition("/")[2] for uri in found["crs"]] == [
        "CRS84",
        "4326",
        "6668",
        "4612",
        "3857",
        "6672",
    ]
    assert found["storageCrs"] == "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
    west, south, east, north = found["extent"]["spatial"]["bbox"][0]
    assert 133.8 < west < east < 134.3 and 34.0 < south < north < 34.6
    assert "高松市" in found["attribution"]
    assert len(found["extent"]["temporal"]["interval"][0]) == 2


def test_schemas_have_titles_choices_units_and_roles(api: Client) -> None:
    found = api.get("/ogc/collections/resources/schema")
    assert found["Content-Type"] == "application/schema+json"
    properties = found.json()["properties"]
    assert properties["beds"] == {"title": "病床数", "type": "number", "x-ogc-unit": "床",
                                  "x-ogc-propertySeq": properties["beds"]["x-ogc-propertySeq"]}  # fmt: skip
    assert properties["id"]["x-ogc-role"] == "id"
    assert properties["geometry"]["x-ogc-role"] == "primary-geometry"
    assert properties["updated_at"]["x-ogc-role"] == "primary-instant"
    tsunami = properties["hazard_tsunami"]
    assert tsunami["enum"] == [choice["const"] for choice in tsunami["oneOf"]]
    assert all(choice["title"] for choice in tsunami["oneOf"])


def test_features_keep_to_their_schema(api: Client) -> None:
    for slug in ("resources", "districts-former"):
        rules = api.get(f"/ogc/collections/{slug}/schema/feature").json()
        features = api.get(f"/ogc/collections/{slug}/items?limit=300").json()["features"]
        assert features
        for feature in features:
            kept = {key: value for key, value in feature["properties"].items() if value is not None}
            jsonschema.validate({**feature, "properties": kept}, rules)


def test_queryables_are_taken_as_parameters(api: Client) -> None:
    found = api.get("/ogc/collections/resources/queryables").json()
    assert found["additionalProperties"] is False
    for key in found["properties"]:
        if key != "geometry":
            answer = api.get(f"/ogc/collections/resources/items?{key}=zz&limit=1")
            assert (
                "parameter" not in answer.json()
                or "zz" in str(answer.json())
                or answer.json()["parameter"] == key
            )


@pytest.mark.parametrize(
    "path", ["nothing", "resources/items/0", "resources/items/x", "resources/items/99999999999999999"]
)
def test_nothing_there_is_404(api: Client, path: str) -> None:
    assert api.get(f"/ogc/collections/{path}").status_code == 404
    page = api.get(f"/ogc/collections/{path}", headers={"accept": "text/html"})
    assert page.status_code == 404 and page["Content-Type"].startswith("text/html")


def test_a_slash_at_the_end_does_not_matter(as_level: Callable[[str], Client]) -> None:
    client = as_level("a")
    for path in ("collections/", "conformance/", "collections/resources/", "collections/resources/items/"):
        assert client.get(f"/ogc/{path}").status_code == 200, path
