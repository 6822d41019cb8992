"""Photos and files over HTTP, without a script: upload, errors beside each file, headers, ranges (R10, R30)."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from layers.access import Level
from layers.models import Attachment, Photo, Resource
from tests.factories import make_resource, publish_site
from tests.gisportal.portal.conftest import SignedIn
from tests.layers.media.papers import PDF
from tests.layers.media.pictures import photo, png_of_size

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def resource(db: None) -> Resource:
    return make_resource("つどいの家", publication="public")


@pytest.fixture
def client(signed_in: SignedIn) -> Iterator[Client]:
    yield signed_in(Level.A)


def named(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def address(resource: Resource) -> str:
    return f"/resources/{resource.pk}/media/"


def add_photo(client: Client, resource: Resource, alt: str = "玄関と段差", **more: str) -> Photo:
    sent = {"newphoto0-alt": alt, **{f"newphoto0-{key}": value for key, value in more.items()}}
    file = named("x.jpg", photo().getvalue())
    answer = client.post(address(resource), {"kind": "photo", **sent, "newphoto0-file": file})
    assert answer.status_code == 302
    found: Photo = Photo.unscoped.latest("pk")
    return found


def add_file(
    client: Client, resource: Resource, name: str = "利用案内.pdf", content: bytes = PDF
) -> Attachment:
    sent = {"kind": "attachment", "newattachment0-file": named(name, content)}
    assert client.post(address(resource), sent).status_code == 302
    found: Attachment = Attachment.unscoped.latest("pk")
    return found


def test_the_page_offers_rows_without_a_script(client: Client, resource: Resource) -> None:
    text = client.get(address(resource)).content.decode()
    for name in ("newphoto0-file", "newphoto2-alt", "newattachment0-file"):
        assert f'name="{name}"' in text
    assert 'accept="image/*"' in text
    assert "20 MB" in text and "60メガピクセル" in text


def test_good_ones_are_kept_and_bad_ones_keep_their_text(client: Client, resource: Resource) -> None:
    answer = client.post(address(resource), {
        "kind": "photo",
        "newphoto0-alt": "玄関と段差", "newphoto0-file": named("a.jpg", photo().getvalue()),
        "newphoto1-alt": "説明は残る", "newphoto1-caption": "<script>alert(1)</script>",
        "newphoto1-file": named("b.jpg", b"<!doctype html><script>alert(1)</script>"),
        "newphoto2-file": named("c.jpg", photo().getvalue()),
        "newphoto3-alt": "ファイルがない",
        "newphoto4-alt": "大きい", "newphoto4-file": named("e.png", png_of_size(12_000, 9_000).getvalue()),
    })  # fmt: skip
    assert answer.status_code == 422
    assert [each.alt for each in Photo.unscoped.all()] == ["玄関と段差"]
    text = answer.content.decode()
    assert "画像ではありません" in text and "20メガピクセル" in text and "ファイルを選んでください" in text
    assert 'value="説明は残る"' in text and "ほかは保存しました" in text
    assert "&lt;script&gt;alert(1)" in text and "<script>alert(1)" not in text
    for anchor in ("newphoto1-file", "newphoto2-alt", "newphoto3-file", "newphoto4-file"):
        assert f'href="#{anchor}"' in text and f'id="{anchor}"' in text


def test_only_what_was_changed_is_changed(client: Client, resource: Resource) -> None:
    """A colleague's text, written since the page was made, stays."""
    kept = add_photo(client, resource, caption="入口")
    was = '{"alt": "玄関と段差", "caption": "入口", "audience": "public"}'
    Photo.unscoped.filter(pk=kept.pk).update(alt="同僚が直した説明")
    prefix = f"photo{kept.pk}"
    sent = {
        "kind": "photo", f"{prefix}-was": was, f"{prefix}-alt": "玄関と段差", f"{prefix}-caption": "正面入口",
        f"{prefix}-audience": "public",
    }  # fmt: skip
    assert client.post(address(resource), sent).status_code == 302
    kept.refresh_from_db()
    assert (kept.alt, kept.caption) == ("同僚が直した説明", "正面入口")
    answer = client.post(address(resource), {**sent, f"{prefix}-alt": "", f"{prefix}-caption": "残る"})
    assert answer.status_code == 422
    assert 'value="残る"' in answer.content.decode()


def test_removed_and_brought_back(client: Client, resource: Resource) -> None:
    kept = add_photo(client, resource)
    answer = client.post(address(resource), {"kind": "photo", "action": f"remove:{kept.pk}"})
    page = client.get(answer["Location"]).content.decode()
    assert "「玄関と段差」を外しました" in page
    assert client.get(f"/resources/{resource.pk}/photos/{kept.pk}.jpg").status_code == 404
    assert (
        client.post(address(resource), {"kind": "photo", "action": f"restore:{kept.pk}"}).status_code == 302
    )
    assert client.get(f"/resources/{resource.pk}/photos/{kept.pk}.jpg").status_code == 200


def test_headers_of_a_photo_and_304(client: Client, resource: Resource) -> None:
    kept = add_photo(client, resource)
    url = f"/resources/{resource.pk}/photos/{kept.pk}.jpg"
    answer = client.get(url)
    assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer["Content-Disposition"].startswith("inline")
    again = client.get(url, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == "private, no-cache"
    thumb = client.get(url.replace(".jpg", "/thumb"))
    assert thumb["ETag"] != answer["ETag"]


def test_rights_are_asked_before_a_304(client: Client, resource: Resource) -> None:
    kept = add_photo(client, resource)
    url = f"/resources/{resource.pk}/photos/{kept.pk}.jpg"
    etag = client.get(url)["ETag"]
    publish_site()
    stranger = Client()
    assert stranger.get(url, headers={"If-None-Match": etag}).status_code == 404, "no consent"
    Photo.unscoped.update(has_consent=True, consent_on="2026-04-01")
    assert stranger.get(url).status_code == 200
    Resource.unscoped.update(publication="members")
    assert stranger.get(url, headers={"If-None-Match": etag}).status_code == 404


def test_files_are_saved_never_opened(client: Client, resource: Resource) -> None:
    kept = add_file(client, resource)
    answer = client.get(f"/resources/{resource.pk}/files/{kept.pk}/whatever.html")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%88%A9")
    assert answer["Content-Security-Policy"].startswith("sandbox;")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    text = add_file(client, resource, "一覧.csv", "名称\n".encode("cp932"))
    csv = client.get(f"/resources/{resource.pk}/files/{text.pk}/x")
    assert csv["Content-Type"] == "text/csv; charset=shift_jis"


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-3", 206, PDF[:4]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-6", 206, PDF[-6:]),
        ("bytes=0-99999", 206, PDF),
        ("bytes=99999-", 416, b""),
        ("bytes=0-1,3-4", 200, PDF),
        ("pages=1", 200, PDF),
        ("bytes=-", 200, PDF),
    ],
)
def test_ranges(client: Client, resource: Resource, asked: str, status: int, part: bytes) -> None:
    kept = add_file(client, resource)
    answer = client.get(f"/resources/{resource.pk}/files/{kept.pk}/x.pdf", headers={"Range": asked})
    assert answer.status_code == status
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    assert body == part
    if status == 206:
        assert answer["Content-Range"].endswith(f"/{len(PDF)}")


def test_a_lost_file_is_a_404(client: Client, resource: Resource, store: Path) -> None:
    kept = add_photo(client, resource)
    (store / kept.file).unlink()
    assert client.get(f"/resources/{resource.pk}/photos/{kept.pk}.jpg").status_code == 404


def test_one_at_a_time_for_the_script(client: Client, resource: Resource) -> None:
    headers = {"Accept": "application/json"}
    good = {"kind": "photo", "newphoto7-alt": "玄関", "newphoto7-file": named("a.jpg", photo().getvalue())}
    assert client.post(address(resource), good, headers=headers).json() == {"added": 1, "changed": 0}
    bad = {"kind": "photo", "newphoto8-alt": "", "newphoto8-file": named("a.jpg", photo().getvalue())}
    answer = client.post(address(resource), bad, headers=headers)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]["newphoto8"]) == ["alt"]


def test_who_only_reads_is_told_so(signed_in: SignedIn, resource: Resource) -> None:
    reader = signed_in(Level.B)
    assert reader.get(address(resource)).status_code == 403
    assert reader.post(address(resource), {"kind": "photo"}).status_code == 403
    assert "写真とファイルを追加" not in reader.get(f"/resources/{resource.pk}/").content.decode()
    assert signed_in(Level.C).get(address(resource)).status_code == 404
    assert signed_in(Level.D).get(address(resource)).status_code == 403
    assert Client().get(address(resource)).status_code == 302


def test_hostile_posts(client: Client, resource: Resource) -> None:
    kept = add_photo(client, resource)
    for sent in (
        {"kind": "nothing"},
        {"kind": "photo", "action": "remove:99999999"},
        {"kind": "photo", "action": "up:x"},
        {"kind": "photo", f"photo{kept.pk}-was": "[1]"},
        {"kind": "photo", f"photo{kept.pk}-was": '{"alt": ["x"]}', f"photo{kept.pk}-alt": "新しい説明"},
        {"kind": "photo", "newphoto99999-alt": "x"},
    ):
        assert client.post(address(resource), sent).status_code in {302, 400, 404, 422}, sent
    assert Photo.unscoped.get().removed_at is None


def test_detail_popup_and_large_view(client: Client, resource: Resource) -> None:
    first, second = add_photo(client, resource, caption="入口"), add_photo(client, resource, "集会室の机")
    add_file(client, resource)
    detail = client.get(f"/resources/{resource.pk}/").content.decode()
    assert f'src="/resources/{resource.pk}/photos/{first.pk}.jpg"' in detail
    assert f'src="/resources/{resource.pk}/photos/{second.pk}/thumb"' in detail
    assert 'alt="集会室の机"' in detail and "利用案内" in detail and "PDF" in detail
    popup = client.get(f"/resources/{resource.pk}/popup").content.decode()
    assert f"/photos/{first.pk}/thumb" in popup and f"/photos/{second.pk}" not in popup
    large = client.get(f"/resources/{resource.pk}/photos/{second.pk}/").content.decode()
    assert "写真 2/2" in large and f'href="/resources/{resource.pk}/photos/{first.pk}/"' in large


def test_a_photo_in_the_popup_costs_one_query_for_many(
    client: Client, resource: Resource, django_assert_max_num_queries: Any
) -> None:
    others = [make_resource() for _number in range(5)]
    for each in others:
        add_photo(client, each)
    ids = ",".join(str(each.pk) for each in others)
    with django_assert_max_num_queries(12):
        text = client.get(f"/resources/at?ids={ids}").content.decode()
    assert text.count("popup-photo") == 5


def test_bytes_are_what_was_prepared(client: Client, resource: Resource) -> None:
    from PIL import Image

    kept = add_photo(client, resource)
    answer = client.get(f"/resources/{resource.pk}/photos/{kept.pk}/thumb")
    image = Image.open(BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    assert image.size == (kept.thumb_width, kept.thumb_height) == (400, 300)


def test_a_request_as_a_whole_is_limited(client: Client, resource: Resource, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000
    sent = {"kind": "photo", "newphoto0-alt": "玄関", "newphoto0-file": named("a.jpg", photo().getvalue())}
    assert client.post(address(resource), sent).status_code == 400
    assert not Photo.unscoped.exists()


def test_paper_shows_one_photo_and_none_without_consent(client: Client, resource: Resource) -> None:
    add_photo(client, resource)
    detail = client.get(f"/resources/{resource.pk}/").content.decode()
    assert 'class="card gallery no-print"' in detail
    shown = add_photo(client, resource, "集会室の机", has_consent="on", audience="public")
    add_photo(client, resource, "庭の花壇", has_consent="on", audience="public")
    detail = client.get(f"/resources/{resource.pk}/").content.decode()
    gallery = detail.partition("gallery-list")[2].partition("</ul>")[0]
    printed = [part for part in gallery.split("<li")[1:] if "no-print" not in part.partition(">")[0]]
    assert [f"/photos/{shown.pk}/" in part for part in printed] == [True]
