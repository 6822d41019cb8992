"""Photos and attachments as services: one transaction, files with it, history and trash (R10, R30)."""

import datetime
import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from layers.access import Act, Level, Viewer
from layers.editing import media
from layers.editing.errors import InvalidValues, NotAllowed
from layers.errors import FeatureNotFound
from layers.media import upkeep
from layers.media.files import check_attachment
from layers.media.images import prepare_image
from layers.media.store import path_of
from layers.models import Attachment, Photo, Resource, ResourceVersion
from layers.signals import resource_changed, resources_merged
from tests.factories import long_ago, make_account, make_resource
from tests.layers.media.papers import PDF
from tests.layers.media.pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def actor(db: None) -> Viewer:
    account = make_account(Level.A, "anna")
    return Viewer(level=Level.A, account_id=account.pk, name="anna")


@pytest.fixture
def told() -> Iterator[list[tuple[str, int]]]:
    heard: list[tuple[str, int]] = []

    def listen(action: str, resource_id: int, **kwargs: Any) -> None:
        heard.append((action, resource_id))

    resource_changed.connect(listen)
    yield heard
    resource_changed.disconnect(listen)


def files_in(store: Path) -> list[Path]:
    return sorted(path for path in store.rglob("*") if path.is_file())


def add(actor: Viewer, resource: Resource, alt: str = "建物の入口と段差", **values: Any) -> Photo:
    return media.add_photo(actor, resource.pk, prepare_image(photo()), {"alt": alt, **values})


def attach(actor: Viewer, resource: Resource, name: str = "案内.pdf") -> Attachment:
    return media.add_attachment(actor, resource.pk, check_attachment(BytesIO(PDF), name), {})


def test_a_photo_moves_the_last_update_and_the_history_says_who(
    actor: Viewer, told: list[tuple[str, int]]
) -> None:
    resource = make_resource(updated_at=long_ago())
    added = add(actor, resource, caption="入口")
    resource.refresh_from_db()
    assert timezone.now() - resource.updated_at < datetime.timedelta(minutes=1)
    assert told == [("photo.added", resource.pk)]
    last = ResourceVersion.unscoped.filter(resource_id=resource.pk).latest("version")
    assert (last.actor_name, last.actor_id, last.note) == ("anna", actor.account_id, "写真を追加しました。")
    assert (added.width, added.height, added.added_by_name) == (640, 480, "anna")


def test_an_attachment_is_called_by_its_file_unless_told(actor: Viewer) -> None:
    resource = make_resource()
    assert attach(actor, resource, "利用案内.pdf").title == "利用案内"
    changed = media.change_medium(actor, Attachment, Attachment.unscoped.get().pk, {"title": "料金表"})
    assert (changed.title, changed.name) == ("料金表", "利用案内.pdf")


@pytest.mark.parametrize("alt", ["", "   ", "IMG_1234.JPG", "DSC00012", "image.jpeg", "あ" * 301])
def test_a_description_is_wanted(actor: Viewer, alt: str, store: Path) -> None:
    resource = make_resource()
    with pytest.raises(InvalidValues) as caught:
        add(actor, resource, alt)
    assert list(caught.value.errors) == ["alt"]
    assert files_in(store) == []


def test_consent_has_a_date(actor: Viewer) -> None:
    resource = make_resource()
    assert add(actor, resource, has_consent=True).consent_on == timezone.localdate()
    assert add(actor, resource, has_consent=True, consent_on="令和7年4月1日").consent_on == datetime.date(
        2025, 4, 1
    )
    taken_back = media.change_medium(actor, Photo, Photo.unscoped.last().pk, {"has_consent": False})
    assert taken_back.consent_on is None
    for wrong in ("いつか", "2999-01-01"):
        with pytest.raises(InvalidValues) as caught:
            add(actor, resource, has_consent=True, consent_on=wrong)
        assert list(caught.value.errors) == ["consent_on"]


def test_nobody_hides_a_photo_from_himself(actor: Viewer) -> None:
    with pytest.raises(InvalidValues) as caught:
        add(actor, make_resource(), audience="staff")
    assert list(caught.value.errors) == ["audience"]


def test_order_is_changed_step_by_step(actor: Viewer) -> None:
    resource = make_resource()
    photos = [add(actor, resource, f"写真の説明その{number}番") for number in "一二三"]

    def order() -> list[int]:
        return [row.pk for row in Photo.unscoped.visible_to(actor)]

    first, second, third = (row.pk for row in photos)
    assert order() == [first, second, third]
    media.move_medium(actor, Photo, third, -1)
    assert order() == [first, third, second]
    media.move_medium(actor, Photo, first, 5)
    assert order() == [third, second, first]
    media.move_medium(actor, Photo, third, -1)
    assert order() == [third, second, first]


def test_removed_comes_back_until_the_trash_is_emptied(
    actor: Viewer, store: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    resource = make_resource()
    with django_capture_on_commit_callbacks(execute=True):
        added, attached = add(actor, resource), attach(actor, resource)
    media.remove_medium(actor, Photo, added.pk)
    assert not Photo.unscoped.visible_to(actor).exists()
    assert [row.pk for row in media.removed_media(actor, Photo, resource.pk)] == [added.pk]
    media.restore_medium(actor, Photo, added.pk)
    assert Photo.unscoped.visible_to(actor).get() == added
    media.remove_medium(actor, Photo, added.pk)
    media.remove_medium(actor, Attachment, attached.pk)
    assert upkeep.empty_trash() == 0
    Photo.unscoped.update(removed_at=long_ago())
    assert len(files_in(store)) == 3
    with django_capture_on_commit_callbacks(execute=True):
        assert upkeep.empty_trash() == 1
    assert files_in(store) == [path_of(attached.file)]
    with pytest.raises(FeatureNotFound):
        media.restore_medium(actor, Photo, added.pk)


def test_files_go_with_a_transaction_rolled_back(actor: Viewer, store: Path) -> None:
    resource = make_resource()

    def fail() -> None:
        with transaction.atomic():
            add(actor, resource)
            attach(actor, resource)
            assert len(files_in(store)) == 3
            raise RuntimeError

    with pytest.raises(RuntimeError) as caught:
        fail()
    del caught
    assert files_in(store) == []
    assert not Photo.unscoped.exists()


def test_deleted_files_stay_when_the_deletion_is_rolled_back(
    actor: Viewer, store: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        added = add(actor, make_resource())
    Photo.unscoped.update(removed_at=long_ago())
    with transaction.atomic():
        assert upkeep.empty_trash() == 1
        transaction.set_rollback(True)
    assert path_of(added.file).exists()
    assert Photo.unscoped.filter(pk=added.pk).exists()


def test_what_a_killed_process_left_is_swept(
    actor: Viewer, store: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        added = add(actor, make_resource())
    lost = path_of("photos/ab/lost.jpg")
    lost.parent.mkdir(parents=True, exist_ok=True)
    lost.write_bytes(b"x")
    other = path_of("news/ab/kept.jpg")
    other.parent.mkdir(parents=True)
    other.write_bytes(b"x")
    assert upkeep.tidy() == 0
    for path in files_in(store):
        os.utime(path, (1, 1))
    assert upkeep.tidy() == 1
    assert not lost.exists()
    assert other.exists()
    assert path_of(added.file).exists() and path_of(added.thumbnail).exists()


def test_who_only_reads_may_not_attach(actor: Viewer) -> None:
    resource = make_resource()
    reader = Viewer(level=Level.B, account_id=actor.account_id)
    with pytest.raises(NotAllowed):
        add(reader, resource)
    with pytest.raises(FeatureNotFound):
        add(Viewer(level=Level.C, account_id=actor.account_id), resource)
    added = add(actor, resource)
    with pytest.raises(NotAllowed):
        media.remove_medium(reader, Photo, added.pk)
    link = Viewer(level=Level.C, granted_ids=(resource.pk,), acts=frozenset({Act.VACANCY}))
    with pytest.raises(NotAllowed):
        add(link, resource)
    may = Viewer(level=Level.C, granted_ids=(resource.pk,), acts=frozenset({Act.ATTACH}), name="署名リンク")
    assert add(may, resource).added_by_name == "署名リンク"


def test_number_is_limited(actor: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "MOST_PHOTOS", 1)
    resource = make_resource()
    add(actor, resource)
    with pytest.raises(InvalidValues) as caught:
        add(actor, resource)
    assert list(caught.value.errors) == ["file"]


def test_photos_follow_a_merge(actor: Viewer) -> None:
    kept, merged = make_resource(), make_resource()
    first, second = add(actor, kept), add(actor, merged)
    resources_merged.send(sender=Resource, actor=actor, kept_id=kept.pk, merged_id=merged.pk)
    rows = Photo.unscoped.filter(resource=kept).order_by("order")
    assert [row.pk for row in rows] == [first.pk, second.pk]


def test_names_do_not_lead_out_of_the_store() -> None:
    with pytest.raises(ValueError, match=r"\.\."):
        path_of("../secret-key")
