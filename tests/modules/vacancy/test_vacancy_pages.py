"""Room for guests by page and by link: who may, what is kept, what is refused (R21, R30)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gisportal.accounts.link_models import SignedLink
from gisportal.accounts.models import Account
from gisportal.accounts.signed_links import make_link, revoke_link
from gisportal.audit.models import AuditEntry
from layers.access import Act, Level
from layers.models import Organisation, Resource, Responsibility
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh() -> None:
    cache.clear()


@pytest.fixture
def house() -> Organisation:
    return Organisation.unscoped.create(name="さくら会")


@pytest.fixture
def own(house: Organisation) -> Resource:
    row = factories.make_resource("デイさくら", organisation=house, phone="087-000-1111")
    Responsibility.unscoped.create(resource=row, organisation=house)
    return row


@pytest.fixture
def other() -> Resource:
    return factories.make_resource("よその園")


def _account(level: Level, house: Organisation | None = None) -> Account:
    account = factories.make_account(level)
    account.organisation = house
    account.save()
    return account


def _client(account: Account | None) -> Client:
    client = Client()
    if account:
        client.force_login(account)
    return client


def _state(row: Resource) -> tuple[str, int | None, str]:
    row = Resource.unscoped.get(pk=row.pk)
    return row.vacancy, row.vacancy_count, row.vacancy_origin


@pytest.mark.parametrize(
    ("level", "mine", "status", "origin"),
    [
        (Level.ANONYMOUS, False, 302, ""),
        (Level.D, False, 403, ""),
        (Level.C, True, 302, "provider"),
        (Level.C, False, 404, ""),
        (Level.B, True, 302, "provider"),
        (Level.B, False, 302, "city"),
        (Level.A, False, 302, "city"),
        (Level.ADMINISTRATOR, False, 302, "city"),
    ],
)
def test_who_may_state_room(
    house: Organisation, own: Resource, level: Level, mine: bool, status: int, origin: str
) -> None:
    account = None if level is Level.ANONYMOUS else _account(level, house if mine else None)
    answer = _client(account).post("/vacancy/", {"resource": own.pk, "vacancy": "few", "how": "phone"})
    assert answer.status_code == status
    assert _state(own) == (("few", None, origin) if origin else ("", None, ""))


def test_one_tap_is_seen_at_once_and_can_be_taken_back(house: Organisation, own: Resource) -> None:
    then = timezone.now() - timedelta(days=40)
    Resource.unscoped.filter(pk=own.pk).update(
        vacancy="available", vacancy_count=3, vacancy_as_of=then, vacancy_origin="city"
    )
    client = _client(_account(Level.C, house))
    page = client.get("/vacancy/").content.decode()
    assert "デイさくら" in page and "古い情報" in page
    answer = client.post("/vacancy/", {"resource": own.pk, "vacancy": "full"})
    assert answer["Location"] == f"/vacancy/?done={own.pk}#r{own.pk}"
    assert _state(own) == ("full", None, "provider")
    assert "元に戻す" in client.get(answer["Location"]).content.decode()
    client.post("/vacancy/", {"resource": own.pk, "undo": "1"})
    assert _state(own) == ("available", 3, "city")
    assert Resource.unscoped.get(pk=own.pk).vacancy_as_of == then
    again = client.post("/vacancy/", {"resource": own.pk, "undo": "1"})
    assert again.status_code == 400 and "元に戻せる入力がありません" in again.content.decode()


def test_a_call_says_who_and_how_to_members_only(own: Resource) -> None:
    asked = _account(Level.B)
    asked.display_name = "包括の山田"
    asked.save()
    _client(asked).post("/vacancy/", {"resource": own.pk, "vacancy": "few", "how": "phone"})
    page = _client(_account(Level.A)).get(f"/resources/{own.pk}/").content.decode()
    assert "電話で確認" in page and "包括の山田" in page and "市の入力" in page
    Resource.unscoped.filter(pk=own.pk).update(publication="public")
    factories.publish_site()
    assert "包括の山田" not in Client().get(f"/resources/{own.pk}/").content.decode()


def test_values_that_cannot_be_kept_come_back_as_typed(house: Organisation, own: Resource) -> None:
    client = _client(_account(Level.C, house))
    answer = client.post(
        "/vacancy/",
        {"resource": own.pk, "vacancy_count": "たくさん<b>", "capacity": "12", "vacancy_note": "午前"},
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert (
        "まだ何も保存していません" in page and 'value="たくさん&lt;b&gt;"' in page and 'value="午前"' in page
    )
    assert 'aria-invalid="true"' in page
    row = Resource.unscoped.get(pk=own.pk)
    assert (row.vacancy_count, row.capacity, row.vacancy_note) == (None, None, "")


def test_the_table_by_class_stands_on_the_page_of_the_entry(house: Organisation, own: Resource) -> None:
    category = factories.make_category("day", vacancy_axis="weekday", title="デイサービス")
    Resource.unscoped.filter(pk=own.pk).update(category=category)
    client = _client(_account(Level.C, house))
    client.post("/vacancy/", {"resource": own.pk, "state.mon": "few", "count.mon": "2", "state.tue": "full"})
    client.post("/vacancy/", {"resource": own.pk, "vacancy": "few"})
    detail = Resource.unscoped.get(pk=own.pk).vacancy_detail
    assert {key: detail[key] for key in ("mon", "tue")} == {
        "mon": {"state": "few", "count": 2}, "tue": {"state": "full"}
    }  # fmt: skip
    page = client.get(f"/resources/{own.pk}/").content.decode()
    assert "区分ごとの空き" in page and "2名" in page


def test_a_clerk_finds_any_office_by_name_and_by_entry(
    house: Organisation, own: Resource, other: Resource
) -> None:
    second = factories.make_resource("訪問さくら", organisation=house)
    client = _client(_account(Level.B))
    assert "よその園" not in client.get("/vacancy/").content.decode()
    found = client.get("/vacancy/", {"q": "ヨソ"}).content.decode()
    assert "よその園" in found and "デイさくら" not in found
    office = client.get("/vacancy/", {"resource": own.pk}).content.decode()
    assert "デイさくら" in office and second.name in office and "よその園" not in office
    mine = _client(_account(Level.C, house))
    assert "よその園" not in mine.get("/vacancy/", {"q": "よその"}).content.decode()


@pytest.mark.parametrize("query", [{"resource": "x"}, {"other": "1"}, {"resource": "9" * 30}])
def test_an_address_that_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    assert _client(_account(Level.A)).get("/vacancy/", query).status_code == 400


def _token(resources: list[Resource], **more: Any) -> str:
    maker = factories.make_account(Level.A)
    ids = [row.pk for row in resources]
    return make_link("vacancy", resource_ids=ids, acts=more.pop("acts", [Act.VACANCY]), made_by=maker, **more)


def test_a_link_states_room_without_signing_in(own: Resource, other: Resource) -> None:
    token = _token([own], label="デイさくら様")
    client = Client(enforce_csrf_checks=True)
    page = client.get(f"/link/{token}/").content.decode()
    assert "デイさくら" in page and "よその園" not in page and "087-000-1111" not in page
    assert token not in page and "csrfmiddlewaretoken" not in page
    answer = client.post(
        f"/link/{token}/", {"resource": own.pk, "vacancy": "available"}, headers={"Origin": "null"}
    )
    assert answer.status_code == 302 and answer["Location"].startswith(f"/link/{token}/?done={own.pk}")
    assert _state(own) == ("available", None, "provider")
    assert client.cookies == {}
    assert "保存しました" in client.get(answer["Location"]).content.decode()
    used = AuditEntry.objects.get(action="link.used")
    assert used.summary == {"kind": "vacancy", "act": "vacancy", "resource": own.pk}
    client.post(f"/link/{token}/", {"resource": own.pk, "undo": "1"})
    assert _state(own)[0] == ""
    assert SignedLink.objects.get().uses == 2


def test_a_link_opens_nothing_else(own: Resource, other: Resource) -> None:
    token = _token([own])
    client = Client()
    assert client.post(f"/link/{token}/", {"resource": other.pk, "vacancy": "full"}).status_code == 404
    assert client.post(f"/link/{token}/", {"resource": "x", "vacancy": "full"}).status_code == 404
    assert client.get(f"/link/{token}/more").status_code == 404
    assert client.delete(f"/link/{token}/").status_code == 405
    assert client.get(f"/resources/{own.pk}/").status_code in {302, 403, 404}
    assert _state(other)[0] == "" and SignedLink.objects.get().uses == 0


def test_a_link_for_another_act_states_no_room(own: Resource) -> None:
    token = _token([own], acts=[Act.CONFIRM])
    assert "デイさくら" not in Client().get(f"/link/{token}/").content.decode()
    assert Client().post(f"/link/{token}/", {"resource": own.pk, "vacancy": "full"}).status_code == 404
    assert _state(own)[0] == ""


def test_a_refused_form_uses_no_link_up(own: Resource) -> None:
    token = _token([own], max_uses=1)
    answer = Client().post(f"/link/{token}/", {"resource": own.pk, "vacancy_count": "x"})
    assert answer.status_code == 400 and SignedLink.objects.get().uses == 0
    assert Client().post(f"/link/{token}/", {"resource": own.pk, "vacancy": "full"}).status_code == 302
    late = Client().post(f"/link/{token}/", {"resource": own.pk, "vacancy": "available"})
    assert late.status_code == 410 and _state(own)[0] == "full"


def test_what_lies_in_the_trash_leaves_the_link(own: Resource) -> None:
    token = _token([own])
    Resource.unscoped.filter(pk=own.pk).update(deleted_at=timezone.now())
    assert "もう掲載されていません" in Client().get(f"/link/{token}/").content.decode()
    assert Client().post(f"/link/{token}/", {"resource": own.pk, "vacancy": "full"}).status_code == 404


@pytest.mark.parametrize("ending", ["expired", "revoked"])
def test_a_link_that_is_over_states_nothing(own: Resource, ending: str) -> None:
    token = _token([own])
    link = SignedLink.objects.get()
    if ending == "expired":
        SignedLink.objects.update(expires_at=timezone.now())
    else:
        revoke_link(link)
    assert Client().post(f"/link/{token}/", {"resource": own.pk, "vacancy": "full"}).status_code == 410
    assert _state(own)[0] == ""


def test_a_link_is_made_shown_once_listed_and_revoked(house: Organisation, own: Resource) -> None:
    client = _client(_account(Level.C, house))
    answer = client.post("/vacancy/links/", {"resources": [own.pk], "label": "受付の電話", "days": "30"})
    page = answer.content.decode()
    address = page.partition('value="http://testserver')[2].partition('"')[0]
    assert answer.status_code == 200 and "<svg" in page and "no-store" in answer["Cache-Control"]
    assert Client().get(address).status_code == 200
    listed = client.get("/vacancy/links/").content.decode()
    assert "受付の電話" in listed and "有効" in listed and address not in listed
    link = SignedLink.objects.get()
    assert link.acts == ["vacancy"] and link.resource_ids == [own.pk]
    assert client.post(f"/vacancy/links/{link.pk}/revoke").status_code == 302
    assert Client().get(address).status_code == 410
    assert "取り消し済み" in client.get("/vacancy/links/").content.decode()


@pytest.mark.parametrize(
    ("level", "mine", "status"),
    [
        (Level.C, False, 400),
        (Level.B, False, 400),
        (Level.B, True, 200),
        (Level.A, False, 200),
        (Level.D, True, 403),
    ],
)
def test_who_may_make_a_link(
    house: Organisation, own: Resource, level: Level, mine: bool, status: int
) -> None:
    client = _client(_account(level, house if mine else None))
    answer = client.post("/vacancy/links/", {"resources": [own.pk], "label": "x", "days": "30"})
    assert answer.status_code == status and SignedLink.objects.count() == (status == 200)


def test_nobody_revokes_or_sees_the_links_of_others(own: Resource, house: Organisation) -> None:
    _token([own], label="さくらの電話")
    link = SignedLink.objects.get()
    stranger = _client(_account(Level.C))
    assert stranger.post(f"/vacancy/links/{link.pk}/revoke").status_code == 404
    assert "さくらの電話" not in stranger.get("/vacancy/links/").content.decode()
    assert "さくらの電話" in _client(_account(Level.C, house)).get("/vacancy/links/").content.decode()
    link.refresh_from_db()
    assert link.revoked_at is None


@pytest.mark.parametrize("wrong", [{"resources": []}, {"label": ""}, {"label": "あ" * 121}, {"days": "9999"}])
def test_a_link_needs_entries_a_name_and_an_end(
    house: Organisation, own: Resource, wrong: dict[str, Any]
) -> None:
    client = _client(_account(Level.C, house))
    answer = client.post("/vacancy/links/", {"resources": [own.pk], "label": "電話", "days": "30", **wrong})
    assert answer.status_code == 400 and SignedLink.objects.count() == 0
    assert "まだリンクを作っていません" in answer.content.decode()
