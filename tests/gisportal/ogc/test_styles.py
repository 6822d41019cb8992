"""OGC API – Styles (20-009) over 高松市: one style for each collection, in three tongues (G4)."""

from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

MAPBOX, SLD, QML = (
    "application/vnd.mapbox.style+json",
    "application/vnd.ogc.sld+xml;version=1.1",
    "application/vnd.qgis.qml+xml",
)


def test_the_list_leads_to_every_style(api: Client) -> None:
    document = api.get("/ogc/styles?f=json").json()
    found = {item["id"] for item in document["styles"]}
    assert {"resources", "districts-former", "districts-towns", "sessions"} <= found
    for style in document["styles"]:
        types = {}
        for link in style["links"]:
            answer = api.get(link["href"])
            assert answer.status_code == 200, link
            assert answer["Content-Type"].replace(" ", "") == link["type"]
            types[link["type"]] = answer
        assert {MAPBOX, SLD, QML, "image/png", "application/json"} == set(types)
        assert types[MAPBOX].json()["version"] == 8
        assert ElementTree.fromstring(types[SLD].content).get("version") == "1.1.0"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("*/*", MAPBOX), ("application/json", MAPBOX), (MAPBOX, MAPBOX), ("application/vnd.ogc.sld+xml", SLD),
        ("application/vnd.ogc.sld+xml;version=1.1", SLD), (QML, QML), ("text/html", "text/html; charset=utf-8"),
        ("application/vnd.ogc.sld+xml, */*;q=0.1", SLD),
    ],
)  # fmt: skip
def test_the_tongue_is_negotiated(api: Client, accept: str, wanted: str) -> None:
    answer = api.get("/ogc/styles/resources", headers={"accept": accept})
    assert answer["Content-Type"] == wanted
    assert "Accept" in answer["Vary"]


def test_a_style_is_that_of_the_portal(api: Client) -> None:
    for form, ending in (("mapbox", "json"), ("sld", "sld"), ("qml", "qml")):
        own = api.get(f"/styles/districts-former.{ending}").content
        assert api.get(f"/ogc/styles/districts-former?f={form}").content == own
        below = api.get(f"/ogc/collections/districts-former/styles/districts-former?f={form}")
        assert below.content == own
        assert api.get(f"/ogc/collections/districts-former/styles/default?f={form}").content == own
        tag = {"if-none-match": below["ETag"]}
        address = f"/ogc/collections/districts-former/styles/districts-former?f={form}"
        assert api.get(address, headers=tag).status_code == 304


def test_metadata_of_a_style(api: Client) -> None:
    about = api.get("/ogc/styles/resources/metadata?f=json").json()
    assert about["id"] == "resources"
    assert [item["link"]["type"] for item in about["stylesheets"]] == [MAPBOX, SLD, QML]
    (layer,) = about["layers"]
    assert (layer["id"], layer["type"]) == ("resources", "point")
    assert {"id": "category"} in layer["attributes"]
    assert api.get(layer["sampleData"]["href"]).status_code == 200
    preview = next(link for link in about["links"] if link["rel"] == "preview")
    assert api.get(preview["href"])["Content-Type"].startswith("image/svg+xml")


def test_the_styles_of_a_collection(api: Client) -> None:
    document = api.get("/ogc/collections/resources/styles?f=json").json()
    assert [item["id"] for item in document["styles"]] == [document["default"]] == ["resources"]
    collection = api.get("/ogc/collections/resources?f=json").json()
    rels = {link["rel"]: link["href"] for link in collection["links"]}
    assert api.get(rels["http://www.opengis.net/def/rel/ogc/1.0/styles"] + "?f=json").json() == document
    classes = api.get("/ogc/conformance?f=json").json()["conformsTo"]
    for name in ("core", "mapbox-styles", "sld-11"):
        assert f"http://www.opengis.net/spec/ogcapi-styles-1/0.0/conf/{name}" in classes


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/ogc/styles/nothing", 404), ("/ogc/styles/nothing/metadata", 404), ("/ogc/styles/resources?f=css", 400),
        ("/ogc/collections/resources/styles/night", 404), ("/ogc/collections/nothing/styles", 404),
        ("/ogc/styles?bogus=1", 400), ("/ogc/styles/resources?q=a", 400), ("/ogc/styles/resources/metadata?q=a", 400),
    ],
)  # fmt: skip
def test_refusals(api: Client, address: str, status: int) -> None:
    answer = api.get(address, headers={"accept": "application/json"})
    assert answer.status_code == status
    assert answer["Content-Type"].partition(";")[0] == "application/problem+json"


@pytest.mark.parametrize("level", ["anonymous", "d"])
def test_what_one_may_not_see_has_no_style(as_level: Callable[[str], Client], level: str) -> None:
    client = as_level(level)
    assert client.get("/ogc/styles?f=json").json()["styles"] == []
    for address in ("/ogc/styles/resources?f=sld", "/ogc/styles/resources/metadata?f=json",
                    "/ogc/collections/resources/styles?f=json"):  # fmt: skip
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/ogc/styles", "/ogc/styles/resources", "/ogc/collections/resources/tiles", "/ogc/tileMatrixSets",
                "/ogc/collections/resources/tiles/WebMercatorQuad", "/ogc/collections/resources/styles"]
)  # fmt: skip
def test_pages(api: Client, address: str) -> None:
    page = api.get(f"{address}?f=html", headers={"accept-language": "ja"}).content.decode()
    assert '<html lang="ja"' in page
    assert "style=" not in page and "<script>" not in page
