"""The page for developers: what a viewer may use, searchable, and every operation as a form (D4)."""

import pytest
from django.test import Client

from gisportal.accounts.services import set_public_site
from gisportal.modules.developers.catalogue import chosen, collections
from gisportal.modules.developers.examples import BASE, EXAMPLES, program
from gisportal.modules.developers.operations import Reader
from gisportal.ogc import openapi
from layers.access import Level
from tests.factories import make_account, make_district, make_field, make_resource, viewer

pytestmark = pytest.mark.django_db


def signed_in(level: Level) -> Client:
    client = Client()
    client.force_login(make_account(level))
    return client


@pytest.fixture
def city() -> None:
    make_district()
    make_resource("図書館", publication="public")
    make_field("quiet_room", audience="staff", title="静かな部屋")


def test_a_stranger_sees_what_is_public(city: None, client: Client) -> None:
    slugs = {entry.slug for entry in client.get("/developers/").context["collections"]}
    assert "resources" not in slugs
    set_public_site(True)
    answer = client.get("/developers/")
    assert {"resources", "districts-area"} <= {entry.slug for entry in answer.context["collections"]}
    assert "静かな部屋" not in answer.content.decode()


def test_fields_are_those_of_the_viewer(city: None) -> None:
    told = signed_in(Level.ADMINISTRATOR).get("/developers/").content.decode()
    assert "quiet_room" in told
    assert "quiet_room" not in signed_in(Level.B).get("/developers/").content.decode()


@pytest.mark.parametrize(
    ("words", "found"),
    [("地域資源", True), ("ｐｈｏｎｅ", True), ("resources tilejson", True), ("そんなもの", False)],
)
def test_the_catalogue_is_searched(city: None, words: str, found: bool) -> None:
    slugs = {entry.slug for entry in chosen(collections(viewer(Level.A)), words)}
    assert ("resources" in slugs) is found
    page = signed_in(Level.A).get("/developers/", {"q": words})
    assert page.status_code == 200


def test_every_operation_is_a_form(city: None) -> None:
    client = signed_in(Level.A)
    groups = client.get("/developers/try/").context["groups"]
    operations = [operation for group in groups for operation in group.operations]
    assert len({operation.identifier for operation in operations}) == len(operations) > 10
    for operation in operations:
        answer = client.get("/developers/try/", {"op": operation.identifier})
        assert answer.status_code == 200
        page = answer.content.decode()
        for item in operation.inputs:
            assert f'id="try-{item.place}-{item.name}"' in page


def test_operations_beyond_the_viewer_do_not_exist(city: None, client: Client) -> None:
    assert client.get("/developers/try/", {"op": "items_resources"}).status_code == 404
    assert signed_in(Level.A).get("/developers/try/", {"op": "items_resources"}).status_code == 200


def test_references_enums_and_bodies_are_looked_up(city: None) -> None:
    document = openapi.document("http://testserver/ogc", viewer(Level.A))
    operations = {operation.identifier: operation for operation in Reader(document).operations()}
    inputs = {item.name: item for item in operations["items_resources"].inputs}
    assert inputs["limit"].kind == "number"
    assert inputs["limit"].hint
    assert "json" in inputs["f"].choices
    assert inputs["bbox"].joins
    assert not inputs["category"].joins
    assert inputs["category"].is_list
    sample = {
        "paths": {
            "/x": {"post": {"operationId": "x", "requestBody": {"$ref": "#/components/requestBodies/X"}}}
        },
        "components": {
            "requestBodies": {
                "X": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Y"}}}}
            },
            "schemas": {
                "Y": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["a", "b"]}}}
            },
        },
    }
    (operation,) = Reader(sample).operations()
    assert operation.writes
    assert operation.body == '{\n  "kind": "a"\n}'


@pytest.mark.parametrize("slug", ["qgis", *(example.slug for example in EXAMPLES)])
def test_examples_name_this_portal(client: Client, slug: str) -> None:
    answer = client.get(f"/developers/examples/{slug}/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert BASE not in page
    assert "http://testserver" in page


def test_unknown_examples_do_not_exist(client: Client) -> None:
    assert client.get("/developers/examples/cobol/").status_code == 404


def test_examples_hold_no_token() -> None:
    for example in EXAMPLES:
        assert "gp_" not in program(example, BASE)
