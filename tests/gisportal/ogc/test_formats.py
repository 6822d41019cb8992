"""JSON-FG, CSV and FlatGeobuf hold what GeoJSON holds, and GDAL reads them back (issue item 1; G4)."""

import csv
import io
import json
from typing import Any

import numpy as np
import pyogrio
import pytest
from django.test import Client
from shapely import from_wkb, transform
from shapely.geometry import shape

from layers.spreadsheets import guarded
from tests.gisportal.ogc.coordinates import MM

pytestmark = pytest.mark.django_db
SLUGS = ["resources", "districts-former"]
MEDIA = {
    "jsonfg": "application/fg+json",
    "csv": "text/csv",
    "fgb": "application/flatgeobuf",
    "json": "application/geo+json",
    "html": "text/html",
}
PLANE = "http://www.opengis.net/def/crs/EPSG/0/6672"
JGD = "http://www.opengis.net/def/crs/EPSG/0/6668"


def media(answer: Any) -> str:
    return answer["Content-Type"].partition(";")[0]


def items(api: Client, slug: str, form: str, **query: Any) -> Any:
    answer = api.get(f"/ogc/collections/{slug}/items", {"f": form, **query})
    assert (answer.status_code, media(answer)) == (200, MEDIA[form]), answer.content[:300]
    return answer


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("form", MEDIA)
def test_f_and_accept_ask_for_the_same(api: Client, slug: str, form: str) -> None:
    asked = items(api, slug, form, limit=4)
    negotiated = api.get(f"/ogc/collections/{slug}/items?limit=4", headers={"accept": MEDIA[form]})
    assert media(negotiated) == MEDIA[form]
    assert "Accept" in negotiated["Vary"]
    if form in {"csv", "fgb"}:
        assert asked.content == negotiated.content
    one = api.get(f"/ogc/collections/{slug}/items?limit=1").json()["features"][0]["id"]
    assert media(api.get(f"/ogc/collections/{slug}/items/{one}", {"f": form})) == MEDIA[form]


@pytest.mark.parametrize("form", ["jsonfg", "csv", "fgb"])
def test_links_and_counts_stand_in_headers(api: Client, form: str) -> None:
    answer = items(api, "resources", form, limit=5)
    whole = items(api, "resources", "json", limit=5)
    assert answer["OGC-NumberReturned"] == "5"
    assert int(answer["OGC-NumberMatched"]) == whole.json()["numberMatched"]
    for wanted in MEDIA.values():
        assert f'type="{wanted}"' in answer["Link"] and f'type="{wanted}"' in whole["Link"]
    further = next(part for part in answer["Link"].split(", ") if 'rel="next"' in part)
    assert f"f={form}" in further and "after=" in further
    following = api.get(further[1 : further.index(">")])
    assert media(following) == MEDIA[form] and following["OGC-NumberReturned"] == "5"


@pytest.mark.parametrize("form", ["jsonfg", "csv", "fgb"])
def test_an_unchanged_answer_is_not_sent_again(api: Client, form: str) -> None:
    path = "/ogc/collections/resources/items?limit=5"
    answer = api.get(path, headers={"accept": MEDIA[form]})
    other = api.get(path, headers={"accept": MEDIA["json"]})
    assert answer["ETag"] != other["ETag"]
    again = {"accept": MEDIA[form], "if-none-match": answer["ETag"]}
    assert api.get(path, headers=again).status_code == 304
    again["if-none-match"] = other["ETag"]
    assert api.get(path, headers=again).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_jsonfg_tells_time_type_and_crs(api: Client, slug: str) -> None:
    plain = items(api, slug, "json", limit=20).json()
    found = items(api, slug, "jsonfg", limit=20).json()
    assert "http://www.opengis.net/spec/json-fg-1/1.0/conf/core" in found["conformsTo"]
    assert (found["featureType"], found["coordRefSys"].rpartition("/")[2]) == (slug, "CRS84")
    assert api.get(found["featureSchema"]).status_code == 200
    for key in ("numberMatched", "numberReturned"):
        assert found.get(key) == plain.get(key)
    for one, other in zip(plain["features"], found["features"], strict=True):
        moment = one["properties"].get("updated_at")
        assert other == {**one, "place": None, "time": {"timestamp": moment} if moment else None}


def test_jsonfg_puts_another_crs_into_place(api: Client, settings: Any) -> None:
    settings.LG_CODE = "372013"
    plain = items(api, "resources", "json", limit=20).json()["features"]
    moved = items(api, "resources", "json", limit=20, crs=PLANE).json()["features"]
    found = items(api, "resources", "jsonfg", limit=20, crs=PLANE).json()
    plus = items(api, "resources", "jsonfg", limit=20, crs=PLANE, profile="jsonfg-plus").json()
    assert found["coordRefSys"] == plus["coordRefSys"] == PLANE
    assert [item["place"] for item in found["features"]] == [item["geometry"] for item in moved]
    assert {json.dumps(item["geometry"]) for item in found["features"]} == {"null"}
    assert [item["geometry"] for item in plus["features"]] == [item["geometry"] for item in plain]
    one = api.get(f"/ogc/collections/resources/items/{plain[0]['id']}", {
        "f": "jsonfg", "crs": PLANE, "profile": "jsonfg-plus"}).json()  # fmt: skip
    assert (one["place"], one["geometry"]) == (moved[0]["geometry"], plain[0]["geometry"])
    for query in ({"f": "jsonfg", "profile": "no"}, {"f": "json", "profile": "jsonfg"}):
        refused = api.get("/ogc/collections/resources/items", query)
        assert (refused.status_code, refused.json()["parameter"]) == (400, "profile")


def test_the_time_is_told_without_being_asked_for(api: Client) -> None:
    found = items(api, "resources", "jsonfg", limit=3, properties="name").json()["features"]
    assert [list(item["properties"]) for item in found] == [["name"]] * 3
    assert all(item["time"]["timestamp"].endswith("Z") for item in found)


@pytest.mark.parametrize("slug", SLUGS)
def test_csv_holds_the_same_values(api: Client, slug: str) -> None:
    plain = items(api, slug, "json", limit=300).json()["features"]
    answer = items(api, slug, "csv", limit=300)
    assert answer["Content-Type"] == "text/csv; charset=utf-8; header=present"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    for feature, row in zip(plain, rows, strict=True):
        assert row["id"] == str(feature["id"])
        assert {key: row[key] for key in feature["properties"]} == {
            key: cell(value) for key, value in feature["properties"].items()
        }
        if slug != "resources":
            assert shape(feature["geometry"]).wkt == row["WKT"]
        elif feature["geometry"]:
            assert feature["geometry"]["coordinates"] == [float(row["longitude"]), float(row["latitude"])]
        else:
            assert row["longitude"] == row["latitude"] == ""


def cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return guarded(";".join(value))
        case str():
            return guarded(value)
        case _:
            return str(value)


def test_csv_names_its_axes(api: Client, settings: Any) -> None:
    settings.LG_CODE = "372013"
    for crs, names in ((JGD, ["longitude", "latitude"]), (PLANE, ["easting", "northing"])):
        plain = items(api, "resources", "json", limit=3, crs=crs).json()["features"]
        rows = list(
            csv.DictReader(io.StringIO(items(api, "resources", "csv", limit=3, crs=crs).content.decode()))
        )
        assert [[float(row[name]) for name in names] for row in rows] == [
            feature["geometry"]["coordinates"][::-1] for feature in plain
        ]
    bare = items(api, "resources", "csv", limit=1, skipGeometry="true", properties="name").content.decode()
    assert bare.splitlines()[0] == "id,name"


@pytest.mark.parametrize("slug", SLUGS)
def test_gdal_reads_flatgeobuf(api: Client, slug: str) -> None:
    plain = items(api, slug, "json", limit=300).json()["features"]
    meta, _ids, shapes, columns = pyogrio.raw.read(io.BytesIO(items(api, slug, "fgb", limit=300).content))
    values = dict(zip(meta["fields"], columns, strict=True))
    assert meta["crs"] == "EPSG:4326"
    assert values["id"].tolist() == [feature["id"] for feature in plain]
    for number, feature in enumerate(plain):
        drawn = shapes[number]
        assert (drawn is None) == (feature["geometry"] is None)
        if drawn is not None:
            assert from_wkb(drawn).hausdorff_distance(shape(feature["geometry"])) < 1e-9
        for key, value in feature["properties"].items():
            assert same(values[key][number], value), (key, values[key][number], value)


def same(read: Any, written: Any) -> bool:
    if written is None:
        return read is None or (isinstance(read, np.datetime64) and np.isnat(read)) or read != read
    if isinstance(read, np.datetime64):
        return bool(abs(read - np.datetime64(written.removesuffix("Z"), "ms")) <= np.timedelta64(1, "ms"))
    if isinstance(written, list):
        return bool(read == ";".join(written))
    return bool(read == written)


def test_flatgeobuf_is_easting_first_in_every_crs(api: Client, settings: Any) -> None:
    settings.LG_CODE = "372013"
    for crs, code in ((PLANE, 6672), (JGD, 6668)):
        plain = items(api, "resources", "json", limit=20, crs=crs).json()["features"]
        meta, _ids, shapes, _columns = pyogrio.raw.read(
            io.BytesIO(items(api, "resources", "fgb", limit=20, crs=crs).content)
        )
        assert meta["crs"] == f"EPSG:{code}"
        for feature, drawn in zip(plain, shapes, strict=True):
            turned = transform(shape(feature["geometry"]), lambda x, y: (y, x), interleaved=False)
            assert from_wkb(drawn).distance(turned) < MM


def test_gdal_reads_jsonfg_and_csv(api: Client, tmp_path: Any) -> None:
    plain = items(api, "districts-former", "json").json()["features"]
    for form, driver in (("jsonfg", "JSONFG"), ("csv", "CSV")):
        file = tmp_path / f"districts.{'json' if form == 'jsonfg' else 'csv'}"
        file.write_bytes(items(api, "districts-former", form).content)
        info = pyogrio.read_info(file)
        assert (info["driver"], info["features"]) == (driver, len(plain))
        assert {"name", "code"} <= set(info["fields"])
        _meta, _ids, shapes, _columns = pyogrio.raw.read(file)
        for drawn, feature in zip(shapes, plain, strict=True):
            assert from_wkb(drawn).hausdorff_distance(shape(feature["geometry"])) < 1e-8


@pytest.mark.parametrize("form", ["jsonfg", "csv", "fgb"])
def test_nothing_found_is_an_empty_document(api: Client, form: str) -> None:
    answer = items(api, "resources", form, bbox="0,0,1,1")
    assert answer["OGC-NumberReturned"] == answer["OGC-NumberMatched"] == "0"
    if form == "jsonfg":
        assert answer.json()["features"] == []
    elif form == "csv":
        assert answer.content.decode().startswith("id,") and answer.content.count(b"\n") == 1
    else:
        assert len(pyogrio.raw.read(io.BytesIO(answer.content))[2]) == 0


def test_collections_tell_of_every_format(api: Client) -> None:
    links = api.get("/ogc/collections/resources").json()["links"]
    told = {link["type"]: link["href"] for link in links if link["rel"] == "items"}
    assert set(told) >= set(MEDIA.values())
    for wanted, href in told.items():
        assert media(api.get(href)) == wanted
    page = api.get("/ogc/collections/resources/items?f=html&limit=1").content.decode()
    assert all(f'type="{wanted}"' in page for wanted in MEDIA.values() if wanted != "text/html")
