"""Features are added, replaced, changed and deleted by programs (OGC 20-002; R21, R28, R30, R31, R49)."""

import base64
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gisportal.accounts.models import Account
from gisportal.accounts.tokens import create_token
from gisportal.audit.models import AuditEntry
from gisportal.modules.proposals.models import Proposal
from layers.models import Organisation, ProtectedPlace, Resource, ResourceVersion, Responsibility, Site
from tests.factories import LAT, LON, make_category, make_district, make_field, make_resource

pytestmark = pytest.mark.django_db

ITEMS = "/ogc/collections/resources/items"
GEOJSON = "application/geo+json"
MERGE = "application/merge-patch+json"
CRS = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture(autouse=True)
def city(settings: Any) -> None:
    """A district, so that there is a city to lie outside of."""
    settings.LG_CODE = "372013"
    make_district()


def signed_in(level: str = "a", **more: Any) -> Client:
    account = Account.objects.create_user(
        f"editor-{level}-{Account.objects.count()}", password="x", level=level
    )
    for key, value in more.items():
        setattr(account, key, value)
    account.save()
    client = Client(
        headers={"Authorization": f"Bearer {create_token(account)}"}, raise_request_exception=True
    )
    client.account = account  # type: ignore[attr-defined]
    return client


@pytest.fixture
def editor() -> Client:
    return signed_in("a")


def feature(properties: dict[str, Any] | None = None, point: Any = (LON, LAT), **more: Any) -> dict[str, Any]:
    geometry = None if point is None else {"type": "Point", "coordinates": list(point)}
    given = {"name": "さくらサロン", "category": "care"} if properties is None else properties
    return {"type": "Feature", "properties": given, "geometry": geometry, **more}


def send(
    client: Client, method: str, address: str, body: Any = None, media: str = GEOJSON, **headers: str
) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {key.replace("_", "-"): value for key, value in headers.items()}
    return client.generic(method, address, data, content_type=media, headers=names)


def post(client: Client, body: Any, **headers: str) -> Any:
    return send(client, "POST", ITEMS, body, **headers)


def patch(client: Client, pk: int, body: Any, media: str = MERGE, **headers: str) -> Any:
    return send(client, "PATCH", f"{ITEMS}/{pk}", body, media, **headers)


def put(client: Client, pk: int, body: Any, **headers: str) -> Any:
    return send(client, "PUT", f"{ITEMS}/{pk}", body, **headers)


def errors_of(answer: Any) -> set[str]:
    assert answer["Content-Type"] == "application/problem+json"
    return {item["property"] for item in answer.json().get("errors", [])}


def get(client: Client, pk: int, query: str = "f=json") -> Any:
    return client.get(f"{ITEMS}/{pk}?{query}")


# --- adding ----------------------------------------------------------------------------------------------------------


def test_a_feature_is_added(editor: Client) -> None:
    """201 with the address of the feature; a draft, with history and record (/conf/create-replace-delete/create)."""
    make_category()
    answer = post(
        editor, feature({"name": "さくらサロン", "category": "care", "phone": "（０８７）８３９ー２０１１"})
    )
    assert answer.status_code == 201 and answer.content == b""
    assert answer["Location"].startswith("http://testserver/ogc/collections/resources/items/")
    row = Resource.unscoped.get(pk=answer["Location"].rsplit("/", 1)[1])
    assert (row.name, row.phone, row.publication, row.geom_origin) == (
        "さくらサロン",
        "087-839-2011",
        "draft",
        "hand",
    )
    assert (round(row.geom.x, 9), round(row.geom.y, 9)) == (LON, LAT)
    read = editor.get(answer["Location"] + "?f=json")
    assert read.json()["properties"]["name"] == "さくらサロン"
    assert read["ETag"].split("-")[0] == answer["ETag"].split("-")[0] == '"v1'


def test_history_and_record_name_person_and_door(editor: Client) -> None:
    make_category()
    pk = int(post(editor, feature())["Location"].rsplit("/", 1)[1])
    assert patch(editor, pk, {"properties": {"name": "うめサロン"}}).status_code == 204
    states = ResourceVersion.unscoped.filter(resource_id=pk).order_by("version")
    account = editor.account  # type: ignore[attr-defined]
    assert [(state.actor_id, state.note) for state in states] == [(account.pk, "OGC API")] * 2
    entries = AuditEntry.objects.filter(action__startswith="resource.", target_id=str(pk)).order_by("id")
    assert [(entry.account_id, entry.action, entry.summary["through"]) for entry in entries] == [
        (account.pk, "resource.created", "OGC API"),
        (account.pk, "resource.updated", "OGC API"),
    ]
    assert "うめサロン" not in json.dumps([entry.summary for entry in entries], ensure_ascii=False)


def test_what_c_adds_becomes_its_own() -> None:
    client = signed_in("c")
    make_category()
    pk = int(post(client, feature())["Location"].rsplit("/", 1)[1])
    assert get(client, pk).status_code == 200
    assert Responsibility.unscoped.get(resource_id=pk).account_id == client.account.pk  # type: ignore[attr-defined]


def test_values_missing_or_null_take_their_defaults(editor: Client) -> None:
    """QGIS sends null for everything that was not filled in, read-only properties too."""
    make_category()
    nulls = dict.fromkeys(get_fields(editor), None)
    answer = post(editor, feature({**nulls, "name": "たけ", "category": "care"}, None))
    assert answer.status_code == 201, answer.content
    row = Resource.unscoped.get(name="たけ")
    assert (row.operation, row.delivery, row.geom, row.capacity) == ("open", "on_site", None, None)


def get_fields(client: Client) -> list[str]:
    found = client.get("/ogc/collections/resources/schema").json()["properties"]
    return [key for key in found if key not in {"id", "geometry"}]


@pytest.mark.parametrize(
    ("prefer", "status"), [("return=minimal", 201), ("return=representation", 201), ("", 201)]
)
def test_the_feature_comes_back_where_preferred(editor: Client, prefer: str, status: int) -> None:
    make_category()
    answer = post(editor, feature(), prefer=prefer)
    assert answer.status_code == status
    if prefer == "return=representation":
        assert answer["Preference-Applied"] == prefer and answer["Content-Type"] == GEOJSON
        assert answer.json()["properties"]["name"] == "さくらサロン"
    else:
        assert answer.content == b"" and "Preference-Applied" not in answer


# --- changing --------------------------------------------------------------------------------------------------------


def test_a_patch_changes_what_it_names(editor: Client) -> None:
    """/conf/update/update: all other parts stay."""
    make_field("beds", "number")
    pk = make_resource("まつ", phone="087-1111-2222", properties={"beds": 3}, geom_origin="file").pk
    before = get(editor, pk).json()
    assert patch(editor, pk, {"properties": {"beds": 5, "url": "https://example.jp/"}}).status_code == 204
    after = get(editor, pk).json()
    assert after["properties"].pop("updated_at") != before["properties"].pop("updated_at")
    assert after["properties"] == {**before["properties"], "beds": 5, "url": "https://example.jp/"}
    assert after["geometry"] == before["geometry"]
    assert Resource.unscoped.get(pk=pk).geom_origin == "file"


def test_null_empties(editor: Client) -> None:
    make_field("beds", "number")
    pk = make_resource("まつ", phone="087-1111-2222", properties={"beds": 3}).pk
    assert (
        patch(editor, pk, {"properties": {"beds": None, "phone": None}, "geometry": None}).status_code == 204
    )
    row = Resource.unscoped.get(pk=pk)
    assert (row.properties, row.phone, row.geom) == ({}, "", None)


def test_a_point_is_moved_by_hand(editor: Client) -> None:
    pk = make_resource().pk
    moved = {"geometry": {"type": "Point", "coordinates": [LON + 0.01, LAT + 0.01, 12.5]}}
    assert patch(editor, pk, moved).status_code == 204
    row = Resource.unscoped.get(pk=pk)
    assert (row.geom_origin, round(row.geom.x, 6), round(row.geom.y, 6)) == ("hand", 134.06, 34.35)


@pytest.mark.parametrize("name", ["{uri}", "<{uri}>"])
def test_the_geometry_may_be_in_another_crs(editor: Client, name: str) -> None:
    """Content-Crs with the axes of the CRS; QGIS leaves the angle brackets out (/conf/features/crs)."""
    pk = make_resource().pk
    for uri, point in {
        f"{CRS}4326": (LAT + 0.01, LON),
        f"{CRS}6672": read_as(editor, pk, f"{CRS}6672", 500),
    }.items():
        body = {"geometry": {"type": "Point", "coordinates": list(point)}}
        assert patch(editor, pk, body, content_crs=name.format(uri=uri)).status_code == 204
        there = get(editor, pk, f"f=json&crs={uri}").json()["geometry"]["coordinates"]
        assert there == pytest.approx(list(point), abs=0.001)


def read_as(client: Client, pk: int, uri: str, north: float) -> tuple[float, float]:
    x, y = get(client, pk, f"f=json&crs={uri}").json()["geometry"]["coordinates"]
    return x + north, y


def test_a_replacement_empties_what_it_leaves_out(editor: Client) -> None:
    """What cannot be empty, and room, which is an act of its own, stay (docs/decisions/ogc-editing.md)."""
    make_field("beds", "number")
    make_field("secret", audience="staff")
    row = make_resource("まつ", phone="087-1111-2222", properties={"beds": 3, "secret": "x"}, vacancy="few",
                        vacancy_as_of=timezone.now())  # fmt: skip
    answer = put(editor, row.pk, feature({"name": "まつ二", "category": "care"}, None))
    assert answer.status_code == 204
    row.refresh_from_db()
    assert (row.name, row.phone, row.geom, row.publication, row.vacancy) == (
        "まつ二",
        "",
        None,
        "members",
        "few",
    )
    assert row.properties == {"secret": "x"}, "what the editor does not see stays"


def test_what_was_read_can_be_written_back(editor: Client) -> None:
    """The whole document with one change: read-only properties as they stand are accepted."""
    pk = make_resource("まつ", phone="087-1111-2222").pk
    document = get(editor, pk).json()
    document["properties"]["phone"] = "087-3333-4444"
    answer = put(editor, pk, document, if_match=get(editor, pk)["ETag"], prefer="return=representation")
    assert answer.status_code == 200
    after = answer.json()["properties"]
    assert (after["phone"], after["name"]) == ("087-3333-4444", "まつ")
    assert after["updated_at"] != document["properties"]["updated_at"]
    assert Resource.unscoped.get(pk=pk).geom_origin == "file", "a point that has not moved keeps its origin"


def test_writing_back_the_same_changes_nothing(editor: Client) -> None:
    pk = make_resource("まつ", phone="087-1111-2222").pk
    first = get(editor, pk)
    assert put(editor, pk, first.json()).status_code == 204
    assert get(editor, pk)["ETag"] == first["ETag"]


def test_an_address_with_a_point_leaves_the_point(editor: Client) -> None:
    pk = make_resource("まつ").pk
    body = {"properties": {"address": "高松市番町一丁目8-15"}, "geometry": feature()["geometry"]}
    assert patch(editor, pk, body).status_code == 204
    row = Resource.unscoped.get(pk=pk)
    assert (row.address, round(row.geom.x, 6), round(row.geom.y, 6)) == ("高松市番町一丁目8-15", LON, LAT)


def test_address_and_building_are_read_as_one(editor: Client) -> None:
    pk = make_resource("まつ", address="番町1-8-15", building="市役所").pk
    assert get(editor, pk).json()["properties"]["address"] == "番町1-8-15 市役所"
    body = {"properties": {"address": "番町1-8-16 市役所"}, "geometry": feature()["geometry"]}
    assert patch(editor, pk, body).status_code == 204
    row = Resource.unscoped.get(pk=pk)
    assert (row.address, row.building) == ("番町1-8-16", "市役所")


def test_formal_overrides_the_category(editor: Client) -> None:
    pk = make_resource("まつ").pk
    assert get(editor, pk).json()["properties"]["formal"] is True
    assert patch(editor, pk, {"properties": {"formal": False}}).status_code == 204
    assert Resource.unscoped.get(pk=pk).formal_override is False
    assert patch(editor, pk, {"properties": {"formal": None}}).status_code == 204
    assert Resource.unscoped.get(pk=pk).formal_override is None


def test_an_organisation_is_named(editor: Client) -> None:
    pk = make_resource("まつ").pk
    house = Organisation.unscoped.create(name="社会福祉法人まつ")
    assert patch(editor, pk, {"properties": {"organisation": "社会福祉法人まつ"}}).status_code == 204
    assert Resource.unscoped.get(pk=pk).organisation_id == house.pk
    assert errors_of(patch(editor, pk, {"properties": {"organisation": "ない法人"}})) == {"organisation"}


def test_choices_may_come_as_one_text(editor: Client) -> None:
    """Where the first features hold no list, QGIS before 3.44 takes the property for text."""
    make_field("days", "choices", choices=[{"code": "mon", "title": "月"}, {"code": "tue", "title": "火"}])
    make_field("beds", "number")
    make_field("open", "boolean")
    pk = make_resource().pk
    for given in ("tue,mon", '["tue", "mon"]', ["mon", "tue"]):
        patch(editor, pk, {"properties": {"days": None}})
        assert (
            patch(editor, pk, {"properties": {"days": given, "beds": "7", "open": "true"}}).status_code == 204
        )
        assert Resource.unscoped.get(pk=pk).properties == {"days": ["mon", "tue"], "beds": 7, "open": True}


def test_room_is_stated(editor: Client) -> None:
    """R30: the time is now, and it is the city that says so."""
    pk = make_resource().pk
    assert (
        patch(editor, pk, {"properties": {"vacancy": "few", "vacancy_count": 2, "capacity": 20}}).status_code
        == 204
    )
    row = Resource.unscoped.get(pk=pk)
    assert (row.vacancy, row.vacancy_count, row.capacity, row.vacancy_origin) == ("few", 2, 20, "city")
    assert row.vacancy_as_of is not None
    assert errors_of(patch(editor, pk, {"properties": {"vacancy_as_of": "2026-01-01T00:00:00Z"}})) == {
        "vacancy_as_of"
    }


def test_b_states_room_of_others_and_no_more() -> None:
    client, pk = signed_in("b"), make_resource().pk
    assert patch(client, pk, {"properties": {"vacancy": "full"}}).status_code == 204
    assert patch(client, pk, {"properties": {"phone": "087-1111-2222"}}).status_code == 403
    assert patch(client, pk, {"properties": {"phone": "087-1111-2222", "vacancy": "few"}}).status_code == 403
    assert Resource.unscoped.get(pk=pk).vacancy == "full"


# --- deleting --------------------------------------------------------------------------------------------------------


def test_a_deleted_feature_lies_in_the_trash(editor: Client) -> None:
    pk = make_resource().pk
    answer = editor.delete(f"{ITEMS}/{pk}")
    assert answer.status_code == 204 and answer.content == b""
    assert get(editor, pk).status_code == 404
    assert Resource.unscoped.get(pk=pk).deleted_at is not None
    assert editor.delete(f"{ITEMS}/{pk}").status_code == 404


# --- locking ---------------------------------------------------------------------------------------------------------


def test_a_lost_update_is_refused(editor: Client) -> None:
    """/conf/optimistic-locking-etags: what another has changed meanwhile is not overwritten."""
    pk = make_resource("まつ").pk
    tag = get(editor, pk)["ETag"]
    first = patch(editor, pk, {"properties": {"name": "先"}}, if_match=tag)
    assert first.status_code == 204 and first["ETag"] != tag
    for answer in (
        patch(editor, pk, {"properties": {"name": "後"}}, if_match=tag),
        put(editor, pk, feature(), if_match=tag),
        editor.delete(f"{ITEMS}/{pk}", headers={"If-Match": tag}),
        patch(editor, pk, {"properties": {"name": "後"}}, if_match='"0"'),
    ):
        assert answer.status_code == 412 and answer["Content-Type"] == "application/problem+json"
    assert Resource.unscoped.get(pk=pk).name == "先"
    assert patch(editor, pk, {"properties": {"name": "後"}}, if_match=first["ETag"]).status_code == 204
    assert patch(editor, pk, {"properties": {"name": "後々"}}, if_match="*").status_code == 204
    assert editor.delete(f"{ITEMS}/{pk}", headers={"If-Match": get(editor, pk)["ETag"]}).status_code == 204


def test_the_tag_is_of_the_version_in_every_representation(editor: Client) -> None:
    pk = make_resource("まつ").pk
    tags = {get(editor, pk, query)["ETag"] for query in ("f=json", f"f=json&crs={CRS}4326", "f=json&lang=en")}
    assert len(tags) == 3 and all(tag.startswith('"v1-') for tag in tags), "strong, and one for each"
    listed = ", ".join(sorted(tags))
    assert patch(editor, pk, {"properties": {"name": "うめ"}}, if_match=listed).status_code == 204
    assert patch(editor, pk, {"properties": {"name": "もも"}}, if_match=listed).status_code == 412
    packed = get(editor, pk)["ETag"]
    assert patch(editor, pk, {"properties": {"name": "もも"}}, if_match="W/" + packed).status_code == 204


def test_a_tag_tells_readers_no_version() -> None:
    """How often something they do not see has changed is not told to those who may not write."""
    pk = make_resource("まつ").pk
    reader, writer = signed_in("b"), signed_in("a")
    Responsibility.unscoped.create(resource_id=pk, account=signed_in("c").account)  # type: ignore[attr-defined]
    assert get(writer, pk)["ETag"].startswith('"v')
    other = signed_in("b", proposes=True) if hasattr(Account, "proposes") else reader
    assert get(other, pk).status_code == 200
    Resource.unscoped.filter(pk=pk).update(publication="public")
    assert get(reader, pk)["ETag"].startswith('"v'), "B states the room of every entry"


def test_not_modified_goes_by_the_tag(editor: Client) -> None:
    pk = make_resource("まつ").pk
    tag = get(editor, pk)["ETag"]
    answer = editor.get(f"{ITEMS}/{pk}?f=json", headers={"If-None-Match": tag})
    assert answer.status_code == 304 and answer["ETag"] == tag
    assert put(editor, pk, feature(), if_none_match="*").status_code == 412


# --- what is refused -------------------------------------------------------------------------------------------------


def test_unknown_properties_are_named(editor: Client) -> None:
    make_category()
    make_field("secret", audience="staff")
    body = feature({"name": "まつ", "category": "care", "nonsense": 1, "secret": "x", "geom": None})
    answer = post(editor, body)
    assert answer.status_code == 400 and errors_of(answer) == {"nonsense", "secret", "geom"}
    assert len({item["detail"] for item in answer.json()["errors"]}) == 1, "hidden is not told from absent"
    assert not Resource.unscoped.exists()


def test_every_wrong_value_is_named(editor: Client) -> None:
    make_category()
    make_field("beds", "number")
    make_field("open", "boolean")
    wrong = {
        "name": ["まつ"], "category": "care", "phone": {"a": 1}, "beds": [1], "open": 3, "fields_of_support": 5,
        "formal": "ja", "updated_at": "2020-01-01T00:00:00Z", "url": True,
    }  # fmt: skip
    answer = post(editor, feature(wrong))
    assert answer.status_code == 422
    assert errors_of(answer) == set(wrong) - {"category"}
    second = {
        "name": "",
        "category": "none",
        "email": "x",
        "url": "ftp://x",
        "operation": "weird",
        "beds": "many",
    }
    answer = post(editor, feature({**second, "name": "まつ"}))
    assert answer.status_code == 422 and errors_of(answer) == set(second) - {"name"}
    assert errors_of(post(editor, feature({}))) == {"name", "category"}
    assert not Resource.unscoped.exists()


def test_a_field_belongs_to_its_category(editor: Client) -> None:
    shop = make_category("shop")
    make_category()
    make_field("stalls", "number").categories.add(shop)
    assert errors_of(post(editor, feature({"name": "a", "category": "care", "stalls": 3}))) == {"stalls"}
    assert post(editor, feature({"name": "a", "category": "care", "stalls": None})).status_code == 201
    assert post(editor, feature({"name": "b", "category": "shop", "stalls": 3})).status_code == 201


@pytest.mark.parametrize(
    ("geometry", "status"),
    [
        ({"type": "Point", "coordinates": [LAT, LON]}, 422),  # swapped
        ({"type": "Point", "coordinates": [2.35, 48.85]}, 422),  # Paris
        ({"type": "Point", "coordinates": [139.7, 35.7]}, 422),  # another city
        ({"type": "Point", "coordinates": [1000, 1e300]}, 422),
        ({"type": "MultiPoint", "coordinates": [[LON, LAT]]}, 422),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, 422),
        ({"type": "GeometryCollection", "geometries": []}, 422),
        ({"type": "Point", "coordinates": []}, 400),
        ({"type": "Point", "coordinates": [1]}, 400),
        ({"type": "Point", "coordinates": ["134", "34"]}, 400),
        ({"type": "Point", "coordinates": [True, False]}, 400),
        ({"type": "Point", "coordinates": [None, None]}, 400),
        ({"type": "Point", "coordinates": [10**400, 34]}, 400),
        ({"type": "Point", "coordinates": [1, 2, 3, 4, 5]}, 400),
        ({"type": "Point"}, 400),
        ({"coordinates": [LON, LAT]}, 400),
        ("POINT(134 34)", 400),
        ([LON, LAT], 400),
    ],
)
def test_positions_that_cannot_be(editor: Client, geometry: Any, status: int) -> None:
    make_category()
    pk = make_resource().pk
    assert post(editor, {**feature(), "geometry": geometry}).status_code == status
    assert patch(editor, pk, {"geometry": geometry}).status_code == status
    assert Resource.unscoped.count() == 1 and Resource.unscoped.get(pk=pk).version == 1


def test_outside_the_city_needs_leniency(editor: Client) -> None:
    """R31: an office beyond the border is no mistake, but a program cannot be asked back."""
    make_category()
    tokyo = feature(point=(139.7, 35.7))
    answer = post(editor, tokyo, prefer="handling=strict")
    assert answer.status_code == 422 and answer["Preference-Applied"] == "handling=strict"
    assert errors_of(answer) == {"geometry"}
    assert post(editor, tokyo, prefer="handling=lenient").status_code == 201
    assert post(editor, feature(point=(2.35, 48.85)), prefer="handling=lenient").status_code == 422


BAD_BODIES: dict[str, bytes] = {
    "nothing": b"",
    "half": b'{"type":"Feature","properties":{"name":"',
    "no object": b"[1,2]",
    "a text": b'"x"',
    "no json": b"<Feature/>",
    "NaN": b'{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[NaN,1]}}',
    "Infinity": b'{"type":"Feature","properties":{"capacity":Infinity},"geometry":null}',
    "other type": b'{"type":"FeatureCollection","features":[]}',
    "no type": b'{"properties":{},"geometry":null}',
    "no geometry": b'{"type":"Feature","properties":{}}',
    "no properties": b'{"type":"Feature","geometry":null}',
    "properties no object": b'{"type":"Feature","properties":[],"geometry":null}',
    "not UTF-8": '{"type":"Feature","properties":{"name":"高松"},"geometry":null}'.encode("cp932"),
    "half a surrogate": b'{"type":"Feature","properties":{"name":"\\ud800"},"geometry":null}',
    "twice": b'{"type":"Feature","type":"Feature","properties":{},"geometry":null}',
    "deep": b'{"type":"Feature","properties":{"name":'
    + b"[" * 200_000
    + b"]" * 200_000
    + b'},"geometry":null}',
    "old crs": b'{"type":"Feature","properties":{},"geometry":null,"crs":{"type":"name"}}',
    "place": b'{"type":"Feature","properties":{},"geometry":null,"place":{"type":"Point","coordinates":[1,2]}}',
    "long number": b'{"type":"Feature","properties":{"capacity":' + b"9" * 5000 + b'},"geometry":null}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bodies_that_cannot_be_read(editor: Client, name: str) -> None:
    make_category()
    pk = make_resource().pk
    for answer in (post(editor, BAD_BODIES[name]), put(editor, pk, BAD_BODIES[name])):
        assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert Resource.unscoped.count() == 1


def test_patches_that_cannot_be_read(editor: Client) -> None:
    pk = make_resource("まつ").pk
    for body in (
        {"name": "x"},
        {"properties": None},
        {"properties": 5},
        {"type": "Point"},
        {"id": pk + 1},
        [],
        5,
    ):
        assert patch(editor, pk, body).status_code == 400, body
    assert patch(editor, pk, {"properties": {"id": pk + 1}}).status_code == 400
    assert patch(editor, pk, {"properties": {"id": pk}, "id": pk, "type": "Feature"}).status_code == 204
    assert put(editor, pk, feature(id=pk + 1)).status_code == 400
    assert put(editor, pk, feature(id=str(pk))).status_code == 204
    assert patch(editor, pk, {}).status_code == 204


def test_what_the_body_is_has_to_be_said(editor: Client) -> None:
    """400 without a Content-Type, 415 with another one (/conf/create-replace-delete/create-content-type)."""
    make_category()
    pk = make_resource().pk
    assert post(editor, feature(), media="").status_code == 400
    for media in (
        "text/plain",
        "application/gml+xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ):
        answer = send(editor, "POST", ITEMS, feature(), media)
        assert answer.status_code == 415 and GEOJSON in answer["Accept-Post"]
        answer = patch(editor, pk, {}, media)
        assert answer.status_code == 415 and MERGE in answer["Accept-Patch"]
    assert send(editor, "PUT", f"{ITEMS}/{pk}", {}, MERGE).status_code == 415
    for media in (GEOJSON, "application/json; charset=utf-8", "application/geo+json;charset=UTF-8"):
        assert send(editor, "POST", ITEMS, feature(), media).status_code == 201
    for media in (GEOJSON, MERGE, "application/json"):
        assert patch(editor, pk, {"properties": {"name": media}}, media).status_code == 204


def test_a_long_body_is_refused(editor: Client) -> None:
    make_category()
    answer = post(
        editor, b'{"type":"Feature","properties":{"name":"' + b"x" * 1_048_576 + b'"},"geometry":null}'
    )
    assert answer.status_code == 413


def test_half_a_body_is_refused(editor: Client) -> None:
    body = json.dumps(feature()).encode()
    answer = editor.generic("POST", ITEMS, body, content_type=GEOJSON, CONTENT_LENGTH=str(len(body) + 10),
                            **{"wsgi.input": io.BytesIO(body)})  # fmt: skip
    assert answer.status_code == 400


def test_unknown_crs_and_parameters_are_refused(editor: Client) -> None:
    make_category()
    assert post(editor, feature(), content_crs="<http://example.org/crs>").status_code == 400
    assert send(editor, "POST", f"{ITEMS}?crs=x", feature()).status_code == 400
    assert send(editor, "POST", f"{ITEMS}?limit=5", feature()).json()["parameter"] == "limit"
    assert not Resource.unscoped.exists()


def test_addresses_that_are_not_there(editor: Client) -> None:
    make_category()
    for pk in (999_999, "abc", "0", "-1", "9" * 30, "1%20"):
        assert send(editor, "PUT", f"{ITEMS}/{pk}", feature()).status_code == 404
        assert send(editor, "PUT", f"{ITEMS}/{pk}", feature(), if_match='"xyz"').status_code == 404
        assert send(editor, "PATCH", f"{ITEMS}/{pk}", {}, MERGE).status_code == 404
        assert editor.delete(f"{ITEMS}/{pk}").status_code == 404
    assert not Resource.unscoped.exists()


def test_districts_are_not_edited(editor: Client) -> None:
    answer = send(editor, "POST", "/ogc/collections/districts-area/items", feature())
    assert answer.status_code == 405 and answer["Allow"] == "GET, HEAD, OPTIONS"
    assert editor.options("/ogc/collections/districts-area/items")["Allow"] == "GET, HEAD, OPTIONS"
    assert editor.put(ITEMS).status_code == 405 and editor.post(f"{ITEMS}/1").status_code == 405


# --- places that are not open ----------------------------------------------------------------------------------------


def test_an_undisclosed_place_is_not_changed_here(editor: Client) -> None:
    """Design §3: not even by its readers; everything else of the entry is."""
    row = make_resource("まつ", lon=None, disclosure="area")
    hidden = ProtectedPlace.unscoped.create(
        resource=row, address="ひみつ町", geom="SRID=4326;POINT(134.06 34.32)"
    )
    hidden.readers.add(editor.account)  # type: ignore[attr-defined]
    for body in ({"geometry": feature()["geometry"]}, {"properties": {"address": "番町"}}):
        answer = patch(editor, row.pk, body)
        assert answer.status_code == 422 and errors_of(answer) <= {"geometry", "address"}
        assert "134.06" not in answer.content.decode() and "ひみつ" not in answer.content.decode()
    assert put(editor, row.pk, get(editor, row.pk).json()).status_code == 204
    assert (
        patch(editor, row.pk, {"properties": {"phone": "087-1111-2222"}, "geometry": None}).status_code == 204
    )
    hidden.refresh_from_db()
    assert (hidden.address, hidden.geom.x) == ("ひみつ町", 134.06)


def test_the_place_of_a_shared_site_is_not_changed_here(editor: Client) -> None:
    site = Site.unscoped.create(
        name="会館", address="番町1", geom=f"SRID=4326;POINT({LON} {LAT})", geom_origin="hand"
    )
    row = make_resource("まつ", lon=None, site=site)
    moved = {"geometry": {"type": "Point", "coordinates": [LON + 0.001, LAT]}}
    assert errors_of(patch(editor, row.pk, moved)) == {"geometry"}
    assert (
        put(
            editor, row.pk, {**get(editor, row.pk).json(), "properties": {"name": "うめ", "category": "care"}}
        ).status_code
        == 204
    )
    row.refresh_from_db()
    assert (row.name, row.site_id, row.address) == ("うめ", site.pk, "")


# --- proposals -------------------------------------------------------------------------------------------------------


def test_what_has_to_be_proposed_becomes_a_proposal() -> None:
    """R49: 202 with the page of the proposal; nothing is changed before it is approved."""
    client = signed_in("a", proposes=True)
    pk = make_resource("まつ", phone="087-1111-2222").pk
    answers = [
        patch(client, pk, {"properties": {"name": "うめ"}}),
        post(client, feature({"name": "新しい", "category": "care"})),
        client.delete(f"{ITEMS}/{pk}"),
    ]
    assert [answer.status_code for answer in answers] == [202] * 3
    kinds = list(Proposal.unscoped.order_by("id").values_list("kind", flat=True))
    assert kinds == ["update", "create", "delete"]
    for answer, row in zip(answers, Proposal.unscoped.order_by("id"), strict=True):
        assert answer["Location"].endswith(f"/{row.pk}/") and answer.json()["proposal"] == answer["Location"]
        assert row.author_id == client.account.pk  # type: ignore[attr-defined]
    assert list(Resource.unscoped.values_list("name", "deleted_at")) == [("まつ", None)]
    assert Proposal.unscoped.get(kind="update").changes == {"name": "うめ"}
    assert errors_of(patch(client, pk, {"properties": {"email": "x"}})) == {"email"}
    assert patch(client, pk, {"properties": {"name": "うめ"}}, if_match='"0"').status_code == 412
    assert patch(client, pk, {"properties": {"vacancy": "few"}}).status_code == 204, (
        "room is no matter of approval"
    )


# --- OPTIONS ---------------------------------------------------------------------------------------------------------


def test_options_tell_what_this_viewer_may_do() -> None:
    """/conf/create-replace-delete/options and /conf/update/options; QGIS decides by it."""
    pk = make_resource().pk
    for level in ("a", "b", "c", "administrator"):
        client = signed_in(level)
        answer = client.options(ITEMS)
        assert answer.status_code == 200 and answer["Allow"] == "GET, HEAD, POST, OPTIONS"
        assert answer["Accept-Post"] == "application/geo+json, application/json"
        for address in (pk, "unknown_id"):
            answer = client.options(f"{ITEMS}/{address}")
            assert answer.status_code == 200 and answer["Allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
            assert answer["Accept-Patch"].startswith(MERGE)
    assert signed_in("d").options(ITEMS).status_code == 404
    assert Client().options(ITEMS).status_code == 404


# --- transactions ----------------------------------------------------------------------------------------------------


def test_all_or_nothing(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends in the middle leaves nothing: entry, history and record stand or fall together."""
    make_category()

    def ended(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("the process ended here")

    pk = make_resource("まつ").pk
    monkeypatch.setattr("layers.editing.feature_writer.enter_vacancy", ended)
    client = Client(
        headers=editor.headers if hasattr(editor, "headers") else {}, raise_request_exception=False
    )
    client.defaults.update(editor.defaults)
    before = AuditEntry.objects.count()
    assert post(client, feature({"name": "半分", "category": "care", "vacancy": "few"})).status_code == 500
    assert patch(client, pk, {"properties": {"name": "半分", "vacancy": "few"}}).status_code == 500
    assert list(Resource.unscoped.values_list("name", "version")) == [("まつ", 1)]
    assert AuditEntry.objects.count() == before
    assert ResourceVersion.unscoped.exclude(resource_id=pk).count() == 0


@pytest.fixture
def browser(db: None) -> Callable[..., Client]:
    def signed(level: str) -> Client:
        account = Account.objects.create_user(f"browser-{level}", password="x", level=level)
        client = Client(enforce_csrf_checks=True)
        client.force_login(account)
        return client

    return signed


def test_a_session_needs_the_token_of_the_page(browser: Callable[..., Client]) -> None:
    """No page of somebody else makes a signed-in browser write."""
    make_category()
    client, pk = browser("a"), make_resource().pk
    for method, address, media in (("POST", ITEMS, GEOJSON), ("PUT", f"{ITEMS}/{pk}", GEOJSON),
                                   ("PATCH", f"{ITEMS}/{pk}", MERGE), ("DELETE", f"{ITEMS}/{pk}", "")):  # fmt: skip
        answer = send(client, method, address, feature(), media)
        assert answer.status_code == 403, method
    assert Resource.unscoped.count() == 1 and Resource.unscoped.get().version == 1
    client.get("/accounts/password/change/")
    client.get("/resources/new/")
    token = client.cookies["csrftoken"].value
    answer = client.generic(
        "POST", ITEMS, json.dumps(feature()), content_type=GEOJSON, headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 201


def test_without_a_token_one_is_asked_to_sign_in() -> None:
    from gisportal.accounts.services import set_public_site

    set_public_site(True)
    make_category()
    pk = make_resource(publication="public").pk
    nobody = Client(enforce_csrf_checks=True)
    for answer in (post(nobody, feature()), put(nobody, pk, feature()), nobody.delete(f"{ITEMS}/{pk}")):
        assert answer.status_code == 401 and "Bearer" in answer["WWW-Authenticate"]
    assert nobody.options(ITEMS)["Allow"] == nobody.options(f"{ITEMS}/{pk}")["Allow"] == "GET, HEAD, OPTIONS"
    assert Resource.unscoped.count() == 1


def test_a_remembered_password_needs_the_token_of_the_page() -> None:
    """A browser sends HTTP Basic by itself, also for a page of somebody else; a Bearer token it does not."""
    make_category()
    secret = create_token(Account.objects.create_user("basic", password="x", level="a"))
    basic = "Basic " + base64.b64encode(f"x:{secret}".encode()).decode()
    client = Client(enforce_csrf_checks=True)
    for headers, status in (
        ({"authorization": basic, "origin": "https://elsewhere.example"}, 403),
        ({"authorization": basic, "sec_fetch_site": "cross-site"}, 403),
        ({"authorization": basic}, 201),
        ({"authorization": f"Bearer {secret}", "origin": "https://elsewhere.example"}, 201),
    ):
        assert post(client, feature(), **headers).status_code == status, headers
