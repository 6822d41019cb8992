"""What QGIS 3.32 and later send when a layer is edited, replayed on a real port.

Facts read in the source of QGIS (``src/providers/wfs/oapif/`` and ``qgsbasenetworkrequest.cpp``, releases 3.34 to 3.44;
editing came with qgis/QGIS#52504 in 3.32, schemas with #61055 in 3.44):

- to open a layer: landing page, ``/openapi``, the collection, ``/conformance``, ``items?limit=10``, from 3.44 the
  schema (link ``http://www.opengis.net/def/rel/ogc/1.0/schema``), then OPTIONS on ``items`` and, where that allows
  POST, OPTIONS on the first item found, or on ``items/unknown_id``. The answers decide for the whole layer.
- POST, PUT: ``application/geo+json``; PATCH: ``application/merge-patch+json``; no ``Accept``, no ``If-Match``, never.
- With PATCH allowed, PUT is not used; geometry and attributes come as two requests, the geometry first.
- ``Content-Crs`` has no angle brackets and is left out for CRS84; axes are swapped where the CRS swaps them.
- The number of a new feature is what follows the last ``/items/`` of the header ``Location``, in this spelling only
  before qgis/QGIS#61814; the feature is then read again. A refusal shows its HTTP status only, so what may be edited
  has to be told before.
- Every property is sent when a feature is added, ``null`` for what was left empty; the ``id`` is left out.
- Choices: the schema's ``enum`` is not read (3.44); drop-downs come with the layer's QML.
"""

import base64
import http.client
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from pyproj import Transformer

from gisportal.accounts.tokens import create_token
from layers.access import Level
from layers.models import Resource, Responsibility
from tests.factories import LAT, LON, make_account, make_category, make_district, make_field, make_resource

AGENT = "Mozilla/5.0 QGIS/34405/Debian GNU/Linux 12 (bookworm)"
RELATION = "http://www.opengis.net/def/rel/ogc/1.0/schema"


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str:
        """As QGIS looks for it: by this very spelling."""
        return next((value for key, value in self.headers if key == name), "")


class Qgis:
    """A layer of QGIS: what it asks, in its order, with its headers (HTTP Basic, the token as password)."""

    def __init__(self, address: str, token: str) -> None:
        self.root = urlsplit(address)
        self.credentials = base64.b64encode(f"qgis:{token}".encode()).decode()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        link = http.client.HTTPConnection(self.root.hostname or "", self.root.port, timeout=60)
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        content = None if body is None else json.dumps(body).encode()
        common = {
            "User-Agent": AGENT,
            "Authorization": f"Basic {self.credentials}",
            "Accept-Language": "ja-JP,en,*",
        }
        link.request(method, path, content, {**common, **names})
        answer = link.getresponse()
        found = Answer(answer.status, answer.getheaders(), answer.read())
        link.close()
        return found

    def open(self, collection: str = "resources") -> set[str]:
        """Opens the layer; the verbs it then offers."""
        landing = self.send("GET", "/ogc/", Accept="application/json").json()
        links = {
            link["rel"]: urlsplit(link["href"]) for link in landing["links"] if "html" not in link["type"]
        }
        assert self.send("GET", links["service-desc"].path, Accept="application/vnd.oai.openapi+json;version=3.0, "
                         "application/openapi+json;version=3.0, application/json").status == 200  # fmt: skip
        self.address = f"{links['data'].path}/{collection}"
        described = self.send("GET", self.address, Accept="application/json").json()
        self.classes = self.send("GET", links["conformance"].path, Accept="application/json").json()[
            "conformsTo"
        ]
        self.crs = described["crs"]
        first = self.send(
            "GET", f"{self.address}/items?limit=10", Accept="application/geo+json, application/json"
        )
        schema = next(link for link in described["links"] if link["rel"] == RELATION)
        assert schema["type"] == "application/schema+json"
        self.schema = self.send("GET", urlsplit(schema["href"]).path, Accept="application/schema+json").json()
        return self.verbs(first.json()["features"])

    def verbs(self, features: list[dict[str, Any]]) -> set[str]:
        found = self.allowed(f"{self.address}/items")
        if "POST" not in found:
            return set()
        one = str(features[0]["id"]) if features else "unknown_id"
        return found | self.allowed(f"{self.address}/items/{one}")

    def allowed(self, path: str) -> set[str]:
        answer = self.send("OPTIONS", path)
        assert answer.status == 200
        return {name.strip() for name in answer.header("Allow").split(",")}

    def add(self, properties: dict[str, Any], point: list[float] | None, **headers: str) -> str:
        """Adds a feature as ``QgsJsonExporter`` writes it; its number, empty where it was refused."""
        every = {key: None for key in self.schema["properties"] if key not in {"id", "geometry"}}
        geometry = None if point is None else {"type": "Point", "coordinates": point}
        body = {"type": "Feature", "geometry": geometry, "properties": {**every, **properties}}
        answer = self.send(
            "POST", f"{self.address}/items", body, Content_Type="application/geo+json", **headers
        )
        _before, found, number = answer.header("Location").rpartition("/items/")
        return number if found and answer.status < 300 else ""

    def patch(self, number: str, body: Any, **headers: str) -> int:
        path = f"{self.address}/items/{number}"
        return self.send("PATCH", path, body, Content_Type="application/merge-patch+json", **headers).status

    def read(self, number: str) -> Answer:
        return self.send(
            "GET", f"{self.address}/items/{number}", Accept="application/geo+json, application/json"
        )


@dataclass
class City:
    address: str
    tokens: dict[str, str]
    own: int
    other: int

    def qgis(self, level: str) -> Qgis:
        return Qgis(self.address, self.tokens[level])


@pytest.fixture
def city(transactional_db: None, live_server: Any) -> Iterator[City]:
    """Two entries, the second one of levels B and C, served on a port."""
    make_district()
    make_field("beds", "number", title="病床数", unit="床")
    make_field("kind", "choice", choices=[{"code": "x", "title": "甲"}, {"code": "y", "title": "乙"}])
    tokens = {}
    other, own = make_resource("ほかの事業所").pk, make_resource("自分の事業所").pk
    for level in (Level.A, Level.B, Level.C, Level.D):
        account = make_account(level)
        tokens[str(level)] = create_token(account)
        if level in {Level.B, Level.C}:
            Responsibility.unscoped.create(resource_id=own, account=account)
    yield City(live_server.url, tokens, own, other)
    connection.close()


def test_qgis_adds_changes_and_deletes(city: City) -> None:
    qgis = city.qgis("a")
    assert qgis.open() == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    number = qgis.add({"name": "新しい", "category": "care", "beds": 12.0, "kind": "x"}, [LON, LAT])
    assert number.isdigit()
    read = qgis.read(number)
    assert read.status == 200 and read.json()["properties"]["beds"] == 12
    moved = {"geometry": {"type": "Point", "coordinates": [LON + 0.01, LAT]}}
    assert qgis.patch(number, moved) == 204
    assert qgis.patch(number, {"properties": {"name": "改めた", "beds": None, "kind": "y"}}) == 204
    assert qgis.send("DELETE", f"{qgis.address}/items/{number}").status == 204
    row = Resource.unscoped.get(pk=number)
    assert (row.name, row.properties, row.geom_origin) == ("改めた", {"kind": "y"}, "hand")
    assert row.deleted_at is not None and qgis.read(number).status == 404


def test_qgis_writes_in_the_crs_of_the_layer(city: City) -> None:
    """A layer opened in a CRS whose north comes first: axes as the CRS has them, no angle brackets."""
    qgis = city.qgis("a")
    qgis.open()
    metres = list(Transformer.from_crs("OGC:CRS84", "EPSG:3857").transform(LON, LAT))
    for code, point in ((4326, [LAT, LON]), (6668, [LAT, LON]), (3857, metres)):
        uri = next(crs for crs in qgis.crs if crs.endswith(f"/{code}"))
        number = qgis.add({"name": f"点{code}", "category": "care"}, point, Content_Crs=uri)
        x, y = qgis.read(number).json()["geometry"]["coordinates"]
        assert (round(x, 3), round(y, 3)) == (LON, LAT), code


def test_the_schema_gives_qgis_its_fields(city: City) -> None:
    """Types, titles, comments and what is read-only (3.44); nothing else of the schema is read."""
    qgis = city.qgis("a")
    qgis.open()
    assert "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas" in qgis.classes
    assert "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs" in qgis.classes
    found = qgis.schema["properties"]
    assert found["geometry"]["format"] == "geometry-point" and "type" not in found["geometry"]
    assert (found["beds"]["type"], found["beds"]["title"]) == ("number", "病床数")
    assert [found[key].get("readOnly", False) for key in ("id", "category_title", "updated_at", "name")] == [
        True, True, True, False,
    ]  # fmt: skip
    order = [member["x-ogc-propertySeq"] for member in found.values()]
    assert order == sorted(set(order))
    assert found["kind"]["oneOf"] == [{"const": "x", "title": "甲"}, {"const": "y", "title": "乙"}]


@pytest.mark.parametrize("level", ["b", "c"])
def test_qgis_edits_what_is_ones_own(city: City, level: str) -> None:
    """B and C edit their own; the first feature of B's layer is somebody else's, and the layer is editable still."""
    qgis = city.qgis(level)
    assert {"POST", "PATCH", "DELETE"} <= qgis.open()
    assert qgis.patch(str(city.own), {"properties": {"phone": "087-1111-2222"}}) == 204
    assert qgis.patch(str(city.other), {"properties": {"phone": "087-1111-2222"}}) == (
        403 if level == "b" else 404
    )
    refused = qgis.send("DELETE", f"{qgis.address}/items/{city.other}").status
    assert refused == (403 if level == "b" else 404)
    number = qgis.add({"name": "自分で足した", "category": "care"}, None)
    assert qgis.patch(number, {"properties": {"name": "直した"}}) == 204
    assert Resource.unscoped.get(pk=city.other).version == 1


def test_qgis_is_told_of_a_layer_that_only_shows(city: City) -> None:
    qgis = city.qgis("a")
    assert qgis.open("districts-area") == set()
    assert qgis.send("POST", f"{qgis.address}/items", {}, Content_Type="application/geo+json").status == 405


def test_an_empty_layer_can_be_added_to(city: City) -> None:
    """OPTIONS on a feature that does not exist tells about the layer."""
    Resource.unscoped.all().delete()
    make_category()
    qgis = city.qgis("c")
    assert {"POST", "PATCH", "DELETE"} <= qgis.open()
    assert qgis.add({"name": "最初の", "category": "care"}, [LON, LAT])


def test_what_qgis_is_refused(city: City) -> None:
    """A number where none can be made out of Location: QGIS says that adding failed, and keeps what was typed."""
    qgis = city.qgis("a")
    qgis.open()
    assert qgis.add({"name": "", "category": "care"}, [LON, LAT]) == ""
    assert qgis.add({"name": "海の上", "category": "care"}, [0.0, 0.0]) == ""
    assert qgis.patch(str(city.own), {"properties": {"category": "none"}}) == 422
    assert Resource.unscoped.count() == 2
