"""The search page for every level, its parameters, marks and links (R1–R6), without JavaScript."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from layers.access import Level
from layers.models import Resource
from tests.factories import LAT, LON, long_ago, make_resource, publish_site
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return response.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r'class="result-name">\s*<a href="[^"]*">([^<]+)</a>', html)


@pytest.mark.parametrize("level", [Level.B, Level.A, Level.ADMINISTRATOR])
def test_members_see_the_list(signed_in: SignedIn, city: dict[str, Any], level: Level) -> None:
    html = text_of(signed_in(level).get("/resources/"))
    assert sorted(names(html)) == sorted(["つどいの家", "特養さくら", "訪問いちばん"])
    assert "3件" in html
    assert 'href="tel:0871234567"' in html
    assert "高松市番町一丁目8-15" in html
    assert "日常生活圏域" in html and "中央圏域" in html


def test_c_sees_only_what_it_keeps(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = text_of(signed_in(Level.C).get("/resources/"))
    assert names(html) == []
    assert "担当する地域資源がまだ登録されていません" in html


def test_d_is_refused_with_a_reason(signed_in: SignedIn, city: dict[str, Any]) -> None:
    response = signed_in(Level.D).get("/resources/")
    assert response.status_code == 403
    assert "特養さくら" not in text_of(response)


def test_anonymous_is_sent_to_sign_in_without_the_place(city: dict[str, Any]) -> None:
    response = Client().get("/resources/?q=さくら&near=34.3,134.0&place=abc")
    assert response.status_code == 302
    target = parse_qs(urlsplit(response["Location"]).query)["next"][0]
    assert parse_qs(urlsplit(target).query) == {"q": ["さくら"]}


def test_public_site_shows_what_is_public(city: dict[str, Any]) -> None:
    make_resource("公開サロン", publication="public")
    publish_site()
    assert names(text_of(Client().get("/resources/"))) == ["公開サロン"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=さくら", ["特養さくら"]),
        ("q=サクラ", ["特養さくら"]),
        ("category=salon", ["つどいの家"]),
        ("formal=false", ["つどいの家"]),
        ("field_of_support=", None),
        ("district=area:one", ["つどいの家", "特養さくら"]),
        ("field.pads=true", ["特養さくら"]),
        ("field.beds=10..", ["特養さくら"]),
        ("updated_before=2000-01-01", []),
        ("bbox=134.06,34.3,134.1,34.4", ["つどいの家"]),
    ],
)
def test_conditions(signed_in: SignedIn, city: dict[str, Any], query: str, found: list[str] | None) -> None:
    response = signed_in().get(f"/resources/?{query}")
    if found is None:
        assert response.status_code == 302 and response["Location"] == "/resources/"
        return
    assert sorted(names(text_of(response))) == sorted(found)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=red", "colour"),
        ("category=nothing", "category"),
        ("page=0", "page"),
        ("page=2", "page"),
        ("per_page=5000", "per_page"),
        ("bbox=1,2,3", "bbox"),
        ("radius=100", "radius"),
        ("near=34,134&radius=90000", "radius"),
        ("near=zero", "near"),
        ("view=globe", "view"),
        ("at=34.3", "at"),
        ("at=34.3,134.0,99", "at"),
        ("lang=tlh", "lang"),
        ("sort=colour", "sort"),
        ("place=unknown", "place"),
        ("field.secret=1", "field.secret"),
        ("within=POINT(1 2)", "within"),
    ],
)
def test_bad_parameters_are_named(
    signed_in: SignedIn, city: dict[str, Any], query: str, parameter: str
) -> None:
    client = signed_in()
    response = client.get(f"/resources/?{query}", follow=True)
    assert response.status_code == 400
    assert f"<code>{parameter}</code>" in text_of(response)
    problem = client.get(f"/resources/?{query}", headers={"Accept": "application/json"}, follow=True)
    assert problem.status_code == 400
    assert problem["Content-Type"] == "application/problem+json"
    assert problem.json()["parameter"] == parameter and problem.json()["status"] == 400


def test_counts_beside_choices_ignore_their_own_condition(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = text_of(signed_in().get("/resources/?category=salon&field.beds=1.."))
    counts = dict(re.findall(r'id="(c-[^"]+)">(\d*)</span>', html))
    assert (counts["c-category-care"], counts["c-category-salon"]) == ("1", "1")
    assert (counts["c-district-area-area-one"], counts["c-formal-false"], counts["c-formal-true"]) == (
        "1",
        "1",
        "0",
    )


def test_chips_take_one_condition_away(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = text_of(signed_in().get("/resources/?category=salon&category=care&q=つどい&view=list"))
    links = re.findall(r'class="chip" href="([^"]+)"', html)
    queries = [parse_qs(urlsplit(link.replace("&amp;", "&")).query) for link in links]
    assert {"category": ["care"], "q": ["つどい"], "view": ["list"]} in queries
    assert {"category": ["salon"], "q": ["つどい"], "view": ["list"]} in queries
    assert {"category": ["salon", "care"], "view": ["list"]} in queries


def test_empty_result_says_what_to_loosen(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = text_of(signed_in().get("/resources/?category=salon&q=さくら"))
    assert "該当する地域資源はありません" in html
    offers = re.findall(
        r"<a href=\"([^\"]+)\">「([^<]+)」を外す</a>\s*<span class=\"count\">\s*(\d+)件", html
    )
    assert {(label, count) for _url, label, count in offers} == {("サロン", "1"), ("語句：さくら", "1")}


def test_marks(signed_in: SignedIn, city: dict[str, Any]) -> None:
    Resource.unscoped.all().update(updated_at=long_ago(), created_at=long_ago())
    make_resource("あたらしい家")
    changed = make_resource("かわった家")
    Resource.unscoped.filter(pk=changed.pk).update(created_at=long_ago())
    imported = make_resource("とりこんだ家")
    Resource.unscoped.filter(pk=imported.pk).update(updated_at=timezone.now() - timedelta(days=60))
    html = text_of(signed_in().get("/resources/?q=家"))
    marks = {
        name: set(re.findall(r'class="tag (tag-(?:new|updated|stale))"', part))
        for part in html.split('<li class="result"')[1:]
        for name in names(part)
    }
    assert marks == {
        "あたらしい家": {"tag-new"},
        "かわった家": {"tag-updated"},
        "とりこんだ家": set(),
        "つどいの家": {"tag-stale"},
    }


def test_vacancy_made_up_for_the_demo_says_so(signed_in: SignedIn, city: dict[str, Any]) -> None:
    make_resource("空きの園", vacancy="few", vacancy_as_of=timezone.now(), vacancy_origin="demo")
    html = text_of(signed_in().get("/resources/?q=空きの園"))
    assert "vacancy-few" in html and "tag-demo" in html


def test_paging_keeps_the_search(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    first = text_of(client.get("/resources/?per_page=2&view=list"))
    link = re.search(r'href="([^"]+)" rel="next"', first)
    assert link
    second = text_of(client.get(link.group(1).replace("&amp;", "&")))
    assert sorted(names(first) + names(second)) == sorted(["つどいの家", "特養さくら", "訪問いちばん"])
    assert 'start="3"' in second and 'data-view="list"' in second


def test_partial_for_htmx(signed_in: SignedIn, city: dict[str, Any]) -> None:
    response = signed_in().get("/resources/?q=さくら&category=", headers={"HX-Request": "true"}, follow=True)
    html = text_of(response)
    assert "<html" not in html and names(html) == ["特養さくら"]
    assert 'id="chips" class="chips" hx-swap-oob="true"' in html
    assert parse_qs(urlsplit(response["HX-Push-Url"]).query) == {"q": ["さくら"]}


def test_no_inline_script_or_style(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    for url in ("/", "/resources/", f"/resources/{city['home'].pk}/", "/about/data"):
        html = text_of(client.get(url))
        scripts = re.findall(r"<script([^>]*)>", html)
        assert all("src=" in found or 'type="application/json"' in found for found in scripts), url
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html), url


def test_few_queries(signed_in: SignedIn, city: dict[str, Any], django_assert_max_num_queries: Any) -> None:
    client = signed_in()
    client.get("/resources/")
    with django_assert_max_num_queries(16):
        assert client.get("/resources/?q=家&view=both").status_code == 200


def test_english_by_parameter_and_by_cookie(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    html = text_of(client.get("/resources/?lang=en"))
    assert '<html lang="en">' in html and "3 found" in html
    assert '<html lang="ja">' in text_of(client.get("/resources/", headers={"Accept-Language": "en"}))
    client.post("/language/", {"language": "en", "next": "/resources/"})
    assert "3 found" in text_of(client.get("/resources/"))


def test_map_is_told_the_search(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = text_of(signed_in().get("/resources/?category=care&sort=name&page=1"))
    assert 'data-query="category=care"' in html
    bounds = re.search(r'data-bounds="([^"]+)"', html)
    assert bounds and [float(part) for part in bounds.group(1).split(",")] == [LON, LAT, LON, LAT]
