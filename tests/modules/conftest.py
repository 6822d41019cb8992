"""Pages of modules, without collecting static files first, and files in a folder of the test."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from gisportal.portal import context
from gisportal.portal.models import forget
from layers import vocabulary
from tests.access.world import World


@pytest.fixture(autouse=True)
def plain_pages(settings: Any, tmp_path: Path) -> Iterator[None]:
    """Static files need no manifest; photos go into the test's own folder; nothing is kept from another test."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MEDIA_ROOT = tmp_path / "media"
    vocabulary.forget()
    forget()
    context._name.clear()
    yield
    vocabulary.forget()


@pytest.fixture
def picture() -> Any:
    """Makes an uploaded JPEG of 40 × 30 pixels that says in its EXIF where and by what it was taken."""

    def make(name: str = "photo.jpg") -> SimpleUploadedFile:
        exif = Image.Exif()
        exif[0x010F] = "SECRET-CAMERA"
        exif.get_ifd(0x8825)[1] = "N"
        buffer = BytesIO()
        Image.new("RGB", (40, 30), "#4080c0").save(buffer, "JPEG", exif=exif)
        return SimpleUploadedFile(name, buffer.getvalue(), content_type="image/jpeg")

    return make


@pytest.fixture
def world(db: None) -> World:
    """The small city of the access matrix."""
    return World()
