"""Limited tokens: nothing beyond their collections and acts comes through any door (D8, G4)."""

import json
from collections.abc import Iterator

import mapbox_vector_tile
import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import get_resolver

from gisportal.accounts.token_scope import may_pass
from gisportal.accounts.tokens import create_token
from layers.access import Act, Viewer, acting_q, may_create, may_propose
from layers.errors import SourceNotFound
from layers.models import Resource
from layers.source import get_source, sources
from tests.access import doors
from tests.access.world import LAT, LON, MARKS, PHONE, World
from tests.architecture.test_addresses import SAMPLES, _patterns

DISTRICTS = "districts-area"
#: Pages: they show more than one collection. At every other door an answer belongs to one.
PAGES = {"list", "detail", "popup", "handout", "handout list", "several"}
WRITING = ("post", "put", "patch", "delete")


def limited(world: World, who: str = "axel", **limits: object) -> dict[str, str]:
    """Headers with a token of somebody who sees everything, limited."""
    secret = create_token(world.accounts[who], name="limited", **limits)  # type: ignore[arg-type]
    return {"Authorization": f"Bearer {secret}"}


def betrays(text: str) -> bool:
    """Whether an answer holds anything of a resource."""
    return bool(doors.NAME.search(text)) or any(mark in text for mark in (*MARKS.values(), PHONE))


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """Every address of the portal, filled in for a resource that exists."""
    kind = ContentType.objects.get(app_label="layers", model="category")
    row = next(pk for pk, row in world.rows.items() if not row.in_trash)
    samples = {
        **SAMPLES,
        "resource_id": str(row),
        "content_type_id": str(kind.pk),
        "url": "nothing",
        "_0": "",
    }
    samples |= {"slug": "resources", "source": "resources", "style": "resources", "feature_id": str(row)}
    for name, address, parameters in _patterns(get_resolver()):
        yield name, address % {**dict.fromkeys(parameters, "1"), **samples}


@pytest.mark.parametrize("public", (False, True))
@pytest.mark.parametrize("door", doors.DOORS)
def test_token_of_districts_gets_nothing_of_resources(
    world: World, client: Client, door: str, public: bool
) -> None:
    world.publish(public)
    look, _shows_all = doors.DOORS[door]
    seen = look(client, limited(world, sources=[DISTRICTS]), world)
    assert seen.names == set()
    assert not betrays(seen.text)


@pytest.mark.parametrize("door", doors.DOORS)
def test_token_of_resources_reads_them_at_machine_doors_alone(
    world: World, client: Client, door: str
) -> None:
    world.publish(False)
    look, _shows_all = doors.DOORS[door]
    free = look(client, world.headers_of("axel"), world)
    seen = look(client, limited(world, sources=["resources"]), world)
    assert free.names
    assert seen.names == (set() if door in PAGES else free.names)


def test_no_address_betrays_a_resource_to_a_token_of_districts(world: World, client: Client) -> None:
    world.publish(True)
    headers = limited(world, sources=[DISTRICTS])
    opened, leaking = set(), []
    for name, address in addresses(world):
        answer = client.get(address, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        assert answer.status_code < 500, address
        if answer.status_code == 200:
            opened.add(name)
        if betrays(body.decode("utf-8", "replace")):
            leaking.append((name, address))
    assert leaking == []
    pages = {name for name in opened if not name.startswith(("ogc:", "tiles:", "styles:"))}
    assert pages <= {"portal:healthz", "healthz"}
    assert "ogc:collections" in opened


@pytest.mark.parametrize(
    "address",
    [
        "/geocode?q=高松市番町1-1",
        f"/geocode/reverse?lat={LAT}&lon={LON}",
        "/planning/crosstab.json?rows=category&columns=district:area",
        "/ogc/processes/crosstab/execution",
        "/ogc/jobs",
        "/resources/",
        "/",
    ],
)
def test_doors_of_several_collections_refuse_limited_tokens(
    world: World, client: Client, address: str
) -> None:
    for names in ([DISTRICTS], ["resources"], ["resources", DISTRICTS]):
        answer = client.get(address, headers=limited(world, sources=names))
        assert answer.status_code == 403
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["title"]


def test_token_of_districts_reads_districts(world: World, client: Client) -> None:
    world.publish(False)
    headers = limited(world, sources=[DISTRICTS])
    found = client.get("/ogc/collections?f=json", headers=headers).json()["collections"]
    assert [collection["id"] for collection in found] == [DISTRICTS]
    items = client.get(f"/ogc/collections/{DISTRICTS}/items?f=json", headers=headers).json()
    assert items["numberMatched"] == 1
    assert client.get(f"/styles/{DISTRICTS}.json", headers=headers).status_code == 200
    x, y = doors._tiles(12)[0]
    tile = client.get(f"/tiles/{DISTRICTS}/12/{x}/{y}.mvt", headers=headers)
    assert list(mapbox_vector_tile.decode(doors._body(tile))) == [DISTRICTS]
    described = client.get("/ogc/openapi?f=json", headers=headers).content.decode()
    assert "/collections/resources" not in described


def test_public_tiles_are_looked_at_through_the_same_keyhole(world: World, client: Client) -> None:
    world.publish(True)
    address = f"/tiles/resources/16/{doors._tiles(16)[0][0]}/{doors._tiles(16)[0][1]}.mvt?scope=public"
    assert client.get(address, headers=limited(world, sources=[DISTRICTS])).status_code == 404
    assert client.get(address, headers=limited(world, sources=["resources"])).status_code in {200, 204}


def test_a_token_limited_to_what_the_account_may_not_see_sees_nothing(world: World, client: Client) -> None:
    world.publish(False)
    answer = client.get(
        "/ogc/collections/resources/items?f=json", headers=limited(world, "carl", sources=["resources"])
    )
    rows = {row.name for row in world.rows.values() if "carl" in row.kept_by and not row.in_trash}
    assert {feature["properties"]["name"] for feature in answer.json()["features"]} == rows
    nothing = client.get("/ogc/collections?f=json", headers=limited(world, sources=[]))
    assert nothing.json()["collections"] == []


def test_the_rule_stands_in_the_layers_alone(world: World) -> None:
    viewer = Viewer(level="administrator", account_id=1, sources=frozenset({DISTRICTS}))  # type: ignore[arg-type]
    assert [source.slug for source in sources(viewer)] == [DISTRICTS]
    assert get_source(DISTRICTS, viewer).slug == DISTRICTS
    with pytest.raises(SourceNotFound):
        get_source("resources", viewer)


# --- reading only ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", (None, ["resources"]), ids=("of everything", "of resources"))
def test_reading_token_writes_at_no_address(world: World, client: Client, names: list[str] | None) -> None:
    headers = limited(world, "root", may_write=False, sources=names)
    before = list(Resource.unscoped.order_by("pk").values_list("pk", "version", "deleted_at"))
    wrong = []
    for _name, address in addresses(world):
        if address == "/healthz":  # asks nobody who he is and does nothing
            continue
        for method in WRITING:
            answer = getattr(client, method)(address, "{}", content_type="application/json", headers=headers)
            computes = "/processes/" in address and names is None
            if answer.status_code not in ({403, 404, 405, 400} if computes else {403}):
                wrong.append((method, address, answer.status_code))
    assert wrong == []
    assert list(Resource.unscoped.order_by("pk").values_list("pk", "version", "deleted_at")) == before


def test_reading_token_may_do_nothing_but_read(world: World) -> None:
    from gisportal.accounts.models import ApiToken
    from gisportal.accounts.token_scope import viewer_of_token

    create_token(world.accounts["root"], name="reader", may_write=False)
    viewer = viewer_of_token(ApiToken.objects.get(name="reader"))
    assert not may_create(viewer)
    assert not may_propose(viewer)
    for act in Act:
        assert Resource.unscoped.filter(acting_q(viewer, act)).exists() == (act is Act.READ)


def test_reading_token_reads_all_its_account_sees(world: World, client: Client) -> None:
    world.publish(False)
    for door in ("items", "geojson", "detail"):
        look, _shows_all = doors.DOORS[door]
        assert (
            look(client, limited(world, may_write=False), world).names
            == look(client, world.headers_of("axel"), world).names
        )


def test_processes_compute_for_readers() -> None:
    reader = Viewer(acts=frozenset({Act.READ}))
    assert may_pass(reader, "POST", "/ogc/processes/crosstab/execution")
    assert not may_pass(reader, "POST", "/ogc/collections/resources/items")
    assert not may_pass(reader, "DELETE", "/ogc/jobs/1")


def test_refusals_are_problem_details(world: World, client: Client) -> None:
    """A refusal is problem details whatever the door, unless a page is asked for."""
    answer = client.get("/planning/crosstab", headers=limited(world, sources=[DISTRICTS]))
    assert json.loads(answer.content)["status"] == 403
