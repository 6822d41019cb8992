"""OGC API – Records (20-004r1) and DCAT-AP beside it (D4, D15): shape, search, who sees what, and OWSLib."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from layers.models import DataSource, Resource
from tests.gisportal.ogc.conftest import LEVELS, forget_all

pytestmark = pytest.mark.django_db
HERE = "/ogc/collections/catalogue"
LD = "application/ld+json"


def get(client: Client, path: str = "/items", **params: str) -> dict[str, Any]:
    answer = client.get(f"{HERE}{path}", {"f": "json", **params})
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def ids(client: Client, **params: str) -> list[str]:
    return [record["id"] for record in get(client, limit="500", **params)["features"]]


# --- the collection -----------------------------------------------------------------------------------------------


def test_it_is_a_collection_of_records(api: Client) -> None:
    """/req/record-collection: itemType, type, links to itself in every format."""
    document = get(api, "")
    assert (document["id"], document["itemType"], document["type"]) == ("catalogue", "record", "Collection")
    assert {"self", "alternate", "items"} <= {link["rel"] for link in document["links"]}
    assert {"application/json", "text/html", LD} <= {link["type"] for link in document["links"]}
    west, south, east, north = document["extent"]["spatial"]["bbox"][0]
    assert 133 < west < east < 135 and 33 < south < north < 35


def test_it_stands_in_the_list_of_collections_and_is_no_source(api: Client) -> None:
    """Whoever asks for features of it is not given any: no schema, queryables, tiles."""
    listed = {item["id"]: item for item in api.get("/ogc/collections?f=json").json()["collections"]}
    assert listed["catalogue"]["itemType"] == "record"
    assert "feature" in {listed["resources"].get("itemType", "feature")}
    for path in ("/queryables", "/schema", "/tiles", "/styles", "/map"):
        assert api.get(f"{HERE}{path}").status_code == 404, path
    assert api.get("/tiles/catalogue.json").status_code == 404
    assert api.get("/styles/catalogue.json").status_code == 404


def test_classes_are_declared(api: Client) -> None:
    classes = api.get("/ogc/conformance?f=json").json()["conformsTo"]
    for name in (
        "record-core",
        "record-collection",
        "record-core-query-parameters",
        "records-api",
        "sorting",
    ):
        assert f"http://www.opengis.net/spec/ogcapi-records-1/1.0/conf/{name}" in classes
    paths = api.get("/ogc/openapi?f=json").json()["paths"]
    assert {
        "/collections/catalogue",
        "/collections/catalogue/items",
        "/collections/catalogue/items/{recordId}",
    } <= set(paths)


# --- records ------------------------------------------------------------------------------------------------------


def test_a_record_for_everything_published(api: Client) -> None:
    """Each collection has its record, and each record of a data set leads to something that answers."""
    listed = {item["id"] for item in api.get("/ogc/collections?f=json").json()["collections"]} - {"catalogue"}
    found = get(api, limit="500")["features"]
    assert {record["id"] for record in found if record["properties"]["type"] == "dataset"} == listed
    assert "ogc-api" in {record["id"] for record in found if record["properties"]["type"] == "service"}


def test_a_record_is_whole(api: Client) -> None:
    """/req/record-core: mandatory properties; licence, origin and attribution are those of the data."""
    record = get(api, "/items/resources")
    assert record["type"] == "Feature" and record["geometry"]["type"] == "Polygon"
    said = record["properties"]
    assert said["type"] == "dataset" and said["title"] == "地域資源" and said["keywords"]
    assert said["language"] == {"code": "ja", "name": "日本語"}
    used = DataSource.objects.filter(pk__in=Resource.unscoped.values("source_id"))
    assert set(said["rights"].split(" / ")) == set(used.values_list("attribution", flat=True))
    assert {item["value"] for item in said["externalIds"]} == {source.url for source in used if source.url}
    rels = {link["rel"] for link in record["links"]}
    assert {"self", "alternate", "collection", "items", "enclosure", "license", "via", "describedby"} <= rels


def test_links_answer(api: Client) -> None:
    """Every link of every record that leads here is answered."""
    seen = {link["href"] for record in get(api, limit="500")["features"] for link in record["links"]}
    ours = sorted(address for address in seen if address.startswith("http://testserver/"))
    assert len(ours) > 20
    for address in ours:
        answer = api.get(address.removeprefix("http://testserver"))
        assert answer.status_code == 200, address
        if answer.streaming:
            next(iter(answer.streaming_content))  # type: ignore[arg-type]


def test_one_licence_by_its_address_several_as_various(api: Client) -> None:
    towns = get(api, "/items/districts-towns")["properties"]
    assert towns["license"].startswith("https://www.e-stat.go.jp/")
    assert get(api, "/items/resources")["properties"]["license"] == "various"


def test_who_answers_is_what_the_city_has_set(api: Client, settings: Any) -> None:
    """Nobody is made up: without the setting, only those who published the files."""
    roles = [
        role for each in get(api, "/items/resources")["properties"]["contacts"] for role in each["roles"]
    ]
    assert "publisher" not in roles
    settings.PUBLISHER_NAME, settings.PUBLISHER_EMAIL = "高松市デジタル推進課", "data@city.example.jp"
    contact = get(api, "/items/resources")["properties"]["contacts"][0]
    assert contact["organization"] == "高松市デジタル推進課"
    assert contact["emails"] == [{"value": "data@city.example.jp"}]
    assert get(api, "")["contacts"][0]["roles"] == ["publisher", "pointOfContact"]


@pytest.mark.parametrize(
    "path", ["", "/items", "/items/resources", "/items?q=人口", "/items/ogc-api", "/items/districts-former"]
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages(api: Client, path: str, language: str) -> None:
    """HTML in both languages: one heading, a language, a search form that leads back."""
    mark = "&" if "?" in path else "?"
    page = api.get(f"{HERE}{path}{mark}f=html&lang={language}")
    assert page.status_code == 200
    text = page.content.decode()
    assert text.count("<h1>") == 1
    assert f'<html lang="{language}"' in text


# --- search -------------------------------------------------------------------------------------------------------


def test_words(api: Client) -> None:
    """/req/record-core-query-parameters/q: commas are OR, blanks one text in this order."""
    assert "districts-towns" in ids(api, q="町丁")
    assert set(ids(api, q="町丁,地域資源")) == set(ids(api, q="町丁")) | set(ids(api, q="地域資源"))
    assert ids(api, q="どこにもない言葉") == []
    assert "resources" in ids(api, q="ＡＥＤ")
    assert ids(api, q="資源 地域") == []


def test_box_and_time(api: Client) -> None:
    assert "resources" in ids(api, bbox="134.0,34.3,134.1,34.4")
    assert ids(api, bbox="139,35,140,36") == []
    assert "resources" in ids(api, bbox="134.0,34.3,0,134.1,34.4,100")
    assert "resources" in ids(api, bbox="170,30,135,40")
    assert "districts-towns" not in ids(api, datetime="../1999-12-31")
    assert "districts-towns" in ids(api, datetime="2015-01-01/..")
    assert "ogc-api" in ids(api, datetime="1999-01-01")


def test_kinds_ids_and_origins(api: Client) -> None:
    assert ids(api, type="service") == ["ogc-api"]
    assert ids(api, ids="resources,ogc-api") == ["resources", "ogc-api"]
    address = "https://opendata.smartcity-takamatsu.jp/ckan/dataset/library"
    assert ids(api, externalIds=address, type="dataset") == ["resources"]
    assert ids(api, keywords="AED設置場所", type="dataset") == ["resources"]


def test_pages_of_records_are_all_records_once(api: Client) -> None:
    whole = ids(api)
    found, address = [], f"{HERE}/items?f=json&limit=2"
    while address:
        page = api.get(address).json()
        assert page["numberMatched"] == len(whole)
        found += [record["id"] for record in page["features"]]
        links = {link["rel"]: link["href"] for link in page["links"]}
        address = links.get("next", "").removeprefix("http://testserver")
    assert found == whole


def test_order(api: Client) -> None:
    assert ids(api, sortby="id") == sorted(ids(api))
    assert ids(api, sortby="-id") == sorted(ids(api), reverse=True)
    assert ids(api, sortby="type,-id")[-1] == "ogc-api"
    known = api.get(f"{HERE}/sortables").json()["properties"]
    assert set(known) == {"id", "type", "title", "created", "updated"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bbox", "1,2"), ("bbox", "a,b,c,d"), ("bbox", "nan,0,1,1"), ("bbox", "0,50,1,40"), ("datetime", "yesterday"),
        ("datetime", "2026-01-02/2026-01-01"), ("datetime", ".."), ("limit", "0"), ("limit", "-1"), ("limit", "x"),
        ("offset", "-1"), ("sortby", "nothing"), ("nothing", "1"), ("f", "xml"), ("lang", "xx"),
        ("bbox-crs", "EPSG:4326"), ("q", "\x00"), ("limit", "1" * 40),
    ],
)  # fmt: skip
def test_bad_input_is_named(api: Client, name: str, value: str) -> None:
    answer = api.get(f"{HERE}/items", {"f": "json", name: value})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json" and answer.json()["parameter"] == name


def test_large_limit_and_far_offset(api: Client) -> None:
    assert len(get(api, limit="1000000000")["features"]) == len(ids(api))
    assert get(api, offset="999999")["features"] == []


def test_conditional(api: Client) -> None:
    first = api.get(f"{HERE}/items/resources?f=json")
    again = api.get(f"{HERE}/items/resources?f=json", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    other = api.get(f"{HERE}/items/districts-towns?f=json", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200


# --- DCAT ---------------------------------------------------------------------------------------------------------


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


MANDATORY = {
    "dcat:Catalog": {"dct:title", "dct:description", "dcat:dataset"},
    "dcat:Dataset": {"dct:title", "dct:description", "dct:identifier", "dcat:landingPage"},
    "dcat:Distribution": {"dcat:accessURL", "dcat:mediaType"},
    "dcat:DataService": {"dct:title", "dcat:endpointURL", "dcat:endpointDescription"},
    "dct:PeriodOfTime": {"dcat:startDate", "dcat:endDate"},
    "dct:Location": {"dcat:bbox"},
    "dct:LicenseDocument": {"dct:title"},
}


def test_dcat_is_well_shaped(api: Client, settings: Any) -> None:
    """DCAT-AP 3: what is mandatory is there, every prefix is declared, every reference is an address."""
    settings.PUBLISHER_NAME, settings.PUBLISHER_URL = "高松市", "https://www.city.takamatsu.kagawa.jp/"
    answer = api.get(f"{HERE}?f=jsonld")
    assert answer.headers["Content-Type"] == LD
    graph = answer.json()
    prefixes = set(graph["@context"])
    kinds = set()
    for node in nodes({key: value for key, value in graph.items() if key != "@context"}):
        for key in node:
            assert key.startswith("@") or key.partition(":")[0] in prefixes, key
        if "@id" in node:
            assert node["@id"].startswith(("http://", "https://", "mailto:")) and " " not in node["@id"]
        if "@value" in node:
            assert isinstance(node["@value"], str) and node["@value"]
        kind = node.get("@type", "")
        kinds.add(kind)
        assert MANDATORY.get(kind, set()) <= set(node), (kind, node)
    assert kinds >= set(MANDATORY)
    assert graph["dct:publisher"]["foaf:name"]["@value"] == "高松市"
    one = next(item for item in graph["dcat:dataset"] if item["dct:identifier"] == "resources")
    assert one["dct:spatial"]["dcat:bbox"]["@value"].startswith("POLYGON((133.")
    media = {each["dcat:mediaType"]["@id"].rpartition("media-types/")[2] for each in one["dcat:distribution"]}
    assert media >= {"text/csv", "application/geo+json"}


def test_dcat_of_one_record_is_that_of_the_catalogue(api: Client) -> None:
    graph = api.get(f"{HERE}?f=jsonld").json()
    for item in graph["dcat:dataset"]:
        alone = api.get(f"{HERE}/items/{item['dct:identifier']}?f=jsonld").json()
        assert {key: value for key, value in alone.items() if key != "@context"} == item


def test_accept_asks_for_a_format(api: Client) -> None:
    assert api.get(HERE, headers={"Accept": LD}).headers["Content-Type"] == LD
    assert "text/html" in api.get(HERE, headers={"Accept": "text/html"}).headers["Content-Type"]


# --- who sees what ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["anonymous", "d"])
def test_there_is_none_for_whom_there_is_nothing(as_level: Callable[[str], Client], level: str) -> None:
    """While the public site is off, anonymous and level D have no catalogue (R21)."""
    client = as_level(level)
    for path in ("", "/items", "/items/resources", "/items/ogc-api", "/sortables"):
        assert client.get(f"{HERE}{path}").status_code == 404
    assert client.get("/ogc/collections?f=json").json()["collections"] == []


@pytest.mark.parametrize("level", ["anonymous", *LEVELS])
def test_open_data_is_what_the_public_sees(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None], level: str
) -> None:
    """Files are told of while everybody may have them, and are then the same for everyone (D15)."""
    if level not in {"anonymous", "d"}:
        assert ids(as_level(level), type="file") == []
    public_site(True)
    files = ids(as_level(level), type="file")
    assert {"resources.csv", "resources.geojson", "resources.xlsx", "districts-former.geojson"} <= set(files)
    record = get(as_level(level), "/items/resources.csv")
    assert [link["href"] for link in record["links"] if link["rel"] == "derivedfrom"] == [
        "http://testserver/ogc/collections/catalogue/items/resources?f=json"
    ]


def test_a_file_nobody_may_see_a_row_of_is_not_told_of(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None]
) -> None:
    """Where rows come from is as secret as the rows: the source of unpublished rows stands in no public record."""
    public_site(True)
    secret = DataSource.objects.create(
        slug="secret", title="内部の名簿", attribution="内部資料より", url="https://intra.example/"
    )
    row = Resource.unscoped.exclude(publication="public").first() or Resource.unscoped.first()
    assert row is not None
    Resource.unscoped.filter(pk=row.pk).update(source=secret, publication="members")
    forget_all()
    assert "内部資料より" in json.dumps(get(as_level("a"), "/items/resources"), ensure_ascii=False)
    for path in ("", "/items", "/items/resources", "/items/resources.csv"):
        for form in ("json", "jsonld", "html"):
            text = as_level("anonymous").get(f"{HERE}{path}?f={form}").content.decode()
            assert "内部" not in text and "intra.example" not in text


def test_level_c_sees_the_sources_of_its_own(as_level: Callable[[str], Client], api: Client) -> None:
    own = get(as_level("c"), "/items/resources")["properties"]
    whole = get(api, "/items/resources")["properties"]
    assert len(own["externalIds"]) < len(whole["externalIds"])
