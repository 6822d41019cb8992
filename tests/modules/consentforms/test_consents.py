"""使用承諾書: what is printed, what came back, and that the public sees no more than was consented to."""

import subprocess
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from gisportal.accounts.viewers import viewer_of
from gisportal.modules.consentforms import printing, services, sheets, source
from gisportal.modules.consentforms.models import Consent, ConsentBatch, ConsentTemplate
from layers.access import Level, Viewer
from layers.editing.media import add_photo
from layers.editing.services import update_resource
from layers.media.images import prepare_image
from layers.models import FieldDefinition, Photo, Resource
from layers.resources import ResourceSource
from tests import factories

pytestmark = pytest.mark.django_db
PUBLIC = Viewer(public_site=True)


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def actor() -> Viewer:
    return viewer_of(factories.make_account(Level.A))


def _client(level: Level = Level.A) -> Client:
    client = Client()
    client.force_login(factories.make_account(level))
    return client


def _words(pdf: bytes) -> str:
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode()


def _jpeg() -> BytesIO:
    data = BytesIO()
    Image.new("RGB", (60, 40), "#0a7a0a").save(data, "JPEG")
    data.seek(0)
    return data


def _public(**values: Any) -> Resource:
    return factories.make_resource(
        **{"publication": "public", "phone": "087-000-1111", "fax": "087-000-2222", **values}
    )


def _seen(resource: Resource) -> dict[str, Any]:
    return ResourceSource(PUBLIC).get(resource.pk).properties


@pytest.mark.parametrize("number", [1, 618, 1585, 999_999, 12_345_678])
def test_numbers_are_read_back_and_misread_ones_are_not(number: int) -> None:
    text = sheets.number_of(number)
    assert sheets.id_of(text) == number
    assert sheets.id_of(text.replace("S-", "ｓ‐").lower()) == number
    wrong = [text[:-1] + str((int(text[-1]) + 1) % 10), "", "S-", "x", text + "1"]
    assert [sheets.id_of(item) for item in wrong] == [None] * 5


def test_form_shows_what_will_be_published_item_by_item(actor: Viewer) -> None:
    FieldDefinition.objects.create(key="shown", title="持ち物", kind="text", audience="public")
    FieldDefinition.objects.create(key="inner", title="内部", kind="text", audience="members")
    row = _public(
        name="𠮷田サロン",
        address="高松市番町1-8-15",
        withheld=["fax"],
        properties={"shown": "上履き", "inner": "秘密"},
    )
    ConsentTemplate(contact="高齢福祉課 {city}").save()
    client = _client()
    text = _words(client.get(f"/resources/{row.pk}/consent/form.pdf").content)
    for words in ("使用承諾書", "𠮷田サロン", "番町1-8-15", "087-000-1111", "持ち物", "上履き",
                  "087-000-2222", "現在は非公開", "公開してよい", "不可", "氏名（署名）", "高齢福祉課", "縮尺 1:",
                  sheets.number_of(row.pk)):  # fmt: skip
        assert words in text, words
    assert "秘密" not in text and "内部" not in text
    assert text.count("□") >= 2 * 5


def test_words_of_the_template_are_plain_text() -> None:
    ConsentTemplate(introduction="<b>{name}</b> {unknown} {city}\n\n二段落", closing="{date}").save()
    row = _public(name="{city}<script>")
    text = _words(_client().get(f"/resources/{row.pk}/consent/form.pdf").content)
    assert "<b>{city}<script></b> {unknown}" in text and "二段落" in text


def test_photos_stand_on_the_form_with_boxes(actor: Viewer) -> None:
    row, client = _public(description="長い説明\n" * 40), _client()
    add_photo(actor, row.pk, prepare_image(_jpeg()), {"alt": "緑の看板"})
    pdf = client.get(f"/resources/{row.pk}/consent/form.pdf").content
    assert "緑の看板" in _words(pdf)
    pages = _words(client.get(f"/resources/{row.pk}/consent/form.pdf").content).split("\x0c")[:-1]
    assert len(pages) > 1 and all(sheets.number_of(row.pk) in page for page in pages)
    listed = subprocess.run(["pdfimages", "-list", "-"], input=pdf, capture_output=True, check=True).stdout
    assert len(listed.decode().splitlines()) == 3


@pytest.mark.parametrize("disclosure", ["area", "contact"])
def test_undisclosed_place_is_not_on_the_form(disclosure: str) -> None:
    row = _public(lon=None, disclosure=disclosure)
    text = _words(_client().get(f"/resources/{row.pk}/consent/form.pdf").content)
    assert "位置を公開しない" in text and "住所と地図上の位置" not in text


def test_refused_items_go_from_the_public_and_consent_brings_them_back(actor: Viewer) -> None:
    row = _public(withheld=["fax"])
    answers = {"phone": False, "fax": True, "place": False}
    services.record_consent(actor, row.pk, received_on=date(2026, 4, 1), answers=answers)
    assert _seen(row)["phone"] is None and _seen(row)["fax"] == "087-000-2222"
    assert services.by_hand(answers, {"place": "住所"}) == ["住所"]
    services.record_consent(actor, row.pk, received_on=date(2026, 5, 1), answers={"phone": True, "fax": True})
    assert _seen(row)["phone"] == "087-000-1111"
    # A sheet of an earlier day recorded late changes nothing: the newest counts.
    services.record_consent(actor, row.pk, received_on=date(2026, 4, 15), answers={"phone": False})
    assert _seen(row)["phone"] == "087-000-1111"


def test_refusal_of_the_whole_takes_it_from_the_public(actor: Viewer) -> None:
    row = _public()
    services.record_consent(actor, row.pk, received_on=date(2026, 4, 1), answers={sheets.WHOLE: False})
    assert not ResourceSource(PUBLIC).visible().filter(pk=row.pk).exists()
    services.record_consent(actor, row.pk, received_on=date(2026, 4, 2), answers={sheets.WHOLE: True})
    row.refresh_from_db()
    assert row.publication == "members"  # consent alone publishes nothing


def test_photos_follow_their_consent(actor: Viewer) -> None:
    row = _public()
    photo = add_photo(actor, row.pk, prepare_image(_jpeg()), {"alt": "看板"})
    shown = Photo.unscoped.visible_to(PUBLIC).filter(pk=photo.pk)
    day = date(2026, 4, 1)
    for answer in (True, False, True):
        services.record_consent(actor, row.pk, received_on=day, answers={}, photos={photo.pk: answer})
        assert shown.exists() is answer


def test_publication_may_wait_for_consent(actor: Viewer) -> None:
    row, other = _public(), _public()
    services.record_consent(actor, row.pk, received_on=date(2026, 4, 1), answers={"phone": True})
    ConsentTemplate(requires_consent=True).save()
    services.follow(actor, row.pk)
    assert _seen(row)["phone"] == "087-000-1111" and _seen(row)["fax"] is None
    assert _seen(other)["phone"] == "087-000-1111"
    update_resource(
        actor, other.pk, Resource.unscoped.get(pk=other.pk).version, {"description": "新しい説明"}
    )
    assert _seen(other)["phone"] is None and _seen(other)["description"] is None
    version = Resource.unscoped.get(pk=other.pk).version
    update_resource(actor, other.pk, version, {"withheld": []})
    assert _seen(other)["phone"] is None


def test_switching_the_requirement_on_is_for_administrators_and_reaches_everything(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gisportal.modules.consentforms import tasks

    row, hidden = _public(), _public(publication="members")
    asked: list[int] = []
    monkeypatch.setattr(tasks.follow_everywhere, "defer", lambda account_id: asked.append(account_id))
    values = {"title": "題", "introduction": "", "closing": "", "contact": "", "requires_consent": "on"}
    assert _client(Level.A).get("/consents/template").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        assert _client(Level.ADMINISTRATOR).post("/consents/template", values).status_code == 302
    assert len(asked) == 1
    assert tasks.follow_everywhere.func(asked[0]) == 1
    assert tasks.follow_everywhere.func(asked[0]) == 0
    assert _seen(row)["phone"] is None
    hidden.refresh_from_db()
    assert hidden.withheld == []


def test_sheet_is_recorded_on_the_page_with_its_scan() -> None:
    row, client = _public(), _client()
    page = f"/resources/{row.pk}/consent/"
    pdf = client.get(f"{page}form.pdf").content
    answer = client.post(page, {
        "received_on": "R8.11.3", "item_phone": "no", "item_entry": "yes", "signed_by": "高松花子",
        "scan": SimpleUploadedFile("scan.pdf", pdf),
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:3000]
    consent = Consent.unscoped.get()
    assert consent.answers == {"phone": False, "entry": True} and consent.received_on == date(2026, 11, 3)
    shown = client.get(page).content.decode()
    assert "高松花子" in shown and "有効" in shown
    file = client.get(f"/consents/scans/{consent.pk}")
    assert b"".join(file.streaming_content) == pdf
    assert (
        file["Content-Disposition"].startswith("attachment") and "sandbox" in file["Content-Security-Policy"]
    )


def test_one_tick_says_yes_to_the_rest() -> None:
    row, client = _public(), _client()
    values = {"received_on": "2026/11/3", "rest": "on", "item_phone": "no"}
    assert client.post(f"/resources/{row.pk}/consent/", values).status_code == 302
    answers = Consent.unscoped.get().answers
    assert answers.pop("phone") is False
    assert answers and all(answers.values()) and {"entry", "fax"} <= answers.keys()


@pytest.mark.parametrize(
    "name, content",
    [("scan.pdf", b"<html><script>alert(1)</script>"), ("scan.jpg", b"%PDF-1.7 half"), ("scan.pdf", b""),
     ("scan.txt", b"hello"), ("scan.jpg", b"MZ" + b"\0" * 100)],
)  # fmt: skip
def test_files_that_lie_are_refused_and_nothing_is_saved(name: str, content: bytes) -> None:
    row, client = _public(), _client()
    answer = client.post(f"/resources/{row.pk}/consent/", {
        "received_on": "2026/11/3", "item_phone": "no", "signed_by": "残る名前",
        "scan": SimpleUploadedFile(name, content),
    })  # fmt: skip
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "error-summary" in page and "残る名前" in page
    assert not Consent.unscoped.exists() and _seen(row)["phone"] == "087-000-1111"


@pytest.mark.parametrize(
    "values", [{"received_on": "そのうち", "item_phone": "no"}, {"received_on": "2026/1/1"}, {"item_phone": "maybe"},
               {"received_on": str(date.today() + timedelta(days=3)), "item_phone": "no"}],
)  # fmt: skip
def test_unusable_answers_are_said_and_nothing_is_saved(values: dict[str, str]) -> None:
    row, client = _public(), _client()
    assert client.post(f"/resources/{row.pk}/consent/", values).status_code == 422
    assert not Consent.unscoped.exists()


def test_number_of_a_sheet_leads_to_its_entry() -> None:
    row, client = _public(), _client()
    assert (
        client.get("/consents/", {"number": sheets.number_of(row.pk)}).url == f"/resources/{row.pk}/consent/"
    )
    assert client.get("/consents/", {"number": "S-999999-9"}).status_code == 422


# --- batches ------------------------------------------------------------------------------------------------------


def _asked(client: Client, query: str, capture: Any, monkeypatch: pytest.MonkeyPatch) -> ConsentBatch:
    from gisportal.modules.consentforms import tasks

    asked: list[int] = []
    monkeypatch.setattr(tasks.print_consent_batch, "defer", lambda batch_id: asked.append(batch_id))
    with capture(execute=True):
        answer = client.post(f"/consents/new?{query}")
    assert answer.status_code == 302, answer.content[:500]
    return ConsentBatch.unscoped.get(pk=asked[0])


def test_batch_of_a_search_is_printed_and_fetched(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [_public(name=f"特養{n}") for n in range(3)]
    _public(name="別の施設")
    client = _client()
    assert "3件" in client.get("/consents/new?q=特養").content.decode()
    batch = _asked(client, "q=特養", django_capture_on_commit_callbacks, monkeypatch)
    waiting = client.get(f"/consents/batches/{batch.pk}/")
    assert waiting["Refresh"] and "progress" in waiting.content.decode()
    assert client.get(f"/consents/batches/{batch.pk}/forms.pdf").status_code == 404
    assert printing.run_batch(batch.pk)
    assert not printing.run_batch(batch.pk)
    text = _words(b"".join(client.get(f"/consents/batches/{batch.pk}/forms.pdf").streaming_content))
    assert all(sheets.number_of(row.pk) in text for row in rows) and "別の施設" not in text
    assert _client().get(f"/consents/batches/{batch.pk}/forms.pdf").status_code == 404


def test_killed_worker_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    account = factories.make_account(Level.A)
    ids = [_public(name=f"特養{n}").pk for n in range(4)]
    batch = ConsentBatch.unscoped.create(
        account=account, resource_ids=ids, address="http://testserver", file="consents/aa/b.pdf"
    )
    made: list[int] = []
    real = printing.print_batch

    def killed(path: Path, count: int, make: Any, **more: Any) -> int:
        def told(done: int) -> None:
            more["progress"](done)
            raise KeyboardInterrupt

        return real(path, count, make, **{**more, "progress": told}, chunk=2)

    def counted(path: Path, count: int, make: Any, **more: Any) -> int:
        return real(path, count, lambda a, b: made.append(a) or make(a, b), **more, chunk=2)

    monkeypatch.setattr(printing, "print_batch", killed)
    with pytest.raises(KeyboardInterrupt):
        printing.run_batch(batch.pk)
    monkeypatch.setattr(printing, "print_batch", counted)
    assert source.silent_batches() == [] and not printing.run_batch(batch.pk)
    ConsentBatch.unscoped.update(told_at=timezone.now() - timedelta(minutes=5))
    assert source.silent_batches() == [batch.pk]
    assert printing.run_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.pages, made) == ("done", 4, [2])


def test_batches_go_after_a_week(own_store: Path) -> None:
    batch = ConsentBatch.unscoped.create(
        account=factories.make_account(), resource_ids=[1], address="http://t", file="consents/aa/b.pdf"
    )
    assert printing.drop_old() == 0
    ConsentBatch.unscoped.update(made_at=timezone.now() - timedelta(days=8))
    assert printing.drop_old() == 1 and not ConsentBatch.unscoped.filter(pk=batch.pk).exists()
    assert list(source.files_in_use()) == []
