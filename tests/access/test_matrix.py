"""The access matrix: ways out × kinds of viewer × sources, against an independent rule (design §2, R21)."""

import re
from collections.abc import Iterator

import pytest
from django.db.models import Q
from django.test import Client

from layers.models import resource as guarded
from tests.access import doors
from tests.access.rule import Who, is_member, is_served, is_staff, sees, sees_phone
from tests.access.world import LAT, LON, MARKS, PEOPLE, PHONE, SECRET_ADDRESS, SECRET_POINT, World

SITES = (False, True)


def expected(world: World, who: Who, public: bool, with_place_only: bool) -> set[str]:
    return {
        row.name
        for row in world.rows.values()
        if sees(who, row, public) and (row.shows_place or not with_place_only)
    }


def disagreements(world: World, client: Client, door: str) -> Iterator[str]:
    """Where a door gives other rows, or other fields of them, than the rule."""
    look, shows_all = doors.DOORS[door]
    for public in SITES:
        world.publish(public)
        for who in PEOPLE:
            seen = look(client, world.headers(who), world)
            rule = expected(world, who, public, not shows_all)
            if seen.names != rule:
                more, less = sorted(seen.names - rule), sorted(rule - seen.names)
                yield f"{door}, {who.name}, public={public}: too many {more}, too few {less}"
            yield from (
                f"{door}, {who.name}, public={public}: {leak}" for leak in leaks(world, who, public, seen)
            )


def leaks(world: World, who: Who, public: bool, seen: doors.Seen) -> Iterator[str]:
    """Marks, telephones and places in an answer that the rule lets this viewer see on no row."""
    rows = [row for row in world.rows.values() if row.name in seen.names]
    if (MARKS["staff"] in seen.text or "市役所の選択" in seen.text) and not is_staff(who):
        yield "a field for staff"
    if MARKS["members"] in seen.text and not any(is_member(who, row) for row in rows):
        yield "a field for members"
    for number, row in enumerate(world.rows.values()):
        if f"{PHONE}{number:04}" in seen.text and not (sees(who, row, public) and sees_phone(who, row)):
            yield f"the telephone of {row.name}"
    if SECRET_ADDRESS in seen.text or any(f"{degrees:.4f}" in seen.text for degrees in SECRET_POINT):
        yield "a protected place"


@pytest.mark.parametrize("door", doors.DOORS)
def test_door(world: World, client: Client, door: str) -> None:
    assert list(disagreements(world, client, door)) == []


@pytest.mark.parametrize("door", doors.DOORS)
def test_matrix_fails_without_the_visibility_call(
    world: World, client: Client, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "visible_q", lambda viewer: Q())
    assert next(disagreements(world, client, door), None) is not None


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_numbers_agree(world: World, client: Client, who: Who, public: bool) -> None:
    """numberMatched, clusters of low zooms and counts beside choices tell of the visible rows alone."""
    from layers.source import sources

    world.publish(public)
    headers = world.headers(who)
    rows = expected(world, who, public, with_place_only=False)
    placed = expected(world, who, public, with_place_only=True)
    answer = client.get("/ogc/collections/resources/items?f=json&limit=1", headers=headers)
    if not is_served(who, public):
        assert answer.status_code in {401, 403, 404}
        assert doors.cluster_total(client, headers) == 0
        return
    assert answer.json()["numberMatched"] == len(rows)
    assert doors.cluster_total(client, headers) == len(placed)
    table = client.get("/planning/crosstab.json?rows=category&columns=district:area", headers=headers).json()
    assert table["total"] == table["cells"][0][0] == len(rows)
    legend = client.get("/styles/resources/legend.svg?counts=true", headers=headers).content.decode()
    assert re.findall(r">介護[^<]*?([0-9,]+)[^0-9<]*<", _joined(legend)) == [f"{len(rows):,}"]
    source = next(source for source in sources(_viewer(world, who, public)) if source.slug == "resources")
    facets = {facet.value: facet.count for facet in source.facets(source.parse({}), "category")}
    assert facets["care"] == len(rows)
    near = source.parse({"near": f"{SECRET_POINT[1]},{SECRET_POINT[0]}", "radius": "5"})
    assert source.count(near).number == 0
    districts = source.facets(source.parse({}), "district:area")
    assert districts[0].count == len(rows)


def _joined(svg: str) -> str:
    """Texts of a legend with the number behind each title pulled up to it."""
    return re.sub(r"</text>\s*<text[^>]*>(?=[0-9,]+[^<]*<)", " ", svg)


def _viewer(world: World, who: Who, public: bool) -> object:
    from gisportal.accounts.viewers import anonymous_viewer, viewer_of

    if who.name == "anonymous":
        return anonymous_viewer()
    return viewer_of(world.accounts[who.name])


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_hidden_fields_answer_no_question(world: World, client: Client, who: Who, public: bool) -> None:
    """A word of a hidden field finds nothing; filter, order and selection by it are refused (design §2)."""
    world.publish(public)
    if not is_served(who, public):
        return
    headers = world.headers(who)
    items = "/ogc/collections/resources/items?f=json&limit=1000"

    def found(question: str) -> set[str]:
        answer = client.get(f"{items}&{question}", headers=headers)
        assert answer.status_code == 200, (question, answer.content)
        return {feature["properties"]["name"] for feature in answer.json()["features"]}

    rows = [row for row in world.rows.values() if sees(who, row, public)]
    members = {row.name for row in rows if is_member(who, row)}
    assert found(f"q={MARKS['members']}") == members
    assert found(f"q={MARKS['public']}") == {row.name for row in rows}
    assert found(f"q={MARKS['staff']}") == ({row.name for row in rows} if is_staff(who) else set())
    phones = {f"{PHONE}{number:04}": row for number, row in enumerate(world.rows.values())}
    for phone, row in phones.items():
        assert found(f"q={phone}") == (
            {row.name} if sees(who, row, public) and sees_phone(who, row) else set()
        )
    for question in ("field.mark_staff=x", "field.choice_staff=yes", "sort=mark_staff", "sortby=mark_staff"):
        status = client.get(f"{items}&{question}", headers=headers).status_code
        assert status == (200 if is_staff(who) else 400), (who.name, question)
    status = client.get("/tiles/resources/16/57170/26005.mvt?fields=mark_staff", headers=headers).status_code
    assert (status == 400) != is_staff(who)
    may_member = who.level not in {"anonymous", "d"}
    if may_member:
        assert found(f"field.mark_members={MARKS['members']}") == members
    else:
        assert client.get(f"{items}&field.mark_members=x", headers=headers).status_code == 400


@pytest.mark.parametrize("public", SITES)
@pytest.mark.parametrize("who", PEOPLE, ids=lambda who: who.name)
def test_districts_and_geocoding(world: World, client: Client, who: Who, public: bool) -> None:
    """Districts, their tiles and the geocoder serve A to C and administrator, and everyone while the site is public."""
    world.publish(public)
    headers = world.headers(who)
    allowed = is_served(who, public)
    x, y = doors._tiles(14)[0]
    addresses = (
        "/ogc/collections/districts-area/items?f=json",
        "/ogc/collections/districts-area?f=json",
        f"/tiles/districts-area/14/{x}/{y}.mvt",
        "/tiles/districts-area.json",
        f"/geocode/reverse?lat={LAT}&lon={LON}",
        "/geocode?q=高松市番町",
    )
    for address in addresses:
        status = client.get(address, headers=headers).status_code
        assert (status in {200, 204}) == allowed, (who.name, public, address, status)
        assert allowed or status in {401, 403, 404}, (address, status)
    listed = client.get("/ogc/collections?f=json", headers=headers).json()["collections"]
    found = {item["id"] for item in listed}
    assert ({"resources", "districts-area", "sessions"} <= found) == allowed
    assert allowed or not found
