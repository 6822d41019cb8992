"""Coordinates in every CRS agree with pyproj to 1 mm, axis order included (must show 2)."""

from typing import Any

import pytest
from django.test import Client

from tests.gisportal.ogc.coordinates import MM, positions, worst

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["resources", "districts-former"])
def test_takamatsu_agrees_with_pyproj(api: Client, settings: Any, slug: str) -> None:
    settings.LG_CODE = "372013"
    found = worst(api, slug, "372013")
    assert "http://www.opengis.net/def/crs/EPSG/0/6672" in found
    assert max(found.values()) < MM, found


def test_axes_of_a_known_place(api: Client, settings: Any) -> None:
    """In 高松 latitude is 34 and longitude 134; in zone IV northing is some 5–7 × 10⁴, easting 1.5 × 10⁵."""
    settings.LG_CODE = "372013"
    plain = positions(api, "resources")
    known = min(plain)
    lon, lat = plain[known]
    assert (int(lon), int(lat)) == (134, 34)
    for srid in (4326, 6668, 4612):
        first, second = positions(api, "resources", f"http://www.opengis.net/def/crs/EPSG/0/{srid}")[known]
        assert (int(first), int(second)) == (34, 134)
    northing, easting = positions(api, "resources", "http://www.opengis.net/def/crs/EPSG/0/6672")[known]
    assert 100_000 < northing < 160_000 and 30_000 < easting < 80_000


def test_without_a_municipality_there_is_no_plane_zone(api: Client, settings: Any) -> None:
    settings.LG_CODE = ""
    listed = api.get("/ogc/collections/resources").json()["crs"]
    assert [uri.rpartition("/")[2] for uri in listed] == ["CRS84", "4326", "6668", "4612", "3857"]
    refused = api.get("/ogc/collections/resources/items?crs=http://www.opengis.net/def/crs/EPSG/0/6672")
    assert refused.status_code == 400
    assert refused.json()["parameter"] == "crs"
