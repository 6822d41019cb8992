"""いわき市 lies in zone IX: EPSG:6677 (must show 2)."""

from typing import Any

import pytest
from django.test import Client

from tests.gisportal.ogc.coordinates import MM, worst

pytestmark = pytest.mark.django_db


def test_iwaki_agrees_with_pyproj(iwaki: dict[str, str], settings: Any) -> None:
    settings.LG_CODE = "072044"
    client = Client(headers={"authorization": f"Bearer {iwaki['administrator']}"})
    found = worst(client, "resources", "072044")
    assert "http://www.opengis.net/def/crs/EPSG/0/6677" in found
    assert max(found.values()) < MM, found
