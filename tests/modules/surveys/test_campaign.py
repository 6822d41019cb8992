"""A survey of 1,000 entries: sheets, answers by link and by the city, reminders, totals (R39)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from gisportal.accounts.models import Account
from gisportal.modules.surveys import printing, services, source
from gisportal.modules.surveys.models import Campaign, CampaignEntry
from layers.editing.errors import Conflict, InvalidValues, NotAllowed
from layers.editing.services import create_resource, update_resource
from layers.errors import FeatureNotFound
from layers.models import Category, Resource, ResourceVersion

pytestmark = pytest.mark.django_db

UNTIL = timedelta(days=30)


def signed_in(level: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(level=level), backend="gisportal.accounts.backends.AccountBackend")
    return client


def mails() -> list[dict[str, str]]:
    rows = ProcrastinateJob.objects.filter(task_name="accounts.deliver_mail").order_by("id")
    return list(rows.values_list("args", flat=True))


def path_in(text: str) -> str:
    return re.search(r"https?://[^/\s]+(/link/\S+)", text)[1]


@pytest.fixture
def campaign(entry, actors) -> Campaign:
    """A survey of one entry of level C's, who has a mail address, and of one of nobody's."""
    Account.objects.filter(level="c").update(email="c@example.jp")
    other = create_resource(actors["a"], {"name": "担当なし", "category": "salon"})
    day = timezone.localdate() + UNTIL
    return services.create_campaign(actors["a"], "基礎調査", "お願いします。", day, [entry.pk, other.pk])


def the_entry(campaign: Campaign, name: str = "デイサービスさくら") -> CampaignEntry:
    return campaign.entries.get(resource__name=name)


def test_only_a_and_administrator_run_surveys(campaign, actors):
    for level in ("b", "c", "d"):
        with pytest.raises(NotAllowed):
            services.create_campaign(actors[level], "x", "", timezone.localdate(), [])
        with pytest.raises(FeatureNotFound):
            services.ask_by_mail(actors[level], campaign.pk, again=False)
        for url in ("/surveys/", f"/surveys/{campaign.pk}/", f"/surveys/entries/{the_entry(campaign).pk}/"):
            assert signed_in(level).get(url).status_code in {403, 404}
    for url in ("/surveys/", f"/surveys/{campaign.pk}/", f"/surveys/entries/{the_entry(campaign).pk}/"):
        assert signed_in("a").get(url).status_code == 200


def test_wrong_surveys_are_refused_with_every_reason(actors):
    with pytest.raises(InvalidValues) as refused:
        services.create_campaign(actors["a"], " ", "", timezone.localdate() - UNTIL, [])
    assert set(refused.value.errors) == {"title", "answer_by", "entries"}


def test_unchanged_by_link_verifies_at_once(campaign, actors):
    assert services.ask_by_mail(actors["a"], campaign.pk, again=False) == (1, 1)
    path = path_in(mails()[0]["text"])
    page = Client().get(path)
    assert page.status_code == 200 and "デイサービスさくら" in page.content.decode()
    assert Client().post(path, {"outcome": "unchanged"}).status_code == 302
    row = the_entry(campaign)
    assert (row.state, row.answered_how) == ("unchanged", "mail") and row.resource.verified_at


def test_change_by_link_waits_until_it_is_settled_in_part(campaign, actors):
    services.ask_by_mail(actors["a"], campaign.pk, again=False)
    path = path_in(mails()[0]["text"])
    answer = {
        "outcome": "changed",
        "phone": "０８７－８３９－９９９９",
        "fax": "087-839-8888",
        "name": "さくら",
    }
    assert Client().post(path, answer).status_code == 302
    row = the_entry(campaign)
    assert set(row.changes) == {"phone", "fax", "name"} and row.resource.phone == "087-839-2011"
    page = signed_in("a").get(f"/surveys/entries/{row.pk}/").content.decode()
    assert "087-839-9999" in page and "087-839-2011" in page
    services.settle(actors["a"], row.pk, ["phone", "name"])
    after = Resource.unscoped.get(pk=row.resource_id)
    assert (after.phone, after.fax, after.name) == ("087-839-9999", "", "さくら") and after.verified_at
    assert (
        "基礎調査"
        in ResourceVersion.unscoped.get(resource_id=after.pk, phone="087-839-9999", verified_at=None).note
    )
    assert Client().post(path, {"outcome": "unchanged"}).status_code == 400


def test_wrong_answer_is_told_beside_the_item_and_keeps_what_was_typed(campaign, actors):
    services.ask_by_mail(actors["a"], campaign.pk, again=False)
    path = path_in(mails()[0]["text"])
    answer = Client().post(path, {"outcome": "changed", "phone": "でんわ", "name": "<script>x</script>"})
    body = answer.content.decode()
    assert (
        answer.status_code == 400
        and "でんわ" in body
        and "&lt;script&gt;" in body
        and "<script>x" not in body
    )
    assert the_entry(campaign).state == "open"
    assert Client().post(path, {"outcome": ""}).status_code == 400
    assert Client().post(path, {"outcome": "changed"}).status_code == 400


def test_fax_is_typed_in_by_the_city_and_an_ended_service_is_closed(campaign, actors):
    row = the_entry(campaign, "担当なし")
    url = f"/surveys/entries/{row.pk}/answer"
    assert signed_in("c").get(url).status_code == 404
    answer = signed_in("a").post(url, {"outcome": "closed", "how": "fax", "by": "田中"})
    assert answer.status_code == 302
    row.refresh_from_db()
    assert (row.state, row.answered_how, row.answered_by) == ("closed", "fax", "田中")
    assert signed_in("a").post(f"/surveys/entries/{row.pk}/").status_code == 302
    after = Resource.unscoped.get(pk=row.resource_id)
    assert (after.operation, after.closed_on) == ("closed", timezone.localdate())


def test_what_others_changed_since_is_not_overwritten(campaign, actors):
    row = the_entry(campaign)
    services.answer(actors["a"], row.pk, "changed", {"phone": "087-1-2345"}, how="fax")
    update_resource(actors["c"], row.resource_id, row.resource.version, {"phone": "087-5-4321"})
    with pytest.raises(Conflict):
        services.settle(actors["a"], row.pk, ["phone"])
    assert the_entry(campaign).state == "changed"


def test_reminder_goes_only_to_those_who_have_not_answered(campaign, actors):
    assert services.ask_by_mail(actors["a"], campaign.pk, again=True) == (0, 0)
    services.ask_by_mail(actors["a"], campaign.pk, again=False)
    assert services.ask_by_mail(actors["a"], campaign.pk, again=True) == (1, 0)
    assert services.ask_by_mail(actors["a"], campaign.pk, again=True) == (0, 0)
    campaign.entries.update(reminded_at=timezone.now() - UNTIL)
    services.answer(actors["c"], the_entry(campaign).pk, "unchanged", {}, how="self")
    assert services.ask_by_mail(actors["a"], campaign.pk, again=True) == (0, 0)
    assert len(mails()) == 2


def test_ended_survey_takes_no_more_answers(campaign, actors):
    services.ask_by_mail(actors["a"], campaign.pk, again=False)
    path = path_in(mails()[0]["text"])
    services.close_campaign(actors["a"], campaign.pk)
    assert Client().get(path).status_code == 410
    assert Client().post(path, {"outcome": "unchanged"}).status_code == 410
    assert the_entry(campaign).state == "open"


def test_number_of_a_sheet_leads_to_its_entry_and_a_misread_one_nowhere(campaign):
    row = the_entry(campaign)
    number = source.number_of(row)
    assert source.entry_of(number.lower()) == (campaign.pk, row.pk)
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert source.entry_of(wrong) is None
    assert signed_in("a").get("/surveys/", {"number": number}).status_code == 302
    assert signed_in("a").get("/surveys/", {"number": wrong}).status_code == 400


def test_sheets_are_printed_and_count_as_asked(campaign, actors, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    printing.ask_sheets(actors["a"], campaign.pk)
    assert printing.run(campaign.pk) and not printing.run(campaign.pk)
    campaign.refresh_from_db()
    assert (campaign.sheets_state, campaign.sheets_done) == ("done", 2)
    assert campaign.entries.filter(asked_at__isnull=False).count() == 2
    answer = signed_in("a").get(f"/surveys/{campaign.pk}/sheets.pdf")
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert signed_in("b").get(f"/surveys/{campaign.pk}/sheets.pdf").status_code == 404


def test_thousand_entries_add_up(actors):
    category = Category.objects.get(code="salon")
    rows = Resource.unscoped.bulk_create(
        Resource(name=f"資源{n:04}", category=category, email=f"r{n}@example.jp", updated_at=timezone.now())
        for n in range(1000)
    )
    day = timezone.localdate() + UNTIL
    campaign = services.create_campaign(actors["a"], "全件調査", "", day, [row.pk for row in rows])
    assert services.ask_by_mail(actors["a"], campaign.pk, again=False) == (1000, 0)
    paths = [path_in(mail["text"]) for mail in mails()]
    assert len(set(paths)) == len({mail["to"] for mail in mails()}) == 1000
    for number in range(0, 60):
        assert Client().post(paths[number], {"outcome": "unchanged"}).status_code == 302
    for number in range(60, 90):
        changed = {"outcome": "changed", "phone": f"087-000-{number:04}"}
        assert Client().post(paths[number], changed).status_code == 302
    late = list(campaign.entries.filter(state="open").order_by("-id")[:20])
    for row in late:
        services.answer(actors["a"], row.pk, "unchanged", {}, how="fax", by="FAX")
    assert services.ask_by_mail(actors["a"], campaign.pk, again=True) == (890, 0)
    reminded = {mail["to"] for mail in mails()[1000:]}
    answered = set(campaign.entries.exclude(state="open").values_list("resource__email", flat=True))
    assert len(reminded) == 890 and not reminded & answered
    for row in campaign.entries.filter(state="changed")[:10]:
        services.settle(actors["a"], row.pk, ["phone"])
    found = source.totals(campaign)
    assert {key: found[key] for key in ("all", "answered", "unchanged", "to_settle", "settled", "by_link", "open")} == {
        "all": 1000, "answered": 110, "unchanged": 80, "to_settle": 20, "settled": 10, "by_link": 90, "open": 890,
    }  # fmt: skip
    assert found["by_staff"] == 20 and found["reminded"] == 890
