"""A filter reaches exactly what its viewer may see: rows, fields of each audience, withheld values (R21, design §2)."""

from urllib.parse import quote

import pytest
from django.test import Client

from tests.access.rule import Who, is_member, is_served, is_staff, sees, sees_phone
from tests.access.world import MARKS, PEOPLE, PHONE, SECRET_POINT, World

WAYS = (
    "/ogc/collections/resources/items?f=json&limit=1000&filter={}",
    "/resources/export.geojson?filter={}",
)


def names(client: Client, world: World, who: Who, text: str, way: str = WAYS[0]) -> set[str] | None:
    """Names found, or None where the filter is refused."""
    answer = client.get(way.format(quote(text)), headers=world.headers(who))
    if answer.status_code == 400:
        assert answer.json()["parameter"] == "filter"
        return None
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    import json

    return {feature["properties"]["name"] for feature in json.loads(body)["features"]}


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_filter_finds_what_the_rule_shows(world: World, client: Client, who: Who, public: bool) -> None:
    world.publish(public)
    if not is_served(who, public):
        answer = client.get(WAYS[0].format("true"), headers=world.headers(who))
        assert answer.status_code == 404
        return
    seen = {row.name: row for row in world.rows.values() if sees(who, row, public)}
    assert names(client, world, who, "true OR name IS NULL") == set(seen)
    phones = {name for name, row in seen.items() if sees_phone(who, row)}
    assert names(client, world, who, f"phone LIKE '{PHONE}%'") == phones
    assert names(client, world, who, "phone IS NULL") == set(seen) - phones
    assert names(client, world, who, "NOT (phone = 'x')") == phones
    placed = {name for name, row in seen.items() if row.shows_place}
    assert names(client, world, who, "geometry IS NULL") == set(seen) - placed
    lon, lat = SECRET_POINT
    assert names(client, world, who, f"S_DWITHIN(geometry,POINT({lon} {lat}),50)") == set()
    assert names(client, world, who, "S_INTERSECTS(geometry,BBOX(130,30,140,40))") == placed


@pytest.mark.parametrize("public", [False, True])
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_fields_of_an_audience(world: World, client: Client, who: Who, public: bool) -> None:
    """A hidden field is refused in the words of one that does not exist; on rows it is hidden on it has no value."""
    world.publish(public)
    if not is_served(who, public):
        return
    seen = {row.name: row for row in world.rows.values() if sees(who, row, public)}
    staff = names(client, world, who, f"mark_staff = '{MARKS['staff']}'")
    assert staff == (set(seen) if is_staff(who) else None)
    members = names(client, world, who, f"mark_members = '{MARKS['members']}'")
    if who.level in {"anonymous", "d"}:
        assert members is None
    else:
        assert members == {name for name, row in seen.items() if is_member(who, row)}
    for field in ("mark_staff", "choice_staff", "mark_members", "publication", "office_number"):
        answer = client.get(WAYS[0].format(f"{field} IS NULL"), headers=world.headers(who))
        unknown = client.get(WAYS[0].format("mark_nothing IS NULL"), headers=world.headers(who))
        if answer.status_code == 400:
            told = answer.json()["detail"].replace(field, "mark_nothing")
            assert told == unknown.json()["detail"]


@pytest.mark.parametrize(
    "text", ["mark_staff = 'x'", "casei(choice_staff) LIKE 'x'", "mark_staff IS NULL OR true"]
)
def test_other_ways_refuse_alike(world: World, client: Client, text: str) -> None:
    """List, tiles, TileJSON, exports and crosstab read the same filter."""
    world.publish(True)
    ways = (
        "/resources/?filter={}", "/tiles/resources/10/893/407.mvt?filter={}", "/tiles/resources.json?filter={}",
        "/resources/export.geojson?filter={}", "/resources/export.csv?filter={}",
        "/tiles/resources/16/57171/26092.mvt?filter={}", "/ogc/collections/resources/items?f=html&filter={}",
    )  # fmt: skip
    for way in ways:
        assert client.get(way.format(quote(text))).status_code == 400, way
    staff = world.headers_of("root")
    for way in (*ways, "/planning/crosstab?rows=category&filter={}"):
        assert client.get(way.format(quote(text)), headers=staff).status_code in {200, 204}, way
