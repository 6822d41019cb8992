"""Catalogue and processes against the independent rule: every viewer, site public or not (R21, D4, D13)."""

import json
from typing import Any

import pytest
from django.test import Client

from gisportal.ogc.models import OgcJob
from gisportal.ogc.processes import jobs
from layers.models import DataSource, Resource, StoredEdition, StoredLayer
from tests.access.rule import Who, is_served, is_staff, sees
from tests.access.world import LAT, LON, PEOPLE, World

SITES = (False, True)
AREA = {"population": {"scheme": "area"}, "distance": 500}
#: Which file rows of each publication came from: told of only to who sees such a row.
ORIGINS = {"draft": "下書きの出どころ", "members": "関係者の出どころ", "public": "公開の出どころ"}


@pytest.fixture
def marked(world: World) -> World:
    """Rows with origins, and an uploaded layer for each audience."""
    for publication, words in ORIGINS.items():
        origin = DataSource.objects.create(slug=publication, title=words, attribution=words)
        Resource.unscoped.filter(publication=publication).update(source=origin)
    for audience in ("public", "members", "staff"):
        layer = StoredLayer.unscoped.create(slug=f"of_{audience}", title=f"{audience}の図", audience=audience)
        layer.current = StoredEdition.unscoped.create(layer=layer, number=1)
        layer.save()
    return world


def run(client: Client, headers: dict[str, str], process: str, inputs: dict[str, Any]) -> Any:
    return client.post(f"/ogc/processes/{process}/execution", json.dumps({"inputs": inputs}),
                       content_type="application/json", headers=headers)  # fmt: skip


def layers_of(who: Who, public: bool) -> set[str]:
    """Audiences whose uploaded layers somebody sees, said in other words than ``layers.access`` does."""
    if not is_served(who, public):
        return set()
    found = {"public"}
    if who.level in {"a", "b", "administrator"}:
        found.add("members")
    return found | {"staff"} if is_staff(who) else found


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_the_catalogue_tells_of_what_one_sees(marked: World, client: Client, who: Who, public: bool) -> None:
    marked.publish(public)
    headers = marked.headers(who)
    rows = [row for row in marked.rows.values() if sees(who, row, public)]
    origins = {ORIGINS[row.publication] for row in rows}
    for form in ("json", "jsonld", "html"):
        for path in ("", "/items", "/items/resources", "/items/resources.csv"):
            more = "&limit=500" if path == "/items" else ""
            answer = client.get(f"/ogc/collections/catalogue{path}?f={form}{more}", headers=headers)
            if not is_served(who, public):
                assert answer.status_code == 404
            text = answer.content.decode()
            assert {words for words in ORIGINS.values() if words in text} <= origins
            seen = {audience for audience in ("public", "members", "staff") if f"{audience}の図" in text}
            assert seen <= layers_of(who, public)
    if not is_served(who, public):
        return
    answer = client.get("/ogc/collections/catalogue/items?f=json&limit=500", headers=headers)
    found = {record["id"] for record in answer.json()["features"]}
    assert {f"layer-of_{audience}" for audience in layers_of(who, public)} == {
        name for name in found if name.startswith("layer-") and "." not in name
    }
    files = {name for name in found if "." in name}
    assert bool(files) == public
    assert not any("of_members" in name or "of_staff" in name for name in files)
    said = client.get("/ogc/collections/catalogue/items/resources?f=json", headers=headers).json()[
        "properties"
    ]
    assert set(said.get("rights", "").split(" / ")) - {""} == origins


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_processes_compute_over_what_one_sees(world: World, client: Client, who: Who, public: bool) -> None:
    """Withheld places have no distance and no reach; telephones withheld stand in no answer."""
    world.publish(public)
    headers = world.headers(who)
    nearest = run(
        client, headers, "nearest", {"point": {"type": "Point", "coordinates": [LON, LAT]}, "limit": 100}
    )
    table = run(client, headers, "crosstab", {"rows": "category", "columns": "district:area"})
    reach = run(client, headers, "coverage", {**AREA, "population": {"scheme": "area"}})
    address = run(client, headers, "geocode", {"address": "高松市番町一丁目1-1"})
    if not is_served(who, public):
        assert {answer.status_code for answer in (nearest, table, reach, address)} == {404}
        return
    rows = [row for row in world.rows.values() if sees(who, row, public)]
    placed = {row.name for row in rows if row.shows_place}
    assert {item["properties"]["name"] for item in nearest.json()["features"]} == placed
    assert table.json()["total"] == len(rows)
    # The district of the small city has no inhabitants; the refusal comes before anything is counted.
    assert reach.status_code == 400 and reach.json()["parameter"] == "inputs.population"
    assert address.status_code == 200
    hidden = [pk for pk, row in world.rows.items() if not sees(who, row, public)]
    for pk in hidden[:3]:
        answer = run(client, headers, "nearest", {"feature": {"collection": "resources", "id": pk}})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "inputs.feature")


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_coverage_counts_the_places_one_sees(world: World, client: Client, who: Who, public: bool) -> None:
    from layers.models import District

    District.unscoped.update(population=1_000)
    world.publish(public)
    answer = run(client, world.headers(who), "coverage", AREA)
    if not is_served(who, public):
        assert answer.status_code == 404
        return
    rows = [row for row in world.rows.values() if sees(who, row, public)]
    found = answer.json()
    assert found["places"] == sum(row.shows_place for row in rows)
    assert found["without_place"] == len(rows) - found["places"]
    assert (found["groups"]["total"]["covered"] > 0) == bool(found["places"])


@pytest.mark.django_db
def test_jobs_are_seen_by_their_owner_alone(world: World, client: Client) -> None:
    body = json.dumps({"inputs": {"rows": "category", "columns": "district:area"}})
    asked = {**world.headers_of("bert"), "Prefer": "respond-async"}
    job = client.post(
        "/ogc/processes/crosstab/execution", body, content_type="application/json", headers=asked
    ).json()
    jobs.run_job(job["jobID"])
    assert OgcJob.objects.get(pk=job["jobID"]).status == "successful"
    for who in PEOPLE:
        for path in (f"/ogc/jobs/{job['jobID']}", f"/ogc/jobs/{job['jobID']}/results"):
            status = client.get(path, headers=world.headers(who)).status_code
            assert status == (200 if who.name == "bert" else 404), (who.name, path)
