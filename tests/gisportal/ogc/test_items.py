"""Parameters, paging, links and caching of ``items``."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from django.test import Client

from gisportal.accounts.models import Account
from gisportal.ogc import collections
from layers.models import Resource

pytestmark = pytest.mark.django_db
ITEMS = "/ogc/collections/resources/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"

REFUSED = [
    ("bbox=1,2,3", "bbox"), ("bbox=a,b,c,d", "bbox"), ("bbox=134,35,135,34", "bbox"), ("bbox=0,0,999,1", "bbox"),
    ("bbox=nan,0,1,1", "bbox"), ("bbox=1,2,3,4,5", "bbox"),
    (f"bbox=10,1,1,5&bbox-crs={EPSG}/6672", "bbox"), (f"bbox=1e300,1e300,2e300,2e300&bbox-crs={EPSG}/6672", "bbox"),
    ("bbox-crs=http://x", "bbox-crs"), (f"bbox-crs={EPSG}/4326", "bbox-crs"), ("bbox=1,2,3,4&bbox-crs=x", "bbox-crs"),
    ("crs=EPSG:4326", "crs"), (f"crs={EPSG}/6677", "crs"), ("crs=a&crs=b", "crs"),
    ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=abc", "limit"), ("limit=1.5", "limit"),
    ("offset=-1", "offset"), ("offset=x", "offset"), ("after=1", "after"), ("after=1-1&offset=2", "after"),
    ("after=1-1&sortby=name", "after"),
    ("datetime=2026", "datetime"), ("datetime=2026-02-30", "datetime"), ("datetime=..", "datetime"),
    ("datetime=2026-05-01/2026-01-01", "datetime"), ("datetime=a/b/c", "datetime"),
    ("sortby=phone", "sortby"), ("sortby=nothing", "sortby"), ("sortby=name&sort=name", "sortby"),
    ("sortby=distance", "sortby"), ("sort=phone", "sort"),
    ("properties=nothing", "properties"), ("skipGeometry=maybe", "skipGeometry"),
    ("f=xml", "f"), ("lang=fr", "lang"),
    ("bogus=1", "bogus"), ("filter=nothing='x'", "filter"), ("field.nothing=1", "field.nothing"),
    ("name=a&name=b", "name"), ("beds=many", "beds"),
    ("updated_at=x", "updated_at"), ("is_shelter=perhaps", "is_shelter"),
    ("hazard_tsunami=zz", "hazard_tsunami"), ("fields_of_support=zz", "fields_of_support"),
    ("category=zz", "category"), ("district=zz", "district"), ("near=1", "near"), ("radius=5", "radius"),
    ("near=34.3,134&radius=60000", "radius"), ("within=POINT(1 1)", "within"), ("page=0", "page"),
    ("place=unknown", "place"), ("q=%00", "q"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "parameter"), REFUSED)
def test_what_cannot_be_used_is_refused_by_name(api: Client, asked: str, parameter: str) -> None:
    answer = api.get(f"{ITEMS}?{asked}")
    assert answer.status_code == 400, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["parameter"] == parameter
    assert body["status"] == 400 and parameter in body["detail"]
    page = api.get(f"{ITEMS}?{asked}", headers={"accept": "text/html"})
    assert page.status_code == 400
    if parameter != "f":
        assert page["Content-Type"].startswith("text/html") and parameter in page.content.decode()


def found(api: Client, asked: str) -> dict[str, Any]:
    answer = api.get(f"{ITEMS}?{asked}")
    assert answer.status_code == 200, answer.content[:300]
    body: dict[str, Any] = answer.json()
    return body


COUNTED = [
    ("bbox=134.0,34.30,134.1,34.34", "geom_public && ST_MakeEnvelope(134.0,34.30,134.1,34.34,4326)"),
    ("bbox=134.0,34.30,-5,134.1,34.34,5000", "geom_public && ST_MakeEnvelope(134.0,34.30,134.1,34.34,4326)"),
    (f"bbox=34.30,134.0,34.34,134.1&bbox-crs={EPSG}/4326",
     "geom_public && ST_MakeEnvelope(134.0,34.30,134.1,34.34,4326)"),
    (f"bbox=145000,45000,150000,60000&bbox-crs={EPSG}/6672",
     "ST_Intersects(ST_Transform(geom_public, 6672), ST_MakeEnvelope(45000,145000,60000,150000,6672))"),
    (f"bbox=14920000,4060000,14930000,4080000&bbox-crs={EPSG}/3857",
     "geom_3857 && ST_MakeEnvelope(14920000,4060000,14930000,4080000,3857)"),
    ("bbox=170,-90,-170,90", "false"),
    ("bbox=130,-90,-170,90", "geom_public IS NOT NULL"),
    ("datetime=2026-08-01T00:00:00Z/..", "updated_at >= '2026-08-01Z'"),
    ("datetime=../2026-03-01T00:00:00Z", "updated_at <= '2026-03-01Z'"),
    ("datetime=2026-08-21", "(updated_at AT TIME ZONE 'Asia/Tokyo')::date = '2026-08-21'"),
    ("datetime=2026-08-21T03:00:00Z", "updated_at = '2026-08-21T03:00:00Z'"),
    ("datetime=2026-01-01/2026-12-31&updated_after=2026-08-01",
     "updated_at >= '2026-08-01T00:00:00+09' AND updated_at < '2027-01-01T00:00:00+09'"),
    ("name=高松赤十字病院", "name = '高松赤十字病院'"),
    ("phone=087-831-7101", "phone = '087-831-7101'"),
    ("beds=185", "properties->'beds' = '185'"),
    ("is_shelter=true", "properties->'is_shelter' = 'true'"),
    ("updated_at=2026-08-21T03:00:00Z", "updated_at = '2026-08-21T03:00:00Z'"),
    ("medical_subjects=surgery", "properties->'medical_subjects' ? 'surgery'"),
    ("districts=former:mure", "'former:mure' = ANY(district_keys)"),
    ("district=former:mure&category=medical",
     "'former:mure' = ANY(district_keys) AND category_id IN (SELECT c.id FROM layers_category c LEFT JOIN "
     "layers_category p ON p.id = c.parent_id LEFT JOIN layers_category g ON g.id = p.parent_id "
     "WHERE 'medical' IN (c.code, p.code, g.code))"),
    ("near=34.3428,134.0466&radius=1000",
     "ST_DWithin(geom_public::geography, ST_SetSRID(ST_MakePoint(134.0466,34.3428),4326)::geography, 1000)"),
    ("q=病院&view=map&at=14/34.3/134.0&page=3&per_page=50", "search_public LIKE '%病院%'"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "condition"), COUNTED)
def test_conditions_find_what_sql_finds(
    api: Client, execute: Callable[[str], Any], asked: str, condition: str
) -> None:
    body = found(api, f"{asked}&limit=10000&properties=name")
    ids = sorted(item["id"] for item in body["features"])
    want = execute(
        f"SELECT array_agg(id ORDER BY id) FROM layers_resource WHERE deleted_at IS NULL AND ({condition})"
    )
    assert ids == (want or [])
    assert body["numberMatched"] == body["numberReturned"] == len(ids)


@pytest.mark.parametrize("asked", ["", "sortby=-updated_at,name", "category=medical", "q=高松", "sort=name"])
def test_pages_hold_everything_once(api: Client, asked: str) -> None:
    everything = [item["id"] for item in found(api, f"{asked}&limit=10000&skipGeometry=true")["features"]]
    url, seen, backs = f"{ITEMS}?{asked}&limit=97&skipGeometry=true", [], []
    while url:
        page = api.get(url).json()
        seen += [item["id"] for item in page["features"]]
        assert page["numberMatched"] == len(everything)
        links = {link["rel"]: link["href"] for link in page["links"]}
        url, back = links.get("next", ""), links.get("prev")
        backs.append(back)
        assert api.get(links["self"]).json()["features"] == page["features"]
    assert seen == everything
    assert backs[0] is None and all(backs[1:])
    before_last = [item["id"] for item in api.get(backs[-1]).json()["features"]]
    assert before_last == everything[97 * (len(backs) - 2) : 97 * (len(backs) - 1)]


def test_a_page_behind_an_id_needs_no_offset(api: Client) -> None:
    links = {link["rel"]: link["href"] for link in found(api, "limit=50")["links"]}
    asked = parse_qs(urlsplit(links["next"]).query)
    assert "offset" not in asked and asked["after"][0].startswith("50-")


def test_more_than_the_maximum_gives_the_maximum(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gisportal.ogc.features.parameters.MAX_LIMIT", 20)
    page = found(api, "limit=999999")
    assert page["numberReturned"] == 20
    assert any(link["rel"] == "next" for link in page["links"])


def test_number_matched_is_exact_or_absent(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collections, "COUNT_CAP", 30)
    assert "numberMatched" not in found(api, "category=medical&limit=10")
    assert found(api, "limit=10")["numberMatched"] == Resource.unscoped.filter(deleted_at=None).count()


def test_hidden_and_chosen_parts(api: Client) -> None:
    item = found(api, "limit=1&properties=phone,name&skipGeometry=true")["features"][0]
    assert list(item["properties"]) == ["name", "phone"]
    assert item["geometry"] is None


def test_titles_of_categories_follow_the_language(api: Client) -> None:
    in_japanese = found(api, "limit=1&category=medical&lang=ja")["features"][0]["properties"][
        "category_title"
    ]
    answer = api.get(f"{ITEMS}?limit=1&category=medical&lang=en")
    assert answer["Content-Language"] == "en"
    assert answer.json()["features"][0]["properties"]["category_title"] != in_japanese
    only = api.get(f"{ITEMS}?limit=1&category=medical&lang=en&properties=category_title").json()
    assert only["features"][0]["properties"] == {
        "category_title": answer.json()["features"][0]["properties"]["category_title"]
    }


def test_unchanged_is_304_and_a_change_shows_at_once(api: Client) -> None:
    first = api.get(f"{ITEMS}?limit=2")
    again = api.get(f"{ITEMS}?limit=2", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    row = Resource.unscoped.get(pk=first.json()["features"][0]["id"])
    row.name = "新しい名前"
    row.save()
    changed = api.get(f"{ITEMS}?limit=2", headers={"if-none-match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["features"][0]["properties"]["name"] == "新しい名前"
    row.deleted_at = row.updated_at
    row.save()
    assert found(api, "limit=2")["numberMatched"] == first.json()["numberMatched"] - 1
    assert api.get(f"{ITEMS}/{row.pk}").status_code == 404


def test_level_c_gets_tags_of_what_it_sees(as_level: Callable[[str], Client]) -> None:
    client = as_level("c")
    first = client.get(ITEMS)
    assert client.get(ITEMS, headers={"if-none-match": first["ETag"]}).status_code == 304
    assert len(first.json()["features"]) == first.json()["numberMatched"]


def test_headers(api: Client) -> None:
    answer = api.get(f"{ITEMS}?limit=1&crs={EPSG}/6672")
    assert answer["Content-Type"] == "application/geo+json"
    assert answer["Content-Crs"] == f"<{EPSG}/6672>"
    assert 'rel="next"' in answer["Link"] and 'rel="self"' in answer["Link"]
    assert {"Accept", "Accept-Language", "Authorization", "Cookie"} <= set(answer["Vary"].split(", "))
    assert api.head(f"{ITEMS}?limit=1").status_code == 200
    assert api.options(ITEMS)["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert api.put(ITEMS).status_code == 405


def test_a_page_makes_no_address_that_holds_a_persons_point(
    takamatsu: dict[str, str], client: Client
) -> None:
    client.force_login(Account.objects.get(username="ogc-a"))
    page = client.get(f"{ITEMS}?f=html&near=34.3428,134.0466&radius=3000&limit=20", follow=True)
    assert page.status_code == 200 and len(page.redirect_chain) == 1
    text = page.content.decode()
    assert "near=" not in text and "34.3428" not in text and "place=" in text
    onward = re.findall(r'href="([^"]+)" rel="next"', text)[0].replace("&amp;", "&")
    second = client.get(onward)
    assert second.status_code == 200
    plain = client.get(f"{ITEMS}?near=34.3428,134.0466&radius=3000&limit=20&offset=20&properties=name").json()
    shown = re.findall(r"/items/(\d+)\?f=html", second.content.decode())
    assert shown == [str(item["id"]) for item in plain["features"]]


def test_a_token_has_no_session_to_keep_a_point_in(api: Client) -> None:
    assert api.get(f"{ITEMS}?f=html&near=34.3428,134.0466&radius=3000").status_code == 200


def test_links_are_right_behind_a_proxy(api: Client, settings: Any) -> None:
    settings.USE_X_FORWARDED_HOST = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.ALLOWED_HOSTS = ["map.example.jp"]
    headers = {"x-forwarded-host": "map.example.jp", "x-forwarded-proto": "https"}
    for path in (
        f"{ITEMS}?limit=1&q={quote('病院')}",
        "/ogc/",
        "/ogc/collections",
        "/ogc/collections/resources",
    ):
        for link in api.get(path, headers=headers).json()["links"]:
            assert link["href"].startswith("https://map.example.jp/"), link
