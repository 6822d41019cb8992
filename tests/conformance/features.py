"""OGC API – Features – Part 1: Core (OGC 17-069r4), its abstract test suite as checks: annex A, by requirement ids."""

from datetime import UTC, datetime, timedelta
from typing import Any

import shapely
from shapely.geometry import shape

from tests.conformance.definition import check_definition
from tests.conformance.requirements import Suite
from tests.conformance.service import GEOJSON, HTML, JSON, Answer, Service, link_of, need

SPEC = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"

SUITE = Suite(
    "OGC API – Features – Part 1: Core",
    "OGC 17-069r4",
    (f"{SPEC}/core", f"{SPEC}/geojson", f"{SPEC}/html", f"{SPEC}/oas30"),
)
EDGE = 1e-8
#: Boxes of the abstract test suite: across the meridian, the equator, 180 degrees, and both poles.
BOXES = [
    (-1.5, 50.0, 1.5, 53.0),
    (-80.0, -5.0, -70.0, 5.0),
    (177.0, 65.0, -177.0, 70.0),
    (-180.0, 85.0, 180.0, 90.0),
    (-180.0, -90.0, 180.0, -85.0),
]


def paths(service: Service) -> list[str]:
    """Addresses of resources of every kind."""
    found = ["/", "/conformance", "/collections"]
    for item in service.collections:
        slug = item["id"]
        found += [f"/collections/{slug}", f"/collections/{slug}/items?limit=5"]
        if features := service.all_features(slug):
            found.append(f"/collections/{slug}/items/{features[0]['id']}")
    return found


def check_links(links: list[Any], *, media: str, others: tuple[str, ...], where: str) -> None:
    """A link to the document itself, one to each other encoding, all with relation and type."""
    need(link_of(links, "self", media), where, "has no link to itself as", media)
    for other in others:
        need(link_of(links, "alternate", other), where, "has no alternate link as", other)
    for link in links:
        need(link.get("rel") and link.get("type") and link.get("href"), where, "has a bare link", link)


@SUITE.shows("/req/core/http")
def speaks_http(service: Service) -> None:
    """HEAD answers as GET does, without a body; what is not allowed is 405 with Allow."""
    for path in paths(service):
        whole, head = service.get(path), service.get(path, method="HEAD")
        need(head.status == whole.status == 200 and not head.body, path, "HEAD differs from GET")
        refused = service.get(path, method="TRACE")
        need(refused.status in {405, 501}, path, "TRACE answered", refused.status)


@SUITE.shows("/req/core/root-op", "/req/core/root-success")
def landing_page(service: Service) -> None:
    """The landing page links to the definition, the conformance classes and the collections."""
    links = service.landing["links"]
    need(link_of(links, "service-desc") or link_of(links, "service-doc"), "no link to the definition")
    for rel in ("conformance", "data"):
        found = link_of(links, rel, JSON)
        need(found, "no link", rel)
        service.get(found["href"]).must_be(200)
    check_links(links, media=JSON, others=(HTML,), where="the landing page")


@SUITE.shows("/req/core/api-definition-op", "/req/core/api-definition-success")
def api_definition(service: Service) -> None:
    """Every link to the definition answers with the type it tells."""
    for rel in ("service-desc", "service-doc"):
        link = link_of(service.landing["links"], rel)
        answer = service.get(link["href"], link["type"]).must_be(200)
        need(answer.media == link["type"].partition(";")[0], rel, "answers as", answer.media)


@SUITE.shows("/req/core/conformance-op", "/req/core/conformance-success")
def conformance_declaration(service: Service) -> None:
    """The classes of this standard are declared."""
    for name in SUITE.classes:
        need(name in service.classes, "not declared:", name)


@SUITE.shows("/req/core/fc-md-op", "/req/core/fc-md-success", "/req/core/fc-md-links")
def collections_document(service: Service) -> None:
    """The list of collections and its links."""
    document = service.known("/collections").json
    check_links(document["links"], media=JSON, others=(HTML,), where="/collections")
    need(document["collections"], "no collections")


@SUITE.shows("/req/core/fc-md-items", "/req/core/fc-md-items-links", "/rec/core/fc-md-items-descriptions")
def collections_have_items(service: Service) -> None:
    """Each collection has an id, a title, and a link to its items in each encoding."""
    seen = [item["id"] for item in service.collections]
    need(len(set(seen)) == len(seen), "ids of collections repeat")
    for item in service.collections:
        need(item.get("title"), item["id"], "has no title")
        for media in (GEOJSON, HTML):
            link = link_of(item["links"], "items", media)
            need(link, item["id"], "has no items as", media)
            answer = service.get(link["href"], media).must_be(200)
            need(answer.media == media, link["href"], "answers as", answer.media)


@SUITE.shows("/req/core/fc-md-extent")
def extents_hold_every_feature(service: Service) -> None:
    """No feature lies outside the extent its collection tells."""
    for item in service.collections:
        features = service.all_features(item["id"])
        extent = item.get("extent", {})
        drawn = [shape(found["geometry"]) for found in features if found["geometry"]]
        if drawn:
            box = shapely.box(*extent["spatial"]["bbox"][0]).buffer(1e-6)
            need(all(box.covers(geometry) for geometry in drawn), item["id"], "reaches out of its extent")
            need(extent["spatial"].get("crs", CRS84) == CRS84, "the extent is not in CRS84")
        times = [moment for found in features if (moment := time_of(found))]
        if times and "temporal" in extent:
            first, last = (moment_of(value) for value in extent["temporal"]["interval"][0])
            need(first <= min(times) and max(times) <= last, item["id"], "reaches out of its interval")


@SUITE.shows("/req/core/sfc-md-op", "/req/core/sfc-md-success")
def one_collection(service: Service) -> None:
    """A collection tells of itself what the list tells of it."""
    for item in service.collections:
        found = service.known(f"/collections/{item['id']}").json
        for key in ("id", "title", "description", "extent", "crs", "storageCrs", "itemType"):
            need(found.get(key) == item.get(key), item["id"], "differs from the list in", key)
    service.get("/collections/no-such-collection").must_be(404)


@SUITE.shows("/req/core/fc-op", "/req/core/fc-response", "/req/core/fc-links", "/req/core/fc-rel-type",
             "/req/core/fc-timeStamp", "/req/core/fc-numberMatched", "/req/core/fc-numberReturned")  # fmt: skip
def features_response(service: Service) -> None:
    """A page of features: members, links, counts, the time it was written."""
    for item in service.collections:
        before = datetime.now(UTC) - timedelta(minutes=1)
        check_page(service.get(f"/collections/{item['id']}/items", GEOJSON).must_be(200), before)
        page = service.get(f"/collections/{item['id']}/items", GEOJSON, limit=3).must_be(200)
        check_page(page, before)
        whole = service.all_features(item["id"])
        if "numberMatched" in page.json:
            need(page.json["numberMatched"] == len(whole), item["id"], "numberMatched is not what there is")
        ids = [found["id"] for found in whole]
        need(len(ids) == len(set(ids)), item["id"], "a feature came twice along the links")


def check_page(page: Answer, before: datetime) -> None:
    """One page."""
    document = page.json
    need(page.media == GEOJSON, page.url, "answers as", page.media)
    need(document["type"] == "FeatureCollection", page.url, "is no FeatureCollection")
    need(all(found["type"] == "Feature" for found in document["features"]), page.url, "holds other things")
    check_links(document["links"], media=GEOJSON, others=(HTML,), where=page.url)
    need(before < moment_of(document["timeStamp"]) < datetime.now(UTC) + timedelta(minutes=1), "timeStamp")
    need(document["numberReturned"] == len(document["features"]), page.url, "numberReturned")


def moment_of(value: str) -> datetime:
    """An RFC 3339 time."""
    return datetime.fromisoformat(value)


def time_of(feature: Any) -> datetime | None:
    """The time of a feature, where it has one."""
    value = feature["properties"].get("updated_at")
    return moment_of(value) if value else None


@SUITE.shows("/req/core/fc-bbox-definition", "/req/core/fc-limit-definition", "/req/core/fc-time-definition")
def definitions_of_parameters(service: Service) -> None:
    """bbox, limit and datetime stand in the definition as the standard writes them."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        for name, kind in (("bbox", "array"), ("limit", "integer"), ("datetime", "string")):
            found = service.parameter(path, name)
            need(found, path, "does not define", name)
            need(found["in"] == "query" and not found.get("required"), path, name, "is not optional")
            need(found.get("style") == "form" and found.get("explode") is False, path, name, "style, explode")
            need(found["schema"]["type"] == kind, path, name, "is no", kind)
        box, limit = service.parameter(path, "bbox")["schema"], service.parameter(path, "limit")["schema"]
        need((box["minItems"], box["maxItems"], box["items"]["type"]) == (4, 6, "number"), "bbox", box)
        need(limit["minimum"] >= 0 and limit["default"] <= limit["maximum"], "limit", limit)


def ids(features: list[Any]) -> set[Any]:
    """Ids of features."""
    return {found["id"] for found in features}


@SUITE.shows("/req/core/fc-bbox-response", "/req/core/crs84")
def bbox_finds_what_intersects(service: Service) -> None:
    """Exactly the features that intersect the box, in CRS84; those without a place are not found."""
    for item in service.collections:
        whole = service.all_features(item["id"])
        for box in [*BOXES, *parts_of(item)]:
            found = ids(service.features(item["id"], bbox=",".join(map(str, box))))
            surely, at_most = touching(whole, box, -EDGE), touching(whole, box, EDGE)
            need(surely <= found <= at_most, item["id"], box, "found", len(found), "of", len(surely))


def touching(features: list[Any], box: tuple[float, ...], by: float) -> set[Any]:
    """Ids of features that meet a box grown by so much: positions are written with nine decimals."""
    areas = [area.buffer(by, join_style="mitre") for area in halves(box)]
    return {feature["id"] for feature in features if feature["geometry"]
            and any(shape(feature["geometry"]).intersects(area) for area in areas)}  # fmt: skip


def parts_of(item: Any) -> list[tuple[float, ...]]:
    """The extent of a collection, a part of it, and a point of it."""
    if "spatial" not in item.get("extent", {}):
        return []
    west, south, east, north = item["extent"]["spatial"]["bbox"][0]
    x, y = (west + east) / 2, (south + north) / 2
    return [(west, south, east, north), (west, south, x, y), (x, y, x, y)]


def halves(box: tuple[float, ...]) -> list[Any]:
    """A box as areas; two of them where it crosses 180 degrees."""
    west, south, east, north = box
    if west > east:
        return [shapely.box(west, south, 180, north), shapely.box(-180, south, east, north)]
    return [shapely.box(west, south, east, north)]


@SUITE.shows("/req/core/fc-limit-response")
def limit_is_kept(service: Service) -> None:
    """Never more than asked for, never more than the definition allows."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        most = service.parameter(path, "limit")["schema"]["maximum"]
        number = len(service.all_features(item["id"]))
        for limit in (1, 7, 100, most, most + 1):
            answer = service.get(path, GEOJSON, limit=limit).must_be(200).json
            need(len(answer["features"]) == min(limit, most, number), path, limit, len(answer["features"]))
            further = link_of(answer["links"], "next")
            need(bool(further) == (number > min(limit, most)), path, limit, "next:", bool(further))


@SUITE.shows("/req/core/fc-time-response")
def datetime_finds_what_it_covers(service: Service) -> None:
    """An instant, closed and half-open intervals, and a start with a duration."""
    for item in service.collections:
        whole = service.all_features(item["id"])
        times = sorted(moment for feature in whole if (moment := time_of(feature)))
        if not times:
            found = service.features(item["id"], datetime="2000-01-01T00:00:00Z")
            need(ids(found) == ids(whole), item["id"], "features without a time match every time")
            continue
        first, middle, last = times[0], times[len(times) // 2], times[-1]
        day = middle.replace(hour=0, minute=0, second=0, microsecond=0)
        asked = {
            text(middle): (middle, middle),
            f"{text(first)}/{text(middle)}": (first, middle),
            f"../{text(middle)}": (None, middle),
            f"{text(middle)}/..": (middle, None),
            f"/{text(first)}": (None, first),
            f"{text(day)}/P2D": (day, day + timedelta(days=2)),
            f"{text(last + timedelta(days=1))}/..": (last + timedelta(days=1), None),
        }
        for given, (begin, end) in asked.items():
            wanted = {
                feature["id"]
                for feature in whole
                if (moment := time_of(feature)) is None
                or ((begin is None or begin <= moment) and (end is None or moment <= end))
            }
            found = service.features(item["id"], datetime=given)
            need(ids(found) == wanted, item["id"], given, "found", len(found), "of", len(wanted))


def text(moment: datetime) -> str:
    """A time as RFC 3339 writes it."""
    return moment.isoformat().replace("+00:00", "Z")


@SUITE.shows("/req/core/query-param-unknown", "/req/core/query-param-invalid")
def bad_parameters_are_refused(service: Service) -> None:
    """400 for what is not in the definition, and for values its schema does not allow."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        wrong = ["unknownQueryParameter12345=1", "limit=unlimited", "limit=0", "limit=-1", "bbox=1,2,3",
                 "bbox=a,b,c,d", "bbox=nan,1,2,3", "bbox=1,2,3,4,5", "datetime=yesterday", "datetime=2024-13-01",
                 "datetime=2024-02-01/2024-01-01"]  # fmt: skip
        for query in wrong:
            service.get(f"{path}?{query}", GEOJSON).must_be(400)
    for path in ("/", "/conformance", "/collections"):
        service.get(f"{path}?unknownQueryParameter12345=1").must_be(400)


@SUITE.shows("/req/core/f-op", "/req/core/f-success", "/req/core/f-links")
def one_feature(service: Service) -> None:
    """A feature by its id is the one of the list, with its links."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        for feature in service.all_features(item["id"])[:5]:
            answer = service.get(f"{path}/{feature['id']}", GEOJSON).must_be(200)
            need(answer.media == GEOJSON, answer.url, "answers as", answer.media)
            for key in ("type", "id", "geometry"):
                need(answer.json[key] == feature[key], answer.url, "differs from the list in", key)
            check_links(answer.json["links"], media=GEOJSON, others=(HTML,), where=answer.url)
            need(link_of(answer.json["links"], "collection"), answer.url, "has no link to its collection")
        service.get(f"{path}/no-such-feature", GEOJSON).must_be(404)


@SUITE.shows("/req/core/crs84", "/req/geojson/content")
def geometries_are_geojson_in_crs84(service: Service) -> None:
    """Every geometry can be read, longitude first."""
    for item in service.collections:
        for feature in service.all_features(item["id"]):
            if feature["geometry"] is not None:
                west, south, east, north = shape(feature["geometry"]).bounds
                need(-180 <= west <= east <= 180 and -90 <= south <= north <= 90, item["id"], feature["id"])
            need(isinstance(feature["properties"], dict), item["id"], feature["id"], "has no properties")


@SUITE.shows("/req/geojson/definition", "/req/html/definition")
def definition_names_the_encodings(service: Service) -> None:
    """Every operation that reads tells of its encodings."""
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        for address in (path, f"{path}/{{featureId}}"):
            answer = service.looked_up(service.api["paths"][address]["get"]["responses"]["200"])
            need({GEOJSON, HTML} <= set(answer["content"]), address, "tells of", list(answer["content"]))


@SUITE.shows("/req/html/content")
def every_resource_is_a_page(service: Service) -> None:
    """HTML at every address, holding what the JSON holds."""
    for path in paths(service):
        answer = service.get(path, HTML).must_be(200)
        need(answer.media == HTML and b"<!doctype html" in answer.body[:40].lower(), path, "is no page")
    for item in service.collections:
        page = service.get(f"/collections/{item['id']}", HTML).body.decode()
        need(item["title"] in page, item["id"], "its page lacks its title")


@SUITE.shows("/req/oas30/oas-definition-1", "/req/oas30/oas-definition-2")
def definition_is_openapi(service: Service) -> None:
    """OpenAPI 3.0 as JSON and as a page."""
    links = service.landing["links"]
    need(link_of(links, "service-desc", OPENAPI), "no link to the definition as", OPENAPI)
    need(link_of(links, "service-doc", HTML), "no link to the definition as a page")
    check_definition(service.api)


@SUITE.shows("/req/oas30/oas-impl", "/req/oas30/completeness")
def definition_holds(service: Service) -> None:
    """Every address of the definition that can be read without further ado is there, with a declared answer."""
    for path, operations in service.api["paths"].items():
        operation = operations.get("get")
        if operation is None or "{" in path or any(item.get("required") for item in service.parameters(path)):
            continue
        answer = service.get(path, "*/*").must_be(200)
        declared = service.looked_up(operation["responses"]["200"])["content"]
        names = {media.partition(";")[0] for media in declared}
        need(answer.media in names, path, "answers as", answer.media, "but declares", sorted(names))
    described = set(service.api["paths"])
    for item in service.collections:
        for suffix in ("", "/items", "/items/{featureId}"):
            need(f"/collections/{item['id']}{suffix}" in described, item["id"], suffix, "is not described")


@SUITE.shows("/req/oas30/exceptions-codes", "/req/oas30/security")
def definition_tells_of_refusals(service: Service) -> None:
    """Refusals have the codes the definition tells of, and their schema; how one signs in is described."""
    schemes = service.api["components"]["securitySchemes"]
    need({scheme["scheme"] for scheme in schemes.values()} >= {"bearer", "basic"}, "security", schemes)
    for item in service.collections:
        path = f"/collections/{item['id']}/items"
        for asked, status in ((f"{path}?limit=x", 400), (f"{path}/0", 404)):
            answer = service.get(asked, GEOJSON).must_be(status)
            address = path if status == 400 else f"{path}/{{featureId}}"
            declared = service.looked_up(service.api["paths"][address]["get"]["responses"][str(status)])
            need(answer.media in declared["content"], asked, "answers as", answer.media)
            need(answer.json["status"] == status, asked, "is no problem document")
