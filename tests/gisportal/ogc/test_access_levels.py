"""Who gets what: collections, items, item, queryables and schema for every kind of viewer."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.gisportal.ogc.conftest import OWN

pytestmark = pytest.mark.django_db
ALL = "deleted_at IS NULL"
PUBLIC = f"{ALL} AND publication = 'public'"
MINE = (
    "id IN (SELECT resource_id FROM layers_responsibility r JOIN accounts_account a ON a.id = r.account_id)"
)
#: An independent statement of the rule: rows seen with the public site off, and on. None: no such collection.
RULE = {
    "anonymous": (None, PUBLIC),
    "d": (None, PUBLIC),
    "c": (f"{ALL} AND {MINE}", f"({PUBLIC}) OR ({ALL} AND {MINE})"),
    "b": (ALL, ALL),
    "a": (ALL, ALL),
    "administrator": (ALL, ALL),
}
CASES = [(level, on) for level in RULE for on in (False, True)]
WAYS = ["", "/queryables", "/schema", "/schema/feature", "/items", "/items/{id}"]


def ids_of(client: Client) -> set[int]:
    found: set[int] = set()
    url = "/ogc/collections/resources/items?limit=500&properties=name"
    while url:
        page = client.get(url).json()
        found |= {item["id"] for item in page["features"]}
        assert page["numberMatched"] >= len(found)
        url = next((link["href"] for link in page["links"] if link["rel"] == "next"), "")
    return found


def expected(execute: Callable[[str], Any], level: str, on: bool) -> set[int] | None:
    rule = RULE[level][on]
    return None if rule is None else set(execute(f"SELECT array_agg(id) FROM layers_resource WHERE {rule}"))


@pytest.mark.parametrize(("level", "on"), CASES)
def test_rows(
    as_level: Callable[[str], Client],
    public_site: Callable[[bool], None],
    execute: Callable[[str], Any],
    level: str,
    on: bool,
) -> None:
    public_site(on)
    client, want = as_level(level), expected(execute, level, on)
    names = [item["id"] for item in client.get("/ogc/collections").json()["collections"]]
    everything = execute("SELECT min(id) FROM layers_resource WHERE deleted_at IS NULL")
    if want is None:
        assert names == []
        for way in WAYS:
            answer = client.get(f"/ogc/collections/resources{way.format(id=everything)}")
            assert answer.status_code == 404, way
            assert answer["Content-Type"] == "application/problem+json"
        return
    assert set(names) >= {"resources", "districts-former", "districts-towns"}
    assert ids_of(client) == want
    hidden = execute(f"SELECT array_agg(id) FROM layers_resource WHERE NOT ({PUBLIC})")
    for pk in sorted(hidden)[:20]:
        status = client.get(f"/ogc/collections/resources/items/{pk}").status_code
        assert status == (200 if pk in want else 404), pk


def test_level_c_has_some_rows_of_its_own(as_level: Callable[[str], Client]) -> None:
    assert len(ids_of(as_level("c"))) == OWN


@pytest.mark.parametrize(
    ("level", "sees"),
    [("anonymous", set()), ("d", set()), ("c", {"office_number"}), ("b", {"office_number", "internal_note"}),
     ("administrator", {"office_number", "internal_note"})],
)  # fmt: skip
def test_fields(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None], level: str, sees: set[str]
) -> None:
    """A field one may not see is in no schema, cannot be asked for, filtered or sorted by."""
    public_site(True)
    client = as_level(level)
    schema = client.get("/ogc/collections/resources/schema").json()["properties"]
    queryables = client.get("/ogc/collections/resources/queryables").json()["properties"]
    shown = client.get("/ogc/collections/resources/items?limit=1").json()["features"][0]["properties"]
    api = client.get("/ogc/openapi").json()["paths"]["/collections/resources/items"]["get"]["parameters"]
    for key in ("office_number", "internal_note"):
        assert (key in schema, key in queryables, key in shown) == ((key in sees),) * 3, key
        assert (key in {item.get("name") for item in api}) == (key in sees)
        for asked in (f"{key}=x", f"properties={key}"):
            assert client.get(f"/ogc/collections/resources/items?{asked}").status_code == (
                200 if key in sees else 400
            )
    if sees == set():
        assert client.get("/ogc/collections/resources/items?sortby=internal_note").status_code == 400


def test_members_values_stay_hidden_on_public_rows(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None], execute: Callable[[str], Any]
) -> None:
    """Level C is a member for its own rows only: elsewhere the members' fields are null, also to a condition."""
    execute("UPDATE layers_resource SET office_number = 'N' || id WHERE publication = 'public' RETURNING id")
    public_site(True)
    mine = execute(f"SELECT array_agg(id) FROM layers_resource WHERE {MINE}")
    client = as_level("c")
    page = client.get(
        "/ogc/collections/resources/items?limit=10000&properties=office_number,publication"
    ).json()
    assert len(page["features"]) > len(mine)
    for item in page["features"]:
        if item["id"] not in mine:
            assert item["properties"] == {"office_number": None, "publication": None}
    other = next(item["id"] for item in page["features"] if item["id"] not in mine)
    found = client.get(f"/ogc/collections/resources/items?office_number=N{other}").json()
    assert found["numberMatched"] == 0
    assert (
        as_level("a").get(f"/ogc/collections/resources/items?office_number=N{other}").json()["numberMatched"]
        == 1
    )


def test_what_is_kept_for_one_scope_reaches_no_other(
    as_level: Callable[[str], Client], public_site: Callable[[bool], None]
) -> None:
    public_site(True)
    url = "/ogc/collections/resources/items?limit=3"
    order = ["administrator", "anonymous", "c", "a", "d", "anonymous", "administrator"]
    answers = [as_level(level).get(url) for level in order]
    counts = [answer.json()["numberMatched"] for answer in answers]
    assert counts[0] == counts[3] == counts[6] > counts[1] == counts[4] == counts[5]
    assert counts[2] != counts[0]
    assert answers[0]["ETag"] != answers[1]["ETag"]
    crossed = as_level("anonymous").get(url, headers={"if-none-match": answers[0]["ETag"]})
    assert crossed.status_code == 200
    assert all("private" in answer["Cache-Control"] for answer in answers)


def test_a_wrong_token_is_refused(takamatsu: dict[str, str], client: Client) -> None:
    answer = client.get("/ogc/collections", headers={"authorization": "Bearer gp_wrong"})
    assert answer.status_code == 401
