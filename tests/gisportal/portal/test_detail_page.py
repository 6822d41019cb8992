"""Detail page (R10), popups, several on one point."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from layers.access import Level
from layers.models import FieldDefinition, Organisation, Responsibility, Site
from tests.factories import make_account, make_resource
from tests.gisportal.portal.conftest import SignedIn

pytestmark = pytest.mark.django_db


def page(client: Client, pk: int) -> str:
    response = client.get(f"/resources/{pk}/")
    assert response.status_code == 200
    return response.content.decode()


def test_what_it_shows(signed_in: SignedIn, city: dict[str, Any]) -> None:
    made = make_resource(
        "くわしい園", phone="０８７（１１１）２２２２", email="a@example.jp", url="https://example.jp/x",
        opening_hours="月\n火", vacancy="available", vacancy_count=3, vacancy_as_of=timezone.now(),
        vacancy_origin="demo", properties={"pads": False, "beds": 12},
    )  # fmt: skip
    html = page(signed_in(), made.pk)
    for part in (
        'href="tel:0871112222"',
        'href="mailto:a@example.jp"',
        'href="https://example.jp/x"',
        "月<br>火",
        "12床",
        "いいえ",
        "vacancy-available",
        "tag-demo",
        "中央圏域",
        "第一包括支援センター",
        "destination=34.340000,134.050000",
        'href="geo:34.340000,134.050000',
    ):
        assert part in html, part


def test_the_way_back_is_the_search_one_came_from(signed_in: SignedIn, city: dict[str, Any]) -> None:
    url = f"/resources/{city['home'].pk}/"
    client = signed_in()
    came = client.get(url, headers={"Referer": "http://testserver/resources/?q=%E5%AE%B6&page=2"})
    assert 'href="/resources/?q=%E5%AE%B6&amp;page=2"' in came.content.decode()
    foreign = client.get(url, headers={"Referer": "http://evil.example/resources/?q=x"})
    assert "q=x" not in foreign.content.decode()


def test_only_web_addresses_become_links(signed_in: SignedIn, city: dict[str, Any]) -> None:
    FieldDefinition.objects.create(key="page", title="資料", kind="url", audience="public")
    made = make_resource("家", url="javascript:alert(1)", properties={"page": "data:text/html,x"})
    html = page(signed_in(), made.pk)
    assert 'href="javascript:' not in html and 'href="data:' not in html
    assert "javascript:alert(1)" in html


def test_other_services_of_the_site(signed_in: SignedIn, city: dict[str, Any]) -> None:
    site = Site.unscoped.create(name="拠点")
    first, second = make_resource("一つ目", site=site, lon=None), make_resource("二つ目", site=site, lon=None)
    html = page(signed_in(), first.pk)
    assert f'href="/resources/{second.pk}/"' in html and "二つ目" in html


def test_who_may_see_it(signed_in: SignedIn, city: dict[str, Any]) -> None:
    pk = city["home"].pk
    assert signed_in(Level.D).get(f"/resources/{pk}/").status_code == 403
    assert signed_in(Level.C).get(f"/resources/{pk}/").status_code == 404
    assert signed_in(Level.C).get(f"/resources/{pk}/popup").status_code == 404
    assert Client().get(f"/resources/{pk}/").status_code == 302
    account = make_account(Level.C)
    Responsibility.unscoped.create(resource=city["home"], account=account)
    keeper = Client()
    keeper.force_login(account)
    assert "特養さくら" in page(keeper, pk)


def test_unknown_and_deleted_are_404(signed_in: SignedIn, city: dict[str, Any]) -> None:
    gone = make_resource("ごみ箱の家", deleted_at=timezone.now())
    client = signed_in()
    assert client.get(f"/resources/{gone.pk}/").status_code == 404
    assert client.get("/resources/999999999/").status_code == 404
    assert client.get("/resources/99999999999999999999999999/").status_code == 404


def test_without_a_position_there_is_no_map(signed_in: SignedIn, city: dict[str, Any]) -> None:
    html = page(signed_in(), city["visit"].pk)
    assert "data-map-detail" not in html and "位置は表示されません" in html


def test_districts_served_are_named(signed_in: SignedIn, city: dict[str, Any]) -> None:
    from layers.models import District

    made = make_resource("訪問にばん", lon=None, service_area="districts", delivery="visits")
    made.service_districts.add(District.unscoped.get(key="area:one"))
    assert "日常生活圏域: 中央圏域" in page(signed_in(), made.pk)


def test_several_on_one_point(signed_in: SignedIn, city: dict[str, Any]) -> None:
    client = signed_in()
    ids = f"{city['home'].pk},{city['salon'].pk}"
    html = client.get(f"/resources/at?ids={ids}").content.decode()
    assert "特養さくら" in html and "つどいの家" in html and "<html" not in html
    for bad in ("", "a", "1;2", ",".join(["1"] * 300)):
        assert client.get(f"/resources/at?ids={bad}").status_code == 400
    assert client.get("/resources/at?ids=999999").status_code == 404


def test_organisation_links_to_its_other_services(signed_in: SignedIn, city: dict[str, Any]) -> None:
    house = Organisation.unscoped.create(name="社会福祉法人さくら会")
    made = make_resource("一園", organisation=house)
    html = page(signed_in(), made.pk)
    assert "社会福祉法人さくら会" in html and "/resources/?q=%E7%A4%BE" in html
