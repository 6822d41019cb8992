"""Photos and attachments in the matrix: who gets a file, who may attach, against a rule stated here once more.

It is stated from issue and design alone: a file belongs to its entry; its audience is members, city staff or whoever
sees the entry; a photo without consent is for members. The editor of an entry attaches to it: A and administrator
everywhere, B and C where they are responsible.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Q
from django.test import Client
from django.utils import timezone

from layers.media.files import check_attachment
from layers.media.images import prepare_image
from layers.media.store import keep, path_of
from layers.models import Attachment, Photo
from layers.models import media as guarded
from tests.access.rule import Row, Who, is_member, is_staff, sees
from tests.access.test_matrix import SITES
from tests.access.world import PEOPLE, World
from tests.layers.media.papers import PDF
from tests.layers.media.pictures import photo

AUDIENCES = ("public", "members", "staff")


@dataclass(frozen=True)
class Piece:
    """A file of the matrix: its row, audience, and whether a consent it needs is there."""

    pk: int
    row: Row
    audience: str
    has_consent: bool
    is_removed: bool
    addresses: tuple[str, ...]


def may_see(who: Who, piece: Piece, public: bool) -> bool:
    """The rule in other words."""
    if piece.is_removed or not sees(who, piece.row, public):
        return False
    if is_staff(who):
        return True
    if piece.audience == "staff":
        return False
    return is_member(who, piece.row) or (piece.audience == "public" and piece.has_consent)


def may_attach(who: Who, row: Row) -> bool:
    """The rule in other words."""
    if row.in_trash or who.level in ("anonymous", "d"):
        return False
    if who.level in ("administrator", "a"):
        return True
    return who.name in row.kept_by or (who.name == "bert" and "carl" in row.kept_by)


def kinds_of(world: World) -> Iterator[tuple[int, Row]]:
    """One row of each kind that differs for the rule."""
    seen: set[tuple[Any, ...]] = set()
    for pk, row in world.rows.items():
        kind = (row.publication, row.in_trash, row.kept_by)
        if kind not in seen:
            seen.add(kind)
            yield pk, row


@pytest.fixture
def pieces(world: World, settings: Any, tmp_path: Path) -> list[Piece]:
    """On every kind of row: photos and attachments of every audience, consent and state."""
    settings.MEDIA_ROOT = tmp_path
    image, paper = prepare_image(photo((60, 40))), check_attachment(BytesIO(PDF), "案内.pdf")
    kept = keep(image.data, "photos", "jpg")
    made: list[Piece] = []
    for pk, row in kinds_of(world):
        for audience, consent, removed in (
            *product(AUDIENCES, (True, False), (False,)),
            ("public", True, True),
        ):
            made.append(_photo(pk, row, audience, consent, removed, _named(kept)))
        made += [_attachment(pk, row, audience, _named(kept), paper) for audience in AUDIENCES]
    return made


def _named(kept: str) -> str:
    """Another name of the one file: each row has its own."""
    name = f"photos/{uuid4().hex}.jpg"
    path_of(name).hardlink_to(path_of(kept))
    return name


def _photo(pk: int, row: Row, audience: str, consent: bool, removed: bool, name: str) -> Piece:
    made = Photo.unscoped.create(
        resource_id=pk, audience=audience, has_consent=consent, alt="玄関の写真", width=60, height=40,
        consent_on=timezone.localdate() if consent else None, size=1, order=1,
        removed_at=timezone.now() if removed else None, file=name, thumbnail=name,
    )  # fmt: skip
    base = f"/resources/{pk}/photos/{made.pk}"
    return Piece(pk, row, audience, consent, removed, (f"{base}.jpg", f"{base}/thumb", f"{base}/"))


def _attachment(pk: int, row: Row, audience: str, name: str, paper: Any) -> Piece:
    made = Attachment.unscoped.create(
        resource_id=pk, audience=audience, title="案内", name=paper.name, content_type=paper.content_type,
        size=paper.size, file=name,
    )  # fmt: skip
    return Piece(pk, row, audience, True, False, (f"/resources/{pk}/files/{made.pk}/",))


def disagreements(world: World, client: Client, pieces: list[Piece]) -> Iterator[str]:
    """Files handed out, or refused, other than by the rule. The addresses of a photo take turns."""
    for public in SITES:
        world.publish(public)
        for turn, who in enumerate(PEOPLE, public):
            headers = world.headers(who)
            for number, piece in enumerate(pieces):
                address = piece.addresses[(turn + number) % len(piece.addresses)]
                answer = client.get(address + "x.pdf" * ("/files/" in address), headers=headers)
                if answer.streaming:
                    assert b"".join(answer.streaming_content)  # type: ignore[attr-defined]
                if (answer.status_code == 200) != may_see(who, piece, public):
                    yield f"{who.name}, public={public}, {piece}: {address} {answer.status_code}"


def test_files_by_the_rule(world: World, client: Client, pieces: list[Piece]) -> None:
    assert len(pieces) > 100
    assert {may_see(who, piece, True) for who in PEOPLE for piece in pieces} == {True, False}
    assert list(disagreements(world, client, pieces)) == []


def test_fails_without_the_rule(
    world: World, client: Client, pieces: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded, "visible_media_q", lambda viewer, needs_consent: Q())
    assert next(disagreements(world, client, pieces), None) is not None


def test_a_file_is_not_had_under_another_entry(world: World, client: Client, pieces: list[Piece]) -> None:
    headers = world.headers(next(who for who in PEOPLE if who.name == "root"))
    mine, other = [piece for piece in pieces if not piece.is_removed and not piece.row.in_trash][::20][:2]
    assert mine.pk != other.pk
    for address in mine.addresses:
        assert client.get(address, headers=headers).status_code == 200
        moved = address.replace(f"/resources/{mine.pk}/", f"/resources/{other.pk}/")
        assert client.get(moved, headers=headers).status_code == 404


def test_pages_show_the_files_one_may_get(world: World, client: Client, pieces: list[Piece]) -> None:
    """The detail page names all of them and no other; a popup no other."""
    for public in SITES:
        world.publish(public)
        for who in PEOPLE:
            for pk, _row in kinds_of(world):
                base, headers = f"/resources/{pk}/", world.headers(who)
                detail = client.get(base, headers=headers).content.decode()
                popup = client.get(f"{base}popup", headers=headers).content.decode()
                for piece in (piece for piece in pieces if piece.pk == pk):
                    rule = may_see(who, piece, public)
                    assert any(f'"{each}' in detail for each in piece.addresses) == rule, (who, public, piece)
                    assert rule or not any(f'"{each}' in popup for each in piece.addresses)


def test_attaching_by_the_rule(world: World, client: Client, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    content = photo((20, 20)).getvalue()
    for public in SITES:
        world.publish(public)
        for who in PEOPLE:
            headers = {**world.headers(who), "Accept": "application/json"}
            for pk, row in kinds_of(world):
                sent = {
                    "kind": "photo", "newphoto0-alt": "玄関の写真", "newphoto0-audience": "public",
                    "newphoto0-file": SimpleUploadedFile("x.jpg", content),
                }  # fmt: skip
                answer = client.post(f"/resources/{pk}/media/", sent, headers=headers)
                saved = Photo.unscoped.filter(resource=pk).delete()[0]
                rule = may_attach(who, row)
                assert (saved, answer.status_code == 201) == (rule, rule), (who, row, answer.status_code)
