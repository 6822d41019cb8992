"""Crowded layers at low zooms: as many shapes as can be told apart, and every large one (G5)."""

import math
from typing import Any

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.utils import timezone

from layers.access import Level, Viewer
from layers.models import StoredEdition, StoredFeature, StoredLayer
from layers.source import get_source
from layers.stored import catalogue
from layers.stored import source as stored
from tiles import mvt
from tiles.grid import Tile

pytestmark = pytest.mark.django_db
ADMINISTRATOR = Viewer(level=Level.ADMINISTRATOR, account_id=1)
LON, LAT = 134.0, 34.3


def layer_of(shapes: list[Any]) -> Any:
    catalogue.forget()
    layer = StoredLayer.unscoped.create(
        slug="crowd",
        title="x",
        fields=[{"key": "n", "title": "n", "kind": "number", "unit": "", "choices": []}],
    )
    layer.current = StoredEdition.unscoped.create(
        layer=layer, number=1, ready_at=timezone.now(), feature_count=len(shapes)
    )
    layer.save()
    StoredFeature.unscoped.bulk_create(
        StoredFeature(edition=layer.current, number=n, geom=shape, properties={"n": n})
        for n, shape in enumerate(shapes)
    )
    return get_source("layer-crowd", ADMINISTRATOR)


def box(lon: float, lat: float, side: float) -> MultiPolygon:
    return MultiPolygon(Polygon.from_bbox((lon, lat, lon + side, lat + side)), srid=4326)


def found(source: Any, zoom: int) -> list[dict[str, Any]]:
    row = int((1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2 * 2**zoom)
    tile = Tile(zoom, int((LON + 180) / 360 * 2**zoom), row)
    asked = mvt.Request(source, source.parse({}), tile, ("n",))
    layers = mapbox_vector_tile.decode(mvt.build(asked)).values()
    return [feature for layer in layers for feature in layer["features"]]


def test_small_areas_stand_for_one_another_and_large_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "CROWDED", 10)
    small = [box(LON + n / 100_000, LAT + m / 100_000, 0.00001) for n in range(20) for m in range(20)]
    source = layer_of([*small, box(LON + 0.1, LAT, 0.1), box(LON + 0.1, LAT, 0.1)])
    assert source.is_crowded
    kept = {feature["properties"]["n"] for feature in found(source, 8)}
    assert {400, 401} <= kept
    assert 1 <= len(kept - {400, 401}) <= 4


def test_points_keep_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "CROWDED", 10)
    source = layer_of([Point(LON + n / 1_000_000, LAT, srid=4326) for n in range(50)])
    kept = found(source, 8)
    assert 1 <= len(kept) <= 2
    assert {feature["geometry"]["type"] for feature in kept} == {"Point"}


def test_few_shapes_all_stay() -> None:
    source = layer_of([box(LON + n / 100_000, LAT, 0.00001) for n in range(50)])
    assert not source.is_crowded
    assert len(found(source, 8)) <= 50


def test_nothing_is_left_out_from_zoom_14_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "CROWDED", 10)
    source = layer_of([box(LON + n / 2_000, LAT, 0.0004) for n in range(12)])
    assert len(found(source, 14)) == 12
