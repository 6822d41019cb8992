"""Consent forms in the matrix: who prints, records and fetches them, against a rule stated here once more.

It is stated from issue and design alone: whoever may edit an entry — A and administrator everywhere, B and C where they
are responsible — prints its form, records what came back and reads the scan. A batch is of who asked for it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db.models import Q
from django.test import Client

from gisportal.modules.consentforms import source
from gisportal.modules.consentforms.models import Consent, ConsentBatch
from gisportal.papers.pdf import Press
from layers.media.store import keep
from tests.access.rule import Row, Who
from tests.access.test_matrix import SITES
from tests.access.world import MARKS, PEOPLE, SECRET_ADDRESS, World


def may_edit(who: Who, row: Row) -> bool:
    """The rule in other words."""
    if row.in_trash:
        return False
    # The house of carl is responsible, and bert is of that house.
    keepers = {*row.kept_by, *(["bert"] if "carl" in row.kept_by else [])}
    return who.level in ("administrator", "a") or (who.level in ("b", "c") and who.name in keepers)


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def scans(world: World) -> dict[int, int]:
    """A sheet of every row that came back: row → consent."""
    file = keep(b"%PDF-1.7 scan", source.FOLDER, "pdf")
    return {
        pk: Consent.unscoped.create(
            resource_id=pk,
            received_on="2026-04-01",
            answers={"phone": True},
            scan=file,
            scan_type="application/pdf",
        ).pk
        for pk in world.rows
    }


def _kinds(world: World) -> dict[int, Row]:
    """One row of each kind that differs for the rule: 1,600 sheets would take minutes."""
    kinds = {(row.publication, row.in_trash, row.kept_by): pk for pk, row in world.rows.items()}
    return {pk: world.rows[pk] for pk in kinds.values()}


class _Page:
    """Stands for the PDF: the words of the sheet, without the seconds printing takes."""

    def __init__(self, html: str) -> None:
        self.html = html

    def write_pdf(self, **options: Any) -> bytes:
        return self.html.encode()


def _unprinted() -> Any:
    return patch.object(Press, "lay_out", lambda self, sheet: _Page(sheet.html))


def _wrong(world: World, client: Client, scans: dict[int, int]) -> Iterator[str]:
    for public in SITES:
        world.publish(public)
        for who in PEOPLE:
            headers = world.headers(who)
            for pk, row in _kinds(world).items():
                allowed = may_edit(who, row)
                for url in (
                    f"/resources/{pk}/consent/",
                    f"/resources/{pk}/consent/form.pdf",
                    f"/consents/scans/{scans[pk]}",
                ):
                    answer = client.get(url, headers=headers)
                    if (answer.status_code == 200) is not allowed:
                        yield f"{url}, {who.name}, public={public}: {answer.status_code}"
                    text = b"".join(answer) if allowed else b""
                    hidden = (MARKS["members"], MARKS["staff"], SECRET_ADDRESS)
                    if any(word.encode() in text for word in hidden):
                        yield f"{url}, {who.name}: a hidden field or place"


def test_pages_forms_and_scans(world: World, client: Client, scans: dict[int, int]) -> None:
    with _unprinted():
        assert list(_wrong(world, client, scans)) == []


def test_matrix_fails_without_the_rule(
    world: World, client: Client, scans: dict[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "acting_q", lambda viewer, act: Q())
    with _unprinted():
        assert next(_wrong(world, client, scans), None) is not None


def test_nothing_is_recorded_by_who_may_not_edit(world: World) -> None:
    """Every person posts to every row; what was recorded is exactly what the rule allows."""
    wanted = set()
    for who in PEOPLE:
        client = Client()
        if who.name in world.accounts:
            client.force_login(world.accounts[who.name])
        for pk, row in world.rows.items():
            client.post(f"/resources/{pk}/consent/", {"received_on": "2026/4/1", "item_phone": "yes"})
            # The form asks about the telephone of rows that have one: all of them.
            wanted |= {(pk, who.name)} if may_edit(who, row) else set()
    found = {
        (row.resource_id, row.recorded_by.username) for row in Consent.unscoped.select_related("recorded_by")
    }
    assert found == wanted


def test_batches_are_of_who_asked(world: World, client: Client) -> None:
    for who in PEOPLE[1:]:
        batch = ConsentBatch.unscoped.create(
            account=world.accounts[who.name], resource_ids=[], address="http://t", state="done",
            file=keep(b"%PDF-1.7", source.FOLDER, "pdf"),
        )  # fmt: skip
        for other in PEOPLE:
            allowed = other.name == who.name and other.level != "d"
            for url in (f"/consents/batches/{batch.pk}/", f"/consents/batches/{batch.pk}/forms.pdf"):
                status = client.get(url, headers=world.headers(other)).status_code
                assert (status == 200) is allowed, (url, who.name, other.name, status)


def test_words_are_for_the_administrator(world: World, client: Client) -> None:
    with _unprinted():
        for who in PEOPLE:
            for url in ("/consents/template", "/consents/template/preview.pdf"):
                status = client.get(url, headers=world.headers(who)).status_code
                assert (status == 200) is (who.level == "administrator"), (url, who.name, status)
