"""Writing news: what is typed wrongly is said beside its field, and what was typed stays."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from gisportal.accounts.viewers import viewer_of
from gisportal.modules.resourcenews.models import NewsItem, NewsPhoto
from layers.access import Level
from layers.editing.merging import merge_resources
from layers.media.store import path_of
from tests.factories import make_account, make_resource

pytestmark = pytest.mark.django_db
NOCOOKIE = "https://www.youtube-nocookie.com"


@pytest.fixture
def writer(client: Client) -> Client:
    """Level A, signed in."""
    client.force_login(make_account(Level.A))
    return client


def typed(**more: Any) -> dict[str, Any]:
    """A whole form."""
    return {
        "kind": "notice",
        "title": "秋まつり",
        "text": "どなたでも",
        "audience": "all",
        "shown_from": "2026/1/1",
        **more,
    }


def post(client: Client, **more: Any) -> tuple[Any, int]:
    """Posts a form for a new resource; gives the answer and the resource's id."""
    resource = make_resource("つどいの家")
    return client.post(f"/resources/{resource.pk}/news/new", typed(**more)), resource.pk


def test_news_is_written_and_read(writer: Client, picture: Callable[[], Any]) -> None:
    answer, resource_id = post(
        writer,
        kind="event",
        event_on="令和8年11月3日",
        event_from_time="午後1時半",
        event_to_time="15:00",
        event_place="公民館",
        video="https://youtu.be/dQw4w9WgXcQ",
        link_1_title="市のページ",
        link_1_url="https://www.city.takamatsu.kagawa.jp/",
        **{"new-1-file": picture(), "new-1-alt": "まつりの写真"},
    )
    assert answer.status_code == 302, answer.text
    page = writer.get(answer["Location"])
    for words in (
        "秋まつり",
        "2026年11月3日",
        "13:30",
        "公民館",
        "まつりの写真",
        "市のページ",
        "www.city.takamatsu.kagawa.jp",
    ):
        assert words in page.text
    assert "秋まつり" in writer.get(f"/resources/{resource_id}/").text
    assert "秋まつり" in writer.get("/").text
    assert "秋まつり" in writer.get("/news/").text
    photo = NewsPhoto.unscoped.get()
    kept = path_of(photo.file).read_bytes()
    assert b"SECRET-CAMERA" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert writer.get(f"/news/photos/{photo.pk}/small.jpg")["Content-Type"] == "image/jpeg"


def test_only_a_page_with_a_video_lets_youtube_in(writer: Client) -> None:
    with_video, resource_id = post(writer, video="https://youtu.be/dQw4w9WgXcQ")
    without, _other = post(writer)
    page = writer.get(with_video["Location"])
    assert f"frame-src {NOCOOKIE}" in page["Content-Security-Policy"]
    assert "<iframe" not in page.text
    assert 'src="https://' not in page.text
    for path in (
        without["Location"],
        "/news/",
        f"/resources/{resource_id}/",
        f"/resources/{resource_id}/news/",
    ):
        assert "youtube" not in writer.get(path)["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("title", "", "必須"),
        ("title", "長" * 101, "100 文字"),
        ("text", "長" * 10_001, "10000 文字"),
        ("shown_from", "そのうち", "日付として読めません"),
        ("shown_until", "2025/12/31", "掲載開始日より前"),
        ("event_from_time", "昼ごろ", "時刻として読めません"),
        ("video", "javascript:alert(1)", "https:// または http://"),
        (
            "video",
            "https://www.youtube.com.evil.example/watch?v=dQw4w9WgXcQ",
            "YouTubeの動画のアドレスではありません",
        ),
        ("link_1_url", "https://youtube.com@evil.example/", "https:// または http://"),
        ("kind", "nonsense", "選択"),
    ],
)
def test_wrong_values_are_said_beside_the_field(writer: Client, field: str, value: str, words: str) -> None:
    answer, _resource_id = post(
        writer, **{"link_1_title": "リンク" if field == "link_1_url" else "", field: value}
    )
    assert answer.status_code == 422
    assert NewsItem.unscoped.count() == 0
    assert any(words in message for message in answer.context["form"].errors[field]), answer.context[
        "form"
    ].errors
    assert f'id="id_{field}_error"' in answer.text
    assert f'href="#id_{field}"' in answer.text
    assert "どなたでも" in answer.text or field == "text"
    assert (
        value[:50] in answer.text
        or field == "kind"
        or (value.startswith("javascript") and value in answer.text)
    )


def test_wrong_photos_save_nothing(writer: Client, picture: Callable[..., Any]) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    liar = SimpleUploadedFile(
        "photo.jpg", b"<html><script>alert(1)</script></html>", content_type="image/jpeg"
    )
    for files in (
        {"new-1-file": liar, "new-1-alt": "写真"},
        {"new-1-file": picture()},
        {"new-2-alt": "写真だけない"},
    ):
        answer, _resource_id = post(writer, **files)
        assert answer.status_code == 422
        assert "error-summary" in answer.text
    assert (NewsItem.unscoped.count(), NewsPhoto.unscoped.count()) == (0, 0)


def test_markup_is_shown_as_text_and_addresses_become_links(writer: Client) -> None:
    answer, resource_id = post(
        writer,
        title="<script>alert('見出し')</script>",
        text="<img src=x onerror=alert(1)>\n\nhttps://example.jp/a?b=1\njavascript:alert(2)",
    )
    for path in (answer["Location"], "/news/", f"/resources/{resource_id}/", "/"):
        page = writer.get(path).text
        assert "<script>alert" not in page and "<img src=x" not in page
        assert "&lt;script&gt;" in page
    page = writer.get(answer["Location"]).text
    assert 'href="https://example.jp/a?b=1"' in page
    assert 'href="javascript' not in page


def test_a_word_of_ten_thousand_characters_is_kept(writer: Client) -> None:
    answer, _resource_id = post(writer, text="あ" * 10_000)
    assert "あ" * 10_000 in writer.get(answer["Location"]).text


def test_delete_can_be_undone(writer: Client) -> None:
    post(writer)
    item = NewsItem.unscoped.get()
    gone = writer.post(f"/news/{item.pk}/delete", follow=True)
    assert "元に戻す" in gone.text
    assert writer.get(f"/news/{item.pk}/").status_code == 404
    assert "秋まつり" not in writer.get("/news/").text
    back = writer.post(f"/news/{item.pk}/restore", follow=True)
    assert "秋まつり" in back.text


def test_two_people_saving_lose_nothing(writer: Client) -> None:
    post(writer)
    item = NewsItem.unscoped.get()
    assert writer.post(f"/news/{item.pk}/edit", typed(title="先の人", version=1)).status_code == 302
    late = writer.post(f"/news/{item.pk}/edit", typed(title="後の人", version=1))
    assert late.status_code == 422
    assert "先の人" in late.text and "後の人" in late.text
    item.refresh_from_db()
    assert item.title == "先の人"
    assert writer.post(f"/news/{item.pk}/edit", typed(title="後の人", version=2)).status_code == 302
    item.refresh_from_db()
    assert item.title == "後の人"


def test_a_photo_is_removed_with_its_file(
    writer: Client, picture: Callable[..., Any], django_capture_on_commit_callbacks: Any
) -> None:
    post(writer, **{"new-1-file": picture(), "new-1-alt": "写真"})
    item, photo = NewsItem.unscoped.get(), NewsPhoto.unscoped.get()
    path = path_of(photo.file)
    assert path.is_file()
    values = typed(version=1, **{f"photo-{photo.pk}-alt": "写真", f"photo-{photo.pk}-remove": "on"})
    with django_capture_on_commit_callbacks(execute=True):
        assert writer.post(f"/news/{item.pk}/edit", values).status_code == 302
    assert not NewsPhoto.unscoped.exists()
    assert not path.exists()


def test_news_ends_by_itself(writer: Client) -> None:
    today = timezone.localdate()
    _answer, resource_id = post(writer, shown_until=f"{today:%Y/%m/%d}")
    reader = Client()
    reader.force_login(make_account(Level.B))
    assert "秋まつり" in reader.get("/news/").text
    NewsItem.unscoped.update(shown_until=today - timedelta(days=1))
    assert "秋まつり" not in reader.get("/news/").text
    assert "秋まつり" not in reader.get(f"/resources/{resource_id}/news/").text
    assert "に掲載終了" in writer.get(f"/resources/{resource_id}/news/").text


def test_news_moves_with_its_resource_into_another(writer: Client) -> None:
    _answer, merged_id = post(writer)
    kept = make_resource("つどいの家 本館")
    merge_resources(viewer_of(make_account(Level.A)), kept.pk, merged_id)
    assert "秋まつり" in writer.get(f"/resources/{kept.pk}/news/").text
