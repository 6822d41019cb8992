"""Pages on which entries are registered, changed, deleted, merged (R21, R28, R29, R31)."""

import re
from typing import Any

import pytest
from django.test import Client

from gisportal import hooks
from gisportal.accounts.models import AccessSetting, Account
from gisportal.accounts.viewers import viewer_of
from gisportal.audit.models import AuditEntry
from layers import vocabulary
from layers.access import Level
from layers.editing.services import update_resource
from layers.models import ProtectedPlace, Resource, ResourceVersion, Responsibility, Site
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_words(db: None):
    vocabulary.forget()
    yield
    vocabulary.forget()


def signed_in(level: Level, *entries: Resource) -> tuple[Client, Account]:
    account = factories.make_account(level)
    for entry in entries:
        Responsibility.unscoped.create(resource=entry, account=account)
    client = Client()
    client.force_login(account)
    return client, account


def posted(client: Client, row: Resource, **changes: Any) -> dict[str, Any]:
    """What a browser sends of the form as the server drew it, with some controls typed into anew."""
    return {**drawn(client.get(f"/resources/{row.pk}/edit/").content.decode()), **changes}


def drawn(page: str) -> dict[str, Any]:
    """Successful controls of the form of an entry."""
    form = page[page.index("data-edit-form") :]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input\b[^>]*>", form, re.S):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") in {"checkbox", "radio"} and not re.search(r"\bchecked\b", tag):
            continue
        found.setdefault(attributes.get("name", ""), []).append(attributes.get("value", ""))
    for name, body in re.findall(r'<textarea\b[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.S):
        found[name] = [body]
    for name, body in re.findall(r'<select\b[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option value="([^"]*)"\s+selected', body)
        found[name] = chosen or re.findall(r'<option value="([^"]*)"', body)[:1]
    found.pop("csrfmiddlewaretoken", None)
    found.pop("", None)
    return {key: values if len(values) > 1 else values[0] for key, values in found.items()}


def now(row: Resource) -> Resource:
    return Resource.unscoped.get(pk=row.pk)


def test_a_form_posted_as_drawn_changes_nothing() -> None:
    row = factories.make_resource(
        "サロンさくら", phone="087-839-2011", withheld=["phone"], former_names=["旧名"],
        address="高松市番町1-8-15", opening_hours="月\n火", capacity=12,
    )  # fmt: skip
    client, _account = signed_in(Level.C, row)
    before = now(row)
    answer = client.post(f"/resources/{row.pk}/edit/", posted(client, row))
    assert answer.status_code == 302
    changed = AuditEntry.objects.filter(action="resource.updated").values_list("summary", flat=True)
    assert (now(row).version, list(changed)) == (before.version, [])
    assert "変更はありませんでした" in client.get(answer["Location"]).content.decode()


def test_change_is_saved_said_and_taken_back() -> None:
    row = factories.make_resource("サロンさくら", phone="087-839-2011")
    client, account = signed_in(Level.C, row)
    answer = client.post(
        f"/resources/{row.pk}/edit/", posted(client, row, phone="（０８７）８３９−２０２２", note="電話で")
    )
    assert now(row).phone == "087-839-2022"
    state = ResourceVersion.unscoped.get(resource_id=row.pk, valid_to=None)
    assert (state.actor_id, state.note) == (account.pk, "電話で")
    page = client.get(answer["Location"]).content.decode()
    assert "保存しました" in page and "電話番号" in page
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    client.post(f"/resources/{row.pk}/undo", {"version": version[1]})
    assert now(row).phone == "087-839-2011"


def test_wrong_values_stay_typed_with_messages_beside_them() -> None:
    row = factories.make_resource("サロンさくら")
    client, _account = signed_in(Level.C, row)
    wrong = {
        "name": "",
        "phone": "でんわ<script>",
        "email": "x",
        "opened_on": "きのう",
        "lat": "北のほう",
        "url": "javascript:alert(1)",
    }
    answer = client.post(f"/resources/{row.pk}/edit/", posted(client, row, **wrong, fax="087-1-2345"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count("data-error-summary") == 1
    for key in ("name", "phone", "email", "opened_on", "lat", "url"):
        assert f'href="#f-{key}"' in page and f'id="f-{key}-error"' in page, key
    assert "でんわ&lt;script&gt;" in page and "<script>" not in page.split("でんわ")[1][:20]
    assert 'value="北のほう"' in page and 'value="087-1-2345"' in page
    assert now(row).version == row.version


def test_markup_in_any_text_comes_out_as_text() -> None:
    row = factories.make_resource("サロンさくら")
    client, _account = signed_in(Level.C, row)
    bad = "<img src=x onerror=alert(1)>"
    client.post(
        f"/resources/{row.pk}/edit/", posted(client, row, name=bad, description=bad, opening_hours=bad)
    )
    for path in ("", "edit/", "delete/", "popup"):
        assert bad not in client.get(f"/resources/{row.pk}/{path}").content.decode()
    assert now(row).description == bad


def test_second_editor_chooses_item_by_item() -> None:
    row = factories.make_resource("サロンさくら", phone="087-839-2011", capacity=10)
    client, _account = signed_in(Level.C, row)
    form = posted(client, row, phone="087-839-3333", name="サロンもも", fax="087-839-9999")
    other = viewer_of(factories.make_account(Level.A))
    update_resource(
        other, row.pk, row.version, {"phone": "087-839-2222", "name": "サロンうめ", "capacity": 20}
    )
    page = client.post(f"/resources/{row.pk}/edit/", form)
    text = page.content.decode()
    assert page.status_code == 409
    assert "087-839-2222" in text and "087-839-3333" in text
    assert now(row).phone == "087-839-2222" and now(row).fax == ""
    hidden = _hidden(text)
    answer = client.post(
        f"/resources/{row.pk}/settle", {**hidden, "choose.phone": "mine", "choose.name": "theirs"}
    )
    assert answer.status_code == 302
    saved = now(row)
    assert (saved.phone, saved.name, saved.fax, saved.capacity) == (
        "087-839-3333",
        "サロンうめ",
        "087-839-9999",
        20,
    )


def _hidden(page: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page):
        found.setdefault(name, []).append(value)
    return {
        key: values if len(values) > 1 else values[0]
        for key, values in found.items()
        if key != "csrfmiddlewaretoken"
    }


def test_untouched_items_never_overwrite_others() -> None:
    row = factories.make_resource("サロンさくら", phone="087-839-2011")
    client, _account = signed_in(Level.C, row)
    form = posted(client, row, fax="087-839-9999")
    update_resource(
        viewer_of(factories.make_account(Level.A)), row.pk, row.version, {"phone": "087-839-2222"}
    )
    assert client.post(f"/resources/{row.pk}/edit/", form).status_code == 302
    assert (now(row).phone, now(row).fax) == ("087-839-2222", "087-839-9999")


def test_registered_entry_becomes_its_makers_own() -> None:
    factories.make_category("salon")
    client, account = signed_in(Level.C)
    form = {
        **drawn(client.get("/resources/new/").content.decode()),
        "name": "新しいサロン",
        "category": "salon",
    }
    answer = client.post("/resources/new/", form)
    row = Resource.unscoped.get(name="新しいサロン")
    assert answer["Location"] == f"/resources/{row.pk}/"
    assert Responsibility.unscoped.get(resource=row).account_id == account.pk
    assert client.post("/resources/new/", {"name": "名だけ"}).status_code == 422


def test_items_follow_the_category_and_what_was_typed_stays() -> None:
    from layers.models import FieldDefinition

    top = factories.make_category("salon")
    factories.make_category("clinic")
    FieldDefinition.objects.create(key="tea", title="お茶代", kind="text").categories.set([top])
    vocabulary.forget()
    client, _account = signed_in(Level.A)
    first = client.get("/resources/new/").content.decode()
    assert "お茶代" not in first and top.code in first
    form = {**drawn(first), "name": "打ちかけ", "category": "salon", "reload": "1"}
    again = client.post("/resources/new/", form).content.decode()
    assert "お茶代" in again and 'value="打ちかけ"' in again and "data-error-summary" not in again
    other = client.post("/resources/new/", {**form, "category": "clinic"}).content.decode()
    assert "お茶代" not in other
    assert not Resource.unscoped.filter(name="打ちかけ").exists()


def test_withheld_items_are_ticked_beside_them() -> None:
    row = factories.make_resource("ひとりサロン", phone="087-839-2011")
    client, _account = signed_in(Level.C, row)
    client.post(f"/resources/{row.pk}/edit/", posted(client, row, withheld=["phone"]))
    assert now(row).withheld == ["phone"]
    form = posted(client, row)
    assert form["withheld"] == "phone"
    form.pop("withheld")
    client.post(f"/resources/{row.pk}/edit/", form)
    assert now(row).withheld == []


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ({"lat": "34.35", "lon": "134.06"}, (34.35, 134.06)),
        ({"lat": "34°21'00\"N", "lon": "134°03'36\"E"}, (34.35, 134.06)),
        ({"lat": "34度21分0秒", "lon": "134度3分36秒"}, (34.35, 134.06)),
        ({"lat": "34.21.00", "lon": "134.3.36"}, (34.35, 134.06)),
        ({"lat": "134.06", "lon": "34.35"}, (34.35, 134.06)),
        ({"lat": "34.35, 134.06", "lon": ""}, (34.35, 134.06)),
        ({"lat": "0", "lon": "0", "zone": "4"}, (33.0, 133.5)),
    ],
)
def test_typed_position_is_taken_in_any_writing(typed: dict[str, str], wanted: tuple[float, float]) -> None:
    row = factories.make_resource("サロンさくら")
    client, _account = signed_in(Level.C, row)
    client.post(f"/resources/{row.pk}/edit/", posted(client, row, **typed))
    saved = now(row)
    assert (saved.geom.y, saved.geom.x) == pytest.approx(wanted, abs=1e-6)
    assert saved.geom_origin == "hand"


def test_proposals_go_to_the_hook_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    row = factories.make_resource("サロンさくら", phone="087-839-2011")
    client, account = signed_in(Level.C, row)
    account.proposes = True
    account.save()
    monkeypatch.setattr(hooks.registry, "change_handler", None)
    page = client.get(f"/resources/{row.pk}/edit/").content.decode()
    form = {**drawn(page), "phone": "087-839-2022"}
    refused = client.post(f"/resources/{row.pk}/edit/", form)
    assert refused.status_code == 422 and "087-839-2022" in refused.content.decode()
    kept: list[Any] = []

    def keep(*given: Any) -> str:
        kept.append(given)
        return "/"

    monkeypatch.setattr(hooks.registry, "change_handler", keep)
    assert client.post(f"/resources/{row.pk}/edit/", form).status_code == 302
    assert kept[0][1:4] == (row.pk, {"phone": "087-839-2022"}, row.version)
    assert now(row).phone == "087-839-2011"


def test_who_proposes_sees_the_form_of_his_own_entries_only() -> None:
    factories.publish_site()
    other = factories.make_resource(
        "よその店", phone="087-839-2011", withheld=["phone"], publication="public"
    )
    client, account = signed_in(Level.C)
    account.proposes = True
    account.save()
    answer = client.get(f"/resources/{other.pk}/edit/")
    assert answer.status_code == 403 and "087-839-2011" not in answer.content.decode()
    assert f"/resources/{other.pk}/edit/" not in client.get(f"/resources/{other.pk}/").content.decode()


def test_level_c_may_be_set_to_propose_as_a_whole() -> None:
    AccessSetting.objects.update_or_create(pk=1, defaults={"level_c_proposes": True})
    assert viewer_of(factories.make_account(Level.C)).proposes
    assert not viewer_of(factories.make_account(Level.B)).proposes


def test_trash_and_way_back() -> None:
    row = factories.make_resource("サロンさくら")
    client, _account = signed_in(Level.C, row)
    assert "ごみ箱" in client.get(f"/resources/{row.pk}/delete/").content.decode()
    assert now(row).deleted_at is None
    answer = client.post(f"/resources/{row.pk}/delete/")
    assert now(row).deleted_at
    assert "サロンさくら" in client.get(answer["Location"]).content.decode()
    assert client.get(f"/resources/{row.pk}/").status_code == 404
    stranger, _other = signed_in(Level.C)
    assert "サロンさくら" not in stranger.get("/resources/trash/").content.decode()
    assert stranger.post(f"/resources/{row.pk}/restore").status_code == 404
    assert client.post(f"/resources/{row.pk}/restore").status_code == 302
    assert now(row).deleted_at is None


def test_merge_proposes_duplicates_and_redirects_the_old_address() -> None:
    kept = factories.make_resource("サロンさくら", phone="087-839-2011", address="高松市番町1")
    twin = factories.make_resource("さろん さくら", phone="", fax="087-839-9999", lon=134.3)
    same_phone = factories.make_resource("別の名", phone="代表 087-839-2011", lon=134.3)
    near = factories.make_resource("サロンさくら会", lat=factories.LAT + 0.0003)
    far = factories.make_resource("まったく違う", lon=134.3)
    client, _account = signed_in(Level.A)
    page = client.get(f"/resources/{kept.pk}/merge/").content.decode()
    for row in (twin, same_phone, near):
        assert f"?with={row.pk}" in page, row.name
    assert f"?with={far.pk}" not in page
    assert f"?with={far.pk}" in client.get(f"/resources/{kept.pk}/merge/?q=まったく").content.decode()
    assert "087-839-9999" in client.get(f"/resources/{kept.pk}/merge/?with={twin.pk}").content.decode()
    client.post(f"/resources/{kept.pk}/merge/", {"with": twin.pk, "take.fax": "merged", "take.name": "kept"})
    assert (now(kept).fax, now(kept).name) == ("087-839-9999", "サロンさくら")
    old = client.get(f"/resources/{twin.pk}/")
    assert (old.status_code, old["Location"]) == (302, f"/resources/{kept.pk}/")
    assert signed_in(Level.C)[0].get(f"/resources/{twin.pk}/").status_code == 404
    assert signed_in(Level.B)[0].get(f"/resources/{kept.pk}/merge/").status_code == 403


def test_a_shared_site_is_corrected_once_for_all() -> None:
    site = Site.unscoped.create(name="さくらビル", address="高松市番町1-8-15")
    mine = factories.make_resource("デイさくら", lon=None, site=site)
    other = factories.make_resource("訪問さくら", lon=None, site=site)
    client, account = signed_in(Level.C, mine)
    page = client.get(f"/resources/{mine.pk}/edit/").content.decode()
    assert "さくらビル" in page and "ほか1件" in page and "訪問さくら" not in page
    assert client.get(f"/resources/{mine.pk}/site/").status_code == 403
    Responsibility.unscoped.create(resource=other, account=account)
    shown = client.get(f"/resources/{mine.pk}/site/").content.decode()
    assert "訪問さくら" in shown
    seen = re.search(r'name="seen" value="([^"]*)"', shown)
    assert seen
    import html

    form = {"seen": html.unescape(seen[1]), "name": "さくらビル", "address": "高松市番町1-8-15", "building": "2階",
            "lat": "34.341", "lon": "134.047", "phone": "", "postcode": ""}  # fmt: skip
    assert client.post(f"/resources/{mine.pk}/site/", form).status_code == 302
    for row in (mine, other):
        assert (now(row).geom_public.y, now(row).geom_public.x) == pytest.approx((34.341, 134.047))
        assert "2階" in now(row).address_public
    again = client.post(f"/resources/{mine.pk}/site/", {**form, "building": "3階"})
    assert again.status_code == 409 and "2階" in again.content.decode()
    assert Site.unscoped.get(pk=site.pk).building == "2階"


def test_one_service_may_leave_its_site() -> None:
    site = Site.unscoped.create(name="さくらビル", address="高松市番町1-8-15")
    row = factories.make_resource("デイさくら", lon=None, site=site)
    client, _account = signed_in(Level.C, row)
    stays = client.post(f"/resources/{row.pk}/edit/", posted(client, row, lat="34.35", lon="134.06"))
    assert (
        stays.status_code == 422 and 'href="#f-site"' in stays.content.decode()
    ) or "拠点" in stays.content.decode()
    client.post(
        f"/resources/{row.pk}/edit/",
        posted(client, row, site="", address="高松市", lat="34.35", lon="134.06"),
    )
    assert now(row).site_id is None and now(row).geom.y == pytest.approx(34.35)


def test_responsible_are_named_by_a_and_administrator_only() -> None:
    row = factories.make_resource("サロンさくら")
    client, _account = signed_in(Level.A)
    provider = factories.make_account(Level.C, "sakura")
    page = client.get(f"/resources/{row.pk}/people/?who=saku").content.decode()
    assert "sakura" in page
    client.post(f"/resources/{row.pk}/people/", {"act": "add-account", "target": provider.pk})
    given = Responsibility.unscoped.get(resource=row)
    assert given.account_id == provider.pk
    theirs = Client()
    theirs.force_login(provider)
    assert theirs.get(f"/resources/{row.pk}/edit/").status_code == 200
    assert (
        theirs.post(f"/resources/{row.pk}/people/", {"act": "remove", "target": given.pk}).status_code == 403
    )
    client.post(f"/resources/{row.pk}/people/", {"act": "remove", "target": given.pk})
    assert theirs.get(f"/resources/{row.pk}/edit/").status_code == 404


def test_successor_is_linked_both_ways() -> None:
    new = factories.make_resource("デイ新館")
    old = factories.make_resource("デイ旧館")
    client, _account = signed_in(Level.C, old, new)
    form = posted(client, old, operation="closed", successor=f"https://example.jp/resources/{new.pk}/?x=1")
    client.post(f"/resources/{old.pk}/edit/", form)
    assert now(old).successor_id == new.pk and now(old).closed_on
    assert "デイ新館" in client.get(f"/resources/{old.pk}/").content.decode()
    assert "デイ旧館" in client.get(f"/resources/{new.pk}/").content.decode()


def test_groups_end_and_offices_close() -> None:
    group = factories.make_resource("体操の会", category=factories.make_category("group", is_formal=False))
    office = factories.make_resource("事業所")
    client, _account = signed_in(Level.A)
    assert "活動終了" in client.get(f"/resources/{group.pk}/edit/").content.decode()
    assert "活動終了" not in client.get(f"/resources/{office.pk}/edit/").content.decode()


def test_reader_of_a_protected_place_edits_it_and_names_others() -> None:
    row = factories.make_resource("自宅サロン", address="高松市番町1-8-15")
    client, account = signed_in(Level.C, row)
    client.post(f"/resources/{row.pk}/edit/", posted(client, row, disclosure="area"))
    hidden = ProtectedPlace.unscoped.get(resource=row)
    assert now(row).geom is None and hidden.geom.y == pytest.approx(factories.LAT)
    client.post(f"/resources/{row.pk}/edit/", posted(client, row, lat="34.3456", lon="134.0456"))
    assert ProtectedPlace.unscoped.get(resource=row).geom.y == pytest.approx(34.3456)
    boss, boss_account = signed_in(Level.A)
    page = boss.get(f"/resources/{row.pk}/edit/").content.decode()
    assert "34.3456" not in page and 'name="lat"' not in page and "番町1-8-15" not in page
    assert (
        boss.post(
            f"/resources/{row.pk}/edit/", {"version": now(row).version, "disclosure": "open"}
        ).status_code
        == 302
    )
    assert now(row).disclosure == "area"
    boss.post(f"/resources/{row.pk}/people/", {"act": "add-reader", "target": boss_account.pk})
    assert list(ProtectedPlace.unscoped.get(resource=row).readers.all()) == [account]
    client.post(f"/resources/{row.pk}/people/", {"act": "add-reader", "target": boss_account.pk})
    assert "34.3456" in boss.get(f"/resources/{row.pk}/edit/").content.decode()
    for person in (boss_account, account):
        client.post(f"/resources/{row.pk}/people/", {"act": "remove-reader", "target": person.pk})
    assert list(ProtectedPlace.unscoped.get(resource=row).readers.all()) == [account]
