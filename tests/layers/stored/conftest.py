"""Files put in as a planner does, loaded at once instead of by the worker."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gisportal.accounts.models import Account
from layers.access import Level, Viewer
from layers.models import StoredLayer, StoredUpload
from layers.stored import catalogue, loading, uploads

Put = Callable[..., StoredUpload]


@pytest.fixture
def keeper(db: None) -> Viewer:
    """Somebody who may keep layers."""
    account = Account.objects.create_user("keeper", password="x", level="a")
    return Viewer(level=Level.A, account_id=account.pk, is_city_staff=True, name="keeper")


@pytest.fixture
def put(keeper: Viewer, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts a file in and loads it: ``put(name, data, slug=…, layer=…)``."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(uploads, "defer", lambda upload_id: None)
    catalogue.forget()

    def put_in(
        name: str, data: bytes, slug: str = "things", layer: StoredLayer | None = None, **words: Any
    ) -> StoredUpload:
        row = uploads.keep_upload(keeper, name, [data], layer)
        uploads.confirm(keeper, row, {"slug": slug, "title": slug, "audience": "public", **words})
        loading.load(row.pk)
        row.refresh_from_db()
        return row

    return put_in
