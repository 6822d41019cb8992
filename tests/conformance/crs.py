"""OGC API – Features – Part 2: Coordinate Reference Systems by Reference (OGC 18-058r1), annex A as checks."""

import re
from functools import lru_cache
from typing import Any

from pyproj import CRS, Transformer
from shapely import box as box_from
from shapely import transform
from shapely.geometry import shape

from tests.conformance.requirements import Suite
from tests.conformance.service import GEOJSON, Service, need

SPEC = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
UNKNOWN = "http://www.opengis.net/def/crs/EPSG/0/9999999"
URI = re.compile(r"^http://www\.opengis\.net/def/crs/(OGC|EPSG)/[0-9.]+/[A-Za-z0-9]+$")
DEGREE, METRE, EDGE = 1e-8, 1e-3, 1e-6

SUITE = Suite(
    "OGC API – Features – Part 2: Coordinate Reference Systems by Reference", "OGC 18-058r1", (f"{SPEC}/crs",)
)


@SUITE.shows("/req/crs/crs-uri", "/req/crs/fc-md-crs-list-A", "/req/crs/fc-md-crs-list-B")
def crs_are_listed(service: Service) -> None:
    """Collections list their CRSs as addresses pyproj knows, CRS84 first."""
    need(f"{SPEC}/crs" in service.classes, "not declared")
    for item in service.collections:
        need(item["crs"][0] == CRS84, item["id"], "does not name CRS84 first")
        need(len(set(item["crs"])) == len(item["crs"]) > 1, item["id"], item["crs"])
        for uri in item["crs"]:
            need(URI.match(uri) and crs_of(uri), item["id"], uri)


@SUITE.shows("/req/crs/fc-md-storageCrs", "/req/crs/fc-md-storageCrs-valid-value")
def storage_crs_is_listed(service: Service) -> None:
    """The CRS of the database is one of the list."""
    for item in service.collections:
        need(item["storageCrs"] in item["crs"], item["id"], item["storageCrs"])


@SUITE.shows("/req/crs/fc-crs-definition", "/req/crs/fc-bbox-crs-definition")
def parameters_are_defined(service: Service) -> None:
    """crs and bbox-crs stand in the definition as the standard writes them."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        for address, name in ((path, "crs"), (path, "bbox-crs"), (f"{path}/{{featureId}}", "crs")):
            found = service.parameter(address, name)
            need(found and found["in"] == "query" and not found.get("required"), address, name)
            need(found.get("style") == "form" and found.get("explode") is False, address, name, found)
            need((found["schema"]["type"], found["schema"]["format"]) == ("string", "uri"), address, name)


@SUITE.shows("/req/crs/fc-crs-valid-value", "/req/crs/fc-bbox-crs-valid-value")
def unlisted_crs_is_refused(service: Service) -> None:
    """400 for a CRS the collection does not list."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        service.get(path, GEOJSON, crs=UNKNOWN).must_be(400)
        service.get(path, GEOJSON, crs=f"{CRS84}0").must_be(400)
        service.get(path, GEOJSON, bbox="1,2,3,4", bbox_crs=UNKNOWN).must_be(400)
        if features := service.all_features(item["id"]):
            service.get(f"{path}/{features[0]['id']}", GEOJSON, crs=UNKNOWN).must_be(400)


@SUITE.shows("/req/crs/fc-crs-default-value", "/req/crs/ogc-crs-header", "/req/crs/ogc-crs-header-value",
             "/req/crs/geojson")  # fmt: skip
def answers_tell_their_crs(service: Service) -> None:
    """Content-Crs holds the address asked for in angle brackets, CRS84 where none was."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        some = [path, *(f"{path}/{found['id']}" for found in service.all_features(item["id"])[:1])]
        for address in some:
            plain = service.get(address, GEOJSON).must_be(200)
            need(plain.headers["content-crs"] == f"<{CRS84}>", address, plain.headers["content-crs"])
            for uri in item["crs"]:
                found = service.get(address, GEOJSON, crs=uri).must_be(200)
                need(found.headers["content-crs"] == f"<{uri}>", address, uri)


@SUITE.shows("/req/crs/crs-action")
def positions_are_transformed(service: Service) -> None:
    """Positions in each CRS agree with pyproj, axes in the order of the CRS's own definition."""
    for item in service.collections:
        plain = service.get(f"/collections/{item['id']}/items", GEOJSON, limit=20).json["features"]
        for uri in item["crs"][1:]:
            found = service.get(f"/collections/{item['id']}/items", GEOJSON, limit=20, crs=uri)
            for one, other in zip(plain, found.must_be(200).json["features"], strict=True):
                need(one["id"] == other["id"], item["id"], uri, "another order")
                compare(one, other, uri, item["id"])
        for feature in plain[:1]:
            address = f"/collections/{item['id']}/items/{feature['id']}"
            for uri in item["crs"][1:]:
                compare(feature, service.get(address, GEOJSON, crs=uri).must_be(200).json, uri, item["id"])


def compare(one: Any, other: Any, uri: str, slug: str) -> None:
    """A feature in CRS84 and in another CRS."""
    if one["geometry"] is None:
        need(other["geometry"] is None, slug, one["id"])
        return
    wanted = transform(shape(one["geometry"]), to(uri).transform, interleaved=False)
    off = wanted.hausdorff_distance(shape(other["geometry"]))
    need(off < (DEGREE if crs_of(uri).is_geographic else METRE), slug, one["id"], uri, "is off by", off)


@lru_cache(maxsize=64)
def to(uri: str) -> Transformer:
    """From CRS84 to a CRS, in the order of its axes."""
    return Transformer.from_crs("OGC:CRS84", crs_of(uri))


@lru_cache(maxsize=64)
def crs_of(uri: str) -> CRS:
    """The CRS of an address."""
    authority, _version, code = uri.split("/")[-3:]
    return CRS.from_authority(authority, code)


@SUITE.shows("/req/crs/bbox-crs-action", "/req/crs/fc-bbox-crs-default-value")
def boxes_find_the_same(service: Service) -> None:
    """The same box in each CRS finds the same features."""
    for item in service.collections:
        if "spatial" not in item.get("extent", {}):
            continue
        west, south, east, north = box_from(*item["extent"]["spatial"]["bbox"][0]).buffer(EDGE).bounds
        whole = found_in(service, item["id"], f"{west},{south},{east},{north}")
        need(whole == found_in(service, item["id"], f"{west},{south},{east},{north}", CRS84), item["id"])
        for uri in item["crs"][1:]:
            box = to(uri).transform_bounds(west, south, east, north)
            given = ",".join(format(number, ".12g") for number in box)
            need(whole == found_in(service, item["id"], given, uri), item["id"], uri, given)


def found_in(service: Service, slug: str, box: str, uri: str = "") -> set[Any]:
    """Ids of what a box finds."""
    named = {"bbox_crs": uri} if uri else {}
    return {found["id"] for found in service.features(slug, bbox=box, **named)}
