"""Top page, about, health, errors, settings of the site, dates."""

from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import translation

from gisportal.portal import health
from gisportal.portal.dates import shown_date, wareki
from gisportal.portal.models import SiteSetting
from gisportal.problems import ProblemMiddleware
from layers.access import Level
from layers.models import DataSource
from tests.factories import publish_site
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db


def html(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


def test_top_page_signed_out(city: dict[str, Any]) -> None:
    text = html(Client(), "/")
    assert reverse("account_login") in text and 'name="address"' not in text and "特養" not in text


def test_top_page_of_the_public_site(city: dict[str, Any]) -> None:
    publish_site()
    assert 'name="address"' in html(Client(), "/")


def test_top_page_for_members(signed_in: SignedIn, city: dict[str, Any]) -> None:
    text = html(signed_in(), "/")
    assert 'href="/resources/?category=care"' in text and 'href="/resources/?district=area%3Aone"' in text
    assert "登録 3件" in text


def test_top_page_for_d(signed_in: SignedIn, city: dict[str, Any]) -> None:
    text = html(signed_in(Level.D), "/")
    assert "グループ掲示板" in text and "/resources/" not in text


def test_empty_site_works(signed_in: SignedIn) -> None:
    client = signed_in()
    assert "まだカテゴリが登録されていません" in html(client, "/")
    assert "まだ地域資源が登録されていません" in html(client, "/resources/")
    assert "まだデータが取り込まれていません" in html(client, "/about/data")


def test_every_address_without_arguments_is_answered(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    names = [name for name in get_resolver("gisportal.portal.urls").reverse_dict if isinstance(name, str)]
    assert {"top", "search", "place", "resources-at", "about-data", "healthz", "readyz", "robots"} <= set(
        names
    )
    for name in names:
        try:
            reverse(f"portal:{name}")
        except NoReverseMatch:  # takes arguments: tests/architecture visits it with samples
            continue
        if name == "handout-list":  # wants ids
            continue
        assert client.get(reverse(f"portal:{name}")).status_code in {200, 302, 400}, name


def test_sources_and_licences(city: dict[str, Any]) -> None:
    DataSource.objects.create(
        slug="s", title="病院一覧", licence="CC BY 4.0", licence_url="https://creativecommons.org/licenses/by/4.0/",
        attribution="高松市", dated_on=date(2026, 8, 21), is_share_alike=True,
    )  # fmt: skip
    text = html(Client(), "/about/data")
    for part in (
        "病院一覧",
        "https://creativecommons.org/licenses/by/4.0/",
        "継承",
        "地理院タイル",
        "2026年8月21日",
    ):
        assert part in text, part


def test_small_files() -> None:
    assert Client().get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"
    icon = Client().get("/favicon.ico")
    assert b"".join(icon.streaming_content)[:4] == b"\0\0\1\0"  # type: ignore[attr-defined]
    assert "gettext" in Client().get("/jsi18n/ja.js").content.decode()
    assert Client().get("/jsi18n/xx.js").status_code == 404


def test_alive_and_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/healthz").content == b"ok\n"
    ready = Client().get("/readyz")
    assert ready.status_code == 200 and ready.json()["ready"] is True
    monkeypatch.setitem(health.CHECKS, "migrations", lambda: False)
    refused = Client().get("/readyz")
    assert refused.status_code == 503 and refused.json()["migrations"] is False


@pytest.mark.parametrize(
    "path", ["/nothing", "/tiles/nothing/1/1/1.mvt", "/ogc/nothing", "/styles/nothing.json"]
)
def test_404_in_the_format_asked_for(path: str) -> None:
    page = Client().get(path, headers={"Accept": "text/html"})
    assert page.status_code == 404 and "<html" in page.content.decode()
    problem = Client().get(path, headers={"Accept": "application/json"})
    assert problem.status_code == 404 and "json" in problem["Content-Type"]


def test_an_unknown_host_is_a_bad_request() -> None:
    response = Client().get("/", headers={"Host": "evil.example"})
    assert response.status_code == 400 and "evil.example" not in response.content.decode()


def test_machines_get_problems_unasked() -> None:
    assert Client().get("/tiles/nothing/1/1/1.mvt")["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_slow_database_is_503_with_advice(accept: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        raise AssertionError

    request = RequestFactory().get("/resources/", headers={"Accept": accept})
    response = ProblemMiddleware(view).process_exception(request, OperationalError("statement timeout"))
    assert response is not None and response.status_code == 503 and response["Retry-After"]
    assert "statement timeout" not in response.content.decode()


def test_500_needs_nothing_that_may_be_broken(
    signed_in: SignedIn, city: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in()
    client.raise_request_exception = False

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("gisportal.portal.search_views.SearchPage", broken)
    response = client.get("/resources/")
    assert response.status_code == 500
    assert (
        "問題が発生しました" in response.content.decode() and "secret words" not in response.content.decode()
    )


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 4, 1), "令和8年4月1日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 24), "大正15年12月24日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(1868, 1, 1), "1868年1月1日"),
    ],
)
def test_wareki(day: date, text: str) -> None:
    assert wareki(day) == text


def test_dates_follow_setting_and_language() -> None:
    assert shown_date(date(2026, 4, 1)) == "2026年4月1日"
    SiteSetting(uses_wareki=True).save()
    assert shown_date(date(2026, 4, 1)) == "令和8年4月1日"
    with translation.override("en"):
        assert shown_date(date(2026, 4, 1)) == "2026-04-01"


def test_site_settings(signed_in: SignedIn, city: dict[str, Any]) -> None:
    SiteSetting(site_name="ささえあい帳", city_name="試験市", contact="福祉課 087-000-0000").save()
    text = html(signed_in(), "/")
    assert "ささえあい帳" in text and "試験市" in text and "福祉課" in text
    with pytest.raises(ValidationError):
        SiteSetting(base_map="moon").full_clean()


def test_administration_of_the_site(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in(Level.ADMINISTRATOR)
    for name in (
        "portal_sitesetting",
        "layers_directorysetting",
        "layers_datasource",
        "layers_fieldofsupport",
    ):
        assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    for name in ("categories", "fields", "districts"):
        assert client.get(f"/settings/{name}/").status_code == 200
    assert signed_in(Level.A).get(reverse("admin:portal_sitesetting_changelist")).status_code in {302, 403}
